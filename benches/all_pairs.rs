//! All pairs of a classic filter, in candidate pairs a second: lossless, and approximately to 99 %.
//! See `benches/README.md`.

mod setup;

use blindlink::matcher::compare::{Divided, InFile, InMemory, Limits, pass};
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
        let source = |party: usize| InFile {
            file: &parties[party].file,
            schema,
            pass: 0,
            of_row: &parties[party].of_row,
        };
        let whole = Divided::whole(source(0), Some(source(1)));
        let mut group = criterion.benchmark_group("all-pairs");
        group.throughput(Throughput::Elements(records * records));
        group.sample_size(10);
        for (name, approximate) in [("lossless", None), ("approximate", Some(0.99))] {
            group.bench_function(format!("{name}/{records}"), |bench| {
                let limits = Limits {
                    approximate,
                    ..Limits::default()
                };
                bench.iter(|| pass(schema, 0, &whole, limits, &InMemory, &|_, _| {}));
            });
        }
        group.finish();
    }
    criterion.final_summary();
}
