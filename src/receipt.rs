//! The receipt beside a crosswalk: of which project, round and party it is, its hash, and what its holder may do with it.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::atomic;
use crate::error::{Error, Result};
use crate::project::Project;
use crate::units::{Fingerprint, PartyId, hex};

/// The first value of every receipt of this format.
const FORMAT: &str = "blindlink-receipt-1";
/// Bytes beyond which a file is no receipt.
const LARGEST: u64 = 1 << 16;

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
    pub project: String,
    /// The round.
    pub round: String,
    /// Whose crosswalk it is.
    pub party: String,
    /// The crosswalk.
    pub file: ReceiptFile,
    /// What its holder may do with it.
    pub notice: String,
    /// The last day on which it may be held; `None` without an agreement.
    pub destroy_by: Option<String>,
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

impl Receipt {
    /// The receipt of the finished crosswalk of `party` at `path`, which has so many rows.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io) if the file cannot be read.
    pub fn of(path: &Path, rows: u64, project: &Project, party: &PartyId) -> Result<Self> {
        let name = path.file_name().unwrap_or_default();
        Ok(Self {
            format: FORMAT.to_owned(),
            project: project.fingerprint.to_string(),
            round: project.round.clone(),
            party: party.to_string(),
            file: ReceiptFile {
                name: name.to_string_lossy().into_owned(),
                rows,
                blake3: digest(path)?,
            },
            notice: NOTICE.to_owned(),
            destroy_by: project.agreement.as_ref().map(|a| a.destroy_by.to_string()),
        })
    }

    /// Writes the receipt beside the file that it is of.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io); the file is written whole or not at all.
    pub fn write_beside(&self, file: &Path) -> Result<()> {
        let mut json = serde_json::to_vec_pretty(self)
            .map_err(|_| Error::internal("a receipt has no JSON form"))?;
        json.push(b'\n');
        atomic::write(&beside(file), &json)
    }

    /// The receipt that lies beside `file`; `None` if there is none.
    ///
    /// # Errors
    /// [`Class::Input`](crate::error::Class::Input) if what lies there is none;
    /// [`Class::Io`](crate::error::Class::Io).
    pub fn find(file: &Path) -> Result<Option<Self>> {
        let path = beside(file);
        if path == file {
            return Ok(None);
        }
        let length = match path.metadata() {
            Ok(found) => found.len(),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(Error::io("read", &path, e)),
        };
        let none = |why: &str| {
            Error::input(&path, format!("expected the receipt of a crosswalk: {why}"))
                .hint("take the receipt as the operator sent it, or move this file away")
        };
        if length > LARGEST {
            return Err(none("the file is too large for one"));
        }
        let bytes = std::fs::read(&path).map_err(|e| Error::io("read", &path, e))?;
        let receipt: Self = serde_json::from_slice(&bytes).map_err(|_| none("it is not one"))?;
        if receipt.format != FORMAT {
            return Err(none("this version of it is not known"));
        }
        Ok(Some(receipt))
    }

    /// Fails unless the receipt is of `file`, as it is now, and, where one is given, of `project`.
    ///
    /// # Errors
    /// [`Class::Mismatch`](crate::error::Class::Mismatch), saying what differs;
    /// [`Class::Io`](crate::error::Class::Io) if the file cannot be read.
    pub fn check(&self, file: &Path, project: Option<&Project>) -> Result<()> {
        if let Some(project) = project {
            if self.project != project.fingerprint.to_string() {
                let short = |text: &str| {
                    text.parse::<Fingerprint>()
                        .map_or_else(|_| "of another form".into(), |f| f.short())
                };
                return Err(Error::mismatch(format!(
                    "the receipt beside it is of project {}, the project file given is {}",
                    short(&self.project),
                    project.fingerprint.short()
                ))
                .at(file)
                .hint("use the project file of this round, and the crosswalk that belongs to it"));
            }
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
