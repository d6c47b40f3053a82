//! One partition: some people of a batch to a sorted run of token rows.

use std::collections::BTreeMap;

use rayon::prelude::*;
use zeroize::Zeroizing;

use super::people::{People, Row};
use crate::error::{Error, Result};
use crate::owner::decoy::Decoys;
use crate::owner::encode::{Encoder, Order, Outcome, StableRefs};
use crate::owner::normalise::{Namesakes, Person};
use crate::owner::table::{Birth, OptOut};
use crate::units::{PartyId, RecordRef};

/// People encoded by one thread at a time: at least so many, if a block ends there...
const LEAST: usize = 1 << 11;
/// ... and at most so many, if it does not.
const MOST: usize = 1 << 13;
/// People who are encoded side by side, and whose memory is waited for at once.
pub(super) const AHEAD: usize = 64;

/// What became of a row: 0 if it was encoded, else one more than its place in [`REASONS`].
pub(super) type Fate = u8;

/// Why a row is not encoded.
pub(super) const REASONS: [&str; 9] = [
    "no_student_id",
    "mangled_id",
    "no_name",
    "no_birthdate",
    "bad_birthdate",
    "no_birthdate_and_no_name",
    "no_decoy",
    "excluded",
    "opt_out",
];

/// What must be known of the whole table before a record of it is encoded.
#[derive(Default)]
pub(super) struct Ahead {
    /// Which names more than one record has, where a pass of the schema asks.
    pub(super) names: Namesakes,
    /// The birthdates, where decoys are made.
    pub(super) decoys: Option<Decoys>,
}

impl Ahead {
    /// The person of row `i` of `people`, the table's row number `first + i`, as it is to be
    /// encoded; false if there is none.
    fn person(&self, people: &People, first: u64, i: usize, person: &mut Person) -> bool {
        people.read(i, &self.names, person);
        let Some(decoys) = &self.decoys else {
            return true;
        };
        match decoys.of(person, first + i as u64) {
            Some(decoy) => {
                *person = decoy;
                true
            }
            None => false,
        }
    }
}

/// Where the record refs come from.
pub(super) enum Refs {
    /// A test seed: for tests only.
    Test(u64, PartyId),
    /// 32 random bytes of this run.
    Secret(Zeroizing<[u8; 32]>),
    /// The student's id: the same in every round.
    Stable(StableRefs),
}

impl Refs {
    /// The refs of `people`, who are the rows from number `first` of the table on. Two parties must not have equal
    /// refs: dummy tokens are made of them.
    pub(super) fn draw(&self, first: u64, people: &People) -> Vec<RecordRef> {
        let n = people.len();
        match self {
            Self::Stable(refs) => {
                let rows = (0..n).into_par_iter();
                rows.map(|i| refs.of(people.id(i).0)).collect()
            }
            Self::Test(seed, party) => {
                let context = "blindlink 2026-11-21 test record refs v1";
                let mut start = blake3::Hasher::new_derive_key(context);
                start.update(&seed.to_le_bytes());
                start.update(party.as_str().as_bytes());
                let of = |row: u64| {
                    let hash = start.clone().update(&row.to_le_bytes()).finalize();
                    let mut bytes = [0; 16];
                    bytes.copy_from_slice(&hash.as_bytes()[..16]);
                    RecordRef(bytes)
                };
                (first..).take(n).map(of).collect()
            }
            Self::Secret(secret) => {
                let mut stream = blake3::Hasher::new_keyed(secret)
                    .update(b"record refs")
                    .finalize_xof();
                stream.set_position(16 * first);
                let mut bytes = vec![0; 16 * n];
                stream.fill(&mut bytes);
                let of = |chunk: &[u8]| {
                    let mut bytes = [0; 16];
                    bytes.copy_from_slice(chunk);
                    RecordRef(bytes)
                };
                bytes.chunks_exact(16).map(of).collect()
            }
        }
    }
}

/// A batch about to be encoded.
pub(super) struct Batch<'a> {
    pub(super) encoder: &'a Encoder,
    pub(super) ahead: &'a Ahead,
    pub(super) people: &'a People,
    /// The number of its first row in the table.
    pub(super) first: u64,
    pub(super) refs: &'a [RecordRef],
}

