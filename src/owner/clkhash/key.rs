//! The secret that the data owners share, and the keys that are made of it.
//!
//! SPEC clk-encoding.md 3.5.

use std::fmt;
use std::io::Read;
use std::path::Path;

use hkdf::Hkdf;
use sha2::{Sha256, Sha512};
use zeroize::Zeroizing;

use super::schema::{Kdf, KdfHash, Schema};
use crate::error::{Error, Result};
use crate::identity::read_secret;

/// Most bytes of a secret, without its line end.
pub const MOST_BYTES: usize = 1 << 20;

/// A secret, as clkhash takes it: any bytes, usually of a text. Wiped when dropped.
pub struct Secret(Zeroizing<Vec<u8>>);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl Secret {
    /// All bytes of it.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// A secret of the bytes that were read from `path`: all of them but one line end at the end, `\n` or `\r\n`.
    ///
    /// # Errors
    /// [`Class::Input`](crate::error::Class::Input) if nothing is left, or it is far too long for a secret.
    pub fn new(mut bytes: Zeroizing<Vec<u8>>, path: &Path) -> Result<Self> {
        if bytes.last() == Some(&b'\n') {
            bytes.pop();
            if bytes.last() == Some(&b'\r') {
                bytes.pop();
            }
        }
        if bytes.is_empty() {
            return Err(Error::input(path, "the secret is empty"));
        }
        if bytes.len() > MOST_BYTES {
            return Err(Error::input(path, "too long for a secret"));
        }
        Ok(Self(bytes))
    }

    /// The secret in the file at `path`, which on Unix nobody but its owner may read.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io); [`Class::Input`](crate::error::Class::Input) as of [`new`](Self::new), and if others
    /// may read or change the file.
    pub fn read(path: &Path) -> Result<Self> {
        Self::new(read_secret(path, "secret", MOST_BYTES + 2)?, path)
    }

    /// The secret that `reader` gives; `path` is for messages.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io), and as of [`new`](Self::new).
    pub fn from_reader(reader: impl Read, path: &Path) -> Result<Self> {
        // Room for all that is read: a vector that grows leaves copies behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(MOST_BYTES + 8));
        reader
            .take(MOST_BYTES as u64 + 3)
            .read_to_end(&mut bytes)
            .map_err(|e| Error::io("read", path, e))?;
        Self::new(bytes, path)
    }
}

/// The two keys of each feature, ignored ones too. Wiped when dropped.
pub(super) struct Keys {
    bytes: Zeroizing<Vec<u8>>,
    size: usize,
}

impl Keys {
    /// The keys for `schema`, which are as many as HKDF can give.
    pub(super) fn derive(secret: &Secret, schema: &Schema) -> Result<Self> {
        let Kdf {
            hash,
            salt,
            info,
            key_size,
        } = &schema.kdf;
        let mut bytes = Zeroizing::new(vec![0; 2 * schema.fields.len() * key_size]);
        let done = match hash {
            KdfHash::Sha256 => {
                Hkdf::<Sha256>::new(Some(salt), secret.bytes()).expand(info, &mut bytes)
            }
            KdfHash::Sha512 => {
                Hkdf::<Sha512>::new(Some(salt), secret.bytes()).expand(info, &mut bytes)
            }
        };
        done.map_err(|_| Error::internal("HKDF was asked for more than it gives"))?;
        Ok(Self {
            bytes,
            size: *key_size,
        })
    }

    /// The keys of feature number `i`: for BLAKE2b or SHA-1, and for MD5.
    pub(super) fn of(&self, i: usize) -> (&[u8], &[u8]) {
        let both = &self.bytes[2 * i * self.size..][..2 * self.size];
        both.split_at(self.size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_end_is_no_part_of_a_secret() {
        let of = |text: &str| {
            let secret = Secret::from_reader(text.as_bytes(), Path::new("s"));
            secret.map(|s| String::from_utf8(s.0.to_vec()).unwrap())
        };
        for (text, secret) in [
            ("horse", "horse"),
            ("horse\n", "horse"),
            ("horse\r\n", "horse"),
            ("horse\n\n", "horse\n"),
            (" horse \r", " horse \r"),
        ] {
            assert_eq!(of(text).unwrap(), secret);
        }
        for text in ["", "\n", "\r\n"] {
            assert_eq!(of(text).unwrap_err().class().exit_code(), 3);
        }
        assert!(of(&"x".repeat(MOST_BYTES + 1)).is_err());
        assert!(of(&("x".repeat(MOST_BYTES) + "\r\n")).is_ok());
    }
}
