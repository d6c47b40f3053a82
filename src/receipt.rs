//! The receipt beside a crosswalk: of which project, round and party it is, its hash, and what its holder may do with it.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::project::Project;
use crate::release::seal::Sealed;
use crate::units::{Fingerprint, PartyId, hex};

/// The first value of every receipt of this format.
const FORMAT: &str = "blindlink-receipt-1";

/// What whoever gets a result is told. Words of the program, in the sense of 34 CFR 99.33; not legal advice.
pub const NOTICE: &str = "This file comes from education records. Whoever receives it may use it only for the purpose for which it was disclosed, and \
may not disclose it to any other party without the prior consent of the parent or eligible student, unless the law permits it \
(34 CFR 99.33). It is to be destroyed by the date of the agreement.";

/// What the receipt of a crosswalk says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    format: String,
    /// The fingerprint of the project file.
    #[serde(with = "crate::release::text")]
    pub project: Fingerprint,
    /// The round.
    pub round: String,
    /// Whose crosswalk it is.
    #[serde(with = "crate::release::text")]
    pub party: PartyId,
    /// The crosswalk.
    pub file: ReceiptFile,
    /// What its holder may do with it.
    pub notice: String,
    /// The last day on which it may be held; `None` without an agreement.
    pub destroy_by: Option<String>,
    seal: String,
}

/// The file that a receipt is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptFile {
    /// Its name, without a folder.
    pub name: String,
    /// Lines below the header.
    pub rows: u64,
    /// BLAKE3 of its bytes.
    pub blake3: String,
}

impl Sealed for Receipt {
    const FORMAT: &'static str = FORMAT;
    const CONTEXT: &'static str = "blindlink 2026-11-27 receipt seal v1";
    const NOUN: &'static str = "receipt";
    const VERB: &'static str = "match";

    fn format(&self) -> &str {
        &self.format
    }

    fn seal(&mut self) -> &mut String {
        &mut self.seal
    }
}

impl Receipt {
    /// The receipt of the finished crosswalk of `party` at `path`, which has so many rows.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io) if the file cannot be read.
    pub fn of(path: &Path, rows: u64, project: &Project, party: &PartyId) -> Result<Self> {
        let name = path.file_name().unwrap_or_default();
        let agreement = project.agreement.as_ref();
        let receipt = Self {
            format: FORMAT.to_owned(),
            project: project.fingerprint,
            round: project.round.clone(),
            party: party.clone(),
            file: ReceiptFile {
                name: name.to_string_lossy().into_owned(),
                rows,
                blake3: digest(path)?,
            },
            notice: NOTICE.to_owned(),
            destroy_by: agreement.map(|a| a.destroy_by.to_string()),
            seal: String::new(),
        };
        Ok(receipt.sealed())
    }

    /// Writes the receipt beside the file that it is of.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io); it is written whole or not at all.
    pub fn write_beside(&self, file: &Path) -> Result<()> {
        self.write(&beside(file))
    }

    /// The receipt that lies beside `file`; `None` if there is none.
    ///
    /// # Errors
    /// [`Class::Input`](crate::error::Class::Input) if what lies there is none, or was changed;
    /// [`Class::Io`](crate::error::Class::Io).
    pub fn find(file: &Path) -> Result<Option<Self>> {
        let path = beside(file);
        if path == file || !path.exists() {
            return Ok(None);
        }
        Self::read(&path).map(Some)
    }

    /// Fails unless the receipt is of `file`, as it is now, and, where one is given, of `project`.
    ///
    /// # Errors
    /// [`Class::Mismatch`](crate::error::Class::Mismatch), saying what differs;
    /// [`Class::Io`](crate::error::Class::Io) if the file cannot be read.
    pub fn check(&self, file: &Path, project: Option<&Project>) -> Result<()> {
        if let Some(project) = project.filter(|p| p.fingerprint != self.project) {
            return Err(Error::mismatch(format!(
                "the receipt beside it is of project {}, the project file given is {}",
                self.project.short(),
                project.fingerprint.short()
            ))
            .at(file)
            .hint("use the project file of this round, and the crosswalk that belongs to it"));
        }
        if digest(file)? != self.file.blake3 {
            return Err(Error::mismatch(
                "its bytes are not those of which the receipt beside it is",
            )
            .at(file)
            .hint(
                "it was changed, cut or mixed up on the way: ask the operator for both files again",
            ));
        }
        Ok(())
    }
}

/// Where the receipt of `file` lies: `crosswalk-a.json` beside `crosswalk-a.csv`.
#[must_use]
pub fn beside(file: &Path) -> PathBuf {
    file.with_extension("json")
}

fn digest(path: &Path) -> Result<String> {
    let mut hasher = blake3::Hasher::new();
    std::fs::File::open(path)
        .and_then(|mut file| std::io::copy(&mut file, &mut hasher))
        .map_err(|e| Error::io("read", path, e))?;
    Ok(hex(hasher.finalize().as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Class;
    use crate::project::new_project;

    #[test]
    fn every_flipped_byte_of_a_receipt_is_refused_or_changes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("crosswalk-a.csv");
        std::fs::write(&file, "record_ref,link_id\n").unwrap();
        let parties = ["a", "b"].map(|p| p.parse().unwrap());
        let text = new_project(&parties, "k12", [7; 16]).unwrap();
        let project = Project::parse(&text).unwrap();
        let receipt = Receipt::of(&file, 0, &project, &parties[0]).unwrap();
        let good = receipt.to_json();
        let mut same = 0;
        for at in 0..good.len() {
            let mut bytes = good.clone().into_bytes();
            bytes[at] ^= 1;
            std::fs::write(beside(&file), bytes).unwrap();
            match Receipt::find(&file) {
                Err(e) => assert_eq!(e.class(), Class::Input, "byte {at}: {e}"),
                Ok(found) => {
                    assert_eq!(found, Some(receipt.clone()), "byte {at}");
                    same += 1;
                }
            }
        }
        // Not even a blank: one that is flipped is none.
        assert_eq!(same, 0);
        std::fs::write(beside(&file), good).unwrap();
        let found = Receipt::find(&file).unwrap().unwrap();
        found.check(&file, Some(&project)).unwrap();
    }
}
