//! Errors in a birthdate.

use super::people::{Ymd, days_in};
use super::random::Draw;
use super::rates::Rates;

/// The birthdate on file, `None` where it is missing. It may be a date that does not exist.
pub(super) fn entered(birth: Ymd, r: &Rates, draw: &mut Draw) -> Option<Ymd> {
    let mut d = birth;
    if draw.chance(r.date_missing) {
        return None;
    }
    if draw.chance(r.date_other) {
        d.year = 1975 + draw.below(34) as u16;
        d.month = 1 + draw.below(12) as u8;
        d.day = 1 + draw.below(28) as u8;
        return Some(d);
    }
    if draw.chance(r.january_first) {
        (d.month, d.day) = (1, 1);
        if draw.chance(0.1) {
            d.year = *draw.pick(&[1900, 2000]);
        }
        return Some(d);
    }
    if draw.chance(r.year_adjacent) {
        d.year = if draw.chance(0.5) {
            d.year + 1
        } else {
            d.year - 1
        };
    } else if draw.chance(r.year_digits) {
        d.year = digits_wrong(d.year, draw);
    }
    if draw.chance(r.day_digit) {
        d.day = day_wrong(d.day, draw);
    }
    if draw.chance(r.month_wrong) {
        d.month = month_wrong(d.month, draw);
    }
    if draw.chance(r.day_month_exchanged) && d.day <= 12 && d.month <= days_in(d.year, d.day) {
        (d.month, d.day) = (d.day, d.month);
    }
    Some(d)
}

/// 2006 as 2060, as 1906, as a parent's year, or with its last digit wrong.
fn digits_wrong(year: u16, draw: &mut Draw) -> u16 {
    let short = year % 100;
    match draw.below(20) {
        0..10 => 2000 + short % 10 * 10 + short / 10,
        10..13 => 1900 + short,
        13..16 => 1970 + 10 * draw.below(2) as u16 + year % 10,
        _ => year / 10 * 10 + (year % 10 + 2 + draw.below(7) as u16) % 10,
    }
}

/// One digit of the day replaced or its digits exchanged; 0 and 32 to 39 are possible.
fn day_wrong(day: u8, draw: &mut Draw) -> u8 {
    let (tens, ones) = (day / 10, day % 10);
    match draw.below(10) {
        0..3 if ones < 4 && tens != ones => ones * 10 + tens,
        0..6 => (tens + 1 + draw.below(3) as u8) % 4 * 10 + ones,
        _ => tens * 10 + (ones + 1 + draw.below(9) as u8) % 10,
    }
}

/// A month beside the right one, or 1 and 10 to 12 mistaken for each other.
fn month_wrong(month: u8, draw: &mut Draw) -> u8 {
    match month {
        1 if draw.chance(0.5) => *draw.pick(&[10, 11]),
        10..=12 if draw.chance(0.5) => *draw.pick(&[1, month - 10, 21 - month]).max(&1),
        1 => 2,
        12 => 11,
        m if draw.chance(0.5) => m + 1,
        m => m - 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::random::Streams;

    #[test]
    fn errors_change_the_date_and_keep_its_length() {
        let mut draw = Streams::new(1, "dates").at(0);
        for _ in 0..5_000 {
            let day = 1 + draw.below(31) as u8;
            let month = 1 + draw.below(12) as u8;
            let year = 2003 + draw.below(6) as u16;
            let wrong = day_wrong(day, &mut draw);
            assert!(wrong != day && wrong < 100);
            let wrong = month_wrong(month, &mut draw);
            assert!((1..=12).contains(&wrong));
            let wrong = digits_wrong(year, &mut draw);
            assert!(wrong != year && (1900..2100).contains(&wrong));
        }
    }
}
