//! No cell of a person ends up where it must not: not in files, not in messages, not in what is
//! left behind. Every cell is a marker that occurs nowhere else, and every byte is searched.

use crate::harness::{CROSSWALK, Dir, Done, KEY, MATCH, encode_args, resolve_args, rows};

/// Parts of which every personal cell of these tests has one, folded to lower case.
const MARKERS: [&str; 6] = ["zqxjv", "vvkkw", "qqwzx", "1907", "0719", "jxqid"];

const HEADER: &str = "student_id,first_name,middle_name,last_name,suffix,birthdate,gender\n";
const ROWS: &str = "JXQID-1,Zqxjvana,Vvkkwmid,Qqwzxsson,Zqxjvjr,1907-07-19,Vvkkwx\n\
                    JXQID-2,Zqxjvbo,Vvkkwmid,\"Qqwzx, O'Zqxjv\",,1907-07-20,Vvkkwy\n\
                    JXQID-3,Zqxjvce,,Qqwzxdottir,,1907-02-30,\n\
                    ,Zqxjvde,,Qqwzxnoid,,1907-07-21,\n";

/// Whether `bytes` hold a marker, in any case, as bytes or as UTF-16.
fn marker_in(bytes: &[u8]) -> Option<&'static str> {
    let lower = bytes.to_ascii_lowercase();
    MARKERS.into_iter().find(|marker| {
        let wide: Vec<u8> = marker.bytes().flat_map(|b| [b, 0]).collect();
        contains(&lower, marker.as_bytes()) || contains(&lower, &wide)
    })
}

fn contains(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|w| w == what)
}

fn silent(done: &Done) {
    assert_eq!(marker_in(done.out.as_bytes()), None, "{}", done.out);
    assert_eq!(marker_in(done.err.as_bytes()), None, "{}", done.err);
}

fn folder() -> Dir {
    let dir = Dir::with_project();
    dir.write("t.csv", format!("{HEADER}{ROWS}"));
    dir
}

/// Digits alone can occur in hexadecimal by chance; letters of markers cannot.
fn letter_marker_in(bytes: &[u8]) -> Option<&'static str> {
    marker_in(bytes).filter(|m| !m.starts_with(|c: char| c.is_ascii_digit()))
}

#[test]
fn the_search_finds_what_it_looks_for() {
    assert!(marker_in(format!("{HEADER}{ROWS}").as_bytes()).is_some());
    assert!(marker_in(b"....ZQXJVana").is_some());
    assert!(marker_in(b"z\0q\0x\0j\0v\0").is_some());
    assert!(marker_in(HEADER.as_bytes()).is_none());
}

#[test]
fn no_cell_leaves_by_a_file_or_a_message() {
    let dir = folder();
    let aliases = |line: &str| format!("{line},Vvkkwnick,Zqxjvmaiden (Qqwzxold)\n");
    let rows_with: String = ROWS.lines().map(aliases).collect();
    let header = HEADER.trim_end();
    dir.write(
        "t.csv",
        format!("{header},nickname,maiden_name\n{rows_with}"),
    );
    let mut said = Vec::new();
    for party in ["a", "b"] {
        let out = format!("{party}.tokens");
        let mut args = encode_args("t.csv", party, &out).to_vec();
        args.push("--json");
        said.push(dir.ok(&args));
    }
    said.push(dir.ok(&["inspect", "a.tokens"]));
    said.push(dir.ok(&["inspect", "a.tokens", "--json"]));
    said.push(dir.ok(&[&MATCH[..], &["--json"]].concat()));
    let resolve = resolve_args("out.csv");
    said.push(dir.ok(&resolve));
    dir.write("truth.csv", "a,b\nJXQID-1,JXQID-1\n");
    said.push(dir.ok(&[
        "evaluate",
        "r",
        "--refs",
        "a.refs.csv",
        "--refs",
        "b.refs.csv",
        "--truth",
        "truth.csv",
    ]));
    for done in &said {
        // Fingerprints are random digits, so only letters count here.
        assert_eq!(letter_marker_in(done.out.as_bytes()), None, "{}", done.out);
        assert_eq!(letter_marker_in(done.err.as_bytes()), None, "{}", done.err);
    }
    // Everybody with an id and a name was encoded: there was something to leak.
    let crosswalk = rows(&dir.read("r/crosswalk-a.csv"), CROSSWALK);
    assert_eq!(crosswalk.len(), 3);

    // The owner's own files hold ids; no file but the inputs holds anything else of a person.
    let inputs = ["t.csv", "truth.csv"];
    let with_ids = ["a.refs.csv", "b.refs.csv", "out.csv"];
    for name in dir.names() {
        let bytes = dir.bytes(&name);
        let lower = bytes.to_ascii_lowercase();
        for marker in MARKERS {
            let digits = marker.starts_with(|c: char| c.is_ascii_digit());
            let allowed = inputs.contains(&name.as_str())
                || digits
                || (marker == "jxqid" && with_ids.contains(&name.as_str()));
            let wide: Vec<u8> = marker.bytes().flat_map(|b| [b, 0]).collect();
            let found = contains(&lower, marker.as_bytes()) || contains(&lower, &wide);
            assert!(allowed || !found, "{marker} in {name}");
        }
        if !inputs.contains(&name.as_str()) {
            for date in ["1907-07-19", "1907-07-20", "19070719", "07/19/1907"] {
                assert!(!contains(&bytes, date.as_bytes()), "a birthdate in {name}");
            }
        }
    }
    for id in ["JXQID-1", "JXQID-2"] {
        assert!(dir.read("out.csv").contains(id) && dir.read("a.refs.csv").contains(id));
    }
}

