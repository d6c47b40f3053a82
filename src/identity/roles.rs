//! Whose key a project file names for which role.

use std::path::Path;

use super::public::Public;
use super::{Identity, Signed};
use crate::error::{Error, Result};
use crate::project::{CUSTODIAN, OPERATOR, Project};
use crate::units::PartyId;

/// The roles for which the agreement of `project` names a key, in the order of the file, with the keys. None without an
/// agreement.
///
/// # Errors
/// [`Class::Input`](crate::error::Class::Input) for a key that is none; `path` is that of the project file.
pub(super) fn named(project: &Project, path: &Path) -> Result<Vec<(String, Public)>> {
    let mut named = Vec::new();
    for contact in project.agreement.iter().flat_map(|a| &a.contacts) {
        let Some(line) = &contact.public_key else {
            continue;
        };
        let public = Public::parse(line.as_bytes()).map_err(|e| {
            let problem = format!("contact of `{}`: {}", contact.role, e.problem());
            Error::input(path, problem).hint("public_key is the line of the .pub file as it is")
        })?;
        named.push((contact.role.clone(), public));
    }
    Ok(named)
}

/// The roles that must sign: every party in the order of the file, then the custodian.
pub(super) fn must_sign(project: &Project) -> impl Iterator<Item = &str> {
    let parties = project.parties.iter().map(PartyId::as_str);
    parties.chain([CUSTODIAN])
}

/// Whose signature a sealed key must have: the custodian's whom the project file names, or, where it names none, the one in
/// the public key's file `from`.
///
/// # Errors
/// [`Class::Usage`](crate::error::Class::Usage) where neither says, [`Class::Mismatch`](crate::error::Class::Mismatch) where
/// they contradict each other, and as [`Public::read`].
pub fn expected_sender(project: &Project, path: &Path, from: Option<&Path>) -> Result<Public> {
    let from = from.map(|file| Ok((file, Public::read(file)?)));
    let from: Option<(&Path, Public)> = from.transpose()?;
    let custodian = named(project, path)?
        .into_iter()
        .find_map(|(role, key)| (role == CUSTODIAN).then_some(key));
    match (custodian, from) {
        (Some(named), Some((file, given))) if named.signing() != given.signing() => Err(
            Error::mismatch("the custodian whom the project file names has another key").at(file),
        ),
        (Some(named), _) => Ok(named),
        (None, Some((_, given))) => Ok(given),
        (None, None) => Err(Error::usage("the project file names no key of a custodian")
            .hint("say by --from whose public key the sealed key must be signed with")),
    }
}

/// Fails unless `sender` may seal a key of `project` to all of `to`. With an agreement the sender must be the custodian whom
/// it names, and each reader a party.
///
/// # Errors
/// [`Class::Mismatch`](crate::error::Class::Mismatch), and [`Class::Usage`](crate::error::Class::Usage) for a reader who is
/// named twice.
pub(super) fn check_readers(
    project: &Project,
    path: &Path,
    sender: &Identity,
    to: &[Public],
) -> Result<()> {
    for (i, reader) in to.iter().enumerate() {
        if to[..i].iter().any(|other| other.is(reader)) {
            return Err(Error::usage(format!(
                "the key with the fingerprint {} is given twice",
                reader.fingerprint()
            )));
        }
    }
    if project.agreement.is_none() {
        return Ok(());
    }
    let named = named(project, path)?;
    let of = |wanted: &str| {
        named
            .iter()
            .find(|(role, _)| role == wanted)
            .map(|(_, k)| k)
    };
    let own = sender.public();
    if of(CUSTODIAN).is_none_or(|key| !key.is(&own)) {
        return Err(
            Error::mismatch("the project file names no custodian with this identity")
                .at(path)
                .hint("the custodian's public key belongs into the agreement, before it is signed"),
        );
    }
    for reader in to {
        let print = reader.fingerprint();
        let shares =
            |key: &Public| key.signing() == reader.signing() || key.sealing() == reader.sealing();
        if of(OPERATOR).is_some_and(shares) {
            return Err(Error::mismatch(format!(
                "the key with the fingerprint {print} is the operator's, who must never hold the linkage key"
            ))
            .at(path));
        }
        let is_party = |(role, key): &&(String, Public)| role != CUSTODIAN && key.is(reader);
        if !named.iter().any(|n| is_party(&n)) {
            return Err(Error::mismatch(format!(
                "the project file names no party with the key whose fingerprint is {print}"
            ))
            .at(path)
            .hint("a linkage key is sealed to the parties of the agreement alone, by the keys that stand in it"));
        }
    }
    Ok(())
}

impl Signed {
    /// Fails unless every party and the custodian have signed and all signatures verify.
    ///
    /// # Errors
    /// [`Class::Mismatch`](crate::error::Class::Mismatch), naming who is missing; `path` is that of the project file.
    pub fn require(&self, path: &Path) -> Result<()> {
        let problem = match (&self.invalid[..], &self.missing[..]) {
            ([], []) => return Ok(()),
            ([], missing) => format!("not signed by {}", missing.join(", ")),
            (invalid, _) => format!("its signatures do not hold: {}", invalid.join("; ")),
        };
        Err(Error::mismatch(problem)
            .at(path)
            .hint("each signs with `project sign`; `project signatures` shows who has"))
    }
}
