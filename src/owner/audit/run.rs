//! The owner's audit: draws a sample, runs every attack, and reports.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::attack::{ALL_MODES, Outcome};
use super::report::{Attack, AuditReport, CONTROL, Control, Subject, Survival};
use super::simulate::{Setting, simulate};
use super::tokens::Tokens;
use super::{blocks, correlation, length, public_list};
use crate::error::{Error, Result};
use crate::leakage::{Check, Verdict, rounded};
use crate::owner::encode::Encoder;
use crate::owner::key::LinkageKey;
use crate::owner::normalise::Person;
use crate::project::{Project, new_project};
use crate::units::BirthDate;

/// Fewer people than this say nothing.
pub const LEAST: usize = 200;
/// A block of this many is attacked as it is; smaller ones are pooled.
const NATURAL: usize = 300;
/// Most people of an attack: its time grows with the cube.
const MOST: usize = 1_250;
/// Pairs that a correlation is measured on, at least.
const PAIRS: usize = 500;
/// Runs of each attack.
const SEEDS: u64 = 3;

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
    let whole = days.small_cells(people);
    let one_day = vec![cell.people.clone()];
    let mut runs: Vec<(&str, &[Vec<Person>], f64, u64)> = Vec::new();
    for overlap in [1.0, 0.5] {
        for seed in plan.seed..plan.seed + SEEDS {
            runs.push(("one birthdate", &one_day, overlap, seed));
            runs.push(("whole file", &whole, overlap, seed));
        }
    }
    let setting = |overlap, seed| Setting {
        overlap,
        most,
        seed,
        shapes: true,
        modes: ALL_MODES,
    };
    let attacks: Vec<Attack> = runs
        .into_par_iter()
        .map(|(scope, cells, overlap, seed)| {
            let outcome = simulate(cells, project, &setting(overlap, seed));
            described(scope, cells, overlap, seed, &outcome)
        })
        .collect();
    told("positive control");
    let outcome = simulate(&one_day, &classic()?, &setting(1.0, plan.seed));
    let control = Control {
        shared: outcome.shared as u64,
        reidentified: rounded(outcome.best()),
        passed: outcome.best() >= CONTROL,
    };
    told("correlation under two keys");
    let survival = survival(people, &cell.people, project, population);
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

fn described(
    scope: &str,
    cells: &[Vec<Person>],
    overlap: f64,
    seed: u64,
    outcome: &Outcome,
) -> Attack {
    // In a cell of n a side, n x overlap are shared, and each is hit with chance 1 / n.
    let chance = (cells.len() as f64 * overlap / outcome.shared.max(1) as f64).min(1.0);
    Attack {
        scope: scope.into(),
        overlap,
        seed,
        shared: outcome.shared as u64,
        reidentified: rounded(outcome.best()),
        chance: rounded(chance),
        verdict: Verdict::gate(outcome.best() - chance, 0.01, 0.05),
    }
}

/// People by birthdate.
struct Days(BTreeMap<BirthDate, Vec<usize>>);

/// The people of the main attack, all of one birthdate.
struct Cell {
    people: Vec<Person>,
    pooled: bool,
}

impl Days {
    fn of(people: &[Person]) -> Self {
        let mut days: BTreeMap<BirthDate, Vec<usize>> = BTreeMap::new();
        for (i, person) in people.iter().enumerate() {
            if let Some(date) = person.birthdate {
                days.entry(date).or_default().push(i);
            }
        }
        Self(days)
    }

    /// The largest birthdate, or people of neighbouring ones as many as a birthdate of the
    /// population has; and how many of them stand on one side of an attack at most.
    fn cell(&self, people: &[Person], population: u64) -> Result<(Cell, usize)> {
        let known: usize = self.0.values().map(Vec::len).sum();
        if known < LEAST {
            return Err(Error::input(
                "",
                format!("{known} records with a birthdate are too few to audit; at least {LEAST} are needed"),
            )
            .hint("no verdict was reached; audit a larger file of the same kind under the same schema"));
        }
        // Half as many again as one side: at half overlap each side has people of its own.
        let both = |side: usize| side * 3 / 2;
        let largest = self.0.values().max_by_key(|d| d.len());
        if let Some(day) = largest.filter(|d| d.len() >= NATURAL) {
            let cell = day.iter().take(both(MOST)).map(|&i| people[i].clone());
            let people = cell.collect();
            return Ok((
                Cell {
                    people,
                    pooled: false,
                },
                MOST,
            ));
        }
        let side = (population as usize / self.0.len()).clamp(NATURAL, MOST);
        let wanted = both(side).min(known);
        let sorted: Vec<usize> = self.0.values().flatten().copied().collect();
        let start = (sorted.len() - wanted) / 2;
        let window = &sorted[start..start + wanted];
        let date = people[window[wanted / 2]].birthdate;
        let people = window
            .iter()
            .map(|&i| Person {
                birthdate: date,
                ..people[i].clone()
            })
            .collect();
        Ok((
            Cell {
                people,
                pooled: true,
            },
            side,
        ))
    }

    /// The largest birthdates as they are, about as many people as the other attack has.
    fn small_cells(&self, people: &[Person]) -> Vec<Vec<Person>> {
        let mut days: Vec<&Vec<usize>> = self.0.values().collect();
        days.sort_by_key(|d| std::cmp::Reverse(d.len()));
        let mut left = MOST;
        let mut cells = Vec::new();
        // Of a large file several birthdates, not one: the union of their blocks is the point.
        for day in days.into_iter().take(50) {
            let take = day.len().min(MOST / 5).min(left);
            if take < 4 {
                break;
            }
            left -= take;
            cells.push(day[..take].iter().map(|&i| people[i].clone()).collect());
        }
        cells
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

/// Cross-key correlation of every filter, held against the largest block of its pass.
fn survival(
    people: &[Person],
    sample: &[Person],
    project: &Project,
    population: u64,
) -> Vec<Survival> {
    let n = sample.len().min(MOST);
    let tokens = |byte| Tokens::encode(&sample[..n], project, &LinkageKey::from_bytes([byte; 32]));
    let found = correlation::cross_key(&tokens(1), &tokens(2), PAIRS);
    let scale = population as f64 / people.len().max(1) as f64;
    let sizes = block_sizes(people, project);
    found
        .into_iter()
        .map(|c| {
            let pass = project
                .schema
                .passes
                .iter()
                .position(|p| c.filter.starts_with(&format!("{}.", p.name)));
            let block = pass.map_or(0, |p| extrapolated(&sizes[p], scale));
            let limit = correlation::threshold(c.rho);
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
