//! Where the search starts: people whose similarities to all others are spread alike.

use ndarray::Array2;

use crate::owner::audit::relation::{Cells, Relation, Values};

/// Ranks at which a person's similarities are looked at, from the most similar on.
const RANKS: [usize; 18] = [
    0, 1, 2, 3, 4, 6, 9, 13, 18, 26, 38, 54, 76, 110, 160, 230, 330, 480,
];
/// Of neighbours in a sparse relation, this many are looked at.
const NEAREST: usize = 6;

/// The numbers that describe each person of one side, layer by layer.
fn profiles(layers: &[&Relation], cells: &Cells) -> Vec<Vec<f32>> {
    let people: usize = cells.members().iter().map(Vec::len).sum();
    let mut out = vec![Vec::new(); people];
    for layer in layers {
        match &layer.values {
            Values::Dense(matrices) => {
                for (matrix, members) in matrices.iter().zip(cells.members()) {
                    for (i, &person) in members.iter().enumerate() {
                        let mut row: Vec<f32> = matrix.row(i).to_vec();
                        row.swap_remove(i);
                        row.sort_unstable_by(|a, b| b.total_cmp(a));
                        let at = |r: usize| row.get(r).or(row.last()).copied().unwrap_or(0.0);
                        out[person].extend(RANKS.iter().map(|&r| at(r)));
                        out[person].push(row.iter().sum::<f32>() / row.len().max(1) as f32);
                    }
                }
            }
            Values::Sparse(lists) => {
                let size = |p: usize| (lists[p].len() as f32).ln_1p();
                for (person, list) in lists.iter().enumerate() {
                    let mut sizes: Vec<f32> = list.iter().map(|(p, _)| size(*p as usize)).collect();
                    let mut values: Vec<f32> = list.iter().map(|(_, v)| *v).collect();
                    for column in [&mut sizes, &mut values] {
                        column.sort_unstable_by(|a, b| b.total_cmp(a));
                        column.resize(NEAREST, 0.0);
                        out[person].extend_from_slice(column);
                    }
                    out[person].push(size(person));
                }
            }
        }
    }
    out
}

/// For each cell, how unlike the profiles of its known and its seen people are: the mean
/// difference over all numbers of a profile, each in units of its standard deviation.
pub(super) fn distances(
    known: (&[&Relation], &Cells),
    seen: (&[&Relation], &Cells),
) -> Vec<Array2<f32>> {
    let (mut a, mut b) = (profiles(known.0, known.1), profiles(seen.0, seen.1));
    standardise(&mut a, &mut b);
    let length = a.first().map_or(1, Vec::len).max(1) as f32;
    known
        .1
        .members()
        .iter()
        .zip(seen.1.members())
        .map(|(rows, columns)| {
            Array2::from_shape_fn((rows.len(), columns.len()), |(i, j)| {
                let pairs = a[rows[i]].iter().zip(&b[columns[j]]);
                pairs.map(|(x, y)| (x - y).abs()).sum::<f32>() / length
            })
        })
        .collect()
}

/// Each side by its own mean and deviation: noise on one side spreads similarities.
fn standardise(a: &mut [Vec<f32>], b: &mut [Vec<f32>]) {
    for side in [a, b] {
        let n = side.len().max(1) as f64;
        for c in 0..side.first().map_or(0, Vec::len) {
            let mean = side.iter().map(|p| f64::from(p[c])).sum::<f64>() / n;
            let variance = side
                .iter()
                .map(|p| (f64::from(p[c]) - mean).powi(2))
                .sum::<f64>()
                / n;
            let scale = if variance > 1e-12 {
                1.0 / variance.sqrt()
            } else {
                0.0
            };
            for p in side.iter_mut() {
                p[c] = ((f64::from(p[c]) - mean) * scale) as f32;
            }
        }
    }
}
