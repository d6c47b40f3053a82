//! Runs that are killed anywhere, and writes that fail anywhere: what has its name is whole, what was acknowledged is
//! there, and the next run goes on.
//!
//! `BLINDLINK_KILL_POINTS` says how many points are tried of each kind of run (6 by default; 125 make 500), and
//! `BLINDLINK_KILL_SEED` which. Half of them are after a random time, half, where `strace` is there, at a random system
//! call of those that change a file.

#![cfg(unix)]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::custody::{agreed, encode, entries, linked};
use crate::harness::{Dir, program};

/// System calls that change files.
const CALLS: &str = "write,pwrite64,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,ftruncate,openat,mkdir,linkat,rmdir";
/// Those of them that a full disk makes fail.
const FILL: &str =
    "write,pwrite64,fsync,fdatasync,rename,renameat,renameat2,ftruncate,mkdir,linkat";

fn points() -> u64 {
    let points = std::env::var("BLINDLINK_KILL_POINTS").ok();
    points.map_or(6, |p| p.parse().expect("a number of points"))
}

/// A stream of numbers that can be had again.
struct Random(u64);

impl Random {
    fn new(of: u64) -> Self {
        let seed = std::env::var("BLINDLINK_KILL_SEED").ok();
        Self(seed.map_or(1, |s| s.parse().expect("a seed")) * 1_000_003 + of)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(1);
        let hash = blake3::hash(&self.0.to_le_bytes());
        u64::from_le_bytes(hash.as_bytes()[..8].try_into().unwrap()) % n
    }
}

/// Whether `strace` is there and may trace.
fn has_strace() -> bool {
    let probe = Command::new("strace")
        .args(["-o", "/dev/null", "true"])
        .stderr(Stdio::null())
        .status();
    probe.is_ok_and(|s| s.success())
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

/// A folder that is as `template` is.
fn again(template: &Dir) -> Dir {
    let dir = Dir::new();
    copy(&template.work(), &dir.work());
    dir
}

/// A run: its words, and those with which it is run again. `{}` stands for nothing.
struct Run<'a> {
    name: &'a str,
    template: &'a Dir,
    /// The folder that it is run in.
    folder: &'a str,
    args: Vec<String>,
    rerun: Vec<&'a str>,
    /// The log, the files that the run makes or takes.
    log: &'a str,
    outputs: &'a [&'a str],
}

impl Run<'_> {
    fn again(&self) -> Vec<String> {
        let more = self.rerun.iter().map(|a| (*a).to_owned());
        self.args.iter().cloned().chain(more).collect()
    }

    /// A program, to be run in its folder.
    fn command(&self, dir: &Dir, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = dir.command(program);
        command.current_dir(dir.path(self.folder));
        command
    }

    /// The calls of a whole run that are among `wanted`: each with its number in the thread that makes most of them.
    fn calls(&self, wanted: &str) -> Vec<(String, u64)> {
        let dir = again(self.template);
        let trace = dir.path("trace.txt");
        let mut command = self.command(&dir, "strace");
        command.args(["-f", "-o"]).arg(&trace);
        command.args(["-e", &format!("trace={wanted}")]);
        let done = command.arg(program()).args(&self.args).output().unwrap();
        let err = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{err}");
        let mut counts = std::collections::BTreeMap::new();
        for line in std::fs::read_to_string(trace).unwrap().lines() {
            let mut words = line.split_whitespace();
            let (thread, call) = (words.next().unwrap(), words.next().unwrap_or_default());
            let call = call.split('(').next().unwrap();
            if wanted.split(',').any(|w| w == call) {
                *counts
                    .entry((call.to_owned(), thread.to_owned()))
                    .or_insert(0) += 1;
            }
        }
        let mut most = std::collections::BTreeMap::new();
        for ((call, _), n) in counts {
            let before: u64 = most.remove(&call).unwrap_or_default();
            most.insert(call, before.max(n));
        }
        let all = most
            .into_iter()
            .flat_map(|(call, n)| (1..=n).map(move |i| (call.clone(), i)));
        all.collect()
    }

    /// The run, in which `what` happens at one of its calls.
    fn traced(&self, dir: &Dir, (call, n): &(String, u64), what: &str) -> std::process::Output {
        let mut command = self.command(dir, "strace");
        command.args(["-f", "-o", "/dev/null", "-e", &format!("trace={call}")]);
        command.args(["-e", &format!("inject={call}:{what}:when={n}")]);
        command.arg(program()).args(&self.args).output().unwrap()
    }

    /// Kills it at random points and looks at what is left.
    fn kill(&self, seed: u64) {
        let mut random = Random::new(seed);
        let traced = has_strace();
        let calls = if traced {
            self.calls(CALLS)
        } else {
            Vec::new()
        };
        let start = Instant::now();
        self.finish(&again(self.template));
        let length = start.elapsed();
        let mut killed = 0;
        for point in 0..points() {
            let dir = again(self.template);
            let before = std::fs::read(dir.path(self.log)).unwrap_or_default();
            if traced && point % 2 == 0 {
                let call = &calls[random.below(calls.len() as u64) as usize];
                let done = self.traced(&dir, call, "signal=SIGKILL");
                killed += u32::from(!done.status.success());
            } else {
                let mut command = self.command(&dir, program());
                command
                    .args(&self.args)
                    .stdout(Stdio::null())
                    .stderr(Stdio::null());
                let mut child = command.spawn().unwrap();
                std::thread::sleep(Duration::from_micros(
                    random.below(length.as_micros() as u64 + 1),
                ));
                child.kill().unwrap();
                killed += u32::from(!child.wait().unwrap().success());
            }
            self.check(&dir, &before, &format!("{} point {point}", self.name));
            self.finish(&dir);
        }
        assert!(
            points() < 6 || killed > 0,
            "{}: no run was killed",
            self.name
        );
    }

    /// Runs it again to its end.
    fn finish(&self, dir: &Dir) {
        let done = self
            .command(dir, program())
            .args(self.again())
            .output()
            .unwrap();
        assert!(
            done.status.success(),
            "{}: {}",
            self.name,
            String::from_utf8_lossy(&done.stderr)
        );
        self.check(dir, &[], self.name);
    }

    /// What has a name is whole and in the log, and the log has at least what it had.
    fn check(&self, dir: &Dir, before: &[u8], point: &str) {
        let log = std::fs::read(dir.path(self.log)).unwrap_or_default();
        assert!(log.starts_with(before), "{point}: entries are lost");
        if dir.path(self.log).exists() {
            let done = dir
                .command(program())
                .args(["log", "verify", self.log])
                .output()
                .unwrap();
            assert!(
                done.status.success(),
                "{point}: {}",
                String::from_utf8_lossy(&done.stderr)
            );
        }
        let log = String::from_utf8_lossy(&log);
        for name in self.outputs {
            let path = dir.path(name);
            if path.exists() {
                whole(&path, point);
                let hash = blake3::hash(&std::fs::read(&path).unwrap()).to_string();
                assert!(log.contains(&hash), "{point}: {name} is not in the log");
            }
        }
    }
}

