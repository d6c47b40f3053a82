//! Checks on the files that a verb is about to read and write.

use std::path::{Path, PathBuf};

#[cfg(feature = "owner")]
use crate::csvfile::{CsvReader, REFS_COLUMNS};
use crate::error::{Error, Result};
use crate::project::Project;
use crate::token::TokenFile;
#[cfg(feature = "owner")]
use crate::units::RecordRef;

/// Fails if an output is also an input or another output, or exists and `force` is not set.
///
/// # Errors
/// [`Class::Usage`](crate::error::Class::Usage) for clashes,
/// [`Class::Io`](crate::error::Class::Io) for files that would be replaced.
pub fn check_outputs(inputs: &[&Path], outputs: &[&Path], force: bool) -> Result<()> {
    for (i, output) in outputs.iter().enumerate() {
        let real = real(output);
        if inputs.iter().any(|input| self::real(input) == real) {
            return Err(Error::usage("the output would overwrite an input").at(output));
        }
        if outputs[..i].iter().any(|other| self::real(other) == real) {
            return Err(Error::usage("two outputs have the same name").at(output));
        }
        if output.is_dir() {
            return Err(Error::io(
                "write",
                output,
                std::io::ErrorKind::IsADirectory.into(),
            ));
        }
        if !force && output.exists() {
            return Err(
                Error::io("write", output, std::io::ErrorKind::AlreadyExists.into())
                    .hint("give --force to replace it"),
            );
        }
    }
    Ok(())
}

/// Fails unless the token file was made under this project.
///
/// # Errors
/// [`Class::Mismatch`](crate::error::Class::Mismatch), naming both projects.
pub(super) fn made_under(project: &Project, file: &TokenFile) -> Result<()> {
    let made = file.header().project;
    if made == project.fingerprint {
        return Ok(());
    }
    Err(Error::mismatch(format!(
        "made under project {}, but the project file given is {}",
        made.short(),
        project.fingerprint.short()
    ))
    .at(file.path())
    .hint("every party and the operator must use the same project file"))
}

/// The refs of the ref map at `path`, in its order: those of the token file and no others.
///
/// # Errors
/// [`Class::Mismatch`](crate::error::Class::Mismatch) if they are others; as of [`CsvReader`] and [`TokenFile::refs`].
#[cfg(feature = "owner")]
pub(super) fn refs_of(file: &TokenFile, path: &Path) -> Result<Vec<RecordRef>> {
    let mut reader = CsvReader::open(path, &REFS_COLUMNS)?;
    let mut refs = Vec::new();
    while reader.advance()? {
        let this = reader.cell(0).parse::<RecordRef>();
        refs.push(this.map_err(|_| reader.error(0, "expected a record ref"))?);
    }
    let mut sorted = refs.clone();
    sorted.sort_unstable();
    if sorted == file.refs()?.0 {
        return Ok(refs);
    }
    Err(
        Error::mismatch("the ref map has other record refs than the token file")
            .at(path)
            .hint("give the ref map that was written together with this token file"),
    )
}

/// The file behind a path, as far as it exists.
fn real(path: &Path) -> PathBuf {
    if let Ok(real) = path.canonicalize() {
        return real;
    }
    let folder = path
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    match (folder.canonicalize(), path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => path.to_path_buf(),
    }
}

/// `path` with its last extension replaced by `extension`, for example `district.refs.csv`.
#[must_use]
pub fn beside(path: &Path, extension: &str) -> PathBuf {
    path.with_extension(extension)
}
