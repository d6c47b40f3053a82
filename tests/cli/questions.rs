//! The questions of `project new` and of `clk encode`, answered on a pseudo-terminal as a person answers them.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use assert_cmd::cargo::cargo_bin;
use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, unlockpt};
use rustix::termios::{LocalModes, tcgetattr};

use crate::harness::Dir;

/// Long enough for a busy machine; an answer takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(60);

/// A program on a terminal of its own.
struct Terminal {
    keys: File,
    /// The end that the program has.
    theirs: OwnedFd,
    screen: Receiver<Vec<u8>>,
    /// All that was shown.
    shown: String,
    /// Where what was asked for last ends in it.
    asked: usize,
}

impl Terminal {
    /// Waits until `text` is shown.
    fn expect(&mut self, text: &str) {
        loop {
            if let Some(at) = self.shown[self.asked..].find(text) {
                self.asked += at + text.len();
                return;
            }
            let more = self.screen.recv_timeout(PATIENCE);
            let more = more.unwrap_or_else(|_| panic!("`{text}` is not in: {}", self.shown));
            self.shown.push_str(&String::from_utf8_lossy(&more));
        }
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
    }

    /// Presses `keys` when the program has turned the echo off. It does so after its question is shown, and throws away what was
    /// pressed between the two: no person is so quick, a test is.
    fn press_unseen(&mut self, keys: &str) {
        let began = Instant::now();
        while tcgetattr(&self.theirs)
            .unwrap()
            .local_modes
            .contains(LocalModes::ECHO)
        {
            assert!(began.elapsed() < PATIENCE, "the echo stays on");
            std::thread::sleep(Duration::from_millis(1));
        }
        self.press(keys);
    }
}

/// Runs `blindlink args` in `dir` with standard input and standard error on a terminal, and lets `person` answer. Returns the exit
/// code.
fn on_a_terminal(dir: &Dir, args: &[&str], person: impl FnOnce(&mut Terminal)) -> Option<i32> {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&ours).unwrap();
    unlockpt(&ours).unwrap();
    let theirs = ioctl_tiocgptpeer(&ours, OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    let half = |fd: &OwnedFd| fd.try_clone().unwrap();
    let mut child = Command::new(cargo_bin("blindlink"))
        .args(args)
        .current_dir(dir.work())
        .env("TERM", "xterm")
        .stdin(Stdio::from(half(&theirs)))
        .stderr(Stdio::from(half(&theirs)))
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let (send, screen) = channel();
    let mut output = File::from(half(&ours));
    std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        // At the end of the program Linux says so by an error.
        while let Ok(n @ 1..) = output.read(&mut bytes) {
            if send.send(bytes[..n].to_vec()).is_err() {
                return;
            }
        }
    });
    let mut terminal = Terminal {
        keys: File::from(ours),
        theirs,
        screen,
        shown: String::new(),
        asked: 0,
    };
    person(&mut terminal);
    let began = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if began.elapsed() > PATIENCE {
            child.kill().unwrap();
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    child.wait().unwrap().code()
}

const NEW: [&str; 8] = [
    "project", "new", "--party", "north", "--party", "south", "-o", "p.toml",
];

#[test]
fn the_answers_are_the_agreement() {
    let dir = Dir::new();
    let last_day = format!("{}-06-30", jiff::Zoned::now().year() + 1);
    let code = on_a_terminal(&dir, &NEW, |person| {
        person.expect("Put the written agreement in now");
        person.press("y");
        for (question, answer) in [
            ("Name of the project", "Zzyzx study"),
            ("Purpose", "to see whether pupils of Zzyzx go on"),
            ("Number of the agreement", "Z-26-1"),
        ] {
            person.expect(question);
            person.press(&format!("{answer}\r"));
        }
        person.expect("FERPA exception");
        person.expect("studies");
        // One down: the second one.
        person.press("\x1b[B");
        person.press("\r");
        person.expect("Authorised representative");
        person.press("Registrar of Zzyzx\r");
        person.expect("Last day");
        person.press("2001-01-01\r");
        person.expect("this day is over");
        person.press(&format!("{last_day}\r"));
        person.expect("Least number of students");
        person.press("\r");
        person.expect("Data elements");
        person.press("\r");
        for role in ["north", "south", "custodian", "operator"] {
            for (what, answer) in [
                ("organisation", format!("Office of {role}")),
                ("person", format!("Qq Zzyzx of {role}")),
                ("mail or telephone", format!("{role}@zzyzx.example")),
            ] {
                person.expect(&format!("{role}: {what}"));
                person.press(&format!("{answer}\r"));
            }
        }
    });
    assert_eq!(code, Some(0));
    let text = dir.read("p.toml");
    for line in [
        "name = \"Zzyzx study\"",
        "purpose = \"to see whether pupils of Zzyzx go on\"",
        "number = \"Z-26-1\"",
        "exception = \"34 CFR 99.31(a)(6): studies\"",
        "representative = \"Registrar of Zzyzx\"",
        &format!("destroy_by = \"{last_day}\""),
        "minimum_cell = 11",
        "contact = \"operator@zzyzx.example\"",
    ] {
        let agreement = text.split("\n[decision]").next().unwrap();
        assert!(text.contains(line), "{line} is not in {agreement}");
    }
    // Nothing is missing but public keys, which nobody asks for.
    let check = dir.run(&["project", "check", "p.toml"]);
    assert_eq!(check.code, 4);
    assert!(
        check.err.contains("0 contradictions, 3 missing"),
        "{}{}",
        check.out,
        check.err
    );
}

#[test]
fn who_says_no_gets_the_part_to_fill_in() {
    let dir = Dir::new();
    let code = on_a_terminal(&dir, &NEW, |person| {
        person.expect("Put the written agreement in now");
        person.press("n");
    });
    assert_eq!(code, Some(0));
    let text = dir.read("p.toml");
    assert!(text.contains("# [agreement]") && !text.contains("\n[agreement]"));
}

#[test]
fn the_secret_of_clkhash_is_asked_for_twice_and_not_shown() {
    let dir = Dir::new();
    dir.write(
        "schema.json",
        r#"{"version": 3, "clkConfig": {"l": 64, "kdf": {"type": "HKDF"}}, "features": [{"identifier": "name",
            "format": {"type": "string"}, "hashing": {"comparison": {"type": "ngram", "n": 2},
            "strategy": {"bitsPerFeature": 20}}}]}"#,
    );
    dir.write("t.csv", "name\nana\n");
    let args = [
        "clk",
        "encode",
        "t.csv",
        "--schema",
        "schema.json",
        "-o",
        "c.json",
    ];
    let mut shown = String::new();
    let code = on_a_terminal(&dir, &args, |person| {
        person.expect("Secret of the data owners");
        person.press_unseen("s3cr3t\r");
        person.expect("The same again");
        person.press_unseen("s3cr3t\r");
        person.expect("CLKs");
        shown.clone_from(&person.shown);
    });
    assert_eq!(code, Some(0));
    assert!(!shown.contains("s3cr3t"));
    // That of docs/spec/clk-encoding.md's vectors, made by clkhash.
    assert_eq!(dir.read("c.json"), r#"{"clks": ["oKKmQgoAgMI="]}"#);
}
