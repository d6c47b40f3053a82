//! Graph matching: who is who, from similarities alone and without the key.
//!
//! Imports: the relations of both sides. Invariant: nothing here sees a name or a key; what the
//! attacker knows of names is in the relations that it made from them.

mod assign;
mod faq;
mod scale;
mod start;

use ndarray::Array2;
use rayon::prelude::*;

use self::faq::{Layer, Problem};
use self::scale::{Transform, Weights};
use super::relation::{Relation, Relations};

/// One way to weigh the evidence. An attacker tries several, since none is best for every schema.
#[derive(Debug, Clone, Copy)]
struct Mode {
    name: &'static str,
    transform: Transform,
    weights: Weights,
    /// Start half-way to "everybody is equally likely everybody".
    mixed: bool,
}

const MODES: [Mode; 4] = [
    Mode {
        name: "evidence",
        transform: Transform::Centred,
        weights: Weights::Evidence { block: 20.0 },
        mixed: true,
    },
    Mode {
        name: "even",
        transform: Transform::Centred,
        weights: Weights::Even { block: 1.0 },
        mixed: true,
    },
    Mode {
        name: "ranked",
        transform: Transform::Ranked(0.9),
        weights: Weights::Even { block: 1.0 },
        mixed: false,
    },
    Mode {
        name: "top",
        transform: Transform::Top(0.02),
        weights: Weights::Even { block: 1.0 },
        mixed: false,
    },
];

/// How many modes there are.
pub const ALL_MODES: usize = MODES.len();

/// What the two sides of an attack have in common, beside relations.
#[derive(Debug)]
pub struct Case<'c> {
    /// What the attacker works out of the names that it holds.
    pub known: &'c Relations,
    /// What the matcher holds.
    pub seen: &'c Relations,
    /// For each known person the seen one, if they are on both sides. For counting only.
    pub truth: &'c [Option<usize>],
    /// How many modes to try, the most successful first; [`ALL_MODES`] tries all.
    pub modes: usize,
    /// For each cell, known x seen: in how many columns the tokens of the two differ by being
    /// there or not. Empty: not used.
    pub shapes: &'c [Array2<f32>],
}

/// The result of one mode.
#[derive(Debug, Clone)]
pub struct Guess {
    /// The mode's name.
    pub mode: &'static str,
    /// For each known person the seen person it is taken for.
    pub matching: Vec<usize>,
    /// Of the people on both sides, how many are taken for themselves.
    pub right: usize,
}

/// The result of an attack.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// People on both sides.
    pub shared: usize,
    /// The share of them that guessing inside the cells names, 0 to 1: among those of whom the same
    /// columns are there, if the attacker knows which are.
    pub chance: f64,
    /// Every mode's guess, in a fixed order.
    pub guesses: Vec<Guess>,
}

impl Outcome {
    /// The share of the people on both sides that the best mode re-identifies, 0 to 1; 0 if
    /// there are none. An attacker cannot know which mode is best: this is an upper bound.
    #[must_use]
    pub fn best(&self) -> f64 {
        let right = self.guesses.iter().map(|g| g.right).max().unwrap_or(0);
        right as f64 / self.shared.max(1) as f64
    }
}

/// Attacks by every mode.
///
/// # Panics
/// If a cell has not as many people on one side as on the other, or if the sides are of
/// different schemas.
#[must_use]
pub fn attack(case: &Case<'_>) -> Outcome {
    let guesses = MODES[..case.modes.min(ALL_MODES)]
        .par_iter()
        .map(|mode| guess(case, mode))
        .collect();
    let shared = case.truth.iter().flatten().count();
    Outcome {
        shared,
        chance: by_guessing(case) / shared.max(1) as f64,
        guesses,
    }
}

/// How many people on both sides guessing names on average.
fn by_guessing(case: &Case<'_>) -> f64 {
    let mut right = 0.0;
    for (person, _) in case.truth.iter().enumerate().filter(|(_, t)| t.is_some()) {
        let (cell, i) = case.known.cells.place(person);
        let alike = match case.shapes.get(cell) {
            Some(shapes) => shapes.row(i).iter().filter(|d| **d < 0.5).count(),
            None => case.seen.cells.members()[cell].len(),
        };
        right += 1.0 / alike.max(1) as f64;
    }
    right
}

