//! `evaluate --clear`: the price of encoding. The same records are linked twice, as tokens and
//! with the names in clear, by the same model, and both are scored against the truth.
//!
//! For rehearsals only: it reads the tables of both parties.

mod encoded;
mod likeness;
mod link;
mod schema;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::{Progress, people, warn_of};
use crate::error::{Error, Result};
use crate::evaluate::{Evaluation, Listed, Truth};
use crate::matcher::assign::{Assignment, Scored};
use crate::owner::normalise::Person;
use crate::owner::table::{Exclude, Mapping, OptOuts};
use crate::owner::unique::UniqueIds;
use crate::project::{Project, new_project};
use crate::units::{PartyId, RecordRef};

/// What to link twice.
#[derive(Debug)]
pub struct Options {
    /// The student tables, the truth's first column's first.
    pub tables: [PathBuf; 2],
    /// A CSV of two id columns.
    pub truth: PathBuf,
    /// Name of the shipped schema that is encoded by.
    pub schema: String,
    /// Which columns hold what, in both tables.
    pub mapping: Mapping,
    /// Find the records of one person inside each table too, and link them as one.
    pub duplicates: bool,
}

/// Two links of the same records, and the difference.
#[derive(Debug, Clone, Serialize)]
pub struct Comparison {
    /// Name of the schema of the tokens.
    pub schema: String,
    /// Whether duplicates were looked for.
    pub duplicates: bool,
    /// As tokens.
    pub encoded: Evaluation,
    /// With the names in clear.
    pub clear: Evaluation,
    /// What encoding costs.
    pub cost: Cost,
}

/// The measures in clear less those of tokens: a share, 0.01 is one point. Below 0 where
/// tokens did better.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Cost {
    /// Precision as decided.
    pub precision: f64,
    /// Recall as decided.
    pub recall: f64,
    /// F1 as decided.
    pub f1: f64,
    /// F1 at the best threshold of each, found with the truth.
    pub best_f1: f64,
}

/// A person and whose it is.
///
/// # Privacy
/// Personal data; it has no `Debug`.
struct Owned {
    id: String,
    person: Person,
}

/// Links the tables as tokens and in clear and scores both against the truth.
///
/// Records without an id or a name are in neither. Nothing is left behind; while it runs, tokens
/// under a throw-away key lie in a private temporary folder.
///
/// # Privacy
/// Reads the tables of both parties, so it is for made-up data and for data whose owners
/// allow it. What it returns are counts.
///
/// # Errors
/// [`Class::Usage`](crate::error::Class::Usage) for an unknown schema;
/// [`Class::Input`](crate::error::Class::Input) for a table or truth that is not as expected, with
/// its place; [`Class::Mismatch`](crate::error::Class::Mismatch) if no id of the truth is in the
/// tables; [`Class::Io`](crate::error::Class::Io).
pub fn compare(options: &Options, progress: &dyn Progress) -> Result<Comparison> {
    let project = throw_away(&options.schema)?;
    warn_of(&project, progress);
    let truth = Truth::read(&options.truth)?;
    let read = |table: &Path| read(table, &options.mapping, progress);
    let people = [read(&options.tables[0])?, read(&options.tables[1])?];
    let [first, second] = [0, 1].map(|p: usize| -> BTreeSet<&str> {
        let ids = people[p].iter().map(|o| o.id.as_str());
        ids.collect()
    });
    if !truth.is_of(&first, &second) {
        return Err(Error::mismatch("no id of the truth is in the tables")
            .at(&options.truth)
            .hint("give the tables in the order of the truth's columns; --map id=HEADER says which column holds the ids"));
    }
    let both = [people[0].as_slice(), people[1].as_slice()];
    let score = |assignment: &Assignment| {
        let named = |pair: &Scored| Listed {
            first: &people[0][pair.left as usize].id,
            second: &people[1][pair.right as usize].id,
            probability: pair.probability,
        };
        let links = assignment.links.iter();
        let links: Vec<Listed<'_>> = links
            .map(|&i| named(&assignment.pairs[i as usize]))
            .collect();
        truth.score(&links, assignment.listed().map(named).collect())
    };
    let encoded = score(&encoded::link(
        &project,
        both,
        options.duplicates,
        progress,
    )?);
    let clear = score(&link::link(&project, both, options.duplicates, progress)?);
    Ok(Comparison {
        schema: options.schema.clone(),
        duplicates: options.duplicates,
        cost: Cost {
            precision: clear.decided.precision - encoded.decided.precision,
            recall: clear.decided.recall - encoded.decided.recall,
            f1: clear.decided.f1 - encoded.decided.f1,
            best_f1: clear.best.f1 - encoded.best.f1,
        },
        encoded,
        clear,
    })
}

/// A new project of two parties, for one run.
fn throw_away(schema: &str) -> Result<Project> {
    let parties: Vec<PartyId> = ["first", "second"]
        .iter()
        .map(|p| p.parse())
        .collect::<Result<_>>()?;
    let mut id = [0; 16];
    getrandom::fill(&mut id).map_err(|_| Error::internal("the system gives no random bytes"))?;
    Project::parse(&new_project(&parties, schema, id)?)
}

fn read(table: &Path, mapping: &Mapping, progress: &dyn Progress) -> Result<Vec<Owned>> {
    let mut unique = UniqueIds::new(&std::env::temp_dir())?;
    let take = |record: &crate::owner::table::Record| {
        unique.push(&record.student_id, record.line)?;
        Ok(record.student_id.clone())
    };
    let nobody = OptOuts::read(&Exclude::default(), mapping)?;
    let people = people::read(table, mapping, &nobody, take, progress)?;
    unique.check().map_err(|e| e.at(table))?;
    if people.is_empty() {
        return Err(Error::input(table, "none of its rows has an id and a name")
            .hint("check the column mapping"));
    }
    let people = people.into_iter();
    Ok(people.map(|(id, person)| Owned { id, person }).collect())
}

/// The ref of record `index` of party 0 or 1: no two have the same, of which dummy tokens would be
/// equal.
fn number(party: usize, index: usize) -> RecordRef {
    RecordRef::numbered(2 * index + party)
}
