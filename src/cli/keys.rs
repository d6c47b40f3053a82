//! `key`.

use std::path::{Path, PathBuf};

use super::args::{Key, KeyOpen, KeySeal};
use super::{print, term};
use crate::atomic::digest_of;
use crate::custody::{Action, Event, Log};
use crate::error::Result;
use crate::identity::{Identity, Public, expected_sender};
use crate::owner::key::LinkageKey;
use crate::pipeline::custody::{facts, kind, write_logged};
use crate::pipeline::files::check_outputs;
use crate::project::Project;
use crate::units::{PartyId, today};

pub(super) fn key(verb: &Key, quiet: bool) -> Result<()> {
    match verb {
        Key::New { out, project, log } => {
            let key = LinkageKey::random()?;
            if let Some(path) = project {
                let log = Log::of_run(&log.logging(), path, &Project::read(path)?)?;
                record(log.as_ref(), Event::new(Action::Made).note(said(&key, out)))?;
            }
            key.write_new(out)?;
            show_new(&key, out)
        }
        Key::Show { key } => print(&format!(
            "fingerprint {}\n",
            LinkageKey::read(key)?.fingerprint()
        )),
        Key::Seal(verb) => seal(verb, quiet),
        Key::Open(verb) => open(verb),
    }
}

/// Tells of a key that was written to `out`.
fn show_new(key: &LinkageKey, out: &Path) -> Result<()> {
    term::warn_of_copies(out);
    term::warn_of_place(out);
    print(&format!("fingerprint {}\n", key.fingerprint()))
}

fn seal(verb: &KeySeal, quiet: bool) -> Result<()> {
    let mut inputs: Vec<&Path> = vec![&verb.key, &verb.identity, &verb.project];
    inputs.extend(verb.to.iter().map(PathBuf::as_path));
    check_outputs(&inputs, &[&verb.out], verb.force)?;
    let project = project_in_force(&verb.project)?;
    let sender = Identity::read(&verb.identity)?;
    let to: Vec<Public> = verb
        .to
        .iter()
        .map(|file| Public::read(file))
        .collect::<Result<_>>()?;
    term::warn_of_place(&verb.key);
    let key = LinkageKey::read(&verb.key)?;
    let text = key.seal((&project, &verb.project), &sender, &to)?;
    let log = Log::of_run(&verb.log.logging(), &verb.project, &project)?;
    write_logged(log.as_ref(), &verb.out, text.as_bytes(), |digest| {
        let names: Vec<&str> = to
            .iter()
            .filter_map(|r| r.name())
            .map(PartyId::as_str)
            .collect();
        vec![Event {
            recipient: Some(names.join(", ")),
            ..Event::new(Action::Released)
                .file(facts(&verb.out, kind::SEALED, digest))
                .note(said(&key, &verb.key))
        }]
    })?;
    if !quiet {
        for reader in &to {
            let name = reader.name().map_or("", |n| n.as_str());
            eprintln!("sealed to    {name:<10} {}", reader.fingerprint());
        }
        if project.agreement.is_none() {
            eprintln!(
                "the project file names no keys: compare these fingerprints by telephone before you send it"
            );
        }
    }
    print(&format!("fingerprint {}\n", key.fingerprint()))
}

fn open(verb: &KeyOpen) -> Result<()> {
    let project = project_in_force(&verb.project)?;
    let sender = expected_sender(&project, &verb.project, verb.from.as_deref())?;
    term::warn_of_place(&verb.identity);
    let own = Identity::read(&verb.identity)?;
    let key = LinkageKey::open(&verb.sealed, &project, &own, &sender)?;
    let log = Log::of_run(&verb.log.logging(), &verb.project, &project)?;
    let sealed = facts(&verb.sealed, kind::SEALED, digest_of(&verb.sealed)?);
    let opened = Event::new(Action::Opened).file(sealed);
    record(log.as_ref(), opened.note(said(&key, &verb.out)))?;
    key.write_new(&verb.out)?;
    show_new(&key, &verb.out)
}

/// What the log says of a key: neither a byte of it nor a hash of its file.
fn said(key: &LinkageKey, path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    format!("linkage key {name}, fingerprint {}", key.fingerprint())
}

fn record(log: Option<&Log>, event: Event) -> Result<()> {
    log.map_or(Ok(()), |log| log.record(&[event]))
}

/// The project at `path`, for which no key is handed out after its last day.
fn project_in_force(path: &Path) -> Result<Project> {
    let project = Project::read(path)?;
    project.expect_in_force(today()).map_err(|e| e.at(path))?;
    Ok(project)
}
