//! The formats in which birthdates are written, and reading a cell in one of them.

use std::str::FromStr;

use super::Birth;
use crate::error::{Error, Result};
use crate::units::BirthDate;

/// The order and form in which the dates of a column are written.
///
/// Years have four digits, but for the formats that say otherwise: there, 30 to 99 are 1930 to 1999 and 00 to 29 are
/// 2000 to 2029, and a year of four digits is read as well. Months and days have one or two digits, except in `Compact`.
/// A time of day behind the date is accepted if it is midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateFormat {
    /// `iso`: year, month, day, divided by `-`, `/` or `.`, as in 2005-03-04.
    Iso,
    /// `mdy`: month, day, year, divided by `/`, `-` or `.`, as in 3/4/2005 for the fourth of March.
    MonthDayYear,
    /// `dmy`: day, month, year, divided by `/`, `-` or `.`, as in 4/3/2005 for the fourth of March.
    DayMonthYear,
    /// `dmony`: day, English name of the month in three letters, year, divided by `-`, `/`, `.` or a blank, as in
    /// 04-MAR-2005.
    DayNameYear,
    /// `compact`: eight digits, year, month, day, as in 20050304.
    Compact,
    /// `year`: the year alone, four digits.
    Year,
    /// `excel`: the number of the day in Excel's calendar of 1900, 10,000 to 60,000, as in 38415.
    Excel,
    /// `mdyy`: as `mdy` with a year of two digits, as in 3/4/05. Taken only where the user says so.
    MonthDayShort,
    /// `dmyy`: as `dmy` with a year of two digits, as in 4/3/05. Taken only where the user says so.
    DayMonthShort,
    /// `dmonyy`: as `dmony` with a year of two digits, as in 04-MAR-05. Taken only where the user says so.
    DayNameShort,
}

impl DateFormat {
    /// Every format, in the order in which they are listed to people.
    pub const ALL: [Self; 10] = [
        Self::Iso,
        Self::MonthDayYear,
        Self::DayMonthYear,
        Self::DayNameYear,
        Self::Compact,
        Self::Year,
        Self::Excel,
        Self::MonthDayShort,
        Self::DayMonthShort,
        Self::DayNameShort,
    ];

    /// The name of the format on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Iso => "iso",
            Self::MonthDayYear => "mdy",
            Self::DayMonthYear => "dmy",
            Self::DayNameYear => "dmony",
            Self::Compact => "compact",
            Self::Year => "year",
            Self::Excel => "excel",
            Self::MonthDayShort => "mdyy",
            Self::DayMonthShort => "dmyy",
            Self::DayNameShort => "dmonyy",
        }
    }

    /// What a trimmed cell of a column in this format holds.
    #[must_use]
    pub fn read(self, cell: &str) -> Birth {
        let ymd = match (self, form(cell)) {
            (_, Form::Missing) => return Birth::Missing,
            (Self::Iso, Form::YearFirst(y, m, d))
            | (Self::Compact, Form::Compact(y, m, d))
            | (Self::MonthDayYear | Self::MonthDayShort, Form::YearLast(m, d, y))
            | (Self::DayMonthYear | Self::DayMonthShort, Form::YearLast(d, m, y))
            | (Self::DayNameYear | Self::DayNameShort, Form::Named(d, m, y)) => (y, m, d),
            (Self::MonthDayShort, Form::ShortYear(m, d, y))
            | (Self::DayMonthShort, Form::ShortYear(d, m, y))
            | (Self::DayNameShort, Form::ShortNamed(d, m, y)) => (century(y), m, d),
            (Self::Excel, Form::Serial(n)) => {
                return serial(n).map_or(Birth::Invalid, Birth::Known);
            }
            (_, Form::YearOnly(y)) if is_plausible(y) => return Birth::Year(y),
            _ => return Birth::Invalid,
        };
        birth(ymd.0, ymd.1, ymd.2)
    }
}

impl FromStr for DateFormat {
    type Err = Error;

    /// # Errors
    /// [`Class::Usage`](crate::error::Class::Usage) for any other word.
    fn from_str(s: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|format| format.name() == s)
            .ok_or_else(|| {
                Error::usage("there is no date format of that name")
                    .hint("iso (2005-03-04), mdy (3/4/2005), dmy (4/3/2005), dmony (04-MAR-2005), compact (20050304), year (2005), \
                           excel (38415), mdyy (3/4/05), dmyy (4/3/05) or dmonyy (04-MAR-05)")
            })
    }
}

/// The form of a cell, before it is asked whether such a date exists.
#[derive(Clone, Copy)]
pub(super) enum Form {
    Missing,
    YearFirst(u16, u8, u8),
    YearLast(u8, u8, u16),
    Compact(u16, u8, u8),
    YearOnly(u16),
    /// The number of a day in Excel's calendar.
    Serial(u16),
    /// As `YearLast`, with a year of two digits.
    ShortYear(u8, u8, u8),
    /// Day, month by its name, year.
    Named(u8, u8, u16),
    /// As `Named`, with a year of two digits.
    ShortNamed(u8, u8, u8),
    Other,
}

