//! How much of a match may be in memory at a time.

use crate::error::{Error, Result};
use crate::matcher::intake::Party;
use crate::project::Schema;

/// Bytes a record that stay from the first pass to the last file: its ref, its person, its verdict and
/// what decides it.
const RECORD: u64 = 80;
/// Bytes a row of a token file: which record it is of.
const ROW: u64 = 4;
/// Bytes a token while block keys are joined: the key, the record, the row, the key once more with the
/// number of the token, its place in block order.
const TOKEN: u64 = 56;
/// Bytes a token of a pass without filters, until the pairs are put together.
const BUCKET: u64 = 12;
/// Parts of a pass at most: each has four open files. What is larger even so is read piece by piece.
const MOST_PARTS: u64 = 64;
/// The least room to work in, beside what stays.
const LEAST: u64 = 16 << 20;

/// The memory that is left to work in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room(u64);

impl Room {
    /// What `memory` bytes leave beside what must stay in memory of `parties`.
    ///
    /// # Errors
    /// [`Class::Usage`](crate::error::Class::Usage) if that is too little to work in, with the least that
    /// is enough.
    pub(super) fn of(memory: u64, schema: &Schema, parties: &[Party]) -> Result<Self> {
        let stays = stays(schema, parties);
        match memory.checked_sub(stays) {
            Some(room) if room >= LEAST => Ok(Self(room)),
            _ => Err(Error::usage(format!(
                "--memory {} is not enough for these files: give {} or more",
                mib(memory),
                mib(stays + LEAST)
            ))),
        }
    }

    /// In how many parts pass number `pass` of the two parties is to be compared.
    pub(super) fn parts(self, schema: &Schema, pass: usize, parties: [&Party; 2]) -> usize {
        let bytes: u64 = parties.map(|p| pass_bytes(schema, pass, p)).iter().sum();
        // Half, since parts are not all as large.
        bytes.div_ceil(self.0 / 2).clamp(1, MOST_PARTS) as usize
    }

    /// Bytes of filters in memory at a time.
    pub(super) fn filters(self) -> u64 {
        self.0 / 2
    }

    /// Pairs in memory at a time.
    pub(super) fn pairs(self) -> usize {
        (self.0 / 4 / 12) as usize
    }
}

/// Bytes of memory that one party's tokens of a pass take while it is compared.
pub(super) fn pass_bytes(schema: &Schema, pass: usize, party: &Party) -> u64 {
    let of = &schema.passes[pass];
    let header = party.file.header();
    let tokens = if of.is_by_part() || of.undated {
        header.rows
    } else {
        header.records
    };
    let filters: usize = of.filters.iter().map(|f| f.bits / 8 + 1).sum();
    tokens * (TOKEN + filters as u64)
}

/// Bytes of memory that are taken all the time.
pub(super) fn stays(schema: &Schema, parties: &[Party]) -> u64 {
    let buckets = schema.passes.iter().filter(|p| p.filters.is_empty());
    let buckets = buckets.count() as u64;
    let header = |p: &Party| {
        let (records, rows) = (p.file.header().records, p.file.header().rows);
        records * RECORD + rows * (ROW + buckets * BUCKET)
    };
    parties.iter().map(header).sum()
}

