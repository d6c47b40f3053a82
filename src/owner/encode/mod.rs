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

use zeroize::Zeroizing;

use self::features::{BlockValues, FilterValues, Gram};
use self::filter::{Masks, Scratch};
use super::key::LinkageKey;
use super::normalise::Person;
use crate::project::{Filter, FilterFeature, Pass, Project, Schema};
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
    layout: Layout,
    key: Zeroizing<[u8; 32]>,
    bucket_key: Option<Zeroizing<[u8; 32]>>,
    filters: bool,
    party: PartyId,
    parties: Vec<PartyId>,
}

/// Memory for encoding many people one after another, of one encoder. See [`Encoder::order`].
///
/// # Privacy
/// Holds what was derived from the names of earlier people under the key. In memory only.
#[derive(Default)]
pub struct Workspace {
    /// For each pass, what is kept of each of its filters; empty where nothing is kept.
    kept: Vec<Vec<Option<Masks>>>,
    scratch: Scratch,
    /// The q-grams of the current person, for each list of features.
    grams: Vec<Vec<Gram>>,
    value: Vec<u8>,
}

impl std::fmt::Debug for Workspace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Workspace(..)")
    }
}

/// A place in the order in which people are encoded fastest.
///
/// # Privacy
/// A keyed hash of a birthdate, or what else the block is, and how long the names are. It stays
/// in memory.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Order {
    /// The start of the block key of the pass with the largest filters.
    pub block: u64,
    /// Fewer for more q-grams.
    grams: u16,
}

