//! What an encoder says of people beside their rows, and in which order it takes them.

use super::*;
use crate::project::new_project;
use crate::units::BirthDate;

/// A project whose schema has these passes.
fn project_of(passes: &str) -> Project {
    let parties = ["a", "b"].map(|p| p.parse().unwrap());
    let text = new_project(&parties, "k12", [1; 16]).unwrap();
    let start = text.find("[schema]").unwrap();
    let schema = format!("{}[schema]\nname = \"own\"\n{passes}", &text[..start]);
    Project::parse(&schema).unwrap()
}

fn k12() -> Project {
    let parties = ["a", "b"].map(|p| p.parse().unwrap());
    Project::parse(&new_project(&parties, "k12", [1; 16]).unwrap()).unwrap()
}

fn key() -> LinkageKey {
    LinkageKey::from_bytes([2; 32])
}

fn person(first: &str, last: &str, day: u8) -> Person {
    Person {
        first: first.into(),
        last: last.into(),
        birthdate: BirthDate::new(2005, 1, day),
        ..Person::default()
    }
}

/// Invented people of some days, of names of any length, some without any.
fn people() -> Vec<Person> {
    let first = ["ANN", "CYRIL ZED", "", "BARTHOLOMEW", "EVE"];
    let last = ["ZZYZX", "VV", "WWWWORTHINGTON QQ", ""];
    let person = |n: usize| person(first[n % 5], last[n / 2 % 4], (n % 4) as u8);
    (0..60).map(person).collect()
}

/// The block key of the pass number `pass` in each row of `person`.
fn blocks(encoder: &Encoder, person: &Person, pass: usize) -> Vec<Option<Vec<u8>>> {
    let mut rows = Vec::new();
    encoder.encode(person, RecordRef([3; 16]), &mut rows);
    let layout = encoder.layout();
    let column = layout.passes[pass].block;
    let rows = rows.chunks_exact(layout.row_bytes());
    rows.map(|row| layout.value(row, column).map(<[u8]>::to_vec))
        .collect()
}

/// The second pass has the larger filters; it is of the first of two given names, and of a bucket.
const BY_PART: &str = "[[schema.pass]]\nname = \"small\"\nblock = [\"birthdate\"]\n\
    [[schema.pass.filter]]\nname = \"names\"\nof = [\"first\"]\nbits = 2048\n\
    [[schema.pass]]\nname = \"large\"\nblock = [\"given-root\"]\n\
    bucket = { of = [\"surname-root\", \"day\"], count = 4 }\n\
    [[schema.pass.filter]]\nname = \"day\"\nof = [\"day\"]\nbits = 1024\n\
    [[schema.pass.filter]]\nname = \"names\"\nof = [\"first\", \"last\"]\nbits = 512\nlayers = 3\n";

#[test]
fn an_order_is_of_the_block_of_the_largest_filters_and_then_of_the_longest_names() {
    let by_part = project_of(BY_PART);
    let (k12, key) = (k12(), key());
    for (encoder, pass, filter) in [
        (Encoder::new(&k12, &key), 0, 0),
        (Encoder::new(&by_part, &key), 1, 1),
        (Encoder::with_open_buckets(&by_part, &key), 1, 1),
    ] {
        let people = people();
        let orders = encoder.orders(&people);
        assert_eq!(orders.len(), people.len());
        let mut sorted: Vec<(Order, usize)> = Vec::new();
        for (person, order) in people.iter().zip(&orders) {
            let first = blocks(&encoder, person, pass).into_iter().next().flatten();
            let expected = first.map_or(0, |block| {
                u64::from_be_bytes(block[..8].try_into().unwrap())
            });
            assert_eq!(order.block, expected);
            sorted.push((*order, encoder.gram_counts(person)[pass][filter]));
        }
        assert!(orders.iter().any(|order| order.block == 0));
        sorted.sort_by_key(|(order, _)| *order);
        let of_block = sorted.chunk_by(|(a, _), (b, _)| a.block == b.block);
        for block in of_block.filter(|block| block[0].0.block > 0) {
            assert!(block.is_sorted_by(|(_, a), (_, b)| a >= b));
        }
    }
    // Nothing is kept of small filters: every order is as good.
    let small = "[[schema.pass]]\nname = \"p\"\nblock = [\"year\"]\n\
        [[schema.pass.filter]]\nname = \"day\"\nof = [\"day\"]\nbits = 512\n";
    let orders = Encoder::new(&project_of(small), &key).orders(&people());
    assert!(orders.iter().all(|order| *order == Order::default()));
}

