//! The signatures beside a project file.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::roles::{must_sign, named};
use super::signature::{END, Signature};
use super::{Public, Signer};
use crate::atomic::{self, AtomicFolder};
use crate::error::{Error, Result};
use crate::project::Project;

/// First word of the file.
const FIRST_WORD: &str = "blindlink-signatures-1";
/// What is signed is a project file and nothing else.
const NAMESPACE: &str = "blindlink-project-1";
/// Most bytes of such a file: some three thousand signatures.
const LONGEST: u64 = 1 << 20;

/// Who has signed a project file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signed {
    /// The roles whose signatures verify, in the order of the contacts in the project file.
    pub signed: Vec<String>,
    /// The roles that must sign and have not: parties in the order of the file, then the custodian.
    pub missing: Vec<String>,
    /// What does not verify, in words.
    pub invalid: Vec<String>,
}

/// The file that holds the signatures of the project file at `path`: `p.toml.sigs` beside `p.toml`.
#[must_use]
pub fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".sigs");
    PathBuf::from(name)
}

/// Who has signed `project`, which was read from `path`, by the keys that its agreement names. Without an agreement it names
/// no key, and nobody has.
///
/// # Errors
/// [`Class::Io`](crate::error::Class::Io), and [`Class::Input`](crate::error::Class::Input) for a file of signatures that is
/// none and for a key in the project file that is none.
pub fn signers(project: &Project, path: &Path) -> Result<Signed> {
    let named = named(project, path)?;
    let mut result = Signed::default();
    if let Some(found) = Signatures::read(path)? {
        if found.project == project.fingerprint.to_string() {
            result = found.judge(project, &named);
        } else {
            result.invalid.push(format!(
                "{} is of another version of the project file",
                beside(path).display()
            ));
        }
    }
    let has_signed = |role: &&str| result.signed.iter().any(|signed| signed == role);
    result.missing = must_sign(project)
        .filter(|role| !has_signed(role))
        .map(str::to_owned)
        .collect();
    Ok(result)
}

/// Signs `project`, which was read from `path`, and puts the signature beside it, in place of an earlier one by the same key.
/// Returns the roles for which the project file names the key.
///
/// # Errors
/// [`Class::Mismatch`](crate::error::Class::Mismatch) if the project file names the key for no role, or the signatures beside
/// it are of another version of it; as [`signers`].
pub fn sign(project: &Project, path: &Path, signer: &Signer) -> Result<Vec<String>> {
    let signature = Signature::of(signer.key(), NAMESPACE, &project.canonical)?;
    add(project, path, signature)
}

/// As [`sign`], by a signature that `ssh-keygen -Y sign -n blindlink-project-1` made of the canonical form: for keys with a
/// passphrase, in an agent or in hardware.
///
/// # Errors
/// As [`sign`]; [`Class::Input`](crate::error::Class::Input) if it is no signature in this form,
/// [`Class::Mismatch`](crate::error::Class::Mismatch) if it is not of this project file.
pub fn add_signature(project: &Project, path: &Path, file: &Path) -> Result<Vec<String>> {
    let text = read_text(file, LONGEST)?;
    let signature = Signature::parse(&text)
        .ok_or_else(|| Error::input(file, "expected a signature by an Ed25519 key of OpenSSH"))?;
    if !signature.is_of(NAMESPACE, &project.canonical) {
        return Err(Error::mismatch("the signature is not of this project file")
            .at(file)
            .hint("sign the file `project.canonical` that `project signatures --openssh` writes, with -n blindlink-project-1"));
    }
    add(project, path, signature)
}

fn add(project: &Project, path: &Path, signature: Signature) -> Result<Vec<String>> {
    let named = named(project, path)?;
    let roles: Vec<String> = named
        .into_iter()
        .filter_map(|(role, key)| (key.signing() == signature.signer()).then_some(role))
        .collect();
    if roles.is_empty() {
        let problem = match project.agreement {
            None => "there is no [agreement] in it that says who signs",
            Some(_) => "it names nobody with this key",
        };
        return Err(Error::mismatch(problem).at(path).hint(
            "the public keys of parties and custodian belong into the agreement, before it is signed",
        ));
    }
    // Two who sign at once wait for each other. The lock goes with the handle.
    let lock = File::open(path).map_err(|e| Error::io("read", path, e))?;
    lock.lock().map_err(|e| Error::io("lock", path, e))?;
    let fingerprint = project.fingerprint.to_string();
    let mut all = Signatures::read(path)?.unwrap_or_else(|| Signatures {
        project: fingerprint.clone(),
        signatures: Vec::new(),
    });
    if all.project != fingerprint {
        return Err(
            Error::mismatch("these signatures are of another version of the project file")
                .at(beside(path))
                .hint("move them away: what was changed must be signed by everybody again"),
        );
    }
    let same = |s: &&mut Signature| s.signer() == signature.signer();
    match all.signatures.iter_mut().find(same) {
        Some(earlier) => *earlier = signature,
        None => all.signatures.push(signature),
    }
    atomic::write(beside(path), all.text()?.as_bytes())?;
    Ok(roles)
}

