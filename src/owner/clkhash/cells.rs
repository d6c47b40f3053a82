//! The bits of cells that were seen, where a column repeats them: of birthdates, first names and genders there are few.
//! Bounded, and wiped when dropped.

use ahash::RandomState;
use zeroize::Zeroize as _;

use super::filter::{Words, unite};

/// What the cells of a column and their bits may take in memory, in bytes, and those of all columns.
const MOST_BYTES: usize = 4 << 20;
const MOST_BYTES_OF_ALL: usize = 32 << 20;
/// After so many cells is looked whether a column repeats them, so that remembering them is worth while.
const TRIAL: u32 = 4096;
/// One cell in so many must be found among those that are known: at first, when few are, and when no more have room.
const WORTH_AT_FIRST: u32 = 32;
const WORTH: u32 = 4;
/// Words of a cell: its text, and its length in the last byte.
const TEXT: usize = 4;

/// A cell as words, with its length; that of a cell which is too long to be remembered is that of no cell.
type Text = [u64; TEXT];
const TOO_LONG: Text = [u64::MAX; TEXT];

/// What is remembered of one column.
///
/// PERF: each cell beside its bits in one block of memory, which is asked for once and touched as far as it is used. It is
/// larger than the caches nearby, which is why cells are looked up many at a time: then the processor waits once for all.
pub(super) struct Cells {
    /// Numbers that nobody can foresee.
    keys: Text,
    /// Numbers of cells, each at the first free place from that of its hash on; 0 is free.
    places: Vec<u16>,
    /// [`TEXT`] words of text and then the bits, of each cell; number 0 is none.
    cells: Vec<u64>,
    /// Words of a filter.
    words: usize,
    /// How many cells are known, of at most how many.
    known: usize,
    most: usize,
    /// The cells that come next, and which of the known ones each is, if it stands at the place of its hash.
    ahead: Vec<(Text, u16)>,
    /// Where a cell will stand that is new, and for which there is room.
    fresh: Option<usize>,
    seen: u32,
    found: u32,
    /// Whether cells are remembered at all.
    on: bool,
}

impl Cells {
    /// Of one of so many columns, whose filters have so many words.
    pub(super) fn new(columns: usize, words: usize) -> Self {
        let bytes = MOST_BYTES.min(MOST_BYTES_OF_ALL / columns.max(1));
        let most = (bytes / (8 * (TEXT + words))).min(usize::from(u16::MAX));
        let mut cells = vec![0; (1 + most) * (TEXT + words)];
        cells[..TEXT].fill(u64::MAX);
        Self {
            keys: std::array::from_fn(|i| RandomState::new().hash_one(i)),
            places: vec![0; (2 * most).next_power_of_two()],
            cells,
            words,
            known: 0,
            most,
            ahead: Vec::new(),
            fresh: None,
            seen: 0,
            found: 0,
            on: true,
        }
    }

    /// Looks up some cells, of which then each is asked for by its number among them.
    pub(super) fn look_up<'c>(&mut self, cells: impl Iterator<Item = &'c str>) {
        if !self.on {
            return;
        }
        let mut ahead = std::mem::take(&mut self.ahead);
        ahead.clear();
        ahead.extend(cells.map(|cell| {
            let text = text(cell);
            (text, self.places[self.first_place(&text)])
        }));
        for (text, number) in &mut ahead {
            let known = &self.entry(*number)[..TEXT];
            let differ = text.iter().zip(known).fold(0, |all, (a, b)| all | (a ^ b));
            *number *= u16::from(differ == 0);
        }
        self.ahead = ahead;
    }

    /// Sets the bits of number `i` of the cells that were looked up in `filter`, if they are known.
    pub(super) fn set(&mut self, i: usize, filter: &mut Words) -> bool {
        self.fresh = None;
        if !self.on {
            return false;
        }
        self.seen += 1;
        let (text, mut number) = self.ahead[i];
        if number == 0 && text != TOO_LONG {
            let place = self.place(&text);
            number = self.places[place];
            if number == 0 && self.known < self.most {
                self.fresh = Some(place);
                self.entry_mut(self.next())[..TEXT].copy_from_slice(&text);
            }
        }
        if number != 0 {
            self.found += 1;
            unite(filter, &self.entry(number)[TEXT..]);
            return true;
        }
        if self.seen >= TRIAL {
            let is_full = self.known == self.most;
            let worth = if is_full { WORTH } else { WORTH_AT_FIRST };
            if self.found < self.seen / worth {
                self.forget();
                self.on = false;
            }
            (self.seen, self.found) = (0, 0);
        }
        false
    }

    /// Where the bits of a cell that is not known are to be set, if not at once in the filter of the row.
    pub(super) fn fresh(&mut self) -> Option<&mut Words> {
        self.fresh?;
        let bits = &mut self.entry_mut(self.next())[TEXT..];
        bits.fill(0);
        Some(bits)
    }

    /// Remembers the cell that is not known, if its bits are the fresh ones, and sets them in `filter`.
    pub(super) fn keep(&mut self, filter: &mut Words) {
        if let Some(place) = self.fresh.take() {
            self.known += 1;
            self.places[place] = self.known as u16;
            unite(filter, &self.entry(self.known as u16)[TEXT..]);
        }
    }

    fn first_place(&self, text: &Text) -> usize {
        let mix = |i: usize| {
            let wide =
                u128::from(text[i] ^ self.keys[i]) * u128::from(text[i + 1] ^ self.keys[i + 1]);
            wide as u64 ^ (wide >> 64) as u64
        };
        (mix(0) ^ mix(2).rotate_left(32)) as usize & (self.places.len() - 1)
    }

    /// Where a cell stands, or would.
    fn place(&self, text: &Text) -> usize {
        let mut place = self.first_place(text);
        while self.places[place] != 0 && self.entry(self.places[place])[..TEXT] != *text {
            place = (place + 1) & (self.places.len() - 1);
        }
        place
    }

    /// The number of the next cell that is remembered.
    fn next(&self) -> u16 {
        self.known as u16 + 1
    }

    fn entry(&self, number: u16) -> &[u64] {
        let size = TEXT + self.words;
        &self.cells[number as usize * size..][..size]
    }

    fn entry_mut(&mut self, number: u16) -> &mut [u64] {
        let size = TEXT + self.words;
        &mut self.cells[number as usize * size..][..size]
    }

    /// Wipes and drops all cells.
    fn forget(&mut self) {
        let used = (self.known + 2) * (TEXT + self.words);
        let used = used.min(self.cells.len());
        self.cells[..used].zeroize();
        self.ahead.iter_mut().for_each(|(text, _)| text.zeroize());
        (self.places, self.cells, self.ahead) = (Vec::new(), Vec::new(), Vec::new());
        (self.known, self.most, self.fresh) = (0, 0, None);
    }
}

