//! A record as it is written, to a person as it is compared: the steps that both parties share.
//!
//! Owns: every step from a cell to A-Z, each a pure function, named and specified in
//! `docs/spec/normalisation.md`. Imports: `table` (its `Record`), `units`.
//!
//! Invariant: the result depends on the record alone; not on the machine, the locale, or the order
//! of rows. A change of any result is a new [`VERSION`], since tokens of two versions do not meet.

mod fold;
mod name;
mod namesakes;
mod root;
mod skeleton;
mod sound;
mod spread;
#[cfg(test)]
mod tests;

use std::fmt;

pub use fold::{fold, repair};
pub(in crate::owner) use name::joined;
pub use name::{Name, first, first_aliases, last, last_aliases, middle, parts, suffix};
pub use namesakes::{NamesNumber, Namesakes, mark_namesakes, push_names_key};
pub use root::{given_root, surname_root};
pub use skeleton::{push_skeleton, skeleton};
pub use sound::soundex;
pub(in crate::owner) use spread::Spread;

use super::table::{Birth, Record};
use crate::units::BirthDate;

/// The version of the rules in `docs/spec/normalisation.md` that this code follows.
pub const VERSION: u32 = 3;

/// Gender as three classes; what a file does not say is `None` beside them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gender {
    /// `F` in files.
    Female,
    /// `M` in files.
    Male,
    /// `X`, `N` and others in files: neither of the two, or not binary.
    Other,
}

impl Gender {
    /// Its letter: `F`, `M` or `X`.
    #[must_use]
    pub fn letter(self) -> char {
        match self {
            Self::Female => 'F',
            Self::Male => 'M',
            Self::Other => 'X',
        }
    }
}

impl fmt::Debug for Gender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Gender(..)")
    }
}

/// The gender that a cell names, in the usual codes and English words; `None` for all else.
#[must_use]
pub fn gender(cell: &str) -> Option<Gender> {
    let is = |words: &[&str]| words.iter().any(|w| cell.trim().eq_ignore_ascii_case(w));
    if is(&["F", "FEMALE", "W", "WOMAN", "GIRL"]) {
        Some(Gender::Female)
    } else if is(&["M", "MALE", "MAN", "BOY"]) {
        Some(Gender::Male)
    } else if is(&[
        "X",
        "N",
        "NB",
        "NONBINARY",
        "NON-BINARY",
        "NON BINARY",
        "O",
        "OTHER",
    ]) {
        Some(Gender::Other)
    } else {
        None
    }
}

/// A person as it is compared. Names hold A-Z and single spaces between parts; any may be empty.
///
/// # Privacy
/// Personal data. Its `Debug` shows nothing of it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// Given names; empty for a person of one name only.
    pub first: String,
    /// Middle name or initial.
    pub middle: String,
    /// Surnames, divided by spaces (see [`parts`]); the one name of a person who has only one.
    pub last: String,
    /// Other given names, each as a first name, divided by spaces: preferred ones, nicknames.
    pub alias_first: String,
    /// Other last names, each as a last name, divided by spaces: former ones, preferred ones.
    pub alias_last: String,
    /// `JR`, `SR`, `II` to `VI`, or empty.
    pub suffix: String,
    /// Gender, if the file says it.
    pub gender: Option<Gender>,
    /// Birthdate, if all of it is known.
    pub birthdate: Option<BirthDate>,
    /// Year of birth, where the rest of the birthdate is not known.
    pub birth_year: Option<u16>,
    /// Whether another record of the same file has these names; set by who has read the file
    /// ([`Namesakes`]).
    pub has_namesake: bool,
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Person(..)")
    }
}

impl Person {
    /// Whether another name than the first and the last one is known.
    #[must_use]
    pub fn has_alias(&self) -> bool {
        !self.alias_first.is_empty() || !self.alias_last.is_empty()
    }
}

/// The year that is meant by a year of birth: one from 2100 to 2199 was written, or read from two
/// digits, a century too late. The rule asks no clock, so that both parties get the same.
#[must_use]
pub fn year_of_birth(year: u16) -> u16 {
    match year {
        2100..=2199 => year - 100,
        _ => year,
    }
}

/// The person that a record describes, by all steps of the specification.
#[must_use]
pub fn person(record: &Record) -> Person {
    let mut first = first(&record.first);
    let middle = middle(&record.middle);
    let mut last = last(&record.last);
    // Of several suffixes the one in its own column counts, then the one closest to it in writing.
    let suffix = match suffix(&record.suffix) {
        "" => last.suffix.or(first.suffix).or(middle.suffix).unwrap_or(""),
        own => own,
    };
    if last.name.is_empty() {
        std::mem::swap(&mut first.name, &mut last.name);
    }
    let cells = |cells: &[String], names: fn(&str) -> Vec<String>| -> Vec<String> {
        cells.iter().flat_map(|cell| names(cell)).collect()
    };
    let alias_first = cells(&record.alias_first, first_aliases);
    let alias_last = cells(&record.alias_last, last_aliases);
    Person {
        alias_first: distinct(alias_first, first.aliases, &first.name),
        alias_last: distinct(alias_last, last.aliases, &last.name),
        first: first.name,
        middle: middle.name,
        last: last.name,
        suffix: suffix.to_owned(),
        gender: gender(&record.gender),
        birthdate: match record.birthdate {
            Birth::Known(date) => date.in_year(year_of_birth(date.year())),
            Birth::Year(_) | Birth::Missing | Birth::Invalid => None,
        },
        birth_year: match record.birthdate {
            Birth::Year(year) => Some(year_of_birth(year)),
            Birth::Known(_) | Birth::Missing | Birth::Invalid => None,
        },
        has_namesake: false,
    }
}

/// The different aliases that are not the name itself, divided by spaces: those of columns, then
/// those of brackets.
fn distinct(mut aliases: Vec<String>, in_brackets: Vec<String>, name: &str) -> String {
    aliases.extend(in_brackets);
    let mut different: Vec<&str> = Vec::new();
    for alias in &aliases {
        if alias != name && !different.contains(&alias.as_str()) {
            different.push(alias);
        }
    }
    different.join(" ")
}
