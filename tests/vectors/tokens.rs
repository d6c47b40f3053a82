//! Token files: those that are read and written alike, and those that are refused.

use std::path::Path;

use blindlink::error::{Class, Error};
use blindlink::matcher::intake;
use blindlink::owner::encode::Encoder;
use blindlink::owner::normalise;
use blindlink::project::Project;
use blindlink::token::{Header, Layout, TokenFile, TokenWriter};
use blindlink::units::hex;
use serde_json::Value;

use super::{folder, key, list, load, text};

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
            &super::person(person),
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
