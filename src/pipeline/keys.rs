//! `key seal` and `key open`: the linkage key on its way from the custodian to the data owners.

use std::path::{Path, PathBuf};

use super::agreement::expect_in_force;
use super::files::check_outputs;
use crate::atomic;
use crate::error::Result;
use crate::identity::{Identity, Public, expected_sender};
use crate::owner::key::LinkageKey;
use crate::project::Project;

/// What to seal, to whom.
#[derive(Debug)]
pub struct SealOptions {
    /// The linkage key file.
    pub key: PathBuf,
    /// The public lines of all who are to open it.
    pub to: Vec<PathBuf>,
    /// The custodian's identity, which signs.
    pub identity: PathBuf,
    /// The project file.
    pub project: PathBuf,
    /// The sealed key to write.
    pub out: PathBuf,
    /// Replace a file that exists.
    pub force: bool,
}

/// What was sealed.
#[derive(Debug, Clone)]
pub struct Sealing {
    /// The key's fingerprint, as people read it out.
    pub fingerprint: String,
    /// Who can open it.
    pub readers: Vec<Public>,
    /// Whether the project file has an agreement, so that the readers are known to be its parties.
    pub is_agreed: bool,
}

/// Seals a linkage key to all its readers, in one file, signed.
///
/// # Errors
/// [`Class::Mismatch`](crate::error::Class::Mismatch) if the agreement has ended, or does not name the sender as custodian
/// and each reader as a party; [`Class::Input`](crate::error::Class::Input) for a key, identity or public line that is none;
/// [`Class::Usage`](crate::error::Class::Usage) for readers that are named twice or only sign;
/// [`Class::Io`](crate::error::Class::Io).
pub fn seal(o: &SealOptions) -> Result<Sealing> {
    let mut inputs: Vec<&Path> = vec![&o.key, &o.identity, &o.project];
    inputs.extend(o.to.iter().map(PathBuf::as_path));
    check_outputs(&inputs, &[&o.out], o.force)?;
    let project = Project::read(&o.project)?;
    expect_in_force(&project, &o.project)?;
    let sender = Identity::read(&o.identity)?;
    let readers: Vec<Public> =
        o.to.iter()
            .map(|file| Public::read(file))
            .collect::<Result<_>>()?;
    let key = LinkageKey::read(&o.key)?;
    let text = key.seal((&project, &o.project), &sender, &readers)?;
    atomic::write(&o.out, text.as_bytes())?;
    Ok(Sealing {
        fingerprint: key.fingerprint(),
        readers,
        is_agreed: project.agreement.is_some(),
    })
}

/// What to open, and as whom.
#[derive(Debug)]
pub struct OpenOptions {
    /// The sealed key.
    pub sealed: PathBuf,
    /// The reader's identity.
    pub identity: PathBuf,
    /// The project file.
    pub project: PathBuf,
    /// The sender's public line, where the project file does not name it.
    pub from: Option<PathBuf>,
    /// The key file to write, which must not exist.
    pub out: PathBuf,
}

/// Opens a linkage key that was sealed to this identity, and writes it to a file of its own. Returns its fingerprint, as
/// people read it out.
///
/// # Errors
/// [`Class::Mismatch`](crate::error::Class::Mismatch) if the agreement has ended, or the sealed key is of another sender,
/// round, project or reader; [`Class::Input`](crate::error::Class::Input) if it is damaged, or an identity or public line is
/// none; [`Class::Usage`](crate::error::Class::Usage) where nobody says who the sender is;
/// [`Class::Io`](crate::error::Class::Io), also if the key file exists.
pub fn open(o: &OpenOptions) -> Result<String> {
    let project = Project::read(&o.project)?;
    expect_in_force(&project, &o.project)?;
    let sender = expected_sender(&project, &o.project, o.from.as_deref())?;
    let reader = Identity::read(&o.identity)?;
    let key = LinkageKey::open(&o.sealed, &project, &reader, &sender)?;
    key.write_new(&o.out)?;
    Ok(key.fingerprint())
}
