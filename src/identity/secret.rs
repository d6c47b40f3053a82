//! Files that hold a secret: readable by their owner alone, never overwritten, wiped from memory.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use zeroize::Zeroizing;

use crate::atomic::AtomicFile;
use crate::error::{Error, Result};

/// First words of files with a secret, up to the number of their version, and what the file is.
const FIRST_WORDS: [(&str, &str); 3] = [
    ("blindlink-key-", "a linkage key"),
    ("blindlink-identity-", "an identity"),
    ("blindlink-sealed-", "a sealed linkage key"),
];

/// Bytes of a linkage key without a first word, as versions before 0.2 wrote it.
const RAW_KEY: u64 = 32;

/// What secret a file of `len` bytes holds that starts with `first_bytes` (24 and more of them, or all), as words for a
/// message: `a linkage key`, `an identity`, `a sealed linkage key`. `None` if it is none of ours.
///
/// Any file of exactly 32 bytes counts as a linkage key, since earlier versions wrote nothing but its bytes.
#[must_use]
pub fn secret_kind(first_bytes: &[u8], len: u64) -> Option<&'static str> {
    let text = first_bytes
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(first_bytes)
        .trim_ascii_start();
    let known = FIRST_WORDS
        .iter()
        .find(|(word, _)| text.starts_with(word.as_bytes()));
    match known {
        Some((_, kind)) => Some(kind),
        None if len == RAW_KEY => Some("a linkage key"),
        None => None,
    }
}

