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
//! has overflowed is out, and a block is left as soon as hardly a row is in.
#![allow(
    unsafe_code,
    reason = "a function for an instruction set may be called only where the machine has it"
)]

use std::sync::OnceLock;

/// Rows of a block.
pub const BLOCK: usize = 512;
/// Planes that are added at a time; lists of columns are filled up to it.
const STEP: usize = 16;
/// The most misses that a row can be allowed.
pub const MOST_SLACK: u32 = 8191;
/// The bits of the widest filter.
const MOST_BITS: usize = 4096;
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
    /// If a bit is none of the filter's, or the filter is of more than 4,096.
    #[must_use]
    pub fn new(words: usize, order: &[u16]) -> Self {
        assert!(64 * words <= MOST_BITS && order.len() <= MOST_BITS);
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
            self.starts.extend(ones(&ranked).map(start));
            let filled = self.starts.len().next_multiple_of(STEP);
            self.starts.resize(filled, start(columns.planes));
            self.ends.push(filled);
        }
    }

    /// Puts the rows of `more` behind those that are there.
    ///
    /// # Panics
    /// If they are of other columns.
    pub fn append(&mut self, more: &Self) {
        assert!(self.ends.is_empty() || self.planes == more.planes);
        self.planes = more.planes;
        let end = self.starts.len();
        self.starts.extend_from_slice(&more.starts);
        self.ends.extend(more.ends.iter().map(|e| end + e));
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

/// An instruction set that the loops of this file are compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// What every machine of the target has.
    Portable,
    /// x86-64 with AVX2.
    Avx2,
    /// x86-64 with AVX-512: its logic of three operands makes two operations of an adder.
    Avx512,
}

impl Width {
    /// Those that this machine can run, the slowest first.
    #[must_use]
    pub fn available() -> Vec<Self> {
        #[allow(unused_mut, reason = "only x86-64 has more than one")]
        let mut widths = vec![Self::Portable];
        #[cfg(target_arch = "x86_64")]
        {
            if avx2::has() {
                widths.push(Self::Avx2);
            }
            if avx512::has() {
                widths.push(Self::Avx512);
            }
        }
        widths
    }

    /// The fastest of this machine.
    #[must_use]
    pub fn best() -> Self {
        static BEST: OnceLock<Width> = OnceLock::new();
        *BEST.get_or_init(|| Self::available().pop().unwrap_or(Self::Portable))
    }

    /// Appends to `near` those pairs of a row of `which` and a row of block number `block` of `planes`
    /// of which the second lacks at most so many of the bits listed for the first. `which`: numbers
    /// of rows, each with what it may miss.
    ///
    /// # Panics
    /// If rows and planes are of other columns, or a row may miss more than [`MOST_SLACK`].
    pub fn near(
        self,
        (planes, block): (&Planes, usize),
        rows: &Rows,
        which: &[(u32, u32)],
        near: &mut Vec<Near>,
    ) {
        assert!(which.is_empty() || rows.planes + 1 == planes.each);
        let lanes = (planes.rows - block * BLOCK).min(BLOCK) as u32;
        let planes = (planes.block(block), lanes);
        match self {
            // SAFETY: of every machine.
            Self::Portable => unsafe { run::<u64>(planes, rows, which, near) },
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => avx2::near(planes, rows, which, near),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => avx512::near(planes, rows, which, near),
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx2 | Self::Avx512 => unreachable!("not of this machine"),
        }
    }

    /// Appends to `common` the number of bits that the rows of each of `pairs` share: rows `i` of `a`
    /// and `j` of `b`, both of `words` words.
    pub fn common(
        self,
        (a, b): (&[u64], &[u64]),
        words: usize,
        pairs: &[(u32, u32)],
        common: &mut Vec<u32>,
    ) {
        match self {
            Self::Portable => count(a, b, words, pairs, common),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => avx2::common(a, b, words, pairs, common),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => avx512::common(a, b, words, pairs, common),
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx2 | Self::Avx512 => unreachable!("not of this machine"),
        }
    }
}

#[inline(always)]
fn count(a: &[u64], b: &[u64], words: usize, pairs: &[(u32, u32)], common: &mut Vec<u32>) {
    common.extend(pairs.iter().map(|&(i, j)| {
        let a = &a[i as usize * words..][..words];
        let b = &b[j as usize * words..][..words];
        a.iter()
            .zip(b)
            .map(|(x, y)| (x & y).count_ones())
            .sum::<u32>()
    }));
}

/// A register: some rows of a plane, whose bits are worked on at once.
///
/// # Safety
/// The methods may be called only where the machine has the instructions of the type.
trait Register: Copy {
    /// Words of a plane that it holds.
    const WORDS: usize;
    /// The first [`Self::WORDS`] words at `from`, which must be so many.
    unsafe fn load(from: *const u64) -> Self;
    unsafe fn store(self, to: &mut Plane);
    /// All bits set, or none.
    unsafe fn splat(bit: bool) -> Self;
    unsafe fn and(self, other: Self) -> Self;
    unsafe fn or(self, other: Self) -> Self;
    unsafe fn xor(self, other: Self) -> Self;
    /// Whether all bits are set.
    unsafe fn is_full(self) -> bool;
    /// Sum and carry of three bits, in each place.
    #[inline(always)]
    unsafe fn add(self, b: Self, c: Self) -> (Self, Self) {
        // SAFETY: as the caller's.
        unsafe {
            let half = self.xor(b);
            (half.xor(c), self.and(b).or(half.and(c)))
        }
    }
}

