//! The population: one made-up person for each index, as the person would write their own name.

use super::kinds::{Group, Origin, Sex};
use super::names::{Tables, tables, title};
use super::random::{Draw, Streams};

/// A date as digits: it need not exist, since errors may have been written into it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Ymd {
    pub(super) year: u16,
    pub(super) month: u8,
    pub(super) day: u8,
}

/// A person. Names are in title case without diacritics; what is absent is empty.
#[derive(Clone)]
pub(super) struct Person {
    pub(super) group: Group,
    pub(super) origin: Origin,
    pub(super) sex: Sex,
    pub(super) birth: Ymd,
    /// May be double: `Maria Guadalupe`.
    pub(super) first: String,
    /// Another first name in use beside the first: a western beside a Chinese one or the reverse.
    pub(super) other_first: String,
    pub(super) middle: String,
    pub(super) surname: String,
    /// The mother's surname, where it is used.
    pub(super) second: String,
    /// Two surnames are written with a hyphen.
    pub(super) hyphen: bool,
    pub(super) suffix: &'static str,
    /// The family writes its diacritics.
    pub(super) accented: bool,
}

/// People are numbered in threes. Those of one three are strangers, or the first two are twins,
/// or all are triplets.
const FAMILY: u64 = 3;
/// Share of threes with twins. 5 % of people are then a twin, and 3 % have theirs in the same
/// file, as many as births that are twins; the twins of the others lie in wait elsewhere.
const TWINS: f64 = 0.073;
/// Share of threes that are triplets.
const TRIPLETS: f64 = 0.001;

/// Births by month, in thousandths of a year: the late summer is the season.
const MONTHS: [u64; 12] = [81, 75, 83, 80, 83, 82, 87, 90, 87, 86, 82, 84];

/// The population of one seed.
pub(super) struct People {
    persons: Streams,
    families: Streams,
    tables: &'static Tables,
}

impl People {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            persons: Streams::new(seed, "person"),
            families: Streams::new(seed, "family"),
            tables: tables(),
        }
    }

    /// How many of the three that `index` belongs to were born together: 0, 2 or 3.
    fn born_together(family: &mut Draw) -> u64 {
        if family.chance(TRIPLETS) {
            3
        } else if family.chance(TWINS) {
            2
        } else {
            0
        }
    }

    /// The person number `index`, always the same for a seed.
    pub(super) fn person(&self, index: u64) -> Person {
        let mut own = self.persons.at(index);
        let mut family = self.families.at(index / FAMILY);
        let place = index % FAMILY;
        let together = Self::born_together(&mut family);
        if place >= together {
            let mut person = self.household(&mut own);
            self.name(&mut person, &mut own);
            return person;
        }
        let household = self.household(&mut family);
        let same_sex = family.chance(0.65);
        let like_named = family.chance(0.45);
        let mut elder = household;
        self.name(&mut elder, &mut self.persons.at(index - place));
        if place == 0 {
            return elder;
        }
        let mut person = elder.clone();
        if !same_sex {
            person.sex = Sex::draw(&mut own);
        }
        person.suffix = "";
        // Parents of twins like names that go together: the same beginning. And no two
        // children of a family have one name, whatever the draw says.
        let mut taken = vec![elder.first.clone()];
        if place == 2 {
            taken.push(self.person(index - 1).first);
        }
        for attempt in 0..60 {
            self.name(&mut person, &mut own);
            let alike = person.first.get(..1) == elder.first.get(..1);
            if !taken.contains(&person.first) && (alike || !like_named || attempt > 40) {
                break;
            }
        }
        person
    }

    /// What children born together share: surnames, group, birthdate.
    fn household(&self, draw: &mut Draw) -> Person {
        let group = Group::draw(draw);
        let surname = self.tables.surname(group, draw);
        let origin = Origin::of(group, &surname, self.tables, draw);
        let two = match group {
            Group::Hispanic => 0.34,
            Group::Asian => 0.02,
            _ => 0.07,
        };
        let second = if draw.chance(two) {
            self.second_surname(group, draw)
        } else {
            String::new()
        };
        Person {
            group,
            origin,
            sex: Sex::draw(draw),
            birth: birth(draw),
            first: String::new(),
            other_first: String::new(),
            middle: String::new(),
            surname: self.written(&surname, draw),
            second,
            hyphen: draw.chance(if group == Group::Hispanic { 0.30 } else { 0.65 }),
            suffix: "",
            accented: match (group, origin) {
                (Group::Hispanic, _) => draw.chance(0.33),
                (_, Origin::Vietnamese) => draw.chance(0.03),
                _ => false,
            },
        }
    }

    /// A second surname for a person of `group`: most often from the same group.
    pub(super) fn second_surname(&self, group: Group, draw: &mut Draw) -> String {
        let from = match group {
            Group::Hispanic if draw.chance(0.9) => Group::Hispanic,
            g if draw.chance(0.5) => g,
            _ => Group::draw(draw),
        };
        let name = self.tables.surname(from, draw);
        self.written(&name, draw)
    }

    /// A surname as its bearers write it: particles mostly apart.
    fn written(&self, surname: &str, draw: &mut Draw) -> String {
        match self.tables.parted(surname) {
            Some(parted) if draw.chance(0.65) => parted.to_owned(),
            _ => title(surname),
        }
    }

    /// A common first name for a person of this group, sex and year, in title case.
    pub(super) fn common_first(&self, person: &Person, draw: &mut Draw) -> String {
        let (sex, year) = (person.sex, person.birth.year);
        title(&self.tables.first_name(person.group, sex, year, draw))
    }

    /// Names one child of a household: first, other and middle name and suffix.
    fn name(&self, person: &mut Person, draw: &mut Draw) {
        person.first = self.common_first(person, draw);
        person.other_first.clear();
        person.middle.clear();
        let (native, western) = person.origin.habits();
        let given = self.tables.given(person.origin, person.sex, draw);
        if let Some(given) = given.map(|g| title(&g)) {
            if draw.chance(native) {
                let common = std::mem::replace(&mut person.first, given);
                if draw.chance(western) {
                    person.other_first = common;
                }
            } else if draw.chance(western) {
                // A western first name; the other one stands as the middle name.
                person.other_first.clone_from(&given);
                if draw.chance(0.7) {
                    person.middle = given;
                }
            }
        }
        if person.group == Group::Hispanic {
            let often = self
                .tables
                .begins_compound(&person.first.to_uppercase(), person.sex);
            if draw.chance(if often { 0.45 } else { 0.055 }) {
                let second = title(self.tables.second_given(person.sex, draw));
                if second != person.first {
                    person.first = format!("{} {second}", person.first);
                }
            }
        }
        // Somewhat more than two of three have a middle name; fewer of those with two first.
        let double = person.first.contains(' ');
        if person.middle.is_empty() && draw.chance(if double { 0.25 } else { 0.72 }) {
            person.middle = self.middle(person, draw);
            if person.middle == person.first {
                person.middle.clear();
            }
        }
        person.suffix = if person.sex == Sex::Male && draw.chance(0.024) {
            *draw.pick(&["Jr", "Jr", "Jr", "Jr", "III", "II"])
        } else {
            ""
        };
    }

    fn middle(&self, person: &Person, draw: &mut Draw) -> String {
        const GIRLS: [&str; 8] = [
            "Marie",
            "Grace",
            "Rose",
            "Ann",
            "Elizabeth",
            "Nicole",
            "Lynn",
            "Michelle",
        ];
        const BOYS: [&str; 8] = [
            "James",
            "Michael",
            "Alexander",
            "Joseph",
            "David",
            "Anthony",
            "Daniel",
            "Lee",
        ];
        let own_language = self.tables.given(person.origin, person.sex, draw);
        match (person.group, person.origin) {
            (_, Origin::Vietnamese) if draw.chance(0.35) => if person.sex == Sex::Female {
                "Thi"
            } else {
                "Van"
            }
            .to_owned(),
            (_, Origin::Filipino) if draw.chance(0.6) => self.second_surname(Group::Hispanic, draw),
            (Group::Hispanic, _) if person.second.is_empty() && draw.chance(0.08) => {
                self.second_surname(Group::Hispanic, draw)
            }
            (Group::White | Group::Black | Group::Other, _) if draw.chance(0.35) => {
                let usual = if person.sex == Sex::Female {
                    GIRLS
                } else {
                    BOYS
                };
                (*draw.pick(&usual)).to_owned()
            }
            _ => match own_language {
                Some(name) if draw.chance(0.4) => title(&name),
                _ => self.common_first(person, draw),
            },
        }
    }
}

