//! Who signs and to whom a key is sealed: identities, signatures, sealed secrets.
//!
//! Owns: files that hold secrets of ours, by their first words. Knows no token, no person and no
//! linkage key. Specified in `docs/spec/identities.md`.

mod secret;

pub use secret::secret_kind;
