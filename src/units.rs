//! Plain values that several rooms share: who, which record, what fingerprint, which date.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::error::{Error, Result};

/// The name of a party to the project: 1-32 characters of `a-z`, `0-9` and `-`, starting with a
/// letter, so that it can stand in a file name on every system.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartyId(String);

impl PartyId {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PartyId {
    type Err = Error;

    fn from_str(s: &str) -> Result<Self> {
        let ok = (1..=32).contains(&s.len())
            && s.starts_with(|c: char| c.is_ascii_lowercase())
            && s.bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if ok {
            Ok(Self(s.to_owned()))
        } else {
            Err(Error::usage(
                "a party's name must be 1 to 32 characters of a-z, 0-9 and -, starting with a letter",
            ))
        }
    }
}

impl fmt::Display for PartyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the id of a planted person starts with. No student's may.
const PLANT_PREFIX: &str = "blindlink-plant-";

/// The id of a planted person of `party`, with digits of its own.
#[must_use]
pub fn plant_id(party: &PartyId, digits: u32) -> String {
    format!("{PLANT_PREFIX}{party}-{digits:08x}")
}

/// Whether an id is that of a planted person, and of no student.
#[must_use]
pub fn is_plant(id: &str) -> bool {
    id.starts_with(PLANT_PREFIX)
}

/// The party that a planted person's id names; `None` if it is no such id.
#[must_use]
pub fn party_of_plant(id: &str) -> Option<PartyId> {
    let (party, digits) = id.strip_prefix(PLANT_PREFIX)?.rsplit_once('-')?;
    unhex::<4>(digits)?;
    party.parse().ok()
}

/// The random name of one record in one round: 16 bytes, drawn anew at every encoding. Where the project has stable link ids it is
/// made of the student id, under a key of the owner alone, and is the same in every round.
///
/// Written as 32 lower-case hexadecimal digits. Says nothing about the record to whoever has not that key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordRef(pub [u8; 16]);

impl RecordRef {
    /// A ref that differs from that of every other `number`: for simulations, in which nothing
    /// leaves.
    #[must_use]
    pub fn numbered(number: usize) -> Self {
        Self((number as u128).to_le_bytes())
    }
}

/// A 256-bit BLAKE3 fingerprint of a file, a schema or a project. Written as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub [u8; 32]);

impl Fingerprint {
    /// The first 16 hexadecimal digits, enough for two people to compare aloud.
    #[must_use]
    pub fn short(&self) -> String {
        hex(&self.0[..8])
    }
}

macro_rules! hex_newtype {
    ($name:ident, $bytes:literal, $noun:literal) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex(&self.0))
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }
        impl FromStr for $name {
            type Err = Error;
            fn from_str(s: &str) -> Result<Self> {
                unhex(s).map(Self).ok_or_else(|| {
                    Error::usage(concat!(
                        "expected ",
                        $noun,
                        " in lower-case hexadecimal digits"
                    ))
                })
            }
        }
    };
}
hex_newtype!(RecordRef, 16, "a record ref of 32");
hex_newtype!(Fingerprint, 32, "a fingerprint of 64");

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        text.parse()
            .map_err(|_| de::Error::custom("expected a fingerprint"))
    }
}

/// A hash in a form to be read out on the telephone: `01234 56789 01234 56789`.
///
/// Its first 16 bytes as a number, least significant byte first, modulo 10^20: 20 decimal digits, more than 66 bits. To make
/// a second thing with the same digits takes some 2^66 trials.
#[must_use]
pub fn spoken(hash: &[u8; 32]) -> String {
    let mut number = [0; 16];
    number.copy_from_slice(&hash[..16]);
    let digits = format!("{:020}", u128::from_le_bytes(number) % 10_u128.pow(20));
    format!(
        "{} {} {} {}",
        &digits[..5],
        &digits[5..10],
        &digits[10..15],
        &digits[15..]
    )
}

/// `bytes` as lower-case hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let mut text = Vec::new();
    push_hex(bytes, &mut text);
    String::from_utf8(text).unwrap_or_default()
}

/// Appends `bytes` as lower-case hexadecimal digits to `text`.
pub fn push_hex(bytes: &[u8], text: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let start = text.len();
    text.resize(start + 2 * bytes.len(), 0);
    for (digits, byte) in text[start..].as_chunks_mut().0.iter_mut().zip(bytes) {
        *digits = [byte >> 4, byte & 15].map(|d| DIGITS[usize::from(d)]);
    }
}

