//! People to be planted among others: pairs that must be linked, and pairs that must not.

use super::Profile;
use super::people::{People, Person, Ymd, days_in};
use super::random::{Draw, Streams};
use super::rates::Rates;
use super::record::{Record, Registrar, Shape};
use crate::units::{PartyId, plant_id};

/// People are numbered in families of three, in which there are twins: planted strangers are of one each.
const FAMILY: u64 = 3;
/// How often another draw is tried for a name that must differ.
const ATTEMPTS: usize = 100;

/// What to make.
#[derive(Debug, Clone)]
pub struct Planting {
    /// The parties that are linked with each other, two by two.
    pub pairs: Vec<(PartyId, PartyId)>,
    /// For each of these, pairs of records of one person.
    pub together: u32,
    /// For each of these, pairs of records of two people who are easily confused.
    pub apart: u32,
    /// The first and the last year in which they are born; parents are older.
    pub born: (u16, u16),
    /// Another seed makes other people.
    pub seed: u64,
}

/// What two planted records have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The person, with the errors of two usual institutions: to be linked.
    SamePerson,
    /// Surnames and birthdate: two children born together.
    Twins,
    /// First and last name, but no part of the birthdate other than the year.
    Namesakes,
    /// First name and birthdate.
    FirstAndDate,
    /// All names, one with Sr and one with Jr, a generation apart.
    ParentAndChild,
}

impl Kind {
    /// Those that must not be linked.
    pub const APART: [Self; 4] = [
        Self::Twins,
        Self::Namesakes,
        Self::FirstAndDate,
        Self::ParentAndChild,
    ];

    /// The word for it in files.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::SamePerson => "same-person",
            Self::Twins => "twins",
            Self::Namesakes => "namesakes",
            Self::FirstAndDate => "first-name-and-date",
            Self::ParentAndChild => "parent-and-child",
        }
    }
}

/// One planted record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plant {
    /// In whose table it is put.
    pub party: PartyId,
    /// Its id, which tells that it is one, but not what of.
    pub id: String,
    /// First, middle and last name, suffix, birthdate (ISO, or none), gender.
    pub cells: [String; 6],
}

/// Two planted records, one of each of two parties.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// The first party's record and the second's.
    pub plants: [Plant; 2],
    /// What they have in common.
    pub kind: Kind,
}

/// Makes up the pairs that `planting` asks for: those of each two parties one after the other, first those to be linked.
/// The same planting gives the same pairs on every machine.
#[must_use]
pub fn plants(planting: &Planting) -> Vec<Case> {
    let mut maker = Maker {
        people: People::new(planting.seed),
        planting,
        draw: Streams::new(planting.seed, "plants").at(0),
        next: 0,
        taken: std::collections::BTreeSet::new(),
    };
    let mut cases = Vec::new();
    for (a, b) in &planting.pairs {
        let together = (0..planting.together).map(|_| Kind::SamePerson);
        let apart = Kind::APART.into_iter().cycle();
        for kind in together.chain(apart.take(planting.apart as usize)) {
            cases.push(maker.case([a, b], kind));
        }
    }
    cases
}

struct Maker<'p> {
    people: People,
    planting: &'p Planting,
    draw: Draw,
    /// The family that is drawn next.
    next: u64,
    /// Digits of ids that are given out.
    taken: std::collections::BTreeSet<u32>,
}

impl Maker<'_> {
    /// A person of a family of its own, born in the years asked for.
    fn stranger(&mut self) -> Person {
        let mut person = self.people.person(FAMILY * self.next);
        self.next += 1;
        let (first, last) = self.planting.born;
        person.birth.year = first + self.draw.below(u64::from(last - first) + 1) as u16;
        person.birth.day = person
            .birth
            .day
            .min(days_in(person.birth.year, person.birth.month));
        person
    }

    /// A stranger for whom `is_right`, or the last one drawn.
    fn stranger_who(&mut self, is_right: impl Fn(&Person) -> bool) -> Person {
        let mut person = self.stranger();
        for _ in 0..ATTEMPTS {
            if is_right(&person) {
                break;
            }
            person = self.stranger();
        }
        person
    }

    fn case(&mut self, parties: [&PartyId; 2], kind: Kind) -> Case {
        let a = self.stranger();
        let (a, b) = self.couple(a, kind);
        // Which of the two is at the first party says nothing.
        let (a, b) = if self.draw.chance(0.5) {
            (b, a)
        } else {
            (a, b)
        };
        Case {
            plants: [
                self.enter(parties[0], &a, Shape::District),
                self.enter(parties[1], &b, Shape::College),
            ],
            kind,
        }
    }

    /// The two people of a pair, of whom `a` is one.
    fn couple(&mut self, mut a: Person, kind: Kind) -> (Person, Person) {
        let mut b = a.clone();
        match kind {
            Kind::SamePerson => {}
            Kind::Twins => {
                let other = self.stranger_who(|p| p.first != a.first && p.sex == a.sex);
                (b.first, b.middle) = (other.first, other.middle);
                b.other_first.clear();
                b.suffix = "";
            }
            Kind::Namesakes => {
                let birth = a.birth;
                let other = self.stranger_who(|p| {
                    let (here, there) = (parts(birth), parts(p.birth));
                    !here.iter().any(|n| there.contains(n))
                });
                (b.birth, b.middle) = (other.birth, other.middle);
            }
            Kind::FirstAndDate => {
                let surname = a.surname.clone();
                let other = self.stranger_who(|p| p.surname != surname && p.second != surname);
                b = Person {
                    first: a.first.clone(),
                    other_first: a.other_first.clone(),
                    birth: a.birth,
                    sex: a.sex,
                    ..other
                };
            }
            Kind::ParentAndChild => {
                a.suffix = "Jr";
                let other = self.stranger_who(|p| parts(p.birth) != parts(a.birth));
                b.birth = other.birth;
                b.birth.year = a.birth.year - 20 - self.draw.below(16) as u16;
                b.birth.day = b.birth.day.min(days_in(b.birth.year, b.birth.month));
                b.suffix = "Sr";
            }
        }
        (a, b)
    }

    /// A record of `person` as a usual institution has it, but never without a name or without a date that exists: such a
    /// record may be impossible to encode, and would then tell nothing of the operator.
    fn enter(&mut self, party: &PartyId, person: &Person, shape: Shape) -> Plant {
        let registrar = Registrar {
            people: &self.people,
            rates: Rates::of(Profile::Typical),
        };
        let record = loop {
            let record = registrar.enter(person, shape, &mut self.draw);
            if is_whole(&record) {
                break record;
            }
        };
        let digits = loop {
            let digits = self.draw.below(1 << 32) as u32;
            if self.taken.insert(digits) {
                break digits;
            }
        };
        Plant {
            party: party.clone(),
            id: plant_id(party, digits),
            cells: cells(record),
        }
    }
}

