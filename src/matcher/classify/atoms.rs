//! What a pass of the schema asserts of a pair that meets in it, as bits.

use crate::matcher::compare::{EXACT, Meeting, Scale};
use crate::project::{BlockFeature, Fill, Filter, FilterFeature, Pass, Schema};

/// What accident does to two strangers.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Chances {
    /// Chance of sharing a bucket of a first or of a last name.
    pub of_one: f64,
    /// Chance of sharing a bucket of both names together.
    pub of_both: f64,
    /// For each pass the chance of each level in its filter of both names, as far as noise makes
    /// it; zeros where there is none, or a classic one.
    pub noise: Vec<[f64; 16]>,
}

/// The kinds of a bucket of both names: of first and last name whole, of a part, in any order. Buckets of
/// two kinds do not coincide by one accident.
pub(super) const OF_WHOLE: u8 = 1;
pub(super) const OF_PARTS: u8 = 2;
pub(super) const OF_ANY_ORDER: u8 = 4;

/// What one pass asserts, and which of its filters compares what.
#[derive(Debug)]
pub(super) struct PassFacts {
    pub(super) atoms: u16,
    /// Whether it is for people without a birthdate.
    pub(super) undated: bool,
    /// The kind of its bucket of both names, 0 if it has none.
    pub(super) bucket: u8,
    pub(super) first_filter: Option<usize>,
    pub(super) last_filter: Option<usize>,
    pub(super) names_filter: Option<usize>,
    /// How alike chance makes unlike names in that filter, as a share of common q-grams.
    pub(super) names_noise: f64,
    pub(super) year_filter: Option<usize>,
    pub(super) month_filter: Option<usize>,
    pub(super) day_filter: Option<usize>,
    pub(super) middle_filter: Option<usize>,
    pub(super) gender_filter: Option<usize>,
}

pub(super) const FIRST: u16 = 1;
pub(super) const LAST: u16 = 2;
pub(super) const PART: u16 = 4;
pub(super) const ANY_ORDER: u16 = 8;
pub(super) const YEAR: u16 = 16;
pub(super) const MONTH: u16 = 32;
pub(super) const DAY: u16 = 64;
pub(super) const MONTH_DAY: u16 = 128;
pub(super) const FIRST_BUCKET: u16 = 256;
pub(super) const LAST_BUCKET: u16 = 512;
pub(super) const NAMES_BUCKET: u16 = 1024;
pub(super) const FIRST_INITIAL: u16 = 2048;
pub(super) const LAST_INITIAL: u16 = 4096;
pub(super) const FIRST_PART: u16 = 8192;
pub(super) const MIDDLE: u16 = 16384;
pub(super) const DATE: u16 = YEAR | MONTH | DAY;

/// The share of common q-grams that one standard deviation of noise, 1 / sqrt(bits), looks like.
fn noise(filter: &Filter) -> f64 {
    let deviation = 1.0 / (filter.bits as f64).sqrt();
    (1.0 + deviation.powf(1.0 / filter.layers as f64)).log2()
}

/// What a block feature says when it agrees.
fn atom(feature: BlockFeature) -> u16 {
    match feature {
        BlockFeature::Birthdate => DATE,
        BlockFeature::Year => YEAR,
        BlockFeature::Month => MONTH,
        BlockFeature::Day => DAY,
        BlockFeature::MonthDay => MONTH_DAY,
        BlockFeature::First => FIRST,
        BlockFeature::FirstPart => FIRST_PART,
        BlockFeature::Last => LAST,
        BlockFeature::LastPart => PART,
        BlockFeature::Names => ANY_ORDER,
        BlockFeature::FirstInitial => FIRST_INITIAL,
        BlockFeature::LastPartInitial => LAST_INITIAL,
        BlockFeature::MiddleInitial => MIDDLE,
        BlockFeature::GivenRoot => FIRST_PART,
        BlockFeature::SurnameRoot => PART,
        BlockFeature::NameRoots => FIRST_PART | PART,
        BlockFeature::FirstSound | BlockFeature::LastSound => 0,
    }
}

/// What a shared bucket of values that say `atoms` says.
fn in_bucket(atoms: u16) -> u16 {
    let first = atoms & (FIRST | FIRST_PART | ANY_ORDER) != 0;
    let last = atoms & (LAST | PART | ANY_ORDER) != 0;
    let initials = atoms & (FIRST_INITIAL | LAST_INITIAL);
    let initials = initials | atoms & MIDDLE;
    match (first, last) {
        (true, true) => NAMES_BUCKET,
        (true, false) => FIRST_BUCKET | initials,
        (false, true) => LAST_BUCKET | initials,
        (false, false) => initials,
    }
}

impl Chances {
    pub(super) fn of(schema: &Schema) -> Self {
        let mut out = Self::default();
        for pass in &schema.passes {
            let facts = PassFacts::of(pass);
            let names = facts.names_filter.map(|f| &pass.filters[f]);
            let half_full = names.filter(|f| f.fill == Fill::Half);
            let noise = half_full.map(|f| Scale::of(f, None).noise());
            out.noise.push(noise.unwrap_or([0.0; 16]));
            let Some(bucket) = &pass.bucket else { continue };
            let chance = 1.0 / f64::from(bucket.count);
            if facts.atoms & NAMES_BUCKET != 0 {
                out.of_both = out.of_both.max(chance);
            } else {
                out.of_one = out.of_one.max(chance);
            }
        }
        out
    }
}

impl PassFacts {
    pub(super) fn of(pass: &Pass) -> Self {
        let mut atoms = pass.block.iter().fold(0, |atoms, f| atoms | atom(*f));
        let mut of_names = 0;
        if let Some(bucket) = &pass.bucket {
            let within = bucket.of.iter().fold(0, |all, f| all | atom(*f));
            atoms |= in_bucket(within);
            if atoms & NAMES_BUCKET != 0 {
                of_names = match () {
                    () if within & ANY_ORDER != 0 => OF_ANY_ORDER,
                    () if within & (FIRST_PART | PART) != 0 => OF_PARTS,
                    () => OF_WHOLE,
                };
            }
        }
        let only = |wanted: FilterFeature| pass.filters.iter().position(|f| f.of == [wanted]);
        let names_filter = pass.filters.iter().position(|f| {
            f.of.contains(&FilterFeature::First) && f.of.contains(&FilterFeature::Last)
        });
        Self {
            atoms,
            undated: pass.undated,
            bucket: of_names,
            first_filter: only(FilterFeature::First),
            last_filter: only(FilterFeature::Last),
            names_filter,
            names_noise: names_filter.map_or(1.0, |f| noise(&pass.filters[f])),
            year_filter: only(FilterFeature::Year),
            month_filter: only(FilterFeature::Month),
            day_filter: only(FilterFeature::Day),
            middle_filter: only(FilterFeature::MiddleInitial)
                .or_else(|| only(FilterFeature::MiddleInitialOrNone)),
            gender_filter: only(FilterFeature::Gender)
                .or_else(|| only(FilterFeature::GenderOrNone)),
        }
    }

    /// What must agree since the block is shared and some filters are equal.
    pub(super) fn asserted(&self, m: &Meeting) -> u16 {
        let exact = |filter: Option<usize>| filter.is_some_and(|f| m.level(f) == EXACT);
        let mut atoms = self.atoms;
        for (filter, atom) in [
            (self.first_filter, FIRST),
            (self.last_filter, LAST),
            (self.year_filter, YEAR),
            (self.month_filter, MONTH),
            (self.day_filter, DAY),
        ] {
            if exact(filter) {
                atoms |= atom;
            }
        }
        atoms
    }
}