impl Batch<'_> {
    /// The rows in the order in which they are encoded fastest, each with what it shares with its
    /// neighbours there.
    pub(super) fn order(&self) -> Vec<(u64, u32)> {
        let rows: Vec<u32> = (0..self.people.len() as u32).collect();
        let of_decoys = |rows: &[u32]| -> Vec<Order> {
            let mut people = vec![Person::default(); rows.len()];
            let mut is_there = Vec::with_capacity(rows.len());
            for (row, person) in rows.iter().zip(&mut people) {
                let i = *row as usize;
                is_there.push(self.ahead.person(self.people, self.first, i, person));
            }
            let mut orders = self.encoder.orders(&people);
            let missing = orders.iter_mut().zip(is_there).filter(|(_, there)| !there);
            missing.for_each(|(order, _)| *order = Order::default());
            orders
        };
        let mut order: Vec<(Order, u32)> = if self.ahead.decoys.is_none() {
            let place = |i: &u32| (self.people.row(*i as usize).order, *i);
            rows.par_iter().map(place).collect()
        } else {
            let place = |rows: &[u32]| {
                let orders = of_decoys(rows).into_iter();
                orders.zip(rows.to_vec()).collect::<Vec<_>>()
            };
            rows.par_chunks(AHEAD).flat_map_iter(place).collect()
        };
        order.par_sort_unstable();
        order.into_iter().map(|(o, i)| (o.block, i)).collect()
    }

    /// Encodes these rows, a stretch of [`Batch::order`]. Gives the fate of each in the order of
    /// the table, which says nothing of what order they were encoded in, and the packed token rows.
    pub(super) fn encode(&self, rows: &[(u64, u32)]) -> (Vec<Fate>, Vec<Vec<u8>>) {
        let pieces: Vec<_> = chunks(rows)
            .into_par_iter()
            .map(|rows| self.piece(rows))
            .collect();
        let mut fates = Vec::with_capacity(rows.len());
        let mut tokens = Vec::with_capacity(pieces.len());
        for (of_rows, packed) in pieces {
            fates.extend(of_rows);
            tokens.push(packed);
        }
        fates.sort_unstable();
        (fates.into_iter().map(|(_, fate)| fate).collect(), tokens)
    }

    fn piece(&self, rows: &[(u64, u32)]) -> (Vec<(u32, Fate)>, Vec<u8>) {
        let layout = self.encoder.layout();
        let mut workspace = self.encoder.workspace();
        let mut people = vec![Person::default(); AHEAD.min(rows.len())];
        let (mut refs, mut wide) = (Vec::with_capacity(AHEAD), Vec::new());
        // Most people have one row in full, or little more.
        let mut packed = Vec::with_capacity(rows.len() * (layout.row_bytes() + 128));
        let mut fates = Vec::with_capacity(rows.len());
        for rows in rows.chunks(AHEAD) {
            self.people.touch(rows.iter().map(|(_, row)| *row as usize));
            // The people who are encoded, and their rows.
            let mut group = Vec::with_capacity(AHEAD);
            refs.clear();
            for &(_, row) in rows {
                let i = row as usize;
                let person = &mut people[group.len()];
                if let Some(opt_out) = self.people.row(i).opt_out {
                    let reason = match opt_out {
                        OptOut::Listed => "excluded",
                        OptOut::Held => "opt_out",
                    };
                    fates.push((row, fate_of(Some(reason))));
                } else if self.ahead.person(self.people, self.first, i, person) {
                    refs.push(self.refs[i]);
                    group.push(row);
                } else {
                    fates.push((row, fate_of(Some("no_decoy"))));
                }
            }
            wide.clear();
            let people = &people[..group.len()];
            let outcomes = self
                .encoder
                .encode_group(&mut workspace, people, &refs, &mut wide);
            let mut tokens = wide.chunks_exact(layout.row_bytes());
            for ((row, person), outcome) in group.into_iter().zip(people).zip(outcomes) {
                let i = row as usize;
                let nameless = person.first.is_empty() && person.last.is_empty();
                let has_id = self.people.has_id(i);
                let reason = rejection(self.people.row(i), has_id, nameless, outcome);
                let of_person = match outcome {
                    Outcome::Encoded(n) => n,
                    Outcome::NothingToLink => 0,
                };
                for token in tokens.by_ref().take(of_person) {
                    if reason.is_none() {
                        layout.pack(token, &mut packed);
                    }
                }
                fates.push((row, fate_of(reason)));
            }
        }
        (fates, packed)
    }
}

/// The fate of a row that was not encoded for this reason, or was.
fn fate_of(reason: Option<&str>) -> Fate {
    let place = reason.and_then(|reason| REASONS.iter().position(|r| *r == reason));
    place.map_or(0, |place| place as Fate + 1)
}

/// Puts the fates of the rows of a partition, a stretch of [`Batch::order`], where they belong among
/// those of the batch.
pub(super) fn spread(rows: &[(u64, u32)], found: &[Fate], fates: &mut [Fate]) {
    let mut rows: Vec<u32> = rows.iter().map(|(_, row)| *row).collect();
    rows.sort_unstable();
    for (row, fate) in rows.into_iter().zip(found) {
        fates[row as usize] = *fate;
    }
}

/// Cuts at the ends of blocks where it can.
fn chunks(rows: &[(u64, u32)]) -> Vec<&[(u64, u32)]> {
    let mut chunks = Vec::new();
    let mut rest = rows;
    while !rest.is_empty() {
        let ends = LEAST..rest.len().min(MOST);
        let end = ends
            .into_iter()
            .find(|&i| rest[i].0 != rest[i - 1].0)
            .unwrap_or(rest.len().min(MOST));
        let (chunk, after) = rest.split_at(end);
        chunks.push(chunk);
        rest = after;
    }
    chunks
}

/// Why a row is not encoded, if so. `nameless`: nothing is left of its names once normalised;
/// its birthdate alone would put it beside everybody born that day, with nothing to compare.
fn rejection(row: &Row, has_id: bool, nameless: bool, outcome: Outcome) -> Option<&'static str> {
    if !has_id {
        return Some("no_student_id");
    }
    if row.is_mangled {
        return Some("mangled_id");
    }
    if !nameless && matches!(outcome, Outcome::Encoded(_)) {
        return None;
    }
    Some(match (row.birth, nameless) {
        (Birth::Known(_) | Birth::Year(_), _) => "no_name",
        (Birth::Missing, false) => "no_birthdate",
        (Birth::Invalid, false) => "bad_birthdate",
        (_, true) => "no_birthdate_and_no_name",
    })
}

/// Adds one to the count of the reason that `fate` names; `None` if the row was encoded.
///
/// # Errors
/// [`Class::Io`](crate::error::Class::Io) for a number that names none.
pub(super) fn count(
    fate: Fate,
    rejected: &mut BTreeMap<&'static str, u64>,
) -> Result<Option<&'static str>> {
    let Some(place) = usize::from(fate).checked_sub(1) else {
        return Ok(None);
    };
    let reason = *REASONS
        .get(place)
        .ok_or_else(|| Error::internal("a row was rejected for no reason that is known"))?;
    *rejected.entry(reason).or_default() += 1;
    Ok(Some(reason))
}
