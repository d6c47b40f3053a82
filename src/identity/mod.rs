//! Who signs and to whom a key is sealed: identities, signatures, sealed secrets.
//!
//! Owns: identities and their public halves, the signatures beside a project file, sealed files, and how files that hold a
//! secret are read and written. Knows no token, no person and no linkage key: what is sealed are 32 bytes of somebody.
//! Specified in `docs/spec/identities.md`.

mod envelope;
pub(crate) mod line;
mod own;
mod public;
mod roles;
mod sealed;
mod secret;
mod signature;
mod signatures;
#[cfg(test)]
mod tests;

pub use own::{Identity, Signer};
pub use public::Public;
pub use roles::{expected_sender, named};
pub use sealed::{Sealed, seal};
pub use secret::{
    expect_no_file, lies_outside_profile, read_secret, secret_kind, write_new_secret,
};
pub use signatures::{Signed, add_signature, beside, openssh_files, sign, signers};
