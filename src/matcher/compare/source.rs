//! Where the tokens of a pass are read from.

use crate::error::Result;
use crate::project::Schema;
use crate::token::{FilterColumn, Keys, TokenFile};

/// Tokens of one pass of one party: block keys first, then the filters of those that meet somebody.
/// Both can be read more than once, and are the same each time.
pub trait Source: Sync {
    /// The block keys, with the records they are of, in the order of records.
    ///
    /// # Errors
    /// As of [`TokenFile::keys`], or [`Class::Io`](crate::error::Class::Io).
    fn keys(&self) -> Result<Keys>;

    /// The filters, one column a filter: those of the token with row `rows[i]` as number `places[i]` of
    /// `tokens`. `rows` are some of those that [`Source::keys`] gave, ascending.
    ///
    /// # Errors
    /// As of [`Source::keys`].
    fn filters(&self, wanted: (&[u32], &[u32]), tokens: usize) -> Result<Vec<FilterColumn>>;
}

/// A pass of two parties, or of one with itself, in parts that hold equal block keys together.
#[derive(Debug)]
pub struct Divided<S> {
    /// The parts: tokens of the first party, and of the second, if that is another.
    pub parts: Vec<(S, Option<S>)>,
    /// Tokens that are in no part, since nobody is in their block.
    pub dropped: u64,
    /// Records of each party that have a token, where it was counted.
    pub people: Option<(u64, u64)>,
}

impl<S> Divided<S> {
    /// All in one part.
    pub fn whole(left: S, right: Option<S>) -> Self {
        Self {
            parts: vec![(left, right)],
            dropped: 0,
            people: None,
        }
    }
}

/// One pass of a token file.
#[derive(Debug, Clone, Copy)]
pub struct InFile<'f> {
    /// The file.
    pub file: &'f TokenFile,
    /// Its schema.
    pub schema: &'f Schema,
    /// The number of the pass.
    pub pass: usize,
    /// For each row of the file, the index of its record.
    pub of_row: &'f [u32],
}

impl Source for InFile<'_> {
    fn keys(&self) -> Result<Keys> {
        self.file.keys(self.schema, self.pass, self.of_row)
    }

    fn filters(&self, wanted: (&[u32], &[u32]), tokens: usize) -> Result<Vec<FilterColumn>> {
        self.file.filters(self.schema, self.pass, wanted, tokens)
    }
}
