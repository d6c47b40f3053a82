//! Progress as a program reads it, and silence where nobody asked for it.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::happy::k12_demo;
use crate::harness::{Dir, TABLE, encode_args};

/// The events on standard error, in their order; every other line must be no JSON.
fn events(err: &str) -> Vec<Value> {
    let lines = err.lines().filter(|l| l.starts_with('{'));
    lines.map(|l| serde_json::from_str(l).unwrap()).collect()
}

/// The fields of `event`.
fn fields(event: &Value) -> BTreeSet<&str> {
    let fields = event.as_object().unwrap().keys();
    fields.map(String::as_str).collect()
}

/// Checks the events of a run of `verb` that was done, and returns its steps.
fn check(verb: &str, events: &[Value]) -> Vec<String> {
    let (last, steps) = events.split_last().unwrap();
    assert_eq!(last["event"], "done");
    assert_eq!(last["exit_code"], 0);
    let mut names = Vec::new();
    let (mut share, mut elapsed) = (None, 0.0);
    for event in steps {
        assert_eq!(
            fields(event),
            BTreeSet::from([
                "event",
                "verb",
                "step",
                "done",
                "total",
                "share",
                "per_second",
                "eta_seconds",
                "elapsed_seconds",
            ])
        );
        assert_eq!(event["event"], "progress");
        assert_eq!(event["verb"], verb);
        let now = event["elapsed_seconds"].as_f64().unwrap();
        assert!(now >= elapsed, "time went back");
        elapsed = now;
        let step = event["step"].as_str().unwrap();
        let found = event["share"].as_f64();
        let is_same = names.last().is_some_and(|n| n == step);
        if !is_same || (share == Some(1.0) && found != share) {
            assert!(
                names.is_empty() || share == Some(1.0),
                "{step}: before the end"
            );
            names.push(step.to_owned());
            share = None;
        }
        if let Some(found) = found {
            assert!(Some(found) >= share, "{step}: the share fell");
            assert!(found <= 1.0);
            share = Some(found);
        }
    }
    assert_eq!(share, Some(1.0), "the last step was not ended");
    assert!(last["elapsed_seconds"].as_f64().unwrap() >= elapsed);
    names
}

#[test]
fn events_of_a_match() {
    let dir = k12_demo("k12");
    let args = [
        "match",
        "district.tokens",
        "college.tokens",
        "--project",
        "p.toml",
        "-o",
        "told",
        "--json",
        "--progress",
        "json",
    ];
    let done = dir.ok(&args);
    let events = events(&done.err);
    let steps = check("match", &events);
    assert_eq!(steps.first().map(String::as_str), Some("read"));
    assert_eq!(steps.last().map(String::as_str), Some("write"));
    let report: Value = serde_json::from_str(&done.out).unwrap();
    for pass in report["pairs"][0]["passes"].as_array().unwrap() {
        let step = format!("district - college: {}", pass["pass"].as_str().unwrap());
        assert!(steps.contains(&step), "{step}");
        let last = events.iter().rfind(|e| e["step"] == *step).unwrap();
        assert_eq!(last["done"], pass["candidates"], "{step}: units are pairs");
    }
    // Results do not depend on who listens.
    assert!(dir.bytes("told/links.csv") == dir.bytes("r/links.csv"));
}

#[test]
fn events_hold_nobody() {
    let dir = Dir::with_project();
    let mut args = encode_args("t.csv", "a", "a.tokens").to_vec();
    args.extend(["--progress", "json"]);
    let err = dir.ok(&args).err.to_lowercase();
    let told: Vec<&str> = err.lines().filter(|l| l.starts_with('{')).collect();
    check("encode", &events(&err));
    for cell in TABLE.lines().skip(1).flat_map(|row| row.split(',')) {
        // An id of two digits may be part of a number.
        let is_told = told.iter().any(|l| l.contains(&cell.to_lowercase()));
        assert!(cell.len() < 3 || !is_told, "{cell}");
    }
}

#[test]
fn a_run_that_fails_says_so_last() {
    let dir = Dir::with_project();
    let mut args = encode_args("t.csv", "c", "c.tokens").to_vec();
    args.extend(["--progress", "json"]);
    let done = dir.fails(&args, 4, &["error: "]);
    let last = done.err.lines().last().unwrap();
    let last: Value = serde_json::from_str(last).unwrap();
    assert_eq!(
        fields(&last),
        BTreeSet::from(["event", "verb", "exit_code", "elapsed_seconds"])
    );
    assert_eq!(
        (&last["event"], &last["verb"]),
        (&"failed".into(), &"encode".into())
    );
    assert_eq!(last["exit_code"], 4);
    assert!(events(&done.err).iter().all(|e| e["event"] != "done"));
}

#[test]
fn short_runs_are_silent_where_nobody_asked() {
    let dir = Dir::new();
    let done = dir.ok(&["synth", "--records", "200", "-o", "s"]);
    assert!(
        !done.err.contains("elapsed") && !done.err.contains('{'),
        "{}",
        done.err
    );
    let quiet = dir.ok(&["synth", "--records", "200", "-o", "q", "--quiet"]);
    assert_eq!(quiet.err, "");
}

#[test]
fn quiet_and_events_contradict_each_other() {
    let dir = Dir::new();
    for args in [
        ["--quiet", "--progress", "json", "synth", "-o", "s"],
        ["synth", "-o", "s", "--progress", "json", "--quiet"],
    ] {
        dir.fails(&args, 2, &["--quiet", "--progress json"]);
    }
}
