//! Who is in which file, in which row, under which id: arithmetic, nothing stored.

use super::random::{Permutation, Streams};
use super::rates::{DUPLICATES, OVERLAP};
use super::record::Shape;

/// Ids have this many values for each party.
const IDS: u64 = 100_000_000;

/// The rows of one party's file.
pub(super) struct Roster {
    party: u64,
    pub(super) shape: Shape,
    /// How many different people the file has; they stand at the first places.
    people: u64,
    /// Person <-> place; the places below `people` are in the file.
    places: Permutation,
    /// Row <-> place, where the places from `people` on are second records.
    rows: Permutation,
    ids: Permutation,
}

impl Roster {
    /// The roster of the party at `index` (from 0) with exactly `records` rows.
    pub(super) fn new(seed: u64, index: usize, records: u64) -> Self {
        let party = index as u64;
        let streams = Streams::new(seed, "roster");
        let duplicates = (records as f64 * DUPLICATES).round() as u64;
        let people = records - duplicates;
        let population = ((people as f64 / OVERLAP).round() as u64).max(people);
        let mut draw = streams.at(party);
        Self {
            party,
            shape: if index.is_multiple_of(2) {
                Shape::District
            } else {
                Shape::College
            },
            people,
            places: Permutation::new(population, &mut draw),
            rows: Permutation::new(records, &mut draw),
            ids: Permutation::new(IDS, &mut draw),
        }
    }

    /// How many different people are in the file.
    pub(super) fn people(&self) -> u64 {
        self.people
    }

    /// How many rows the file has.
    pub(super) fn records(&self) -> u64 {
        self.rows.len()
    }

    /// The person of a row.
    pub(super) fn person(&self, row: u64) -> u64 {
        let place = self.rows.apply(row);
        let original = if place < self.people {
            place
        } else {
            place - self.people
        };
        self.places.invert(original)
    }

    /// The rows of a person: none, one, or two.
    pub(super) fn rows_of(&self, person: u64) -> impl Iterator<Item = u64> + '_ {
        let place = self.places.apply(person);
        let second = self.people + place;
        let held = place < self.people;
        [
            held.then_some(place),
            (held && second < self.rows.len()).then_some(second),
        ]
        .into_iter()
        .flatten()
        .map(|place| self.rows.invert(place))
    }

    /// The student id of a row: unique in the file and unlike any id of another party.
    pub(super) fn id(&self, row: u64) -> String {
        let number = self.ids.apply(row);
        match self.shape {
            Shape::District => format!("{}{number:08}", 91 + self.party / 2),
            Shape::College => {
                format!("C{}{number:08}", char::from(b'X' - (self.party / 2) as u8))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn rows_and_people_agree_in_both_directions() {
        let roster = Roster::new(3, 1, 500);
        let mut people = BTreeSet::new();
        for row in 0..500 {
            let person = roster.person(row);
            people.insert(person);
            assert!(roster.rows_of(person).any(|r| r == row));
        }
        assert_eq!(people.len(), 495);
        assert_eq!(people.len() as u64, roster.people());
        let rows: usize = (0..825).map(|p| roster.rows_of(p).count()).sum();
        assert_eq!(rows, 500);
    }

    #[test]
    fn ids_differ_in_and_between_parties() {
        let mut ids = BTreeSet::new();
        for party in 0..9 {
            let roster = Roster::new(1, party, 300);
            ids.extend((0..300).map(|row| roster.id(row)));
        }
        assert_eq!(ids.len(), 2_700);
    }
}
