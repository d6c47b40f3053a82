//! The inner loops over bits: rows of one side against a panel of rows of the other, for the best
//! instruction set of the machine, chosen once at run time.
//!
//! Invariant: every [`Tier`] gives the same numbers, so that no result depends on the machine.

mod adders;
pub mod planes;
mod portable;
#[cfg(target_arch = "x86_64")]
mod x86;
#[cfg(target_arch = "x86_64")]
mod zmm;

use std::array;
use std::sync::OnceLock;

use adders::{Common, Differing, Of};
pub use portable::{common_and_weight, distance};

/// Rows of a panel: four registers of the widest kind, so that their sums do not wait for each
/// other.
pub const LANES: usize = 32;

/// Rows that are best compared with a panel together: each load of the panel serves all of them.
pub const TOGETHER: usize = 4;

static BEST: OnceLock<Tier> = OnceLock::new();

/// An instruction set that the loops are compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tier {
    /// What every machine of the target has.
    Portable,
    /// 64-bit ARM. Its NEON is in every machine, so this is the portable loop compiled for it.
    Neon,
    /// x86-64 with AVX2.
    Avx2,
    /// x86-64 with AVX-512 F and BW, which can add three bits in two instructions: from Skylake-X on.
    Avx512Bw,
    /// x86-64 with AVX-512 and its count of bits (VPOPCNTDQ): from Ice Lake and Zen 4 on.
    Avx512,
}

impl Tier {
    /// Those that this machine can run, the slowest first.
    #[must_use]
    pub fn available() -> Vec<Self> {
        if cfg!(target_arch = "aarch64") {
            return vec![Self::Neon];
        }
        #[allow(unused_mut, reason = "only x86-64 has more than one")]
        let mut tiers = vec![Self::Portable];
        #[cfg(target_arch = "x86_64")]
        for (tier, has) in [
            (Self::Avx2, x86::has_avx2()),
            (Self::Avx512Bw, x86::has_avx512_bw()),
            (Self::Avx512, x86::has_avx512()),
        ] {
            if has {
                tiers.push(tier);
            }
        }
        tiers
    }

    /// The fastest of this machine, or the one that was chosen.
    #[must_use]
    pub fn best() -> Self {
        *BEST.get_or_init(|| Self::available().pop().unwrap_or(Self::Portable))
    }

    /// Makes this the tier of the whole run; `false` if this machine cannot run it, or if another was used
    /// already. For tests that whole runs give the same bytes.
    #[must_use]
    pub fn choose(self) -> bool {
        Self::available().contains(&self) && *BEST.get_or_init(|| self) == self
    }

