//! Which records may be compared with which: those that share a block id.

use std::collections::HashMap;

use crate::error::{Error, Result};

/// The blocks of each record of a file. A record may be in several, or in none: then it is compared with nobody.
#[derive(Default)]
pub struct Blocks {
    ids: Vec<String>,
    ends: Vec<usize>,
    /// Numbers of the blocks of all records, back to back: of each record ascending, each once.
    of_records: Vec<u32>,
}

impl Blocks {
    /// Number of records, also of those in no block.
    #[must_use]
    pub fn records(&self) -> usize {
        self.ends.len()
    }

    /// The id of every block, each once. What an id means is known to its maker only.
    #[must_use]
    pub fn ids(&self) -> &[String] {
        &self.ids
    }

    /// Numbers, as of [`Blocks::ids`], of the blocks that record `i` is in: ascending, each once.
    ///
    /// # Panics
    /// If there are not so many records.
    #[must_use]
    pub fn of_record(&self, i: usize) -> &[u32] {
        let start = if i == 0 { 0 } else { self.ends[i - 1] };
        &self.of_records[start..self.ends[i]]
    }

    /// How many records are in no block.
    #[must_use]
    pub fn outside(&self) -> usize {
        (0..self.records())
            .filter(|&i| self.of_record(i).is_empty())
            .count()
    }
}

impl std::fmt::Debug for Blocks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Blocks({} of {} records)",
            self.ids.len(),
            self.records()
        )
    }
}

/// Blocks as they are read: of one record after the other, or by record number.
#[derive(Default)]
pub(super) struct Builder {
    numbers: HashMap<String, u32>,
    blocks: Blocks,
    /// The record of each list, where lists name their record.
    records: Vec<u32>,
}

impl Builder {
    /// One more block of the record whose list is open.
    pub(super) fn add(&mut self, id: &str) {
        let number = if let Some(&number) = self.numbers.get(id) {
            number
        } else {
            let number = self.blocks.ids.len() as u32;
            self.numbers.insert(id.to_owned(), number);
            self.blocks.ids.push(id.to_owned());
            number
        };
        self.blocks.of_records.push(number);
    }

    /// Closes the list of the next record.
    pub(super) fn end(&mut self) {
        let blocks = &mut self.blocks;
        let start = blocks.ends.last().copied().unwrap_or(0);
        blocks.of_records[start..].sort_unstable();
        let mut kept = start;
        for i in start..blocks.of_records.len() {
            if i == start || blocks.of_records[i] != blocks.of_records[kept - 1] {
                blocks.of_records[kept] = blocks.of_records[i];
                kept += 1;
            }
        }
        blocks.of_records.truncate(kept);
        blocks.ends.push(kept);
    }

    /// Closes the list of record number `record`.
    pub(super) fn end_of(&mut self, record: u32) {
        self.end();
        self.records.push(record);
    }

    /// The blocks, of lists that came in the order of the records.
    pub(super) fn in_order(self) -> Blocks {
        self.blocks
    }

    /// The blocks of `records` records, of lists that name their record. A record without a list is in no block.
    ///
    /// # Errors
    /// [`Class::Input`](crate::error::Class::Input), without a place, if a record has two lists or does not exist.
    pub(super) fn by_number(self, records: usize) -> Result<Blocks> {
        const NONE: usize = usize::MAX;
        let mut list_of = vec![NONE; records];
        for (list, &record) in self.records.iter().enumerate() {
            let Some(place) = list_of.get_mut(record as usize) else {
                return Err(Error::input(
                    "",
                    format!("blocks of record {record}, but the last of the {records} CLKs is number {}", records - 1),
                )
                .hint("records are numbered from 0: is this the file of blocks that belongs to these CLKs?"));
            };
            if *place != NONE {
                return Err(Error::input(
                    "",
                    format!("record {record} is listed twice among the blocks"),
                ));
            }
            *place = list;
        }
        let mut sorted = Blocks {
            ids: self.blocks.ids,
            ..Blocks::default()
        };
        for list in list_of {
            if list != NONE {
                let start = if list == 0 {
                    0
                } else {
                    self.blocks.ends[list - 1]
                };
                let of_record = &self.blocks.of_records[start..self.blocks.ends[list]];
                sorted.of_records.extend_from_slice(of_record);
            }
            sorted.ends.push(sorted.of_records.len());
        }
        Ok(sorted)
    }
}
