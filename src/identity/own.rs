//! The secret half: an identity of ours, and whatever else signs.

use std::fmt;
use std::path::Path;

use ed25519_dalek::SigningKey;
use ssh_key::PrivateKey;
use zeroize::Zeroizing;

use super::line::{LONGEST, checked, with_check};
use super::public::Public;
use super::secret::{read_secret, write_new_secret};
use super::{envelope, secret_kind};
use crate::error::{Error, Result};
use crate::units::{PartyId, push_hex, unhex};

/// First word of the file.
const FIRST_WORD: &str = "blindlink-identity-1";
const CHECK: &str = "blindlink 2026-11-27 identity file check v1";
/// Most bytes of a private key of OpenSSH; one of Ed25519 has some 400, and its comment.
const LONGEST_OPENSSH: usize = 8192;

/// The secret keys of one person or office: Ed25519 to sign, X25519 to open what is sealed to it. Wiped from memory when
/// dropped.
///
/// # Privacy
/// Whoever holds it can sign in that name and open every linkage key that was sealed to it. `Debug` shows no byte.
pub struct Identity {
    name: PartyId,
    signing: SigningKey,
    sealing: Zeroizing<[u8; 32]>,
}

impl Identity {
    /// A fresh identity from the operating system's random source. `name` is for people: no check depends on it.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io) if there is no such source.
    pub fn random(name: PartyId) -> Result<Self> {
        let (mut signing, mut sealing) = (Zeroizing::new([0; 32]), Zeroizing::new([0; 32]));
        for secret in [&mut signing, &mut sealing] {
            getrandom::fill(secret.as_mut())
                .map_err(|_| Error::internal("the system gives no random bytes"))?;
        }
        Ok(Self::from_secrets(name, &signing, sealing))
    }

    fn from_secrets(name: PartyId, signing: &[u8; 32], sealing: Zeroizing<[u8; 32]>) -> Self {
        Self {
            name,
            signing: SigningKey::from_bytes(signing),
            sealing,
        }
    }

    /// Reads the identity file at `path`, which must be readable by its owner alone.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io) if it cannot be read, [`Class::Input`](crate::error::Class::Input) if it is
    /// none, is damaged or, on Unix, if others than its owner may read or write it.
    pub fn read(path: &Path) -> Result<Self> {
        let text = read_secret(path, "identity", LONGEST)?;
        Self::parse(&text).map_err(|e| e.at(path))
    }

    /// Parses the text of an identity file.
    ///
    /// # Errors
    /// [`Class::Input`](crate::error::Class::Input), without a place.
    pub fn parse(text: &[u8]) -> Result<Self> {
        if !text.starts_with(FIRST_WORD.as_bytes()) {
            let found = match secret_kind(text, text.len() as u64) {
                Some("an identity") => " of this version, found another one".to_owned(),
                Some(kind) => format!(", found {kind}"),
                None if text.starts_with(super::public::FIRST_WORD.as_bytes()) => {
                    ", found the public half of one".to_owned()
                }
                None => String::new(),
            };
            return Err(
                Error::input("", format!("expected an identity{found}")).hint(
                    "the file that `identity new` made, whose first word is `blindlink-identity-1`",
                ),
            );
        }
        let damaged = |what| {
            Error::input("", format!("the identity is damaged: {what}"))
                .hint("take it from your backup; if there is none, make a new identity and hand out its public half")
        };
        let words = checked(CHECK, text).ok_or_else(|| damaged("its checksum is another one"))?;
        let [FIRST_WORD, name, signing, sealing] = words[..] else {
            return Err(damaged("it has not five words"));
        };
        let name = name
            .parse()
            .map_err(|_| damaged("the name in it is none"))?;
        let secret = |digits| unhex(digits).map(Zeroizing::new);
        match (secret(signing), secret(sealing)) {
            (Some(signing), Some(sealing)) => Ok(Self::from_secrets(name, &signing, sealing)),
            _ => Err(damaged("a key in it is none")),
        }
    }

    /// Writes the identity to a new file that only its owner may read.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io), also if `path` exists: an identity is never overwritten.
    pub fn write_new(&self, path: &Path) -> Result<()> {
        write_new_secret(path, "identity", &self.text())
    }

    fn text(&self) -> Zeroizing<Vec<u8>> {
        let mut words = Zeroizing::new(Vec::with_capacity(LONGEST));
        words.extend_from_slice(format!("{FIRST_WORD} {} ", self.name).as_bytes());
        push_hex(self.signing.as_bytes(), &mut words);
        words.push(b' ');
        push_hex(self.sealing.as_ref(), &mut words);
        with_check(CHECK, &words)
    }

    /// The public half, which is handed out.
    #[must_use]
    pub fn public(&self) -> Public {
        Public::new(
            self.name.clone(),
            self.signing.verifying_key().to_bytes(),
            envelope::public(&self.sealing),
        )
    }

