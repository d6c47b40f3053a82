//! Projects with an agreement: who may seal, who opens, who has signed.

mod sealed;
mod signatures;

use std::path::{Path, PathBuf};

use super::*;
use crate::error::{Class, Error, Result};
use crate::project::{Project, new_project};

/// Identities of all roles, and a project file that names their keys.
struct Desk {
    folder: tempfile::TempDir,
    text: String,
    all: Vec<Identity>,
}

const ROLES: [&str; 4] = ["district", "college", "custodian", "operator"];

impl Desk {
    fn new() -> Self {
        let all: Vec<Identity> = ROLES
            .iter()
            .map(|role| Identity::random(role.parse().unwrap()).unwrap())
            .collect();
        let parties = ["district", "college"].map(|p| p.parse().unwrap());
        let text = new_project(&parties, "k12", [7; 16]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        Self { folder, text, all }
    }

    fn own(&self, role: &str) -> &Identity {
        &self.all[ROLES.iter().position(|r| *r == role).unwrap()]
    }

    fn public(&self, role: &str) -> Public {
        self.own(role).public()
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("p.toml")
    }

    /// The project whose agreement has these lines as keys, also written to its path.
    fn project(&self, keys: &[(&str, String)]) -> Project {
        let mut part =
            "[agreement]\ndestroy_by = \"2999-12-31\"\nminimum_cell = 11\nelements = [\"first\", \
                        \"last\", \"birthdate\"]\n"
                .to_owned();
        for (role, line) in keys {
            part += &format!("[[agreement.contact]]\nrole = \"{role}\"\npublic_key = \"{line}\"\n");
        }
        let text = self
            .text
            .replace("[decision]", &format!("{part}[decision]"));
        std::fs::write(self.path(), &text).unwrap();
        Project::parse(&text).unwrap()
    }

    fn agreed(&self) -> Project {
        self.project(&ROLES.map(|role| (role, self.public(role).line())))
    }

    fn seal(&self, project: &Project, sender: &str, to: &[Public]) -> Result<String> {
        let secret = [0x5a; 32];
        let path = self.path();
        seal((&secret, "a print"), (project, &path), self.own(sender), to)
    }

    fn sealed(&self, text: &str) -> Sealed {
        let path = self.folder.path().join("sealed");
        std::fs::write(&path, text).unwrap();
        Sealed::read(&path).unwrap()
    }

    fn signer(&self, role: &str) -> Signer {
        let path = self.folder.path().join(role);
        if !path.exists() {
            self.own(role).write_new(&path).unwrap();
        }
        Signer::read(&path).unwrap()
    }
}

/// The class and the words of a refusal.
fn refused<T>(result: Result<T>, class: Class, words: &str) {
    let e: Error = result.err().unwrap_or_else(|| panic!("accepted: {words}"));
    assert_eq!(e.class(), class, "{e}");
    assert!(e.to_string().contains(words), "{e}");
}

#[test]
fn a_secret_is_sealed_to_parties_and_opened_by_them() {
    let desk = Desk::new();
    let project = desk.agreed();
    let custodian = desk.public("custodian");
    let to = [desk.public("district"), desk.public("college")];
    let text = desk.seal(&project, "custodian", &to).unwrap();
    let sealed = desk.sealed(&text);
    assert_eq!(sealed.fingerprint(), "a print");
    for role in ["district", "college"] {
        let secret = sealed.open(&project, desk.own(role), &custodian).unwrap();
        assert_eq!(*secret, [0x5a; 32]);
    }
    for role in ["custodian", "operator"] {
        let opened = sealed.open(&project, desk.own(role), &custodian);
        refused(opened, Class::Mismatch, "not sealed to this identity");
    }
    let opened = sealed.open(&project, desk.own("college"), &desk.public("district"));
    refused(opened, Class::Mismatch, "signed by somebody else");
    let other = desk.project(&[("custodian", custodian.line())]);
    let opened = sealed.open(&other, desk.own("college"), &custodian);
    refused(opened, Class::Mismatch, "sealed for project");
    let next = Project::parse(&desk.text.replace("round = \"1\"", "round = \"2\"")).unwrap();
    let opened = sealed.open(&next, desk.own("college"), &custodian);
    refused(opened, Class::Mismatch, "of round \"2\"");
    // Each file is another one.
    assert_ne!(desk.seal(&project, "custodian", &to).unwrap(), text);
}

#[test]
fn who_may_seal_to_whom_is_what_the_agreement_says() {
    let desk = Desk::new();
    let project = desk.agreed();
    let seal = |sender: &str, to: &[Public]| desk.seal(&project, sender, to);
    let college = desk.public("college");
    refused(
        seal("district", std::slice::from_ref(&college)),
        Class::Mismatch,
        "names no custodian",
    );
    refused(
        seal("custodian", &[desk.public("operator")]),
        Class::Mismatch,
        "is the operator's",
    );
    refused(
        seal("custodian", &[desk.public("custodian")]),
        Class::Mismatch,
        "names no party",
    );
    let twice = [college.clone(), college.clone()];
    refused(seal("custodian", &twice), Class::Usage, "given twice");
    // The key of a party with the other half of somebody else's, and one with the operator's.
    let mixed = |other: &str| {
        let name = "college".parse().unwrap();
        let other = desk.public(other);
        Public::new(name, *college.signing(), *other.sealing().unwrap())
    };
    refused(
        seal("custodian", &[mixed("district")]),
        Class::Mismatch,
        "names no party",
    );
    refused(
        seal("custodian", &[mixed("operator")]),
        Class::Mismatch,
        "is the operator's",
    );
    // Without an agreement the sender answers for it.
    let plain = Project::parse(&desk.text).unwrap();
    desk.seal(&plain, "district", &[desk.public("operator")])
        .unwrap();
    refused(
        desk.seal(&plain, "district", &twice),
        Class::Usage,
        "given twice",
    );
}

#[test]
fn nothing_is_sealed_to_a_key_of_openssh() {
    let desk = Desk::new();
    let line = |role: &str| desk.public(role).openssh();
    let project = desk.project(&[
        ("custodian", desk.public("custodian").line()),
        ("college", line("college")),
        ("operator", line("operator")),
    ]);
    let college = Public::parse(line("college").as_bytes()).unwrap();
    refused(
        desk.seal(&project, "custodian", &[college]),
        Class::Usage,
        "can sign",
    );
    refused(
        desk.seal(&project, "custodian", &[desk.public("operator")]),
        Class::Mismatch,
        "is the operator's",
    );
}

#[test]
fn the_sender_is_the_custodian_or_who_is_given() {
    let desk = Desk::new();
    let (path, project) = (desk.path(), desk.agreed());
    let file = desk.folder.path().join("x.pub");
    let from = |role: &str| std::fs::write(&file, desk.public(role).line()).unwrap();
    let expected = |project: &Project, from: Option<&Path>| expected_sender(project, &path, from);
    assert!(
        expected(&project, None)
            .unwrap()
            .is(&desk.public("custodian"))
    );
    from("custodian");
    assert!(
        expected(&project, Some(&file))
            .unwrap()
            .is(&desk.public("custodian"))
    );
    from("district");
    refused(
        expected(&project, Some(&file)),
        Class::Mismatch,
        "has another key",
    );
    let plain = Project::parse(&desk.text).unwrap();
    assert!(
        expected(&plain, Some(&file))
            .unwrap()
            .is(&desk.public("district"))
    );
    refused(
        expected(&plain, None),
        Class::Usage,
        "names no key of a custodian",
    );
    let broken = desk.project(&[("custodian", "blindlink-public-1 x".to_owned())]);
    refused(
        expected(&broken, None),
        Class::Input,
        "contact of `custodian`",
    );
}

#[test]
fn all_parties_and_the_custodian_must_sign() {
    let desk = Desk::new();
    let (path, project) = (desk.path(), desk.agreed());
    let signed = || signers(&project, &path).unwrap();
    assert_eq!(signed().missing, ["district", "college", "custodian"]);
    refused(
        signed().require(&path),
        Class::Mismatch,
        "not signed by district, college, custodian",
    );
    for role in ["operator", "custodian", "district"] {
        assert_eq!(sign(&project, &path, &desk.signer(role)).unwrap(), [role]);
    }
    assert_eq!(signed().signed, ["district", "custodian", "operator"]);
    assert_eq!(signed().missing, ["college"]);
    refused(
        signed().require(&path),
        Class::Mismatch,
        "not signed by college",
    );
    sign(&project, &path, &desk.signer("college")).unwrap();
    assert_eq!(signed().missing, [""; 0]);
    signed().require(&path).unwrap();
    // Once more changes nothing: such a signature is a function of key and text.
    let before = std::fs::read(beside(&path)).unwrap();
    sign(&project, &path, &desk.signer("college")).unwrap();
    assert_eq!(std::fs::read(beside(&path)).unwrap(), before);
    // Of another text, these are signatures of nobody.
    let other = Project::parse(&desk.text).unwrap();
    let found = signers(&other, &path).unwrap();
    assert!(found.signed.is_empty() && found.invalid.len() == 1);
    refused(found.require(&path), Class::Mismatch, "another version");
    refused(
        sign(&other, &path, &desk.signer("college")),
        Class::Mismatch,
        "no [agreement]",
    );
    let fewer = desk.project(&[("custodian", desk.public("custodian").line())]);
    refused(
        sign(&fewer, &path, &desk.signer("college")),
        Class::Mismatch,
        "names nobody",
    );
    refused(
        sign(&fewer, &path, &desk.signer("custodian")),
        Class::Mismatch,
        "another version",
    );
}

#[test]
fn one_key_may_stand_for_two_roles() {
    let desk = Desk::new();
    let line = desk.public("district").line();
    let project = desk.project(&[("district", line.clone()), ("custodian", line)]);
    let path = desk.path();
    let roles = sign(&project, &path, &desk.signer("district")).unwrap();
    assert_eq!(roles, ["district", "custodian"]);
    assert_eq!(signers(&project, &path).unwrap().missing, ["college"]);
}
