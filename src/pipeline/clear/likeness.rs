//! How alike two people are, in clear, as the levels in which the model speaks.

use crate::matcher::compare::{ABSENT, EXACT, LOWEST, Level, TOP};
use crate::owner::normalise::{Gender, Person};
use crate::project::FilterFeature;
use crate::units::BirthDate;

/// Lower edges of the levels 2 to 13: Jaro-Winkler similarities, from where one pair of strangers'
/// names in five reaches to all but equal.
const EDGES: [f64; 12] = [
    0.57, 0.62, 0.66, 0.70, 0.74, 0.78, 0.82, 0.85, 0.88, 0.91, 0.94, 0.97,
];

/// What a missing name counts as beside one that is not: as much as most strangers' do.
const MISSING: f64 = 0.5;

/// What of a person is compared, put ready once.
///
/// # Privacy
/// Names in clear; it has no `Debug`.
pub(super) struct Comparable {
    first: String,
    last: String,
    middle: Option<u8>,
    gender: Option<char>,
    year: Option<u16>,
    day: Option<u8>,
}

impl Comparable {
    pub(super) fn of(person: &Person) -> Self {
        let dated = person.birthdate;
        Self {
            // As the blocks of whole names: de la Cruz and Delacruz are equal.
            first: person.first.replace(' ', ""),
            last: person.last.replace(' ', ""),
            middle: person.middle.bytes().next(),
            gender: person.gender.map(Gender::letter),
            year: dated.map(BirthDate::year).or(person.birth_year),
            day: dated.map(BirthDate::day),
        }
    }

    /// The level of `of`, the features of one filter of the schema in clear: one of them, or
    /// first and last name together.
    pub(super) fn level(&self, other: &Self, of: &[FilterFeature]) -> Level {
        match of {
            [feature] => self.level_of(other, *feature),
            _ => self.both_names(other),
        }
    }

    /// Whether first or last names are equal.
    pub(super) fn shares_a_name(&self, other: &Self) -> bool {
        let equal = |a: &str, b: &str| !a.is_empty() && a == b;
        equal(&self.first, &other.first) || equal(&self.last, &other.last)
    }

    /// The level of first and last name together, as they stand or exchanged, whichever is more
    /// alike: [`EXACT`] where all is equal, else by the mean of both similarities.
    ///
    /// The mean, not the weaker of the two: that comes to the same in the k12 sets, within 0.1
    /// points of F1, and to 0.8 less in FEBRL 4, where names are missing and exchanged.
    pub(super) fn both_names(&self, other: &Self) -> Level {
        let straight = (
            similarity(&self.first, &other.first),
            similarity(&self.last, &other.last),
        );
        let crossed = (
            similarity(&self.first, &other.last),
            similarity(&self.last, &other.first),
        );
        let is_equal = |pair| pair == (Some(1.0), Some(1.0));
        if is_equal(straight) || is_equal(crossed) {
            return EXACT;
        }
        let mean = |(a, b): (Option<f64>, Option<f64>)| {
            let known = a.or(b)?;
            let all = a.zip(b).map(|(a, b)| f64::midpoint(a, b));
            Some(all.unwrap_or(f64::midpoint(known, MISSING)))
        };
        match mean(straight)
            .into_iter()
            .chain(mean(crossed))
            .reduce(f64::max)
        {
            Some(mean) => step(mean),
            None => ABSENT,
        }
    }

    fn level_of(&self, other: &Self, feature: FilterFeature) -> Level {
        match feature {
            FilterFeature::First => of_names(&self.first, &other.first),
            FilterFeature::Last => of_names(&self.last, &other.last),
            FilterFeature::MiddleInitial => of_equals(self.middle, other.middle),
            FilterFeature::Gender => of_equals(self.gender, other.gender),
            FilterFeature::Year => of_digits::<4>(self.year, other.year),
            FilterFeature::Day => of_digits::<2>(self.day.map(u16::from), other.day.map(u16::from)),
            // The schema in clear compares nothing else.
            _ => ABSENT,
        }
    }
}

/// The level of two names: [`EXACT`] where they are equal, else by their Jaro-Winkler similarity.
fn of_names(a: &str, b: &str) -> Level {
    match similarity(a, b) {
        None => ABSENT,
        Some(_) if a == b => EXACT,
        Some(similarity) => step(similarity),
    }
}

