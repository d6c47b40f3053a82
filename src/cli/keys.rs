//! `project` and `key`.

use super::args::{Key, Project};
use super::{print, term};
use crate::atomic;
use crate::error::{Error, Result};
use crate::owner::key::LinkageKey;
use crate::pipeline::files::check_outputs;
use crate::project::new_project;

pub(super) fn project(verb: &Project) -> Result<()> {
    let Project::New {
        parties,
        schema,
        out,
        force,
    } = verb;
    check_outputs(&[], &[out], *force)?;
    let mut id = [0; 16];
    getrandom::fill(&mut id).map_err(|_| Error::internal("the system gives no random bytes"))?;
    let text = new_project(parties, schema, id)?;
    // What is written must be readable: a party named twice, say, is found out here.
    let project =
        crate::project::Project::parse(&text).map_err(|e| Error::usage(e.problem().to_owned()))?;
    if project.schema.is_classic() {
        term::warn_of_classic();
    }
    atomic::write(out, text.as_bytes())
}

pub(super) fn key(verb: &Key) -> Result<()> {
    match verb {
        Key::New { out } => {
            let key = LinkageKey::random()?;
            key.write_new(out)?;
            term::warn_of_copies(out);
            print(&format!("fingerprint {}\n", key.fingerprint()))
        }
        Key::Show { key } => print(&format!(
            "fingerprint {}\n",
            LinkageKey::read(key)?.fingerprint()
        )),
    }
}
