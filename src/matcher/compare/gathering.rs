//! Who met whom in all passes, one record of the first party after the other.

use rayon::prelude::*;

use super::{Buckets, Meeting, Run};
use crate::error::{Error, Result};

/// Records of the first party that are looked through at a time.
const CHUNK: usize = 1 << 12;

/// All that the passes of two parties, or of one with itself, gave.
#[derive(Debug, Default)]
pub struct Gathering {
    /// Meetings of passes with filters.
    runs: Vec<Run>,
    /// Those of passes without, by the number of the pass.
    buckets: Vec<(u8, Buckets)>,
    /// Passes, as bits, in which so many strangers meet that a pair which met in one of them and nowhere
    /// else cannot be told from them.
    crowded: u16,
}

impl Gathering {
    /// Takes in meetings that are listed one by one.
    pub fn list(&mut self, runs: Vec<Run>) {
        self.runs.extend(runs);
    }

    /// Takes in the meetings of pass number `pass`, block by block.
    pub fn put(&mut self, pass: usize, buckets: Buckets) {
        self.buckets.push((pass as u8, buckets));
    }

    /// Takes note that pass number `pass` is crowded: pairs that met in it and nowhere else are left out.
    pub fn crowd(&mut self, pass: usize) {
        self.crowded |= 1 << pass;
    }

    /// Calls `of` with all meetings of each pair, in ascending order of `(left, right)`, and what it has made
    /// of those before. `records` is the number of records of the first party. The pairs of some records make
    /// one `C`, and `take` is given these in order.
    ///
    /// # Errors
    /// Those of `take`; [`Class::Io`](crate::error::Class::Io) of a run in a file.
    pub fn each<C: Default + Send>(
        mut self,
        records: usize,
        of: impl Fn(&mut C, &[Meeting]) + Sync,
        mut take: impl FnMut(C) -> Result<()>,
    ) -> Result<()> {
        let width = CHUNK * rayon::current_num_threads() * 4;
        let mut runs: Vec<(Run, Vec<Meeting>)> = std::mem::take(&mut self.runs)
            .into_iter()
            .map(|run| (run, Vec::new()))
            .collect();
        for start in (0..records).step_by(width) {
            let end = records.min(start + width);
            for (run, listed) in &mut runs {
                listed.clear();
                run.take_below(end as u32, listed)
                    .map_err(|e| Error::io("read", "the meetings of an unfinished run", e))?;
            }
            let chunks: Vec<C> = (start..end)
                .into_par_iter()
                .step_by(CHUNK)
                .map(|first| {
                    let lefts = first as u32..end.min(first + CHUNK) as u32;
                    let mut listed = Vec::new();
                    for (_, run) in &runs {
                        let at = |left: u32| run.partition_point(|m| m.left < left);
                        listed.extend_from_slice(&run[at(lefts.start)..at(lefts.end)]);
                    }
                    // PERF: a few ascending runs, which a stable sort merges.
                    listed.sort();
                    let mut made = C::default();
                    self.chunk(&listed, lefts, |meetings| of(&mut made, meetings));
                    made
                })
                .collect();
            chunks.into_iter().try_for_each(&mut take)?;
        }
        Ok(())
    }

    fn chunk(
        &self,
        mut listed: &[Meeting],
        lefts: std::ops::Range<u32>,
        mut of: impl FnMut(&[Meeting]),
    ) {
        let mut in_blocks: Vec<u64> = Vec::new();
        let mut group: Vec<Meeting> = Vec::new();
        let mut sieve = Sieve::new(self.buckets.len());
        for left in lefts {
            let own = listed.partition_point(|m| m.left == left);
            let (mut listed_here, rest) = listed.split_at(own);
            listed = rest;
            self.in_blocks(left, listed_here, &mut sieve, &mut in_blocks);
            let mut in_blocks = in_blocks.as_slice();
            loop {
                let of_block = in_blocks.first().map(|m| (m >> 32) as u32);
                let right = match (listed_here.first().map(|m| m.right), of_block) {
                    (None, None) => break,
                    (Some(a), Some(b)) => a.min(b),
                    (a, b) => a.or(b).unwrap_or_default(),
                };
                let n = in_blocks
                    .iter()
                    .take_while(|m| (**m >> 32) as u32 == right)
                    .count();
                let m = listed_here.iter().take_while(|m| m.right == right).count();
                let (these, more) = in_blocks.split_at(n);
                let (named, others) = listed_here.split_at(m);
                (in_blocks, listed_here) = (more, others);
                group.clear();
                group.extend_from_slice(named);
                group.extend(these.iter().map(|b| Meeting {
                    left,
                    right,
                    pass: (b >> 8) as u8,
                    size: *b as u8,
                    levels: 0,
                }));
                let passes = group.iter().fold(0u16, |bits, m| bits | 1 << m.pass);
                if passes & !self.crowded == 0 && passes.count_ones() == 1 {
                    continue;
                }
                group.sort_unstable();
                of(&group);
            }
        }
    }

