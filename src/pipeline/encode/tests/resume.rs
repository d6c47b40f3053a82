//! What a run that was killed has left is taken over by the next one, or refused.

use super::*;
use crate::error::Class;

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

#[test]
fn what_a_run_of_something_else_left_is_refused_and_kept() {
    let (folder, o) = setup("k12");
    let at = |name: &str| folder.path().join(name);
    let left = kill(&o, 2);
    let text = std::fs::read_to_string(&o.table).unwrap();
    let changed = text.trim_end().rsplit_once('\n').unwrap().0;
    std::fs::write(at("changed.csv"), changed).unwrap();
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
    type Change<'a> = &'a dyn Fn(&mut Options);
    let others: [(&str, Change<'_>); 9] = [
        ("other planted people", &|o| {
            o.plants = Some(at("plants.csv"));
        }),
        ("another table", &|o| o.table = at("changed.csv")),
        ("another project", &|o| o.project = at("other.toml")),
        ("another linkage key", &|o| o.key = at("other.key")),
        ("another party", &|o| o.party = "college".parse().unwrap()),
        ("other options", &|o| o.decoys = true),
        ("other opt-outs", &|o| o.exclude.lists = vec![at("ids.csv")]),
        ("other options", &|o| o.test_seed = Some(8)),
        ("other options", &|o| o.test_seed = None),
    ];
    for (text, change) in others {
        let mut other = resumed();
        change(&mut other);
        let e = encode_in(&other, SMALL, &Silent).unwrap_err();
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
