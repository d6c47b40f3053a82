//! Matches that are larger than memory, interrupted, or have a block that is too large.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::happy::encode;
use crate::harness::{Dir, Files, KEY, RESULTS, program};

/// Token files of invented students, and what a match of them gives, in `whole`.
fn matched(records: &str) -> Dir {
    let dir = Dir::new();
    dir.project("p.toml", &["district", "college"], "k12");
    dir.key("k", &KEY);
    dir.ok(&["synth", "--records", records, "-o", "s"]);
    for party in ["district", "college"] {
        encode(&dir, &format!("s/{party}.csv"), party, &[]);
    }
    dir.ok(&args("whole", &[]));
    dir
}

fn args<'a>(out: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut args = vec![
        "match",
        "district.tokens",
        "college.tokens",
        "--project",
        "p.toml",
    ];
    args.extend(["-o", out]);
    args.extend(more);
    args
}

fn same(dir: &Dir, out: &str) {
    for name in RESULTS {
        let (a, b) = (
            dir.bytes(&format!("whole/{name}")),
            dir.bytes(&format!("{out}/{name}")),
        );
        assert!(a == b, "{name} differs");
    }
}

/// The parts that an unfinished match to `out` has left.
fn parts(dir: &Dir, out: &str) -> Vec<String> {
    let prefix = format!("{out}.partial/part-");
    dir.names()
        .into_iter()
        .filter(|n| n.starts_with(&prefix))
        .collect()
}

/// A match to `r` that has come to its last step and could not take it, since something stood in the
/// way; which is then gone.
fn stopped_at_the_end(dir: &Dir) {
    std::fs::create_dir_all(dir.path("r/links.csv/in-the-way")).unwrap();
    let done = dir.run(&args("r", &["--memory", "64MiB", "--force"]));
    assert_eq!(done.code, 1, "{}", done.err);
    assert!(parts(dir, "r").len() >= 6, "{:?}", parts(dir, "r"));
    std::fs::remove_dir_all(dir.path("r/links.csv")).unwrap();
}

#[test]
fn a_bound_on_memory_changes_nothing() {
    let dir = matched("15000");
    let little = args("x", &["--memory", "1MiB"]);
    let refused = dir.fails(&little, 2, &["--memory 1MiB is not enough", "give"]);
    let (_, least) = refused.err.split_once("give ").unwrap();
    let least = least.split_whitespace().next().unwrap();
    let bound = ["--memory", least, "--force"];
    let plan = dir.ok(&args("r", &[&bound[..], &["--plan"]].concat())).out;
    assert!(plan.contains("in 2 parts"), "{plan}");
    for threads in ["1", "2", "7"] {
        dir.ok(&args("r", &[&bound[..], &["--threads", threads]].concat()));
        same(&dir, "r");
        assert!(parts(&dir, "r").is_empty());
    }
    dir.fails(&args("x", &["--memory", "much"]), 2, &["--memory"]);
}

#[test]
fn a_match_that_could_not_end_goes_on_from_its_finished_parts() {
    let dir = matched("3000");
    stopped_at_the_end(&dir);
    // As if it had been stopped before.
    let all = parts(&dir, "r");
    for part in &all[..all.len() / 2] {
        std::fs::remove_file(dir.path(part)).unwrap();
    }
    let done = dir.ok(&args("r", &["--memory", "64MiB", "--force", "--resume"]));
    assert!(
        done.err.contains("going on from the unfinished run"),
        "{}",
        done.err
    );
    same(&dir, "r");
    assert!(parts(&dir, "r").is_empty());
    let done = dir.ok(&args("r", &["--force", "--resume"]));
    assert!(done.err.contains("no unfinished run"), "{}", done.err);
    same(&dir, "r");
}

