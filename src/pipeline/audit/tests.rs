use std::path::Path;

use super::*;
use crate::custody::Logging;
use crate::error::Class;
use crate::pipeline::{Silent, encode};
use crate::project::new_project;
use crate::release::Conclusion;

const TABLE: &str = include_str!("../../../testdata/k12-demo/district.csv");
/// The classic of the field: names apart, plain filters, inside one birthdate.
const PLAIN: &str = "[schema]\nname = \"plain\"\n[[schema.pass]]\nname = \"day\"\n\
    block = [\"birthdate\"]\n\
    [[schema.pass.filter]]\nname = \"first\"\nof = [\"first\"]\nbits = 256\nhashes = 10\n\
    [[schema.pass.filter]]\nname = \"last\"\nof = [\"last\"]\nbits = 256\nhashes = 10\n";
const EXACT: &str = "[schema]\nname = \"exact\"\n[[schema.pass]]\nname = \"all\"\n\
    block = [\"first\", \"last\", \"birthdate\"]\n";

/// Encodes `table` under `schema` in `folder`, and gives the options of its audit.
fn prepare(folder: &Path, table: &str, schema: Option<&str>) -> Options {
    let at = |name: &str| folder.join(name);
    std::fs::write(at("district.csv"), table).unwrap();
    let parties: Vec<PartyId> = ["district", "college"]
        .iter()
        .map(|p| p.parse().unwrap())
        .collect();
    let mut text = new_project(&parties, "k12", [3; 16]).unwrap();
    if let Some(schema) = schema {
        let head = text.split("[schema]").next().unwrap().to_owned();
        text = head + schema;
    }
    std::fs::write(at("project.toml"), text).unwrap();
    LinkageKey::from_bytes([7; 32])
        .write_new(&at("linkage.key"))
        .unwrap();
    encode::encode(&encoding(folder), &Silent).unwrap();
    Options {
        table: at("district.csv"),
        project: at("project.toml"),
        party: parties[0].clone(),
        key: at("linkage.key"),
        tokens: at("district.tokens"),
        mapping: Mapping::default(),
        exclude: Exclude::default(),
        plants: None,
        population: 100_000,
        seed: 1,
        json: Some(at("audit.json")),
        log: Logging::Off,
        force: false,
    }
}

/// How the table of a folder that was prepared is encoded.
fn encoding(folder: &Path) -> encode::Options {
    let at = |name: &str| folder.join(name);
    encode::Options {
        table: at("district.csv"),
        project: at("project.toml"),
        party: "district".parse().unwrap(),
        key: at("linkage.key"),
        ref_key: None,
        out: at("district.tokens"),
        refs: at("refs.csv"),
        rejects: at("rejects.csv"),
        mapping: Mapping::default(),
        exclude: Exclude::default(),
        force: false,
        decoys: false,
        plants: None,
        log: Logging::Off,
        require_signatures: false,
        resume: false,
        test_seed: Some(1),
    }
}

fn refused(options: &Options) -> Class {
    let class = audit(options, &Silent).unwrap_err().class();
    assert!(
        !options.json.as_ref().unwrap().exists(),
        "no verdict is left behind"
    );
    class
}

#[test]
fn plain_separate_filters_in_birthdate_blocks_are_red() {
    let dir = tempfile::tempdir().unwrap();
    let options = prepare(dir.path(), TABLE, Some(PLAIN));
    let report = audit(&options, &Silent).unwrap();
    assert_eq!(report.verdict, Conclusion::Red, "{}", report.to_text());
    let full = report
        .attacks
        .iter()
        .filter(|a| a.scope == "one birthdate" && a.overlap > 0.9);
    assert!(full.map(|a| a.verdict).all(|v| v == Verdict::Red));
    let json = options.json.as_ref().unwrap();
    assert_eq!(AuditReport::read(json).unwrap(), report);
    // No name of the table stands in what comes out.
    let out = (report.to_text() + &report.to_json()).to_uppercase();
    let words: std::collections::BTreeSet<&str> = out.split(|c: char| !c.is_alphabetic()).collect();
    let mut table = Table::open(&options.table, &Mapping::default()).unwrap();
    let mut batch = Vec::new();
    let mut names = 0;
    while table.next_batch(100, &mut batch).unwrap() > 0 {
        for record in &batch {
            // Short names are English words too.
            for name in [&record.first, &record.last]
                .into_iter()
                .filter(|n| n.len() > 6)
            {
                let name = name.to_uppercase();
                // A surname, and a word of the report.
                assert!(name == "PERSONS" || !words.contains(name.as_str()));
                names += 1;
            }
        }
    }
    assert!(names > 500);
    // The operator's form needs neither.
    let alone = audit_tokens(&options.tokens, &options.project, 1, &Silent).unwrap();
    assert_eq!(alone.records, report.subject.records);
    assert!(alone.checks.iter().all(|c| report.checks.contains(c)));
}

