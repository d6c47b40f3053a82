//! What of a person goes into blocks and filters. SPEC encoding.md 3.

use std::borrow::Cow;

use super::push_framed;
use crate::owner::normalise::{self, Person};
use crate::project::{BlockFeature, Bucket, FilterFeature, Pass};
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
    first: Cow<'p, str>,
    last: Cow<'p, str>,
    /// YYYYMMDD, where the birthdate is known.
    date: Option<String>,
    part: Option<&'p str>,
    given: Option<&'p str>,
    bucket_key: Option<&'p [u8; 32]>,
    /// Hashes of the buckets asked for so far, by their features: several passes share them.
    hashed: Vec<(&'p [BlockFeature], u32)>,
    /// Room for what is hashed for a bucket.
    message: Vec<u8>,
}

impl<'p> BlockValues<'p> {
    /// Without `bucket_key`, each value is a bucket of its own.
    pub(super) fn new(person: &'p Person, bucket_key: Option<&'p [u8; 32]>) -> Self {
        Self {
            person,
            bucket_key,
            first: joined(&person.first),
            last: joined(&person.last),
            date: person
                .birthdate
                .map(|date| digits(date).map(char::from).iter().collect()),
            part: None,
            given: None,
            hashed: Vec::new(),
            message: Vec::new(),
        }
    }

    /// Goes on to the row of `part` of the last name and of a `given` name.
    pub(super) fn row(&mut self, part: Option<&'p str>, given: Option<&'p str>) {
        (self.part, self.given) = (part, given);
        self.hashed.clear();
    }

    /// Whether the birthdate of the person is missing, or only its year known.
    pub(super) fn is_undated(&self) -> bool {
        self.person.birthdate.is_none()
    }

    /// Sets `out` to the value of the whole block of `pass`, framed; false if a field of it is
    /// missing.
    pub(super) fn frame(&mut self, pass: &'p Pass, out: &mut Vec<u8>) -> bool {
        out.clear();
        push_framed(out, pass.name.as_bytes());
        for feature in &pass.block {
            let Some(value) = self.value(*feature) else {
                return false;
            };
            push_framed(out, value.as_bytes());
        }
        match &pass.bucket {
            Some(bucket) => self.frame_bucket(bucket, out),
            None => true,
        }
    }

    /// Appends the bucket of the values of its features, as decimal digits, framed. Without the
    /// key nobody can tell which values share one.
    fn frame_bucket(&mut self, bucket: &'p Bucket, out: &mut Vec<u8>) -> bool {
        let known = self.hashed.iter().find(|(of, _)| *of == bucket.of);
        let number = match known {
            Some((_, number)) => *number,
            None => {
                let mut message = std::mem::take(&mut self.message);
                message.clear();
                for feature in &bucket.of {
                    let Some(value) = self.value(*feature) else {
                        return false;
                    };
                    push_framed(&mut message, feature.as_str().as_bytes());
                    push_framed(&mut message, value.as_bytes());
                }
                let Some(key) = self.bucket_key else {
                    push_framed(out, &message);
                    return true;
                };
                let hash = blake3::keyed_hash(key, &message);
                let mut number = [0; 4];
                number.copy_from_slice(&hash.as_bytes()[..4]);
                let number = u32::from_le_bytes(number);
                self.message = message;
                self.hashed.push((&bucket.of, number));
                number
            }
        };
        let (mut digits, mut left) = ([0; 10], number % bucket.count);
        let mut start = digits.len();
        loop {
            start -= 1;
            digits[start] = b'0' + (left % 10) as u8;
            left /= 10;
            if left == 0 {
                break;
            }
        }
        push_framed(out, &digits[start..]);
        true
    }

    /// The text of `feature`, never empty; `None` if it is missing.
    fn value(&self, feature: BlockFeature) -> Option<Cow<'_, str>> {
        let date = self.date.as_deref();
        let of_date = |range: std::ops::Range<usize>| date?.get(range).map(Cow::Borrowed);
        let year = || year(self.person).map(|y| Cow::Owned(format!("{y:04}")));
        let value = match feature {
            BlockFeature::Birthdate => of_date(0..8).or_else(year),
            BlockFeature::Year => of_date(0..4).or_else(year),
            BlockFeature::Month => of_date(4..6),
            BlockFeature::Day => of_date(6..8),
            BlockFeature::MonthDay => {
                let (month, day) = (of_date(4..6)?, of_date(6..8)?);
                let (low, high) = (month.as_ref().min(&day), month.as_ref().max(&day));
                Some(Cow::Owned([low, high].concat()))
            }
            BlockFeature::First => Some(self.first.as_ref().into()),
            BlockFeature::Last => Some(self.last.as_ref().into()),
            BlockFeature::LastPart => self.part.map(Cow::Borrowed),
            BlockFeature::Names => {
                let (a, b) = (self.first.as_ref(), self.last.as_ref());
                let both = !a.is_empty() && !b.is_empty();
                both.then(|| Cow::Owned([a.min(b), " ", a.max(b)].concat()))
            }
            BlockFeature::FirstInitial => self.first.get(..1).map(Cow::Borrowed),
            BlockFeature::FirstSound => sound(&self.first),
            BlockFeature::LastSound => sound(&self.last),
            BlockFeature::FirstPart => self.person.first.split(' ').next().map(Cow::Borrowed),
            BlockFeature::LastPartInitial => self.part?.get(..1).map(Cow::Borrowed),
            BlockFeature::GivenRoot => self.given.map(Cow::Borrowed),
            BlockFeature::SurnameRoot => self
                .part
                .map(|p| Cow::Owned(normalise::skeleton(normalise::surname_root(p)))),
            BlockFeature::NameRoots => normalise::names_key(self.person).map(Cow::Owned),
            BlockFeature::MiddleInitial => self.person.middle.get(..1).map(Cow::Borrowed),
        };
        value.filter(|text| !text.is_empty())
    }
}

