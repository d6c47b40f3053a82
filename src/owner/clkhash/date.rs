//! Dates as Python reads them: `datetime.strptime` of CPython 3.11 in the C locale.
//!
//! SPEC clk-encoding.md 3.2. A format is looked at as a whole when the schema is read: what no date can be read by is refused
//! then, and not at the first row.

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

/// What the directives gave.
#[derive(Default)]
struct Read {
    year: Option<i32>,
    iso_year: Option<i32>,
    month: Option<i32>,
    day: Option<i32>,
    weekday: Option<i32>,
    day_of_year: Option<i32>,
    week: Option<i32>,
    weeks_start_monday: bool,
    iso_week: Option<i32>,
}

impl Read {
    fn take(&mut self, directive: char, chars: &[char]) -> Option<()> {
        let number = || {
            let digits = chars.iter().filter_map(|c| digit(*c));
            digits.fold(0, |n, d| n * 10 + i32::from(d))
        };
        let word = |words: &[&str], letters: usize| {
            let found = words
                .iter()
                .position(|w| starts(chars, &w[..w.len().min(letters)]))?;
            i32::try_from(found).ok()
        };
        match directive {
            'y' => {
                let two = number();
                self.year = Some(if two <= 68 { 2000 + two } else { 1900 + two });
            }
            'Y' => self.year = Some(number()),
            'G' => self.iso_year = Some(number()),
            'm' => self.month = Some(number()),
            'B' | 'b' => self.month = Some(word(&MONTHS, 3)? + 1),
            'd' => self.day = Some(number()),
            'A' | 'a' => self.weekday = Some(word(&DAYS, 3)?),
            'w' => self.weekday = Some((number() + 6) % 7),
            'u' => self.weekday = Some(number() - 1),
            'j' => self.day_of_year = Some(number()),
            'U' | 'W' => {
                self.week = Some(number());
                self.weeks_start_monday = directive == 'W';
            }
            'V' => self.iso_week = Some(number()),
            // There are leap seconds in a format, and none in a date.
            'S' if number() > 59 => return None,
            'z' => zone_is_good(chars).then_some(())?,
            _ => {}
        }
        Some(())
    }

    fn date(self) -> Option<(i32, i32, i32)> {
        let (mut month, mut day) = (self.month.unwrap_or(1), self.day.unwrap_or(1));
        // A leap day without a year is looked at in a leap year, and then put into one that is none.
        let leap_day = self.year.is_none() && month == 2 && day == 29;
        let mut year = self.year.unwrap_or(if leap_day { 1904 } else { 1900 });
        let mut day_of_year = self.day_of_year;
        if let (None, Some(weekday)) = (day_of_year, self.weekday) {
            if let Some(week) = self.week {
                let first = days_to(year, 1, 1)?;
                day_of_year = Some(day_of_week(first, week, weekday, self.weeks_start_monday));
            } else if let (Some(iso_year), Some(iso_week)) = (self.iso_year, self.iso_week) {
                let correction = (days_to(iso_year, 1, 4)? - 1).rem_euclid(7) + 1 + 3;
                let mut ordinal = iso_week * 7 + weekday + 1 - correction;
                year = iso_year;
                if ordinal < 1 {
                    ordinal += days_to(year, 1, 1)?;
                    year -= 1;
                    ordinal -= days_to(year, 1, 1)?;
                }
                day_of_year = Some(ordinal);
            }
            if let Some(number) = &mut day_of_year
                && *number <= 0
            {
                year -= 1;
                *number += if is_leap(year) { 366 } else { 365 };
            }
        }
        match day_of_year {
            Some(number) => (year, month, day) = from_days(number - 1 + days_to(year, 1, 1)?)?,
            None => {
                days_to(year, month, day)?;
            }
        }
        if leap_day {
            year = 1900;
        }
        days_to(year, month, day).map(|_| (year, month, day))
    }
}

/// The day of the year that is `weekday` (0 is Monday) of its week number `week`; may be 0 or less.
fn day_of_week(first: i32, week: i32, weekday: i32, monday: bool) -> i32 {
    let shift = i32::from(!monday);
    let first = ((first - 1).rem_euclid(7) + shift) % 7;
    let weekday = (weekday + shift) % 7;
    if week == 0 {
        1 + weekday - first
    } else {
        1 + (7 - first) % 7 + 7 * (week - 1) + weekday
    }
}

fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(year: i32, month: i32) -> i32 {
    match month {
        2 => 28 + i32::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// How many days there are from the last day before the year 1 to this one, a Monday being 1 more than a multiple of 7;
/// `None` if there is no such day in the years 1 to 9999.
fn days_to(year: i32, month: i32, day: i32) -> Option<i32> {
    if !(1..=9999).contains(&year)
        || !(1..=12).contains(&month)
        || !(1..=days_in(year, month)).contains(&day)
    {
        return None;
    }
    let before = year - 1;
    let months: i32 = (1..month).map(|m| days_in(year, m)).sum();
    Some(before * 365 + before / 4 - before / 100 + before / 400 + months + day)
}

/// The inverse of [`days_to`].
fn from_days(days: i32) -> Option<(i32, i32, i32)> {
    if days < 1 {
        return None;
    }
    // Never later than the right year, and at most one before it.
    let mut year = ((days - 1) * 10 / 3653).max(1);
    while days_to(year + 1, 1, 1).is_some_and(|first| first <= days) {
        year += 1;
    }
    let mut day = days - days_to(year, 1, 1)? + 1;
    let mut month = 1;
    while day > days_in(year, month) {
        day -= days_in(year, month);
        month += 1;
    }
    (month <= 12).then_some((year, month, day))
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
mod tests {
    use super::*;

    fn read(format: &str, cell: &str) -> Option<String> {
        let mut out = String::new();
        let format = DateFormat::parse(format).unwrap();
        format.write(cell, &mut out).then_some(out)
    }

    #[test]
    fn dates_are_read_as_python_reads_them() {
        for (format, cell, date) in [
            ("%Y%m%d", "00050101", "50101"),
            ("%Y-%m-%d", "2008-1-5", "20080105"),
            ("%Y%m%d", "2020111", "20201101"),
            ("%y", "69", "19690101"),
            ("%y", "68", "20680101"),
            ("%Y %j", "2021 366", "20220101"),
            ("%c", "Tue Mar  3 10:00:00 2020", "20200303"),
            ("%x", "03/04/20", "20200304"),
            ("%Y T", "2020 t", "20200101"),
            ("%Y\u{17f}", "2020S", "20200101"),
            ("%Yi", "2020\u{130}", "20200101"),
            ("%Y\u{e9}", "2020\u{c9}", "20200101"),
            ("%Y\u{3c3}", "2020\u{3c2}", "20200101"),
            ("%Y", "\u{ff12}\u{ff10}\u{ff12}\u{ff10}", "20200101"),
            ("%Y  %m", "2020\u{1f}1", "20200101"),
            ("%Y%U%w", "2020531", "20210104"),
            ("%G%V%u", "2020531", "20201228"),
            ("%Y%W%a", "000100mon", "10101"),
            ("%y%Y", "211999", "19990101"),
            ("%Y%y", "199921", "20210101"),
            ("%d%Y", "312020", "20200131"),
            ("%I %p %Y", "12 Pm 2020", "20200101"),
            ("%f%Y", "1232020", "20200101"),
            ("%Y%z", "2020+01:00:00.5", "20200101"),
            ("%Y%z", "2020Z", "20200101"),
            ("%B %d, %Y", "sepTember  9, 1999", "19990909"),
            ("%d%b%Y", "31DEC9999", "99991231"),
            ("%%%Y", "%2020", "20200101"),
        ] {
            assert_eq!(read(format, cell).as_deref(), Some(date), "{format} {cell}");
        }
        for (format, cell) in [
            ("%d %m", "29 2"),
            ("%Y-%m-%d", "2001-02-29"),
            ("%Y-%m-%d", " 2001-02-28"),
            ("%Y-%m-%d", "2001-02-28 "),
            ("%Y", "0000"),
            ("%Y%z", "2020+2400"),
            ("%Y%z", "2020z"),
            ("%Y%z", "2020+01:0000"),
            ("%Y%z", "2020+0100:00"),
            ("%S %Y", "61 2020"),
            ("%b", "\u{17f}ep"),
            ("%b", "sept"),
            ("%Y%W%a", "999953sun"),
            ("%Y", ""),
        ] {
            assert_eq!(read(format, cell), None, "{format} {cell}");
        }
    }

    #[test]
    fn every_day_has_its_number() {
        let mut days = 0;
        for year in (1..=2).chain(1899..=2101).chain(9998..=9999) {
            days = days_to(year, 1, 1).unwrap();
            for month in 1..=12 {
                for day in 1..=days_in(year, month) {
                    assert_eq!(days_to(year, month, day), Some(days));
                    assert_eq!(from_days(days), Some((year, month, day)));
                    days += 1;
                }
            }
        }
        assert_eq!(from_days(days), None);
        assert_eq!(from_days(0), None);
    }

    #[test]
    fn formats_by_which_nothing_can_be_read_are_refused() {
        for format in [
            "%",
            "%-d",
            "% d",
            "%Z",
            "%d%d",
            "%x %d",
            "%G",
            "%G %V",
            "%G %V %u %j",
            "%V %Y %u",
            "%.",
            "%Q",
            "%n",
        ] {
            assert!(DateFormat::parse(format).is_err(), "{format}");
        }
    }
}
