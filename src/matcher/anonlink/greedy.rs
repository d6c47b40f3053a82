//! Greedy groups: the most alike first, as long as all members are alike to all others.

use std::collections::BTreeMap;

use super::Candidate;

/// No group, or nobody.
const NONE: u32 = u32::MAX;

/// Makes groups of candidates that come in order, as anonlink's `probabilistic_greedy_solve` does with a merge
/// threshold of 1 and datasets without duplicates; for datasets without duplicates its `greedy_solve` gives the same.
///
/// Two groups become one once a candidate has been seen for each two records of them, and no dataset has a record in
/// both. Near-linear in the number of candidates, for a fixed number of datasets.
#[derive(Debug, Default)]
pub struct Greedy {
    /// By number of a record: its dataset and its own number.
    records: Vec<(u32, u32)>,
    /// The group of each record, and who follows in it.
    group_of: Vec<u32>,
    next: Vec<u32>,
    groups: Vec<Group>,
    /// Candidates seen between two groups that may still become one. Symmetric.
    seen: BTreeMap<(u32, u32), u64>,
    /// Records in the order in which they came into a group.
    appeared: Vec<u32>,
    last: Option<Candidate>,
}

#[derive(Debug, Clone, Copy)]
struct Group {
    first: u32,
    last: u32,
    size: u32,
}

impl Greedy {
    /// No record yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next candidate. `numbers`: a number for each of its records, from 0 on and without large gaps, the
    /// same whenever the record comes.
    ///
    /// A candidate that is the one before once more is passed over: anonlink would count it twice, and so put records
    /// together that it has never seen to be alike.
    pub fn take(&mut self, candidate: Candidate, numbers: [u32; 2]) {
        if self.last.replace(candidate) == Some(candidate) {
            return;
        }
        let [a, b] = numbers;
        if a == b {
            return;
        }
        for i in [0, 1] {
            self.know(numbers[i], (candidate.datasets[i], candidate.records[i]));
        }
        match (self.group_of[a as usize], self.group_of[b as usize]) {
            (NONE, NONE) => {
                if self.records[a as usize].0 != self.records[b as usize].0 {
                    let group = self.alone(a);
                    self.append(group, b);
                }
            }
            (group, NONE) => self.join(group, b),
            (NONE, group) => self.join(group, a),
            (x, y) => self.meet(x, y),
        }
    }

    fn know(&mut self, number: u32, record: (u32, u32)) {
        let length = self.records.len().max(number as usize + 1);
        self.records.resize(length, (NONE, NONE));
        self.group_of.resize(length, NONE);
        self.next.resize(length, NONE);
        self.records[number as usize] = record;
    }

    /// A group of one.
    fn alone(&mut self, record: u32) -> u32 {
        let group = self.groups.len() as u32;
        self.groups.push(Group {
            first: record,
            last: record,
            size: 1,
        });
        self.group_of[record as usize] = group;
        self.appeared.push(record);
        group
    }

    fn append(&mut self, group: u32, record: u32) {
        self.appeared.push(record);
        self.group_of[record as usize] = group;
        let group = &mut self.groups[group as usize];
        self.next[group.last as usize] = record;
        group.last = record;
        group.size += 1;
    }

    /// A record without a group meets a group.
    fn join(&mut self, group: u32, record: u32) {
        let dataset = self.records[record as usize].0;
        let is_free = self
            .members(group)
            .all(|m| self.records[m as usize].0 != dataset);
        if is_free && self.groups[group as usize].size == 1 {
            self.append(group, record);
            return;
        }
        let own = self.alone(record);
        if is_free {
            self.count(group, own, 1);
        }
    }

    /// Two groups meet.
    fn meet(&mut self, a: u32, b: u32) {
        // Groups only grow: two that share a dataset never become one, and need no count.
        if a == b || !self.are_disjoint(a, b) {
            return;
        }
        let seen = self.count(a, b, 1);
        let (x, y) = (self.groups[a as usize].size, self.groups[b as usize].size);
        if seen >= u64::from(x) * u64::from(y) {
            if x < y {
                self.merge(b, a);
            } else {
                self.merge(a, b);
            }
        }
    }

    fn count(&mut self, a: u32, b: u32, more: u64) -> u64 {
        *self.seen.entry((b, a)).or_default() += more;
        let seen = self.seen.entry((a, b)).or_default();
        *seen += more;
        *seen
    }

    /// `absorbed` becomes the end of `group`, with all that was counted for it.
    fn merge(&mut self, group: u32, absorbed: u32) {
        let members: Vec<u32> = self.members(absorbed).collect();
        for member in members {
            self.group_of[member as usize] = group;
        }
        let end = self.groups[absorbed as usize];
        let whole = &mut self.groups[group as usize];
        self.next[whole.last as usize] = end.first;
        whole.last = end.last;
        whole.size += end.size;
        let counts: Vec<(u32, u64)> = self
            .seen
            .range((absorbed, 0)..=(absorbed, NONE))
            .map(|(&(_, other), &seen)| (other, seen))
            .collect();
        for (other, seen) in counts {
            self.seen.remove(&(absorbed, other));
            self.seen.remove(&(other, absorbed));
            if other != group && self.are_disjoint(group, other) {
                self.count(group, other, seen);
            }
        }
    }

