//! The disclosure log, `status` and `destroy` from outside.

use std::process::Stdio;

use crate::harness::{Dir, KEY, program};

/// What the project file of the tests agrees on.
pub const AGREEMENT: &str = "[agreement]\nnumber = \"MOU-7\"\nexception = \"34 CFR 99.31(a)(3): audit or evaluation\"\n\
    representative = \"Zzyzx Office\"\ndestroy_by = \"2999-06-30\"\nminimum_cell = 11\n\
    elements = [\"student-id\", \"first\", \"middle\", \"last\", \"suffix\", \"birthdate\", \"gender\", \"alias-first\", \"alias-last\"]\n\
    [[agreement.contact]]\nrole = \"operator\"\norganisation = \"Zzyzx Data Centre\"\n\n";

/// A folder with an agreement, a key, and tables of 300 students; the operator has a folder of its own.
pub fn agreed() -> Dir {
    let dir = Dir::new();
    dir.project("p.toml", &["district", "college"], "k12");
    agree(&dir, "p.toml", AGREEMENT);
    dir.key("k", &KEY);
    dir.ok(&["synth", "--records", "300", "--seed", "4", "-o", "."]);
    std::fs::create_dir(dir.path("operator")).unwrap();
    dir
}

pub fn agree(dir: &Dir, name: &str, agreement: &str) {
    let text = dir.read(name);
    assert!(text.contains("\n[decision]"));
    dir.write(
        name,
        text.replacen("\n[decision]", &format!("\n{agreement}[decision]"), 1),
    );
}

pub fn encode(party: &str) -> Vec<String> {
    let line =
        format!("encode {party}.csv --project p.toml --party {party} --key k -o {party}.tokens -q");
    line.split(' ').map(str::to_owned).collect()
}

fn ok(dir: &Dir, line: &str) -> crate::harness::Done {
    dir.ok(&line.split(' ').collect::<Vec<_>>())
}

/// Encodes both tables, sends the tokens to the operator and matches them there.
pub fn linked() -> Dir {
    let dir = agreed();
    for party in ["district", "college"] {
        let args = encode(party);
        dir.ok(&args.iter().map(String::as_str).collect::<Vec<_>>());
        ok(&dir, &format!("release {party}.tokens --project p.toml -q"));
        for end in ["tokens", "release.json"] {
            let name = format!("{party}.{end}");
            std::fs::copy(dir.path(&name), dir.path("operator").join(name)).unwrap();
        }
    }
    std::fs::copy(dir.path("p.toml"), dir.path("operator/p.toml")).unwrap();
    match_at_operator(&dir, &[]);
    dir
}

/// Matches in the operator's folder, in which no secret lies.
fn match_at_operator(dir: &Dir, more: &[&str]) {
    let mut command = dir.command(program());
    command.current_dir(dir.path("operator"));
    let line = "match district.tokens college.tokens --project p.toml -o results -q";
    let done = command.args(line.split(' ')).args(more).output().unwrap();
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
}

/// The entries of a log.
pub fn entries(text: &str) -> Vec<serde_json::Value> {
    text.lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect()
}

