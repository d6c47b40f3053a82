//! Whose a CLK is, as its owner knows it.

use std::borrow::Cow;
use std::path::Path;

use super::Named;
use crate::clk::Clks;
use crate::csvfile::CsvReader;
use crate::error::{Error, Result};
use crate::owner::table::is_mangled_id;
use crate::owner::unique::UniqueIds;
use crate::units::is_plant;

/// The ids of the records of a file of CLKs, each once.
///
/// # Privacy
/// Personal data. It has no `Debug`.
pub(super) struct Ids<'c> {
    named: Named,
    ids: Cow<'c, [String]>,
}

impl<'c> Ids<'c> {
    /// The ids of `clks`, which were read from `path`: those of a column of a table, of the file itself, or the numbers of
    /// the records. Keyed hashes of them may spill to nameless files in the folder of `spill`.
    ///
    /// # Errors
    /// [`Class::Mismatch`](crate::error::Class::Mismatch) if the table has another number of rows;
    /// [`Class::Input`](crate::error::Class::Input) if it cannot be read, or if an id is missing, mangled, there twice or that
    /// of a planted person; [`Class::Usage`](crate::error::Class::Usage) for a table if the file has ids.
    pub(super) fn of(
        clks: &'c Clks,
        path: &Path,
        table: Option<(&Path, &str)>,
        spill: &Path,
    ) -> Result<Self> {
        let (named, ids, path) = match (table, clks.ids()) {
            (Some(_), Some(_)) => {
                return Err(Error::usage(
                    "the CLKs have ids of their own, so that none can be given beside them",
                )
                .at(path)
                .hint("leave out --ids and --id-column"));
            }
            (Some((table, column)), None) => (
                Named::ByTable,
                Cow::Owned(column_of(table, column, clks.len())?),
                table,
            ),
            (None, Some(ids)) => (Named::ByFile, Cow::Borrowed(ids), path),
            (None, None) => {
                let ids = Cow::Borrowed(&[] as &[String]);
                return Ok(Self {
                    named: Named::ByRow,
                    ids,
                });
            }
        };
        check(&ids, path, spill)?;
        Ok(Self { named, ids })
    }

    /// Where they come from.
    pub(super) fn named(&self) -> Named {
        self.named
    }

    /// The id of record number `i`, from 0.
    pub(super) fn of_record(&self, i: usize) -> Cow<'_, str> {
        match self.named {
            Named::ByRow => Cow::Owned((i + 1).to_string()),
            Named::ByTable | Named::ByFile => Cow::Borrowed(&self.ids[i]),
        }
    }
}

/// The cells of `column` in the table at `path`, which must have `records` rows.
fn column_of(path: &Path, column: &str, records: usize) -> Result<Vec<String>> {
    let mut reader = CsvReader::open(path, &[column])?;
    let mut ids = Vec::new();
    while reader.advance()? {
        ids.push(reader.cell(0).trim().to_owned());
    }
    if ids.len() == records {
        return Ok(ids);
    }
    Err(Error::mismatch(format!(
        "the table has {} rows below its header, but there are {records} CLKs",
        ids.len()
    ))
    .at(path)
    .hint("give the very table that was encoded, with its rows in the same order"))
}

/// Fails unless each is an id of a student, and there once. Their lines are those of a file with a header line.
fn check(ids: &[String], path: &Path, spill: &Path) -> Result<()> {
    let folder = spill.parent().filter(|p| !p.as_os_str().is_empty());
    let mut unique = UniqueIds::new(folder.unwrap_or(Path::new(".")))?;
    for (line, id) in (2..).zip(ids) {
        let wrong = |problem: &str| Err(Error::input(path, problem).line(line));
        if id.is_empty() {
            return wrong("expected an id, found nothing");
        }
        if is_plant(id) {
            return wrong("found the id of a planted person, which no student may have");
        }
        if is_mangled_id(id) {
            return wrong(
                "expected an id, found a number that a spreadsheet has cut to a few digits",
            );
        }
        unique.push(id, line)?;
    }
    unique.check().map_err(|e| e.at(path))
}
