//! `match`: two token files into results, in records of one side a second. See
//! `benches/README.md`.

mod setup;

use blindlink::pipeline::{Silent, link};
use criterion::{Criterion, SamplingMode, Throughput};

/// From so many records on an iteration takes long: not run under `-- --test`.
const LARGE: u64 = 200_000;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    // The classic schema compares all with all: 20,000 a side would be 4 x 10^8 pairs an iteration.
    for (schema, records) in [
        ("k12", 2_000),
        ("k12", 20_000),
        ("k12", LARGE),
        ("clk", 2_000),
    ] {
        if records >= LARGE && setup::is_test() {
            continue;
        }
        let mut group = criterion.benchmark_group("match");
        group.throughput(Throughput::Elements(records));
        group.sample_size(10);
        group.sampling_mode(SamplingMode::Flat);
        // Inside, so that a filter on the command line spares the making of files.
        group.bench_function(format!("{schema}/{records}"), |bench| {
            let job = setup::Job::encoded(schema, records);
            let options = job.matching();
            bench.iter(|| link::link(&options, &Silent).expect("its token files match"));
        });
        group.finish();
    }
    criterion.final_summary();
}
