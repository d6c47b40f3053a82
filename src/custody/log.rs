//! Appending to the log, so that no entry that was acknowledged is lost.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::entry::{Action, Entry, FORMAT, FileFacts, MAX_LINE, START, one_line};
use crate::atomic::sync_name;
use crate::error::{Error, Result};
use crate::project::Project;
use crate::units::Fingerprint;

/// Whether a verb writes to a log, and to which.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Logging {
    /// To none: for rehearsals.
    Off,
    /// To the one beside the project file, if that has an agreement.
    #[default]
    ByAgreement,
    /// To this one, agreement or not.
    At(PathBuf),
}

/// Where the log of the project file at `project` lies: `p.log.jsonl` beside `p.toml`.
#[must_use]
pub fn beside(project: &Path) -> PathBuf {
    project.with_extension("log.jsonl")
}

/// What happened, as far as the project file does not say it.
#[derive(Debug, Clone)]
pub struct Event {
    /// What.
    pub action: Action,
    /// Whose records the file holds.
    pub party: Option<String>,
    /// The file.
    pub file: Option<FileFacts>,
    /// Records in it.
    pub rows: Option<u64>,
    /// The data elements in it, or that it was made of.
    pub elements: Vec<String>,
    /// Who received it.
    pub recipient: Option<String>,
    /// What for, where it is not the project's purpose.
    pub purpose: Option<String>,
    /// On what basis, where it is not the agreement's.
    pub legal_basis: Option<String>,
    /// Anything else.
    pub note: String,
}

impl Event {
    /// That `action` happened, of no file so far.
    #[must_use]
    pub fn new(action: Action) -> Self {
        Self {
            action,
            party: None,
            file: None,
            rows: None,
            elements: Vec::new(),
            recipient: None,
            purpose: None,
            legal_basis: None,
            note: String::new(),
        }
    }

    /// The same, of this file.
    #[must_use]
    pub fn file(self, file: FileFacts) -> Self {
        Self {
            file: Some(file),
            ..self
        }
    }

    /// The same, of records of `party`, so many.
    #[must_use]
    pub fn of(self, party: &impl ToString, rows: u64) -> Self {
        Self {
            party: Some(party.to_string()),
            rows: Some(rows),
            ..self
        }
    }

    /// The same, with these data elements.
    #[must_use]
    pub fn elements(self, elements: Vec<String>) -> Self {
        Self { elements, ..self }
    }

    /// The same, with a note.
    #[must_use]
    pub fn note(self, note: impl Into<String>) -> Self {
        Self {
            note: note.into(),
            ..self
        }
    }
}

/// What entries say of the project file.
#[derive(Debug)]
struct Terms {
    project: Fingerprint,
    round: String,
    purpose: String,
    legal_basis: String,
    agreement: String,
    destroy_by: Option<String>,
    elements: Vec<String>,
}

/// A log that a verb writes to.
#[derive(Debug)]
pub struct Log {
    path: PathBuf,
    terms: Terms,
}

/// The end of a log.
struct Tail {
    /// Where the next entry goes; what stands behind it is cut off.
    end: u64,
    /// Bytes of an unfinished line behind it.
    torn: u64,
    /// Whether the last entry is whole but for the end of its line.
    is_open: bool,
    /// Number and hash of the last entry, 0 and zeros if there is none.
    last: (u64, Fingerprint),
}

impl Log {
    /// The log at `path`, for entries on `project`. It need not exist; if it does, its last entry is
    /// checked, so that what is wrong with it is known before the work.
    ///
    /// # Errors
    /// [`Class::Input`](crate::error::Class::Input) if the file is no log, or its last entry was changed;
    /// [`Class::Io`](crate::error::Class::Io).
    pub fn open(path: &Path, project: &Project) -> Result<Self> {
        let agreement = project.agreement.as_ref();
        let log = Self {
            path: path.to_path_buf(),
            terms: Terms {
                project: project.fingerprint,
                round: one_line(&project.round),
                purpose: one_line(&project.purpose),
                legal_basis: agreement.map_or(String::new(), |a| one_line(&a.exception)),
                agreement: agreement.map_or(String::new(), |a| one_line(&a.number)),
                destroy_by: agreement.map(|a| a.destroy_by.to_string()),
                elements: agreement.map_or_else(Vec::new, |a| {
                    a.elements.iter().map(|e| e.name().to_owned()).collect()
                }),
            },
        };
        if path.exists() {
            let io = |e| Error::io("read", path, e);
            let mut file = File::open(path).map_err(io)?;
            file.lock_shared().map_err(io)?;
            tail(&mut file, path)?;
        }
        Ok(log)
    }