/// Reads the file at `path`, which holds a secret, at most `most` bytes and one more. `what` it is goes into messages.
///
/// # Errors
/// [`Class::Io`](crate::error::Class::Io) if it cannot be read, [`Class::Input`](crate::error::Class::Input) if, on Unix,
/// others than its owner may read or write it.
pub fn read_secret(path: &Path, what: &str, most: usize) -> Result<Zeroizing<Vec<u8>>> {
    let io = |e| Error::io("read", path, e);
    let mut file = File::open(path).map_err(io)?;
    refuse_open_to_others(&file, path, what)?;
    // With room to spare, so that the bytes are never moved and left behind. What is no file has no length.
    let room = match file.metadata().map_err(io)? {
        metadata if metadata.is_file() => metadata.len().min(most as u64) as usize,
        _ => most,
    };
    let mut bytes = Zeroizing::new(Vec::with_capacity(room + 64));
    Read::by_ref(&mut file)
        .take(most as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(io)?;
    Ok(bytes)
}

/// Fails if there is a file at `path`, where a secret is to be written. `what` it is goes into messages.
///
/// # Errors
/// [`Class::Io`](crate::error::Class::Io): a secret is never overwritten.
pub fn expect_no_file(path: &Path, what: &str) -> Result<()> {
    if path.symlink_metadata().is_err() {
        return Ok(());
    }
    Err(
        Error::io("write", path, std::io::ErrorKind::AlreadyExists.into()).hint(format!(
            "a {what} is never overwritten: choose another name, or move the old one away"
        )),
    )
}

/// Writes a secret to a new file that only its owner may read. `what` it is goes into messages.
///
/// # Errors
/// [`Class::Io`](crate::error::Class::Io), also if `path` exists: a secret is never overwritten.
pub fn write_new_secret(path: &Path, what: &str, bytes: &[u8]) -> Result<()> {
    expect_no_file(path, what)?;
    // The temporary file is created readable by its owner alone, and keeps that mode. Written past the buffer, which
    // would not be wiped.
    let mut file = AtomicFile::create(path)?;
    file.file_mut()?
        .write_all(bytes)
        .map_err(|e| Error::io("write", path, e))?;
    file.commit_new()
}

/// Whether a file on Windows lies outside the folder that Windows keeps for its user alone, `%USERPROFILE%`, or that is
/// unknown. Both are absolute paths.
///
/// Who may read a file there is said by access lists, which the standard library does not show; those of a profile shut out
/// all but its user and administrators unless somebody has changed them.
#[must_use]
pub fn lies_outside_profile(file: &str, profile: Option<&str>) -> bool {
    let plain = |path: &str| {
        let path = path.replace('/', "\\").to_lowercase();
        let path = path.strip_prefix(r"\\?\").unwrap_or(&path);
        path.trim_end_matches('\\').to_owned()
    };
    let Some(profile) = profile.map(plain).filter(|p| !p.is_empty()) else {
        return true;
    };
    let file = plain(file);
    let climbs = file.split('\\').any(|part| part == "..");
    climbs
        || !file
            .strip_prefix(&profile)
            .is_some_and(|rest| rest.starts_with('\\'))
}

#[cfg(unix)]
fn refuse_open_to_others(file: &File, path: &Path, what: &str) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = file
        .metadata()
        .map_err(|e| Error::io("read", path, e))?
        .permissions()
        .mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(Error::input(
        path,
        format!("the {what} can be read or changed by other users of this machine"),
    )
    .hint("make it yours alone: chmod 600 on the file"))
}

#[cfg(not(unix))]
fn refuse_open_to_others(_file: &File, _path: &Path, _what: &str) -> Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profile_is_the_users_own() {
        let outside = |file| lies_outside_profile(file, Some(r"C:\Users\Zzyzx"));
        for own in [
            r"C:\Users\Zzyzx\k.key",
            r"c:/users/zzyzx/Documents/k.key",
            r"\\?\C:\Users\Zzyzx\k.key",
        ] {
            assert!(!outside(own), "{own}");
        }
        for other in [
            r"C:\k.key",
            r"C:\Users\Zzyzx",
            r"C:\Users\Zzyzxa\k.key",
            r"C:\Users\Zzyzx\..\Public\k.key",
            r"D:\Users\Zzyzx\k.key",
            r"\\server\share\k.key",
        ] {
            assert!(outside(other), "{other}");
        }
        assert!(lies_outside_profile(r"C:\k.key", None));
        assert!(lies_outside_profile(r"C:\k.key", Some("")));
    }

    #[test]
    fn a_secret_is_read_whole_and_of_a_longer_file_a_byte_more() {
        let dir = tempfile::tempdir().unwrap();
        for (len, found) in [(0, 0), (10, 10), (11, 11), (20, 11)] {
            let path = dir.path().join(len.to_string());
            write_new_secret(&path, "key", &vec![7; len]).unwrap();
            let bytes = read_secret(&path, "key", 10).unwrap();
            assert_eq!(*bytes, vec![7; found]);
        }
    }

    #[test]
    fn what_is_there_is_never_overwritten_by_a_secret() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("k");
        expect_no_file(&path, "key").unwrap();
        std::fs::write(&path, "old").unwrap();
        for result in [
            expect_no_file(&path, "key"),
            write_new_secret(&path, "key", b"new"),
        ] {
            let e = result.unwrap_err();
            assert_eq!(e.class(), crate::error::Class::Io);
            assert!(e.to_string().contains("a key is never overwritten"), "{e}");
        }
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        // Nor does a link that leads nowhere count as free.
        #[cfg(unix)]
        {
            let link = dir.path().join("link");
            std::os::unix::fs::symlink(dir.path().join("none"), &link).unwrap();
            assert!(expect_no_file(&link, "key").is_err());
        }
    }

    #[test]
    fn secrets_are_known_by_their_first_word() {
        let kind = |text: &[u8]| secret_kind(text, text.len() as u64);
        assert_eq!(kind(b"blindlink-key-1 00"), Some("a linkage key"));
        assert_eq!(kind(b"\xef\xbb\xbf blindlink-key-1 00"), kind(&[7; 32]));
        assert_eq!(kind(b"blindlink-identity-1 a"), Some("an identity"));
        assert_eq!(kind(b"blindlink-sealed-1\n"), Some("a sealed linkage key"));
        for other in [
            &b"blindlink-public-1 a"[..],
            b"blindlink-signatures-1",
            b"",
            &[7; 31],
            &[7; 33],
            b"PAR1",
        ] {
            assert_eq!(kind(other), None);
        }
        // The first bytes of a long file that happen to be 32.
        assert_eq!(secret_kind(&[7; 32], 33), None);
    }
}
