//! A secret of 32 bytes, sealed to several readers and signed by its sender.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::envelope::{Envelope, NONCE, TAG};
use super::roles::check_readers;
use super::signature::{BEGIN, Signature};
use super::signatures::read_text;
use super::{Identity, Public};
use crate::error::{Error, Result};
use crate::project::Project;
use crate::units::{Fingerprint, PartyId, hex, unhex};

/// First line of the file.
const FIRST_WORD: &str = "blindlink-sealed-1";
/// What is signed is a sealed key and nothing else.
const NAMESPACE: &str = "blindlink-sealed-1";
const CONTEXT: &str = "blindlink 2026-11-27 sealed key context v1";
/// Most bytes of such a file: some two thousand readers.
const LONGEST: u64 = 1 << 20;
/// Bytes of the secret.
const SECRET: usize = 32;
/// Bytes of what is in a box: the secret, and a hash of what stands around it.
const CONTENT: usize = SECRET + 32;

/// What stands before the readers' lines.
#[derive(Debug, Clone)]
struct Head {
    project: Fingerprint,
    round: String,
    /// Fingerprint of the secret, as people read it out.
    print: String,
    sender: [u8; 32],
}

impl Head {
    fn text(&self) -> Result<String> {
        // As JSON: one line, whatever is in it.
        let round = serde_json::to_string(&self.round)
            .map_err(|_| Error::internal("the name of a round has no form"))?;
        Ok(format!(
            "{FIRST_WORD}\nproject {}\nround {round}\nkey {}\nfrom {}\n",
            self.project,
            self.print,
            hex(&self.sender)
        ))
    }
}

/// One reader's part.
#[derive(Debug, Clone)]
struct Part {
    name: PartyId,
    signing: [u8; 32],
    sealing: [u8; 32],
    envelope: Envelope,
}

impl Part {
    /// The line up to the key that was used once: what the box is bound to, with the head.
    fn start(&self) -> String {
        start(
            &self.name,
            &self.signing,
            &self.sealing,
            &self.envelope.ephemeral,
        )
    }

    fn line(&self) -> String {
        let (nonce, bytes) = (&self.envelope.nonce, &self.envelope.bytes);
        format!("{} {} {}\n", self.start(), hex(nonce), hex(bytes))
    }

    fn parse(line: &str) -> Option<Self> {
        let words: Vec<&str> = line.split(' ').collect();
        let ["to", name, signing, sealing, ephemeral, nonce, bytes] = words[..] else {
            return None;
        };
        Some(Self {
            name: name.parse().ok()?,
            signing: unhex(signing)?,
            sealing: unhex(sealing)?,
            envelope: Envelope {
                ephemeral: unhex(ephemeral)?,
                nonce: unhex::<NONCE>(nonce)?,
                bytes: unhex::<{ CONTENT + TAG }>(bytes)?.to_vec(),
            },
        })
    }
}

fn start(name: &PartyId, signing: &[u8; 32], sealing: &[u8; 32], ephemeral: &[u8; 32]) -> String {
    let (signing, sealing, ephemeral) = (hex(signing), hex(sealing), hex(ephemeral));
    format!("to {name} {signing} {sealing} {ephemeral}")
}

/// The hash that a box holds beside the secret: it cannot be moved into another file or to another reader.
fn context(head: &str, start: &str) -> [u8; 32] {
    blake3::derive_key(CONTEXT, &[head.as_bytes(), start.as_bytes()].concat())
}

/// A sealed file as read: whole, and signed by the key that it names as its sender. Who that is, and for whom it is, is looked
/// at when it is opened.
#[derive(Debug, Clone)]
pub struct Sealed {
    path: PathBuf,
    head: Head,
    parts: Vec<Part>,
}

/// The text of a file in which `secret`, whose fingerprint is `print`, is sealed to all of `to` and signed by `sender`. It is
/// bound to `project`, which was read from `path`, and its round.
///
/// # Errors
/// [`Class::Mismatch`](crate::error::Class::Mismatch) if the project has an agreement and it does not name `sender` as
/// custodian or one of `to` as a party; [`Class::Usage`](crate::error::Class::Usage) for a reader that is named twice or can
/// only sign.
pub fn seal(
    (secret, print): (&[u8; SECRET], &str),
    (project, path): (&Project, &Path),
    sender: &Identity,
    to: &[Public],
) -> Result<String> {
    check_readers(project, path, sender, to)?;
    let head = Head {
        project: project.fingerprint,
        round: project.round.clone(),
        print: print.to_owned(),
        sender: *sender.public().signing(),
    };
    let mut text = head.text()?;
    let before = text.clone();
    for reader in to {
        let (Some(name), Some(sealing)) = (reader.name(), reader.sealing()) else {
            return Err(Error::usage(format!(
                "the key with the fingerprint {} can sign, but nothing can be sealed to it",
                reader.fingerprint()
            ))
            .hint("who is to receive a linkage key makes an identity with `identity new`"));
        };
        let envelope = Envelope::close(sealing, |ephemeral| {
            let start = start(name, reader.signing(), sealing, ephemeral);
            let mut content = Zeroizing::new(Vec::with_capacity(CONTENT));
            content.extend_from_slice(secret);
            content.extend_from_slice(&context(&before, &start));
            content
        })?;
        let part = Part {
            name: name.clone(),
            signing: *reader.signing(),
            sealing: *sealing,
            envelope,
        };
        text += &part.line();
    }
    let signature = Signature::of(sender.signing(), NAMESPACE, text.as_bytes())?;
    Ok(text + &signature.text()?)
}

