//! `key new`, `key seal` and `key open`: the linkage key on its way from the custodian to the data owners.

use std::path::{Path, PathBuf};

use super::agreement::expect_in_force;
use super::custody::{facts, kind, write_logged};
use super::files::check_outputs;
use crate::atomic::{Digest, digest_of};
use crate::custody::{Action, Event, FileFacts, Log, Logging};
use crate::error::Result;
use crate::identity::{Identity, Public, expect_no_file, expected_sender};
use crate::owner::encode::Encoder;
use crate::owner::key::{LinkageKey, WHAT};
use crate::project::Project;
use crate::units::{PartyId, hex};

/// Where to write a new key.
#[derive(Debug)]
pub struct NewOptions {
    /// The key file to write, which must not exist.
    pub out: PathBuf,
    /// The project file that it is for. Without one nothing is entered into a log.
    pub project: Option<PathBuf>,
    /// Which disclosure log it is entered into.
    pub log: Logging,
}

/// Writes a new random key. Returns its fingerprint, as people read it out.
///
/// # Errors
/// [`Class::Io`](crate::error::Class::Io), also if the key file exists, and as of [`Log::record`].
pub fn new(o: &NewOptions) -> Result<String> {
    expect_no_file(&o.out, WHAT)?;
    let key = LinkageKey::random()?;
    if let Some(path) = &o.project {
        let log = Log::of_run(&o.log, path, &Project::read(path)?)?;
        record(
            log.as_ref(),
            Event::new(Action::Made).note(said(&key, &o.out)),
        )?;
    }
    key.write_new(&o.out)?;
    Ok(key.fingerprint())
}

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
    /// Which disclosure log it is entered into.
    pub log: Logging,
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
    let log = Log::of_run(&o.log, &o.project, &project)?;
    write_logged(log.as_ref(), &o.out, text.as_bytes(), |digest| {
        let names = readers.iter().filter_map(Public::name).map(PartyId::as_str);
        vec![Event {
            recipient: Some(names.collect::<Vec<_>>().join(", ")),
            ..Event::new(Action::Released)
                .file(sealed(&o.out, digest, &project, &key))
                .note(said(&key, &o.key))
        }]
    })?;
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
    /// Which disclosure log it is entered into.
    pub log: Logging,
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
    // Before anything is entered into the log.
    expect_no_file(&o.out, WHAT)?;
    let project = Project::read(&o.project)?;
    expect_in_force(&project, &o.project)?;
    let sender = expected_sender(&project, &o.project, o.from.as_deref())?;
    let reader = Identity::read(&o.identity)?;
    let key = LinkageKey::open(&o.sealed, &project, &reader, &sender)?;
    let log = Log::of_run(&o.log, &o.project, &project)?;
    let facts = sealed(&o.sealed, digest_of(&o.sealed)?, &project, &key);
    let opened = Event::new(Action::Opened).file(facts);
    record(log.as_ref(), opened.note(said(&key, &o.out)))?;
    key.write_new(&o.out)?;
    Ok(key.fingerprint())
}

/// What the log has of a sealed key: also the key check that all token files have which are made with it, by which
/// [`super::custody`] knows the key where there is no token file, as at the custodian.
fn sealed(path: &Path, digest: Digest, project: &Project, key: &LinkageKey) -> FileFacts {
    FileFacts {
        key_check: Some(hex(&Encoder::new(project, key).key_check())),
        ..facts(path, kind::SEALED, digest)
    }
}

/// What the log says of a key: neither a byte of it nor a hash of its file.
fn said(key: &LinkageKey, path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    format!("linkage key {name}, fingerprint {}", key.fingerprint())
}

fn record(log: Option<&Log>, event: Event) -> Result<()> {
    log.map_or(Ok(()), |log| log.record(&[event]))
}
