//! The inner loops over bits, in pairs a second: one row against 1,024 others, for each tier of the
//! machine and each usual number of bits, and pair by pair for comparison. See `benches/README.md`.

use std::hint::black_box;

use blindlink::matcher::compare::kernel::{LANES, Panels, Tier, distance};
use criterion::{Criterion, Throughput};

/// Rows of the other side: at 1,024 bits they fill 128 KiB, which is in the second cache.
const ROWS: usize = 1024;

fn words(n: usize) -> Vec<u64> {
    (1..=n as u64)
        .map(|i| i.wrapping_mul(0x9e37_79b9_7f4a_7c15))
        .collect()
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    for bits in [256, 512, 1024, 2048] {
        let n = bits / 64;
        let (row, others) = (words(n), words(ROWS * n));
        let mut panels = Panels::default();
        panels.fill(n, others.chunks_exact(n));
        let mut group = criterion.benchmark_group(format!("kernel/{bits}"));
        group.throughput(Throughput::Elements(ROWS as u64));
        group.bench_function("pair-by-pair", |bench| {
            bench.iter(|| {
                let near = others.chunks_exact(n).map(|o| distance(black_box(&row), o));
                near.filter(|d| *d < bits as u32 / 4).count()
            });
        });
        for tier in Tier::available() {
            for (what, run) in [
                ("hamming", Tier::differing as fn(_, &_, &_, &mut _)),
                ("common", Tier::common),
            ] {
                group.bench_function(format!("{what}/{tier:?}"), |bench| {
                    let mut counts = [0; LANES];
                    bench.iter(|| {
                        let mut near = 0;
                        for (_, _, panel) in panels.each() {
                            run(tier, black_box(&row), panel, &mut counts);
                            near += u32::from(counts.iter().any(|d| *d < bits as u32 / 4));
                        }
                        near
                    });
                });
            }
        }
        group.finish();
    }
    criterion.final_summary();
}
