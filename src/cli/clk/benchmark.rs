//! `clk benchmark`.

use crate::cli::args::ClkBenchmark;
use crate::cli::print;
use crate::cli::term::Progress;
use crate::error::Result;
use crate::pipeline::clk::benchmark as pipeline;

pub(super) fn benchmark(verb: &ClkBenchmark, progress: &Progress) -> Result<()> {
    let measured = pipeline::benchmark(verb.records, progress)?;
    progress.done();
    let seconds = measured.took.as_secs_f64();
    print(&format!(
        "{} records in {seconds:.3} seconds by {} threads: {:.0} a second\n",
        measured.records,
        rayon::current_num_threads(),
        measured.records as f64 / seconds.max(1e-9)
    ))
}
