//! What is believed before the data speak: rough rates, each outweighed by a few observations.
//!
//! The figures are orders of magnitude for names in North American school files, not fits to any
//! one set; `docs/concepts/decision.md` says where each comes from.

use super::evidence::{Date, Names};
use crate::matcher::compare::{ABSENT, EXACT, LOWEST, Level};

/// Days of a mean year, and of a mean month.
const YEAR_DAYS: f64 = 365.25;
const MONTH_DAYS: f64 = 30.44;

/// Chance that two strangers have the same first name.
const SAME_FIRST: f64 = 4e-3;
/// Chance that two strangers have the same last name.
const SAME_LAST: f64 = 1e-3;

/// Chance that one name of two strangers reaches levels 1 to 13 and no higher.
const ONE_NAME: [f64; 13] = [
    0.9, 5e-2, 2e-2, 1e-2, 5e-3, 2.5e-3, 1.3e-3, 7e-4, 4e-4, 2.5e-4, 1.5e-4, 1e-4, 7e-5,
];
/// The same for both names in one folded filter.
const BOTH_NAMES: [f64; 13] = [
    0.85, 1e-1, 2e-2, 6e-3, 2e-3, 7e-4, 3e-4, 1e-4, 5e-5, 2.5e-5, 1.2e-5, 6e-6, 4e-6,
];

/// Share of matches in a state of names that are alike without being equal, by level 1 to 13.
const ALIKE: [f64; 13] = [
    0.08, 0.07, 0.08, 0.08, 0.08, 0.08, 0.08, 0.08, 0.08, 0.08, 0.08, 0.06, 0.04,
];

fn at(table: &[f64; 13], level: Level) -> f64 {
    table[usize::from(level.clamp(LOWEST, 13) - 1)]
}

/// Chance that the names of a match are in state `names`. `classic`: everything in one filter.
pub(super) fn match_names(names: Names, classic: bool) -> f64 {
    match names {
        Names::Both => 0.75,
        Names::Exchanged => 0.005,
        Names::FirstAndPart(EXACT) => 0.02,
        Names::FirstAndPart(ABSENT) => 0.08,
        Names::FirstAndPart(level) => 0.08 * at(&ALIKE, level),
        Names::First(EXACT) | Names::Last(EXACT) => 0.02,
        Names::First(ABSENT) | Names::Last(ABSENT) => 0.12,
        Names::First(level) | Names::Last(level) => 0.12 * at(&ALIKE, level),
        Names::Alike(_, EXACT) if classic => 0.5,
        Names::Alike(_, EXACT) => 0.02,
        Names::Alike(_, ABSENT) => 1e-3,
        Names::Alike(_, level) => (if classic { 0.5 } else { 0.1 }) * at(&ALIKE, level),
    }
}

/// Chance that the names of two strangers are in state `names`.
pub(super) fn stranger_names(names: Names, classic: bool) -> f64 {
    let both = 3e-6;
    match names {
        Names::Both => both,
        Names::Exchanged => both / 10.0,
        Names::FirstAndPart(EXACT) => both,
        Names::FirstAndPart(ABSENT) => 2.0 * both,
        Names::FirstAndPart(_) => both / 5.0,
        Names::First(ABSENT) => SAME_FIRST,
        Names::First(EXACT) => SAME_FIRST * SAME_LAST,
        Names::First(level) => SAME_FIRST * at(&ONE_NAME, level),
        Names::Last(ABSENT) => SAME_LAST,
        Names::Last(EXACT) => SAME_FIRST * SAME_LAST,
        Names::Last(level) => SAME_LAST * at(&ONE_NAME, level),
        // Names and birthdate in one filter: at Dice 0.85 about one stranger pair in a million.
        Names::Alike(_, EXACT) if classic => 1e-9,
        Names::Alike(_, level) if classic => 8e-7 * 0.6f64.powi(i32::from(level) - 2),
        Names::Alike(_, EXACT) => both,
        Names::Alike(_, ABSENT) => 1.0,
        Names::Alike(_, level) => at(&BOTH_NAMES, level),
    }
}

/// Chance that the birthdates of a match are in state `date`.
pub(super) fn match_date(date: Date) -> f64 {
    match date {
        Date::Full => 0.95,
        Date::YearMonth(true) => 0.004,
        Date::YearMonth(false) => 0.003,
        Date::YearDay => 0.005,
        Date::MonthDay(true) => 0.012,
        Date::MonthDay(false) => 0.004,
        Date::Exchanged => 0.003,
        Date::Year => 0.004,
        Date::Unknown => 1.0,
    }
}

/// How many pairs of strangers are in state `date` for each pair that shares the whole birthdate,
/// by the calendar alone, given the chance `same_year` of sharing the year.
pub(super) fn strangers_by_calendar(date: Date, same_year: f64) -> f64 {
    match date {
        Date::Full => 1.0,
        // Of the other days of a month, two in five share a digit.
        Date::YearMonth(true) => 0.4 * (MONTH_DAYS - 1.0),
        Date::YearMonth(false) => 0.6 * (MONTH_DAYS - 1.0),
        Date::YearDay => 11.0,
        Date::MonthDay(near) => {
            let others = (1.0 - same_year) / same_year;
            if near { 0.8 * others } else { 0.2 * others }
        }
        // 132 of 365 days have another day to be exchanged with.
        Date::Exchanged => 132.0 / YEAR_DAYS,
        Date::Year => YEAR_DAYS,
        Date::Unknown => YEAR_DAYS / same_year,
    }
}

/// Chance that two strangers share the year of birth, given the chance that they share the date.
pub(super) fn same_year(same_date: f64) -> f64 {
    (same_date * YEAR_DAYS).clamp(1e-3, 0.99)
}
