//! The log under everything that may happen to it.

use std::path::PathBuf;

use super::super::{Action, Checked, FileFacts, read, read_from};
use super::{Event, Log, Logging, MAX_LINE, START, account, account_of, beside};
use crate::error::Class;
use crate::project::{Project, new_project};
use crate::units::Fingerprint;

fn project() -> Project {
    Project::parse(&text()).unwrap()
}

fn text() -> String {
    let parties = ["district", "college"].map(|p| p.parse().unwrap());
    new_project(&parties, "k12", [7; 16]).unwrap()
}

/// The same project with an agreement.
fn agreed() -> Project {
    let part = "[agreement]\ndestroy_by = \"2027-06-30\"\nminimum_cell = 11\n\
        elements = [\"student-id\", \"first\", \"last\"]\n";
    let text = text().replace("[decision]", &format!("{part}[decision]"));
    Project::parse(&text).unwrap()
}

fn file(name: &str, content: u8) -> FileFacts {
    FileFacts {
        name: name.into(),
        kind: "tokens".into(),
        bytes: 42,
        blake3: Fingerprint([content; 32]),
        key_check: None,
    }
}

struct Case {
    _dir: tempfile::TempDir,
    path: PathBuf,
    log: Log,
}

impl Case {
    /// A log of `n` entries.
    fn new(n: usize) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("p.log.jsonl");
        let log = Log::open(&path, &project()).unwrap();
        let case = Self {
            _dir: dir,
            path,
            log,
        };
        (0..n).for_each(|i| case.note(&format!("entry {i}")).unwrap());
        case
    }

    fn note(&self, text: &str) -> crate::error::Result<()> {
        self.log.record(&[Event::new(Action::Noted).note(text)])
    }

    fn bytes(&self) -> Vec<u8> {
        std::fs::read(&self.path).unwrap()
    }

    fn checked(&self) -> Checked {
        read(&self.path).unwrap()
    }
}

#[test]
fn entries_are_chained_and_texts_are_made_one_line() {
    let case = Case::new(2);
    let event = Event::new(Action::Noted).note("two\nlines\u{7f} \"quoted\" é");
    case.log.record(&[event.clone(), event]).unwrap();
    let found = case.checked();
    assert_eq!(found.entries.len(), 4);
    assert_eq!(found.entries[3].note, "two lines  \"quoted\" é");
    assert_eq!(found.entries[3].previous, found.entries[2].hash);
    assert_eq!(found.torn, 0);
    assert_eq!(found.last(), found.entries[3].hash);
    let long = "é".repeat(MAX_LINE);
    case.note(&long).unwrap();
    assert!(case.checked().entries[4].note.len() <= 2000);
}

#[test]
fn every_changed_byte_is_noticed_and_no_entry_is_cut_off_for_it() {
    let case = Case::new(2);
    let whole = case.bytes();
    let was = case.checked();
    for at in 0..whole.len() {
        for flip in [0x01, 0x20, 0x80, 0xff, whole[at]] {
            let mut bytes = whole.clone();
            bytes[at] ^= flip;
            std::fs::write(&case.path, &bytes).unwrap();
            match read(&case.path) {
                Err(e) => assert_eq!(e.class(), Class::Input, "byte {at}"),
                Ok(found) => panic!(
                    "byte {at} ^ {flip}: {} entries, torn {}",
                    found.entries.len(),
                    found.torn
                ),
            }
            // Nor does an append take away what was acknowledged: either it is refused, or all is still there.
            if case.note("more").is_ok() {
                let text = case.bytes();
                assert!(text.starts_with(&bytes), "byte {at} ^ {flip}");
            } else {
                assert_eq!(case.bytes(), bytes, "byte {at} ^ {flip}");
            }
        }
    }
    std::fs::write(&case.path, &whole).unwrap();
    assert_eq!(case.checked().entries, was.entries);
}

#[test]
fn a_write_that_was_cut_short_is_cut_off_and_the_next_entry_says_so() {
    let case = Case::new(2);
    let two = case.bytes();
    case.note("the third").unwrap();
    let three = case.bytes();
    for end in two.len()..three.len() {
        std::fs::write(&case.path, &three[..end]).unwrap();
        let torn = (end - two.len()) as u64;
        let lacks_end_of_line = end + 1 == three.len();
        let found = case.checked();
        assert_eq!(found.entries.len(), if lacks_end_of_line { 3 } else { 2 });
        assert_eq!(found.torn, if lacks_end_of_line { 0 } else { torn });
        case.note("the next").unwrap();
        let found = case.checked();
        let last = found.entries.last().unwrap();
        assert_eq!(last.note, "the next");
        // A whole line stays, since an editor may have taken only its end.
        assert_eq!(found.entries.len(), if lacks_end_of_line { 4 } else { 3 });
        let is_told = torn > 0 && !lacks_end_of_line;
        assert_eq!(last.torn, is_told.then_some(torn), "{end}");
    }
    // The first of all was cut short.
    std::fs::write(&case.path, &three[..100]).unwrap();
    case.note("the first").unwrap();
    assert_eq!(case.checked().entries[0].torn, Some(100));
    // Room that was set aside and not written to.
    std::fs::write(&case.path, [&two[..], &[0; 300]].concat()).unwrap();
    case.note("after zeros").unwrap();
    assert_eq!(case.checked().entries[2].torn, Some(300));
}

