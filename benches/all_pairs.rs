//! All pairs of a classic filter, in candidate pairs a second: lossless, and approximately to 99 %.
//! See `benches/README.md`.

mod setup;

use blindlink::matcher::compare::pass;
use blindlink::matcher::intake::admit;
use blindlink::pipeline::{Silent, encode};
use blindlink::project::Project;
use criterion::{Criterion, Throughput};

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    for records in [2_000, 20_000] {
        let job = setup::Job::new("clk", records);
        for party in setup::PARTIES {
            encode::encode(&job.encoding(party), &Silent).expect("made-up students encode");
        }
        let options = job.matching();
        let project = Project::read(&options.project).expect("its project file");
        let parties = admit(&project, &options.tokens, false).expect("its token files");
        let schema = &project.schema;
        let tokens: Vec<_> = parties
            .iter()
            .map(|p| p.file.pass(schema, 0, &p.of_row, |_| true))
            .collect::<Result<_, _>>()
            .expect("its token files");
        let mut group = criterion.benchmark_group("all-pairs");
        group.throughput(Throughput::Elements(records * records));
        group.sample_size(10);
        for (name, approximate) in [("lossless", None), ("approximate", Some(0.99))] {
            group.bench_function(format!("{name}/{records}"), |bench| {
                bench.iter(|| pass(schema, 0, &tokens[0], &tokens[1], false, approximate));
            });
        }
        group.finish();
    }
    criterion.final_summary();
}
