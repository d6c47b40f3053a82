//! `clk match`: files of CLKs of other programs, and what an anonlink entity service would give of them.

use serde_json::{Value, json};

use crate::harness::{Dir, Done};

/// Three filters of 16 bits: 8 bits, 7 of these and another one, none.
const A: &str = r#"{"clks": ["/wA=", "/oA=", "AAA="]}"#;
/// The first of [`A`], its second with a bit more, and one that is like nobody.
const B: &str = r#"{"clks": ["AA8=", "/wA=", "/sA="]}"#;

fn dir() -> Dir {
    let dir = Dir::new();
    dir.write("a.json", A);
    dir.write("b.json", B);
    dir
}

fn args<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["clk", "match", "a.json", "b.json", "-o", "out"], more].concat()
}

fn matched(dir: &Dir, more: &[&str]) -> Done {
    dir.ok(&args(more))
}

fn json(dir: &Dir, name: &str) -> Value {
    serde_json::from_str(&dir.read(name)).unwrap()
}

#[test]
fn no_secret_of_an_owner_lies_where_files_are_matched() {
    let dir = dir();
    std::fs::create_dir(dir.path("in")).unwrap();
    std::fs::rename(dir.path("a.json"), dir.path("in/a.json")).unwrap();
    let args = [
        "clk",
        "match",
        "in/a.json",
        "b.json",
        "--threshold",
        "0.8",
        "-o",
        "out/g.json",
    ];
    std::fs::create_dir(dir.path("out")).unwrap();
    let secrets: [(&[u8], &str); 3] = [
        (&[7; 32], "a linkage key"),
        (b"blindlink-identity-1 00", "an identity"),
        (b"record_ref,student_id\n", "record refs"),
    ];
    for folder in ["", "in/", "out/"] {
        for (bytes, text) in secrets {
            let name = format!("{folder}x");
            dir.key(&name, bytes);
            let before = dir.files();
            let done = dir.run_as_it_lies(&args);
            dir.check_failure(
                &done,
                &before,
                4,
                &[text, &name, "where the operator works"],
            );
            std::fs::remove_file(dir.path(&name)).unwrap();
        }
    }
    assert_eq!(dir.run_as_it_lies(&args).code, 0);
}

