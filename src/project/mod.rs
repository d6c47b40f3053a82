//! The project file: what the parties agreed on and both sides read.
//!
//! Owns: the TOML file, its checks, its canonical form and fingerprint, and the linkage
//! [`Schema`]. Holds no secret. Specified in `docs/spec/project-file.md`.

mod agreement;
mod review;
mod round;
mod schema;
mod template;
#[cfg(test)]
mod tests;
mod uses;
mod wire;

use std::path::Path;

use jiff::civil::Date;

pub use agreement::{Agreement, CUSTODIAN, Contact, Element, OPERATOR, parse_date};
pub use review::{Finding, Weight, review};
pub use round::next_round;
pub use schema::{BlockFeature, Bucket, Fill, Filter, FilterFeature, Pass, Schema, Similarity};
pub use template::{Draft, new_project};

use crate::error::{Error, Result};
use crate::units::{Fingerprint, PartyId};

/// A checked project file.
#[derive(Debug, Clone)]
pub struct Project {
    /// 16 random bytes that make the tokens of this project unlike those of any other.
    pub id: [u8; 16],
    /// A name for people.
    pub name: String,
    /// The name of this round; tokens of different rounds cannot be compared.
    pub round: String,
    /// What the linkage is for, in the words of the agreement. May be empty.
    pub purpose: String,
    /// The parties, in the order of the file.
    pub parties: Vec<PartyId>,
    /// Which pairs of parties may be linked, first party first.
    pub pairs: Vec<(PartyId, PartyId)>,
    /// The parties that declare that no student of theirs has two records.
    pub duplicate_free: Vec<PartyId>,
    /// Whether record refs and link ids stay the same in every round, so that the operator can join
    /// rounds.
    pub stable_link_ids: bool,
    /// What the written agreement says, if the file has a part on it. Without one nothing is dated
    /// and every field may be used.
    pub agreement: Option<Agreement>,
    /// The match probability from which a pair is a link, above 0 and below 1.
    pub threshold: f64,
    /// The linkage schema: what is encoded, and how.
    pub schema: Schema,
    /// BLAKE3 of the canonical form: the same for two files that mean the same.
    pub fingerprint: Fingerprint,
    /// The canonical form: what the fingerprint is of, and what is signed.
    pub canonical: Vec<u8>,
}

impl Project {
    /// Reads and checks the project file at `path`.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io) if it cannot be read,
    /// [`Class::Input`](crate::error::Class::Input) with the line if it is not a project file,
    /// has an unknown key, or contradicts itself.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|e| match e.kind() {
            std::io::ErrorKind::InvalidData => {
                Error::input(path, "expected a project file in UTF-8, found other bytes")
            }
            _ => Error::io("read", path, e),
        })?;
        Self::parse(&text).map_err(|e| e.at(path))
    }

    /// Parses and checks the text of a project file.
    ///
    /// # Errors
    /// [`Class::Input`](crate::error::Class::Input), with the line where it is known.
    pub fn parse(text: &str) -> Result<Self> {
        wire::parse(text)
    }

    /// Fails unless `party` is one of this project's parties.
    ///
    /// # Errors
    /// [`Class::Mismatch`](crate::error::Class::Mismatch), naming the parties there are.
    pub fn expect_party(&self, party: &PartyId) -> Result<()> {
        if self.parties.contains(party) {
            return Ok(());
        }
        let known: Vec<&str> = self.parties.iter().map(PartyId::as_str).collect();
        Err(
            Error::mismatch(format!("the project has no party `{party}`"))
                .hint(format!("its parties are: {}", known.join(", "))),
        )
    }

    /// Fails if `today` is past the agreement's destroy-by date, which is itself the last day.
    ///
    /// # Errors
    /// [`Class::Mismatch`](crate::error::Class::Mismatch), with the date.
    pub fn expect_in_force(&self, today: Date) -> Result<()> {
        match &self.agreement {
            Some(agreement) if today > agreement.destroy_by => Err(Error::mismatch(format!(
                "the agreement ended: its data was to be destroyed by {}, and today is {today}",
                agreement.destroy_by
            ))
            .hint("see `status` and `destroy`; a new round needs a project file with a new date, agreed on by all parties")),
            _ => Ok(()),
        }
    }

    /// The allowed pair of `a` and `b` in the order of the project file, or `None`.
    #[must_use]
    pub fn pair(&self, a: &PartyId, b: &PartyId) -> Option<(&PartyId, &PartyId)> {
        self.pairs
            .iter()
            .find(|(x, y)| (x == a && y == b) || (x == b && y == a))
            .map(|(x, y)| (x, y))
    }
}