pub(super) fn form(cell: &str) -> Form {
    if cell.bytes().all(|b| b == b'0' || b.is_ascii_punctuation()) {
        return Form::Missing;
    }
    if !cell.starts_with(|c: char| c.is_ascii_digit()) {
        let words = ["null", "na", "n/a", "#n/a", "none", "unknown"];
        return if words.iter().any(|w| cell.eq_ignore_ascii_case(w)) {
            Form::Missing
        } else {
            Form::Other
        };
    }
    if let Some(form) = named(cell) {
        return form;
    }
    let end = cell.bytes().position(|b| matches!(b, b' ' | b'T'));
    let (date, time) = cell.split_at(end.unwrap_or(cell.len()));
    if !is_midnight(time) {
        return Form::Other;
    }
    let bytes = date.as_bytes();
    if bytes.len() == 8
        && let (Some(y), Some(m), Some(d)) = (
            number(&bytes[..4]),
            number(&bytes[4..6]),
            number(&bytes[6..]),
        )
    {
        return Form::Compact(y, m as u8, d as u8);
    }
    if bytes.len() == 4
        && let Some(y) = number(bytes)
    {
        return Form::YearOnly(y);
    }
    if let Some(day) = serial_number(bytes) {
        return Form::Serial(day);
    }
    let Some(first) = bytes.iter().position(|b| b"-/.".contains(b)) else {
        return Form::Other;
    };
    let separator = bytes[first];
    let mut parts = bytes.split(|&b| b == separator);
    let (Some(a), Some(b), Some(c), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Form::Other;
    };
    let short = |part: &[u8]| matches!(part.len(), 1 | 2);
    let (Some(x), Some(y), Some(z)) = (number(a), number(b), number(c)) else {
        return Form::Other;
    };
    // Parts of one or two digits fit into a byte.
    match (a.len(), c.len()) {
        (4, _) if short(b) && short(c) => Form::YearFirst(x, y as u8, z as u8),
        (_, 4) if short(a) && short(b) => Form::YearLast(x as u8, y as u8, z),
        (_, 2) if short(a) && short(b) => Form::ShortYear(x as u8, y as u8, z as u8),
        _ => Form::Other,
    }
}

/// The form of a cell in which a letter follows the day, with what divides them: `21-MAR-2005`, `21 Mar 05`. `None` if it
/// has no such letter.
fn named(cell: &str) -> Option<Form> {
    const MONTHS: [&str; 12] = [
        "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
    ];
    let bytes = cell.as_bytes();
    let digits = bytes.iter().take_while(|b| b.is_ascii_digit()).count();
    let separator = *bytes.get(digits)?;
    if !b"-/. ".contains(&separator) || !bytes.get(digits + 1)?.is_ascii_alphabetic() {
        return None;
    }
    let mut parts = cell.splitn(3, char::from(separator));
    let (Some(day), Some(month), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
        return Some(Form::Other);
    };
    let end = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (year, time) = rest.split_at(end);
    let place = MONTHS.iter().position(|m| m.eq_ignore_ascii_case(month));
    let (Some(m), Some(d), Some(y)) = (place, number(day.as_bytes()), number(year.as_bytes()))
    else {
        return Some(Form::Other);
    };
    let is_divided = time.is_empty() || time.starts_with([' ', 'T']);
    let m = m as u8 + 1;
    Some(match year.len() {
        _ if day.len() > 2 || !is_divided || !is_midnight(time) => Form::Other,
        4 => Form::Named(d as u8, m, y),
        2 => Form::ShortNamed(d as u8, m, y as u8),
        _ => Form::Other,
    })
}

/// The year that is meant by its last two digits.
fn century(year: u8) -> u16 {
    u16::from(year) + if year < 30 { 2000 } else { 1900 }
}

/// What a date written with these numbers is.
pub(super) fn birth(year: u16, month: u8, day: u8) -> Birth {
    match BirthDate::new(year, month, day) {
        Some(date) => Birth::Known(date),
        // As systems write a day, or a day and a month, that nobody knows.
        None if matches!(day, 0 | 99) && is_plausible(year) => Birth::Year(year),
        None => Birth::Invalid,
    }
}

/// Five digits from 10,000 to 60,000, with nothing behind them or `.` and zeros.
fn serial_number(bytes: &[u8]) -> Option<u16> {
    let (digits, rest) = bytes.split_at_checked(5)?;
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let zeros = rest
        .strip_prefix(b".")
        .is_some_and(|z| !z.is_empty() && z.iter().all(|&b| b == b'0'));
    let n = digits.iter().fold(0, |n, d| n * 10 + u32::from(d - b'0'));
    let is_day = (10_000..=60_000).contains(&n) && (rest.is_empty() || zeros);
    is_day.then_some(n as u16)
}

/// The day of this number in Excel's calendar of 1900. Day 1 is 1 January 1900, and day 60 a 29
/// February of that year that never was: from day 61 on, numbers count from 30 December 1899.
fn serial(number: u16) -> Option<BirthDate> {
    BirthDate::new(1899, 12, 30)?.plus_days(number)
}

/// Whether somebody who is in a file can have been born in this year, or in the one a century before
/// it, which is meant by years from 2100 on (normalisation.md 10).
pub(super) fn is_plausible(year: u16) -> bool {
    (1700..=2199).contains(&year)
}

/// The number that 1 to 4 digits write.
fn number(digits: &[u8]) -> Option<u16> {
    if !(1..=4).contains(&digits.len()) || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(digits.iter().fold(0, |n, d| n * 10 + u16::from(d - b'0')))
}

/// Whether what stands behind a date says nothing: empty, or a midnight as databases write it.
fn is_midnight(time: &str) -> bool {
    let time = time.trim_start_matches(['T', ' ']);
    let time = match time.strip_prefix("12:") {
        Some(rest) if rest.ends_with("AM") => rest.trim_end_matches("AM"),
        _ => time.trim_end_matches('Z'),
    };
    time.bytes().all(|b| matches!(b, b'0' | b':' | b'.' | b' '))
}
