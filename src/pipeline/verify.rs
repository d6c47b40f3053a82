//! `verify-tokens`: what is in a token file, before it leaves.

use std::path::PathBuf;

use super::files::{check_outputs, made_under, refs_of};
use super::{Progress, warn_of};
use crate::error::{Error, Result};
use crate::owner::table::Mapping;
use crate::owner::verify::{self, Findings};
use crate::project::Project;
use crate::release::Manifest;
use crate::token::{Header, TokenFile};
use crate::units::Fingerprint;

/// What to verify, and against what.
#[derive(Debug)]
pub struct Options {
    /// The token file.
    pub tokens: PathBuf,
    /// The table that it was made of.
    pub against: PathBuf,
    /// How the table is read, as for `encode`.
    pub mapping: Mapping,
    /// The project file, if it is to be compared with.
    pub project: Option<PathBuf>,
    /// The release manifest, if it is to be compared with.
    pub manifest: Option<PathBuf>,
    /// The ref map, if it is to be compared with.
    pub refs: Option<PathBuf>,
    /// The page to write, if any.
    pub html: Option<PathBuf>,
    /// Replace a page that exists.
    pub force: bool,
}

/// What was found, and what the file says of itself.
#[derive(Debug)]
pub struct Verified {
    /// The header of the token file.
    pub header: Header,
    /// Bytes of the token file.
    pub bytes: u64,
    /// BLAKE3 of the token file.
    pub blake3: Fingerprint,
    /// The project, if it was given; the file is of it.
    pub project: Option<Project>,
    /// The release manifest, if it was given; it is of the file.
    pub manifest: Option<Manifest>,
    /// Whether a ref map was given; it has the refs of the file and no others.
    pub has_refs: bool,
    /// The tests and what they found.
    pub findings: Findings,
}

/// Compares a token file with the table it was made of.
///
/// A leak is no error here: it is in the findings.
///
/// # Errors
/// [`Class::Input`](crate::error::Class::Input) if a file is damaged or not as expected;
/// [`Class::Mismatch`](crate::error::Class::Mismatch) if token file, project, manifest and ref map do not
/// belong together; [`Class::Io`](crate::error::Class::Io).
pub fn verify(options: &Options, progress: &dyn Progress) -> Result<Verified> {
    let o = options;
    let mut inputs = vec![o.tokens.as_path(), &o.against];
    let more = [&o.project, &o.manifest, &o.refs];
    inputs.extend(more.into_iter().filter_map(|p| p.as_deref()));
    let outputs: Vec<_> = o.html.iter().map(PathBuf::as_path).collect();
    check_outputs(&inputs, &outputs, o.force)?;
    let file = TokenFile::open(&o.tokens)?;
    let project = o.project.as_deref().map(Project::read).transpose()?;
    if let Some(project) = &project {
        warn_of(project, progress);
        made_under(project, &file)?;
        file.expect_schema(project)?;
        let header = file.header();
        project
            .expect_party(&header.party)
            .map_err(|e| e.at(&o.tokens))?;
        if header.round != project.round || header.schema != project.schema.fingerprint {
            let problem = "its header states another round or schema than its project file";
            return Err(Error::mismatch(problem).at(&o.tokens));
        }
    }
    let manifest = o.manifest.as_deref();
    let manifest = manifest
        .map(|path| Manifest::read_for(&file, path))
        .transpose()?;
    if let Some(path) = &o.refs {
        refs_of(&file, path)?;
    }
    let bytes = std::fs::metadata(&o.tokens);
    let told = |step: &str, done, total| progress.at(step, done, total);
    Ok(Verified {
        header: file.header().clone(),
        bytes: bytes.map_err(|e| Error::io("read", &o.tokens, e))?.len(),
        blake3: file.fingerprint()?,
        project,
        manifest,
        has_refs: o.refs.is_some(),
        findings: verify::verify(&file, &o.against, &o.mapping, &told)?,
    })
}
