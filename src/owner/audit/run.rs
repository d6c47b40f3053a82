//! The owner's audit: draws a sample, runs every attack, and reports.

use rayon::prelude::*;

use super::attack::ALL_MODES;
use super::namesakes::vote;
use super::report::{Attack, AuditReport, CONTROL, Control, Subject, Survival};
use super::sample::{Days, LEAST, MOST};
use super::simulate::{Setting, simulate, test_key};
use super::tokens::Tokens;
use super::{blocks, correlation, length, public_list};
use crate::error::{Error, Result};
use crate::leakage::{Check, Verdict, rounded};
use crate::owner::encode::Encoder;
use crate::owner::key::LinkageKey;
use crate::owner::normalise::Person;
use crate::project::{Project, new_project};

/// Pairs that a correlation is measured on, at least.
const PAIRS: usize = 500;
/// Runs of each attack.
pub(super) const SEEDS: u64 = 3;
/// Graph matching inside one block as large as the population makes it.
const ONE: &str = "one birthdate";
/// Graph matching over the blocks of several birthdates as they are in the file.
const SOME: &str = "some birthdates";
/// The vote over all birthdates of the file.
const NAMESAKES: &str = "all, by namesakes";

/// Of what the audit is, and how it is made.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The party whose file it is.
    pub party: String,
    /// BLAKE3 of the token file.
    pub tokens: String,
    /// Size of the population to reckon with; the number of people counts if it is larger.
    pub population: u64,
    /// The seed of every draw.
    pub seed: u64,
}

/// Attacks the tokens of `people` under `project`. `key` is the linkage key, `shown` what
/// `leakage` saw in the token file; `told` is called with the name of each step.
///
/// The same arguments give the same report at any number of threads.
///
/// # Errors
/// [`Class::Input`](crate::error::Class::Input), without a path, if there are fewer than 200
/// people with a birthdate, or if no pass of the schema puts 200 people into one block.
pub fn audit(
    people: &[Person],
    project: &Project,
    key: &LinkageKey,
    shown: Vec<Check>,
    plan: &Plan,
    told: &(dyn Fn(&str) + Sync),
) -> Result<AuditReport> {
    let population = plan.population.max(people.len() as u64);
    told("draw a sample");
    let days = Days::of(people);
    let (cell, most) = days.cell(people, population)?;
    let largest = largest_block(&cell.people, project);
    if largest < LEAST {
        return Err(Error::input(
            "",
            format!(
                "no pass of the schema puts {LEAST} people into one block (the largest of the \
                 sample holds {largest}), so the attacks of this audit have nothing to work on"
            ),
        )
        .hint(
            "no verdict was reached; this audit judges schemas that compare inside large blocks",
        ));
    }
    told("graph matching");
    let some = days.some(people);
    let one_day = vec![cell.people.clone()];
    let mut runs: Vec<(&str, &[Vec<Person>], f64, u64)> = Vec::new();
    for overlap in [1.0, 0.5] {
        for seed in plan.seed..plan.seed + SEEDS {
            runs.push((ONE, &one_day, overlap, seed));
            runs.push((SOME, &some, overlap, seed));
        }
    }
    let setting = |overlap, seed| Setting {
        overlap,
        most,
        seed,
        shapes: true,
        modes: ALL_MODES,
    };
    let mut attacks: Vec<Attack> = runs
        .into_par_iter()
        .map(|(scope, cells, overlap, seed)| {
            let outcome = simulate(cells, project, &setting(overlap, seed));
            let (shared, chance) = (outcome.shared, outcome.chance);
            described(scope, (overlap, seed), shared, outcome.best(), chance)
        })
        .collect();
    told("namesakes");
    attacks.extend(votes(people, project, plan.seed));
    judge(&mut attacks);
    told("positive control");
    let outcome = simulate(&one_day, &classic()?, &setting(1.0, plan.seed));
    let control = Control {
        shared: outcome.shared as u64,
        reidentified: rounded(outcome.best()),
        passed: outcome.best() >= CONTROL,
    };
    told("correlation under two keys");
    let survival = survival(people, &cell.people, &days, project, population);
    told("names from public counts");
    let mut checks = public_list::block_ranks(people, project, key);
    checks.extend(public_list::filter_ranks(&cell.people, project, key));
    let n = cell.people.len().min(most);
    let seeds = [plan.seed, plan.seed + 1];
    checks.push(public_list::structure(&cell.people[..n], project, &seeds));
    checks.extend(length::checks(people, project, key, plan.seed));
    checks.extend(shown);
    let subject = Subject {
        version: env!("CARGO_PKG_VERSION").into(),
        schema: project.schema.name.clone(),
        schema_fingerprint: project.schema.fingerprint.to_string(),
        project: project.fingerprint.to_string(),
        tokens: plan.tokens.clone(),
        party: plan.party.clone(),
        records: people.len() as u64,
        population,
        sample: cell.people.len() as u64,
        pooled: cell.pooled,
        imported: false,
        seed: plan.seed,
    };
    Ok(AuditReport::new(
        subject, control, attacks, survival, checks,
    ))
}

/// The project of the positive control.
fn classic() -> Result<Project> {
    let parties = ["a".parse()?, "b".parse()?];
    Project::parse(&new_project(&parties, "clk", [0; 16])?)
}

