//! One signature in the form of OpenSSH (SSHSIG), which `ssh-keygen -Y verify` checks too.

use ed25519_dalek::{Signature as Ed25519, Signer as _, SigningKey, VerifyingKey};
use ssh_key::public::{Ed25519PublicKey, KeyData};
use ssh_key::{Algorithm, HashAlg, LineEnding, SshSig};

use crate::error::{Error, Result};

/// First line of a signature.
pub(super) const BEGIN: &str = "-----BEGIN SSH SIGNATURE-----\n";
/// Its last line.
pub(super) const END: &str = "-----END SSH SIGNATURE-----\n";

/// A signature, and whose it claims to be.
#[derive(Debug, Clone)]
pub(super) struct Signature {
    sig: SshSig,
    signer: [u8; 32],
}

impl Signature {
    /// Signs `message` for one purpose: under another `namespace` it is no signature of it.
    pub(super) fn of(key: &SigningKey, namespace: &str, message: &[u8]) -> Result<Self> {
        let signer = key.verifying_key().to_bytes();
        let make = || {
            let data = SshSig::signed_data(namespace, HashAlg::Sha512, message)?;
            let bytes = key.sign(&data).to_bytes().to_vec();
            let signature = ssh_key::Signature::new(Algorithm::Ed25519, bytes)?;
            let public = KeyData::Ed25519(Ed25519PublicKey(signer));
            SshSig::new(public, namespace, HashAlg::Sha512, signature)
        };
        let made: std::result::Result<SshSig, ssh_key::Error> = make();
        let sig = made.map_err(|_| Error::internal("a signature has no form"))?;
        Ok(Self { sig, signer })
    }

    /// Reads the text from `BEGIN` to `END`, line end included. `None` unless it is a signature of version 1 by an Ed25519 key
    /// over SHA-512, written in the one form that it has.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let sig = SshSig::from_pem(text).ok()?;
        let signer = sig.public_key().ed25519()?.0;
        let is_ours = sig.version() == SshSig::VERSION
            && sig.hash_alg() == HashAlg::Sha512
            && sig.reserved().is_empty();
        let signature = Self { sig, signer };
        (is_ours && signature.text().ok()? == text).then_some(signature)
    }

    /// The text from `BEGIN` to `END`, line end included.
    pub(super) fn text(&self) -> Result<String> {
        let text = self.sig.to_pem(LineEnding::LF);
        let text = text.map_err(|_| Error::internal("a signature has no text"))?;
        Ok(text.trim_end().to_owned() + "\n")
    }

    /// The Ed25519 key by which it claims to be.
    pub(super) fn signer(&self) -> &[u8; 32] {
        &self.signer
    }

    /// Whether its key has signed `message` under `namespace`.
    pub(super) fn is_of(&self, namespace: &str, message: &[u8]) -> bool {
        let data = SshSig::signed_data(namespace, HashAlg::Sha512, message);
        let key = VerifyingKey::from_bytes(&self.signer);
        let signature = Ed25519::try_from(self.sig.signature());
        match (data, key, signature) {
            // Strict: no key of small order, and no second form of a signature.
            (Ok(data), Ok(key), Ok(signature)) => {
                self.sig.namespace() == namespace && key.verify_strict(&data, &signature).is_ok()
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_of_one_message_and_one_purpose() {
        let key = SigningKey::from_bytes(&[5; 32]);
        let text = Signature::of(&key, "one", b"zzyzx")
            .unwrap()
            .text()
            .unwrap();
        assert!(text.starts_with(BEGIN) && text.ends_with(END));
        let signature = Signature::parse(&text).unwrap();
        assert!(signature.is_of("one", b"zzyzx"));
        assert!(!signature.is_of("two", b"zzyzx") && !signature.is_of("one", b"zzyzy"));
        assert_eq!(signature.signer(), &key.verifying_key().to_bytes());
    }

    #[test]
    fn no_byte_of_a_signature_may_change() {
        let key = SigningKey::from_bytes(&[5; 32]);
        let text = Signature::of(&key, "one", b"zzyzx")
            .unwrap()
            .text()
            .unwrap();
        let mut bytes = text.into_bytes();
        for i in 0..bytes.len() {
            for bit in 0..8 {
                bytes[i] ^= 1 << bit;
                let read = std::str::from_utf8(&bytes).ok().and_then(Signature::parse);
                let passes = read.is_some_and(|s| {
                    s.signer() == &key.verifying_key().to_bytes() && s.is_of("one", b"zzyzx")
                });
                assert!(!passes, "byte {i}, bit {bit}");
                bytes[i] ^= 1 << bit;
            }
        }
    }
}
