//! The linkage key: the secret that the data owners share and the operator never holds.

use std::fmt;
use std::io::{Read, Write};
use std::path::Path;

use zeroize::Zeroizing;

use crate::atomic::AtomicFile;
use crate::error::{Error, Result};
use crate::units::hex;

/// Bytes of a linkage key.
pub const BYTES: usize = 32;

/// 32 secret random bytes, wiped from memory when dropped.
///
/// # Privacy
/// Whoever holds this key and a token file can test guesses until the names are found. It is
/// never shown, logged or passed as an argument; `Debug` shows no byte.
pub struct LinkageKey(Zeroizing<[u8; BYTES]>);

impl LinkageKey {
    /// A fresh key from the operating system's random source.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io) if there is no such source.
    pub fn random() -> Result<Self> {
        let mut bytes = Zeroizing::new([0; BYTES]);
        getrandom::fill(bytes.as_mut())
            .map_err(|_| Error::internal("the system gives no random bytes"))?;
        Ok(Self(bytes))
    }

    /// The key made of `bytes`, for test vectors.
    #[must_use]
    pub fn from_bytes(bytes: [u8; BYTES]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Reads the key file at `path`: exactly 32 bytes, readable by its owner alone.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io) if it cannot be read,
    /// [`Class::Input`](crate::error::Class::Input) if its length is wrong or, on Unix, if others
    /// than its owner may read or write it.
    pub fn read(path: &Path) -> Result<Self> {
        let mut file = std::fs::File::open(path).map_err(|e| Error::io("read", path, e))?;
        refuse_open_to_others(&file, path)?;
        let mut bytes = Zeroizing::new(Vec::with_capacity(BYTES + 1));
        Read::by_ref(&mut file)
            .take(BYTES as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(|e| Error::io("read", path, e))?;
        match <[u8; BYTES]>::try_from(bytes.as_slice()) {
            Ok(key) => Ok(Self::from_bytes(key)),
            Err(_) => {
                let found = match bytes.len() {
                    n if n > BYTES => "more".to_owned(),
                    n => n.to_string(),
                };
                Err(Error::input(
                    path,
                    format!("expected a linkage key of {BYTES} bytes, found {found}"),
                )
                .hint("the key file is binary; use the file that `key new` made, unchanged"))
            }
        }
    }

    /// Writes the key to a new file that only its owner may read.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io), also if `path` exists: a key is never overwritten.
    pub fn write_new(&self, path: &Path) -> Result<()> {
        if path.symlink_metadata().is_ok() {
            return Err(
                Error::io("write", path, std::io::ErrorKind::AlreadyExists.into()).hint(
                    "a key is never overwritten: choose another name, or move the old key away",
                ),
            );
        }
        // The temporary file is created readable by its owner alone, and keeps that mode.
        let mut file = AtomicFile::create(path)?;
        file.write_all(self.0.as_ref())
            .map_err(|e| Error::io("write", path, e))?;
        file.commit_new()
    }

    /// 16 hexadecimal digits by which two people can tell that they hold the same key.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let print = blake3::derive_key(
            "blindlink 2026-11-21 linkage key fingerprint v1",
            self.0.as_ref(),
        );
        hex(&print[..8])
    }

    /// The key's bytes, for key derivation only.
    pub(in crate::owner) fn expose(&self) -> &[u8; BYTES] {
        &self.0
    }
}

impl fmt::Debug for LinkageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkageKey(..)")
    }
}

#[cfg(unix)]
fn refuse_open_to_others(file: &std::fs::File, path: &Path) -> Result<()> {
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
        "the linkage key can be read or changed by other users of this machine",
    )
    .hint("make it yours alone: chmod 600 on the key file"))
}

#[cfg(not(unix))]
fn refuse_open_to_others(_file: &std::fs::File, _path: &Path) -> Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Class;

    #[test]
    fn a_key_is_written_once_and_read_back() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("k.key");
        let key = LinkageKey::random().unwrap();
        key.write_new(&path).unwrap();
        assert_eq!(LinkageKey::read(&path).unwrap().expose(), key.expose());
        let e = LinkageKey::random().unwrap().write_new(&path).unwrap_err();
        assert!(e.to_string().contains("never overwritten"));
        assert_eq!(LinkageKey::read(&path).unwrap().expose(), key.expose());
        assert!(!format!("{key:?}").contains(&hex(key.expose())[..4]));
    }

    #[test]
    fn wrong_lengths_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        for n in [0usize, 31, 33, 64, 100_000] {
            let path = dir.path().join(format!("{n}.key"));
            let mut file = AtomicFile::create(&path).unwrap();
            file.write_all(&vec![1; n]).unwrap();
            file.commit().unwrap();
            assert_eq!(LinkageKey::read(&path).unwrap_err().class(), Class::Input);
        }
    }

    #[cfg(unix)]
    #[test]
    fn keys_readable_by_others_are_refused() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("k.key");
        LinkageKey::random().unwrap().write_new(&path).unwrap();
        for mode in [0o640, 0o604, 0o620, 0o602] {
            std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
            let e = LinkageKey::read(&path).unwrap_err();
            assert_eq!(e.class(), Class::Input);
            assert!(e.to_string().contains("chmod 600"));
        }
    }
}
