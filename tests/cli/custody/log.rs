//! What is entered into the log and by whom, and `log verify`, `show`, `export` and `add`.

use std::process::Stdio;

use serde_json::Value;

use super::{agreed, encode, entries, linked, match_at_operator, receive};
use crate::harness::{Dir, encode_args, program, words};

fn did(text: &str) -> Vec<String> {
    let word = |e: &Value| {
        format!(
            "{} {}",
            e["action"].as_str().unwrap(),
            e["file"]["name"].as_str().unwrap_or("-")
        )
    };
    entries(text).iter().map(word).collect()
}

#[test]
fn with_an_agreement_every_file_is_in_the_log_with_its_hash_and_without_there_is_none() {
    let dir = linked();
    receive(&dir);
    dir.line("log add --project operator/p.toml --action released --file operator/results/crosswalk-district.csv --kind crosswalk --party district --rows 300 --recipient district",
    );
    dir.line(
        "resolve crosswalk-district.csv --refs district.refs.csv -o links.csv --project p.toml",
    );
    let owner = dir.read("p.log.jsonl");
    let expected = [
        "made district.tokens",
        "made district.refs.csv",
        "made district.rejects.csv",
        "made district.release.json",
        "released district.tokens",
        "made college.tokens",
        "made college.refs.csv",
        "made college.rejects.csv",
        "made college.release.json",
        "released college.tokens",
        "received crosswalk-district.csv",
        "resolved links.csv",
    ];
    assert_eq!(did(&owner), expected);
    let operator = dir.read("operator/p.log.jsonl");
    let expected = [
        "received district.tokens",
        "received district.release.json",
        "received college.tokens",
        "received college.release.json",
        "matched crosswalk-college.csv",
        "matched crosswalk-college.json",
        "matched crosswalk-district.csv",
        "matched crosswalk-district.json",
        "matched links.csv",
        "matched pairs.csv",
        "matched report.json",
        "released crosswalk-district.csv",
    ];
    assert_eq!(did(&operator), expected);
    for (log, folders) in [
        (&owner, vec![""]),
        (&operator, vec!["operator/", "operator/results/"]),
    ] {
        for e in entries(log) {
            let name = e["file"]["name"].as_str().unwrap();
            let is_it = |folder: &&&str| {
                let bytes = std::fs::read(dir.path(&format!("{folder}{name}"))).unwrap_or_default();
                blake3::hash(&bytes).to_string() == e["file"]["blake3"]
                    && bytes.len() as u64 == e["file"]["bytes"]
            };
            assert!(folders.iter().any(|f| is_it(&f)), "{name}");
            assert_eq!(e["agreement"], "MOU-7");
            assert_eq!(e["destroy_by"], "2999-06-30");
        }
    }
    let e = entries(&owner);
    assert_eq!(e[0]["rows"], 300);
    assert_eq!(e[0]["elements"][0], "first");
    assert_eq!(e[4]["recipient"], "Zzyzx Data Centre");
    assert_eq!(e[11]["party"], "district");
    // No student is in it: neither an id nor a name of the table.
    let table = dir.read("district.csv");
    for row in table.lines().skip(1).take(100) {
        let id = row.split(',').next().unwrap();
        assert!(
            !owner.contains(&format!("\"{id}\"")),
            "a student id is in the log"
        );
    }

    // A second match of the same files does not receive them again.
    match_at_operator(&dir, &["--force"]);
    let again = dir.read("operator/p.log.jsonl");
    assert!(
        again.starts_with(&operator)
            && did(&again)
                .iter()
                .filter(|d| d.starts_with("received"))
                .count()
                == 4
    );

    let without = Dir::with_project();
    without.encode("t.csv", "a");
    assert!(!without.path("p.log.jsonl").exists());
    let args = encode_args("t.csv", "b", "b.tokens");
    without.ok(&[&args[..], &["--log", "other.jsonl"]].concat());
    assert_eq!(did(&without.read("other.jsonl")).len(), 3);
    assert_eq!(entries(&without.read("other.jsonl"))[0]["agreement"], "");
}

