//! One simulated attack from people to the share that is re-identified.

use ndarray::Array2;

use super::attack::{Case, Outcome, attack};
use super::overlap::Sides;
use super::relation::Relations;
use super::tokens::Tokens;
use crate::owner::key::LinkageKey;
use crate::owner::normalise::Person;
use crate::project::Project;

/// Keys under which the attacker encodes the names it holds, to average the noise away.
pub const OWN_KEYS: u64 = 16;

/// How many cells, how many people and how much in common.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// The share of each side's people that stand on both, 0 to 1.
    pub overlap: f64,
    /// People of a cell on a side, at most.
    pub most: usize,
    /// Draws the people, their order and the keys.
    pub seed: u64,
    /// Whether the attacker knows of each person which fields are missing in the tokens.
    pub shapes: bool,
    /// How many modes to try, the most successful first.
    pub modes: usize,
}

/// A key for simulations: not random, and of no use for anything else.
pub(super) fn test_key(seed: u64, number: u64) -> LinkageKey {
    let mut material = [0; 16];
    material[..8].copy_from_slice(&seed.to_le_bytes());
    material[8..].copy_from_slice(&number.to_le_bytes());
    LinkageKey::from_bytes(blake3::derive_key(
        "blindlink 2026-11-22 audit simulation v1",
        &material,
    ))
}

/// Draws two sides from `cells` (lists of people who belong together, such as those born on one
/// day), encodes both under `project`, each under its own keys, and attacks one with the other.
#[must_use]
pub fn simulate(cells: &[Vec<Person>], project: &Project, setting: &Setting) -> Outcome {
    let mut start = 0;
    let places: Vec<Vec<usize>> = cells
        .iter()
        .map(|cell| {
            let range = start..start + cell.len();
            start = range.end;
            range.collect()
        })
        .collect();
    let people: Vec<&Person> = cells.iter().flatten().collect();
    let sides = Sides::draw(&places, setting.overlap, setting.most, setting.seed);
    let pick = |side: &[usize]| side.iter().map(|p| people[*p].clone()).collect::<Vec<_>>();
    let (known, seen) = (pick(&sides.known), pick(&sides.seen));
    let target = Tokens::encode(&seen, project, &test_key(setting.seed, 0));
    let own: Vec<Tokens> = (1..=OWN_KEYS)
        .map(|k| Tokens::guess(&known, project, &test_key(setting.seed, k)))
        .collect();
    let shapes: Vec<Array2<f32>> = if setting.shapes {
        let (rows, columns) = (sides.known_cells.members(), sides.seen_cells.members());
        rows.iter()
            .zip(columns)
            .map(|(rows, columns)| {
                Array2::from_shape_fn((rows.len(), columns.len()), |(i, j)| {
                    own[0].shape_difference(rows[i], &target, columns[j]) as f32
                })
            })
            .collect()
    } else {
        Vec::new()
    };
    attack(&Case {
        known: &Relations::of(&own, &sides.known_cells),
        seen: &Relations::of(std::slice::from_ref(&target), &sides.seen_cells),
        truth: &sides.truth,
        shapes: &shapes,
        modes: setting.modes,
    })
}