#[test]
fn groups_as_the_service_gives_them_and_as_the_old_command_line_does() {
    let dir = dir();
    let done = matched(&dir, &["--threshold", "0.8", "--json"]);
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
    let summary: Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!(
        (&summary["pairs"], &summary["groups"], &summary["compared"]),
        (&json!(4), &json!(2), &json!(9))
    );

    matched(
        &dir,
        &["--threshold", "1", "--output", "find-similarity", "--force"],
    );
    let text = "[\n    [\n        [\n            0,\n            0\n        ],\n        [\n            1,\n            1\n        ]\n    ]\n]";
    assert_eq!(dir.read("out"), text);
    dir.write("b.json", r#"{"clks": ["AA8="]}"#);
    matched(
        &dir,
        &["--threshold", "1", "--output", "find-similarity", "--force"],
    );
    assert_eq!(dir.read("out"), "[]");
    let quiet = matched(&dir, &["--threshold", "1", "--force", "--quiet"]);
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
    matched(
        &dir,
        &["--threshold", "0.875", "--output", "similarity_scores"],
    );
    assert_eq!(
        dir.read("out"),
        r#"{"similarity_scores": [[[0, 0], [1, 1], 1.0], [[0, 1], [1, 2], 0.9411764705882353], [[0, 1], [1, 1], 0.875]]}"#
    );
    matched(
        &dir,
        &[
            "--threshold",
            "0.8750000000000001",
            "--output",
            "similarity-scores",
            "--force",
        ],
    );
    assert_eq!(
        json(&dir, "out")["similarity_scores"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    matched(
        &dir,
        &[
            "--threshold",
            "0",
            "--output",
            "similarity_scores",
            "--force",
        ],
    );
    let scores = json(&dir, "out");
    let scores = scores["similarity_scores"].as_array().unwrap();
    assert_eq!(scores.len(), 9, "at 0 every pair counts");
    assert_eq!(scores[8], json!([[0, 2], [1, 2], 0.0]));
    matched(
        &dir,
        &[
            "--threshold",
            "0.1",
            "-k",
            "1",
            "--output",
            "similarity_scores",
            "--force",
        ],
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
    let asked = ["--threshold", "0.8", "--output", "permutations"];
    let check = || {
        let of = |n: usize| {
            let file = json(&dir, &format!("out/permutation-{n}.json"));
            assert_eq!(file["rows"], 3, "places of the smaller dataset");
            let places = file["permutation"].as_array().unwrap().clone();
            places
                .iter()
                .map(|p| p.as_u64().unwrap() as usize)
                .collect::<Vec<_>>()
        };
        let (a, b) = (of(0), of(1));
        let mask = json(&dir, "out/mask.json")["mask"].clone();
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
    matched(&dir, &asked);
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
        &args(&asked),
        1,
        &["mask.json", "it exists already", "--force"],
    );
    let seeded = [&asked[..], &["--force", "--test-seed", "7"]].concat();
    matched(&dir, &seeded);
    check();
    let first = dir.read("out/permutation-1.json");
    matched(&dir, &seeded);
    assert_eq!(dir.read("out/permutation-1.json"), first);
    let three = [
        "clk",
        "match",
        "a.json",
        "b.json",
        "a.json",
        "-o",
        "three",
        "--threshold",
        "0.8",
        "--output",
        "permutations",
    ];
    dir.fails(&three, 2, &["two parties"]);
}

#[test]
fn candidate_pairs_are_written_merged_and_solved() {
    let dir = dir();
    dir.write("c.json", A);
    let all = [
        "clk",
        "match",
        "a.json",
        "b.json",
        "c.json",
        "--threshold",
        "0.8",
        "-o",
    ];
    dir.ok(&[&all[..], &["groups"]].concat());
    dir.ok(&[&all[..], &["all.pairs", "--output", "candidates"]].concat());
    let bytes = dir.bytes("all.pairs");
    assert_eq!(bytes[..4], [1, 8, 4, 4]);
    assert_eq!((bytes.len() - 4) % 24, 0);
    let parts = [("a.json", "b.json"), ("b.json", "c.json")];
    for (i, (x, y)) in parts.into_iter().enumerate() {
        let out = format!("{i}.pairs");
        dir.ok(&[
            "clk",
            "match",
            x,
            y,
            "--threshold",
            "0.8",
            "--output",
            "pairs",
            "-o",
            &out,
        ]);
    }
    // The second part was of datasets 1 and 2.
    let mut second = dir.bytes("1.pairs");
    for pair in second[4..].chunks_exact_mut(24) {
        (pair[8], pair[12]) = (1, 2);
    }
    dir.write("1.pairs", &second);
    dir.ok(&[
        "clk",
        "match",
        "a.json",
        "c.json",
        "--threshold",
        "0.8",
        "--output",
        "candidates",
        "-o",
        "2.pairs",
    ]);
    let mut third = dir.bytes("2.pairs");
    third[4..]
        .chunks_exact_mut(24)
        .for_each(|pair| pair[12] = 2);
    dir.write("2.pairs", &third);
    let merge = [
        "clk",
        "match",
        "--candidates",
        "1.pairs",
        "0.pairs",
        "2.pairs",
        "-o",
    ];
    dir.ok(&[&merge[..], &["merged.pairs", "--output", "candidates"]].concat());
    assert_eq!(dir.bytes("merged.pairs"), bytes);
    let done = dir.ok(&[&merge[..], &["again"]].concat());
    assert_eq!(dir.read("again"), dir.read("groups"));
    assert!(
        done.err.contains("0.pairs: 4 candidate pairs") && !done.err.contains("warning"),
        "{}",
        done.err
    );
    dir.ok(&[
        &merge[..],
        &["some", "--threshold", "1", "--output", "similarity_scores"],
    ]
    .concat());
    let some = json(&dir, "some")["similarity_scores"]
        .as_array()
        .unwrap()
        .clone();
    assert!(!some.is_empty() && some.iter().all(|pair| pair[2] == 1.0));
    // A pair that comes twice counts once: seen twice, it would stand for one that was not seen.
    dir.ok(&[
        "clk",
        "match",
        "--candidates",
        "all.pairs",
        "0.pairs",
        "-o",
        "twice",
    ]);
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
    let permutations = [
        "clk",
        "match",
        "--candidates",
        "x",
        "-o",
        "out",
        "--output",
        "permutations",
    ];
    dir.fails(&permutations, 2, &["do not say how many records"]);
    for option in [
        ["--blocks", "b.json"],
        ["--hash-size", "2"],
        ["-k", "2"],
        ["--format", "json"],
    ] {
        let args = [
            &["clk", "match", "--candidates", "x", "-o", "out"],
            &option[..],
        ]
        .concat();
        dir.fails(&args, 2, &["cannot be used with"]);
    }
}

#[test]
fn blocks_in_a_file_beside_and_in_the_same_file() {
    let dir = dir();
    // Records 0 of a and 1 of b are equal, but share no block.
    dir.write("a.blocks", r#"{"blocks": {"1": ["x", "y"], "0": ["z"]}, "meta": {"source": {"clk_count": [1000000000]}}}"#);
    dir.write("b.blocks", r#"{"blocks": {"1": ["x"], "2": ["y", "x"]}}"#);
    let scores = [
        "--threshold",
        "0.8",
        "--output",
        "similarity_scores",
        "--force",
    ];
    let beside = [
        &scores[..],
        &["--blocks", "a.blocks", "--blocks", "b.blocks"],
    ]
    .concat();
    let done = matched(&dir, &beside);
    let expected =
        r#"{"similarity_scores": [[[0, 1], [1, 2], 0.9411764705882353], [[0, 1], [1, 1], 0.875]]}"#;
    assert_eq!(dir.read("out"), expected);
    assert!(
        done.err
            .contains("a.json: 3 CLKs of 16 bits, of which 1 are in no block"),
        "{}",
        done.err
    );
    assert!(done.err.contains("3 pairs compared"), "{}", done.err);
    dir.write(
        "a.json",
        r#"{"clknblocks": [["/wA=", "z"], ["/oA=", "x", "y"], ["AAA="]]}"#,
    );
    dir.write(
        "b.json",
        r#"{"blocks": {"2": ["y", "x"], "1": ["x"]}, "encodings": ["AA8=", "/wA=", "/sA="]}"#,
    );
    matched(&dir, &scores);
    assert_eq!(dir.read("out"), expected);
    dir.fails(&args(&beside), 2, &["has blocks already"]);
    dir.write("a.json", A);
    dir.fails(
        &args(&scores),
        4,
        &["b.json", "this file has blocks, the first one has none"],
    );
    dir.fails(
        &args(&[&scores[..], &["--blocks", "a.blocks"]].concat()),
        2,
        &["2 files of CLKs and 1 of blocks"],
    );
    dir.write("b.json", B);
    dir.write("b.blocks", r#"{"blocks": {"1": ["x"], "3": ["y"]}}"#);
    dir.fails(
        &args(&beside),
        3,
        &["b.blocks", "the last of the 3 CLKs is number 2"],
    );
    dir.write("b.blocks", r#"{"blocks": {"1": ["x"], "1": ["y"]}}"#);
    dir.fails(&args(&beside), 3, &["b.blocks", "record 1 is listed twice"]);
}

#[test]
fn binary_uploads_and_tables_give_the_same() {
    let dir = dir();
    matched(&dir, &["--threshold", "0.8"]);
    let groups = dir.read("out");
    let (a, b) = ([0xff, 0, 0xfe, 0x80, 0, 0], [0, 0x0f, 0xff, 0, 0xfe, 0xc0]);
    dir.write("a.bin", a);
    dir.write("b.bin", b);
    let binary = [
        "clk",
        "match",
        "a.bin",
        "b.bin",
        "-o",
        "out",
        "--force",
        "--threshold",
        "0.8",
    ];
    let with = |more: &[&'static str]| [&binary[..], more].concat();
    dir.ok(&with(&["--format", "binary", "--hash-size", "2"]));
    assert_eq!(dir.read("out"), groups);
    dir.fails(&with(&["--format", "binary"]), 2, &["give --hash-size"]);
    dir.fails(
        &with(&["--format", "binary", "--hash-size", "4"]),
        3,
        &["a.bin", "6 bytes are no whole number"],
    );
    dir.fails(
        &with(&["--format", "binary", "--hash-size", "0"]),
        2,
        &["multiple of 8 bits"],
    );
    dir.fails(&with(&[]), 3, &["neither JSON nor a table"]);
    let numbered = |bytes: &[u8], order: [u8; 3]| -> Vec<u8> {
        let record = |n: u8| [&[0, 0, 0, n], &bytes[2 * usize::from(n)..][..2]].concat();
        order.into_iter().flat_map(record).collect()
    };
    dir.write("a.bin", numbered(&a, [2, 0, 1]));
    dir.write("b.bin", numbered(&b, [1, 2, 0]));
    dir.ok(&with(&["--format", "numbered", "--hash-size", "2"]));
    assert_eq!(dir.read("out"), groups);
    dir.write(
        "a.bin",
        "id,value\nZzyzx,/wA=\nQwertyuiop,/oA=\nAsdf,AAA=\n",
    );
    dir.write("b.bin", B);
    dir.ok(&with(&[]));
    assert_eq!(dir.read("out"), groups);
}

#[test]
fn what_cannot_be_matched_is_refused_and_nothing_is_written() {
    let dir = dir();
    let refused = |b: &str, code, words: &[&str]| {
        dir.write("b.json", b);
        let done = dir.fails(&args(&["--threshold", "0.8"]), code, words);
        assert!(
            !done.err.contains("Zzyzx") && !done.err.contains("/wA"),
            "{}",
            done.err
        );
    };
    refused(
        r#"{"clks": ["/wA=", "/wAA"]}"#,
        3,
        &["b.json:1: record 1", "24 bits, those before it have 16"],
    );
    refused(
        r#"{"clks": ["/w=="]}"#,
        3,
        &["b.json: CLKs of 8 bits, those of the first file have 16"],
    );
    refused(
        r#"{"clks": ["Zzyzx"]}"#,
        3,
        &["b.json:1: record 0: not base64"],
    );
    refused(
        r#"{"clks": ["/wB="]}"#,
        3,
        &["record 0", "bits behind the last byte"],
    );
    refused(r#"{"clks": []}"#, 3, &["the list of CLKs is empty"]);
    refused("", 3, &["the file is empty"]);
    refused("{\"clks\": [\"/wA=\"", 3, &["ends in the middle"]);
    refused("id,value\n", 3, &["no row"]);
    dir.write("b.json", B);
    for threshold in ["-0.1", "1.01", "NaN", "inf"] {
        let args = args(&["--threshold", threshold]);
        let args: Vec<&str> = if threshold.starts_with('-') {
            [
                &["clk", "match", "a.json", "b.json", "-o", "out"][..],
                &["--threshold=-0.1"],
            ]
            .concat()
        } else {
            args
        };
        dir.fails(&args, 2, &["from 0 to 1"]);
    }
    dir.fails(&args(&[]), 2, &["--threshold"]);
    dir.fails(
        &["clk", "match", "a.json", "-o", "out", "--threshold", "0.8"],
        2,
        &["two files"],
    );
    dir.fails(&args(&["--threshold", "0.8", "-k", "0"]), 2, &["-k"]);
    dir.fails(
        &args(&["--threshold", "0.8", "--output", "mapping"]),
        2,
        &["find-similarity", "similarity_scores"],
    );
    dir.fails(
        &[
            "clk",
            "match",
            "a.json",
            "none.json",
            "-o",
            "out",
            "--threshold",
            "0.8",
        ],
        1,
        &["none.json", "no such file"],
    );
    dir.fails(
        &[
            "clk",
            "match",
            "a.json",
            "b.json",
            "-o",
            "b.json",
            "--threshold",
            "0.8",
            "--force",
        ],
        2,
        &["overwrite an input"],
    );
    matched(&dir, &["--threshold", "0.8"]);
    dir.fails(
        &args(&["--threshold", "0.8"]),
        1,
        &["it exists already", "--force"],
    );
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let dir = Dir::new();
    // A fixed sequence of filters with many equal coefficients, so that order within a score matters.
    let clks = |from: usize| -> Vec<u8> {
        let bytes = (from..from + 600).flat_map(|i| {
            let bits = (i * i * 2_654_435_761) >> 7;
            [bits, bits >> 8 & bits >> 3, i % 7].map(|b| b as u8)
        });
        bytes.collect()
    };
    dir.write("a.json", clks(0));
    dir.write("b.json", clks(300));
    let mut first = None;
    for threads in ["1", "2", "5"] {
        let how = [
            "--format",
            "binary",
            "--hash-size",
            "3",
            "--force",
            "--threads",
            threads,
        ];
        let mut files = Vec::new();
        for output in ["candidates", "groups"] {
            matched(
                &dir,
                &[&["--threshold", "0.7", "--output", output], &how[..]].concat(),
            );
            files.push(dir.bytes("out"));
        }
        assert!(files[0].len() > 24 * 1000, "many pairs");
        assert!(
            *first.get_or_insert_with(|| files.clone()) == files,
            "{threads} threads"
        );
    }
}

#[test]
fn progress_is_told_by_numbers_alone() {
    let dir = dir();
    let done = matched(&dir, &["--threshold", "0.8", "--progress", "json"]);
    let events: Vec<Value> = done
        .err
        .lines()
        .filter(|l| l.starts_with('{'))
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    let of = |step: &str| events.iter().rfind(|e| e["step"] == step).cloned();
    assert_eq!(of("compare").unwrap()["done"], 9);
    assert_eq!(of("read").unwrap()["verb"], "clk");
    assert_eq!(events.last().unwrap()["event"], "done");
    assert!(
        !done
            .err
            .lines()
            .any(|l| l.starts_with('{') && l.contains("a.json"))
    );
}
