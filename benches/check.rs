//! `check` beside a pass that only reads the same table, in records a second. See `benches/README.md`.

mod setup;

use blindlink::owner::table::{Mapping, Record, Table};
use blindlink::pipeline::{Silent, check};
use criterion::{Criterion, Throughput};

const RECORDS: u64 = 200_000;

fn main() {
    let records = if setup::is_test() { 2_000 } else { RECORDS };
    let job = setup::Job::new("k12", records);
    let table = job.encoding("district").table;
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("check");
    group.throughput(Throughput::Elements(records));
    group.sample_size(10);
    group.bench_function(format!("read only/{records}"), |bench| {
        bench.iter(|| {
            let mut read = Table::open(&table, &Mapping::default()).expect("made-up students");
            let mut record = Record::default();
            let mut rows = 0;
            while read.read(&mut record).expect("made-up students") {
                rows += 1;
            }
            assert_eq!(rows, records);
        });
    });
    group.bench_function(format!("check/{records}"), |bench| {
        let options = check::Options {
            table: table.clone(),
            mapping: Mapping::default(),
            saved: None,
            project: None,
            cohort: None,
            json: None,
            html: None,
            save_mapping: None,
            force: false,
        };
        bench.iter(|| check::check(&options, &Silent).expect("made-up students"));
    });
    group.finish();
    criterion.final_summary();
}
