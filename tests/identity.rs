//! The vectors of `testdata/vectors/keys`, which a second implementation made from the specification
//! (`tests/scripts/reference_keys.py`): keys, identities, public lines, sealed keys and signatures. What is good is read to
//! the same values, each fault is refused, and so is every file in which one bit is another one.

#![allow(
    clippy::unwrap_used,
    reason = "a vector that is not as written must fail the test"
)]

use std::path::{Path, PathBuf};

use blindlink::error::{Class, Error, Result};
use blindlink::identity::{self, Identity, Public, expected_sender};
use blindlink::owner::key::LinkageKey;
use blindlink::project::Project;
use rayon::prelude::*;
use serde_json::Value;

fn at(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("testdata/vectors/keys")
        .join(name)
}

fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(at(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

fn index() -> Value {
    serde_json::from_slice(&bytes("index.json")).unwrap()
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_else(|| panic!("no `{key}`"))
}

fn project() -> Project {
    Project::read(&at("project.toml")).unwrap()
}

fn own(name: &str) -> Identity {
    Identity::parse(&bytes(&format!("{name}.identity"))).unwrap()
}

/// Opens a sealed file as `reader`, under the vectors' project and its custodian.
fn open(project: &Project, file: &Path, reader: &Identity) -> Result<LinkageKey> {
    let custodian = expected_sender(project, &at("project.toml"), None)?;
    LinkageKey::open(file, project, reader, &custodian)
}

/// A copy of the project file, beside which signatures can be put.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::copy(at("project.toml"), folder.path().join("p.toml")).unwrap();
        Self(folder)
    }

    /// Requires the signatures in `content`.
    fn require(&self, project: &Project, content: &[u8]) -> Result<Vec<String>> {
        let path = self.0.path().join("p.toml");
        std::fs::write(identity::beside(&path), content).unwrap();
        let found = identity::signers(project, &path)?;
        found.require(&path)?;
        Ok(found.signed)
    }
}

#[test]
fn good_keys_and_identities_are_read_to_the_same_values() {
    let index = index();
    for name in [
        "good.key",
        "good-without-line-end.key",
        "good-windows.key",
        "good-raw.key",
        "kept.key",
    ] {
        let key = LinkageKey::parse(&bytes(name)).unwrap();
        assert_eq!(key.fingerprint(), text(&index, "key_fingerprint"), "{name}");
    }
    let identities = index["identities"].as_array().unwrap();
    assert_eq!(identities.len(), 5);
    for expected in identities {
        let name = text(expected, "name");
        let public = Public::read(&at(&format!("{name}.pub"))).unwrap();
        assert_eq!(own(name).public(), public);
        assert_eq!(public.name().unwrap().as_str(), name);
        assert_eq!(public.fingerprint(), text(expected, "fingerprint"));
        assert_eq!(public.openssh(), text(expected, "openssh"));
        let line = public.line();
        assert!(
            line.contains(text(expected, "signing")) && line.contains(text(expected, "sealing"))
        );
        assert_eq!(
            format!("{line}\n").into_bytes(),
            bytes(&format!("{name}.pub"))
        );
        let openssh = Public::parse(text(expected, "openssh").as_bytes()).unwrap();
        assert_eq!(openssh.fingerprint(), text(expected, "openssh_fingerprint"));
    }
    let openssh = Public::read(&at("good-openssh.pub")).unwrap();
    assert_eq!(openssh.openssh(), own("college").public().openssh());
}

#[test]
fn good_sealed_keys_and_signatures_are_read_to_the_same_values() {
    let (index, project) = (index(), project());
    assert_eq!(
        project.fingerprint.to_string(),
        text(&index, "project_fingerprint")
    );
    for name in ["good.sealed", "good-windows.sealed", "kept.sealed"] {
        for reader in ["district", "college"] {
            let key = open(&project, &at(name), &own(reader)).unwrap();
            assert_eq!(key.fingerprint(), text(&index, "key_fingerprint"), "{name}");
        }
        for other in ["custodian", "operator", "stranger"] {
            let e = open(&project, &at(name), &own(other)).unwrap_err();
            assert_eq!(e.class(), Class::Mismatch, "{name}");
        }
    }
    let desk = Desk::new();
    for name in ["good.sigs", "kept.sigs"] {
        let signed = desk.require(&project, &bytes(name)).unwrap();
        assert_eq!(signed, ["district", "college", "custodian"]);
    }
    let signed = desk
        .require(&project, &bytes("good-operator-too.sigs"))
        .unwrap();
    assert_eq!(signed.len(), 4);
}

