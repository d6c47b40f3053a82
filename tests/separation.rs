//! Key separation: the tokens of the same people under two linkage keys, in two projects or in two
//! rounds have nothing in common.
//!
//! 100,000 made-up people are encoded twice. No block key of one encoding is in the other, so that
//! no pair becomes a candidate, whatever the threshold. And where the two tokens of a person, the
//! pair that matching looks for, are laid beside each other all the same, their filters are as
//! unlike as random bits: all people together do not lean to one side, and nobody stands out.
//! The same key and project, as a control, give equal tokens.

#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::collections::HashSet;
use std::sync::OnceLock;

use blindlink::owner::encode::{Encoder, StableRefs};
use blindlink::owner::key::LinkageKey;
use blindlink::owner::normalise::{self, Person};
use blindlink::owner::table::{Mapping, Table};
use blindlink::project::{Project, new_project};
use blindlink::synth;
use blindlink::units::RecordRef;
use rayon::prelude::*;

const PEOPLE: usize = 100_000;
/// A file of so many records holds 100,485 people, of whom some lack what a token needs.
const RECORDS: u64 = 101_500;
/// People of the controls, in which key and project are the same.
const CONTROL: usize = 2_000;

const KEY: [u8; 32] = [1; 32];
const OTHER_KEY: [u8; 32] = [2; 32];

/// Most standard errors by which a mean may be off: of some 60 means here, one in 250 runs with
/// other keys would have one further off.
const MEAN: f64 = 4.0;
/// Most standard deviations by which one pair may be off: 1 in 500 million by chance.
const PAIR: f64 = 6.0;
/// By how much the variance of the pairs may be off. The spread of 100,000 is known to 0.0045, and
/// filters of 64 bits differ in weight less than random bits do, which adds 0.008.
const SPREAD: f64 = 0.03;

/// At least 100,000 people and second records of theirs, all with names and a birthdate; the same
/// in every run.
fn people() -> &'static [Person] {
    static ALL: OnceLock<Vec<Person>> = OnceLock::new();
    ALL.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let options = synth::Options {
            parties: 2,
            records: RECORDS,
            profile: synth::Profile::Typical,
            seed: 1,
            out: folder.path().to_owned(),
            force: false,
        };
        let made = synth::generate(&options, &|_, _| {}).unwrap();
        let file = &made.parties[0];
        let table = Table::open(&file.path, &Mapping::default()).unwrap();
        let people: Vec<Person> = table
            .records()
            .map(|record| normalise::person(&record.unwrap()))
            .filter(|p| p.birthdate.is_some() && !p.first.is_empty() && !p.last.is_empty())
            .collect();
        let second_records = (file.records - file.people) as usize;
        assert!(people.len() - second_records >= PEOPLE);
        people
    })
}

/// The project of `schema` with an id of sixteen times `id`.
fn project(schema: &str, id: u8, round: &str) -> Project {
    let parties = ["a".parse().unwrap(), "b".parse().unwrap()];
    let text = new_project(&parties, schema, [id; 16]).unwrap();
    let text = text.replace("round = \"1\"", &format!("round = \"{round}\""));
    let project = Project::parse(&text).unwrap();
    assert_eq!(project.round, round);
    project
}

/// The tokens of some people under one project and key.
struct Encoding {
    project: Project,
    encoder: Encoder,
    /// The rows of each person.
    rows: Vec<Vec<u8>>,
}

/// Filters of the same token in two encodings.
type Pair<'e> = (&'e [u8], &'e [u8]);

impl Encoding {
    fn of(people: &[Person], project: Project, key: [u8; 32]) -> Self {
        let encoder = Encoder::new(&project, &LinkageKey::from_bytes(key));
        let encode = |(number, person)| {
            let mut rows = Vec::new();
            encoder.encode(person, RecordRef::numbered(number), &mut rows);
            rows
        };
        let rows = people.par_iter().enumerate().map(encode).collect();
        Self {
            project,
            encoder,
            rows,
        }
    }

