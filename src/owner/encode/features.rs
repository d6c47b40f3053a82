//! What of a person goes into blocks and filters. SPEC encoding.md 3.

use super::push_framed;
use crate::owner::normalise::{self, Person};
use crate::project::{BlockFeature, Bucket, Filter, FilterFeature, Pass};
use crate::units::BirthDate;

/// Given names of a person that have a token of their own; and last names, where one of them is an
/// alias.
const MOST_NAMES: usize = 2;

/// The distinct parts of the last name, in order, then those of its aliases while there are fewer
/// than two: a third row would tell the operator who has an alias. Empty if no last name is known.
pub(super) fn last_parts(person: &Person) -> Vec<&str> {
    let mut parts: Vec<&str> = Vec::new();
    for part in normalise::parts(&person.last) {
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    for part in full_names(&person.alias_last) {
        if parts.len() < MOST_NAMES && !parts.contains(&part) {
            parts.push(part);
        }
    }
    parts
}

/// The parts of a name that are no initials.
fn full_names(name: &str) -> impl Iterator<Item = &str> {
    normalise::parts(name).filter(|part| part.len() > 1)
}

/// The first two distinct given names of a person, each as what it is short for: the first, then
/// aliases, so that a second name that is hardly used does not take their place. Not as skeletons: of
/// the bearers of two given names more than ten would share one in a block of a state's size, and
/// the audit says no to that.
pub(super) fn given_roots(person: &Person) -> Vec<&str> {
    let mut out: Vec<&str> = Vec::new();
    let mut first = normalise::parts(&person.first);
    let names = first
        .next()
        .into_iter()
        .chain(full_names(&person.alias_first))
        .chain(first)
        .chain(full_names(&person.middle));
    for name in names {
        let root = normalise::given_root(name);
        if !out.contains(&root) {
            out.push(root);
        }
    }
    out.truncate(MOST_NAMES);
    out
}

/// The values of a person that blocks are made of, for one part of the last name.
pub(super) struct BlockValues<'p> {
    person: &'p Person,
    first: String,
    last: String,
    part: Option<&'p str>,
    given: Option<&'p str>,
    bucket_key: Option<&'p [u8; 32]>,
}

impl<'p> BlockValues<'p> {
    /// Without `bucket_key`, each value is a bucket of its own.
    pub(super) fn new(
        person: &'p Person,
        part: Option<&'p str>,
        given: Option<&'p str>,
        bucket_key: Option<&'p [u8; 32]>,
    ) -> Self {
        Self {
            person,
            bucket_key,
            first: person.first.replace(' ', ""),
            last: person.last.replace(' ', ""),
            part,
            given,
        }
    }

    /// Whether the birthdate of the person is missing, or only its year known.
    pub(super) fn is_undated(&self) -> bool {
        self.person.birthdate.is_none()
    }

    /// The value of the whole block of `pass`, framed; `None` if a field of it is missing.
    pub(super) fn framed(&self, pass: &Pass) -> Option<Vec<u8>> {
        let mut out = Vec::with_capacity(96);
        push_framed(&mut out, pass.name.as_bytes());
        for feature in &pass.block {
            push_framed(&mut out, self.present(*feature)?.as_bytes());
        }
        if let Some(bucket) = &pass.bucket {
            push_framed(&mut out, &self.bucket(bucket)?);
        }
        Some(out)
    }

    /// The bucket of the values of its features, as decimal digits. Without the key nobody can
    /// tell which values share one.
    fn bucket(&self, bucket: &Bucket) -> Option<Vec<u8>> {
        let mut message = Vec::with_capacity(96);
        for feature in &bucket.of {
            push_framed(&mut message, feature.as_str().as_bytes());
            push_framed(&mut message, self.present(*feature)?.as_bytes());
        }
        let Some(key) = self.bucket_key else {
            return Some(message);
        };
        let hash = blake3::keyed_hash(key, &message);
        let mut number = [0; 4];
        number.copy_from_slice(&hash.as_bytes()[..4]);
        let number = u32::from_le_bytes(number) % bucket.count;
        Some(number.to_string().into_bytes())
    }

    fn present(&self, feature: BlockFeature) -> Option<String> {
        self.value(feature).filter(|v| !v.is_empty())
    }

