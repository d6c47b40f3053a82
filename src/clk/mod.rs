//! Files of record-level Bloom filters as other programs write them: CLKs ("cryptographic long-term keys") of
//! clkhash, uploads to an anonlink entity service, FABLE's bit vectors.
//!
//! Bit 0 is the highest bit of the first byte, as in those files. `docs/spec/clk.md` has each form.
//!
//! # Privacy
//! CLKs are personal data, and weaker than tokens of this program's own schemas: who has many of them can find
//! people in them. No byte of one is in a message or a `Debug` text.

mod base64;
mod binary;
mod blocks;
mod fable;
mod json;
mod read;
mod write;

pub use binary::{read_binary, read_numbered, write_binary};
pub use blocks::Blocks;
pub use fable::{read_fable, write_fable};
pub use json::{read_blocks, read_json};
pub use read::{Format, read};
pub use write::{JsonWriter, write_blocked, write_json};

use crate::error::{Error, Result};

/// Bytes of the longest filter that is read. The entity service takes 1,024.
pub const MOST_BYTES: usize = 4096;

/// The filters of one party, in the order of its file, all of one length.
pub struct Clks {
    bits: usize,
    bytes: Vec<u8>,
    ids: Option<Vec<String>>,
    blocks: Option<Blocks>,
}

impl Clks {
    /// No filter yet; each will be of `bits` bits.
    ///
    /// # Errors
    /// [`Class::Usage`](crate::error::Class::Usage) unless `bits` is a multiple of 8 from 8 to eight times [`MOST_BYTES`].
    pub fn new(bits: usize) -> Result<Self> {
        if bits == 0 || !bits.is_multiple_of(8) || bits > 8 * MOST_BYTES {
            return Err(Error::usage(format!(
                "a CLK has a multiple of 8 bits, from 8 to {}",
                8 * MOST_BYTES
            )));
        }
        Ok(Self {
            bits,
            bytes: Vec::new(),
            ids: None,
            blocks: None,
        })
    }

    /// Appends a filter.
    ///
    /// # Panics
    /// If it is of another length.
    pub fn push(&mut self, clk: &[u8]) {
        assert_eq!(
            clk.len(),
            self.width(),
            "filters of one file are of one length"
        );
        self.bytes.extend_from_slice(clk);
    }

    /// The same filters, of records that have these ids, in their order.
    ///
    /// # Panics
    /// If there is not one id for each.
    #[must_use]
    pub fn with_ids(mut self, ids: Vec<String>) -> Self {
        assert_eq!(ids.len(), self.len(), "an id for each record");
        self.ids = Some(ids);
        self
    }

    /// The same filters, which are to be compared inside these blocks only.
    ///
    /// # Panics
    /// If the blocks are of another number of records.
    #[must_use]
    pub fn with_blocks(mut self, blocks: Blocks) -> Self {
        assert_eq!(blocks.records(), self.len(), "blocks of these records");
        self.blocks = Some(blocks);
        self
    }

    /// Bits of each filter: a multiple of 8.
    #[must_use]
    pub fn bits(&self) -> usize {
        self.bits
    }

    /// Bytes of each filter.
    #[must_use]
    pub fn width(&self) -> usize {
        self.bits / 8
    }

    /// Number of filters.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len() / self.width()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Filter number `i`, from 0.
    ///
    /// # Panics
    /// If there are not so many.
    #[must_use]
    pub fn get(&self, i: usize) -> &[u8] {
        &self.bytes[i * self.width()..][..self.width()]
    }

    /// All filters, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.bytes.chunks_exact(self.width())
    }

    /// Set bits of filter number `i`.
    ///
    /// # Panics
    /// If there are not so many.
    #[must_use]
    pub fn weight(&self, i: usize) -> u32 {
        self.get(i).iter().map(|byte| byte.count_ones()).sum()
    }

    /// What the file calls each record, where it does.
    #[must_use]
    pub fn ids(&self) -> Option<&[String]> {
        self.ids.as_deref()
    }

    /// The blocks alone.
    #[must_use]
    pub fn into_blocks(self) -> Option<Blocks> {
        self.blocks
    }

    /// The blocks that each record is in, where the file says so.
    #[must_use]
    pub fn blocks(&self) -> Option<&Blocks> {
        self.blocks.as_ref()
    }
}

impl std::fmt::Debug for Clks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Clks({} of {} bits)", self.len(), self.bits)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop where it stands")]
mod tests;
