//! `encode`: a student table into a token file, a ref map and a list of rejected rows.

mod checkpoint;
mod ledger;
mod options;
mod part;
mod people;
mod ref_key;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use self::checkpoint::{Checkpoint, subject};
use self::ledger::{Ledger, Made};
pub use self::options::{OptOutCounts, Options, Summary};
use self::part::{Ahead, Batch, Fate, Refs};
use self::people::{People, Reader};
use self::ref_key::{expect_ref_key_or_none, read_ref_key};
use super::agreement::{declared, expect_declared, expect_in_force};
use super::files::check_outputs;
use super::{Progress, look_at_signatures, warn_of};
use crate::atomic::AtomicFile;
use crate::custody::Log;
use crate::error::{Error, Result};
use crate::owner::canary;
use crate::owner::decoy::Decoys;
use crate::owner::encode::{Encoder, StableRefs};
use crate::owner::key::LinkageKey;
use crate::owner::normalise;
use crate::owner::plant;
use crate::owner::table::{Field, Mapping, OptOuts, Table};
use crate::project::Project;
use crate::token::{self, Header, Run};

/// How much is done at a time. Part of what a checkpoint is of.
#[derive(Debug, Clone, Copy)]
struct Sizes {
    /// Rows that are in memory at once. A table of no more is read once only.
    batch: usize,
    /// Rows of a partition: what a run that is killed loses.
    part: usize,
}

const SIZES: Sizes = Sizes {
    batch: 1 << 21,
    part: 1 << 16,
};

/// Partitions that stay in memory: a table of no more is encoded again sooner than checkpoints are written.
const IN_MEMORY: usize = 2;

/// Encodes a student table.
///
/// Memory grows with the table up to 2^21 rows, by some 170 bytes a row beside 100 MB; beyond that by some
/// 40 bytes a record at most, for counting names and for the dates of decoys.
///
/// Either all three files appear or none. Of a table of more than 2^17 rows, finished partitions are
/// kept in a folder beside the token file (`TOKENS.partial`) until then, and `resume` goes on from them.
///
/// # Errors
/// [`Class::Input`](crate::error::Class::Input) for a table, project, key or unfinished run that is
/// not as expected, with its place; [`Class::Mismatch`](crate::error::Class::Mismatch) for a party that
/// is not of the project, planted people of another one, an unfinished run of something else, or what the project's
/// agreement forbids; [`Class::Usage`](crate::error::Class::Usage) for decoys with planted people, and for a ref key that is
/// missing or that nothing is made with; [`Class::Io`](crate::error::Class::Io).
pub fn encode(options: &Options, progress: &dyn Progress) -> Result<Summary> {
    encode_in(options, SIZES, progress)
}

