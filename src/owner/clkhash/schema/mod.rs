//! A linkage schema, as this program works with it: version 3, checked, with everything in it that can be encoded by.
//!
//! SPEC clk-encoding.md 2.

mod parser;

use std::collections::HashSet;
use std::io::Read as _;
use std::path::Path;

use serde_json::Value;

use parser::Parser;

use super::check::{Version, check};
use super::date::DateFormat;
use super::number::{Grid, Whole};
use super::pattern::Pattern;
use super::upgrade::upgrade;
use crate::error::{Error, Result};

/// A schema file of more bytes than this is refused.
const MOST_BYTES: u64 = 16 << 20;
/// Most bits of a filter before it is folded.
pub(super) const MOST_BITS: usize = 1 << 20;
/// Most bits that a token or a feature may set, and most tokens that a number may have on a side.
const MOST_SET: u64 = 100_000;
/// Most characters of an n-gram.
const MOST_GRAM: u64 = 1_000;
/// Most digits after the point.
const MOST_PRECISION: u64 = 300;
/// Keys of more bytes BLAKE2b does not take.
const BLAKE_KEY: usize = 64;
/// The size of a key where a schema does not say it.
const KEY_SIZE: u64 = 64;

/// Which of the two spellings of XOR folds counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FoldRule {
    /// `xor_folds` alone, as in every release of clkhash: the bits are those that the schema has always given.
    AsClkhash,
    /// Also `xorFolds`, as the documentation of clkhash says.
    Honour,
}

/// A linkage schema that records can be encoded by.
#[derive(Debug, Clone)]
pub struct Schema {
    version: Version,
    pub(super) fields: Vec<Field>,
    pub(super) bits: usize,
    pub(super) folds: u32,
    pub(super) kdf: Kdf,
    notes: Vec<String>,
    unknown_keys: Vec<String>,
}

/// How keys are made of the secret.
#[derive(Debug, Clone)]
pub(super) struct Kdf {
    pub(super) hash: KdfHash,
    pub(super) salt: Vec<u8>,
    pub(super) info: Vec<u8>,
    pub(super) key_size: usize,
}

/// The hash of HKDF.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KdfHash {
    Sha256,
    Sha512,
}

/// One column of the table.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub(super) identifier: String,
    /// `None`: the column is ignored, but for its keys.
    pub(super) spec: Option<Spec>,
}

/// How the cells of a column are encoded.
#[derive(Debug, Clone)]
pub(super) struct Spec {
    pub(super) format: Format,
    pub(super) encoding: Encoding,
    pub(super) comparison: Comparison,
    pub(super) strategy: Strategy,
    pub(super) hash: Hash,
    pub(super) missing: Option<Missing>,
}

/// What cells must be.
#[derive(Debug, Clone)]
pub(super) enum Format {
    Text {
        case: Case,
        least: u64,
        most: u64,
    },
    /// A pattern; or why it cannot be used, which matters where cells are checked.
    Pattern(std::result::Result<Pattern, String>),
    Integer {
        minimum: i128,
        maximum: i128,
    },
    Date(DateFormat),
    Enum(HashSet<String>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    Upper,
    Lower,
    Mixed,
}

/// How tokens become bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Ascii,
    Utf8,
    Utf16,
    Utf32,
}