impl Drop for Cells {
    fn drop(&mut self) {
        self.forget();
    }
}

fn text(cell: &str) -> Text {
    const BYTES: usize = 8 * TEXT;
    let mut bytes = [0; BYTES];
    if cell.len() >= BYTES {
        return TOO_LONG;
    }
    bytes[..cell.len()].copy_from_slice(cell.as_bytes());
    bytes[BYTES - 1] = cell.len() as u8;
    let (words, _) = bytes.as_chunks();
    std::array::from_fn(|i| u64::from_le_bytes(words[i]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_known(cells: &mut Cells, cell: &str, filter: &mut Words) -> bool {
        cells.look_up([cell].into_iter());
        cells.set(0, filter)
    }

    /// Sets the bits of a cell as a coder does, those of a new one to its mark.
    fn set(cells: &mut Cells, cell: &str, mark: u64) -> (bool, [u64; 2]) {
        let mut filter = [0; 2];
        let known = is_known(cells, cell, &mut filter);
        if !known {
            cells.fresh().unwrap_or(&mut filter).fill(mark);
            cells.keep(&mut filter);
        }
        (known, filter)
    }

    #[test]
    fn cells_are_found_again_and_no_others() {
        let mut cells = Cells::new(1, 2);
        let cell = |i: usize| format!("{}{i}", "q".repeat(i % 40));
        for round in 0..2 {
            for i in 0..4_000 {
                // Ten times each, since a column that does not repeat its cells is given up.
                for again in 0..10 {
                    let (known, filter) = set(&mut cells, &cell(i), i as u64);
                    let is_short = cell(i).len() < 32;
                    assert_eq!(known, is_short && round + again > 0, "{i}");
                    assert_eq!(filter, [i as u64; 2]);
                }
            }
        }
        for other in ["", "\0", "q", "q1\0"] {
            assert!(!is_known(&mut cells, other, &mut [0; 2]), "{other:?}");
        }
        // The empty one is a cell as any.
        assert!(!set(&mut cells, "", 9).0);
        assert_eq!(set(&mut cells, "", 8), (true, [9; 2]));
    }

    #[test]
    fn memory_is_bounded_and_a_column_of_other_cells_is_given_up() {
        // Half of what one of eight columns may take.
        let mut cells = Cells::new(16, 2_000);
        let most = MOST_BYTES / 2 / (8 * 2_004);
        for i in 0..2 * most {
            let mut filter = vec![0; 2_000];
            assert!(!is_known(&mut cells, &i.to_string(), &mut filter));
            cells.fresh().unwrap_or(&mut filter).fill(i as u64);
            cells.keep(&mut filter);
            assert!(filter.iter().all(|word| *word == i as u64));
        }
        assert_eq!((cells.known, cells.on), (most, true));
        for i in 0..2 * TRIAL {
            is_known(&mut cells, &format!("x{i}"), &mut [0; 2_000]);
        }
        assert!(!cells.on && cells.cells.is_empty());
    }

    #[test]
    fn a_cell_that_was_refused_is_not_known() {
        let mut cells = Cells::new(1, 2);
        assert!(!is_known(&mut cells, "q", &mut [0; 2]));
        cells.fresh().unwrap().fill(7);
        assert_eq!(set(&mut cells, "q", 1), (false, [1; 2]));
        assert_eq!(set(&mut cells, "q", 2), (true, [1; 2]));
    }
}
