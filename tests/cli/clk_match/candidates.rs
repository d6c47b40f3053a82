//! Files of candidate pairs: written, merged, solved, and refused.

use super::{A, dir};
use crate::harness::words;

#[test]
fn candidate_pairs_are_written_merged_and_solved() {
    let dir = dir();
    dir.write("c.json", A);
    let all = "clk match a.json b.json c.json --threshold 0.8 -o";
    dir.line(&format!("{all} groups"));
    dir.line(&format!("{all} all.pairs --output candidates"));
    let bytes = dir.bytes("all.pairs");
    assert_eq!(bytes[..4], [1, 8, 4, 4]);
    assert_eq!((bytes.len() - 4) % 24, 0);
    let parts = [("a.json", "b.json"), ("b.json", "c.json")];
    for (i, (x, y)) in parts.into_iter().enumerate() {
        dir.line(&format!(
            "clk match {x} {y} --threshold 0.8 --output pairs -o {i}.pairs"
        ));
    }
    // The second part was of datasets 1 and 2.
    let mut second = dir.bytes("1.pairs");
    for pair in second[4..].chunks_exact_mut(24) {
        (pair[8], pair[12]) = (1, 2);
    }
    dir.write("1.pairs", &second);
    dir.line("clk match a.json c.json --threshold 0.8 --output candidates -o 2.pairs");
    let mut third = dir.bytes("2.pairs");
    third[4..]
        .chunks_exact_mut(24)
        .for_each(|pair| pair[12] = 2);
    dir.write("2.pairs", &third);
    let merge = "clk match --candidates 1.pairs 0.pairs 2.pairs -o";
    dir.line(&format!("{merge} merged.pairs --output candidates"));
    assert_eq!(dir.bytes("merged.pairs"), bytes);
    let done = dir.line(&format!("{merge} again"));
    assert_eq!(dir.read("again"), dir.read("groups"));
    assert!(
        done.err.contains("0.pairs: 4 candidate pairs") && !done.err.contains("warning"),
        "{}",
        done.err
    );
    dir.line(&format!(
        "{merge} some --threshold 1 --output similarity_scores"
    ));
    let some = dir.json("some")["similarity_scores"]
        .as_array()
        .unwrap()
        .clone();
    assert!(!some.is_empty() && some.iter().all(|pair| pair[2] == 1.0));
    // A pair that comes twice counts once: seen twice, it would stand for one that was not seen.
    dir.line("clk match --candidates all.pairs 0.pairs -o twice");
    assert_eq!(dir.read("twice"), dir.read("groups"));
}

#[test]
fn candidate_files_that_are_none_are_refused() {
    let dir = dir();
    let header = [1, 8, 1, 1];
    let pair = |score: f64, numbers: [u8; 4]| [&score.to_le_bytes()[..], &numbers].concat();
    let good = pair(0.9, [0, 1, 5, 7]);
    let refused = |bytes: Vec<u8>, words: &[&str]| {
        dir.write("x", bytes);
        dir.fails(
            &["clk", "match", "--candidates", "x", "-o", "out"],
            3,
            words,
        );
    };
    refused(vec![], &["too short"]);
    refused(vec![1, 8, 1], &["too short"]);
    refused(A.into(), &["not a file of candidate pairs"]);
    refused(vec![2, 8, 1, 1], &["not a file of candidate pairs"]);
    refused(vec![1, 255, 255, 255], &["not a file of candidate pairs"]);
    refused(vec![1, 8, 3, 1], &["not a file of candidate pairs"]);
    refused(
        [&header[..], &good, &good[..5]].concat(),
        &["cut off behind pair 1"],
    );
    refused(
        [&header[..], &good, &pair(0.95, [0, 1, 5, 8])].concat(),
        &["pair 2", "greater than that of the pair before"],
    );
    refused(
        [&header[..], &pair(f64::NAN, [0, 1, 5, 8])].concat(),
        &["pair 1", "no number"],
    );
    let far = [
        &[1, 8, 1, 8][..],
        &0.9f64.to_le_bytes(),
        &[0, 1],
        &[0; 8],
        &[255; 8],
    ]
    .concat();
    refused(far, &["pair 1", "above 4,294,967,294"]);
    dir.write("x", [&header[..], &good].concat());
    dir.fails(
        &words("clk match --candidates x -o out --output permutations"),
        2,
        &["do not say how many records"],
    );
    for option in ["--blocks b.json", "--hash-size 2", "-k 2", "--format json"] {
        let line = format!("clk match --candidates x -o out {option}");
        dir.fails(&words(&line), 2, &["cannot be used with"]);
    }
}
