//! Goes through a struct of Thrift's compact protocol as the `parquet` crate skips it, and counts.
//!
//! Source: the compact protocol's specification, `thrift-compact-protocol.md` of Apache Thrift; but for truth values in
//! lists and maps, for which the crate reads nothing and the specification one byte.

use std::io::{self, ErrorKind, Read};

/// Most elements that take no room in a list. Parquet has no list of such.
const MOST: u64 = 1_000;
/// Structs in structs; Parquet has fewer, and the crate gives up at as many.
const DEPTH: u8 = 64;

/// Goes through the struct at which `from` stands. Returns its number of bytes.
///
/// # Errors
/// Where it ends too early, has an unknown type, is deeper than 64 structs and lists, or has a list of more than 1,000
/// elements that take no room.
pub(super) fn walk(from: &mut impl Read) -> io::Result<i64> {
    let mut walk = Walk { from, length: 0 };
    walk.skip(STRUCT, DEPTH)?;
    Ok(walk.length)
}

const TRUE: u8 = 1;
const FALSE: u8 = 2;
const BYTE: u8 = 3;
const I16: u8 = 4;
const I32: u8 = 5;
const I64: u8 = 6;
const DOUBLE: u8 = 7;
const BINARY: u8 = 8;
const LIST: u8 = 9;
const SET: u8 = 10;
const MAP: u8 = 11;
const STRUCT: u8 = 12;
const UUID: u8 = 13;

struct Walk<'r, R> {
    from: &'r mut R,
    length: i64,
}

impl<R: Read> Walk<'_, R> {
    fn skip(&mut self, kind: u8, depth: u8) -> io::Result<()> {
        let Some(depth) = depth.checked_sub(1) else {
            return Err(bad());
        };
        match kind {
            TRUE | FALSE => Ok(()),
            BYTE => self.bytes(1),
            I16 | I32 | I64 => self.number().map(drop),
            DOUBLE => self.bytes(8),
            UUID => self.bytes(16),
            BINARY => {
                let length = self.number()?;
                self.bytes(length)
            }
            LIST | SET => {
                let header = self.byte()?;
                let size = match header >> 4 {
                    15 => self.number()?,
                    size => u64::from(size),
                };
                self.elements(size, &[header & 15], depth)
            }
            MAP => match self.number()? {
                0 => Ok(()),
                size => {
                    let kinds = self.byte()?;
                    self.elements(size, &[kinds >> 4, kinds & 15], depth)
                }
            },
            STRUCT => self.fields(depth),
            _ => Err(bad()),
        }
    }

    fn fields(&mut self, depth: u8) -> io::Result<()> {
        loop {
            let header = self.byte()?;
            if header & 15 == 0 {
                return Ok(());
            }
            // The number of the field, where it is not told by the distance from the one before.
            if header >> 4 == 0 {
                self.number()?;
            }
            self.skip(header & 15, depth)?;
        }
    }

    fn elements(&mut self, size: u64, kinds: &[u8], depth: u8) -> io::Result<()> {
        if size > MOST && kinds.iter().all(|kind| matches!(*kind, TRUE | FALSE)) {
            return Err(bad());
        }
        for _ in 0..size {
            for kind in kinds {
                self.skip(*kind, depth)?;
            }
        }
        Ok(())
    }

    /// A number of variable length.
    fn number(&mut self) -> io::Result<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 127) << shift;
            if byte < 128 {
                return Ok(number);
            }
        }
        Err(bad())
    }

    fn byte(&mut self) -> io::Result<u8> {
        let mut byte = [0];
        self.from.read_exact(&mut byte)?;
        self.length += 1;
        Ok(byte[0])
    }

    fn bytes(&mut self, length: u64) -> io::Result<()> {
        let skipped = io::copy(&mut self.from.by_ref().take(length), &mut io::sink())?;
        if skipped < length {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        self.length += skipped as i64;
        Ok(())
    }
}

fn bad() -> io::Error {
    ErrorKind::InvalidData.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn length(bytes: &[u8]) -> Option<i64> {
        walk(&mut &*bytes).ok()
    }

    #[test]
    fn every_kind_is_skipped_by_its_length() {
        let fields: [(u8, &[u8]); 12] = [
            (TRUE, &[]),
            (FALSE, &[]),
            (BYTE, &[255]),
            (I16, &[0x80, 1]),
            (I32, &[1]),
            (I64, &[0xff, 0xff, 3]),
            (DOUBLE, &[9; 8]),
            (BINARY, &[3, 9, 9, 9]),
            (LIST, &[0x25, 1, 0x80, 1]),
            (MAP, &[1, 0x38, 7, 1, 9]),
            (STRUCT, &[0x13, 7, 0]),
            (UUID, &[9; 16]),
        ];
        for (kind, content) in fields {
            for number in [&[0x10 | kind][..], &[kind, 0x80, 1]] {
                let whole = [number, content, &[0]].concat();
                assert_eq!(length(&whole), Some(whole.len() as i64), "{kind}");
                assert_eq!(
                    length(&[&whole[..], &[9; 5]].concat()),
                    Some(whole.len() as i64)
                );
                assert_eq!(length(&whole[..whole.len() - 1]), None, "{kind}");
            }
        }
        assert_eq!(length(&[0x1e, 0]), None);
        assert_eq!(length(&[0x1b, 0, 0]), Some(3));
    }

    #[test]
    fn what_takes_no_room_is_bounded() {
        let list = |kind: u8, size: [u8; 2]| {
            length(&[&[0x19, 0xf0 | kind][..], &size, &[0; 2000]].concat())
        };
        // 1,000 and 1,001.
        assert_eq!(list(TRUE, [0xe8, 7]), Some(5));
        assert_eq!(list(TRUE, [0xe9, 7]), None);
        assert_eq!(list(BYTE, [0xe9, 7]), Some(5 + 1001));
        assert_eq!(length(&[0x1b, 0xe9, 7, 0x12, 0]), None);
        let nested = |depth: usize| length(&[vec![0x1c; depth], vec![0; depth + 1]].concat());
        assert_eq!((nested(63), nested(64)), (Some(127), None));
    }
}
