//! Calls that cannot be meant: exit code 2, and a word on what can.

use crate::happy::k12_demo;
use crate::harness::{Dir, MATCH, encode_args, resolve_args};

#[test]
fn unknown_words() {
    let dir = Dir::with_project();
    for args in [
        &[][..],
        &["encoed"],
        &["encode"],
        &["match", "one.tokens", "--project", "p.toml", "-o", "r"],
        &["project", "new", "--party", "A b", "-o", "n.toml"],
        &["synth", "--records", "0", "-o", "s"],
        &["synth", "--parties", "1", "-o", "s"],
        &["demo", "--threads", "0"],
    ] {
        dir.fails(args, 2, &["Usage"][..usize::from(args.is_empty())]);
    }
    dir.fails(&["encoed"], 2, &["similar", "encode"]);
    dir.fails(
        &["project", "new", "--party", "a", "-o", "n.toml"],
        2,
        &["at least two parties"],
    );
    let twice = [
        "project", "new", "--party", "a", "--party", "a", "-o", "n.toml",
    ];
    dir.fails(&twice, 2, &["`a` is listed twice"]);
    let schema = [
        "project", "new", "--party", "a", "--party", "b", "--schema", "k13", "-o", "n.toml",
    ];
    dir.fails(
        &schema,
        2,
        &["there is no schema `k13`", "k12, k12-strict, clk"],
    );
}

#[test]
fn options_of_encode() {
    let dir = Dir::with_project();
    let with = |more: &[&str], code, texts: &[&str]| {
        let mut args = encode_args("t.csv", "a", "x.tokens").to_vec();
        args.extend(more);
        dir.fails(&args, code, texts);
    };
    with(&["--date-format", "ymd"], 2, &["iso", "compact"]);
    with(&["--delimiter", "x"], 2, &["comma"]);
    with(&["--map", "last"], 2, &["a field, `=` and a header"]);
    with(
        &["--map", "family=last_name"],
        2,
        &["no field of that name", "the fields are"],
    );
    with(
        &["--map", "last=last_name", "--map", "last=x"],
        2,
        &["given twice"],
    );
    with(
        &["--map", "last=first_name", "--map", "first=first_name"],
        2,
        &["the same column"],
    );
    with(
        &["--map", "last=last_nam"],
        3,
        &["t.csv:1:", "did you mean --map last=\"last_name\""],
    );
}

#[test]
fn thresholds_outside_of_zero_to_one() {
    let dir = Dir::with_project();
    dir.encode("t.csv", "a");
    dir.encode("t.csv", "b");
    for threshold in ["0", "1", "1.5", "NaN", "much"] {
        let args = [&MATCH[..], &["--threshold", threshold]].concat();
        dir.fails(&args, 2, &["threshold"]);
        assert!(!dir.path("r").exists());
    }
}

#[test]
fn help_and_version_are_data() {
    let dir = Dir::new();
    assert!(dir.ok(&["--help"]).out.contains("Usage: blindlink"));
    let version = dir.ok(&["--version"]).out;
    assert_eq!(
        version,
        format!("blindlink {}\n", env!("CARGO_PKG_VERSION"))
    );
    for verb in [
        "demo", "encode", "release", "inspect", "match", "resolve", "evaluate", "synth",
    ] {
        let help = dir.ok(&[verb, "--help"]).out;
        assert!(help.contains("Usage: blindlink"), "{verb}");
        assert!(!help.contains("test-seed"), "for tests only");
    }
}

#[test]
fn quiet_is_quiet() {
    let dir = Dir::with_project();
    let mut args = encode_args("t.csv", "a", "a.tokens").to_vec();
    args.push("--quiet");
    let done = dir.ok(&args);
    assert_eq!((done.out.as_str(), done.err.as_str()), ("", ""));
    dir.encode("t.csv", "b");
    for args in [
        &MATCH[..],
        &resolve_args("o.csv"),
        &["synth", "--records", "20", "-o", "s"],
    ] {
        let done = dir.ok(&[args, &["-q"]].concat());
        assert_eq!((done.out.as_str(), done.err.as_str()), ("", ""), "{args:?}");
    }
}

#[test]
fn a_price_is_a_threshold_by_another_name() {
    let dir = k12_demo("k12");
    let args = [
        "match",
        "district.tokens",
        "college.tokens",
        "--project",
        "p.toml",
        "-o",
        "r",
        "--force",
    ];
    let links = |option: &[&str]| {
        dir.ok(&[&args[..], option].concat());
        dir.read("r/links.csv")
    };
    let (all, dear) = (links(&[]), links(&["--price", "9"]));
    assert_eq!(dear, links(&["--threshold", "0.9"]));
    assert!(dear.lines().count() < all.lines().count());
    let fails = |option: &[&str], text| {
        dir.fails(&[&args[..], option].concat(), 2, &[text]);
    };
    fails(&["--price", "9", "--threshold", "0.9"], "--price");
    fails(&["--price", "0"], "above 0");
}
