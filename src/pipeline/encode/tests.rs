//! Partitions and batches change nothing, and what a run has left is taken over or refused.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::custody::Logging;
use crate::error::Class;
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

#[test]
fn a_run_that_was_killed_goes_on_and_gives_the_same_bytes() {
    let (_folder, mut o) = setup("k12");
    for decoys in [false, true] {
        o.decoys = decoys;
        o.resume = false;
        encode_in(&o, SMALL, &Silent).unwrap();
        let undisturbed = outputs(&o);
        for parts in [1, 3, 6] {
            o.resume = false;
            let left = kill(&o, parts);
            assert!(left.len() > parts, "{:?}", left.keys());
            // Killed once more on the way.
            o.resume = true;
            kill(&o, 2);
            let summary = encode_in(&o, SMALL, &Silent).unwrap();
            assert_eq!(summary.start, Start::Resumed);
            assert!(summary.resumed > parts as u64);
            assert!(outputs(&o) == undisturbed, "{decoys} {parts}");
            assert!(!partial(&o).exists());
        }
    }
}

#[test]
fn without_a_test_seed_the_refs_of_finished_partitions_stay() {
    let (_folder, mut o) = setup("k12");
    o.test_seed = None;
    kill(&o, 3);
    let taken: Vec<Run> = {
        let project = Project::read(&o.project).unwrap();
        let encoder = Encoder::new(&project, &LinkageKey::read(&o.key).unwrap()).of(&o.party);
        let table = Table::open(&o.table, &o.mapping).unwrap();
        let opt_outs = OptOuts::read(&o.exclude, &o.mapping).unwrap();
        let keys = (&encoder, None);
        let subject = subject(&o, SMALL, &project, keys, &table, &opt_outs).unwrap();
        let mut found = Checkpoint::find(&o.out, &subject, true).unwrap();
        let parts = (0..3).map(|number| found.take(number, 256).unwrap().unwrap().1);
        parts.collect()
    };
    o.resume = true;
    let summary = encode_in(&o, SMALL, &Silent).unwrap();
    assert!(taken.iter().map(Run::rows).sum::<u64>() > 3 * 256);
    let file = TokenFile::open(&o.out).unwrap();
    let (refs, _) = file.refs().unwrap();
    let mut in_tokens: Vec<String> = refs.iter().map(RecordRef::to_string).collect();
    let refs = std::fs::read_to_string(&o.refs).unwrap();
    let mut in_map: Vec<String> = refs.lines().skip(1).map(|l| l[..32].to_owned()).collect();
    in_tokens.sort();
    in_tokens.dedup();
    in_map.sort();
    assert_eq!(in_map.len() as u64, summary.records);
    assert_eq!(in_map, in_tokens);
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
fn what_a_run_of_something_else_left_is_refused_and_kept() {
    let (folder, o) = setup("k12");
    let at = |name: &str| folder.path().join(name);
    let left = kill(&o, 2);
    let changed = at("changed.csv");
    let text = std::fs::read_to_string(&o.table).unwrap();
    std::fs::write(&changed, text.trim_end().rsplit_once('\n').unwrap().0).unwrap();
    let resumed = || Options {
        table: o.table.clone(),
        project: o.project.clone(),
        party: o.party.clone(),
        key: o.key.clone(),
        ref_key: None,
        out: o.out.clone(),
        refs: o.refs.clone(),
        rejects: o.rejects.clone(),
        mapping: Mapping::default(),
        exclude: Exclude::default(),
        plants: None,
        log: Logging::Off,
        resume: true,
        ..o
    };
    std::fs::write(at("ids.csv"), "nobody\n").unwrap();
    let plants = "student_id,first_name,last_name,birthdate\n\
                  blindlink-plant-district-00000001,Zzyzxa,Qwertyuiop,2006-03-14\n";
    std::fs::write(at("plants.csv"), plants).unwrap();
    let others = [
        (
            Options {
                plants: Some(at("plants.csv")),
                ..resumed()
            },
            "other planted people",
        ),
        (
            Options {
                table: changed,
                ..resumed()
            },
            "another table",
        ),
        (
            Options {
                project: at("other.toml"),
                ..resumed()
            },
            "another project",
        ),
        (
            Options {
                key: at("other.key"),
                ..resumed()
            },
            "another linkage key",
        ),
        (
            Options {
                party: "college".parse().unwrap(),
                ..resumed()
            },
            "another party",
        ),
        (
            Options {
                decoys: true,
                ..resumed()
            },
            "other options",
        ),
        (
            Options {
                exclude: Exclude {
                    lists: vec![at("ids.csv")],
                    holds: false,
                },
                ..resumed()
            },
            "other opt-outs",
        ),
        (
            Options {
                test_seed: Some(8),
                ..resumed()
            },
            "other options",
        ),
        (
            Options {
                test_seed: None,
                ..resumed()
            },
            "other options",
        ),
    ];
    for (other, text) in &others {
        let e = encode_in(other, SMALL, &Silent).unwrap_err();
        assert_eq!(e.class(), Class::Mismatch, "{e}");
        assert!(e.to_string().contains(text), "{e}");
        assert!(e.to_string().contains("run without --resume"), "{e}");
        assert_eq!(files(&partial(&o)), left);
    }
    // And of another version.
    let header = partial(&o).join("run.json");
    let text = std::fs::read_to_string(&header).unwrap();
    let version = env!("CARGO_PKG_VERSION");
    for text in [
        text.replace(version, "0.0.1"),
        text.replace("blindlink-partial-2", "blindlink-partial-1"),
    ] {
        std::fs::write(&header, text).unwrap();
        let e = encode_in(&resumed(), SMALL, &Silent).unwrap_err();
        assert_eq!(e.class(), Class::Mismatch);
        assert!(e.to_string().contains("another version"), "{e}");
    }
    std::fs::write(&header, text).unwrap();
    let summary = encode_in(&resumed(), SMALL, &Silent).unwrap();
    assert_eq!(
        (summary.start, summary.resumed),
        (Start::Resumed, left.len() as u64 - 1)
    );
}

#[test]
fn what_is_damaged_is_refused_and_can_be_replaced() {
    let (_folder, mut o) = setup("k12");
    encode_in(&o, SMALL, &Silent).unwrap();
    let undisturbed = outputs(&o);
    let left = kill(&o, 2);
    o.resume = true;
    let (part, header) = (
        partial(&o).join("part-000001"),
        partial(&o).join("run.json"),
    );
    let bytes = left["part-000001"].clone();
    let flipped = |at: usize| {
        let mut bytes = bytes.clone();
        bytes[at] ^= 1;
        bytes
    };
    let bad = [
        flipped(0),
        flipped(300),
        flipped(bytes.len() / 2),
        flipped(bytes.len() - 1),
        bytes[..bytes.len() - 1].to_vec(),
        bytes[..20].to_vec(),
        Vec::new(),
        left["part-000000"].clone(),
    ];
    for bad in bad {
        std::fs::write(&part, bad).unwrap();
        let e = encode_in(&o, SMALL, &Silent).unwrap_err();
        assert_eq!(e.class(), Class::Input, "{e}");
        assert!(e.to_string().contains("run without --resume"), "{e}");
    }
    std::fs::write(&part, bytes).unwrap();
    let text = std::fs::read_to_string(&header).unwrap();
    for bad in [
        &text[..text.len() / 2],
        &text.replace("\"secret\"", "\"secrets\""),
        "",
    ] {
        std::fs::write(&header, bad).unwrap();
        assert_eq!(
            encode_in(&o, SMALL, &Silent).unwrap_err().class(),
            Class::Input
        );
    }
    o.resume = false;
    let summary = encode_in(&o, SMALL, &Silent).unwrap();
    assert_eq!(summary.start, Start::Replaced);
    assert!(outputs(&o) == undisturbed);
    o.resume = true;
    let summary = encode_in(&o, SMALL, &Silent).unwrap();
    assert_eq!(summary.start, Start::NothingToResume);
}

#[test]
fn nothing_of_a_person_is_in_what_is_left() {
    let (_folder, o) = setup("k12");
    let left = kill(&o, 5);
    let text = std::fs::read_to_string(&o.table).unwrap();
    let cells: Vec<&str> = text.split(['\n', ',']).filter(|c| c.len() > 4).collect();
    assert!(cells.len() > 4_000);
    let all: Vec<u8> = left.into_values().flatten().collect();
    let windows: std::collections::HashSet<&[u8]> = all.windows(5).collect();
    for cell in cells {
        for form in [cell.to_owned(), cell.to_uppercase()] {
            let is_there = form.as_bytes().windows(5).all(|w| windows.contains(w));
            assert!(!is_there, "a cell of the table");
        }
    }
}

#[test]
fn a_folder_of_something_else_is_left_alone() {
    let (_folder, mut o) = setup("k12");
    std::fs::create_dir(partial(&o)).unwrap();
    let theirs = partial(&o).join("notes.txt");
    std::fs::write(&theirs, "theirs").unwrap();
    for resume in [false, true] {
        o.resume = resume;
        let e = encode_in(&o, SMALL, &Silent).unwrap_err();
        assert_eq!(e.class(), Class::Io);
        assert!(e.to_string().contains("move it away"), "{e}");
        assert!(theirs.exists());
    }
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

#[test]
fn what_was_started_with_another_ref_key_is_refused_and_kept() {
    let (folder, mut o) = setup("k12");
    let at = |name: &str| folder.path().join(name);
    let text = std::fs::read_to_string(&o.project).unwrap();
    let text = text.replace("# stable_link_ids", "stable_link_ids");
    std::fs::write(&o.project, text).unwrap();
    for (name, byte) in [("ref.key", 4), ("other.ref.key", 5)] {
        let key = LinkageKey::from_bytes([byte; 32]);
        key.write_new(&at(name)).unwrap();
    }
    o.test_seed = None;
    o.ref_key = Some(at("ref.key"));
    encode_in(&o, SMALL, &Silent).unwrap();
    let undisturbed = outputs(&o);
    let left = kill(&o, 3);
    o.resume = true;
    o.ref_key = Some(at("other.ref.key"));
    let e = encode_in(&o, SMALL, &Silent).unwrap_err();
    assert_eq!(e.class(), Class::Mismatch, "{e}");
    assert!(e.to_string().contains("another ref key"), "{e}");
    assert!(files(&partial(&o)) == left);
    o.ref_key = Some(at("ref.key"));
    let summary = encode_in(&o, SMALL, &Silent).unwrap();
    assert!(summary.resumed >= 3);
    assert!(outputs(&o) == undisturbed);
}