    fn value(&self, feature: BlockFeature) -> Option<String> {
        let date = self.person.birthdate;
        match feature {
            BlockFeature::Birthdate => date.map(digits).or_else(|| year(self.person)),
            BlockFeature::Year => year(self.person),
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
            BlockFeature::FirstPart => self.person.first.split(' ').next().map(str::to_owned),
            BlockFeature::LastPartInitial => self.part?.get(..1).map(str::to_owned),
            BlockFeature::GivenRoot => self.given.map(str::to_owned),
            BlockFeature::SurnameRoot => self
                .part
                .map(|p| normalise::skeleton(normalise::surname_root(p))),
            BlockFeature::NameRoots => normalise::names_key(self.person),
            BlockFeature::MiddleInitial => self.person.middle.get(..1).map(str::to_owned),
        }
    }
}

fn sound(name: &str) -> Option<String> {
    (!name.is_empty()).then(|| normalise::soundex(name))
}

/// The year of birth, from the birthdate or alone.
fn year(person: &Person) -> Option<String> {
    let known = person.birthdate.map(BirthDate::year).or(person.birth_year);
    known.map(|y| format!("{y:04}"))
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
    pub(super) fn grams(&self, filter: &Filter) -> Vec<Gram> {
        let mut grams = Vec::with_capacity(32);
        for feature in &filter.of {
            self.add(*feature, &mut grams);
        }
        grams.sort_unstable();
        grams.dedup();
        grams
    }

    fn add(&self, feature: FilterFeature, grams: &mut Vec<Gram>) {
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
                if let Some(y) = year(p) {
                    positions(b'y', &y, grams);
                }
            }
            FilterFeature::Month => {
                if let Some(d) = p.birthdate {
                    grams.push(Gram::new(b'm', format!("{:02}", d.month()).as_bytes()));
                }
            }
            FilterFeature::Day => {
                if let Some(d) = p.birthdate {
                    positions(b'e', &format!("{:02}", d.day()), grams);
                }
            }
            FilterFeature::MiddleInitial => {
                if let Some(initial) = p.middle.get(..1) {
                    grams.push(Gram::new(b'i', initial.as_bytes()));
                }
            }
            FilterFeature::Gender => {
                if let Some(g) = p.gender {
                    grams.push(Gram::new(b'g', &[g.letter() as u8]));
                }
            }
            FilterFeature::MiddleInitialOrNone => {
                grams.push(Gram::new(b'i', p.middle.get(..1).unwrap_or("-").as_bytes()));
            }
            FilterFeature::GenderOrNone => {
                let letter = p.gender.map_or(b'-', |g| g.letter() as u8);
                grams.push(Gram::new(b'g', &[letter]));
            }
            FilterFeature::Suffix => {
                if !p.suffix.is_empty() {
                    grams.push(Gram::new(b's', p.suffix.as_bytes()));
                }
            }
        }
    }
}

/// A q-gram with its tag: up to 8 bytes, none of them zero.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Gram {
    bytes: [u8; 8],
    len: u8,
}

impl Gram {
    fn new(tag: u8, text: &[u8]) -> Self {
        // No text here is longer: two letters, two digits, or a suffix such as `III`.
        let len = text.len().min(7);
        let mut bytes = [0; 8];
        bytes[0] = tag;
        bytes[1..=len].copy_from_slice(&text[..len]);
        Self {
            bytes,
            len: len as u8 + 1,
        }
    }

    /// The tag and the text, as they go into the hash.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    /// A q-gram that no name has, to try filters with.
    #[cfg(test)]
    pub(super) fn number(n: u32) -> Self {
        Self::new(b'#', &n.to_le_bytes())
    }
}

/// The bigrams of every part of a name, each part padded with `_` on both sides. First, middle
/// and last name share one tag, so that exchanged names have equal q-grams.
fn bigrams(name: &str, grams: &mut Vec<Gram>) {
    for part in name.split(' ').filter(|p| !p.is_empty()) {
        let mut before = b'_';
        for letter in part.bytes().chain([b'_']) {
            grams.push(Gram::new(b'n', &[before, letter]));
            before = letter;
        }
    }
}

/// Each digit with its position from 1, so that one wrong digit costs one q-gram.
fn positions(tag: u8, digits: &str, grams: &mut Vec<Gram>) {
    for (i, digit) in digits.bytes().enumerate() {
        grams.push(Gram::new(tag, &[b'1' + i as u8, digit]));
    }
}