/// A birthdate in one of four school years, September 2004 to August 2008, by season; a few
/// pupils are older than their class.
fn birth(draw: &mut Draw) -> Ymd {
    let mut at = draw.below(MONTHS.iter().sum());
    let mut month = 0;
    while at >= MONTHS[month] {
        at -= MONTHS[month];
        month += 1;
    }
    let month = month as u8 + 1;
    let mut year = 2004 + draw.below(4) as u16 + u16::from(month < 9);
    if draw.chance(0.03) {
        year -= 1;
    }
    let day = 1 + draw.below(u64::from(days_in(year, month))) as u8;
    Ymd { year, month, day }
}

/// How many days a month has.
pub(super) fn days_in(year: u16, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_californias() {
        let people = People::new(1);
        let mut counts = [0_i32; 5];
        for i in 0..20_000 {
            counts[people.person(i).group as usize] += 1;
        }
        for (got, percent) in counts.into_iter().zip([52, 29, 12, 6, 1]) {
            let expected = percent * 200;
            assert!((got - expected).abs() < 250, "{counts:?}");
        }
    }

    #[test]
    fn twins_share_surname_and_birthdate_but_no_first_name() {
        let people = People::new(1);
        let (mut twins, mut alike) = (0, 0);
        for i in (0..30_000).step_by(3) {
            let (a, b) = (people.person(i), people.person(i + 1));
            if a.surname == b.surname && a.second == b.second && a.birth == b.birth {
                twins += 1;
                assert!(a.first != b.first, "family {i}");
                alike += u32::from(a.first.get(..1) == b.first.get(..1));
            }
        }
        assert!((600..900).contains(&twins), "{twins}");
        assert!(alike * 5 > twins * 2, "{alike} of {twins}");
    }

    #[test]
    fn births_lie_in_the_four_school_years() {
        let people = People::new(2);
        for i in 0..5_000 {
            let b = people.person(i).birth;
            assert!((2003..=2008).contains(&b.year));
            assert!((1..=12).contains(&b.month));
            assert!((1..=days_in(b.year, b.month)).contains(&b.day));
        }
    }
}
