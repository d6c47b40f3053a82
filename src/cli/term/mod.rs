//! Progress on standard error: a line that is redrawn on a terminal, a line a minute elsewhere,
//! events for a program that asks for them.

mod meter;
mod wording;

use std::io::{IsTerminal, Write};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use self::meter::{Meter, Sample};
use self::wording::{Voice, words};
use super::args::{Args, Form};
use crate::identity::{Signed, lies_outside_profile};
#[cfg(feature = "owner")]
use crate::owner::table::Table;
use crate::pipeline::{self, Start};

/// What is said wherever tokens of a classic schema are made or used.
const CLASSIC: &str = "warning: classic tokens (the schema clk) are known to be broken: graph matching re-identifies \
                       nearly everybody behind them without the key (see SECURITY.md)";

/// How often is looked whether something is to be said.
const TICK: Duration = Duration::from_millis(200);

/// Warns of a classic schema on standard error.
///
/// `--quiet` leaves out progress and summaries; it does not silence this.
pub(super) fn warn_of_classic() {
    eprintln!("{CLASSIC}");
}

/// Warns on standard error where `path`, which is to stay, lies in a folder that a service copies elsewhere.
pub(super) fn warn_of_copies(path: &std::path::Path) {
    const SERVICES: [&str; 5] = [
        "onedrive",
        "dropbox",
        "google drive",
        "googledrive",
        "icloud",
    ];
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let is_copied = whole.parent().is_some_and(|folder| {
        folder.components().any(|part| {
            let name = part.as_os_str().to_string_lossy().to_lowercase();
            SERVICES.iter().any(|s| name.starts_with(s))
        })
    });
    if is_copied {
        eprintln!(
            "warning: {}: the folder looks like one that a service copies to other machines (OneDrive, Dropbox); \
             this file must stay here: move it, and delete it there",
            path.display()
        );
    }
}

/// Warns on standard error where `path`, which holds a secret, lies where other users of the machine may read it. On Unix
/// such a file is refused; on Windows the program goes by the folder.
pub(super) fn warn_of_place(path: &std::path::Path) {
    if !cfg!(windows) {
        return;
    }
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let profile = std::env::var("USERPROFILE").ok();
    if lies_outside_profile(&whole.to_string_lossy(), profile.as_deref()) {
        eprintln!(
            "warning: {}: it lies outside your own profile, where other users of this machine may read it: move it there",
            path.display()
        );
    }
}

/// The progress of one verb.
///
/// Reports are only noted down, so they may come often and from any thread; a thread of its own
/// looks at them a few times a second and says what is to be said.
#[derive(Debug)]
pub(super) struct Progress {
    began: Instant,
    told: Arc<Mutex<Told>>,
    /// Dropped to stop the thread, which is joined then; `None` where nobody listens.
    ticker: Option<(Sender<()>, JoinHandle<()>)>,
}

#[derive(Debug)]
struct Told {
    meter: Meter,
    listener: Listener,
}

#[derive(Debug)]
enum Listener {
    Nobody,
    Terminal(ProgressBar),
    Stream(Voice),
}

impl Progress {
    /// Of the verb `verb`, for whom the arguments and standard error say.
    pub(super) fn new(verb: &'static str, args: &Args) -> Self {
        let listener = match args.progress {
            Form::Json => Listener::Stream(Voice::new(verb, true)),
            Form::Auto if args.quiet => Listener::Nobody,
            Form::Auto if std::io::stderr().is_terminal() => {
                let target = ProgressDrawTarget::stderr();
                Listener::Terminal(ProgressBar::with_draw_target(None, target))
            }
            Form::Auto => Listener::Stream(Voice::new(verb, false)),
        };
        let is_heard = !matches!(listener, Listener::Nobody);
        let told = Arc::new(Mutex::new(Told {
            meter: Meter::default(),
            listener,
        }));
        let began = Instant::now();
        let ticker = is_heard.then(|| {
            let (stop, stopped) = channel::<()>();
            let shared = Arc::clone(&told);
            let tick = move || {
                while stopped.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                    lock(&shared).tick(began.elapsed());
                }
            };
            (stop, std::thread::spawn(tick))
        });
        Self {
            began,
            told,
            ticker,
        }
    }

    /// Says something beside the progress.
    fn aside(&self, say: impl FnOnce()) {
        match &lock(&self.told).listener {
            Listener::Terminal(bar) => bar.suspend(say),
            _ => say(),
        }
    }

    /// All steps are over, and the line that is redrawn is gone.
    pub(super) fn done(&self) {
        let mut told = lock(&self.told);
        if let Some(last) = told.meter.finish(self.began.elapsed()) {
            told.end(&last);
        }
        if let Listener::Terminal(bar) = &told.listener {
            bar.finish_and_clear();
        }
    }

    /// Nothing more is said of a step, and no line stands in the way of an error. A step that is
    /// not over by now has failed.
    pub(super) fn hush(&mut self) {
        if let Some((stop, thread)) = self.ticker.take() {
            drop(stop);
            let _ = thread.join();
        }
        if let Listener::Terminal(bar) = &lock(&self.told).listener {
            bar.finish_and_clear();
        }
    }

    /// The verb is over and everything else is said. `exit_code` 0: it was done.
    pub(super) fn over(mut self, exit_code: u8) {
        self.hush();
        if let Listener::Stream(voice) = &lock(&self.told).listener {
            say(voice.over(self.began.elapsed(), exit_code));
        }
    }
}

