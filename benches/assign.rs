//! Who is linked with whom: candidate pairs with their odds into links, one to one, in pairs a
//! second. See `benches/README.md`.

mod setup;

use std::hint::black_box;

use blindlink::matcher::assign::{Scored, assign};
use criterion::{Criterion, Throughput};
use setup::scrambled;

/// About `pairs` candidate pairs, in order: two in three records have their own partner, and every
/// record one stranger near by, so that chains of rivals arise as in real blocks.
fn candidates(pairs: u64) -> (Vec<Scored>, u32) {
    let records = (pairs * 3 / 5) as u32;
    let pair = |left: u32, right: u32| Scored {
        left,
        right,
        passes: 1,
        odds: odds(left, right),
        probability: 0.0,
    };
    let mut all = Vec::with_capacity(pairs as usize);
    for left in 0..records {
        let of = scrambled(u64::from(left));
        if !of.is_multiple_of(3) {
            all.push(pair(left, left));
        }
        let stranger = (left + 1 + (of >> 32) as u32 % 50) % records;
        all.push(pair(left, stranger));
    }
    all.sort_unstable_by_key(|p| (p.left, p.right));
    all.dedup_by_key(|p| (p.left, p.right));
    (all, records)
}

/// From 100 to 100,000 for one's own partner, from 0.001 to 10 for a stranger.
fn odds(left: u32, right: u32) -> f64 {
    let place = scrambled(u64::from(left) << 32 | u64::from(right)) % 1000;
    let (least, decades) = if left == right {
        (1e2, 3.0)
    } else {
        (1e-3, 4.0)
    };
    least * 10f64.powf(decades * place as f64 / 1000.0)
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("assign");
    group.sample_size(10);
    for size in [10_000, 100_000, 1_000_000] {
        if size > 10_000 && setup::is_test() {
            continue;
        }
        let (pairs, records) = candidates(size);
        let both = (records as usize, records as usize);
        group.throughput(Throughput::Elements(pairs.len() as u64));
        group.bench_function(size.to_string(), |bench| {
            bench.iter(|| assign(black_box(&pairs).clone(), both, 0.5).links.len());
        });
    }
    group.finish();
    criterion.final_summary();
}
