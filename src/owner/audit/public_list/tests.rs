use super::*;
use crate::owner::key::LinkageKey;
use crate::project::{Project, new_project};
use crate::units::{BirthDate, PartyId};

/// A project with one pass on the birthdate that has these filters, and one on the full name.
fn project(filters: &str) -> Project {
    let parties: Vec<PartyId> = ["a", "b"].iter().map(|p| p.parse().unwrap()).collect();
    let text = new_project(&parties, "k12", [3; 16]).unwrap();
    let head = text.split("[schema]").next().unwrap();
    let schema = format!(
        "[schema]\nname = \"t\"\n[[schema.pass]]\nname = \"day\"\nblock = [\"birthdate\"]\n{filters}\
         [[schema.pass]]\nname = \"name\"\nblock = [\"last\"]\n"
    );
    Project::parse(&format!("{head}{schema}")).unwrap()
}

const FINE: &str = "[[schema.pass.filter]]\nname = \"last\"\nof = [\"last\"]\nbits = 512\n";

/// `n` people born on one day, `of(i, k)` saying which name of the list number i has.
fn people(n: usize, of: impl Fn(usize, usize) -> usize) -> Vec<Person> {
    let list = List::public();
    (0..n)
        .map(|i| Person {
            first: list.first[of(i, 1) % 2_000].name.into(),
            last: list.last[of(i, 0) % 5_000].name.into(),
            birthdate: BirthDate::new(2006, 5, 1),
            ..Person::default()
        })
        .collect()
}

/// Name k is the more frequent the smaller k is, with clear steps.
fn frequent(i: usize, _: usize) -> usize {
    (0..).find(|k| i < (k + 1) * 60 - k * (k + 1) / 2).unwrap()
}

fn flat(i: usize, salt: usize) -> usize {
    (i * 37 + 11 * salt + 500) % 1_900
}

#[test]
fn the_list_is_in_order_and_sums_to_one() {
    let list = List::public();
    for names in [&list.first, &list.last] {
        let all: f64 = names.iter().map(|e| e.share).sum();
        assert!((all - 1.0).abs() < 1e-9);
        assert!(names.windows(2).all(|w| w[0].share >= w[1].share));
        assert!(
            names
                .iter()
                .all(|e| e.name.bytes().all(|b| b.is_ascii_uppercase()))
        );
    }
    assert_eq!((list.first.len(), list.last.len()), (2_000, 5_000));
}

#[test]
fn products_come_in_falling_order() {
    let list = List::public();
    let (first, last) = (&list.first[..50], &list.last[..50]);
    let share = |names: &[list::Entry], n: Option<&str>| {
        names.iter().find(|e| Some(e.name) == n).unwrap().share
    };
    let ranked = list::ranked(Some(first), Some(last), 40);
    let found: Vec<f64> = ranked
        .iter()
        .map(|g| share(first, g.0) * share(last, g.1))
        .collect();
    let mut all: Vec<f64> = first
        .iter()
        .flat_map(|f| last.iter().map(move |l| f.share * l.share))
        .collect();
    all.sort_by(|a, b| b.total_cmp(a));
    for (found, best) in found.iter().zip(&all) {
        assert!((found - best).abs() < 1e-15);
    }
    assert_eq!(found.len(), 40);
}

#[test]
fn sizes_and_repeats_show_names_that_follow_the_list() {
    let key = LinkageKey::from_bytes([5; 32]);
    let project = project(FINE);
    let (weak, strong) = (people(1_000, frequent), people(1_000, flat));
    let verdicts = |people: &[Person]| {
        let mut checks = block_ranks(people, &project, &key);
        checks.extend(filter_ranks(people, &project, &key));
        assert_eq!(checks.len(), 2);
        checks.iter().map(|c| c.verdict).collect::<Vec<_>>()
    };
    assert_eq!(verdicts(&weak), [Verdict::Red; 2]);
    assert_eq!(verdicts(&strong), [Verdict::Green; 2]);
}

#[test]
fn a_made_up_list_tells_nothing_of_folded_filters() {
    let folded = "[[schema.pass.filter]]\nname = \"names\"\nof = [\"first\", \"last\"]\n\
        bits = 256\nlayers = 4\n";
    let target = people(250, flat);
    let check = structure(&target, &project(folded), &[1]);
    assert_eq!(check.verdict, Verdict::Green, "{}", check.sentence);
    assert_eq!(check, structure(&target, &project(folded), &[1]));
}

#[test]
fn chance_counts_the_best_constant_guess() {
    let list = List::public();
    let top = people(100, |_, _| 0);
    let all: Vec<&Person> = top.iter().collect();
    assert!(chance(&all, &list).iter().all(|c| (c - 1.0).abs() < 1e-9));
}
