//! Good files in every form, and bad ones with their class, their place, and no cell in the text.

mod aliases;
mod columns;
mod dates;
mod guard;
mod presets;
mod systems;

use std::io::Write;

use super::*;
use crate::error::{Class, Error};
use crate::units::BirthDate;

/// Stands in every cell whose text must not come back.
const SECRET: &str = "Zzyzx";
const HEAD: &str = "student_id,first_name,last_name,dob\n";

fn file(content: impl AsRef<[u8]>) -> tempfile::NamedTempFile {
    let mut file = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
    file.write_all(content.as_ref()).unwrap();
    file
}

fn read_with(content: impl AsRef<[u8]>, mapping: &Mapping) -> Result<(Table, Vec<Record>)> {
    let file = file(content);
    let records: Result<Vec<Record>> = Table::open(file.path(), mapping)?.records().collect();
    Ok((Table::open(file.path(), mapping)?, records?))
}

fn read(content: impl AsRef<[u8]>) -> Result<(Table, Vec<Record>)> {
    read_with(content, &Mapping::default())
}

fn map(arguments: &[&str]) -> Mapping {
    let mut mapping = Mapping::default();
    for argument in arguments {
        mapping.map(argument).unwrap();
    }
    mapping
}

/// The input error of a file, after checking that it does not show what must not be shown.
#[track_caller]
fn refused_with(content: impl AsRef<[u8]>, mapping: &Mapping) -> Error {
    let e = read_with(content, mapping).expect_err("the file is bad");
    assert!(!e.to_string().contains(SECRET), "{e}");
    assert_eq!(e.class(), Class::Input, "{e}");
    e
}

#[track_caller]
fn refused(content: impl AsRef<[u8]>) -> Error {
    refused_with(content, &Mapping::default())
}

#[track_caller]
fn place(e: &Error) -> (Option<u64>, Option<&str>) {
    let location = e.location().expect("it happened in a file");
    (location.line, location.column.as_deref())
}

#[track_caller]
fn says(e: &Error, words: &[&str]) {
    for word in words {
        assert!(e.to_string().contains(word), "{word:?} in: {e}");
    }
}

fn date(y: u16, m: u8, d: u8) -> Birth {
    Birth::Known(BirthDate::new(y, m, d).unwrap())
}

#[test]
fn reads_the_chosen_columns_trimmed() {
    let (table, records) = read(
        "School,Student ID,LAST-NAME,First.Name,MI,Suffix,Birth Date,SEX\n\
         x,007, Smith ,\tAnn ,E.,Jr,2005-03-04,F\n\
         y,8,\"Smith, Jones\",\"Ann \"\"A\"\"\",,,,\n",
    )
    .unwrap();
    let header = |f| table.columns().header(f);
    assert_eq!(header(Field::StudentId), Some("Student ID"));
    assert_eq!(header(Field::Last), Some("LAST-NAME"));
    assert_eq!(header(Field::Middle), Some("MI"));
    assert_eq!(table.date_format(), Some(DateFormat::Iso));
    let missing: Vec<Field> = table.columns().missing().collect();
    assert_eq!(missing, [Field::AliasFirst, Field::AliasLast]);
    let one = Record {
        line: 2,
        student_id: "007".into(),
        first: "Ann".into(),
        middle: "E.".into(),
        last: "Smith".into(),
        suffix: "Jr".into(),
        gender: "F".into(),
        birthdate: date(2005, 3, 4),
        ..Record::default()
    };
    assert!(records[0] == one);
    assert_eq!(records[1].last, "Smith, Jones");
    assert_eq!(records[1].first, "Ann \"A\"");
    assert_eq!(records[1].birthdate, Birth::Missing);
}

