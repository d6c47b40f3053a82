//! Student tables that cannot be read: each is refused with its place, and nothing is written.

use crate::harness::{Dir, TABLE, encode_args};

const HEADER: &str = "student_id,first_name,last_name,birthdate\n";

/// Encoding a table of `bytes` must exit with 3, name the file and say `texts`.
fn refused(bytes: impl AsRef<[u8]>, texts: &[&str]) {
    let dir = Dir::with_project();
    dir.write("bad.csv", bytes);
    let done = dir.encode_fails("bad.csv", 3, texts);
    assert!(done.err.starts_with("error: bad.csv"), "{}", done.err);
}

#[test]
fn missing_file() {
    let dir = Dir::with_project();
    dir.encode_fails("none.csv", 1, &["none.csv", "no such file"]);
}

#[test]
fn a_folder() {
    let dir = Dir::with_project();
    std::fs::create_dir(dir.path("folder.csv")).unwrap();
    dir.encode_fails(
        "folder.csv",
        3,
        &["folder.csv", "a folder: expected a file"],
    );
}

#[test]
fn empty_file() {
    refused("", &["the file is empty"]);
    refused("\u{feff}\r\n\r\n", &["the file is empty"]);
}

#[test]
fn header_only() {
    refused(HEADER, &["a header line and no row after it"]);
}

#[test]
fn no_header() {
    // A first line of data is not shown as if it were headers.
    let dir = Dir::with_project();
    dir.write("bad.csv", TABLE.split_once('\n').unwrap().1);
    let done = dir.encode_fails("bad.csv", 3, &["bad.csv:1:", "no header that is known"]);
    assert!(!done.err.contains("Zzyzxa"));
}

#[test]
fn no_id_column() {
    refused(
        TABLE.replace("student_id", "colour"),
        &["bad.csv:1:", "no column for the student id", "--map id="],
    );
}

#[test]
fn neither_last_name_nor_birthdate() {
    refused(
        "student_id,first_name\n71,Zzyzxa\n",
        &["bad.csv:1:", "neither a last name nor a birthdate column"],
    );
}

#[test]
fn duplicate_header() {
    refused(
        TABLE.replace("first_name", "last_name"),
        &[
            "bad.csv:1: column \"last_name\"",
            "two columns have this name",
        ],
    );
}

#[test]
fn two_columns_for_one_field() {
    refused(
        TABLE.replace("first_name", "surname"),
        &["bad.csv:1:", "\"surname\" and \"last_name\"", "--map last="],
    );
}

#[test]
fn unequal_rows() {
    refused(
        format!("{TABLE}73,Zzyzxa,Qwertyuiop\n"),
        &[
            "bad.csv:4:",
            "expected 4 cells, as in the first line, found 3",
        ],
    );
    refused(
        format!("{TABLE}73,Zzyzxa,Qwertyuiop,Jr,2006-01-01\n"),
        &[
            "bad.csv:4:",
            "expected 4 cells, as in the first line, found 5",
        ],
    );
}

#[test]
fn bad_quoting() {
    refused(
        format!("{TABLE}73,\"Zzyzxa\"b,Qwertyuiop,2006-01-01\n"),
        &["bad.csv:4:", "goes on after its closing one"],
    );
    refused(
        format!("{TABLE}73,\"Zzyzxa,Qwertyuiop,2006-01-01\n74,Zz,Qq,2006-01-02\n"),
        &["bad.csv:4:", "never closed"],
    );
}

#[test]
fn other_kinds_of_file() {
    refused(b"PK\x03\x04 and so on", &["the ZIP archive is damaged"]);
    refused(b"PAR1 and so on", &["the Parquet file is damaged"]);
    refused(
        "student_id,last_name,birthdate\n71,Qw\0rty,2006-01-01\n",
        &["bad.csv:2:", "a NUL byte"],
    );
    refused(
        TABLE.replace('\n', "\r"),
        &["bad.csv:1:", "carriage return alone"],
    );
}

