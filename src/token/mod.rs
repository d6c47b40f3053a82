//! The token file: what crosses from data owner to operator, with its release manifest.
//!
//! Owns the Parquet layout, the writer, the reader and their checks, as specified in
//! `docs/spec/token-file.md`. Imports the project file for the schema; knows neither people nor
//! pairs.
//!
//! # Privacy
//! A token file holds random record refs, keyed hashes and keyed Bloom filters. It is still
//! personal data: whoever holds it together with the linkage key can test guesses, and the
//! similarities inside it can be attacked without the key (see SECURITY.md).

mod canonical;
mod checksum;
mod columns;
mod layout;
mod pass;
mod read;
mod run;
mod values;
mod write;

use std::collections::BTreeMap;

pub use canonical::Difference;
pub use layout::{Column, Layout, PassLayout};
pub use pass::{FilterColumn, Keys, PassTokens};
pub use read::TokenFile;
pub use run::{Run, merge};
pub use write::TokenWriter;

use crate::error::{Error, Result};
use crate::units::{Fingerprint, PartyId, hex, unhex};

/// The format that this version writes and reads.
pub const FORMAT: &str = "blindlink-tokens-1";

/// What a token file says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Fingerprint of the project file it was made under.
    pub project: Fingerprint,
    /// Fingerprint of the schema, which decides the columns.
    pub schema: Fingerprint,
    /// The party whose records they are.
    pub party: PartyId,
    /// The round of the project.
    pub round: String,
    /// Version of the normalisation that came before the encoding; [`IMPORTED`] if it was another program's.
    pub normalisation: u32,
    /// 16 bytes that are equal in two files exactly if they were made with one linkage key (and
    /// project and schema). Says nothing else about the key. Of imported CLKs: [`UNCHECKED`], or of their linkage
    /// schema and secret.
    pub key_check: [u8; 16],
    /// Number of records, that is of different record refs.
    pub records: u64,
    /// Number of rows; a record has one or more.
    pub rows: u64,
    /// Whether the records are decoys, to whom every link is false.
    pub decoys: bool,
    /// What the known-answer people give under the key and schema (`docs/spec/canaries.md`): equal in two files
    /// exactly if key, project, round, schema, normaliser and encoder do the same. Empty in a file of a version that
    /// made none.
    pub canaries: Vec<[u8; CANARY_BYTES]>,
}

/// What stands for the version of the normalisation where CLKs of another program were imported.
pub const IMPORTED: u32 = 0;
/// The key check of imported CLKs of which nothing is known but their bits.
pub const UNCHECKED: [u8; 16] = *b"imported, no key";
/// Bytes of a canary.
pub const CANARY_BYTES: usize = 8;
/// Most canaries of a file.
const MAX_CANARIES: usize = 64;
const PREFIX: &str = "blindlink.";
/// Most rows of a file, so that the number of a record fits into 32 bits.
const MAX_ROWS: u64 = u32::MAX as u64;

impl Header {
    /// Whether the tokens are CLKs that another program made.
    #[must_use]
    pub fn is_imported(&self) -> bool {
        self.normalisation == IMPORTED
    }

    /// The header as the key-value pairs of the file's footer.
    #[must_use]
    pub fn to_pairs(&self) -> Vec<(String, String)> {
        let decoys = self.decoys.then(|| ("decoys", "true".to_owned()));
        let has_canaries = !self.canaries.is_empty();
        let canaries = has_canaries.then(|| ("canaries", hex(self.canaries.as_flattened())));
        [
            ("format", FORMAT.to_owned()),
            ("project", self.project.to_string()),
            ("schema", self.schema.to_string()),
            ("party", self.party.to_string()),
            ("round", self.round.clone()),
            ("normalisation", self.normalisation.to_string()),
            ("key-check", hex(&self.key_check)),
            ("records", self.records.to_string()),
            ("rows", self.rows.to_string()),
        ]
        .into_iter()
        .chain(decoys)
        .chain(canaries)
        .map(|(k, v)| (format!("{PREFIX}{k}"), v))
        .collect()
    }