/// The vote of namesakes over the whole file, with all people in common and with half, once for
/// each of three seeds from `first_seed` on; empty if no pass joins people of different birthdates.
///
/// [`Attack::chance`] is that of guessing inside each birthdate.
#[must_use]
pub fn votes(people: &[Person], project: &Project, first_seed: u64) -> Vec<Attack> {
    let mut out = Vec::new();
    for overlap in [1.0, 0.5] {
        for seed in first_seed..first_seed + SEEDS {
            let seen = Encoder::new(project, &test_key(seed, 0)).without_filters();
            let guess = Encoder::with_open_buckets(project, &test_key(seed, 1)).without_filters();
            if let Some(v) = vote(people, project, (&seen, &guess), overlap, seed) {
                let right = v.right as f64 / v.shared.max(1) as f64;
                // In a birthdate of n a side, n x overlap are shared, and guessing hits one in n.
                let chance = (v.cells as f64 * overlap / v.shared.max(1) as f64).min(1.0);
                out.push(described(
                    NAMESAKES,
                    (overlap, seed),
                    v.shared,
                    right,
                    chance,
                ));
            }
        }
    }
    judge(&mut out);
    out
}

pub(super) fn described(
    scope: &str,
    (overlap, seed): (f64, u64),
    shared: usize,
    right: f64,
    chance: f64,
) -> Attack {
    Attack {
        scope: scope.into(),
        overlap,
        seed,
        shared: shared as u64,
        reidentified: rounded(right),
        chance: rounded(chance),
        verdict: Verdict::Green,
    }
}

/// Judges all runs of one attack at one overlap by their mean: a single run scatters by more than
/// the bounds are apart from each other where a few hundred people are shared.
pub(super) fn judge(attacks: &mut [Attack]) {
    let same = |a: &Attack, b: &Attack| a.scope == b.scope && (a.overlap - b.overlap).abs() < 1e-9;
    let excess: Vec<f64> = attacks
        .iter()
        .map(|one| {
            let runs: Vec<&Attack> = attacks.iter().filter(|a| same(a, one)).collect();
            let sum: f64 = runs.iter().map(|a| a.reidentified - a.chance).sum();
            sum / runs.len() as f64
        })
        .collect();
    for (attack, excess) in attacks.iter_mut().zip(excess) {
        attack.verdict = Verdict::gate(excess, 0.01, 0.05);
    }
}

/// The number of people in the largest block of any pass.
fn largest_block(people: &[Person], project: &Project) -> usize {
    let sizes = block_sizes(people, project);
    sizes.iter().flatten().max().copied().unwrap_or(0)
}

/// The sizes of the blocks of each pass.
fn block_sizes(people: &[Person], project: &Project) -> Vec<Vec<usize>> {
    // Who shares a block is the same under every key.
    let encoder = Encoder::new(project, &LinkageKey::from_bytes([0; 32])).without_filters();
    blocks::of(people, &encoder)
        .iter()
        .map(|b| blocks::sizes(b))
        .collect()
}

/// Cross-key correlation of every filter, held against the largest block of its pass; and of
/// meeting in every pass, held against a birthdate: that is where the sample's people could meet.
fn survival(
    people: &[Person],
    sample: &[Person],
    days: &Days,
    project: &Project,
    population: u64,
) -> Vec<Survival> {
    let n = sample.len().min(MOST);
    let tokens = |byte| Tokens::encode(&sample[..n], project, &LinkageKey::from_bytes([byte; 32]));
    let (a, b) = (tokens(1), tokens(2));
    let scale = population as f64 / people.len().max(1) as f64;
    let sizes = block_sizes(people, project);
    let of_pass = |filter: &str| {
        let mut passes = project.schema.passes.iter();
        let pass = passes.position(|p| filter.starts_with(&format!("{}.", p.name)));
        pass.map_or(0, |p| extrapolated(&sizes[p], scale))
    };
    let day = extrapolated(&days.sizes(), scale);
    let filters = correlation::cross_key(&a, &b, PAIRS);
    let filters = filters.into_iter().map(|c| (of_pass(&c.filter), c));
    let meeting = correlation::meeting(&a, &b).into_iter().map(|c| (day, c));
    filters
        .chain(meeting)
        .map(|(block, c)| {
            let limit = c.needed;
            // Planning, not proof: the attacks decide, so this is amber until far beyond.
            let verdict = Verdict::gate(block as f64 / limit, 1.0, 10.0);
            Survival {
                filter: c.filter,
                pairs: c.pairs as u64,
                rho: rounded(c.rho),
                threshold: (limit < 1e9).then_some(limit as u64),
                block,
                verdict,
            }
        })
        .collect()
}

/// The largest block in a population `scale` times as large: the mean number of others that a
/// record meets, or the largest block less three standard errors of chance, whichever is more.
fn extrapolated(sizes: &[usize], scale: f64) -> u64 {
    let (mut all, mut met, mut largest) = (0.0_f64, 0.0_f64, 0.0_f64);
    for &size in sizes {
        let size = size as f64;
        all += size;
        met += size * (size - 1.0);
        largest = largest.max(size);
    }
    let sure = largest - 3.0 * largest.sqrt() * f64::from(u8::from(scale > 1.0));
    (scale * (met / all.max(1.0)).max(sure)).max(largest) as u64
}