fn encode_in(o: &Options, sizes: Sizes, progress: &dyn Progress) -> Result<Summary> {
    let mut inputs: Vec<&Path> = vec![&o.table, &o.project, &o.key];
    inputs.extend(o.exclude.lists.iter().map(PathBuf::as_path));
    inputs.extend(o.plants.as_deref());
    inputs.extend(o.ref_key.as_deref());
    check_outputs(&inputs, &[&o.out, &o.refs, &o.rejects], o.force)?;
    if o.decoys && o.plants.is_some() {
        return Err(
            Error::usage("decoys are linked with nobody, so nobody is planted among them")
                .hint("give the planted people to the encoding of the people themselves"),
        );
    }
    let project = Project::read(&o.project)?;
    warn_of(&project, progress);
    project
        .expect_party(&o.party)
        .map_err(|e| e.at(&o.project))?;
    let log = Log::of_run(&o.log, &o.project, &project)?;
    expect_in_force(&project, &o.project)?;
    expect_declared(&project, &o.project)?;
    let (mapping, undeclared) = declared(&project, &o.mapping)?;
    look_at_signatures(&project, &o.project, o.require_signatures, progress)?;
    expect_ref_key_or_none(o, &project)?;
    let key = LinkageKey::read(&o.key)?;
    let ref_key = o.ref_key.as_deref().map(|path| read_ref_key(path, &key));
    let ref_key = ref_key.transpose()?;
    let encoder = Encoder::new(&project, &key).of(&o.party);
    let opt_outs = Arc::new(OptOuts::read(&o.exclude, &mapping)?);
    let table = Table::open(&o.table, &mapping)?;
    opt_outs.check(&table)?;
    let plants = match &o.plants {
        Some(path) => plant::read(path, &o.party, &table)?,
        None => Vec::new(),
    };
    let keys = (&encoder, ref_key.as_ref());
    let subject = subject(o, sizes, &project, keys, &table, &opt_outs)?;
    let mut checkpoint = Checkpoint::find(&o.out, &subject, o.resume)?;
    progress.start(checkpoint.unfinished.start());
    let target = AtomicFile::create(&o.out)?;
    let mut ledger = Ledger::create(o)?;

    let with_names = project.schema.has_undated();
    let mut reader = Reader::new(table, Arc::clone(&opt_outs), sizes.batch, with_names)?;
    reader.plant(plants);
    let mut people = People::default();
    // Decoys have dates of their own, which are not known yet.
    let in_order = (!o.decoys).then_some(&encoder);
    let told = |n| progress.at("read", n as u64, 0);
    reader.fill(&mut people, in_order, &told)?;
    let (ahead, rows) = look_ahead(
        (o, &mapping),
        with_names,
        &mut reader,
        &mut people,
        in_order,
        &checkpoint,
        progress,
    )?;
    if people.len() > IN_MEMORY * sizes.part || !reader.is_at_end() {
        checkpoint.unfinished.make(&subject)?;
    }
    let mut job = Job {
        sizes,
        number: 0,
        refs: match (o.test_seed, &ref_key) {
            (Some(seed), _) => Refs::Test(seed, o.party.clone()),
            (None, Some(key)) => Refs::Stable(StableRefs::new(&project, key, &o.party)),
            (None, None) => Refs::Secret(checkpoint.unfinished.secret("record refs")),
        },
        runs: Vec::new(),
    };
    let mut first = 0;
    let (refs, fates) = loop {
        let refs = job.refs.draw(first, &people);
        let batch = Batch {
            encoder: &encoder,
            ahead: &ahead,
            people: &people,
            first,
            refs: &refs,
        };
        let told = |done: u64| progress.at("encode", first + done, rows);
        let fates = job.encode(&batch, &mut checkpoint, &told)?;
        if reader.is_at_end() {
            break (refs, fates);
        }
        ledger.enter(&people, &refs, &fates, reader.table.bad_rows())?;
        first += people.len() as u64;
        let told = |n| progress.at("read", first + n as u64, rows);
        reader.fill(&mut people, in_order, &told)?;
    };
    let runs = std::mem::take(&mut job.runs);
    let rows: u64 = runs.iter().map(Run::rows).sum();
    // Nobody is planted before the last batch.
    let encoded = ledger.counts.records + fates.iter().filter(|f| **f == 0).count() as u64;
    let header = Header {
        project: project.fingerprint,
        schema: project.schema.fingerprint,
        party: o.party.clone(),
        round: project.round.clone(),
        normalisation: normalise::VERSION,
        key_check: encoder.key_check(),
        records: encoded,
        rows,
        decoys: o.decoys,
        canaries: canary::canaries(&project, &key),
    };
    // The ids of the last batch are checked and written while the token file is.
    let told = |done| progress.at("write", done, rows);
    let bad = reader.table.bad_rows();
    let (entered, merged) = rayon::join(
        || {
            ledger.enter(&people, &refs, &fates, bad)?;
            ledger.enter_bad(bad, u64::MAX)?;
            ledger.check()
        },
        || token::merge(target, encoder.layout(), &header, &runs, &told),
    );
    if let Err(e) = entered {
        // The table must be corrected: what was encoded of it is of no use.
        checkpoint.unfinished.remove()?;
        return Err(e);
    }
    let made = log.as_ref().map(|log| Made {
        log,
        options: o,
        key_check: encoder.key_check(),
        elements: elements(&reader.table),
    });
    let counts = ledger.commit(merged?, made)?;
    // Their files are open, which some systems do not let be removed.
    drop(runs);
    checkpoint.unfinished.remove()?;
    let table = &reader.table;
    progress.table(table);
    Ok(Summary {
        read: counts.read,
        records: counts.records,
        planted: counts.planted,
        rows,
        rejected: counts.rejected,
        no_birthdate: counts.no_birthdate,
        bad_birthdate: counts.bad_birthdate,
        with_alias: counts.with_alias,
        other_rows: table.other_rows(),
        not_students: table.not_students(),
        opt_outs: OptOutCounts {
            held: counts.held,
            holds_left_out: o.exclude.holds,
            listed: opt_outs.listed(),
            unmet: opt_outs.unmet(),
        },
        preset: table.preset().name,
        columns: Field::ALL
            .into_iter()
            .map(|f| (f, table.columns().headers(f).map(str::to_owned).collect()))
            .collect(),
        cut_columns: table.cut_columns(),
        stable: project.stable_link_ids,
        ref_key: ref_key.map(|key| key.fingerprint()),
        undeclared,
        header_changes: table.header_changes().to_vec(),
        date_format: table.date_format().map(|f| f.name().to_owned()),
        found: table.found(),
        start: checkpoint.unfinished.start(),
        resumed: checkpoint.taken,
    })
}

