//! The encoding of a text: by its mark, by its zero bytes, by whether it is UTF-8 as a whole.

use std::io::{self, Read};
use std::str::FromStr;

use super::Text;
use crate::error::{Error, Result};

/// Bytes read at a time.
const CHUNK: usize = 1 << 16;

/// An encoding that a student system writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, of which ASCII is a part.
    Utf8,
    /// UTF-16, the low byte first: what Excel calls "Unicode text".
    Utf16Le,
    /// UTF-16, the high byte first.
    Utf16Be,
    /// Windows-1252, the "ANSI" of western Windows, of which Latin-1 is nearly a part.
    Windows1252,
}

impl Encoding {
    /// Every encoding, in the order in which they are listed to people.
    pub const ALL: [Self; 4] = [Self::Utf8, Self::Utf16Le, Self::Utf16Be, Self::Windows1252];

    /// Its name: `utf-8`, `utf-16le`, `utf-16be`, `windows-1252`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
            Self::Windows1252 => "windows-1252",
        }
    }

    pub(super) fn decoder(self) -> &'static encoding_rs::Encoding {
        match self {
            Self::Utf8 => encoding_rs::UTF_8,
            Self::Utf16Le => encoding_rs::UTF_16LE,
            Self::Utf16Be => encoding_rs::UTF_16BE,
            Self::Windows1252 => encoding_rs::WINDOWS_1252,
        }
    }
}

impl FromStr for Encoding {
    type Err = Error;

    /// # Errors
    /// [`Class::Usage`](crate::error::Class::Usage) for any other word.
    fn from_str(s: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|e| e.name().eq_ignore_ascii_case(s))
            .ok_or_else(|| {
                Error::usage("this encoding is not read")
                    .hint("one of utf-8, utf-16le, utf-16be, windows-1252")
            })
    }
}

/// What a look through a text gave.
pub(super) struct Survey {
    pub(super) found: Text,
    /// There is nothing in it but blanks.
    pub(super) is_empty: bool,
    /// Where its first character stands that is of another encoding, in bytes from the start of the text.
    pub(super) first_fault: u64,
    /// So many of its characters beyond ASCII are of another encoding that it is none of a piece.
    pub(super) is_mixed: bool,
}

/// A text of which more than one in this many of the characters beyond ASCII are of another encoding was put together
/// of two. Fewer are slips.
const MIXED: u64 = 10;

