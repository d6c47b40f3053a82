//! Quadratic assignment by Frank-Wolfe steps over doubly stochastic matrices.
//!
//! The algorithm is FAQ of J. Vogelstein and others, "Fast Approximate Quadratic Programming for
//! Graph Matching", PLOS ONE 10(4), 2015: from a starting point, linearise, solve the linear
//! assignment, go the best part of the way, and project the end onto a permutation. Here for
//! several relations at once, a linear term, and permutations that keep the cells.
//!
//! The gradient at a mixture of permutations is the mixture of their gradients, so that each step
//! costs one product A Q B a layer, with Q a permutation.

use ndarray::{Array2, linalg::general_mat_mul};

use super::assign::{Costs, assign};
use crate::owner::audit::relation::{Cells, Values};

/// Steps at most. Searches that succeed need 5 to 20.
const STEPS: usize = 30;
/// Rounds of polishing the permutation at the end.
const POLISH: usize = 6;

/// One relation on both sides, transformed, with its weight in the objective.
pub(super) struct Layer {
    pub(super) known: Values,
    pub(super) seen: Values,
    pub(super) weight: f32,
}

/// Maximise, over permutations Q that keep cells, sum of weight x <A, Q B Q'> + <linear, Q>.
pub(super) struct Problem<'p> {
    pub(super) layers: Vec<Layer>,
    /// For each cell, what a known person and a seen one have in common by themselves.
    pub(super) linear: Vec<Array2<f32>>,
    pub(super) known: &'p Cells,
    pub(super) seen: &'p Cells,
}

/// For each known person the seen one.
pub(super) type Matching = Vec<usize>;