/// 100 MB without a line break are refused without being read into memory.
#[cfg(unix)]
#[test]
fn a_line_of_100_mb() {
    for start in ["71,", "71,\""] {
        let dir = Dir::with_project();
        let mut bytes = format!("{HEADER}{start}").into_bytes();
        bytes.resize(100_000_000, b'Q');
        dir.write("bad.csv", &bytes);
        let before = dir.files();
        // 600 MB of address space, of which the program and the stacks of its threads need some.
        let done = dir.sh(
            "ulimit -v 600000; exec \"$0\" encode bad.csv --project p.toml --party a --key k -o x.tokens --threads 2",
        );
        dir.check_failure(&done, &before, 3, &["bad.csv:2:", "more than 1 MiB"]);
    }
}

#[test]
fn duplicate_student_id() {
    refused(
        format!("{TABLE}71,Other,Person,2004-02-03\n72,Third,Person,2004-02-04\n"),
        &[
            "bad.csv:4:",
            "every student id once",
            "line 4 (as in line 2), 5 (as in line 3)",
        ],
    );
}

#[test]
fn dates_that_can_be_read_in_two_ways() {
    refused(
        "student_id,last_name,birthdate\n71,Qwertyuiop,03/04/2005\n72,Asdfghjkl,05/06/2005\n",
        &["column \"birthdate\"", "--date-format"],
    );
}

#[test]
fn no_row_that_can_be_encoded() {
    refused(
        "student_id,last_name,birthdate\n71,Qwertyuiop,\n72,Asdfghjkl,\n",
        &["none of its 2 rows can be encoded"],
    );
}

/// Impossible dates are rejected row by row, unless the whole column is made of them.
#[test]
fn a_column_of_impossible_dates() {
    refused(
        "student_id,last_name,birthdate\n71,Qwertyuiop,2006-02-30\n72,Asdfghjkl,\n",
        &["bad.csv:2: column \"birthdate\"", "name no day that exists"],
    );
}

/// A byte order mark and line ends of Windows change nothing: the tokens are the same bytes.
#[test]
fn bom_and_crlf_are_read() {
    let dir = Dir::with_project();
    let tokens = |name: &str, text: String| {
        dir.write("t.csv", text);
        let mut args = encode_args("t.csv", "a", name).to_vec();
        args.extend(["--test-seed", "1"]);
        dir.ok(&args);
        dir.bytes(name)
    };
    let plain = tokens("1.tokens", TABLE.into());
    assert_eq!(plain, tokens("2.tokens", format!("\u{feff}{TABLE}")));
    assert_eq!(plain, tokens("3.tokens", TABLE.replace('\n', "\r\n")));
    let both = format!("\u{feff}{}", TABLE.replace('\n', "\r\n"));
    assert_eq!(plain, tokens("4.tokens", both));
    for (delimiter, name) in [("\t", "5.tokens"), (";", "6.tokens"), ("|", "7.tokens")] {
        assert_eq!(plain, tokens(name, TABLE.replace(',', delimiter)));
    }
}

/// A line break inside quotes belongs to the cell; lines are counted on as an editor counts them.
#[test]
fn an_embedded_newline() {
    let quoted = "student_id,first_name,last_name,birthdate\r\n\
                  71,\"Zzyzxa\r\nMaria\",Qwertyuiop,2006-03-14\r\n\
                  72,Vvortex,Asdfghjkl,2005-11-30\r\n\
                  73,,Here,\r\n";
    let dir = Dir::with_project();
    dir.write("t.csv", quoted);
    let done = dir.encode("t.csv", "a");
    assert!(
        done.err
            .contains("3 rows read, 2 records encoded, 1 rejected")
    );
    assert_eq!(dir.read("a.rejects.csv"), "line,reason\n5,no_birthdate\n");
    refused(format!("{quoted}74,cut\r\n"), &["bad.csv:6:", "found 2"]);
}
