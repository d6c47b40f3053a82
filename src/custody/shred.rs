//! Overwriting a file and taking it away, so that a run which is killed can be run again.
//!
//! A file first loses its name to a *tombstone*, which says of which project it was and which content it had; then
//! it is overwritten and cut to nothing; an empty tombstone is removed. So a file under its own name is whole, and
//! what has the name of a tombstone is meant to go, however much of it is left.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::entry::FileFacts;
use crate::atomic::{PREFIX, sync_name};
use crate::error::{Error, Result};
use crate::units::{Fingerprint, hex, unhex};

const WORD: &str = "destroying-";
/// Bytes written at a time.
const CHUNK: usize = 1 << 20;

/// What the name of a tombstone says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tombstone {
    /// The first bytes of the fingerprint of the project.
    pub project: [u8; 8],
    /// The first bytes of a hash of the file's name and of BLAKE3 of its content.
    pub file: [u8; 8],
}

impl Tombstone {
    /// The tombstone of this file, of this project.
    #[must_use]
    pub fn of(project: Fingerprint, file: &FileFacts) -> Self {
        // With its name: several files may be of one content, such as lists without a line.
        let mut hasher = blake3::Hasher::new();
        hasher.update(&file.blake3.0).update(file.name.as_bytes());
        let first = |bytes: &[u8; 32]| bytes.as_chunks().0[0];
        Self {
            project: first(&project.0),
            file: first(hasher.finalize().as_bytes()),
        }
    }

    /// Whether it is of this project.
    #[must_use]
    pub fn is_of(&self, project: Fingerprint) -> bool {
        project.0.starts_with(&self.project)
    }

    /// Whether it is of this file.
    #[must_use]
    pub fn is_file(&self, file: &FileFacts) -> bool {
        Self::of(Fingerprint([0; 32]), file).file == self.file
    }
}

/// What the file of this name is a tombstone of, if it is one.
#[must_use]
pub fn tombstone(name: &str) -> Option<Tombstone> {
    let rest = name.strip_prefix(PREFIX)?.strip_prefix(WORD)?;
    let mut parts = rest.split('-');
    let (project, file, random) = (parts.next()?, parts.next()?, parts.next()?);
    let found = Tombstone {
        project: unhex(project)?,
        file: unhex(file)?,
    };
    (unhex::<8>(random).is_some() && parts.next().is_none()).then_some(found)
}

/// A file whose content is gone.
#[derive(Debug)]
pub struct Shredded {
    /// The empty file that is left of it.
    pub path: PathBuf,
}

/// Overwrites the file at `path` with random bytes and cuts it to nothing; it then has the name of a tombstone, which
/// [`remove_empty`] takes away. One that has such a name already keeps it.
///
/// # Errors
/// [`Class::Io`](crate::error::Class::Io), also if it is no ordinary file, such as a link. What was begun can be
/// gone on with by calling it for the tombstone.
pub fn overwrite(path: &Path, stone: Tombstone) -> Result<Shredded> {
    let io = |e| Error::io("destroy", path, e);
    let name = path
        .file_name()
        .and_then(|n| n.to_str())
        .unwrap_or_default();
    let grave = if tombstone(name).is_some() {
        path.to_path_buf()
    } else {
        let mut random = [0; 8];
        fill(&mut random)?;
        let (project, file) = (hex(&stone.project), hex(&stone.file));
        let grave = path.with_file_name(format!("{PREFIX}{WORD}{project}-{file}-{}", hex(&random)));
        expect_file(path).map_err(io)?;
        std::fs::rename(path, &grave).map_err(io)?;
        sync_name(&grave).map_err(io)?;
        grave
    };
    expect_file(&grave).map_err(io)?;
    make_writable(&grave).map_err(io)?;
    let mut file = OpenOptions::new().write(true).open(&grave).map_err(io)?;
    let size = file.metadata().map_err(io)?.len();
    randomise(&mut file, size)?.map_err(io)?;
    file.set_len(0).and_then(|()| file.sync_all()).map_err(io)?;
    Ok(Shredded { path: grave })
}

/// Removes the empty files that are left.
///
/// # Errors
/// [`Class::Io`](crate::error::Class::Io), also if one is not empty.
pub fn remove_empty(files: &[Shredded]) -> Result<()> {
    for file in files {
        let io = |e| Error::io("remove", &file.path, e);
        if file.path.symlink_metadata().map_err(io)?.len() > 0 {
            return Err(Error::internal("a file to be removed is not empty").at(&file.path));
        }
        std::fs::remove_file(&file.path).map_err(io)?;
    }
    let mut folders: Vec<&Path> = files.iter().filter_map(|f| f.path.parent()).collect();
    folders.dedup();
    for folder in folders {
        sync_name(&folder.join(".")).map_err(|e| Error::io("remove", folder, e))?;
    }
    Ok(())
}

