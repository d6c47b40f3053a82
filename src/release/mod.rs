//! The release manifest: what the data owner states of a token file, beside it on its way.
//!
//! Owns: [`Manifest`], its file, the [`Conclusion`] of an audit and the words for it, and the
//! [`seal`] of JSON files. Written by the owner, read by the operator; neither side is named here.
//!
//! Imports: the token file, for what a manifest must agree with. Invariants: a manifest that was
//! read is whole and agrees with itself; no word in it says more than what was tried, and on what.
//!
//! # Privacy
//! Counts, names of parties and fingerprints; no row, no ref, no name.

pub mod seal;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use self::seal::Sealed;
use crate::error::{Error, Result};
use crate::project::Project;
use crate::token::TokenFile;
use crate::units::{Fingerprint, PartyId};

/// The format that this version writes and reads.
pub const FORMAT: &str = "blindlink-release-1";
/// What takes the place of a token file's extension in the name of its manifest.
const EXTENSION: &str = "release.json";

/// What an audit comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Conclusion {
    /// Every check and attack is green.
    Green,
    /// The worst is amber.
    Amber,
    /// The worst is red.
    Red,
    /// The positive control failed: that the attacks found nothing means nothing.
    Void,
}

impl Conclusion {
    /// `green`, `amber`, `red` or `void`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Green => "green",
            Self::Amber => "amber",
            Self::Red => "red",
            Self::Void => "void",
        }
    }

    /// What follows, in a sentence: about these attacks and this sample, nothing else.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Green => "The tokens withstood these attacks on this sample.",
            Self::Amber => "The tokens withstood most of these attacks on this sample.",
            Self::Red => "The tokens did NOT withstand these attacks on this sample.",
            Self::Void => {
                "The audit is void: the attacks failed against tokens that they are known to break."
            }
        }
    }
}

/// The verdict as manifests and reports have it: that of the audit, or `none`.
#[must_use]
pub fn word(verdict: Option<Conclusion>) -> &'static str {
    verdict.map_or("none", Conclusion::as_str)
}

/// What a manifest says of the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Audit {
    /// What it came to; `None`, in JSON `none`: none was made.
    #[serde(with = "or_none")]
    pub verdict: Option<Conclusion>,
    /// The seal of the audit, if one was made.
    pub seal: Option<String>,
    /// The verdict in a sentence.
    pub sentence: String,
}

impl Audit {
    /// No audit was made.
    #[must_use]
    pub fn none() -> Self {
        Self {
            verdict: None,
            seal: None,
            sentence: "No audit of these tokens was made.".into(),
        }
    }

    /// An audit with this `seal` came to `verdict`.
    #[must_use]
    pub fn made(verdict: Conclusion, seal: String) -> Self {
        Self {
            verdict: Some(verdict),
            seal: Some(seal),
            sentence: verdict.sentence().into(),
        }
    }
}

/// What a data owner states of a token file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: String,
    /// Version of blindlink.
    pub version: String,
    /// The party whose file it is.
    #[serde(with = "text")]
    pub party: PartyId,
    /// Fingerprint of the project file.
    #[serde(with = "text")]
    pub project: Fingerprint,
    /// Name of the schema.
    pub schema: String,
    /// The round of the project.
    pub round: String,
    /// Records of the token file.
    pub records: u64,
    /// Rows of the token file.
    pub rows: u64,
    /// BLAKE3 of the token file.
    #[serde(with = "text")]
    pub tokens: Fingerprint,
    /// What came of the audit.
    pub audit: Audit,
    /// BLAKE3 of all that stands above; see [`Sealed`].
    pub seal: String,
}

impl Manifest {
    /// States `audit` of a token file that was made under `project`, and seals it.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io) if the token file cannot be read.
    pub fn of(file: &TokenFile, project: &Project, audit: Audit) -> Result<Self> {
        let header = file.header();
        let manifest = Self {
            format: FORMAT.into(),
            version: env!("CARGO_PKG_VERSION").into(),
            party: header.party.clone(),
            project: header.project,
            schema: project.schema.name.clone(),
            round: header.round.clone(),
            records: header.records,
            rows: header.rows,
            tokens: file.fingerprint()?,
            audit,
            seal: String::new(),
        };
        Ok(manifest.sealed())
    }

    /// Where the manifest of the token file at `tokens` lies: `district.release.json` beside
    /// `district.tokens`.
    #[must_use]
    pub fn path_of(tokens: &Path) -> PathBuf {
        tokens.with_extension(EXTENSION)
    }

    /// Reads the manifest that lies beside `file`, or `None` where there is none.
    ///
    /// # Errors
    /// [`Class::Input`](crate::error::Class::Input) if it is damaged or was edited;
    /// [`Class::Mismatch`](crate::error::Class::Mismatch), naming both sides, if it is of another
    /// token file, project or party; [`Class::Io`](crate::error::Class::Io).
    pub fn beside(file: &TokenFile) -> Result<Option<Self>> {
        let path = Self::path_of(file.path());
        // A link that leads nowhere is no file that is not there.
        if path.symlink_metadata().is_err_and(|e| is_not_found(&e)) {
            return Ok(None);
        }
        Self::read_for(file, &path).map(Some)
    }