/// So many bytes, in words, rounded up to what `--memory` takes.
pub(super) fn mib(bytes: u64) -> String {
    format!("{}MiB", bytes.div_ceil(1 << 20))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::atomic;
    use crate::matcher::cluster::Persons;
    use crate::matcher::compare::Limits;
    use crate::matcher::intake::admit;
    use crate::owner::key::LinkageKey;
    use crate::owner::table::{Exclude, Mapping};
    use crate::pipeline::decide::{Known, Looking};
    use crate::pipeline::{Silent, encode};
    use crate::project::{Project, new_project};
    use crate::unfinished::{Subject, Unfinished};

    #[derive(serde::Serialize, serde::Deserialize)]
    struct Any;

    impl Subject for Any {
        fn differences(&self, _: &Self) -> Vec<(bool, &'static str)> {
            Vec::new()
        }
    }

    /// The made-up students that ship with the repository, as token files in `folder`.
    fn parties(folder: &Path) -> (Project, Vec<Party>) {
        let names = ["district", "college"];
        let text = new_project(&names.map(|n| n.parse().unwrap()), "k12", [3; 16]).unwrap();
        let project = folder.join("p.toml");
        atomic::write(&project, text.as_bytes()).unwrap();
        let key = folder.join("k");
        LinkageKey::random().unwrap().write_new(&key).unwrap();
        let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/k12-demo");
        let tokens = names.map(|name| {
            let out = folder.join(format!("{name}.tokens"));
            let options = encode::Options {
                table: demo.join(format!("{name}.csv")),
                project: project.clone(),
                party: name.parse().unwrap(),
                key: key.clone(),
                ref_key: None,
                refs: out.with_extension("refs.csv"),
                rejects: out.with_extension("rejects.csv"),
                out: out.clone(),
                mapping: Mapping::default(),
                exclude: Exclude::default(),
                decoys: false,
                plants: None,
                resume: false,
                log: crate::custody::Logging::Off,
                require_signatures: false,
                force: false,
                test_seed: None,
            };
            encode::encode(&options, &Silent).unwrap();
            out
        });
        let project = Project::read(&project).unwrap();
        let parties = admit(&project, &tokens, false).unwrap();
        (project, parties)
    }

    #[test]
    fn a_match_in_many_small_parts_is_the_same_match() {
        let folder = tempfile::tempdir().unwrap();
        let (project, parties) = parties(folder.path());
        let mut unfinished = Unfinished::find(&folder.path().join("out"), &Any, false).unwrap();
        unfinished.make(&Any).unwrap();
        let mut first = None;
        // Room for all; for parts of a pass; for a piece of a block at a time.
        for (room, filter_bytes) in [
            (None, u64::MAX),
            (Some(Room(1 << 20)), u64::MAX),
            (Some(Room(50_000)), u64::MAX),
            (Some(Room(50_000)), 3_000),
        ] {
            let looking = Looking {
                schema: &project.schema,
                limits: Limits {
                    filter_bytes,
                    ..Limits::default()
                },
                unfinished: room.is_some().then_some(&unfinished),
                room,
                progress: &Silent,
            };
            let (a, b) = (&parties[0], &parties[1]);
            let met = looking.meet(a, b, Known::Nothing).unwrap();
            let within = looking.meet(a, a, Known::Within(&met.model)).unwrap();
            let (persons, inside) = within.persons(&project.schema, a.refs.len(), 0.5).unwrap();
            let alone = Persons::alone(b.refs.len());
            let decided = met
                .decide(&project.schema, (&persons, &alone), 0.5)
                .unwrap();
            let counts: Vec<_> = met.passes.iter().map(|p| (p.candidates, p.kept)).collect();
            assert!(decided.links.len() > 500, "{}", decided.links.len());
            let result = (
                decided.pairs,
                decided.links,
                inside,
                counts,
                met.around.dated,
            );
            let first = first.get_or_insert_with(|| result.clone());
            assert!(*first == result, "{room:?}");
            // Another room makes other parts.
            unfinished.remove().unwrap();
            unfinished = Unfinished::find(&folder.path().join("out"), &Any, false).unwrap();
            unfinished.make(&Any).unwrap();
        }
        let parts = Room(50_000).parts(&project.schema, 0, [&parties[0], &parties[1]]);
        assert!(parts > 10, "{parts}");
    }

    #[test]
    fn too_little_memory_is_refused_with_the_least_that_is_enough() {
        let folder = tempfile::tempdir().unwrap();
        let (project, parties) = parties(folder.path());
        let error = Room::of(1 << 20, &project.schema, &parties).unwrap_err();
        let least = stays(&project.schema, &parties) + LEAST;
        assert!(error.to_string().contains(&mib(least)), "{error}");
        let enough = least.next_multiple_of(1 << 20);
        assert!(Room::of(enough, &project.schema, &parties).is_ok());
    }
}
