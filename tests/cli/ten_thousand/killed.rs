//! Runs that are killed with people in memory: no core file, and nothing in what they leave.

use std::io::{ErrorKind, Write as _};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::people::{Found, PEOPLE, Wanted, table};
use super::search;
use crate::harness::{Dir, KEY, encode_args, program};

/// Whether a program that a fault ends leaves a file in its folder, if it may.
fn cores_are_written() -> bool {
    let dir = Dir::new();
    let mut control = dir.command("sh");
    control.args(["-c", "ulimit -c unlimited && kill -SEGV $$"]);
    let _ = control.stderr(Stdio::null()).status();
    !dir.names().is_empty()
}

/// `sh` that lets core files be as large as may be, and then becomes the program.
fn with_cores(dir: &Dir) -> Command {
    let mut command = dir.command("sh");
    let line =
        "ulimit -c unlimited 2>/dev/null || ulimit -c \"$(ulimit -H -c)\"; exec \"$0\" \"$@\"";
    command.args(["-c", line]).arg(program());
    command
}

/// Sends `signal` until the program ends: the first may be taken for a fault of the stack, and answered by taking the
/// handler away.
fn end(child: &mut Child, signal: &str) {
    let pid = child.id().to_string();
    while child.try_wait().unwrap().is_none() {
        let mut kill = Command::new("kill");
        kill.args([signal, &pid]);
        kill.stderr(Stdio::null()).status().unwrap();
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The table comes out of a pipe that is not closed: when the last of it is written, the program has read nearly all people
/// and waits for more, however fast the machine is.
#[test]
fn a_program_that_is_killed_with_people_in_memory_writes_no_core() {
    let wanted = Wanted::new();
    let dir = Dir::new();
    dir.project("p.toml", &["a", "b"], "k12");
    dir.key("k", &KEY);
    let text = table(PEOPLE);
    let has_cores = cores_are_written();
    for signal in ["-SEGV", "-ABRT", "-KILL"] {
        let pipe = dir.path("in-pipe");
        let made = dir.command("mkfifo").arg("in-pipe").status().unwrap();
        assert!(made.success());
        let mut command = with_cores(&dir);
        command.args(encode_args("in-pipe", "a", "a.tokens"));
        command.stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // Waits until the program opens it.
        let mut writer = std::fs::OpenOptions::new().write(true).open(&pipe).unwrap();
        // The form is looked at first, and the file opened again.
        let mut rest = text.as_bytes();
        while !rest.is_empty() {
            match writer.write(rest) {
                Ok(n) => rest = &rest[n..],
                Err(e) if e.kind() == ErrorKind::BrokenPipe => {
                    assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
                    std::thread::yield_now();
                }
                Err(e) => panic!("{e}"),
            }
        }
        if let Ok(limits) = std::fs::read_to_string(format!("/proc/{}/limits", child.id())) {
            let line = limits.lines().find(|l| l.starts_with("Max core file size"));
            let words: Vec<&str> = line.unwrap().split_whitespace().collect();
            assert_eq!(words[4..6], ["0", "0"], "{line:?}");
        }
        end(&mut child, signal);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), None, "ended by {signal}");
        assert_eq!(wanted.find(&output.stderr), Found::default());
        std::fs::remove_file(pipe).unwrap();
        let names = dir.names();
        let cores: Vec<_> = names.iter().filter(|n| n.contains("core")).collect();
        assert!(cores.is_empty(), "{cores:?}, has_cores {has_cores}");
        search(&dir, &wanted, &[]);
    }
}

/// What an encoding that is long enough to have partitions leaves when it is killed: they, and files without a name.
#[test]
#[cfg_attr(
    debug_assertions,
    ignore = "three partitions take minutes in a slow program"
)]
fn nothing_is_in_what_a_killed_run_leaves() {
    let wanted = Wanted::new();
    let dir = Dir::new();
    dir.project("p.toml", &["a", "b"], "k12");
    dir.key("k", &KEY);
    dir.write("in-t.csv", table(140_000));
    let part = dir.path("a.tokens.partial/part-000000");
    let mut command = with_cores(&dir);
    command.args(encode_args("in-t.csv", "a", "a.tokens"));
    command.stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let start = Instant::now();
    while !part.exists() {
        assert!(start.elapsed() < Duration::from_secs(120), "no partition");
        assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
        std::thread::sleep(Duration::from_millis(1));
    }
    end(&mut child, "-KILL");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), None);
    assert_eq!(wanted.find(&output.stderr), Found::default());
    assert!(part.exists() && search(&dir, &wanted, &[]) >= 4);
}
