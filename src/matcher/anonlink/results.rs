//! Groups, scores, permutations and mask in the JSON of anonlink's entity service and command line.

use std::io::{self, Write};
use std::path::Path;

use super::{Candidate, Groups, Permutations};
use crate::atomic::AtomicFile;
use crate::error::{Error, Result};

/// Writes `{"groups": [[[0, 5], [1, 7]], ...]}`: of each record of a group its dataset and its number.
///
/// # Errors
/// [`Class::Io`](crate::error::Class::Io); nothing is then left behind.
pub fn write_groups(path: &Path, groups: &Groups) -> Result<()> {
    written(path, |out| {
        out.write_all(b"{\"groups\": [")?;
        for (n, group) in groups.iter().enumerate() {
            out.write_all(if n == 0 { b"[" } else { b", [" })?;
            for (m, (dataset, record)) in group.iter().enumerate() {
                let comma = if m == 0 { "" } else { ", " };
                write!(out, "{comma}[{dataset}, {record}]")?;
            }
            out.write_all(b"]")?;
        }
        out.write_all(b"]}")
    })
}

/// Writes the groups as a bare list, byte for byte as `anonlink find-similarity` would: each number on a line of its own.
///
/// # Errors
/// [`Class::Io`](crate::error::Class::Io); nothing is then left behind.
pub fn write_bare_groups(path: &Path, groups: &Groups) -> Result<()> {
    written(path, |out| {
        if groups.is_empty() {
            return out.write_all(b"[]");
        }
        for (n, group) in groups.iter().enumerate() {
            out.write_all(if n == 0 { b"[\n    [\n" } else { b",\n    [\n" })?;
            for (m, (dataset, record)) in group.iter().enumerate() {
                let comma = if m == 0 { "" } else { ",\n" };
                write!(
                    out,
                    "{comma}        [\n            {dataset},\n            {record}\n        ]"
                )?;
            }
            out.write_all(b"\n    ]")?;
        }
        out.write_all(b"\n]")
    })
}

/// Writes `{"similarity_scores": [[[0, 5], [1, 7], 0.9], ...]}`, a pair after the other as they come. Returns how many
/// they are.
///
/// # Errors
/// [`Class::Io`](crate::error::Class::Io), or that of a candidate; nothing is then left behind.
pub fn write_scores(
    path: &Path,
    candidates: impl Iterator<Item = Result<Candidate>>,
) -> Result<u64> {
    let failed = |e| Error::io("write", path, e);
    let mut out = AtomicFile::create(path)?;
    out.write_all(b"{\"similarity_scores\": [")
        .map_err(failed)?;
    let mut written = 0;
    for candidate in candidates {
        let Candidate {
            score,
            datasets: [a, b],
            records: [i, j],
        } = candidate?;
        let comma = if written == 0 { "" } else { ", " };
        // The shortest digits that give the same double, as Python writes them.
        write!(out, "{comma}[[{a}, {i}], [{b}, {j}], {score:?}]").map_err(failed)?;
        written += 1;
    }
    out.write_all(b"]}").map_err(failed)?;
    out.commit()?;
    Ok(written)
}

impl Permutations {
    /// Writes `mask.json`, for who does the analysis, and `permutation-0.json` and `permutation-1.json`, each for one
    /// party, into `folder`.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io).
    pub fn write(&self, folder: &Path) -> Result<()> {
        written(&folder.join("mask.json"), |out| {
            out.write_all(b"{\"mask\": [")?;
            list(out, self.mask.iter().map(|&is_linked| u32::from(is_linked)))?;
            out.write_all(b"]}")
        })?;
        for (n, places) in self.places.iter().enumerate() {
            written(&folder.join(format!("permutation-{n}.json")), |out| {
                out.write_all(b"{\"permutation\": [")?;
                list(out, places.iter().copied())?;
                write!(out, "], \"rows\": {}}}", self.mask.len())
            })?;
        }
        Ok(())
    }
}

fn list(out: &mut AtomicFile, numbers: impl Iterator<Item = u32>) -> io::Result<()> {
    for (n, number) in numbers.enumerate() {
        write!(out, "{}{number}", if n == 0 { "" } else { ", " })?;
    }
    Ok(())
}

fn written(path: &Path, write: impl FnOnce(&mut AtomicFile) -> io::Result<()>) -> Result<()> {
    let mut file = AtomicFile::create(path)?;
    write(&mut file).map_err(|e| Error::io("write", path, e))?;
    file.commit()
}
