//! What is to be hashed for a group of people: the rows of each, their tokens and dummies. SPEC
//! encoding.md 3 and 4.

use zeroize::Zeroizing;

use super::features::{self, BlockValues, FilterValues, Gram, push_decimal};
use super::lanes::{BLOCK, Lanes};
use super::messages::Messages;
use super::{Encoder, Outcome, push_framed};
use crate::owner::normalise::Person;
use crate::project::Pass;
use crate::units::RecordRef;

/// The q-grams of a group: for each person, those of each list of features.
#[derive(Default)]
pub(super) struct Grams {
    grams: Vec<Gram>,
    ends: Vec<usize>,
    lists: usize,
}

impl Grams {
    pub(super) fn get(&self, person: usize, list: usize) -> &[Gram] {
        let at = person * self.lists + list;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.grams[start..self.ends[at]]
    }
}

/// The buckets of a group: for each row, those of each list of features.
#[derive(Default)]
pub(super) struct Buckets {
    /// What is hashed for each.
    messages: Messages,
    hashes: Zeroizing<Vec<[u8; BLOCK]>>,
    /// Their messages, or `None` where a feature is missing.
    places: Vec<Option<usize>>,
}

/// The tokens of a group, and what is hashed for each.
#[derive(Default)]
pub(super) struct Tokens {
    pub(super) list: Vec<Token>,
    pub(super) messages: Messages,
}

/// One pass in one row of one person.
#[derive(Clone, Copy)]
pub(super) struct Token {
    pub(super) person: usize,
    pub(super) row: usize,
    pub(super) pass: usize,
    pub(super) is_dummy: bool,
}

impl Tokens {
    /// Adds a token whose message `write` appends, unless it says false.
    fn add(&mut self, token: Token, write: impl FnOnce(&mut Vec<u8>) -> bool) -> bool {
        let is_made = self.messages.add(write).is_some();
        if is_made {
            self.list.push(token);
        }
        is_made
    }

    fn truncate(&mut self, n: usize) {
        self.list.truncate(n);
        self.messages.truncate(n);
    }
}

/// A row that a person may have, if there is anything to write in it.
struct Plan<'p> {
    person: usize,
    number: usize,
    part: Option<&'p str>,
    given: Option<&'p str>,
}

/// What a plan is made of, and where it is written down.
pub(super) struct Room<'w> {
    pub(super) grams: &'w Grams,
    pub(super) buckets: &'w mut Buckets,
    pub(super) tokens: &'w mut Tokens,
    pub(super) lanes: &'w mut Lanes,
}

impl Encoder {
    /// Finds the q-grams of a group.
    pub(super) fn find_grams(&self, people: &[Person], grams: &mut Grams) {
        grams.grams.clear();
        grams.ends.clear();
        grams.lists = self.features.len();
        for person in people {
            let values = FilterValues::new(person);
            for of in &self.features {
                values.grams(of, &mut grams.grams);
                grams.ends.push(grams.grams.len());
            }
        }
    }

    /// Writes down the tokens of a group. Also gives whose each row is.
    pub(super) fn plan(
        &self,
        people: &[Person],
        refs: &[RecordRef],
        room: Room<'_>,
    ) -> (Vec<Outcome>, Vec<usize>) {
        let mut plans = Vec::with_capacity(2 * people.len());
        for (i, person) in people.iter().enumerate() {
            let parts = features::last_parts(person);
            let given = features::given_roots(person);
            let rows = parts.len().max(given.len()).max(self.undated_rows(person));
            plans.extend((0..rows).map(|number| Plan {
                person: i,
                number,
                part: parts.get(number).copied(),
                given: given.get(number).copied(),
            }));
        }
        let mut values: Vec<_> = people.iter().map(BlockValues::new).collect();
        let Room {
            grams,
            buckets,
            tokens,
            lanes,
        } = room;
        self.hash_buckets(&plans, &mut values, buckets, lanes);
        tokens.truncate(0);
        let mut outcomes = vec![Outcome::NothingToLink; people.len()];
        let mut owners = Vec::with_capacity(2 * people.len());
        for (r, plan) in plans.iter().enumerate() {
            let start = tokens.list.len();
            let places = &buckets.places[r * self.buckets.len()..];
            let of_person = values.get_mut(plan.person);
            let mut is_worth_a_row = false;
            let Some(values) = of_person else { continue };
            values.row(plan.part, plan.given);
            for (i, pass) in self.schema.passes.iter().enumerate() {
                if !self.is_in_row(pass, plan.number, &people[plan.person]) {
                    continue;
                }
                let token = Token {
                    person: plan.person,
                    row: owners.len(),
                    pass: i,
                    is_dummy: false,
                };
                let is_repeated = pass.undated && people[plan.person].has_namesake;
                let is_made = !is_repeated
                    && tokens.add(token, |out| {
                        let is_whole =
                            values.frame(pass, out) && self.push_bucket(i, places, buckets, out);
                        if is_whole && pass.undated {
                            self.frame_undated(values.is_undated(), plan.number, out);
                        }
                        is_whole
                    });
                let has_grams = |list: &usize| !grams.get(plan.person, *list).is_empty();
                if !is_made {
                    if pass.dummies || is_repeated {
                        self.add_dummy(token, plan.number, refs, tokens);
                    }
                } else if pass.is_blocked() || self.lists[i].iter().any(has_grams) {
                    is_worth_a_row = true;
                } else {
                    tokens.truncate(tokens.list.len() - 1);
                }
            }
            if is_worth_a_row {
                owners.push(plan.person);
            } else {
                tokens.truncate(start);
            }
            if plans
                .get(r + 1)
                .is_none_or(|next| next.person != plan.person)
            {
                outcomes[plan.person] = self.pad(plan.person, refs, tokens, &mut owners);
            }
        }
        (outcomes, owners)
    }

