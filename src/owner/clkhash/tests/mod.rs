//! The small vectors that are known by heart, that caches, threads and order change no bit, and how a bad row is named.

mod random;
mod schemas;

use std::path::Path;

use serde_json::{Value, json};

use super::*;

const PATH: &str = "s.json";

fn secret(text: &str) -> Secret {
    Secret::from_reader(text.as_bytes(), Path::new("secret")).unwrap()
}

/// A schema of one feature, 64 bits.
fn schema_of(format: &Value, hashing: &Value) -> Value {
    json!({
        "version": 3,
        "clkConfig": {"l": 64, "kdf": {"type": "HKDF"}},
        "features": [{"identifier": "X", "format": format, "hashing": hashing}],
    })
}

fn parse(schema: &Value) -> Result<Schema> {
    Schema::parse(&schema.to_string(), Path::new(PATH), FoldRule::AsClkhash)
}

fn encode_all(schema: &Schema, table: &[u8], validate: bool) -> Result<Vec<u8>> {
    let options = Options {
        header: Header::Absent,
        validate,
    };
    let mut all = Vec::new();
    let key = secret("s3cr3t");
    encode(
        table,
        Path::new("t.csv"),
        schema,
        &key,
        options,
        |bytes, _| {
            all.extend_from_slice(bytes);
            Ok(())
        },
    )?;
    Ok(all)
}

#[test]
fn small_vectors_are_met() {
    let string = json!({"type": "string"});
    let two = json!({"type": "ngram", "n": 2});
    let exact = json!({"type": "exact"});
    for (format, hashing, value, hex) in [
        (
            &string,
            json!({"comparison": two, "strategy": {"bitsPerFeature": 20}}),
            "ana",
            0xa0a2_a642_0a00_80c2_u64,
        ),
        (
            &string,
            json!({"comparison": {"type": "ngram", "n": 2, "positional": true}, "strategy": {"bitsPerToken": 5}}),
            "ana",
            0x40b1_3823_01c0_0482,
        ),
        (
            &string,
            json!({"comparison": two, "strategy": {"bitsPerToken": 5}, "hash": {"type": "doubleHash"}}),
            "ana",
            0x9574_1040_0098_3050,
        ),
        (
            &string,
            json!({"comparison": exact, "strategy": {"bitsPerToken": 8}}),
            "Jos\u{e9}",
            0xf000_0004_8001_0010,
        ),
        (
            &json!({"type": "date", "format": "%m/%d/%Y"}),
            json!({"comparison": {"type": "ngram", "n": 1, "positional": true}, "strategy": {"bitsPerFeature": 24}}),
            "01/05/2008",
            0x0000_406d_1dc4_3235,
        ),
        (
            &json!({"type": "integer"}),
            json!({"comparison": {"type": "numeric", "thresholdDistance": 3, "resolution": 2}, "strategy": {"bitsPerToken": 4}}),
            "-7",
            0x2e80_2051_206c_a422,
        ),
    ] {
        let schema = parse(&schema_of(format, &hashing)).unwrap();
        let bytes = encode_all(&schema, value.as_bytes(), true).unwrap();
        let found = u64::from_be_bytes(bytes.try_into().unwrap());
        if found != hex {
            assert_eq!(format!("{found:016x}"), format!("{hex:016x}"), "{hashing}");
        }
    }
}

#[test]
fn caches_threads_and_order_change_no_bit() {
    let hashing =
        json!({"comparison": {"type": "ngram", "n": 2}, "strategy": {"bitsPerFeature": 30}});
    let schema = parse(&schema_of(&json!({"type": "string"}), &hashing)).unwrap();
    // So many cells that they are not remembered any more, and some that come again and again.
    let cell = |i: usize| format!("{}q{}", i * 7919 % 10_007, i % 3);
    let cells: Vec<String> = (0..20_000)
        .map(|i| if i % 5 == 0 { "zzyzx".into() } else { cell(i) })
        .collect();
    let table = cells.join("\n");
    let all = encode_all(&schema, table.as_bytes(), true).unwrap();
    for i in [0, 1, 4_097, 5_000, 19_999] {
        let one = encode_all(&schema, cells[i].as_bytes(), true).unwrap();
        assert_eq!(one, all[8 * i..][..8], "row {i}");
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    let alone = pool
        .unwrap()
        .install(|| encode_all(&schema, table.as_bytes(), true));
    assert_eq!(alone.unwrap(), all);
}

#[test]
fn the_first_bad_row_is_named_and_never_shown() {
    let hashing = json!({"comparison": {"type": "exact"}, "strategy": {"bitsPerFeature": 30}});
    let schema = parse(&schema_of(
        &json!({"type": "integer", "maximum": 9}),
        &hashing,
    ))
    .unwrap();
    let mut rows = vec!["7"; 3000];
    rows[1234] = "canary";
    rows[2345] = "1234567";
    let e = encode_all(&schema, rows.join("\n").as_bytes(), true).unwrap_err();
    assert_eq!(
        e.to_string(),
        "t.csv:1235: column \"X\": expected a whole number, found aaaaaa"
    );
    rows[1234] = "8";
    let e = encode_all(&schema, rows.join("\n").as_bytes(), true).unwrap_err();
    assert!(
        e.to_string()
            .starts_with("t.csv:2346: column \"X\": a number")
    );
    assert!(!e.to_string().contains("1234567"));
    assert!(encode_all(&schema, rows.join("\n").as_bytes(), false).is_ok());
}

#[test]
fn of_two_columns_the_first_bad_row_is_named_and_in_it_the_first_column() {
    let hashing = json!({"comparison": {"type": "exact"}, "strategy": {"bitsPerFeature": 30}});
    let mut schema = schema_of(&json!({"type": "integer"}), &hashing);
    let mut second = schema["features"][0].clone();
    second["identifier"] = json!("Y");
    schema["features"].as_array_mut().unwrap().push(second);
    let schema = parse(&schema).unwrap();
    // Near each other and far, at the ends of rows that are encoded together, and both in one row.
    for (bad, line, column) in [
        ([Some(9), Some(7)], 8, "Y"),
        ([Some(7), Some(9)], 8, "X"),
        ([Some(7), Some(7)], 8, "X"),
        ([Some(64), Some(63)], 64, "Y"),
        ([Some(63), Some(64)], 64, "X"),
        ([Some(2_000), Some(255)], 256, "Y"),
        ([None, Some(2_000)], 2_001, "Y"),
    ] {
        let cell = |row, column: usize| if bad[column] == Some(row) { "q" } else { "7" };
        let rows = (0..3_000).map(|row| format!("{},{}\n", cell(row, 0), cell(row, 1)));
        let e = encode_all(&schema, rows.collect::<String>().as_bytes(), true).unwrap_err();
        let place = format!("t.csv:{line}: column \"{column}\": ");
        assert!(e.to_string().starts_with(&place), "{e}");
    }
}
