//! Of which project a file with a secret is.

use std::path::Path;

use crate::error::Result;
#[cfg(feature = "owner")]
use crate::owner::encode::Encoder;
#[cfg(feature = "owner")]
use crate::owner::key::LinkageKey;
use crate::project::Project;
use crate::units::Fingerprint;

/// What `identity::secret_kind` calls an identity.
pub(super) const IDENTITY: &str = "an identity";
/// What it calls a sealed key.
pub(super) const SEALED: &str = "a sealed linkage key";

/// The key check that token files of `project` have which are made with the key at `path`.
///
/// # Errors
/// As of [`LinkageKey::read`].
#[cfg(feature = "owner")]
pub(super) fn key_check(project: &Project, path: &Path) -> Result<[u8; 16]> {
    let key = LinkageKey::read(path)?;
    Ok(Encoder::new(project, &key).key_check())
}

/// A program of the operator's side alone reads no linkage key: it cannot tell of which project one is.
#[cfg(not(feature = "owner"))]
pub(super) fn key_check(_: &Project, path: &Path) -> Result<[u8; 16]> {
    use crate::error::Error;
    Err(Error::mismatch("a linkage key, which no operator has").at(path))
}

/// The project that a sealed key names, if it names one: a line of it is `project` and the fingerprint.
pub(super) fn project_of_sealed(path: &Path) -> Option<Fingerprint> {
    let text = std::fs::read_to_string(path).ok()?;
    let mut words = text
        .lines()
        .filter_map(|line| line.strip_prefix("project "));
    words.next()?.trim().parse().ok()
}
