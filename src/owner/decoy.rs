//! Decoys: the people of a file with their birthdates moved, so that whoever links to one is wrong.
//!
//! A decoy keeps its names and gets the birthdate of another record of the same file, so that names
//! and dates are spread as in the file itself. No pass whose block holds a month or a day can rightly
//! join it to the person it was made of: both differ and are not those exchanged, and so does the year
//! where the file has more than one. In passes for people without a birthdate its tokens are
//! random. A pass without a block, as that of `clk`, compares the equal names all the same.

use std::fmt;

use super::normalise::Person;
use crate::units::BirthDate;

/// Dates tried for one decoy before it is given up.
const TRIES: usize = 1000;

/// The birthdates of a file, to be dealt out anew. Holds dates without names.
#[derive(Default)]
pub struct Decoys {
    dates: Vec<BirthDate>,
    years: Vec<u16>,
    has_years: bool,
}

impl Decoys {
    /// Takes in the birthdate of one record.
    pub fn add(&mut self, person: &Person) {
        if let Some(date) = person.birthdate {
            self.dates.push(date);
        } else if let Some(year) = person.birth_year {
            self.years.push(year);
        }
    }

    /// Puts the dates into a random order, the same for the same `seed`.
    pub fn shuffle(&mut self, seed: &[u8; 32]) {
        let order = |n: u64| {
            let mut out = [0; 8];
            let hash = blake3::keyed_hash(seed, &n.to_le_bytes());
            out.copy_from_slice(&hash.as_bytes()[..8]);
            u64::from_le_bytes(out)
        };
        shuffle(&mut self.dates, order);
        shuffle(&mut self.years, order);
        self.has_years = self.dates.iter().any(|d| d.year() != self.dates[0].year());
    }

    /// `person`, read as number `row` of the file, as a decoy. `None` if nothing is known of the
    /// birthdate, or if the file has no other that is far enough away.
    #[must_use]
    pub fn of(&self, person: &Person, row: u64) -> Option<Person> {
        let mut decoy = person.clone();
        // So it has random tokens in passes for people without a birthdate.
        decoy.has_namesake = true;
        if let Some(own) = person.birthdate {
            decoy.birthdate = Some(from(&self.dates, row, |d| {
                let exchanged = d.month() == own.day() && d.day() == own.month();
                let year = !self.has_years || d.year() != own.year();
                year && d.month() != own.month() && d.day() != own.day() && !exchanged
            })?);
        } else {
            let own = person.birth_year?;
            decoy.birth_year = Some(from(&self.years, row, |y| *y != own)?);
        }
        Some(decoy)
    }
}

impl fmt::Debug for Decoys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Decoys(..)")
    }
}

fn shuffle<T: Copy>(of: &mut Vec<T>, order: impl Fn(u64) -> u64) {
    let mut numbered: Vec<(u64, T)> = (0..).map(order).zip(of.iter().copied()).collect();
    numbered.sort_by_key(|(number, _)| *number);
    of.clear();
    of.extend(numbered.iter().map(|(_, value)| *value));
}

/// The first of `values` from `start` on, around, that is wanted.
fn from<T: Copy>(values: &[T], start: u64, is_wanted: impl Fn(&T) -> bool) -> Option<T> {
    let start = (start % values.len().max(1) as u64) as usize;
    let around = values[start..].iter().chain(&values[..start]);
    around.take(TRIES).find(|v| is_wanted(v)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn born(year: u16, month: u8, day: u8) -> Person {
        Person {
            first: "TESTA".into(),
            last: "MUSTERINA".into(),
            birthdate: BirthDate::new(year, month, day),
            ..Person::default()
        }
    }

    fn decoys(people: &[Person]) -> Decoys {
        let mut decoys = Decoys::default();
        people.iter().for_each(|p| decoys.add(p));
        decoys.shuffle(&[7; 32]);
        decoys
    }

    #[test]
    fn no_part_of_the_birthdate_stays_and_the_names_do() {
        let people: Vec<Person> = (0..400)
            .map(|i| born(2004 + i % 4, (i % 12) as u8 + 1, (i % 28) as u8 + 1))
            .collect();
        let decoys = decoys(&people);
        for (row, person) in people.iter().enumerate() {
            let decoy = decoys.of(person, row as u64).unwrap();
            let (own, moved) = (person.birthdate.unwrap(), decoy.birthdate.unwrap());
            assert_ne!(own.year(), moved.year());
            assert_ne!(own.month(), moved.month());
            assert_ne!(own.day(), moved.day());
            assert!((own.month(), own.day()) != (moved.day(), moved.month()));
            assert!(decoy.first == person.first && decoy.has_namesake);
        }
    }

    #[test]
    fn of_one_birthdate_and_of_none_no_decoy_is_made() {
        let twins = [born(2006, 5, 4), born(2006, 5, 4)];
        let undated = Person {
            birthdate: None,
            ..born(2006, 5, 4)
        };
        let of_twins = decoys(&twins);
        assert!(of_twins.of(&twins[0], 0).is_none());
        assert!(of_twins.of(&undated, 0).is_none());
        // One year of birth throughout: the day and the month are what differs.
        let cohort = [born(2006, 5, 4), born(2006, 7, 9)];
        let moved = decoys(&cohort).of(&cohort[0], 0).unwrap();
        assert!(moved.birthdate == BirthDate::new(2006, 7, 9));
    }
}
