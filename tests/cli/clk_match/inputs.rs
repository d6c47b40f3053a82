//! What is read: CLKs as JSON, as bytes and as tables, their blocks, and what cannot be matched.

use super::{A, B, args, dir, matched};
use crate::harness::words;

#[test]
fn blocks_in_a_file_beside_and_in_the_same_file() {
    let dir = dir();
    // Records 0 of a and 1 of b are equal, but share no block.
    dir.write("a.blocks", r#"{"blocks": {"1": ["x", "y"], "0": ["z"]}, "meta": {"source": {"clk_count": [1000000000]}}}"#);
    dir.write("b.blocks", r#"{"blocks": {"1": ["x"], "2": ["y", "x"]}}"#);
    let scores = "--threshold 0.8 --output similarity_scores --force";
    let beside = format!("{scores} --blocks a.blocks --blocks b.blocks");
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
    matched(&dir, scores);
    assert_eq!(dir.read("out"), expected);
    dir.fails(&args(&beside), 2, &["has blocks already"]);
    dir.write("a.json", A);
    dir.fails(
        &args(scores),
        4,
        &["b.json", "this file has blocks, the first one has none"],
    );
    dir.fails(
        &args(&format!("{scores} --blocks a.blocks")),
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
    matched(&dir, "--threshold 0.8");
    let groups = dir.read("out");
    let (a, b) = ([0xff, 0, 0xfe, 0x80, 0, 0], [0, 0x0f, 0xff, 0, 0xfe, 0xc0]);
    dir.write("a.bin", a);
    dir.write("b.bin", b);
    let binary = words("clk match a.bin b.bin -o out --force --threshold 0.8");
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
        let done = dir.fails(&args("--threshold 0.8"), code, words);
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
        // Behind a space it would be an option.
        let sign = if threshold.starts_with('-') { '=' } else { ' ' };
        let asked = format!("--threshold{sign}{threshold}");
        dir.fails(&args(&asked), 2, &["from 0 to 1"]);
    }
    dir.fails(&args(""), 2, &["--threshold"]);
    dir.fails(
        &["clk", "match", "a.json", "-o", "out", "--threshold", "0.8"],
        2,
        &["two files"],
    );
    dir.fails(&args("--threshold 0.8 -k 0"), 2, &["-k"]);
    dir.fails(
        &args("--threshold 0.8 --output mapping"),
        2,
        &["find-similarity", "similarity_scores"],
    );
    dir.fails(
        &words("clk match a.json none.json -o out --threshold 0.8"),
        1,
        &["none.json", "no such file"],
    );
    dir.fails(
        &words("clk match a.json b.json -o b.json --threshold 0.8 --force"),
        2,
        &["overwrite an input"],
    );
    matched(&dir, "--threshold 0.8");
    dir.fails(
        &args("--threshold 0.8"),
        1,
        &["it exists already", "--force"],
    );
}
