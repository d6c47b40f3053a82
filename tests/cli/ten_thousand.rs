//! Ten thousand invented people through every verb, in success and in failure: none of their names and birthdates is in any
//! output, message, temporary file, leftover or core file.
//!
//! Each name is eight letters that no other word holds, and each birthdate is of one person alone. All bytes of all
//! files, and all that the program says, are gone through: as they are, and with zero bytes taken out, so that UTF-16 is
//! found too.

use std::collections::HashSet;
use std::fmt::Write as _;

use crate::harness::{Dir, Done, KEY, encode_args};

const PEOPLE: usize = 10_000;
/// Letters of a name, which starts with one of [`STARTS`].
const LETTERS: usize = 8;
const STARTS: [&[u8; 2]; 4] = [b"qz", b"xj", b"vw", b"jq"];
const HEADER: &str =
    "student_id,first_name,middle_name,last_name,suffix,birthdate,gender,nickname,maiden_name\n";
/// What every student id starts with, in small letters.
const ID: &[u8] = b"zqid";

/// Everything that must not be found.
struct Wanted {
    names: HashSet<[u8; LETTERS]>,
    dates: HashSet<[u16; 3]>,
}

/// The name of person `i` that starts with start number `kind`.
fn name(kind: usize, i: usize) -> String {
    const OTHERS: &[u8; 18] = b"bcdfghjklmnprstvwz";
    let mut name = STARTS[kind].to_vec();
    let mut n = i;
    for _ in 0..4 {
        name.push(OTHERS[n % 18]);
        n /= 18;
    }
    name.extend(b"ux");
    name[0].make_ascii_uppercase();
    String::from_utf8(name).unwrap()
}

/// The birthdate of person `i`: 10,000 different ones of 30 years, in which nobody is born whom the program makes up.
fn date(i: usize) -> [u16; 3] {
    let (year, day) = (1910 + i / 336, i % 336);
    [year as u16, (day / 28 + 1) as u16, (day % 28 + 1) as u16]
}

fn row(i: usize, id: usize) -> String {
    let [year, month, day] = date(i);
    let (first, middle, last) = (name(0, i), name(1, i), name(2, i));
    let (nick, maiden) = (name(3, i), name(2, (i + 5_000) % PEOPLE));
    let aliases = if i.is_multiple_of(3) {
        format!("{nick},{maiden}")
    } else {
        ",".to_owned()
    };
    let gender = ["F", "M", "X"][i % 3];
    format!("ZQID{id:06},{first},{middle},{last},,{year}-{month:02}-{day:02},{gender},{aliases}\n")
}

fn table(rows: usize) -> String {
    let mut text = HEADER.to_owned();
    (0..rows).for_each(|i| text.push_str(&row(i % PEOPLE, i)));
    text
}

impl Wanted {
    fn new() -> Self {
        let letters = |name: String| -> [u8; LETTERS] {
            name.to_ascii_lowercase().into_bytes().try_into().unwrap()
        };
        let all = (0..STARTS.len()).flat_map(|k| (0..PEOPLE).map(move |i| letters(name(k, i))));
        Self {
            names: all.collect(),
            dates: (0..PEOPLE).map(date).collect(),
        }
    }

