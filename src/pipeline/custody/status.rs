//! `status`: what is still held, what is overdue, and where log and folders disagree.

use std::path::PathBuf;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use super::survey::{Context, Holding, Left, survey};
use crate::custody::{Action, FileFacts, beside, read};
use crate::error::Result;
use crate::project::Project;
use crate::units::{Fingerprint, today};

/// The form of the status as JSON.
pub const FORMAT: &str = "blindlink-status-1";

/// Where to look.
#[derive(Debug)]
pub struct Options {
    /// Files, and folders to look through. Project files and logs in them are read.
    pub paths: Vec<PathBuf>,
    /// A project file: only what is of it is listed, with what nothing tells the project of.
    pub project: Option<PathBuf>,
    /// A log, besides those in the folders and the one beside the project file.
    pub log: Option<PathBuf>,
}

/// One file that is held.
#[derive(Debug, Clone, Serialize)]
pub struct Held {
    /// Where it is.
    pub path: String,
    /// What it is.
    pub kind: String,
    /// Fingerprint of the project file, if that is known.
    pub project: Option<Fingerprint>,
    /// Whose records it holds, if that is known.
    pub party: Option<String>,
    /// The round, if that is known.
    pub round: Option<String>,
    /// Records or rows, if that is known.
    pub rows: Option<u64>,
    /// Its size.
    pub bytes: u64,
    /// BLAKE3.
    pub blake3: Fingerprint,
    /// Whole days since it was last written to.
    pub days: Option<u64>,
    /// The last day on which it may be held, by project file or log.
    pub destroy_by: Option<String>,
    /// Whether that day is over.
    pub is_overdue: bool,
    /// Whether a log has it.
    pub is_logged: bool,
}

/// A file that the log has and the folders have not.
#[derive(Debug, Clone, Serialize)]
pub struct Missing {
    /// Number of the entry.
    pub entry: u64,
    /// What was said to have happened to it last.
    pub action: Action,
    /// The file.
    pub file: FileFacts,
}

/// What is held.
#[derive(Debug, Clone, Serialize)]
pub struct Status {
    /// [`FORMAT`].
    pub format: &'static str,
    /// The day of it, UTC.
    pub date: String,
    /// Files that are held, in the order of their paths.
    pub held: Vec<Held>,
    /// How many of them are overdue.
    pub overdue: usize,
    /// Files whose destruction was begun and is not finished: run `destroy` again.
    pub begun: Vec<String>,
    /// Files that were not named yet by a run that was killed, or runs still.
    pub leftovers: Vec<String>,
    /// Files that the log has, neither destroyed nor replaced, and that are not in the folders.
    pub missing: Vec<Missing>,
    /// Whether any log was found: without one nothing can be missing or unknown to it.
    pub has_log: bool,
    /// What else lies in the folders.
    #[serde(skip)]
    pub left: Vec<Left>,
}

/// Looks through the folders.
///
/// # Errors
/// [`Class::Input`](crate::error::Class::Input) for a project file given, or a log, that is not as expected;
/// [`Class::Io`](crate::error::Class::Io).
pub fn status(options: &Options) -> Result<Status> {
    let mut context = Context::default();
    let mut logs = Vec::new();
    let own = options.project.as_deref().map(Project::read).transpose()?;
    if let Some(path) = &options.project {
        logs.extend(Some(beside(path)).filter(|l| l.exists()));
    }
    logs.extend(options.log.clone());
    for log in &logs {
        context.logs.push(read(log)?);
    }
    context.look(&options.paths)?;
    if let Some(own) = &own {
        context
            .projects
            .retain(|p| p.fingerprint != own.fingerprint);
        context.projects.push(own.clone());
    }
    let found = survey(&context, &options.paths)?;
    let is_wanted = |project: Option<Fingerprint>| match (&own, project) {
        (Some(own), Some(project)) => own.fingerprint == project,
        _ => true,
    };
    let holdings: Vec<&Holding> = found
        .holdings
        .iter()
        .filter(|h| is_wanted(h.project))
        .collect();
    let now = today();
    let held: Vec<Held> = holdings.iter().map(|h| held(h, &context, now)).collect();
    let missing = missing(&context, &found.holdings, &is_wanted);
    let shown = |paths: Vec<PathBuf>| paths.iter().map(|p| p.display().to_string()).collect();
    Ok(Status {
        format: FORMAT,
        date: now.to_string(),
        overdue: held.iter().filter(|h| h.is_overdue).count(),
        held,
        begun: shown(found.stones.into_iter().map(|(path, _)| path).collect()),
        leftovers: shown(found.leftovers),
        missing,
        has_log: !context.logs.is_empty(),
        left: found.left,
    })
}

fn held(h: &Holding, context: &Context, now: Date) -> Held {
    let of_file = context
        .projects
        .iter()
        .find(|p| Some(p.fingerprint) == h.project);
    let of_file = of_file
        .and_then(|p| p.agreement.as_ref())
        .map(|a| a.destroy_by);
    let of_log = || {
        let mut all = context.logs.iter().flat_map(|l| &l.entries);
        let last = all.rfind(|e| Some(e.project) == h.project && e.destroy_by.is_some())?;
        last.destroy_by.as_deref()?.parse::<Date>().ok()
    };
    let destroy_by = of_file.or_else(of_log);
    let age = h.modified.and_then(|m| Timestamp::try_from(m).ok());
    let age = age.map(|m| Timestamp::now().as_second() - m.as_second());
    Held {
        path: h.path.display().to_string(),
        kind: h.file.kind.clone(),
        project: h.project,
        party: h.party.clone(),
        round: h.round.clone(),
        rows: h.rows,
        bytes: h.file.bytes,
        blake3: h.file.blake3,
        days: age.map(|seconds| seconds.max(0) as u64 / 86_400),
        destroy_by: destroy_by.map(|d| d.to_string()),
        is_overdue: destroy_by.is_some_and(|d| now > d),
        is_logged: h.is_logged,
    }
}

/// What was here by the log, was neither destroyed nor replaced, and is not here.
fn missing(
    context: &Context,
    found: &[Holding],
    is_wanted: &dyn Fn(Option<Fingerprint>) -> bool,
) -> Vec<Missing> {
    let mut missing: Vec<Missing> = Vec::new();
    for entry in context.logs.iter().flat_map(|l| &l.entries) {
        let Some(file) = entry
            .file
            .as_ref()
            .filter(|_| is_wanted(Some(entry.project)))
        else {
            continue;
        };
        // A remark does not change where a file is.
        if entry.action == Action::Noted && !entry.is_replaced() {
            continue;
        }
        missing.retain(|m| m.file.blake3 != file.blake3);
        let is_here = found.iter().any(|h| h.file.blake3 == file.blake3);
        // What was only sent need not have been here.
        let stays = matches!(
            entry.action,
            Action::Made
                | Action::Received
                | Action::Matched
                | Action::Resolved
                | Action::Destroying
        );
        if stays && !is_here {
            missing.push(Missing {
                entry: entry.seq,
                action: entry.action,
                file: file.clone(),
            });
        }
    }
    missing
}
