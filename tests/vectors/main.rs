//! The vectors of `testdata/vectors`, which a second implementation made from the specifications
//! (`tests/scripts/reference_encoder.py`): both must agree bit for bit, and refuse the same files.

#![allow(
    clippy::unwrap_used,
    reason = "a vector that is not as written must fail the test"
)]

mod encoding;
mod tokens;

use std::path::{Path, PathBuf};

use blindlink::owner::key::LinkageKey;
use blindlink::owner::normalise::{self, Person};
use blindlink::units::{BirthDate, unhex};
use serde_json::Value;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/vectors")
}

fn load(name: &str) -> Value {
    let text = std::fs::read_to_string(folder().join(name)).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key]
        .as_str()
        .unwrap_or_else(|| panic!("the vector lacks the text `{key}`"))
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    let list = value[key]
        .as_array()
        .unwrap_or_else(|| panic!("the vectors lack the list `{key}`"));
    assert!(!list.is_empty(), "`{key}` is empty");
    list
}

/// The element of a list of objects that has this name.
fn named<'v>(value: &'v Value, key: &str, name: &str) -> &'v Value {
    list(value, key)
        .iter()
        .find(|v| v["name"] == name)
        .unwrap_or_else(|| panic!("there is no `{name}` in `{key}`"))
}

fn key(digits: &str) -> LinkageKey {
    LinkageKey::from_bytes(unhex(digits).unwrap())
}

/// A normalised person of a vector.
fn person(value: &Value) -> Person {
    let fields = value.as_object().unwrap();
    let known = [
        "first",
        "middle",
        "last",
        "alias-first",
        "alias-last",
        "suffix",
        "gender",
        "birthdate",
        "year",
        "namesake",
    ];
    assert!(fields.keys().all(|k| known.contains(&k.as_str())));
    let field = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
    Person {
        first: field("first"),
        middle: field("middle"),
        last: field("last"),
        alias_first: field("alias-first"),
        alias_last: field("alias-last"),
        suffix: field("suffix"),
        gender: normalise::gender(&field("gender")),
        birthdate: value["birthdate"].as_str().map(|date| {
            let parts: Vec<u16> = date.split('-').map(|p| p.parse().unwrap()).collect();
            BirthDate::new(parts[0], parts[1] as u8, parts[2] as u8).unwrap()
        }),
        birth_year: value["year"].as_str().map(|y| y.parse().unwrap()),
        has_namesake: value["namesake"].as_bool().unwrap_or(false),
    }
}
