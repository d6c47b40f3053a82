//! The audit of CLKs that another program made: is it told from their likeness alone who is who?
//!
//! The attacker holds the rows of the table in clear and the linkage schema, which is no secret, and not the secret. It encodes the rows
//! under secrets of its own, and compares who is like whom.

use rayon::prelude::*;

use super::attack::{ALL_MODES, Case, Outcome, attack};
use super::overlap::Sides;
use super::relation::Relations;
use super::report::{AuditReport, CONTROL, Control, Subject};
use super::run::{Plan, SEEDS, described, judge};
use super::sample::{LEAST, MOST};
use super::simulate::OWN_KEYS;
use super::tokens::Tokens;
use crate::error::{Error, Result};
use crate::leakage::{Check, rounded};
use crate::project::Project;

/// Graph matching over records from all over the file, since all are compared with all.
const EVERYBODY: &str = "the whole file";
/// People of the largest sample: half as many again as stand on one side, for those that stand on one side only.
pub const SAMPLE: usize = MOST * 3 / 2;

/// Some filters, in the order of the people of a sample.
///
/// # Privacy
/// Tokens. `Debug` shows counts only.
pub struct Filters {
    bits: usize,
    words: Vec<u64>,
}

impl std::fmt::Debug for Filters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Filters({} of {} bits)", self.len(), self.bits)
    }
}

impl Filters {
    /// Of filters of `bits` bits, a multiple of 8, back to back.
    #[must_use]
    pub fn of_bytes(bits: usize, bytes: &[u8]) -> Self {
        let word = |bytes: &[u8]| {
            let mut word = [0; 8];
            word[..bytes.len()].copy_from_slice(bytes);
            u64::from_le_bytes(word)
        };
        let filters = bytes.chunks_exact(bits / 8);
        Self {
            bits,
            words: filters.flat_map(|f| f.chunks(8).map(word)).collect(),
        }
    }

    fn len(&self) -> usize {
        self.words.len() / self.bits.div_ceil(64)
    }

    /// Those of the people at these places.
    fn tokens(&self, people: &[usize]) -> Tokens {
        let size = self.bits.div_ceil(64);
        let of = |&i: &usize| {
            let words = &self.words[i * size..][..size];
            words.iter().any(|w| *w != 0).then_some(words)
        };
        let clks: Vec<_> = people.iter().map(of).collect();
        Tokens::of_clks(self.bits, &clks)
    }
}

/// Attacks `seen`, the imported filters of a sample of people. `encoded` gives the filters of the same people under a secret of the
/// attacker's, one for each number; `records` are those of the file, `shown` is what `leakage` saw in it.
///
/// The same arguments give the same report at any number of threads.
///
/// # Errors
/// [`Class::Input`](crate::error::Class::Input), without a path, if the sample is of fewer than 200 people; those of `encoded`.
pub fn audit(
    seen: &Filters,
    encoded: &dyn Fn(u64) -> Result<Filters>,
    (project, records): (&Project, u64),
    shown: Vec<Check>,
    plan: &Plan,
    told: &(dyn Fn(&str) + Sync),
) -> Result<AuditReport> {
    let people = seen.len();
    if people < LEAST {
        return Err(Error::input(
            "",
            format!("{people} records are too few to audit; at least {LEAST} are needed"),
        )
        .hint("no verdict was reached; audit a larger file that was made under the same linkage schema"));
    }
    told("encode under other secrets");
    let own: Vec<Filters> = (1..=OWN_KEYS).map(encoded).collect::<Result<_>>()?;
    told("graph matching");
    let mut runs = Vec::new();
    for overlap in [1.0, 0.5] {
        runs.extend((plan.seed..plan.seed + SEEDS).map(|seed| (overlap, seed)));
    }
    let mut attacks: Vec<_> = runs
        .into_par_iter()
        .map(|(overlap, seed)| {
            let outcome = simulate(seen, &own, overlap, seed);
            let (shared, chance) = (outcome.shared, outcome.chance);
            described(EVERYBODY, (overlap, seed), shared, outcome.best(), chance)
        })
        .collect();
    judge(&mut attacks);
    told("positive control");
    let outcome = simulate(&encoded(0)?, &own, 1.0, plan.seed);
    let control = Control {
        shared: outcome.shared as u64,
        reidentified: rounded(outcome.best()),
        passed: outcome.best() >= CONTROL,
    };
    let subject = Subject {
        version: env!("CARGO_PKG_VERSION").into(),
        schema: project.schema.name.clone(),
        schema_fingerprint: project.schema.fingerprint.to_string(),
        project: project.fingerprint.to_string(),
        tokens: plan.tokens.clone(),
        party: plan.party.clone(),
        records,
        population: records,
        sample: people as u64,
        pooled: false,
        imported: true,
        seed: plan.seed,
    };
    Ok(AuditReport::new(
        subject,
        control,
        attacks,
        Vec::new(),
        shown,
    ))
}

/// Draws two sides of the sample, and matches the people whose rows the attacker holds with those whose filters it sees.
fn simulate(seen: &Filters, own: &[Filters], overlap: f64, seed: u64) -> Outcome {
    let everybody: Vec<usize> = (0..seen.len()).collect();
    let sides = Sides::draw(&[everybody], overlap, MOST, seed);
    let target = seen.tokens(&sides.seen);
    let own: Vec<Tokens> = own.iter().map(|o| o.tokens(&sides.known)).collect();
    attack(&Case {
        known: &Relations::of(&own, &sides.known_cells),
        seen: &Relations::of(std::slice::from_ref(&target), &sides.seen_cells),
        truth: &sides.truth,
        shapes: &[],
        modes: ALL_MODES,
    })
}
