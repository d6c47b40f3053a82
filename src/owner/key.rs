//! The linkage key: the secret that the data owners share and the operator never holds.

use std::fmt;
use std::path::Path;

use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::identity::line::{LONGEST, checked, with_check};
use crate::identity::{Identity, Public, Sealed, read_secret, seal, secret_kind, write_new_secret};
use crate::project::Project;
use crate::units::{push_hex, spoken, unhex};

/// Bytes of a linkage key.
pub const BYTES: usize = 32;
/// What a key is called in messages.
pub const WHAT: &str = "linkage key";
/// First word of the file.
const FIRST_WORD: &str = "blindlink-key-1";
const CHECK: &str = "blindlink 2026-11-27 linkage key file check v1";

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

    /// Reads the key file at `path`, which must be readable by its owner alone: the line that [`LinkageKey::write_new`]
    /// writes, or the 32 bytes that versions before it wrote, in which nothing shows damage but the fingerprint.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io) if it cannot be read,
    /// [`Class::Input`](crate::error::Class::Input) if it is no key, is damaged or, on Unix, if others
    /// than its owner may read or write it.
    pub fn read(path: &Path) -> Result<Self> {
        let text = read_secret(path, WHAT, LONGEST)?;
        Self::parse(&text).map_err(|e| e.at(path))
    }

    /// Parses the content of a key file.
    ///
    /// # Errors
    /// [`Class::Input`](crate::error::Class::Input), without a place.
    pub fn parse(text: &[u8]) -> Result<Self> {
        if let Ok(bytes) = text.try_into() {
            return Ok(Self(Zeroizing::new(bytes)));
        }
        if text.starts_with(FIRST_WORD.as_bytes()) {
            let words = checked(CHECK, text);
            return match words.as_deref() {
                Some([FIRST_WORD, digits]) => unhex(digits).map(|b| Self(Zeroizing::new(b))),
                _ => None,
            }
            .ok_or_else(|| {
                Error::input(
                    "",
                    "the linkage key is damaged: its checksum is another one",
                )
                .hint("ask the custodian for it again, or take a ref key of your own from its backup; do not mend it by hand")
            });
        }
        Err(match secret_kind(text, text.len() as u64) {
            Some(kind) if kind.contains("sealed") => {
                Error::input("", format!("expected a linkage key, found {kind}"))
                    .hint("open it first: `key open`")
            }
            Some("a linkage key") => {
                Error::input("", "the linkage key is damaged, or of a later version")
            }
            Some(kind) => Error::input("", format!("expected a linkage key, found {kind}")),
            None => Error::input("", "expected a linkage key, found something else")
                .hint("use the file that `key new` or `key open` made, unchanged"),
        })
    }

    /// Writes the key to a new file that only its owner may read.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io), also if `path` exists: a key is never overwritten.
    pub fn write_new(&self, path: &Path) -> Result<()> {
        write_new_secret(path, WHAT, &self.text())
    }

    // SPEC encoding.md 2.1
    fn text(&self) -> Zeroizing<Vec<u8>> {
        let mut words = Zeroizing::new(Vec::with_capacity(LONGEST));
        words.extend_from_slice(FIRST_WORD.as_bytes());
        words.push(b' ');
        push_hex(self.0.as_ref(), &mut words);
        with_check(CHECK, &words)
    }

    /// The text of a file in which the key is sealed to all of `to`, signed by `sender`, for `project`, which was read from
    /// `path`.
    ///
    /// # Errors
    /// As [`seal`].
    pub fn seal(
        &self,
        (project, path): (&Project, &Path),
        sender: &Identity,
        to: &[Public],
    ) -> Result<String> {
        seal((&self.0, &self.fingerprint()), (project, path), sender, to)
    }

    /// The key that was sealed to `reader` in the file at `path`, if `sender` has signed it for `project`.
    ///
    /// # Errors
    /// As [`Sealed::read`] and [`Sealed::open`].
    pub fn open(
        path: &Path,
        project: &Project,
        reader: &Identity,
        sender: &Public,
    ) -> Result<Self> {
        let sealed = Sealed::read(path)?;
        let key = Self(sealed.open(project, reader, sender)?);
        if key.fingerprint() != sealed.fingerprint() {
            return Err(Error::input(
                path,
                "the key in it has another fingerprint than the one that it states",
            ));
        }
        Ok(key)
    }

    /// 20 digits, as [`spoken`] writes them, by which two people can tell that they hold the same key.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        spoken(&blake3::derive_key(
            "blindlink 2026-11-27 linkage key fingerprint v2",
            self.0.as_ref(),
        ))
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

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::atomic::AtomicFile;
    use crate::error::Class;
    use crate::project::new_project;

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
    }

    #[test]
    fn debug_shows_that_it_is_a_key_and_no_byte_of_it() {
        let key = LinkageKey::from_bytes([0xa5; BYTES]);
        assert_eq!(format!("{key:?}"), "LinkageKey(..)");
    }

    #[test]
    fn a_key_is_sealed_and_opened_with_the_fingerprint_that_it_states() {
        let parties = ["a", "b"].map(|p| p.parse().unwrap());
        let project = Project::parse(&new_project(&parties, "k12", [9; 16]).unwrap()).unwrap();
        let [sender, reader] =
            ["sender", "reader"].map(|name| Identity::random(name.parse().unwrap()).unwrap());
        let to = [reader.public()];
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("k.sealed");
        let open = |text: &str| {
            std::fs::write(&path, text).unwrap();
            LinkageKey::open(&path, &project, &reader, &sender.public())
        };

        let key = LinkageKey::random().unwrap();
        let text = key.seal((&project, &path), &sender, &to).unwrap();
        let opened = open(&text).unwrap();
        assert_eq!(opened.expose(), key.expose());
        assert_eq!(opened.fingerprint(), key.fingerprint());

        // The sender signs for a fingerprint that people have compared, and puts another key beside it.
        let other = LinkageKey::random().unwrap().fingerprint();
        let text = seal((&key.0, &other), (&project, &path), &sender, &to).unwrap();
        let e = open(&text).unwrap_err();
        assert_eq!(e.class(), Class::Input);
        assert!(e.to_string().contains("another fingerprint"), "{e}");
    }

    #[test]
    fn what_is_not_a_key_is_named_and_only_of_a_sealed_one_is_said_how_to_open_it() {
        for (text, words, hint) in [
            (
                "blindlink-sealed-1\n",
                "found a sealed linkage key",
                "`key open`",
            ),
            ("blindlink-identity-1 a", "found an identity", ""),
            ("blindlink-key-2 00", "of a later version", ""),
            ("id,first,last\n", "found something else", "`key new`"),
        ] {
            let e = LinkageKey::parse(text.as_bytes()).unwrap_err();
            assert_eq!(e.class(), Class::Input);
            let e = e.to_string();
            assert!(e.contains(words) && e.contains(hint), "{e}");
            assert_eq!(e.contains("open it first"), hint == "`key open`", "{e}");
        }
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

    #[test]
    fn no_byte_of_a_key_file_may_change() {
        let mut text = LinkageKey::from_bytes([0xa5; BYTES]).text();
        for i in 0..text.len() {
            for x in 1..=255 {
                text[i] ^= x;
                let e = LinkageKey::parse(&text).unwrap_err();
                assert_eq!(e.class(), Class::Input, "{i}");
                assert!(!e.to_string().contains("a5a5"));
                text[i] ^= x;
            }
        }
        assert_eq!(LinkageKey::parse(&text).unwrap().expose(), &[0xa5; BYTES]);
    }

    #[test]
    fn the_bytes_alone_are_a_key_as_before() {
        let mut bytes = [7; BYTES];
        let key = LinkageKey::parse(&bytes).unwrap();
        assert_eq!(key.expose(), &bytes);
        // Nothing but the fingerprint tells of a changed byte.
        bytes[31] ^= 1;
        let other = LinkageKey::parse(&bytes).unwrap();
        assert_ne!(other.fingerprint(), key.fingerprint());
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