    /// What is found in `bytes`, as words for a failure.
    fn find(&self, bytes: &[u8]) -> Option<&'static str> {
        let narrow: Vec<u8> = bytes.iter().copied().filter(|b| *b != 0).collect();
        self.find_in(bytes).or_else(|| self.find_in(&narrow))
    }

    fn find_in(&self, bytes: &[u8]) -> Option<&'static str> {
        let lower = bytes.to_ascii_lowercase();
        let is_name = |window: &[u8]| {
            let starts = STARTS.iter().any(|s| window.starts_with(*s));
            let letters: Result<[u8; LETTERS], _> = window.try_into();
            starts && letters.is_ok_and(|w| self.names.contains(&w))
        };
        // PERF: most bytes start no name, and tests are not always compiled for speed.
        let may_start = |(_, b): &(usize, &u8)| matches!(b, b'q' | b'x' | b'v' | b'j');
        let starts = lower.iter().enumerate().filter(may_start);
        if starts
            .map(|(i, _)| i)
            .any(|i| lower.get(i..i + LETTERS).is_some_and(is_name))
        {
            return Some("a name");
        }
        self.has_date(&lower).then_some("a birthdate")
    }

    /// Whether a birthdate stands in `bytes`: with one sign between its parts, the year first or last, or as eight digits
    /// alone.
    fn has_date(&self, bytes: &[u8]) -> bool {
        // Runs of digits: where each starts and ends, and its number.
        let mut runs: Vec<(usize, usize, u32)> = Vec::new();
        for (i, b) in bytes.iter().enumerate().filter(|(_, b)| b.is_ascii_digit()) {
            let digit = u32::from(b - b'0');
            match runs.last_mut() {
                Some((_, end, n)) if *end == i => {
                    *end += 1;
                    *n = n.saturating_mul(10).saturating_add(digit);
                }
                _ => runs.push((i, i + 1, digit)),
            }
        }
        let is_ours = |year: u32, a: u32, b: u32| {
            let part = |n: u32| u16::try_from(n).unwrap_or(u16::MAX);
            [[a, b], [b, a]]
                .iter()
                .any(|[m, d]| self.dates.contains(&[part(year), part(*m), part(*d)]))
        };
        let divided = runs.windows(3).any(|r| {
            let signs = (bytes.get(r[0].1), bytes.get(r[1].1));
            let are_near = r[0].1 + 1 == r[1].0 && r[1].1 + 1 == r[2].0 && signs.0 == signs.1;
            let digits = r
                .iter()
                .map(|(start, end, _)| end - start)
                .collect::<Vec<_>>();
            are_near
                && match digits[..] {
                    [4, 1..=2, 1..=2] => is_ours(r[0].2, r[1].2, r[2].2),
                    [1..=2, 1..=2, 4] => is_ours(r[2].2, r[0].2, r[1].2),
                    _ => false,
                }
        });
        // Eight digits inside of a longer word are of a hash.
        let stands_alone = |start: usize, end: usize| {
            let is_word = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
            !is_word(start.checked_sub(1).and_then(|i| bytes.get(i))) && !is_word(bytes.get(end))
        };
        divided
            || runs.iter().any(|&(start, end, n)| {
                end - start == 8
                    && stands_alone(start, end)
                    && (is_ours(n / 10_000, n / 100 % 100, n % 100)
                        || is_ours(n % 10_000, n / 1_000_000, n / 10_000 % 100))
            })
    }
}

/// Files that the tests write themselves.
fn is_input(name: &str) -> bool {
    name.starts_with("work/in-") || name.starts_with("aside/in-")
}

/// Searches every file but the inputs; student ids may stand in those of `with_ids`.
fn search(dir: &Dir, wanted: &Wanted, with_ids: &[&str]) -> usize {
    let mut searched = 0;
    for (name, bytes) in dir.contents() {
        if is_input(&name) {
            continue;
        }
        assert_eq!(wanted.find(&bytes), None, "in {name}");
        let has_ids = bytes
            .to_ascii_lowercase()
            .windows(ID.len())
            .any(|w| w == ID);
        let may = with_ids.iter().any(|n| name == format!("work/{n}"));
        assert!(may || !has_ids, "a student id in {name}");
        searched += 1;
    }
    searched
}

fn silent(wanted: &Wanted, done: &Done, what: &[&str]) {
    for said in [&done.out, &done.err] {
        assert_eq!(wanted.find(said.as_bytes()), None, "{what:?}: {said}");
        let lower = said.to_ascii_lowercase();
        assert!(!lower.contains("zqid"), "{what:?}: {said}");
    }
}

#[test]
fn the_search_finds_every_form() {
    let wanted = Wanted::new();
    assert_eq!(wanted.names.len(), STARTS.len() * PEOPLE);
    assert_eq!(wanted.dates.len(), PEOPLE);
    let [name, other] = [name(0, 4711), name(2, 42)];
    let wide: Vec<u8> = name.bytes().flat_map(|b| [b, 0]).collect();
    let big: Vec<u8> = name.bytes().flat_map(|b| [0, b]).collect();
    for bytes in [
        name.clone().into_bytes(),
        name.to_uppercase().into_bytes(),
        format!("xx{name}{other}yy").into_bytes(),
        wide,
        big,
    ] {
        assert_eq!(wanted.find(&bytes), Some("a name"));
    }
    let [y, m, d] = date(4711);
    for text in [
        format!("born {y}-{m:02}-{d:02}."),
        format!("{y}/{m}/{d}"),
        format!("{m:02}/{d:02}/{y}"),
        format!("{d}.{m}.{y}"),
        format!("({y}{m:02}{d:02})"),
        format!("{m:02}{d:02}{y}"),
    ] {
        assert_eq!(wanted.find(text.as_bytes()), Some("a birthdate"), "{text}");
        let wide: Vec<u8> = text.bytes().flat_map(|b| [b, 0]).collect();
        assert_eq!(wanted.find(&wide), Some("a birthdate"), "{text}");
    }
    for text in [
        "2026-11-27",
        "qzqzqzqz",
        "1981",
        "ab19810101cd",
        "birthdate",
    ] {
        assert_eq!(wanted.find(text.as_bytes()), None, "{text}");
    }
    assert!(wanted.find(table(1).as_bytes()).is_some());
}