    /// The log that a verb writes to, if to any: see [`Logging`].
    ///
    /// # Errors
    /// As of [`Log::open`].
    pub fn of_run(logging: &Logging, path: &Path, project: &Project) -> Result<Option<Self>> {
        match logging {
            Logging::At(log) => Self::open(log, project).map(Some),
            Logging::ByAgreement if project.agreement.is_some() => {
                Self::open(&beside(path), project).map(Some)
            }
            Logging::Off | Logging::ByAgreement => Ok(None),
        }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The data elements that the agreement allows, without the owner's own student id if the file `leaves`.
    #[must_use]
    pub fn elements(&self, leaves: bool) -> Vec<String> {
        let all = self.terms.elements.iter();
        all.filter(|e| !leaves || *e != "student-id")
            .cloned()
            .collect()
    }

    /// The last entry of a file with this hash.
    ///
    /// # Errors
    /// As of [`super::read`].
    pub fn find(&self, blake3: Fingerprint) -> Result<Option<Entry>> {
        if !self.path.exists() {
            return Ok(None);
        }
        let mut entries = super::read(&self.path)?.entries;
        entries.retain(|e| e.file.as_ref().is_some_and(|f| f.blake3 == blake3));
        Ok(entries.pop())
    }

    /// Appends an entry for each event, in one piece, while no other process does. When this returns without an
    /// error they are on the disk; with one, the log is as it was.
    ///
    /// # Errors
    /// [`Class::Input`](crate::error::Class::Input) if the file is no log, or its last entry was changed;
    /// [`Class::Io`](crate::error::Class::Io).
    pub fn record(&self, events: &[Event]) -> Result<()> {
        if events.is_empty() {
            return Ok(());
        }
        let io = |e| Error::io("write", &self.path, e);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let mut file = options.open(&self.path).map_err(io)?;
        file.lock().map_err(io)?;
        let found = tail(&mut file, &self.path)?;
        let lines = self.lines(events, &found)?;
        match self.write(&mut file, &found, &lines) {
            Ok(()) => Ok(()),
            Err(e) => {
                // Never acknowledged, so it must not stay; if even that fails, the next entry cuts off what is torn.
                let _ = file.set_len(found.end).and_then(|()| file.sync_all());
                Err(io(e).hint("the log is as it was before; nothing else was written either"))
            }
        }
    }

    fn lines(&self, events: &[Event], found: &Tail) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        if found.is_open {
            out.push(b'\n');
        }
        let (mut seq, mut previous) = found.last;
        let mut torn = (found.torn > 0).then_some(found.torn);
        let now = Timestamp::from_second(Timestamp::now().as_second());
        let time = now.map_err(|_| Error::internal("the clock shows no time"))?;
        for event in events {
            seq += 1;
            let mut entry = self.entry(event);
            (entry.seq, entry.previous, entry.torn) = (seq, previous, torn.take());
            entry.time = time.to_string();
            out.extend(entry.seal()?);
            out.push(b'\n');
            previous = entry.hash;
        }
        Ok(out)
    }

    fn write(&self, file: &mut File, found: &Tail, lines: &[u8]) -> std::io::Result<()> {
        if found.torn > 0 {
            file.set_len(found.end)?;
        }
        file.seek(SeekFrom::Start(found.end))?;
        file.write_all(lines)?;
        file.sync_all()?;
        if found.end == 0 {
            // Whoever makes the file may not be the first to write to it.
            sync_name(&self.path)?;
        }
        Ok(())
    }

