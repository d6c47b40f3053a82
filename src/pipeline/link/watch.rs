//! What must not lie where the operator works: secrets of the data owners, and what tells whose a record is.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::atomic::folder_of;
use crate::csvfile::REFS_COLUMNS;
use crate::error::{Error, Result};
use crate::identity::secret_kind;

/// Bytes of a file that are looked at: a first word, or the header of a table.
const LOOKED_AT: u64 = 1 << 12;

/// The folders in which the operator of a match works: those of the files that it matches, that of the results, if it is there
/// already, and the working folder of the process.
///
/// # Errors
/// [`Class::Io`](crate::error::Class::Io) if the process has no working folder.
pub fn operators_folders(
    files: &[impl AsRef<Path>],
    results: impl Into<PathBuf>,
) -> Result<Vec<PathBuf>> {
    let working = std::env::current_dir().map_err(|e| Error::io("find", "working folder", e))?;
    let mut folders = vec![working];
    folders.extend(
        files
            .iter()
            .map(|file| folder_of(file.as_ref()).to_path_buf()),
    );
    folders.push(results.into());
    Ok(folders)
}

/// Fails if a file that lies directly in one of `folders` is a linkage key, an identity or a sealed key, or holds record refs
/// together with student ids. Folders that do not exist are passed over, and files that may not be read.
///
/// # Errors
/// [`Class::Mismatch`](crate::error::Class::Mismatch), naming the file and what to do;
/// [`Class::Io`](crate::error::Class::Io) if a folder cannot be listed.
pub(in crate::pipeline) fn expect_no_secret(folders: &[PathBuf]) -> Result<()> {
    let mut seen = BTreeSet::new();
    for folder in folders {
        let Ok(real) = folder.canonicalize() else {
            continue;
        };
        if !real.is_dir() || !seen.insert(real) {
            continue;
        }
        let io = |e| Error::io("list", folder, e);
        let entries = std::fs::read_dir(folder).map_err(io)?;
        let names: std::io::Result<Vec<_>> = entries.map(|e| e.map(|e| e.file_name())).collect();
        let mut names = names.map_err(io)?;
        // The first by name is named, whatever order the system lists them in.
        names.sort();
        for name in names {
            look_at(&folder.join(name))?;
        }
    }
    Ok(())
}

/// Fails if the file at `path` is one that the operator must not have.
fn look_at(path: &Path) -> Result<()> {
    // A pipe would be waited for.
    let Ok(metadata) = path.metadata() else {
        return Ok(());
    };
    let mut start = Vec::new();
    let is_read = metadata.is_file()
        && File::open(path).is_ok_and(|f| f.take(LOOKED_AT).read_to_end(&mut start).is_ok());
    if !is_read {
        return Ok(());
    }
    let file = display(path);
    if let Some(kind) = secret_kind(&start, metadata.len()) {
        let hint = if start.starts_with(b"blindlink-") {
            "the operator holds none, least of all a linkage key, with which token files can be searched for names: take it \
             away from here; if it should never have been sent, tell the custodian, who has to replace it"
        } else {
            "every file of exactly 32 bytes counts as one; if it is none, move it. With a linkage key, token files can \
             be searched for names: take it away, and tell the custodian, who has to replace it if it was sent"
        };
        return Err(
            Error::mismatch(format!("{kind} lies where the operator works"))
                .at(file)
                .hint(hint),
        );
    }
    if is_ref_map(&start) {
        return Err(
            Error::mismatch("record refs lie beside their student ids where the operator works")
                .at(file)
                .hint(
                    "a ref map, and a table that `resolve` wrote, stay with the data owner: take it away, and tell its owner",
                ),
        );
    }
    Ok(())
}

/// The path without a leading `./`, as a user would name it.
fn display(path: &Path) -> &Path {
    path.strip_prefix(".").unwrap_or(path)
}

/// Whether the first line names both columns of a ref map, as other programs write it again, too.
fn is_ref_map(start: &[u8]) -> bool {
    let line = start.split(|b| *b == b'\n').next().unwrap_or_default();
    let line = String::from_utf8_lossy(line);
    let cells: Vec<&str> = line
        .trim_start_matches('\u{feff}')
        .split([',', ';', '\t', '|'])
        .map(|cell| cell.trim().trim_matches('"'))
        .collect();
    REFS_COLUMNS.iter().all(|column| cells.contains(column))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Class;

    #[test]
    fn secrets_are_found_by_what_is_in_them_and_harmless_files_are_not() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().to_path_buf();
        let with = |name: &str, bytes: &[u8]| {
            let path = folder.join(name);
            std::fs::write(&path, bytes).unwrap();
            let found = expect_no_secret(std::slice::from_ref(&folder));
            std::fs::remove_file(&path).unwrap();
            found
        };
        let secrets: [(&str, &[u8]); 6] = [
            ("holiday.jpg", b"blindlink-key-1 00"),
            ("old", &[7; 32]),
            ("me", b"blindlink-identity-1 00"),
            ("refs.txt", b"record_ref,student_id\naa,1\n"),
            (
                "again.csv",
                b"\xef\xbb\xbf\"student_id\";\"record_ref\"\r\n1;aa\r\n",
            ),
            ("links", b"record_ref,student_id,link_id,status"),
        ];
        for (name, bytes) in secrets {
            let error = with(name, bytes).unwrap_err();
            assert_eq!(error.class(), Class::Mismatch);
            assert!(error.to_string().contains(name), "{error}");
        }
        let harmless: [(&str, &[u8]); 5] = [
            ("crosswalk.csv", b"record_ref,link_id,status\n"),
            ("table.csv", b"student_id,first\n"),
            ("k.pub", b"blindlink-public-1 aa"),
            ("empty", b""),
            ("short", &[7; 31]),
        ];
        for (name, bytes) in harmless {
            with(name, bytes).unwrap();
        }
        expect_no_secret(&[folder.join("not there")]).unwrap();
    }

    #[test]
    fn folders_inside_are_somebody_elses() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("owners")).unwrap();
        std::fs::write(dir.path().join("owners/k"), [7; 32]).unwrap();
        expect_no_secret(&[dir.path().to_path_buf()]).unwrap();
    }
}
