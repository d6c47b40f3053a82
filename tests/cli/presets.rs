//! Exports of every system, as they are, into token files.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::harness::{Dir, REFS, encode_args, rows, testdata};

/// Preset, export, and how many of its records have an alias.
const EXPORTS: [(&str, &str, u64); 26] = [
    ("oneroster-1.1", "oneroster-1.1", 0),
    ("oneroster-1.1", "oneroster-1.1/users.csv", 0),
    ("oneroster-1.1", "oneroster-1.1.zip", 0),
    ("oneroster-1.1", "oneroster-1.1-wild", 0),
    ("oneroster-1.2", "oneroster-1.2", 3),
    ("oneroster-1.2", "oneroster-1.2.zip", 3),
    ("ed-fi", "ed-fi/camel.csv", 3),
    ("ed-fi", "ed-fi/snake.csv", 3),
    ("ceds", "ceds/students.csv", 3),
    ("calpads-senr", "calpads-senr/senr.txt", 3),
    ("calpads-sinf", "calpads-sinf/sinf.txt", 3),
    ("calpads-ssid", "calpads-ssid/extract.txt", 0),
    ("clever", "clever/students.csv", 0),
    ("infinite-campus", "infinite-campus/students.csv", 3),
    ("powerschool", "powerschool/students.txt", 3),
    ("aeries", "aeries/query.csv", 3),
    ("aeries", "aeries/short.csv", 3),
    ("skyward", "skyward/students.csv", 0),
    ("illuminate", "illuminate/students.txt", 0),
    ("banner", "banner/students.csv", 3),
    ("peoplesoft", "peoplesoft/names.csv", 3),
    ("peoplesoft", "peoplesoft/whole-names.csv", 3),
    ("colleague", "colleague/person.csv", 3),
    ("nsc-request", "nsc-request/request.txt", 0),
    ("xello", "xello/graduates.txt", 0),
    ("generic", "generic/students.csv", 3),
];

fn encode(dir: &Dir, export: &str, more: &[&str]) -> (Value, String) {
    let table = testdata(&format!("presets/{export}"));
    let args = encode_args(&table, "a", "a.tokens");
    let done = dir.ok(&[&args[..], &["--json", "--force"], more].concat());
    (serde_json::from_str(&done.out).unwrap(), done.err)
}

#[test]
fn every_export_is_checked_encoded_and_verified_as_it_is() {
    let dir = Dir::with_project();
    for (preset, export, with_alias) in EXPORTS {
        let (json, _) = encode(&dir, export, &[]);
        let table = testdata(&format!("presets/{export}"));
        dir.ok(&["check", &table]);
        let verified = dir.ok(&["verify-tokens", "a.tokens", "--against", &table]);
        assert!(!verified.out.contains("Zzyzx"), "{export}");
        assert_eq!(json["preset"], preset, "{export}");
        assert_eq!(json["records"], 7, "{export}");
        assert_eq!(json["rejected"], json!({}), "{export}");
        assert_eq!(json["without_birthdate"], 0, "{export}");
        assert_eq!(json["with_alias"], with_alias, "{export}");
        let ids: BTreeSet<String> = rows(&dir.read("a.refs.csv"), REFS)
            .into_iter()
            .map(|row| row[1].clone())
            .collect();
        let expected: BTreeSet<String> = (101..=107).map(|n| format!("00{n}")).collect();
        assert_eq!(ids, expected, "{export}");
    }
}

#[test]
fn exports_of_two_systems_give_files_of_as_many_tokens() {
    let dir = Dir::with_project();
    let all = [
        "banner/students.csv",
        "powerschool/students.txt",
        "infinite-campus/students.csv",
    ];
    let rows: BTreeSet<u64> = all
        .iter()
        .map(|export| encode(&dir, export, &[]).0["token_rows"].as_u64().unwrap())
        .collect();
    assert_eq!(rows.len(), 1, "{rows:?}");
}

#[test]
fn the_summary_says_which_rows_are_no_students() {
    let dir = Dir::with_project();
    let (json, said) = encode(&dir, "banner/students.csv", &[]);
    assert_eq!(json["rows_of_other_names"], 3);
    assert_eq!(json["rows_read"], 7);
    assert!(
        said.contains("\n3 more rows hold other names of students\n"),
        "{said}"
    );
    let (json, said) = encode(&dir, "oneroster-1.1.zip", &[]);
    assert_eq!(json["rows_of_no_student"], 2);
    assert!(
        said.contains("\n2 more rows are of no students\n"),
        "{said}"
    );
}
