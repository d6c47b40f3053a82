//! What the meetings of a pair say together: the state of the names, of the date, of the rest.

use crate::matcher::compare::{EXACT, Level};

/// A pair of records and the passes in which they met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// Index of the first party's record.
    pub left: u32,
    /// Index of the second party's record.
    pub right: u32,
    /// The passes whose block they share, bit 0 for the first.
    pub passes: u16,
    /// What the passes say together.
    pub evidence: Evidence,
}

/// What the passes say of a pair, as small numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Evidence {
    /// How the names compare.
    pub names: Names,
    /// How the birthdates compare.
    pub date: Date,
    /// Whether middle initials agree; `None` if one is missing or they were not compared.
    pub middle: Option<bool>,
    /// Whether genders agree; `None` likewise.
    pub gender: Option<bool>,
    /// How many others share the block that says most of them.
    pub crowd: Crowd,
}

/// The block that says most of a pair, of all that it met in, and how large it is. A frequent name
/// makes large blocks, a rare one small ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Crowd {
    /// The pass in which fewest meet, of those that the pair met in.
    pub pass: u8,
    /// How large the block is there: see [`Meeting::size`](crate::matcher::compare::Meeting::size).
    pub size: u8,
}

impl Evidence {
    /// The level at which the names are alike; [`EXACT`] where they agree.
    #[must_use]
    pub fn likeness(&self) -> Level {
        match self.names {
            Names::Both | Names::Exchanged => EXACT,
            Names::Alike { level, .. } => level,
        }
    }
}

/// How the names of a pair compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Names {
    /// First and last name agree, as far as a bucket of both together tells.
    Both,
    /// They agree when first and last are exchanged.
    Exchanged,
    /// At least one is not known to agree.
    Alike {
        /// How much of the first name is known to agree.
        first: Agreement,
        /// How much of the last name is known to agree.
        last: Agreement,
        /// The filter that was looked at for the rest.
        view: View,
        /// How alike it is in that filter.
        level: Level,
    },
}

/// How much of a name is known to agree, since a block of it is shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Agreement {
    /// Nothing.
    Unknown,
    /// Its first letter.
    Initial,
    /// Its bucket.
    Bucket,
    /// One of its parts.
    Part,
    /// All of it.
    Whole,
}

/// The filter that says how alike names are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum View {
    /// None was compared.
    Nothing,
    /// One of the first name by itself.
    First,
    /// One of the last name by itself.
    Last,
    /// One of both names, in the pass of this number.
    Both(u8),
}

/// How the birthdates of a pair compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Date {
    /// All of it agrees.
    Full,
    /// Year and month agree; the day shares a digit if `true`.
    YearMonth(bool),
    /// Year and day agree.
    YearDay,
    /// Month and day agree; the year shares three digits if `true`.
    MonthDay(bool),
    /// Year agrees, month and day are exchanged.
    Exchanged,
    /// The year agrees.
    Year,
    /// The year differs, and that is all that was compared.
    OtherYear,
    /// Nothing is known to agree, or dates were compared inside a larger filter only.
    Unknown,
}

impl Date {
    /// Whether nothing but a year can be known of one of the birthdates.
    #[must_use]
    pub fn is_undated(self) -> bool {
        matches!(self, Self::Year | Self::OtherYear | Self::Unknown)
    }
}
