//! Attack our own tokens before they leave.
//!
//! ```text
//! people -> overlap: two sides -> tokens: what the matcher holds
//!                                    |-> relation -> attack: who is who?
//!                                    '-> correlation: how much would a larger block show?
//! people -> namesakes: on which dates are those who share a block?
//! people -> length, public_list: what do weight and frequency show?
//! run: all of it, with what `leakage` sees in the token file -> report
//! imported: the same for CLKs of another program, by their likeness to each other
//! ```
//!
//! The attacker holds the names and birthdates of people in clear, and not the linkage key. It
//! encodes them under keys of its own and compares *relations between people*, which no key
//! hides: who shares a block in which pass, and how alike the filters are that can be compared.
//!
//! Imports: `encode`, `normalise`, `key`, the project, `leakage`. Invariant: a result is counts and shares, never
//! a name.

pub mod attack;
mod blocks;
pub mod correlation;
pub mod imported;
pub mod length;
mod namesakes;
pub mod overlap;
pub mod public_list;
pub mod relation;
pub mod report;
pub mod run;
mod sample;
pub mod simulate;
pub mod tokens;

#[cfg(test)]
mod tests;
