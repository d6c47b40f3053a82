//! `demo`: the whole job on made-up data that comes with the program.

use std::path::{Path, PathBuf};

use super::{Progress, encode, link, resolve};
use crate::atomic;
use crate::error::{Error, Result};
use crate::evaluate::{Evaluation, evaluate};
use crate::matcher::report::Report;
use crate::owner::key::LinkageKey;
use crate::owner::table::{Exclude, Mapping};
use crate::project::new_project;
use crate::units::PartyId;

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
const PARTIES: [&str; 2] = ["district", "college"];

/// What the demonstration did.
#[derive(Debug)]
pub struct Demo {
    /// What each party encoded, in the order district, college.
    pub encoded: Vec<encode::Summary>,
    /// What the operator found.
    pub report: Report,
    /// How that compares with the truth.
    pub evaluation: Evaluation,
}

/// Runs project, key, encode, match, resolve and evaluate in `folder`, which must hold none of
/// their files yet and holds all of them afterwards.
///
/// # Errors
/// As the verbs it runs.
pub fn demo(folder: &Path, progress: &dyn Progress) -> Result<Demo> {
    let at = |name: &str| folder.join(name);
    std::fs::create_dir_all(folder).map_err(|e| Error::io("write", folder, e))?;
    for (name, text) in FILES {
        let path = at(name);
        super::files::check_outputs(&[], &[&path], false)?;
        atomic::write(&path, text.as_bytes())?;
    }
    let parties: Vec<PartyId> = PARTIES.iter().map(|p| p.parse()).collect::<Result<_>>()?;
    let mut id = [0; 16];
    getrandom::fill(&mut id).map_err(|_| Error::internal("the system gives no random bytes"))?;
    atomic::write(
        at("project.toml"),
        new_project(&parties, "k12", id)?.as_bytes(),
    )?;
    LinkageKey::random()?.write_new(&at("linkage.key"))?;
    let mut encoded = Vec::new();
    for party in &parties {
        let options = encode::Options {
            table: at(&format!("{party}.csv")),
            project: at("project.toml"),
            party: party.clone(),
            key: at("linkage.key"),
            out: at(&format!("{party}.tokens")),
            refs: at(&format!("{party}.refs.csv")),
            rejects: at(&format!("{party}.rejects.csv")),
            mapping: Mapping::default(),
            exclude: Exclude::default(),
            force: false,
            decoys: false,
            resume: false,
            test_seed: None,
        };
        encoded.push(encode::encode(&options, progress)?);
    }
    let tokens: Vec<PathBuf> = parties.iter().map(|p| at(&format!("{p}.tokens"))).collect();
    let report = link::link(
        &link::Options {
            tokens,
            project: at("project.toml"),
            out: at("results"),
            threshold: None,
            duplicates: false,
            decoys: Vec::new(),
            approximate: None,
            block_pairs: link::BLOCK_PAIRS,
            memory: None,
            resume: false,
            force: false,
            instructions: None,
        },
        progress,
    )?;
    let refs: Vec<PathBuf> = parties
        .iter()
        .map(|p| at(&format!("{p}.refs.csv")))
        .collect();
    for (party, refs) in parties.iter().zip(&refs) {
        let crosswalk = at("results").join(format!("crosswalk-{party}.csv"));
        let options = resolve::Options {
            crosswalk,
            refs: refs.clone(),
            out: at(&format!("{party}-links.csv")),
            rates: None,
            force: false,
        };
        resolve::resolve(&options, progress)?;
    }
    let evaluation = evaluate(&at("results"), &refs[0], &refs[1], &at("truth.csv"))?;
    Ok(Demo {
        encoded,
        report,
        evaluation,
    })
}
