//! The vectors of `testdata/vectors/checkpoints`, which a second implementation made from the specification
//! (`tests/scripts/reference_checkpoints.py`): both must take and refuse the same files, and no byte of what is taken can
//! be changed without being noticed.

#![allow(
    clippy::unwrap_used,
    reason = "a vector that is not as written must fail the test"
)]

use std::path::{Path, PathBuf};

use blindlink::error::{Class, Error};
use blindlink::unfinished::{Start, Subject, Unfinished};
use serde::{Deserialize, Serialize};
use serde_json::Value;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/vectors/checkpoints")
}

fn class(result: Result<(), Error>) -> &'static str {
    match result.map_err(|e| e.class()) {
        Ok(()) => "ok",
        Err(Class::Input) => "input",
        Err(Class::Mismatch) => "mismatch",
        Err(_) => "another",
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
    let read = |end: &str| std::fs::read(folder().join(format!("{name}.{end}"))).unwrap();
    (read("run.json"), read("part"))
}

#[test]
fn what_a_run_has_left_is_taken_and_refused_as_the_specification_says() {
    let text = std::fs::read_to_string(folder().join("index.json")).unwrap();
    let index: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        index["version"],
        env!("CARGO_PKG_VERSION"),
        "write the vectors of this version: tests/scripts/reference_checkpoints.py VERSION"
    );
    let mut faults = 0;
    for v in index["vectors"].as_array().unwrap() {
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
