//! The operator's side: tokens to links. Never sees people.
//!
//! Data flows one way: [`intake`] (do these files belong together?), [`block`] (who meets whom),
//! [`compare`] (how alike are they), [`classify`] (how probable is a match), [`assign`] (which
//! pairs are links), [`crosswalk`] (each party's table) and [`report`] (numbers).
//!
//! [`anonlink`] is a way of its own, for filters that other programs have made: a coefficient and greedy groups.
//!
//! Nothing in this folder can name anything under `owner`; `tests/architecture.rs` enforces it.

pub mod anonlink;
pub mod assign;
pub mod block;
pub mod classify;
pub mod cluster;
pub mod compare;
pub mod crosswalk;
pub mod intake;
pub mod report;
pub mod rows;
