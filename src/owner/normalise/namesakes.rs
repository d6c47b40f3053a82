//! Who shares the names of somebody else in the file. Specified in `docs/spec/normalisation.md`,
//! step 13.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use super::{Person, Spread, given_root, joined, push_skeleton, surname_root};

/// Appends the first and the last name of `person` as they count for being the same: each joined,
/// made its root and reduced to its skeleton, one space between. False if one is missing.
pub fn push_names_key(person: &Person, out: &mut Vec<u8>) -> bool {
    if person.first.is_empty() || person.last.is_empty() {
        return false;
    }
    push_skeleton(given_root(&joined(&person.first)), out);
    out.push(b' ');
    push_skeleton(surname_root(&joined(&person.last)), out);
    true
}

/// The names of a person, as a number by which they are counted.
///
/// # Privacy
/// A hash of the names without a key: whoever sees it can test guesses. It stays in memory.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct NamesNumber(u64);

impl NamesNumber {
    /// That of `person`; `None` if the first or the last name is missing.
    #[must_use]
    pub fn of(person: &Person) -> Option<Self> {
        let mut key = Vec::with_capacity(64);
        push_names_key(person, &mut key).then(|| Self(short(&key)))
    }
}

impl std::fmt::Debug for NamesNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NamesNumber(..)")
    }
}

/// How often each name occurs in a file. Holds 8 bytes of a hash a name, not the name.
#[derive(Default)]
pub struct Namesakes {
    seen: HashMap<u64, bool, BuildHasherDefault<Spread>>,
}

impl Namesakes {
    /// Counts one record.
    pub fn add(&mut self, person: &Person) {
        if let Some(number) = NamesNumber::of(person) {
            self.count(number);
        }
    }

    /// Counts one record whose names have this number.
    pub fn count(&mut self, names: NamesNumber) {
        self.seen
            .entry(names.0)
            .and_modify(|is_repeated| *is_repeated = true)
            .or_insert(false);
    }

    /// Whether more than one record that was counted has the names of `person`.
    #[must_use]
    pub fn has(&self, person: &Person) -> bool {
        NamesNumber::of(person).is_some_and(|number| self.is_repeated(number))
    }

    /// Whether a record that was counted has these names.
    #[must_use]
    pub fn holds(&self, names: NamesNumber) -> bool {
        self.seen.contains_key(&names.0)
    }

    /// Whether more than one record that was counted has these names.
    #[must_use]
    pub fn is_repeated(&self, names: NamesNumber) -> bool {
        self.seen.get(&names.0) == Some(&true)
    }
}

impl std::fmt::Debug for Namesakes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Namesakes(..)")
    }
}

/// Sets [`Person::has_namesake`] of the people of one file.
pub fn mark_namesakes(people: &mut [Person]) {
    let mut names = Namesakes::default();
    people.iter().for_each(|p| names.add(p));
    for person in people {
        person.has_namesake = names.has(person);
    }
}

/// The same in every run: two names that fall together count as repeated, which costs a link.
fn short(key: &[u8]) -> u64 {
    let hash = blake3::hash(key);
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&hash.as_bytes()[..8]);
    u64::from_le_bytes(bytes)
}
