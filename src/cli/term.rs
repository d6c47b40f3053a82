//! Progress on a terminal; silence where there is none.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::pipeline;
use crate::unfinished::Start;

/// What is said wherever tokens of a classic schema are made or used.
const CLASSIC: &str = "warning: classic tokens (the schema clk) are known to be broken: graph matching re-identifies \
                       nearly everybody behind them without the key (see SECURITY.md)";

/// Warns of a classic schema on standard error.
///
/// `--quiet` leaves out progress and summaries; it does not silence this.
pub(super) fn warn_of_classic() {
    eprintln!("{CLASSIC}");
}

/// A line on standard error that is redrawn while a verb works, and gone when it is done.
#[derive(Debug)]
pub(super) struct Progress(ProgressBar, bool);

impl Progress {
    pub(super) fn new(quiet: bool) -> Self {
        // indicatif draws nothing where standard error is no terminal.
        let target = if quiet {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        let bar = ProgressBar::with_draw_target(None, target);
        bar.enable_steady_tick(Duration::from_millis(200));
        Self(bar, quiet)
    }

    pub(super) fn done(&self) {
        self.0.finish_and_clear();
    }
}

impl pipeline::Progress for Progress {
    fn at(&self, step: &str, done: u64, total: u64) {
        let template = if total > 0 {
            "{spinner} {msg} {wide_bar} {human_pos} of {human_len}, {elapsed}"
        } else {
            "{spinner} {msg} {human_pos}, {elapsed}, {per_sec}"
        };
        if self.0.message() != step {
            self.0.set_style(
                ProgressStyle::with_template(template)
                    .unwrap_or_else(|_| ProgressStyle::default_spinner()),
            );
            self.0.set_message(step.to_owned());
        }
        if total > 0 {
            self.0.set_length(total);
        } else {
            self.0.unset_length();
        }
        self.0.set_position(done);
    }

    fn classic_schema(&self) {
        self.0.suspend(warn_of_classic);
    }

    fn start(&self, how: Start) {
        let said = match how {
            Start::Fresh => return,
            Start::Replaced => {
                "an unfinished run was there and is replaced; --resume would have gone on from it"
            }
            Start::NothingToResume => {
                "there is no unfinished run to resume; this one starts from the beginning"
            }
            Start::Resumed => "going on from the unfinished run",
        };
        if !self.1 {
            self.0.suspend(|| eprintln!("{said}"));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.done();
    }
}
