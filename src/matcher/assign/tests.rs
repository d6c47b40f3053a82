use proptest::prelude::*;

use super::*;

fn run(edges: &[(u32, u32, f64)], records: (usize, usize), threshold: f64) -> Assignment {
    let scored = |&(left, right, odds): &(u32, u32, f64)| Scored {
        left,
        right,
        passes: 1,
        odds,
        probability: 0.0,
    };
    let mut pairs: Vec<Scored> = edges.iter().map(scored).collect();
    pairs.sort_by_key(|p| (p.left, p.right));
    assign(pairs, records, threshold)
}

/// Marginals by listing every matching.
fn brute(edges: &[(u32, u32, f64)]) -> Vec<f64> {
    let mut weight_with = vec![0.0; edges.len()];
    let mut total = 0.0;
    for set in 0u32..1 << edges.len() {
        let chosen: Vec<usize> = (0..edges.len()).filter(|i| set >> i & 1 == 1).collect();
        let clash = chosen.iter().any(|&i| {
            chosen
                .iter()
                .any(|&j| i < j && (edges[i].0 == edges[j].0 || edges[i].1 == edges[j].1))
        });
        if clash {
            continue;
        }
        let weight: f64 = chosen.iter().map(|&i| edges[i].2).product();
        total += weight;
        for i in chosen {
            weight_with[i] += weight;
        }
    }
    weight_with.into_iter().map(|w| w / total).collect()
}

#[test]
fn marginals_are_exact_on_trees() {
    let tree = [
        (0, 0, 50.0),
        (0, 1, 3.0),
        (1, 1, 200.0),
        (2, 1, 7.0),
        (2, 2, 0.5),
    ];
    let got = run(&tree, (3, 3), 0.5);
    for (p, want) in got.pairs.iter().zip(brute(&tree)) {
        assert!(
            (p.probability - want).abs() < 1e-9,
            "{} {want}",
            p.probability
        );
    }
}

#[test]
fn a_tie_is_ambiguous_on_both_sides_whatever_the_order() {
    for swap in [false, true] {
        let (x, y) = if swap { (1, 0) } else { (0, 1) };
        let a = run(&[(x, 0, 1e6), (y, 0, 1e6)], (2, 1), 0.5);
        assert!(a.links.is_empty());
        assert!(
            a.left
                .iter()
                .all(|v| v.status == Status::Ambiguous && v.rivals == 1)
        );
        assert_eq!(
            (a.right[0].status, a.right[0].rivals),
            (Status::Ambiguous, 1)
        );
    }
    // Also when the threshold is so low that each reaches it by itself.
    assert!(
        run(&[(0, 0, 1e6), (1, 0, 1e6)], (2, 1), 0.3)
            .links
            .is_empty()
    );
}

#[test]
fn a_record_claimed_elsewhere_is_no_rival() {
    // Record 1 on the right is claimed by record 1 on the left, so 0-0 stands.
    let a = run(&[(0, 0, 1e3), (0, 1, 1e3), (1, 1, 1e9)], (2, 2), 0.5);
    let links: Vec<(u32, u32)> = a
        .links
        .iter()
        .map(|&i| (a.pairs[i as usize].left, a.pairs[i as usize].right))
        .collect();
    assert_eq!(links, [(0, 0), (1, 1)]);
    assert_eq!(a.left[0].link, Some(0));
}

#[test]
fn without_candidates_there_is_no_link() {
    let a = run(&[(0, 0, 1e-9)], (2, 1), 0.5);
    assert!(a.pairs.is_empty());
    assert!(
        a.left
            .iter()
            .all(|v| v.status == Status::NoLink && v.probability == 0.0 && v.rivals == 0)
    );
}

#[test]
fn a_tie_of_many_is_ambiguous_and_a_clear_loser_is_not() {
    let tie: Vec<(u32, u32, f64)> = (0..6).map(|l| (l, 0, 1e6)).collect();
    let a = run(&tie, (6, 1), 0.5);
    assert!(
        a.left
            .iter()
            .all(|v| v.status == Status::Ambiguous && v.rivals == 5)
    );
    // By itself record 1 would be a link too, but record 0 is a thousand times likelier.
    let a = run(&[(0, 0, 1e6), (1, 0, 1e3)], (2, 1), 0.5);
    assert_eq!((a.left[0].status, a.left[0].rivals), (Status::Linked, 0));
    assert_eq!((a.left[1].status, a.left[1].rivals), (Status::NoLink, 1));
}

#[test]
fn the_highest_odds_are_links_and_equal_ones_are_ambiguous() {
    let run = |edges: &[(u32, u32, f64)]| {
        let scored = |&(left, right, odds): &(u32, u32, f64)| Scored {
            left,
            right,
            passes: 1,
            odds,
            probability: 0.0,
        };
        let a = assign_highest(edges.iter().map(scored).collect(), (4, 4));
        let link = |i: &u32| (a.pairs[*i as usize].left, a.pairs[*i as usize].right);
        let links: Vec<(u32, u32)> = a.links.iter().map(link).collect();
        (
            links,
            a.left
                .iter()
                .map(|v| (v.status, v.rivals))
                .collect::<Vec<_>>(),
        )
    };
    let (alone, tied) = ((Status::NoLink, 0), (Status::Ambiguous, 1));
    // Two links of middling odds do not outdo one of high odds.
    let (links, left) = run(&[(0, 0, 256.0), (0, 1, 16.0), (1, 0, 16.0)]);
    assert_eq!(links, [(0, 0)]);
    assert_eq!(left[..2], [(Status::Linked, 0), (Status::NoLink, 1)]);
    // Who is in a tie is no link of lower odds either.
    let (links, left) = run(&[(0, 0, 256.0), (1, 0, 256.0), (2, 0, 16.0), (3, 3, 1.0)]);
    assert_eq!(links, [(3, 3)]);
    assert_eq!(left[..2], [tied, tied]);
    assert_eq!((left[2].0, left[3]), (Status::NoLink, (Status::Linked, 0)));
    // One is free again when its rival is linked to somebody of higher odds.
    let (links, left) = run(&[(0, 0, 16.0), (0, 1, 16.0), (1, 1, 256.0)]);
    assert_eq!(links, [(0, 0), (1, 1)]);
    assert_eq!(left[2], alone);
}

proptest! {
    /// No record is linked twice, probabilities of a record sum to at most one, and renaming the
    /// records changes nothing.
    #[test]
    fn one_to_one_and_blind_to_order(odds in prop::collection::btree_map((0u32..5, 0u32..5), 0.001f64..1e6, 0..12), threshold in 0.2f64..0.9) {
        let edges: Vec<(u32, u32, f64)> = odds.iter().map(|(k, o)| (k.0, k.1, *o)).collect();
        let a = run(&edges, (5, 5), threshold);
        for side in [&a.left, &a.right] {
            prop_assert_eq!(side.iter().filter(|v| v.status == Status::Linked).count(), a.links.len());
        }
        for r in 0..5 {
            let sum: f64 = a.pairs.iter().filter(|p| p.left == r).map(|p| p.probability).sum();
            prop_assert!(sum < 1.0 + 1e-3);
        }
        let mirrored: Vec<(u32, u32, f64)> = edges.iter().map(|e| (4 - e.0, 4 - e.1, e.2)).collect();
        let b = run(&mirrored, (5, 5), threshold);
        for (r, verdict) in a.left.iter().enumerate() {
            prop_assert_eq!(verdict.status, b.left[4 - r].status);
        }
    }
}
