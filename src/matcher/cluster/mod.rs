//! Records to persons: the second records of somebody in one party, and the records of somebody
//! over all parties.
//!
//! Owns: [`Persons`], the duplicates of one party, and [`reconcile()`], which makes the decisions of
//! several pairs of parties agree. Imports: `assign`, `classify`.

mod persons;
mod reconcile;
#[cfg(test)]
mod tests;

pub use persons::{Between, Persons, spread};
pub use reconcile::{Cluster, Member, reconcile};
