//! `clk benchmark`: how many made-up records are encoded in a second.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::csvfile::CsvReader;
use crate::error::{Error, Result};
use crate::owner::clkhash::{self, FoldRule, Header, Schema, Secret};
use crate::pipeline::Progress;
use crate::synth::{self, Profile};

/// A name by bigrams, a birthdate by positional digits and a gender, by keyed BLAKE2b into 1,024 bits: the weights of the
/// schema that clkhash measures itself with.
const SCHEMA: &str = include_str!("benchmark.json");
/// Whose columns the made-up table has.
const COLUMNS: [&str; 5] = [
    "student_id",
    "first_name",
    "last_name",
    "birthdate",
    "gender",
];

/// What was measured.
#[derive(Debug, Clone, Copy)]
pub struct Measured {
    /// Records that were encoded.
    pub records: u64,
    /// How long that took, from the text of a table to encodings in memory.
    pub took: Duration,
}

/// Makes up `records` people, and encodes them by the rayon pool of the caller.
///
/// # Errors
/// [`Class::Usage`](crate::error::Class::Usage) for more records than can be made up; [`Class::Io`](crate::error::Class::Io).
pub fn benchmark(records: u64, progress: &dyn Progress) -> Result<Measured> {
    let table = made_up(records, progress)?;
    let path = Path::new("made-up people");
    let schema = Schema::parse(SCHEMA, path, FoldRule::AsClkhash)?;
    let secret = Secret::from_reader(&b"secret"[..], path)?;
    let how = clkhash::Options {
        header: Header::Checked,
        validate: true,
    };
    let start = Instant::now();
    let encoded = clkhash::encode(&table[..], path, &schema, &secret, how, |_, read| {
        progress.at("encoding", read, table.len() as u64);
        Ok(())
    })?;
    Ok(Measured {
        records: encoded.rows,
        took: start.elapsed(),
    })
}

/// A table of made-up people, with the columns of [`SCHEMA`].
fn made_up(records: u64, progress: &dyn Progress) -> Result<Vec<u8>> {
    let folder = tempfile::tempdir().map_err(|e| Error::io("write", std::env::temp_dir(), e))?;
    let made = synth::generate(
        &synth::Options {
            parties: 2,
            records,
            profile: Profile::Clean,
            seed: 1,
            out: folder.path().to_path_buf(),
            force: false,
        },
        &|done, total| progress.at("making people up", done, total),
    )?;
    let mut rows = CsvReader::open(&made.parties[0].path, &COLUMNS)?;
    let mut table = b"INDEX,NAME,DOB,GENDER\n".to_vec();
    while rows.advance()? {
        let [id, first, last, born, gender] = [0, 1, 2, 3, 4].map(|i| rows.cell(i));
        let born = if born.is_empty() { "1900-01-01" } else { born };
        let gender = if gender.is_empty() { "X" } else { gender };
        let row = format!("{id},\"{first} {last}\",{born},{gender}\n");
        table.extend_from_slice(row.as_bytes());
    }
    Ok(table)
}
