//! The vectors of `testdata/vectors`, which a second implementation made from the specifications
//! (`tests/scripts/reference_encoder.py`): both must agree bit for bit, and refuse the same files.

#![allow(
    clippy::unwrap_used,
    reason = "a vector that is not as written must fail the test"
)]

use std::path::{Path, PathBuf};

use blindlink::error::{Class, Error};
use blindlink::matcher::intake;
use blindlink::owner::canary;
use blindlink::owner::encode::{Encoder, Outcome};
use blindlink::owner::key::LinkageKey;
use blindlink::owner::normalise::{self, Person};
use blindlink::project::{BlockFeature, Bucket, FilterFeature, Project, new_project};
use blindlink::token::{Header, Layout, TokenFile, TokenWriter};
use blindlink::units::{BirthDate, RecordRef, hex, unhex};
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

fn assert_refused(error: &Error, vector: &Value, what: &str) {
    let class = match error.class() {
        Class::Input => "input",
        Class::Mismatch => "mismatch",
        _ => "neither input nor mismatch",
    };
    assert_eq!(class, text(vector, "class"), "{what}: {error}");
    assert!(
        error.to_string().contains(text(vector, "phrase")),
        "{what}: expected `{}` in: {error}",
        text(vector, "phrase")
    );
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
        let encoder = Encoder::new(&project, &self::key(text(key, "key"))).of(&party);
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

/// The rows of a token file as the index writes them.
fn rows_of(file: &TokenFile, project: &Project) -> Vec<serde_json::Map<String, Value>> {
    let (refs, of_row) = file.refs().unwrap();
    let layout = Layout::of(&project.schema);
    let null = || {
        let columns = layout.columns.iter().map(|c| c.name.clone());
        columns.map(|c| (c, Value::Null)).collect()
    };
    let mut rows: Vec<serde_json::Map<String, Value>> = of_row.iter().map(|_| null()).collect();
    for (p, columns) in layout.passes.iter().enumerate() {
        let tokens = file.pass(&project.schema, p, &of_row).unwrap();
        // A record's tokens of one pass lie in its first rows, in order.
        let mut seen = vec![0usize; refs.len()];
        for (i, &record) in tokens.records.iter().enumerate() {
            let first = of_row.iter().position(|r| *r == record).unwrap();
            let row = &mut rows[first + seen[record as usize]];
            seen[record as usize] += 1;
            let mut set =
                |c: usize, v: String| row.insert(layout.columns[c].name.clone(), v.into());
            set(columns.block, hex(&tokens.keys[i].to_le_bytes()));
            for (column, filter) in columns.filters.iter().zip(&tokens.filters) {
                if let Some(words) = filter.get(i) {
                    let bytes: Vec<u8> = words.iter().flat_map(|w| w.to_le_bytes()).collect();
                    set(*column, hex(&bytes));
                }
            }
        }
    }
    for (row, r) in rows.iter_mut().zip(&of_row) {
        row.insert("record_ref".into(), refs[*r as usize].to_string().into());
    }
    rows
}

/// Compares without regard to the order of the columns.
fn assert_rows(file: &TokenFile, project: &Project, index: &Value) {
    let found: Vec<Value> = rows_of(file, project)
        .into_iter()
        .map(Value::Object)
        .collect();
    assert_eq!(
        Value::Array(found),
        index["rows"],
        "{}",
        file.path().display()
    );
}

#[test]
fn good_token_files_hold_what_the_index_says() {
    let index = load("tokens/index.json");
    let project = Project::parse(text(&index, "project")).unwrap();
    for v in list(&index, "good") {
        let path = folder().join("tokens").join(text(v, "file"));
        let file = TokenFile::open(&path).unwrap();
        assert_eq!(file.header().project, project.fingerprint);
        assert_rows(&file, &project, &index);
        // The file that is kept from an earlier version has another normalisation than the partner.
        let own = if v["partner"].is_null() { &index } else { v };
        let partner = folder().join("tokens").join(text(own, "partner"));
        let is_kept = file.header().normalisation != normalise::VERSION;
        let paths = if is_kept {
            vec![path]
        } else {
            vec![partner, path]
        };
        let parties = intake::admit(&project, &paths, is_kept).unwrap();
        assert_eq!(parties[0].file.header().party.as_str(), "district");
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

#[test]
fn what_blindlink_writes_is_the_same_file() {
    let index = load("tokens/index.json");
    let project = Project::parse(text(&index, "project")).unwrap();
    let encoder = Encoder::new(&project, &key(text(&index, "key")));
    let mut refs: Vec<&str> = list(&index, "rows")
        .iter()
        .map(|row| text(row, "record_ref"))
        .collect();
    refs.dedup();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("again.tokens");
    let mut writer = TokenWriter::create(&path, encoder.layout().clone()).unwrap();
    for (person, record_ref) in list(&index, "persons").iter().zip(&refs) {
        let mut rows = Vec::new();
        encoder.encode(
            &self::person(person),
            record_ref.parse().unwrap(),
            &mut rows,
        );
        writer.push(&rows).unwrap();
    }
    let header = Header {
        project: project.fingerprint,
        schema: project.schema.fingerprint,
        party: "district".parse().unwrap(),
        round: project.round.clone(),
        normalisation: normalise::VERSION,
        key_check: encoder.key_check(),
        records: refs.len() as u64,
        rows: writer.rows(),
        decoys: false,
        canaries: Vec::new(),
    };
    writer.finish(&header).unwrap();
    let file = TokenFile::open(&path).unwrap();
    assert_rows(&file, &project, &index);
    let reference = TokenFile::open(&folder().join("tokens/good.tokens")).unwrap();
    assert_eq!(file.header(), reference.header());
    assert_eq!(file.columns(), reference.columns());
}

#[test]
fn token_files_with_a_fault_are_refused() {
    let index = load("tokens/index.json");
    let project = Project::parse(text(&index, "project")).unwrap();
    let faulty = list(&index, "faulty");
    assert!(faulty.len() >= 20);
    for v in faulty {
        let name = text(v, "file");
        let path = folder().join("tokens").join(name);
        let beside = v["beside"].as_str().unwrap_or("good.tokens");
        let refused = refusal(&project, &folder().join("tokens").join(beside), &path);
        let Some((stage, error)) = refused else {
            panic!("{name}: it was read");
        };
        assert_eq!(stage, text(v, "stage"), "{name}: {error}");
        assert_refused(&error, v, name);
        // The message names the file, and shows nothing that stands in it.
        assert!(error.to_string().contains(name), "{name}: {error}");
        assert!(!error.to_string().contains("ZZYZ"), "{name}: {error}");
    }
}

/// At which stage the file at `path` is refused, and how.
fn refusal(project: &Project, good: &Path, path: &Path) -> Option<(&'static str, Error)> {
    let file = match TokenFile::open(path) {
        Ok(file) => file,
        Err(e) => return Some(("open", e)),
    };
    let of_row = match file.refs() {
        Ok((_, of_row)) => of_row,
        Err(e) => return Some(("refs", e)),
    };
    for pass in 0..project.schema.passes.len() {
        if let Err(e) = file.pass(&project.schema, pass, &of_row) {
            return Some(("pass", e));
        }
    }
    let admitted = intake::admit(project, &[good, path], false);
    admitted.err().map(|e| ("admit", e))
}

/// A checksum proves nothing about intent: with a right one over wrong metadata, the reader must
/// still refuse or read, and never panic.
#[test]
fn no_resealed_footer_makes_the_reader_panic() {
    const DIGITS: usize = 64;
    let index = load("tokens/index.json");
    let project = Project::parse(text(&index, "project")).unwrap();
    let good = folder().join("tokens/good.tokens");
    let whole = std::fs::read(&good).unwrap();
    let end = whole.len() - 8;
    let length: [u8; 4] = whole[end..end + 4].try_into().unwrap();
    let footer = end - u32::from_le_bytes(length) as usize;
    let tag = b"blake3:";
    let at = whole.windows(7).position(|w| w == tag).unwrap() + tag.len();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("resealed.tokens");
    let mut refused = 0;
    for i in (footer..end).filter(|i| !(at - 7..at + DIGITS).contains(i)) {
        for bit in [0, 3, 6, 7] {
            let mut bytes = whole.clone();
            bytes[i] ^= 1 << bit;
            bytes[at..at + DIGITS].fill(b'0');
            let digits = blake3::hash(&bytes).to_hex();
            bytes[at..at + DIGITS].copy_from_slice(digits.as_bytes());
            std::fs::write(&path, bytes).unwrap();
            refused += usize::from(refusal(&project, &good, &path).is_some());
        }
    }
    assert!(refused > 1000, "{refused}");
}
