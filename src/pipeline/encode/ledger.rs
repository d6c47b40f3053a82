//! What stays with the data owner: ref map and rejects file, in the order of the table, and the
//! check that no student id occurs twice.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::Options;
use super::part::{Fate, count};
use super::people::People;
use crate::atomic::{AtomicFile, Digest};
use crate::csvfile::{CsvWriter, REFS_COLUMNS, REJECTS_COLUMNS};
use crate::custody::{Action, Event, Log};
use crate::error::{Error, Result};
use crate::owner::table::{BadRows, Birth, OptOut};
use crate::owner::unique::UniqueIds;
use crate::pipeline::custody::{facts, kind, replaced};
use crate::project::Element;
use crate::units::{RecordRef, hex};

/// Why a row is rejected that could not be divided into its cells.
const BAD_ROW: &str = "bad_row";

/// What was counted.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) read: u64,
    pub(super) records: u64,
    pub(super) rejected: BTreeMap<&'static str, u64>,
    pub(super) no_birthdate: u64,
    pub(super) bad_birthdate: u64,
    pub(super) with_alias: u64,
    pub(super) held: u64,
    /// Planted people encoded; they are in no other count.
    pub(super) planted: u64,
}

/// What the log is to know of the three files.
pub(super) struct Made<'a> {
    pub(super) log: &'a Log,
    pub(super) options: &'a Options,
    pub(super) key_check: [u8; 16],
    /// The data elements that tokens are made of.
    pub(super) elements: Vec<String>,
}

impl Made<'_> {
    /// Enters them, of which `tokens` is the first, and what they replace.
    fn record(self, ledger: &Ledger, tokens: Digest) -> Result<()> {
        let (o, records) = (self.options, ledger.counts.records);
        let rejected: u64 = ledger.counts.rejected.values().sum();
        let made = |path: &Path, kind, digest, rows| {
            Event::new(Action::Made)
                .file(facts(path, kind, digest))
                .of(&o.party, rows)
        };
        let mut first = made(&o.out, kind::TOKENS, tokens, records).elements(self.elements);
        if let Some(file) = &mut first.file {
            file.key_check = Some(hex(&self.key_check));
        }
        if o.decoys {
            first = first.note("decoys, to whom every link is false");
        }
        let refs = made(&o.refs, kind::REFS, ledger.refs.digest()?, records);
        let rejects = made(
            &o.rejects,
            kind::REJECTS,
            ledger.rejects.digest()?,
            rejected,
        );
        let refs = refs.elements(vec![Element::StudentId.name().to_owned()]);
        let mut events = replaced(self.log, [&o.out, &o.refs, &o.rejects])?;
        events.extend([first, refs, rejects]);
        self.log.record(&events)
    }
}

/// The owner's files under construction.
pub(super) struct Ledger {
    table: PathBuf,
    refs_path: PathBuf,
    rejects_path: PathBuf,
    refs: CsvWriter,
    rejects: CsvWriter,
    unique: UniqueIds,
    /// How many of the bad rows are entered.
    bad: usize,
    pub(super) counts: Counts,
}

impl Ledger {
    pub(super) fn create(o: &Options) -> Result<Self> {
        let folder = o.out.parent().filter(|p| !p.as_os_str().is_empty());
        Ok(Self {
            table: o.table.clone(),
            refs_path: o.refs.clone(),
            rejects_path: o.rejects.clone(),
            refs: CsvWriter::create(&o.refs, REFS_COLUMNS)?,
            rejects: CsvWriter::create(&o.rejects, REJECTS_COLUMNS)?,
            unique: UniqueIds::new(folder.unwrap_or(Path::new(".")))?,
            bad: 0,
            counts: Counts::default(),
        })
    }

    /// Enters the rows of a batch, with the ref and the fate of each, and what of `bad`, which are those of the whole
    /// table so far, stands before them.
    pub(super) fn enter(
        &mut self,
        people: &People,
        refs: &[RecordRef],
        fates: &[Fate],
        bad: &BadRows,
    ) -> Result<()> {
        for (i, (record_ref, fate)) in refs.iter().zip(fates).enumerate() {
            let row = people.row(i);
            if row.is_planted {
                self.enter_planted(people.id(i).0, record_ref, *fate)?;
                continue;
            }
            self.enter_bad(bad, row.line)?;
            let counts = &mut self.counts;
            counts.read += 1;
            // Who is left out by a list is not offered to be left out once more.
            let is_listed = row.opt_out == Some(OptOut::Listed);
            counts.held += u64::from(row.is_held && !is_listed);
            let is_known = matches!(row.birth, Birth::Known(_) | Birth::Year(_));
            counts.no_birthdate += u64::from(!is_known && row.opt_out.is_none());
            counts.bad_birthdate += u64::from(matches!(row.birth, Birth::Invalid));
            if let Some(reason) = count(*fate, &mut counts.rejected)? {
                self.rejects.row([row.line.to_string().as_str(), reason])?;
                continue;
            }
            let (id, has_alias) = people.id(i);
            self.unique.push(id, row.line)?;
            self.refs.row([record_ref.to_string().as_str(), id])?;
            counts.records += 1;
            counts.with_alias += u64::from(has_alias);
        }
        Ok(())
    }

    /// Enters a planted person. One that cannot be encoded is no row of the table, and so is not listed among its rejects:
    /// the custodian finds it missing.
    fn enter_planted(&mut self, id: &str, record_ref: &RecordRef, fate: Fate) -> Result<()> {
        if count(fate, &mut BTreeMap::new())?.is_none() {
            self.refs.row([record_ref.to_string().as_str(), id])?;
            self.counts.planted += 1;
        }
        Ok(())
    }

    /// Enters the bad rows before this line that are not entered yet.
    pub(super) fn enter_bad(&mut self, bad: &BadRows, before: u64) -> Result<()> {
        let rest = bad.rows().iter().skip(self.bad);
        for row in rest.take_while(|row| row.line < before) {
            self.rejects.row([row.line.to_string().as_str(), BAD_ROW])?;
            *self.counts.rejected.entry(BAD_ROW).or_default() += 1;
            self.counts.read += 1;
            self.bad += 1;
        }
        Ok(())
    }

    /// Fails if an id occurred twice, or if nothing was encoded.
    pub(super) fn check(&mut self) -> Result<()> {
        self.unique.check().map_err(|e| e.at(&self.table))?;
        if self.counts.records == 0 {
            return Err(Error::input(
                &self.table,
                format!("none of its {} rows can be encoded", self.counts.read),
            )
            .hint("check the column mapping; a record needs a birthdate and a name"));
        }
        Ok(())
    }

    /// Names the owner's files and `tokens`, which is written and durable: all three or none. Before that they are
    /// entered into the log, if there is one.
    pub(super) fn commit(mut self, tokens: AtomicFile, made: Option<Made<'_>>) -> Result<Counts> {
        // All three are written before one has its name: a full disk is found out here.
        self.rejects.sync()?;
        self.refs.sync()?;
        if let Some(made) = made {
            made.record(&self, tokens.digest()?)?;
        }
        self.rejects.commit()?;
        // The token file last: without the ref map it would be of no use.
        let named = self.refs.commit().and_then(|()| tokens.commit());
        if named.is_err() {
            let _ = std::fs::remove_file(&self.refs_path);
            let _ = std::fs::remove_file(&self.rejects_path);
        }
        named.map(|()| self.counts)
    }
}