fn did(text: &str) -> Vec<String> {
    let word = |e: &serde_json::Value| {
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
    for name in ["crosswalk-district.csv", "crosswalk-district.json"] {
        let sent = dir.path("operator/results").join(name);
        std::fs::copy(sent, dir.path(name)).unwrap();
    }
    ok(
        &dir,
        "log add --project operator/p.toml --action released --file operator/results/crosswalk-district.csv --kind crosswalk --party district --rows 300 --recipient district",
    );
    ok(
        &dir,
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
    let args = crate::harness::encode_args("t.csv", "b", "b.tokens");
    without.ok(&[&args[..], &["--log", "other.jsonl"]].concat());
    assert_eq!(did(&without.read("other.jsonl")).len(), 3);
    assert_eq!(entries(&without.read("other.jsonl"))[0]["agreement"], "");
}

#[test]
fn a_log_is_verified_shown_and_exported_and_a_changed_one_is_refused() {
    let dir = linked();
    let log = dir.read("p.log.jsonl");
    let done = ok(&dir, "log verify p.log.jsonl");
    let last = entries(&log).last().unwrap()["hash"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        done.out.contains("10 entries") && done.out.contains(&last),
        "{}",
        done.out
    );
    assert_eq!(ok(&dir, "log show p.log.jsonl").out.lines().count(), 10);
    ok(&dir, &format!("log verify p.log.jsonl --includes {last}"));
    // What is cut off at the end is noticed by a hash that was noted.
    let cut = log
        .lines()
        .take(9)
        .map(|l| format!("{l}\n"))
        .collect::<String>();
    dir.write("cut.jsonl", cut);
    ok(&dir, "log verify cut.jsonl");
    dir.fails(
        &["log", "verify", "cut.jsonl", "--includes", &last],
        4,
        &["no entry has the hash"],
    );
    dir.write("torn.jsonl", format!("{log}{}", &log[..50]));
    assert!(
        ok(&dir, "log verify torn.jsonl")
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
    let mut args = encode("district");
    args.extend(["--force".into()]);
    dir.fails(
        &args.iter().map(String::as_str).collect::<Vec<_>>(),
        3,
        &["the last entry"],
    );
    dir.write("p.log.jsonl", &log);

    ok(&dir, "log export p.log.jsonl --csv r.csv --html r.html");
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
        &[
            "log",
            "add",
            "--project",
            "p.toml",
            "--action",
            "released",
            "--note",
            "x",
        ],
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
        ok(&dir, "log verify p.log.jsonl")
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

#[test]
fn status_tells_what_is_held_overdue_missing_and_unknown_to_the_log() {
    let dir = linked();
    let status = |dir: &Dir| -> serde_json::Value {
        let mut command = dir.command(program());
        let done = command
            .args(["status", ".", "operator", "--project", "p.toml", "--json"])
            .output()
            .unwrap();
        serde_json::from_slice(&done.stdout).unwrap()
    };
    let found = status(&dir);
    let held = |found: &serde_json::Value, name: &str| {
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
    ok(&dir, "status --fail-if-overdue");

    std::fs::remove_file(dir.path("college.refs.csv")).unwrap();
    dir.write(".blindlink-zzyzx.part", "x");
    let found = status(&dir);
    assert_eq!(found["missing"][0]["file"]["name"], "college.refs.csv");
    assert_eq!(found["leftovers"].as_array().unwrap().len(), 1);
    std::fs::remove_file(dir.path(".blindlink-zzyzx.part")).unwrap();

    // Of a project file that is not there, the log knows the day.
    let past = agreed();
    let args = encode("district");
    past.ok(&args.iter().map(String::as_str).collect::<Vec<_>>());
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
fn destroy_takes_what_is_of_the_project_and_nothing_else() {
    let dir = linked();
    // Another project in the same folder, with a key and a table of its own.
    dir.project("q.toml", &["district", "college"], "k12");
    dir.write(
        "q.toml",
        dir.read("q.toml").replace("round = \"1\"", "round = \"9\""),
    );
    dir.key("k2", &[9; 32]);
    ok(
        &dir,
        "encode college.csv --project q.toml --party college --key k2 -o other.tokens -q",
    );
    dir.write("mine.txt", "kept");
    std::fs::create_dir(dir.path("folder")).unwrap();
    dir.write("folder/inside.tokens", "kept");
    let kept = [
        "q.toml",
        "k2",
        "other.tokens",
        "other.refs.csv",
        "other.rejects.csv",
        "mine.txt",
        "folder/inside.tokens",
        "district.csv",
        "p.toml",
    ];
    let before = dir.files();
    #[cfg(unix)]
    std::os::unix::fs::symlink("other.tokens", dir.path("link.tokens")).unwrap();

    let args = [
        "destroy",
        ".",
        "operator",
        "--project",
        "p.toml",
        "--certificate",
        "c.html",
    ];
    dir.fails(
        &args,
        2,
        &[
            "nobody can be asked",
            "district.tokens (tokens)",
            "other.tokens is of another project",
        ],
    );
    let done = dir.ok(&[&args[..], &["--yes", "--witness", "Wwitness <b>"]].concat());
    assert!(
        done.err.contains("a linkage key is among them"),
        "{}",
        done.err
    );
    let after = dir.files();
    for name in kept {
        let name = format!("work/{name}");
        assert_eq!(after.get(&name), before.get(&name), "{name}");
    }
    for name in [
        "k",
        "district.tokens",
        "district.refs.csv",
        "district.rejects.csv",
        "district.release.json",
        "operator/district.tokens",
    ] {
        assert!(!dir.path(name).exists(), "{name}");
    }
    assert!(
        !dir.path("operator/results").exists(),
        "an empty folder of results goes too"
    );
    #[cfg(unix)]
    assert!(dir.path("link.tokens").symlink_metadata().is_ok());
    let page = dir.read("c.html");
    for text in [
        "MOU-7",
        "Wwitness &lt;b&gt;",
        "district.tokens",
        "wear levelling",
        "Backups",
        "shadow copies",
        "mail",
        "other data owners",
    ] {
        assert!(page.contains(text), "{text}");
    }
    let json: serde_json::Value = serde_json::from_str(&dir.read("c.json")).unwrap();
    let log = dir.read("p.log.jsonl");
    for d in json["destroyed"].as_array().unwrap() {
        let hash = d["file"]["blake3"].as_str().unwrap();
        for action in ["destroying", "destroyed"] {
            let is = |e: &serde_json::Value| e["action"] == action && e["file"]["blake3"] == hash;
            assert!(
                entries(&log).iter().any(is),
                "{action} {}",
                d["file"]["name"]
            );
        }
        assert!(
            before
                .values()
                .any(|(_, print)| blake3::Hash::from_bytes(*print).to_string() == hash)
        );
    }
    ok(&dir, "log verify p.log.jsonl");

    // Again: nothing is left, and the log has what was.
    dir.fails(
        &[
            "destroy",
            ".",
            "--project",
            "p.toml",
            "--certificate",
            "c.html",
            "--yes",
        ],
        1,
        &["exists"],
    );
    let again = dir.ok(&[
        "destroy",
        ".",
        "--project",
        "p.toml",
        "--certificate",
        "c2.html",
        "--yes",
    ]);
    assert!(again.err.contains("nothing is left"), "{}", again.err);
    let second: serde_json::Value = serde_json::from_str(&dir.read("c2.json")).unwrap();
    assert_eq!(
        second["destroyed_before"].as_array().unwrap().len(),
        json["destroyed"].as_array().unwrap().len()
    );
    let nothing = [
        "destroy",
        ".",
        "--project",
        "p.toml",
        "--certificate",
        "c3.html",
        "--log",
        "none.jsonl",
        "--yes",
    ];
    dir.fails(&nothing, 4, &["nothing of this project was found"]);
}

#[test]
fn a_key_goes_only_if_it_is_the_projects() {
    let dir = agreed();
    dir.key("k2", &[9; 32]);
    let args = encode("district");
    dir.ok(&args.iter().map(String::as_str).collect::<Vec<_>>());
    std::fs::create_dir(dir.path("keys")).unwrap();
    std::fs::rename(dir.path("k"), dir.path("keys/k")).unwrap();
    let args = [
        "destroy",
        ".",
        "--project",
        "p.toml",
        "--certificate",
        "c.html",
        "--yes",
        "--key",
    ];
    dir.fails(
        &[&args[..], &["k2"]].concat(),
        4,
        &["not that of the project"],
    );
    // The log knows the key when the tokens are gone.
    for name in ["district.tokens", "district.refs.csv"] {
        std::fs::remove_file(dir.path(name)).unwrap();
    }
    dir.ok(&[&args[..], &["keys/k"]].concat());
    assert!(!dir.path("keys/k").exists() && dir.path("k2").exists());
}

#[test]
fn what_a_verb_replaces_is_entered_and_is_not_missing() {
    let dir = linked();
    let missing = || -> Vec<String> {
        let done = dir.ok(&["status", ".", "operator", "--project", "p.toml", "--json"]);
        let found: serde_json::Value = serde_json::from_str(&done.out).unwrap();
        let all = found["missing"].as_array().unwrap().iter();
        let name = |m: &serde_json::Value| m["file"]["name"].as_str().unwrap().to_owned();
        all.map(name).collect()
    };
    for name in ["crosswalk-district.csv", "crosswalk-district.json"] {
        let sent = dir.path("operator/results").join(name);
        std::fs::copy(sent, dir.path(name)).unwrap();
    }
    let resolve =
        "resolve crosswalk-district.csv --refs district.refs.csv -o links.csv --project p.toml -q";
    ok(&dir, resolve);
    ok(&dir, &format!("{resolve} --force"));
    let before = [dir.read("p.log.jsonl"), dir.read("operator/p.log.jsonl")];
    let mut args = encode("district");
    args.push("--force".to_owned());
    dir.ok(&args.iter().map(String::as_str).collect::<Vec<_>>());
    ok(&dir, "release district.tokens --project p.toml -q --force");
    match_at_operator(&dir, &["--duplicates", "--threshold", "0.99", "--force"]);
    // What this one does not write goes all the same.
    match_at_operator(&dir, &["--threshold", "0.98", "--force"]);
    assert_eq!(missing(), [""; 0]);
    // The operator still has the tokens of before, which `district` has replaced.
    let now = [dir.read("p.log.jsonl"), dir.read("operator/p.log.jsonl")];
    assert!(now[0].starts_with(&before[0]) && now[1].starts_with(&before[1]));
    let replaced = |log: &str| -> Vec<(usize, String, String)> {
        let is = |e: &serde_json::Value| e["action"] == "noted" && e["note"] == "replaced";
        let all = entries(log).into_iter().enumerate().filter(|(_, e)| is(e));
        let text = |e: &serde_json::Value, key: &str| e["file"][key].as_str().unwrap().to_owned();
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
    ok(&dir, "log verify p.log.jsonl");

    // A remark on a file is no word on where it is.
    ok(
        &dir,
        "log add --project p.toml --file college.refs.csv --note seen",
    );
    std::fs::remove_file(dir.path("college.refs.csv")).unwrap();
    assert_eq!(missing(), ["college.refs.csv"]);
}