    /// Its name: `portable`, `neon`, `avx2`, `avx512bw`, `avx512`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            Self::Neon => "neon",
            Self::Avx2 => "avx2",
            Self::Avx512Bw => "avx512bw",
            Self::Avx512 => "avx512",
        }
    }

    /// The number of bits that `row` and each row of `panel` do not share, into `out`. `row` has as
    /// many words as the panel; where one is longer, its rest is left out.
    ///
    /// # Panics
    /// For a tier that this machine cannot run.
    pub fn differing(self, row: &[u64], panel: &[[u64; LANES]], out: &mut [u32; LANES]) {
        self.counts::<Differing, 1>([row], panel, [0], array::from_mut(out));
    }

    /// [`differing`](Self::differing) of several rows, best of [`TOGETHER`]. Returns for each of them which rows of the
    /// panel differ in `most` bits or fewer, the first in the lowest bit.
    ///
    /// # Panics
    /// For a tier that this machine cannot run.
    pub fn differing_at_most<const R: usize>(
        self,
        rows: [&[u64]; R],
        panel: &[[u64; LANES]],
        most: [u32; R],
        out: &mut [[u32; LANES]; R],
    ) -> [u32; R] {
        self.counts::<Differing, R>(rows, panel, most, out)
    }

    /// The number of set bits that `row` and each row of `panel` have in common, into `out`. `row` has
    /// as many words as the panel; where one is longer, its rest is left out.
    ///
    /// # Panics
    /// For a tier that this machine cannot run.
    pub fn common(self, row: &[u64], panel: &[[u64; LANES]], out: &mut [u32; LANES]) {
        self.counts::<Common, 1>([row], panel, [0], array::from_mut(out));
    }

    /// [`common`](Self::common) of several rows, best of [`TOGETHER`]. Returns for each of them which rows of the panel have
    /// its number of `least` or more in common with it, the first in the lowest bit.
    ///
    /// # Panics
    /// For a tier that this machine cannot run.
    pub fn common_at_least<const R: usize>(
        self,
        rows: [&[u64]; R],
        panel: &[[u64; LANES]],
        least: [u32; R],
        out: &mut [[u32; LANES]; R],
    ) -> [u32; R] {
        self.counts::<Common, R>(rows, panel, least, out)
    }

    fn counts<O: Of, const R: usize>(
        self,
        rows: [&[u64]; R],
        panel: &[[u64; LANES]],
        bounds: [u32; R],
        out: &mut [[u32; LANES]; R],
    ) -> [u32; R] {
        match self {
            Self::Portable | Self::Neon => adders::counts::<u64, O, R>(rows, panel, bounds, out),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => x86::avx2::<O, R>(rows, panel, bounds, out),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512Bw => x86::avx512_bw::<O, R>(rows, panel, bounds, out),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => x86::avx512::<O, R>(rows, panel, bounds, out),
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx2 | Self::Avx512Bw | Self::Avx512 => {
                unreachable!("not a tier of this machine")
            }
        }
    }
}

/// Bytes of a line of the cache. A load of the widest kind takes a whole one.
const LINE: usize = 64;

/// Rows put side by side, word by word, in panels of [`LANES`]: word `w` of the rows of a panel lie
/// together, as one load brings them.
#[derive(Debug, Default)]
pub struct Panels {
    words: usize,
    rows: usize,
    columns: Vec<u64>,
    /// PERF: where in `columns` the first panel starts, so that no load crosses a line of the cache:
    /// at 2,048 bits and with AVX-512 that is worth a quarter.
    start: usize,
}

impl Panels {
    /// Takes `rows`, of `words` words each, in the place of those that were there. The last panel is
    /// filled up with zeros.
    pub fn fill<'r>(&mut self, words: usize, rows: impl ExactSizeIterator<Item = &'r [u64]>) {
        (self.words, self.rows) = (words, rows.len());
        let panels = self.rows.div_ceil(LANES);
        let room = panels * words * LANES;
        self.columns.clear();
        self.columns.resize(room + LINE / size_of::<u64>() - 1, 0);
        // Where a line starts cannot be asked for in a constant; then anywhere is as good.
        let start = self.columns.as_ptr().align_offset(LINE);
        self.start = start.min(self.columns.len() - room);
        let (columns, _) = self.columns[self.start..].as_chunks_mut::<LANES>();
        for (n, row) in rows.enumerate() {
            let panel = &mut columns[n / LANES * words..][..words];
            for (column, word) in panel.iter_mut().zip(row) {
                column[n % LANES] = *word;
            }
        }
    }

    /// Words of a row.
    #[must_use]
    pub fn words(&self) -> usize {
        self.words
    }

    /// Number of panels.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.div_ceil(LANES)
    }

    /// Whether there is no panel.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Panel number `n`.
    ///
    /// # Panics
    /// If there are not so many.
    #[must_use]
    pub fn panel(&self, n: usize) -> &[[u64; LANES]] {
        let start = self.start + n * self.words * LANES;
        let (columns, _) = self.columns[start..][..self.words * LANES].as_chunks();
        columns
    }

    /// The panels, each with the number of its first row and how many rows it has.
    pub fn each(&self) -> impl Iterator<Item = (usize, usize, &[[u64; LANES]])> {
        (0..self.len()).map(|n| {
            let first = n * LANES;
            (first, LANES.min(self.rows - first), self.panel(n))
        })
    }
}

#[cfg(test)]
mod tests;
