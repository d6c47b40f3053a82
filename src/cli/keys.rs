//! `key`.

use std::path::Path;

use super::args::{Key, KeyOpen, KeySeal};
use super::{print, term};
use crate::error::Result;
use crate::owner::key::LinkageKey;
use crate::pipeline::keys::{self, NewOptions, OpenOptions, SealOptions};
use crate::units::PartyId;

pub(super) fn key(verb: &Key, quiet: bool) -> Result<()> {
    match verb {
        Key::New { out, project, log } => {
            let fingerprint = keys::new(&NewOptions {
                out: out.clone(),
                project: project.clone(),
                log: log.logging(),
            })?;
            show_new(out, &fingerprint)
        }
        Key::Show { key } => {
            term::warn_of_place(key);
            show(&LinkageKey::read(key)?.fingerprint())
        }
        Key::Seal(verb) => seal(verb, quiet),
        Key::Open(verb) => open(verb),
    }
}

fn show(fingerprint: &str) -> Result<()> {
    print(&format!("fingerprint {fingerprint}\n"))
}

/// Tells of a key that was written to `out`.
fn show_new(out: &Path, fingerprint: &str) -> Result<()> {
    term::warn_of_copies(out);
    term::warn_of_place(out);
    show(fingerprint)
}

fn seal(verb: &KeySeal, quiet: bool) -> Result<()> {
    term::warn_of_place(&verb.key);
    term::warn_of_place(&verb.identity);
    let sealed = keys::seal(&SealOptions {
        key: verb.key.clone(),
        to: verb.to.clone(),
        identity: verb.identity.clone(),
        project: verb.project.clone(),
        out: verb.out.clone(),
        log: verb.log.logging(),
        force: verb.force,
    })?;
    if !quiet {
        for reader in &sealed.readers {
            let name = reader.name().map_or("", PartyId::as_str);
            eprintln!("sealed to    {name:<10} {}", reader.fingerprint());
        }
        if !sealed.is_agreed {
            eprintln!(
                "the project file names no keys: compare these fingerprints by telephone before you send it"
            );
        }
    }
    show(&sealed.fingerprint)
}

fn open(verb: &KeyOpen) -> Result<()> {
    term::warn_of_place(&verb.identity);
    let fingerprint = keys::open(&OpenOptions {
        sealed: verb.sealed.clone(),
        identity: verb.identity.clone(),
        project: verb.project.clone(),
        from: verb.from.clone(),
        out: verb.out.clone(),
        log: verb.log.logging(),
    })?;
    show_new(&verb.out, &fingerprint)
}
