//! The inner loops over bits, in pairs a second, for each tier of the machine and each usual number of
//! bits: two sides of a block with each other, and what bounds that. See `benches/README.md`.

#![allow(clippy::print_stdout, reason = "the shares of the bound are output")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

use blindlink::matcher::compare::kernel::{LANES, Panels, TOGETHER, Tier, distance};
use criterion::{Criterion, Throughput};

/// Rows of the other side, as in a block of a birthdate among 1.74 million records: at 2,048 bits they
/// fill 300 KiB.
const ROWS: usize = 1216;
/// Rows of our side that meet one panel after another.
const OWN: usize = 64;
/// How long each loop runs for the share of the bound, so often that an idle moment is among them.
const ROUNDS: u32 = 200;

fn words(seed: u64, n: usize) -> Vec<u64> {
    (1..=n as u64)
        .map(|i| (i + seed).wrapping_mul(0x9e37_79b9_7f4a_7c15))
        .collect()
}

/// What is counted.
#[derive(Clone, Copy)]
enum What {
    Hamming,
    Common,
}

/// Two sides of a block.
struct Sides {
    words: usize,
    own: Vec<u64>,
    others: Vec<u64>,
    panels: Panels,
}

impl Sides {
    fn of(bits: usize) -> Self {
        let n = bits / 64;
        let (own, others) = (words(0, OWN * n), words(1 << 20, ROWS * n));
        let mut panels = Panels::default();
        panels.fill(n, others.chunks_exact(n));
        Self {
            words: n,
            own,
            others,
            panels,
        }
    }

    /// All of one side with the panels `of` names, as a block is screened: none is near.
    fn meet(&self, tier: Tier, what: What, of: impl Iterator<Item = usize>) -> u32 {
        let (mut near, mut counts) = (0, [[0; LANES]; TOGETHER]);
        let bits = 64 * self.words as u32;
        for panel in of {
            let panel = self.panels.panel(panel);
            for rows in self.own.chunks_exact(self.words * TOGETHER) {
                let rows: [&[u64]; TOGETHER] =
                    std::array::from_fn(|r| &rows[r * self.words..][..self.words]);
                let rows = black_box(rows);
                let found = match what {
                    What::Hamming => {
                        tier.differing_at_most(rows, panel, [bits / 4; TOGETHER], &mut counts)
                    }
                    What::Common => {
                        tier.common_at_least(rows, panel, [bits * 3 / 4; TOGETHER], &mut counts)
                    }
                };
                near += found.iter().map(|bits| bits.count_ones()).sum::<u32>();
            }
        }
        near
    }

    /// All panels, one after the other.
    fn block(&self, tier: Tier, what: What) -> u32 {
        self.meet(tier, what, 0..self.panels.len())
    }

    /// As many pairs, but of one panel, which with the rows stays in the first cache: the bound.
    fn bound(&self, tier: Tier, what: What) -> u32 {
        self.meet(tier, what, std::iter::repeat_n(0, self.panels.len()))
    }
}

/// Pairs a second at the best of some rounds of `run`, and the clock meanwhile in cycles a second.
fn fastest(rounds: u32, mut run: impl FnMut() -> u32) -> (f64, f64) {
    let (mut best, mut clock) = (f64::MAX, 0f64);
    for _ in 0..rounds {
        let start = Instant::now();
        black_box(run());
        best = best.min(start.elapsed().as_secs_f64());
        clock = clock.max(cycles_a_second());
    }
    ((OWN * ROWS) as f64 / best, clock)
}

/// By a chain of which each link takes four cycles on any 64-bit machine of the last ten years: an
/// exclusive or and a product. Short, so that the clock is still that of what ran before.
fn cycles_a_second() -> f64 {
    const LINKS: u64 = 2000;
    let start = Instant::now();
    let chain = (0..LINKS).fold(black_box(1u64), |x, i| {
        (x ^ i).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    });
    black_box(chain);
    4.0 * LINKS as f64 / start.elapsed().as_secs_f64()
}

/// A line for each tier and number of bits: how fast, and which share of the bound that is.
fn shares(rounds: u32) -> String {
    let mut table = String::from(
        "\n bits  tier      count    pairs/s  cycles/pair  share of the bound in L1\n",
    );
    for bits in [256, 512, 1024, 2048] {
        let sides = Sides::of(bits);
        for tier in Tier::available() {
            for (name, what) in [("hamming", What::Hamming), ("common", What::Common)] {
                let (pairs, clock) = fastest(rounds, || sides.block(tier, what));
                let (bound, _) = fastest(rounds, || sides.bound(tier, what));
                writeln!(
                    table,
                    "{bits:5}  {:8}  {name:7}  {:5.0} M  {:11.1}  {:8.0} %",
                    format!("{tier:?}"),
                    pairs / 1e6,
                    clock / pairs,
                    100.0 * pairs / bound,
                )
                .expect("a string takes all that is written");
            }
        }
    }
    table
}

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args();
    for bits in [256, 512, 1024, 2048] {
        let sides = Sides::of(bits);
        let mut group = criterion.benchmark_group(format!("kernel/{bits}"));
        group.throughput(Throughput::Elements((OWN * ROWS) as u64));
        group.bench_function("pair-by-pair", |bench| {
            bench.iter(|| {
                let rows = sides.own.chunks_exact(sides.words);
                let near = rows.map(|row| {
                    let others = sides.others.chunks_exact(sides.words);
                    let distances = others.map(|other| distance(black_box(row), other));
                    distances.filter(|d| *d < bits as u32 / 4).count()
                });
                near.sum::<usize>()
            });
        });
        for tier in Tier::available() {
            for (name, what) in [("hamming", What::Hamming), ("common", What::Common)] {
                group.bench_function(format!("{name}/{tier:?}"), |bench| {
                    bench.iter(|| sides.block(tier, what));
                });
            }
        }
        group.finish();
    }
    criterion.final_summary();
    let is_a_test = std::env::args().any(|arg| arg == "--test");
    let table = shares(if is_a_test { 1 } else { ROUNDS });
    // One round shows that it runs, and no share of anything.
    if !is_a_test {
        println!("{table}");
    }
}
