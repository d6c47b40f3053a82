//! What is imported, described and refused: files of CLKs, and the ids of their records.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{BITS, args, clks, filters, import, project};
use crate::harness::{Dir, REFS, rows};

fn ids(dir: &Dir, refs: &str) -> Vec<String> {
    let rows = rows(&dir.read(refs), REFS);
    rows.into_iter().map(|mut r| r.remove(1)).collect()
}

#[test]
fn rows_are_told_to_be_all_that_names_a_record() {
    let dir = project(&["a", "b"]);
    clks(&dir, "c.json", &filters(3, 1));
    let warned = "numbered by their order in the file";
    let done = import(&dir, "c.json", "a", &["--quiet"]);
    assert!(
        done.err.contains(warned) && done.err.contains("wrong people"),
        "{}",
        done.err
    );
    assert_eq!(ids(&dir, "a.refs.csv"), ["1", "2", "3"]);

    dir.write("t.csv", "first,id,last\nZzyzx,Q-9,Qwertyuiop\nVvortex,Q-3,\"Asdf, the\nsecond\"\nQuux,Q-5,Placeholder\n");
    let with = ["--ids", "t.csv", "--id-column", "id", "--force"];
    let done = import(&dir, "c.json", "a", &with);
    assert!(!done.err.contains(warned), "{}", done.err);
    assert_eq!(ids(&dir, "a.refs.csv"), ["Q-9", "Q-3", "Q-5"]);
}

#[test]
fn ids_that_do_not_fit_are_refused_without_being_shown() {
    let dir = project(&["a", "b"]);
    clks(&dir, "c.json", &filters(3, 1));
    let refused = |table: &str, code, texts: &[&str]| {
        dir.write("t.csv", table);
        let more = ["--ids", "t.csv", "--id-column", "id"];
        let done = dir.fails(
            &[&args("c.json", "a", "x.tokens")[..], &more].concat(),
            code,
            texts,
        );
        assert!(!done.err.contains("Zzyzx"), "{}", done.err);
    };
    refused(
        "id\nZzyzx-1\nZzyzx-2\n",
        4,
        &["2 rows below its header", "3 CLKs"],
    );
    refused("id\nZzyzx-1\nZzyzx-2\nZzyzx-3\nZzyzx-4\n", 4, &["4 rows"]);
    refused(
        "id\nZzyzx-1\nZzyzx-2\nZzyzx-1\n",
        3,
        &["t.csv:4", "as in line 2"],
    );
    refused(
        "id,x\nZzyzx-1,\n,\nZzyzx-3,\n",
        3,
        &["t.csv:3", "expected an id"],
    );
    refused(
        "id\nZzyzx-1\n1.23E+09\nZzyzx-3\n",
        3,
        &["t.csv:3", "spreadsheet"],
    );
    refused("number\nZzyzx-1\n2\n3\n", 3, &["\"id\""]);
    dir.fails(
        &[&args("c.json", "a", "x.tokens")[..], &["--ids", "t.csv"]].concat(),
        2,
        &["--id-column"],
    );
}

#[test]
fn a_schema_of_another_form_is_refused_with_what_to_write() {
    let dir = project(&["a", "b"]);
    let short: Vec<Vec<u8>> = filters(3, 1).iter().map(|f| f[..32].to_vec()).collect();
    clks(&dir, "c.json", &short);
    let refused = |texts: &[&str]| dir.fails(&args("c.json", "a", "x.tokens"), 4, texts);
    refused(&[
        "256 bits",
        "`clk` has one filter of 512 bits",
        "bits = 256",
        "project new --schema clk",
    ]);
    std::fs::remove_file(dir.path("p.toml")).unwrap();
    dir.project("p.toml", &["a", "b"], "k12");
    refused(&["256 bits", "`k12` has", "passes"]);
    let odd: Vec<Vec<u8>> = filters(3, 1).iter().map(|f| f[..40].to_vec()).collect();
    clks(&dir, "c.json", &odd);
    refused(&["320 bits", "clk match"]);
    let dir = project(&["a", "b"]);
    clks(&dir, "c.json", &filters(3, 1));
    dir.fails(&args("c.json", "z", "x.tokens"), 4, &["`z`"]);
    dir.edit("p.toml", "# stable_link_ids", "stable_link_ids");
    dir.fails(&args("c.json", "a", "x.tokens"), 4, &["stable link ids"]);
}

