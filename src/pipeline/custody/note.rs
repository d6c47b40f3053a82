//! `log add`: what happened outside the program.

use std::path::PathBuf;

use super::{facts, kind};
use crate::atomic::digest_of;
use crate::custody::{Action, Event, Log, beside};
use crate::error::{Error, Result};
use crate::project::Project;
use crate::token::TokenFile;
use crate::units::hex;

/// What to enter.
#[derive(Debug)]
pub struct Options {
    /// The project file.
    pub project: PathBuf,
    /// The log; by default the one beside the project file.
    pub log: Option<PathBuf>,
    /// What happened.
    pub action: Action,
    /// The file that it happened to.
    pub file: Option<PathBuf>,
    /// What the file is, in a word; of a token file it is known.
    pub kind: Option<String>,
    /// Whose records are in it.
    pub party: Option<String>,
    /// How many.
    pub rows: Option<u64>,
    /// The data elements in it.
    pub elements: Vec<String>,
    /// Who received it.
    pub recipient: Option<String>,
    /// What for, if not the project's purpose.
    pub purpose: Option<String>,
    /// On what basis, if not the agreement's.
    pub legal_basis: Option<String>,
    /// Anything else.
    pub note: Option<String>,
}

/// Enters it and returns the log's path.
///
/// # Errors
/// [`Class::Usage`](crate::error::Class::Usage) if it lacks what such an entry must say;
/// [`Class::Input`](crate::error::Class::Input) for a project file or log that is not as expected;
/// [`Class::Io`](crate::error::Class::Io).
pub fn add(options: &Options) -> Result<PathBuf> {
    let o = options;
    if o.action == Action::Released
        && (o.recipient.is_none() || o.file.is_none() && o.note.is_none())
    {
        return Err(
            Error::usage("a release needs --recipient, and --file or --note")
                .hint("who received what?"),
        );
    }
    if o.action != Action::Released && o.file.is_none() && o.note.is_none() {
        return Err(Error::usage("an entry needs --file or --note"));
    }
    let project = Project::read(&o.project)?;
    let path = o.log.clone().unwrap_or_else(|| beside(&o.project));
    let log = Log::open(&path, &project)?;
    let mut event = Event {
        party: o.party.clone(),
        rows: o.rows,
        elements: o.elements.clone(),
        recipient: o.recipient.clone(),
        purpose: o.purpose.clone(),
        legal_basis: o.legal_basis.clone(),
        ..Event::new(o.action).note(o.note.clone().unwrap_or_default())
    };
    if let Some(path) = &o.file {
        let mut file = facts(
            path,
            o.kind.as_deref().unwrap_or(kind::OTHER),
            digest_of(path)?,
        );
        // A token file says itself what it is.
        if let Ok(tokens) = TokenFile::open(path) {
            let header = tokens.header();
            file.kind = kind::TOKENS.to_owned();
            file.key_check = Some(hex(&header.key_check));
            event.party.get_or_insert_with(|| header.party.to_string());
            event.rows.get_or_insert(header.records);
            if event.elements.is_empty() {
                event.elements = log.elements(true);
            }
        }
        event.file = Some(file);
    }
    log.record(&[event])?;
    Ok(path)
}