#[test]
fn an_open_bucket_is_of_one_name_and_a_keyed_one_of_many() {
    let pass = "[[schema.pass]]\nname = \"p\"\nblock = [\"year\"]\n\
        bucket = { of = [\"given-root\"], count = 2 }\n";
    let project = project_of(pass);
    let names = ["ANN", "CYRIL", "BARTHOLOMEW", "EVE", "FAY", "GUS", "HOHO"];
    let found = |encoder: Encoder| -> std::collections::BTreeSet<Vec<u8>> {
        let of_name = |name: &&str| blocks(&encoder, &person(name, "ZZYZX", 9), 0).remove(0);
        let twice = names.iter().chain(&names);
        twice.map(|name| of_name(name).unwrap()).collect()
    };
    assert_eq!(found(Encoder::new(&project, &key())).len(), 2);
    let open = Encoder::with_open_buckets(&project, &key());
    assert_eq!(found(open).len(), names.len());
}

#[test]
fn without_filters_the_blocks_are_the_same_and_nothing_is_compared() {
    let (project, key) = (k12(), key());
    let whole = Encoder::new(&project, &key);
    let bare = Encoder::new(&project, &key).without_filters();
    let person = person("BARTHOLOMEW ANN", "ZZYZX VV", 9);
    for pass in 0..project.schema.passes.len() {
        let found = blocks(&bare, &person, pass);
        assert_eq!(found, blocks(&whole, &person, pass));
    }
    let mut rows = Vec::new();
    bare.encode(&person, RecordRef([3; 16]), &mut rows);
    let layout = bare.layout();
    for row in rows.chunks_exact(layout.row_bytes()) {
        let mut filters = layout.passes.iter().flat_map(|p| &p.filters);
        assert!(filters.all(|column| layout.value(row, *column).is_none()));
    }
}

#[test]
fn who_has_nothing_to_link_cannot_be_encoded() {
    let encoder = Encoder::new(&k12(), &key());
    assert!(encoder.can_encode(&person("ANN", "ZZYZX", 9)));
    assert!(!encoder.can_encode(&Person::default()));
    let mut rows = Vec::new();
    let outcome = encoder.encode(&Person::default(), RecordRef([3; 16]), &mut rows);
    assert_eq!((outcome, rows.len()), (Outcome::NothingToLink, 0));
}

#[test]
fn distinct_grams_are_counted_for_each_filter() {
    let encoder = Encoder::new(&k12(), &key());
    // _A AN NN N_ of the one name, _A AN NO O_ of the other.
    let counts = encoder.gram_counts(&person("ANN", "ANO", 9));
    assert_eq!(counts[0], [6]);
    assert_eq!(counts[1], [0; 0]);
    // Two digits of the day; that there is neither middle name nor gender.
    assert_eq!(counts[3], [2, 1, 1]);
    assert_eq!(encoder.gram_counts(&Person::default())[3], [0, 1, 1]);
}

#[test]
fn debug_shows_nothing_of_key_or_people() {
    let (project, key) = (k12(), key());
    let encoder = Encoder::new(&project, &key);
    assert_eq!(format!("{encoder:?}"), "Encoder(schema k12)");
    assert_eq!(format!("{:?}", encoder.workspace()), "Workspace(..)");
    assert_eq!(format!("{:?}", encoder.orders(&people())[0]), "Order(..)");
    let refs = StableRefs::new(&project, &key, &project.parties[0]);
    assert_eq!(format!("{refs:?}"), "StableRefs(..)");
}
