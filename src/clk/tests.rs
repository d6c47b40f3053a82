//! Files in and out, and what is refused.

use std::path::{Path, PathBuf};

use super::*;
use crate::error::Class;

struct Dir(tempfile::TempDir);

impl Dir {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join("x");
        std::fs::write(&path, bytes).unwrap();
        path
    }

    fn json(&self, text: &str) -> Result<Clks> {
        read_json(&self.file(text))
    }
}

/// Three filters of 16 bits, the last without a bit.
fn three() -> Clks {
    let mut clks = Clks::new(16).unwrap();
    for clk in [[0x80, 1], [0xff, 0xfe], [0, 0]] {
        clks.push(&clk);
    }
    clks
}

fn all(clks: &Clks) -> Vec<Vec<u8>> {
    clks.iter().map(<[u8]>::to_vec).collect()
}

fn of_records(blocks: &Blocks) -> Vec<Vec<&str>> {
    let of = |i| {
        blocks
            .of_record(i)
            .iter()
            .map(|&b| blocks.ids()[b as usize].as_str())
    };
    (0..blocks.records()).map(|i| of(i).collect()).collect()
}

fn refused(result: Result<Clks>, words: &[&str]) {
    let e = result.unwrap_err();
    assert_eq!(e.class(), Class::Input, "{e}");
    for word in words {
        assert!(e.to_string().contains(word), "expected `{word}` in: {e}");
    }
}

#[test]
fn every_form_comes_back() {
    let dir = Dir::new();
    let path = dir.0.path().join("y");
    write_json(&path, &three()).unwrap();
    assert_eq!(
        std::fs::read(&path).unwrap(),
        br#"{"clks": ["gAE=", "//4=", "AAA="]}"#
    );
    for format in [Format::Auto, Format::Json] {
        let clks = read(&path, format, None).unwrap();
        assert_eq!(
            (all(&clks), clks.bits(), clks.weight(1)),
            (all(&three()), 16, 15)
        );
        assert!(clks.ids().is_none() && clks.blocks().is_none());
    }

    write_binary(&path, &three()).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), [0x80, 1, 0xff, 0xfe, 0, 0]);
    assert_eq!(
        all(&read(&path, Format::Binary, Some(2)).unwrap()),
        all(&three())
    );
    assert_eq!(
        read(&path, Format::Binary, None).unwrap_err().class(),
        Class::Usage
    );

    let clks = three().with_ids(vec!["x,1".into(), "b".into(), "c".into()]);
    write_fable(&path, &clks).unwrap();
    assert_eq!(
        std::fs::read(&path).unwrap(),
        b"id,value\n\"x,1\",gAE=\nb,//4=\nc,AAA=\n"
    );
    let clks = read(&path, Format::Auto, Some(2)).unwrap();
    assert_eq!(
        (all(&clks), clks.ids().unwrap()[0].as_str()),
        (all(&three()), "x,1")
    );
    write_fable(&path, &three()).unwrap();
    assert_eq!(read_fable(&path).unwrap().ids().unwrap(), ["1", "2", "3"]);

    let numbered = [
        0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0x80, 1, 0, 0, 0, 1, 0xff, 0xfe,
    ];
    let clks = read(&dir.file(numbered), Format::Numbered, Some(2)).unwrap();
    assert_eq!(all(&clks), all(&three()));

    let text = r#"{"clknblocks": [["gAE=", "b", "a\"", "b"], ["//4="], ["AAA=", "a\""]]}"#;
    let clks = dir.json(text).unwrap();
    assert_eq!(all(&clks), all(&three()));
    assert_eq!(
        of_records(clks.blocks().unwrap()),
        [vec!["b", "a\""], vec![], vec!["a\""]]
    );
    write_blocked(&path, &clks).unwrap();
    let written = std::fs::read_to_string(&path).unwrap();
    assert_eq!(
        written,
        r#"{"clknblocks": [["gAE=", "b", "a\""], ["//4="], ["AAA=", "a\""]]}"#
    );
}

#[test]
fn blocks_go_by_the_number_of_the_record() {
    let dir = Dir::new();
    let text = r#"{"meta": {"source": {"clk_count": [1000000000]}}, "blocks": {"2": ["x"], "0": ["y", "x"]},
                   "encodings": ["gAE=", "//4=", "AAA="]}"#;
    let clks = dir.json(text).unwrap();
    let wanted = [vec!["x", "y"], vec![], vec!["x"]];
    assert_eq!(of_records(clks.blocks().unwrap()), wanted);
    assert_eq!(clks.blocks().unwrap().outside(), 1);
    let blocks = read_blocks(&dir.file(text), 3).unwrap();
    assert_eq!(of_records(&blocks), wanted);
    let clks = dir.json(r#"{"clks": ["gAE="], "blocks": {}}"#).unwrap();
    assert_eq!(of_records(clks.blocks().unwrap()), [Vec::<&str>::new()]);
}

