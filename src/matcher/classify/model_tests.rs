//! The model on files made by hand.

use super::*;
use crate::matcher::classify::evidence::{Agreement, View};

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
/// strangers, whose names are a little alike.
fn files() -> Vec<(Pair, Option<Evidence>)> {
    let mut pairs: Vec<_> = (0..600).map(|i| pair(i, i, Names::Both)).collect();
    for i in 0..RECORDS {
        pairs.extend((1..=4).map(|k| pair(i, (i + k) % RECORDS, ALIKE)));
    }
    pairs
}

fn with(names: Names) -> Evidence {
    pair(0, 0, names).0.evidence
}

#[test]
fn excess_over_coincidence_tells_matches_from_strangers() {
    let model = Model::fit(&files(), &exposure());
    assert!((model.matches - 600.0).abs() < 30.0, "{}", model.matches);
    assert!(model.odds(&with(Names::Both)) > 100.0);
    assert!(model.odds(&with(ALIKE)) < 0.05);
}

#[test]
fn missing_fields_are_neutral_and_differing_ones_count_against() {
    let model = Model::fit(&files(), &exposure());
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
    let (a, b) = (
        Model::fit(&files(), &exposure()),
        Model::fit(&reversed, &exposure()),
    );
    let names = with(ALIKE);
    assert!((a.odds(&names) - b.odds(&names)).abs() < 1e-12);
}
