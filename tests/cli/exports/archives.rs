//! ZIP archives: made byte by byte, so that they may lie; chosen from; and traps.

use std::io::Write as _;

use crate::harness::{Dir, TABLE, encode_args};

/// A ZIP archive of these files; `flags` and `size` are what is said of each.
pub fn zip(files: &[(&str, &[u8])], flags: u16, size: Option<u32>) -> Vec<u8> {
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