    /// The meetings of `left` in blocks as one number each, by record, pass and size, in ascending order;
    /// not those which the sieve tells to be in one crowded pass alone. `listed` are its other meetings.
    fn in_blocks(&self, left: u32, listed: &[Meeting], sieve: &mut Sieve, out: &mut Vec<u64>) {
        out.clear();
        sieve.clear();
        listed
            .iter()
            .for_each(|m| sieve.put(self.buckets.len(), m.right));
        for (number, (_, buckets)) in self.buckets.iter().enumerate() {
            for (others, _) in buckets.of_record(left) {
                others.iter().for_each(|r| sieve.put(number, *r));
            }
        }
        for (number, (pass, buckets)) in self.buckets.iter().enumerate() {
            let elsewhere = sieve.all_but(number);
            let is_crowded = self.crowded & 1 << pass != 0;
            for (others, size) in buckets.of_record(left) {
                let kept = others.iter().filter(|r| !is_crowded || elsewhere.has(**r));
                let rest = u64::from(*pass) << 8 | u64::from(size);
                out.extend(kept.map(|r| u64::from(*r) << 32 | rest));
            }
        }
        out.sort_unstable();
    }
}

/// Which records may have been met in which pass, by the last bits of their numbers: they are in the order of
/// random refs.
///
/// PERF: nearly all who share a block of a crowded pass meet nowhere else. This drops them at a few
/// instructions each.
struct Sieve(Vec<Bits>);

const WORDS: usize = 64;

#[derive(Clone, Copy)]
struct Bits([u64; WORDS]);

impl Sieve {
    /// For so many passes, and one place more.
    fn new(passes: usize) -> Self {
        Self(vec![Bits([0; WORDS]); passes + 1])
    }

    fn clear(&mut self) {
        self.0.fill(Bits([0; WORDS]));
    }

    fn put(&mut self, place: usize, record: u32) {
        self.0[place].0[record as usize / 64 % WORDS] |= 1 << (record % 64);
    }

    /// All that were put but at one place.
    fn all_but(&self, place: usize) -> Bits {
        let mut all = Bits([0; WORDS]);
        let others = self.0.iter().enumerate().filter(|(i, _)| *i != place);
        for (_, bits) in others {
            all.0.iter_mut().zip(bits.0).for_each(|(all, b)| *all |= b);
        }
        all
    }
}

impl Bits {
    fn has(&self, record: u32) -> bool {
        self.0[record as usize / 64 % WORDS] >> (record % 64) & 1 == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matcher::block::join;

    #[test]
    fn all_meetings_of_a_pair_come_together_but_of_one_crowded_pass_alone() {
        let n = 6000u32;
        let key = |r: u32, by: u32| u128::from(r.wrapping_mul(2_654_435_761) >> 8) % u128::from(by);
        let mut gathering = Gathering::default();
        let mut wanted: std::collections::BTreeMap<(u32, u32), Vec<u8>> = Default::default();
        // Of who has an even number there is a second token.
        for (pass, by) in [(0, 90), (1, 70), (3, 3000)] {
            let records: Vec<u32> = (0..n).flat_map(|r| vec![r; 2 - r as usize % 2]).collect();
            let keys = |salt: u32| -> Vec<u128> {
                let all = records.iter().enumerate();
                all.map(|(i, r)| key(r * 5 + i as u32 % 2 + salt, by))
                    .collect()
            };
            let (left, right) = (keys(pass), keys(pass + 9));
            let joined = join(&left, &right, u64::MAX);
            let mut buckets = Buckets::new(false);
            buckets.add(&joined, &records, &records);
            buckets.index();
            for block in &joined.blocks {
                for i in &joined.left[block.left.clone()] {
                    for j in &joined.right[block.right.clone()] {
                        let ends = (records[*i as usize], records[*j as usize]);
                        wanted.entry(ends).or_default().push(pass as u8);
                    }
                }
            }
            gathering.put(pass as usize, buckets);
            if pass < 2 {
                gathering.crowd(pass as usize);
            }
        }
        let listed: Vec<Meeting> = (0..n)
            .map(|r| Meeting {
                left: r,
                right: (r * 17 + 3) % n,
                pass: 2,
                size: 1,
                levels: 5,
            })
            .collect();
        for m in &listed {
            wanted.entry((m.left, m.right)).or_default().push(2);
        }
        let (even, odd): (Vec<Meeting>, Vec<Meeting>) =
            listed.iter().partition(|m| m.left % 2 == 0);
        gathering.list(vec![Run::in_memory(even), Run::in_memory(odd)]);
        let in_all = wanted.len();
        wanted.retain(|_, passes| {
            passes.sort_unstable();
            let one = passes[0];
            one > 1 || passes.iter().any(|p| *p != one)
        });
        let mut found: Vec<((u32, u32), Vec<u8>)> = Vec::new();
        let of = |found: &mut Vec<((u32, u32), Vec<u8>)>, meetings: &[Meeting]| {
            let ends = (meetings[0].left, meetings[0].right);
            found.push((ends, meetings.iter().map(|m| m.pass).collect()));
        };
        gathering
            .each(n as usize, of, |some| {
                found.extend(some);
                Ok(())
            })
            .unwrap();
        assert!(found.len() < in_all / 5, "{} of {in_all}", found.len());
        assert!(found == wanted.into_iter().collect::<Vec<_>>());
    }
}