    /// The different block keys of a pass, in rising order.
    fn blocks(&self, pass: usize) -> Vec<&[u8]> {
        let layout = self.encoder.layout();
        let column = layout.passes[pass].block;
        let rows = self
            .rows
            .iter()
            .flat_map(|rows| rows.chunks_exact(layout.row_bytes()));
        let mut keys: Vec<&[u8]> = rows.filter_map(|row| layout.value(row, column)).collect();
        keys.par_sort_unstable();
        keys.dedup();
        keys
    }

    /// What `column` holds of each token here and in `other`, in which the same people come first.
    fn beside<'e>(&'e self, other: &'e Self, column: usize) -> Vec<Pair<'e>> {
        let layout = self.encoder.layout();
        let mut pairs = Vec::new();
        for (ours, theirs) in self.rows.iter().zip(&other.rows) {
            assert_eq!(ours.len(), theirs.len());
            let (ours, theirs) = (
                ours.chunks_exact(layout.row_bytes()),
                theirs.chunks_exact(layout.row_bytes()),
            );
            for (x, y) in ours.zip(theirs) {
                match (layout.value(x, column), layout.value(y, column)) {
                    (Some(x), Some(y)) => pairs.push((x, y)),
                    (None, None) => {}
                    _ => panic!("a token that is there under one key only"),
                }
            }
        }
        pairs
    }

    /// As [`Encoding::beside`], each two values once: people with equal values in one block say
    /// the same thing, not two.
    fn different<'e>(&'e self, other: &'e Self, column: usize) -> Vec<Pair<'e>> {
        let mut pairs = self.beside(other, column);
        pairs.par_sort_unstable();
        pairs.dedup();
        pairs
    }

    /// No record of `other` is in a block with one of `self`: there is no pair to be above any
    /// threshold.
    fn assert_no_candidates(&self, other: &Self) {
        // By this alone the operator's side refuses the two files, before it compares anything.
        assert_ne!(self.encoder.key_check(), other.encoder.key_check());
        for (i, pass) in self.project.schema.passes.iter().enumerate() {
            let (ours, theirs) = (self.blocks(i), other.blocks(i));
            assert!(!ours.is_empty() && !theirs.is_empty());
            let shared = ours.iter().filter(|k| theirs.binary_search(k).is_ok());
            assert_eq!(shared.count(), 0, "{}", pass.name);
        }
    }

    /// The columns of the filters, with their names.
    fn filters(&self) -> impl Iterator<Item = (usize, &str)> {
        let layout = self.encoder.layout();
        let columns = layout.passes.iter().flat_map(|pass| &pass.filters);
        columns.map(|&column| (column, layout.columns[column].name.as_str()))
    }

    /// The control, in which `again` are the first of the same people under the same key and
    /// project: all is equal, and what fails to be found under two keys is found here.
    fn assert_repeated_by(&self, again: &Self) {
        assert_eq!(self.encoder.key_check(), again.encoder.key_check());
        assert_eq!(again.rows.len(), CONTROL);
        for (i, pass) in self.encoder.layout().passes.iter().enumerate() {
            let (ours, theirs) = (self.blocks(i), again.blocks(i));
            assert!(theirs.iter().all(|k| ours.binary_search(k).is_ok()));
            let pairs = self.beside(again, pass.block);
            assert!(pairs.len() >= CONTROL && pairs.iter().all(|(x, y)| x == y));
        }
        for (column, name) in self.filters() {
            let pairs = self.beside(again, column);
            assert!(pairs.len() >= CONTROL, "{name}");
            assert!(pairs.iter().all(|p| differing(*p) == 0), "{name}");
            let noise = Noise::of(&self.different(again, column));
            assert!(noise.mean > 100.0 && noise.most > PAIR, "{name}");
        }
    }
}

