//! `encode`: a student table into a token file, in records a second. See `benches/README.md`.

mod setup;

use blindlink::pipeline::{Silent, encode};
use criterion::{Criterion, Throughput};

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    for (schema, records) in [
        ("k12", 2_000),
        ("k12", 20_000),
        ("k12", 200_000),
        ("clk", 2_000),
        ("clk", 20_000),
    ] {
        let job = setup::Job::new(schema, records);
        let mut group = criterion.benchmark_group("encode");
        group.throughput(Throughput::Elements(records));
        group.sample_size(10);
        group.bench_function(format!("{schema}/{records}"), |bench| {
            let options = job.encoding("district");
            bench.iter(|| encode::encode(&options, &Silent).expect("made-up students encode"));
        });
        group.finish();
    }
    criterion.final_summary();
}