/// Every way in which a table can be refused, with people in it.
#[test]
fn no_cell_in_a_message_about_a_table() {
    let dir = folder();
    let mut mixed = format!("{HEADER}{ROWS}JXQID-6,Zqxjvé,,Qqwzx,,1907-07-19,\n").into_bytes();
    mixed.extend(b"JXQID-5,Zqxjv\xe9,,Qqwzx,,1907-07-19,\n");
    let long = format!("{HEADER}JXQID-9,{},,,,,\n", "Zqxjv".repeat(300_000));
    let tables: Vec<Vec<u8>> = [
        // Nothing but people, with and without dates and digits in the first line.
        ROWS.to_owned(),
        "JXQID-1,Zqxjvana,Qqwzxsson\nJXQID-2,Zqxjvbo,Qqwzxdottir\n".to_owned(),
        "Zqxjvana\nZqxjvbo\n".to_owned(),
        format!("{HEADER}{ROWS}JXQID-5,Zqxjvana\n"),
        format!("{HEADER}{ROWS}JXQID-5,Zqxjvana,,,,,,,,Qqwzx\n"),
        format!("{HEADER}{ROWS}JXQID-5,\"Zqxjvana\"Qqwzx,,,,1907-07-19,\n"),
        format!("{HEADER}{ROWS}JXQID-5,\"Zqxjvana,,Qqwzx,,1907-07-19,\n"),
        format!("{HEADER}{ROWS}{ROWS}"),
        format!("{HEADER}{ROWS}JXQID-5,Zqx\0jv,,Qqwzx,,1907-07-19,\n"),
        format!("{HEADER}{ROWS}").replace('\n', "\r"),
        // Dates: in two ways, of no format, of two formats, none that exists.
        format!("{HEADER}JXQID-1,Zqxjvana,,Qqwzx,,07/08/1907,\n"),
        format!("{HEADER}JXQID-1,Zqxjvana,,Qqwzx,,Zqxjv 19 Qqwzx 1907,\n"),
        format!("{HEADER}JXQID-1,Zqxjvana,,Qqwzx,,07/19/07,\n"),
        format!("{HEADER}JXQID-1,A,,Qqwzx,,07/19/1907,\nJXQID-2,B,,Qqwzx,,19/07/1907,\n"),
        format!("{HEADER}JXQID-1,A,,Qqwzx,,07/19/1907,\nJXQID-2,B,,Qqwzx,,1907-07-19,\n"),
        format!("{HEADER}JXQID-1,Zqxjvana,,Qqwzx,,1907-02-30,\n"),
    ]
    .into_iter()
    .map(String::into_bytes)
    .chain([mixed, long.into_bytes()])
    .collect();
    for (n, table) in tables.iter().enumerate() {
        dir.write("bad.csv", table);
        let done = dir.run(&encode_args("bad.csv", "a", "x.tokens"));
        assert_eq!(done.code, 3, "table {n}: {}", done.err);
        silent(&done);
        assert!(!dir.path("x.tokens").exists() && !dir.path("x.refs.csv").exists());
    }
}