/// Random bytes over all of it, on the disk when this returns.
fn randomise(file: &mut File, size: u64) -> Result<io::Result<()>> {
    let mut seed = [0; 32];
    fill(&mut seed)?;
    let mut stream = blake3::Hasher::new_keyed(&seed).finalize_xof();
    let mut chunk = vec![0; CHUNK.min(usize::try_from(size).unwrap_or(CHUNK))];
    let mut rest = size;
    while rest > 0 {
        let n = chunk.len().min(usize::try_from(rest).unwrap_or(CHUNK));
        stream.fill(&mut chunk[..n]);
        if let Err(e) = file.write_all(&chunk[..n]) {
            return Ok(Err(e));
        }
        rest -= n as u64;
    }
    Ok(file.sync_all())
}

fn fill(bytes: &mut [u8]) -> Result<()> {
    getrandom::fill(bytes).map_err(|_| Error::internal("the system gives no random bytes"))
}

/// A link is not followed: what it leads to may be anybody's.
fn expect_file(path: &Path) -> io::Result<()> {
    if path.symlink_metadata()?.is_file() {
        Ok(())
    } else {
        Err(io::Error::other("it is a link or no ordinary file"))
    }
}

/// A file that is protected against a slip is meant all the same, once it is to be destroyed.
fn make_writable(path: &Path) -> io::Result<()> {
    let mut permissions = path.metadata()?.permissions();
    if permissions.readonly() {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            permissions.set_mode(0o600);
        }
        #[cfg(not(unix))]
        permissions.set_readonly(false);
        std::fs::set_permissions(path, permissions)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stone(content: u8) -> Tombstone {
        let file = FileFacts {
            name: "x".into(),
            kind: "tokens".into(),
            bytes: 1,
            blake3: Fingerprint([content; 32]),
            key_check: None,
        };
        let stone = Tombstone::of(Fingerprint([1; 32]), &file);
        assert!(stone.is_file(&file));
        let other = FileFacts {
            name: "y".into(),
            ..file
        };
        assert!(!stone.is_file(&other));
        stone
    }

    #[test]
    fn a_file_loses_its_name_then_its_content_and_then_all() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.tokens");
        std::fs::write(&path, vec![7; 3 * CHUNK + 5]).unwrap();
        let stone = stone(2);
        let left = overwrite(&path, stone).unwrap();
        assert!(!path.exists());
        assert_eq!(left.path.metadata().unwrap().len(), 0);
        let name = left.path.file_name().unwrap().to_str().unwrap().to_owned();
        let found = tombstone(&name).unwrap();
        assert!(found == stone && found != self::stone(3));
        assert!(found.is_of(Fingerprint([1; 32])) && !found.is_of(Fingerprint([2; 32])));
        // Killed in between: what is left is gone on with.
        std::fs::write(&left.path, b"half").unwrap();
        assert!(
            remove_empty(&[Shredded {
                path: left.path.clone()
            }])
            .is_err()
        );
        let again = overwrite(&left.path, found).unwrap();
        assert_eq!(again.path, left.path);
        remove_empty(&[again]).unwrap();
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn random_bytes_are_written_over_the_whole_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x");
        let size = CHUNK + 77;
        std::fs::write(&path, vec![0; size]).unwrap();
        let mut file = OpenOptions::new().write(true).open(&path).unwrap();
        randomise(&mut file, size as u64).unwrap().unwrap();
        let found = std::fs::read(&path).unwrap();
        assert_eq!(found.len(), size);
        // No run of zeros of the length of a line is left anywhere.
        assert!(found.windows(16).all(|w| w.iter().any(|b| *b != 0)));
        // Nor could anybody tell what was written: it is other bytes each time.
        let mut file = OpenOptions::new().write(true).open(&path).unwrap();
        randomise(&mut file, size as u64).unwrap().unwrap();
        let again = std::fs::read(&path).unwrap();
        assert!(
            again
                .windows(16)
                .zip(found.windows(16))
                .all(|(a, b)| a != b)
        );
    }

    #[test]
    fn a_file_that_is_protected_against_a_slip_is_destroyed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.tokens");
        std::fs::write(&path, "zzyzx").unwrap();
        let mut permissions = path.metadata().unwrap().permissions();
        permissions.set_readonly(true);
        std::fs::set_permissions(&path, permissions).unwrap();
        let left = overwrite(&path, stone(2)).unwrap();
        let found = left.path.metadata().unwrap();
        assert!(found.len() == 0 && !found.permissions().readonly());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let (real, link) = (dir.path().join("real"), dir.path().join("link"));
        std::fs::write(&real, "kept").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        assert!(overwrite(&link, stone(2)).is_err());
        assert_eq!(std::fs::read_to_string(&real).unwrap(), "kept");
        assert!(link.symlink_metadata().is_ok());
    }

    #[test]
    fn only_our_names_are_tombstones() {
        for bad in [
            "x",
            ".blindlink-abc.part",
            ".blindlink-destroying-",
            ".blindlink-destroying-00-11-22",
        ] {
            assert!(tombstone(bad).is_none(), "{bad}");
        }
        let good = ".blindlink-destroying-0011223344556677-8899aabbccddeeff-0123456789abcdef";
        assert!(tombstone(good).is_some() && tombstone(&format!("{good}-1")).is_none());
    }
}
