//! All meetings of a pair into one statement, by what each pass of the schema asserts.

use super::atoms::*;
use super::evidence::{Agreement, Crowd, Date, Evidence, Names, Pair, View};
use crate::matcher::compare::{ABSENT, EXACT, LOWEST, Level, Meeting};
use crate::project::Schema;

/// What each pass of a schema asserts, worked out once.
#[derive(Debug)]
pub struct Facts {
    passes: Vec<PassFacts>,
    chances: Chances,
    /// The pass that compares the names of all who share a birthdate, and keeps those who are alike.
    by_date: Option<u8>,
    /// Candidate pairs by pass, as far as they are known: the fewer, the more a block says.
    candidates: Vec<u64>,
}

/// What the buckets of both names together say of a pair.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shared {
    /// It met in none.
    Nothing,
    /// It met in one, and not in another in which it would have, were the names equal.
    Accident,
    /// It met where people do who have the first name and a part of the last name in common.
    Parts,
    /// It met wherever people do who have equal names.
    All,
}

impl Facts {
    /// The facts of `schema`.
    #[must_use]
    pub fn of(schema: &Schema) -> Self {
        let passes: Vec<PassFacts> = schema.passes.iter().map(PassFacts::of).collect();
        let compares = |p: &PassFacts| p.atoms == DATE && p.names_filter.is_some();
        Self {
            by_date: passes.iter().position(compares).map(|p| p as u8),
            passes,
            chances: Chances::of(schema),
            candidates: vec![0; schema.passes.len()],
        }
    }

    /// Takes note of how many candidate pairs each pass has, in the order of the schema's passes.
    pub fn count(&mut self, candidates: Vec<u64>) {
        self.candidates = candidates;
    }

    /// What accident does to strangers.
    #[must_use]
    pub fn chances(&self) -> &Chances {
        &self.chances
    }

