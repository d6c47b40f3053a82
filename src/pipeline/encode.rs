//! `encode`: a student table into a token file, a ref map and a list of rejected rows.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::files::check_outputs;
use super::{Progress, warn_of};
use crate::csvfile::CsvWriter;
use crate::error::{Error, Result};
use crate::owner::decoy::Decoys;
use crate::owner::encode::{Encoder, Outcome};
use crate::owner::key::LinkageKey;
use crate::owner::normalise::{self, Namesakes, Person};
use crate::owner::resolve::REFS_COLUMNS;
use crate::owner::table::{Birth, CutColumn, Field, Mapping, Record, Table};
use crate::owner::unique::UniqueIds;
use crate::project::Project;
use crate::token::{Header, TokenWriter};
use crate::units::{PartyId, RecordRef};

/// Columns of the rejects file, which stays with the data owner.
pub const REJECTS_COLUMNS: [&str; 2] = ["line", "reason"];
/// Records read at a time.
const BATCH: usize = 1 << 13;

/// What to encode, and where to.
#[derive(Debug)]
pub struct Options {
    /// The student table.
    pub table: PathBuf,
    /// The project file.
    pub project: PathBuf,
    /// The party whose table it is.
    pub party: PartyId,
    /// The linkage key file.
    pub key: PathBuf,
    /// The token file to write.
    pub out: PathBuf,
    /// The ref map to write.
    pub refs: PathBuf,
    /// The list of rejected rows to write.
    pub rejects: PathBuf,
    /// Which columns hold what, where the headers do not say.
    pub mapping: Mapping,
    /// Encode decoys instead of the people themselves.
    pub decoys: bool,
    /// Replace outputs that exist.
    pub force: bool,
    /// Makes record refs a function of this number and the row instead of random. For tests only:
    /// refs that can be guessed join rounds.
    pub test_seed: Option<u64>,
}

/// What [`encode`] did.
#[derive(Debug, Clone)]
pub struct Summary {
    /// Data rows of the table: `records` + the sum of `rejected`.
    pub read: u64,
    /// Records encoded.
    pub records: u64,
    /// Rows of the token file.
    pub rows: u64,
    /// Rejected rows by reason.
    pub rejected: BTreeMap<&'static str, u64>,
    /// Rows without a usable birthdate.
    pub no_birthdate: u64,
    /// Of these, rows whose birthdate cell holds something that is no date.
    pub bad_birthdate: u64,
    /// Records encoded that have an alias: another first or last name, in a column or in brackets.
    pub with_alias: u64,
    /// Which headers were taken for which field, in the order of the fields: one at most, but for
    /// aliases.
    pub columns: Vec<(Field, Vec<String>)>,
    /// Columns of names that seem to have been cut.
    pub cut_columns: Vec<CutColumn>,
    /// How dates are written in the table, if it has any.
    pub date_format: Option<String>,
}

/// What must be known of the whole table before a record of it is encoded.
#[derive(Default)]
struct Ahead {
    /// Which names more than one record has, where a pass of the schema asks.
    names: Namesakes,
    /// The birthdates, where decoys are made.
    decoys: Decoys,
}

/// Reads the table once for what must be known ahead, if anything must.
fn look_ahead(o: &Options, project: &Project, progress: &dyn Progress) -> Result<Ahead> {
    let mut ahead = Ahead::default();
    if !project.schema.has_undated() && !o.decoys {
        return Ok(ahead);
    }
    let mut table = Table::open(&o.table, &o.mapping)?;
    let mut batch: Vec<Record> = Vec::new();
    let mut read = 0;
    while table.next_batch(BATCH, &mut batch)? > 0 {
        let people: Vec<Person> = batch.par_iter().map(normalise::person).collect();
        for person in &people {
            ahead.names.add(person);
            if o.decoys {
                ahead.decoys.add(person);
            }
        }
        read += people.len() as u64;
        progress.at("count names", read, 0);
    }
    if o.decoys {
        let mut seed = [0; 32];
        match o.test_seed {
            None => getrandom::fill(&mut seed)
                .map_err(|_| Error::internal("the system gives no random bytes"))?,
            Some(test) => seed[..8].copy_from_slice(&test.to_le_bytes()),
        }
        ahead.decoys.shuffle(&seed);
    }
    Ok(ahead)
}

