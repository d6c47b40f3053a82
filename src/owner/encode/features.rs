//! What of a person goes into blocks and filters. SPEC encoding.md 3.

use std::borrow::Cow;

use super::push_framed;
use crate::owner::normalise::{self, Person};
use crate::project::{BlockFeature, FilterFeature, Pass};
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
    date: Option<[u8; 8]>,
    part: Option<&'p str>,
    given: Option<&'p str>,
}

impl<'p> BlockValues<'p> {
    pub(super) fn new(person: &'p Person) -> Self {
        Self {
            person,
            first: normalise::joined(&person.first),
            last: normalise::joined(&person.last),
            date: person.birthdate.map(digits),
            part: None,
            given: None,
        }
    }

    /// Goes on to the row of `part` of the last name and of a `given` name.
    pub(super) fn row(&mut self, part: Option<&'p str>, given: Option<&'p str>) {
        (self.part, self.given) = (part, given);
    }

    /// Whether the birthdate of the person is missing, or only its year known.
    pub(super) fn is_undated(&self) -> bool {
        self.person.birthdate.is_none()
    }

    /// Appends the name of `pass` and the texts of its block features, framed; false if one of these
    /// is missing. Its bucket is to follow.
    pub(super) fn frame(&self, pass: &Pass, out: &mut Vec<u8>) -> bool {
        push_framed(out, pass.name.as_bytes());
        pass.block.iter().all(|feature| self.push(*feature, out))
    }

    /// Appends what is hashed for a bucket of these features: names and texts, framed; false if one
    /// is missing.
    pub(super) fn frame_bucket(&self, of: &[BlockFeature], out: &mut Vec<u8>) -> bool {
        of.iter().all(|feature| {
            push_framed(out, feature.as_str().as_bytes());
            self.push(*feature, out)
        })
    }

    /// Appends the text of `feature`, framed; false if it is missing.
    fn push(&self, feature: BlockFeature, out: &mut Vec<u8>) -> bool {
        let start = out.len() + 4;
        out.extend_from_slice(&[0; 4]);
        self.push_text(feature, out);
        let length = out.len() - start;
        out[start - 4..start].copy_from_slice(&(length as u32).to_le_bytes());
        length > 0
    }

    /// Appends the text of `feature`; nothing if it is missing.
    fn push_text(&self, feature: BlockFeature, out: &mut Vec<u8>) {
        let of_date = |range: std::ops::Range<usize>| self.date.as_ref().map(|date| &date[range]);
        let year = || self.person.birth_year.map(year_digits);
        let mut of_name = |name: Option<&str>| out.extend_from_slice(name.unwrap_or("").as_bytes());
        match feature {
            BlockFeature::Birthdate | BlockFeature::Year => {
                let digits = if feature == BlockFeature::Year { 4 } else { 8 };
                match (of_date(0..digits), year()) {
                    (Some(date), _) => out.extend_from_slice(date),
                    (None, Some(year)) => out.extend_from_slice(&year),
                    (None, None) => {}
                }
            }
            BlockFeature::Month => out.extend_from_slice(of_date(4..6).unwrap_or_default()),
            BlockFeature::Day => out.extend_from_slice(of_date(6..8).unwrap_or_default()),
            BlockFeature::MonthDay => {
                if let (Some(month), Some(day)) = (of_date(4..6), of_date(6..8)) {
                    out.extend_from_slice(month.min(day));
                    out.extend_from_slice(month.max(day));
                }
            }
            BlockFeature::First => of_name(Some(&self.first)),
            BlockFeature::Last => of_name(Some(&self.last)),
            BlockFeature::LastPart => of_name(self.part),
            BlockFeature::Names => {
                let (a, b) = (self.first.as_ref(), self.last.as_ref());
                if !a.is_empty() && !b.is_empty() {
                    out.extend_from_slice(a.min(b).as_bytes());
                    out.push(b' ');
                    out.extend_from_slice(a.max(b).as_bytes());
                }
            }
            BlockFeature::FirstInitial => of_name(self.first.get(..1)),
            BlockFeature::FirstSound => of_name(sound(&self.first).as_deref()),
            BlockFeature::LastSound => of_name(sound(&self.last).as_deref()),
            BlockFeature::FirstPart => of_name(self.person.first.split(' ').next()),
            BlockFeature::LastPartInitial => of_name(self.part.and_then(|part| part.get(..1))),
            BlockFeature::GivenRoot => of_name(self.given),
            BlockFeature::SurnameRoot => {
                if let Some(part) = self.part {
                    normalise::push_skeleton(normalise::surname_root(part), out);
                }
            }
            BlockFeature::NameRoots => {
                normalise::push_names_key(self.person, out);
            }
            BlockFeature::MiddleInitial => of_name(self.person.middle.get(..1)),
        }
    }
}

/// Appends `number` in decimal digits, framed.
pub(super) fn push_decimal(mut number: u32, out: &mut Vec<u8>) {
    let mut digits = [0; 10];
    let mut start = digits.len();
    loop {
        start -= 1;
        digits[start] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    push_framed(out, &digits[start..]);
}

fn sound(name: &str) -> Option<String> {
    (!name.is_empty()).then(|| normalise::soundex(name))
}

/// YYYY.
fn year_digits(year: u16) -> [u8; 4] {
    [1000, 100, 10, 1].map(|unit| b'0' + (year / unit % 10) as u8)
}

/// YYYYMMDD.
fn digits(date: BirthDate) -> [u8; 8] {
    let [m1, m2] = [10, 1].map(|unit| b'0' + date.month() / unit % 10);
    let [d1, d2] = [10, 1].map(|unit| b'0' + date.day() / unit % 10);
    let [y1, y2, y3, y4] = year_digits(date.year());
    [y1, y2, y3, y4, m1, m2, d1, d2]
}

/// The values of a person that filters are made of.
pub(super) struct FilterValues<'p> {
    person: &'p Person,
}

impl<'p> FilterValues<'p> {
    pub(super) fn new(person: &'p Person) -> Self {
        Self { person }
    }

    /// Appends the distinct q-grams of the features that a filter is `of`, each with its tag, and
    /// returns how many. 0 if all these fields are missing.
    pub(super) fn grams(&self, of: &[FilterFeature], grams: &mut Vec<Gram>) -> usize {
        let start = grams.len();
        for feature in of {
            self.add(*feature, grams);
        }
        grams[start..].sort_unstable();
        let mut end = start;
        for i in start..grams.len() {
            if i == start || grams[i] != grams[end - 1] {
                grams[end] = grams[i];
                end += 1;
            }
        }
        grams.truncate(end);
        end - start
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
                    positions(b'y', &year_digits(y), grams);
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
