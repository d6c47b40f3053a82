use std::path::Path;

use super::*;
use crate::project::new_project;
use crate::token::{Header, Layout, TokenWriter};
use crate::units::PartyId;
use rand::{RngExt, SeedableRng};

const SCHEMA: &str = "[schema]\nname = \"t\"\n\
    [[schema.pass]]\nname = \"day\"\nblock = [\"birthdate\"]\n\
    [[schema.pass.filter]]\nname = \"names\"\nof = [\"first\", \"last\"]\nbits = 256\n\
    [[schema.pass]]\nname = \"name\"\nblock = [\"first\", \"last\", \"year\"]\n";

fn project() -> Project {
    let parties: Vec<PartyId> = ["a", "b"].iter().map(|p| p.parse().unwrap()).collect();
    let text = new_project(&parties, "k12", [3; 16]).unwrap();
    let head = text.split("[schema]").next().unwrap();
    Project::parse(&format!("{head}{SCHEMA}")).unwrap()
}

/// What a made-up record has.
struct Row {
    day: u32,
    bits: [u8; 32],
    name: Option<u32>,
}

fn write(path: &Path, rows: &[Row]) -> TokenFile {
    let project = project();
    let layout = Layout::of(&project.schema);
    let mut writer = TokenWriter::create(path, layout.clone()).unwrap();
    for (i, r) in rows.iter().enumerate() {
        let mut name = [0; 16];
        name.copy_from_slice(&blake3::hash(&(i as u32).to_le_bytes()).as_bytes()[..16]);
        let mut row = layout.empty_row(name);
        layout.fill(&mut row, layout.passes[0].block)[..4].copy_from_slice(&r.day.to_le_bytes());
        layout
            .fill(&mut row, layout.passes[0].filters[0])
            .copy_from_slice(&r.bits);
        if let Some(name) = r.name {
            layout.fill(&mut row, layout.passes[1].block)[..4].copy_from_slice(&name.to_le_bytes());
        }
        writer.push(&row).unwrap();
    }
    let n = rows.len() as u64;
    let header = Header {
        project: project.fingerprint,
        schema: project.schema.fingerprint,
        party: "a".parse().unwrap(),
        round: "1".into(),
        normalisation: 1,
        key_check: [9; 16],
        records: n,
        rows: n,
        decoys: false,
        canaries: Vec::new(),
    };
    writer.finish(&header).unwrap();
    TokenFile::open(path).unwrap()
}

/// 2,000 records on 5 days with unrelated fair bits and names of their own.
fn strong(path: &Path) -> TokenFile {
    let mut random = rand_chacha::ChaCha12Rng::seed_from_u64(1);
    let rows: Vec<Row> = (0..2_000)
        .map(|i| Row {
            day: i % 5,
            bits: std::array::from_fn(|_| random.random()),
            name: Some(i),
        })
        .collect();
    write(path, &rows)
}

/// As many on one day, of 30 names of falling frequency, as plain filters; some lack a token.
fn weak(path: &Path) -> TokenFile {
    let mut random = rand_chacha::ChaCha12Rng::seed_from_u64(1);
    let filters: Vec<[u8; 32]> = (0..30)
        .map(|_| std::array::from_fn(|_| random.random::<u8>() & random.random::<u8>()))
        .collect();
    let rows: Vec<Row> = (0..2_000u32)
        .map(|i| {
            let name = 30 * (i % 100) * (i % 100) / 10_000;
            Row {
                day: 0,
                bits: filters[name as usize],
                name: (i % 997 != 5).then_some(name),
            }
        })
        .collect();
    write(path, &rows)
}

fn verdict(checks: &[Check], name: &str, of: &str) -> Verdict {
    let found: Vec<&Check> = checks
        .iter()
        .filter(|c| c.name == name && c.of == of)
        .collect();
    assert_eq!(found.len(), 1, "{name} {of}");
    assert!(found[0].sample > 0);
    found[0].verdict
}

#[test]
fn every_check_tells_a_weak_file_from_a_strong_one() {
    let dir = tempfile::tempdir().unwrap();
    let good = checks(&strong(&dir.path().join("s")), &project(), 1).unwrap();
    let bad = checks(&weak(&dir.path().join("w")), &project(), 1).unwrap();
    for (name, of) in [
        ("bit frequency inside blocks", "day.names"),
        ("co-occurrence of bits inside blocks", "day.names"),
        ("repeated tokens", "day"),
        ("repeated tokens", "name"),
        ("blocks of a unique size", "name"),
    ] {
        assert_eq!(verdict(&good, name, of), Verdict::Green, "{name} {of}");
        assert_eq!(verdict(&bad, name, of), Verdict::Red, "{name} {of}");
    }
    // Five days make large blocks; one day is everybody.
    assert_eq!(verdict(&bad, "largest block", "day"), Verdict::Red);
    assert_eq!(verdict(&good, "largest block", "name"), Verdict::Green);
    let missing = |c: &[Check]| {
        let check = c.iter().find(|c| c.name == "missing tokens").unwrap();
        (check.value, check.sentence.contains("name 0.15 %"))
    };
    assert_eq!(missing(&good), (0.0, false));
    assert_eq!(missing(&bad), (0.0015, true));
}

#[test]
fn the_same_file_and_seed_give_the_same_checks() {
    let dir = tempfile::tempdir().unwrap();
    let file = weak(&dir.path().join("w"));
    let once = checks(&file, &project(), 7).unwrap();
    assert_eq!(once, checks(&file, &project(), 7).unwrap());
    assert!(once.iter().all(|c| c.seed == 7));
}

#[test]
fn a_file_without_records_has_nothing_to_show() {
    let dir = tempfile::tempdir().unwrap();
    let file = write(&dir.path().join("e"), &[]);
    let all = checks(&file, &project(), 1).unwrap();
    assert!(
        all.iter()
            .all(|c| c.sample == 0 && c.verdict == Verdict::Green)
    );
}

#[test]
fn gates_and_the_worst() {
    assert_eq!(Verdict::gate(0.03, 0.03, 0.1), Verdict::Green);
    assert_eq!(Verdict::gate(0.1, 0.03, 0.1), Verdict::Amber);
    assert_eq!(Verdict::gate(0.11, 0.03, 0.1), Verdict::Red);
    let all = [Verdict::Amber, Verdict::Red, Verdict::Green];
    assert_eq!(Verdict::worst(all), Verdict::Red);
    assert_eq!(Verdict::worst([]), Verdict::Green);
    assert!(rounded(-1e-9).is_sign_positive());
}
