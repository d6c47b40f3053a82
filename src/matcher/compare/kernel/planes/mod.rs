//! One row against 512 at once, bit by bit: which of them lack few of its bits?
//!
//! The rows of a block are kept as *planes*: plane `c` holds bit `c` of all of them, complemented, so
//! that a set bit says that a row lacks it. To go through the planes of those bits alone that a row
//! has, and to add them up, counts for each of 512 rows how many of these bits it misses. The sums
//! stand in binary across planes as well, and are added by carry-save adders (Harley and Seal; Muła,
//! Kurz and Lemire 2018, "Faster population counts using AVX2 instructions", section 3): two
//! operations for a plane, where a count word by word takes three for each word of each row.
//!
//! The counter starts so high that it overflows where a row has missed more than it may; a row that
//! has overflowed is out, and a block is left as soon as no row is in.

mod adders;
mod pairs;
#[cfg(target_arch = "x86_64")]
mod registers;
mod tiers;

pub use pairs::{pick, pick_filters};

/// Rows of a block.
pub const BLOCK: usize = 512;
/// Planes that are added at a time; lists of columns are filled up to it.
const STEP: usize = 16;
/// The most misses that a row can be allowed.
pub const MOST_SLACK: u32 = 8191;
/// The most bits of a filter that can have planes.
pub const MOST_PLANES: usize = 4096;
/// The rank of a bit that has no plane.
const UNUSED: u16 = u16::MAX;
/// Words of a plane.
const WORDS: usize = BLOCK / 64;

/// One bit of each row of a block.
pub type Plane = [u64; WORDS];

/// Which bits of a filter have a plane, and which plane.
#[derive(Debug, Clone)]
pub struct Columns {
    /// The plane of each bit.
    rank: Vec<u16>,
    /// The bits that have one.
    used: Vec<u64>,
    planes: usize,
}

/// The rows of one side, as blocks of planes.
#[derive(Debug, Default)]
pub struct Planes {
    /// Planes of a block.
    each: usize,
    rows: usize,
    planes: Vec<Plane>,
}

/// The bits of some rows of the other side, each a list of planes to go through.
#[derive(Debug, Default)]
pub struct Rows {
    planes: usize,
    /// Planes by the word of a block at which they start.
    starts: Vec<u16>,
    /// End of each row's list in `starts`.
    ends: Vec<usize>,
}

/// A row of [`Rows`] and a row of a block that it may be alike to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Near {
    /// Number in [`Rows`].
    pub row: u32,
    /// Number in the block.
    pub lane: u32,
}

impl Columns {
    /// The bits `order` of filters of `words` words, in the order of their planes.
    ///
    /// # Panics
    /// If a bit is none of the filter's, or there are more than [`MOST_PLANES`].
    #[must_use]
    pub fn new(words: usize, order: &[u16]) -> Self {
        assert!(order.len() <= MOST_PLANES);
        let (mut rank, mut used) = (vec![UNUSED; 64 * words], vec![0; words]);
        for (place, &bit) in order.iter().enumerate() {
            rank[usize::from(bit)] = place as u16;
            used[usize::from(bit) / 64] |= 1 << (bit % 64);
        }
        Self {
            rank,
            used,
            planes: order.len(),
        }
    }

    /// Puts `rows`, 512 at most, into the planes of one block, in the place of those that were there.
    /// It is filled up with such as lack everything.
    pub fn fill_block<'r>(&self, block: &mut [Plane], rows: impl Iterator<Item = &'r [u64]>) {
        let rows: Vec<&[u64]> = rows.collect();
        let (planes, rest) = block.split_at_mut(self.planes);
        planes.fill([u64::MAX; WORDS]);
        // What fills up a list of planes is missed by nobody.
        rest.fill([0; WORDS]);
        for (group, rows) in rows.chunks(64).enumerate() {
            for (word, _) in self.used.iter().enumerate().filter(|(_, used)| **used != 0) {
                let mut square = [0; 64];
                for (own, row) in square.iter_mut().zip(rows) {
                    *own = row[word];
                }
                transpose(&mut square);
                for (lanes, &rank) in square.iter().zip(&self.rank[64 * word..]) {
                    if rank != UNUSED {
                        planes[usize::from(rank)][group] = !lanes;
                    }
                }
            }
        }
    }
}

