//! `audit` of imported CLKs: without a linkage key, with the linkage schema that they were made under.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha12Rng;
use zeroize::Zeroizing;

use super::{expect_party, write_report};
use crate::csvfile::CsvReader;
use crate::custody::{Log, Logging};
use crate::error::{Error, Result};
use crate::leakage;
use crate::owner::audit::imported::{Filters, SAMPLE, audit};
use crate::owner::audit::report::AuditReport;
use crate::owner::audit::run::Plan;
use crate::owner::clkhash::{self, FoldRule, Header, Schema, Secret};
use crate::pipeline::files::{check_outputs, made_under, refs_of};
use crate::pipeline::{Progress, warn_of};
use crate::project::Project;
use crate::token::TokenFile;
use crate::units::{PartyId, RecordRef};

/// What to audit.
#[derive(Debug)]
pub struct ImportedOptions {
    /// The table that the CLKs were made of, a row for each in the same order, in the columns of the linkage schema.
    pub table: PathBuf,
    /// The project file.
    pub project: PathBuf,
    /// The party whose table it is.
    pub party: PartyId,
    /// The token file.
    pub tokens: PathBuf,
    /// The ref map that was made with it, whose rows are in the order of the table.
    pub refs: PathBuf,
    /// The linkage schema.
    pub schema: PathBuf,
    /// The seed of every draw.
    pub seed: u64,
    /// Where to write the report as JSON, if anywhere.
    pub json: Option<PathBuf>,
    /// The disclosure log.
    pub log: Logging,
    /// Replace a report that exists.
    pub force: bool,
}

/// Attacks imported CLKs: an attacker who holds the rows in clear, the linkage schema and no secret looks for who is who.
///
/// # Privacy
/// The rows of a sample are held in memory and encoded under secrets of this test, never under that of the owners, which is not asked for.
///
/// # Errors
/// [`Class::Mismatch`](crate::error::Class::Mismatch) if table, project, party, ref map, linkage schema and token file do not belong
/// together; [`Class::Input`](crate::error::Class::Input) if a file is not as expected or has too few records;
/// [`Class::Io`](crate::error::Class::Io).
pub fn audit_imported(options: &ImportedOptions, progress: &dyn Progress) -> Result<AuditReport> {
    let o = options;
    let outputs: Vec<&Path> = o.json.iter().map(PathBuf::as_path).collect();
    let inputs: [&Path; 5] = [&o.table, &o.project, &o.tokens, &o.refs, &o.schema];
    check_outputs(&inputs, &outputs, o.force)?;
    let project = Project::read(&o.project)?;
    warn_of(&project, progress);
    project
        .expect_party(&o.party)
        .map_err(|e| e.at(&o.project))?;
    let log = Log::of_run(&o.log, &o.project, &project)?;
    let schema = Schema::read(&o.schema, FoldRule::AsClkhash)?;
    let file = TokenFile::open(&o.tokens)?;
    made_under(&project, &file)?;
    expect_party(&file, &o.party)?;
    if !file.header().is_imported() {
        return Err(
            Error::mismatch("the tokens were encoded by blindlink, not imported")
                .at(&o.tokens)
                .hint("give --key, and no linkage schema"),
        );
    }
    file.expect_schema(&project)?;
    let width = schema.bytes();
    if file.columns().iter().all(|(_, bytes)| *bytes != width) {
        return Err(Error::mismatch(format!(
            "the linkage schema makes CLKs of {} bits, the token file holds others",
            8 * width
        ))
        .at(&o.schema));
    }
    progress.at("read", 0, 0);
    let refs = refs_of(&file, &o.refs)?;
    let sample = draw(refs.len(), o.seed);
    let rows = rows_of(&o.table, &sample, refs.len())?;
    let seen = filters_of(&file, sample.iter().map(|&row| refs[row]), width)?;
    progress.at("tokens", 0, 0);
    let shown = leakage::checks(&file, &project, o.seed)?;
    let plan = Plan {
        party: o.party.to_string(),
        tokens: file.fingerprint()?.to_string(),
        population: refs.len() as u64,
        seed: o.seed,
    };
    let encoded = |number: u64| {
        let secret = Zeroizing::new(format!("blindlink audit {} {number}", o.seed).into_bytes());
        let secret = Secret::new(secret, &o.schema)?;
        let how = clkhash::Options {
            header: Header::Checked,
            validate: false,
        };
        let mut bytes = Vec::new();
        clkhash::encode(
            rows.as_slice(),
            &o.table,
            &schema,
            &secret,
            how,
            |some, _| {
                bytes.extend_from_slice(some);
                Ok(())
            },
        )?;
        Ok(Filters::of_bytes(8 * width, &bytes))
    };
    let told = |step: &str| progress.at(step, 0, 0);
    let records = file.header().records;
    let report = audit(&seen, &encoded, (&project, records), shown, &plan, &told);
    let report = report.map_err(|e| e.at(&o.table))?;
    write_report(log.as_ref(), o.json.as_deref(), &report, &o.party)?;
    Ok(report)
}

/// Some of `rows` rows, ascending.
fn draw(rows: usize, seed: u64) -> Vec<usize> {
    let mut all: Vec<usize> = (0..rows).collect();
    let (kept, _) = all.partial_shuffle(&mut ChaCha12Rng::seed_from_u64(seed), SAMPLE);
    let mut kept = kept.to_vec();
    kept.sort_unstable();
    kept
}

/// The header of the table at `path`, which must have `rows` rows, and the rows of these numbers, as CSV.
fn rows_of(path: &Path, sample: &[usize], rows: usize) -> Result<Zeroizing<Vec<u8>>> {
    let mut reader = CsvReader::open(path, &[])?;
    let mut out = csv::Writer::from_writer(Vec::new());
    let failed = |_| Error::internal("a row cannot be written to memory");
    out.write_record(reader.headers()).map_err(failed)?;
    let (mut found, mut next) = (0, sample.iter().peekable());
    while reader.advance()? {
        if next.next_if(|row| **row == found).is_some() {
            out.write_record(reader.cells()).map_err(failed)?;
        }
        found += 1;
    }
    if found != rows {
        return Err(Error::mismatch(format!(
            "the table has {found} rows below its header, the token file {rows} records"
        ))
        .at(path)
        .hint("give the very table that was encoded, with its rows in the same order"));
    }
    let bytes = out.into_inner();
    let bytes = bytes.map_err(|_| Error::internal("rows cannot be written to memory"))?;
    Ok(Zeroizing::new(bytes))
}

/// The filters of these records of the token file, in their order; zeros for one that has none.
fn filters_of(
    file: &TokenFile,
    records: impl ExactSizeIterator<Item = RecordRef>,
    width: usize,
) -> Result<Filters> {
    let mut bytes = vec![0; records.len() * width];
    let places: BTreeMap<RecordRef, usize> = records.zip(0..).collect();
    file.each_row(&[0, 2], |_, values| {
        let record = values[0].and_then(<[u8]>::as_array).map(|r| RecordRef(*r));
        if let (Some(record), Some(filter)) = (record, values[1])
            && let Some(place) = places.get(&record)
        {
            bytes[place * width..][..width].copy_from_slice(filter);
        }
        Ok(())
    })?;
    Ok(Filters::of_bytes(8 * width, &bytes))
}