#[test]
fn every_fault_is_refused_with_its_class() {
    let (index, project, desk) = (index(), project(), Desk::new());
    let bad = index["bad"].as_array().unwrap();
    assert!(bad.len() >= 120, "{}", bad.len());
    for case in bad {
        let name = text(case, "file");
        let content = bytes(name);
        let refusal: Option<Error> = match text(case, "kind") {
            "key" => LinkageKey::parse(&content).err(),
            "identity" => Identity::parse(&content).err(),
            "public" => Public::read(&at(name)).err(),
            "sealed" => open(&project, &at(name), &own("college")).err(),
            "signatures" => desk.require(&project, &content).err(),
            other => panic!("{name}: {other}"),
        };
        let refusal = refusal.unwrap_or_else(|| panic!("{name} was accepted"));
        let class = match refusal.class() {
            Class::Input => "input",
            Class::Mismatch => "mismatch",
            other => panic!("{name}: {other:?}"),
        };
        assert_eq!(class, text(case, "class"), "{name}: {refusal}");
        let said = refusal.to_string();
        assert!(said.contains(text(case, "phrase")), "{name}: {said}");
        // No message shows a secret: all of them count up.
        for secret in ["000102030405", "202122232425", "a0a1a2a3a4a5"] {
            assert!(!said.contains(secret), "{name}: {said}");
        }
    }
}

#[test]
fn no_file_of_the_vectors_is_left_over() {
    let index = index();
    let bad = index["bad"].as_array().unwrap();
    let known: Vec<&str> = bad.iter().map(|case| text(case, "file")).collect();
    for entry in std::fs::read_dir(at("")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name.starts_with("bad-") {
            assert!(known.contains(&name.as_str()), "{name}");
        }
    }
}

/// Every bit where the arithmetic of signatures is optimised; three of each byte elsewhere, where it takes minutes.
const STEP: usize = if cfg!(debug_assertions) { 3 } else { 1 };

/// Calls `read` with every copy of `good` in which one bit is another one; each must be refused as input or mismatch.
fn flip(name: &str, good: &[u8], read: impl Fn(usize, &[u8]) -> Option<Error> + Sync) {
    assert!(read(0, good).is_none(), "{name}");
    (0..good.len()).into_par_iter().for_each(|i| {
        let mut bytes = good.to_vec();
        for bit in (0..8).step_by(STEP) {
            bytes[i] ^= 1 << bit;
            let refusal = read(i, &bytes).unwrap_or_else(|| panic!("{name}: byte {i}, bit {bit}"));
            assert!(
                matches!(refusal.class(), Class::Input | Class::Mismatch),
                "{name}: {refusal}"
            );
            bytes[i] ^= 1 << bit;
        }
    });
}

#[test]
fn every_flipped_bit_of_a_line_is_noticed() {
    flip("good.key", &bytes("good.key"), |_, b| {
        LinkageKey::parse(b).err()
    });
    flip("college.identity", &bytes("college.identity"), |_, b| {
        Identity::parse(b).err()
    });
    flip("college.pub", &bytes("college.pub"), |_, b| {
        Public::parse(b).err()
    });
    // In a key of 32 bytes alone nothing can be wrong: it is another key, with another fingerprint.
    let raw = bytes("good-raw.key");
    let print = |raw: &[u8]| LinkageKey::parse(raw).unwrap().fingerprint();
    for i in 0..8 * raw.len() {
        let mut other = raw.clone();
        other[i / 8] ^= 1 << (i % 8);
        assert_ne!(print(&other), print(&raw));
    }
}

#[test]
fn every_flipped_bit_of_a_sealed_key_is_noticed() {
    let (project, college) = (project(), own("college"));
    let folder = tempfile::tempdir().unwrap();
    flip("good.sealed", &bytes("good.sealed"), |i, content| {
        let path = folder.path().join(i.to_string());
        std::fs::write(&path, content).unwrap();
        open(&project, &path, &college).err()
    });
}

#[test]
fn every_flipped_bit_of_signatures_is_noticed() {
    let (project, good) = (project(), bytes("good.sigs"));
    flip("good.sigs", &good, |_, content| {
        Desk::new().require(&project, content).err()
    });
}