impl std::fmt::Debug for Order {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Order(..)")
    }
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
        Self {
            schema: project.schema.clone(),
            features,
            lists,
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
            let of_filter = |filter: &Filter| {
                values.grams(&filter.of, &mut grams);
                grams.len()
            };
            counts.push(pass.filters.iter().map(of_filter).collect());
        }
        counts
    }

    /// A workspace that keeps what people of one block have in common.
    #[must_use]
    pub fn workspace(&self) -> Workspace {
        let keep = |f: &Filter| filter::is_worth_keeping(f).then(Masks::new);
        let of_pass = |pass: &Pass| pass.filters.iter().map(keep).collect();
        Workspace {
            kept: self.schema.passes.iter().map(of_pass).collect(),
            ..Workspace::default()
        }
    }

    /// Where `person` stands in the order that gives [`Encoder::encode_in`] least to do: those of
    /// one block of the largest filters together, and of these the longest names first. Any order
    /// gives the same rows.
    #[must_use]
    pub fn order(&self, person: &Person) -> Order {
        let bits = |pass: &Pass| -> usize {
            let kept = pass.filters.iter().filter(|f| filter::is_worth_keeping(f));
            kept.map(|f| f.bits * f.layers).sum()
        };
        let largest = self.schema.passes.iter().max_by_key(|p| bits(p));
        let Some(pass) = largest.filter(|p| bits(p) > 0) else {
            return Order::default();
        };
        let mut values = BlockValues::new(person, self.bucket_key.as_deref());
        if pass.is_by_part() {
            let parts = features::last_parts(person);
            let given = features::given_roots(person);
            values.row(parts.first().copied(), given.first().copied());
        }
        let mut value = Vec::with_capacity(96);
        if !values.frame(pass, &mut value) {
            return Order::default();
        }
        let hash = blake3::keyed_hash(&self.key, &value);
        let mut block = [0; 8];
        block.copy_from_slice(&hash.as_bytes()[..8]);
        let mut grams = Vec::with_capacity(32);
        let filter = pass.filters.iter().max_by_key(|f| f.bits * f.layers);
        if let Some(filter) = filter {
            FilterValues::new(person).grams(&filter.of, &mut grams);
        }
        Order {
            block: u64::from_be_bytes(block),
            grams: u16::MAX - u16::try_from(grams.len()).unwrap_or(u16::MAX),
        }
    }

    /// Appends the rows of `person` under `record_ref` to `rows`.
    ///
    /// The first row holds every pass that the person has the fields for; a further row holds,
    /// for one more part of the last name, the passes that block on a part. Dummies fill up to the
    /// schema's least number of rows. SPEC encoding.md 3.
    pub fn encode(&self, person: &Person, record_ref: RecordRef, rows: &mut Vec<u8>) -> Outcome {
        self.encode_in(&mut Workspace::default(), person, record_ref, rows)
    }

    /// As [`Encoder::encode`], and as [`Encoder::workspace`] of this encoder allows: the same
    /// rows, sooner.
    pub fn encode_in(
        &self,
        workspace: &mut Workspace,
        person: &Person,
        record_ref: RecordRef,
        rows: &mut Vec<u8>,
    ) -> Outcome {
        let parts = features::last_parts(person);
        let given = features::given_roots(person);
        let width = self.layout.row_bytes();
        let start = rows.len();
        let mut made = 0;
        let is_undated = person.birthdate.is_none();
        let undated = if is_undated && self.schema.has_undated() {
            self.parties.len()
        } else {
            1
        };
        let mut block_values = BlockValues::new(person, self.bucket_key.as_deref());
        let filter_values = FilterValues::new(person);
        workspace.grams.resize_with(self.features.len(), Vec::new);
        for (of, grams) in self.features.iter().zip(&mut workspace.grams) {
            filter_values.grams(of, grams);
        }
        for number in 0..parts.len().max(given.len()).max(undated) {
            block_values.row(parts.get(number).copied(), given.get(number).copied());
            let row_start = self.push_row(record_ref, rows);
            let row = &mut rows[row_start..];
            let mut tokens = 0;
            for (i, pass) in self.schema.passes.iter().enumerate() {
                if number > 0 && !pass.is_by_part() && !(pass.undated && number < undated) {
                    continue;
                }
                if pass.undated && person.has_namesake {
                    self.dummy(i, pass, number, row);
                    continue;
                }
                let at = (i, number);
                if self.pass(at, pass, &mut block_values, workspace, row) {
                    tokens += 1;
                }
            }
            if tokens > 0 {
                made += 1;
            } else {
                rows.truncate(row_start);
            }
        }
        while made > 0 && made < self.schema.rows {
            let row_start = self.push_row(record_ref, rows);
            let (before, row) = rows.split_at_mut(row_start);
            let first = &before[start..start + width];
            let mut tokens = 0;
            for (i, pass) in self.schema.passes.iter().enumerate() {
                let has_token = self
                    .layout
                    .value(first, self.layout.passes[i].block)
                    .is_some();
                if pass.is_by_part() && has_token {
                    self.dummy(i, pass, made, row);
                    tokens += 1;
                }
            }
            if tokens == 0 {
                rows.truncate(row_start);
                break;
            }
            made += 1;
        }
        if made == 0 {
            Outcome::NothingToLink
        } else {
            Outcome::Encoded(made)
        }
    }

    /// Appends a row without any token; returns where it starts.
    fn push_row(&self, record_ref: RecordRef, rows: &mut Vec<u8>) -> usize {
        let start = rows.len();
        rows.extend_from_slice(&record_ref.0);
        rows.resize(start + self.layout.row_bytes(), 0);
        start
    }

    /// Fills the columns of one pass; false if the person lacks a field of its block, or if the
    /// pass is nothing but filters and none can be made.
    fn pass<'p>(
        &'p self,
        (i, number): (usize, usize),
        pass: &'p Pass,
        block: &mut BlockValues<'p>,
        workspace: &mut Workspace,
        row: &mut [u8],
    ) -> bool {
        let columns = &self.layout.passes[i];
        let Workspace {
            kept,
            scratch,
            grams,
            value,
        } = workspace;
        if !block.frame(pass, value) {
            if pass.dummies {
                self.dummy(i, pass, number, row);
            }
            return false;
        }
        if pass.undated {
            self.frame_undated(block.is_undated(), number, value);
        }
        // SPEC encoding.md 4: one output, two independent parts.
        let mut keys = Zeroizing::new([0; 48]);
        if pass.filters.is_empty() || !self.filters {
            keys[..32].copy_from_slice(blake3::keyed_hash(&self.key, value).as_bytes());
        } else {
            blake3::Hasher::new_keyed(&self.key)
                .update(value)
                .finalize_xof()
                .fill(keys.as_mut());
        }
        let mut filter_key = Zeroizing::new([0; 32]);
        filter_key.copy_from_slice(&keys[16..]);
        let mut any = pass.is_blocked();
        for (f, (filter, &column)) in pass.filters.iter().zip(&columns.filters).enumerate() {
            if !self.filters && any {
                break;
            }
            let grams = &grams[self.lists[i][f]];
            if grams.is_empty() {
                continue;
            }
            any = true;
            if !self.filters {
                continue;
            }
            let out = self.layout.fill(row, column);
            match kept.get_mut(i).and_then(|pass| pass[f].as_mut()) {
                Some(masks) => masks.fill(filter, &filter_key, grams, out, scratch),
                None => filter::fill(filter, &filter_key, grams, out, scratch),
            }
        }
        if any {
            self.layout
                .fill(row, columns.block)
                .copy_from_slice(&keys[..16]);
        }
        any
    }
}

impl Encoder {
    /// Whom the token of a pass for people without a birthdate may meet: those of one party who
    /// have one meet those of all others who have none, and these each other. Two who have one
    /// never meet. SPEC encoding.md 4.1.
    fn frame_undated(&self, is_undated: bool, number: usize, value: &mut Vec<u8>) {
        let mut others = self.parties.iter().filter(|p| **p != self.party);
        let party = if is_undated {
            others.nth(number)
        } else {
            Some(&self.party)
        };
        match party {
            Some(party) => {
                push_framed(value, b"of");
                push_framed(value, party.as_str().as_bytes());
            }
            None => push_framed(value, b"undated"),
        }
    }

    /// A token of random bits in place of the one that cannot be made: it has the form of the
    /// others and meets nobody. SPEC encoding.md 4.
    fn dummy(&self, i: usize, pass: &Pass, number: usize, row: &mut [u8]) {
        let mut value = Vec::with_capacity(64);
        push_framed(&mut value, pass.name.as_bytes());
        push_framed(&mut value, b"dummy");
        value.extend_from_slice(&row[..16]);
        value.extend_from_slice(&(number as u32).to_le_bytes());
        let mut bits = blake3::Hasher::new_keyed(&self.key)
            .update(&value)
            .finalize_xof();
        let columns = &self.layout.passes[i];
        for &column in std::iter::once(&columns.block).chain(&columns.filters) {
            bits.fill(self.layout.fill(row, column));
        }
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