/// The data elements that the table has and tokens are made of, by the names of the project file.
fn elements(table: &Table) -> Vec<String> {
    let fields = Field::ALL.into_iter();
    let fields = fields.filter(|f| !f.is_aside() && *f != Field::StudentId);
    fields
        .filter(|f| table.columns().headers(*f).next().is_some())
        .map(|f| f.name().to_owned())
        .collect()
}

/// Finds out what must be known of the whole table, of which `people` are the first batch, and how
/// many rows it has, 0 if that was not asked. If there is more than this batch, the table is read
/// through, and then again from the start.
fn look_ahead(
    (o, mapping): (&Options, &Mapping),
    with_names: bool,
    reader: &mut Reader,
    people: &mut People,
    in_order: Option<&Encoder>,
    checkpoint: &Checkpoint,
    progress: &dyn Progress,
) -> Result<(Ahead, u64)> {
    let mut ahead = Ahead::default();
    let mut decoys = Decoys::default();
    let mut rows = people.len() as u64;
    let is_whole = reader.is_at_end();
    if !with_names && !o.decoys {
        return Ok((ahead, if is_whole { rows } else { 0 }));
    }
    loop {
        people.count_names(&mut ahead.names);
        if o.decoys {
            people.count_dates(&mut decoys);
        }
        if reader.is_at_end() {
            break;
        }
        let told = |n| progress.at("count names", rows + n as u64, 0);
        reader.fill(people, None, &told)?;
        rows += people.len() as u64;
    }
    if o.decoys {
        let mut seed = checkpoint.unfinished.secret("decoys");
        if let Some(test) = o.test_seed {
            seed.fill(0);
            seed[..8].copy_from_slice(&test.to_le_bytes());
        }
        decoys.shuffle(&seed);
        ahead.decoys = Some(decoys);
    }
    if !is_whole {
        reader.restart(Table::open(&o.table, mapping)?)?;
        let told = |n| progress.at("read", n as u64, rows);
        reader.fill(people, in_order, &told)?;
    }
    Ok((ahead, rows))
}

/// The partitions of all batches.
struct Job {
    sizes: Sizes,
    refs: Refs,
    runs: Vec<Run>,
    /// Partitions so far, of all batches.
    number: u64,
}

impl Job {
    /// Encodes the partitions of one batch that are not there yet, and writes each to the checkpoint,
    /// if there is one, while the next is encoded. Gives the fate of every row.
    fn encode(
        &mut self,
        batch: &Batch<'_>,
        checkpoint: &mut Checkpoint,
        told: &dyn Fn(u64),
    ) -> Result<Vec<Fate>> {
        let order = batch.order();
        let mut fates = vec![0; order.len()];
        let mut missing = Vec::new();
        for rows in order.chunks(self.sizes.part) {
            match checkpoint.take(self.number, rows.len())? {
                Some((found, run)) => {
                    part::spread(rows, &found, &mut fates);
                    self.runs.push(run);
                }
                None => missing.push((self.number, rows)),
            }
            self.number += 1;
        }
        let mut done = (order.len() - missing.iter().map(|(_, r)| r.len()).sum::<usize>()) as u64;
        let checkpoint = &*checkpoint;
        let runs = &mut self.runs;
        std::thread::scope(|scope| {
            let (sender, receiver) = sync_channel::<(u64, Vec<Fate>, Vec<Vec<u8>>)>(0);
            // Waiting for the disk needs no core, so this is none of the threads that encode.
            let writer = scope.spawn(move || -> Result<()> {
                for (number, fates, pieces) in receiver {
                    let run = Run::sort(batch.encoder.layout(), &pieces)?;
                    drop(pieces);
                    runs.push(checkpoint.keep(number, &fates, run)?);
                }
                Ok(())
            });
            for (number, rows) in missing {
                let (found, pieces) = batch.encode(rows);
                part::spread(rows, &found, &mut fates);
                if sender.send((number, found, pieces)).is_err() {
                    // The writer has failed, and says why.
                    break;
                }
                done += rows.len() as u64;
                told(done);
            }
            drop(sender);
            writer
                .join()
                .unwrap_or_else(|_| Err(Error::internal("the thread that writes has stopped")))
        })?;
        Ok(fates)
    }
}
