//! Texts that are hashed under one key, sixteen at a time where they fit.

use super::lanes::{BLOCK, LANES, Lanes};

/// Fewer than this are hashed one by one.
pub(super) const LEAST_LANES: usize = 4;

/// Texts, one behind the other.
///
/// # Privacy
/// Names and dates, in memory only.
#[derive(Default)]
pub(super) struct Messages {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Messages {
    fn len(&self) -> usize {
        self.ends.len()
    }

    /// Keeps the first `n`.
    pub(super) fn truncate(&mut self, n: usize) {
        self.ends.truncate(n);
        self.bytes.truncate(self.ends.last().copied().unwrap_or(0));
    }

    /// Adds the text that `write` appends, unless it says false; returns its number.
    pub(super) fn add(&mut self, write: impl FnOnce(&mut Vec<u8>) -> bool) -> Option<usize> {
        let is_made = write(&mut self.bytes);
        if is_made {
            self.ends.push(self.bytes.len());
        } else {
            self.truncate(self.ends.len());
        }
        is_made.then(|| self.ends.len() - 1)
    }

    pub(super) fn get(&self, number: usize) -> &[u8] {
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.bytes[start..self.ends[number]]
    }

    /// Sets `out` to the first 64 bytes of the output of each text under `key`.
    pub(super) fn hash(&self, key: &[u8; 32], lanes: &mut Lanes, out: &mut Vec<[u8; BLOCK]>) {
        out.clear();
        out.resize(self.len(), [0; BLOCK]);
        (0..LANES).for_each(|lane| lanes.set_key(lane, key));
        let mut numbers = [0; LANES];
        let mut used = 0;
        for number in 0..self.len() {
            let text = self.get(number);
            let mut block = [0; BLOCK];
            match block.get_mut(..text.len()) {
                Some(start) => start.copy_from_slice(text),
                None => {
                    extend(key, text).fill(&mut out[number]);
                    continue;
                }
            }
            lanes.set_message(used, &block, text.len());
            numbers[used] = number;
            used += 1;
            if used == LANES {
                lanes.hash(0);
                for (lane, number) in numbers.iter().enumerate() {
                    lanes.output(lane, &mut out[*number]);
                }
                used = 0;
            }
        }
        if used >= LEAST_LANES {
            lanes.hash(0);
            for (lane, number) in numbers[..used].iter().enumerate() {
                lanes.output(lane, &mut out[*number]);
            }
        } else {
            for &number in &numbers[..used] {
                extend(key, self.get(number)).fill(&mut out[number]);
            }
        }
    }
}

/// The output of `text` under `key`, as long as one likes.
pub(super) fn extend(key: &[u8; 32], text: &[u8]) -> blake3::OutputReader {
    blake3::Hasher::new_keyed(key).update(text).finalize_xof()
}
