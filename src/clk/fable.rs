//! FABLE's table of bit vectors: `id,value`.

use std::collections::HashSet;
use std::path::Path;

use super::{Clks, base64};
use crate::csvfile::{self, CsvReader};
use crate::error::{Error, Result};

const COLUMNS: [&str; 2] = ["id", "value"];

/// Reads a CSV file with the columns `id` and `value`, the filter in base64; other columns are passed over.
///
/// # Errors
/// [`Class::Input`](crate::error::Class::Input) with line and column if it is anything else, has no row, an id twice, or filters
/// of two lengths; [`Class::Io`](crate::error::Class::Io).
pub fn read_fable(path: &Path) -> Result<Clks> {
    let mut rows = CsvReader::open(path, &COLUMNS)?;
    let (mut clks, mut ids, mut bytes) = (None::<Clks>, Vec::new(), Vec::new());
    let mut known = HashSet::new();
    while rows.advance()? {
        let id = rows.cell(0);
        if id.is_empty() {
            return Err(rows.error(0, "there is no id"));
        }
        if !known.insert(id.to_owned()) {
            return Err(rows.error(0, "this id has come before"));
        }
        ids.push(id.to_owned());
        bytes.clear();
        base64::decode(rows.cell(1), &mut bytes).map_err(|problem| rows.error(1, problem))?;
        let clks = match &mut clks {
            Some(clks) => clks,
            none => {
                none.insert(Clks::new(8 * bytes.len()).map_err(|e| rows.error(1, e.problem()))?)
            }
        };
        if bytes.len() != clks.width() {
            let problem = format!(
                "{} bits, those before it have {}",
                8 * bytes.len(),
                clks.bits()
            );
            return Err(rows.error(1, &problem));
        }
        clks.push(&bytes);
    }
    clks.map(|clks| clks.with_ids(ids))
        .ok_or_else(|| Error::input(path, "there is no row in it"))
}

/// Writes a CSV file with the columns `id` and `value`. A record without an id has its number, from 1.
///
/// # Errors
/// [`Class::Io`](crate::error::Class::Io); nothing is then left behind.
pub fn write_fable(path: &Path, clks: &Clks) -> Result<()> {
    csvfile::write(path, &COLUMNS, |out| {
        let mut value = Vec::new();
        for (i, clk) in clks.iter().enumerate() {
            value.clear();
            base64::encode(clk, &mut value);
            let id = clks
                .ids()
                .map_or_else(|| (i + 1).to_string(), |ids| ids[i].clone());
            out.row([id.as_bytes(), &value])?;
        }
        Ok(())
    })
}