impl Problem<'_> {
    /// A locally best matching, from the permutation `start`, mixed half and half with
    /// "everybody is equally likely everybody" if `mixed`. Also gives its objective.
    pub(super) fn solve(&self, start: &Matching, mixed: bool) -> (Matching, f64) {
        let mut p = self.indicator(start);
        let mut gradient = self.quadratic(start);
        if mixed {
            let even = self.even();
            let flat = self.quadratic_of_even();
            blend(&mut p, 0.5, &even);
            blend(&mut gradient, 0.5, &flat);
        }
        for _ in 0..STEPS {
            let q = self.best_linear(&gradient);
            let step = self.quadratic(&q);
            // The objective along p + t (q - p) is a parabola in t.
            let (pp, pq, qq) = (
                dot(&gradient, &p),
                self.at(&gradient, &q),
                self.at(&step, &q),
            );
            let (lp, lq) = (dot(&self.linear, &p), self.at(&self.linear, &q));
            let square = pp - 2.0 * pq + qq;
            let slope = 2.0 * (pq - pp) + lq - lp;
            if slope <= 1e-6 * (pp + lp).abs() {
                break;
            }
            let t = if square < 0.0 {
                (-slope / (2.0 * square)).clamp(0.0, 1.0)
            } else {
                1.0
            };
            blend(&mut gradient, t as f32, &step);
            blend(&mut p, t as f32, &self.indicator(&q));
        }
        self.polish(self.project(&p))
    }

    /// Goes from permutation to permutation along the gradient while that is better.
    fn polish(&self, mut matching: Matching) -> (Matching, f64) {
        let mut gradient = self.quadratic(&matching);
        let mut value = self.at(&gradient, &matching) + self.at(&self.linear, &matching);
        for _ in 0..POLISH {
            let next = self.best_linear(&gradient);
            let next_gradient = self.quadratic(&next);
            let next_value = self.at(&next_gradient, &next) + self.at(&self.linear, &next);
            if next_value <= value {
                break;
            }
            (matching, gradient, value) = (next, next_gradient, next_value);
        }
        (matching, value)
    }

    /// The permutation with the highest 2 gradient + linear.
    fn best_linear(&self, gradient: &[Array2<f32>]) -> Matching {
        let slopes: Vec<Array2<f32>> = gradient
            .iter()
            .zip(&self.linear)
            .map(|(g, l)| g * 2.0 + l)
            .collect();
        self.project(&slopes)
    }

    /// The permutation with the highest sum of `scores`.
    pub(super) fn project(&self, scores: &[Array2<f32>]) -> Matching {
        let people = self.known.members().iter().map(Vec::len).sum();
        let mut matching = vec![0; people];
        for (cell, scores) in scores.iter().enumerate() {
            let (rows, columns) = (&self.known.members()[cell], &self.seen.members()[cell]);
            for (i, j) in best_columns(scores).into_iter().enumerate() {
                matching[rows[i]] = columns[j];
            }
        }
        matching
    }

    fn zeros(&self) -> Vec<Array2<f32>> {
        self.linear.iter().map(|l| Array2::zeros(l.dim())).collect()
    }

    fn indicator(&self, matching: &Matching) -> Vec<Array2<f32>> {
        let mut out = self.zeros();
        for (person, &other) in matching.iter().enumerate() {
            let ((cell, i), (_, j)) = (self.known.place(person), self.seen.place(other));
            out[cell][[i, j]] = 1.0;
        }
        out
    }

    fn even(&self) -> Vec<Array2<f32>> {
        let flat = |l: &Array2<f32>| Array2::from_elem(l.dim(), 1.0 / l.ncols().max(1) as f32);
        self.linear.iter().map(flat).collect()
    }

    /// Sum of matrix x permutation.
    fn at(&self, matrices: &[Array2<f32>], matching: &Matching) -> f64 {
        let mut sum = 0.0;
        for (person, &other) in matching.iter().enumerate() {
            let ((cell, i), (_, j)) = (self.known.place(person), self.seen.place(other));
            sum += f64::from(matrices[cell][[i, j]]);
        }
        sum
    }

    /// The sum of weight x A Q B over all layers, inside cells.
    fn quadratic(&self, matching: &Matching) -> Vec<Array2<f32>> {
        let mut out = self.zeros();
        for layer in &self.layers {
            match (&layer.known, &layer.seen) {
                (Values::Dense(a), Values::Dense(b)) => {
                    self.dense_dense(a, b, layer.weight, matching, &mut out);
                }
                (Values::Dense(a), Values::Sparse(b)) => {
                    self.dense_sparse(a, b, layer.weight, matching, &mut out);
                }
                (Values::Sparse(a), Values::Dense(b)) => {
                    self.sparse_dense(a, b, layer.weight, matching, &mut out);
                }
                (Values::Sparse(a), Values::Sparse(b)) => {
                    self.sparse_sparse(a, b, layer.weight, matching, &mut out);
                }
            }
        }
        out
    }

    fn dense_dense(
        &self,
        a: &[Array2<f32>],
        b: &[Array2<f32>],
        weight: f32,
        matching: &Matching,
        out: &mut [Array2<f32>],
    ) {
        for (cell, members) in self.known.members().iter().enumerate() {
            // Row q(j) of the transposed A Q is column j of A.
            let mut moved = Array2::zeros(a[cell].dim());
            for (j, &person) in members.iter().enumerate() {
                let (_, to) = self.seen.place(matching[person]);
                moved.row_mut(to).assign(&a[cell].row(j));
            }
            general_mat_mul(weight, &moved.t(), &b[cell], 1.0, &mut out[cell]);
        }
    }

    fn dense_sparse(
        &self,
        a: &[Array2<f32>],
        b: &[Vec<(u32, f32)>],
        weight: f32,
        matching: &Matching,
        out: &mut [Array2<f32>],
    ) {
        for (cell, members) in self.known.members().iter().enumerate() {
            for (j, &person) in members.iter().enumerate() {
                for &(k, value) in &b[matching[person]] {
                    let (other, k) = self.seen.place(k as usize);
                    if other == cell {
                        let column = a[cell].column(j);
                        out[cell].column_mut(k).scaled_add(weight * value, &column);
                    }
                }
            }
        }
    }

    fn sparse_dense(
        &self,
        a: &[Vec<(u32, f32)>],
        b: &[Array2<f32>],
        weight: f32,
        matching: &Matching,
        out: &mut [Array2<f32>],
    ) {
        for (person, list) in a.iter().enumerate() {
            let (cell, i) = self.known.place(person);
            for &(neighbour, value) in list {
                let (other, j) = self.seen.place(matching[neighbour as usize]);
                if other == cell {
                    let row = b[cell].row(j);
                    out[cell].row_mut(i).scaled_add(weight * value, &row);
                }
            }
        }
    }

    fn sparse_sparse(
        &self,
        a: &[Vec<(u32, f32)>],
        b: &[Vec<(u32, f32)>],
        weight: f32,
        matching: &Matching,
        out: &mut [Array2<f32>],
    ) {
        for (person, list) in a.iter().enumerate() {
            let (cell, i) = self.known.place(person);
            for &(neighbour, x) in list {
                for &(k, y) in &b[matching[neighbour as usize]] {
                    let (other, k) = self.seen.place(k as usize);
                    if other == cell {
                        out[cell][[i, k]] += weight * x * y;
                    }
                }
            }
        }
    }

    /// The same for the matrix in which everybody of a cell is equally likely everybody.
    fn quadratic_of_even(&self) -> Vec<Array2<f32>> {
        let mut out = self.zeros();
        for layer in &self.layers {
            let a = self.sums_by_cell(&layer.known, self.known);
            let b = self.sums_by_cell(&layer.seen, self.seen);
            for (cell, out) in out.iter_mut().enumerate() {
                let (rows, columns) = (&self.known.members()[cell], &self.seen.members()[cell]);
                for (i, &person) in rows.iter().enumerate() {
                    for (k, &other) in columns.iter().enumerate() {
                        let common: f32 = a[person]
                            .iter()
                            .zip(&b[other])
                            .zip(self.known.members())
                            .map(|((x, y), members)| x * y / members.len().max(1) as f32)
                            .sum();
                        out[[i, k]] += layer.weight * common;
                    }
                }
            }
        }
        out
    }

    /// For each person the sum of their values to the people of each cell.
    fn sums_by_cell(&self, values: &Values, cells: &Cells) -> Vec<Vec<f32>> {
        let people = cells.members().iter().map(Vec::len).sum();
        let mut sums = vec![vec![0.0; cells.members().len()]; people];
        match values {
            Values::Dense(matrices) => {
                for (cell, members) in cells.members().iter().enumerate() {
                    for (i, &person) in members.iter().enumerate() {
                        sums[person][cell] = matrices[cell].row(i).sum();
                    }
                }
            }
            Values::Sparse(lists) => {
                for (person, list) in lists.iter().enumerate() {
                    for &(other, value) in list {
                        sums[person][cells.place(other as usize).0] += value;
                    }
                }
            }
        }
        sums
    }
}

fn dot(a: &[Array2<f32>], b: &[Array2<f32>]) -> f64 {
    let mut sum = 0.0;
    for (x, y) in a.iter().zip(b) {
        for (x, y) in x.rows().into_iter().zip(y.rows()) {
            sum += f64::from(x.dot(&y));
        }
    }
    sum
}

/// `into` becomes (1 - t) `into` + t `other`.
fn blend(into: &mut [Array2<f32>], t: f32, other: &[Array2<f32>]) {
    for (a, b) in into.iter_mut().zip(other) {
        a.zip_mut_with(b, |x, y| *x += t * (y - *x));
    }
}

/// The column of each row with the highest sum of scores.
fn best_columns(scores: &Array2<f32>) -> Vec<usize> {
    let (low, high) = scores
        .iter()
        .fold((f32::MAX, f32::MIN), |(l, h), v| (l.min(*v), h.max(*v)));
    let scale = if high > low {
        f64::from(1 << 23) / f64::from(high - low)
    } else {
        0.0
    };
    let costs: Vec<i32> = scores
        .iter()
        .map(|v| (f64::from(high - v) * scale) as i32)
        .collect();
    assign(Costs::new(&costs, scores.nrows()))
}
