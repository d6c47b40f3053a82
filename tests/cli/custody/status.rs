//! `status`: what is held, overdue, missing and unknown to the log, also after files were replaced.

use serde_json::Value;

use super::{agreed, encode, entries, linked, match_at_operator, receive};
use crate::harness::{Dir, program, words};

#[test]
fn status_tells_what_is_held_overdue_missing_and_unknown_to_the_log() {
    let dir = linked();
    let status = |dir: &Dir| -> Value {
        let mut command = dir.command(program());
        command.args(words("status . operator --project p.toml --json"));
        let done = command.output().unwrap();
        serde_json::from_slice(&done.stdout).unwrap()
    };
    let found = status(&dir);
    let held = |found: &Value, name: &str| {
        let all = found["held"].as_array().unwrap();
        all.iter()
            .find(|h| h["path"].as_str().unwrap().ends_with(name))
            .unwrap_or_else(|| panic!("{name}"))
            .clone()
    };
    assert_eq!(found["overdue"], 0);
    assert_eq!(held(&found, "district.tokens")["rows"], 300);
    assert_eq!(held(&found, "district.refs.csv")["party"], "district");
    assert_eq!(
        held(&found, "operator/results/links.csv")["kind"],
        "results"
    );
    let key = held(&found, "k");
    assert_eq!(
        (&key["kind"], &key["is_logged"]),
        (&"key".into(), &false.into())
    );
    assert_eq!(key["destroy_by"], "2999-06-30");
    dir.line("status --fail-if-overdue");

    std::fs::remove_file(dir.path("college.refs.csv")).unwrap();
    dir.write(".blindlink-zzyzx.part", "x");
    let found = status(&dir);
    assert_eq!(found["missing"][0]["file"]["name"], "college.refs.csv");
    assert_eq!(found["leftovers"].as_array().unwrap().len(), 1);
    std::fs::remove_file(dir.path(".blindlink-zzyzx.part")).unwrap();

    // Of a project file that is not there, the log knows the day.
    let past = agreed();
    past.line(&encode("district"));
    let log = past.read("p.log.jsonl");
    past.write(
        "p.log.jsonl",
        rechained(&log.replace("2999-06-30", "2020-06-30")),
    );
    std::fs::remove_file(past.path("p.toml")).unwrap();
    past.run(&["log", "verify", "p.log.jsonl"]);
    let done = past.run(&["status", "--fail-if-overdue"]);
    assert_eq!(done.code, 4, "{}", done.err);
    assert!(
        done.out.contains("OVERDUE since 2020-06-30"),
        "{}",
        done.out
    );
}

/// The lines of a log under the hashes that belong to them.
fn rechained(text: &str) -> String {
    let mut previous = "0".repeat(64);
    let mut out = String::new();
    for line in text.lines() {
        let end = line.rfind(",\"previous\":").unwrap();
        let bare = format!("{},\"previous\":\"{previous}\"", &line[..end]);
        previous = blake3::hash(format!("{bare}}}").as_bytes()).to_string();
        out += &format!("{bare},\"hash\":\"{previous}\"}}\n");
    }
    out
}

#[test]
fn what_a_verb_replaces_is_entered_and_is_not_missing() {
    let dir = linked();
    let missing = || -> Vec<String> {
        let found = dir.line("status . operator --project p.toml --json").json();
        let all = found["missing"].as_array().unwrap().iter();
        let name = |m: &Value| m["file"]["name"].as_str().unwrap().to_owned();
        all.map(name).collect()
    };
    receive(&dir);
    let resolve =
        "resolve crosswalk-district.csv --refs district.refs.csv -o links.csv --project p.toml -q";
    dir.line(resolve);
    dir.line(&format!("{resolve} --force"));
    let before = [dir.read("p.log.jsonl"), dir.read("operator/p.log.jsonl")];
    dir.line(&format!("{} --force", encode("district")));
    dir.line("release district.tokens --project p.toml -q --force");
    match_at_operator(&dir, &["--duplicates", "--threshold", "0.99", "--force"]);
    // What this one does not write goes all the same.
    match_at_operator(&dir, &["--threshold", "0.98", "--force"]);
    assert_eq!(missing(), [""; 0]);
    // The operator still has the tokens of before, which `district` has replaced.
    let now = [dir.read("p.log.jsonl"), dir.read("operator/p.log.jsonl")];
    assert!(now[0].starts_with(&before[0]) && now[1].starts_with(&before[1]));
    let replaced = |log: &str| -> Vec<(usize, String, String)> {
        let is = |e: &Value| e["action"] == "noted" && e["note"] == "replaced";
        let all = entries(log).into_iter().enumerate().filter(|(_, e)| is(e));
        let text = |e: &Value, key: &str| e["file"][key].as_str().unwrap().to_owned();
        all.map(|(i, e)| (i, text(&e, "name"), text(&e, "blake3")))
            .collect()
    };
    let owner = replaced(&now[0]);
    let names: Vec<&str> = owner.iter().map(|(_, name, _)| name.as_str()).collect();
    let expected = [
        "links.csv",
        "district.tokens",
        "district.refs.csv",
        "district.rejects.csv",
        "district.release.json",
    ];
    assert_eq!(names, expected);
    let all = entries(&now[0]);
    for (i, name, hash) in &owner {
        let made = all.iter().position(|e| e["file"]["blake3"] == **hash);
        assert!(made.unwrap() < *i, "{name} was not in the log");
        let mut later = all[i + 1..].iter();
        assert!(later.any(|e| e["file"]["name"] == **name), "{name}");
    }
    assert_eq!(all[owner[1].0]["rows"], 300);
    let operator = replaced(&now[1]);
    let of = |name: &str| operator.iter().filter(|(_, n, _)| n == name).count();
    assert_eq!(of("report.json"), 2);
    assert_eq!(of("duplicates.csv"), 1);
    assert!(!dir.path("operator/results/duplicates.csv").exists());
    dir.line("log verify p.log.jsonl");

    // A remark on a file is no word on where it is.
    dir.line("log add --project p.toml --file college.refs.csv --note seen");
    std::fs::remove_file(dir.path("college.refs.csv")).unwrap();
    assert_eq!(missing(), ["college.refs.csv"]);
}
