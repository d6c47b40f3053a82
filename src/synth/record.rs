//! What one party has on file about a person: the person's names and date, with the errors of
//! the profile.

use super::dates;
use super::kinds::{Group, Sex};
use super::names::{tables, title};
use super::people::{People, Person, Ymd};
use super::random::Draw;
use super::rates::Rates;
use super::style;
use super::typo::typo;

/// Which of the two kinds of file a party keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Full middle name, suffix column, mixed case, diacritics, ISO dates.
    District,
    /// Middle initial, no suffix column, capitals A-Z, MM/DD/YYYY.
    College,
}

/// The cells of one record before they are laid out as columns.
pub(super) struct Record {
    pub(super) first: String,
    pub(super) middle: String,
    pub(super) last: String,
    pub(super) suffix: &'static str,
    pub(super) birth: Option<Ymd>,
    pub(super) gender: &'static str,
}

const PLACEHOLDERS: [&str; 5] = ["Xxx", "Unknown", "None", "N/A", "."];

/// Makes the records of a population under a profile.
pub(super) struct Registrar<'a> {
    pub(super) people: &'a People,
    pub(super) rates: &'a Rates,
}

impl Registrar<'_> {
    /// A record of `person` in a file of the given shape; `draw` decides on the errors.
    pub(super) fn enter(&self, person: &Person, shape: Shape, draw: &mut Draw) -> Record {
        let r = self.rates;
        let mut middle = person.middle.clone();
        let mut first = self.first(person, &mut middle, draw);
        let mut last = self.last(person, &mut middle, draw, shape);
        let missing = match shape {
            Shape::District => r.middle_missing_district,
            Shape::College => r.middle_missing_college,
        };
        if draw.chance(missing) {
            middle.clear();
        }
        if !middle.is_empty() && draw.chance(r.middle_typo) {
            middle = typo(&middle, draw);
        }
        if draw.chance(r.first_typo) {
            first = typo(&first, draw);
        }
        if draw.chance(r.last_typo) {
            last = typo(&last, draw);
        }
        let mut suffix = person.suffix;
        if !suffix.is_empty() && draw.chance(r.suffix_in_last) {
            last = format!("{last} {suffix}");
            suffix = "";
        } else if suffix == "Jr" {
            suffix = *draw.pick(&["Jr", "Jr", "Jr", "Jr.", "JR"]);
        }
        if draw.chance(r.first_last_exchanged) {
            std::mem::swap(&mut first, &mut last);
        }
        self.blank(&mut first, &mut middle, &mut last, draw);
        if shape == Shape::District && middle.len() > 1 && draw.chance(r.middle_initial) {
            middle.truncate(middle.chars().next().map_or(0, char::len_utf8));
            if draw.chance(0.15) {
                middle.push('.');
            }
        }
        let mut record = Record {
            first,
            middle,
            last,
            suffix,
            birth: dates::entered(person.birth, r, draw),
            gender: self.gender(person.sex, shape, draw),
        };
        style::write(&mut record, person.accented, shape, r, draw);
        record
    }

    /// The first name on file; what is moved behind it or out of it goes to `middle`.
    fn first(&self, person: &Person, middle: &mut String, draw: &mut Draw) -> String {
        let r = self.rates;
        let mut first = person.first.clone();
        if let Some((one, two)) = person.first.split_once(' ') {
            if draw.chance(r.compound_dropped) {
                // Mostly the second half goes, to the middle name or away.
                if draw.chance(0.1) {
                    first = two.to_owned();
                } else {
                    if middle.is_empty() && draw.chance(0.6) {
                        two.clone_into(middle);
                    }
                    first = one.to_owned();
                }
            } else if draw.chance(r.compound_joined) {
                first = title(&person.first.replace(' ', ""));
            }
        }
        if !person.other_first.is_empty() && draw.chance(r.first_other_name) {
            if middle.is_empty() && draw.chance(0.5) {
                middle.clone_from(&first);
            }
            first.clone_from(&person.other_first);
        } else if draw.chance(r.first_nickname) {
            if let Some(nick) = nickname(person, draw) {
                first = nick;
            }
        } else if draw.chance(r.first_changed) {
            first = self.people.common_first(person, draw);
        }
        if !middle.is_empty() && draw.chance(r.first_middle_exchanged) {
            std::mem::swap(&mut first, middle);
        } else if !middle.is_empty() && draw.chance(r.first_middle_joined) {
            first = format!("{first} {middle}");
            middle.clear();
        }
        if draw.chance(r.first_parenthesis)
            && let Some(nick) = nickname(person, draw)
        {
            first = format!("{first} ({nick})");
        }
        first
    }

    /// The last name on file.
    fn last(&self, p: &Person, middle: &mut String, draw: &mut Draw, shape: Shape) -> String {
        let r = self.rates;
        let (mut one, mut two) = (p.surname.clone(), p.second.clone());
        let mut hyphen = p.hyphen;
        if draw.chance(r.last_changed) {
            let new = self.people.second_surname(p.group, draw);
            match draw.below(20) {
                // Another name; the new name behind the old one, with a hyphen; before it.
                0..14 => (one, two) = (new, String::new()),
                14..18 => (two, hyphen) = (new, true),
                _ => (one, two) = (new, one),
            }
        } else if two.is_empty() && draw.chance(r.second_added) {
            two = self.people.second_surname(p.group, draw);
        }
        if let Some(joined) = draw
            .chance(r.particle_restyled)
            .then(|| restyled(&one, draw))
        {
            one = joined;
        }
        if two.is_empty() {
            return one;
        }
        let dropped = match shape {
            Shape::District => r.second_dropped_district,
            Shape::College => r.second_dropped_college,
        };
        if draw.chance(r.surnames_exchanged) {
            std::mem::swap(&mut one, &mut two);
        }
        if draw.chance(dropped) {
            return if draw.chance(0.72) { one } else { two };
        }
        if draw.chance(r.surname_as_middle) {
            *middle = one;
            return two;
        }
        if draw.chance(r.surnames_joined) {
            return title(&format!("{one}{two}").replace([' ', '\''], ""));
        }
        let mark = if hyphen != draw.chance(r.surnames_restyled) {
            "-"
        } else {
            " "
        };
        format!("{one}{mark}{two}")
    }

    /// What is missing and what stands in its place.
    fn blank(&self, first: &mut String, middle: &mut String, last: &mut String, draw: &mut Draw) {
        let r = self.rates;
        let mut set = |cell: &mut String, missing, placeholder, own: &str| {
            if draw.chance(missing) {
                cell.clear();
            } else if draw.chance(placeholder) {
                *cell = if draw.chance(0.5) {
                    own
                } else {
                    *draw.pick(&PLACEHOLDERS)
                }
                .to_owned();
            }
        };
        set(first, r.first_missing, r.first_placeholder, "FNU");
        // Never both: a record without any name is no record of a student.
        if !first.is_empty() {
            set(last, r.last_missing, r.last_placeholder, "LNU");
        }
        if middle.is_empty() && draw.chance(r.middle_placeholder) {
            (*draw.pick(&["NMN", "NMN", "*", "-"])).clone_into(middle);
        }
        if first.len() > 1 && draw.chance(r.first_initial) {
            first.truncate(first.chars().next().map_or(0, char::len_utf8));
        }
    }

    fn gender(&self, sex: Sex, shape: Shape, draw: &mut Draw) -> &'static str {
        let r = self.rates;
        let wrong = draw.chance(r.gender_wrong);
        if draw.chance(r.gender_missing) {
            ""
        } else if draw.chance(r.gender_neither) {
            match shape {
                Shape::District => "X",
                Shape::College => "N",
            }
        } else if (sex == Sex::Female) != wrong {
            "F"
        } else {
            "M"
        }
    }
}