/// Writes what `ssh-keygen -Y verify` needs into `folder`: `project.canonical`, which is what is signed, `allowed_signers`
/// with the keys of the project file, and `ROLE.sig` for each signature.
///
/// # Errors
/// As [`signers`].
pub fn openssh_files(project: &Project, path: &Path, folder: &Path) -> Result<()> {
    let named = named(project, path)?;
    let found = Signatures::read(path)?;
    let out = AtomicFolder::create(folder)?;
    let write = |name: &str, bytes: &[u8]| atomic::write(out.work().join(name), bytes);
    write("project.canonical", &project.canonical)?;
    let mut allowed = String::new();
    for (role, key) in &named {
        allowed += &format!("{role} namespaces=\"{NAMESPACE}\" {}\n", key.openssh());
        let signatures = found.iter().flat_map(|f| &f.signatures);
        for signature in signatures.filter(|s| s.signer() == key.signing()) {
            write(&format!("{role}.sig"), signature.text()?.as_bytes())?;
        }
    }
    write("allowed_signers", allowed.as_bytes())?;
    out.commit()
}

/// What stands in the file.
struct Signatures {
    /// Fingerprint of the project file that was signed, 64 digits.
    project: String,
    /// One of each key.
    signatures: Vec<Signature>,
}

impl Signatures {
    /// Those beside the project file at `path`, if there are any.
    fn read(path: &Path) -> Result<Option<Self>> {
        let file = beside(path);
        if !file.exists() {
            return Ok(None);
        }
        let text = read_text(&file, LONGEST)?;
        let parsed = Self::parse(&text).ok_or_else(|| {
            Error::input(
                &file,
                "expected signatures of a project file, found something else",
            )
            .hint("the file is damaged: take another copy, or remove it and sign again")
        })?;
        Ok(Some(parsed))
    }

    fn parse(text: &str) -> Option<Self> {
        let (first, mut rest) = text.split_once('\n')?;
        let project = first.strip_prefix(FIRST_WORD)?.strip_prefix(' ')?;
        project.parse::<crate::units::Fingerprint>().ok()?;
        let mut signatures: Vec<Signature> = Vec::new();
        while !rest.is_empty() {
            let end = rest.find(END)? + END.len();
            let signature = Signature::parse(&rest[..end])?;
            if signatures.iter().any(|s| s.signer() == signature.signer()) {
                return None;
            }
            signatures.push(signature);
            rest = &rest[end..];
        }
        (!signatures.is_empty()).then(|| Self {
            project: project.to_owned(),
            signatures,
        })
    }

    fn text(&self) -> Result<String> {
        let mut text = format!("{FIRST_WORD} {}\n", self.project);
        for signature in &self.signatures {
            text += &signature.text()?;
        }
        Ok(text)
    }

    /// Which of the roles have signed, and what does not verify.
    fn judge(&self, project: &Project, named: &[(String, Public)]) -> Signed {
        let mut result = Signed::default();
        for (role, key) in named {
            let own = self.signatures.iter().find(|s| s.signer() == key.signing());
            match own.map(|s| s.is_of(NAMESPACE, &project.canonical)) {
                Some(true) => result.signed.push(role.clone()),
                Some(false) => result
                    .invalid
                    .push(format!("the signature of {role} does not verify")),
                None => {}
            }
        }
        let is_named = |s: &&Signature| named.iter().any(|(_, k)| k.signing() == s.signer());
        let strangers = self.signatures.iter().filter(|s| !is_named(s)).count();
        if strangers > 0 {
            result.invalid.push(format!(
                "{strangers} by keys that the project file does not name"
            ));
        }
        result
    }
}

/// The text of a file of at most `most` bytes, with line ends as ours.
pub(super) fn read_text(path: &Path, most: u64) -> Result<String> {
    let io = |e| Error::io("read", path, e);
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(io)?;
    file.take(most + 1).read_to_end(&mut bytes).map_err(io)?;
    let text = String::from_utf8(bytes).ok();
    text.filter(|text| text.len() as u64 <= most)
        .map(|text| text.replace("\r\n", "\n"))
        .ok_or_else(|| Error::input(path, "expected text, found other bytes"))
}
