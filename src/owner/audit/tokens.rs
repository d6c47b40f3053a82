//! What the matcher holds of some people: the tokens of every pass, and nothing else.

use std::collections::BTreeMap;

use crate::owner::encode::Encoder;
use crate::owner::key::LinkageKey;
use crate::owner::normalise::Person;
use crate::project::{Fill, Project};
use crate::units::RecordRef;

/// The tokens of a list of people, in the order of the list.
///
/// # Privacy
/// Tokens are personal data. `Debug` shows counts only.
pub struct Tokens {
    people: usize,
    passes: Vec<PassTokens>,
    /// For each person, which columns of their first row are filled, and how many rows there are.
    shapes: Vec<(u64, u32)>,
}

/// The tokens of one pass.
pub(super) struct PassTokens {
    pub(super) name: String,
    pub(super) filters: Vec<FilterForm>,
    rows: Vec<Row>,
}

/// What the bits of a filter mean.
#[derive(Clone)]
pub(super) struct FilterForm {
    pub(super) name: String,
    pub(super) bits: usize,
    fill: Fill,
}

struct Row {
    person: u32,
    block: [u8; 16],
    filters: Vec<Option<Box<[u64]>>>,
}

/// Two people who meet in a pass.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Meeting {
    /// The smaller of the two numbers.
    pub(super) a: u32,
    /// The larger.
    pub(super) b: u32,
    /// The similarity of each filter of the pass; `None` where one of them has none.
    pub(super) similarities: Vec<Option<f32>>,
}

impl Tokens {
    /// Encodes `people` as `encode` does, under `project` and `key`: what the matcher holds.
    #[must_use]
    pub fn encode(people: &[Person], project: &Project, key: &LinkageKey) -> Self {
        Self::with(&Encoder::new(project, key), people, project)
    }

    /// Encodes `people` as an attacker can who does not hold the owners' key: in passes that block
    /// on a bucket, people meet whose names are equal.
    #[must_use]
    pub fn guess(people: &[Person], project: &Project, key: &LinkageKey) -> Self {
        Self::with(&Encoder::with_open_buckets(project, key), people, project)
    }

    /// CLKs of `bits` bits, one a person, which can all be compared with each other; `None` for one without a bit.
    pub(super) fn of_clks(bits: usize, clks: &[Option<&[u64]>]) -> Self {
        let form = FilterForm {
            name: "clk".into(),
            bits,
            fill: Fill::Fixed(1),
        };
        let rows = clks.iter().enumerate().map(|(number, clk)| Row {
            person: number as u32,
            block: [0; 16],
            filters: vec![clk.map(Box::from)],
        });
        Self {
            people: clks.len(),
            passes: vec![PassTokens {
                name: "clk".into(),
                filters: vec![form],
                rows: rows.collect(),
            }],
            shapes: clks.iter().map(|c| (u64::from(c.is_some()), 1)).collect(),
        }
    }

    fn with(encoder: &Encoder, people: &[Person], project: &Project) -> Self {
        let layout = encoder.layout();
        let mut passes: Vec<PassTokens> = project
            .schema
            .passes
            .iter()
            .map(|pass| PassTokens {
                name: pass.name.clone(),
                filters: pass
                    .filters
                    .iter()
                    .map(|f| FilterForm {
                        name: f.name.clone(),
                        bits: f.bits,
                        fill: f.fill,
                    })
                    .collect(),
                rows: Vec::with_capacity(people.len()),
            })
            .collect();
        let mut shapes = Vec::with_capacity(people.len());
        let mut rows = Vec::new();
        for (number, person) in people.iter().enumerate() {
            rows.clear();
            encoder.encode(person, RecordRef::numbered(number), &mut rows);
            let mut shape = (0, 0);
            for row in rows.chunks_exact(layout.row_bytes()) {
                if shape.1 == 0 {
                    for column in 0..layout.columns.len() {
                        shape.0 |= u64::from(layout.value(row, column).is_some()) << column;
                    }
                }
                shape.1 += 1;
                for (pass, columns) in passes.iter_mut().zip(&layout.passes) {
                    let Some(block) = layout.value(row, columns.block) else {
                        continue;
                    };
                    let mut key = [0; 16];
                    key.copy_from_slice(block);
                    pass.rows.push(Row {
                        person: number as u32,
                        block: key,
                        filters: columns
                            .filters
                            .iter()
                            .map(|&c| layout.value(row, c).map(words))
                            .collect(),
                    });
                }
            }
            shapes.push(shape);
        }
        Self {
            people: people.len(),
            passes,
            shapes,
        }
    }