#[test]
fn detects_the_delimiter_and_obeys_the_user() {
    for d in Delimiter::ALL {
        let c = char::from(d.byte());
        let (table, records) = read(format!("id{c}last{c}\"a,b;c\"\n1{c}Smith{c}x\n")).unwrap();
        assert_eq!(table.delimiter(), d);
        assert_eq!(records[0].last, "Smith");
        assert_eq!(d.name().parse::<Delimiter>().unwrap(), d);
        assert_eq!(c.to_string().parse::<Delimiter>().unwrap(), d);
    }
    let text = "id|last,x,y,z\n1|Smith,,,\n";
    let mapping = map(&["last=last,x,y,z"]).with_delimiter(Delimiter::Pipe);
    assert_eq!(read_with(text, &mapping).unwrap().1[0].last, "Smith,,,");
    assert!("x".parse::<Delimiter>().is_err());
    assert_eq!("\\t".parse::<Delimiter>().unwrap(), Delimiter::Tab);
}

#[test]
fn lines_stay_right_whatever_ends_them() {
    let text = "\u{feff}\nid,last,note\n\n1,Smith,\"two\nlines\"\n2,Jones,\n\n\n3,Brown,";
    for text in [
        text.to_owned(),
        text.replace('\n', "\r\n"),
        text.replace('\n', "\r\r\n"),
    ] {
        let (_, records) = read(&text).unwrap();
        let lines: Vec<u64> = records.iter().map(|r| r.line).collect();
        assert_eq!(lines, [4, 6, 9], "{text:?}");
        assert_eq!(records[2].last, "Brown");
    }
}

#[test]
fn lines_stay_right_over_many_chunks() {
    let mut text = String::from(HEAD);
    for i in 0..20_000 {
        text += &format!("{i},\"An\r\nn\",Smith,2005-01-01\r\n");
    }
    let (_, records) = read(&text).unwrap();
    assert_eq!(records.len(), 20_000);
    for (i, record) in records.iter().enumerate() {
        assert_eq!(record.line, 2 + 2 * i as u64);
        assert_eq!(record.student_id, i.to_string());
    }
}

#[test]
fn batches_hold_the_same_rows() {
    let text = format!("{HEAD}1,A,B,2005-01-01\n2,C,D,\n3,E,F,2005-02-30\n4,E,F,2005-01-01\n");
    let records = read(&text).unwrap().1;
    let file = file(&text);
    let mut table = Table::open(file.path(), &Mapping::default()).unwrap();
    let mut batch = vec![Record::default(); 5];
    assert_eq!(table.next_batch(3, &mut batch).unwrap(), 3);
    assert!(batch == records[..3]);
    assert_eq!(table.next_batch(3, &mut batch).unwrap(), 1);
    assert!(batch == records[3..]);
    assert_eq!(table.next_batch(3, &mut batch).unwrap(), 0);
    assert!(batch.is_empty());
}

#[test]
fn other_columns_are_dropped_unseen() {
    let (_, records) = read(b"id,last,school\n1,Smith,Coll\xe8ge\n").unwrap();
    assert_eq!(records[0].last, "Smith");
}

#[test]
fn a_missing_file_is_an_error_of_the_system_and_a_folder_must_hold_an_export() {
    let folder = tempfile::tempdir().unwrap();
    let none = folder.path().join("none.csv");
    for (path, class) in [(&*none, Class::Io), (folder.path(), Class::Input)] {
        let e = Table::open(path, &Mapping::default()).unwrap_err();
        assert_eq!(e.class(), class);
        assert_eq!(e.location().unwrap().path, path);
    }
}

#[test]
fn files_without_rows_are_refused() {
    for text in ["", "\u{feff}", "\n\r\n"] {
        says(&refused(text), &["the file is empty"]);
    }
    for text in [HEAD, HEAD.trim_end(), &format!("{HEAD}\r\n\n")] {
        says(&refused(text), &["no row after it"]);
    }
}

#[test]
fn files_that_are_not_text_are_refused() {
    for (start, what) in [
        (&b"PK\x03\x04"[..], "ZIP archive is damaged"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"\xff\xfei\0d\0\n", "odd number of bytes"),
        (b"PAR1", "Parquet"),
    ] {
        says(&refused(start), &[what, "hint: "]);
    }
    let e = refused(format!("{HEAD}1,a,b,\n2,{SECRET}\0,b,\n"));
    assert_eq!(place(&e).0, Some(3));
    says(&e, &["NUL"]);
}

