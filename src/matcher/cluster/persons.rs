//! The records of one party, put together into persons.

use rayon::prelude::*;

use crate::matcher::assign::{Assignment, LEAST_ODDS, Scored, Verdict};

/// Which records of a party are of one person.
#[derive(Debug, Clone)]
pub struct Persons {
    /// The person of each record.
    of: Vec<u32>,
    /// The records, person by person.
    records: Vec<u32>,
    /// Where in `records` each person begins, and the end.
    starts: Vec<u32>,
}

impl Persons {
    /// Every record a person of its own, as in a party without duplicates.
    #[must_use]
    pub fn alone(records: usize) -> Self {
        Self {
            of: (0..records as u32).collect(),
            records: (0..records as u32).collect(),
            starts: (0..=records as u32).collect(),
        }
    }

    /// Joins the records of each pair that `pairs` tells of, and of all that hang together by such. Persons
    /// are numbered by their first record.
    ///
    /// # Errors
    /// Those of `pairs`.
    pub fn of<E>(
        records: usize,
        pairs: impl FnOnce(&mut dyn FnMut(u32, u32)) -> Result<(), E>,
    ) -> Result<Self, E> {
        let mut parent: Vec<u32> = (0..records as u32).collect();
        pairs(&mut |left, right| {
            let (a, b) = (root(&mut parent, left), root(&mut parent, right));
            // The smaller number leads, whatever the order of the pairs.
            parent[a.max(b) as usize] = a.min(b);
        })?;
        let mut number = vec![u32::MAX; records];
        let mut of = Vec::with_capacity(records);
        let mut persons = 0;
        for record in 0..records as u32 {
            let leader = root(&mut parent, record) as usize;
            if number[leader] == u32::MAX {
                number[leader] = persons;
                persons += 1;
            }
            of.push(number[leader]);
        }
        let mut ordered: Vec<u32> = (0..records as u32).collect();
        ordered.sort_by_key(|&r| (of[r as usize], r));
        let starts = (0..=persons)
            .map(|p| ordered.partition_point(|&r| of[r as usize] < p) as u32)
            .collect();
        Ok(Self {
            of,
            records: ordered,
            starts,
        })
    }

    /// The number of persons.
    #[must_use]
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// Whether there is no record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.of.is_empty()
    }

    /// Whether no person has a second record.
    #[must_use]
    pub fn is_alone(&self) -> bool {
        self.len() == self.of.len()
    }

    /// The person of `record`.
    #[must_use]
    pub fn person(&self, record: u32) -> u32 {
        self.of[record as usize]
    }

    /// The records of `person`, ascending; never empty.
    #[must_use]
    pub fn members(&self, person: u32) -> &[u32] {
        let ends = &self.starts[person as usize..person as usize + 2];
        &self.records[ends[0] as usize..ends[1] as usize]
    }

    /// The records of all persons of two or more, person by person.
    pub fn groups(&self) -> impl Iterator<Item = &[u32]> {
        (0..self.len() as u32)
            .map(|p| self.members(p))
            .filter(|m| m.len() > 1)
    }

    /// Records that are a second or further one of a person.
    #[must_use]
    pub fn surplus(&self) -> u64 {
        (self.of.len() - self.len()) as u64
    }
}

/// The pairs of records of two parties as pairs of persons.
#[derive(Debug)]
pub struct Between<'p> {
    left: &'p Persons,
    right: &'p Persons,
    is_alone: bool,
    pairs: Vec<Scored>,
}

impl<'p> Between<'p> {
    /// None yet, of persons of both parties.
    #[must_use]
    pub fn new(left: &'p Persons, right: &'p Persons) -> Self {
        Self {
            left,
            right,
            is_alone: left.is_alone() && right.is_alone(),
            pairs: Vec::new(),
        }
    }

    /// Takes in pairs of records. Of odds below [`LEAST_ODDS`] only those are kept that may add a pass to
    /// another pair of the same two persons.
    pub fn put(&mut self, pairs: impl ParallelIterator<Item = Scored>) {
        let (of_left, of_right, is_alone) = (self.left, self.right, self.is_alone);
        self.pairs.par_extend(pairs.filter_map(|pair| {
            if is_alone {
                return (pair.odds >= LEAST_ODDS).then_some(pair);
            }
            let (left, right) = (of_left.person(pair.left), of_right.person(pair.right));
            let records = of_left.members(left).len() * of_right.members(right).len();
            (pair.odds >= LEAST_ODDS || records > 1).then_some(Scored {
                left,
                right,
                ..pair
            })
        }));
    }

    /// The pairs of persons, ascending by `(left, right)`, if those of records were: of several between two
    /// persons the one of the highest odds, with the passes of all.
    #[must_use]
    pub fn finish(mut self) -> Vec<Scored> {
        if self.is_alone {
            return self.pairs;
        }
        self.pairs.par_sort_by(|a, b| {
            let key = |p: &Scored| (p.left, p.right);
            key(a).cmp(&key(b)).then(b.odds.total_cmp(&a.odds))
        });
        self.pairs.dedup_by(|next, kept| {
            let same = (next.left, next.right) == (kept.left, kept.right);
            if same {
                kept.passes |= next.passes;
            }
            same
        });
        self.pairs
    }
}

/// A decision about persons as one about their records: each record of a linked person is linked
/// with each of its partner.
#[must_use]
pub fn spread(decided: &Assignment, left: &Persons, right: &Persons) -> Assignment {
    let mut pairs = Vec::new();
    let mut first_of = vec![0; decided.pairs.len()];
    let mut is_link = vec![false; decided.pairs.len()];
    for &i in &decided.links {
        is_link[i as usize] = true;
    }
    for (i, p) in decided.pairs.iter().enumerate() {
        first_of[i] = pairs.len();
        for &l in left.members(p.left) {
            for &r in right.members(p.right) {
                pairs.push((
                    Scored {
                        left: l,
                        right: r,
                        ..*p
                    },
                    is_link[i],
                ));
            }
        }
    }
    let first: Vec<(u32, u32)> = first_of
        .iter()
        .map(|&at| {
            let s: &Scored = &pairs[at].0;
            (s.left, s.right)
        })
        .collect();
    pairs.sort_by_key(|(p, _)| (p.left, p.right));
    let links: Vec<u32> = (0..pairs.len() as u32)
        .filter(|&i| pairs[i as usize].1)
        .collect();
    let pairs: Vec<Scored> = pairs.into_iter().map(|(p, _)| p).collect();
    // A record's link is named by the first pair of its two persons.
    let number_of = |i: u32| {
        let ends = first[decided.links[i as usize] as usize];
        let at = links.partition_point(|&l| {
            let p = &pairs[l as usize];
            (p.left, p.right) < ends
        });
        at as u32
    };
    let verdicts = |of: &Persons, decided: &[Verdict]| -> Vec<Verdict> {
        (0..of.of.len() as u32)
            .map(|record| {
                let verdict = &decided[of.person(record) as usize];
                Verdict {
                    link: verdict.link.map(number_of),
                    ..*verdict
                }
            })
            .collect()
    };
    Assignment {
        left: verdicts(left, &decided.left),
        right: verdicts(right, &decided.right),
        pairs,
        links,
    }
}

/// The leader of the set of `record`, by each record's parent; a leader is its own. Shortens the way for
/// the next who asks.
fn root(parent: &mut [u32], record: u32) -> u32 {
    let mut at = record;
    while parent[at as usize] != at {
        parent[at as usize] = parent[parent[at as usize] as usize];
        at = parent[at as usize];
    }
    at
}
