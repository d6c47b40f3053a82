//! Some people at a time to rows: what is to be hashed is first written down for all of them, so that
//! it can be hashed side by side. SPEC encoding.md 3 and 4.

use zeroize::Zeroizing;

use super::features::Gram;
use super::filter::{self, Scratch};
use super::lanes::{BLOCK, LANES, Lanes};
use super::masks::{Masks, is_worth_keeping};
use super::messages::{LEAST_LANES, extend};
use super::plan::{Buckets, Grams, Room, Tokens};
use super::{Encoder, Outcome};
use crate::owner::normalise::Person;
use crate::project::{Filter, Pass};
use crate::units::RecordRef;

/// Memory for encoding many people one after another, of one encoder. See [`Encoder::orders`].
///
/// # Privacy
/// Holds what was derived from the names of earlier people under the key. In memory only.
#[derive(Default)]
pub struct Workspace {
    /// For each pass, what is kept of each of its filters; empty where nothing is kept.
    kept: Vec<Vec<Option<Masks>>>,
    scratch: Scratch,
    lanes: Lanes,
    grams: Grams,
    buckets: Buckets,
    tokens: Tokens,
    /// What comes of each token: block key and filter key, or the bits of a dummy.
    keys: Zeroizing<Vec<[u8; BLOCK]>>,
    /// For each pass, which of the tokens have filters to be filled.
    of_pass: Vec<Vec<usize>>,
}

impl std::fmt::Debug for Workspace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Workspace(..)")
    }
}

impl Encoder {
    /// A workspace that keeps what people of one block have in common.
    #[must_use]
    pub fn workspace(&self) -> Workspace {
        let keep = |f: &Filter| is_worth_keeping(f).then(Masks::new);
        let of_pass = |pass: &Pass| pass.filters.iter().map(keep).collect();
        Workspace {
            kept: self.schema.passes.iter().map(of_pass).collect(),
            ..Workspace::default()
        }
    }

    /// Appends the rows of `person` under `record_ref` to `rows`.
    ///
    /// The first row holds every pass that the person has the fields for; a further row holds,
    /// for one more part of the last name, the passes that block on a part. Dummies fill up to the
    /// schema's least number of rows. SPEC encoding.md 3.
    pub fn encode(&self, person: &Person, record_ref: RecordRef, rows: &mut Vec<u8>) -> Outcome {
        let mut workspace = Workspace::default();
        let people = std::slice::from_ref(person);
        let outcomes = self.encode_group(&mut workspace, people, &[record_ref], rows);
        outcomes.first().copied().unwrap_or(Outcome::NothingToLink)
    }

    /// As [`Encoder::encode`] of each of `people` under its ref of `refs`, one after the other, and as
    /// [`Encoder::workspace`] of this encoder allows: the same rows, sooner. Some 64 people at a time
    /// are enough.
    pub fn encode_group(
        &self,
        workspace: &mut Workspace,
        people: &[Person],
        refs: &[RecordRef],
        rows: &mut Vec<u8>,
    ) -> Vec<Outcome> {
        self.find_grams(people, &mut workspace.grams);
        let room = Room {
            grams: &workspace.grams,
            buckets: &mut workspace.buckets,
            tokens: &mut workspace.tokens,
            lanes: &mut workspace.lanes,
        };
        let (outcomes, owners) = self.plan(people, refs, room);
        let (start, width) = (rows.len(), self.layout.row_bytes());
        rows.resize(start + owners.len() * width, 0);
        let rows = &mut rows[start..];
        for (row, owner) in rows.chunks_exact_mut(width).zip(&owners) {
            row[..16].copy_from_slice(&refs[*owner].0);
        }
        self.fill_blocks(workspace, rows);
        for (i, pass) in self.schema.passes.iter().enumerate() {
            self.fill_words(i, pass, workspace, rows);
            self.fill_filters(i, pass, workspace, rows);
        }
        outcomes
    }

    /// Fills in block keys and dummies, and finds the filter keys.
    fn fill_blocks(&self, workspace: &mut Workspace, rows: &mut [u8]) {
        let Workspace {
            tokens,
            lanes,
            keys,
            of_pass,
            ..
        } = workspace;
        // SPEC encoding.md 4: one output, two independent parts.
        tokens.messages.hash(&self.key, lanes, keys);
        of_pass.resize_with(self.schema.passes.len(), Vec::new);
        of_pass.iter_mut().for_each(Vec::clear);
        let width = self.layout.row_bytes();
        for (t, token) in tokens.list.iter().enumerate() {
            let row = &mut rows[token.row * width..(token.row + 1) * width];
            let columns = &self.layout.passes[token.pass];
            if !token.is_dummy {
                let out = self.layout.fill(row, columns.block);
                out.copy_from_slice(&keys[t][..16]);
                if self.filters {
                    of_pass[token.pass].push(t);
                }
                continue;
            }
            let columns = || std::iter::once(&columns.block).chain(&columns.filters);
            let bytes: usize = columns().map(|c| self.layout.columns[*c].width).sum();
            if bytes <= BLOCK {
                let mut bits = keys[t].as_slice();
                for &column in columns() {
                    let out = self.layout.fill(row, column);
                    let (value, rest) = bits.split_at(out.len());
                    out.copy_from_slice(value);
                    bits = rest;
                }
            } else {
                let mut bits = extend(&self.key, tokens.messages.get(t));
                for &column in columns() {
                    bits.fill(self.layout.fill(row, column));
                }
            }
        }
    }