/// A name without the spaces between its parts.
fn joined(name: &str) -> Cow<'_, str> {
    if name.contains(' ') {
        Cow::Owned(name.replace(' ', ""))
    } else {
        Cow::Borrowed(name)
    }
}

fn sound(name: &str) -> Option<Cow<'static, str>> {
    (!name.is_empty()).then(|| Cow::Owned(normalise::soundex(name)))
}

/// The year of birth, from the birthdate or alone.
fn year(person: &Person) -> Option<u16> {
    person.birthdate.map(BirthDate::year).or(person.birth_year)
}

/// YYYYMMDD.
fn digits(date: BirthDate) -> [u8; 8] {
    let digit = |number: u16, unit: u16| b'0' + (number / unit % 10) as u8;
    let (y, m, d) = (date.year(), u16::from(date.month()), u16::from(date.day()));
    [
        digit(y, 1000),
        digit(y, 100),
        digit(y, 10),
        digit(y, 1),
        digit(m, 10),
        digit(m, 1),
        digit(d, 10),
        digit(d, 1),
    ]
}

/// The values of a person that filters are made of.
pub(super) struct FilterValues<'p> {
    person: &'p Person,
}

impl<'p> FilterValues<'p> {
    pub(super) fn new(person: &'p Person) -> Self {
        Self { person }
    }

    /// Sets `grams` to the distinct q-grams of the features that a filter is `of`, each with its tag.
    /// Empty if all these fields are missing.
    pub(super) fn grams(&self, of: &[FilterFeature], grams: &mut Vec<Gram>) {
        grams.clear();
        for feature in of {
            self.add(*feature, grams);
        }
        grams.sort_unstable();
        grams.dedup();
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
                if let Some(d) = p.birthdate {
                    positions(b'y', &digits(d)[..4], grams);
                } else if let Some(y) = p.birth_year {
                    positions(b'y', format!("{y:04}").as_bytes(), grams);
                }
            }
            FilterFeature::Month => {
                if let Some(d) = p.birthdate {
                    grams.push(Gram::new(b'm', &digits(d)[4..6]));
                }
            }
            FilterFeature::Day => {
                if let Some(d) = p.birthdate {
                    positions(b'e', &digits(d)[6..], grams);
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

/// A q-gram with its tag: up to 8 bytes, none of them zero, as one number of which the first byte
/// is the lowest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Gram(u64);

impl Gram {
    fn new(tag: u8, text: &[u8]) -> Self {
        // No text here is longer: two letters, two digits, or a suffix such as `III`.
        let len = text.len().min(7);
        let mut bytes = [0; 8];
        bytes[0] = tag;
        bytes[1..=len].copy_from_slice(&text[..len]);
        Self(u64::from_le_bytes(bytes))
    }

    /// As [`Gram::new`] of two characters.
    fn pair(tag: u8, first: u8, second: u8) -> Self {
        Self(u64::from(tag) | u64::from(first) << 8 | u64::from(second) << 16)
    }

    /// The same number for the same q-gram, and no other: its text holds no zero byte.
    pub(super) fn as_number(self) -> u64 {
        self.0
    }

    /// The tag and the text, as they go into the hash, with zeros behind; and the length without
    /// these.
    pub(super) fn bytes(self) -> ([u8; 8], usize) {
        let zeros = self.0.leading_zeros() as usize / 8;
        (self.0.to_le_bytes(), 8 - zeros)
    }

    /// A q-gram that no name has, to try filters with; `n` below 2^28.
    #[cfg(test)]
    pub(super) fn number(n: u32) -> Self {
        let digits = [0, 7, 14, 21].map(|shift| 1 + (n >> shift & 127) as u8);
        Self::new(b'#', &digits)
    }
}

/// The bigrams of every part of a name, each part padded with `_` on both sides. First, middle
/// and last name share one tag, so that exchanged names have equal q-grams.
fn bigrams(name: &str, grams: &mut Vec<Gram>) {
    for part in name.split(' ').filter(|p| !p.is_empty()) {
        let mut before = b'_';
        for letter in part.bytes().chain([b'_']) {
            grams.push(Gram::pair(b'n', before, letter));
            before = letter;
        }
    }
}

/// Each digit with its position from 1, so that one wrong digit costs one q-gram.
fn positions(tag: u8, digits: &[u8], grams: &mut Vec<Gram>) {
    for (i, digit) in digits.iter().enumerate() {
        grams.push(Gram::pair(tag, b'1' + i as u8, *digit));
    }
}
