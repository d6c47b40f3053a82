//! What is believed before the data speak: rough rates, each outweighed by a few observations.
//!
//! The figures are orders of magnitude for names in North American school files, not fits to any
//! one set; `docs/concepts/decision.md` says where each comes from.

use super::atoms::Chances;
use super::evidence::{Agreement, Date, Names, View};
use crate::matcher::compare::{ABSENT, EXACT, LOWEST, Level};

/// Days of a mean year, and of a mean month.
const YEAR_DAYS: f64 = 365.25;
const MONTH_DAYS: f64 = 30.44;

/// Chance that two strangers have the same first name.
const SAME_FIRST: f64 = 4e-3;
/// Chance that two strangers have the same last name.
const SAME_LAST: f64 = 1e-3;
/// Chance that two strangers' names begin with one letter.
const SAME_INITIAL: f64 = 0.08;

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
        Names::Alike { level, .. } if classic => {
            if level == EXACT {
                0.5
            } else {
                0.5 * at(&ALIKE, level)
            }
        }
        Names::Alike {
            first, last, level, ..
        } => {
            // Where names are not equal throughout, mostly one of them is, or a part.
            let known = match (first, last) {
                (Agreement::Whole, Agreement::Part) => 0.08,
                (Agreement::Whole, _) | (_, Agreement::Whole) => 0.06,
                (Agreement::Unknown, Agreement::Unknown) => 0.05,
                (_, _) => 0.04,
            };
            known
                * match level {
                    ABSENT => 1.0,
                    EXACT => 0.1,
                    level => at(&ALIKE, level),
                }
        }
    }
}

/// Chance that the names of two strangers are in state `names`.
pub(super) fn stranger_names(names: Names, classic: bool, chances: &Chances) -> f64 {
    let both = SAME_FIRST * SAME_LAST;
    match names {
        Names::Both => both + chances.of_both,
        Names::Exchanged => both / 10.0,
        // Names and birthdate in one filter: at Dice 0.85 about one stranger pair in a million.
        Names::Alike { level: EXACT, .. } if classic => 1e-9,
        Names::Alike { level, .. } if classic => 8e-7 * 0.6f64.powi(i32::from(level) - 2),
        Names::Alike { level: EXACT, .. } => both,
        Names::Alike {
            first,
            last,
            view,
            level,
        } => {
            let known = share(first, SAME_FIRST, chances) * share(last, SAME_LAST, chances);
            let one = first == Agreement::Whole || last == Agreement::Whole;
            let noise = match view {
                View::Both(pass) => {
                    let of_pass = chances.noise.get(usize::from(pass));
                    of_pass.map_or(0.0, |n| n[usize::from(level)])
                }
                _ => 0.0,
            };
            let alike = match (level, view) {
                (ABSENT, _) => 1.0,
                (level, View::First | View::Last) => at(&ONE_NAME, level),
                // One name alone makes the filter of both a little alike.
                (level, _) if one => (at(&BOTH_NAMES, level).sqrt() / 4.0).max(noise),
                (level, _) => at(&BOTH_NAMES, level).max(noise),
            };
            known * alike
        }
    }
}

/// Chance that two strangers agree so far in a name that `same` of them have in common.
fn share(agreement: Agreement, same: f64, chances: &Chances) -> f64 {
    match agreement {
        Agreement::Unknown => 1.0,
        Agreement::Initial => SAME_INITIAL,
        Agreement::Bucket => same + chances.of_one,
        Agreement::Part => 2.0 * same,
        Agreement::Whole => same,
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
        Date::Year | Date::OtherYear => 0.004,
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
        Date::OtherYear => YEAR_DAYS / same_year * (1.0 - same_year),
        Date::Unknown => YEAR_DAYS / same_year,
    }
}

/// Chance that two strangers share the year of birth, given the chance that they share the date.
pub(super) fn same_year(same_date: f64) -> f64 {
    (same_date * YEAR_DAYS).clamp(1e-3, 0.99)
}
