//! The loop itself, over any register.
#![allow(
    unsafe_code,
    reason = "registers of an instruction set may be used only where the machine has it"
)]

use super::{Near, Plane, Rows, STEP, WORDS};

/// A register: some rows of a plane, whose bits are worked on at once.
///
/// PERF: arrays of words in its place, left to the compiler, took 1.5 times as long with AVX-512: it
/// kept the counters in memory.
///
/// # Safety
/// The methods may be called only where the machine has the instructions of the type.
pub(super) trait Register: Copy {
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

/// Appends to `near` what [`Tier::near`](crate::matcher::compare::kernel::Tier::near) says, of a block of `lanes` rows.
///
/// # Safety
/// The machine has the instructions of `R`; `rows` are of the columns of `planes`.
#[inline(always)]
pub(super) unsafe fn run<R: Register>(
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