/// The `N` bytes written as exactly 2 N lower-case hexadecimal digits, or `None`.
#[must_use]
pub fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let text = text.as_bytes();
    if text.len() != 2 * N {
        return None;
    }
    let digit = |b: u8| match b {
        b'0'..=b'9' => Some(b - b'0'),
        b'a'..=b'f' => Some(b - b'a' + 10),
        _ => None,
    };
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

/// Today's date in UTC, by the clock of this machine.
#[must_use]
pub fn today() -> jiff::civil::Date {
    jiff::Timestamp::now()
        .to_zoned(jiff::tz::TimeZone::UTC)
        .date()
}

/// A birthdate that exists in the Gregorian calendar.
///
/// # Privacy
/// Personal data: it has no `Display`, and its `Debug` shows no digit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BirthDate {
    year: u16,
    month: u8,
    day: u8,
}

impl BirthDate {
    /// The date, if it exists; years 1 to 9999.
    #[must_use]
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let (y, m, d) = (
            i16::try_from(year).ok()?,
            i8::try_from(month).ok()?,
            i8::try_from(day).ok()?,
        );
        if year == 0 {
            return None;
        }
        jiff::civil::Date::new(y, m, d)
            .ok()
            .map(|_| Self { year, month, day })
    }

    /// The date this many days later; `None` after the year 9999.
    #[must_use]
    pub fn plus_days(self, days: u16) -> Option<Self> {
        let date =
            jiff::civil::Date::new(self.year as i16, self.month as i8, self.day as i8).ok()?;
        let later = date
            .checked_add(jiff::Span::new().days(i64::from(days)))
            .ok()?;
        Self::new(later.year() as u16, later.month() as u8, later.day() as u8)
    }

    /// The same day and month of another year, if there is such a day; years 1 to 9999.
    #[must_use]
    pub fn in_year(self, year: u16) -> Option<Self> {
        Self::new(year, self.month, self.day)
    }

    /// The year, 1 to 9999.
    #[must_use]
    pub fn year(self) -> u16 {
        self.year
    }

    /// The month, 1 to 12.
    #[must_use]
    pub fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, 1 to 31.
    #[must_use]
    pub fn day(self) -> u8 {
        self.day
    }
}

impl fmt::Debug for BirthDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BirthDate(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_round_trips_and_refuses_the_rest() {
        let r = RecordRef([0xa5; 16]);
        assert_eq!(r.to_string().parse::<RecordRef>().unwrap(), r);
        assert!("A5".repeat(16).parse::<RecordRef>().is_err());
        assert!("a5".repeat(15).parse::<RecordRef>().is_err());
    }

    #[test]
    fn a_hash_is_read_out_in_twenty_digits() {
        let mut hash = [0; 32];
        assert_eq!(spoken(&hash), "00000 00000 00000 00000");
        hash[0] = 7;
        assert_eq!(spoken(&hash), "00000 00000 00000 00007");
        // 2^128 - 1 = 340282366920938463463374607431768211455.
        assert_eq!(spoken(&[0xff; 32]), "63374 60743 17682 11455");
    }

    #[test]
    fn dates_that_do_not_exist_are_refused() {
        assert!(BirthDate::new(2006, 2, 30).is_none());
        assert!(BirthDate::new(2004, 2, 29).is_some());
        assert!(BirthDate::new(2005, 2, 29).is_none());
        assert!(BirthDate::new(0, 1, 1).is_none());
    }

    #[test]
    fn days_are_counted_over_months_and_leap_years() {
        let date = |y, m, d| BirthDate::new(y, m, d);
        let from = |y, m, d, days| date(y, m, d).unwrap().plus_days(days);
        assert_eq!(from(1899, 12, 30, 61), date(1900, 3, 1));
        assert_eq!(from(2004, 2, 28, 1), date(2004, 2, 29));
        assert_eq!(from(2005, 2, 28, 1), date(2005, 3, 1));
        assert_eq!(from(9999, 12, 31, 1), None);
        assert_eq!(date(2004, 2, 29).unwrap().in_year(2005), None);
        assert_eq!(date(2107, 5, 4).unwrap().in_year(2007), date(2007, 5, 4));
    }

    #[test]
    fn party_names_fit_into_file_names() {
        assert!("district-7".parse::<PartyId>().is_ok());
        for bad in ["", "7up", "a/b", "A", "a b", &"a".repeat(33)] {
            assert!(bad.parse::<PartyId>().is_err());
        }
    }
}
