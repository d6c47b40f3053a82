//! Who has opted out of being passed on: by a list of ids, or by a column of the table.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::headers::STUDENT_ID;
use super::rows::{Layout, Rows};
use super::several::{key, number};
use super::{Delimiter, Field, Mapping, Record, Table, fold, is_mangled_id};
use crate::error::{Error, Result};
use crate::owner::source::Source;

/// Which students are to be left out, as the user says it.
#[derive(Debug, Clone, Default)]
pub struct Exclude {
    /// Lists of student ids.
    pub lists: Vec<PathBuf>,
    /// Leave out those whom the column of opt-outs holds.
    pub holds: bool,
}

/// Why a student is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptOut {
    /// The id is in a list.
    Listed,
    /// The column of opt-outs says so.
    Held,
}

/// The students that are to be left out.
///
/// # Privacy
/// Ids are kept as 128-bit hashes under a random key that is never written down. Its `Debug` shows counts.
pub struct OptOuts {
    hasher: blake3::Hasher,
    /// Of each id in a list, whether a row has it.
    listed: HashMap<u128, AtomicBool>,
    /// The ids, in order.
    fingerprint: Vec<u8>,
    holds: bool,
}

impl fmt::Debug for OptOuts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OptOuts")
            .field("listed", &self.listed.len())
            .field("holds", &self.holds)
            .finish_non_exhaustive()
    }
}

impl OptOuts {
    /// Reads the lists. Each holds one id a line, or is a table with headers, of which the column of the ids is
    /// found as in the table of the students: the one that `mapping` names, else by its header.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io) if a list cannot be read;
    /// [`Class::Input`](crate::error::Class::Input) if it holds no id, several columns of which none is known as that of the
    /// ids, or an id that a spreadsheet has made a number of (`1.23E+09`).
    pub fn read(exclude: &Exclude, mapping: &Mapping) -> Result<Self> {
        let hasher = key()?;
        let mut ids = Vec::new();
        for path in &exclude.lists {
            read_list(path, mapping, &mut ids)?;
        }
        ids.sort_unstable();
        ids.dedup();
        let mut all = blake3::Hasher::new();
        for id in &ids {
            all.update(&(id.len() as u64).to_le_bytes());
            all.update(id.as_bytes());
        }
        let number = |id: &String| (number(&hasher, id), AtomicBool::new(false));
        Ok(Self {
            listed: ids.iter().map(number).collect(),
            fingerprint: all.finalize().as_bytes().to_vec(),
            holds: exclude.holds,
            hasher,
        })
    }

    /// Fails if students are to be left out by a column that `table` does not have.
    ///
    /// # Errors
    /// [`Class::Input`](crate::error::Class::Input).
    pub fn check(&self, table: &Table) -> Result<()> {
        if self.holds && table.columns().header(Field::Hold).is_none() {
            return Err(Error::input(
                table.path(),
                "there is no column of opt-outs that is known, and --exclude-holds was given",
            )
            .hint("name it with --map hold=\"...\", or give a list of ids with --exclude"));
        }
        Ok(())
    }

    /// Why the student of this record is left out, if so.
    #[must_use]
    pub fn of(&self, record: &Record) -> Option<OptOut> {
        if !self.listed.is_empty() {
            // Both, since each that is met is counted.
            let own = self.meet(&record.student_id);
            let former = record.former_ids.iter().filter(|id| self.meet(id)).count();
            if own || former > 0 {
                return Some(OptOut::Listed);
            }
        }
        (self.holds && record.is_held).then_some(OptOut::Held)
    }

    fn meet(&self, id: &str) -> bool {
        let entry = self.listed.get(&number(&self.hasher, id));
        if let Some(is_met) = entry {
            is_met.store(true, Ordering::Relaxed);
        }
        entry.is_some()
    }

    /// Different ids in the lists.
    #[must_use]
    pub fn listed(&self) -> u64 {
        self.listed.len() as u64
    }

    /// Of these, how many were in no record that [`of`](Self::of) was asked about.
    #[must_use]
    pub fn unmet(&self) -> u64 {
        let met = self
            .listed
            .values()
            .map(|is_met| is_met.load(Ordering::Relaxed));
        met.filter(|is_met| !is_met).count() as u64
    }

    /// What tells these opt-outs from others: a function of the ids, without their order, and of whether
    /// a column counts.
    ///
    /// # Privacy
    /// Who guesses the ids of a short list can confirm the guess by it: not to be written down as it is.
    #[must_use]
    pub fn fingerprint(&self) -> Vec<u8> {
        let mut bytes = self.fingerprint.clone();
        bytes.push(u8::from(self.holds));
        bytes
    }
}

