//! The whole simulation on invented people: it breaks what is known to be weak.

use rand::{RngExt, SeedableRng};

use super::correlation::{cross_key, meeting, threshold};
use super::simulate::{Setting, simulate};
use super::tokens::Tokens;
use crate::owner::key::LinkageKey;
use crate::owner::normalise::Person;
use crate::project::{Project, new_project};
use crate::units::BirthDate;

/// People of one birthdate whose names are random syllables: like each other, as names are.
fn people(n: usize, seed: u64) -> Vec<Person> {
    const SYLLABLES: [&str; 16] = [
        "ZA", "BO", "QUI", "LEM", "TAR", "VEX", "NIO", "PRU", "SHA", "DOL", "KEE", "MIR", "GAX",
        "UL", "FEN", "YOR",
    ];
    let mut random = rand_chacha::ChaCha12Rng::seed_from_u64(seed);
    let mut name = |parts: std::ops::Range<usize>| -> String {
        let parts = random.random_range(parts);
        (0..parts)
            .map(|_| SYLLABLES[random.random_range(0..SYLLABLES.len())])
            .collect()
    };
    (0..n)
        .map(|_| Person {
            first: name(2..4),
            last: name(2..5),
            birthdate: BirthDate::new(2007, 5, 17),
            ..Person::default()
        })
        .collect()
}

fn project(schema: &str) -> Project {
    let parties = ["a".parse().unwrap(), "b".parse().unwrap()];
    let text = new_project(&parties, "clk", [3; 16]).unwrap();
    let head = text.find("[schema]").unwrap();
    Project::parse(&format!("{}{schema}", &text[..head])).unwrap()
}

fn one_filter(block: &str, bits: usize, layers: usize, hashes: &str) -> Project {
    project(&format!(
        "[schema]\nname = \"t\"\n[[schema.pass]]\nname = \"p\"\nblock = [{block}]\n\
         [[schema.pass.filter]]\nname = \"f\"\nof = [\"first\", \"last\"]\n\
         bits = {bits}\nlayers = {layers}\n{hashes}"
    ))
}

fn share(project: &Project, overlap: f64, modes: usize) -> f64 {
    let setting = Setting {
        overlap,
        most: 200,
        seed: 1,
        shapes: true,
        modes,
    };
    simulate(&[people(300, 1)], project, &setting).best()
}

#[test]
fn the_classic_clk_is_broken_without_its_key() {
    let clk = one_filter("", 1024, 1, "hashes = 20\n");
    assert!(share(&clk, 1.0, 1) >= 0.95);
}

#[test]
fn a_birthdate_block_does_not_save_unfolded_filters() {
    assert!(share(&one_filter("\"birthdate\"", 1024, 1, ""), 1.0, 1) >= 0.95);
}

#[test]
fn four_layers_in_one_block_stand_where_chance_would() {
    // Chance is 1 of 200.
    assert!(share(&one_filter("\"birthdate\"", 1024, 4, ""), 1.0, 1) <= 0.05);
}

#[test]
fn folding_lowers_the_correlation_of_two_keys() {
    let people = people(150, 4);
    let encode = |project: &Project, key| {
        Tokens::encode(&people, project, &LinkageKey::from_bytes([key; 32]))
    };
    let mut before = 1.0;
    for layers in [1, 2, 4] {
        let project = one_filter("\"birthdate\"", 1024, layers, "");
        let found = cross_key(&encode(&project, 1), &encode(&project, 2), 1_000);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].pairs, 150 * 149 / 2);
        assert!(found[0].rho < before, "{layers}: {}", found[0].rho);
        before = found[0].rho;
    }
    // Of a pass of whole birthdates everybody meets, which says nothing; of buckets, some do.
    let day = one_filter("\"birthdate\"", 1024, 4, "");
    assert!(meeting(&encode(&day, 1), &encode(&day, 2)).is_empty());
    let shared = |count: usize| {
        let bucket = project(&format!(
            "[schema]\nname = \"t\"\n[[schema.pass]]\nname = \"p\"\nblock = [\"birthdate\"]\n\
             bucket = {{ of = [\"first\"], count = {count} }}\n"
        ));
        meeting(&encode(&bucket, 1), &encode(&bucket, 2))[0].rho
    };
    assert!(shared(4096) > 2.0 * shared(16).max(0.01), "{}", shared(16));
    assert!(before < 0.2 && threshold(before) > 200.0, "{before}");
}
