//! The vectors of `testdata/vectors/log` and `testdata/vectors/checkpoints`, which second implementations made from the
//! specifications (`tests/scripts/reference_log.py`, `reference_checkpoints.py`): both must take and refuse the same
//! files, and no byte of what is taken can be changed without being noticed.

#![allow(
    clippy::unwrap_used,
    reason = "a vector that is not as written must fail the test"
)]

use std::path::{Path, PathBuf};

use blindlink::custody::read;
use blindlink::error::{Class, Error};
use blindlink::unfinished::{Start, Subject, Unfinished};
use serde::{Deserialize, Serialize};
use serde_json::Value;

fn folder(name: &str) -> PathBuf {
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/vectors");
    vectors.join(name)
}

fn index(name: &str) -> (Value, Vec<Value>) {
    let text = std::fs::read_to_string(folder(name).join("index.json")).unwrap();
    let index: Value = serde_json::from_str(&text).unwrap();
    let vectors = index["vectors"].as_array().unwrap().clone();
    (index, vectors)
}

fn class(result: Result<(), Error>) -> &'static str {
    match result.map_err(|e| e.class()) {
        Ok(()) => "ok",
        Err(Class::Input) => "input",
        Err(Class::Mismatch) => "mismatch",
        Err(_) => "another",
    }
}

#[test]
fn logs_are_taken_and_refused_as_the_specification_says() {
    let (_, vectors) = index("log");
    let mut faults = 0;
    for v in &vectors {
        let file = v["file"].as_str().unwrap();
        let found = read(&folder("log").join(file));
        if let Ok(found) = &found {
            assert_eq!(found.entries.len() as u64, v["entries"], "{file}");
            assert_eq!(found.torn, v["torn"], "{file}");
            assert_eq!(found.last().to_string(), v["last"], "{file}");
        }
        assert_eq!(class(found.map(|_| ())), v["class"], "{file}");
        faults += usize::from(v["class"] != "ok");
    }
    assert!(faults >= 35, "only {faults} faults");
}

#[test]
fn no_byte_of_a_log_can_be_changed() {
    let bytes = std::fs::read(folder("log").join("good-cut-at-end.jsonl")).unwrap();
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join("x.jsonl");
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << bit;
            std::fs::write(&path, &changed).unwrap();
            assert_eq!(
                read(&path).unwrap_err().class(),
                Class::Input,
                "bit {bit} of byte {at}"
            );
        }
    }
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Of {
    what: String,
    sizes: [u64; 2],
}

impl Subject for Of {
    fn differences(&self, found: &Self) -> Vec<(bool, &'static str)> {
        vec![(found != self, "is of something else")]
    }
}

/// Goes on from a header and a part.
fn go_on(run: &[u8], part: &[u8]) -> Result<(), Error> {
    let temp = tempfile::tempdir().unwrap();
    let partial = temp.path().join("out.partial");
    std::fs::create_dir(&partial).unwrap();
    std::fs::write(partial.join("run.json"), run).unwrap();
    std::fs::write(partial.join("part-000000"), part).unwrap();
    let of = Of {
        what: "Zzyzx".into(),
        sizes: [2, 1],
    };
    let unfinished = Unfinished::find(&temp.path().join("out"), &of, true)?;
    assert_eq!(unfinished.start(), Start::Resumed);
    let (_, bytes) = unfinished.open("000000")?.expect("the part is there");
    assert_eq!(bytes, 12);
    Ok(())
}

fn pair(name: &str) -> (Vec<u8>, Vec<u8>) {
    let read =
        |end: &str| std::fs::read(folder("checkpoints").join(format!("{name}.{end}"))).unwrap();
    (read("run.json"), read("part"))
}

#[test]
fn what_a_run_has_left_is_taken_and_refused_as_the_specification_says() {
    let (index, vectors) = index("checkpoints");
    assert_eq!(
        index["version"],
        env!("CARGO_PKG_VERSION"),
        "write the vectors of this version: tests/scripts/reference_checkpoints.py VERSION"
    );
    let mut faults = 0;
    for v in &vectors {
        let name = v["name"].as_str().unwrap();
        let (run, part) = pair(name);
        assert_eq!(class(go_on(&run, &part)), v["class"], "{name}");
        faults += usize::from(v["class"] != "ok");
    }
    assert!(faults >= 25, "only {faults} faults");
}

#[test]
fn no_byte_of_what_a_run_has_left_can_be_changed() {
    let (run, part) = pair("good");
    for at in 0..run.len() + part.len() {
        for bit in 0..8 {
            let (mut run, mut part) = (run.clone(), part.clone());
            let byte = match at.checked_sub(run.len()) {
                Some(at) => &mut part[at],
                None => &mut run[at],
            };
            *byte ^= 1 << bit;
            let found = class(go_on(&run, &part));
            assert!(
                ["input", "mismatch"].contains(&found),
                "bit {bit} of byte {at}: {found}"
            );
        }
    }
}