    /// Reads the manifest at `path`, which must be that of `file`.
    ///
    /// # Errors
    /// As [`Self::beside`], and [`Class::Io`](crate::error::Class::Io) where there is none.
    pub fn read_for(file: &TokenFile, path: &Path) -> Result<Self> {
        let manifest = Self::read(path)?;
        let agrees = manifest.agrees_with_itself();
        agrees
            .and_then(|()| manifest.is_of(file))
            .map_err(|e| e.at(path))?;
        Ok(manifest)
    }

    /// A verdict needs an audit, and an audit a verdict.
    fn agrees_with_itself(&self) -> Result<()> {
        if self.audit.verdict.is_some() == self.audit.seal.is_some() {
            return Ok(());
        }
        Err(Error::input(
            "",
            "the release manifest has a verdict without an audit, or an audit without a verdict",
        ))
    }

    fn is_of(&self, file: &TokenFile) -> Result<()> {
        let header = file.header();
        let path = file.path().display();
        let differ = |problem: String| {
            Err(Error::mismatch(problem).hint("run `release` again for this very token file"))
        };
        if self.project != header.project {
            return differ(format!(
                "the release manifest is of project {}, but {path} is of project {}",
                self.project.short(),
                header.project.short()
            ));
        }
        if self.party != header.party {
            return differ(format!(
                "the release manifest is of party `{}`, but {path} is of party `{}`",
                self.party, header.party
            ));
        }
        let found = file.fingerprint()?;
        if self.tokens != found {
            return differ(format!(
                "the release manifest is of a token file with BLAKE3 {}, but {path} has {}",
                self.tokens.short(),
                found.short()
            ));
        }
        let stated = (self.records, self.rows, &self.round);
        if stated != (header.records, header.rows, &header.round) {
            return differ(
                "the release manifest states other counts or another round than its token file"
                    .into(),
            );
        }
        Ok(())
    }
}

impl Sealed for Manifest {
    const FORMAT: &'static str = FORMAT;
    const CONTEXT: &'static str = "blindlink 2026-11-25 release seal v1";
    const NOUN: &'static str = "release manifest";
    const VERB: &'static str = "release";

    fn format(&self) -> &str {
        &self.format
    }

    fn seal(&mut self) -> &mut String {
        &mut self.seal
    }
}

fn is_not_found(e: &std::io::Error) -> bool {
    e.kind() == std::io::ErrorKind::NotFound
}

/// A verdict, or `none`, in JSON.
pub mod or_none {
    use serde::{Deserialize, Deserializer, Serializer, de};

    use super::{Conclusion, word};

    /// Writes `green`, `amber`, `red`, `void` or `none`.
    ///
    /// # Errors
    /// As of `to`.
    #[allow(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde asks for a reference"
    )]
    pub fn serialize<S: Serializer>(
        verdict: &Option<Conclusion>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.serialize_str(word(*verdict))
    }

    /// Reads one of these words and no other.
    ///
    /// # Errors
    /// For any other value.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Conclusion>, D::Error> {
        use Conclusion as C;
        let found = String::deserialize(from)?;
        let all = [C::Green, C::Amber, C::Red, C::Void].map(Some);
        all.into_iter()
            .chain([None])
            .find(|verdict| word(*verdict) == found)
            .ok_or_else(|| de::Error::custom("expected a verdict"))
    }
}

/// What has one form in text, as that text in JSON.
pub(crate) mod text {
    use std::fmt::Display;
    use std::str::FromStr;

    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(crate) fn serialize<T: Display, S: Serializer>(
        value: &T,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.collect_str(value)
    }

    pub(crate) fn deserialize<'de, T: FromStr, D: Deserializer<'de>>(
        from: D,
    ) -> Result<T, D::Error> {
        let text = String::deserialize(from)?;
        text.parse()
            .map_err(|_| de::Error::custom("malformed text"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_sentence_promises_more_than_was_tried() {
        use Conclusion as C;
        for verdict in [C::Green, C::Amber, C::Red, C::Void] {
            let sentence = verdict.sentence().to_lowercase();
            assert_eq!(sentence.contains("on this sample"), verdict != C::Void);
            for word in ["secure", "anonymous", "ferpa", "compliant", "safe"] {
                assert!(!sentence.contains(word), "{word}");
            }
        }
    }

    #[test]
    fn a_verdict_is_one_of_five_words() {
        let audit = Audit::made(Conclusion::Red, "00".into());
        let json = serde_json::to_string(&audit).unwrap();
        assert!(json.contains("\"verdict\":\"red\""));
        assert_eq!(serde_json::from_str::<Audit>(&json).unwrap(), audit);
        let none = serde_json::to_string(&Audit::none()).unwrap();
        assert!(none.contains("\"verdict\":\"none\",\"seal\":null"));
        assert_eq!(serde_json::from_str::<Audit>(&none).unwrap(), Audit::none());
        for other in ["Red", "secure", "", "null"] {
            let edited = json.replace("\"red\"", &format!("\"{other}\""));
            assert!(serde_json::from_str::<Audit>(&edited).is_err(), "{other}");
        }
    }
}