    /// The filter of both names with the least noise among `meetings`, and its level.
    fn finest<'m>(&self, meetings: impl Iterator<Item = &'m Meeting>) -> (View, Level) {
        meetings
            .filter_map(|m| {
                let facts = &self.passes[usize::from(m.pass)];
                let level = m.level(facts.names_filter?);
                (level != ABSENT).then_some((facts.names_noise, m.pass, level))
            })
            .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)).then(b.2.cmp(&a.2)))
            .map_or((View::Nothing, ABSENT), |(_, pass, level)| {
                (View::Both(pass), level)
            })
    }

    /// Whether the block of pass `pass` is the whole birthdate and nothing else.
    #[must_use]
    pub fn is_birthdate_block(&self, pass: usize) -> bool {
        self.passes[pass].atoms == DATE
    }

    /// The passes, as bits, whose block holds the whole birthdate.
    #[must_use]
    pub fn date_passes(&self) -> u16 {
        self.bits(|p| p.atoms & DATE == DATE)
    }

    /// The passes, as bits, whose block holds both names whole and not the whole birthdate.
    #[must_use]
    pub fn whole_name_passes(&self) -> u16 {
        let holds = |atoms: u16| {
            atoms & (NAMES_BUCKET | ANY_ORDER) != 0 || atoms & FIRST != 0 && atoms & LAST != 0
        };
        self.bits(|p| holds(p.atoms) && p.atoms & DATE != DATE && !p.undated)
    }

    /// The passes, as bits, whose block is met also when day and month are exchanged.
    #[must_use]
    pub fn exchanged_passes(&self) -> u16 {
        self.bits(|p| p.atoms & MONTH_DAY != 0)
    }

    /// The passes, as bits, for people without a birthdate.
    #[must_use]
    pub fn undated_passes(&self) -> u16 {
        self.bits(|p| p.undated)
    }

    fn bits(&self, is: impl Fn(&PassFacts) -> bool) -> u16 {
        let passes = self.passes.iter().enumerate();
        passes.fold(0, |bits, (n, p)| bits | u16::from(is(p)) << n)
    }

    /// What the buckets of both names say of a pair that met in `used` and of whose date `atoms` are
    /// known to agree: who has equal names meets in every pass that has a bucket of both and of the
    /// date no more than agrees.
    fn shared<'m>(
        &self,
        used: impl Iterator<Item = &'m Meeting>,
        atoms: u16,
        ignored: u16,
    ) -> Shared {
        let both_ways = if atoms & (MONTH | DAY) == MONTH | DAY {
            MONTH_DAY
        } else {
            0
        };
        let agree = atoms | both_ways;
        let mut met = 0;
        for m in used {
            met |= self.passes[usize::from(m.pass)].bucket;
        }
        let could = (0..self.passes.len())
            .filter(|p| ignored & 1 << p == 0)
            .map(|p| &self.passes[p])
            .filter(|p| p.atoms & (DATE | MONTH_DAY) & !agree == 0)
            .fold(0, |all, p| all | p.bucket);
        match met {
            0 => Shared::Nothing,
            _ if could & !met == 0 => Shared::All,
            _ if met & OF_WHOLE == 0 && met & OF_PARTS != 0 => Shared::Parts,
            _ => Shared::Accident,
        }
    }

    /// What `meetings`, all of one pair, say together. Those of passes in `ignored` are left out.
    ///
    /// `None` if no meeting is left.
    #[must_use]
    pub fn evidence(&self, meetings: &[Meeting], ignored: u16) -> Option<Evidence> {
        let used = || meetings.iter().filter(|m| ignored & 1 << m.pass == 0);
        used().next()?;
        let mut atoms = 0;
        for m in used() {
            atoms |= self.passes[usize::from(m.pass)].asserted(m);
        }
        let best = |which: fn(&PassFacts) -> Option<usize>| {
            used()
                .filter_map(|m| which(&self.passes[usize::from(m.pass)]).map(|f| m.level(f)))
                .max()
                .unwrap_or(ABSENT)
        };
        let agrees = |which: fn(&PassFacts) -> Option<usize>| match best(which) {
            ABSENT => None,
            level => Some(level == EXACT),
        };
        let (mut seen_by, mut likeness) = self.finest(used());
        if let (ABSENT, Some(pass)) = (likeness, self.by_date)
            && atoms & DATE == DATE
            && ignored & 1 << pass == 0
        {
            // Who shares a birthdate was compared by it; who did not stay has unlike names.
            (seen_by, likeness) = (View::Both(pass), LOWEST);
        }
        let shared = self.shared(used(), atoms, ignored);
        // Of names that share a bucket by accident, a filter of both names knows better.
        let in_bucket = match likeness {
            EXACT => atoms & NAMES_BUCKET != 0,
            ABSENT => shared == Shared::All,
            _ => false,
        };
        let names = if in_bucket || atoms & FIRST != 0 && atoms & LAST != 0 {
            Names::Both
        } else if atoms & ANY_ORDER != 0 {
            Names::Exchanged
        } else {
            // Of people with unlike names, buckets of each name must say the same as those of both,
            // where they are compared: then some parts of the names agree.
            let known = |bucket: u16| {
                let wanted = DATE | bucket;
                let compared = (0..self.passes.len())
                    .any(|p| ignored & 1 << p == 0 && self.passes[p].atoms & wanted == wanted);
                atoms & bucket != 0 || atoms & DATE != DATE || !compared
            };
            match shared {
                Shared::All if known(FIRST_BUCKET) && known(LAST_BUCKET) => {
                    atoms |= FIRST_PART | PART;
                }
                Shared::Parts if known(FIRST_BUCKET) && known(LAST_BUCKET) => atoms |= FIRST | PART,
                // A state that nothing else makes.
                Shared::Accident if likeness == ABSENT => atoms |= FIRST_BUCKET | LAST_BUCKET,
                _ => {}
            }
            let first = match () {
                () if atoms & FIRST != 0 => Agreement::Whole,
                () if atoms & FIRST_PART != 0 => Agreement::Part,
                () if atoms & FIRST_BUCKET != 0 => Agreement::Bucket,
                () if atoms & FIRST_INITIAL != 0 => Agreement::Initial,
                () => Agreement::Unknown,
            };
            let last = match () {
                () if atoms & LAST != 0 => Agreement::Whole,
                () if atoms & PART != 0 => Agreement::Part,
                () if atoms & LAST_BUCKET != 0 => Agreement::Bucket,
                () if atoms & LAST_INITIAL != 0 => Agreement::Initial,
                () => Agreement::Unknown,
            };
            let (first_level, last_level) = (best(|p| p.first_filter), best(|p| p.last_filter));
            let (view, level) = match () {
                () if first == Agreement::Whole && last_level != ABSENT => (View::Last, last_level),
                () if last == Agreement::Whole && first_level != ABSENT => {
                    (View::First, first_level)
                }
                () => (seen_by, likeness),
            };
            Names::Alike {
                first,
                last,
                view,
                level,
            }
        };
        let near = |which: fn(&PassFacts) -> Option<usize>, from: Level| best(which) >= from;
        let date = match atoms & DATE {
            DATE => Date::Full,
            d if d == YEAR | MONTH => Date::YearMonth(near(|p| p.day_filter, CLOSE_DAY)),
            d if d == YEAR | DAY => Date::YearDay,
            d if d == MONTH | DAY => Date::MonthDay(near(|p| p.year_filter, CLOSE_YEAR)),
            _ if atoms & MONTH_DAY != 0 && atoms & YEAR != 0 => Date::Exchanged,
            YEAR => Date::Year,
            0 if best(|p| p.year_filter) != ABSENT => Date::OtherYear,
            _ => Date::Unknown,
        };
        let crowd = used()
            .map(|m| (self.candidates[usize::from(m.pass)], m.pass, m.size))
            .min()
            .map_or(Crowd::default(), |(_, pass, size)| Crowd { pass, size });
        Some(Evidence {
            names,
            date,
            middle: if atoms & MIDDLE != 0 {
                Some(true)
            } else {
                agrees(|p| p.middle_filter)
            },
            gender: agrees(|p| p.gender_filter),
            crowd,
        })
    }
}

/// The level from which one of a day's two digits is taken to agree: between the share of one half
/// that this makes and none, as the noise of 64 bits moves both.
const CLOSE_DAY: Level = 2;
/// The level from which a year's digits are taken to agree but for one. Noise takes about two years in
/// five of two common digits for such; a level that tells them apart cost three points of recall in
/// one set of duplicates, where it left a state of evidence just below a link.
const CLOSE_YEAR: Level = 4;

impl Facts {
    /// A pair by all of its meetings, and its evidence when the passes that hold the whole birthdate are
    /// left out, where it met in another: the model learns from it how names compare in pairs whose dates
    /// differ.
    #[must_use]
    pub fn pair(&self, meetings: &[Meeting]) -> Option<(Pair, Option<Evidence>)> {
        let pair = Pair {
            left: meetings.first()?.left,
            right: meetings.first()?.right,
            passes: meetings.iter().fold(0, |bits, m| bits | 1 << m.pass),
            evidence: self.evidence(meetings, 0)?,
        };
        Some((pair, self.evidence(meetings, self.date_passes())))
    }
}
