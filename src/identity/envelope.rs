//! The box around one secret for one reader: X25519 with a key that is used once, XChaCha20-Poly1305.

use crypto_box::aead::AeadInPlace;
use crypto_box::{ChaChaBox, PublicKey, SecretKey};
use zeroize::Zeroizing;

use crate::error::{Error, Result};

/// Bytes of an authentication tag.
pub(super) const TAG: usize = 16;
/// Bytes of a nonce.
pub(super) const NONCE: usize = 24;

/// A secret key of `crypto_box` that leaves nothing in memory: version 0.9 wipes the scalar, but not the bytes that it was
/// made of.
struct Wiped(SecretKey);

impl Wiped {
    fn new(secret: &[u8; 32]) -> Self {
        Self(SecretKey::from_bytes(*secret))
    }
}

impl Drop for Wiped {
    fn drop(&mut self) {
        self.0 = SecretKey::from_bytes([0; 32]);
        // Somebody might look, for all the compiler knows: the bytes are overwritten.
        std::hint::black_box(&self.0);
    }
}

/// The public key of a secret.
pub(super) fn public(secret: &[u8; 32]) -> [u8; 32] {
    *Wiped::new(secret).0.public_key().as_bytes()
}

/// What a secret was put into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Envelope {
    /// Public half of the key that was used once.
    pub(super) ephemeral: [u8; 32],
    pub(super) nonce: [u8; NONCE],
    /// The encrypted bytes, then the tag.
    pub(super) bytes: Vec<u8>,
}

impl Envelope {
    /// Closes a box for the reader with this public key. `content` says what is in it, given the public half of the key
    /// that is used once.
    pub(super) fn close(
        reader: &[u8; 32],
        content: impl FnOnce(&[u8; 32]) -> Zeroizing<Vec<u8>>,
    ) -> Result<Self> {
        let mut once = Zeroizing::new([0; 32]);
        let mut nonce = [0; NONCE];
        getrandom::fill(once.as_mut())
            .and_then(|()| getrandom::fill(&mut nonce))
            .map_err(|_| Error::internal("the system gives no random bytes"))?;
        let ephemeral = public(&once);
        let mut bytes = content(&ephemeral);
        let secret = Wiped::new(&once);
        let tag = ChaChaBox::new(&PublicKey::from(*reader), &secret.0)
            .encrypt_in_place_detached(&nonce.into(), &[], &mut bytes)
            .map_err(|_| Error::internal("a key cannot be sealed"))?;
        // Encrypted now, and no secret any more.
        let bytes = [&bytes[..], &tag[..]].concat();
        Ok(Self {
            ephemeral,
            nonce,
            bytes,
        })
    }

    /// What is in it, or `None` if it is for another reader or was changed.
    pub(super) fn open(&self, reader: &[u8; 32]) -> Option<Zeroizing<Vec<u8>>> {
        let (bytes, tag) = self.bytes.split_last_chunk::<TAG>()?;
        let mut bytes = Zeroizing::new(bytes.to_vec());
        let secret = Wiped::new(reader);
        ChaChaBox::new(&PublicKey::from(self.ephemeral), &secret.0)
            .decrypt_in_place_detached(&self.nonce.into(), &[], &mut bytes, tag.into())
            .ok()?;
        Some(bytes)
    }
}

/// Eight zeros, encrypted under what `public` and `secret` agree on.
#[cfg(test)]
pub(super) fn exchange(public: &[u8; 32], secret: &[u8; 32], nonce: &[u8; NONCE]) -> [u8; 8] {
    let mut bytes = [0; 8];
    ChaChaBox::new(&PublicKey::from(*public), &SecretKey::from_bytes(*secret))
        .encrypt_in_place_detached(nonce.into(), &[], &mut bytes)
        .unwrap();
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_reader_opens_a_box() {
        let (reader, other) = ([3; 32], [4; 32]);
        let close = || {
            let content = |_: &[u8; 32]| Zeroizing::new(b"zzyzx".to_vec());
            Envelope::close(&public(&reader), content).unwrap()
        };
        let closed = close();
        assert_eq!(closed.open(&reader).unwrap().as_slice(), b"zzyzx");
        assert!(closed.open(&other).is_none());
        assert_ne!(close(), closed);
        for i in 0..closed.bytes.len() {
            let mut changed = closed.clone();
            changed.bytes[i] ^= 1;
            assert!(changed.open(&reader).is_none());
        }
        let short = Envelope {
            bytes: vec![0; TAG - 1],
            ..closed
        };
        assert!(short.open(&reader).is_none());
    }
}
