//! `key`.

use std::path::{Path, PathBuf};

use super::args::{Key, KeyOpen, KeySeal};
use super::{print, term};
use crate::atomic;
use crate::error::Result;
use crate::identity::{Identity, Public, expected_sender};
use crate::owner::key::LinkageKey;
use crate::pipeline::files::check_outputs;
use crate::project::Project;
use crate::units::today;

pub(super) fn key(verb: &Key, quiet: bool) -> Result<()> {
    match verb {
        Key::New { out } => {
            let key = LinkageKey::random()?;
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
    atomic::write(&verb.out, text.as_bytes())?;
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
    key.write_new(&verb.out)?;
    show_new(&key, &verb.out)
}

/// The project at `path`, for which no key is handed out after its last day.
fn project_in_force(path: &Path) -> Result<Project> {
    let project = Project::read(path)?;
    project.expect_in_force(today()).map_err(|e| e.at(path))?;
    Ok(project)
}
