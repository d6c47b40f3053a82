//! `clk import`: CLKs of another program into a token file, with a ref map.

use std::path::{Path, PathBuf};

use super::ids::Ids;
use crate::atomic::AtomicFile;
use crate::clk::{self, Clks};
use crate::csvfile::{CsvWriter, REFS_COLUMNS};
use crate::custody::{Action, Event, Log, Logging};
use crate::error::{Error, Result};
use crate::owner::clkhash::{Secret, fingerprint, key_check};
use crate::pipeline::agreement::expect_in_force;
use crate::pipeline::custody::{facts, kind, replaced};
use crate::pipeline::files::check_outputs;
use crate::pipeline::{Progress, look_at_signatures, warn_of};
use crate::project::{Element, Project};
use crate::token::{self, Header, IMPORTED, Layout, Run, UNCHECKED};
use crate::units::{PartyId, RecordRef, hex};

/// Rows that are put together and sorted at a time.
const PIECE: usize = 1 << 16;

/// What to import, and where to.
#[derive(Debug)]
pub struct Import {
    /// The CLKs.
    pub clks: PathBuf,
    /// How they are written.
    pub format: clk::Format,
    /// Bytes of each, which binary forms do not say.
    pub hash_size: Option<usize>,
    /// The project file.
    pub project: PathBuf,
    /// The party whose records they are.
    pub party: PartyId,
    /// The token file to write.
    pub out: PathBuf,
    /// The ref map to write.
    pub refs: PathBuf,
    /// The table that was encoded and its column of ids, where the ids are to be taken from there.
    pub ids: Option<(PathBuf, String)>,
    /// What the CLKs were made with, where that is to be compared with the other parties.
    pub linkage: Option<Linkage>,
    /// The disclosure log.
    pub log: Logging,
    /// Refuse a project file that not all have signed.
    pub require_signatures: bool,
    /// Replace outputs that exist.
    pub force: bool,
}

/// What CLKs were made with.
#[derive(Debug)]
pub struct Linkage {
    /// The linkage schema.
    pub schema: PathBuf,
    /// The secret.
    pub secret: Secret,
}

/// Where the ids of a ref map come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// From the table that was encoded.
    ByTable,
    /// From the file of CLKs itself.
    ByFile,
    /// They are the numbers of the records in the file, from 1.
    ByRow,
}

/// What [`import`] did.
#[derive(Debug, Clone, Copy)]
pub struct Imported {
    /// Records, which are as many as CLKs.
    pub records: u64,
    /// Bits of a CLK.
    pub bits: usize,
    /// CLKs without a bit, which become records without a filter.
    pub empty: u64,
    /// Where the ids come from.
    pub named: Named,
    /// Whether the file has candidate blocks, which a project does not use.
    pub has_blocks: bool,
    /// Whether linkage schema and secret are in the key check.
    pub is_checked: bool,
}

/// Makes a token file and a ref map of CLKs. Both appear or none.
///
/// The project's schema must be one pass without a block, of one filter of as many bits. Record refs are 16 random
/// bytes each, whatever ids there are. Needs memory for the CLKs three times.
///
/// # Privacy
/// Ids are in the ref map alone, which stays with the owner.
///
/// # Errors
/// [`Class::Input`](crate::error::Class::Input) for CLKs, ids, linkage schema or project file that are not as expected;
/// [`Class::Mismatch`](crate::error::Class::Mismatch) for a party that is not of the project, an agreement that has ended, a
/// schema of another form, a table of another number of rows; [`Class::Usage`](crate::error::Class::Usage) for ids twice;
/// [`Class::Io`](crate::error::Class::Io).
pub fn import(options: &Import, progress: &dyn Progress) -> Result<Imported> {
    let o = options;
    let mut inputs: Vec<&Path> = vec![&o.clks, &o.project];
    inputs.extend(o.ids.as_ref().map(|(table, _)| table.as_path()));
    inputs.extend(o.linkage.as_ref().map(|l| l.schema.as_path()));
    check_outputs(&inputs, &[&o.out, &o.refs], o.force)?;
    let project = Project::read(&o.project)?;
    warn_of(&project, progress);
    project
        .expect_party(&o.party)
        .map_err(|e| e.at(&o.project))?;
    let log = Log::of_run(&o.log, &o.project, &project)?;
    expect_in_force(&project, &o.project)?;
    look_at_signatures(&project, &o.project, o.require_signatures, progress)?;
    expect_no_ref_key(&project, &o.project)?;
    let key_check = match &o.linkage {
        None => UNCHECKED,
        Some(linkage) => {
            let schema = fingerprint(&linkage.schema)?;
            key_check(schema, &linkage.secret, project.fingerprint)
        }
    };
    progress.at("read", 0, 0);
    let clks = clk::read(&o.clks, o.format, o.hash_size)?;
    expect_schema(&project, &o.project, clks.bits()).map_err(|e| e.at(&o.project))?;
    let table = o.ids.as_ref().map(|(t, c)| (t.as_path(), c.as_str()));
    let ids = Ids::of(&clks, &o.clks, table, &o.out)?;
    let refs = draw(clks.len())?;
    let empty = (0..clks.len()).filter(|&i| clks.weight(i) == 0).count() as u64;
    let records = clks.len() as u64;
    let header = Header {
        project: project.fingerprint,
        schema: project.schema.fingerprint,
        party: o.party.clone(),
        round: project.round.clone(),
        normalisation: IMPORTED,
        key_check,
        records,
        rows: records,
        decoys: false,
        canaries: Vec::new(),
    };
    let layout = Layout::of(&project.schema);
    let runs = rows(&layout, &clks, &refs, key_check)?;
    let told = |done| progress.at("write", done, records);
    let tokens = token::merge(AtomicFile::create(&o.out)?, &layout, &header, &runs, &told)?;
    let mut map = CsvWriter::create(&o.refs, REFS_COLUMNS)?;
    for (i, record_ref) in refs.iter().enumerate() {
        map.row([record_ref.to_string().as_str(), &ids.of_record(i)])?;
    }
    map.sync()?;
    if let Some(log) = &log {
        record(log, o, (&tokens, &map), &header)?;
    }
    map.commit()?;
    // The token file last: without the ref map it would be of no use.
    if let Err(e) = tokens.commit() {
        let _ = std::fs::remove_file(&o.refs);
        return Err(e);
    }
    Ok(Imported {
        records,
        bits: clks.bits(),
        empty,
        named: ids.named(),
        has_blocks: clks.blocks().is_some(),
        is_checked: o.linkage.is_some(),
    })
}