    /// Fills the filters of a pass that are one word, side by side.
    fn fill_words(&self, i: usize, pass: &Pass, workspace: &mut Workspace, rows: &mut [u8]) {
        let Workspace {
            tokens,
            lanes,
            keys,
            of_pass,
            grams,
            ..
        } = workspace;
        let width = self.layout.row_bytes();
        for chunk in of_pass[i].chunks(LANES) {
            if chunk.len() < LEAST_LANES || !pass.filters.iter().any(filter::is_word) {
                continue;
            }
            for (lane, t) in chunk.iter().enumerate() {
                lanes.set_key(lane, filter_key(&keys[*t]));
            }
            for (f, filter) in pass.filters.iter().enumerate() {
                if !filter::is_word(filter) {
                    continue;
                }
                let mut of_lanes: [&[Gram]; LANES] = [&[]; LANES];
                for (of_lane, t) in of_lanes.iter_mut().zip(chunk) {
                    *of_lane = grams.get(tokens.list[*t].person, self.lists[i][f]);
                }
                let words = filter::fill_word(filter, lanes, &of_lanes);
                for ((t, of_lane), word) in chunk.iter().zip(of_lanes).zip(words) {
                    if !of_lane.is_empty() {
                        let row = &mut rows[tokens.list[*t].row * width..][..width];
                        let out = self.layout.fill(row, self.layout.passes[i].filters[f]);
                        out.copy_from_slice(&word.to_le_bytes());
                    }
                }
            }
        }
    }

    /// Fills all other filters of a pass.
    fn fill_filters(&self, i: usize, pass: &Pass, workspace: &mut Workspace, rows: &mut [u8]) {
        let Workspace {
            kept,
            scratch,
            tokens,
            keys,
            of_pass,
            grams,
            ..
        } = workspace;
        let width = self.layout.row_bytes();
        for (f, filter) in pass.filters.iter().enumerate() {
            let is_word = filter::is_word(filter);
            for chunk in of_pass[i].chunks(LANES) {
                if is_word && chunk.len() >= LEAST_LANES {
                    continue;
                }
                for &t in chunk {
                    let token = tokens.list[t];
                    let grams = grams.get(token.person, self.lists[i][f]);
                    if grams.is_empty() {
                        continue;
                    }
                    let row = &mut rows[token.row * width..][..width];
                    let out = self.layout.fill(row, self.layout.passes[i].filters[f]);
                    let key = filter_key(&keys[t]);
                    match kept.get_mut(i).and_then(|pass| pass[f].as_mut()) {
                        Some(masks) => masks.fill(filter, key, grams, out, scratch),
                        None => filter::fill(filter, key, grams, out, scratch),
                    }
                }
            }
        }
    }
}

/// The filter key behind a block key.
fn filter_key(bytes: &[u8; BLOCK]) -> &[u8; 32] {
    bytes[16..].first_chunk().unwrap_or(&[0; 32])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::owner::key::LinkageKey;
    use crate::project::{Project, new_project};
    use crate::units::BirthDate;

    /// Invented people with gaps, double names, aliases and namesakes.
    fn people() -> Vec<Person> {
        let pick = |list: [&str; 7], n: usize| list[n % 7].to_owned();
        let first = ["ANN", "BOB LEE", "", "CYRIL", "DORA", "EVE MARIE", "FAY"];
        let last = [
            "AAA BBB",
            "CCC",
            "DDDIMONT",
            "",
            "EEE FFF GGG",
            "HOHOHO",
            "IJK",
        ];
        let middle = ["", "QUENTIN", "R", "", "SUE", "TOM", ""];
        let alias = ["", "", "ZED", "", "", "ANNIE", ""];
        let person = |n: usize| Person {
            first: pick(first, n),
            middle: pick(middle, n / 2),
            last: pick(last, n / 3),
            alias_first: pick(alias, n / 5),
            alias_last: pick(alias, n / 7),
            birthdate: BirthDate::new(2005, 1 + (n % 3) as u8, 9).filter(|_| n % 11 > 1),
            birth_year: (n % 11 == 1).then_some(2005),
            has_namesake: n.is_multiple_of(4),
            ..Person::default()
        };
        (0..300).map(person).collect()
    }

    /// In groups or one by one, with what is kept or without, in any order: the same rows.
    #[test]
    fn a_group_is_encoded_as_its_people_one_by_one() {
        let parties: Vec<_> = ["a", "b"].map(|p| p.parse().unwrap()).into();
        for schema in ["k12", "k12-strict", "clk"] {
            let text = new_project(&parties, schema, [1; 16]).unwrap();
            let project = Project::parse(&text).unwrap();
            let encoder = Encoder::new(&project, &LinkageKey::from_bytes([2; 32]));
            let mut people = people();
            let orders = encoder.orders(&people);
            let mut sorted: Vec<usize> = (0..people.len()).collect();
            sorted.sort_by_key(|i| orders[*i]);
            people = sorted.iter().map(|i| people[*i].clone()).collect();
            let refs: Vec<_> = (0..300).map(RecordRef::numbered).collect();
            let (mut workspace, mut outcomes) = (encoder.workspace(), Vec::new());
            let (mut rows, mut expected) = (Vec::new(), Vec::new());
            for size in [1, 3, 70, 226] {
                let start = outcomes.len();
                let (people, refs) = (&people[start..start + size], &refs[start..start + size]);
                outcomes.extend(encoder.encode_group(&mut workspace, people, refs, &mut rows));
            }
            for ((person, record_ref), outcome) in people.iter().zip(refs).zip(outcomes) {
                let one = encoder.encode(person, record_ref, &mut expected);
                assert_eq!(one, outcome, "{schema}");
            }
            assert!(rows == expected, "{schema}");
        }
    }
}
