//! `clk encode`, `clk validate-schema`, `clk convert-schema` and `clk benchmark`, from outside.

use serde_json::{Value, json};

use crate::harness::{Dir, Done};

/// No cell of a table of these tests is without one of these.
const MARKERS: [&str; 3] = ["zqxjv", "vvkkw", "1907"];

const TABLE: &str = "INDEX,NAME,DOB,GRADE\n\
                     1,Zqxjvana Vvkkwson,1907-07-19,7\n\
                     2,\"Vvkkwe, Zqxjvo\",1907-7-9,12\n";

const ENCODE: [&str; 10] = [
    "clk",
    "encode",
    "t.csv",
    "--schema",
    "s.json",
    "--secret-file",
    "secret",
    "-o",
    "clks.json",
    "--quiet",
];

fn schema() -> Value {
    let hashing =
        |comparison: Value| json!({"comparison": comparison, "strategy": {"bitsPerFeature": 60}});
    json!({
        "version": 3,
        "clkConfig": {"l": 128, "kdf": {"type": "HKDF"}},
        "features": [
            {"identifier": "INDEX", "ignored": true},
            {"identifier": "NAME", "format": {"type": "string", "minLength": 2},
             "hashing": hashing(json!({"type": "ngram", "n": 2}))},
            {"identifier": "DOB", "format": {"type": "date", "format": "%Y-%m-%d"},
             "hashing": hashing(json!({"type": "ngram", "n": 1, "positional": true}))},
            {"identifier": "GRADE", "format": {"type": "integer", "maximum": 13},
             "hashing": hashing(json!({"type": "numeric", "thresholdDistance": 2, "resolution": 2}))},
        ],
    })
}

fn folder() -> Dir {
    let dir = Dir::new();
    dir.write("t.csv", TABLE);
    dir.write("s.json", schema().to_string());
    dir.key("secret", b"horse stable\n");
    dir
}

