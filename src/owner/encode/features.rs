//! What of a person goes into blocks and filters. SPEC encoding.md 3.

use std::collections::BTreeSet;

use super::push_framed;
use crate::owner::normalise::{self, Person};
use crate::project::{BlockFeature, Filter, FilterFeature, Pass};
use crate::units::BirthDate;

/// The distinct parts of the last name, in order. Empty if there is no last name.
pub(super) fn last_parts(person: &Person) -> Vec<&str> {
    let mut parts: Vec<&str> = Vec::new();
    for part in person.last.split(' ').filter(|p| !p.is_empty()) {
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    parts
}

/// Whether a person can have several tokens in `pass`.
pub(super) fn blocks_on_part(pass: &Pass) -> bool {
    pass.block.contains(&BlockFeature::LastPart)
}

/// The values of a person that blocks are made of, for one part of the last name.
pub(super) struct BlockValues<'p> {
    person: &'p Person,
    first: String,
    last: String,
    part: Option<&'p str>,
}

impl<'p> BlockValues<'p> {
    pub(super) fn new(person: &'p Person, part: Option<&'p str>) -> Self {
        Self {
            person,
            first: person.first.replace(' ', ""),
            last: person.last.replace(' ', ""),
            part,
        }
    }

    /// The value of the whole block of `pass`, framed; `None` if a field of it is missing.
    pub(super) fn framed(&self, pass: &Pass) -> Option<Vec<u8>> {
        let mut out = Vec::with_capacity(96);
        push_framed(&mut out, pass.name.as_bytes());
        for feature in &pass.block {
            let value = self.value(*feature).filter(|v| !v.is_empty())?;
            push_framed(&mut out, value.as_bytes());
        }
        Some(out)
    }

    fn value(&self, feature: BlockFeature) -> Option<String> {
        let date = self.person.birthdate;
        match feature {
            BlockFeature::Birthdate => date.map(digits),
            BlockFeature::Year => date.map(|d| format!("{:04}", d.year())),
            BlockFeature::Month => date.map(|d| format!("{:02}", d.month())),
            BlockFeature::Day => date.map(|d| format!("{:02}", d.day())),
            BlockFeature::MonthDay => date.map(|d| {
                let (low, high) = (d.month().min(d.day()), d.month().max(d.day()));
                format!("{low:02}{high:02}")
            }),
            BlockFeature::First => Some(self.first.clone()),
            BlockFeature::Last => Some(self.last.clone()),
            BlockFeature::LastPart => self.part.map(str::to_owned),
            BlockFeature::Names => {
                let (a, b) = (self.first.as_str(), self.last.as_str());
                let both = !a.is_empty() && !b.is_empty();
                both.then(|| format!("{} {}", a.min(b), a.max(b)))
            }
            BlockFeature::FirstInitial => self.first.get(..1).map(str::to_owned),
            BlockFeature::FirstSound => sound(&self.first),
            BlockFeature::LastSound => sound(&self.last),
        }
    }
}

fn sound(name: &str) -> Option<String> {
    (!name.is_empty()).then(|| normalise::soundex(name))
}

fn digits(date: BirthDate) -> String {
    format!("{:04}{:02}{:02}", date.year(), date.month(), date.day())
}

/// The values of a person that filters are made of.
pub(super) struct FilterValues<'p> {
    person: &'p Person,
}

impl<'p> FilterValues<'p> {
    pub(super) fn new(person: &'p Person) -> Self {
        Self { person }
    }

    /// The distinct q-grams of `filter`, each with its tag. Empty if all its fields are missing.
    pub(super) fn grams(&self, filter: &Filter) -> BTreeSet<Vec<u8>> {
        let mut grams = BTreeSet::new();
        for feature in &filter.of {
            self.add(*feature, &mut grams);
        }
        grams
    }

    fn add(&self, feature: FilterFeature, grams: &mut BTreeSet<Vec<u8>>) {
        let p = self.person;
        match feature {
            FilterFeature::First => bigrams(&p.first, grams),
            FilterFeature::Middle => bigrams(&p.middle, grams),
            FilterFeature::Last => bigrams(&p.last, grams),
            FilterFeature::Birthdate => {
                if let Some(d) = p.birthdate {
                    positions(b'd', &digits(d), grams);
                }
            }
            FilterFeature::Year => {
                if let Some(d) = p.birthdate {
                    positions(b'y', &format!("{:04}", d.year()), grams);
                }
            }
            FilterFeature::Month => {
                if let Some(d) = p.birthdate {
                    grams.insert(format!("m{:02}", d.month()).into_bytes());
                }
            }
            FilterFeature::Day => {
                if let Some(d) = p.birthdate {
                    positions(b'e', &format!("{:02}", d.day()), grams);
                }
            }
            FilterFeature::MiddleInitial => {
                if let Some(initial) = p.middle.get(..1) {
                    grams.insert([b"i", initial.as_bytes()].concat());
                }
            }
            FilterFeature::Gender => {
                if let Some(g) = p.gender {
                    grams.insert(vec![b'g', g.letter() as u8]);
                }
            }
            FilterFeature::Suffix => {
                if !p.suffix.is_empty() {
                    grams.insert([b"s", p.suffix.as_bytes()].concat());
                }
            }
        }
    }
}

/// The bigrams of every part of a name, each part padded with `_` on both sides. First, middle
/// and last name share one tag, so that exchanged names have equal q-grams.
fn bigrams(name: &str, grams: &mut BTreeSet<Vec<u8>>) {
    for part in name.split(' ').filter(|p| !p.is_empty()) {
        let padded = [b"_", part.as_bytes(), b"_"].concat();
        for pair in padded.windows(2) {
            grams.insert([b"n", pair].concat());
        }
    }
}

/// Each digit with its position from 1, so that one wrong digit costs one q-gram.
fn positions(tag: u8, digits: &str, grams: &mut BTreeSet<Vec<u8>>) {
    for (i, digit) in digits.bytes().enumerate() {
        grams.insert(vec![tag, b'1' + i as u8, digit]);
    }
}
