//! Relations between people: who shares a block, and how alike the filters of those are.
//!
//! A graph-matching attack uses nothing else. Each relation is held densely inside the cells
//! (groups of people of which both sides know that they belong together, such as those born on
//! one day) if it joins many of their pairs, else as lists of neighbours.

use ndarray::Array2;

use super::tokens::Tokens;

/// From this share of all pairs inside cells on, a relation is held densely.
const DENSE: f64 = 0.08;

/// Which people belong to which cell, on one side.
#[derive(Debug, Clone)]
pub struct Cells {
    /// The people of each cell.
    members: Vec<Vec<usize>>,
    /// The cell of each person and the place therein.
    place: Vec<(usize, usize)>,
}

impl Cells {
    /// The cells of people whose cell numbers are `of`, 0 and up without a gap.
    #[must_use]
    pub fn new(of: &[usize]) -> Self {
        let mut members: Vec<Vec<usize>> = Vec::new();
        let mut place = Vec::with_capacity(of.len());
        for (person, &cell) in of.iter().enumerate() {
            if members.len() <= cell {
                members.resize(cell + 1, Vec::new());
            }
            place.push((cell, members[cell].len()));
            members[cell].push(person);
        }
        Self { members, place }
    }

    /// The people of each cell.
    #[must_use]
    pub fn members(&self) -> &[Vec<usize>] {
        &self.members
    }

    /// The cell of each person, and their place in it.
    pub(super) fn place(&self, person: usize) -> (usize, usize) {
        self.place[person]
    }

    fn pairs(&self) -> usize {
        self.members.iter().map(|m| m.len() * m.len()).sum()
    }
}

/// The values of a relation, symmetric, without a diagonal.
#[derive(Debug, Clone)]
pub(super) enum Values {
    /// One square matrix a cell; nothing between cells.
    Dense(Vec<Array2<f32>>),
    /// The neighbours of each person in rising order, over all cells.
    Sparse(Vec<Vec<(u32, f32)>>),
}

/// What kind of thing a relation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// 1 for those who share a block of the pass.
    Block,
    /// The similarity of a filter of this many bits, for those who share a block.
    Filter { bits: usize },
}

/// One relation between the people of one side.
#[derive(Debug, Clone)]
pub(super) struct Relation {
    pub(super) kind: Kind,
    pub(super) values: Values,
}

/// All relations of one side: for every pass the block, then its filters.
#[derive(Debug, Clone)]
pub struct Relations {
    pub(super) cells: Cells,
    pub(super) layers: Vec<Relation>,
}

impl Relations {
    /// What `tokens` show.
    ///
    /// With several encodings of the same people under different keys, what they show on
    /// average: an attacker who knows the names can make as many as wanted, and so has no noise.
    ///
    /// # Panics
    /// If `tokens` is empty, or not all of the same people and schema.
    #[must_use]
    pub fn of(tokens: &[Tokens], cells: &Cells) -> Self {
        let first = tokens.first().expect("at least one encoding");
        let mut layers = Vec::new();
        for number in 0..first.passes().len() {
            let pass = &first.passes()[number];
            // For every pair that meets: sum and count of each filter's similarity.
            let mut met: Vec<((u32, u32), Vec<(f32, u32)>)> = Vec::new();
            for (round, encoding) in tokens.iter().enumerate() {
                let meetings = encoding.passes()[number].meetings();
                if round == 0 {
                    met.extend(
                        meetings
                            .iter()
                            .map(|m| ((m.a, m.b), vec![(0.0, 0); m.similarities.len()])),
                    );
                }
                assert_eq!(
                    meetings.len(),
                    met.len(),
                    "under every key the same people meet"
                );
                for (meeting, (pair, sum)) in meetings.iter().zip(&mut met) {
                    assert_eq!(
                        (meeting.a, meeting.b),
                        *pair,
                        "under every key the same people meet"
                    );
                    for (s, similarity) in sum.iter_mut().zip(&meeting.similarities) {
                        if let Some(value) = similarity {
                            *s = (s.0 + value, s.1 + 1);
                        }
                    }
                }
            }
            let block: Vec<(u32, u32, f32)> = met.iter().map(|((a, b), _)| (*a, *b, 1.0)).collect();
            layers.push(Relation {
                kind: Kind::Block,
                values: Values::new(&block, cells),
            });
            for (f, form) in pass.filters.iter().enumerate() {
                let values: Vec<(u32, u32, f32)> = met
                    .iter()
                    .filter(|(_, sum)| sum[f].1 > 0)
                    .map(|((a, b), sum)| (*a, *b, sum[f].0 / sum[f].1 as f32))
                    .collect();
                layers.push(Relation {
                    kind: Kind::Filter { bits: form.bits },
                    values: Values::new(&values, cells),
                });
            }
        }
        Self {
            cells: cells.clone(),
            layers,
        }
    }
}

impl Values {
    /// The relation with these values for these pairs, densely if they are many.
    pub(super) fn new(pairs: &[(u32, u32, f32)], cells: &Cells) -> Self {
        let inside = pairs
            .iter()
            .filter(|(a, b, _)| cells.place(*a as usize).0 == cells.place(*b as usize).0)
            .count();
        if 2.0 * inside as f64 >= DENSE * cells.pairs() as f64 && inside == pairs.len() {
            Self::dense(pairs, cells)
        } else {
            Self::sparse(pairs, cells)
        }
    }

    pub(super) fn dense(pairs: &[(u32, u32, f32)], cells: &Cells) -> Self {
        let mut matrices: Vec<Array2<f32>> = cells
            .members()
            .iter()
            .map(|m| Array2::zeros((m.len(), m.len())))
            .collect();
        for &(a, b, value) in pairs {
            let ((cell, i), (other, j)) = (cells.place(a as usize), cells.place(b as usize));
            if cell == other {
                matrices[cell][[i, j]] = value;
                matrices[cell][[j, i]] = value;
            }
        }
        Self::Dense(matrices)
    }

    pub(super) fn sparse(pairs: &[(u32, u32, f32)], cells: &Cells) -> Self {
        let mut neighbours = vec![Vec::new(); cells.place.len()];
        for &(a, b, value) in pairs {
            neighbours[a as usize].push((b, value));
            neighbours[b as usize].push((a, value));
        }
        for list in &mut neighbours {
            list.sort_by_key(|(person, _)| *person);
        }
        Self::Sparse(neighbours)
    }
}
