//! `check`: what it says, what it writes, what it never shows.

use crate::harness::{Dir, encode_args, testdata};

/// Parts of which every personal cell of [`canary`] has one, folded to lower case.
const MARKERS: [&str; 5] = ["zqxjv", "vvkkw", "qqwzx", "jxqid", "1907"];

const HEADER: &str =
    "student_id,first_name,middle_name,last_name,suffix,birthdate,gender,nickname,grade\n";

/// A table with every kind of finding, in which every cell is marked.
fn canary() -> String {
    let mut text = HEADER.to_owned();
    for (i, (first, birth)) in [
        ("Zqxjvana", "1907-07-19"),
        ("ZQXJVBO", "1907-07-20"),
        ("Zqxjv?ce", "1907-02-30"),
        ("Zqxjv7de (Vvkkwed)", "1907"),
        ("ZqxjvÃ±", "JXQID"),
        ("Zqxjvana", "1907-07-19"),
    ]
    .iter()
    .enumerate()
    {
        text +=
            &format!("JXQID-{i},{first},Vvkkwmid,Qqwzxsson,Zqxjvjr,{birth},Vvkkwx,Vvkkwnick,9\n");
    }
    text += ",Zqxjvxe,Vvkkwmid,Qqwzxnoid,,1907-07-21,,,\nJXQID-1,Zqxjvye,,Qqwzxx,,,,,\n";
    // As many as are shown: their shapes and years come out, nothing else does.
    for i in 0..40u8 {
        let letter = char::from(b'a' + i % 26);
        text += &format!(
            "JXQID-{i}9,Zqxjv{letter},,Qqwzx{letter}{letter},,2005-03-{:02},,,10\n",
            1 + i % 28
        );
    }
    text
}

fn marker_in(bytes: &[u8]) -> Option<&'static str> {
    let lower = String::from_utf8_lossy(bytes).to_lowercase();
    MARKERS.into_iter().find(|m| lower.contains(m))
}

#[test]
fn no_cell_is_in_any_output() {
    let dir = Dir::with_project();
    dir.write("t.csv", canary());
    assert!(marker_in(canary().as_bytes()).is_some());
    let written = ["c.json", "c.html", "m.toml"];
    let done = dir.run(&[
        "check",
        "t.csv",
        "--project",
        "p.toml",
        "--json",
        "c.json",
        "--html",
        "c.html",
        "--show-lines",
        "--save-mapping",
        "m.toml",
        "--cohort",
        "2022..2025",
    ]);
    // One id stands twice.
    assert_eq!(done.code, 3);
    assert!(done.out.contains("STOPS"), "{}", done.out);
    assert!(done.out.contains("lines of first: "), "{}", done.out);
    let compare = dir.ok(&[
        "check",
        "--compare",
        "c.json",
        "c.json",
        "--html",
        "d.html",
        "--json",
        "d.json",
    ]);
    for done in [&done, &compare] {
        assert_eq!(marker_in(done.out.as_bytes()), None, "{}", done.out);
        assert_eq!(marker_in(done.err.as_bytes()), None, "{}", done.err);
    }
    for name in written.into_iter().chain(["d.html", "d.json"]) {
        let bytes = dir.bytes(name);
        assert_eq!(
            marker_in(&bytes),
            None,
            "{name}: {}",
            String::from_utf8_lossy(&bytes)
        );
    }
}

#[test]
fn lines_and_small_counts_stay_at_home() {
    let dir = Dir::with_project();
    dir.write("t.csv", canary());
    let done = dir.run(&[
        "check",
        "t.csv",
        "--json",
        "c.json",
        "--html",
        "c.html",
        "--show-lines",
    ]);
    assert_eq!(done.code, 3);
    for name in ["c.json", "c.html"] {
        let text = dir.read(name);
        assert!(!text.contains("lines"), "{name}");
        assert!(text.contains("= 10"), "{name}");
    }
    let report: serde_json::Value = serde_json::from_str(&dir.read("c.json")).unwrap();
    let findings = report["findings"].as_array().unwrap();
    assert!(findings.iter().any(|f| f["count"] == "<= 10"));
    for finding in findings {
        let n = finding["count"].as_u64();
        assert!(
            n.is_none_or(|n| n > 10 && !(38..48).contains(&n)),
            "{finding}"
        );
    }
    let safe = dir.run(&["check", "t.csv", "--safe"]);
    assert!(safe.out.contains("<= 10 rows"), "{}", safe.out);
    assert!(!safe.out.contains(" 2 rows"), "{}", safe.out);
}

#[test]
fn the_demo_tables_are_fit_and_fit_each_other() {
    let dir = Dir::new();
    for party in ["district", "college"] {
        let table = testdata(&format!("k12-demo/{party}.csv"));
        let json = format!("{party}.json");
        let done = dir.ok(&["check", &table, "--json", &json]);
        assert!(
            done.out
                .contains("verdict     fit to be linked, with losses"),
            "{}",
            done.out
        );
        assert!(done.out.contains("birthdate"), "{}", done.out);
    }
    let done = dir.ok(&["check", "--compare", "district.json", "college.json"]);
    assert!(
        done.out.contains("born in years that both have"),
        "{}",
        done.out
    );
    assert!(done.out.contains("mdy"), "{}", done.out);
    // Reports are not replaced by chance.
    let table = testdata("k12-demo/district.csv");
    dir.fails(
        &["check", &table, "--json", "district.json"],
        1,
        &["--force"],
    );
}