#[derive(Debug, Clone)]
pub(super) enum Comparison {
    Ngram { n: usize, positional: bool },
    Exact,
    Numeric(Grid),
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Strategy {
    PerToken(usize),
    PerFeature(usize),
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Hash {
    Blake,
    Double { prevent_singularity: bool },
}

/// What stands for a missing value, and what is encoded instead.
#[derive(Debug, Clone)]
pub(super) struct Missing {
    pub(super) sentinel: String,
    pub(super) replacement: String,
}

impl Schema {
    /// Reads the schema at `path`.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io); [`Class::Input`](crate::error::Class::Input) if it is no JSON, or no schema
    /// that records can be encoded by: then with all that is wrong with it.
    pub fn read(path: &Path, rule: FoldRule) -> Result<Self> {
        Self::parse(&text_of(path)?, path, rule)
    }

    /// As [`read`](Self::read), of a text; `path` is for messages.
    ///
    /// # Errors
    /// As of [`read`](Self::read), but for the file.
    pub fn parse(text: &str, path: &Path, rule: FoldRule) -> Result<Self> {
        let given = json_of(text, path)?;
        let folds = Folds::of(&given, rule);
        let (latest, version, unknown_keys) = latest(given, path)?;
        let mut notes = Vec::new();
        if !unknown_keys.is_empty() {
            notes.push(unknown(&unknown_keys));
        }
        let mut parser = Parser { faults: Vec::new() };
        let schema = parser.schema(&latest, version, folds, &mut notes);
        match schema {
            Some(schema) if parser.faults.is_empty() => Ok(Self {
                notes,
                unknown_keys,
                ..schema
            }),
            _ => Err(refused(path, parser.faults)),
        }
    }

    /// The version of the file.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// How many bits an encoding has, which need not be a multiple of 8.
    #[must_use]
    pub fn bits(&self) -> usize {
        self.bits
    }

    /// How often a filter is folded to become an encoding.
    #[must_use]
    pub fn folds(&self) -> u32 {
        self.folds
    }

    /// How many bytes an encoding has.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bits.div_ceil(8)
    }

    /// The identifiers of all columns, in the table's order.
    pub fn columns(&self) -> impl ExactSizeIterator<Item = &str> {
        self.fields.iter().map(|f| f.identifier.as_str())
    }

    /// How many of the columns are encoded.
    #[must_use]
    pub fn encoded(&self) -> usize {
        self.fields.iter().filter(|f| f.spec.is_some()).count()
    }

    /// What of the file was not acted on, in words: to be told as warnings.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Fails if a pattern of the schema cannot be used to check cells.
    ///
    /// # Errors
    /// [`Class::Input`](crate::error::Class::Input), of the file at `path`.
    pub fn expect_checkable(&self, path: &Path) -> Result<()> {
        for field in &self.fields {
            if let Some(Spec {
                format: Format::Pattern(Err(why)),
                ..
            }) = &field.spec
            {
                let what = format!("cells cannot be checked by this pattern: {why}");
                return Err(Error::input(path, what)
                    .column(&field.identifier)
                    .hint("--no-validate encodes without checks; the bits are the same"));
            }
        }
        Ok(())
    }

    /// Fails if the file has keys that mean nothing. Clkhash passes over most of them; one may be a key that is misspelt.
    ///
    /// # Errors
    /// [`Class::Input`](crate::error::Class::Input), with each of them.
    pub fn expect_known_keys(&self, path: &Path) -> Result<()> {
        if self.unknown_keys.is_empty() {
            return Ok(());
        }
        Err(Error::input(path, unknown(&self.unknown_keys))
            .hint("--allow-unknown-keys passes over them, as clkhash does; the bits are the same"))
    }

    /// The bits of a filter before it is folded.
    pub(super) fn unfolded(&self) -> usize {
        self.bits << self.folds
    }
}

/// The schema at `path` in version 3, as JSON.
///
/// # Errors
/// [`Class::Io`](crate::error::Class::Io); [`Class::Input`](crate::error::Class::Input) if it is none.
pub fn convert(path: &Path) -> Result<(Value, Version)> {
    let given = json_of(&text_of(path)?, path)?;
    let (latest, version, _) = latest(given, path)?;
    Ok((latest, version))
}

fn text_of(path: &Path) -> Result<String> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|e| Error::io("read", path, e))?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(Error::input(path, "too large for a linkage schema"));
    }
    String::from_utf8(bytes).map_err(|e| {
        let good = &e.as_bytes()[..e.utf8_error().valid_up_to()];
        let line = 1 + good.iter().filter(|b| **b == b'\n').count();
        Error::input(path, "expected JSON in UTF-8, found other bytes").line(line as u64)
    })
}

fn json_of(text: &str, path: &Path) -> Result<Value> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    serde_json::from_str(text).map_err(|e| {
        let problem = e.to_string();
        let problem = problem.split(" at line ").next().unwrap_or_default();
        let what = format!("not JSON: {problem}, at character {}", e.column());
        Error::input(path, what).line(e.line() as u64)
    })
}

/// The schema in version 3, the version it had, and what is in it that means nothing.
fn latest(given: Value, path: &Path) -> Result<(Value, Version, Vec<String>)> {
    let version = Version::of(&given).map_err(|what| refused(path, vec![what]))?;
    let found = check(&given, version);
    if !found.faults.is_empty() {
        return Err(refused(path, found.faults));
    }
    let latest = upgrade(given, version);
    if version != Version::V3 {
        let faults = check(&latest, Version::V3).faults;
        if !faults.is_empty() {
            let of = |fault| format!("in version 3 that it becomes, {fault}");
            return Err(refused(path, faults.into_iter().map(of).collect()));
        }
    }
    Ok((latest, version, found.strays))
}

fn unknown(keys: &[String]) -> String {
    let keys = keys.join(", ");
    format!("keys that mean nothing, here or to clkhash: {keys}")
}

/// An error of all that is wrong with a schema.
fn refused(path: &Path, mut faults: Vec<String>) -> Error {
    if faults.len() == 1 {
        return Error::input(path, format!("not a linkage schema: {}", faults.remove(0)));
    }
    let count = faults.len();
    if count > 50 {
        faults.truncate(50);
        faults.push(format!("and {} more", count - 50));
    }
    Error::input(path, format!("not a linkage schema, for {count} reasons")).details(faults)
}

/// What a schema says of folds, in both spellings, before it is upgraded.
struct Folds {
    rule: FoldRule,
    /// `xor_folds`, which is in no JSON schema, and may be anything.
    read: Option<Value>,
    /// `xorFolds`.
    documented: Option<Value>,
}

impl Folds {
    fn of(given: &Value, rule: FoldRule) -> Self {
        let config = given.get("clkConfig");
        let of = |key: &str| config.and_then(|c| c.get(key)).cloned();
        Self {
            rule,
            read: of("xor_folds"),
            documented: of("xorFolds"),
        }
    }
}

impl Format {
    /// Whether a whole number is within the bounds of the format.
    pub(super) fn holds(&self, number: &Whole) -> bool {
        match self {
            Self::Integer { minimum, maximum } => {
                // No bound at all is the least and the greatest number, which a longer one passes.
                (*minimum == i128::MIN || !number.is_less_than(*minimum))
                    && (*maximum == i128::MAX || !number.is_greater_than(*maximum))
            }
            _ => true,
        }
    }
}