    pub(super) fn signing(&self) -> &SigningKey {
        &self.signing
    }

    pub(super) fn sealing(&self) -> &[u8; 32] {
        &self.sealing
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({}, ..)", self.name)
    }
}

/// Whatever a project file is signed with: an identity, or an Ed25519 key of OpenSSH without a passphrase.
pub struct Signer {
    key: SigningKey,
    public: Public,
}

impl Signer {
    /// Reads the secret file at `path`, which must be readable by its owner alone.
    ///
    /// # Errors
    /// As [`Identity::read`], also for a key of OpenSSH that has a passphrase or is of another kind.
    pub fn read(path: &Path) -> Result<Self> {
        let text = read_secret(path, "key", LONGEST_OPENSSH)?;
        if text.starts_with(b"-----BEGIN OPENSSH PRIVATE KEY-----") {
            Self::parse_openssh(&text).map_err(|e| e.at(path))
        } else {
            Identity::parse(&text)
                .map(Self::from)
                .map_err(|e| e.at(path))
        }
    }

    fn parse_openssh(text: &[u8]) -> Result<Self> {
        let key = PrivateKey::from_openssh(text)
            .map_err(|_| Error::input("", "not a private key that OpenSSH could read"))?;
        if key.is_encrypted() {
            return Err(Error::input("", "the key has a passphrase, which is not asked for here")
                .hint("make an identity with `identity new`, or sign with `ssh-keygen -Y sign` and add that by --signature"));
        }
        let pair = key.key_data().ed25519().ok_or_else(|| {
            Error::input("", "expected an Ed25519 key, found one of another kind")
                .hint("make an identity with `identity new`, or a key with `ssh-keygen -t ed25519`")
        })?;
        let signing = SigningKey::from_bytes(&Zeroizing::new(pair.private.to_bytes()));
        let line = key
            .public_key()
            .to_openssh()
            .map_err(|_| Error::internal("a key of OpenSSH has no line"))?;
        Ok(Self {
            key: signing,
            public: Public::parse(line.as_bytes())?,
        })
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> &Public {
        &self.public
    }

    pub(super) fn key(&self) -> &SigningKey {
        &self.key
    }
}

impl From<Identity> for Signer {
    fn from(identity: Identity) -> Self {
        Self {
            public: identity.public(),
            key: identity.signing,
        }
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Class;

    /// A type of which a dropped value leaves nothing in memory.
    fn is_wiped<T: zeroize::ZeroizeOnDrop>(_: &T) {}

    #[test]
    fn secrets_are_of_types_that_are_wiped() {
        let own = identity();
        is_wiped(own.signing());
        is_wiped(&own.sealing);
        is_wiped(&own.text());
    }

    fn identity() -> Identity {
        Identity::random("zzyzx".parse().unwrap()).unwrap()
    }

    #[test]
    fn an_identity_is_written_once_and_read_back() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("i.identity");
        let own = identity();
        own.write_new(&path).unwrap();
        let read = Identity::read(&path).unwrap();
        assert_eq!(read.public(), own.public());
        assert_eq!(read.sealing(), own.sealing());
        assert_eq!(read.signing().as_bytes(), own.signing().as_bytes());
        assert_eq!(identity().write_new(&path).unwrap_err().class(), Class::Io);
    }

    #[test]
    fn debug_shows_a_name_and_no_byte() {
        assert_eq!(format!("{:?}", identity()), "Identity(zzyzx, ..)");
        let signer = Signer::from(identity());
        assert_eq!(format!("{signer:?}"), "Signer(..)");
    }

    #[test]
    fn what_is_no_identity_is_named() {
        let public = identity().public().line();
        for (text, words) in [
            (
                public.as_str(),
                "expected an identity, found the public half of one",
            ),
            (
                "blindlink-key-1 00",
                "expected an identity, found a linkage key",
            ),
            (
                "blindlink-identity-2 a",
                "of this version, found another one",
            ),
            ("id,first,last", "expected an identity\n"),
        ] {
            let e = Identity::parse(text.as_bytes()).unwrap_err();
            assert_eq!(e.class(), Class::Input);
            assert!(e.to_string().contains(words), "{e}");
        }
    }

    #[test]
    fn no_byte_of_an_identity_may_change() {
        let mut text = identity().text();
        for i in 0..text.len() {
            for x in 1..=255 {
                text[i] ^= x;
                assert_eq!(
                    Identity::parse(&text).unwrap_err().class(),
                    Class::Input,
                    "{i}"
                );
                text[i] ^= x;
            }
        }
        assert!(Identity::parse(&text).is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn an_identity_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("i.identity");
        identity().write_new(&path).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).unwrap();
        for e in [
            Identity::read(&path).unwrap_err(),
            Signer::read(&path).unwrap_err(),
        ] {
            assert!(e.to_string().contains("chmod 600"));
        }
    }
}
