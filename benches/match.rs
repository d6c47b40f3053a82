//! `match`: two token files into results, in records of one side a second. See
//! `benches/README.md`.

mod setup;

use blindlink::pipeline::{Silent, encode, link};
use criterion::{Criterion, Throughput};

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    // The classic schema compares all with all: 20,000 a side would be 4 x 10^8 pairs an iteration.
    for (schema, records) in [("k12", 2_000), ("k12", 20_000), ("clk", 2_000)] {
        let job = setup::Job::new(schema, records);
        for party in setup::PARTIES {
            encode::encode(&job.encoding(party), &Silent).expect("made-up students encode");
        }
        let mut group = criterion.benchmark_group("match");
        group.throughput(Throughput::Elements(records));
        group.sample_size(10);
        group.bench_function(format!("{schema}/{records}"), |bench| {
            let options = job.matching();
            bench.iter(|| link::link(&options, &Silent).expect("its token files match"));
        });
        group.finish();
    }
    criterion.final_summary();
}
