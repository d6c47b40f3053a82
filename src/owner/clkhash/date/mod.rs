//! Dates as Python reads them: `datetime.strptime` of CPython 3.11 in the C locale.
//!
//! SPEC clk-encoding.md 3.2. A format is looked at as a whole when the schema is read: what no date can be read by is refused
//! then, and not at the first row.

mod calendar;

use calendar::Read;

use super::number::{digit, is_space};

/// One place of a directive's digits.
#[derive(Debug, Clone, Copy)]
enum Place {
    /// An ASCII digit from the first to the second.
    From(u8, u8),
    /// A digit of any script.
    Any,
    /// A blank.
    Blank,
}

use Place::{Any, Blank, From};

/// What a directive's digits may be, in the order in which they are tried.
fn digits(directive: char) -> &'static [&'static [Place]] {
    match directive {
        'd' => &[
            &[From(3, 3), From(0, 1)],
            &[From(1, 2), Any],
            &[From(0, 0), From(1, 9)],
            &[From(1, 9)],
            &[Blank, From(1, 9)],
        ],
        'H' => &[&[From(2, 2), From(0, 3)], &[From(0, 1), Any], &[Any]],
        'I' | 'm' => &[
            &[From(1, 1), From(0, 2)],
            &[From(0, 0), From(1, 9)],
            &[From(1, 9)],
        ],
        'j' => &[
            &[From(3, 3), From(6, 6), From(0, 6)],
            &[From(3, 3), From(0, 5), Any],
            &[From(1, 2), Any, Any],
            &[From(0, 0), From(1, 9), Any],
            &[From(0, 0), From(0, 0), From(1, 9)],
            &[From(1, 9), Any],
            &[From(0, 0), From(1, 9)],
            &[From(1, 9)],
        ],
        'M' => &[&[From(0, 5), Any], &[Any]],
        'S' => &[&[From(6, 6), From(0, 1)], &[From(0, 5), Any], &[Any]],
        'U' | 'W' => &[&[From(5, 5), From(0, 3)], &[From(0, 4), Any], &[Any]],
        'V' => &[
            &[From(5, 5), From(0, 3)],
            &[From(0, 0), From(1, 9)],
            &[From(1, 4), Any],
            &[Any],
        ],
        'w' => &[&[From(0, 6)]],
        'u' => &[&[From(1, 7)]],
        'y' => &[&[Any, Any]],
        'Y' | 'G' => &[&[Any, Any, Any, Any]],
        'f' => &[
            &[From(0, 9); 6],
            &[From(0, 9); 5],
            &[From(0, 9); 4],
            &[From(0, 9); 3],
            &[From(0, 9); 2],
            &[From(0, 9); 1],
        ],
        _ => &[],
    }
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const DAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];
const HALVES: [&str; 2] = ["am", "pm"];

