//! Encodings, kinds of files and archives, each made here.

use std::io::{Cursor, Write};

use flate2::Crc;
use flate2::write::DeflateEncoder;

use super::encoding::survey;
use super::*;

fn write(bytes: &[u8], name: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    (folder, path)
}

/// The encoding that is found for these bytes, and the text that is read.
fn read(bytes: &[u8]) -> (Encoding, u64, String) {
    let (_folder, path) = write(bytes, "a.csv");
    let source = Source::of_file(&path, None).unwrap();
    let mut text = String::new();
    source.open().unwrap().read_to_string(&mut text).unwrap();
    let found = source.text().unwrap();
    (found.encoding, found.damaged, text)
}

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

const TEXT: &str = "id,last\r\n1,Zzyzx-Ñuñez\r\n";

#[test]
fn each_encoding_is_found_with_and_without_mark() {
    let utf8 = (Encoding::Utf8, 0, TEXT.to_owned());
    assert_eq!(read(TEXT.as_bytes()), utf8);
    assert_eq!(read(format!("\u{feff}{TEXT}").as_bytes()), utf8);
    let (le, be) = (
        u16::to_le_bytes as fn(u16) -> [u8; 2],
        u16::to_be_bytes as _,
    );
    for (bytes, encoding) in [(le, Encoding::Utf16Le), (be, Encoding::Utf16Be)] {
        for mark in ["", "\u{feff}"] {
            let found = read(&utf16(&format!("{mark}{TEXT}"), bytes));
            assert_eq!(found, (encoding, 0, TEXT.to_owned()));
        }
    }
    let (latin, _, _) = encoding_rs::WINDOWS_1252.encode(TEXT);
    assert_eq!(read(&latin), (Encoding::Windows1252, 0, TEXT.to_owned()));
    assert_eq!(read(b"id,last\n1,b\n").0, Encoding::Utf8);
}

#[test]
fn a_text_of_two_encodings_is_what_most_of_it_is_and_says_so() {
    let mut bytes = TEXT.repeat(5).into_bytes();
    bytes.extend(b"2,Qw\xe9rty\r\n");
    let (_folder, path) = write(&bytes, "a.csv");
    let found = Source::of_file(&path, None).unwrap().text().unwrap();
    assert_eq!(found.first_damage, Some(11));
    let (encoding, damaged, text) = read(&bytes);
    assert_eq!((encoding, damaged), (Encoding::Utf8, 1));
    assert!(text.ends_with("Qw\u{fffd}rty\r\n"));
}

#[test]
fn a_text_of_two_encodings_is_refused_where_neither_is_a_slip() {
    for (utf8, other) in [(1, 1), (1, 9), (4, 1)] {
        let mut bytes = TEXT.repeat(utf8).into_bytes();
        bytes.extend(b"2,Qw\xe9rty\r\n".repeat(other));
        let (_folder, path) = write(&bytes, "a.csv");
        let e = Source::of_file(&path, None).unwrap_err();
        let place = format!("a.csv:{}: characters of two encodings", 2 * utf8 + 1);
        assert!(e.to_string().contains(&place), "{e}");
        assert!(Source::of_file(&path, Some(Encoding::Utf8)).is_ok());
    }
}

#[test]
fn utf16_that_was_cut_is_refused() {
    let bytes = utf16(&format!("\u{feff}{TEXT}"), u16::to_le_bytes);
    for cut in 1..3 {
        let (_folder, path) = write(&bytes[..bytes.len() - cut], "a.csv");
        assert_eq!(Source::of_file(&path, None).is_ok(), cut == 2);
    }
}

#[test]
fn a_character_between_two_reads_is_no_damage() {
    // Characters of two, three and four bytes at each place around the end of a chunk.
    for fill in (1 << 16) - 6..(1 << 16) + 2 {
        for c in ["é", "€", "𝄞"] {
            let text = "x".repeat(fill) + c + "y";
            let found = survey(Cursor::new(text.as_bytes()), None).unwrap().found;
            assert_eq!((found.encoding, found.damaged), (Encoding::Utf8, 0));
        }
        let cut = "x"
            .repeat(fill)
            .into_bytes()
            .into_iter()
            .chain([0xe2, 0x82]);
        let cut: Vec<u8> = cut.collect();
        let found = survey(Cursor::new(&cut), Some(Encoding::Utf8))
            .unwrap()
            .found;
        assert_eq!(found.damaged, 1);
    }
}

#[test]
fn what_the_user_says_holds() {
    let (_folder, path) = write(TEXT.as_bytes(), "a.csv");
    let source = Source::of_file(&path, Some(Encoding::Windows1252)).unwrap();
    let mut text = String::new();
    source.open().unwrap().read_to_string(&mut text).unwrap();
    assert!(text.contains("Ã‘uÃ±ez"));
}

#[test]
fn what_is_no_table_is_refused_by_its_name() {
    for (bytes, says) in [
        (b"\xd0\xcf\x11\xe0\x00".as_slice(), "an old Excel workbook"),
        (b"\x1f\x8b\x08\x00", "a gzip archive"),
        (b"%PDF-1.4", "a PDF document"),
        (b"\r\n<!DOCTYPE html><html>", "a web page"),
        (b"\xef\xbb\xbf<TABLE border=1>", "a web page"),
        (b"<?xml version=\"1.0\"?>", "XML"),
        (b"{\"a\": 1}", "JSON"),
        (b"", "the file is empty"),
        (b"\xef\xbb\xbf\r\n \r\n", "the file is empty"),
        (b"\xff\xfe\r\0\n\0", "the file is empty"),
    ] {
        let (_folder, path) = write(bytes, "a.csv");
        let e = Source::of_file(&path, None).unwrap_err();
        assert!(e.to_string().contains(says), "{e}");
        assert_eq!(e.class().exit_code(), 3);
    }
}

