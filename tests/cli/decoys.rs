//! Decoys: people with their birthdates moved, to whom every link is false.

use serde_json::Value;

use crate::happy::k12_demo;
use crate::harness::{Dir, REFS, encode_args, rows, testdata};

/// The demonstration with decoys of the district in `d.tokens`, not yet matched with them.
fn with_decoys() -> Dir {
    let dir = k12_demo("k12");
    let table = testdata("k12-demo/district.csv");
    let args = [
        &encode_args(&table, "district", "d.tokens")[..],
        &["--decoys"],
    ];
    dir.ok(&args.concat());
    dir
}

const MATCH: [&str; 8] = [
    "match",
    "district.tokens",
    "college.tokens",
    "--project",
    "p.toml",
    "-o",
    "r",
    "--force",
];

#[test]
fn hardly_a_decoy_is_linked_and_what_they_come_to_is_reported() {
    let dir = with_decoys();
    let before = dir.read("r/links.csv");
    let done = dir.ok(&[&MATCH[..], &["--decoys", "d.tokens", "--json"]].concat());
    let report: Value = serde_json::from_str(&done.out).unwrap();
    let decoys = &report["pairs"][0]["decoys"][0];
    let made = rows(&dir.read("d.refs.csv"), REFS).len() as u64;
    assert_eq!(decoys["party"], "district");
    assert_eq!(decoys["decoys"].as_u64().unwrap(), made);
    assert!(made > 1900 && decoys["linked"].as_u64().unwrap() * 20 < made);
    assert!(decoys["precision"].as_f64().unwrap() > 0.9);
    // They are left out of every result.
    assert_eq!(dir.read("r/links.csv"), before);
    assert!(dir.ok(&["inspect", "d.tokens"]).out.contains("decoys "));
}

#[test]
fn decoys_and_people_are_not_taken_for_each_other() {
    let dir = with_decoys();
    let with = |tokens: [&str; 2], decoys: &str, text: &str| {
        let args = [
            &[
                "match",
                tokens[0],
                tokens[1],
                "--project",
                "p.toml",
                "-o",
                "r2",
            ][..],
            &["--decoys", decoys],
        ];
        dir.fails(&args.concat(), 4, &[text]);
    };
    let own = ["district.tokens", "college.tokens"];
    with(
        ["d.tokens", "college.tokens"],
        "d.tokens",
        "holds decoys of `district`",
    );
    with(own, "district.tokens", "are no decoys");
    // Of a party that takes no part.
    let args = [
        "match",
        "college.tokens",
        "--project",
        "p.toml",
        "-o",
        "r2",
        "--duplicates",
        "--decoys",
        "d.tokens",
    ];
    dir.fails(&args, 4, &["takes no part"]);
}
