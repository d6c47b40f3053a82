//! What a user gave: a file, an archive or a folder, and which table in it is that of the students.

use std::path::{Path, PathBuf};

use super::Mapping;
use crate::error::{Error, Result};
use crate::owner::source::{Archive, Source};

/// Files of a OneRoster export.
const USERS: &str = "users.csv";
const DEMOGRAPHICS: &str = "demographics.csv";
const ROLES: &str = "roles.csv";

/// The table of the students, and where a OneRoster export has them, those of their birthdates and of roles.
pub(super) struct Input {
    pub(super) students: Source,
    pub(super) demographics: Option<Source>,
    pub(super) roles: Option<Source>,
}

impl Input {
    pub(super) fn find(path: &Path, mapping: &Mapping) -> Result<Self> {
        let encoding = mapping.encoding();
        if path.is_dir() {
            let users = path.join(USERS);
            if !users.is_file() {
                return Err(Error::input(
                    path,
                    "a folder: expected a file, or a folder with a users.csv of OneRoster",
                ));
            }
            return Ok(Self {
                students: Source::of_file(&users, encoding)?,
                demographics: beside(&users, DEMOGRAPHICS, mapping)?,
                roles: beside(&users, ROLES, mapping)?,
            });
        }
        let Some(archive) = Archive::open(path)? else {
            let students = Source::of_file(path, encoding)?;
            // An unpacked export has both tables in one folder.
            let is_roster = path
                .file_name()
                .is_some_and(|n| n.eq_ignore_ascii_case(USERS));
            let found = |name| match is_roster {
                true => beside(path, name, mapping),
                false => Ok(None),
            };
            return Ok(Self {
                students,
                demographics: found(DEMOGRAPHICS)?,
                roles: found(ROLES)?,
            });
        };
        let users: Vec<&str> = match mapping.table() {
            Some(name) => archive.named(name).collect(),
            None => archive.named(USERS).collect(),
        };
        let (users, is_roster) = match (users.is_empty(), mapping.table()) {
            (true, None) => (archive.names().collect(), false),
            (is_none, _) => (users, !is_none),
        };
        let [user] = users[..] else {
            return Err(several(path, &archive, mapping.table(), &users));
        };
        let is_roster = is_roster && user.to_ascii_lowercase().ends_with(USERS);
        let found = |name| -> Result<Option<Source>> {
            let name = match is_roster {
                true => one(path, &archive, name)?,
                false => None,
            };
            name.map(|name| archive.source(name, encoding)).transpose()
        };
        Ok(Self {
            students: archive.source(user, encoding)?,
            demographics: found(DEMOGRAPHICS)?,
            roles: found(ROLES)?,
        })
    }

    /// The files, each once.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        let sources = [
            Some(&self.students),
            self.demographics.as_ref(),
            self.roles.as_ref(),
        ];
        let mut files: Vec<PathBuf> = Vec::new();
        for source in sources.into_iter().flatten() {
            if !files.iter().any(|f| f == source.path()) {
                files.push(source.path().to_path_buf());
            }
        }
        files
    }
}

/// The table `name` in the folder of the file `users`, if there is one.
fn beside(users: &Path, name: &str, mapping: &Mapping) -> Result<Option<Source>> {
    let path = users.with_file_name(name);
    path.is_file()
        .then(|| Source::of_file(&path, mapping.encoding()))
        .transpose()
}

/// The one table of this name, if there is one.
fn one<'a>(path: &Path, archive: &'a Archive, name: &'a str) -> Result<Option<&'a str>> {
    let mut named = archive.named(name);
    match (named.next(), named.next()) {
        (_, Some(_)) => {
            let all: Vec<&str> = archive.named(name).collect();
            Err(several(path, archive, Some(name), &all))
        }
        (first, None) => Ok(first),
    }
}

/// Why no table can be chosen of an archive: there are several, or none of the name. Names of files are not
/// people's data, but are shown as paths only.
fn several(path: &Path, archive: &Archive, wanted: Option<&str>, found: &[&str]) -> Error {
    let listed = if found.is_empty() {
        archive.names().collect()
    } else {
        found.to_vec()
    };
    let mut lines: Vec<String> = listed.iter().take(20).map(|n| (*n).to_owned()).collect();
    if listed.len() > 20 {
        lines.push(format!("and {} more", listed.len() - 20));
    }
    let problem = match (found.len(), wanted) {
        (0, Some(name)) => format!("there is no table \"{name}\" in the archive"),
        (n, _) => format!("{n} tables in the archive could be that of the students"),
    };
    let file = PathBuf::from(listed.first().unwrap_or(&""));
    Error::input(path, problem).details(lines).hint(format!(
        "name one of them, for example --table \"{}\"",
        file.display()
    ))
}
