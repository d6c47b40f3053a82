//! The model on files made by hand.

use super::*;
use crate::matcher::classify::evidence::Pair;
use crate::matcher::classify::evidence::{Agreement, Crowd, View};
use crate::matcher::classify::facts::Facts;
use crate::matcher::classify::pairs::Part;
use crate::matcher::compare::{ABSENT, Gathering, LOWEST, Meeting, Run};

const RECORDS: u32 = 1000;
const ALIKE: Names = Names::Alike {
    first: Agreement::Unknown,
    last: Agreement::Unknown,
    view: View::Both(0),
    level: 3,
};

fn pair(left: u32, right: u32, names: Names) -> (Pair, Option<Evidence>) {
    let evidence = Evidence {
        names,
        date: Date::Full,
        middle: None,
        gender: None,
        crowd: Crowd::default(),
    };
    (
        Pair {
            left,
            right,
            passes: 1,
            evidence,
        },
        None,
    )
}

fn exposure() -> Exposure {
    let n = RECORDS as usize;
    Exposure {
        records: (n, n),
        same_date: Some(200 * u64::from(RECORDS)),
        classic: false,
        chances: Chances::default(),
    }
}

/// 600 people with equal names in both files; each record shares its birthdate with four
/// strangers, and year and day with a fifth, whose names are a little alike.
fn files() -> Vec<(Pair, Option<Evidence>)> {
    let mut pairs: Vec<_> = (0..600).map(|i| pair(i, i, Names::Both)).collect();
    for i in 0..RECORDS {
        pairs.extend((1..=4).map(|k| pair(i, (i + k) % RECORDS, ALIKE)));
        let (mut near, _) = pair(i, (i + 5) % RECORDS, ALIKE);
        near.evidence.date = Date::YearDay;
        pairs.push((near, None));
    }
    pairs
}

fn all(pairs: Vec<(Pair, Option<Evidence>)>) -> Pairs {
    let mut all = Pairs::default();
    let mut part = Part::default();
    for (pair, apart) in pairs {
        part.put(pair, apart);
    }
    all.put(part).unwrap();
    all
}

fn fit(pairs: Vec<(Pair, Option<Evidence>)>, exposure: &Exposure) -> Model {
    Model::fit(&all(pairs), exposure).unwrap()
}

fn with(names: Names) -> Evidence {
    pair(0, 0, names).0.evidence
}

#[test]
fn excess_over_coincidence_tells_matches_from_strangers() {
    let model = fit(files(), &exposure());
    assert!((model.matches - 600.0).abs() < 30.0, "{}", model.matches);
    assert!(model.odds(&with(Names::Both)) > 100.0);
    assert!(model.odds(&with(ALIKE)) < 0.05);
}

#[test]
fn missing_fields_are_neutral_and_differing_ones_count_against() {
    let model = fit(files(), &exposure());
    let base = with(Names::Both);
    let differing = Evidence {
        middle: Some(false),
        ..base
    };
    let agreeing = Evidence {
        middle: Some(true),
        ..base
    };
    assert!(model.odds(&differing) < model.odds(&base));
    assert!(model.odds(&base) < model.odds(&agreeing));
}

#[test]
fn the_order_of_pairs_changes_nothing() {
    let mut reversed = files();
    reversed.reverse();
    let (a, b) = (fit(files(), &exposure()), fit(reversed, &exposure()));
    let names = with(ALIKE);
    assert!((a.odds(&names) - b.odds(&names)).abs() < 1e-12);
}

/// What agrees in a pass that people with a birthdate never share cannot be learned from them; it must
/// not be held down by their never showing it.
#[test]
fn agreement_without_a_birthdate_is_learned_from_itself() {
    let both = Names::Alike {
        first: Agreement::Part,
        last: Agreement::Part,
        view: View::Nothing,
        level: ABSENT,
    };
    let mut pairs = files();
    // Those who are free on both sides, and so have no match that shares a date.
    pairs.extend((700..800).map(|i| {
        let (mut pair, _) = pair(i, i, both);
        pair.evidence.date = Date::Unknown;
        (pair, None)
    }));
    // Dates as spread as those of students: what strangers share by chance is then little.
    let spread = Exposure {
        same_date: Some(400),
        ..exposure()
    };
    let model = fit(pairs, &spread);
    let undated = Evidence {
        date: Date::Unknown,
        ..with(both)
    };
    assert!(
        model.probability(&undated) > 0.8,
        "{}",
        model.probability(&undated)
    );
}

