//! `demo`: the whole job on made-up data that comes with the program.

use std::path::Path;

use super::Progress;
use super::rehearse::{Done, Job, fresh_id};
use crate::atomic;
use crate::error::{Error, Result};
use crate::owner::table::Mapping;
use crate::project::new_project;

/// 2,000 made-up students a party; `testdata/k12-demo/README.md` says how they were made.
const FILES: [(&str, &str); 3] = [
    (
        "district.csv",
        include_str!("../../testdata/k12-demo/district.csv"),
    ),
    (
        "college.csv",
        include_str!("../../testdata/k12-demo/college.csv"),
    ),
    (
        "truth.csv",
        include_str!("../../testdata/k12-demo/truth.csv"),
    ),
];

/// Runs project, key, encode, verify-tokens, match, resolve and evaluate in `folder`, which must hold none of
/// their files yet and holds all of them afterwards.
///
/// # Errors
/// As the verbs it runs.
pub fn demo(folder: &Path, progress: &dyn Progress) -> Result<Done> {
    std::fs::create_dir_all(folder).map_err(|e| Error::io("write", folder, e))?;
    let job = Job {
        folder,
        prefix: "",
        parties: ["district".parse()?, "college".parse()?],
        mappings: [Mapping::default(), Mapping::default()],
    };
    for (name, text) in FILES {
        let path = job.at(name);
        super::files::check_outputs(&[], &[&path], false)?;
        atomic::write(&path, text.as_bytes())?;
    }
    let project = new_project(&job.parties, "k12", fresh_id()?)?;
    job.run(&project, progress)
}