    /// Reads the header from the key-value pairs of a footer.
    ///
    /// # Errors
    /// [`Class::Input`](crate::error::Class::Input) (without a path) if a pair is missing,
    /// unknown, doubled or malformed, or if the format is another one.
    pub fn from_pairs(pairs: &[(String, String)]) -> Result<Self> {
        let mut map: BTreeMap<&str, &str> = BTreeMap::new();
        for (key, value) in pairs {
            let Some(key) = key.strip_prefix(PREFIX) else {
                continue;
            };
            if map.insert(key, value).is_some() {
                return Err(bad(&format!("the metadata has `{PREFIX}{key}` twice")));
            }
        }
        match map.remove("format") {
            Some(FORMAT) => {}
            Some(other) if other.starts_with("blindlink-tokens-") => {
                return Err(bad(&format!(
                    "it is of format {}, this version reads {FORMAT}",
                    safe(other)
                ))
                .hint("use the version of blindlink that made it, or encode again with this one"));
            }
            _ => return Err(bad("its metadata does not name a blindlink token format")),
        }
        let mut take = |key: &str| {
            map.remove(key)
                .ok_or_else(|| bad(&format!("the metadata lacks `{PREFIX}{key}`")))
        };
        // One way to write a number only: neither a sign nor a leading zero.
        let number = |key: &str, text: &str| {
            text.parse::<u64>()
                .ok()
                .filter(|n| n.to_string() == text)
                .ok_or_else(|| bad(&format!("`{PREFIX}{key}` is not a number")))
        };
        let fingerprint = |key: &str, text: &str| {
            text.parse()
                .map_err(|_| bad(&format!("`{PREFIX}{key}` is not a fingerprint")))
        };
        let header = Self {
            project: fingerprint("project", take("project")?)?,
            schema: fingerprint("schema", take("schema")?)?,
            party: take("party")?
                .parse()
                .map_err(|_| bad("`blindlink.party` is not a party's name"))?,
            round: take("round")?.to_owned(),
            normalisation: u32::try_from(number("normalisation", take("normalisation")?)?)
                .map_err(|_| bad("`blindlink.normalisation` is not a version"))?,
            key_check: unhex(take("key-check")?)
                .ok_or_else(|| bad("`blindlink.key-check` is malformed"))?,
            records: number("records", take("records")?)?,
            rows: number("rows", take("rows")?)?,
            decoys: match map.remove("decoys") {
                None => false,
                Some("true") => true,
                Some(_) => return Err(bad("`blindlink.decoys` is there and not `true`")),
            },
            canaries: match map.remove("canaries") {
                None => Vec::new(),
                Some(text) => {
                    canaries(text).ok_or_else(|| bad("`blindlink.canaries` is malformed"))?
                }
            },
        };
        map.remove(checksum::KEY);
        if let Some(key) = map.keys().next() {
            return Err(bad(&format!(
                "the metadata has an unknown key `{PREFIX}{}`",
                safe(key)
            )));
        }
        if header.records > header.rows {
            return Err(bad("it claims more records than rows"));
        }
        if header.rows > MAX_ROWS {
            return Err(bad(&format!("it claims more rows than {MAX_ROWS}")));
        }
        Ok(header)
    }
}

/// 1 to 64 canaries of 16 hexadecimal digits each, one after the other.
fn canaries(text: &str) -> Option<Vec<[u8; CANARY_BYTES]>> {
    let each = text.as_bytes().chunks(2 * CANARY_BYTES);
    if !(1..=MAX_CANARIES).contains(&each.len()) {
        return None;
    }
    each.map(|digits| unhex(std::str::from_utf8(digits).ok()?))
        .collect()
}

/// A file that is not a token file, or a damaged one.
fn bad(what: &str) -> Error {
    Error::input("", format!("not a usable token file: {what}"))
}

/// Foreign text cut down to what can be printed without harm.
fn safe(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_ascii_alphanumeric() || "-._".contains(*c))
        .take(40)
        .collect()
}

#[cfg(test)]
mod tests;
