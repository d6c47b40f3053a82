//! Runs that are killed anywhere, and writes that fail anywhere: what has its name is whole, what was acknowledged is
//! there, and the next run goes on.
//!
//! `BLINDLINK_KILL_POINTS` says how many points are tried of each kind of run (6 by default; 125 make 500), and
//! `BLINDLINK_KILL_SEED` which. Half of them are after a random time, half, where `strace` is there, at a random system
//! call of those that change a file.

#![cfg(unix)]

mod full;
mod killed;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::custody::encode;
use crate::harness::{Dir, program, words};

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

/// A run of the program.
struct Run<'a> {
    name: &'a str,
    template: &'a Dir,
    /// The folder that it is run in.
    folder: &'a str,
    /// The words of it, and those that are added when it is run again.
    line: String,
    rerun: &'a str,
    /// The log, the files that the run makes or takes.
    log: &'a str,
    outputs: &'a [&'a str],
}

/// What is known of a whole run, and the numbers by which it is drawn where the next one is killed.
struct Blows {
    calls: Vec<(String, u64)>,
    length: Duration,
    random: Random,
}

impl Run<'_> {
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
        succeeds(command.arg(program()).args(words(&self.line)), self.name);
        let mut counts = BTreeMap::new();
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
        let mut most = BTreeMap::new();
        for ((call, _), n) in counts {
            let before: u64 = most.remove(&call).unwrap_or_default();
            most.insert(call, before.max(n));
        }
        let all = most
            .into_iter()
            .flat_map(|(call, n)| (1..=n).map(move |i| (call.clone(), i)));
        let all: Vec<_> = all.collect();
        assert!(!all.is_empty(), "{}: no call was seen", self.name);
        all
    }

    /// The run, in which `what` happens at one of its calls.
    fn traced(&self, dir: &Dir, (call, n): &(String, u64), what: &str) -> Output {
        let mut command = self.command(dir, "strace");
        command.args(["-f", "-o", "/dev/null", "-e", &format!("trace={call}")]);
        command.args(["-e", &format!("inject={call}:{what}:when={n}")]);
        command.arg(program());
        command.args(words(&self.line)).output().unwrap()
    }

    /// Runs it to its end, once or twice, to know it.
    fn blows(&self, seed: u64) -> Blows {
        let calls = if has_strace() {
            self.calls(CALLS)
        } else {
            Vec::new()
        };
        let start = Instant::now();
        self.finish(&again(self.template));
        Blows {
            calls,
            length: start.elapsed(),
            random: Random::new(seed),
        }
    }

    /// Runs it and kills it, every other time at a system call if these are known, else after a random time; returns
    /// whether it was killed before its end.
    fn strike(&self, dir: &Dir, blows: &mut Blows, point: u64) -> bool {
        if !blows.calls.is_empty() && point.is_multiple_of(2) {
            let call = blows.random.below(blows.calls.len() as u64) as usize;
            let done = self.traced(dir, &blows.calls[call], "signal=SIGKILL");
            return !done.status.success();
        }
        let mut command = self.command(dir, program());
        command.args(words(&self.line));
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let after = blows.random.below(blows.length.as_micros() as u64 + 1);
        std::thread::sleep(Duration::from_micros(after));
        child.kill().unwrap();
        !child.wait().unwrap().success()
    }

    /// Kills it at random points and looks at what is left.
    fn kill(&self, seed: u64) {
        let mut blows = self.blows(seed);
        let mut killed = 0;
        for point in 0..points() {
            let dir = again(self.template);
            let before = std::fs::read(dir.path(self.log)).unwrap_or_default();
            killed += u32::from(self.strike(&dir, &mut blows, point));
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
        let mut command = self.command(dir, program());
        command.args(words(&self.line)).args(words(self.rerun));
        succeeds(&mut command, self.name);
        self.check(dir, &[], self.name);
    }

    /// What has a name is whole and in the log, and the log has at least what it had.
    fn check(&self, dir: &Dir, before: &[u8], point: &str) {
        let log = std::fs::read(dir.path(self.log)).unwrap_or_default();
        assert!(log.starts_with(before), "{point}: entries are lost");
        if dir.path(self.log).exists() {
            let mut command = dir.command(program());
            succeeds(command.args(["log", "verify", self.log]), point);
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

/// Runs a program, which must succeed. It may find what a killed one has left.
fn succeeds(command: &mut Command, what: &str) -> Output {
    let done = command.output().unwrap();
    let err = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{what}: {err}");
    done
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
        line: encode("district"),
        rerun: "--resume --force",
        log: "p.log.jsonl",
        outputs: &ENCODED,
    }
}

fn run_of_match(template: &Dir) -> Run<'_> {
    Run {
        name: "match",
        template,
        folder: "operator",
        line: MATCH.to_owned(),
        rerun: "--resume --force",
        log: "operator/p.log.jsonl",
        outputs: &MATCHED,
    }
}

fn run_of_destroy(template: &Dir) -> Run<'_> {
    Run {
        name: "destroy",
        template,
        folder: ".",
        line: "destroy . operator --project p.toml --certificate c.html --yes -q".to_owned(),
        rerun: "--leftovers --force",
        log: "p.log.jsonl",
        outputs: &["c.html", "c.json"],
    }
}