#[test]
fn blocks_of_nobody_in_particular_are_refused() {
    let dir = Dir::new();
    for (blocks, word) in [
        (r#"{"0": ["x"], "0": ["y"]}"#, "record 0 is listed twice"),
        (r#"{"0": ["x"], "00": ["y"]}"#, "record 0 is listed twice"),
        (r#"{"2": ["x"]}"#, "the last of the 2 CLKs is number 1"),
        (
            r#"{"99999999999": ["x"]}"#,
            "expected the number of a record",
        ),
        (r#"{"-1": ["x"]}"#, "expected the number of a record"),
        (r#"{"Zzyzx": ["x"]}"#, "found Aaaaa"),
        (r#"{"": ["x"]}"#, "expected the number of a record"),
        (r#"{"1": "Zzyzx"}"#, "record 1: expected a list of blocks"),
        (
            r#"{"1": [7]}"#,
            "record 1: expected the id of a block, a text",
        ),
        (r#"[["x"]]"#, "expected an object: record numbers"),
    ] {
        let text = format!(r#"{{"blocks": {blocks}, "encodings": ["gAE=", "//4="]}}"#);
        let e = dir.json(&text).unwrap_err();
        assert!(!e.to_string().contains("Zzyzx"), "{e}");
        refused(Err(e), &[word]);
        let alone = read_blocks(&dir.file(format!(r#"{{"blocks": {blocks}}}"#)), 2).unwrap_err();
        assert!(
            alone.class() == Class::Input && alone.to_string().contains(word),
            "{alone}"
        );
    }
    let e = read_blocks(&dir.file(r#"{"clks": []}"#), 2).unwrap_err();
    assert!(e.to_string().contains("no \"blocks\""), "{e}");
}

#[test]
fn json_that_is_something_else_is_refused_without_being_shown() {
    let dir = Dir::new();
    for (text, words) in [
        ("", &["ends in the middle"][..]),
        ("{", &["ends in the middle"]),
        ("Zzyzx", &["not JSON"]),
        ("[]", &["expected an object"]),
        ("{}", &["no list of CLKs"]),
        (r#"{"clks": []}"#, &["the list of CLKs is empty"]),
        (r#"{"clknblocks": []}"#, &["the list of CLKs is empty"]),
        (r#"{"clks": "Zzyzx"}"#, &["expected a list of CLKs"]),
        (
            r#"{"clks": ["gAE="], "clks": ["gAE="]}"#,
            &["a second list"],
        ),
        (
            r#"{"clks": ["gAE="], "clknblocks": [["gAE="]]}"#,
            &["a second list"],
        ),
        (
            r#"{"clknblocks": [["gAE="]], "blocks": {}}"#,
            &["has blocks already"],
        ),
        (
            r#"{"blocks": {}, "clknblocks": [["gAE="]]}"#,
            &["has blocks already"],
        ),
        (r#"{"blocks": {}, "blocks": {}}"#, &["a second object"]),
        (
            "{\"clks\":\n[\"gAE=\", \"Zzyzx\"]}",
            &["x:2: record 1: not base64", "padded"],
        ),
        (
            r#"{"clks": ["gAE=", "gAF="]}"#,
            &["record 1", "bits behind the last byte"],
        ),
        (
            r#"{"clks": ["gAE=", "Zzy!x==="]}"#,
            &["record 1", "none of A-Z"],
        ),
        (
            r#"{"clks": ["gAE=", "gAEA"]}"#,
            &["record 1: a CLK of 24 bits, those before it have 16"],
        ),
        (r#"{"clks": ["gAE=", ""]}"#, &["record 1: a CLK of 0 bits"]),
        (r#"{"clks": [""]}"#, &["record 0: a CLK of 0 bytes"]),
        (
            r#"{"clks": ["gAE=", 7]}"#,
            &["record 1: expected a CLK, a text"],
        ),
        (
            r#"{"clks": ["gAE=", ["Zzyzx"]]}"#,
            &["record 1: expected a CLK, a text"],
        ),
        (
            r#"{"clks": ["gAE=", null]}"#,
            &["record 1: expected a CLK, a text"],
        ),
        (r#"{"clks": ["gAE=""#, &["ends in the middle"]),
        (r#"{"clks": ["gAE="]} Zzyzx"#, &["not JSON"]),
        (
            r#"{"clknblocks": ["gAE="]}"#,
            &["record 0: expected a list: a CLK and its blocks"],
        ),
        (
            r#"{"clknblocks": [["gAE=", "x"], []]}"#,
            &["record 1: there is no CLK"],
        ),
        (
            r#"{"clknblocks": [["gAE=", 5]]}"#,
            &["record 0: expected the id of a block"],
        ),
        (
            r#"{"encodings": {"file": {"bucket": "Zzyzx"}}}"#,
            &["expected a list of CLKs"],
        ),
    ] {
        let e = dir.json(text).unwrap_err();
        assert!(!e.to_string().contains("Zzyzx"), "{e}");
        refused(Err(e), words);
    }
    refused(dir.json(&"[".repeat(100_000)), &["expected an object"]);
    let deep = format!("{{\"meta\": {}", "[".repeat(100_000));
    refused(dir.json(&deep), &["ends in the middle"]);
    let wide = format!("{{\"clks\": [\"{}\"]}}", "AAAA".repeat(MOST_BYTES));
    refused(dir.json(&wide), &["expected 1 to 4096"]);
    // Line ends inside of base64 are no fault.
    assert_eq!(dir.json(r#"{"clks": ["gA\nE=\n"]}"#).unwrap().len(), 1);
}

#[test]
fn binary_files_that_do_not_come_out_even_are_refused() {
    let dir = Dir::new();
    let binary = |bytes: &[u8], format| read(&dir.file(bytes), format, Some(2));
    refused(binary(&[], Format::Binary), &["empty"]);
    refused(
        binary(&[1, 2, 3], Format::Binary),
        &["3 bytes", "records of 2", "--hash-size"],
    );
    refused(
        binary(&[0; 7], Format::Numbered),
        &["7 bytes", "records of 6"],
    );
    let twice = [0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1];
    refused(
        binary(&twice, Format::Numbered),
        &["record 1 of the file", "record 1 comes twice"],
    );
    let far = [255, 255, 255, 255, 1, 1];
    refused(
        binary(&far, Format::Numbered),
        &["number 4294967295 in a file of 1"],
    );
    for width in [0, MOST_BYTES + 1] {
        let e = read(&dir.file([1]), Format::Binary, Some(width)).unwrap_err();
        assert_eq!(e.class(), Class::Usage);
    }
}

#[test]
fn a_file_is_known_by_how_it_begins() {
    let dir = Dir::new();
    let auto = |bytes: &[u8]| read(&dir.file(bytes), Format::Auto, None);
    refused(auto(b""), &["empty"]);
    refused(
        auto(&[0x80, 1, 3]),
        &["neither JSON nor a table", "--format binary"],
    );
    refused(
        auto(b"Zzyzx,Qwertyuiop\n1,2\n"),
        &["expected a column \"id\""],
    );
    assert_eq!(auto(b" \n{\"clks\": [\"gAE=\"]}").unwrap().len(), 1);
    let e = read(&dir.file(br#"{"clks": ["gAE="]}"#), Format::Auto, Some(128)).unwrap_err();
    assert!(
        e.to_string()
            .contains("CLKs of 2 bytes, but --hash-size is 128"),
        "{e}"
    );
    let e = read(Path::new("/nowhere/x"), Format::Auto, None).unwrap_err();
    assert_eq!(e.class(), Class::Io);
}

#[test]
fn rows_of_a_table_that_are_no_filters_have_their_line() {
    let dir = Dir::new();
    for (rows, words) in [
        ("", &["no row"][..]),
        (
            "Zzyzx,gAE=\nZzyzx,gAE=\n",
            &["x:3: column \"id\"", "come before"],
        ),
        (",gAE=\n", &["x:2: column \"id\"", "no id"]),
        ("1,gAE=\n2,Zzyzx\n", &["x:3: column \"value\"", "padded"]),
        (
            "1,gAE=\n2,gAEA\n",
            &["x:3: column \"value\"", "24 bits, those before it have 16"],
        ),
        ("1,\n", &["x:2: column \"value\"", "multiple of 8 bits"]),
    ] {
        let e = read_fable(&dir.file(format!("id,value\n{rows}"))).unwrap_err();
        assert!(!e.to_string().contains("Zzyzx"), "{e}");
        refused(Err(e), words);
    }
}
