//! `clk export`: the CLKs that were imported, or those of an encoding, in files of other programs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::{BITS, clks, filters, import, project, read};
use crate::harness::{Dir, KEY, LINKS, MATCH, REFS, TABLE, rows, testdata};

#[test]
fn what_is_imported_comes_out_again() {
    let dir = project(&["a", "b"]);
    let mut made = filters(300, 1);
    // Two without a bit, one of all bits, and one twice.
    made[7] = vec![0; BITS / 8];
    made[8] = vec![0; BITS / 8];
    made[9] = vec![255; BITS / 8];
    made[10] = made[11].clone();
    clks(&dir, "c.json", &made);
    let done = import(&dir, "c.json", "a", &[]);
    assert!(done.err.contains("300 CLKs of 512 bits"), "{}", done.err);
    assert!(
        done.err.contains("2 of them have no bit set"),
        "{}",
        done.err
    );
    assert_eq!(done.out, "");
    dir.ok(&["clk", "export", "a.tokens", "-o", "d.json"]);
    let mut found = read(&dir, "d.json");
    // In the order of random refs: this is that of the file in one case of 300!.
    assert_ne!(found, made);
    found.sort();
    made.sort();
    assert_eq!(found, made);

    // FABLE's table has the refs; together with the ref map every CLK has its row again.
    dir.line("clk export a.tokens -o d.csv --format fable");
    let table = rows(&dir.read("d.csv"), "id,value");
    assert!(
        table.windows(2).all(|w| w[0][0] < w[1][0]),
        "ascending refs"
    );
    let map = rows(&dir.read("a.refs.csv"), REFS);
    let original = read(&dir, "c.json");
    for (number, row) in map.iter().enumerate() {
        assert_eq!(row[1], (number + 1).to_string());
        let exported = table.iter().find(|t| t[0] == row[0]).unwrap();
        assert_eq!(STANDARD.decode(&exported[1]).unwrap(), original[number]);
    }

    dir.line("clk export a.tokens -o d.bin --format binary");
    assert_eq!(dir.bytes("d.bin"), read(&dir, "d.json").concat());
    dir.fails(
        &["clk", "export", "a.tokens", "-o", "d.bin"],
        1,
        &["--force"],
    );
}

#[test]
fn only_one_filter_a_record_can_be_exported() {
    let dir = Dir::with_project();
    dir.encode("t.csv", "a");
    dir.fails(
        &["clk", "export", "a.tokens", "-o", "c.json"],
        4,
        &["one filter a record"],
    );
    let dir = project(&["a", "b"]);
    dir.key("k", &KEY);
    dir.write("t.csv", TABLE);
    dir.encode("t.csv", "a");
    let done = dir.ok(&["clk", "export", "a.tokens", "-o", "c.json"]);
    assert!(done.err.contains("encoded by blindlink"), "{}", done.err);
    assert_eq!(read(&dir, "c.json").len(), 2);
    dir.line("encode t.csv --project p.toml --party a --key k -o d.tokens --decoys");
    dir.fails(
        &["clk", "export", "d.tokens", "-o", "d.json"],
        4,
        &["decoys"],
    );
}

/// What `clk match` finds in exported CLKs is what `match` found in the tokens.
#[test]
fn exported_clks_give_the_pairs_of_the_tokens() {
    let dir = Dir::new();
    dir.project("p.toml", &["a", "b"], "clk");
    dir.key("k", &KEY);
    for (party, table) in [("a", "febrl4/a.csv"), ("b", "febrl4/b.csv")] {
        let text = std::fs::read_to_string(testdata(table)).unwrap();
        let some: Vec<&str> = text.lines().take(301).collect();
        dir.write("t.csv", some.join("\n") + "\n");
        dir.encode("t.csv", party);
        let (tokens, out) = (format!("{party}.tokens"), format!("{party}.json"));
        dir.ok(&["clk", "export", &tokens, "-o", &out]);
    }
    dir.ok(&MATCH);
    dir.line("clk match a.json b.json --threshold 0.85 --output similarity_scores -o s.json");
    let order = |party: &str| {
        let map = rows(&dir.read(&format!("{party}.refs.csv")), REFS);
        let mut refs: Vec<String> = map.into_iter().map(|mut r| r.remove(0)).collect();
        refs.sort();
        refs
    };
    let (a, b) = (order("a"), order("b"));
    let scores = dir.json("s.json");
    let at = |end: &Value| end[1].as_u64().unwrap() as usize;
    let mut found: Vec<(String, String)> = scores["similarity_scores"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| (a[at(&pair[0])].clone(), b[at(&pair[1])].clone()))
        .collect();
    found.sort();
    let report = dir.json("r/report.json");
    assert_eq!(report["pairs"][0]["passes"][0]["kept"], found.len());
    // Of these, the pairs are listed that may be links.
    let listed = rows(&dir.read("r/pairs.csv"), LINKS);
    assert!(!listed.is_empty());
    for row in listed {
        let pair = (row[1].clone(), row[3].clone());
        assert!(found.binary_search(&pair).is_ok(), "{pair:?}");
    }
}
