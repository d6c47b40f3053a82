//! Custody: what verbs write to the disclosure log, what is held of a project and where, and its destruction.

pub mod destroy;
mod look;
pub mod note;
mod secrets;
pub mod status;
mod survey;

use std::io::Write;
use std::path::Path;

pub use survey::{Context, Holding, Left, Survey, survey};

use crate::atomic::{self, AtomicFile, Digest, digest_of};
use crate::custody::{Action, Entry, Event, FileFacts, Log, REPLACED};
use crate::error::{Error, Result};
use crate::project::{OPERATOR, Project};

/// Kinds of files, as the log has them.
pub mod kind {
    /// A token file.
    pub const TOKENS: &str = "tokens";
    /// A ref map.
    pub const REFS: &str = "refs";
    /// A list of rejected rows.
    pub const REJECTS: &str = "rejects";
    /// A linkage key.
    pub const KEY: &str = "key";
    /// A linkage key sealed to one owner or several.
    pub const SEALED: &str = "sealed-key";
    /// A release manifest.
    pub const MANIFEST: &str = "manifest";
    /// An audit report.
    pub const AUDIT: &str = "audit";
    /// What a match writes, but for crosswalks.
    pub const RESULTS: &str = "results";
    /// A crosswalk.
    pub const CROSSWALK: &str = "crosswalk";
    /// The receipt beside a crosswalk.
    pub const RECEIPT: &str = "receipt";
    /// A table of links with the owner's student ids.
    pub const TABLE: &str = "table";
    /// What an unfinished run has left.
    pub const CHECKPOINT: &str = "checkpoint";
    /// A file that a run which was killed had not named yet.
    pub const LEFTOVER: &str = "leftover";
    /// Planted people, for one party.
    pub const PLANTS: &str = "plants";
    /// The truth of planted people, for the custodian.
    pub const PLANTS_TRUTH: &str = "plants-truth";
    /// What became of planted people at one party.
    pub const PLANTS_FOUND: &str = "plants-found";
    /// A certificate of destruction.
    pub const CERTIFICATE: &str = "certificate";
    /// Any other file.
    pub const OTHER: &str = "file";
}

/// What the log is to know of the file at `path`.
#[must_use]
pub fn facts(path: &Path, kind: &str, digest: Digest) -> FileFacts {
    let name = path.file_name().unwrap_or(path.as_os_str());
    FileFacts {
        name: name.to_string_lossy().into_owned(),
        kind: kind.to_owned(),
        bytes: digest.bytes,
        blake3: digest.blake3,
        key_check: None,
    }
}

/// Who the operator is by the agreement: the organisation, or else the role.
#[must_use]
pub fn operator_of(project: &Project) -> String {
    let contact = project.agreement.as_ref().and_then(|a| a.contact(OPERATOR));
    let named = contact.map(|c| c.organisation.as_str()).unwrap_or_default();
    match named {
        "" => OPERATOR.to_owned(),
        name => name.to_owned(),
    }
}

/// That the files at `paths`, so far as they are there and the log has them, give way to others: to be entered together
/// with those, before they have their names. A link gives way alone, not what it leads to.
///
/// # Errors
/// [`Class::Io`](crate::error::Class::Io) if one cannot be read; as of [`crate::custody::read`].
pub(super) fn replaced<P: AsRef<Path>>(
    log: &Log,
    paths: impl IntoIterator<Item = P>,
) -> Result<Vec<Event>> {
    let is_file = |p: &P| p.as_ref().symlink_metadata().is_ok_and(|m| m.is_file());
    let old: Vec<P> = paths.into_iter().filter(is_file).collect();
    if old.is_empty() || !log.path().exists() {
        return Ok(Vec::new());
    }
    let entries = crate::custody::read(log.path())?.entries;
    let mut events = Vec::new();
    for path in old {
        let digest = digest_of(path.as_ref())?;
        let of = |e: &Entry| e.file.clone().filter(|f| f.blake3 == digest.blake3);
        if let Some((entry, file)) = entries.iter().rev().find_map(|e| Some((e, of(e)?))) {
            events.push(Event {
                party: entry.party.clone(),
                rows: entry.rows,
                file: Some(FileFacts {
                    key_check: file.key_check,
                    ..facts(path.as_ref(), &file.kind, digest)
                }),
                ..Event::new(Action::Noted).note(REPLACED)
            });
        }
    }
    Ok(events)
}

/// Writes `bytes` to `path` as a whole or not at all, and `events` on it to the log, if there is one, before
/// it has its name.
///
/// # Errors
/// [`Class::Io`](crate::error::Class::Io), and as of [`Log::record`]; the target is then as it was.
pub fn write_logged(
    log: Option<&Log>,
    path: &Path,
    bytes: &[u8],
    events: impl FnOnce(Digest) -> Vec<Event>,
) -> Result<()> {
    let Some(log) = log else {
        return atomic::write(path, bytes);
    };
    let mut file = AtomicFile::create(path)?;
    file.write_all(bytes)
        .and_then(|()| file.flush())
        .map_err(|e| Error::io("write", path, e))?;
    file.sync()?;
    let mut all = replaced(log, [path])?;
    all.extend(events(file.digest()?));
    log.record(&all)?;
    file.commit()
}

/// Records that each of `events`, which are of files, was received, but for those whose file the log has as received.
///
/// # Errors
/// As of [`Log::record`], and of [`crate::custody::read`].
pub(super) fn record_received(log: &Log, mut events: Vec<Event>) -> Result<()> {
    if log.path().exists() {
        let known = crate::custody::read(log.path())?;
        events.retain(|event| {
            let is_known = |e: &Entry| {
                let hash = |f: &Option<FileFacts>| f.as_ref().map(|f| f.blake3);
                e.action == Action::Received && hash(&e.file) == hash(&event.file)
            };
            !known.entries.iter().any(is_known)
        });
    }
    log.record(&events)
}
