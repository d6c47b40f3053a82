//! Numbers as Python reads them: whole ones of any length, others as binary floating point.
//!
//! SPEC clk-encoding.md 3.2: `int(text, 10)` and `float(text)` of CPython 3.11.

use num_bigint::{BigInt, Sign, ToBigInt};

/// More digits than this CPython 3.11 neither reads nor writes.
const MOST_DIGITS: usize = 4300;
/// As many digits always fit into an `i128`.
const FAST_DIGITS: usize = 38;

/// The zeros of all sets of decimal digits of Unicode 14, each followed by its one to nine.
const ZEROS: [u32; 66] = [
    0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66,
    0xde6, 0xe50, 0xed0, 0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90,
    0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10,
    0x104a0, 0x10d30, 0x11066, 0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650,
    0x116c0, 0x11730, 0x118e0, 0x11950, 0x11c50, 0x11d50, 0x11da0, 0x16a60, 0x16ac0, 0x16b50,
    0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0, 0x1e950, 0x1fbf0,
];

/// The value of a decimal digit of any script, 0 to 9.
pub(super) fn digit(c: char) -> Option<u8> {
    let code = u32::from(c);
    let at = ZEROS.partition_point(|zero| *zero <= code).checked_sub(1)?;
    u8::try_from(code - ZEROS[at]).ok().filter(|d| *d < 10)
}

/// Whether Python's `str.isspace` holds of `c`.
pub(super) fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

/// A whole number.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Whole {
    /// Nearly all of them.
    Small(i128),
    /// The others.
    Large(BigInt),
}

impl Whole {
    /// What `int(text, 10)` gives; `None` where it fails.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let ascii = to_ascii(text);
        let text = trim(&ascii);
        let (negative, digits) = match text.first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let digits = without_underscores(digits)?;
        if digits.is_empty() || digits.len() > MOST_DIGITS || !digits.iter().all(u8::is_ascii_digit)
        {
            return None;
        }
        if digits.len() <= FAST_DIGITS {
            let value = digits
                .iter()
                .fold(0, |v: i128, d| v * 10 + i128::from(d - b'0'));
            return Some(Self::Small(if negative { -value } else { value }));
        }
        let value = BigInt::parse_bytes(&digits, 10)?;
        Some(Self::Large(if negative { -value } else { value }).reduced())
    }

    /// A large number that would be a small one, as that: so that equal numbers are equal.
    fn reduced(self) -> Self {
        match self {
            Self::Large(value) => i128::try_from(&value).map_or(Self::Large(value), Self::Small),
            small @ Self::Small(_) => small,
        }
    }

    /// Whether it is less than `other`.
    pub(super) fn is_less_than(&self, other: i128) -> bool {
        match self {
            Self::Small(value) => *value < other,
            Self::Large(value) => value.sign() == Sign::Minus,
        }
    }

    /// Whether it is greater than `other`.
    pub(super) fn is_greater_than(&self, other: i128) -> bool {
        match self {
            Self::Small(value) => *value > other,
            Self::Large(value) => value.sign() == Sign::Plus,
        }
    }

    /// Appends its decimal digits, with a `-` before where it is negative: `str(int)`.
    pub(super) fn write(&self, out: &mut String) {
        use std::fmt::Write as _;
        // Writing to a text does not fail.
        let _ = match self {
            Self::Small(value) => write!(out, "{value}"),
            Self::Large(value) => write!(out, "{value}"),
        };
    }

    fn big(self) -> BigInt {
        match self {
            Self::Small(value) => BigInt::from(value),
            Self::Large(value) => value,
        }
    }
}

/// The parameters of the numeric comparison, known to be good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Grid {
    /// D of clk-encoding.md 3.3: the distance between neighbouring tokens, 1 to 10^30.
    pub(super) distance: i128,
    /// How many tokens there are on each side.
    pub(super) resolution: u32,
    /// How many digits after the point count.
    pub(super) precision: u32,
}

impl Grid {
    /// The tokens of a number, in their order; `None` where Python would not read it or could not write a token.
    ///
    /// SPEC clk-encoding.md 3.3.
    pub(super) fn tokens(&self, text: &str) -> Option<Vec<String>> {
        let value = match Whole::parse(text) {
            Some(value) => value.big() * BigInt::from(10).pow(self.precision),
            None => {
                let value = float(text)?;
                let scaled = if self.precision > 0 {
                    // As Python does, by a factor that is rounded to a floating point number first.
                    (value * power_of_ten(self.precision)?).round_ties_even()
                } else {
                    value.trunc()
                };
                scaled.to_bigint()?
            }
        };
        let distance = BigInt::from(self.distance);
        let mut value: BigInt = value * 2 * self.resolution;
        let mut residue: BigInt = &value % &distance;
        if residue.sign() == Sign::Minus {
            residue += &distance;
        }
        if residue.sign() != Sign::NoSign {
            let below = residue < self.half();
            value -= residue;
            if !below {
                value += &distance;
            }
        }
        let mut token = value - &distance * self.resolution;
        let mut tokens = Vec::with_capacity(2 * self.resolution as usize + 1);
        for _ in 0..=2 * self.resolution {
            let text = token.to_string();
            if text.trim_start_matches('-').len() > MOST_DIGITS {
                return None;
            }
            tokens.push(text);
            token += &distance;
        }
        Some(tokens)
    }