/// Adds the ids of one list.
fn read_list(path: &Path, mapping: &Mapping, ids: &mut Vec<String>) -> Result<()> {
    let source = Source::of_file(path, None)?;
    let delimiter = Delimiter::of(&source)?;
    let mut rows = Rows::open(&Layout {
        source,
        delimiter,
        record: None,
    })?;
    let first = rows.headers()?;
    let before = ids.len();
    let wanted: Vec<String> = mapping
        .headers(Field::StudentId)
        .iter()
        .map(|h| fold(h))
        .collect();
    let find = |is_wanted: &dyn Fn(&str) -> bool| {
        let is_wanted = |h: &String| is_wanted(&fold(h));
        first.iter().position(is_wanted)
    };
    let index =
        find(&|h| wanted.iter().any(|w| w == h)).or_else(|| find(&|h| STUDENT_ID.contains(&h)));
    let (index, header) = match (index, &first[..]) {
        (Some(index), _) => (index, first[index].as_str()),
        (None, [only]) => {
            // No header: the first line is an id.
            add(only, path, 1, "", ids)?;
            (0, "")
        }
        // PRIVACY: what the first line holds is not shown, since it may be an id.
        (None, several) => {
            return Err(Error::input(
                path,
                format!(
                    "{} columns, and no header that is known as that of the student ids",
                    several.len()
                ),
            )
            .line(1)
            .hint("write one id a line, or name the column student_id"));
        }
    };
    while rows.advance()? {
        add(rows.cell(index, || header)?, path, rows.line(), header, ids)?;
    }
    rows.bad().check(0.0, rows.path())?;
    if ids.len() == before {
        return Err(Error::input(path, "there is no id in the list")
            .hint("write one id a line, or leave the option out"));
    }
    Ok(())
}

fn add(id: &str, path: &Path, line: u64, header: &str, ids: &mut Vec<String>) -> Result<()> {
    if is_mangled_id(id) {
        let e = Error::input(
            path,
            "a number as a spreadsheet shortens it, of which the last digits are lost",
        );
        return Err(e
            .line(line)
            .column(header)
            .hint("export the list again, and do not open it in Excel in between"));
    }
    if !id.is_empty() {
        ids.push(id.to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Class;

    fn list(text: &str) -> Result<OptOuts> {
        list_with(text, &Mapping::default())
    }

    fn list_with(text: &str, mapping: &Mapping) -> Result<OptOuts> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ids.csv");
        std::fs::write(&path, text).unwrap();
        let exclude = Exclude {
            lists: vec![path],
            holds: false,
        };
        OptOuts::read(&exclude, mapping)
    }

    fn record(id: &str, former: &[&str]) -> Record {
        Record {
            student_id: id.into(),
            former_ids: former.iter().map(|id| (*id).to_owned()).collect(),
            ..Record::default()
        }
    }

    #[test]
    fn lists_with_and_without_a_header_hold_the_same_ids() {
        for text in [
            "007\n8\n",
            "student_id\r\n007\r\n 8 \r\n",
            "\u{feff}name;Student ID\nx;8\ny;007\nz;\n",
            "8\n\n007\n8\n",
        ] {
            let outs = list(text).unwrap();
            assert_eq!(outs.listed(), 2, "{text}");
            assert_eq!(outs.fingerprint(), list("007\n8").unwrap().fingerprint());
            assert_eq!(outs.of(&record("007", &[])), Some(OptOut::Listed));
            assert_eq!(outs.of(&record("7", &[])), None, "letter by letter");
            assert_eq!(outs.unmet(), 1);
            assert_eq!(outs.of(&record("9", &["8"])), Some(OptOut::Listed));
            assert_eq!(outs.unmet(), 0);
        }
        assert_ne!(
            list("007\n8").unwrap().fingerprint(),
            list("0078").unwrap().fingerprint()
        );
    }

    #[test]
    fn the_column_of_the_table_is_that_of_the_list_too() {
        let mut mapping = Mapping::default();
        mapping.map("id=LID").unwrap();
        let outs = list_with("student_id,lid\n1,2\n", &mapping).unwrap();
        assert_eq!(outs.of(&record("1", &[])), None);
        assert!(outs.of(&record("2", &[])).is_some());
    }

    #[test]
    fn lists_that_are_none_are_refused_without_a_cell_of_theirs() {
        for (text, line) in [
            ("student_id\n71\n7.1E+09\n", Some(3)),
            ("7E+15\n", Some(1)),
            ("Zzyzx,Qwerty\nZzyzxa,1\n", Some(1)),
            ("student_id,name\n1,a,Zzyzx\n", Some(2)),
            ("student_id\n", None),
            ("student_id,name\n,Zzyzx\n", None),
        ] {
            let e = list(text).unwrap_err();
            assert_eq!(e.class(), Class::Input, "{text}");
            assert_eq!(e.location().unwrap().line, line, "{text}");
            assert!(!e.to_string().contains("Zzyzx") && !e.to_string().contains("7.1"));
        }
    }

    #[test]
    fn a_hold_counts_only_where_it_is_asked_for() {
        let mut held = record("1", &[]);
        held.is_held = true;
        let outs = |holds| {
            let exclude = Exclude {
                lists: Vec::new(),
                holds,
            };
            OptOuts::read(&exclude, &Mapping::default()).unwrap()
        };
        assert_eq!(outs(false).of(&held), None);
        assert_eq!(outs(true).of(&held), Some(OptOut::Held));
        assert_ne!(outs(true).fingerprint(), outs(false).fingerprint());
    }
}