fn guess(case: &Case<'_>, mode: &Mode) -> Guess {
    let (known, seen) = (case.known, case.seen);
    let sizes = |r: &Relations| r.cells.members().iter().map(Vec::len).collect::<Vec<_>>();
    assert_eq!(sizes(known), sizes(seen), "cells of one size on both sides");
    assert_eq!(known.layers.len(), seen.layers.len(), "one schema");
    let told: Vec<(&Relation, &Relation)> = known
        .layers
        .iter()
        .zip(&seen.layers)
        .filter(|(a, b)| {
            !scale::says_nothing(a, &known.cells) && !scale::says_nothing(b, &seen.cells)
        })
        .collect();
    let mut layers = Vec::new();
    for (a, b) in &told {
        let known = scale::transformed(a, mode.transform);
        let seen = scale::transformed(b, mode.transform);
        let weight = scale::weight(a.kind, &known, &seen, mode.weights);
        if weight > 0.0 {
            layers.push(Layer {
                known,
                seen,
                weight,
            });
        }
    }
    let (a, b): (Vec<&Relation>, Vec<&Relation>) = told.into_iter().unzip();
    let mut unlike = start::distances((&a, &known.cells), (&b, &seen.cells));
    for (unlike, shapes) in unlike.iter_mut().zip(case.shapes) {
        unlike.zip_mut_with(shapes, |u, s| *u += 0.5 * s);
    }
    // A column that is there on one side and not on the other is evidence against a pair; the
    // unit is that of the objective: a like pair scores about this much a layer.
    let unit = match mode.weights {
        Weights::Evidence { .. } => 20.0,
        Weights::Even { .. } => {
            let people: usize = sizes(known).iter().sum();
            0.5 * 1e4 * layers.len() as f32 / people.max(1) as f32
        }
    };
    let linear = if case.shapes.is_empty() {
        unlike.iter().map(|u| Array2::zeros(u.dim())).collect()
    } else {
        case.shapes.iter().map(|s| s * -unit).collect()
    };
    let problem = Problem {
        layers,
        linear,
        known: &known.cells,
        seen: &seen.cells,
    };
    let alike: Vec<Array2<f32>> = unlike.iter().map(|u| u * -1.0).collect();
    let (matching, _) = problem.solve(&problem.project(&alike), mode.mixed);
    let hits = case.truth.iter().zip(&matching);
    Guess {
        mode: mode.name,
        right: hits.filter(|(t, m)| **t == Some(**m)).count(),
        matching,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::owner::audit::relation::{Cells, Kind, Values};
    use rand::{RngExt, SeedableRng};

    /// A random graph, the same graph with its people in another order, and that order.
    fn graphs(n: usize, degree: f64, seed: u64) -> (Relations, Relations, Vec<Option<usize>>) {
        let mut random = rand_chacha::ChaCha12Rng::seed_from_u64(seed);
        let mut order: Vec<usize> = (0..n).collect();
        for i in (1..n).rev() {
            order.swap(i, random.random_range(0..=i));
        }
        let (mut known, mut seen) = (Vec::new(), Vec::new());
        for i in 0..n {
            for j in i + 1..n {
                if random.random_bool(degree / n as f64) {
                    known.push((i as u32, j as u32, 1.0));
                    let (a, b) = (order[i] as u32, order[j] as u32);
                    seen.push((a.min(b), a.max(b), 1.0));
                }
            }
        }
        let cells = Cells::new(&vec![0; n]);
        let relations = |pairs: &[(u32, u32, f32)]| Relations {
            cells: cells.clone(),
            layers: vec![Relation {
                kind: Kind::Block,
                values: Values::new(pairs, &cells),
            }],
        };
        let truth = order.iter().map(|o| Some(*o)).collect();
        (relations(&known), relations(&seen), truth)
    }

    #[test]
    fn an_equal_graph_is_solved_and_an_unrelated_one_is_not() {
        for degree in [6.0, 30.0] {
            let (known, seen, truth) = graphs(150, degree, 1);
            let (_, other, _) = graphs(150, degree, 2);
            let case = |seen| Case {
                known: &known,
                seen,
                truth: &truth,
                shapes: &[],
                modes: ALL_MODES,
            };
            let solved = attack(&case(&seen)).best();
            assert!(solved > 0.9, "{degree}: {solved}");
            let chance = attack(&case(&other)).best();
            assert!(chance < 0.06, "{degree}: {chance}");
        }
    }

    #[test]
    fn a_guess_is_a_permutation_and_the_same_every_time() {
        let (known, seen, truth) = graphs(80, 8.0, 3);
        let case = Case {
            known: &known,
            seen: &seen,
            truth: &truth,
            shapes: &[],
            modes: ALL_MODES,
        };
        let (once, again) = (attack(&case), attack(&case));
        for (x, y) in once.guesses.iter().zip(&again.guesses) {
            assert_eq!(x.matching, y.matching);
            let mut all = x.matching.clone();
            all.sort_unstable();
            assert_eq!(all, (0..80).collect::<Vec<_>>());
        }
    }
}