impl pipeline::Progress for Progress {
    fn at(&self, step: &str, done: u64, total: u64) {
        if self.ticker.is_none() {
            return;
        }
        let mut told = lock(&self.told);
        if let Some((ended, began)) = told.meter.at(self.began.elapsed(), step, done, total) {
            if let Some(ended) = ended {
                told.end(&ended);
            }
            told.begin(&began);
        }
    }

    fn classic_schema(&self) {
        self.aside(warn_of_classic);
    }

    #[cfg(feature = "owner")]
    fn table(&self, table: &Table) {
        let name = table.path().display();
        let (found, bad) = (table.found(), table.bad_rows());
        self.aside(|| {
            if found.damaged > 0 {
                let first = found.first_damage.unwrap_or(1);
                let n = found.damaged;
                eprintln!(
                    "warning: {name}:{first}: {n} characters from here on are not of the encoding and are lost: names with them may not link; export the file again as UTF-8"
                );
            }
            if !bad.rows().is_empty() {
                let n = bad.rows().len();
                eprintln!(
                    "warning: {name}: {n} rows cannot be divided into their cells and are left out"
                );
                for line in bad.shown() {
                    eprintln!("  {line}");
                }
            }
        });
    }

    fn signatures(&self, signed: &Signed) {
        let list = |roles: &[String]| match roles {
            [] => "nobody".to_owned(),
            roles => roles.join(", "),
        };
        self.aside(|| {
            if self.ticker.is_some() {
                let by = list(&signed.signed);
                match &signed.missing[..] {
                    [] => eprintln!("signed by {by}"),
                    missing => eprintln!("signed by {by}; not by {}", list(missing)),
                }
            }
            // `--quiet` leaves out who has signed, not what is wrong with it.
            for problem in &signed.invalid {
                eprintln!("warning: signatures of the project file: {problem}");
            }
        });
    }

    fn start(&self, how: Start) {
        let said = match how {
            Start::Fresh => return,
            Start::Replaced => {
                "an unfinished run was there and is replaced; --resume would have gone on from it"
            }
            Start::NothingToResume => {
                "there is no unfinished run to resume: this one starts from the beginning"
            }
            Start::Resumed => "going on from the unfinished run",
        };
        if self.ticker.is_some() {
            self.aside(|| eprintln!("{said}"));
        }
    }
}

impl Told {
    fn begin(&mut self, sample: &Sample) {
        match &mut self.listener {
            Listener::Nobody => {}
            Listener::Terminal(bar) => draw(bar, sample),
            Listener::Stream(voice) => say(voice.begun(sample)),
        }
    }

    fn tick(&mut self, now: Duration) {
        let Some(sample) = self.meter.sample(now) else {
            return;
        };
        match &mut self.listener {
            Listener::Nobody => {}
            Listener::Terminal(bar) => draw(bar, &sample),
            Listener::Stream(voice) => say(voice.going(&sample)),
        }
    }

    fn end(&mut self, sample: &Sample) {
        if let Listener::Stream(voice) = &mut self.listener {
            say(voice.ended(sample));
        }
    }
}

/// A panic of another thread does not make what it had told wrong.
fn lock(told: &Mutex<Told>) -> MutexGuard<'_, Told> {
    told.lock().unwrap_or_else(PoisonError::into_inner)
}

fn draw(bar: &ProgressBar, sample: &Sample) {
    let template = if sample.total.is_some() {
        "{spinner} {bar:20} {wide_msg}"
    } else {
        "{spinner} {wide_msg}"
    };
    let style = ProgressStyle::with_template(template);
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    bar.set_length(sample.total.unwrap_or(0));
    bar.set_position(sample.done);
    bar.set_message(words(sample));
    bar.tick();
}

/// In one piece, so that lines of several threads do not mix. Nobody is helped by a failure here.
fn say(text: Option<String>) {
    if let Some(text) = text {
        let _ = std::io::stderr().lock().write_all(text.as_bytes());
    }
}