#[test]
fn a_log_is_verified_shown_and_exported_and_a_changed_one_is_refused() {
    let dir = linked();
    let log = dir.read("p.log.jsonl");
    let done = dir.line("log verify p.log.jsonl");
    let last = entries(&log).last().unwrap()["hash"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        done.out.contains("10 entries") && done.out.contains(&last),
        "{}",
        done.out
    );
    assert_eq!(dir.line("log show p.log.jsonl").out.lines().count(), 10);
    dir.line(&format!("log verify p.log.jsonl --includes {last}"));
    // What is cut off at the end is noticed by a hash that was noted.
    let cut = log
        .lines()
        .take(9)
        .map(|l| format!("{l}\n"))
        .collect::<String>();
    dir.write("cut.jsonl", cut);
    dir.line("log verify cut.jsonl");
    dir.fails(
        &["log", "verify", "cut.jsonl", "--includes", &last],
        4,
        &["no entry has the hash"],
    );
    dir.write("torn.jsonl", format!("{log}{}", &log[..50]));
    assert!(
        dir.line("log verify torn.jsonl")
            .err
            .contains("unfinished line")
    );
    dir.write(
        "changed.jsonl",
        log.replacen("\"rows\":300", "\"rows\":301", 1),
    );
    dir.fails(
        &["log", "verify", "changed.jsonl"],
        3,
        &["changed.jsonl:1: the entry was changed"],
    );
    // A verb does not write to a log whose end was changed.
    dir.write("p.log.jsonl", log.replace(&last, &"0".repeat(64)));
    dir.fails(
        &["log", "add", "--project", "p.toml", "--note", "x"],
        3,
        &["log verify"],
    );
    dir.fails(
        &words(&format!("{} --force", encode("district"))),
        3,
        &["the last entry"],
    );
    dir.write("p.log.jsonl", &log);

    dir.line("log export p.log.jsonl --csv r.csv --html r.html");
    let table = dir.read("r.csv");
    assert_eq!(table.lines().count(), 11);
    assert!(table.lines().nth(1).unwrap().starts_with("disclosure,5,"));
    assert!(table.lines().nth(3).unwrap().starts_with("appendix,1,"));
    let page = dir.read("r.html");
    for text in ["34 CFR 99.32", "Zzyzx Data Centre", "MOU-7", &last] {
        assert!(page.contains(text), "{text}");
    }
    assert!(!page.contains("<script") && page.contains("scope=\"col\""));
    dir.fails(
        &["log", "export", "p.log.jsonl", "--csv", "r.csv"],
        1,
        &["exists"],
    );
    dir.fails(&["log", "export", "p.log.jsonl"], 2, &["--csv"]);
    dir.fails(
        &["log", "add", "--project", "p.toml"],
        2,
        &["--file or --note"],
    );
    dir.fails(
        &words("log add --project p.toml --action released --note x"),
        2,
        &["--recipient"],
    );
}

#[test]
fn processes_at_once_lose_no_entry() {
    let dir = agreed();
    std::thread::scope(|scope| {
        for t in 0..8 {
            let dir = &dir;
            scope.spawn(move || {
                for i in 0..25 {
                    let note = format!("{t} {i}");
                    let mut command = dir.command(program());
                    command.args(["log", "add", "--project", "p.toml", "-q", "--note", &note]);
                    assert!(command.stdout(Stdio::null()).status().unwrap().success());
                }
            });
        }
    });
    assert!(
        dir.line("log verify p.log.jsonl")
            .out
            .contains("200 entries")
    );
    let found = entries(&dir.read("p.log.jsonl"));
    for t in 0..8 {
        let own = found.iter().filter_map(|e| {
            e["note"]
                .as_str()?
                .strip_prefix(&format!("{t} "))
                .map(str::to_owned)
        });
        assert!(own.eq((0..25).map(|i| i.to_string())), "process {t}");
    }
}