#[test]
fn files_that_are_no_clks_are_refused_and_leave_nothing() {
    let dir = project(&["a", "b"]);
    for (text, said) in [
        ("{\"clks\": []}", "empty"),
        ("{\"clks\": [\"AAAA\", \"AA==\"]}", "bits"),
        ("{\"clks\": [\"A*==\"]}", "base64"),
        ("{\"clk\": []}", "clks"),
        ("", "c.json"),
    ] {
        dir.write("c.json", text);
        dir.fails(&args("c.json", "a", "x.tokens"), 3, &[said]);
        dir.fails(&["clk", "describe", "c.json"], 3, &[said]);
    }
}

#[test]
fn binary_files_and_tables_of_fable_are_imported() {
    let dir = project(&["a", "b"]);
    let made = filters(3, 1);
    dir.write("c.bin", made.concat());
    let binary = ["--format", "binary", "--hash-size", "64"];
    let done = import(&dir, "c.bin", "a", &binary);
    assert!(done.err.contains("numbered by their order"), "{}", done.err);
    let mut table = "id,value\n".to_owned();
    for (id, clk) in ["Q-7", "Q-5", "Q-6"].iter().zip(&made) {
        table += &format!("{id},{}\n", STANDARD.encode(clk));
    }
    dir.write("c.csv", &table);
    let done = import(&dir, "c.csv", "b", &[]);
    assert!(
        !done.err.contains("numbered by their order"),
        "{}",
        done.err
    );
    assert_eq!(ids(&dir, "b.refs.csv"), ["Q-7", "Q-5", "Q-6"]);
    let text = dir
        .ok(&[&["clk", "describe", "c.bin"], &binary[..]].concat())
        .out;
    assert!(text.contains("count               3\n"), "{text}");
    dir.write("twice.csv", table.replace("Q-6", "Q-7"));
    dir.fails(
        &args("twice.csv", "a", "x.tokens"),
        3,
        &["twice.csv:4", "come before"],
    );
    dir.write("t.csv", "id\n1\n2\n3\n");
    let with = ["--ids", "t.csv", "--id-column", "id"];
    dir.fails(
        &[&args("c.csv", "a", "x.tokens")[..], &with].concat(),
        2,
        &["ids of their own"],
    );
}

#[test]
fn inspect_says_where_tokens_come_from() {
    let dir = project(&["a", "b"]);
    clks(&dir, "c.json", &filters(3, 1));
    import(&dir, "c.json", "a", &[]);
    let text = dir.ok(&["inspect", "a.tokens"]).out;
    assert!(
        text.contains("imported       from CLKs of another program"),
        "{text}"
    );
    assert!(text.contains("normalisation  0\n"), "{text}");
    assert!(!text.contains("canaries"), "{text}");
    let value = dir.line("inspect a.tokens --json").json();
    assert_eq!(value["imported"], true);
    assert_eq!(value["key_check"], "696d706f727465642c206e6f206b6579");
    assert_eq!(value["records"], 3);
}

#[test]
fn describe_counts_bits_and_odd_clks() {
    let dir = Dir::new();
    let mut made = filters(100, 1);
    made[3] = vec![0; BITS / 8];
    made[4] = made[5].clone();
    clks(&dir, "c.json", &made);
    let text = dir.ok(&["clk", "describe", "c.json"]).out;
    for said in [
        "popcounts\n",
        "count               100\n",
        "bits                512\n",
        "smallest            0\n",
        "1 CLKs have no bit set",
        "2 CLKs are equal to another one of the file (1 values)",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    let value = dir.line("clk describe c.json --json").json();
    let weights: Vec<u32> = made
        .iter()
        .map(|f| f.iter().map(|b| b.count_ones()).sum())
        .collect();
    assert_eq!(value["max"], *weights.iter().max().unwrap());
    let bars = value["histogram"].as_array().unwrap();
    let sum: u64 = bars.iter().map(|b| b["records"].as_u64().unwrap()).sum();
    assert_eq!((sum, bars.len() <= 60), (100, true));
}
