//! The people of a student table, all at once: for rehearsals and for attacks on one's own tokens.

use std::path::Path;

use rayon::prelude::*;

use super::Progress;
use crate::error::Result;
use crate::owner::normalise::{self, Person};
use crate::owner::table::{Mapping, OptOuts, Record, Table, is_mangled_id};

/// Records read at a time.
const BATCH: usize = 1 << 13;

/// The people of a table whom `encode` does not reject for want of an id or of a name, in the
/// order of the table, each with what `keep` takes of its record. Nor are those of `opt_outs` among them.
///
/// # Privacy
/// Holds the whole table in memory.
///
/// # Errors
/// [`Class::Input`](crate::error::Class::Input) for a table that is not as expected, with its
/// place; [`Class::Io`](crate::error::Class::Io); those of `keep`, which sees every record that has
/// an id and a name.
pub(super) fn read<T>(
    path: &Path,
    mapping: &Mapping,
    opt_outs: &OptOuts,
    mut keep: impl FnMut(&Record) -> Result<T>,
    progress: &dyn Progress,
) -> Result<Vec<(T, Person)>> {
    progress.at("read", 0, 0);
    let mut table = Table::open(path, mapping)?;
    opt_outs.check(&table)?;
    let (mut people, mut kept) = (Vec::new(), Vec::new());
    let mut batch: Vec<Record> = Vec::new();
    while table.next_batch(BATCH, &mut batch)? > 0 {
        let first = people.len();
        people.par_extend(batch.par_iter().map(|record| match opt_outs.of(record) {
            // As `encode` does: nobody's namesake.
            Some(_) => Person::default(),
            None => normalise::person(record),
        }));
        for (record, person) in batch.iter().zip(&people[first..]) {
            let person: &Person = person;
            let named = !person.first.is_empty() || !person.last.is_empty();
            let id = record.student_id.as_str();
            let is_wanted = named && !id.is_empty() && !is_mangled_id(id);
            kept.push(is_wanted.then(|| keep(record)).transpose()?);
        }
        progress.at("read", people.len() as u64, 0);
    }
    progress.table(&table);
    // As `encode` does: whose names somebody else has is counted over all rows.
    normalise::mark_namesakes(&mut people);
    let all = kept.into_iter().zip(people);
    Ok(all.filter_map(|(k, p)| k.map(|k| (k, p))).collect())
}
