//! Planted people among those of a table: whose they are, that they cannot be told apart, and what the log says of them.

use super::{encode, plant};
use crate::custody::{AGREEMENT, agree, entries};
use crate::harness::{Dir, KEY, MATCH, TABLE, encode_args, words};

#[test]
fn plants_of_others_and_ids_that_feign_them_are_refused() {
    let dir = Dir::with_project();
    plant(&dir, 3, 3);
    let with = |plants: &str, code: i32, texts: &[&str]| {
        let args = encode_args("t.csv", "a", "x.tokens");
        dir.fails(&[&args[..], &["--plants", plants]].concat(), code, texts);
    };
    with(
        "plants/plants-b.csv",
        4,
        &["those of party `b`, not of `a`", "plants-a.csv"],
    );
    with(
        "t.csv",
        3,
        &["t.csv:2", "expected the id of a planted person"],
    );
    let own = dir.read("plants/plants-a.csv");
    let row = own.lines().nth(1).unwrap();
    dir.write("twice.csv", format!("{own}{row}\n"));
    with("twice.csv", 3, &["stands in the file twice"]);
    let args = encode_args("t.csv", "a", "x.tokens");
    let decoys = ["--plants", "plants/plants-a.csv", "--decoys"];
    dir.fails(&[&args[..], &decoys].concat(), 2, &["--decoys"]);

    let table = dir.read("t.csv");
    dir.write("t.csv", table.replace("72,", "blindlink-plant-a-00000001,"));
    dir.encode_fails("t.csv", 3, &["t.csv:3", "the form of a planted person's"]);

    dir.fails(
        &words("resolve t.csv --refs t.csv -o o.csv --plants-out o.csv"),
        2,
        &["two outputs"],
    );
    let new = ["plants", "new", "--project", "p.toml", "-o", "plants"];
    let years = ["--born", "2004..2008"];
    dir.fails(&[&new[..], &["--together", "2"]].concat(), 2, &["--cohort"]);
    dir.fails(&[&new[..], &years].concat(), 2, &["--together"]);
    dir.fails(
        &[&new[..], &years, &["--apart", "1"]].concat(),
        1,
        &["it exists already"],
    );
    dir.ok(&[
        &new[..],
        &["--cohort", "2023..2025", "--apart", "1", "--force", "-q"],
    ]
    .concat());
    assert_eq!(dir.read("plants/truth.csv").lines().count(), 2);
}

/// Records without a column for something, and planted people with it, would tell these apart.
#[test]
fn they_lack_what_the_table_lacks() {
    let dir = Dir::new();
    dir.project("p.toml", &["a", "b"], "k12");
    let text = dir.read("p.toml");
    let (head, _) = text.split_once("[schema]").unwrap();
    let schema = "[schema]\nname = \"gaps\"\n[[schema.pass]]\nname = \"day\"\nblock = [\"birthdate\"]\n\
                  [[schema.pass.filter]]\nname = \"names\"\nof = [\"first\", \"last\"]\nbits = 512\nlayers = 2\n\
                  [[schema.pass.filter]]\nname = \"gender\"\nof = [\"gender\"]\nbits = 64\n";
    dir.write("p.toml", format!("{head}{schema}"));
    dir.key("k", &KEY);
    dir.write("t.csv", TABLE);
    plant(&dir, 20, 0);
    encode(&dir, "t.csv", "a");
    let rows_of = dir.ok(&["inspect", "a.tokens"]).out;
    assert!(rows_of.contains("records        2"), "{rows_of}");
    let file = blindlink::token::TokenFile::open(&dir.path("a.tokens")).unwrap();
    let gender = file
        .columns()
        .iter()
        .position(|(name, _)| name == "day.gender")
        .unwrap();
    let mut there = 0;
    file.each_row(&[gender + 1], |_, values| {
        there += usize::from(values[0].is_some());
        Ok(())
    })
    .unwrap();
    assert_eq!(there, 0, "only planted people have a gender");
}

#[test]
fn files_of_planted_people_are_in_the_disclosure_log() {
    let dir = Dir::with_project();
    agree(&dir, "p.toml", AGREEMENT);
    plant(&dir, 3, 2);
    for party in ["a", "b"] {
        encode(&dir, "t.csv", party);
    }
    dir.ok(&MATCH);
    let line = "resolve r/crosswalk-a.csv --refs a.refs.csv -o links.csv --plants-out found.csv --project p.toml";
    dir.line(line);
    let text = dir.read("p.log.jsonl");
    let log = entries(&text);
    let files = [
        ("plants/plants-a.csv", "plants", Some("a")),
        ("plants/plants-b.csv", "plants", Some("b")),
        ("plants/truth.csv", "plants-truth", None),
        ("found.csv", "plants-found", Some("a")),
    ];
    for (path, kind, party) in files {
        let bytes = dir.bytes(path);
        let hash = blake3::hash(&bytes).to_string();
        let entry = log.iter().find(|e| e["file"]["blake3"] == hash).unwrap();
        assert_eq!(entry["action"], "made", "{path}");
        assert_eq!(entry["file"]["kind"], kind, "{path}");
        assert_eq!(entry["party"].as_str(), party, "{path}");
        let rows = bytes.iter().filter(|b| **b == b'\n').count() as u64 - 1;
        assert_eq!(entry["rows"], rows, "{path}");
        assert_eq!(entry["elements"].as_array().unwrap().len(), 0, "{path}");
        assert!(entry["note"].as_str().unwrap().contains("no student"));
    }
    // New ones take the place of these.
    let again = "plants new --project p.toml --born 2004..2008 --apart 1 -o plants --force -q";
    dir.line(again);
    let text = dir.read("p.log.jsonl");
    assert_eq!(text.matches("\"note\":\"replaced\"").count(), 3);
    // A log that is not as it was is found out before anything is written.
    let before = dir.read("plants/truth.csv");
    dir.write("p.log.jsonl", text.replacen("MOU-7", "MOU-8", 50));
    dir.fails(&words(again), 3, &["the last entry was changed"]);
    assert_eq!(dir.read("plants/truth.csv"), before);
}