#[test]
fn what_does_not_belong_together_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let mut options = prepare(dir.path(), TABLE, None);
    let right = options.key.clone();
    options.key = dir.path().join("other.key");
    LinkageKey::from_bytes([8; 32])
        .write_new(&options.key)
        .unwrap();
    assert_eq!(refused(&options), Class::Mismatch);
    options.key = right;
    options.party = "college".parse().unwrap();
    assert_eq!(refused(&options), Class::Mismatch);
    options.party = "district".parse().unwrap();
    let shorter: Vec<&str> = TABLE.lines().take(1_500).collect();
    std::fs::write(&options.table, shorter.join("\n")).unwrap();
    assert_eq!(refused(&options), Class::Mismatch);
    let text = std::fs::read_to_string(&options.project).unwrap();
    std::fs::write(
        &options.project,
        text.replace("round = \"1\"", "round = \"2\""),
    )
    .unwrap();
    assert_eq!(refused(&options), Class::Mismatch);
    let alone = audit_tokens(&options.tokens, &options.project, 1, &Silent).unwrap_err();
    assert_eq!(alone.class(), Class::Mismatch);
}

#[test]
fn too_few_people_and_a_schema_without_large_blocks_get_no_verdict() {
    let dir = tempfile::tempdir().unwrap();
    let few: Vec<&str> = TABLE.lines().take(150).collect();
    assert_eq!(
        refused(&prepare(dir.path(), &few.join("\n"), None)),
        Class::Input
    );
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(
        refused(&prepare(dir.path(), TABLE, Some(EXACT))),
        Class::Input
    );
}

/// Two without a birthdate who share their names have no token, and so are in neither number.
#[test]
fn the_people_are_those_whom_encode_encodes() {
    let dir = tempfile::tempdir().unwrap();
    let header = TABLE.lines().next().unwrap();
    let column = |name: &str| header.split(',').position(|h| h == name).unwrap();
    let row = |id: &str| {
        let mut cells = vec![""; header.split(',').count()];
        cells[column("student_id")] = id;
        cells[column("first_name")] = "Zzyzxa";
        cells[column("last_name")] = "Qwertyuiop";
        cells.join(",") + "\n"
    };
    let table = format!("{TABLE}{}{}", row("twin-1"), row("twin-2"));
    let options = prepare(dir.path(), &table, None);
    let encoded = TokenFile::open(&options.tokens).unwrap().header().records;
    assert_eq!(encoded, TABLE.lines().count() as u64 - 1);
    let project = Project::read(&options.project).unwrap();
    let key = LinkageKey::read(&options.key).unwrap();
    let found = people(&options, &project, &Encoder::new(&project, &key), &Silent).unwrap();
    assert_eq!(found.len() as u64, encoded);
    assert!(found.iter().any(|p| p.gender.is_some()));

    // What the agreement does not declare was not encoded, and is not attacked either.
    let part = "[agreement]\ndestroy_by = \"2020-06-30\"\nminimum_cell = 11\n\
        elements = [\"student-id\", \"first\", \"middle\", \"last\", \"birthdate\"]\n[decision]";
    let text = std::fs::read_to_string(&options.project).unwrap();
    let agreed = Project::parse(&text.replace("[decision]", part)).unwrap();
    let found = people(&options, &agreed, &Encoder::new(&agreed, &key), &Silent).unwrap();
    assert!(
        !found
            .iter()
            .any(|p| p.gender.is_some() || !p.suffix.is_empty())
    );
    assert!(found.iter().any(|p| !p.middle.is_empty()));
}

#[test]
fn planted_people_are_counted_as_encode_counts_them() {
    let dir = tempfile::tempdir().unwrap();
    let mut options = prepare(dir.path(), TABLE, None);
    let plants = dir.path().join("plants.csv");
    let rows = "student_id,first_name,last_name,birthdate\n\
                blindlink-plant-district-00000001,Zzyzxa,Qwertyuiop,2006-03-14\n\
                blindlink-plant-district-00000002,Zzyzxa,Asdfghjkl,2006-03-15\n\
                blindlink-plant-district-00000003,,,2006-03-16\n";
    std::fs::write(&plants, rows).unwrap();
    let mut again = encoding(dir.path());
    (again.force, again.plants) = (true, Some(plants.clone()));
    let summary = encode::encode(&again, &Silent).unwrap();
    assert_eq!(summary.planted, 2, "one has no name");
    assert_eq!(refused(&options), Class::Mismatch);
    options.plants = Some(plants);
    let project = Project::read(&options.project).unwrap();
    let key = LinkageKey::read(&options.key).unwrap();
    let encoder = Encoder::new(&project, &key);
    assert_eq!(planted(&options, &project, &encoder).unwrap(), 2);
    let people = people(&options, &project, &encoder, &Silent).unwrap().len() as u64;
    let records = TokenFile::open(&options.tokens).unwrap().header().records;
    assert_eq!(people + 2, records);
}