/// The words of a directive, and how many of their letters count.
fn words(directive: char) -> Option<(&'static [&'static str], usize)> {
    match directive {
        'B' => Some((&MONTHS, usize::MAX)),
        'b' => Some((&MONTHS, 3)),
        'A' => Some((&DAYS, usize::MAX)),
        'a' => Some((&DAYS, 3)),
        'p' => Some((&HALVES, usize::MAX)),
        _ => None,
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Item {
    /// One or more blanks.
    Blanks,
    /// This character, in either case.
    Letter(char),
    /// A directive.
    Directive(char),
}

/// A date format that can be read by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DateFormat {
    items: Vec<Item>,
}

/// What a directive was given: characters `start..end`.
type Spans = [(usize, usize)];

impl DateFormat {
    /// The format as the schema has it; the error says why Python reads no date by it, or why this program does not.
    pub(super) fn parse(format: &str) -> Result<Self, String> {
        let mut items = Vec::new();
        let mut chars = format.chars().peekable();
        while let Some(c) = chars.next() {
            if is_space(c) {
                while chars.next_if(|c| is_space(*c)).is_some() {}
                items.push(Item::Blanks);
            } else if c != '%' {
                items.push(Item::Letter(c));
            } else {
                match chars.next() {
                    None => return Err("it ends in a single %".into()),
                    Some('%') => items.push(Item::Letter('%')),
                    Some('c') => items.extend(Self::parse("%a %b %d %H:%M:%S %Y")?.items),
                    Some('x') => items.extend(Self::parse("%m/%d/%y")?.items),
                    Some('X') => items.extend(Self::parse("%H:%M:%S")?.items),
                    Some('Z') => {
                        return Err(
                            "%Z depends on the time zone of the machine, and is not read".into(),
                        );
                    }
                    Some(c) if c == 'z' || words(c).is_some() || !digits(c).is_empty() => {
                        items.push(Item::Directive(c));
                    }
                    Some(_) => return Err("it has a % with a letter that means nothing".into()),
                }
            }
        }
        if items.len() > 60 {
            return Err("it is longer than any date".into());
        }
        let format = Self { items };
        format.check()?;
        Ok(format)
    }

    /// What Python would notice at every date.
    fn check(&self) -> Result<(), String> {
        for (i, item) in self.items.iter().enumerate() {
            if let Item::Directive(c) = item
                && self.items[..i].contains(item)
            {
                return Err(format!("%{c} occurs twice"));
            }
        }
        let has = |c: char| self.items.contains(&Item::Directive(c));
        let has_year = has('y') || has('Y');
        let has_weekday = ['A', 'a', 'w', 'u'].into_iter().any(has);
        if !has_year && has('G') {
            if !has('V') || !has_weekday {
                return Err("%G needs %V and a day of the week".into());
            }
            if has('j') {
                return Err("%G does not go with %j".into());
            }
        } else if has('V') && !has('U') && !has('W') {
            return Err("%V needs %G, without %Y or %y".into());
        }
        Ok(())
    }

    /// Appends `YYYYMMDD` of the date in `cell`, a year before 1000 in as many digits as it has; false if it is none.
    pub(super) fn write(&self, cell: &str, out: &mut String) -> bool {
        // PERF: nothing is allocated for a date of the usual length.
        let (mut few_chars, mut few_spans) = (['\0'; 32], [(0, 0); 16]);
        let (many_chars, mut many_spans): (Vec<char>, Vec<_>);
        let chars = match cell.len() <= few_chars.len() {
            true => {
                let mut length = 0;
                for (place, c) in few_chars.iter_mut().zip(cell.chars()) {
                    (*place, length) = (c, length + 1);
                }
                &few_chars[..length]
            }
            false => {
                many_chars = cell.chars().collect();
                many_chars.as_slice()
            }
        };
        let spans = match few_spans.get_mut(..self.items.len()) {
            Some(spans) => spans,
            None => {
                many_spans = vec![(0, 0); self.items.len()];
                many_spans.as_mut_slice()
            }
        };
        if self.matches(chars, 0, 0, spans) != Some(chars.len()) {
            return false;
        }
        let Some((year, month, day)) = self.date(chars, spans) else {
            return false;
        };
        let digits = [1000, 100, 10, 1].map(|unit| year / unit % 10);
        let leading = digits.iter().take_while(|d| **d == 0).count();
        let digits = digits[leading..].iter().copied();
        let rest = [month / 10, month % 10, day / 10, day % 10];
        out.extend(digits.chain(rest).map(|d| char::from(b'0' + d as u8)));
        true
    }

    /// Where the first reading of the items from `i` on ends, in the order of a backtracking search.
    fn matches(
        &self,
        chars: &[char],
        mut i: usize,
        mut at: usize,
        spans: &mut Spans,
    ) -> Option<usize> {
        while let Some(item) = self.items.get(i) {
            match item {
                Item::Letter(c) => {
                    if !chars.get(at).is_some_and(|d| same(*c, *d)) {
                        return None;
                    }
                    (i, at) = (i + 1, at + 1);
                }
                Item::Blanks => {
                    let blanks = chars[at..].iter().take_while(|c| is_space(**c)).count();
                    return (1..=blanks)
                        .rev()
                        .find_map(|n| self.matches(chars, i + 1, at + n, spans));
                }
                Item::Directive(c) => {
                    let rest = &chars[at..];
                    let mut try_next = |length: usize| {
                        spans[i] = (at, at + length);
                        self.matches(chars, i + 1, at + length, spans)
                    };
                    if *c == 'z' {
                        return zones(rest).into_iter().find_map(try_next);
                    }
                    if let Some((words, letters)) = words(*c) {
                        let word = words.iter().map(|w| &w[..w.len().min(letters)]);
                        let length = word.filter(|w| starts(rest, w)).map(str::len).next()?;
                        return try_next(length);
                    }
                    return digits(*c)
                        .iter()
                        .filter(|places| fit(rest, places))
                        .find_map(|places| try_next(places.len()));
                }
            }
        }
        Some(at)
    }

    /// The date that was read, if there is such a day.
    fn date(&self, chars: &[char], spans: &Spans) -> Option<(i32, i32, i32)> {
        let mut read = Read::default();
        for (item, &(start, end)) in self.items.iter().zip(spans.iter()) {
            if let Item::Directive(c) = item {
                read.take(*c, &chars[start..end])?;
            }
        }
        read.date()
    }
}

/// Whether two characters are the same to a pattern that does not look at case.
fn same(a: char, b: char) -> bool {
    let one = |mut chars: Box<dyn Iterator<Item = char>>| {
        let first = chars.next();
        first.filter(|_| chars.next().is_none())
    };
    let lower = |c: char| one(Box::new(c.to_lowercase()));
    let upper = |c: char| one(Box::new(c.to_uppercase()));
    let dotted = |c: char| matches!(c, 'i' | 'I' | '\u{130}' | '\u{131}');
    a == b
        || !(a.is_ascii() && b.is_ascii())
            && (lower(a).is_some() && lower(a) == lower(b)
                || upper(a).is_some() && upper(a) == upper(b)
                || dotted(a) && dotted(b))
        || a.eq_ignore_ascii_case(&b)
}

/// Whether `chars` start with `word`, in ASCII letters of either case.
fn starts(chars: &[char], word: &str) -> bool {
    word.len() <= chars.len()
        && word
            .chars()
            .zip(chars)
            .all(|(w, c)| c.eq_ignore_ascii_case(&w))
}

/// Whether `chars` start with what `places` stand for.
fn fit(chars: &[char], places: &[Place]) -> bool {
    places.len() <= chars.len()
        && places.iter().zip(chars).all(|(place, c)| match place {
            From(low, high) => c.is_ascii_digit() && (low..=high).contains(&&(*c as u8 - b'0')),
            Any => digit(*c).is_some(),
            Blank => *c == ' ',
        })
}

/// How long an offset from UTC at the start of `chars` may be, in the order in which lengths are tried.
fn zones(chars: &[char]) -> Vec<usize> {
    if chars.first() == Some(&'Z') {
        return vec![1];
    }
    let digits = |at: usize, low: &'static [Place]| chars.len() > at && fit(&chars[at..], low);
    let two: &[Place] = &[From(0, 5), Any];
    let colon = |at: usize| usize::from(chars.get(at) == Some(&':'));
    if !matches!(chars.first(), Some('+' | '-')) || !digits(1, &[Any, Any]) {
        return Vec::new();
    }
    let minutes = 3 + colon(3);
    if !digits(minutes, two) {
        return Vec::new();
    }
    let end = minutes + 2;
    let mut lengths = Vec::new();
    let seconds = end + colon(end);
    if digits(seconds, two) {
        let end = seconds + 2;
        if chars.get(end) == Some(&'.') {
            let fraction = &chars[end + 1..];
            let digits = fraction.iter().take_while(|c| digit(**c).is_some()).count();
            lengths.extend((1..=digits.min(6)).rev().map(|n| end + 1 + n));
        }
        lengths.push(end);
    }
    lengths.push(end);
    lengths
}

/// Whether an offset that [`zones`] found is written in one way throughout and is less than a day.
fn zone_is_good(chars: &[char]) -> bool {
    if chars == ['Z'] {
        return true;
    }
    let colon = chars.get(3) == Some(&':');
    let end = 5 + usize::from(colon);
    if chars.len() > end && (chars[end] == ':') != colon {
        return false;
    }
    let hours = chars[1..3].iter().filter_map(|c| digit(*c));
    hours.fold(0, |n, d| n * 10 + u32::from(d)) < 24
}

#[cfg(test)]
mod tests;
