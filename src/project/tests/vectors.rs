//! The vectors of project files, which a second implementation made from the specification
//! (`tests/scripts/reference_encoder.py`): both must agree on every canonical form, and refuse the same files.

use serde::Deserialize;

use super::*;

const VECTORS: &str = include_str!("../../../testdata/vectors/project.json");

#[derive(Deserialize)]
struct Vectors {
    accepted: Vec<Accepted>,
    refused: Vec<Refused>,
}

#[derive(Deserialize)]
struct Accepted {
    comment: String,
    text: String,
    canonical: String,
    schema_fingerprint: String,
    fingerprint: String,
}

#[derive(Deserialize)]
struct Refused {
    comment: String,
    text: String,
    class: String,
    phrase: String,
}

fn vectors() -> Vectors {
    serde_json::from_str(VECTORS).unwrap()
}

#[test]
fn project_files_have_the_same_fingerprints() {
    let accepted = vectors().accepted;
    assert!(accepted.len() >= 60);
    for v in accepted {
        let comment = &v.comment;
        let project = Project::parse(&v.text).unwrap_or_else(|e| panic!("{comment}: {e}"));
        let schema = project.schema.fingerprint.to_string();
        assert_eq!(schema, v.schema_fingerprint, "{comment}");
        let fingerprint = project.fingerprint.to_string();
        assert_eq!(fingerprint, v.fingerprint, "{comment}");
        assert_eq!(project.canonical, v.canonical.as_bytes(), "{comment}");
        let canonical = blake3::hash(&project.canonical);
        assert_eq!(canonical.to_hex().as_str(), v.fingerprint, "{comment}");
    }
}

#[test]
fn project_files_with_a_fault_are_refused() {
    let refused = vectors().refused;
    assert!(refused.len() >= 150);
    for v in refused {
        let comment = &v.comment;
        let Err(e) = Project::parse(&v.text) else {
            panic!("{comment}: it was read");
        };
        assert_eq!((e.class(), v.class.as_str()), (Class::Input, "input"));
        assert!(e.to_string().contains(&v.phrase), "{comment}: {e}");
    }
}

/// A small project file with an agreement: every part of one is in it.
fn small_agreement() -> String {
    let named = "an agreement and stable link ids";
    let case = vectors().accepted.into_iter().find(|v| v.comment == named);
    let text = case.unwrap().text;
    text.replace("[agreement]", "# what was agreed\n[agreement]")
}

#[test]
fn every_flipped_byte_of_a_project_file_is_refused_or_seen() {
    let good = small_agreement();
    let project = Project::parse(&good).unwrap();
    let meaning = |p: &Project| {
        let terms = (
            &p.parties,
            &p.pairs,
            &p.duplicate_free,
            &p.agreement,
            p.stable_link_ids,
        );
        format!(
            "{:?} {:?} {:?} {:?} {} {terms:?} {:?}",
            p.id, p.name, p.round, p.purpose, p.threshold, p.schema
        )
    };
    let (mut refused, mut other, mut same) = (0, 0, 0);
    for at in 0..good.len() {
        for bit in 0..8 {
            let mut bytes = good.clone().into_bytes();
            bytes[at] ^= 1 << bit;
            // A file that is not UTF-8 is refused before it is parsed.
            let Ok(text) = String::from_utf8(bytes) else {
                refused += 1;
                continue;
            };
            match Project::parse(&text) {
                Err(e) => {
                    assert_eq!(e.class(), Class::Input, "byte {at}, bit {bit}: {e}");
                    refused += 1;
                }
                Ok(found) if found.fingerprint == project.fingerprint => {
                    assert_eq!(meaning(&found), meaning(&project), "byte {at}, bit {bit}");
                    assert_eq!(found.canonical, project.canonical);
                    same += 1;
                }
                Ok(found) => {
                    assert_ne!(meaning(&found), meaning(&project), "byte {at}, bit {bit}");
                    assert_ne!(found.canonical, project.canonical);
                    other += 1;
                }
            }
        }
    }
    // What changes nothing is in the comment, or one kind of blank instead of another.
    assert!(
        refused > 2000 && other > 500 && same < 150,
        "{refused} {other} {same}"
    );
}
