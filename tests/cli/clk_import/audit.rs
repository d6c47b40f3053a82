//! The audit of imported CLKs against the table of which they were made.

use super::{import, project};
use crate::harness::{Dir, KEY, testdata, words};

/// A linkage schema for the columns of the demo's district.
const DISTRICT: &str = r#"{"version": 3, "clkConfig": {"l": 512, "kdf": {"type": "HKDF"}}, "features": [
    {"identifier": "student_id", "ignored": true},
    {"identifier": "first_name", "format": {"type": "string"},
     "hashing": {"comparison": {"type": "ngram", "n": 2}, "strategy": {"bitsPerToken": 10}}},
    {"identifier": "middle_name", "ignored": true},
    {"identifier": "last_name", "format": {"type": "string"},
     "hashing": {"comparison": {"type": "ngram", "n": 2}, "strategy": {"bitsPerToken": 10}}},
    {"identifier": "suffix", "ignored": true},
    {"identifier": "birthdate", "format": {"type": "string"},
     "hashing": {"comparison": {"type": "ngram", "n": 1, "positional": true}, "strategy": {"bitsPerToken": 10}}},
    {"identifier": "gender", "ignored": true}]}"#;

/// A folder with the first `n` students of the demo, their CLKs under [`DISTRICT`], and `a.tokens` of these.
fn students(n: usize) -> Dir {
    let dir = project(&["a", "b"]);
    let table = std::fs::read_to_string(testdata("k12-demo/district.csv")).unwrap();
    let some: Vec<&str> = table.lines().take(n + 1).collect();
    dir.write("t.csv", some.join("\n") + "\n");
    dir.write("l.json", DISTRICT);
    dir.key("s", b"not a secret");
    dir.line("clk encode t.csv --schema l.json --secret-file s -o c.json");
    import(
        &dir,
        "c.json",
        "a",
        &["--ids", "t.csv", "--id-column", "student_id"],
    );
    dir
}

const AUDIT: &str = "audit t.csv --schema l.json --project p.toml --party a --tokens a.tokens";

#[test]
fn the_audit_finds_people_behind_imported_clks() {
    let dir = students(220);
    let alone = dir
        .ok(&["audit", "--tokens", "a.tokens", "--project", "p.toml"])
        .out;
    assert!(alone.contains("bits set, clk.clk"), "{alone}");
    let text = dir.line(&format!("{AUDIT} --json audit.json")).out;
    assert!(text.contains("Verdict: RED"), "{text}");
    assert!(text.contains("docs/how-to/clkhash.md"), "{text}");
    assert!(
        !text.contains("change of key") && !text.contains("share birthdates"),
        "{text}"
    );
    let report = dir.json("audit.json");
    assert_eq!(report["subject"]["imported"], true);
    assert_eq!(report["control"]["passed"], true);
    for attack in report["attacks"].as_array().unwrap() {
        let (found, overlap) = (attack["reidentified"].as_f64().unwrap(), &attack["overlap"]);
        assert!(found > 0.9 || *overlap != 1.0, "{attack}");
    }
    dir.line("release a.tokens --project p.toml --audit audit.json");
    let manifest = dir.json("a.release.json");
    assert_eq!(manifest["audit"]["verdict"], "red");
}

#[test]
fn an_audit_of_what_does_not_belong_together_is_refused() {
    let dir = students(30);
    dir.fails(
        &words(AUDIT),
        3,
        &["30 records are too few", "no verdict was reached"],
    );
    dir.key("k", &KEY);
    dir.fails(
        &words("audit t.csv --key k --project p.toml --party a --tokens a.tokens"),
        4,
        &["imported", "--schema"],
    );
    let table = dir.read("t.csv");
    dir.write(
        "t.csv",
        table.lines().take(30).collect::<Vec<_>>().join("\n"),
    );
    dir.fails(
        &words(AUDIT),
        4,
        &["29 rows below its header", "30 records"],
    );
    dir.write("t.csv", &table);
    dir.write("l.json", DISTRICT.replace("512", "256"));
    dir.fails(&words(AUDIT), 4, &["256 bits"]);
    dir.write("l.json", DISTRICT);
    dir.write("a.refs.csv", "record_ref,student_id\n");
    dir.fails(&words(AUDIT), 4, &["other record refs"]);
}
