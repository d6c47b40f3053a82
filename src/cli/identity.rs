//! `identity`, `project sign` and `project signatures`.

use std::path::Path;

use super::args::{Identity as Verb, Sign, Signatures};
use super::{print, term};
use crate::atomic;
use crate::error::{Error, Result};
use crate::identity::{self, Identity, Public, Signer};
use crate::pipeline::files::check_outputs;
use crate::project::Project;
use crate::units::PartyId;

pub(super) fn identity(verb: &Verb, quiet: bool) -> Result<()> {
    match verb {
        Verb::New { out, name } => new(out, name.as_ref(), quiet),
        Verb::Show { file, openssh } => show(file, *openssh),
    }
}

fn new(out: &Path, name: Option<&PartyId>, quiet: bool) -> Result<()> {
    let name = match name {
        Some(name) => name.clone(),
        None => out
            .file_stem()
            .and_then(|stem| stem.to_str()?.parse().ok())
            .ok_or_else(|| {
                Error::usage("the name of the file is no name for an identity")
                    .hint("give it a name of a-z, 0-9 and - by --name")
            })?,
    };
    let handed_out = out.with_extension("pub");
    check_outputs(&[out], &[&handed_out], false)?;
    let identity = Identity::random(name)?;
    let public = identity.public();
    identity.write_new(out)?;
    atomic::write(&handed_out, format!("{}\n", public.line()).as_bytes())?;
    term::warn_of_copies(out);
    term::warn_of_place(out);
    if !quiet {
        eprintln!("{} stays with you", out.display());
        eprintln!("{} is handed out", handed_out.display());
    }
    print(&format!("fingerprint {}\n", public.fingerprint()))
}

fn show(file: &Path, openssh: bool) -> Result<()> {
    let public = Public::of(file)?;
    if openssh {
        return print(&format!("{}\n", public.openssh()));
    }
    let name = public.name().map_or("none", PartyId::as_str);
    print(&format!(
        "name         {name}\nfingerprint  {}\npublic key   {}\n",
        public.fingerprint(),
        public.line()
    ))
}

pub(super) fn sign(verb: &Sign, quiet: bool) -> Result<()> {
    let project = Project::read(&verb.project)?;
    let roles = match (&verb.identity, &verb.signature) {
        (Some(file), _) => {
            term::warn_of_place(file);
            identity::sign(&project, &verb.project, &Signer::read(file)?)?
        }
        (None, Some(file)) => identity::add_signature(&project, &verb.project, file)?,
        (None, None) => return Err(Error::usage("give --identity or --signature")),
    };
    if !quiet {
        eprintln!(
            "signed for {}; the signature stands in {}",
            roles.join(", "),
            identity::beside(&verb.project).display()
        );
    }
    Ok(())
}

pub(super) fn signatures(verb: &Signatures, quiet: bool) -> Result<()> {
    let project = Project::read(&verb.project)?;
    if project.agreement.is_none() {
        return Err(
            Error::mismatch("there is no [agreement] in it that says who signs").at(&verb.project),
        );
    }
    let named = identity::named(&project, &verb.project)?;
    let found = identity::signers(&project, &verb.project)?;
    let mut text = String::new();
    let signed = found.signed.iter().map(|role| (role, "signed"));
    let missing = found.missing.iter().map(|role| (role, "not signed"));
    for (role, what) in signed.chain(missing) {
        let key = named.iter().find(|(of, _)| of == role);
        let print = key.map_or(
            "its key is not in the project file".to_owned(),
            |(_, key)| key.fingerprint(),
        );
        text += &format!("{role:<11}  {what:<10}  {print}\n");
    }
    if let Some(folder) = &verb.openssh {
        identity::openssh_files(&project, &verb.project, folder)?;
        if !quiet {
            eprintln!(
                "in {}: ssh-keygen -Y verify -f allowed_signers -n blindlink-project-1 -I ROLE -s ROLE.sig < project.canonical",
                folder.display()
            );
        }
    }
    print(&text)?;
    if found.invalid.is_empty() {
        Ok(())
    } else {
        Err(Error::mismatch(found.invalid.join("; ")).at(&verb.project))
    }
}