fn whole(path: &Path, point: &str) {
    let bytes = std::fs::read(path).unwrap();
    match path.extension().unwrap().to_str().unwrap() {
        "tokens" => {
            blindlink::token::TokenFile::open(path).unwrap_or_else(|e| panic!("{point}: {e}"));
        }
        "csv" => {
            assert_eq!(bytes.last(), Some(&b'\n'), "{point}: {}", path.display());
            let mut reader = csv::Reader::from_reader(&bytes[..]);
            assert!(
                reader.records().all(|r| r.is_ok()),
                "{point}: {}",
                path.display()
            );
        }
        "json" => {
            serde_json::from_slice::<serde_json::Value>(&bytes)
                .unwrap_or_else(|e| panic!("{point}: {e}"));
        }
        "html" => assert!(bytes.ends_with(b"</html>\n"), "{point}: {}", path.display()),
        other => panic!("no check of {other}"),
    }
}

fn words(line: &str) -> Vec<String> {
    line.split(' ').map(str::to_owned).collect()
}

const ENCODED: [&str; 3] = [
    "district.tokens",
    "district.refs.csv",
    "district.rejects.csv",
];
const MATCHED: [&str; 7] = [
    "operator/o/crosswalk-district.json",
    "operator/o/crosswalk-college.json",
    "operator/o/links.csv",
    "operator/o/pairs.csv",
    "operator/o/crosswalk-district.csv",
    "operator/o/crosswalk-college.csv",
    "operator/o/report.json",
];
const MATCH: &str = "match district.tokens college.tokens --project p.toml -o o --memory 64MiB -q";

fn run_of_encode(template: &Dir) -> Run<'_> {
    Run {
        name: "encode",
        template,
        folder: ".",
        args: words(&encode("district")),
        rerun: vec!["--resume", "--force"],
        log: "p.log.jsonl",
        outputs: &ENCODED,
    }
}

fn run_of_match(template: &Dir) -> Run<'_> {
    Run {
        name: "match",
        template,
        folder: "operator",
        args: words(MATCH),
        rerun: vec!["--resume", "--force"],
        log: "operator/p.log.jsonl",
        outputs: &MATCHED,
    }
}

fn run_of_destroy(template: &Dir) -> Run<'_> {
    Run {
        name: "destroy",
        template,
        folder: ".",
        args: words("destroy . operator --project p.toml --certificate c.html --yes -q"),
        rerun: vec!["--leftovers", "--force"],
        log: "p.log.jsonl",
        outputs: &["c.html", "c.json"],
    }
}

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
    let done = dir
        .command(program())
        .args(["status", ".", "operator", "--project", "p.toml", "--json"])
        .output()
        .unwrap();
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
    let mut random = Random::new(3);
    let calls = if has_strace() {
        run.calls(CALLS)
    } else {
        Vec::new()
    };
    let start = Instant::now();
    run.finish(&again(&template));
    let length = start.elapsed();
    let mut halves = 0;
    for point in 0..points() {
        let dir = again(&template);
        let log = dir.bytes(run.log);
        if !calls.is_empty() && point % 2 == 0 {
            let call = &calls[random.below(calls.len() as u64) as usize];
            run.traced(&dir, call, "signal=SIGKILL");
        } else {
            let mut child = dir
                .command(program())
                .args(&run.args)
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            std::thread::sleep(Duration::from_micros(
                random.below(length.as_micros() as u64 + 1),
            ));
            child.kill().unwrap();
            child.wait().unwrap();
        }
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
        let add = |n: u64| {
            words(&format!(
                "log add --project p.toml -q --note point-{point}-{n}"
            ))
        };
        let mut others: Vec<_> = (0..2)
            .map(|n| dir.command(program()).args(add(n)).spawn().unwrap())
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
        let mut victim = command.args(add(2)).stderr(Stdio::null()).spawn().unwrap();
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
        let done = dir
            .command(program())
            .args(["log", "verify", "p.log.jsonl"])
            .output()
            .unwrap();
        assert!(
            done.status.success(),
            "{}",
            String::from_utf8_lossy(&done.stderr)
        );
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
        args: words("log add --project p.toml --note x -q"),
        rerun: Vec::new(),
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
        dir.ok(&[
            "log",
            "add",
            "--project",
            "p.toml",
            "-q",
            "--note",
            &format!("{i}"),
        ]);
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
