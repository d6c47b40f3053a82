//! Keys, fingerprints, canaries, and the bits that a person is encoded to.

use blindlink::owner::canary;
use blindlink::owner::encode::{Encoder, Outcome};
use blindlink::owner::normalise::Person;
use blindlink::project::{BlockFeature, Bucket, FilterFeature, Project, new_project};
use blindlink::token::{Layout, TokenFile};
use blindlink::units::{RecordRef, hex};
use serde_json::Value;

use super::{folder, key, list, load, named, person, text};

/// Rows of bytes as the vectors write them: columns in order, hexadecimal digits or null.
fn rows_as_json(layout: &Layout, rows: &[u8]) -> Value {
    rows.chunks_exact(layout.row_bytes())
        .map(|row| {
            layout
                .columns
                .iter()
                .enumerate()
                .map(|(i, c)| (c.name.clone(), layout.value(row, i).map(hex).into()))
                .collect::<serde_json::Map<String, Value>>()
        })
        .map(Value::Object)
        .collect()
}

#[test]
fn blake3_is_the_one_of_the_vectors() {
    const KEY: &[u8; 32] = b"whats the Elvish word for friend";
    const CONTEXT: &str = "BLAKE3 2019-12-27 16:29:52 test vectors context";
    for v in list(&load("encoding.json"), "blake3") {
        let n = v["input_bytes"].as_u64().unwrap();
        let input: Vec<u8> = (0..n).map(|i| (i % 251) as u8).collect();
        let run = |mut hasher: blake3::Hasher| {
            let mut out = [0; 131];
            hasher.update(&input).finalize_xof().fill(&mut out);
            hex(&out)
        };
        assert_eq!(run(blake3::Hasher::new()), v["hash"], "{n}");
        assert_eq!(run(blake3::Hasher::new_keyed(KEY)), v["keyed"], "{n}");
        let derived = run(blake3::Hasher::new_derive_key(CONTEXT));
        assert_eq!(derived, v["derive_key"], "{n}");
    }
}

#[test]
fn fingerprints_of_keys_schemas_and_key_checks() {
    let vectors = load("encoding.json");
    for v in list(&vectors, "keys") {
        assert_eq!(key(text(v, "key")).fingerprint(), v["fingerprint"]);
    }
    for v in list(&vectors, "projects") {
        let project = Project::parse(text(v, "text")).unwrap();
        let name = text(v, "name");
        assert_eq!(
            project.schema.fingerprint.to_string(),
            v["schema_fingerprint"],
            "{name}"
        );
        let key = key(text(named(&vectors, "keys", text(v, "key")), "key"));
        let check = Encoder::new(&project, &key).key_check();
        assert_eq!(hex(&check), v["key_check"], "{name}");
    }
}

#[test]
fn every_case_encodes_to_the_same_bits() {
    let vectors = load("encoding.json");
    let cases = list(&vectors, "cases");
    assert!(cases.len() >= 60);
    for case in cases {
        let comment = text(case, "comment");
        let project = named(&vectors, "projects", text(case, "project"));
        let project = Project::parse(text(project, "text")).unwrap();
        let key = named(&vectors, "keys", text(case, "key"));
        let party = text(case, "party").parse().unwrap();
        let encoder = Encoder::new(&project, &super::key(text(key, "key"))).of(&party);
        let mut rows = Vec::new();
        let record_ref: RecordRef = text(case, "record_ref").parse().unwrap();
        let outcome = encoder.encode(&person(&case["person"]), record_ref, &mut rows);
        let found = rows_as_json(encoder.layout(), &rows);
        let expected = match found.as_array().unwrap().len() {
            0 => Outcome::NothingToLink,
            n => Outcome::Encoded(n),
        };
        assert_eq!(outcome, expected, "{comment}");
        assert_eq!(found, case["rows"], "{comment}");
    }
}

#[test]
fn the_cases_cover_every_feature_layer_and_size() {
    let vectors = load("encoding.json");
    let projects: Vec<Project> = list(&vectors, "projects")
        .iter()
        .map(|v| Project::parse(text(v, "text")).unwrap())
        .collect();
    let passes = || projects.iter().flat_map(|p| &p.schema.passes);
    let filters = || passes().flat_map(|p| &p.filters);
    for feature in BlockFeature::ALL {
        assert!(passes().any(|p| p.block == [*feature]), "{feature:?}");
        let alone = |b: &Bucket| b.of == [*feature];
        let bucketed = passes().any(|p| p.bucket.as_ref().is_some_and(alone));
        assert!(bucketed, "a bucket of {feature:?}");
    }
    for feature in FilterFeature::ALL {
        assert!(filters().any(|f| f.of == [*feature]), "{feature:?}");
    }
    for layers in 1..=8 {
        assert!(filters().any(|f| f.layers == layers), "{layers} layers");
    }
    for bits in [64, 128, 256, 512, 1024, 2048, 4096] {
        assert!(filters().any(|f| f.bits == bits), "{bits} bits");
    }
    assert!(passes().any(|p| p.undated));
    assert!(passes().any(|p| p.dummies && p.bucket.is_some()));
    assert!(passes().any(|p| p.dummies && p.filters.len() > 1));
    // The shipped schemas in the vectors are those of this version.
    let parties = ["district".parse().unwrap(), "college".parse().unwrap()];
    for name in ["k12", "k12-strict", "clk"] {
        let shipped = Project::parse(&new_project(&parties, name, [1; 16]).unwrap()).unwrap();
        assert!(
            projects.iter().any(|p| p.schema == shipped.schema),
            "{name}"
        );
    }
}

#[test]
fn canaries_are_those_of_the_vectors() {
    let vectors = load("canaries.json");
    let normalised: Vec<Person> = list(&vectors, "people")
        .iter()
        .map(|v| person(&v["person"]))
        .collect();
    let found = canary::people();
    assert_eq!(found.len(), normalised.len());
    for (i, (a, b)) in found.iter().zip(&normalised).enumerate() {
        assert!(a == b, "canary {} is normalised otherwise", i + 1);
    }
    for v in list(&vectors, "projects") {
        let project = Project::parse(text(v, "project")).unwrap();
        let found = canary::canaries(&project, &key(text(v, "key")));
        let found: Vec<String> = found.iter().map(|c| hex(c)).collect();
        assert_eq!(Value::from(found), v["canaries"], "{}", text(v, "name"));
    }
    // The token file that the second implementation wrote holds them.
    let index = load("tokens/index.json");
    let project = Project::parse(text(&index, "project")).unwrap();
    let file = TokenFile::open(&folder().join("tokens/good-canaries.tokens")).unwrap();
    let own = canary::canaries(&project, &key(text(&index, "key")));
    assert_eq!(file.header().canaries, own);
}
