//! Linkage schemas of clkhash, and tables that are encoded by them.

use std::path::Path;

use blindlink::owner::clkhash::{FoldRule, Header, Options, Schema, Secret, convert, encode};

use crate::scratch::Scratch;

/// Reads what of `data` is before its first zero byte as a schema, and encodes the rest by it, as a table. A schema that is
/// converted gives the same bits, and so does a table with and without checks, on which all its rows pass.
pub fn check(data: &[u8], scratch: &Scratch) {
    let mut parts = data.splitn(2, |b| *b == 0);
    let schema = parts.next().unwrap_or_default();
    let table = parts.next().unwrap_or_default();
    let path = scratch.write("schema.json", schema);
    let converted = convert(&path).ok();
    for rule in [FoldRule::AsClkhash, FoldRule::Honour] {
        let Ok(schema) = Schema::read(&path, rule) else {
            continue;
        };
        let (latest, _) = converted.as_ref().expect("what is read can be converted");
        let latest = Schema::parse(&latest.to_string(), &path, rule).expect("and is then read");
        let bits = clks(&schema, table, false);
        // What is converted has `xor_folds` alone, as that of clkhash.
        if rule == FoldRule::AsClkhash {
            assert!(bits == clks(&latest, table, false));
        }
        if schema.expect_checkable(&path).is_ok()
            && let Some(checked) = clks(&schema, table, true)
        {
            assert!(bits == Some(checked));
        }
    }
}

/// The CLKs of a table without a header.
fn clks(schema: &Schema, table: &[u8], validate: bool) -> Option<Vec<u8>> {
    let path = Path::new("t.csv");
    let secret = Secret::from_reader(&b"horse"[..], path).expect("it is one");
    let how = Options {
        header: Header::Absent,
        validate,
    };
    let mut all = Vec::new();
    let done = encode(table, path, schema, &secret, how, |some, _| {
        all.extend_from_slice(some);
        Ok(())
    });
    let done = done.ok()?;
    assert_eq!(all.len() as u64, done.rows * schema.bytes() as u64);
    Some(all)
}
