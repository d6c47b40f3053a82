//! What a file is, by its first bytes: a table, or something that people take for one.

use std::path::Path;

use crate::error::Error;

/// How much of a file is looked at.
pub(super) const LOOK: u64 = 1 << 16;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Perhaps a table: none of the others.
    Text,
    Parquet,
    /// A ZIP archive, of whatever.
    Zip,
    /// An old Excel workbook.
    Xls,
    Gzip,
    Pdf,
    /// An HTML page, as web reports are that are saved under the name of a table.
    Html,
    Xml,
    Json,
}

impl Kind {
    pub(super) fn of(start: &[u8]) -> Self {
        let magic: [(&[u8], Self); 5] = [
            (b"PK\x03\x04", Self::Zip),
            (b"PAR1", Self::Parquet),
            (b"\xd0\xcf\x11\xe0", Self::Xls),
            (b"\x1f\x8b", Self::Gzip),
            (b"%PDF", Self::Pdf),
        ];
        if let Some((_, kind)) = magic.iter().find(|(bytes, _)| start.starts_with(bytes)) {
            return *kind;
        }
        let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
        let text = text.trim_ascii_start();
        let starts = |with: &str| {
            text.get(..with.len())
                .is_some_and(|t| t.eq_ignore_ascii_case(with.as_bytes()))
        };
        if ["<!doctype html", "<html", "<table", "<meta", "<head"]
            .iter()
            .any(|tag| starts(tag))
        {
            return Self::Html;
        }
        match text {
            [b'<', b'?', ..] => Self::Xml,
            [b'{', ..] | [b'[', b'{', ..] => Self::Json,
            _ => Self::Text,
        }
    }

    /// Why a file of this kind is no table.
    pub(super) fn refused(self, name: &Path) -> Error {
        const SAVE: &str = "open it in its program and save it as \"CSV UTF-8\"";
        let (what, hint) = match self {
            Self::Xls => ("an old Excel workbook", SAVE),
            Self::Gzip => ("a gzip archive", "unpack it first"),
            Self::Pdf => ("a PDF document", "ask for an export as delimited text"),
            Self::Html => (
                "a web page (HTML)",
                "the report was saved as a page: choose its export as CSV or text instead",
            ),
            Self::Xml => ("XML", "ask for an export as delimited text"),
            Self::Json => ("JSON", "ask for an export as delimited text"),
            Self::Parquet => ("a Parquet file inside an archive", "unpack it first"),
            Self::Zip => ("an archive inside an archive", "unpack the outer one first"),
            Self::Text => ("text", SAVE),
        };
        Error::input(name, format!("expected delimited text, found {what}")).hint(hint)
    }
}
