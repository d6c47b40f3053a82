//! The same people linked as between institutions: tokens, match.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::{Owned, number};
use crate::error::{Error, Result};
use crate::matcher::assign::Assignment;
use crate::matcher::compare::Limits;
use crate::matcher::intake::admit;
use crate::owner::encode::{Encoder, Outcome};
use crate::owner::key::LinkageKey;
use crate::owner::normalise;
use crate::pipeline::Progress;
use crate::pipeline::decide::{Looking, two};
use crate::project::Project;
use crate::token::{Header, TokenWriter};

/// People encoded at a time.
const BATCH: usize = 1 << 13;

/// Encodes both parties' people under `project` and a throw-away key, and matches the token files.
///
/// The records of the result are numbered as `people` are.
///
/// # Privacy
/// Token files lie in a private temporary folder while it runs. They hold the numbers of
/// records instead of random refs, and no id.
pub(super) fn link(
    project: &Project,
    people: [&[Owned]; 2],
    duplicates: bool,
    progress: &dyn Progress,
) -> Result<Assignment> {
    let folder = tempfile::tempdir().map_err(|e| Error::io("write", std::env::temp_dir(), e))?;
    let key = LinkageKey::random()?;
    let mut files: Vec<PathBuf> = Vec::new();
    for (party, people) in people.iter().enumerate() {
        let name = &project.parties[party];
        progress.at(&format!("encode {name}"), 0, 0);
        let path = folder.path().join(format!("{name}.tokens"));
        encode(project, &key, party, people, &path)?;
        files.push(path);
    }
    let parties = admit(project, &files, false)?;
    let schema = &project.schema;
    let records = [0, 1].map(|p: usize| parties[p].refs.len());
    let looking = Looking {
        schema,
        limits: Limits::default(),
        unfinished: None,
        room: None,
        progress,
    };
    let mut decided = two(
        schema,
        records,
        (project.threshold, duplicates),
        |a, b, known| looking.meet(&parties[a], &parties[b], known),
    )?;
    // The files are in the order of their refs and lack whoever has nothing to link.
    let of = |party: usize, record: u32| {
        let bytes = parties[party].refs[record as usize].0;
        (u128::from_le_bytes(bytes) / 2) as u32
    };
    for pair in &mut decided.pairs {
        (pair.left, pair.right) = (of(0, pair.left), of(1, pair.right));
    }
    Ok(decided)
}

fn encode(
    project: &Project,
    key: &LinkageKey,
    party: usize,
    people: &[Owned],
    path: &Path,
) -> Result<()> {
    let encoder = Encoder::new(project, key).of(&project.parties[party]);
    let mut tokens = TokenWriter::create(path, encoder.layout().clone())?;
    let mut records = 0;
    for (start, batch) in (0..).step_by(BATCH).zip(people.chunks(BATCH)) {
        let encoded: Vec<(Outcome, Vec<u8>)> = batch
            .par_iter()
            .enumerate()
            .map(|(i, owned)| {
                let mut rows = Vec::new();
                let record_ref = number(party, start + i);
                (encoder.encode(&owned.person, record_ref, &mut rows), rows)
            })
            .collect();
        for (outcome, rows) in &encoded {
            records += u64::from(*outcome != Outcome::NothingToLink);
            tokens.push(rows)?;
        }
    }
    let header = Header {
        project: project.fingerprint,
        schema: project.schema.fingerprint,
        party: project.parties[party].clone(),
        round: project.round.clone(),
        normalisation: normalise::VERSION,
        key_check: encoder.key_check(),
        records,
        rows: tokens.rows(),
        decoys: false,
        canaries: Vec::new(),
    };
    tokens.finish(&header)
}