/// Encodes a student table.
///
/// Streams: memory grows with the table by some 16 bytes a record at most, for counting names and for
/// the dates of decoys.
/// Either all three files appear or none.
///
/// # Errors
/// [`Class::Input`](crate::error::Class::Input) for a table, project or key that is not as
/// expected, with its place; [`Class::Mismatch`](crate::error::Class::Mismatch) for a party that
/// is not of the project; [`Class::Io`](crate::error::Class::Io).
pub fn encode(options: &Options, progress: &dyn Progress) -> Result<Summary> {
    let o = options;
    check_outputs(
        &[&o.table, &o.project, &o.key],
        &[&o.out, &o.refs, &o.rejects],
        o.force,
    )?;
    let project = Project::read(&o.project)?;
    warn_of(&project, progress);
    project
        .expect_party(&o.party)
        .map_err(|e| e.at(&o.project))?;
    let key = LinkageKey::read(&o.key)?;
    let encoder = Encoder::new(&project, &key).of(&o.party);
    let ahead = look_ahead(o, &project, progress)?;
    let mut table = Table::open(&o.table, &o.mapping)?;
    let mut tokens = TokenWriter::create(&o.out, encoder.layout().clone())?;
    let mut refs = CsvWriter::create(&o.refs, REFS_COLUMNS)?;
    let mut rejects = CsvWriter::create(&o.rejects, REJECTS_COLUMNS)?;
    let folder = o
        .out
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let mut unique = UniqueIds::new(folder)?;
    let mut summary = Summary {
        read: 0,
        records: 0,
        rows: 0,
        rejected: BTreeMap::new(),
        no_birthdate: 0,
        bad_birthdate: 0,
        with_alias: 0,
        columns: Field::ALL
            .into_iter()
            .map(|f| (f, table.columns().headers(f).map(str::to_owned).collect()))
            .collect(),
        cut_columns: Vec::new(),
        date_format: table.date_format().map(|f| f.name().to_owned()),
    };
    let mut batch: Vec<Record> = Vec::new();
    while table.next_batch(BATCH, &mut batch)? > 0 {
        let names = record_refs(o.test_seed, &o.party, summary.read, batch.len())?;
        let encoded: Vec<(Option<&'static str>, bool, Vec<u8>)> = batch
            .par_iter()
            .zip(&names)
            .enumerate()
            .map(|(i, (record, name))| {
                let mut rows = Vec::new();
                let mut person = normalise::person(record);
                person.has_namesake = ahead.names.has(&person);
                if o.decoys {
                    let Some(decoy) = ahead.decoys.of(&person, summary.read + i as u64) else {
                        return (Some("no_decoy"), false, rows);
                    };
                    person = decoy;
                }
                let outcome = encoder.encode(&person, *name, &mut rows);
                let nameless = person.first.is_empty() && person.last.is_empty();
                let rejection = rejection(record, nameless, outcome);
                (rejection, person.has_alias(), rows)
            })
            .collect();
        for ((record, name), (rejection, has_alias, rows)) in batch.iter().zip(&names).zip(&encoded)
        {
            summary.read += 1;
            summary.no_birthdate += u64::from(!matches!(
                record.birthdate,
                Birth::Known(_) | Birth::Year(_)
            ));
            summary.bad_birthdate += u64::from(matches!(record.birthdate, Birth::Invalid));
            if let Some(reason) = *rejection {
                *summary.rejected.entry(reason).or_default() += 1;
                rejects.row([record.line.to_string().as_str(), reason])?;
                continue;
            }
            unique.push(&record.student_id, record.line)?;
            refs.row([name.to_string().as_str(), &record.student_id])?;
            tokens.push(rows)?;
            summary.records += 1;
            summary.with_alias += u64::from(*has_alias);
        }
        progress.at("encode", summary.read, 0);
    }
    unique.check().map_err(|e| e.at(&o.table))?;
    if summary.records == 0 {
        return Err(Error::input(
            &o.table,
            format!("none of its {} rows can be encoded", summary.read),
        )
        .hint("check the column mapping; a record needs a birthdate and a name"));
    }
    summary.rows = tokens.rows();
    summary.cut_columns = table.cut_columns();
    progress.at("write", 0, 0);
    let header = Header {
        project: project.fingerprint,
        schema: project.schema.fingerprint,
        party: o.party.clone(),
        round: project.round,
        normalisation: normalise::VERSION,
        key_check: encoder.key_check(),
        records: summary.records,
        rows: summary.rows,
        decoys: o.decoys,
    };
    // All three are written before one has its name: a full disk is found out here.
    rejects.sync()?;
    refs.sync()?;
    let tokens = tokens.seal(&header)?;
    // The token file last: without the ref map it would be of no use.
    rejects.commit()?;
    let named = refs.commit().and_then(|()| tokens.commit());
    if named.is_err() {
        let _ = std::fs::remove_file(&o.refs);
        let _ = std::fs::remove_file(&o.rejects);
    }
    named.map(|()| summary)
}

/// Why a record is not encoded, if so. `nameless`: nothing is left of its names once normalised;
/// its birthdate alone would put it beside everybody born that day, with nothing to compare.
fn rejection(record: &Record, nameless: bool, outcome: Outcome) -> Option<&'static str> {
    if record.student_id.is_empty() {
        return Some("no_student_id");
    }
    if !nameless && matches!(outcome, Outcome::Encoded(_)) {
        return None;
    }
    Some(match (record.birthdate, nameless) {
        (Birth::Known(_) | Birth::Year(_), _) => "no_name",
        (Birth::Missing, false) => "no_birthdate",
        (Birth::Invalid, false) => "bad_birthdate",
        (_, true) => "no_birthdate_and_no_name",
    })
}

/// `n` record refs: from the system's random source, or from a test seed, the party and the row
/// number. Two parties must not have equal refs: dummy tokens are made of them.
fn record_refs(seed: Option<u64>, party: &PartyId, first: u64, n: usize) -> Result<Vec<RecordRef>> {
    let mut bytes = vec![0; 16 * n];
    match seed {
        None => getrandom::fill(&mut bytes)
            .map_err(|_| Error::internal("the system gives no random bytes"))?,
        Some(seed) => {
            for (i, chunk) in bytes.chunks_exact_mut(16).enumerate() {
                let mut hasher =
                    blake3::Hasher::new_derive_key("blindlink 2026-11-21 test record refs v1");
                hasher
                    .update(&seed.to_le_bytes())
                    .update(party.as_str().as_bytes())
                    .update(&(first + i as u64).to_le_bytes());
                hasher.finalize_xof().fill(chunk);
            }
        }
    }
    Ok(bytes
        .chunks_exact(16)
        .map(|chunk| {
            let mut r = [0; 16];
            r.copy_from_slice(chunk);
            RecordRef(r)
        })
        .collect())
}