fn with(more: &[&'static str]) -> Vec<&'static str> {
    ENCODE.iter().chain(more).copied().collect()
}

/// No message holds a cell.
fn silent(done: &Done) {
    let said = format!("{}{}", done.out, done.err).to_lowercase();
    for marker in MARKERS {
        assert!(!said.contains(marker), "{said}");
    }
}

/// Runs the encoding, which must be refused with exit code 3, write nothing and show no cell.
fn refused(dir: &Dir, more: &[&'static str], texts: &[&str]) {
    silent(&dir.fails(&with(more), 3, texts));
}

#[test]
fn whole_files_are_those_of_the_old_command_line() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/clkhash/vectors.json");
    let vectors: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let text = |vector: &Value, key: &str| vector[key].as_str().unwrap().to_owned();
    let (mut written, mut refused) = (0, 0);
    for vector in vectors["files"].as_array().unwrap() {
        let dir = folder();
        dir.write("t.csv", text(vector, "table"));
        dir.write("s.json", vector["schema"].to_string());
        dir.key("secret", text(vector, "secret").as_bytes());
        let mut args = with(&[]);
        match &vector["header"] {
            Value::Bool(false) => args.push("--no-header"),
            Value::String(_) => args.push("--no-check-header"),
            _ => {}
        }
        if vector["validate"] == false {
            args.push("--no-validate");
        }
        if vector["written"] == "refused" {
            dir.fails(&args, 3, &["t.csv"]);
            refused += 1;
        } else {
            dir.ok(&args);
            assert!(
                dir.read("clks.json") == text(vector, "written"),
                "{}",
                text(vector, "name")
            );
            written += 1;
        }
    }
    assert!(written >= 9 && refused >= 8, "{written}, {refused}");
}

#[test]
fn the_secret_comes_from_a_file_or_standard_input_alone() {
    let dir = folder();
    dir.ok(&ENCODE);
    let first = dir.read("clks.json");
    assert!(first.starts_with("{\"clks\": [\"") && first.ends_with("\"]}"));
    assert_eq!(first.matches("==\"").count(), 2, "16 bytes each");
    // Not once more without being told to.
    silent(&dir.fails(&ENCODE, 1, &["--force"]));
    #[cfg(unix)]
    {
        let line = "printf 'horse stable\\r\\n' | \"$0\" clk encode t.csv --schema s.json --secret-file - -o piped.json";
        let done = dir.sh(line);
        assert_eq!(done.code, 0, "{}", done.err);
        assert!(
            done.err.contains("CLKs are still personal data"),
            "{}",
            done.err
        );
        silent(&done);
        assert_eq!(dir.read("piped.json"), first);
        dir.chmod("secret", 0o644);
        refused(&dir, &["--force"], &["secret", "chmod 600"]);
        let asked = dir.sh("\"$0\" clk encode t.csv --schema s.json -o x.json < /dev/null");
        assert_eq!(asked.code, 2);
        assert!(asked.err.contains("--secret-file"), "{}", asked.err);
        dir.chmod("secret", 0o600);
    }
    dir.key("secret", b"horse stable \n");
    dir.ok(&with(&["--force"]));
    assert!(
        dir.read("clks.json") != first,
        "a blank is part of the secret"
    );
    dir.key("secret", b"\n");
    refused(&dir, &["--force"], &["the secret is empty"]);
    silent(&dir.fails(
        &[
            "clk",
            "encode",
            "t.csv",
            "--schema",
            "s.json",
            "--secret-file",
            "secret",
            "-o",
            "t.csv",
            "--force",
        ],
        2,
        &["overwrite an input"],
    ));
}

#[test]
fn a_table_that_is_not_as_the_schema_says_is_refused_by_place() {
    for (from, to, texts) in [
        (
            "DOB",
            "BORN",
            &["t.csv:1", "column \"DOB\"", "--no-check-header"][..],
        ),
        ("INDEX,", "", &["t.csv:1", "expected 4 fields, found 3"]),
        ("NAME,DOB", "DOB,NAME", &["t.csv:1", "column \"NAME\""]),
        ("INDEX,NAME,DOB,GRADE\n", "", &["t.csv:1", "--no-header"]),
        (",12", "", &["t.csv:3", "expected 4 fields, found 3"]),
        (
            ",12",
            ",12,zqxjv",
            &["t.csv:3", "expected 4 fields, found 5"],
        ),
        ("\n2", "\n\n2", &["t.csv:3", "an empty line"]),
        (
            "07-19",
            "02-30",
            &["t.csv:2: column \"DOB\"", "expected a date", "9999-99-99"],
        ),
        (
            ",7\n",
            ",zqxjv\n",
            &["t.csv:2: column \"GRADE\"", "a whole number, found aaaaa"],
        ),
        (",12", ",1907", &["t.csv:3: column \"GRADE\"", "maximum"]),
        (
            ",7\n",
            ",\n",
            &["t.csv:2: column \"GRADE\"", "found nothing"],
        ),
        (
            "Zqxjvana Vvkkwson",
            "Z",
            &["t.csv:2: column \"NAME\"", "more characters"],
        ),
        ("Zqxjvo\"", "Zqxjvo", &["t.csv:3", "never closed"]),
        (TABLE, "", &["t.csv", "empty"]),
        (TABLE, "INDEX,NAME,DOB,GRADE\n", &["t.csv", "no rows"]),
    ] {
        let dir = folder();
        assert!(TABLE.contains(from));
        dir.write("t.csv", TABLE.replacen(from, to, 1));
        refused(&dir, &[], texts);
    }
    let dir = folder();
    dir.write(
        "t.csv",
        TABLE
            .as_bytes()
            .iter()
            .map(|b| if *b == b'o' { 0xff } else { *b })
            .collect::<Vec<_>>(),
    );
    refused(&dir, &[], &["t.csv:2", "expected UTF-8", "field 2"]);
    let wide: Vec<u8> = TABLE.encode_utf16().flat_map(u16::to_le_bytes).collect();
    dir.write("t.csv", [&[0xff, 0xfe][..], &wide].concat());
    refused(&dir, &[], &["UTF-16"]);
    silent(&dir.fails(
        &[
            "clk",
            "encode",
            "none.csv",
            "--schema",
            "s.json",
            "--secret-file",
            "secret",
            "-o",
            "x",
        ],
        1,
        &["none.csv"],
    ));
}

#[test]
fn more_than_ten_thousand_rows_with_one_bad_cell_end_at_once() {
    let dir = folder();
    let mut table = String::from("INDEX,NAME,DOB,GRADE\n");
    for i in 0..12_000 {
        let grade = if i == 11_111 { "zqxjv" } else { "7" };
        table += &format!("{i},Vvkkw Zqxjv{i},1907-07-19,{grade}\n");
    }
    dir.write("t.csv", table);
    refused(&dir, &[], &["t.csv:11113: column \"GRADE\""]);
}

#[test]
fn a_mark_and_a_fold_are_told() {
    let dir = folder();
    dir.ok(&ENCODE);
    let plain = dir.read("clks.json");
    dir.write("t.csv", format!("\u{feff}{TABLE}"));
    let done = dir.ok(&with(&["--force"]));
    assert!(done.err.contains("byte order mark"), "{}", done.err);
    assert_eq!(dir.read("clks.json"), plain);
    let mut folded = schema();
    folded["clkConfig"]["xorFolds"] = json!(1);
    dir.write("s.json", folded.to_string());
    let done = dir.ok(&with(&["--force"]));
    assert!(done.err.contains("--honour-xor-folds"), "{}", done.err);
    assert_eq!(dir.read("clks.json"), plain, "as clkhash has always done");
    let done = dir.ok(&with(&["--force", "--honour-xor-folds"]));
    assert!(!done.err.contains("xorFolds"), "{}", done.err);
    assert!(dir.read("clks.json") != plain);
}

#[test]
fn without_checks_values_pass_that_can_be_encoded() {
    let dir = folder();
    dir.ok(&ENCODE);
    let first = dir.read("clks.json");
    // A header that is not looked at may have other columns.
    dir.write("t.csv", TABLE.replace("INDEX,NAME,DOB,GRADE\n", "q,w\r\n"));
    dir.ok(&with(&["--no-check-header", "--force"]));
    assert_eq!(dir.read("clks.json"), first);
    dir.write("t.csv", TABLE.replace(",12", ",1907"));
    dir.ok(&with(&["--no-validate", "--force"]));
    dir.write("t.csv", TABLE.replace("-19", "-32"));
    refused(
        &dir,
        &["--no-validate", "--force"],
        &["t.csv:2: column \"DOB\"", "expected a date"],
    );
    let mut odd = schema();
    odd["features"][1]["format"] = json!({"type": "string", "pattern": "(?x) [A-Z] .*"});
    dir.write("s.json", odd.to_string());
    dir.write("t.csv", TABLE);
    refused(
        &dir,
        &["--force"],
        &["s.json: column \"NAME\"", "--no-validate"],
    );
    dir.ok(&with(&["--force", "--no-validate"]));
}

#[test]
fn schemas_are_checked_as_a_whole_and_by_place() {
    let dir = folder();
    let done = dir.ok(&["clk", "validate-schema", "s.json"]);
    assert!(
        done.out
            .contains("version 3: 3 of 4 columns are encoded, into 128 bits"),
        "{}",
        done.out
    );
    let check = ["clk", "validate-schema", "s.json"];
    for (text, parts) in [
        (
            "{\"version\": 3,\n \"clkConfig\": }",
            &["s.json:2", "not JSON", "character"][..],
        ),
        ("[]", &["expected an object"]),
        ("{}", &["there is no version"]),
        ("{\"version\": 4}", &["unknown version"]),
        ("", &["not JSON"]),
    ] {
        dir.write("s.json", text);
        dir.fails(&check, 3, parts);
        refused(&dir, &[], parts);
    }
    dir.write("s.json", [b'{', 0xff]);
    dir.fails(&check, 3, &["s.json:1", "UTF-8"]);
    let mut bad = schema();
    bad["features"][1]["hashing"]["weight"] = json!(2);
    bad["features"][2]["format"]["format"] = json!("%Y-%Q");
    bad["clkConfig"]["l"] = json!("128");
    dir.write("s.json", bad.to_string());
    dir.fails(
        &check,
        3,
        &[
            "for 2 reasons",
            "clkConfig.l",
            "features[1] \"NAME\".hashing: unknown key \"weight\"",
        ],
    );
    let mut many = schema();
    many["features"] = vec![many["features"][0].clone(); 64].into();
    dir.write("s.json", many.to_string());
    dir.fails(&check, 3, &["more keys than HKDF can give: 64 features"]);
    let mut stray = schema();
    stray["clkConfig"]["k"] = json!(30);
    dir.write("s.json", stray.to_string());
    dir.write("t.csv", "INDEX,NAME\n");
    let texts = ["s.json: keys that mean nothing", "clkConfig: \"k\""];
    let encode = [
        "clk", "encode", "t.csv", "--schema", "s.json", "-o", "x.json",
    ];
    let convert = ["clk", "convert-schema", "s.json", "-o", "x.json"];
    for args in [&check[..], &encode, &convert] {
        dir.fails(args, 3, &[&texts[..], &["--allow-unknown-keys"]].concat());
    }
    let allowed = "--allow-unknown-keys";
    let done = dir.ok(&[&check[..], &[allowed]].concat());
    for text in ["warning", texts[0], texts[1]] {
        assert!(done.err.contains(text), "{}", done.err);
    }
    dir.ok(&[&convert[..], &[allowed]].concat());
}

#[test]
fn an_old_schema_is_converted_and_gives_the_same_clks() {
    let dir = folder();
    let feature = |name: &str, format: Value, hashing: Value| json!({"identifier": name, "format": format, "hashing": hashing});
    let old = json!({
        "version": 1,
        "clkConfig": {"l": 128, "k": 15, "hash": {"type": "doubleHash"}, "kdf": {"type": "HKDF"}, "xorFolds": 1},
        "features": [
            {"identifier": "INDEX", "ignored": true},
            feature("NAME", json!({"type": "string"}), json!({"ngram": 2, "weight": 0.5})),
            feature("DOB", json!({"type": "date", "format": "%Y-%m-%d"}), json!({"ngram": 1, "positional": true})),
            feature("GRADE", json!({"type": "integer"}), json!({"ngram": 1, "weight": 0})),
        ],
    });
    dir.write("s.json", old.to_string());
    let done = dir.ok(&ENCODE);
    assert!(done.err.contains("xorFolds"), "{}", done.err);
    let first = dir.read("clks.json");
    let done = dir.ok(&["clk", "convert-schema", "s.json", "-o", "new.json"]);
    assert!(done.err.contains("version 1 as version 3"), "{}", done.err);
    let new: Value = serde_json::from_str(&dir.read("new.json")).unwrap();
    assert_eq!(new["version"], 3);
    assert_eq!(
        new["features"][1]["hashing"]["strategy"],
        json!({"bitsPerToken": 8})
    );
    assert_eq!(
        new["features"][3],
        json!({"identifier": "GRADE", "ignored": true})
    );
    dir.fails(
        &["clk", "convert-schema", "s.json", "-o", "new.json"],
        1,
        &["--force"],
    );
    dir.fails(
        &["clk", "convert-schema", "s.json", "-o", "s.json", "--force"],
        2,
        &["overwrite"],
    );
    dir.ok(&[
        "clk",
        "convert-schema",
        "s.json",
        "-o",
        "new.json",
        "--force",
    ]);
    dir.write("s.json", dir.read("new.json"));
    dir.ok(&with(&["--force"]));
    assert_eq!(dir.read("clks.json"), first);
    dir.write("s.json", "{\"version\": 1}");
    dir.fails(
        &["clk", "convert-schema", "s.json", "-o", "x.json"],
        3,
        &["there is no clkConfig"],
    );
}

#[test]
fn a_benchmark_says_one_line() {
    let dir = Dir::new();
    let done = dir.ok(&["clk", "benchmark", "--records", "300", "--threads", "1"]);
    assert_eq!(done.out.lines().count(), 1, "{}", done.out);
    assert!(
        done.out.starts_with("300 records in ") && done.out.contains(" by 1 threads: "),
        "{}",
        done.out
    );
}