#[test]
fn other_files_are_refused_and_stay_as_they_are() {
    let case = Case::new(1);
    let whole = case.bytes();
    let others: [&[u8]; 6] = [
        b"Zzyzx",
        b"Zzyzx\n",
        b"{\"format\":\"blindlink-log-2\",\"seq\":1}\n",
        &[&whole[..], b"Zzyzx"].concat(),
        &[&whole[..], b"\n"].concat(),
        &vec![b'x'; 3 * MAX_LINE],
    ];
    for other in others {
        std::fs::write(&case.path, other).unwrap();
        assert_eq!(case.note("more").unwrap_err().class(), Class::Input);
        assert_eq!(
            Log::open(&case.path, &project()).unwrap_err().class(),
            Class::Input
        );
        assert_eq!(read(&case.path).unwrap_err().class(), Class::Input);
        assert_eq!(case.bytes(), other);
    }
    let e = case.note("more").unwrap_err();
    assert!(e.to_string().contains("no disclosure log"), "{e}");
}

#[test]
fn many_threads_lose_nothing() {
    let case = Case::new(0);
    std::thread::scope(|scope| {
        for t in 0..8 {
            let case = &case;
            scope.spawn(move || (0..25).for_each(|i| case.note(&format!("{t} {i}")).unwrap()));
        }
    });
    let found = case.checked();
    assert_eq!(found.entries.len(), 200);
    for t in 0..8 {
        let own: Vec<_> = found
            .entries
            .iter()
            .filter(|e| e.note.starts_with(&format!("{t} ")))
            .collect();
        let expected: Vec<String> = (0..25).map(|i| format!("{t} {i}")).collect();
        assert!(own.iter().map(|e| &e.note).eq(&expected));
    }
}

#[test]
fn of_a_long_log_only_the_end_is_read() {
    let case = Case::new(1);
    let last = case.bytes();
    // As long as 100,000 entries are; that none of the lines before the last is an entry is not looked at.
    let long = [vec![b'\n'; 60_000_000], last].concat();
    std::fs::write(&case.path, &long).unwrap();
    let start = std::time::Instant::now();
    case.note("one more").unwrap();
    let took = start.elapsed();
    assert!(took < std::time::Duration::from_secs(5), "{took:?}");
    let found = case.bytes();
    assert!(found.starts_with(&long) && found.len() < long.len() + MAX_LINE);
    assert!(
        found.ends_with(b"\n")
            && found[long.len()..].starts_with(b"{\"format\":\"blindlink-log-1\",\"seq\":2,")
    );
    assert_eq!(
        read(&case.path).unwrap_err().location().unwrap().line,
        Some(1)
    );
}

#[test]
fn the_last_two_lines_may_be_as_long_as_lines_can_be() {
    let note_of = |short: usize| {
        let elements = vec!["x".repeat(2000); 32];
        Event::new(Action::Noted)
            .elements(elements)
            .note("x".repeat(short))
    };
    let case = Case::new(1);
    let before = case.bytes().len();
    case.log.record(&[note_of(0)]).unwrap();
    // The line end is not counted.
    let short = MAX_LINE + 1 - (case.bytes().len() - before);
    let case = Case::new(1);
    case.log.record(&[note_of(short)]).unwrap();
    assert_eq!(case.bytes().len() - before, MAX_LINE + 1);
    let torn = [START, &vec![b'x'; MAX_LINE - START.len()]].concat();
    std::fs::write(&case.path, [case.bytes(), torn].concat()).unwrap();
    assert_eq!(case.checked().torn, MAX_LINE as u64);
    // What is cut off is longer than what comes in its place.
    case.note("after it").unwrap();
    let found = case.checked();
    assert_eq!((found.entries.len(), found.torn), (3, 0));
    assert_eq!(found.entries[2].torn, Some(MAX_LINE as u64));
    // One byte more is no line that was cut short.
    let longer = [START, &vec![b'x'; MAX_LINE + 1 - START.len()]].concat();
    let bytes = [case.bytes(), longer].concat();
    std::fs::write(&case.path, &bytes).unwrap();
    assert_eq!(case.note("more").unwrap_err().class(), Class::Input);
    assert_eq!(read(&case.path).unwrap_err().class(), Class::Input);
    assert_eq!(case.bytes(), bytes);
}