    /// The least whole number that is not less than `distance / 2`, a floating point number in Python.
    fn half(&self) -> BigInt {
        let half = self.distance as f64 / 2.0;
        // Of 2^53 and more the quotient is a whole number already.
        half.ceil().to_bigint().unwrap_or_default()
    }
}

/// `float(10 ** exponent)`.
pub(super) fn power_of_ten(exponent: u32) -> Option<f64> {
    format!("1e{exponent}")
        .parse()
        .ok()
        .filter(|p: &f64| p.is_finite())
}

/// What `float(text)` gives where that is finite.
fn float(text: &str) -> Option<f64> {
    let ascii = to_ascii(text);
    let digits = without_underscores(trim(&ascii))?;
    let unsigned = digits.strip_prefix(b"-").or(digits.strip_prefix(b"+"));
    // Rust reads what Python does, and words for what is not finite beside it.
    let starts = unsigned.unwrap_or(&digits).first()?;
    if !starts.is_ascii_digit() && *starts != b'.' {
        return None;
    }
    let text = std::str::from_utf8(&digits).ok()?;
    text.parse().ok().filter(|v: &f64| v.is_finite())
}

/// Digits and blanks of other scripts as those of ASCII, as Python does before it reads a number. What is neither
/// becomes `?`, which is no part of a number.
fn to_ascii(text: &str) -> Vec<u8> {
    let ascii = |c: char| match c {
        c if c.is_ascii() => c as u8,
        c if is_space(c) => b' ',
        c => digit(c).map_or(b'?', |d| b'0' + d),
    };
    if text.is_ascii() {
        text.as_bytes().to_vec()
    } else {
        text.chars().map(ascii).collect()
    }
}

/// Without what C calls white space at the ends.
fn trim(text: &[u8]) -> &[u8] {
    let blank = |b: &u8| matches!(b, b' ' | b'\t'..=b'\r');
    let start = text.iter().position(|b| !blank(b)).unwrap_or(text.len());
    let end = text
        .iter()
        .rposition(|b| !blank(b))
        .map_or(start, |i| i + 1);
    &text[start..end]
}

/// Without underscores; `None` if one does not stand between two digits.
fn without_underscores(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let is_digit = |at: Option<usize>| {
        at.and_then(|at| text.get(at))
            .is_some_and(u8::is_ascii_digit)
    };
    for (i, &byte) in text.iter().enumerate() {
        if byte != b'_' {
            out.push(byte);
        } else if !is_digit(i.checked_sub(1)) || !is_digit(Some(i + 1)) {
            return None;
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn int(text: &str) -> Option<String> {
        let mut out = String::new();
        Whole::parse(text)?.write(&mut out);
        Some(out)
    }

    #[test]
    fn whole_numbers_are_read_as_python_reads_them() {
        for (text, value) in [
            ("7", "7"),
            (" +007\n", "7"),
            ("-0", "0"),
            ("1_000", "1000"),
            ("\u{2003}5\u{a0}", "5"),
            ("\u{665}_5", "55"),
            ("\u{ff11}\u{1d7d7}", "19"),
            (&"9".repeat(4300), &"9".repeat(4300)),
            (
                "-00000000000000000000000000000000000000000000000000012",
                "-12",
            ),
        ] {
            assert_eq!(int(text).as_deref(), Some(value), "{text}");
        }
        let long = "0".repeat(4301);
        for text in [
            "",
            " ",
            "+",
            "+ 5",
            "_5",
            "5_",
            "5__0",
            "+_5",
            "5.0",
            "0x5",
            "\u{b2}",
            "5\u{7f}",
            "\u{1c}5",
            "\u{1c}\u{665}",
            "1e3",
            &long,
        ] {
            assert_eq!(int(text), None, "{text:?}");
        }
    }

    #[test]
    fn large_numbers_are_compared_too() {
        let large = Whole::parse(&"9".repeat(60)).unwrap();
        assert!(large.is_greater_than(i128::MAX) && !large.is_less_than(i128::MAX));
        let small = Whole::parse(&format!("-{}", "9".repeat(60))).unwrap();
        assert!(small.is_less_than(i128::MIN) && !small.is_greater_than(0));
        let seven = Whole::parse("7").unwrap();
        assert!(!seven.is_less_than(7) && seven.is_less_than(8));
        assert!(!seven.is_greater_than(7) && seven.is_greater_than(6));
    }

    #[test]
    fn tokens_are_the_neighbourhood() {
        let grid = Grid {
            distance: 3,
            resolution: 2,
            precision: 0,
        };
        assert_eq!(grid.tokens("7").unwrap(), ["21", "24", "27", "30", "33"]);
        assert_eq!(grid.tokens("7.9"), grid.tokens("7"));
        let fine = Grid {
            distance: 10,
            resolution: 1,
            precision: 1,
        };
        assert_eq!(fine.tokens("0.25").unwrap(), ["-10", "0", "10"]);
        // 2 * 5 and 2 * -5 are on the grid; 0.25 * 10 is 2.5, which is rounded to the even number.
        assert_eq!(fine.tokens("0.5").unwrap(), ["0", "10", "20"]);
        assert_eq!(fine.tokens("-0.5").unwrap(), ["-20", "-10", "0"]);
        assert_eq!(fine.tokens("1_0.5e0"), fine.tokens("10.5"));
        for none in [
            "nan",
            "inf",
            "-Infinity",
            "1e400",
            "x",
            "1..2",
            "0x1p3",
            ".",
            "1e",
            "_1.5",
        ] {
            assert_eq!(fine.tokens(none), None, "{none}");
        }
    }
}
