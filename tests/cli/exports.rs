//! Exports in every form: the same people give the same tokens, and what is no table is refused in clear words.

use std::io::Write as _;
use std::sync::Arc;

use crate::harness::{Dir, TABLE, audit_args, encode_args};

/// Invented people, with a letter beyond ASCII and a line break in a cell.
const PEOPLE: &str = "student_id,first_name,last_name,birthdate\n\
                      71,Zzyzxa,Qwertyuiop,2006-03-14\n\
                      72,Vvortex,Asdfgh\u{f1}kl,2005-11-30\n\
                      73,\"Qqx\nMaria\",Zxcvbnm,2004-02-29\n";

/// The tokens of `table`, encoded with `more` under a fixed seed.
fn tokens(dir: &Dir, table: &str, more: &[&str]) -> (Vec<u8>, String) {
    let mut args = encode_args(table, "a", "a.tokens").to_vec();
    args.extend(["--test-seed", "1", "--force"]);
    args.extend(more);
    let done = dir.ok(&args);
    (dir.bytes("a.tokens"), done.err)
}

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    let marked = format!("\u{feff}{text}");
    marked.encode_utf16().flat_map(bytes).collect()
}

fn windows_1252(text: &str) -> Vec<u8> {
    encoding_rs::WINDOWS_1252.encode(text).0.into_owned()
}

/// A ZIP archive of these files; `flags` and `size` are what is said of each.
fn zip(files: &[(&str, &[u8])], flags: u16, size: Option<u32>) -> Vec<u8> {
    let packed: Vec<_> = files
        .iter()
        .map(|(name, content)| {
            let mut crc = flate2::Crc::new();
            crc.update(content);
            let size = size.unwrap_or(content.len() as u32);
            (*name, deflate(content, true), crc.sum(), size)
        })
        .collect();
    archive(&packed, flags)
}

/// `content` packed; if it is not the last of its file, more may follow.
fn deflate(content: &[u8], is_last: bool) -> Vec<u8> {
    let mut encoder =
        flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(content).unwrap();
    if is_last {
        return encoder.finish().unwrap();
    }
    encoder.flush().unwrap();
    encoder.get_ref().clone()
}

/// A ZIP archive of packed files, each with its name, its checksum and its size.
fn archive(files: &[(&str, Vec<u8>, u32, u32)], flags: u16) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, packed, crc, size) in files {
        let mut entry = Vec::new();
        for n in [20, flags, 8, 0, 0] {
            entry.extend(n.to_le_bytes());
        }
        for n in [*crc, packed.len() as u32, *size, name.len() as u32] {
            entry.extend(n.to_le_bytes());
        }
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(&entry);
        directory.extend([0; 10]);
        directory.extend((out.len() as u32).to_le_bytes());
        directory.extend(name.as_bytes());
        out.extend(b"PK\x03\x04");
        out.extend(&entry);
        out.extend(name.as_bytes());
        out.extend(packed);
    }
    let (start, n) = (out.len() as u32, files.len() as u16);
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(n.to_le_bytes());
    out.extend(n.to_le_bytes());
    out.extend((directory.len() as u32).to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend(0_u16.to_le_bytes());
    out
}

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
    let more = [
        "--json",
        "--encoding",
        "windows-1252",
        "--preset",
        "generic",
        "--delimiter",
        ",",
    ];
    let args = [&encode_args("latin.csv", "a", "a.tokens")[..], &more].concat();
    let json: serde_json::Value = serde_json::from_str(&dir.ok(&args).out).unwrap();
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

#[test]
fn a_table_of_an_archive_can_be_chosen() {
    let dir = Dir::with_project();
    let other = TABLE.replace("71,", "81,");
    let files: &[(&str, &[u8])] = &[("a/t.csv", TABLE.as_bytes()), ("b/t.csv", other.as_bytes())];
    dir.write("t.zip", zip(files, 0, None));
    let args = |table: &'static str| {
        [
            &encode_args("t.zip", "a", "a.tokens")[..],
            &["--table", table],
        ]
        .concat()
    };
    dir.fails(
        &args("c.csv"),
        3,
        &["there is no table \"c.csv\"", "a/t.csv"],
    );
    dir.fails(&args("t.csv"), 3, &["2 tables"]);
    let done = dir.ok(&args("b/t.csv"));
    assert!(
        done.err.contains("read as     b/t.csv, UTF-8"),
        "{}",
        done.err
    );
    assert!(dir.read("a.refs.csv").contains(",81\n"));
}

/// An archive that says the truth of 4 GB of one character is not unpacked, and one that lies no further than it says.
#[cfg(unix)]
#[test]
fn an_archive_that_is_a_trap_takes_neither_memory_nor_time() {
    let million = vec![b'0'; 1_000_000];
    let mut packed = deflate(&million, false).repeat(3_999);
    packed.extend(deflate(&million, true));
    assert!(packed.len() < 1 << 23);
    for (size, words) in [
        (4_000_000_000, "unpacks to 4000 MB"),
        (1_000_000, "not what it says"),
    ] {
        let dir = Dir::with_project();
        dir.write("bad.zip", archive(&[("t.csv", packed.clone(), 0, size)], 0));
        let before = dir.files();
        let done = dir.sh(
            "ulimit -v 600000; exec \"$0\" encode bad.zip --project p.toml --party a --key k -o x.tokens --threads 2",
        );
        dir.check_failure(&done, &before, 3, &[words]);
    }
}
