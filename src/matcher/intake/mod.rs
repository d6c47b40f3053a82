//! Do these token files belong together, and to this project?

mod agreement;

use std::path::Path;

use rayon::prelude::*;

use agreement::agree;

use crate::error::{Error, Result};
use crate::project::Project;
use crate::release::Manifest;
use crate::token::TokenFile;
use crate::units::RecordRef;

/// One party's token file, admitted to a match.
#[derive(Debug)]
pub struct Party {
    /// The file, checked against the project.
    pub file: TokenFile,
    /// Its record refs in file order, which is ascending.
    pub refs: Vec<RecordRef>,
    /// For each row of the file, the index of its record in `refs`.
    pub of_row: Vec<u32>,
    /// The release manifest, if one lies beside the file.
    pub manifest: Option<Manifest>,
}

/// Opens the token files of a match, with the release manifests beside them, and refuses what does
/// not belong together. What a manifest says of the audit refuses nothing.
///
/// Order of the result: that of the project's parties, so that the order of `paths` changes
/// nothing.
///
/// # Errors
/// [`Class::Input`](crate::error::Class::Input) for a damaged file or an edited manifest;
/// [`Class::Mismatch`](crate::error::Class::Mismatch), naming both sides, for another project,
/// round or schema, an unknown or repeated party, another linkage key, another normalisation, a
/// manifest of another token file;
/// [`Class::Usage`](crate::error::Class::Usage) for fewer than two files, unless one is enough
/// since `alone` says that a party's duplicates are looked for.
pub fn admit(project: &Project, paths: &[impl AsRef<Path>], alone: bool) -> Result<Vec<Party>> {
    if paths.len() < 2 && !alone {
        return Err(
            Error::usage("a match needs the token files of at least two parties")
                .hint("to find the duplicates of one party, give --duplicates"),
        );
    }
    let paths: Vec<&Path> = paths.iter().map(AsRef::as_ref).collect();
    let opened: Vec<Result<TokenFile>> = paths.par_iter().map(|p| TokenFile::open(p)).collect();
    let mut files: Vec<TokenFile> = Vec::new();
    for (path, file) in paths.into_iter().zip(opened) {
        let file = file?;
        belongs(project, &file)?;
        if file.header().decoys {
            return Err(Error::mismatch(format!(
                "holds decoys of `{}`, to whom every link is false",
                file.header().party
            ))
            .at(path)
            .hint("give the file of the people themselves, and this one with --decoys"));
        }
        if let Some(other) = files
            .iter()
            .find(|f| f.header().party == file.header().party)
        {
            return Err(Error::mismatch(format!(
                "the party `{}` is there already, in {}",
                file.header().party,
                other.path().display()
            ))
            .at(path)
            .hint("give one token file a party"));
        }
        files.push(file);
    }
    files.sort_by_key(|f| project.parties.iter().position(|p| *p == f.header().party));
    agree(&files.iter().collect::<Vec<_>>())?;
    let parties: Vec<Result<Party>> = files.into_par_iter().map(Party::of).collect();
    parties.into_iter().collect()
}

/// Opens files of decoys of some of the `parties` of a match.
///
/// # Errors
/// As of [`admit`]; also [`Class::Mismatch`](crate::error::Class::Mismatch) for a file whose records
/// are no decoys, or are those of a party that takes no part.
pub fn admit_decoys(
    project: &Project,
    paths: &[impl AsRef<Path>],
    parties: &[Party],
) -> Result<Vec<Party>> {
    let admit = |path: &Path| {
        let file = TokenFile::open(path)?;
        belongs(project, &file)?;
        if !file.header().decoys {
            return Err(Error::mismatch("the records of the file are no decoys")
                .at(path)
                .hint("`encode --decoys` makes them, at the party itself"));
        }
        let party = &file.header().party;
        let Some(own) = parties.iter().find(|p| p.file.header().party == *party) else {
            return Err(
                Error::mismatch(format!("decoys of `{party}`, which takes no part")).at(path),
            );
        };
        agree(&[&own.file, &file])?;
        Party::of(file)
    };
    paths.iter().map(|p| admit(p.as_ref())).collect()
}

impl Party {
    fn of(file: TokenFile) -> Result<Self> {
        let manifest = Manifest::beside(&file)?;
        let (refs, of_row) = file.refs()?;
        Ok(Self {
            file,
            refs,
            of_row,
            manifest,
        })
    }
}

fn belongs(project: &Project, file: &TokenFile) -> Result<()> {
    let header = file.header();
    if header.round != project.round && header.schema == project.schema.fingerprint {
        return Err(
            Error::mismatch("the token file is of another round than the project file")
                .at(file.path())
                .hint("tokens of two rounds cannot be compared; encode again for this round"),
        );
    }
    if header.project != project.fingerprint {
        return Err(Error::mismatch(format!(
            "made under project {}, but the project file given is {}",
            header.project.short(),
            project.fingerprint.short()
        ))
        .at(file.path())
        .hint("every party and the operator must use the same project file, unchanged"));
    }
    if header.schema != project.schema.fingerprint {
        return Err(Error::mismatch(format!(
            "made under schema {}, but the project's is {}",
            header.schema.short(),
            project.schema.fingerprint.short()
        ))
        .at(file.path()));
    }
    project
        .expect_party(&header.party)
        .map_err(|e| e.at(file.path()))
}
