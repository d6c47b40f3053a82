//! What occurs more than once, in bounded memory.
//!
//! Of each row 16 bytes are kept: a hash of what may repeat under a key of this run, 32 bits of a hash of the
//! student id, and the line. Beyond a limit only what hashes into a half, a quarter and so on of all hashes
//! is kept: rows that repeat each other stay or go together, so that what is left is a fair sample of groups.

use rayon::slice::ParallelSliceMut as _;

/// Rows that are kept: 64 MB.
const LIMIT: usize = 1 << 22;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    hash: u64,
    line: u32,
    id: u32,
}

/// Rows by what may repeat in them.
pub(super) struct Repeats {
    entries: Vec<Entry>,
    /// One in `1 << thinned` of all hashes is kept.
    thinned: u32,
    limit: usize,
}

/// Rows in groups that repeat each other.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Groups {
    /// Rows of groups of several ids, and of one id.
    pub(super) of_several_ids: u64,
    pub(super) of_one_id: u64,
    /// The first lines of such rows.
    pub(super) lines_several: Vec<u32>,
    pub(super) lines_one: Vec<u32>,
    /// The numbers are estimates from a part of the file.
    pub(super) is_estimate: bool,
}

impl Repeats {
    pub(super) fn new() -> Self {
        Self::with_limit(LIMIT)
    }

    fn with_limit(limit: usize) -> Self {
        Self {
            entries: Vec::new(),
            thinned: 0,
            limit,
        }
    }

    /// Notes a row: `hash` of what may repeat, `id` of its student id.
    pub(super) fn add(&mut self, hash: u64, id: u64, line: u32) {
        if !self.is_kept(hash) {
            return;
        }
        if self.entries.len() == self.limit {
            self.thinned += 1;
            let thinned = self.thinned;
            self.entries.retain(|e| e.hash.trailing_zeros() >= thinned);
            if !self.is_kept(hash) {
                return;
            }
        }
        self.entries.push(Entry {
            hash,
            line,
            id: (id >> 32) as u32,
        });
    }

    fn is_kept(&self, hash: u64) -> bool {
        hash.trailing_zeros() >= self.thinned
    }

    /// The rows that repeat another; at most `shown` lines of each kind.
    pub(super) fn groups(mut self, shown: usize) -> Groups {
        self.entries.par_sort_unstable();
        let mut groups = Groups {
            is_estimate: self.thinned > 0,
            ..Groups::default()
        };
        for group in self.entries.chunk_by(|a, b| a.hash == b.hash) {
            if group.len() == 1 {
                continue;
            }
            let is_one = group.iter().all(|e| e.id == group[0].id);
            let (rows, lines) = if is_one {
                (&mut groups.of_one_id, &mut groups.lines_one)
            } else {
                (&mut groups.of_several_ids, &mut groups.lines_several)
            };
            *rows += (group.len() as u64) << self.thinned.min(30);
            lines.extend(group.iter().map(|e| e.line));
            // PERF: only the first lines are wanted, and there may be millions.
            if lines.len() > 4096 {
                first(lines, shown);
            }
        }
        first(&mut groups.lines_several, shown);
        first(&mut groups.lines_one, shown);
        groups
    }
}

fn first(lines: &mut Vec<u32>, n: usize) {
    lines.sort_unstable();
    lines.truncate(n);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A hash as one of a keyed function would be.
    fn mix(n: u64) -> u64 {
        let n = n.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (n ^ (n >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9)
    }

    #[test]
    fn groups_are_counted_by_their_ids() {
        let mut repeats = Repeats::new();
        for (what, id, line) in [
            (1, 1, 2),
            (2, 2, 3),
            (1, 3, 4),
            (5, 7, 5),
            (5, 7, 6),
            (9, 9, 7),
        ] {
            repeats.add(mix(what), mix(id), line);
        }
        let groups = repeats.groups(20);
        assert_eq!((groups.of_several_ids, groups.of_one_id), (2, 2));
        assert_eq!(groups.lines_several, [2, 4]);
        assert_eq!(groups.lines_one, [5, 6]);
        assert!(!groups.is_estimate);
    }

    #[test]
    fn beyond_the_limit_a_part_speaks_for_all() {
        let mut repeats = Repeats::with_limit(4096);
        for n in 0..100_000 {
            repeats.add(mix(n / 2), mix(n), n as u32 + 2);
            assert!(repeats.entries.len() <= 4096);
        }
        let groups = repeats.groups(20);
        assert!(groups.is_estimate);
        let share = groups.of_several_ids as f64 / 100_000.0;
        assert!((0.85..1.15).contains(&share), "{share}");
        assert_eq!(groups.lines_several.len(), 20);
    }
}