#[test]
fn no_name_and_no_birthdate_leaves_by_any_verb() {
    let wanted = Wanted::new();
    let dir = Dir::with_project();
    std::fs::remove_file(dir.path("t.csv")).unwrap();
    dir.write("in-t.csv", table(PEOPLE));
    let mut truth = "a,b\n".to_owned();
    (0..PEOPLE).for_each(|i| writeln!(truth, "ZQID{i:06},ZQID{i:06}").unwrap());
    dir.write("in-truth.csv", truth);
    dir.write("in-out.txt", "ZQID000007\nZQID000009\n");
    let said = |args: &[&str]| silent(&wanted, &dir.ok(args), args);

    said(&[
        "check",
        "in-t.csv",
        "--json",
        "c.json",
        "--html",
        "c.html",
        "--show-lines",
        "--save-mapping",
        "m.toml",
    ]);
    said(&["check", "--compare", "c.json", "c.json"]);
    said(&[
        "plants",
        "new",
        "--project",
        "p.toml",
        "--born",
        "2004..2008",
        "--together",
        "9",
        "--apart",
        "9",
        "-o",
        "pl",
    ]);
    for party in ["a", "b"] {
        let (out, plants) = (format!("{party}.tokens"), format!("pl/plants-{party}.csv"));
        let args = encode_args("in-t.csv", party, &out);
        let more = [
            "--json",
            "--plants",
            &plants,
            "--exclude",
            "in-out.txt",
            "--mapping",
            "m.toml",
        ];
        said(&[&args[..], &more, &["--progress", "json"]].concat());
        said(&["inspect", &out]);
        said(&["inspect", &out, "--json"]);
    }
    let decoys = encode_args("in-t.csv", "a", "decoys.tokens");
    said(&[&decoys[..], &["--decoys"]].concat());
    said(&[
        "verify-tokens",
        "a.tokens",
        "--against",
        "in-t.csv",
        "--project",
        "p.toml",
        "--refs",
        "a.refs.csv",
        "--html",
        "v.html",
    ]);
    said(&["release", "a.tokens", "--project", "p.toml"]);
    said(&["audit", "--project", "p.toml", "--tokens", "a.tokens"]);
    let tokens = ["match", "a.tokens", "b.tokens", "--project", "p.toml"];
    said(&[&tokens[..], &["-o", "r", "--plan"]].concat());
    said(
        &[
            &tokens[..],
            &[
                "-o",
                "r",
                "--json",
                "--duplicates",
                "--decoys",
                "decoys.tokens",
            ],
        ]
        .concat(),
    );
    let resolve = [
        "resolve",
        "r/crosswalk-a.csv",
        "--refs",
        "a.refs.csv",
        "-o",
        "out.csv",
    ];
    said(
        &[
            &resolve[..],
            &[
                "--plants-out",
                "fa.csv",
                "--by",
                "gender",
                "--table",
                "in-t.csv",
            ],
        ]
        .concat(),
    );
    said(&[
        "resolve",
        "r/crosswalk-b.csv",
        "--refs",
        "b.refs.csv",
        "-o",
        "outb.csv",
        "--plants-out",
        "fb.csv",
    ]);
    said(&[
        "plants",
        "score",
        "--truth",
        "pl/truth.csv",
        "fa.csv",
        "fb.csv",
    ]);
    said(&[
        "evaluate",
        "r",
        "--refs",
        "a.refs.csv",
        "--refs",
        "b.refs.csv",
        "--truth",
        "in-truth.csv",
    ]);
    said(&[
        "rehearse",
        "--like",
        "in-t.csv",
        "--records",
        "200",
        "-o",
        "training",
    ]);
    said(&["key", "show", "k"]);

    let with_ids = [
        "a.refs.csv",
        "b.refs.csv",
        "decoys.refs.csv",
        "out.csv",
        "outb.csv",
    ];
    assert!(search(&dir, &wanted, &with_ids) > 35);
    // There was somebody to be seen.
    assert_eq!(dir.read("out.csv").lines().count(), 1 + PEOPLE - 2);
}

