//! The order in which people are encoded fastest.

use super::features::{self, BlockValues, FilterValues, push_decimal};
use super::lanes::Lanes;
use super::masks::is_worth_keeping;
use super::messages::{Messages, extend};
use super::{Encoder, push_framed};
use crate::owner::normalise::Person;
use crate::project::Pass;

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

impl Encoder {
    /// Where each of `people` stands in the order that gives [`Encoder::encode_group`] least to do:
    /// those of one block of the largest filters together, and of these the longest names first. Any
    /// order gives the same rows.
    #[must_use]
    pub fn orders(&self, people: &[Person]) -> Vec<Order> {
        let mut orders = vec![Order::default(); people.len()];
        let bits = |pass: &Pass| -> usize {
            let kept = pass.filters.iter().filter(|f| is_worth_keeping(f));
            kept.map(|f| f.bits * f.layers).sum()
        };
        let passes = self.schema.passes.iter().enumerate();
        let Some((i, pass)) = passes
            .max_by_key(|(_, pass)| bits(pass))
            .filter(|(_, pass)| bits(pass) > 0)
        else {
            return orders;
        };
        let of = pass.filters.iter().max_by_key(|f| f.bits * f.layers);
        let of = of.map_or(&[][..], |filter| &filter.of);
        let (mut messages, mut places) = (Messages::default(), Vec::with_capacity(people.len()));
        let mut grams = Vec::with_capacity(32);
        for (person, order) in people.iter().zip(&mut orders) {
            let write = |out: &mut Vec<u8>| self.frame_whole(i, pass, person, out);
            let Some(place) = messages.add(write) else {
                places.push(None);
                continue;
            };
            places.push(Some(place));
            grams.clear();
            let count = FilterValues::new(person).grams(of, &mut grams);
            order.grams = u16::MAX - u16::try_from(count).unwrap_or(u16::MAX);
        }
        let mut hashes = Vec::with_capacity(people.len());
        messages.hash(&self.key, &mut Lanes::default(), &mut hashes);
        for (order, place) in orders.iter_mut().zip(places) {
            if let Some(place) = place {
                let mut block = [0; 8];
                block.copy_from_slice(&hashes[place][..8]);
                order.block = u64::from_be_bytes(block);
            }
        }
        orders
    }

    /// Appends the value of the block of a pass in the first row of a person, its bucket included.
    fn frame_whole(&self, i: usize, pass: &Pass, person: &Person, out: &mut Vec<u8>) -> bool {
        let mut values = BlockValues::new(person);
        if pass.is_by_part() {
            let parts = features::last_parts(person);
            let given = features::given_roots(person);
            values.row(parts.first().copied(), given.first().copied());
        }
        if !values.frame(pass, out) {
            return false;
        }
        let Some((list, count)) = self.bucket_of[i] else {
            return true;
        };
        let mut message = Vec::with_capacity(64);
        if !values.frame_bucket(&self.buckets[list].features, &mut message) {
            return false;
        }
        match &self.bucket_key {
            Some(key) => {
                let mut number = [0; 4];
                extend(key, &message).fill(&mut number);
                push_decimal(u32::from_le_bytes(number) % count, out);
            }
            None => push_framed(out, &message),
        }
        true
    }
}