impl Planes {
    /// Room for `rows` rows.
    #[must_use]
    pub fn new(columns: &Columns, rows: usize) -> Self {
        let each = columns.planes + 1;
        let planes = vec![[0; WORDS]; rows.div_ceil(BLOCK) * each];
        Self { each, rows, planes }
    }

    /// Number of blocks.
    #[must_use]
    pub fn blocks(&self) -> usize {
        self.rows.div_ceil(BLOCK)
    }

    /// The planes of each block in turn, for [`Columns::fill_block`].
    pub fn each_mut(&mut self) -> std::slice::ChunksExactMut<'_, Plane> {
        self.planes.chunks_exact_mut(self.each)
    }

    /// The bits `bits`, 64 at most, of each row of block number `block`: the first is the lowest of its
    /// word. 0 behind the last row.
    ///
    /// # Panics
    /// If there are more than 64 bits, or one of them is none of `columns`, by which the planes were
    /// filled.
    pub fn gather(&self, columns: &Columns, block: usize, bits: &[u16], words: &mut [u64; BLOCK]) {
        assert!(bits.len() <= 64 && columns.planes + 1 == self.each);
        let planes = self.block(block);
        for (group, words) in words.chunks_exact_mut(64).enumerate() {
            let mut square = [0; 64];
            for (own, &bit) in square.iter_mut().zip(bits) {
                *own = !planes[usize::from(columns.rank[usize::from(bit)])][group];
            }
            transpose(&mut square);
            words.copy_from_slice(&square);
        }
    }

    fn block(&self, number: usize) -> &[Plane] {
        &self.planes[number * self.each..][..self.each]
    }
}

/// Turns a square of bits: bit `j` of word `i` becomes bit `i` of word `j` (Warren, "Hacker's Delight", 7-3).
fn transpose(square: &mut [u64; 64]) {
    let (mut size, mut mask) = (32, 0xffff_ffffu64);
    while size > 0 {
        let mut i = 0;
        while i < 64 {
            let swap = (square[i] >> size ^ square[i + size]) & mask;
            square[i] ^= swap << size;
            square[i + size] ^= swap;
            i = (i + size + 1) & !size;
        }
        size >>= 1;
        mask ^= mask << size;
    }
}

impl Rows {
    /// Takes the bits of `rows` in the place of those that were there.
    pub fn fill<'r>(&mut self, columns: &Columns, rows: impl Iterator<Item = &'r [u64]>) {
        self.planes = columns.planes;
        self.starts.clear();
        self.ends.clear();
        let mut ranked = vec![0u64; columns.planes.div_ceil(64)];
        let mut used = vec![0; columns.used.len()];
        for row in rows {
            for ((used, word), mask) in used.iter_mut().zip(row).zip(&columns.used) {
                *used = word & mask;
            }
            ranked.fill(0);
            for bit in ones(&used) {
                let to = usize::from(columns.rank[bit]);
                ranked[to / 64] |= 1 << (to % 64);
            }
            let start = |plane: usize| (plane * WORDS) as u16;
            let mut end = self.starts.len();
            // Room for all first, so that it is not asked for at each.
            let room = end + columns.planes + STEP;
            self.starts.resize(room, start(columns.planes));
            for (place, plane) in self.starts[end..].iter_mut().zip(ones(&ranked)) {
                *place = start(plane);
                end += 1;
            }
            self.starts.truncate(end.next_multiple_of(STEP));
            self.ends.push(self.starts.len());
        }
    }

    fn list(&self, row: usize) -> &[u16] {
        let start = if row == 0 { 0 } else { self.ends[row - 1] };
        &self.starts[start..self.ends[row]]
    }
}

/// The set bits of `row`, ascending.
fn ones(row: &[u64]) -> impl Iterator<Item = usize> {
    row.iter().enumerate().flat_map(|(w, word)| {
        let mut rest = *word;
        std::iter::from_fn(move || {
            (rest != 0).then(|| {
                let bit = rest.trailing_zeros() as usize;
                rest &= rest - 1;
                64 * w + bit
            })
        })
    })
}

#[cfg(test)]
mod tests;
