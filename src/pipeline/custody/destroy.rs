//! `destroy`: takes away what is held of a project, and certifies it.
//!
//! The log has an entry `destroying` for each file before the first is touched, and one `destroyed` when its content
//! is gone and before its empty rest is removed. So a run that is killed claims nothing that is not so, and the next
//! one goes on: what bears the name of a [tombstone](crate::custody::tombstone) was meant to go.

use std::path::{Path, PathBuf};

use super::survey::{Context, Holding, Left, Survey, survey};
use super::{facts, kind, write_logged};
use crate::atomic::digest_of;
use crate::custody::{
    Action, Certificate, Checked, Destroyed, Event, Log, Logging, Tombstone, overwrite,
    remove_empty,
};
use crate::error::{Error, Result};
use crate::pipeline::Progress;
use crate::pipeline::files::check_outputs;
use crate::project::Project;

/// Files between two entries of the log: as many may have to be overwritten anew after a crash.
const BATCH: usize = 16;

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
    let outputs = [
        options.certificate.clone(),
        json_beside(&options.certificate),
    ];
    check_outputs(
        &[&options.project],
        &[&outputs[0], &outputs[1]],
        options.force,
    )?;
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
        let outputs = [
            self.options.certificate.clone(),
            json_beside(&self.options.certificate),
        ];
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

    /// Destroys it and writes the certificate.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io): it can then be run again, and goes on.
    pub fn carry_out(self, progress: &dyn Progress) -> Result<Done> {
        let before = self.before();
        let events: Vec<Event> = self
            .doomed
            .iter()
            .map(|h| event(h, Action::Destroying))
            .collect();
        if let Some(log) = &self.log {
            log.record(&events)?;
        }
        let mut destroyed = Vec::new();
        let mut unknown = 0;
        let total = (self.begun.len() + self.doomed.len()) as u64;
        let mut done = 0;
        let mut told = |n: usize| {
            done += n as u64;
            progress.at("destroy", done, total);
        };
        for batch in self.begun.chunks(BATCH) {
            let mut work = Vec::new();
            for (path, stone) in batch {
                match self.begun_event(*stone) {
                    Begun::Known(event) => work.push((path.as_path(), *stone, Some(event))),
                    Begun::Finished => work.push((path.as_path(), *stone, None)),
                    Begun::Unknown => {
                        unknown += 1;
                        work.push((path.as_path(), *stone, None));
                    }
                }
            }
            destroyed.extend(self.destroy(work)?);
            told(batch.len());
        }
        for batch in self.doomed.chunks(BATCH) {
            let work = batch.iter().map(|h| {
                let stone = Tombstone::of(self.project.fingerprint, &h.file);
                (h.path.as_path(), stone, Some(event(h, Action::Destroyed)))
            });
            destroyed.extend(self.destroy(work.collect())?);
            told(batch.len());
        }
        for folder in self.folders.iter().rev() {
            // Only if nothing of somebody else's is in it.
            let _ = std::fs::remove_dir(folder);
        }
        self.certify(destroyed, before, unknown)
    }

    /// Overwrites some files, records it, and removes what is left of them.
    fn destroy(&self, work: Vec<(&Path, Tombstone, Option<Event>)>) -> Result<Vec<Destroyed>> {
        let mut gone = Vec::new();
        let mut events = Vec::new();
        for (path, stone, event) in work {
            gone.push(overwrite(path, stone)?);
            events.extend(event);
        }
        if let Some(log) = &self.log {
            log.record(&events)?;
        }
        remove_empty(&gone)?;
        let now = jiff::Timestamp::from_second(jiff::Timestamp::now().as_second());
        let time = now.map_or(String::new(), |t| t.to_string());
        let of = |event: Event| {
            Some(Destroyed {
                file: event.file?,
                party: event.party,
                rows: event.rows,
                time: time.clone(),
            })
        };
        Ok(events.into_iter().filter_map(of).collect())
    }

    /// What the log knows of a file whose destruction was begun.
    fn begun_event(&self, stone: Tombstone) -> Begun {
        let entries = self.history.iter().flat_map(|h| &h.entries);
        let last = entries
            .filter(|e| e.project == self.project.fingerprint)
            .filter(|e| e.file.as_ref().is_some_and(|f| stone.is_file(f)))
            .rfind(|e| matches!(e.action, Action::Destroying | Action::Destroyed));
        match last {
            Some(e) if e.action == Action::Destroying => Begun::Known(Event {
                party: e.party.clone(),
                file: e.file.clone(),
                rows: e.rows,
                elements: e.elements.clone(),
                ..Event::new(Action::Destroyed).note("begun by a run that did not come to its end")
            }),
            Some(_) => Begun::Finished,
            None => Begun::Unknown,
        }
    }

    fn certify(
        self,
        destroyed: Vec<Destroyed>,
        before: Vec<Destroyed>,
        unknown: usize,
    ) -> Result<Done> {
        let files = destroyed.len() + unknown;
        let left = self.left.into_iter();
        let left = left
            .map(|l| (l.path.display().to_string(), l.why))
            .collect();
        let witness = self.options.witness;
        let certificate =
            Certificate::new(&self.project, destroyed, before, unknown, left, witness);
        let html = self.options.certificate;
        let json = json_beside(&html);
        let text = certificate.page().to_html();
        for (path, bytes) in [(&json, certificate.to_json()), (&html, text)] {
            write_logged(self.log.as_ref(), path, bytes.as_bytes(), |digest| {
                Event::new(Action::Made).file(facts(path, kind::CERTIFICATE, digest))
            })?;
        }
        Ok(Done {
            certificate,
            written: [html, json],
            files,
        })
    }
}

/// What the log says of a file that is being destroyed.
enum Begun {
    /// What it was; that it is gone is not in the log yet.
    Known(Event),
    /// That it is gone.
    Finished,
    /// Nothing, or there is no log.
    Unknown,
}

fn event(holding: &Holding, action: Action) -> Event {
    Event {
        party: holding.party.clone(),
        file: Some(holding.file.clone()),
        rows: holding.rows,
        ..Event::new(action)
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

/// Where the certificate goes as JSON.
fn json_beside(html: &Path) -> PathBuf {
    html.with_extension("json")
}

fn same(a: &Path, b: &Path) -> bool {
    match (a.canonicalize(), b.canonicalize()) {
        (Ok(a), Ok(b)) => a == b,
        _ => a == b,
    }
}