fn is_whole(record: &Record) -> bool {
    let exists =
        |d: Ymd| (1..=12).contains(&d.month) && (1..=days_in(d.year, d.month)).contains(&d.day);
    let has_letters = |name: &str| name.chars().filter(|c| c.is_alphabetic()).count() > 1;
    record.birth.is_some_and(exists) && has_letters(&record.first) && has_letters(&record.last)
}

/// Day and month, which are taken for each other.
fn parts(date: Ymd) -> [u8; 2] {
    [date.month, date.day]
}

fn cells(r: Record) -> [String; 6] {
    let date = |d: Ymd| format!("{:04}-{:02}-{:02}", d.year, d.month, d.day);
    let birth = r.birth.map_or_else(String::new, date);
    [
        r.first,
        r.middle,
        r.last,
        r.suffix.to_owned(),
        birth,
        r.gender.to_owned(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planting() -> Planting {
        let id = |name: &str| name.parse().unwrap();
        Planting {
            pairs: vec![(id("a"), id("b")), (id("a"), id("c"))],
            together: 50,
            apart: 80,
            born: (2003, 2006),
            seed: 5,
        }
    }

    #[test]
    fn as_many_as_asked_for_each_with_an_id_of_its_own() {
        let cases = plants(&planting());
        assert_eq!(cases.len(), 2 * 130);
        let together = cases.iter().filter(|c| c.kind == Kind::SamePerson);
        assert_eq!(together.count(), 100);
        for kind in Kind::APART {
            assert_eq!(
                cases.iter().filter(|c| c.kind == kind).count(),
                40,
                "{kind:?}"
            );
        }
        let ids: std::collections::BTreeSet<&str> = cases
            .iter()
            .flat_map(|c| &c.plants)
            .map(|p| &*p.id)
            .collect();
        assert_eq!(ids.len(), 2 * cases.len());
        assert!(cases.iter().all(|c| c.plants[0].party.as_str() == "a"));
        assert_eq!(plants(&planting()), cases);
        assert_ne!(
            plants(&Planting {
                seed: 6,
                ..planting()
            }),
            cases
        );
    }

    /// Errors aside, which a few records have.
    #[test]
    fn each_kind_is_what_it_says() {
        let cases = plants(&planting());
        let share = |kind: Kind, is: fn(&[String; 6], &[String; 6]) -> bool| {
            let of: Vec<&Case> = cases.iter().filter(|c| c.kind == kind).collect();
            let found = of.iter().filter(|c| {
                let [a, b] = &c.plants;
                let upper = |p: &Plant| p.cells.clone().map(|c| c.to_uppercase());
                is(&upper(a), &upper(b))
            });
            found.count() as f64 / of.len() as f64
        };
        let cases_with = [
            share(Kind::SamePerson, |a, b| a[4] == b[4]),
            share(Kind::Twins, |a, b| a[4] == b[4] && a[0] != b[0]),
            share(Kind::Namesakes, |a, b| a[0] == b[0] && a[4] != b[4]),
            share(Kind::FirstAndDate, |a, b| a[4] == b[4] && a[2] != b[2]),
            share(Kind::ParentAndChild, |a, b| a[4][..4] != b[4][..4]),
        ];
        assert!(cases_with.iter().all(|s| *s > 0.6), "{cases_with:?}");
        // Nobody but parents is born outside of the years, but for errors.
        let cohort = cases.iter().filter(|c| c.kind != Kind::ParentAndChild);
        let years = cohort.flat_map(|c| &c.plants).map(|p| p.cells[4].get(..4));
        let (inside, outside): (Vec<_>, Vec<_>) =
            years.flatten().partition(|y| ("2003".."2007").contains(y));
        assert!(outside.len() * 20 < inside.len(), "{}", outside.len());
    }
}
