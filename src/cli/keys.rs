//! `key`.

use super::args::Key;
use super::{print, term};
use crate::error::Result;
use crate::owner::key::LinkageKey;

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
