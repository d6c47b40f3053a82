//! What kinds of people there are: group, origin, sex.

use super::names::Tables;
use super::random::Draw;

/// The group of a person, for rates by subgroup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Group {
    Hispanic,
    White,
    Asian,
    Black,
    Other,
}

impl Group {
    /// The word in `tags-PARTY.csv`.
    pub(super) fn tag(self) -> &'static str {
        match self {
            Self::Hispanic => "hispanic",
            Self::White => "white",
            Self::Asian => "asian",
            Self::Black => "black",
            Self::Other => "other",
        }
    }

    /// As frequent as among the births of California about 2005.
    pub(super) fn draw(draw: &mut Draw) -> Self {
        match draw.below(100) {
            0..52 => Self::Hispanic,
            52..81 => Self::White,
            81..93 => Self::Asian,
            93..99 => Self::Black,
            _ => Self::Other,
        }
    }
}

/// Where a family's given names may come from beside the common ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Origin {
    None,
    Vietnamese,
    Chinese,
    Hmong,
    Filipino,
    Korean,
    Japanese,
    SouthAsian,
    Pacific,
    Armenian,
    African,
}

impl Origin {
    /// Those with a list of given names.
    #[cfg(test)]
    pub(super) const LISTED: [Self; 10] = [
        Self::Vietnamese,
        Self::Chinese,
        Self::Hmong,
        Self::Filipino,
        Self::Korean,
        Self::Japanese,
        Self::SouthAsian,
        Self::Pacific,
        Self::Armenian,
        Self::African,
    ];

    /// By its word in the tables.
    pub(super) fn named(word: &str) -> Self {
        match word {
            "vietnamese" => Self::Vietnamese,
            "chinese" => Self::Chinese,
            "hmong" => Self::Hmong,
            "filipino" => Self::Filipino,
            "korean" => Self::Korean,
            "japanese" => Self::Japanese,
            "south-asian" => Self::SouthAsian,
            "pacific" => Self::Pacific,
            "armenian" => Self::Armenian,
            "black" => Self::African,
            _ => Self::None,
        }
    }

    /// The origin that a group and a surname tell.
    pub(super) fn of(group: Group, surname: &str, tables: &Tables, draw: &mut Draw) -> Self {
        match group {
            Group::Asian => match tables.origins(surname) {
                // The rest of the group: mostly South Asian and Filipino surnames.
                [] => *draw.pick(&[
                    Self::SouthAsian,
                    Self::SouthAsian,
                    Self::Filipino,
                    Self::None,
                ]),
                told => *draw.pick(told),
            },
            Group::White
                if tables.origins(surname).contains(&Self::Armenian)
                    || surname.ends_with("YAN")
                    || (surname.ends_with("IAN") && surname.len() > 7) =>
            {
                Self::Armenian
            }
            Group::Black if draw.chance(0.08) => Self::African,
            _ => Self::None,
        }
    }

    /// How often a child has a given name of the origin, and if so, a western one for daily use.
    pub(super) fn habits(self) -> (f64, f64) {
        match self {
            Self::None => (0.0, 0.0),
            Self::Vietnamese => (0.45, 0.50),
            Self::Chinese => (0.35, 0.60),
            Self::Hmong => (0.50, 0.35),
            Self::Filipino => (0.30, 0.05),
            Self::Korean => (0.40, 0.60),
            Self::Japanese => (0.40, 0.30),
            Self::SouthAsian => (0.75, 0.06),
            Self::Pacific => (0.60, 0.15),
            Self::Armenian => (0.55, 0.10),
            Self::African => (0.90, 0.05),
        }
    }
}

/// Sex at birth, as the tables of births have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Sex {
    Female = 0,
    Male = 1,
}

impl Sex {
    /// By its letter in the tables.
    pub(super) fn named(letter: &str) -> Self {
        if letter == "M" {
            Self::Male
        } else {
            Self::Female
        }
    }

    pub(super) fn draw(draw: &mut Draw) -> Self {
        // 105 boys are born for 100 girls.
        if draw.chance(0.512) {
            Self::Male
        } else {
            Self::Female
        }
    }
}
