//! The verbs: options in, summary out, progress on the way. The only room that knows both the
//! data owner's side and the operator's.

mod agreement;
#[cfg(feature = "owner")]
pub mod audit;
#[cfg(feature = "owner")]
pub mod check;
#[cfg(all(feature = "owner", feature = "operator"))]
pub mod clear;
pub mod clk;
pub mod custody;
#[cfg(feature = "operator")]
mod decide;
#[cfg(all(feature = "owner", feature = "operator"))]
pub mod demo;
#[cfg(feature = "owner")]
pub mod encode;
pub mod files;
#[cfg(feature = "owner")]
pub mod keys;
#[cfg(feature = "operator")]
pub mod link;
#[cfg(feature = "owner")]
mod people;
#[cfg(feature = "operator")]
pub mod plan;
#[cfg(feature = "owner")]
pub mod plants;
#[cfg(all(feature = "owner", feature = "operator"))]
pub mod rehearse;
#[cfg(feature = "owner")]
pub mod release;
#[cfg(feature = "owner")]
pub mod resolve;
#[cfg(feature = "operator")]
mod room;
#[cfg(feature = "owner")]
pub mod verify;

use std::path::Path;

use crate::error::Result;
use crate::identity::{Signed, signers};
#[cfg(feature = "owner")]
use crate::owner::table::Table;
use crate::project::Project;
pub use crate::unfinished::Start;

/// Told how far a verb is, one step after the other.
///
/// Calls only note numbers down: they may come often, some thousand a second, and from any thread.
pub trait Progress: Sync {
    /// The step named `step` has come this far: `done` of `total` units, `total` 0 if it is not
    /// known. Units are what the step takes its time for, so that a rate is a rate: rows, bytes,
    /// candidate pairs.
    ///
    /// A step begins with its first report, or anew with `done` 0, and is over where another
    /// begins or the verb ends. Between threads the furthest report counts.
    ///
    /// # Privacy
    /// A step's name is made of words of ours, names of parties and names of passes; never of
    /// anything in a record.
    fn at(&self, step: &str, done: u64, total: u64);

    /// The project's schema is a classic one, whose tokens are known to be broken.
    fn classic_schema(&self);

    /// A student table was read to its end: what it was found to be, and which rows were left out.
    #[cfg(feature = "owner")]
    fn table(&self, table: &Table);

    /// Who has signed the project file, which has an agreement.
    fn signatures(&self, signed: &Signed);

    /// What an earlier run has left was found, or not, and what was done with it.
    fn start(&self, how: Start);
}

/// Tells nobody.
#[derive(Debug, Clone, Copy)]
pub struct Silent;

impl Progress for Silent {
    fn at(&self, _: &str, _: u64, _: u64) {}

    fn classic_schema(&self) {}

    #[cfg(feature = "owner")]
    fn table(&self, _: &Table) {}

    fn signatures(&self, _: &Signed) {}

    fn start(&self, _: Start) {}
}

/// Tells `progress` who has signed `project`, which was read from `path`, and fails if all must have and have not.
fn look_at_signatures(
    project: &Project,
    path: &Path,
    required: bool,
    progress: &dyn Progress,
) -> Result<()> {
    if project.agreement.is_none() && !required {
        return Ok(());
    }
    let signed = signers(project, path)?;
    if required {
        signed.require(path)?;
    }
    progress.signatures(&signed);
    Ok(())
}

/// Tells `progress` if the schema of `project` is one to be warned of.
fn warn_of(project: &Project, progress: &dyn Progress) {
    if project.schema.is_classic() {
        progress.classic_schema();
    }
}