#[test]
fn inside_a_file_few_pairs_are_expected_to_match() {
    let between = fit(files(), &exposure());
    // A pair of equal names and birthdates among pairs of strangers.
    let mut own: Vec<_> = (0..RECORDS - 4)
        .flat_map(|i| (1..=4).map(move |k| pair(i, i + k, ALIKE)))
        .collect();
    own.push(pair(1, 900, Names::Both));
    let within = between.within(&all(own), RECORDS as usize);
    assert!((within.matches - 1.0).abs() < 0.5, "{}", within.matches);
    assert!(within.probability(&with(Names::Both)) > 0.9);
    assert!(within.probability(&with(Names::Both)) < between.probability(&with(Names::Both)));
    assert!(within.probability(&with(ALIKE)) < between.probability(&with(ALIKE)));
}

/// Evidence of one pair that met in these passes of `k12`, each with these levels.
fn names_of(met: &[(u8, u32)]) -> Names {
    let parties = ["a", "b"].map(|p| p.parse().unwrap());
    let text = crate::project::new_project(&parties, "k12", [1; 16]).unwrap();
    let facts = Facts::of(&crate::project::Project::parse(&text).unwrap().schema);
    let meetings: Vec<Meeting> = met
        .iter()
        .map(|&(pass, levels)| Meeting {
            left: 0,
            right: 0,
            pass,
            size: 0,
            levels,
        })
        .collect();
    facts.evidence(&meetings, 0).unwrap().names
}

#[test]
fn who_shares_a_birthdate_but_was_not_kept_by_it_has_unlike_names() {
    // Pass 1 says that the birthdate agrees, passes 3 to 7 that buckets of both names do.
    let buckets = [(1, 0), (3, 0), (4, 0), (5, 0), (6, 0), (7, 0)];
    let screened = names_of(&buckets);
    assert!(
        matches!(screened, Names::Alike { level: LOWEST, .. }),
        "{screened:?}"
    );
    assert_eq!(names_of(&[&[(0, 15)], &buckets[..]].concat()), Names::Both);
}

#[test]
fn equal_names_meet_in_every_bucket_that_the_date_leaves_open() {
    let agree = |names: Names| match names {
        Names::Alike { first, last, .. } => (first, last),
        _ => panic!("{names:?}"),
    };
    // Year and month agree: nothing else could have been shared.
    assert_eq!(names_of(&[(3, 0)]), Names::Both);
    // Month and day agree: whole names (5) and a part (7) are in different buckets.
    assert_eq!(names_of(&[(5, 0), (7, 0)]), Names::Both);
    let parts = (Agreement::Whole, Agreement::Part);
    assert_eq!(agree(names_of(&[(7, 0)])), parts);
    let accident = (Agreement::Bucket, Agreement::Bucket);
    assert_eq!(agree(names_of(&[(5, 0)])), accident);
}

#[test]
fn who_met_in_one_crowded_bucket_alone_is_left_out() {
    let parties = ["a", "b"].map(|p| p.parse().unwrap());
    let text = crate::project::new_project(&parties, "k12", [1; 16]).unwrap();
    let facts = Facts::of(&crate::project::Project::parse(&text).unwrap().schema);
    let meeting = |left, pass| Meeting {
        left,
        right: 9,
        pass,
        size: 0,
        levels: 1,
    };
    // Record 0 met in the first bucket, 1 in both buckets, 2 in the first bucket by two names.
    let met = vec![
        meeting(0, 1),
        meeting(1, 1),
        meeting(1, 2),
        meeting(2, 1),
        meeting(2, 1),
    ];
    let left = |crowded: &[usize]| -> Vec<u32> {
        let mut all = Gathering::default();
        all.list(vec![Run::in_memory(met.clone())]);
        crowded.iter().for_each(|p| all.crowd(*p));
        let mut out = Vec::new();
        let of = |found: &mut Vec<u32>, meetings: &[Meeting]| {
            found.extend(facts.pair(meetings).map(|(p, _)| p.left));
        };
        let done = all.each(3, of, |found| {
            out.extend(found);
            Ok(())
        });
        assert!(done.is_ok());
        out
    };
    assert_eq!(left(&[]), [0, 1, 2]);
    assert_eq!(left(&[1, 2]), [1]);
}