impl Sealed {
    /// Reads the sealed file at `path`.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io) if it cannot be read, [`Class::Input`](crate::error::Class::Input) if it is
    /// none or was changed.
    pub fn read(path: &Path) -> Result<Self> {
        let text = read_text(path, LONGEST)?;
        if !text.starts_with(FIRST_WORD) {
            return Err(
                Error::input(path, "expected a sealed key, found something else").hint(
                    "the file that `key seal` made, whose first line is `blindlink-sealed-1`",
                ),
            );
        }
        Self::parse(&text, path).ok_or_else(|| {
            Error::input(
                path,
                "the sealed key is damaged, or not signed by whom it names",
            )
            .hint("ask the custodian to send it again")
        })
    }

    fn parse(text: &str, path: &Path) -> Option<Self> {
        let at = text.find(BEGIN)?;
        let (signed, signature) = text.split_at(at);
        let mut lines = signed.lines();
        let first = lines.next()?;
        let mut word = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(' ');
        let head = Head {
            project: word("project")?.parse().ok()?,
            round: serde_json::from_str(word("round")?).ok()?,
            print: word("key")?.to_owned(),
            sender: unhex(word("from")?)?,
        };
        let parts: Vec<Part> = lines.map(Part::parse).collect::<Option<_>>()?;
        // In the one form that it has.
        let mut again = head.text().ok()?;
        again.extend(parts.iter().map(Part::line));
        let signature = Signature::parse(signature)?;
        let is_whole = first == FIRST_WORD
            && again == signed
            && !parts.is_empty()
            && signature.signer() == &head.sender
            && signature.is_of(NAMESPACE, signed.as_bytes());
        is_whole.then(|| Self {
            path: path.to_owned(),
            head,
            parts,
        })
    }

    /// Fingerprint of what is sealed, as people read it out.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.head.print
    }

    /// Opens what was sealed to `reader` under `project`, if `sender` has signed it.
    ///
    /// # Errors
    /// [`Class::Mismatch`](crate::error::Class::Mismatch), each with its own message, for another sender, round, project or
    /// reader; [`Class::Input`](crate::error::Class::Input) if the box does not open or holds something else.
    pub fn open(
        &self,
        project: &Project,
        reader: &Identity,
        sender: &Public,
    ) -> Result<Zeroizing<[u8; SECRET]>> {
        let mismatch = |problem: String| Error::mismatch(problem).at(&self.path);
        if &self.head.sender != sender.signing() {
            return Err(
                mismatch("signed by somebody else than the custodian".into()).hint(
                    "do not use it: ask the custodian, by a number that you know, what was sent",
                ),
            );
        }
        if self.head.round != project.round {
            return Err(mismatch(format!(
                "sealed for round \"{}\", but the project file is of round \"{}\"",
                self.head.round, project.round
            )));
        }
        if self.head.project != project.fingerprint {
            return Err(mismatch(format!(
                "sealed for project {}, but the project file given is {}",
                self.head.project.short(),
                project.fingerprint.short()
            ))
            .hint("every party must use the same project file"));
        }
        let own = reader.public();
        let is_own = |p: &&Part| &p.signing == own.signing() && Some(&p.sealing) == own.sealing();
        let part = self.parts.iter().find(is_own).ok_or_else(|| {
            let names: Vec<&str> = self.parts.iter().map(|p| p.name.as_str()).collect();
            mismatch(format!(
                "not sealed to this identity, but to {}",
                names.join(", ")
            ))
            .hint(
                "the custodian seals to the public half of your identity: the file .pub beside it",
            )
        })?;
        let damaged = || {
            Error::input(
                &self.path,
                "the box in it does not open: its sender made it wrongly",
            )
        };
        let content = part.envelope.open(reader.sealing()).ok_or_else(damaged)?;
        let (secret, found) = content.split_first_chunk::<SECRET>().ok_or_else(damaged)?;
        if found != context(&self.head.text()?, &part.start()) {
            return Err(damaged());
        }
        Ok(Zeroizing::new(*secret))
    }
}
