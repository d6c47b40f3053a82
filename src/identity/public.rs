//! Public keys: who a person is to the others.

use std::path::Path;

use ed25519_dalek::VerifyingKey;

use super::line::{LONGEST, checked, with_check, without_end};
use super::{Identity, secret_kind};
use crate::error::{Error, Result};
use crate::units::{PartyId, hex, spoken, unhex};

/// First word of the line.
pub(super) const FIRST_WORD: &str = "blindlink-public-1";
const CHECK: &str = "blindlink 2026-11-27 public line check v1";
const FINGERPRINT: &str = "blindlink 2026-11-27 identity fingerprint v1";

/// Points of X25519 with which every secret agrees on the same number, as libsodium lists them: a box for one of these could
/// be opened by everybody.
const SMALL_ORDER: [&str; 7] = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];

/// The public half of an identity, or an Ed25519 key of OpenSSH, which can sign and not be sealed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Public {
    name: Option<PartyId>,
    signing: [u8; 32],
    sealing: Option<[u8; 32]>,
}

impl Public {
    pub(super) fn new(name: PartyId, signing: [u8; 32], sealing: [u8; 32]) -> Self {
        Self {
            name: Some(name),
            signing,
            sealing: Some(sealing),
        }
    }

    /// Reads the file at `path`: the line of an identity, or of an OpenSSH key.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io) if it cannot be read,
    /// [`Class::Input`](crate::error::Class::Input) if it is no such line.
    pub fn read(path: &Path) -> Result<Self> {
        use std::io::Read;
        let io = |e| Error::io("read", path, e);
        let mut text = Vec::new();
        let file = std::fs::File::open(path).map_err(io)?;
        file.take(LONGEST as u64 + 3)
            .read_to_end(&mut text)
            .map_err(io)?;
        Self::parse(&text).map_err(|e| e.at(path))
    }

    /// The public half of whatever is in the file at `path`: an identity, or a public line.
    ///
    /// # Errors
    /// As [`Public::read`] and [`Identity::read`].
    pub fn of(path: &Path) -> Result<Self> {
        use std::io::Read;
        let io = |e| Error::io("read", path, e);
        let mut first = Vec::new();
        let file = std::fs::File::open(path).map_err(io)?;
        // The first word alone: what follows it may be secret.
        file.take(20).read_to_end(&mut first).map_err(io)?;
        if secret_kind(&first, u64::MAX).is_some() {
            return Ok(Identity::read(path)?.public());
        }
        Self::read(path)
    }

    /// Parses the line of an identity, `blindlink-public-1 ...`, or of an OpenSSH key, `ssh-ed25519 ...`.
    ///
    /// # Errors
    /// [`Class::Input`](crate::error::Class::Input), without a place.
    pub fn parse(line: &[u8]) -> Result<Self> {
        let problem = if line.starts_with(b"ssh-ed25519 ") {
            return Self::parse_openssh(line);
        } else if line.starts_with(FIRST_WORD.as_bytes()) {
            match checked(CHECK, line).as_deref() {
                Some([FIRST_WORD, name, signing, sealing]) => {
                    let name: PartyId = name
                        .parse()
                        .map_err(|_| damaged("the name in it is none"))?;
                    let keys = unhex(signing).zip(unhex(sealing));
                    let (signing, sealing) = keys.ok_or_else(|| damaged("a key in it is none"))?;
                    refuse_weak(&signing)?;
                    if has_small_order(sealing) {
                        return Err(damaged("everybody could open what is sealed to it"));
                    }
                    return Ok(Self::new(name, signing, sealing));
                }
                _ => "its checksum is not that of the line",
            }
        } else {
            "it starts with neither `blindlink-public-1` nor `ssh-ed25519`"
        };
        Err(damaged(problem))
    }

    fn parse_openssh(line: &[u8]) -> Result<Self> {
        let line = std::str::from_utf8(without_end(line)).map_err(|_| damaged("it is not text"))?;
        if line.chars().any(char::is_control) {
            return Err(damaged("it is more than one line"));
        }
        let key = ssh_key::PublicKey::from_openssh(line)
            .ok()
            .and_then(|key| key.key_data().ed25519().copied())
            .ok_or_else(|| damaged("OpenSSH could not read it either"))?;
        refuse_weak(&key.0)?;
        Ok(Self {
            name: None,
            signing: key.0,
            sealing: None,
        })
    }

    /// The name that the identity was given; `None` of a key of OpenSSH.
    #[must_use]
    pub fn name(&self) -> Option<&PartyId> {
        self.name.as_ref()
    }

    /// The line without a line end; of a key of OpenSSH without its comment.
    #[must_use]
    pub fn line(&self) -> String {
        let (Some(name), Some(sealing)) = (&self.name, self.sealing) else {
            return self.openssh();
        };
        let words = format!(
            "{FIRST_WORD} {name} {} {}",
            hex(&self.signing),
            hex(&sealing)
        );
        let line = with_check(CHECK, words.as_bytes());
        String::from_utf8_lossy(&line).trim_end().to_owned()
    }

    /// The key for signatures as a line of OpenSSH, `ssh-ed25519 ...`, without a comment.
    #[must_use]
    pub fn openssh(&self) -> String {
        let key = ssh_key::public::Ed25519PublicKey(self.signing);
        ssh_key::PublicKey::from(key)
            .to_openssh()
            .unwrap_or_default()
    }