#[test]
fn a_report_that_is_none_is_refused() {
    let dir = Dir::with_project();
    dir.ok(&["check", "t.csv", "--json", "a.json"]);
    let text = dir.read("a.json");
    dir.write(
        "b.json",
        text.replace("blindlink-check-1", "blindlink-check-7"),
    );
    dir.fails(
        &["check", "--compare", "a.json", "b.json"],
        3,
        &["b.json", "version"],
    );
    dir.write("b.json", "{\"format\":\"blindlink-check-1\",\"Zzyzxa\":1}");
    let done = dir.fails(&["check", "--compare", "a.json", "b.json"], 3, &["b.json"]);
    assert!(!done.err.contains("Zzyzxa"));
    dir.fails(&["check", "--compare", "a.json", "t.csv"], 3, &["t.csv"]);
    dir.fails(&["check"], 2, &["required"]);
    dir.fails(
        &["check", "t.csv", "--cohort", "2022..2019"],
        2,
        &["2019..2022"],
    );
}

#[test]
fn next_year_the_header_is_compared() {
    let dir = Dir::with_project();
    let header = "STU_NO,fn,ln,dob,sufx,nickname,homeroom";
    let row = "71,Zzyzxa,Qwertyuiop,03/14/2006,,Zed,7\n72,Vvortex,Asdfghjkl,11/30/2005,,,7\n";
    dir.write("t.csv", format!("{header}\n{row}"));
    dir.ok(&[
        "check",
        "t.csv",
        "--map",
        "id=STU_NO",
        "--map",
        "suffix=sufx",
        "--save-mapping",
        "m.toml",
    ]);
    let saved = dir.read("m.toml");
    assert!(
        saved.contains("fingerprint") && saved.contains("date_format = \"mdy\""),
        "{saved}"
    );

    // The same header: nothing to say, and nothing to be said by hand; a date that does not decide is read.
    dir.write(
        "t.csv",
        format!("{header}\n71,Zzyzxa,Qwertyuiop,03/04/2006,,Zed,7\n"),
    );
    let done = dir.ok(&["check", "t.csv", "--mapping", "m.toml"]);
    assert!(!done.err.contains("warning"), "{}", done.err);
    let mut encode = encode_args("t.csv", "a", "a.tokens").to_vec();
    dir.fails(&encode, 3, &[]);
    encode.extend(["--mapping", "m.toml"]);
    dir.ok(&encode);

    // Other columns are new, gone or renamed.
    dir.write(
        "t.csv",
        format!("{}\n{row}", "STU_NO,fn,ln,dob,suffx,nickname,track"),
    );
    let done = dir.ok(&["check", "t.csv", "--mapping", "m.toml"]);
    for text in [
        "\"sufx\" (name suffix) is gone",
        "\"suffx\"",
        "\"track\" is new",
        "\"homeroom\" is gone",
    ] {
        assert!(done.err.contains(text), "expected {text}: {}", done.err);
    }
    // A needed one.
    dir.write(
        "t.csv",
        format!("{}\n{row}", "STUNUMBER,fn,ln,dob,sufx,nickname,homeroom"),
    );
    dir.fails(
        &["check", "t.csv", "--mapping", "m.toml"],
        3,
        &["STU_NO", "STUNUMBER"],
    );
    dir.ok(&[
        "check",
        "t.csv",
        "--mapping",
        "m.toml",
        "--map",
        "id=STUNUMBER",
    ]);
    // A table without headers, in which the first student would be taken for one.
    dir.write("t.csv", row);
    let done = dir.fails(&["check", "t.csv", "--mapping", "m.toml"], 3, &["header"]);
    assert!(!done.err.contains("Zzyzxa"));
}

#[test]
fn a_saved_mapping_that_is_none_is_refused() {
    let dir = Dir::with_project();
    dir.ok(&["check", "t.csv", "--save-mapping", "m.toml"]);
    let saved = dir.read("m.toml");
    for (from, to) in [
        ("blindlink-mapping-1", "blindlink-mapping-2"),
        ("preset = \"generic\"", "preset = \"generic\"\nmore = 1"),
        ("\"generic\"", "\"sis-of-nowhere\""),
        ("\"comma\"", "\"colon\""),
        ("width = 4", "width = 5"),
        ("first = [\"first_name\"]", "first = [\"forename\"]"),
        ("first = [\"first_name\"]", "frist = [\"first_name\"]"),
    ] {
        assert!(saved.contains(from), "{from} in {saved}");
        dir.write("m2.toml", saved.replace(from, to));
        dir.fails(&["check", "t.csv", "--mapping", "m2.toml"], 3, &["m2.toml"]);
    }
    dir.fails(
        &["check", "t.csv", "--save-mapping", "t.csv", "--force"],
        2,
        &["overwrite"],
    );
}
