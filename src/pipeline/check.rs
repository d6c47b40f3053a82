//! `check`: is a table fit to be linked, and are two of them?

use std::path::{Path, PathBuf};

use super::Progress;
use super::agreement::{declared, expect_declared};
use super::files::check_outputs;
use crate::atomic;
use crate::error::{Error, Result};
use crate::owner::profile::{Cohort, Comparison, Profile, Report, comparison_page, page};
use crate::owner::table::{BadRow, HeaderChange, Mapping, SavedMapping, Table};
use crate::project::Project;

/// What to check.
#[derive(Debug)]
pub struct Options {
    /// The student table.
    pub table: PathBuf,
    /// Which columns hold what, as for `encode`.
    pub mapping: Mapping,
    /// The file that `mapping` was saved in, if it was.
    pub saved: Option<PathBuf>,
    /// The project file, whose fingerprint the report then states.
    pub project: Option<PathBuf>,
    /// The years in which the students are expected to be born.
    pub cohort: Option<Cohort>,
    /// Where to write the report as JSON.
    pub json: Option<PathBuf>,
    /// Where to write the report as a page.
    pub html: Option<PathBuf>,
    /// Where to save what was found of the columns.
    pub save_mapping: Option<PathBuf>,
    /// Replace files that exist.
    pub force: bool,
}

/// What was found.
#[derive(Debug)]
pub struct Checked {
    /// The report, with exact counts.
    pub report: Report,
    /// How the headers differ from those of the saved mapping.
    pub changes: Vec<HeaderChange>,
    /// The rows that were left out.
    pub bad_rows: Vec<BadRow>,
}

/// Checks a table, and writes the files that were asked for.
///
/// # Errors
/// [`Class::Input`](crate::error::Class::Input) for a table that cannot be read, or a project file that is none;
/// [`Class::Io`](crate::error::Class::Io). A table that can be read and not be encoded is no error here: its
/// report says so.
pub fn check(options: &Options, progress: &dyn Progress) -> Result<Checked> {
    let o = options;
    let mut inputs = vec![o.table.as_path()];
    inputs.extend(o.project.as_deref());
    inputs.extend(o.saved.as_deref());
    let outputs = [&o.json, &o.html, &o.save_mapping];
    let outputs: Vec<&Path> = outputs.into_iter().filter_map(|p| p.as_deref()).collect();
    check_outputs(&inputs, &outputs, o.force)?;
    let read = |path| Ok((path, Project::read(path)?));
    let project = o.project.as_deref().map(read).transpose()?;
    progress.at("read", 0, 0);
    let mapping = match &project {
        Some((path, project)) => {
            expect_declared(project, path)?;
            declared(project, &o.mapping)?.0
        }
        None => o.mapping.clone(),
    };
    let mut table = Table::open(&o.table, &mapping)?;
    let profile = Profile::of(&mut table, |rows| progress.at("read", rows, 0))?;
    let mut report = profile.report(&table, o.cohort);
    report.project = project.map(|(_, p)| p.fingerprint.short());
    if let Some(path) = &o.save_mapping {
        let saved = SavedMapping::of(&table, &o.mapping).to_toml()?;
        atomic::write(path, saved.as_bytes())?;
    }
    write(o.json.as_deref(), || report.to_json())?;
    write(o.html.as_deref(), || Ok(page(&report)))?;
    Ok(Checked {
        report,
        changes: table.header_changes().to_vec(),
        bad_rows: table.bad_rows().rows().to_vec(),
    })
}

/// Puts the reports of two tables side by side, and writes the files that were asked for.
///
/// # Errors
/// [`Class::Input`](crate::error::Class::Input) if a file is no report, or of another version;
/// [`Class::Io`](crate::error::Class::Io).
pub fn compare(
    reports: [&Path; 2],
    json: Option<&Path>,
    html: Option<&Path>,
    force: bool,
) -> Result<Comparison> {
    let outputs: Vec<&Path> = json.into_iter().chain(html).collect();
    check_outputs(&reports, &outputs, force)?;
    let [a, b] = reports;
    let comparison = Comparison::of(&Report::read(a)?, &Report::read(b)?);
    write(json, || {
        serde_json::to_string_pretty(&comparison)
            .map(|text| text + "\n")
            .map_err(|_| Error::internal("a comparison has no JSON form"))
    })?;
    write(html, || Ok(comparison_page(&comparison)))?;
    Ok(comparison)
}

fn write(path: Option<&Path>, text: impl FnOnce() -> Result<String>) -> Result<()> {
    match path {
        Some(path) => atomic::write(path, text()?.as_bytes()),
        None => Ok(()),
    }
}