#[test]
fn no_name_and_no_birthdate_leaves_by_a_failure() {
    let wanted = Wanted::new();
    let dir = Dir::with_project();
    let whole = table(PEOPLE);
    std::fs::remove_file(dir.path("t.csv")).unwrap();
    dir.write("in-t.csv", &whole);
    // Faults in the last row, when all people were read, most of them encoded, and the outputs begun.
    let cut = name(1, 1);
    let mut bad = vec![
        ("in-twice.csv", whole.clone() + &row(3, 4)),
        (
            "in-quote.csv",
            format!("{whole}ZQID9,\"{cut},{cut}\n{}", row(1, 2)),
        ),
        ("in-nul.csv", format!("{whole}ZQID9,{cut}\0,{cut},,,,,,\n")),
        ("in-headless.csv", whole[HEADER.len()..].to_owned()),
        (
            "in-dates.csv",
            format!("{whole}ZQID9,{cut},,{cut},,19/07/1999,,,\n"),
        ),
        ("in-mac.csv", whole.replace('\n', "\r")),
    ];
    let wide: String = (0..400)
        .map(|i| format!("ZQID9{i},{cut},{cut},,,,,,,,\n"))
        .collect();
    bad.push(("in-rows.csv", whole.clone() + &wide));
    for (name, text) in &bad {
        dir.write(name, text);
        let args = encode_args(name, "a", "x.tokens");
        let done = dir.run(&args);
        silent(&wanted, &done, &args);
        let unchecked = dir.run(&["check", name]);
        silent(&wanted, &unchecked, &["check", name]);
        let is_read = ["in-dates.csv", "in-mac.csv"].contains(name);
        assert!(
            done.code == 3 || is_read && done.code == 0,
            "{name}: {}",
            done.err
        );
        if done.code == 0 {
            for out in ["x.tokens", "x.refs.csv", "x.rejects.csv"] {
                std::fs::remove_file(dir.path(out)).unwrap();
            }
        }
    }
    dir.encode("in-t.csv", "a");
    dir.encode("in-t.csv", "b");
    dir.ok(&[
        "match",
        "a.tokens",
        "b.tokens",
        "--project",
        "p.toml",
        "-o",
        "r",
    ]);
    // Damage, and files given in the place of others.
    let mut damaged = dir.bytes("b.tokens");
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    dir.write("damaged.tokens", &damaged);
    dir.key("other", &[9; 32]);
    std::fs::create_dir(dir.path("folder.tokens")).unwrap();
    let encode = |table, party, key, out| {
        let mut args = encode_args(table, party, out);
        args[7] = key;
        args.to_vec()
    };
    let audit = |key| {
        let mut args = encode("in-t.csv", "a", key, "a.tokens");
        (args[0], args[8]) = ("audit", "--tokens");
        args
    };
    let link = |first, second, project, more: &[&'static str]| {
        [
            &["match", first, second, "--project", project, "-o", "r2"],
            more,
        ]
        .concat()
    };
    let calls: Vec<Vec<&str>> = vec![
        encode("in-t.csv", "a", "in-t.csv", "x.tokens"),
        encode("in-t.csv", "nobody", "k", "x.tokens"),
        encode("in-t.csv", "a", "k", "folder.tokens"),
        encode("in-t.csv", "a", "k", "in-t.csv"),
        encode("in-t.csv", "a", "k", "no/such/folder/x.tokens"),
        [
            encode("in-t.csv", "a", "k", "x.tokens"),
            vec!["--map", "last=nothing"],
        ]
        .concat(),
        [
            encode("in-t.csv", "a", "k", "x.tokens"),
            vec!["--plants", "in-t.csv"],
        ]
        .concat(),
        [
            encode("in-t.csv", "a", "k", "x.tokens"),
            vec!["--exclude", "in-t.csv"],
        ]
        .concat(),
        audit("other"),
        audit("in-t.csv"),
        link("a.tokens", "in-t.csv", "p.toml", &[]),
        link("a.tokens", "damaged.tokens", "p.toml", &[]),
        link("a.tokens", "b.tokens", "in-t.csv", &[]),
        link("a.tokens", "b.tokens", "p.toml", &["--memory", "1MiB"]),
        link(
            "a.tokens",
            "b.tokens",
            "p.toml",
            &["--memory", "1MiB", "--plan"],
        ),
        vec!["verify-tokens", "damaged.tokens", "--against", "in-t.csv"],
        vec!["verify-tokens", "a.tokens", "--against", "in-quote.csv"],
        vec!["inspect", "in-t.csv"],
        vec!["key", "show", "in-t.csv"],
        vec!["resolve", "in-t.csv", "--refs", "a.refs.csv", "-o", "o.csv"],
        vec![
            "resolve",
            "r/crosswalk-a.csv",
            "--refs",
            "in-t.csv",
            "-o",
            "o.csv",
        ],
        vec![
            "resolve",
            "r/crosswalk-a.csv",
            "--refs",
            "b.refs.csv",
            "-o",
            "o.csv",
        ],
        vec!["plants", "score", "--truth", "in-t.csv", "in-t.csv"],
        vec![
            "plants",
            "new",
            "--project",
            "in-t.csv",
            "--born",
            "1990",
            "--apart",
            "1",
            "-o",
            "p",
        ],
        vec![
            "evaluate", "r", "--refs", "in-t.csv", "--refs", "in-t.csv", "--truth", "in-t.csv",
        ],
        vec!["release", "damaged.tokens", "--project", "p.toml"],
    ];
    for args in &calls {
        let done = dir.run(args);
        assert_ne!(done.code, 0, "{args:?}");
        silent(&wanted, &done, args);
    }
    assert!(search(&dir, &wanted, &["a.refs.csv", "b.refs.csv"]) > 10);
}

