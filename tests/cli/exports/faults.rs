//! Tables with faults: rows and cells that are rejected or refused in their place, and what is no table.

use super::archives::zip;
use super::{PEOPLE, tokens, utf16, windows_1252};
use crate::harness::{Dir, TABLE, audit_args, encode_args};

#[test]
fn bad_rows_of_a_good_file_are_rejects_in_their_place() {
    let dir = Dir::with_project();
    let mut text = String::from("student_id,first_name,last_name,birthdate\n");
    for i in 0..3000 {
        text += &format!("{i},Zzyzxa,Qwertyuiop,2006-03-{:02}\n", i % 28 + 1);
        match i {
            99 => text += "x,y\n",
            100..121 => text += "x;y;z;w\n",
            1999 => text += ",Nobody,Noid,2006-03-14\n7,\"Zz\"y,Q,2006-03-14\n",
            _ => {}
        }
    }
    dir.write("t.csv", &text);
    let done = dir.encode("t.csv", "a");
    for words in [
        "3024 rows read, 3000 records encoded, 24 rejected (23 bad_row, 1 no_student_id)",
        "warning: t.csv: 23 rows cannot be divided",
        "  line 102: expected 4 cells, as in the first line, found 2\n",
        "  line 104: expected cells divided by comma, as in the first line, found semicolon\n",
        "  and 3 more\n",
    ] {
        assert!(done.err.contains(words), "{words} in: {}", done.err);
    }
    let rejects = dir.read("a.rejects.csv");
    let lines: Vec<&str> = rejects.lines().skip(1).collect();
    assert_eq!(lines.len(), 24);
    assert_eq!(lines[..2], ["102,bad_row", "104,bad_row"]);
    assert_eq!(lines[22..], ["2024,no_student_id", "2025,bad_row"]);
    let with = |more: &[&'static str]| [&encode_args("t.csv", "a", "x.tokens")[..], more].concat();
    let texts = ["t.csv:102: 23 of 3024 rows", "--max-bad", "and 3 more"];
    dir.fails(&with(&["--strict"]), 3, &texts);
    dir.fails(&with(&["--max-bad", "0.5"]), 3, &texts);
    // The audit reads the same people.
    let done = dir.run(&[&audit_args("t.csv")[..], &["--strict"]].concat());
    assert_eq!(done.code, 3);
    assert!(done.err.contains("23 of 3024 rows"), "{}", done.err);
}

#[test]
fn ids_that_excel_has_cut_are_rejected() {
    let dir = Dir::with_project();
    dir.write(
        "t.csv",
        format!(
            "{TABLE}1.23E+09,Zz,Qq,2006-01-01\n1.23E+09,Yy,Pp,2006-01-02\n1E5,Xx,Oo,2006-01-03\n"
        ),
    );
    let done = dir.encode("t.csv", "a");
    assert!(
        done.err.contains("2 rejected (2 mangled_id)"),
        "{}",
        done.err
    );
    assert_eq!(
        dir.read("a.rejects.csv"),
        "line,reason\n4,mangled_id\n5,mangled_id\n"
    );
}

#[test]
fn dates_that_excel_has_cut_are_refused_until_the_user_says_how() {
    let dir = Dir::with_project();
    let text = TABLE
        .replace("2006-03-14", "3/14/06")
        .replace("2005-11-30", "11/30/05");
    dir.write("t.csv", text);
    dir.encode_fails(
        "t.csv",
        3,
        &[
            "t.csv:2: column \"birthdate\"",
            "found 9/99/99",
            "--date-format mdyy",
            "1930 to 1999",
        ],
    );
    let (short, err) = tokens(&dir, "t.csv", &["--date-format", "mdyy"]);
    assert!(err.contains("dates       mdyy"), "{err}");
    dir.write(
        "t.csv",
        TABLE
            .replace("2006-03-14", "14-MAR-2006")
            .replace("2005-11-30", "30-Nov-2005"),
    );
    let (named, err) = tokens(&dir, "t.csv", &[]);
    assert!(err.contains("dates       dmony"), "{err}");
    dir.write("t.csv", TABLE);
    let (plain, _) = tokens(&dir, "t.csv", &[]);
    assert!(short == plain && named == plain);
}

#[test]
fn what_is_no_table_is_refused_in_clear_words() {
    let table = TABLE.as_bytes();
    let half = TABLE.repeat(30);
    let midway = format!("{TABLE}{}", "73;Zz;Qq;2006-01-01\n".repeat(3));
    let mixed = [windows_1252(PEOPLE), PEOPLE.as_bytes().to_vec()].concat();
    let mut odd = utf16(PEOPLE, u16::to_le_bytes);
    odd.pop();
    let workbook: &[(&str, &[u8])] = &[("[Content_Types].xml", b"<"), ("xl/workbook.xml", b"<")];
    let two: &[(&str, &[u8])] = &[("a/users.csv", table), ("b/users.csv", table)];
    let one: &[(&str, &[u8])] = &[("t.csv", half.as_bytes())];
    let whole = zip(one, 0, None);
    let nested = zip(&[("t.csv", &whole)], 0, None);
    let long = format!("{TABLE}73,{},Qq,2006-01-01\n", "z".repeat(1 << 20));
    let cases: Vec<(Vec<u8>, &[&str])> = vec![
        (
            b"<html><table><tr><td>71".to_vec(),
            &["found a web page (HTML)", "CSV or text"],
        ),
        (zip(workbook, 0, None), &["an Excel workbook", "CSV UTF-8"]),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(),
            &["an old Excel workbook"],
        ),
        (b"%PDF-1.7\n".to_vec(), &["a PDF document"]),
        (
            zip(two, 0, None),
            &[
                "2 tables in the archive",
                "b/users.csv",
                "--table \"a/users.csv\"",
            ],
        ),
        (
            midway.into_bytes(),
            &["bad.csv:4:", "divided by comma", "found semicolon"],
        ),
        (b"id,last\n1,Q\0\n".to_vec(), &["bad.csv:2:", "a NUL byte"]),
        (zip(one, 0, Some(1 << 30)), &["unpacks to 1073 MB"]),
        (
            zip(&[("t.csv", &vec![b'1'; 1 << 22])], 0, Some(100)),
            &["damaged", "not what it says"],
        ),
        (nested, &["an archive inside an archive"]),
        (
            whole[..whole.len() - 30].to_vec(),
            &["the ZIP archive is damaged"],
        ),
        (zip(one, 1, None), &["the archive is encrypted"]),
        (odd, &["odd number of bytes"]),
        (
            mixed,
            &["characters of two encodings", "--encoding windows-1252"],
        ),
        (
            TABLE.replace('\n', "\r").into_bytes(),
            &["carriage return alone"],
        ),
        (TABLE.lines().next().unwrap().into(), &["no row after it"]),
        (
            format!("{TABLE}73,\"Zz,Qq,2006-01-01\n").into(),
            &["bad.csv:4:", "never closed"],
        ),
        (long.into_bytes(), &["bad.csv:4:", "more than 1 MiB"]),
    ];
    for (bytes, texts) in cases {
        let dir = Dir::with_project();
        dir.write("bad.csv", bytes);
        let done = dir.encode_fails("bad.csv", 3, texts);
        assert!(done.err.starts_with("error: bad.csv"), "{}", done.err);
        for name in ["Zzyzxa", "Qwertyuiop", "Vvortex", "Zz"] {
            assert!(!done.err.contains(name), "{}", done.err);
        }
    }
}
