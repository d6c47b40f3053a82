//! `resolve`: a crosswalk and the ref map into a table with student ids, and match rates by group.

use std::collections::BTreeMap;
use std::path::Path;

use super::files::check_outputs;
use crate::error::Result;
pub use crate::owner::resolve::Resolved;
use crate::owner::table::{Mapping, Record, Table};

/// Records read at a time.
const BATCH: usize = 1 << 13;

/// Writes `crosswalk` with student ids to `out`; see [`crate::owner::resolve::resolve`].
///
/// # Errors
/// As there, and for outputs that clash with inputs or exist.
pub fn resolve(crosswalk: &Path, refs: &Path, out: &Path, force: bool) -> Result<Resolved> {
    check_outputs(&[crosswalk, refs], &[out], force)?;
    crate::owner::resolve::resolve(crosswalk, refs, out)
}

/// Writes to `out` the match rate of each value of the column `by` of the student table `table`;
/// `resolved` is what [`resolve`] wrote. Returns the number of groups; see
/// [`crate::owner::resolve::rates`].
///
/// # Privacy
/// Counts of 1 to 10 are hidden, and what they could be worked out from.
///
/// # Errors
/// As there; [`Class::Input`](crate::error::Class::Input) if the table has no such column;
/// for outputs that clash with inputs or exist.
pub fn rates(
    resolved: &Path,
    table: &Path,
    by: &str,
    maps: &[String],
    out: &Path,
    force: bool,
) -> Result<usize> {
    check_outputs(&[resolved, table], &[out], force)?;
    let mut mapping = Mapping::default();
    for argument in maps {
        mapping.map(argument)?;
    }
    // The table gives out the fields it knows; of these the one for a code is taken for the group.
    mapping.map(&format!("gender={by}"))?;
    let mut table = Table::open(table, &mapping)?;
    let mut groups = BTreeMap::new();
    let mut batch: Vec<Record> = Vec::new();
    while table.next_batch(BATCH, &mut batch)? > 0 {
        for record in &batch {
            let group = match record.gender.as_str() {
                "" => "(empty)",
                group => group,
            };
            groups.insert(record.student_id.clone(), group.to_owned());
        }
    }
    crate::owner::resolve::rates(resolved, &groups, out)
}
