//! Runs that are killed: what they leave, and that they can be run to their end.

use std::process::Stdio;
use std::time::Duration;

use super::{
    ENCODED, Random, again, has_strace, points, run_of_destroy, run_of_encode, run_of_match,
    succeeds,
};
use crate::custody::{agreed, entries, linked};
use crate::harness::{Dir, program, words};

#[test]
fn encode_may_be_killed_anywhere() {
    run_of_encode(&agreed()).kill(1);
}

#[test]
fn match_may_be_killed_anywhere() {
    let linked = linked();
    // The copies that are matched have no key and no ref map: the operator works in them.
    let _aside = linked.aside(&[]);
    run_of_match(&linked).kill(2);
}

/// Files of the project that are held in the folder of the owner and the operator.
fn held(dir: &Dir) -> Vec<String> {
    let mut command = dir.command(program());
    command.args(words("status . operator --project p.toml --json"));
    let done = command.output().unwrap();
    let found: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    let begun = found["begun"]
        .as_array()
        .unwrap()
        .iter()
        .map(|b| b.as_str().unwrap().to_owned());
    let held = found["held"].as_array().unwrap().iter();
    let held = held.filter(|h| h["kind"] != "certificate");
    held.map(|h| h["path"].as_str().unwrap().to_owned())
        .chain(begun)
        .collect()
}

#[test]
fn destroy_may_be_killed_anywhere() {
    let template = linked();
    let run = run_of_destroy(&template);
    let before = held(&template).len();
    let mut blows = run.blows(3);
    let mut halves = 0;
    for point in 0..points() {
        let dir = again(&template);
        let log = dir.bytes(run.log);
        run.strike(&dir, &mut blows, point);
        let point = format!("destroy point {point}");
        run.check(&dir, &log, &point);
        let left = held(&dir);
        halves += usize::from(!left.is_empty() && left.len() < before);
        // What is said to be destroyed is not there.
        let there: Vec<String> = dir
            .files()
            .values()
            .map(|(_, hash)| blake3::Hash::from_bytes(*hash).to_string())
            .collect();
        let said = String::from_utf8_lossy(&dir.bytes(run.log)).into_owned();
        let said = &said[..said.rfind('\n').unwrap() + 1];
        for e in entries(said).iter().filter(|e| e["action"] == "destroyed") {
            let hash = e["file"]["blake3"].as_str().unwrap();
            let is_shared = entries(said)
                .iter()
                .filter(|e| e["file"]["blake3"] == hash && e["action"] == "destroying")
                .count()
                > 1;
            assert!(
                is_shared || !there.contains(&hash.to_owned()),
                "{point}: {} is there",
                e["file"]["name"]
            );
        }
        // A file that is not whole has no name of its own.
        for name in ENCODED
            .iter()
            .chain(&["operator/district.tokens", "operator/results/links.csv"])
        {
            let (now, then) = (std::fs::read(dir.path(name)), template.bytes(name));
            assert!(now.is_err() || now.unwrap() == then, "{point}: {name}");
        }
        run.finish(&dir);
        assert!(held(&dir).is_empty(), "{point}: {:?}", held(&dir));
        // Every file that was begun is in the log as destroyed, and in the certificate.
        let log = entries(&dir.read(run.log));
        let certificate = dir.read("c.json");
        for e in log.iter().filter(|e| e["action"] == "destroying") {
            let done =
                |d: &&serde_json::Value| d["action"] == "destroyed" && d["file"] == e["file"];
            assert!(
                log.iter().any(|d| done(&d)),
                "{point}: {}",
                e["file"]["name"]
            );
            assert!(
                certificate.contains(e["file"]["blake3"].as_str().unwrap()),
                "{point}"
            );
        }
    }
    assert!(points() < 20 || halves > 0, "no run was killed half way");
}

#[test]
fn what_was_entered_into_the_log_stays_whoever_is_killed() {
    let dir = agreed();
    let mut random = Random::new(4);
    let traced = has_strace();
    let mut acknowledged = Vec::new();
    for point in 0..points() {
        let add =
            [0, 1, 2].map(|n| format!("log add --project p.toml -q --note point-{point}-{n}"));
        let mut others: Vec<_> = (0..2)
            .map(|n| dir.command(program()).args(words(&add[n])).spawn().unwrap())
            .collect();
        let mut command;
        if traced && point % 2 == 0 {
            command = dir.command("strace");
            command.args([
                "-f",
                "-o",
                "/dev/null",
                "-e",
                "trace=write,fsync,ftruncate,lseek,flock,openat",
            ]);
            let at = 1 + random.below(20);
            command.args([
                "-e",
                &format!(
                    "inject=write,fsync,ftruncate,lseek,flock,openat:signal=SIGKILL:when={at}"
                ),
            ]);
            command.arg(program());
        } else {
            command = dir.command(program());
        }
        let mut victim = command
            .args(words(&add[2]))
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        if !(traced && point % 2 == 0) {
            std::thread::sleep(Duration::from_micros(random.below(40_000)));
            victim.kill().unwrap();
        }
        if victim.wait().unwrap().success() {
            acknowledged.push(format!("point-{point}-2"));
        }
        for (n, other) in others.iter_mut().enumerate() {
            assert!(other.wait().unwrap().success());
            acknowledged.push(format!("point-{point}-{n}"));
        }
        let mut command = dir.command(program());
        succeeds(command.args(["log", "verify", "p.log.jsonl"]), "the log");
        let text = String::from_utf8_lossy(&dir.bytes("p.log.jsonl")).into_owned();
        for note in &acknowledged {
            assert_eq!(
                text.matches(&format!("\"note\":\"{note}\"")).count(),
                1,
                "{note}"
            );
        }
    }
}