impl Register for u64 {
    const WORDS: usize = 1;
    #[inline(always)]
    unsafe fn load(from: *const u64) -> Self {
        // SAFETY: by the method's contract.
        unsafe { from.read() }
    }
    #[inline(always)]
    unsafe fn store(self, to: &mut Plane) {
        to[0] = self;
    }
    #[inline(always)]
    unsafe fn splat(bit: bool) -> Self {
        if bit { Self::MAX } else { 0 }
    }
    #[inline(always)]
    unsafe fn and(self, other: Self) -> Self {
        self & other
    }
    #[inline(always)]
    unsafe fn or(self, other: Self) -> Self {
        self | other
    }
    #[inline(always)]
    unsafe fn xor(self, other: Self) -> Self {
        self ^ other
    }
    #[inline(always)]
    unsafe fn is_full(self) -> bool {
        self == Self::MAX
    }
}

/// # Safety
/// The machine has the instructions of `R`; `rows` are of the columns of `planes`.
#[inline(always)]
unsafe fn run<R: Register>(
    (planes, lanes): (&[Plane], u32),
    rows: &Rows,
    which: &[(u32, u32)],
    near: &mut Vec<Near>,
) {
    for &(row, slack) in which {
        let list = rows.list(row as usize);
        for at in (0..WORDS).step_by(R::WORDS) {
            // SAFETY: as the caller's.
            let near_words = unsafe {
                match slack {
                    0..64 => enough::<R, 2>(planes, at, list, slack),
                    64..256 => enough::<R, 4>(planes, at, list, slack),
                    _ => enough::<R, 9>(planes, at, list, slack),
                }
            };
            let Some(words) = near_words else { continue };
            for (w, word) in words.iter().take(R::WORDS).enumerate() {
                let mut rest = *word;
                while rest != 0 {
                    let lane = (64 * (at + w)) as u32 + rest.trailing_zeros();
                    if lane < lanes {
                        near.push(Near { row, lane });
                    }
                    rest &= rest - 1;
                }
            }
        }
    }
}

/// The rows, as bits, that miss at most `slack` of the planes of `list`; `None` if there is none. The
/// counter has 4 + `U` bits.
///
/// # Safety
/// As of [`run`].
#[inline(always)]
unsafe fn enough<R: Register, const U: usize>(
    planes: &[Plane],
    at: usize,
    list: &[u16],
    slack: u32,
) -> Option<Plane> {
    assert!(slack < 16 << U);
    let start = (16 << U) - 1 - slack;
    // Nobody can be out before.
    let first = slack as usize / STEP;
    let mut words = [0; WORDS];
    // SAFETY: the machine has the instructions, says the caller. `Rows::fill` lists planes of its
    // columns or the one behind; a block has them, as `near` has asked. `at` is a multiple of a
    // register's words.
    unsafe {
        let bit = |i: usize| R::splat(start >> i & 1 == 1);
        let (mut ones, mut twos, mut fours, mut eights) = (bit(0), bit(1), bit(2), bit(3));
        let mut upper: [R; U] = std::array::from_fn(|i| bit(4 + i));
        let mut out = R::splat(false);
        for (n, list) in list.chunks_exact(STEP).enumerate() {
            let p = |i: usize| {
                let start = usize::from(list[i]) + at;
                R::load(planes.as_ptr().cast::<u64>().add(start))
            };
            let (o, t0) = ones.add(p(0), p(1));
            let (o, t1) = o.add(p(2), p(3));
            let (t, f0) = twos.add(t0, t1);
            let (o, t0) = o.add(p(4), p(5));
            let (o, t1) = o.add(p(6), p(7));
            let (t, f1) = t.add(t0, t1);
            let (f, e0) = fours.add(f0, f1);
            let (o, t0) = o.add(p(8), p(9));
            let (o, t1) = o.add(p(10), p(11));
            let (t, f0) = t.add(t0, t1);
            let (o, t0) = o.add(p(12), p(13));
            let (o, t1) = o.add(p(14), p(15));
            let (t, f1) = t.add(t0, t1);
            let (f, e1) = f.add(f0, f1);
            let (e, mut carry) = eights.add(e0, e1);
            (ones, twos, fours, eights) = (o, t, f, e);
            for plane in &mut upper {
                let next = plane.and(carry);
                *plane = plane.xor(carry);
                carry = next;
            }
            out = out.or(carry);
            if n >= first && out.is_full() {
                return None;
            }
        }
        out.store(&mut words);
    }
    Some(words.map(|w| !w))
}

#[cfg(target_arch = "x86_64")]
mod registers {
    use std::arch::x86_64::*;