/// Looks through a text; `given` is its encoding, if the user has said so.
///
/// A text without a mark that is UTF-8 throughout is UTF-8. One that is not is Windows-1252, but for the
/// text in which more characters are UTF-8 than not: that one is UTF-8 and damaged. UTF-16 of an odd number of bytes is
/// damaged at its end.
pub(super) fn survey(mut text: impl Read, given: Option<Encoding>) -> io::Result<Survey> {
    let mut chunk = vec![0; CHUNK];
    let mut have = fill(&mut text, &mut chunk, 0)?;
    let (marked, mark) = match &chunk[..have] {
        [0xef, 0xbb, 0xbf, ..] => (Some(Encoding::Utf8), 3),
        [0xff, 0xfe, ..] => (Some(Encoding::Utf16Le), 2),
        [0xfe, 0xff, ..] => (Some(Encoding::Utf16Be), 2),
        start => (zeros(start), 0),
    };
    let mark = match given {
        // A mark of another encoding is no mark.
        Some(given) if Some(given) != marked => 0,
        _ => mark,
    };
    let is_blank = |bytes: &[u8]| bytes.iter().all(|b| b.is_ascii_whitespace() || *b == 0);
    let mut is_empty = is_blank(&chunk[mark..have]);
    let sixteen = |e: Encoding| matches!(e, Encoding::Utf16Le | Encoding::Utf16Be);
    if let Some(encoding) = given.or(marked)
        && (sixteen(encoding) || encoding == Encoding::Windows1252)
    {
        let mut bytes = have as u64;
        while have == chunk.len() {
            have = fill(&mut text, &mut chunk, 0)?;
            bytes += have as u64;
            is_empty = is_empty && is_blank(&chunk[..have]);
        }
        return Ok(Survey {
            found: Text {
                encoding,
                damaged: if sixteen(encoding) { bytes % 2 } else { 0 },
                first_damage: None,
                mark: mark as u64,
            },
            is_empty,
            first_fault: bytes,
            is_mixed: false,
        });
    }
    let mut utf8 = Utf8::default();
    let mut rest = utf8.add(&chunk[mark..have], have < chunk.len());
    while have == chunk.len() {
        chunk.copy_within(have - rest.., 0);
        have = fill(&mut text, &mut chunk, rest)?;
        is_empty = is_empty && is_blank(&chunk[..have]);
        rest = utf8.add(&chunk[..have], have < chunk.len());
    }
    let is_utf8 = given.or(marked).is_some() || utf8.characters >= utf8.faults;
    let (most, fewer) = if is_utf8 {
        (utf8.characters, utf8.faults)
    } else {
        (utf8.faults, utf8.characters)
    };
    Ok(Survey {
        found: Text {
            encoding: if is_utf8 {
                Encoding::Utf8
            } else {
                Encoding::Windows1252
            },
            damaged: if is_utf8 { utf8.faults } else { 0 },
            first_damage: None,
            mark: mark as u64,
        },
        is_empty,
        first_fault: mark as u64 + utf8.first_fault,
        is_mixed: given.is_none() && fewer * MIXED > most,
    })
}

/// Reads until `chunk` is full or the text ends; the first `have` bytes are there already. Returns how
/// many there are then.
fn fill(text: &mut impl Read, chunk: &mut [u8], mut have: usize) -> io::Result<usize> {
    while have < chunk.len() {
        match text.read(&mut chunk[have..]) {
            Ok(0) => break,
            Ok(n) => have += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(have)
}

/// UTF-16 without a mark: every other byte of a western text is zero.
fn zeros(start: &[u8]) -> Option<Encoding> {
    let pairs = start.len() / 2;
    let zero = |odd: usize| start.chunks_exact(2).filter(|p| p[odd] == 0).count();
    let (first, second) = (zero(0), zero(1));
    let most = |n: usize, other: usize| pairs > 4 && n * 10 > pairs * 9 && other * 10 < pairs;
    match () {
        () if most(second, first) => Some(Encoding::Utf16Le),
        () if most(first, second) => Some(Encoding::Utf16Be),
        () => None,
    }
}

/// How far a text is UTF-8.
#[derive(Default)]
struct Utf8 {
    /// Characters beyond ASCII.
    characters: u64,
    /// Places that are no UTF-8.
    faults: u64,
    /// Bytes before the first of them, or all that were taken in.
    first_fault: u64,
}

impl Utf8 {
    /// Takes in some bytes; returns how many at their end are the start of a character that goes on in the
    /// next ones. `is_last`: there are no next ones.
    fn add(&mut self, mut bytes: &[u8], is_last: bool) -> usize {
        loop {
            // PERF: nearly all of a file is ASCII, and looked at many bytes at a time.
            let (good, fault) = match std::str::from_utf8(bytes) {
                Ok(text) => (text.as_bytes(), None),
                Err(e) => (&bytes[..e.valid_up_to()], Some(e.error_len())),
            };
            if !good.is_ascii() {
                self.characters += good.iter().filter(|b| **b >= 0xc0).count() as u64;
            }
            if self.faults == 0 {
                self.first_fault += good.len() as u64;
            }
            let rest = &bytes[good.len()..];
            match fault {
                None => return 0,
                Some(None) if !is_last => return rest.len(),
                Some(None) => {
                    self.faults += 1;
                    return 0;
                }
                Some(Some(n)) => {
                    self.faults += 1;
                    bytes = &rest[n..];
                }
            }
        }
    }
}
