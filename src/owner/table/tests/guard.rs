//! Records without end, and that guard and `csv` crate divide a text alike.

use super::super::guard::Guard;
use super::*;

/// Gives `x` for ever, and counts.
struct Endless(usize);

impl std::io::Read for Endless {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        buf.fill(b'x');
        self.0 += buf.len();
        Ok(buf.len())
    }
}

#[test]
fn a_record_without_end_is_refused_before_memory_is_spent() {
    for quote in ["", "\""] {
        let mut text = format!("{HEAD}1,a,b,\n2,{quote}");
        text.push_str(&SECRET.repeat(MAX_RECORD_BYTES / 4));
        let e = refused(text);
        assert_eq!(place(&e).0, Some(3));
        says(&e, &["more than 1 MiB"]);
    }
    // A line of any length: the guard stops drawing from the file soon after the limit.
    let mut guard = Guard::new(Endless(0), b',');
    let mut buf = vec![0; 1 << 16];
    let mut passed = 0;
    while let Ok(n) = std::io::Read::read(&mut guard, &mut buf) {
        passed += n;
    }
    assert!((MAX_RECORD_BYTES..=MAX_RECORD_BYTES + buf.len()).contains(&passed));
    assert!(guard.fault(Path::new("x")).is_some());
}

#[test]
fn a_record_of_the_largest_size_is_read() {
    let fill = MAX_RECORD_BYTES - "1,".len();
    for (extra, good) in [(0, true), (1, false)] {
        let text = format!("id,last\n1,{}\n2,b\n", "x".repeat(fill + extra));
        assert_eq!(read(text).is_ok(), good);
    }
}

/// Gives a text in pieces of this size.
struct Pieces<'a>(&'a [u8], usize);

impl std::io::Read for Pieces<'_> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let n = self.1.min(self.0.len()).min(buf.len());
        buf[..n].copy_from_slice(&self.0[..n]);
        self.0 = &self.0[n..];
        Ok(n)
    }
}

/// The line and the first cell of each record, as guard and `csv` crate see them together; at the end, if
/// the guard refused the text, its message.
fn divided(text: &[u8], size: usize) -> (Vec<(u64, Vec<u8>)>, Option<String>) {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(Guard::new(Pieces(text, size), b','));
    let mut row = csv::ByteRecord::new();
    let mut seen = Vec::new();
    loop {
        match reader.read_byte_record(&mut row) {
            Ok(true) => {
                let line = reader.get_mut().next_start().expect("a start for each row");
                seen.push((line, row[0].to_vec()));
            }
            Ok(false) => {
                assert_eq!(reader.get_mut().next_start(), None, "a row for each start");
                return (seen, None);
            }
            Err(_) => {
                let fault = reader.get_ref().fault(Path::new("x"));
                return (seen, Some(fault.expect("its own fault").to_string()));
            }
        }
    }
}

proptest::proptest! {
    #[test]
    fn guard_and_parser_see_the_same_records(
        text in "([a,]|\"|\r\n|\n|\"a\"|\"a\n\"){0,24}",
        size in 1_usize..9,
    ) {
        let whole = divided(text.as_bytes(), usize::MAX);
        proptest::prop_assert_eq!(&divided(text.as_bytes(), size), &whole);
    }

    #[test]
    fn every_record_has_its_own_line(
        rows in proptest::collection::vec(("\n{0,2}", "\"a\n{0,3}\"|b", "\r\n|\n"), 1..12),
        size in 1_usize..9,
    ) {
        let (mut text, mut expected, mut line) = (String::new(), Vec::new(), 1);
        for (blank, cell, end) in rows {
            line += blank.len() as u64;
            expected.push((line, cell.replace('"', "").into_bytes()));
            line += cell.matches('\n').count() as u64 + 1;
            text += &format!("{blank}{cell},x{end}");
        }
        proptest::prop_assert_eq!(divided(text.as_bytes(), size), (expected, None));
    }
}