/// A nickname of the (first half of the) first name.
fn nickname(person: &Person, draw: &mut Draw) -> Option<String> {
    let formal = person.first.split(' ').next()?.to_uppercase();
    tables()
        .nickname(&formal, person.group == Group::Hispanic, draw)
        .map(title)
}

/// A surname with particles, joined in another way; others stay as they are.
fn restyled(surname: &str, draw: &mut Draw) -> String {
    if let Some(parted) = tables().parted(&surname.to_uppercase()) {
        return parted.to_owned();
    }
    let last_blank = surname.rfind([' ', '\'']);
    match last_blank {
        // De La Cruz: DeLa Cruz, or Delacruz.
        Some(at) if surname.matches(' ').count() > 1 && draw.chance(0.35) => {
            format!(
                "{}{}",
                title(&surname[..at].replace(' ', "")),
                &surname[at..]
            )
        }
        Some(_) => title(&surname.replace([' ', '\''], "")),
        None => surname.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::random::Streams;

    #[test]
    fn particles_are_joined_and_parted() {
        let mut draw = Streams::new(1, "particles").at(0);
        let all: std::collections::BTreeSet<String> =
            (0..50).map(|_| restyled("De La Cruz", &mut draw)).collect();
        assert_eq!(
            all.into_iter().collect::<Vec<_>>(),
            ["Dela Cruz", "Delacruz"]
        );
        assert_eq!(restyled("Delacruz", &mut draw), "De La Cruz");
        assert_eq!(restyled("Zzyzx", &mut draw), "Zzyzx");
    }
}
