//! Are the student ids of a table unique? Found out in constant memory.

use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use crate::error::{Error, Result};

const SPOOLS: usize = 64;
const SPOOL_MEMORY: usize = 1 << 18;
const ENTRY: usize = 24;
/// Doubled ids that an error names by line.
const SHOWN: usize = 20;

/// Collects student ids and finds those that occur twice.
///
/// # Privacy
/// Keeps a 128-bit hash of each id under a random key that is never written down, and its line;
/// large tables spill these, never an id, to nameless temporary files.
#[derive(Debug)]
pub struct UniqueIds {
    key: [u8; 32],
    spools: Vec<tempfile::SpooledTempFile>,
    folder: std::path::PathBuf,
}

impl UniqueIds {
    /// Starts empty; spills into `folder`.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io) if the system gives no random bytes.
    pub fn new(folder: &Path) -> Result<Self> {
        let mut key = [0; 32];
        getrandom::fill(&mut key)
            .map_err(|_| Error::internal("the system gives no random bytes"))?;
        let spools = (0..SPOOLS)
            .map(|_| tempfile::spooled_tempfile_in(SPOOL_MEMORY, folder))
            .collect();
        Ok(Self {
            key,
            spools,
            folder: folder.to_path_buf(),
        })
    }

    /// Notes the id of one line.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io) if a spool cannot be written.
    pub fn push(&mut self, id: &str, line: u64) -> Result<()> {
        let hash = blake3::keyed_hash(&self.key, id.as_bytes());
        let mut entry = [0; ENTRY];
        entry[..16].copy_from_slice(&hash.as_bytes()[..16]);
        entry[16..].copy_from_slice(&line.to_le_bytes());
        self.spools[usize::from(entry[0]) % SPOOLS]
            .write_all(&entry)
            .map_err(|e| Error::io("write", &self.folder, e))
    }

    /// Fails if an id was pushed twice, naming the lines of up to 20 such ids. To be called once, last.
    ///
    /// # Errors
    /// [`Class::Input`](crate::error::Class::Input), without a path.
    pub fn check(&mut self) -> Result<()> {
        let mut doubles: Vec<(u64, u64)> = Vec::new();
        let mut bytes = Vec::new();
        for mut spool in self.spools.drain(..) {
            let io = |e| Error::io("read", &self.folder, e);
            bytes.clear();
            spool.seek(SeekFrom::Start(0)).map_err(io)?;
            spool.read_to_end(&mut bytes).map_err(io)?;
            let mut entries: Vec<(&[u8], u64)> = bytes
                .chunks_exact(ENTRY)
                .map(|e| {
                    (
                        &e[..16],
                        u64::from_le_bytes([
                            e[16], e[17], e[18], e[19], e[20], e[21], e[22], e[23],
                        ]),
                    )
                })
                .collect();
            entries.sort_unstable();
            for same in entries.chunk_by(|a, b| a.0 == b.0) {
                doubles.extend(same.iter().skip(1).map(|again| (same[0].1, again.1)));
            }
        }
        if doubles.is_empty() {
            return Ok(());
        }
        doubles.sort_unstable_by_key(|d| d.1);
        let lines: Vec<String> = doubles
            .iter()
            .take(SHOWN)
            .map(|(a, b)| format!("{b} (as in line {a})"))
            .collect();
        let more = match doubles.len().saturating_sub(SHOWN) {
            0 => String::new(),
            n => format!(", and {n} more"),
        };
        Err(Error::input(
            "",
            format!(
                "expected every student id once; it occurs again in line {}{more}",
                lines.join(", ")
            ),
        )
        .line(doubles[0].1)
        .hint("export one row a student, or map another column to `id`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_are_found_by_line_and_never_shown() {
        let dir = tempfile::tempdir().unwrap();
        let mut ids = UniqueIds::new(dir.path()).unwrap();
        for line in 2..5000u64 {
            ids.push(&format!("id-{line}"), line).unwrap();
        }
        ids.push("id-17", 5000).unwrap();
        let e = ids.check().unwrap_err();
        assert_eq!(e.location().unwrap().line, Some(5000));
        assert!(e.to_string().contains("5000 (as in line 17)"));
        assert!(!e.to_string().contains("id-17"));
    }

    #[test]
    fn unique_ids_pass_also_beyond_the_memory_of_a_spool() {
        let dir = tempfile::tempdir().unwrap();
        let mut ids = UniqueIds::new(dir.path()).unwrap();
        // 64 spools of 256 KiB hold 700,000 entries; one more id than that spills somewhere.
        for i in 0..720_000u64 {
            ids.push(&i.to_string(), i).unwrap();
        }
        ids.check().unwrap();
    }
}
