//! One record, looked at: what is unusual about it, as bits.

use std::hash::{BuildHasher as _, RandomState};

use crate::owner::normalise;
use crate::owner::table::{Birth, Record};

/// What may be unusual about a cell of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// Something stands there.
    Filled,
    /// What stands there is no name.
    Placeholder,
    /// It has capital letters only, two or more.
    Upper,
    /// Letters that come of reading UTF-8 as Windows-1252.
    Mojibake,
    /// U+FFFD, or `?` inside.
    Damaged,
    /// Only one letter.
    OneLetter,
    Digits,
    Brackets,
}

pub(super) const SIGNS: usize = 8;
/// First, middle, last, alias of the first, alias of the last name.
pub(super) const NAMES: usize = 5;
/// Bytes of a shape; a longer one ends in `+`.
pub(super) const SHAPE: usize = 16;
pub(super) type ShapeBytes = [u8; SHAPE];

/// What of a record is counted.
pub(super) struct Look {
    pub(super) names: [u8; NAMES],
    /// The student id, by a hash under a key of this run; `None` if it is empty.
    pub(super) id: Option<u64>,
    /// Both names and the birthdate, if all are there.
    pub(super) tie: Option<u64>,
    pub(super) id_shape: ShapeBytes,
    pub(super) is_scientific: bool,
    /// Neither a first nor a last name.
    pub(super) is_nameless: bool,
    pub(super) grade: Option<u8>,
}

impl Look {
    pub(super) fn at(record: &Record, key: &RandomState) -> Self {
        let first = normalise::first(&record.first).name;
        let last = normalise::last(&record.last).name;
        let middle = normalise::middle(&record.middle).name;
        let alias = |cells: &[String], of: fn(&str) -> Vec<String>| {
            let signs = cells.iter().map(|c| signs(c, of(c).is_empty()));
            signs.fold(0, |a, b| a | b)
        };
        let names = [
            signs(&record.first, first.is_empty()),
            signs(&record.middle, middle.is_empty()),
            signs(&record.last, last.is_empty()),
            alias(&record.alias_first, normalise::first_aliases),
            alias(&record.alias_last, normalise::last_aliases),
        ];
        let tie = match record.birthdate {
            Birth::Known(date) if !first.is_empty() && !last.is_empty() => {
                Some(key.hash_one((&first, &last, date)))
            }
            _ => None,
        };
        let id = record.student_id.as_str();
        Self {
            names,
            id: (!id.is_empty()).then(|| key.hash_one(id)),
            tie,
            id_shape: shape(id),
            is_scientific: is_scientific(id),
            is_nameless: first.is_empty() && last.is_empty(),
            grade: grade(&record.grade),
        }
    }
}

fn signs(cell: &str, is_no_name: bool) -> u8 {
    let mut bits = 0;
    let mut set = |sign: Sign, is: bool| bits |= u8::from(is) << sign as u8;
    if cell.is_empty() {
        return 0;
    }
    set(Sign::Filled, true);
    set(Sign::Placeholder, is_no_name);
    let (mut upper, mut lower, mut digits, mut brackets, mut question) = (0, 0, 0, 0, 0);
    for b in cell.bytes() {
        match b {
            b'A'..=b'Z' => upper += 1,
            b'a'..=b'z' => lower += 1,
            b'0'..=b'9' => digits += 1,
            b'(' | b'[' => brackets += 1,
            b'?' => question += 1,
            _ => {}
        }
    }
    let letters = if cell.is_ascii() {
        upper + lower
    } else {
        lower += cell
            .chars()
            .filter(|c| c.is_lowercase() && !c.is_ascii())
            .count();
        set(Sign::Mojibake, is_mojibake(cell));
        cell.chars().filter(|c| c.is_alphabetic()).count()
    };
    set(Sign::Upper, upper >= 2 && lower == 0);
    set(Sign::Digits, digits > 0);
    set(Sign::Brackets, brackets > 0);
    set(
        Sign::Damaged,
        (question > 0 && letters > 0) || cell.contains('\u{FFFD}'),
    );
    set(Sign::OneLetter, letters == 1);
    bits
}

