//! Forms of a table: which are read, as what, and how the user says otherwise.

use std::sync::Arc;

use super::archives::zip;
use super::{PEOPLE, tokens, utf16, windows_1252};
use crate::harness::{Dir, encode_args, words};

/// [`PEOPLE`] as a Parquet file, with a column of dates.
fn parquet() -> Vec<u8> {
    use parquet::data_type::{ByteArray, ByteArrayType, Int32Type, Int64Type};
    use parquet::file::writer::SerializedFileWriter;

    let schema = "message table {
        required int64 student_id;
        required binary first_name (utf8);
        required binary last_name (utf8);
        required int32 birthdate (date);
    }";
    let schema = parquet::schema::parser::parse_message_type(schema).unwrap();
    let texts = |cells: [&str; 3]| cells.map(ByteArray::from);
    let mut writer =
        SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut columns = 0;
    while let Some(mut column) = group.next_column().unwrap() {
        let written = match columns {
            0 => column
                .typed::<Int64Type>()
                .write_batch(&[71, 72, 73], None, None),
            1 => column.typed::<ByteArrayType>().write_batch(
                &texts(["Zzyzxa", "Vvortex", "Qqx\nMaria"]),
                None,
                None,
            ),
            2 => column.typed::<ByteArrayType>().write_batch(
                &texts(["Qwertyuiop", "Asdfgh\u{f1}kl", "Zxcvbnm"]),
                None,
                None,
            ),
            // Days since 1970-01-01.
            _ => column
                .typed::<Int32Type>()
                .write_batch(&[13_221, 13_117, 12_477], None, None),
        };
        assert_eq!(written.unwrap(), 3);
        column.close().unwrap();
        columns += 1;
    }
    group.close().unwrap();
    writer.into_inner().unwrap()
}

#[test]
fn every_form_of_a_table_gives_the_same_tokens() {
    let dir = Dir::with_project();
    dir.write("t.csv", PEOPLE);
    let (plain, err) = tokens(&dir, "t.csv", &[]);
    assert!(err.contains("read as     UTF-8, comma, any table with headers\n"));
    let crlf = PEOPLE.replace('\n', "\r\n");
    let tabs = PEOPLE.replace(',', "\t");
    let mut forms = vec![
        (
            "bom.csv",
            format!("\u{feff}{PEOPLE}").into_bytes(),
            "UTF-8, comma",
        ),
        ("crlf.csv", crlf.clone().into_bytes(), "UTF-8, comma"),
        ("le.txt", utf16(&tabs, u16::to_le_bytes), "UTF-16, tab"),
        (
            "be.txt",
            utf16(&crlf, u16::to_be_bytes),
            "UTF-16 (big-endian), comma",
        ),
        ("latin.csv", windows_1252(PEOPLE), "Windows-1252, comma"),
        (
            "t.zip",
            zip(&[("out/t.csv", PEOPLE.as_bytes())], 0, None),
            "out/t.csv, UTF-8, comma",
        ),
        ("t.parquet", parquet(), "Parquet, any table"),
    ];
    for (character, name) in [
        ("\t", "tab"),
        ("|", "pipe"),
        (";", "semicolon"),
        ("^", "caret"),
    ] {
        let text = PEOPLE.replace(',', character).into_bytes();
        forms.push((name, text, name));
    }
    for (name, bytes, words) in forms {
        dir.write(name, bytes);
        let (found, err) = tokens(&dir, name, &[]);
        assert!(err.contains(words), "{name}: {err}");
        assert!(found == plain, "{name}");
    }
    // Without its headers.
    dir.write("bare.csv", PEOPLE.split_once('\n').unwrap().1);
    let maps = ["--map", "id=#1", "--map", "first=#2", "--map", "last=#3"];
    let more = [&maps[..], &["--map", "birthdate=#4", "--no-headers"]].concat();
    let (found, err) = tokens(&dir, "bare.csv", &more);
    assert!(
        err.contains("read as     UTF-8, comma, no header line\n"),
        "{err}"
    );
    assert!(found == plain);
}

#[test]
fn what_was_found_is_told_and_can_be_overridden() {
    let dir = Dir::with_project();
    dir.write("latin.csv", windows_1252(PEOPLE));
    let more = words("--json --encoding windows-1252 --preset generic --delimiter ,");
    let args = [&encode_args("latin.csv", "a", "a.tokens")[..], &more].concat();
    let json = dir.ok(&args).json();
    let expected = serde_json::json!({
        "table": null, "encoding": "windows-1252", "delimiter": "comma", "preset": "generic",
        "headers": true, "damaged_characters": 0,
    });
    assert_eq!(json["read_as"], expected);
    // Read as UTF-8, a letter is lost, and this is said.
    let (_, err) = tokens(&dir, "latin.csv", &["--encoding", "utf-8", "--quiet"]);
    assert!(err.contains("warning: latin.csv:3: 1 characters"), "{err}");
}

#[test]
fn a_wrong_value_suggests_the_nearest() {
    let dir = Dir::with_project();
    for (option, value, words) in [
        ("--preset", "powerscool", "'powerschool'"),
        ("--encoding", "windows1252", "'windows-1252'"),
        ("--delimiter", "semicolons", "'semicolon'"),
        ("--date-format", "mddy", "mdyy"),
        ("--max-bad", "101", "from 0 to 100"),
        ("--map", "brithdate=x", "did you mean birthdate?"),
    ] {
        let args = [&encode_args("t.csv", "a", "x.tokens")[..], &[option, value]].concat();
        dir.fails(&args, 2, &[words]);
    }
    let args = [
        &encode_args("t.csv", "a", "x.tokens")[..],
        &["--strict", "--max-bad", "2"],
    ];
    dir.fails(&args.concat(), 2, &["cannot be used with"]);
}
