//! How a relation's values enter the objective: centred, ranked or cut, and with which weight.

use ndarray::Array2;

use crate::owner::audit::relation::{Cells, Kind, Relation, Values};

/// What is made of similarities before they are multiplied.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Transform {
    /// Less their mean: the sum of products is then the likelihood, if the noise is Gaussian.
    Centred,
    /// Their rank, from 0 at this quantile and below to 1 for the highest: outliers lose power.
    Ranked(f32),
    /// 1 for this share of the highest, 0 for the rest.
    Top(f32),
}

/// How the layers weigh against each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Weights {
    /// As evidence: the bits of a filter, and this much for a shared block.
    Evidence { block: f32 },
    /// Every layer alike, by its norm; blocks this much more than filters.
    Even { block: f32 },
}

/// The values of `relation` after `transform`.
pub(super) fn transformed(relation: &Relation, transform: Transform) -> Values {
    if relation.kind == Kind::Block {
        return relation.values.clone();
    }
    match &relation.values {
        Values::Dense(cells) => Values::Dense(cells.iter().map(|m| dense(m, transform)).collect()),
        Values::Sparse(lists) => {
            let mut all: Vec<f32> = lists.iter().flatten().map(|(_, v)| *v).collect();
            let map = Map::new(&mut all, transform);
            let apply = |list: &Vec<(u32, f32)>| {
                let mapped = list.iter().map(|(p, v)| (*p, map.of(*v)));
                mapped.filter(|(_, v)| *v != 0.0).collect()
            };
            Values::Sparse(lists.iter().map(apply).collect())
        }
    }
}

fn dense(matrix: &Array2<f32>, transform: Transform) -> Array2<f32> {
    let mut all: Vec<f32> = matrix
        .indexed_iter()
        .filter(|((i, j), _)| i != j)
        .map(|(_, v)| *v)
        .collect();
    let map = Map::new(&mut all, transform);
    Array2::from_shape_fn(matrix.dim(), |(i, j)| {
        if i == j { 0.0 } else { map.of(matrix[[i, j]]) }
    })
}

/// One transform, fitted to all values of a matrix.
enum Map {
    Less(f32),
    /// Values at 256 quantiles, and the quantile that counts as 0.
    Rank(Vec<f32>, f32),
    From(f32),
}

impl Map {
    fn new(all: &mut [f32], transform: Transform) -> Self {
        if all.is_empty() {
            return Self::Less(0.0);
        }
        match transform {
            Transform::Centred => {
                let sum: f64 = all.iter().map(|v| f64::from(*v)).sum();
                Self::Less((sum / all.len() as f64) as f32)
            }
            Transform::Ranked(from) => {
                all.sort_unstable_by(f32::total_cmp);
                let last = all.len() - 1;
                let steps = (0..=1024).map(|q| all[q * last / 1024]).collect();
                Self::Rank(steps, from)
            }
            Transform::Top(share) => {
                let keep = ((1.0 - share) * (all.len() - 1) as f32) as usize;
                let (_, cut, _) = all.select_nth_unstable_by(keep, f32::total_cmp);
                Self::From(*cut)
            }
        }
    }

    fn of(&self, value: f32) -> f32 {
        match self {
            Self::Less(mean) => value - mean,
            Self::Rank(steps, from) => {
                let rank = steps.partition_point(|s| *s < value) as f32 / 1024.0;
                ((rank - from) / (1.0 - from)).max(0.0)
            }
            Self::From(cut) => f32::from(u8::from(value >= *cut)),
        }
    }
}

/// The weight of a layer with these values on the two sides; 0 if it tells nothing.
pub(super) fn weight(kind: Kind, known: &Values, seen: &Values, weights: Weights) -> f32 {
    let norms = norm(known) * norm(seen);
    if norms <= 0.0 {
        return 0.0;
    }
    match (weights, kind) {
        (Weights::Evidence { block }, Kind::Block) => block,
        (Weights::Evidence { .. }, Kind::Filter { bits }) => bits as f32,
        (Weights::Even { block }, Kind::Block) => 1e4 * block / norms,
        (Weights::Even { .. }, Kind::Filter { .. }) => 1e4 / norms,
    }
}

fn norm(values: &Values) -> f32 {
    let squares: f64 = match values {
        Values::Dense(cells) => cells.iter().flatten().map(|v| f64::from(v * v)).sum(),
        Values::Sparse(lists) => lists.iter().flatten().map(|(_, v)| f64::from(v * v)).sum(),
    };
    squares.sqrt() as f32
}

/// Whether a relation of blocks joins everybody of every cell and nobody else: then it says
/// only what the cells say.
pub(super) fn says_nothing(relation: &Relation, cells: &Cells) -> bool {
    relation.kind == Kind::Block
        && match &relation.values {
            Values::Dense(matrices) => {
                let joined: f64 = matrices.iter().flatten().map(|v| f64::from(*v)).sum();
                let all: usize = cells
                    .members()
                    .iter()
                    .map(|m| m.len() * (m.len() - 1))
                    .sum();
                joined + 0.5 >= all as f64
            }
            Values::Sparse(lists) => lists.iter().all(Vec::is_empty),
        }
}
