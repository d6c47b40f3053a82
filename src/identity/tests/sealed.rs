//! Sealed files that somebody put together of parts of others.

use super::super::signature::{BEGIN, Signature};
use super::*;

/// The text of a sealed file up to its signature.
fn signed(text: &str) -> &str {
    &text[..text.find(BEGIN).unwrap()]
}

/// The file of `text`, signed by `role`.
fn signed_by(desk: &Desk, role: &str, text: &str) -> String {
    let signature = Signature::of(
        desk.own(role).signing(),
        "blindlink-sealed-1",
        text.as_bytes(),
    );
    format!("{text}{}", signature.unwrap().text().unwrap())
}

fn signing(desk: &Desk, role: &str) -> String {
    crate::units::hex(desk.public(role).signing())
}

#[test]
fn a_box_opens_in_the_file_and_for_the_reader_that_it_was_made_for() {
    let desk = Desk::new();
    let project = Project::parse(&desk.text).unwrap();
    let text = desk.seal(&project, "custodian", &[desk.public("college")]);
    let text = text.unwrap();
    let open = |text: &str, sender: &str| {
        let sealed = desk.sealed(text);
        sealed.open(&project, desk.own("college"), &desk.public(sender))
    };
    open(&signed_by(&desk, "custodian", signed(&text)), "custodian").unwrap();
    // Who has not sealed it hands the box on as its own, or says another fingerprint of it.
    let (own, other) = (signing(&desk, "custodian"), signing(&desk, "district"));
    let stolen = signed(&text).replace(&format!("from {own}"), &format!("from {other}"));
    let opened = open(&signed_by(&desk, "district", &stolen), "district");
    refused(opened, Class::Input, "does not open");
    let renamed = signed(&text).replace("key a print", "key another");
    let opened = open(&signed_by(&desk, "custodian", &renamed), "custodian");
    refused(opened, Class::Input, "does not open");
    // Or gives it another name.
    let renamed = signed(&text).replace("to college", "to district");
    let opened = open(&signed_by(&desk, "custodian", &renamed), "custodian");
    refused(opened, Class::Input, "does not open");
}

#[test]
fn a_sealed_file_has_one_form_and_a_reader_and_is_signed_by_whom_it_names() {
    let desk = Desk::new();
    let project = Project::parse(&desk.text).unwrap();
    let text = desk.seal(&project, "custodian", &[desk.public("college")]);
    let text = signed(&text.unwrap()).to_owned();
    let path = desk.folder.path().join("x");
    let read = |text: String| {
        std::fs::write(&path, text).unwrap();
        Sealed::read(&path)
    };
    read(signed_by(&desk, "custodian", &text)).unwrap();
    let damaged = "damaged, or not signed by whom it names";
    let head: String = text.lines().take(5).map(|l| format!("{l}\n")).collect();
    for (role, text) in [
        ("district", text.clone()),
        ("custodian", head),
        (
            "custodian",
            text.replace("blindlink-sealed-1\n", "blindlink-sealed-12\n"),
        ),
        ("custodian", text.replace("round \"1\"", "round  \"1\"")),
        (
            "custodian",
            text.replace("round \"1\"", "round \"\\u0031\""),
        ),
        ("custodian", format!("{text}\n")),
    ] {
        let found = read(signed_by(&desk, role, &text));
        refused(found, Class::Input, damaged);
    }
    let other = Signature::of(desk.own("custodian").signing(), "another", text.as_bytes());
    let found = read(format!("{text}{}", other.unwrap().text().unwrap()));
    refused(found, Class::Input, damaged);
    refused(read("zzyzx".into()), Class::Input, "expected a sealed key");
}

#[test]
fn a_reader_is_one_by_both_of_its_keys() {
    let desk = Desk::new();
    let project = Project::parse(&desk.text).unwrap();
    let (college, district) = (desk.public("college"), desk.public("district"));
    let name = "college".parse().unwrap();
    let mixed = Public::new(name, *college.signing(), *district.sealing().unwrap());
    let text = desk.seal(&project, "custodian", &[mixed]).unwrap();
    for role in ["college", "district"] {
        let sealed = desk.sealed(&text);
        let opened = sealed.open(&project, desk.own(role), &desk.public("custodian"));
        refused(opened, Class::Mismatch, "not sealed to this identity");
    }
}
