//! `release`: a manifest that goes with a token file and states what its audit came to.

use std::path::{Path, PathBuf};

use super::agreement::expect_in_force;
use super::custody::{facts, kind, operator_of, write_logged};
use super::files::{check_outputs, made_under};
use super::{Progress, warn_of};
use crate::atomic::digest_of;
use crate::custody::{Action, Event, Log, Logging};
use crate::error::{Error, Result};
use crate::owner::audit::report::AuditReport;
use crate::project::Project;
use crate::release::seal::Sealed as _;
use crate::release::{Audit, Manifest};
use crate::token::TokenFile;
use crate::units::{Fingerprint, hex};

/// What to release, and where the manifest goes.
#[derive(Debug)]
pub struct Options {
    /// The token file.
    pub tokens: PathBuf,
    /// The project file.
    pub project: PathBuf,
    /// The report that `audit` wrote, if an audit was made.
    pub audit: Option<PathBuf>,
    /// The manifest to write; the operator's side looks for it at [`Manifest::path_of`].
    pub out: PathBuf,
    /// The disclosure log, which then has the token file as released to the operator.
    pub log: Logging,
    /// Replace a manifest that exists.
    pub force: bool,
}

/// Writes the manifest of a token file. No verdict is refused, none is made better.
///
/// # Errors
/// [`Class::Mismatch`](crate::error::Class::Mismatch) if token file, project and audit do not belong
/// together; [`Class::Input`](crate::error::Class::Input) if a file is damaged or the audit was
/// edited; [`Class::Io`](crate::error::Class::Io).
pub fn release(options: &Options, progress: &dyn Progress) -> Result<Manifest> {
    let o = options;
    let mut inputs: Vec<&Path> = vec![&o.tokens, &o.project];
    inputs.extend(o.audit.as_deref());
    check_outputs(&inputs, &[&o.out], o.force)?;
    let project = Project::read(&o.project)?;
    warn_of(&project, progress);
    expect_in_force(&project, &o.project)?;
    let file = TokenFile::open(&o.tokens)?;
    made_under(&project, &file)?;
    project
        .expect_party(&file.header().party)
        .map_err(|e| e.at(&o.tokens))?;
    let manifest = match &o.audit {
        None => Manifest::of(&file, &project, Audit::none())?,
        Some(path) => {
            let report = AuditReport::read(path)?;
            let audit = Audit::made(report.verdict, report.seal.clone());
            let manifest = Manifest::of(&file, &project, audit)?;
            is_of(&report, &manifest).map_err(|e| e.at(path))?;
            manifest
        }
    };
    let log = Log::of_run(&o.log, &o.project, &project)?;
    if let Some(log) = &log {
        log.record(&[released(log, &project, &file)?])?;
    }
    write_logged(
        log.as_ref(),
        &o.out,
        manifest.to_json().as_bytes(),
        |digest| {
            Event::new(Action::Made)
                .file(facts(&o.out, kind::MANIFEST, digest))
                .of(&manifest.party, manifest.records)
        },
    )?;
    Ok(manifest)
}

/// That the token file goes to the operator.
fn released(log: &Log, project: &Project, file: &TokenFile) -> Result<Event> {
    let header = file.header();
    let mut facts = facts(file.path(), kind::TOKENS, digest_of(file.path())?);
    facts.key_check = Some(hex(&header.key_check));
    Ok(Event {
        recipient: Some(operator_of(project)),
        ..Event::new(Action::Released)
            .file(facts)
            .of(&header.party, header.records)
            .elements(log.elements(true))
    })
}

/// Fails unless the audit is of the token file that the manifest is of.
fn is_of(report: &AuditReport, manifest: &Manifest) -> Result<()> {
    let subject = &report.subject;
    let short = |text: &str| {
        text.parse::<Fingerprint>()
            .map_or_else(|_| "of another form".into(), |f| f.short())
    };
    let problem = if subject.project != manifest.project.to_string() {
        format!(
            "the audit is of project {}, the token file of project {}",
            short(&subject.project),
            manifest.project.short()
        )
    } else if subject.party != manifest.party.as_str() {
        format!(
            "the audit is not of the token file's party, `{}`",
            manifest.party
        )
    } else if subject.tokens != manifest.tokens.to_string() {
        format!(
            "the audit is of a token file with BLAKE3 {}, the one given has {}",
            short(&subject.tokens),
            manifest.tokens.short()
        )
    } else {
        return Ok(());
    };
    Err(Error::mismatch(problem)
        .hint("give the audit of this very token file; after a new encoding, run `audit` again"))
}
