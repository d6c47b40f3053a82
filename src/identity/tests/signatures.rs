//! Signatures that come from elsewhere, or are not what they should be.

use super::super::signature::Signature;
use super::super::signatures::read_text;
use super::*;

/// A signature of the project by `role` as `ssh-keygen -Y sign` writes one.
fn signature(desk: &Desk, role: &str, namespace: &str, message: &[u8]) -> String {
    let signature = Signature::of(desk.own(role).signing(), namespace, message);
    signature.unwrap().text().unwrap()
}

const OURS: &str = "blindlink-project-1";

#[test]
fn a_signature_that_openssh_made_is_added() {
    let desk = Desk::new();
    let (path, project) = (desk.path(), desk.agreed());
    let file = desk.folder.path().join("s.sig");
    let add = |text: &str| {
        std::fs::write(&file, text).unwrap();
        add_signature(&project, &path, &file)
    };
    let good = signature(&desk, "college", OURS, &project.canonical);
    assert_eq!(add(&good).unwrap(), ["college"]);
    // The line ends of Windows do not count.
    assert_eq!(add(&good.replace('\n', "\r\n")).unwrap(), ["college"]);
    assert_eq!(signers(&project, &path).unwrap().signed, ["college"]);
    for (namespace, message) in [("file", &project.canonical[..]), (OURS, b"zzyzx")] {
        let other = signature(&desk, "district", namespace, message);
        refused(add(&other), Class::Mismatch, "not of this project file");
    }
    refused(add("zzyzx"), Class::Input, "expected a signature");
    assert_eq!(signers(&project, &path).unwrap().signed, ["college"]);
}

#[test]
fn what_does_not_verify_and_who_is_not_named_is_told() {
    let desk = Desk::new();
    let project = desk.project(&[
        ("district", desk.public("district").line()),
        ("college", desk.public("college").line()),
    ]);
    let path = desk.path();
    let write = |signatures: &[String]| {
        let first = format!("blindlink-signatures-1 {}\n", project.fingerprint);
        std::fs::write(beside(&path), first + &signatures.concat()).unwrap();
        signers(&project, &path)
    };
    let of = |role: &str, message: &[u8]| signature(&desk, role, OURS, message);
    let good = of("district", &project.canonical);
    let found = write(&[
        good.clone(),
        of("college", b"zzyzx"),
        of("operator", &project.canonical),
        of("custodian", &project.canonical),
    ])
    .unwrap();
    assert_eq!(found.signed, ["district"]);
    assert_eq!(found.missing, ["college", "custodian"]);
    assert_eq!(
        found.invalid,
        [
            "the signature of college does not verify",
            "2 by keys that the project file does not name"
        ]
    );
    refused(found.require(&path), Class::Mismatch, "do not hold");
    assert_eq!(write(std::slice::from_ref(&good)).unwrap().invalid, [""; 0]);
    for bad in [
        vec![],
        vec![good.clone(), good.clone()],
        vec![good, "zzyzx\n".into()],
    ] {
        refused(write(&bad), Class::Input, "expected signatures");
    }
}

#[test]
fn openssh_can_check_who_has_signed() {
    let desk = Desk::new();
    let (path, project) = (desk.path(), desk.agreed());
    for role in ["college", "custodian"] {
        sign(&project, &path, &desk.signer(role)).unwrap();
    }
    let folder = desk.folder.path().join("openssh");
    openssh_files(&project, &path, &folder).unwrap();
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    assert_eq!(read("project.canonical").as_bytes(), project.canonical);
    let allowed: Vec<String> = ROLES
        .iter()
        .map(|role| {
            let key = desk.public(role).openssh();
            format!("{role} namespaces=\"blindlink-project-1\" {key}\n")
        })
        .collect();
    assert_eq!(read("allowed_signers"), allowed.concat());
    for role in ["college", "custodian"] {
        let expected = signature(&desk, role, OURS, &project.canonical);
        assert_eq!(read(&format!("{role}.sig")), expected);
    }
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 4);
}

#[test]
fn a_text_is_read_up_to_its_greatest_size_and_a_byte_more_is_refused() {
    let desk = Desk::new();
    let path = desk.folder.path().join("t");
    std::fs::write(&path, "é".repeat(50)).unwrap();
    assert_eq!(read_text(&path, 100).unwrap(), "é".repeat(50));
    refused(read_text(&path, 99), Class::Input, "expected text");
    refused(read_text(&path, 98), Class::Input, "expected text");
    std::fs::write(&path, b"\xff").unwrap();
    refused(read_text(&path, 100), Class::Input, "expected text");
}
