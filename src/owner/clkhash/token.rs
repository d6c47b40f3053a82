//! A text as the tokens whose hashes set bits.
//!
//! SPEC clk-encoding.md 3.3.

use super::schema::{Comparison, Encoding};

/// Where tokens are put together; kept from cell to cell, so that nothing is allocated for one.
#[derive(Default)]
pub(super) struct Tokens {
    /// The text with its padding.
    padded: String,
    /// Where its characters start, and its end.
    starts: Vec<usize>,
    /// A token that stands nowhere as it is.
    text: String,
    bytes: Vec<u8>,
}

impl Tokens {
    /// Gives the bytes of each token of `text` to `take`, in order, each with how many there are in all and which one it
    /// is. `None` if the text is no number and had to be one.
    pub(super) fn each(
        &mut self,
        text: &str,
        comparison: &Comparison,
        encoding: Encoding,
        mut take: impl FnMut(usize, usize, &[u8]),
    ) -> Option<()> {
        if text.is_empty() {
            return Some(());
        }
        match comparison {
            Comparison::Exact => take(1, 0, encoding.bytes(text, &mut self.bytes)),
            Comparison::Numeric(grid) => {
                let tokens = grid.tokens(text)?;
                for (i, token) in tokens.iter().enumerate() {
                    take(tokens.len(), i, encoding.bytes(token, &mut self.bytes));
                }
            }
            Comparison::Ngram { n, positional } => {
                self.pad(text, *n);
                let grams = self.starts.len() - n;
                for i in 0..grams {
                    let gram = &self.padded[self.starts[i]..self.starts[i + n]];
                    let token = if *positional {
                        number(i + 1, &mut self.text);
                        self.text += gram;
                        &self.text
                    } else {
                        gram
                    };
                    take(grams, i, encoding.bytes(token, &mut self.bytes));
                }
            }
        }
        Some(())
    }

    fn pad(&mut self, text: &str, n: usize) {
        let blanks = || std::iter::repeat_n(' ', n - 1);
        self.padded.clear();
        self.padded.extend(blanks());
        self.padded += text;
        self.padded.extend(blanks());
        self.starts.clear();
        if self.padded.is_ascii() {
            self.starts.extend(0..=self.padded.len());
        } else {
            let starts = self.padded.char_indices().map(|(at, _)| at);
            self.starts.extend(starts);
            self.starts.push(self.padded.len());
        }
    }
}

/// Sets `out` to the decimal digits of `number` and a blank.
fn number(number: usize, out: &mut String) {
    use std::fmt::Write as _;
    out.clear();
    if number < 10 {
        // Nearly all of them.
        out.push(char::from(b'0' + number as u8));
    } else {
        let _ = write!(out, "{number}");
    }
    out.push(' ');
}

impl Encoding {
    /// The bytes of a token: of each by itself, so that each has its byte order mark where the encoding has one, and with the
    /// least significant byte first.
    fn bytes<'t>(self, token: &'t str, buffer: &'t mut Vec<u8>) -> &'t [u8] {
        buffer.clear();
        match self {
            Self::Ascii | Self::Utf8 => return token.as_bytes(),
            Self::Utf16 => {
                buffer.extend([0xff, 0xfe]);
                buffer.extend(token.encode_utf16().flat_map(u16::to_le_bytes));
            }
            Self::Utf32 => {
                buffer.extend([0xff, 0xfe, 0, 0]);
                buffer.extend(token.chars().flat_map(|c| u32::from(c).to_le_bytes()));
            }
        }
        buffer
    }
}

impl Drop for Tokens {
    fn drop(&mut self) {
        use zeroize::Zeroize as _;
        self.padded.zeroize();
        self.text.zeroize();
        self.bytes.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str, comparison: &Comparison, encoding: Encoding) -> Vec<Vec<u8>> {
        let mut all = Vec::new();
        Tokens::default()
            .each(text, comparison, encoding, |_, _, token| {
                all.push(token.to_vec());
            })
            .unwrap();
        all
    }

    #[test]
    fn ngrams_are_padded_and_numbered() {
        let two = |positional| Comparison::Ngram { n: 2, positional };
        let utf8 = |text, comparison: &Comparison| {
            let tokens = tokens(text, comparison, Encoding::Utf8);
            tokens
                .into_iter()
                .map(|t| String::from_utf8(t).unwrap())
                .collect::<Vec<_>>()
        };
        assert_eq!(utf8("c\u{e9}", &two(false)), [" c", "c\u{e9}", "\u{e9} "]);
        assert_eq!(utf8("ab", &two(true)), ["1  a", "2 ab", "3 b "]);
        assert_eq!(utf8("", &two(true)), [""; 0]);
        let wide = Comparison::Ngram {
            n: 4,
            positional: false,
        };
        assert_eq!(utf8("x", &wide), ["   x", "  x ", " x  ", "x   "]);
        let last = utf8("qwertyuiop", &two(true)).pop().unwrap();
        assert_eq!(last, "11 p ");
    }

    #[test]
    fn each_token_has_its_byte_order_mark() {
        let one = Comparison::Ngram {
            n: 1,
            positional: false,
        };
        assert_eq!(
            tokens("a\u{1f600}", &one, Encoding::Utf16),
            [
                vec![0xff, 0xfe, 0x61, 0],
                vec![0xff, 0xfe, 0x3d, 0xd8, 0, 0xde]
            ]
        );
        assert_eq!(
            tokens("a", &one, Encoding::Utf32),
            [vec![0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]]
        );
    }
}
