//! The inner loops over bits: one row against a panel of rows, for the best instruction set of the
//! machine, chosen once at run time.
//!
//! Invariant: every [`Tier`] gives the same numbers, so that no result depends on the machine.

pub mod planes;
mod portable;
#[cfg(target_arch = "x86_64")]
mod x86;

use std::sync::OnceLock;

pub use portable::{common_and_weight, distance};

/// Rows of a panel: four registers of the widest kind, so that their sums do not wait for each
/// other.
pub const LANES: usize = 32;

/// An instruction set that the loops are compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tier {
    /// What every machine of the target has. On 64-bit ARM that includes NEON.
    Portable,
    /// x86-64 with AVX2.
    Avx2,
    /// x86-64 with AVX-512 and its count of bits (VPOPCNTDQ).
    Avx512,
}

impl Tier {
    /// Those that this machine can run, the slowest first.
    #[must_use]
    pub fn available() -> Vec<Self> {
        #[allow(unused_mut, reason = "only x86-64 has more than one")]
        let mut tiers = vec![Self::Portable];
        #[cfg(target_arch = "x86_64")]
        {
            if x86::has_avx2() {
                tiers.push(Self::Avx2);
            }
            if x86::has_avx512() {
                tiers.push(Self::Avx512);
            }
        }
        tiers
    }

    /// The fastest of this machine.
    #[must_use]
    pub fn best() -> Self {
        static BEST: OnceLock<Tier> = OnceLock::new();
        *BEST.get_or_init(|| Self::available().pop().unwrap_or(Self::Portable))
    }

    /// The number of bits that `row` and each row of `panel` do not share, into `out`. `row` has as
    /// many words as the panel.
    ///
    /// # Panics
    /// For a tier that this machine cannot run.
    pub fn differing(self, row: &[u64], panel: &[[u64; LANES]], out: &mut [u32; LANES]) {
        match self {
            Self::Portable => portable::differing(row, panel, out),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => x86::avx2::differing(row, panel, out),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => x86::avx512::differing(row, panel, out),
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx2 | Self::Avx512 => unreachable!("not a tier of this machine"),
        }
    }

    /// The number of set bits that `row` and each row of `panel` have in common, into `out`.
    ///
    /// # Panics
    /// For a tier that this machine cannot run.
    pub fn common(self, row: &[u64], panel: &[[u64; LANES]], out: &mut [u32; LANES]) {
        match self {
            Self::Portable => portable::common(row, panel, out),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => x86::avx2::common(row, panel, out),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => x86::avx512::common(row, panel, out),
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx2 | Self::Avx512 => unreachable!("not a tier of this machine"),
        }
    }
}

/// Rows put side by side, word by word, in panels of [`LANES`]: word `w` of the rows of a panel lie
/// together, as one load brings them.
#[derive(Debug, Default)]
pub struct Panels {
    words: usize,
    rows: usize,
    columns: Vec<[u64; LANES]>,
}

impl Panels {
    /// Takes `rows`, of `words` words each, in the place of those that were there. The last panel is
    /// filled up with zeros.
    pub fn fill<'r>(&mut self, words: usize, rows: impl ExactSizeIterator<Item = &'r [u64]>) {
        (self.words, self.rows) = (words, rows.len());
        self.columns.clear();
        let panels = self.rows.div_ceil(LANES);
        self.columns.resize(panels * words, [0; LANES]);
        for (n, row) in rows.enumerate() {
            let panel = &mut self.columns[n / LANES * words..][..words];
            for (column, word) in panel.iter_mut().zip(row) {
                column[n % LANES] = *word;
            }
        }
    }

    /// The panels, each with the number of its first row and how many rows it has.
    pub fn each(&self) -> impl Iterator<Item = (usize, usize, &[[u64; LANES]])> {
        let panels = self.columns.chunks_exact(self.words.max(1));
        panels.enumerate().map(|(n, panel)| {
            let first = n * LANES;
            (first, LANES.min(self.rows - first), panel)
        })
    }
}

#[cfg(test)]
mod tests;