/// Files with people given where other files are expected, as happens by slips of the hand.
#[test]
fn no_cell_in_a_message_about_the_wrong_file() {
    let dir = folder();
    dir.encode("t.csv", "a");
    dir.encode("t.csv", "b");
    dir.ok(&MATCH);
    dir.write("people.csv", ROWS);
    dir.write("cut.csv", format!("record_ref,student_id,status\n{ROWS}"));
    dir.key("one.csv", b"Zqxjvana Qqwzxsson\n");
    for wrong in ["t.csv", "people.csv", "cut.csv", "one.csv"] {
        let calls: [&[&str]; 9] = [
            &["inspect", wrong],
            &[
                "match",
                wrong,
                "b.tokens",
                "--project",
                "p.toml",
                "-o",
                "r2",
            ],
            &[
                "match",
                "a.tokens",
                "b.tokens",
                "--project",
                wrong,
                "-o",
                "r2",
            ],
            &["key", "show", wrong],
            &["resolve", wrong, "--refs", "a.refs.csv", "-o", "o.csv"],
            &[
                "resolve",
                "r/crosswalk-a.csv",
                "--refs",
                wrong,
                "-o",
                "o.csv",
            ],
            &[
                "encode",
                "t.csv",
                "--project",
                wrong,
                "--party",
                "a",
                "--key",
                "k",
                "-o",
                "x",
            ],
            &[
                "encode",
                "t.csv",
                "--project",
                "p.toml",
                "--party",
                "a",
                "--key",
                wrong,
                "-o",
                "x",
            ],
            &[
                "evaluate",
                "r",
                "--refs",
                "a.refs.csv",
                "--refs",
                wrong,
                "--truth",
                wrong,
            ],
        ];
        for args in calls {
            let before = dir.files();
            let done = dir.run(args);
            assert!([3, 4].contains(&done.code), "{args:?}: {}", done.err);
            silent(&done);
            assert!(dir.files() == before, "{args:?}");
        }
    }
}

/// The linkage key is in no output: neither its bytes nor their hexadecimal digits.
#[test]
fn the_linkage_key_stays_in_its_file() {
    let dir = folder();
    let made = dir.ok(&["key", "new", "-o", "fresh"]);
    // Its bytes stand in the file as hexadecimal digits, which are looked for as well.
    let text = dir.read("fresh");
    let digits = text.split(' ').nth(1).unwrap();
    let fresh: Vec<u8> = (0..32)
        .map(|i| u8::from_str_radix(&digits[2 * i..2 * i + 2], 16).unwrap())
        .collect();
    let hex = |bytes: &[u8]| -> String { bytes.iter().map(|b| format!("{b:02x}")).collect() };
    let mut said = made.out + &made.err;
    for done in [
        dir.ok(&["key", "show", "fresh"]),
        dir.ok(&["key", "show", "k"]),
        dir.encode("t.csv", "a"),
        dir.encode("t.csv", "b"),
        dir.ok(&["inspect", "a.tokens"]),
        dir.ok(&MATCH),
        dir.ok(&[
            "resolve",
            "r/crosswalk-a.csv",
            "--refs",
            "a.refs.csv",
            "-o",
            "o.csv",
        ]),
    ] {
        said += &done.out;
        said += &done.err;
    }
    for key in [&fresh[..], &KEY[..]] {
        assert!(!contains(said.as_bytes(), hex(&key[..8]).as_bytes()));
        for name in dir.names() {
            if name == "k" || name == "fresh" {
                continue;
            }
            let bytes = dir.bytes(&name);
            // Eight bytes in a row do not occur by chance.
            for part in key.chunks(8) {
                assert!(!contains(&bytes, part), "the key in {name}");
                let lower = bytes.to_ascii_lowercase();
                assert!(!contains(&lower, hex(part).as_bytes()), "the key in {name}");
            }
        }
    }
}
