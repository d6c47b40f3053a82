//! Tables: refused by place if they are not as the schema says, and what is told of those that are taken.

use serde_json::json;

use super::{ENCODE, TABLE, folder, refused, schema, silent, with};
use crate::harness::words;

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
        &words("clk encode none.csv --schema s.json --secret-file secret -o x"),
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
    dir.line(ENCODE);
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
    dir.line(ENCODE);
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