    /// 20 digits by which two people can tell that they have the same public key, as [`spoken`] writes them. Both keys count,
    /// the name does not.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let keys = [&self.signing[..], self.sealing.as_ref().map_or(&[], |k| k)].concat();
        spoken(&blake3::derive_key(FINGERPRINT, &keys))
    }

    /// Whether it has the same keys as `other`, whatever their names.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        self.signing == other.signing && self.sealing == other.sealing
    }

    /// The Ed25519 key for signatures.
    pub(super) fn signing(&self) -> &[u8; 32] {
        &self.signing
    }

    /// The X25519 key to seal to, if it has one.
    pub(super) fn sealing(&self) -> Option<&[u8; 32]> {
        self.sealing.as_ref()
    }
}

fn damaged(problem: &str) -> Error {
    Error::input("", format!("not a public key: {problem}"))
        .hint("copy the line of the .pub file as it is, or ask for it again")
}

/// Fails if there is no such key, or everything would be signed by it.
fn refuse_weak(key: &[u8; 32]) -> Result<()> {
    match VerifyingKey::from_bytes(key) {
        Ok(key) if !key.is_weak() => Ok(()),
        _ => Err(damaged("there is no such key for signatures")),
    }
}

pub(super) fn has_small_order(mut point: [u8; 32]) -> bool {
    // X25519 does not look at this bit.
    point[31] &= 0x7f;
    SMALL_ORDER.contains(&hex(&point).as_str())
}

#[cfg(test)]
mod tests {
    use super::super::Identity;
    use super::super::envelope::exchange;
    use super::*;
    use crate::error::Class;

    #[test]
    fn a_line_is_read_back_and_no_byte_of_it_may_change() {
        let public = Identity::random("district".parse().unwrap())
            .unwrap()
            .public();
        let line = public.line();
        assert!(line.len() <= LONGEST && line.is_ascii());
        for end in ["", "\n", "\r\n"] {
            assert_eq!(
                Public::parse(format!("{line}{end}").as_bytes()).unwrap(),
                public
            );
        }
        let mut bytes = format!("{line}\n").into_bytes();
        for i in 0..bytes.len() {
            for x in 1..=255 {
                bytes[i] ^= x;
                assert_eq!(
                    Public::parse(&bytes).unwrap_err().class(),
                    Class::Input,
                    "{i}"
                );
                bytes[i] ^= x;
            }
        }
    }

    #[test]
    fn a_line_of_openssh_signs_only() {
        let public = Identity::random("a".parse().unwrap()).unwrap().public();
        let line = format!("{} zzyzx@example.org\n", public.openssh());
        let read = Public::parse(line.as_bytes()).unwrap();
        assert_eq!(read.signing(), public.signing());
        assert!(read.sealing().is_none() && read.name().is_none());
        assert_ne!(read.fingerprint(), public.fingerprint());
        assert_eq!(read.line(), public.openssh());
        for bad in [
            "ssh-ed25519 AAAA",
            "ssh-rsa AAAA",
            "ssh-ed25519 ",
            &format!("{line}{line}"),
        ] {
            assert!(Public::parse(bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_second_line_is_refused_however_long_the_first_is() {
        let public = Identity::random("a".parse().unwrap()).unwrap().public();
        let line = public.openssh();
        let line = format!("{line} {}", "z".repeat(LONGEST - line.len() - 1));
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("k.pub");
        let read = |text: &str| {
            std::fs::write(&path, text).unwrap();
            Public::read(&path)
        };
        for end in ["", "\n", "\r\n"] {
            assert_eq!(
                read(&format!("{line}{end}")).unwrap().signing(),
                public.signing()
            );
        }
        let e = read(&format!("{line}\n{line}\n")).unwrap_err().to_string();
        assert!(
            e.contains("more than one line") && e.contains("k.pub"),
            "{e}"
        );
    }

    #[test]
    fn keys_by_which_anything_is_signed_are_refused() {
        // The neutral point, a point of order 4, and what is no point at all.
        let mut neutral = [0; 32];
        neutral[0] = 1;
        let is_point = |bytes: &[u8; 32]| VerifyingKey::from_bytes(bytes).is_ok();
        assert!(is_point(&neutral) && is_point(&[0; 32]));
        let mut none = (0..=255).map(|byte| [byte; 32]);
        let none = none.find(|bytes| !is_point(bytes)).unwrap();
        let good = Identity::random("a".parse().unwrap()).unwrap().public();
        for signing in [neutral, [0; 32], none] {
            let bad = Public {
                signing,
                ..good.clone()
            };
            for line in [bad.line(), bad.openssh()] {
                let e = Public::parse(line.as_bytes()).unwrap_err().to_string();
                assert!(e.contains("no such key for signatures"), "{e}");
            }
        }
        let weak = Public {
            sealing: unhex(SMALL_ORDER[2]),
            ..good
        };
        let e = Public::parse(weak.line().as_bytes())
            .unwrap_err()
            .to_string();
        assert!(e.contains("everybody could open"), "{e}");
    }

    #[test]
    fn points_that_agree_with_everybody_are_known() {
        for point in SMALL_ORDER {
            let mut point: [u8; 32] = unhex(point).unwrap();
            for top in [0, 0x80] {
                point[31] ^= top;
                assert!(has_small_order(point));
                let nonce = [7; 24];
                assert_eq!(
                    exchange(&point, &[1; 32], &nonce),
                    exchange(&point, &[2; 32], &nonce)
                );
            }
        }
        let other = Identity::random("a".parse().unwrap()).unwrap().public();
        let other = *other.sealing().unwrap();
        assert!(!has_small_order(other));
        assert_ne!(
            exchange(&other, &[1; 32], &[7; 24]),
            exchange(&other, &[2; 32], &[7; 24])
        );
    }
}
