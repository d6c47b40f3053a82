//! The data owner's side: the only rooms of this crate that may see people.
//!
//! Data flows one way: a delimited file becomes [`table::Record`]s with their places, a record
//! becomes a [`normalise::Person`] by steps that both parties share.
//!
//! Invariant: nothing on the matching side imports anything from here.

pub mod audit;
pub mod canary;
pub mod clkhash;
pub mod decoy;
pub mod encode;
pub mod key;
pub mod normalise;
pub mod plant;
pub mod profile;
pub mod resolve;
pub mod source;
pub mod table;
pub mod unique;
pub mod verify;