/// Fails if the project makes its refs of student ids.
fn expect_no_ref_key(project: &Project, path: &Path) -> Result<()> {
    if !project.stable_link_ids {
        return Ok(());
    }
    Err(Error::mismatch(
        "the project has stable link ids, which are made of student ids; imported CLKs have random refs",
    )
    .at(path)
    .hint("take a project without `stable_link_ids`"))
}

/// Fails unless the schema of the project is one pass for everybody, of one filter of `bits` bits; tells what to write.
fn expect_schema(project: &Project, path: &Path, bits: usize) -> Result<()> {
    let schema = &project.schema;
    let is_possible = bits.is_power_of_two() && (64..=4096).contains(&bits);
    if !is_possible {
        return Err(Error::mismatch(format!(
            "the CLKs have {bits} bits, but a filter of a project has 64, 128, 256, 512, 1024, 2048 or 4096"
        ))
        .hint("compare them by `clk match`, without a project; or make CLKs of another length"));
    }
    let found = match schema.passes.as_slice() {
        [pass] if !pass.is_blocked() && schema.is_classic() => match pass.filters.as_slice() {
            [filter] if filter.bits == bits => return Ok(()),
            [filter] => format!("one filter of {} bits", filter.bits),
            _ => "several filters".to_owned(),
        },
        [_] => "one pass that is not for CLKs".to_owned(),
        passes => format!("{} passes", passes.len()),
    };
    let path = path.display();
    Err(Error::mismatch(format!(
        "the CLKs have {bits} bits, so that the schema must be one pass with an empty block and one filter of {bits} bits; \
         `{}` has {found}",
        schema.name
    ))
    .hint(format!(
        "make the project by `project new --schema clk`, and write `bits = {bits}` and the threshold as `dice = ...` into its \
         [schema], as in: dice = 0.85, [[schema.pass]] block = [], [[schema.pass.filter]] bits = {bits}; then give all parties \
         the new {path}"
    )))
}

/// A random ref for each record.
fn draw(records: usize) -> Result<Vec<RecordRef>> {
    let mut bytes = vec![0; 16 * records];
    getrandom::fill(&mut bytes).map_err(|_| Error::internal("the system gives no random bytes"))?;
    let (refs, _) = bytes.as_chunks();
    Ok(refs.iter().map(|bytes| RecordRef(*bytes)).collect())
}

/// The rows of the token file, sorted in runs. All have the key check as their block key, since everybody is in one block.
fn rows(layout: &Layout, clks: &Clks, refs: &[RecordRef], key_check: [u8; 16]) -> Result<Vec<Run>> {
    let pass = &layout.passes[0];
    let mut runs = Vec::new();
    for (piece, refs) in refs.chunks(PIECE).enumerate() {
        let mut packed = Vec::new();
        for (i, record_ref) in (piece * PIECE..).zip(refs) {
            let mut row = layout.empty_row(record_ref.0);
            layout
                .fill(&mut row, pass.block)
                .copy_from_slice(&key_check);
            if clks.weight(i) > 0 {
                layout
                    .fill(&mut row, pass.filters[0])
                    .copy_from_slice(clks.get(i));
            }
            layout.pack(&row, &mut packed);
        }
        runs.push(Run::sort(layout, &[packed])?);
    }
    Ok(runs)
}

/// Enters both files into the log, and what they replace.
fn record(
    log: &Log,
    o: &Import,
    (tokens, refs): (&AtomicFile, &CsvWriter),
    header: &Header,
) -> Result<()> {
    let made = |path: &Path, kind, digest| {
        Event::new(Action::Made)
            .file(facts(path, kind, digest))
            .of(&o.party, header.records)
    };
    // What the CLKs were made of, their file does not say: what the agreement allows.
    let mut first = made(&o.out, kind::TOKENS, tokens.digest()?)
        .elements(log.elements(true))
        .note("imported from CLKs of another program");
    if let Some(file) = &mut first.file {
        file.key_check = Some(hex(&header.key_check));
    }
    let map = made(&o.refs, kind::REFS, refs.digest()?);
    let map = map.elements(vec![Element::StudentId.name().to_owned()]);
    let mut events = replaced(log, [&o.out, &o.refs])?;
    events.extend([first, map]);
    log.record(&events)
}
