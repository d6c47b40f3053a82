use super::*;

/// Gives out one byte at a time, so that every state meets the end of the buffer.
struct Slow<'t>(&'t [u8]);

impl Read for Slow<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        self.0.take(1).read(out).inspect(|n| self.0 = &self.0[*n..])
    }
}

fn all(text: &[u8], columns: usize, most: usize) -> (Vec<Vec<String>>, Vec<u64>, Option<String>) {
    let mut rows = Rows::new(Slow(text), Path::new("t.csv"), columns).unwrap();
    let (mut out, mut lines, mut batch) = (Vec::new(), Vec::new(), Batch::default());
    loop {
        let fault = rows.fill(&mut batch, most).unwrap();
        for row in 0..batch.len() {
            let text = batch.text(Path::new("t.csv")).unwrap();
            out.push((0..columns).map(|i| text.cell(row, i).to_owned()).collect());
            lines.push(batch.line(row));
        }
        if fault.is_some() || batch.len() == 0 {
            return (out, lines, fault.map(|f| f.error().to_string()));
        }
    }
}

#[test]
fn rows_are_those_of_python() {
    for most in [1, 2, 100] {
        let text = b"a,b\r\n\"q \"\"w\"\"\r\ne\",\rx\"y\"z,\"r\"t\n1,\"\"";
        let (rows, lines, fault) = all(text, 2, most);
        let expected = [["a", "b"], ["q \"w\"\ne", ""], ["x\"y\"z", "rt"], ["1", ""]];
        assert_eq!(rows, expected);
        assert_eq!(lines, [1, 2, 4, 5]);
        assert_eq!(fault, None);
    }
    assert_eq!(all(b"\xef\xbb\xbfa\nb", 1, 9).0, [["a"], ["b"]]);
    assert_eq!(all(b"", 1, 9).0, [[""; 0]; 0]);
    assert_eq!(all(b"a,", 2, 9).0, [["a", ""]]);
    assert_eq!(all(b"a\r\n", 1, 1).0, [["a"]]);
}

#[test]
fn what_is_wrong_is_told_with_its_line_and_after_what_is_right() {
    for (text, columns, good, message) in [
        ("a,b\nc\n", 2, 1, "t.csv:2: expected 2 fields, found 1"),
        (
            "a,b\nc,d,e,f\n",
            2,
            1,
            "t.csv:2: expected 2 fields, found 4",
        ),
        (
            "a,b\n\nc,d",
            2,
            1,
            "t.csv:2: an empty line: expected 2 fields",
        ),
        (
            "a\n\"b\nc",
            1,
            1,
            "t.csv:2: a quote that is opened in this row is never closed",
        ),
        ("a,b\nc,d,", 2, 1, "t.csv:2: expected 2 fields, found 3"),
    ] {
        for most in [1, 100] {
            let (rows, _, fault) = all(text.as_bytes(), columns, most);
            assert_eq!(rows.len(), good, "{text:?}");
            assert_eq!(fault.as_deref(), Some(message));
        }
    }
    let long = format!("a\n\"{}", "q,\n".repeat(200_000));
    let fault = all(long.as_bytes(), 1, 9).2.unwrap();
    assert!(fault.contains("t.csv:2: a field of more than"), "{fault}");
    let mut rows = Rows::new(&b"a,b\nc,d\xff\n"[..], Path::new("t.csv"), 2).unwrap();
    let mut batch = Batch::default();
    assert!(rows.fill(&mut batch, 9).unwrap().is_none());
    let fault = batch.text(Path::new("t.csv")).map(drop).unwrap_err();
    let fault = fault.to_string();
    assert!(
        fault.starts_with("t.csv:2: expected UTF-8, found other bytes in field 2"),
        "{fault}"
    );
    assert!(Rows::new(&b"\xff\xfea\0"[..], Path::new("t.csv"), 1).is_err());
}
