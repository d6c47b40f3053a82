//! The vectors of `testdata/clkhash`, which clkhash itself made (`tests/scripts/clkhash_vectors.py`): the same bits for the
//! same cells, and nothing where clkhash gives nothing.

#![cfg(feature = "owner")]
#![allow(
    clippy::unwrap_used,
    reason = "a vector that is not as written must fail the test"
)]

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use blindlink::owner::clkhash::{
    Encoded, FoldRule, Header, Options, Schema, Secret, convert, encode,
};
use serde_json::Value;

fn vectors() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/clkhash/vectors.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    let list = value[key].as_array().unwrap();
    assert!(!list.is_empty(), "`{key}` is empty");
    list
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap()
}

fn parse(vector: &Value) -> blindlink::error::Result<Schema> {
    let rule = match vector["honour_xor_folds"] == true {
        true => FoldRule::Honour,
        false => FoldRule::AsClkhash,
    };
    let schema = Schema::parse(&vector["schema"].to_string(), Path::new("s.json"), rule)?;
    if vector["validate"] == true {
        schema.expect_checkable(Path::new("s.json"))?;
    }
    Ok(schema)
}

/// The encodings of a table, one after the other.
fn encodings(
    schema: &Schema,
    vector: &Value,
    table: &[u8],
    header: Header,
) -> blindlink::error::Result<(Vec<Vec<u8>>, Encoded)> {
    let secret = Secret::from_reader(text(vector, "secret").as_bytes(), Path::new("secret"))?;
    let options = Options {
        header,
        validate: vector["validate"] == true,
    };
    let mut all = Vec::new();
    let encoded = encode(
        table,
        Path::new("t.csv"),
        schema,
        &secret,
        options,
        |bytes, _| {
            all.extend(bytes.chunks(schema.bytes()).map(<[u8]>::to_vec));
            Ok(())
        },
    )?;
    Ok((all, encoded))
}

/// A row as CSV. Cells with a `\r` in them cannot be given to either program by a file.
fn row(cells: &[Value]) -> String {
    let quoted = |cell: &Value| format!("\"{}\"", cell.as_str().unwrap().replace('"', "\"\""));
    let cells: Vec<String> = cells.iter().map(quoted).collect();
    cells.join(",") + "\n"
}

#[test]
fn every_row_has_the_bits_that_clkhash_gives_it() {
    let vectors = vectors();
    let (mut rows, mut refused, mut wrong) = (0, 0, Vec::new());
    for vector in list(&vectors, "cases") {
        let schema = parse(vector);
        for vector_row in list(vector, "rows") {
            let table = row(list(vector_row, "cells"));
            let found = schema.as_ref().map_err(ToString::to_string).and_then(|s| {
                encodings(s, vector, table.as_bytes(), Header::Absent)
                    .map_err(|e| format!("{} {e}", e.class().exit_code()))
            });
            let expected = text(vector_row, "clk");
            rows += 1;
            refused += usize::from(expected == "refused");
            let is_right = match &found {
                Ok((found, _)) => found.len() == 1 && STANDARD.encode(&found[0]) == expected,
                Err(_) => expected == "refused",
            };
            if !is_right {
                let found = found.map(|(f, _)| STANDARD.encode(&f[0]));
                wrong.push(format!(
                    "{}: {:?}: expected {expected}, found {found:?}",
                    text(vector, "name"),
                    vector_row["cells"]
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(
        rows >= 1500 && refused >= 200,
        "{rows} rows, {refused} refused"
    );
}

#[test]
fn a_whole_case_gives_the_same_as_its_rows_one_by_one() {
    let vectors = vectors();
    let mut tables = 0;
    for vector in list(&vectors, "cases") {
        let good = list(vector, "rows")
            .iter()
            .filter(|r| r["clk"] != "refused");
        let (mut table, mut expected) = (String::new(), Vec::new());
        for vector_row in good.cycle().take(600) {
            table += &row(list(vector_row, "cells"));
            expected.push(text(vector_row, "clk"));
        }
        if expected.is_empty() {
            continue;
        }
        let schema = parse(vector).unwrap();
        let (found, encoded) =
            encodings(&schema, vector, table.as_bytes(), Header::Absent).unwrap();
        let found: Vec<String> = found.iter().map(|f| STANDARD.encode(f)).collect();
        assert!(found == expected, "{}", text(vector, "name"));
        assert_eq!(encoded.rows, 600);
        tables += 1;
    }
    assert!(tables > 300, "{tables}");
}

#[test]
fn the_same_schemas_are_taken_and_become_the_same() {
    let vectors = vectors();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.json");
    let (mut taken, mut wrong) = (0, Vec::new());
    for vector in list(&vectors, "schemas") {
        std::fs::write(&path, vector["schema"].to_string()).unwrap();
        let read = Schema::read(&path, FoldRule::AsClkhash);
        let found = match read {
            Ok(_) => convert(&path).unwrap().0,
            Err(e) => {
                assert_eq!(e.class().exit_code(), 3);
                "refused".into()
            }
        };
        taken += usize::from(found != "refused");
        if !same(&found, &vector["converted"]) {
            wrong.push(format!(
                "{}: expected {}, found {found}",
                text(vector, "name"),
                vector["converted"]
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(taken > 100, "{taken}");
}

/// Whether two texts of JSON mean the same to Python, to which `3` and `3.0` are equal.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        (a, b) => a == b,
    }
}