    fn are_disjoint(&self, a: u32, b: u32) -> bool {
        let dataset = |member: u32| self.records[member as usize].0;
        self.members(a)
            .all(|x| self.members(b).all(|y| dataset(x) != dataset(y)))
    }

    fn members(&self, group: u32) -> impl Iterator<Item = u32> {
        let Group { first, size, .. } = self.groups[group as usize];
        let follow = |&member: &u32| Some(self.next[member as usize]);
        std::iter::successors(Some(first), follow).take(size as usize)
    }

    /// The groups of two records or more, in the order in which their first records came into a group: that of
    /// anonlink's solver in Python. (That of its native one depends on addresses in memory.) Within a group the order of
    /// both solvers: that in which records came, of the larger part first.
    #[must_use]
    pub fn groups(&self) -> Groups {
        let mut groups = Groups::default();
        let mut is_done = vec![false; self.groups.len()];
        for &record in &self.appeared {
            let group = self.group_of[record as usize];
            let is_done = &mut is_done[group as usize];
            if self.groups[group as usize].size > 1 && !std::mem::replace(is_done, true) {
                let members = self.members(group).map(|m| self.records[m as usize]);
                groups.records.extend(members);
                groups.ends.push(groups.records.len());
            }
        }
        groups
    }
}

/// Groups of records, each by dataset and number.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Groups {
    records: Vec<(u32, u32)>,
    ends: Vec<usize>,
}

impl Groups {
    /// Their number.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The records of each group.
    pub fn iter(&self) -> impl Iterator<Item = &[(u32, u32)]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts
            .zip(&self.ends)
            .map(|(start, &end)| &self.records[start..end])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(pairs: &[(u32, u32, u32, u32)]) -> Vec<Vec<(u32, u32)>> {
        let mut greedy = Greedy::new();
        for &(a, b, i, j) in pairs {
            let candidate = Candidate {
                score: 0.5,
                datasets: [a, b],
                records: [i, j],
            };
            greedy.take(candidate, [10 * a + i, 10 * b + j]);
        }
        greedy.groups().iter().map(<[_]>::to_vec).collect()
    }

    #[test]
    fn all_of_a_group_have_been_seen_with_all() {
        assert!(groups(&[]).is_empty());
        let (ab, ac, bc) = ((0, 1, 1, 2), (0, 2, 1, 3), (1, 2, 2, 3));
        assert_eq!(groups(&[ab, ac]), [[(0, 1), (1, 2)]]);
        assert_eq!(groups(&[ab, ac, bc]), [[(0, 1), (1, 2), (2, 3)]]);
        // Once more is not another one.
        assert_eq!(groups(&[ab, ac, ac]), [[(0, 1), (1, 2)]]);
        // Two of two and two, then all four; the group of the first record of the last pair comes first.
        let cd = (2, 3, 3, 4);
        let (ad, bd) = ((0, 3, 1, 4), (1, 3, 2, 4));
        let all = [ab, cd, ac, ad, bc];
        assert_eq!(groups(&all), [[(0, 1), (1, 2)], [(2, 3), (3, 4)]]);
        let all = [ab, cd, ac, ad, bc, bd];
        assert_eq!(groups(&all), [[(0, 1), (1, 2), (2, 3), (3, 4)]]);
    }

    #[test]
    fn no_group_has_two_records_of_a_dataset() {
        assert!(groups(&[(0, 0, 1, 2), (0, 0, 2, 2), (1, 1, 1, 1)]).is_empty());
        let twice = [(0, 1, 1, 1), (0, 1, 2, 1), (0, 1, 1, 2), (0, 1, 2, 2)];
        assert_eq!(groups(&twice), [[(0, 1), (1, 1)], [(0, 2), (1, 2)]]);
        // What anonlink's solver in Python gives: a record that met a group of one of its own dataset has a group from then on.
        let pairs = [
            (0, 0, 0, 1),
            (0, 1, 0, 0),
            (0, 1, 0, 3),
            (1, 1, 2, 3),
            (0, 1, 1, 1),
            (0, 1, 1, 3),
            (0, 1, 2, 3),
            (0, 1, 3, 2),
        ];
        assert_eq!(
            groups(&pairs),
            [
                [(0, 0), (1, 0)],
                [(1, 3), (0, 2)],
                [(1, 2), (0, 3)],
                [(0, 1), (1, 1)]
            ]
        );
    }
}
