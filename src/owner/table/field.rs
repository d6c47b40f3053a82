//! The fields of a person's record that this program reads, and what they are called.

use std::fmt;
use std::str::FromStr;

use super::NEAR;
use crate::error::{Error, Result};

/// A field of a person's record that this program reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// The owner's own student or applicant id. `id` on the command line.
    StudentId,
    /// `first`.
    First,
    /// `middle`: middle name or initial.
    Middle,
    /// `last`.
    Last,
    /// `suffix`: Jr, III and the like.
    Suffix,
    /// `birthdate`.
    Birthdate,
    /// `gender`.
    Gender,
    /// `alias-first`: a preferred or other given name. May have several columns.
    AliasFirst,
    /// `alias-last`: a former, maiden, preferred or other last name. May have several columns.
    AliasLast,
    /// `grade`: the school year, only looked at by `check`.
    Grade,
    /// `hold`: whether the student, or a parent, has opted out of being passed on.
    Hold,
}

impl Field {
    /// Every field, in the order in which they are listed to people.
    pub const ALL: [Self; 11] = [
        Self::StudentId,
        Self::First,
        Self::Middle,
        Self::Last,
        Self::Suffix,
        Self::Birthdate,
        Self::Gender,
        Self::AliasFirst,
        Self::AliasLast,
        Self::Grade,
        Self::Hold,
    ];

    /// Whether the field tells about the row and not about the person: nothing of it is encoded.
    #[must_use]
    pub fn is_aside(self) -> bool {
        matches!(self, Self::Grade | Self::Hold)
    }

    /// Whether several columns may hold the field.
    #[must_use]
    pub fn is_alias(self) -> bool {
        matches!(self, Self::AliasFirst | Self::AliasLast)
    }

    /// The name of the field on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::StudentId => "id",
            Self::First => "first",
            Self::Middle => "middle",
            Self::Last => "last",
            Self::Suffix => "suffix",
            Self::Birthdate => "birthdate",
            Self::Gender => "gender",
            Self::AliasFirst => "alias-first",
            Self::AliasLast => "alias-last",
            Self::Grade => "grade",
            Self::Hold => "hold",
        }
    }

    /// The field in a sentence: `student id`.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Self::StudentId => "student id",
            Self::First => "first name",
            Self::Middle => "middle name",
            Self::Last => "last name",
            Self::Suffix => "name suffix",
            Self::Birthdate => "birthdate",
            Self::Gender => "gender",
            Self::AliasFirst => "alias of the first name",
            Self::AliasLast => "alias of the last name",
            Self::Grade => "grade",
            Self::Hold => "opt-out",
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Field {
    type Err = Error;

    /// # Errors
    /// [`Class::Usage`](crate::error::Class::Usage) for any other word.
    fn from_str(s: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|field| field.name() == s)
            .ok_or_else(|| {
                let names: Vec<&str> = Self::ALL.iter().map(|f| f.name()).collect();
                let likeness = |name: &str| strsim::jaro_winkler(name, s);
                let near = names
                    .iter()
                    .filter(|name| likeness(name) >= NEAR)
                    .max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
                let near = near.map_or_else(String::new, |name| format!("did you mean {name}? "));
                Error::usage("there is no field of that name")
                    .hint(format!("{near}the fields are {}", names.join(", ")))
            })
    }
}