    /// How many people there are.
    #[must_use]
    pub fn people(&self) -> usize {
        self.people
    }

    pub(super) fn passes(&self) -> &[PassTokens] {
        &self.passes
    }

    /// In how many columns two people's tokens differ by being there or not.
    pub(super) fn shape_difference(&self, i: usize, other: &Self, j: usize) -> u32 {
        let (a, b) = (self.shapes[i], other.shapes[j]);
        (a.0 ^ b.0).count_ones() + a.1.abs_diff(b.1)
    }
}

impl PassTokens {
    /// Every two people who share a block, in rising order, each pair once with the highest
    /// similarities. Calls nothing and keeps all in memory: for the people of some blocks.
    pub(super) fn meetings(&self) -> Vec<Meeting> {
        let mut blocks: BTreeMap<[u8; 16], Vec<&Row>> = BTreeMap::new();
        for row in &self.rows {
            blocks.entry(row.block).or_default().push(row);
        }
        let mut met = Vec::new();
        for rows in blocks.values() {
            for (i, x) in rows.iter().enumerate() {
                for y in &rows[i + 1..] {
                    if x.person == y.person {
                        continue;
                    }
                    met.push(Meeting {
                        a: x.person.min(y.person),
                        b: x.person.max(y.person),
                        similarities: self.similarities(x, y),
                    });
                }
            }
        }
        met.sort_by_key(|m| (m.a, m.b));
        met.dedup_by(|later, kept| {
            let same = (later.a, later.b) == (kept.a, kept.b);
            if same {
                for (k, l) in kept.similarities.iter_mut().zip(&later.similarities) {
                    *k = match (*k, *l) {
                        (Some(x), Some(y)) => Some(x.max(y)),
                        (x, y) => x.or(y),
                    };
                }
            }
            same
        });
        met
    }

    fn similarities(&self, x: &Row, y: &Row) -> Vec<Option<f32>> {
        let pairs = x.filters.iter().zip(&y.filters);
        self.filters
            .iter()
            .zip(pairs)
            .map(|(form, (a, b))| Some(form.similarity(a.as_ref()?, b.as_ref()?)))
            .collect()
    }
}

impl FilterForm {
    /// The correlation of two half-full filters, about -1 to 1; the Dice coefficient of two
    /// classic ones, 0 to 1.
    fn similarity(&self, a: &[u64], b: &[u64]) -> f32 {
        let pairs = a.iter().zip(b);
        match self.fill {
            Fill::Half => {
                let differing: u32 = pairs.map(|(x, y)| (x ^ y).count_ones()).sum();
                1.0 - 2.0 * differing as f32 / self.bits as f32
            }
            Fill::Fixed(_) => {
                let (common, weight) = pairs.fold((0, 0), |(c, w), (x, y)| {
                    (
                        c + (x & y).count_ones(),
                        w + x.count_ones() + y.count_ones(),
                    )
                });
                2.0 * common as f32 / weight.max(1) as f32
            }
        }
    }
}

fn words(bytes: &[u8]) -> Box<[u64]> {
    bytes
        .chunks_exact(8)
        .map(|b| {
            let mut word = [0; 8];
            word.copy_from_slice(b);
            u64::from_le_bytes(word)
        })
        .collect()
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Tokens(of {} people)", self.people)
    }
}
