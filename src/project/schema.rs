//! The linkage schema: passes, their blocks and their comparisons.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::units::Fingerprint;

/// Most passes of a schema, so that the passes of a pair fit into 16 bits.
const MAX_PASSES: usize = 16;
/// Most filters of a pass, so that their levels fit into 32 bits.
const MAX_FILTERS: usize = 8;
/// Most columns of a token file, so that a row's validity mask fits into 64 bits.
const MAX_COLUMNS: usize = 64;

/// What is encoded and how: an ordered list of passes.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    /// A name for people, such as `k12`.
    pub name: String,
    /// The passes, in the order of the file.
    pub passes: Vec<Pass>,
    /// Rows that a record has at least, 1 to 4: those of its last name's parts, and dummies, so that
    /// the number of its surnames does not show.
    pub rows: usize,
    /// For a schema of one pass with an empty block: the least `similarity` of a link.
    pub dice: Option<f64>,
    /// The coefficient that `dice` is the least of.
    pub similarity: Similarity,
    /// BLAKE3 of the canonical form; part of the key derivation.
    pub fingerprint: Fingerprint,
}

/// One way for two records to meet: an exact block, and what is compared inside it.
#[derive(Debug, Clone, PartialEq)]
pub struct Pass {
    /// A name unique in the schema, of `a-z`, `0-9` and `-`.
    pub name: String,
    /// What must agree exactly. Empty: one block for everybody.
    pub block: Vec<BlockFeature>,
    /// What must agree as far as a keyed bucket tells.
    pub bucket: Option<Bucket>,
    /// Whether a record that lacks a field of the block gets a token that meets nobody, so that
    /// the gap does not show.
    pub dummies: bool,
    /// Whether the pass is for people whose birthdate is missing, to meet those whose is not.
    pub undated: bool,
    /// What is compared inside a block. May be empty.
    pub filters: Vec<Filter>,
}

/// Features of a block that are hashed together into a few values under a secret key: values that
/// have nothing in common share a bucket, and without the key nobody can tell which.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bucket {
    /// What is hashed, at least one feature.
    pub of: Vec<BlockFeature>,
    /// How many buckets there are: a power of two, 2 to 2^20.
    pub count: u32,
}

/// One Bloom filter of a pass.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// A name unique in the pass, of `a-z`, `0-9` and `-`.
    pub name: String,
    /// Whose features go in.
    pub of: Vec<FilterFeature>,
    /// Bits that cross, after folding: a power of two, 64 to 4096.
    pub bits: usize,
    /// Layers that are XOR-ed onto each other, 1 to 8. 1: no folding.
    pub layers: usize,
    /// How many positions a q-gram sets.
    pub fill: Fill,
}

/// How many positions each q-gram sets in each layer of a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fill {
    /// As many as make the layer half full whatever the length of the name:
    /// round(bits x ln 2 / q-grams).
    Half,
    /// The same number for every q-gram, as in the classic CLK, 1 to 256.
    Fixed(usize),
}

/// How alike two classic filters a and b are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Similarity {
    /// The Dice coefficient D = 2 |a and b| / (|a| + |b|).
    #[default]
    Dice,
    /// The Jaccard coefficient |a and b| / |a or b| = D / (2 - D): the same order of pairs.
    Jaccard,
}