/// Whether two characters stand side by side that the two bytes of one letter of UTF-8 look like in
/// Windows-1252: U+00C3 to U+00C5, and behind it something that is no letter of a name there.
fn is_mojibake(cell: &str) -> bool {
    let mut before = ' ';
    for c in cell.chars() {
        if matches!(before, '\u{C3}'..='\u{C5}')
            && (matches!(c, '\u{80}'..='\u{BF}' | '\u{2013}'..='\u{2122}')
                || "ŠšŽžŸŒœƒˆ˜".contains(c))
        {
            return true;
        }
        before = c;
    }
    false
}

/// Letters as `A` and `a`, digits as `9`, other characters of ASCII as they are, all else as `?`.
fn shape(cell: &str) -> ShapeBytes {
    let mut out = [0; SHAPE];
    for (i, c) in cell.chars().enumerate() {
        if i == SHAPE {
            out[SHAPE - 1] = b'+';
            break;
        }
        out[i] = match c {
            c if c.is_numeric() => b'9',
            c if c.is_uppercase() => b'A',
            c if c.is_alphabetic() => b'a',
            '-' | '/' | '.' | ' ' | '_' => c as u8,
            _ => b'?',
        };
    }
    out
}

/// A number as a spreadsheet writes a long one: `1.23E+09`.
fn is_scientific(id: &str) -> bool {
    let Some((digits, power)) = id.split_once(['E', 'e']) else {
        return false;
    };
    let is_number =
        |s: &str, also: u8| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit() || b == also);
    is_number(digits, b'.') && power.strip_prefix('+').is_some_and(|p| is_number(p, b'0'))
}

/// The grade that a cell names: kindergarten is 0, grades 1 to 12.
fn grade(cell: &str) -> Option<u8> {
    let cell = cell.trim();
    let is = |words: &[&str]| words.iter().any(|w| cell.eq_ignore_ascii_case(w));
    if is(&["K", "KG", "KN", "KF", "KINDERGARTEN"]) {
        return Some(0);
    }
    let digits = cell.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let grade: u8 = digits.parse().ok()?;
    (grade <= 12 && digits.len() <= 2).then_some(grade)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(bits: u8, sign: Sign) -> bool {
        bits >> sign as u8 & 1 == 1
    }

    #[test]
    fn names_show_what_is_unusual() {
        let cases = [
            ("Zzyzx", vec![]),
            ("ZZYZX", vec![Sign::Upper]),
            ("Q", vec![Sign::OneLetter]),
            ("Zzyzx (Zed)", vec![Sign::Brackets]),
            ("Zzyz7x", vec![Sign::Digits]),
            ("Zz?yzx", vec![Sign::Damaged]),
            ("Zz\u{FFFD}yzx", vec![Sign::Damaged]),
            ("ZzÃ±yzx", vec![Sign::Mojibake]),
            ("Zzñyzx", vec![]),
            ("JÃO", vec![Sign::Upper]),
            ("ÉA", vec![]),
        ];
        let all = [
            Sign::Upper,
            Sign::Mojibake,
            Sign::Damaged,
            Sign::OneLetter,
            Sign::Digits,
            Sign::Brackets,
        ];
        for (cell, expected) in cases {
            for sign in all {
                let found = has(signs(cell, false), sign);
                assert_eq!(found, expected.contains(&sign), "{cell}: {sign:?}");
            }
        }
        assert_eq!(signs("", true), 0);
    }

    #[test]
    fn placeholders_are_what_the_normaliser_drops() {
        let key = RandomState::new();
        for cell in ["FNU", "xxx", "*", ".", "Unknown", "TEST"] {
            let record = Record {
                first: cell.to_owned(),
                last: "Zzyzx".to_owned(),
                ..Record::default()
            };
            let look = Look::at(&record, &key);
            assert!(has(look.names[0], Sign::Placeholder), "{cell}");
            assert!(!has(look.names[2], Sign::Placeholder));
        }
    }

    #[test]
    fn ids_of_spreadsheets_and_grades() {
        assert!(is_scientific("1.23E+09"));
        assert!(is_scientific("9E+15"));
        assert!(!is_scientific("E12345"));
        assert!(!is_scientific("12E45"));
        let grades = ["09", "9", "12", "KG", "10th", "K", "13", "UG", "", "2008"].map(grade);
        assert_eq!(
            grades,
            [
                Some(9),
                Some(9),
                Some(12),
                Some(0),
                Some(10),
                Some(0),
                None,
                None,
                None,
                None
            ]
        );
        assert_eq!(&shape("Q-12 ñ")[..6], b"A-99 a");
        assert_eq!(shape("12345678901234567")[15], b'+');
    }
}
