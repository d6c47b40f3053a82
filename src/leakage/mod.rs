//! What a token file shows by itself, to anybody who holds it: no key, no people.
//!
//! Owns: [`Verdict`], [`Check`], and the checks that need tokens alone: the frequency of bits, their
//! co-occurrence, repeated tokens, sizes of blocks, and which tokens are missing. Used by the
//! operator and by the data owner.
//!
//! Imports: the token file, the project file. Invariants: reads one pass at a time; the same file
//! and seed give the same checks; a result is counts and shares, never a row.

mod bits;
mod blocks;
mod shape;
#[cfg(test)]
mod tests;
mod weights;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::project::{BlockFeature, Pass, Project};
use crate::token::TokenFile;

/// What came of a check. The order is from good to bad: the maximum of several is the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Within the bound that a file which shows nothing stays in.
    Green,
    /// Between the bounds: to be looked at by a person.
    Amber,
    /// Beyond the bound from which the published attacks have succeeded.
    Red,
}

impl Verdict {
    /// Green up to `green`, red above `red`, amber between.
    #[must_use]
    pub fn gate(value: f64, green: f64, red: f64) -> Self {
        if value <= green {
            Self::Green
        } else if value > red {
            Self::Red
        } else {
            Self::Amber
        }
    }

    /// The worst of all; green of none.
    #[must_use]
    pub fn worst(all: impl IntoIterator<Item = Self>) -> Self {
        all.into_iter().max().unwrap_or(Self::Green)
    }

    /// `green`, `amber` or `red`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Green => "green",
            Self::Amber => "amber",
            Self::Red => "red",
        }
    }
}

/// One thing that was measured, what it would be if nothing leaked, and what follows.
///
/// # Privacy
/// Counts and shares. No row, no name, no block key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// What kind of check, for example `bit frequency inside blocks`.
    pub name: String,
    /// `PASS` or `PASS.FILTER`; empty if it is about whole records.
    pub of: String,
    /// What `value` is.
    pub metric: String,
    /// The measured value, rounded to 6 decimals.
    pub value: f64,
    /// What it would be if the tokens showed nothing, likewise.
    pub expected: f64,
    /// On how many tokens, records or people it was measured. 0: there was nothing to measure.
    pub sample: u64,
    /// The seed of the draws that it made.
    pub seed: u64,
    /// What follows.
    pub verdict: Verdict,
    /// The same in a sentence.
    pub sentence: String,
}

/// A number as results hold it: 6 decimals, which every JSON reader gives back unchanged.
#[must_use]
pub fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6 + 0.0
}

/// All checks of `file`, pass by pass in the order of the schema, then those of whole records. How the numbers of bits
/// spread is looked at in imported CLKs alone: filters of our own are measured together with the people they are of.
///
/// Reads the file's columns once; needs memory for its widest pass.
///
/// # Errors
/// [`Class::Mismatch`](crate::error::Class::Mismatch) if the file's columns are not those of the
/// schema, [`Class::Input`](crate::error::Class::Input) if it is damaged.
pub fn checks(file: &TokenFile, project: &Project, seed: u64) -> Result<Vec<Check>> {
    let (refs, of_row) = file.refs()?;
    let mut shapes = shape::Shapes::new(refs.len(), &of_row);
    drop(refs);
    let mut out = Vec::new();
    for (number, pass) in project.schema.passes.iter().enumerate() {
        let tokens = file.pass(&project.schema, number, &of_row)?;
        let grouped = blocks::Blocks::of(&tokens);
        let mut found = blocks::sizes(pass, &tokens, &grouped, seed);
        found.push(blocks::repeated(pass, &tokens, &grouped, seed));
        for (f, filter) in pass.filters.iter().enumerate() {
            let of = format!("{}.{}", pass.name, filter.name);
            found.extend(bits::checks(&of, &tokens.filters[f], &grouped, seed));
            if file.header().is_imported() {
                found.push(weights::spread(&of, &tokens.filters[f], seed));
            }
        }
        shapes.add(pass, &tokens);
        out.extend(found);
    }
    out.extend(shapes.checks(seed));
    Ok(out)
}

/// Whether the block of `pass` says something of a name, so that its size may show the name's
/// frequency.
#[must_use]
pub fn blocks_on_a_name(pass: &Pass) -> bool {
    use BlockFeature as B;
    pass.block_features().any(|feature| match feature {
        B::Birthdate | B::Year | B::Month | B::Day | B::MonthDay | B::MiddleInitial => false,
        B::First
        | B::Last
        | B::LastPart
        | B::Names
        | B::FirstInitial
        | B::FirstSound
        | B::LastSound
        | B::FirstPart
        | B::LastPartInitial
        | B::GivenRoot
        | B::SurnameRoot
        | B::NameRoots => true,
    })
}

/// A share as a percentage for a sentence.
#[must_use]
pub fn percent(share: f64) -> String {
    format!("{:.2} %", 100.0 * share)
}
