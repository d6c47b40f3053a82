//! The owner's own key for refs, where a project has stable link ids.

use std::path::Path;

use super::Options;
use crate::error::{Error, Result};
use crate::owner::key::LinkageKey;
use crate::project::Project;

/// Fails if there is no ref key where refs are made with one, or one where none is.
///
/// Decoys bear ids of students and must not be told to be theirs: their refs are random in every project.
pub(super) fn expect_ref_key_or_none(o: &Options, project: &Project) -> Result<()> {
    match (&o.ref_key, project.stable_link_ids) {
        (None, true) if !o.decoys => Err(Error::usage(
            "the project has stable link ids, for which a key of your own is needed: --ref-key FILE",
        )
        .at(&o.project)
        .hint("make it once with `key new -o ref.key`, give it to nobody, and use the same in every round")),
        (Some(_), true) if o.decoys => {
            Err(Error::usage("decoys have random refs, without a ref key").hint("leave out --ref-key"))
        }
        (Some(_), false) => Err(Error::usage(
            "a ref key is for projects with stable link ids: the refs of this one are random",
        )
        .at(&o.project)
        .hint("leave out --ref-key")),
        _ => Ok(()),
    }
}

/// The owner's own key at `path`, which is not the linkage key.
pub(super) fn read_ref_key(path: &Path, linkage_key: &LinkageKey) -> Result<LinkageKey> {
    let key = LinkageKey::read(path)?;
    // PRIVACY: every other owner could try our student ids with it.
    if key.fingerprint() == linkage_key.fingerprint() {
        return Err(Error::input(
            path,
            "this is the linkage key, with which the other data owners could try your student ids",
        )
        .hint("make a ref key of your own with `key new -o ref.key`, and give it to nobody"));
    }
    Ok(key)
}
