//! Writes that fail, as on a disk that is full: nothing is half, and the log is what it was.

use super::{
    FILL, Random, Run, again, has_strace, points, run_of_destroy, run_of_encode, run_of_match,
};
use crate::custody::{agreed, encode, linked};

/// Lets a call of a run fail as on a full disk: every one, or as many as there are points.
fn fill(run: &Run<'_>, seed: u64) {
    let mut calls = run.calls(FILL);
    let mut random = Random::new(seed);
    while points() < 100 && calls.len() as u64 > points() {
        calls.remove(random.below(calls.len() as u64) as usize);
    }
    let mut failed = 0;
    for call in &calls {
        let dir = again(run.template);
        let before = std::fs::read(dir.path(run.log)).unwrap_or_default();
        let done = run.traced(&dir, call, "error=ENOSPC");
        let err = String::from_utf8_lossy(&done.stderr);
        let point = format!("{} {call:?}", run.name);
        assert!(
            matches!(done.status.code(), Some(0 | 1)),
            "{point}: {:?} {err}",
            done.status
        );
        assert!(!err.contains("panicked"), "{point}: {err}");
        failed += u32::from(!done.status.success());
        run.check(&dir, &before, &point);
        run.finish(&dir);
    }
    assert!(failed > 0, "{}: no run failed", run.name);
}

#[test]
fn a_disk_that_is_full_at_any_call_leaves_nothing_half() {
    if !has_strace() {
        return;
    }
    fill(&run_of_encode(&agreed()), 5);
    let linked = linked();
    let aside = linked.aside(&[]);
    fill(&run_of_match(&linked), 6);
    drop(aside);
    fill(&run_of_destroy(&linked), 7);
    let add = Run {
        name: "log add",
        template: &linked,
        folder: ".",
        line: "log add --project p.toml --note x -q".to_owned(),
        rerun: "",
        log: "p.log.jsonl",
        outputs: &[],
    };
    fill(&add, 8);
}

#[test]
fn a_limit_on_the_size_of_files_leaves_nothing_half() {
    let dir = agreed();
    let before = dir.files();
    for blocks in [1, 8, 64, 200] {
        let line = format!(
            "trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" {}",
            encode("district")
        );
        let done = dir.sh(&line);
        assert_eq!(done.code, 1, "{blocks}: {}", done.err);
        assert_eq!(dir.files(), before, "{blocks}");
    }
    // The log itself meets the limit: it is cut back to what it was.
    for i in 0..4 {
        dir.line(&format!("log add --project p.toml -q --note {i}"));
    }
    let log = dir.bytes("p.log.jsonl");
    let blocks = log.len() / 512 + 1;
    let line = format!(
        "trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" log add --project p.toml -q --note {}",
        "x".repeat(1500)
    );
    let done = dir.sh(&line);
    assert_eq!(done.code, 1, "{}", done.err);
    assert_eq!(dir.bytes("p.log.jsonl"), log);
    let done = dir.sh(&format!(
        "trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" {}",
        encode("college")
    ));
    assert_eq!(done.code, 1, "{}", done.err);
    assert_eq!(dir.bytes("p.log.jsonl"), log);
    assert!(!dir.path("college.tokens").exists());
}
