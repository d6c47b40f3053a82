//! `destroy`: takes away what is held of a project, and certifies it.
//!
//! The log has an entry `destroying` for each file before the first is touched, and one `destroyed` when its content
//! is gone and before its empty rest is removed. So a run that is killed claims nothing that is not so, and the next
//! one goes on: what bears the name of a [tombstone](crate::custody::tombstone) was meant to go.

mod carry_out;

use std::path::{Path, PathBuf};

use super::survey::{Context, Holding, Left, Survey, survey};
use super::{facts, kind};
use crate::atomic::digest_of;
use crate::custody::{Action, Certificate, Checked, Destroyed, Log, Logging, Tombstone};
use crate::error::{Error, Result};
use crate::pipeline::files::check_outputs;
use crate::project::Project;

/// What to destroy.
#[derive(Debug)]
pub struct Options {
    /// The project file.
    pub project: PathBuf,
    /// Files, and folders to look through.
    pub paths: Vec<PathBuf>,
    /// A linkage key that is to go too, wherever it lies.
    pub key: Option<PathBuf>,
    /// Also files that a run which was killed had not named yet, of whatever project.
    pub leftovers: bool,
    /// The certificate to write, as HTML; the same as JSON goes beside it.
    pub certificate: PathBuf,
    /// Who watches.
    pub witness: Option<String>,
    /// The log.
    pub log: Logging,
    /// Replace a certificate that exists.
    pub force: bool,
}

impl Options {
    /// Where the certificate goes as HTML and as JSON.
    fn outputs(&self) -> [PathBuf; 2] {
        let html = self.certificate.clone();
        let json = html.with_extension("json");
        [html, json]
    }
}

/// What would be destroyed, and what would not.
#[derive(Debug)]
pub struct Plan {
    options: Options,
    project: Project,
    log: Option<Log>,
    /// Files to be destroyed, in the order in which they are: a file by which others are known goes after them.
    pub doomed: Vec<Holding>,
    /// Files whose destruction an earlier run had begun.
    pub begun: Vec<(PathBuf, Tombstone)>,
    /// What stays.
    pub left: Vec<Left>,
    folders: Vec<PathBuf>,
    /// The log before this run.
    history: Option<Checked>,
}

/// What was done.
#[derive(Debug)]
pub struct Done {
    /// The certificate.
    pub certificate: Certificate,
    /// Where it is as HTML and as JSON.
    pub written: [PathBuf; 2],
    /// Files that were destroyed, with those of which an earlier run had begun it.
    pub files: usize,
}

/// Finds what belongs to the project in the folders given. Nothing is changed.
///
/// # Errors
/// [`Class::Mismatch`](crate::error::Class::Mismatch) if a key is given that is not the project's, as far as its token
/// files or its log tell, or if there is nothing to destroy and nothing was destroyed before;
/// [`Class::Input`](crate::error::Class::Input) for a project file or log that is not as expected;
/// [`Class::Io`](crate::error::Class::Io), also for a certificate that exists.
pub fn plan(options: Options) -> Result<Plan> {
    let project = Project::read(&options.project)?;
    let [html, json] = options.outputs();
    check_outputs(&[&options.project], &[&html, &json], options.force)?;
    let log = Log::of_run(&options.log, &options.project, &project)?;
    let history = log.as_ref().filter(|l| l.path().exists());
    let history = history
        .map(|l| crate::custody::read(l.path()))
        .transpose()?;
    let context = Context {
        projects: vec![project.clone()],
        logs: history.iter().cloned().collect(),
    };
    let mut paths = options.paths.clone();
    paths.extend(options.key.clone());
    let found = survey(&context, &paths)?;
    let mut plan = Plan {
        options,
        project,
        log,
        doomed: Vec::new(),
        begun: Vec::new(),
        left: Vec::new(),
        folders: Vec::new(),
        history,
    };
    plan.sort(found)?;
    if let Some(key) = &plan.options.key {
        let is = |h: &Holding| same(&h.path, key);
        if !plan.doomed.iter().any(is) {
            return Err(Error::mismatch(
                "the key given is not that of the project, by its token files and its log",
            )
            .at(key)
            .hint("give the folder with a token file that was made with it, or the log; or remove the key by hand"));
        }
    }
    if plan.doomed.is_empty() && plan.begun.is_empty() && plan.before().is_empty() {
        return Err(Error::mismatch("nothing of this project was found")
            .at(&plan.options.project)
            .hint("give the folders that its files lie in, and the project file of the round that they are of"));
    }
    Ok(plan)
}