    use super::{Plane, Register};

    impl Register for __m256i {
        const WORDS: usize = 4;
        #[inline(always)]
        unsafe fn load(from: *const u64) -> Self {
            // SAFETY: by the contract of the trait, here and below.
            unsafe { _mm256_loadu_si256(from.cast()) }
        }
        #[inline(always)]
        unsafe fn store(self, to: &mut Plane) {
            // SAFETY: a plane is longer.
            unsafe { _mm256_storeu_si256(to.as_mut_ptr().cast(), self) }
        }
        #[inline(always)]
        unsafe fn splat(bit: bool) -> Self {
            // SAFETY: as above.
            unsafe { _mm256_set1_epi64x(-i64::from(bit)) }
        }
        #[inline(always)]
        unsafe fn and(self, other: Self) -> Self {
            // SAFETY: as above.
            unsafe { _mm256_and_si256(self, other) }
        }
        #[inline(always)]
        unsafe fn or(self, other: Self) -> Self {
            // SAFETY: as above.
            unsafe { _mm256_or_si256(self, other) }
        }
        #[inline(always)]
        unsafe fn xor(self, other: Self) -> Self {
            // SAFETY: as above.
            unsafe { _mm256_xor_si256(self, other) }
        }
        #[inline(always)]
        unsafe fn is_full(self) -> bool {
            // SAFETY: as above.
            unsafe { _mm256_testc_si256(self, _mm256_set1_epi64x(-1)) == 1 }
        }
    }

    impl Register for __m512i {
        const WORDS: usize = 8;
        #[inline(always)]
        unsafe fn load(from: *const u64) -> Self {
            // SAFETY: by the contract of the trait, here and below.
            unsafe { _mm512_loadu_si512(from.cast()) }
        }
        #[inline(always)]
        unsafe fn store(self, to: &mut Plane) {
            // SAFETY: as long as a plane.
            unsafe { _mm512_storeu_si512(to.as_mut_ptr().cast(), self) }
        }
        #[inline(always)]
        unsafe fn splat(bit: bool) -> Self {
            // SAFETY: as above.
            unsafe { _mm512_set1_epi64(-i64::from(bit)) }
        }
        #[inline(always)]
        unsafe fn and(self, other: Self) -> Self {
            // SAFETY: as above.
            unsafe { _mm512_and_si512(self, other) }
        }
        #[inline(always)]
        unsafe fn or(self, other: Self) -> Self {
            // SAFETY: as above.
            unsafe { _mm512_or_si512(self, other) }
        }
        #[inline(always)]
        unsafe fn xor(self, other: Self) -> Self {
            // SAFETY: as above.
            unsafe { _mm512_xor_si512(self, other) }
        }
        #[inline(always)]
        unsafe fn is_full(self) -> bool {
            // SAFETY: as above.
            unsafe { _mm512_cmpneq_epi64_mask(self, _mm512_set1_epi64(-1)) == 0 }
        }
        /// Each by one instruction: the truth tables of parity and of majority.
        #[inline(always)]
        unsafe fn add(self, b: Self, c: Self) -> (Self, Self) {
            // SAFETY: as above.
            unsafe {
                (
                    _mm512_ternarylogic_epi64::<0x96>(self, b, c),
                    _mm512_ternarylogic_epi64::<0xe8>(self, b, c),
                )
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
macro_rules! wide {
    ($name:ident, $features:literal, $register:ident, $($has:tt),*) => {
        mod $name {
            use super::{Near, Plane, Rows};

            pub(super) fn has() -> bool {
                $(std::arch::is_x86_feature_detected!($has))&&*
            }

            pub(super) fn near(
                planes: (&[Plane], u32),
                rows: &Rows,
                which: &[(u32, u32)],
                near: &mut Vec<Near>,
            ) {
                #[target_feature(enable = $features)]
                fn run(planes: (&[Plane], u32), rows: &Rows, which: &[(u32, u32)], near: &mut Vec<Near>) {
                    // SAFETY: compiled for the machine that is asked for below.
                    unsafe { super::run::<std::arch::x86_64::$register>(planes, rows, which, near) }
                }
                assert!(has(), "not of this machine");
                // SAFETY: the machine has the instructions, as was just asked.
                unsafe { run(planes, rows, which, near) }
            }

            pub(super) fn common(a: &[u64], b: &[u64], words: usize, pairs: &[(u32, u32)], out: &mut Vec<u32>) {
                #[target_feature(enable = $features)]
                fn run(a: &[u64], b: &[u64], words: usize, pairs: &[(u32, u32)], out: &mut Vec<u32>) {
                    super::count(a, b, words, pairs, out);
                }
                assert!(has(), "not of this machine");
                // SAFETY: the machine has the instructions, as was just asked.
                unsafe { run(a, b, words, pairs, out) }
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
wide!(avx2, "avx2,popcnt", __m256i, "avx2", "popcnt");
#[cfg(target_arch = "x86_64")]
wide!(avx512, "avx512f,popcnt", __m512i, "avx512f", "popcnt");
