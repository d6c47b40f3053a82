//! Planted people: made-up records that a custodian has an owner mix into its own, to see what the operator does with
//! them. Reads the custodian's file.
//!
//! Imports: `error`, `owner::table`, `units`. Knows no key and no token.
//!
//! # Privacy
//! Nobody in the file is real. What it holds is still told to nobody: who knows the planted people can leave them out.

use std::path::Path;

use super::table::{Birth, DateFormat, Field, Mapping, Record, Table};
use crate::error::{Error, Result};
use crate::units::{PartyId, party_of_plant};

/// Reads the planted people of `party` from the file at `path`, to be put among the records of `table`.
///
/// What `table` has no column for is left out of them as well, so that they lack what all records lack.
///
/// # Errors
/// [`Class::Input`](crate::error::Class::Input) for a file that is not one of planted people, or holds one twice;
/// [`Class::Mismatch`](crate::error::Class::Mismatch) for those of another party;
/// [`Class::Io`](crate::error::Class::Io).
pub fn read(path: &Path, party: &PartyId, table: &Table) -> Result<Vec<Record>> {
    let mapping = Mapping::default().with_date_format(DateFormat::Iso);
    let plants = Table::open(path, &mapping)?;
    let known = |record: &Record| {
        let of = party_of_plant(&record.student_id);
        let of = of.ok_or_else(|| {
            Error::input(path, "expected the id of a planted person")
                .line(record.line)
                .hint("give the file that `plants new` wrote for this party, unchanged")
        })?;
        if of == *party {
            return Ok(());
        }
        Err(Error::mismatch(format!(
            "the planted people are those of party `{of}`, not of `{party}`"
        ))
        .at(path)
        .hint(format!("ask the custodian for plants-{party}.csv")))
    };
    let mut records: Vec<Record> = plants.records().collect::<Result<_>>()?;
    records.iter().try_for_each(known)?;
    let mut ids: Vec<&str> = records.iter().map(|r| r.student_id.as_str()).collect();
    ids.sort_unstable();
    if ids.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(Error::input(
            path,
            "a planted person stands in the file twice",
        ));
    }
    for record in &mut records {
        liken(record, table);
    }
    Ok(records)
}

/// Takes out of `record` what the records of `table` do not have.
fn liken(record: &mut Record, table: &Table) {
    for (field, cell) in [
        (Field::Middle, &mut record.middle),
        (Field::Suffix, &mut record.suffix),
        (Field::Gender, &mut record.gender),
    ] {
        if table.columns().header(field).is_none() {
            cell.clear();
        }
    }
    // Birthdates may stand in a table of their own.
    let has_dates = table.date_format().is_some() || table.files().len() > 1;
    record.birthdate = match record.birthdate {
        _ if !has_dates => Birth::Missing,
        Birth::Known(date) if table.date_format() == Some(DateFormat::Year) => {
            Birth::Year(date.year())
        }
        birth => birth,
    };
}
