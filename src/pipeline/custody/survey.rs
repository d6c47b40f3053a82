//! What lies in some folders: the files in them, and what each is found to be.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::look::Look;
use crate::atomic::{PREFIX, SUFFIX};
use crate::custody::{Checked, Entry, FileFacts, Tombstone, tombstone};
use crate::error::{Error, Result};
use crate::project::Project;
use crate::units::Fingerprint;

/// Bytes of a file by which its kind is told.
const HEAD: u64 = 256;
/// How the names of logs end.
pub(super) const LOG: &str = ".log.jsonl";
/// The report of a match, by which its results folder is known.
pub(super) const REPORT: &str = "report.json";

/// A file that is of a project.
#[derive(Debug, Clone)]
pub struct Holding {
    /// Where it is.
    pub path: PathBuf,
    /// What it is, size and hash.
    pub file: FileFacts,
    /// Fingerprint of the project file that it is of; `None` where nothing tells.
    pub project: Option<Fingerprint>,
    /// Whose records it holds, where that is known.
    pub party: Option<String>,
    /// The round, where that is known.
    pub round: Option<String>,
    /// Records in it, or rows.
    pub rows: Option<u64>,
    /// When it was last written to.
    pub modified: Option<SystemTime>,
    /// Whether the log has its hash.
    pub is_logged: bool,
}

/// A file that was left alone, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// Where it is.
    pub path: PathBuf,
    /// The rest of a sentence that starts with its name.
    pub why: String,
}

/// What is known before the folders are looked at.
#[derive(Debug, Default)]
pub struct Context {
    /// Project files.
    pub projects: Vec<Project>,
    /// Logs.
    pub logs: Vec<Checked>,
}

/// What was found, each in the order of paths.
#[derive(Debug, Default)]
pub struct Survey {
    /// Files of a project.
    pub holdings: Vec<Holding>,
    /// What is none, or cannot be told.
    pub left: Vec<Left>,
    /// Files whose destruction was begun.
    pub stones: Vec<(PathBuf, Tombstone)>,
    /// Files that a run which was killed, or runs still, has not named yet.
    pub leftovers: Vec<PathBuf>,
    /// Folders that hold nothing but files of one project, to be removed when they are empty.
    pub folders: Vec<PathBuf>,
}

impl Context {
    /// Takes up project files and logs that lie in `paths`.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io) if a folder cannot be read; as of [`crate::custody::read`].
    pub fn look(&mut self, paths: &[PathBuf]) -> Result<()> {
        for path in files_of(paths, &mut Survey::default())? {
            let name = name_of(&path);
            if name.ends_with(LOG) {
                self.logs.push(crate::custody::read(&path)?);
            } else if name.ends_with(".toml")
                && let Ok(project) = Project::read(&path)
                && !self
                    .projects
                    .iter()
                    .any(|p| p.fingerprint == project.fingerprint)
            {
                self.projects.push(project);
            }
        }
        Ok(())
    }

    /// The entries of all logs that are of a file.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&Entry, &FileFacts)> {
        let all = self.logs.iter().flat_map(|l| &l.entries);
        all.filter_map(|e| e.file.as_ref().map(|f| (e, f)))
    }
}

/// Looks through `paths`: files, and folders with results folders and unfinished runs in them. Links are not followed.
///
/// # Errors
/// [`Class::Io`](crate::error::Class::Io) if a path does not exist or cannot be read.
pub fn survey(context: &Context, paths: &[PathBuf]) -> Result<Survey> {
    let mut found = Survey::default();
    let files = files_of(paths, &mut found)?;
    let mut look = Look::new(context);
    // Token files first: others are known by them.
    let mut rest = Vec::new();
    for path in files {
        let Ok(head) = head(&path) else {
            found.left(&path, "cannot be read");
            continue;
        };
        if head.starts_with(b"PAR1") {
            look.token_file(path, &mut found)?;
        } else {
            rest.push((path, head));
        }
    }
    for (path, head) in rest {
        look.file(path, &head, &mut found)?;
    }
    found.holdings.sort_by(|a, b| a.path.cmp(&b.path));
    found.left.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

/// The ordinary files in `paths` and one level below; what is none of them goes to `found`.
fn files_of(paths: &[PathBuf], found: &mut Survey) -> Result<Vec<PathBuf>> {
    let mut files = BTreeMap::new();
    let mut add = |path: PathBuf| {
        // One file under two names in the list is one file.
        files.insert(path.canonicalize().unwrap_or_else(|_| path.clone()), path);
    };
    for path in paths {
        let io = |e| Error::io("read", path, e);
        let kind = path.symlink_metadata().map_err(io)?.file_type();
        if kind.is_symlink() {
            found.left(path, "is a link, which is not followed");
        } else if kind.is_file() {
            add(path.clone());
        } else if kind.is_dir() {
            for entry in entries(path)? {
                let kind = entry.symlink_metadata().map_err(io)?.file_type();
                if kind.is_symlink() {
                    found.left(&entry, "is a link, which is not followed");
                } else if kind.is_file() {
                    add(entry);
                } else if kind.is_dir() && is_ours(&entry)? {
                    for file in below(&entry, found)? {
                        add(file);
                    }
                    found.folders.push(entry);
                } else {
                    found.left(
                        &entry,
                        "is a folder: give its own path to have it looked into",
                    );
                }
            }
        } else {
            found.left(path, "is no ordinary file");
        }
    }
    Ok(files.into_values().collect())
}

/// Whether a folder is of results, of an unfinished run, or one that was not named yet; also where a run that was
/// killed has left nothing else in it.
fn is_ours(folder: &Path) -> Result<bool> {
    let name = name_of(folder);
    if name.ends_with(".partial") || is_leftover(&name) {
        return Ok(true);
    }
    let is_sign = |name: &str| name == REPORT || is_leftover(name) || tombstone(name).is_some();
    Ok(entries(folder)?.iter().any(|e| is_sign(&name_of(e))))
}

fn below(folder: &Path, found: &mut Survey) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in entries(folder)? {
        let kind = entry.symlink_metadata();
        let kind = kind.map_err(|e| Error::io("read", &entry, e))?.file_type();
        if kind.is_file() {
            files.push(entry);
        } else if kind.is_dir() && is_leftover(&name_of(&entry)) {
            files.extend(below(&entry, found)?);
            found.folders.push(entry);
        } else {
            found.left(&entry, "is a folder or a link in a folder of results");
        }
    }
    Ok(files)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let read = std::fs::read_dir(folder).and_then(|entries| {
        entries
            .map(|e| e.map(|e| e.path()))
            .collect::<std::io::Result<Vec<_>>>()
    });
    let mut paths = read.map_err(|e| Error::io("read", folder, e))?;
    paths.sort();
    Ok(paths)
}

pub(super) fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

pub(super) fn is_leftover(name: &str) -> bool {
    name.starts_with(PREFIX) && name.ends_with(SUFFIX)
}

/// The first bytes of a file.
fn head(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(HEAD).read_to_end(&mut bytes)?;
    Ok(bytes)
}

impl Survey {
    pub(super) fn left(&mut self, path: &Path, why: impl Into<String>) {
        self.left.push(Left {
            path: path.to_path_buf(),
            why: why.into(),
        });
    }
}
