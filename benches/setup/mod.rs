//! Made-up students, a project and a key in a temporary folder; made-up numbers.

#![allow(dead_code, reason = "each bench uses its part")]

use std::path::PathBuf;

use blindlink::atomic;
use blindlink::custody::Logging;
use blindlink::owner::key::LinkageKey;
use blindlink::owner::table::{Exclude, Mapping};
use blindlink::pipeline::{Silent, encode, link};
use blindlink::project::new_project;
use blindlink::synth;
use blindlink::units::PartyId;

/// The parties that `synth` makes.
pub(crate) const PARTIES: [&str; 2] = ["district", "college"];

/// Whether each bench is only run once, to see that it runs (`-- --test`).
pub(crate) fn is_test() -> bool {
    std::env::args().any(|a| a == "--test")
}

/// A number that looks random, the same for the same `i` at every run (the finaliser of
/// splitmix64: Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators").
pub(crate) fn scrambled(i: u64) -> u64 {
    let mut x = i.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// The files of one bench, gone when dropped.
#[derive(Debug)]
pub(crate) struct Job {
    folder: tempfile::TempDir,
}

impl Job {
    /// `records` students a party, the same at every run, and a project of `schema`.
    pub(crate) fn new(schema: &str, records: u64) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let job = Self { folder };
        synth::generate(
            &synth::Options {
                parties: 2,
                records,
                profile: synth::Profile::Typical,
                seed: 1,
                out: job.path(""),
                force: false,
            },
            &|_, _| {},
        )
        .expect("students are made up");
        let parties = PARTIES.map(party);
        let project = new_project(&parties, schema, [1; 16]).expect("a shipped schema");
        atomic::write(job.path("project.toml"), project.as_bytes()).expect("a project file");
        LinkageKey::from_bytes([2; 32])
            .write_new(&job.path("linkage.key"))
            .expect("a key file");
        job
    }

    /// The same with the token files of both parties.
    pub(crate) fn encoded(schema: &str, records: u64) -> Self {
        let job = Self::new(schema, records);
        for party in PARTIES {
            encode::encode(&job.encoding(party), &Silent).expect("made-up students encode");
        }
        job
    }

    /// Options that encode one party's table, with repeatable record refs.
    pub(crate) fn encoding(&self, name: &str) -> encode::Options {
        encode::Options {
            table: self.path(&format!("{name}.csv")),
            project: self.path("project.toml"),
            party: party(name),
            key: self.path("linkage.key"),
            ref_key: None,
            out: self.path(&format!("{name}.tokens")),
            refs: self.path(&format!("{name}.refs.csv")),
            rejects: self.path(&format!("{name}.rejects.csv")),
            mapping: Mapping::default(),
            exclude: Exclude::default(),
            log: Logging::Off,
            require_signatures: false,
            force: true,
            decoys: false,
            plants: None,
            resume: false,
            test_seed: Some(if name == PARTIES[0] { 1 } else { 2 }),
        }
    }

    /// Options that match the token files of both parties.
    pub(crate) fn matching(&self) -> link::Options {
        link::Options {
            tokens: PARTIES.map(|p| self.path(&format!("{p}.tokens"))).to_vec(),
            project: self.path("project.toml"),
            out: self.path("results"),
            watched: Vec::new(),
            threshold: None,
            duplicates: false,
            decoys: Vec::new(),
            block_pairs: link::BLOCK_PAIRS,
            memory: None,
            resume: false,
            approximate: None,
            log: Logging::Off,
            require_signatures: false,
            force: true,
            instructions: None,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

fn party(name: &str) -> PartyId {
    name.parse().expect("a party's name")
}