#[test]
fn the_log_lies_beside_the_project_file_where_there_is_an_agreement() {
    assert_eq!(
        beside(std::path::Path::new("a/p.toml")),
        PathBuf::from("a/p.log.jsonl")
    );
    let dir = tempfile::tempdir().unwrap();
    let (project_file, other) = (dir.path().join("p.toml"), dir.path().join("other"));
    let path = |logging: &Logging, project: &Project| {
        let log = Log::of_run(logging, &project_file, project).unwrap();
        log.map(|log| log.path().to_path_buf())
    };
    let at = Logging::At(other.clone());
    for (logging, without, with) in [
        (Logging::Off, None, None),
        (Logging::ByAgreement, None, Some(beside(&project_file))),
        (at, Some(other.clone()), Some(other)),
    ] {
        assert_eq!(path(&logging, &project()), without);
        assert_eq!(path(&logging, &agreed()), with);
    }
}

#[test]
fn a_clock_that_was_set_back_is_told() {
    let case = Case::new(4);
    let mut lines = Vec::new();
    let mut previous = Fingerprint([0; 32]);
    for (mut entry, second) in case.checked().entries.into_iter().zip([5, 5, 4, 6]) {
        entry.time = format!("2027-06-30T12:00:0{second}Z");
        entry.previous = previous;
        lines.extend(entry.seal().unwrap());
        lines.push(b'\n');
        previous = entry.hash;
    }
    std::fs::write(&case.path, lines).unwrap();
    assert_eq!(case.checked().back_in_time, [3]);
}

#[test]
fn what_leaves_has_no_student_id_in_it() {
    let dir = tempfile::tempdir().unwrap();
    let log = Log::open(&dir.path().join("p.log.jsonl"), &agreed()).unwrap();
    assert_eq!(log.elements(true), ["first", "last"]);
    assert_eq!(log.elements(false), ["student-id", "first", "last"]);
}

#[test]
fn the_last_entry_of_a_file_is_found_by_its_hash() {
    let case = Case::new(0);
    let find = |content| case.log.find(Fingerprint([content; 32])).unwrap();
    assert!(find(1).is_none());
    let of = |action, name: &str, content| Event::new(action).file(file(name, content));
    let events = [
        of(Action::Made, "one.tokens", 1),
        of(Action::Made, "two\n.tokens", 2),
        of(Action::Released, "one.tokens", 1),
    ];
    case.log.record(&events).unwrap();
    case.note("of no file").unwrap();
    assert_eq!(find(1).unwrap().seq, 3);
    // A name is one line too, or nobody could read the log again.
    assert_eq!(find(2).unwrap().file.unwrap().name, "two .tokens");
    assert!(find(3).is_none());
}

#[test]
fn an_entry_names_the_account_that_ran_the_program() {
    let of = |set: &[(&str, &str)]| {
        account_of(|variable| {
            let found = set.iter().find(|(name, _)| *name == variable);
            found.map(|(_, value)| (*value).to_owned())
        })
    };
    assert_eq!(
        of(&[("LOGNAME", "c"), ("USERNAME", "b"), ("USER", "a")]),
        "a"
    );
    assert_eq!(of(&[("LOGNAME", "c"), ("USER", "")]), "c");
    assert_eq!(of(&[("USERNAME", "b\nb")]), "b b");
    let case = Case::new(1);
    assert_eq!(case.checked().entries[0].operator, account());
    assert_eq!(
        account(),
        account_of(|variable| std::env::var(variable).ok())
    );
    // Who has no name has a number, that of the files which he makes.
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let number = case.path.metadata().unwrap().uid();
        assert_eq!(of(&[]), format!("uid {number}"));
    }
}

/// The folder of the vectors of logs, which a second implementation made from the specification
/// (`tests/scripts/reference_log.py`).
fn vectors() -> PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/vectors/log")
}

#[test]
fn logs_are_taken_and_refused_as_the_specification_says() {
    let index = std::fs::read_to_string(vectors().join("index.json")).unwrap();
    let index: serde_json::Value = serde_json::from_str(&index).unwrap();
    let mut faults = 0;
    for v in index["vectors"].as_array().unwrap() {
        let file = v["file"].as_str().unwrap();
        match read(&vectors().join(file)) {
            Ok(found) => {
                assert_eq!(v["class"], "ok", "{file}");
                assert_eq!(found.entries.len() as u64, v["entries"], "{file}");
                assert_eq!(found.torn, v["torn"], "{file}");
                assert_eq!(found.last().to_string(), v["last"], "{file}");
            }
            Err(e) => {
                assert_eq!(v["class"], "input", "{file}");
                assert_eq!(e.class(), Class::Input, "{file}");
                faults += 1;
            }
        }
    }
    assert!(faults >= 35, "only {faults} faults");
}

#[test]
fn no_bit_of_an_entry_can_be_changed() {
    let bytes = std::fs::read(vectors().join("good-cut-at-end.jsonl")).unwrap();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << bit;
            let found = read_from(&changed[..], std::path::Path::new("x.jsonl"));
            let e = found.expect_err(&format!("bit {bit} of byte {at}"));
            assert_eq!(e.class(), Class::Input, "bit {bit} of byte {at}");
        }
    }
}