/// What a long encoding leaves when it is killed: its checkpoint and files without a name. And no core file, also where the
/// system would write one.
#[cfg(unix)]
#[test]
fn nothing_is_in_what_a_killed_run_leaves_and_no_core_is_written() {
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};

    let wanted = Wanted::new();
    let dir = Dir::new();
    dir.project("p.toml", &["a", "b"], "k12");
    dir.key("k", &KEY);
    dir.write("in-t.csv", table(20 * PEOPLE));
    for signal in ["-SEGV", "-KILL"] {
        let mut command = dir.command("sh");
        // As large as may be, if the system caps it.
        let line = "ulimit -c \"$(ulimit -H -c)\"; exec \"$0\" \"$@\"";
        command.args(["-c", line]).arg(crate::harness::program());
        command
            .args(encode_args("in-t.csv", "a", "a.tokens"))
            .arg("-q");
        command.stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let start = Instant::now();
        while !dir.path("a.tokens.partial/part-000000").exists() {
            assert!(
                start.elapsed() < Duration::from_secs(500),
                "no partition came"
            );
            assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
            std::thread::sleep(Duration::from_millis(1));
        }
        let pid = child.id().to_string();
        if let Ok(limits) = std::fs::read_to_string(format!("/proc/{pid}/limits")) {
            let line = limits.lines().find(|l| l.starts_with("Max core file size"));
            let words: Vec<&str> = line.unwrap().split_whitespace().collect();
            assert_eq!(words[4..6], ["0", "0"], "{line:?}");
        }
        // The first one may be taken for a fault and answered by taking the handler away.
        while child.try_wait().unwrap().is_none() {
            Command::new("kill")
                .args([signal, &pid])
                .stderr(Stdio::null())
                .status()
                .unwrap();
            std::thread::sleep(Duration::from_millis(20));
        }
        let output = child.wait_with_output().unwrap();
        assert!(!output.status.success());
        assert_eq!(wanted.find(&output.stderr), None);
        let names = dir.names();
        assert!(!names.iter().any(|n| n.contains("core")), "{names:?}");
        assert!(
            names.contains(&"a.tokens.partial/part-000000".to_owned()),
            "{names:?}"
        );
        assert!(search(&dir, &wanted, &[]) >= 4);
        std::fs::remove_dir_all(dir.path("a.tokens.partial")).unwrap();
    }
}
