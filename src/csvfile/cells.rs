//! Many rows of text, digits and probabilities, worded by all threads.

use std::io::Write;
use std::path::Path;

use rayon::prelude::*;

use crate::atomic::AtomicFile;
use crate::error::{Error, Result};
use crate::units::push_hex;

/// Rows that a thread words at a time.
const CHUNK: usize = 1 << 13;

/// Writes a whole CSV file with a row for each of `items`, in their order: `cells` says what is in it. Rows
/// are put into words by all threads.
///
/// # Errors
/// [`Class::Io`](crate::error::Class::Io); nothing is then left behind.
pub fn write_each<T: Sync>(
    path: &Path,
    columns: &[&str],
    mut items: impl Iterator<Item = T>,
    cells: impl Fn(&T, &mut Cells) + Sync,
) -> Result<()> {
    let failed = |e| Error::io("write", path, e);
    let mut file = AtomicFile::create(path)?;
    let mut header = Cells::default();
    columns.iter().for_each(|c| header.text(c));
    header.end();
    file.write_all(&header.0).map_err(failed)?;
    let width = CHUNK * rayon::current_num_threads() * 4;
    let mut some = Vec::new();
    loop {
        some.clear();
        some.extend(items.by_ref().take(width));
        if some.is_empty() {
            return file.commit();
        }
        let word = |items: &[T]| {
            let mut words = Cells::default();
            for item in items {
                cells(item, &mut words);
                words.end();
            }
            words.0
        };
        let chunks: Vec<Vec<u8>> = some.par_chunks(CHUNK).map(word).collect();
        for chunk in chunks {
            file.write_all(&chunk).map_err(failed)?;
        }
    }
}

/// The cells of rows, one after another.
#[derive(Default)]
pub struct Cells(Vec<u8>);

impl std::fmt::Debug for Cells {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Cells({} bytes)", self.0.len())
    }
}

impl Cells {
    /// One more cell, of any text.
    pub fn text(&mut self, text: &str) {
        if text.contains([',', '"', '\r', '\n']) {
            let quoted = text.replace('"', "\"\"");
            self.0.extend([b"\"", quoted.as_bytes(), b"\","].concat());
        } else {
            self.0.extend_from_slice(text.as_bytes());
            self.0.push(b',');
        }
    }

    /// `bytes` in hexadecimal digits.
    pub fn hex(&mut self, bytes: &[u8]) {
        push_hex(bytes, &mut self.0);
        self.0.push(b',');
    }

    /// A probability in six decimals: enough to sort by, and the same on every machine.
    ///
    /// What is halfway between two becomes the even one, as the standard library has it.
    pub fn probability(&mut self, p: f64) {
        // p is an integer of 53 bits over a power of 2: its millionths are a shift with a known rest.
        let (bits, millionths) = (p.to_bits(), 1_000_000);
        let (exponent, fraction) = ((bits >> 52) as u32, bits & ((1 << 52) - 1));
        let fraction = u128::from(fraction | 1 << 52) * millionths;
        // Below 2^-21, half a millionth, nothing is left; nor is of a subnormal number.
        let shift = 1075u32.saturating_sub(exponent).min(100);
        let (whole, rest, half) = (
            fraction >> shift,
            fraction & ((1 << shift) - 1),
            1 << shift >> 1,
        );
        let up = rest > half || rest == half && whole & 1 == 1;
        let mut left = (whole + u128::from(up)) as u32;
        let mut digits = *b"0.000000,";
        for digit in digits[2..8].iter_mut().rev() {
            *digit += (left % 10) as u8;
            left /= 10;
        }
        digits[0] += left as u8;
        self.0.extend_from_slice(&digits);
    }

    fn end(&mut self) {
        if let Some(last) = self.0.last_mut() {
            *last = b'\n';
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::csvfile::CsvReader;

    #[test]
    fn many_rows_are_in_order_and_probabilities_are_those_of_the_standard_library() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.csv");
        let halves = (0..=1024).map(|i| f64::from(i) / 1024.0);
        let sevenths = (0..40_000).map(|i| f64::from(i % 7) / 7.0 / 10f64.powi(i % 11));
        let edges = [
            0.0,
            1.0,
            5e-7,
            4.9e-7,
            2f64.powi(-21),
            2f64.powi(-20),
            1e-300,
            5e-324,
        ];
        let near = [
            1.0 - f64::EPSILON / 2.0,
            0.999_999_5,
            0.999_999_4,
            0.000_000_5,
        ];
        let all: Vec<f64> = halves.chain(sevenths).chain(edges).chain(near).collect();
        let columns = ["p", "number", "of,it"];
        write_each(&path, &columns, all.iter().enumerate(), |(i, p), cells| {
            cells.probability(**p);
            cells.text(&i.to_string());
            cells.text(if i % 2 == 0 { "a \"quoted\", cell" } else { "" });
        })
        .unwrap();
        let mut reader = CsvReader::open(&path, &columns).unwrap();
        for (i, p) in all.iter().enumerate() {
            assert!(reader.advance().unwrap());
            assert_eq!(reader.cell(0), format!("{p:.6}"), "{p:e}");
            assert_eq!(reader.cell(1), i.to_string());
            assert_eq!(reader.cell(2).len(), if i % 2 == 0 { 16 } else { 0 });
        }
        assert!(!reader.advance().unwrap());
    }
}