/// The Jaro-Winkler similarity of two names, 0 to 1; `None` where one is missing.
fn similarity(a: &str, b: &str) -> Option<f64> {
    let present = !a.is_empty() && !b.is_empty();
    present.then(|| strsim::jaro_winkler(a, b))
}

/// The level of unequal names of this similarity, [`LOWEST`] to [`TOP`].
fn step(similarity: f64) -> Level {
    LOWEST + EDGES.partition_point(|e| *e <= similarity) as Level
}

/// [`EXACT`] or [`LOWEST`], where neither is missing.
fn of_equals<T: PartialEq>(a: Option<T>, b: Option<T>) -> Level {
    match (a, b) {
        (Some(a), Some(b)) if a == b => EXACT,
        (Some(_), Some(_)) => LOWEST,
        _ => ABSENT,
    }
}

/// [`EXACT`], [`TOP`] where all of the last `N` digits but one are equal, or [`LOWEST`].
fn of_digits<const N: usize>(a: Option<u16>, b: Option<u16>) -> Level {
    let (Some(a), Some(b)) = (a, b) else {
        return ABSENT;
    };
    let digit = |n: u16, place: usize| n / 10u16.pow(place as u32) % 10;
    match (0..N).filter(|&i| digit(a, i) != digit(b, i)).count() {
        0 => EXACT,
        1 => TOP,
        _ => LOWEST,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_rise_with_the_similarity_of_names() {
        assert!(EDGES.windows(2).all(|w| w[0] < w[1]));
        assert_eq!(of_names("ZZYZXA", "ZZYZXA"), EXACT);
        assert_eq!(of_names("", "ZZYZXA"), ABSENT);
        assert_eq!(of_names("", ""), ABSENT);
        assert_eq!(of_names("ZZYZXA", "QWERTY"), LOWEST);
        // Ever more slips.
        let alike: Vec<Level> = ["QWERTYUIOPX", "QWERTYUIPX", "QWETRYUIX", "QEWRTYXX"]
            .iter()
            .map(|n| of_names("QWERTYUIOP", n))
            .collect();
        assert!(alike.windows(2).all(|w| w[0] > w[1]), "{alike:?}");
        assert!(alike.iter().all(|l| (LOWEST..=TOP).contains(l)));
        // Whatever the names, an unequal one is below EXACT.
        assert_eq!(
            of_names("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "ABCDEFGHIJKLMNOPQRSTUVWXYZZ"),
            TOP
        );
    }

    #[test]
    fn both_names_together_in_either_order() {
        let person = |first: &str, last: &str| {
            Comparable::of(&Person {
                first: first.into(),
                last: last.into(),
                ..Person::default()
            })
        };
        let a = person("ZZYZXA", "DE LA QWERTY");
        let level = |first: &str, last: &str| a.both_names(&person(first, last));
        assert_eq!(level("ZZYZXA", "DELAQWERTY"), EXACT);
        assert_eq!(level("DELAQWERTY", "ZZYZXA"), EXACT);
        let near = level("ZZYZA", "DELAQWERTY");
        assert_eq!(level("DELAQWERTY", "ZZYZA"), near);
        // One name equal and the other unlike, or missing, is less than one slip and more than
        // nothing in common.
        for half in [level("ZZYZXA", "VVORTI"), level("", "DELAQWERTY")] {
            assert!(LOWEST < half && half < near && near <= TOP);
        }
        assert_eq!(level("VVORTI", "VVORTI"), LOWEST);
        assert_eq!(person("", "QWERTY").both_names(&person("ASDF", "")), LOWEST);
        assert_eq!(person("", "").both_names(&person("ASDF", "QWERTY")), ABSENT);
        assert!(a.shares_a_name(&person("ZZYZXA", "")));
        assert!(!person("", "QWERTY").shares_a_name(&person("", "ASDF")));
    }

    #[test]
    fn one_wrong_digit_is_near() {
        let year = |a, b| of_digits::<4>(Some(a), Some(b));
        assert_eq!(year(2006, 2006), EXACT);
        assert_eq!([year(2006, 2005), year(2006, 2016)], [TOP, TOP]);
        assert_eq!(year(2009, 2010), LOWEST);
        assert_eq!(of_digits::<2>(Some(12), Some(21)), LOWEST);
        assert_eq!(of_digits::<2>(Some(2), Some(22)), TOP);
        assert_eq!(of_digits::<2>(None, Some(22)), ABSENT);
        assert_eq!(of_equals(Some('F'), Some('M')), LOWEST);
        assert_eq!(of_equals(None, Some('M')), ABSENT);
    }
}