    /// Everything but the place in the log.
    fn entry(&self, event: &Event) -> Entry {
        let terms = &self.terms;
        let or =
            |own: &Option<String>, else_: &String| own.as_deref().map_or(else_.clone(), one_line);
        Entry {
            format: FORMAT.to_owned(),
            seq: 0,
            time: String::new(),
            action: event.action,
            project: terms.project,
            round: terms.round.clone(),
            party: event.party.as_deref().map(one_line),
            file: event.file.as_ref().map(|f| FileFacts {
                name: one_line(&f.name),
                ..f.clone()
            }),
            rows: event.rows,
            elements: event.elements.iter().map(|e| one_line(e)).collect(),
            legal_basis: or(&event.legal_basis, &terms.legal_basis),
            agreement: terms.agreement.clone(),
            purpose: or(&event.purpose, &terms.purpose),
            recipient: event.recipient.as_deref().map(one_line),
            destroy_by: terms.destroy_by.clone(),
            operator: account(),
            program: concat!("blindlink ", env!("CARGO_PKG_VERSION")).to_owned(),
            note: one_line(&event.note),
            torn: None,
            previous: Fingerprint([0; 32]),
            hash: Fingerprint([0; 32]),
        }
    }
}

/// The account that runs the program, as the system names it.
pub(super) fn account() -> String {
    account_of(|variable| std::env::var(variable).ok())
}

/// As [`account`], by these variables of the environment.
fn account_of(variable: impl Fn(&str) -> Option<String>) -> String {
    let name = ["USER", "USERNAME", "LOGNAME"]
        .into_iter()
        .find_map(|name| variable(name).filter(|v| !v.is_empty()));
    one_line(&name.unwrap_or_else(number))
}

/// The account's number, where it has no name.
#[cfg(unix)]
fn number() -> String {
    format!("uid {}", rustix::process::getuid().as_raw())
}

#[cfg(not(unix))]
fn number() -> String {
    "unknown".to_owned()
}

/// The end of the log in `file`, which is locked. Reads no more than the last two lines can take.
fn tail(file: &mut File, path: &Path) -> Result<Tail> {
    let io = |e| Error::io("read", path, e);
    let size = file.seek(SeekFrom::End(0)).map_err(io)?;
    let start = size.saturating_sub(2 * (MAX_LINE as u64 + 1));
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(start)).map_err(io)?;
    file.read_to_end(&mut bytes).map_err(io)?;
    // Where the unfinished line begins.
    let rest = bytes.iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
    if rest == 0 && start > 0 {
        return Err(no_log(path));
    }
    let (whole, unfinished) = bytes.split_at(rest);
    let open = ending(unfinished).map_err(|what| damaged(path, what))?;
    let line = if open.is_some() {
        open
    } else if whole.is_empty() {
        None
    } else {
        let whole = &whole[..whole.len() - 1];
        let from = whole.iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
        Some(Entry::parse(&whole[from..]).map_err(|what| damaged(path, what))?)
    };
    let is_open = !unfinished.is_empty() && ending(unfinished).is_ok_and(|e| e.is_some());
    let torn = if is_open { 0 } else { unfinished.len() as u64 };
    Ok(Tail {
        end: size - torn,
        torn,
        is_open,
        last: line.map_or((0, Fingerprint([0; 32])), |e| (e.seq, e.hash)),
    })
}

/// What stands behind the last end of a line: an entry that lacks only that, or `None` for what a write that was
/// cut short leaves.
///
/// # Errors
/// If it is neither, since then it must not be cut off.
pub(super) fn ending(bytes: &[u8]) -> std::result::Result<Option<Entry>, &'static str> {
    if let Ok(entry) = Entry::parse(bytes) {
        return Ok(Some(entry));
    }
    let is_prefix = bytes.starts_with(START) || START.starts_with(bytes);
    // Room that was set aside on the disk, and the crash came before the text.
    let is_blank = bytes.iter().all(|b| *b == 0);
    if bytes.len() > MAX_LINE || !(is_prefix || is_blank) {
        return Err("is not of the format blindlink-log-1");
    }
    // A whole entry and a byte more is no write that was cut short.
    match bytes.split_last().map(|(_, line)| Entry::parse(line)) {
        Some(Ok(_)) => Err("does not end in a line end"),
        _ => Ok(None),
    }
}

fn damaged(path: &Path, what: &str) -> Error {
    Error::input(path, format!("the last entry {what}"))
        .hint("run `log verify`; go on with a copy that is whole, or start a new log with --log")
}

fn no_log(path: &Path) -> Error {
    Error::input(path, "the file is no disclosure log")
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