#[test]
fn a_row_of_another_width_is_refused() {
    for row in [format!("2,{SECRET},b"), format!("2,{SECRET},b,,")] {
        for end in ["\n", "\r\n"] {
            let text = format!("{HEAD}1,\"a\nb\",b,\n\n{row}\n").replace('\n', end);
            let e = refused(text);
            assert_eq!(place(&e).0, Some(5));
            says(
                &e,
                &[
                    "expected 4 cells",
                    &format!("found {}", row.split(',').count()),
                ],
            );
        }
    }
}

#[test]
fn faulty_quotes_are_refused_at_the_line_that_opens_them() {
    let e = refused(format!("{HEAD}1,a,b,\n2,\"{SECRET},b,\n3,a,b,\n"));
    assert_eq!(place(&e).0, Some(3));
    says(&e, &["never closed"]);
    let e = refused(format!(
        "{HEAD}1,a,b,\n2,\"{SECRET}\n{SECRET}\"{SECRET},b,\n"
    ));
    assert_eq!(place(&e).0, Some(3));
    says(&e, &["after its closing one"]);
    // Inside a cell that starts with something else it is a character like any other.
    let (_, records) = read("id,last\n1,O\"Testa\"\n").unwrap();
    assert_eq!(records[0].last, "O\"Testa\"");
}

#[test]
fn a_line_end_of_the_old_macintosh_is_refused() {
    let e = refused(format!("id,last\r1,{SECRET}\r"));
    assert_eq!(place(&e).0, Some(1));
    says(&e, &["carriage return"]);
}

#[test]
fn text_of_other_encodings_is_read() {
    let text = "id,n\u{f1},last\n1,b,Zzyzx\u{f1}\n";
    let latin: Vec<u8> = text.chars().map(|c| c as u8).collect();
    let utf16: Vec<u8> = format!("\u{feff}{text}")
        .encode_utf16()
        .flat_map(u16::to_be_bytes)
        .collect();
    for bytes in [latin, utf16] {
        let (_, records) = read(bytes).unwrap();
        assert_eq!(records[0].last, "Zzyzx\u{f1}");
    }
}

#[test]
fn bad_rows_are_left_out_up_to_a_share() {
    let mut text = String::from(HEAD);
    for i in 0..200 {
        text += &format!("{i},a,b,2005-01-01\n");
    }
    text += &format!("200,{SECRET}\n201,\"a\"{SECRET},b,2005-01-01\n");
    let share = |most| Mapping::default().with_most_bad(most);
    let file = file(&text);
    let mut table = Table::open(file.path(), &share(0.01)).unwrap();
    let mut batch = Vec::new();
    assert_eq!(table.next_batch(300, &mut batch).unwrap(), 200);
    let bad: Vec<u64> = table.bad_rows().rows().iter().map(|r| r.line).collect();
    assert_eq!(bad, [202, 203]);
    // 2 of 202.
    assert!(read_with(&text, &share(0.0099)).is_err());
    let e = refused_with(&text, &share(0.0));
    assert_eq!(place(&e).0, Some(202));
    says(
        &e,
        &[
            "2 of 202 rows",
            "line 202: expected 4 cells",
            "found 2",
            "line 203: a cell",
            "--max-bad",
        ],
    );
    for i in 0..25 {
        text += &format!("{i},\n");
    }
    says(&refused(&text), &["27 of 227 rows", "and 7 more"]);
}

#[test]
fn a_delimiter_that_changes_midway_is_named_with_its_first_line() {
    let mut text = String::from(HEAD);
    text += &"1,a,b,2005-01-01\n".repeat(10);
    text += &format!("1;{SECRET};b;2005-01-01\n").repeat(5);
    let e = refused(&text);
    assert_eq!(place(&e).0, Some(12));
    says(
        &e,
        &[
            "line 12: expected cells divided by comma",
            "found semicolon",
            "two exports",
        ],
    );
}

#[test]
fn debug_shows_no_person() {
    let (table, records) = read(format!("{HEAD}1,{SECRET},b,2005-11-30\n")).unwrap();
    let shown = format!("{table:?} {:?} {:?}", records[0], records[0].birthdate);
    assert!(
        !shown.contains(SECRET) && !shown.contains("2005"),
        "{shown}"
    );
    assert!(shown.contains("Record { line: 2, .. }"));
}
