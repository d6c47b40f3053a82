//! Record linkage in which names and birthdates stay with their owner.
//!
//! A data owner turns a student table into a token file; the operator, who has neither names nor
//! the linkage key, matches token files; each owner turns its crosswalk back into student ids.
//!
//! ```text
//! data owner    owner::table -> owner::normalise -> owner::encode      (key: owner::key)
//!                                                        |
//! crosses                                              token
//!                                                        |
//! operator      matcher::intake -> block -> compare -> classify -> assign
//!                                                        |
//!                                      matcher::crosswalk, matcher::report
//!                                                        |
//! data owner                                      owner::resolve
//! ```
//!
//! [`pipeline`] has one function a verb, and is the place to start for a program that links
//! without the command line; [`cli`] is that command line. Both sides read the [`project`] file.
//! [`synth`] makes up students, [`evaluate`] scores a match of them against the truth.
//!
//! [`owner`] may see people, [`matcher`] must not be able to: neither names the other, and only
//! what is in a [`token`] file and the [`release`] manifest beside it crosses. `ARCHITECTURE.md` has the table of who may import whom,
//! and `tests/architecture.rs` holds the code to it.
//!
//! # Privacy
//! Tokens are personal data: see `SECURITY.md`.
//!
//! # Features
//! `owner` and `operator`, both by default: who needs one side only can leave out every line of the other.

#![cfg_attr(
    not(all(feature = "owner", feature = "operator")),
    allow(
        dead_code,
        reason = "what both sides share has helpers for one of them"
    )
)]

pub mod atomic;
pub mod cli;
pub mod clk;
pub mod csvfile;
pub mod custody;
pub mod error;
pub mod evaluate;
pub mod identity;
#[cfg(feature = "owner")]
pub mod leakage;
#[cfg(feature = "operator")]
pub mod matcher;
#[cfg(feature = "owner")]
pub mod owner;
pub mod page;
pub mod pipeline;
pub mod project;
pub mod receipt;
pub mod release;
pub mod share;
pub mod strictfile;
#[cfg(feature = "owner")]
pub mod synth;
pub mod token;
pub mod unfinished;
pub mod units;
