//! Batches, planted people and opt-outs change nothing for the others.

mod resume;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::custody::Logging;
use crate::identity::Signed;
use crate::owner::table::Exclude;
use crate::pipeline::{Silent, Start};
use crate::project::new_project;
use crate::synth;
use crate::token::TokenFile;
use crate::units::{PartyId, RecordRef};

const SMALL: Sizes = Sizes {
    batch: 1024,
    part: 256,
};

/// Stops the run, as if it were killed, when so many partitions were encoded.
struct Killer(AtomicUsize);

impl Progress for Killer {
    fn at(&self, step: &str, _: u64, _: u64) {
        let left = || self.0.fetch_sub(1, Ordering::Relaxed);
        assert!(step != "encode" || left() > 0, "killed, as the test wants");
    }

    fn classic_schema(&self) {}

    fn table(&self, _: &Table) {}

    fn signatures(&self, _: &Signed) {}

    fn start(&self, _: Start) {}
}

/// A folder with a table of some 2,500 invented students, a project and a key; options to encode it.
fn setup(schema: &str) -> (tempfile::TempDir, Options) {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let made = synth::Options {
        parties: 2,
        records: 2_500,
        profile: synth::Profile::Typical,
        seed: 3,
        out: folder.path().to_path_buf(),
        force: false,
    };
    synth::generate(&made, &|_, _| {}).unwrap();
    let parties: Vec<PartyId> = ["district", "college"].map(|p| p.parse().unwrap()).into();
    let project = new_project(&parties, schema, [1; 16]).unwrap();
    std::fs::write(at("project.toml"), project).unwrap();
    let other = new_project(&parties, schema, [2; 16]).unwrap();
    std::fs::write(at("other.toml"), other).unwrap();
    for (name, byte) in [("linkage.key", 2), ("other.key", 3)] {
        let key = LinkageKey::from_bytes([byte; 32]);
        key.write_new(&at(name)).unwrap();
    }
    let options = Options {
        table: at("district.csv"),
        project: at("project.toml"),
        party: parties[0].clone(),
        key: at("linkage.key"),
        ref_key: None,
        out: at("out.tokens"),
        refs: at("out.refs.csv"),
        rejects: at("out.rejects.csv"),
        mapping: Mapping::default(),
        exclude: Exclude::default(),
        decoys: false,
        plants: None,
        log: Logging::Off,
        require_signatures: false,
        force: true,
        resume: false,
        test_seed: Some(7),
    };
    (folder, options)
}

fn outputs(o: &Options) -> [Vec<u8>; 3] {
    [&o.out, &o.refs, &o.rejects].map(|path| std::fs::read(path).unwrap())
}

fn partial(o: &Options) -> PathBuf {
    let mut name = o.out.clone().into_os_string();
    name.push(".partial");
    name.into()
}

/// Names and contents of the files of a folder.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap());
    let file = |e: std::fs::DirEntry| {
        let name = e.file_name().into_string().unwrap();
        (name, std::fs::read(e.path()).unwrap())
    };
    entries.map(file).collect()
}

/// Runs until `parts` partitions are encoded; returns what is left.
fn kill(o: &Options, parts: usize) -> BTreeMap<String, Vec<u8>> {
    let killer = Killer(AtomicUsize::new(parts));
    let run = AssertUnwindSafe(|| encode_in(o, SMALL, &killer));
    assert!(catch_unwind(run).is_err());
    files(&partial(o))
}

#[test]
fn sizes_of_batches_and_partitions_change_nothing() {
    for schema in ["k12", "clk"] {
        let (_folder, mut o) = setup(schema);
        for decoys in [false, true] {
            o.decoys = decoys;
            let summary = encode_in(&o, SIZES, &Silent).unwrap();
            let whole = outputs(&o);
            for (batch, part) in [(1024, 256), (2048, 4096), (4096, 512)] {
                let again = encode_in(&o, Sizes { batch, part }, &Silent).unwrap();
                assert!(outputs(&o) == whole, "{schema} {decoys} {batch} {part}");
                assert_eq!(again.records, summary.records);
                assert_eq!(again.rejected, summary.rejected);
                assert_eq!(again.with_alias, summary.with_alias);
                assert!(!partial(&o).exists());
            }
        }
    }
}

