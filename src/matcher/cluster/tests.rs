use rayon::prelude::*;

use super::*;
use crate::matcher::assign::{Assignment, Scored, Status, Verdict};

fn scored(left: u32, right: u32, probability: f64) -> Scored {
    Scored {
        left,
        right,
        passes: 1,
        odds: probability / (1.0 - probability),
        probability,
    }
}

/// Persons of so many records, of whom these pairs are one.
fn persons(records: usize, pairs: &[(u32, u32)]) -> Persons {
    let joined: Result<Persons, ()> = Persons::of(records, |join| {
        pairs.iter().for_each(|(a, b)| join(*a, *b));
        Ok(())
    });
    joined.unwrap()
}

/// A decision in which every pair is a link.
fn decision(records: (usize, usize), pairs: &[Scored]) -> Assignment {
    let none = Verdict {
        status: Status::NoLink,
        link: None,
        probability: 0.0,
        rivals: 0,
    };
    let mut out = Assignment {
        pairs: pairs.to_vec(),
        links: (0..pairs.len() as u32).collect(),
        left: vec![none; records.0],
        right: vec![none; records.1],
    };
    for (i, p) in pairs.iter().enumerate() {
        for verdict in [
            &mut out.left[p.left as usize],
            &mut out.right[p.right as usize],
        ] {
            (verdict.status, verdict.link) = (Status::Linked, Some(i as u32));
            verdict.probability = p.probability;
        }
    }
    out
}

fn links(decision: &Assignment) -> Vec<(u32, u32)> {
    let ends = |&i: &u32| {
        (
            decision.pairs[i as usize].left,
            decision.pairs[i as usize].right,
        )
    };
    decision.links.iter().map(ends).collect()
}

#[test]
fn pairs_that_hang_together_are_one_person() {
    let three = persons(5, &[(0, 2), (2, 4)]);
    assert_eq!((three.len(), three.surplus()), (3, 2));
    assert_eq!(three.members(0), [0, 2, 4]);
    assert_eq!(three.groups().collect::<Vec<_>>(), [[0, 2, 4]]);
    assert!(persons(5, &[]).is_alone() && Persons::alone(5).is_alone());
    assert_eq!(Persons::alone(3).members(1), [1]);
}

#[test]
fn a_link_of_persons_links_all_their_records() {
    // Of a pair so unlikely that by itself it would be left out, the passes count.
    let second = Scored {
        passes: 2,
        ..scored(2, 1, 1e-6)
    };
    let left = persons(3, &[(0, 2)]);
    let right = Persons::alone(2);
    let mut met = Between::new(&left, &right);
    met.put([scored(0, 1, 0.9), scored(1, 0, 0.8), second].into_par_iter());
    let met = met.finish();
    assert_eq!(met.len(), 2);
    assert_eq!((met[0].left, met[0].right, met[0].passes), (0, 1, 3));
    let decided = decision((2, 2), &[scored(0, 1, 0.9), scored(1, 0, 0.8)]);
    let spread = spread(&decided, &left, &right);
    assert_eq!(links(&spread), [(0, 1), (1, 0), (2, 1)]);
    let link_of = |v: &Verdict| v.link.map(|l| links(&spread)[l as usize]);
    assert_eq!(link_of(&spread.left[0]), Some((0, 1)));
    assert_eq!(
        link_of(&spread.left[2]),
        Some((0, 1)),
        "the two share a link"
    );
    assert_eq!(link_of(&spread.right[0]), Some((1, 0)));
}

#[test]
fn what_hangs_together_through_a_third_party_is_linked_where_allowed() {
    let three = || {
        vec![
            ((0, 1), decision((1, 1), &[scored(0, 0, 0.9)])),
            ((1, 2), decision((1, 1), &[scored(0, 0, 0.8)])),
            ((0, 2), decision((1, 1), &[])),
        ]
    };
    let mut all = three();
    let clusters = reconcile(&mut all, |_, _| true);
    assert_eq!(clusters.len(), 1);
    assert_eq!(clusters[0].members.len(), 3);
    assert_eq!(links(&all[2].1), [(0, 0)]);
    assert_eq!(all[2].1.left[0].status, Status::Linked);
    assert!((all[2].1.left[0].probability - 0.8).abs() < 1e-12);

    let mut some: Vec<_> = three().into_iter().take(2).collect();
    let clusters = reconcile(&mut some, |a, b| (a, b) != (0, 2) && (b, a) != (0, 2));
    assert_eq!(
        clusters.len(),
        2,
        "B is with A, and B is with C, but never A with C"
    );
    assert!(clusters.iter().all(|c| c.members.len() == 2));
    assert_eq!(
        (links(&some[0].1), links(&some[1].1)),
        (vec![(0, 0)], vec![(0, 0)])
    );
}

#[test]
fn no_cluster_holds_two_of_a_party() {
    // A0 = B0, B0 = C0, and less likely A1 = C0.
    let mut all = vec![
        ((0, 1), decision((2, 1), &[scored(0, 0, 0.9)])),
        ((1, 2), decision((1, 1), &[scored(0, 0, 0.8)])),
        ((0, 2), decision((2, 1), &[scored(1, 0, 0.7)])),
    ];
    let clusters = reconcile(&mut all, |_, _| true);
    assert_eq!(clusters.len(), 1);
    assert_eq!(links(&all[2].1), [(0, 0)]);
    assert_eq!(all[2].1.left[1].status, Status::Ambiguous);
    assert_eq!(all[2].1.left[1].link, None);
}

#[test]
fn two_parties_stay_as_they_are_decided() {
    let pairs = [scored(0, 1, 0.9), scored(1, 0, 0.6)];
    let mut all = vec![((0, 1), decision((2, 2), &pairs))];
    let clusters = reconcile(&mut all, |_, _| true);
    assert_eq!(clusters.len(), 2);
    assert_eq!(all[0].1.pairs, pairs);
    assert_eq!(all[0].1.right[0].link, Some(1));
}
