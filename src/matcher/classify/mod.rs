//! Similarities to match probability: one Fellegi-Sunter model over all passes, without labels.
//!
//! All that the passes say of one pair is first put together ([`evidence`]): which fields agree,
//! which differ, how alike the names are, how many share a block. Block agreement is evidence like
//! any other. The model ([`model`]) then compares how often each state of names and date occurs with
//! how often strangers show it by coincidence.

mod atoms;
mod cells;
mod crowd;
pub mod evidence;
pub mod facts;
mod lean;
pub mod model;
mod pairs;
mod prior;
mod strangers;

pub use evidence::{Evidence, Pair};
pub use facts::Facts;
pub use model::{Exposure, Model};
pub use pairs::{Kind, Pairs, Part};