/// Planted people come after the last row, whatever the batches, and change nothing for anybody of the table: neither
/// token nor fate, also where they have somebody's names.
#[test]
fn planted_people_change_nothing_for_others() {
    let (folder, mut o) = setup("k12");
    let text = std::fs::read_to_string(&o.table).unwrap();
    let undated = "9-1,Zzyzxa,,Qwertyuiop,,,\n9-2,Vvortex,,Asdfghjkl,,,\n";
    std::fs::write(&o.table, text + undated).unwrap();
    let alone = encode_in(&o, SIZES, &Silent).unwrap();
    let rows_of = |o: &Options| -> BTreeMap<RecordRef, Vec<Vec<u8>>> {
        let file = TokenFile::open(&o.out).unwrap();
        let columns: Vec<usize> = (0..=file.columns().len()).collect();
        let mut rows: BTreeMap<RecordRef, Vec<Vec<u8>>> = BTreeMap::new();
        file.each_row(&columns, |_, values| {
            let of = RecordRef(values[0].unwrap().try_into().unwrap());
            let each = |v: &Option<&[u8]>| v.map_or(vec![0], |v| [&[1], v].concat());
            let row = values.iter().flat_map(each).collect();
            rows.entry(of).or_default().push(row);
            Ok(())
        })
        .unwrap();
        rows
    };
    let before = rows_of(&o);
    let rejects = outputs(&o)[2].clone();
    let plants = folder.path().join("plants.csv");
    // One has the names of somebody without a birthdate; two share theirs.
    let rows = "student_id,first_name,last_name,birthdate\n\
                blindlink-plant-district-00000001,Zzyzxa,Qwertyuiop,2006-03-14\n\
                blindlink-plant-district-00000002,Plantina,Qwertyuiop,2006-03-15\n\
                blindlink-plant-district-00000003,Plantina,Qwertyuiop,2006-03-16\n";
    std::fs::write(&plants, rows).unwrap();
    o.plants = Some(plants);
    let mut first = None;
    for sizes in [SIZES, SMALL] {
        let summary = encode_in(&o, sizes, &Silent).unwrap();
        assert_eq!((summary.records, summary.read), (alone.records, alone.read));
        assert_eq!((summary.planted, &summary.rejected), (3, &alone.rejected));
        let header = TokenFile::open(&o.out).unwrap().header().clone();
        assert_eq!(header.records, alone.records + 3);
        let after = rows_of(&o);
        assert_eq!(after.len(), before.len() + 3);
        assert!(before.iter().all(|(of, rows)| after.get(of) == Some(rows)));
        assert_eq!(outputs(&o)[2], rejects);
        let all = outputs(&o);
        assert!(
            first.get_or_insert_with(|| all.clone()) == &all,
            "sizes count"
        );
    }
    // And they come again after a run that was killed.
    kill(&o, 3);
    o.resume = true;
    encode_in(&o, SMALL, &Silent).unwrap();
    assert!(first.unwrap() == outputs(&o));
}

#[test]
fn who_has_opted_out_changes_nothing_for_the_rest_and_is_in_no_file() {
    // In batches, with decoys and without, the others have the tokens that they have alone.
    let (folder, mut o) = setup("k12");
    let at = |name: &str| folder.path().join(name);
    let text = std::fs::read_to_string(&o.table).unwrap();
    let ids: Vec<&str> = text.lines().skip(1).step_by(7).map(id).collect();
    std::fs::write(at("ids.csv"), ids.join("\n")).unwrap();
    for decoys in [false, true] {
        o.decoys = decoys;
        o.exclude.lists = vec![at("ids.csv")];
        let summary = encode_in(&o, SIZES, &Silent).unwrap();
        let whole = outputs(&o);
        encode_in(&o, SMALL, &Silent).unwrap();
        assert!(outputs(&o) == whole, "{decoys}");
        assert_eq!(summary.rejected["excluded"], ids.len() as u64);
        assert_eq!(summary.opt_outs.unmet, 0);
        let refs = std::fs::read_to_string(&o.refs).unwrap();
        let encoded: Vec<&str> = refs.lines().map(|l| l.split_once(',').unwrap().1).collect();
        assert!(!ids.iter().any(|id| encoded.contains(id)));
        assert_eq!(encoded.len() as u64, 1 + summary.records);
    }

    // Without their rows, the others have other refs, but are as many, with as many tokens.
    o.decoys = false;
    let with_list = encode_in(&o, SIZES, &Silent).unwrap();
    let rest: Vec<&str> = text.lines().filter(|l| !ids.contains(&id(l))).collect();
    std::fs::write(at("rest.csv"), rest.join("\n")).unwrap();
    o.table = at("rest.csv");
    o.exclude.lists.clear();
    let alone = encode_in(&o, SIZES, &Silent).unwrap();
    assert_eq!(
        (alone.records, alone.rows),
        (with_list.records, with_list.rows)
    );
    assert_eq!(alone.no_birthdate, with_list.no_birthdate);
}

/// The id of a row, which is its first cell.
fn id(line: &str) -> &str {
    line.split_once(',').unwrap().0
}
