//! `resolve`: a crosswalk and the ref map into a table with student ids.

use std::path::Path;

use super::files::check_outputs;
use crate::error::Result;
pub use crate::owner::resolve::Resolved;

/// Writes `crosswalk` with student ids to `out`; see [`crate::owner::resolve::resolve`].
///
/// # Errors
/// As there, and for outputs that clash with inputs or exist.
pub fn resolve(crosswalk: &Path, refs: &Path, out: &Path, force: bool) -> Result<Resolved> {
    check_outputs(&[crosswalk, refs], &[out], force)?;
    crate::owner::resolve::resolve(crosswalk, refs, out)
}