/// A ZIP archive of these files: name, content, whether it is packed.
fn zip(files: &[(&str, &[u8], bool)]) -> Vec<u8> {
    zip_of(files, |_, size| size)
}

/// The same, where the size that is stated of a file is what `size` says.
fn zip_of(files: &[(&str, &[u8], bool)], size: impl Fn(&str, u32) -> u32) -> Vec<u8> {
    let mut out = Vec::new();
    let mut directory = Vec::new();
    for (name, content, is_packed) in files {
        let mut crc = Crc::new();
        crc.update(content);
        let packed = if *is_packed {
            let mut encoder = DeflateEncoder::new(Vec::new(), flate2::Compression::default());
            encoder.write_all(content).unwrap();
            encoder.finish().unwrap()
        } else {
            content.to_vec()
        };
        let mut common = Vec::new();
        for n in [20u16, 0, if *is_packed { 8 } else { 0 }, 0, 0] {
            common.extend(n.to_le_bytes());
        }
        for n in [
            crc.sum(),
            packed.len() as u32,
            size(name, content.len() as u32),
        ] {
            common.extend(n.to_le_bytes());
        }
        common.extend((name.len() as u16).to_le_bytes());
        common.extend(0u16.to_le_bytes());
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend((out.len() as u32).to_le_bytes());
        directory.extend(name.as_bytes());
        out.extend(b"PK\x03\x04");
        out.extend(&common);
        out.extend(name.as_bytes());
        out.extend(packed);
    }
    let start = out.len() as u32;
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    for _ in 0..2 {
        out.extend((files.len() as u16).to_le_bytes());
    }
    out.extend((directory.len() as u32).to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend(0u16.to_le_bytes());
    out
}

#[test]
fn tables_are_read_where_they_lie_in_an_archive() {
    let long = format!("id,last\n{}", "1,Zzyzx\n".repeat(50_000));
    let files: &[(&str, &[u8], bool)] = &[
        ("export/users.csv", long.as_bytes(), true),
        ("export/Demographics.CSV", TEXT.as_bytes(), false),
        ("export/readme.pdf", b"%PDF", false),
        ("__MACOSX/export/users.csv", b"x", false),
    ];
    let (_folder, path) = write(&zip(files), "a.zip");
    let archive = Archive::open(&path).unwrap().unwrap();
    let names: Vec<&str> = archive.names().collect();
    assert_eq!(names, ["export/users.csv", "export/Demographics.CSV"]);
    assert_eq!(archive.named("demographics.csv").count(), 1);
    for (name, want) in [(names[0], long.as_str()), (names[1], TEXT)] {
        let source = archive.source(name, None).unwrap();
        let mut text = String::new();
        source.open().unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, want);
    }
    let (_folder, path) = write(TEXT.as_bytes(), "a.csv");
    assert!(Archive::open(&path).unwrap().is_none());
}

#[test]
fn an_archive_that_lies_is_refused() {
    let text = TEXT.repeat(100);
    let good = zip(&[("a.csv", text.as_bytes(), true)]);
    let refused = |bytes: &[u8]| -> String {
        let (_folder, path) = write(bytes, "a.zip");
        let error = match Archive::open(&path) {
            Err(e) => e,
            Ok(archive) => archive.unwrap().source("a.csv", None).unwrap_err(),
        };
        assert_eq!(error.class().exit_code(), 3, "{error}");
        error.to_string()
    };
    // Shorter and longer than it says, another content, cut.
    for size in [1, 100_000] {
        let bytes = zip_of(&[("a.csv", text.as_bytes(), true)], |_, _| size);
        assert!(refused(&bytes).contains("damaged"));
    }
    let mut other = good.clone();
    // The checksum stands in the directory.
    let at = other.len() - 22 - 5 - 46 + 16;
    other[at] ^= 1;
    assert!(refused(&other).contains("damaged"));
    assert!(refused(&good[..good.len() / 2]).contains("damaged"));
    let workbook = zip(&[
        ("[Content_Types].xml", b"<", false),
        ("xl/workbook.xml", b"<", false),
    ]);
    assert!(refused(&workbook).contains("an Excel workbook"));
    assert!(refused(&zip(&[("a.doc", b"x", false)])).contains("no table"));
    assert!(refused(&zip(&[("a.csv", &good, false)])).contains("archive inside an archive"));
}

#[test]
fn a_file_that_unpacks_to_far_more_than_it_says_is_given_up_at_once() {
    let zeros = vec![b'0'; 1 << 24];
    let bytes = zip_of(&[("a.csv", &zeros, true)], |_, _| 1000);
    assert!(bytes.len() < 1 << 16);
    let (_folder, path) = write(&bytes, "a.zip");
    let e = Archive::open(&path)
        .unwrap()
        .unwrap()
        .source("a.csv", None)
        .unwrap_err();
    assert!(e.to_string().contains("not what it says"));
}

#[test]
fn a_file_that_says_that_it_unpacks_to_far_more_is_not_read() {
    let bytes = zip_of(&[("a.csv", &[b'0'; 1 << 16], true)], |_, _| 1 << 30);
    let (_folder, path) = write(&bytes, "a.zip");
    let e = Archive::open(&path).unwrap_err();
    assert!(e.to_string().contains("unpacks to 1073 MB"), "{e}");
}
