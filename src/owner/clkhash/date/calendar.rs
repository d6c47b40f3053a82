//! What was read of a date, and the day that it is.

use super::{DAYS, MONTHS, starts, zone_is_good};
use crate::owner::clkhash::number::digit;

/// What the directives gave.
#[derive(Default)]
pub(super) struct Read {
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
    pub(super) fn take(&mut self, directive: char, chars: &[char]) -> Option<()> {
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

    pub(super) fn date(self) -> Option<(i32, i32, i32)> {
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

pub(super) fn days_in(year: i32, month: i32) -> i32 {
    match month {
        2 => 28 + i32::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// How many days there are from the last day before the year 1 to this one, a Monday being 1 more than a multiple of 7;
/// `None` if there is no such day in the years 1 to 9999.
pub(super) fn days_to(year: i32, month: i32, day: i32) -> Option<i32> {
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
pub(super) fn from_days(days: i32) -> Option<(i32, i32, i32)> {
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