impl Plan {
    /// Divides what was found into what goes and what stays.
    fn sort(&mut self, found: Survey) -> Result<()> {
        let own = self.project.fingerprint;
        self.left = found.left;
        let outputs = self.options.outputs();
        for holding in found.holdings {
            let why = match (holding.project, holding.file.kind.as_str()) {
                _ if outputs.iter().any(|o| same(o, &holding.path)) => continue,
                (Some(project), kind) if project == own && is_doomed(kind) => {
                    self.doomed.push(holding);
                    continue;
                }
                (Some(project), kind) if project == own => {
                    format!("is kept as a record ({kind}): remove it by hand if it is to go")
                }
                (Some(project), kind) => {
                    format!("is of another project, {} ({kind})", project.short())
                }
                (None, kind) => format!("cannot be told to be of this project ({kind})"),
            };
            self.left.push(Left {
                path: holding.path,
                why,
            });
        }
        for (path, stone) in found.stones {
            if stone.is_of(own) {
                self.begun.push((path, stone));
            } else {
                self.left.push(Left {
                    path,
                    why: "is what is left of a file of another project that is being destroyed"
                        .into(),
                });
            }
        }
        for path in found.leftovers {
            if self.options.leftovers {
                self.doomed.push(leftover(path, own)?);
            } else {
                self.left.push(Left {
                    path,
                    why: "was not named yet by a run that was killed, or runs still: --leftovers takes it too".into(),
                });
            }
        }
        self.folders = found.folders;
        self.left.sort_by(|a, b| a.path.cmp(&b.path));
        self.doomed.sort_by_key(|h| (rank(h), h.path.clone()));
        Ok(())
    }

    /// What earlier runs have destroyed, by the log.
    #[must_use]
    pub fn before(&self) -> Vec<Destroyed> {
        let entries = self.history.iter().flat_map(|h| &h.entries);
        entries
            .filter(|e| e.action == Action::Destroyed && e.project == self.project.fingerprint)
            .filter_map(|e| {
                Some(Destroyed {
                    file: e.file.clone()?,
                    party: e.party.clone(),
                    rows: e.rows,
                    time: e.time.clone(),
                })
            })
            .collect()
    }

    /// Whether a key is among what goes, which other projects may use as well.
    #[must_use]
    pub fn has_key(&self) -> bool {
        self.doomed.iter().any(|h| h.file.kind == kind::KEY)
    }
}

/// A file without a name, taken to be of this project because it was asked for.
fn leftover(path: PathBuf, project: crate::units::Fingerprint) -> Result<Holding> {
    let digest = digest_of(&path)?;
    Ok(Holding {
        file: facts(&path, kind::LEFTOVER, digest),
        modified: None,
        path,
        project: Some(project),
        party: None,
        round: None,
        rows: None,
        is_logged: false,
    })
}

/// What goes: everything but papers, and the table of links that the owner made it all for.
fn is_doomed(kind: &str) -> bool {
    [
        kind::TOKENS,
        kind::REFS,
        kind::REJECTS,
        kind::KEY,
        kind::SEALED,
        kind::MANIFEST,
        kind::RESULTS,
        kind::CROSSWALK,
        kind::RECEIPT,
        kind::CHECKPOINT,
    ]
    .contains(&kind)
}

/// Keys first, since without them little can be done with the rest; files by which others are known last.
fn rank(holding: &Holding) -> u8 {
    let is_name = |name: &str| holding.path.file_name().is_some_and(|n| n == name);
    match holding.file.kind.as_str() {
        kind::KEY | kind::SEALED => 0,
        _ if is_name("run.json") || is_name("report.json") => 2,
        kind::TOKENS => 3,
        _ => 1,
    }
}

fn same(a: &Path, b: &Path) -> bool {
    match (a.canonicalize(), b.canonicalize()) {
        (Ok(a), Ok(b)) => a == b,
        _ => a == b,
    }
}
