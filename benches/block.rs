//! The block join: block keys of two parties into shared blocks and tasks, in tokens of both sides
//! a second. Nothing is compared. See `benches/README.md`.

mod setup;

use std::hint::black_box;

use blindlink::matcher::block::{join, tasks};
use criterion::{Criterion, Throughput};
use setup::scrambled;

/// Candidate pairs of one task, as `match` asks for them.
const TASK_PAIRS: u64 = 1 << 20;

/// How the tokens of a pass fall into blocks.
#[derive(Clone, Copy)]
enum Blocks {
    /// A birthdate: 1,461 days, each alike.
    Dates,
    /// A full name and more: hardly a block of two tokens of a side.
    Names,
    /// A tenth of all tokens in one block, the others as in `Names`.
    Skewed,
}

/// Block keys of `tokens` people, of whom the other side has seven in ten.
fn side(blocks: Blocks, tokens: u64, party: u64) -> Vec<u128> {
    let key = |i: u64| {
        // Seven in ten are the same people on both sides.
        let person = if i % 10 < 7 { i } else { i + party * tokens };
        let block = match blocks {
            Blocks::Dates => scrambled(person) % 1461,
            Blocks::Skewed if scrambled(person).is_multiple_of(10) => 0,
            Blocks::Names | Blocks::Skewed => 1 + scrambled(person) % (4 * tokens),
        };
        u128::from(scrambled(block)) << 64 | u128::from(scrambled(!block))
    };
    // Files are in the order of random refs, not of people.
    let mut order: Vec<u64> = (0..tokens).collect();
    order.sort_unstable_by_key(|i| scrambled(i ^ (party + 1) << 40));
    order.into_iter().map(key).collect()
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    for (name, blocks) in [
        ("dates", Blocks::Dates),
        ("names", Blocks::Names),
        ("skewed", Blocks::Skewed),
    ] {
        let mut group = criterion.benchmark_group(format!("block/{name}"));
        group.sample_size(10);
        for tokens in [10_000, 100_000, 1_000_000] {
            if tokens > 10_000 && setup::is_test() {
                continue;
            }
            group.throughput(Throughput::Elements(2 * tokens));
            group.bench_function(tokens.to_string(), |bench| {
                let (left, right) = (side(blocks, tokens, 0), side(blocks, tokens, 1));
                bench.iter(|| {
                    let joined = join(black_box(&left), black_box(&right), u64::MAX);
                    tasks(&joined.blocks, TASK_PAIRS).len()
                });
            });
        }
        group.finish();
    }
    criterion.final_summary();
}
