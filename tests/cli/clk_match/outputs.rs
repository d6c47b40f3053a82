//! What is written: groups, scores and permutations, as the service gives them.

use serde_json::{Value, json};

use super::{args, dir, matched};
use crate::harness::words;

#[test]
fn groups_as_the_service_gives_them_and_as_the_old_command_line_does() {
    let dir = dir();
    let done = matched(&dir, "--threshold 0.8 --json");
    assert_eq!(
        dir.read("out"),
        r#"{"groups": [[[0, 0], [1, 1]], [[0, 1], [1, 2]]]}"#
    );
    for words in [
        "a.json: 3 CLKs of 16 bits",
        "9 pairs compared",
        "4 pairs at or above 0.8, 2 groups",
        "warning: classic",
    ] {
        assert!(done.err.contains(words), "{words}: {}", done.err);
    }
    let summary = done.json();
    assert_eq!(
        (&summary["pairs"], &summary["groups"], &summary["compared"]),
        (&json!(4), &json!(2), &json!(9))
    );

    matched(&dir, "--threshold 1 --output find-similarity --force");
    let text = "[\n    [\n        [\n            0,\n            0\n        ],\n        [\n            1,\n            1\n        ]\n    ]\n]";
    assert_eq!(dir.read("out"), text);
    dir.write("b.json", r#"{"clks": ["AA8="]}"#);
    matched(&dir, "--threshold 1 --output find-similarity --force");
    assert_eq!(dir.read("out"), "[]");
    let quiet = matched(&dir, "--threshold 1 --force --quiet");
    assert_eq!(
        quiet.err.lines().count(),
        1,
        "the warning alone: {}",
        quiet.err
    );
    assert_eq!(dir.read("out"), r#"{"groups": []}"#);
}

#[test]
fn scores_are_doubles_and_the_threshold_is_inclusive() {
    let dir = dir();
    // 0 - 1: 8 of 8 and 8. 1 - 2: 8 of 8 and 9. 0 - 2: 7 of 8 and 9. 1 - 1: 7 of 8 and 8.
    matched(&dir, "--threshold 0.875 --output similarity_scores");
    assert_eq!(
        dir.read("out"),
        r#"{"similarity_scores": [[[0, 0], [1, 1], 1.0], [[0, 1], [1, 2], 0.9411764705882353], [[0, 1], [1, 1], 0.875]]}"#
    );
    matched(
        &dir,
        "--threshold 0.8750000000000001 --output similarity-scores --force",
    );
    assert_eq!(
        dir.json("out")["similarity_scores"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    matched(&dir, "--threshold 0 --output similarity_scores --force");
    let scores = dir.json("out");
    let scores = scores["similarity_scores"].as_array().unwrap();
    assert_eq!(scores.len(), 9, "at 0 every pair counts");
    assert_eq!(scores[8], json!([[0, 2], [1, 2], 0.0]));
    matched(
        &dir,
        "--threshold 0.1 -k 1 --output similarity_scores --force",
    );
    assert_eq!(
        dir.read("out"),
        r#"{"similarity_scores": [[[0, 0], [1, 1], 1.0], [[0, 1], [1, 2], 0.9411764705882353]]}"#
    );
}

#[test]
fn permutations_put_linked_records_to_the_same_places() {
    let dir = dir();
    dir.write("b.json", r#"{"clks": ["AA8=", "/wA=", "/sA=", "AA8="]}"#);
    let asked = "--threshold 0.8 --output permutations";
    let check = || {
        let of = |n: usize| {
            let file = dir.json(&format!("out/permutation-{n}.json"));
            assert_eq!(file["rows"], 3, "places of the smaller dataset");
            let places = file["permutation"].as_array().unwrap().clone();
            places
                .iter()
                .map(|p| p.as_u64().unwrap() as usize)
                .collect::<Vec<_>>()
        };
        let (a, b) = (of(0), of(1));
        let mask = dir.json("out/mask.json")["mask"].clone();
        assert_eq!(
            (a.len(), b.len(), mask.as_array().unwrap().len()),
            (3, 4, 3)
        );
        assert!(a[0] == b[1] && a[1] == b[2]);
        let set: Vec<&Value> = mask.as_array().unwrap().iter().collect();
        assert_eq!(
            (set[a[0]], set[a[1]], set[a[2]]),
            (&json!(1), &json!(1), &json!(0))
        );
    };
    matched(&dir, asked);
    check();
    assert_eq!(
        dir.names(),
        [
            "a.json",
            "b.json",
            "out/mask.json",
            "out/permutation-0.json",
            "out/permutation-1.json"
        ]
    );
    dir.fails(
        &args(asked),
        1,
        &["mask.json", "it exists already", "--force"],
    );
    let seeded = format!("{asked} --force --test-seed 7");
    matched(&dir, &seeded);
    check();
    let first = dir.read("out/permutation-1.json");
    matched(&dir, &seeded);
    assert_eq!(dir.read("out/permutation-1.json"), first);
    dir.fails(
        &words("clk match a.json b.json a.json -o three --threshold 0.8 --output permutations"),
        2,
        &["two parties"],
    );
}