/// How far the correlations 1 - 2 d / l of filters of l bits, d of them different, are from those
/// of random bits, whose mean is 0 and whose standard deviation is 1 / sqrt(l).
struct Noise {
    /// The mean correlation, in standard errors of it.
    mean: f64,
    /// The variance of the correlations, as a multiple of the one of random bits.
    spread: f64,
    /// The correlation furthest from 0, in standard deviations.
    most: f64,
}

impl Noise {
    /// Of `pairs` that are independent of each other.
    fn of(pairs: &[Pair<'_>]) -> Self {
        let (mut sum, mut squares, mut most) = (0.0, 0.0, 0.0_f64);
        for pair in pairs {
            let bits = 8.0 * pair.0.len() as f64;
            let correlation = 1.0 - 2.0 * f64::from(differing(*pair)) / bits;
            let deviations = correlation * bits.sqrt();
            sum += deviations;
            squares += deviations * deviations;
            most = most.max(deviations.abs());
        }
        let n = pairs.len() as f64;
        Self {
            mean: sum / n.sqrt(),
            spread: squares / n,
            most,
        }
    }
}

/// In how many bits the filters of a pair differ.
fn differing((x, y): Pair<'_>) -> u32 {
    x.iter().zip(y).map(|(a, b)| (a ^ b).count_ones()).sum()
}

/// The same people under another key, in another project, and in another round.
fn elsewhere(schema: &str) -> impl Iterator<Item = (&'static str, Encoding)> {
    let places = [
        ("two keys", project(schema, 1, "1"), OTHER_KEY),
        ("two projects", project(schema, 2, "1"), KEY),
        ("two rounds", project(schema, 1, "2"), KEY),
    ];
    places
        .into_iter()
        .map(|(what, project, key)| (what, Encoding::of(people(), project, key)))
}

/// For a schema of half-full filters: nobody meets anybody, and the filters of a person are noise
/// to each other.
fn assert_separates(schema: &str) {
    let ours = Encoding::of(people(), project(schema, 1, "1"), KEY);
    for (what, theirs) in elsewhere(schema) {
        ours.assert_no_candidates(&theirs);
        for (column, name) in ours.filters() {
            let pairs = ours.different(&theirs, column);
            // Next to nobody shares both a block and all that is compared in it with another; some have
            // no token for people without a birthdate.
            assert!(
                pairs.len() * 10 >= PEOPLE * 9,
                "{what}, {name}: {}",
                pairs.len()
            );
            let Noise { mean, spread, most } = Noise::of(&pairs);
            assert!(mean.abs() < MEAN, "{what}, {name}: {mean}");
            assert!((spread - 1.0).abs() < SPREAD, "{what}, {name}: {spread}");
            assert!(most < PAIR, "{what}, {name}: {most}");
        }
    }
    let again = Encoding::of(&people()[..CONTROL], project(schema, 1, "1"), KEY);
    ours.assert_repeated_by(&again);
}

#[test]
fn k12_separates_keys_projects_and_rounds() {
    assert_separates("k12");
}

#[test]
fn k12_strict_separates_keys_projects_and_rounds() {
    assert_separates("k12-strict");
}

/// The Dice coefficient of a pair, the bits of the second shifted round by some bytes.
fn dice((x, y): Pair<'_>, shift: usize) -> f64 {
    let both = |x: &[u8], y: &[u8]| -> u32 {
        let bytes = x.iter().zip(y);
        bytes.map(|(a, b)| (a & b).count_ones()).sum()
    };
    let (start, end) = x.split_at(x.len() - shift);
    let common = both(start, &y[shift..]) + both(end, &y[..shift]);
    2.0 * f64::from(common) / f64::from(both(x, x) + both(y, y))
}

fn mean_dice(pairs: &[Pair<'_>], shift: usize) -> f64 {
    pairs.iter().map(|p| dice(*p, shift)).sum::<f64>() / pairs.len() as f64
}

/// The filters of the classic schema all lie in one block, where a bit of a frequent bigram is a
/// bit of thousands of people: the similarities are not independent, and their mean does not near
/// its limit with the square root of the people. So the noise of the mean is measured where there
/// can be nothing else: with the bits of one side shifted round.
#[test]
fn clk_separates_keys_projects_and_rounds() {
    let ours = Encoding::of(people(), project("clk", 1, "1"), KEY);
    let threshold = ours.project.schema.dice.unwrap();
    let (column, _) = ours.filters().next().unwrap();
    let bytes = ours.encoder.layout().columns[column].width;
    for (what, theirs) in elsewhere("clk") {
        assert_eq!((ours.blocks(0).len(), theirs.blocks(0).len()), (1, 1));
        ours.assert_no_candidates(&theirs);

        // Two long names have much in common under any two keys, but not as much as a link needs.
        let pairs = ours.beside(&theirs, column);
        assert!(pairs.len() >= PEOPLE);
        let most = pairs.iter().map(|p| dice(*p, 0)).fold(0.0, f64::max);
        assert!(most < threshold, "{what}: {most}");

        let shifts: Vec<usize> = (4..bytes).step_by(4).collect();
        let by_chance: Vec<f64> = shifts.par_iter().map(|s| mean_dice(&pairs, *s)).collect();
        let (expected, noise) = mean_and_deviation(&by_chance);
        let strangers: Vec<Pair<'_>> = pairs.windows(2).map(|w| (w[0].0, w[1].1)).collect();
        for (whose, mean) in [
            ("their own", mean_dice(&pairs, 0)),
            ("strangers'", mean_dice(&strangers, 0)),
        ] {
            let off = (mean - expected) / noise;
            assert!(off.abs() < MEAN, "{what}, {whose}: {off}");
        }
    }
    let again = Encoding::of(&people()[..CONTROL], project("clk", 1, "1"), KEY);
    ours.assert_repeated_by(&again);
    let same = ours.beside(&again, column);
    assert!(same.iter().all(|p| dice(*p, 0) >= threshold));
    // Here the bits shifted round are chance, and the bits as they are stand out of it.
    let by_chance: Vec<f64> = (4..bytes).step_by(4).map(|s| mean_dice(&same, s)).collect();
    let (expected, noise) = mean_and_deviation(&by_chance);
    assert!(mean_dice(&same, 0) - expected > 10.0 * MEAN * noise);
}

fn mean_and_deviation(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    (mean, (squares / (n - 1.0)).sqrt())
}

/// Refs of one owner are the same in every round and nothing to whoever has not its ref key: another owner of the same students,
/// even under the same party's name, and a partner that tries their ids with the linkage key.
#[test]
fn stable_refs_are_of_one_owners_key() {
    let ids: Vec<String> = (0..PEOPLE).map(|n| n.to_string()).collect();
    let [a, b] = ["a", "b"].map(|p| p.parse().unwrap());
    let refs = |id: u8, round: &str, ref_key: [u8; 32], party| -> Vec<RecordRef> {
        let project = project("k12", id, round);
        let refs = StableRefs::new(&project, &LinkageKey::from_bytes(ref_key), party);
        ids.par_iter().map(|id| refs.of(id)).collect()
    };
    let ours = refs(1, "1", OTHER_KEY, &a);
    assert!(refs(1, "2", OTHER_KEY, &a) == ours);
    let known: HashSet<RecordRef> = ours.iter().copied().collect();
    assert_eq!(known.len(), PEOPLE);
    for (what, others) in [
        ("another owner of the same name", refs(1, "1", [3; 32], &a)),
        ("the linkage key", refs(1, "1", KEY, &a)),
        ("another party", refs(1, "1", OTHER_KEY, &b)),
        ("another project", refs(2, "1", OTHER_KEY, &a)),
    ] {
        assert!(others.iter().all(|r| !known.contains(r)), "{what}");
    }
}
