//! People into tokens: the encoding of `docs/spec/encoding.md`, version 1.
//!
//! Owns the key derivation, block keys and filters. Imports normalised people and the schema;
//! gives rows of [`Layout`] bytes. Knows no files.
//!
//! # Privacy
//! What comes out is keyed by linkage key, project, round, schema, pass and block value: bits can
//! be compared inside one block of one pass of one project only.

mod features;
mod filter;
mod group;
mod lanes;
mod masks;
mod messages;
mod order;
mod plan;
mod stable;
#[cfg(test)]
mod tests;

use zeroize::Zeroizing;

use self::features::FilterValues;
pub use self::group::Workspace;
pub use self::order::Order;
pub use self::stable::StableRefs;
use super::key::LinkageKey;
use super::normalise::Person;
use crate::project::{BlockFeature, Filter, FilterFeature, Pass, Project, Schema};
use crate::token::Layout;
use crate::units::{PartyId, RecordRef};

const KEY_CONTEXT: &str = "blindlink 2026-11-21 encoding key v1";
const BUCKET_CONTEXT: &str = "blindlink 2026-11-21 bucket key v1";
const CHECK_CONTEXT: &str = "blindlink 2026-11-21 key check v1";

/// Encodes the people of one party under one project.
pub struct Encoder {
    schema: Schema,
    /// Each list of features that some filter is of, once.
    features: Vec<Vec<FilterFeature>>,
    /// For each pass and filter, which of these lists.
    lists: Vec<Vec<usize>>,
    /// Each list of features that some bucket is of, once.
    buckets: Vec<BucketOf>,
    /// For each pass with a bucket, which of these lists, and how many buckets there are.
    bucket_of: Vec<Option<(usize, u32)>>,
    layout: Layout,
    key: Zeroizing<[u8; 32]>,
    bucket_key: Option<Zeroizing<[u8; 32]>>,
    filters: bool,
    party: PartyId,
    parties: Vec<PartyId>,
}

/// What a bucket is of.
struct BucketOf {
    features: Vec<BlockFeature>,
    /// Whether a pass that is encoded in further rows of a person has such a bucket.
    is_in_further_rows: bool,
}

/// What became of one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// This many rows were appended, 1 or more.
    Encoded(usize),
    /// No pass of the schema can be made of what is known: nothing was appended.
    NothingToLink,
}

impl Encoder {
    /// An encoder for `project` under the owners' `key`, for the records of its first party.
    #[must_use]
    pub fn new(project: &Project, key: &LinkageKey) -> Self {
        let mut material = Zeroizing::new(Vec::with_capacity(128));
        material.extend_from_slice(key.expose());
        material.extend_from_slice(&project.id);
        push_framed(&mut material, project.round.as_bytes());
        material.extend_from_slice(&project.schema.fingerprint.0);
        let key = Zeroizing::new(blake3::derive_key(KEY_CONTEXT, &material));
        let mut features: Vec<Vec<FilterFeature>> = Vec::new();
        let mut list = |filter: &Filter| {
            let known = features.iter().position(|of| *of == filter.of);
            known.unwrap_or_else(|| {
                features.push(filter.of.clone());
                features.len() - 1
            })
        };
        let passes = project.schema.passes.iter();
        let lists = passes
            .map(|pass| pass.filters.iter().map(&mut list).collect())
            .collect();
        let mut buckets: Vec<BucketOf> = Vec::new();
        let mut bucket = |pass: &Pass| {
            let bucket = pass.bucket.as_ref()?;
            let known = buckets.iter().position(|b| b.features == bucket.of);
            let place = known.unwrap_or_else(|| {
                buckets.push(BucketOf {
                    features: bucket.of.clone(),
                    is_in_further_rows: false,
                });
                buckets.len() - 1
            });
            buckets[place].is_in_further_rows |= pass.is_by_part() || pass.undated;
            Some((place, bucket.count))
        };
        let bucket_of = project.schema.passes.iter().map(&mut bucket).collect();
        Self {
            schema: project.schema.clone(),
            features,
            lists,
            buckets,
            bucket_of,
            layout: Layout::of(&project.schema),
            bucket_key: Some(Zeroizing::new(blake3::derive_key(
                BUCKET_CONTEXT,
                key.as_ref(),
            ))),
            key,
            filters: true,
            party: project.parties[0].clone(),
            parties: project.parties.clone(),
        }
    }

    /// The same for the records of `party`, one of the project's.
    #[must_use]
    pub fn of(self, party: &PartyId) -> Self {
        Self {
            party: party.clone(),
            ..self
        }
    }

    /// The same, but it fills in block keys alone: who shares a block, and nothing of how alike
    /// they are. For the audit, in files of millions, and for rehearsals in clear.
    #[must_use]
    pub fn without_filters(self) -> Self {
        Self {
            filters: false,
            ..self
        }
    }

    /// As [`Encoder::new`], with each name a bucket of its own: all that an attacker without the
    /// owners' key knows of buckets is that equal names share one. For the audit.
    #[must_use]
    pub(in crate::owner) fn with_open_buckets(project: &Project, key: &LinkageKey) -> Self {
        Self {
            bucket_key: None,
            ..Self::new(project, key)
        }
    }

    /// The columns of the rows that [`Encoder::encode`] makes.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// 16 bytes that two parties share exactly if they use the same key, project and schema.
    #[must_use]
    pub fn key_check(&self) -> [u8; 16] {
        let check = blake3::derive_key(CHECK_CONTEXT, self.key.as_ref());
        let mut out = [0; 16];
        out.copy_from_slice(&check[..16]);
        out
    }

    /// Whether [`Encoder::encode`] makes anything of `person`.
    #[must_use]
    pub fn can_encode(&self, person: &Person) -> bool {
        let mut rows = Vec::new();
        self.encode(person, RecordRef([0; 16]), &mut rows) != Outcome::NothingToLink
    }

    /// How many distinct q-grams of `person` go into each filter of each pass; 0 where it has none.
    ///
    /// # Privacy
    /// Says how long the names are. For the owner's own audit; it never crosses.
    #[must_use]
    pub fn gram_counts(&self, person: &Person) -> Vec<Vec<usize>> {
        let values = FilterValues::new(person);
        let mut grams = Vec::new();
        let mut counts = Vec::with_capacity(self.schema.passes.len());
        for pass in &self.schema.passes {
            let of_filter = |filter: &Filter| values.grams(&filter.of, &mut grams);
            counts.push(pass.filters.iter().map(of_filter).collect());
        }
        counts
    }
}

impl std::fmt::Debug for Encoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Encoder(schema {})", self.schema.name)
    }
}

/// Appends the length of `bytes` as 4 bytes, least significant first, then `bytes`.
fn push_framed(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
    out.extend_from_slice(bytes);
}