#[test]
fn what_is_not_its_own_is_not_gone_on_from() {
    let dir = matched("3000");
    stopped_at_the_end(&dir);
    let resume = |more: &[&'static str]| args("r", &[&["--force", "--resume"], more].concat());
    dir.fails(
        &resume(&["--memory", "65MiB"]),
        4,
        &["another --memory", "without --resume"],
    );
    // A damaged part, one of another pass under its name, one cut short.
    let all = parts(&dir, "r");
    let own = resume(&["--memory", "64MiB"]);
    let bytes = dir.bytes(&all[0]);
    let mut damaged = bytes.clone();
    damaged[bytes.len() / 2] ^= 1;
    for wrong in [
        damaged,
        dir.bytes(&all[1]),
        bytes[..bytes.len() - 1].to_vec(),
        vec![],
    ] {
        dir.write(&all[0], &wrong);
        dir.fails(&own, 3, &["damaged", all[0].as_str()]);
    }
    dir.write(&all[0], &bytes);
    // Of an earlier version.
    let header = dir.read("r.partial/run.json");
    dir.write(
        "r.partial/run.json",
        header.replace(env!("CARGO_PKG_VERSION"), "0.0.1"),
    );
    dir.fails(&own, 4, &["another version"]);
    dir.write("r.partial/run.json", &header);
    // Of these files before one was encoded again.
    let before: Files = dir.files();
    encode(&dir, "s/college.csv", "college", &["--force"]);
    dir.fails(&own, 4, &["other token files"]);
    assert!(before.keys().eq(dir.files().keys()));
    // Somebody else's folder of that name.
    dir.write("r.partial/notes.txt", "mine");
    dir.fails(&own, 1, &["something else"]);
    std::fs::remove_file(dir.path("r.partial/notes.txt")).unwrap();
    let done = dir.ok(&args("r", &["--force"]));
    assert!(done.err.contains("replaced"), "{}", done.err);
    assert!(parts(&dir, "r").is_empty());
}

#[test]
fn a_killed_match_goes_on() {
    let dir = matched("12000");
    let options = ["--memory", "128MiB", "--threads", "1"];
    let mut command = dir.command(program());
    command.args(args("r", &options)).stderr(Stdio::null());
    let aside = dir.aside(&[]);
    let mut child = command.spawn().unwrap();
    let start = Instant::now();
    while parts(&dir, "r").is_empty() && start.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    let status = child.wait().unwrap();
    drop(aside);
    assert!(!status.success(), "it ended before it could be killed");
    assert!(!dir.names().contains(&"r/links.csv".to_owned()));
    assert!(!parts(&dir, "r").is_empty());
    let done = dir.ok(&args("r", &[&options[..], &["--resume"]].concat()));
    assert!(done.err.contains("going on"), "{}", done.err);
    same(&dir, "r");
}

#[test]
fn a_block_over_the_cap_is_left_out_and_said() {
    let dir = matched("3000");
    let done = dir.ok(&args("r", &["--block-pairs", "3"]));
    assert!(
        done.err.contains("more candidate pairs than --block-pairs"),
        "{}",
        done.err
    );
    let report: serde_json::Value = serde_json::from_str(&dir.read("r/report.json")).unwrap();
    let pass = &report["pairs"][0]["passes"][0];
    let over = &pass["over_cap"];
    assert!(over["blocks"].as_u64().unwrap() > 0);
    assert!(over["pairs"].as_u64().unwrap() >= 4 * over["blocks"].as_u64().unwrap());
    assert!(pass["largest_block"].as_u64().unwrap() <= 3);
    dir.fails(&args("x", &["--block-pairs", "0"]), 2, &["--block-pairs"]);
}

#[test]
fn a_plan_counts_what_the_match_then_compares_and_writes_nothing() {
    let dir = matched("3000");
    let before = dir.files();
    let done = dir.ok(&args(
        "r",
        &["--plan", "--json", "--duplicates", "--block-pairs", "30"],
    ));
    assert_eq!(dir.files(), before);
    let plan: serde_json::Value = serde_json::from_str(&done.out).unwrap();
    dir.ok(&args("r", &["--duplicates", "--block-pairs", "30"]));
    let report: serde_json::Value = serde_json::from_str(&dir.read("r/report.json")).unwrap();
    let (planned, matched) = (
        plan["passes"].as_array().unwrap(),
        report["pairs"][0]["passes"].as_array().unwrap(),
    );
    // The two parties, and each with itself.
    assert_eq!(planned.len(), 3 * matched.len());
    for (p, m) in planned.iter().zip(matched) {
        for key in ["pass", "candidates", "blocks", "largest_block"] {
            assert_eq!(p[key], m[key], "{key}");
        }
        assert_eq!(p["blocks_over_cap"], m["over_cap"]["blocks"]);
    }
    assert!(planned[0]["blocks_over_cap"].as_u64().unwrap() > 0);
    for key in ["memory_bytes", "temporary_bytes", "result_bytes"] {
        assert!(plan[key].as_u64().unwrap() > 0, "{key}");
    }
    assert!(plan["seconds"].as_f64().unwrap() > 0.0);
    let said = dir.ok(&args("r2", &["--plan"])).out;
    for word in ["pairs", "memory", "disk", "time"] {
        assert!(said.contains(word), "{said}");
    }
    let at_once = args("r2", &["--plan", "--resume"]);
    dir.fails(&at_once, 2, &["--plan", "--resume"]);
}
