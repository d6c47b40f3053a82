//! Partitions of an unfinished run: the fate of their rows in the order of the table, then their token
//! rows in the order of their refs.
//!
//! # Privacy
//! The folder holds tokens, and with its secret the record ref of every row of the table: it is to
//! be kept as the ref map is, and only its owner may read it. No id, name or date is in it.

use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::part::Fate;
use super::{Options, Sizes};
use crate::error::{Error, Result};
use crate::owner::encode::Encoder;
use crate::owner::key::LinkageKey;
use crate::owner::table::{OptOuts, Table};
use crate::project::Project;
use crate::token::Run;
use crate::unfinished::{self, Unfinished};
use crate::units::hex;

/// What a run is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Subject {
    /// BLAKE3 of the table file.
    pub(super) table: String,
    /// Fingerprint of the project file.
    pub(super) project: String,
    /// The key check of the token file.
    pub(super) key_check: String,
    /// Fingerprint of the owner's ref key, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) ref_key: Option<String>,
    /// The party.
    pub(super) party: String,
    /// Which columns are read, and how dates are: a hash.
    pub(super) reading: String,
    /// Who is left out: a hash of the table and then of that, which says nothing to who has not the table.
    pub(super) opt_outs: String,
    /// Whether decoys are made.
    pub(super) decoys: bool,
    /// BLAKE3 of the file of planted people, if there is one.
    pub(super) plants: Option<String>,
    /// Most rows of a batch and of a partition.
    pub(super) sizes: [usize; 2],
    /// The test seed.
    pub(super) test_seed: Option<u64>,
}

/// What a checkpoint of a run is of.
///
/// # Errors
/// [`Class::Io`](crate::error::Class::Io) if the table or the planted people cannot be read.
pub(super) fn subject(
    o: &Options,
    sizes: Sizes,
    project: &Project,
    (encoder, ref_key): (&Encoder, Option<&LinkageKey>),
    table: &Table,
    opt_outs: &OptOuts,
) -> Result<Subject> {
    let mut hasher = blake3::Hasher::new();
    for path in table.files() {
        hash_file(&mut hasher, path)?;
    }
    // Headers name columns, not people, but a hash does as well.
    let reading = format!(
        "{:?} {:?} {:?}",
        table.columns(),
        table.date_format(),
        table.found()
    );
    let of_table = hasher.finalize();
    // PRIVACY: a hash of a few ids alone could be guessed.
    hasher.update(&opt_outs.fingerprint());
    Ok(Subject {
        table: of_table.to_string(),
        project: project.fingerprint.to_string(),
        key_check: hex(&encoder.key_check()),
        ref_key: ref_key.map(LinkageKey::fingerprint),
        party: o.party.to_string(),
        reading: blake3::hash(reading.as_bytes()).to_string(),
        opt_outs: hasher.finalize().to_string(),
        decoys: o.decoys,
        plants: o.plants.as_deref().map(fingerprint).transpose()?,
        sizes: [sizes.batch, sizes.part],
        test_seed: o.test_seed,
    })
}

fn hash_file(hasher: &mut blake3::Hasher, path: &Path) -> Result<()> {
    std::fs::File::open(path)
        .and_then(|mut file| std::io::copy(&mut file, hasher))
        .map(|_| ())
        .map_err(|e| Error::io("read", path, e))
}

/// BLAKE3 of a file, in digits.
fn fingerprint(path: &Path) -> Result<String> {
    let mut hasher = blake3::Hasher::new();
    hash_file(&mut hasher, path)?;
    Ok(hasher.finalize().to_string())
}

impl unfinished::Subject for Subject {
    fn differences(&self, found: &Self) -> Vec<(bool, &'static str)> {
        vec![
            (
                found.table != self.table,
                "is of another table, or of this one before it was changed",
            ),
            (found.project != self.project, "is of another project file"),
            (
                found.key_check != self.key_check,
                "is of another linkage key",
            ),
            (found.ref_key != self.ref_key, "is of another ref key"),
            (found.party != self.party, "is of another party"),
            (
                found.opt_outs != self.opt_outs,
                "was started with other opt-outs",
            ),
            (
                found.plants != self.plants,
                "was started with other planted people",
            ),
            (found != self, "was started with other options"),
        ]
    }
}

/// The partitions that were encoded in an earlier sitting, and those that are.
pub(super) struct Checkpoint {
    pub(super) unfinished: Unfinished,
    /// Partitions taken over.
    pub(super) taken: u64,
}

impl Checkpoint {
    /// As of [`Unfinished::find`].
    pub(super) fn find(tokens: &Path, subject: &Subject, resume: bool) -> Result<Self> {
        Ok(Self {
            unfinished: Unfinished::find(tokens, subject, resume)?,
            taken: 0,
        })
    }

    /// Takes over partition `number`, of `rows` rows, if the unfinished run has finished it.
    ///
    /// # Errors
    /// [`Class::Input`](crate::error::Class::Input) if it is damaged.
    pub(super) fn take(&mut self, number: u64, rows: usize) -> Result<Option<(Vec<Fate>, Run)>> {
        let Some((mut file, bytes)) = self.unfinished.open(&name(number))? else {
            return Ok(None);
        };
        let io = |e| Error::io("read", self.unfinished.folder(), e);
        let damaged = || self.unfinished.damaged(&name(number));
        let of_run = bytes.checked_sub(rows as u64).ok_or_else(damaged)?;
        let mut fates = vec![0; rows];
        file.read_exact(&mut fates).map_err(io)?;
        let run = Run::open(file, of_run).map_err(io)?.ok_or_else(damaged)?;
        self.taken += 1;
        Ok(Some((fates, run)))
    }

    /// Writes a finished partition; its run is then that of the file. Without a folder, the run stays
    /// in memory.
    pub(super) fn keep(&self, number: u64, fates: &[Fate], run: Run) -> Result<Run> {
        if !self.unfinished.is_made() {
            return Ok(run);
        }
        let (mut file, bytes) = self.unfinished.put(&name(number), |mut out| {
            out.write_all(fates)?;
            run.write(&mut out)
        })?;
        drop(run);
        let io = |e| Error::io("read", self.unfinished.folder(), e);
        let start = fates.len() as u64;
        file.seek(SeekFrom::Start(start)).map_err(io)?;
        let run = Run::open(file, bytes - start).map_err(io)?;
        run.ok_or_else(|| self.unfinished.damaged(&name(number)))
    }
}

fn name(number: u64) -> String {
    format!("{number:06}")
}