    /// Rows that a person has for the sake of passes with `undated`.
    fn undated_rows(&self, person: &Person) -> usize {
        if person.birthdate.is_none() && self.schema.has_undated() {
            self.parties.len()
        } else {
            1
        }
    }

    fn is_in_row(&self, pass: &Pass, number: usize, person: &Person) -> bool {
        number == 0 || pass.is_by_part() || pass.undated && number < self.undated_rows(person)
    }

    /// Finds the buckets of every row of `plans`.
    fn hash_buckets<'p>(
        &self,
        plans: &[Plan<'p>],
        values: &mut [BlockValues<'p>],
        buckets: &mut Buckets,
        lanes: &mut Lanes,
    ) {
        let Buckets {
            messages,
            hashes,
            places,
        } = buckets;
        messages.truncate(0);
        places.clear();
        for plan in plans {
            let values = &mut values[plan.person];
            values.row(plan.part, plan.given);
            places.extend(self.buckets.iter().map(|of| {
                let is_asked = plan.number == 0 || of.is_in_further_rows;
                let write = |out: &mut Vec<u8>| is_asked && values.frame_bucket(&of.features, out);
                messages.add(write)
            }));
        }
        if let Some(key) = &self.bucket_key {
            messages.hash(key, lanes, hashes);
        }
    }

    /// Appends the bucket of a pass, if it has one; false if it is missing. `places` are those of the
    /// row.
    fn push_bucket(
        &self,
        pass: usize,
        places: &[Option<usize>],
        buckets: &Buckets,
        out: &mut Vec<u8>,
    ) -> bool {
        let Some((list, count)) = self.bucket_of[pass] else {
            return true;
        };
        let Some(place) = places[list] else {
            return false;
        };
        if self.bucket_key.is_some() {
            let mut number = [0; 4];
            number.copy_from_slice(&buckets.hashes[place][..4]);
            push_decimal(u32::from_le_bytes(number) % count, out);
        } else {
            push_framed(out, buckets.messages.get(place));
        }
        true
    }

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

    /// A token of random bits in place of the one that cannot be made, in row `number` of the person:
    /// it has the form of the others and meets nobody. SPEC encoding.md 4.
    fn add_dummy(&self, token: Token, number: usize, refs: &[RecordRef], tokens: &mut Tokens) {
        let token = Token {
            is_dummy: true,
            ..token
        };
        tokens.add(token, |out| {
            push_framed(out, self.schema.passes[token.pass].name.as_bytes());
            push_framed(out, b"dummy");
            out.extend_from_slice(&refs[token.person].0);
            out.extend_from_slice(&(number as u32).to_le_bytes());
            true
        });
    }

    /// Gives `person`, the last of `owners`, rows of dummies up to the least number of the schema.
    fn pad(
        &self,
        person: usize,
        refs: &[RecordRef],
        tokens: &mut Tokens,
        owners: &mut Vec<usize>,
    ) -> Outcome {
        let mut rows = owners.iter().rev().take_while(|o| **o == person).count();
        if rows == 0 {
            return Outcome::NothingToLink;
        }
        let first = owners.len() - rows;
        if rows < self.schema.rows {
            let of_first = tokens.list.iter().rev().take_while(|t| t.row >= first);
            let of_first = of_first.filter(|t| t.row == first);
            let is_by_part = |t: &&Token| self.schema.passes[t.pass].is_by_part();
            let padded: Vec<Token> = of_first.filter(is_by_part).copied().collect();
            while rows < self.schema.rows && !padded.is_empty() {
                for token in padded.iter().rev() {
                    let row = owners.len();
                    self.add_dummy(Token { row, ..*token }, rows, refs, tokens);
                }
                owners.push(person);
                rows += 1;
            }
        }
        Outcome::Encoded(rows)
    }
}