macro_rules! features {
    ($(#[$doc:meta])* $name:ident, $noun:literal { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub enum $name { $($(#[$vdoc])* $variant,)* }

        impl $name {
            /// Every feature there is, in the order of the specification.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name that the project file uses.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }

        impl FromStr for $name {
            type Err = Error;
            fn from_str(s: &str) -> Result<Self> {
                match s {
                    $($text => Ok(Self::$variant),)*
                    _ => Err(unknown_feature(s, $noun, Self::ALL.iter().map(|f| f.as_str()))),
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = Error;
            fn try_from(s: String) -> Result<Self> { s.parse() }
        }

        impl From<$name> for String {
            fn from(f: $name) -> Self { f.as_str().to_owned() }
        }
    };
}

features! {
    /// What two records of a block have in common exactly.
    BlockFeature, "block" {
        /// The whole birthdate.
        Birthdate = "birthdate",
        /// The year of birth.
        Year = "year",
        /// The month of birth.
        Month = "month",
        /// The day of the month of birth.
        Day = "day",
        /// Month and day as an unordered pair: the same when they are exchanged.
        MonthDay = "month-day-any-order",
        /// The first name, its parts joined.
        First = "first",
        /// The last name, its parts joined.
        Last = "last",
        /// One part of the last name: a record has a token for each of its parts.
        LastPart = "last-part",
        /// First and last name, joined in alphabetical order: the same when they are exchanged.
        Names = "names-any-order",
        /// The first letter of the first name.
        FirstInitial = "first-initial",
        /// The Soundex code of the first name.
        FirstSound = "first-sound",
        /// The Soundex code of the last name.
        LastSound = "last-sound",
        /// The first part of the first name.
        FirstPart = "first-part",
        /// The first letter of one part of the last name: a token for each of its parts.
        LastPartInitial = "last-part-initial",
        /// The first letter of the middle name.
        MiddleInitial = "middle-initial",
        /// One given name, a nickname made its root: a token for each of the first two.
        GivenRoot = "given-root",
        /// One part of the last name, made its root and reduced to its skeleton: a token for each.
        SurnameRoot = "surname-root",
        /// First and last name as a whole, each made its root and reduced to its skeleton.
        NameRoots = "name-roots",
    }
}

features! {
    /// What a Bloom filter is made of.
    FilterFeature, "filter" {
        /// Bigrams of each part of the first name.
        First = "first",
        /// Bigrams of each part of the middle name.
        Middle = "middle",
        /// Bigrams of each part of the last name.
        Last = "last",
        /// The digits of the whole birthdate, by position.
        Birthdate = "birthdate",
        /// The digits of the year, by position.
        Year = "year",
        /// The month, as a whole.
        Month = "month",
        /// The digits of the day, by position.
        Day = "day",
        /// The first letter of the middle name.
        MiddleInitial = "middle-initial",
        /// The gender, where one is stated.
        Gender = "gender",
        /// The first letter of the middle name, or that there is none: always there, so that the
        /// gaps of a token file do not tell who has a middle name.
        MiddleInitialOrNone = "middle-initial-or-none",
        /// The gender, or that none is stated: always there.
        GenderOrNone = "gender-or-none",
        /// The generation suffix.
        Suffix = "suffix",
    }
}

fn unknown_feature<'a>(found: &str, noun: &str, all: impl Iterator<Item = &'a str>) -> Error {
    let all: Vec<&str> = all.collect();
    let nearest = all
        .iter()
        .max_by(|a, b| strsim::jaro_winkler(found, a).total_cmp(&strsim::jaro_winkler(found, b)));
    let e = Error::usage(format!(
        "there is no {noun} feature `{found}`; there are: {}",
        all.join(", ")
    ));
    match nearest {
        Some(n) => e.hint(format!("did you mean `{n}`?")),
        None => e,
    }
}

impl Schema {
    /// Whether this is a classic schema: one pass, empty block, one filter, linked by Dice.
    #[must_use]
    pub fn is_classic(&self) -> bool {
        self.dice.is_some()
    }

    /// Whether a pass is for people without a birthdate: then the names of a file are counted before it
    /// is encoded.
    #[must_use]
    pub fn has_undated(&self) -> bool {
        self.passes.iter().any(|p| p.undated)
    }

    /// Checks what the types do not: names, sizes, and that a token file can hold it.
    pub(super) fn check(&self) -> Result<()> {
        let fail = |what: String| Err(Error::usage(what));
        if self.passes.is_empty() || self.passes.len() > MAX_PASSES {
            return fail(format!("a schema has 1 to {MAX_PASSES} passes"));
        }
        let columns: usize = self.passes.iter().map(|p| 1 + p.filters.len()).sum();
        if columns > MAX_COLUMNS {
            return fail(format!(
                "a schema has at most {MAX_COLUMNS} blocks and filters, this one has {columns}"
            ));
        }
        let filters: usize = self.passes.iter().map(|p| p.filters.len()).sum();
        if filters > 48 {
            return fail(format!(
                "a schema has at most 48 filters, this one has {filters}"
            ));
        }
        if !(1..=4).contains(&self.rows) {
            return fail(format!("rows must be 1 to 4, found {}", self.rows));
        }
        for (i, pass) in self.passes.iter().enumerate() {
            check_name("pass", &pass.name)?;
            if self.passes[..i].iter().any(|p| p.name == pass.name) {
                return fail(format!("there are two passes named `{}`", pass.name));
            }
            if let Some(bucket) = &pass.bucket {
                bucket.check(&pass.name)?;
            }
            if !pass.is_blocked() && pass.filters.is_empty() {
                return fail(format!(
                    "pass `{}` has neither a block nor a filter",
                    pass.name
                ));
            }
            if pass.undated && !pass.is_blocked() {
                return fail(format!(
                    "pass `{}` is for people without a birthdate and has no block",
                    pass.name
                ));
            }
            if pass.filters.len() > MAX_FILTERS {
                return fail(format!(
                    "pass `{}` has more than {MAX_FILTERS} filters",
                    pass.name
                ));
            }
            for (j, filter) in pass.filters.iter().enumerate() {
                filter.check(&pass.name)?;
                if filter.name == "block" || pass.filters[..j].iter().any(|f| f.name == filter.name)
                {
                    return fail(format!(
                        "pass `{}`: the filter name `{}` is taken",
                        pass.name, filter.name
                    ));
                }
            }
        }
        match self.dice {
            None if self.similarity != Similarity::Dice => {
                fail("similarity is for a schema with dice, the least of it".into())
            }
            None => Ok(()),
            Some(t) if !(t > 0.0 && t <= 1.0) => fail("dice must be above 0 and at most 1".into()),
            Some(_) => match self.passes.as_slice() {
                [pass] if !pass.is_blocked() && pass.filters.len() == 1 => Ok(()),
                _ => fail(
                    "dice is for a schema of one pass with an empty block and one filter".into(),
                ),
            },
        }
    }
}

impl Pass {
    /// Whether records must have anything in common to meet.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        !self.block.is_empty() || self.bucket.is_some()
    }

    /// Whether a record has a token in this pass for each part of its last name.
    #[must_use]
    pub fn is_by_part(&self) -> bool {
        let of_parts = [
            BlockFeature::LastPart,
            BlockFeature::LastPartInitial,
            BlockFeature::GivenRoot,
            BlockFeature::SurnameRoot,
        ];
        self.block_features().any(|f| of_parts.contains(&f))
    }

    /// Every feature that the block is made of, those of its bucket last.
    pub fn block_features(&self) -> impl Iterator<Item = BlockFeature> + '_ {
        let bucket = self.bucket.iter().flat_map(|b| &b.of);
        self.block.iter().chain(bucket).copied()
    }
}

impl Bucket {
    fn check(&self, pass: &str) -> Result<()> {
        if self.of.is_empty() {
            return Err(Error::usage(format!(
                "pass `{pass}`: `of` of its bucket names no feature"
            )));
        }
        if !self.count.is_power_of_two() || !(2..=1 << 20).contains(&self.count) {
            return Err(Error::usage(format!(
                "pass `{pass}`: the count of buckets must be a power of two from 2 to 1048576, found {}",
                self.count
            )));
        }
        Ok(())
    }
}

impl Filter {
    fn check(&self, pass: &str) -> Result<()> {
        check_name("filter", &self.name)?;
        let fail = |what: String| {
            Err(Error::usage(format!(
                "pass `{pass}`, filter `{}`: {what}",
                self.name
            )))
        };
        if self.of.is_empty() {
            return fail("`of` names no feature".into());
        }
        if !self.bits.is_power_of_two() || !(64..=4096).contains(&self.bits) {
            return fail(format!(
                "bits must be a power of two from 64 to 4096, found {}",
                self.bits
            ));
        }
        if !(1..=8).contains(&self.layers) {
            return fail(format!("layers must be 1 to 8, found {}", self.layers));
        }
        match self.fill {
            Fill::Fixed(k) if !(1..=256).contains(&k) => {
                fail(format!("hashes must be 1 to 256, found {k}"))
            }
            _ => Ok(()),
        }
    }
}

fn check_name(noun: &str, name: &str) -> Result<()> {
    let ok = (1..=40).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if ok {
        Ok(())
    } else {
        Err(Error::usage(format!(
            "a {noun}'s name must be 1 to 40 characters of a-z, 0-9 and -"
        )))
    }
}
