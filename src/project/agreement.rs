//! The agreement's part of a project file: who answers for what, which data elements, until when.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::units::PartyId;

/// Most bytes of one text of the agreement.
const MAX_TEXT: usize = 1000;
/// Most bytes of a public key's line.
const MAX_KEY: usize = 400;
/// Greatest minimum cell: beyond it a report could show nothing at all.
const MAX_CELL: u32 = 1_000_000;

/// The two roles that are no party.
pub const CUSTODIAN: &str = "custodian";
/// See [`CUSTODIAN`].
pub const OPERATOR: &str = "operator";

/// What the written agreement of the parties says, as far as the program acts on it or prints it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// The agreement's number. May be empty.
    pub number: String,
    /// The FERPA exception that the parties rely on, in their words. Not advice. May be empty.
    pub exception: String,
    /// The authorised representative. May be empty.
    pub representative: String,
    /// The last day on which tokens may be made and matched; the data is to be destroyed by its end.
    pub destroy_by: Date,
    /// The least number of students that a published cell may stand for, at least 1.
    pub minimum_cell: u32,
    /// The data elements that may be used, in the order of the file; at least one.
    pub elements: Vec<Element>,
    /// Who answers for each role, in the order of the file; no role twice.
    pub contacts: Vec<Contact>,
}

impl Agreement {
    /// The contact of `role`: a party's name, [`CUSTODIAN`] or [`OPERATOR`].
    #[must_use]
    pub fn contact(&self, role: &str) -> Option<&Contact> {
        self.contacts.iter().find(|c| c.role == role)
    }

    /// Whether the agreement lets `element` be used.
    #[must_use]
    pub fn allows(&self, element: Element) -> bool {
        self.elements.contains(&element)
    }
}

/// Who answers for a party, or as custodian or operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// A party's name, [`CUSTODIAN`] or [`OPERATOR`].
    pub role: String,
    /// The organisation. May be empty.
    pub organisation: String,
    /// The person in it. May be empty.
    pub person: String,
    /// Mail or telephone. May be empty.
    pub contact: String,
    /// The line of the identity's public key, as that file has it. Not checked to be one.
    pub public_key: Option<String>,
}

/// A data element of a student table that tokens or crosswalks are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Element {
    /// The owner's own student id, which never leaves.
    StudentId,
    /// First name.
    First,
    /// Middle name or initial.
    Middle,
    /// Last name.
    Last,
    /// Generation suffix.
    Suffix,
    /// Date of birth.
    Birthdate,
    /// Gender.
    Gender,
    /// Preferred or other given names.
    AliasFirst,
    /// Former, maiden, preferred or other last names.
    AliasLast,
}

impl Element {
    /// Every element, in the order of the specification.
    pub const ALL: [Self; 9] = [
        Self::StudentId,
        Self::First,
        Self::Middle,
        Self::Last,
        Self::Suffix,
        Self::Birthdate,
        Self::Gender,
        Self::AliasFirst,
        Self::AliasLast,
    ];

    /// The name that the project file uses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::StudentId => "student-id",
            Self::First => "first",
            Self::Middle => "middle",
            Self::Last => "last",
            Self::Suffix => "suffix",
            Self::Birthdate => "birthdate",
            Self::Gender => "gender",
            Self::AliasFirst => "alias-first",
            Self::AliasLast => "alias-last",
        }
    }
}

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Element {
    type Err = Error;

    fn from_str(s: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|e| e.name() == s)
            .ok_or_else(|| {
                let all: Vec<&str> = Self::ALL.iter().map(|e| e.name()).collect();
                Error::usage(format!("there is no data element `{s}`"))
                    .hint(format!("there are: {}", all.join(", ")))
            })
    }
}

/// The `[agreement]` table as written, and as it stands in the canonical form.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AgreementWire {
    #[serde(default)]
    number: String,
    #[serde(default)]
    exception: String,
    #[serde(default)]
    representative: String,
    destroy_by: String,
    minimum_cell: u32,
    elements: Vec<String>,
    #[serde(default)]
    contact: Vec<ContactWire>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct ContactWire {
    role: String,
    #[serde(default)]
    organisation: String,
    #[serde(default)]
    person: String,
    #[serde(default)]
    contact: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    public_key: Option<String>,
}

/// Checks what the types do not.
pub(super) fn check(wire: &AgreementWire, parties: &[PartyId]) -> Result<Agreement> {
    for role in [CUSTODIAN, OPERATOR] {
        if parties.iter().any(|p| p.as_str() == role) {
            return Err(
                Error::usage(format!("with an agreement, no party may be named `{role}`"))
                    .hint(format!("`{role}` is the name of a role")),
            );
        }
    }
    for (key, text) in [
        ("number", &wire.number),
        ("exception", &wire.exception),
        ("representative", &wire.representative),
    ] {
        check_text(&format!("agreement.{key}"), text)?;
    }
    if !(1..=MAX_CELL).contains(&wire.minimum_cell) {
        return Err(Error::usage(format!(
            "agreement.minimum_cell must be 1 to {MAX_CELL}, found {}",
            wire.minimum_cell
        )));
    }
    let mut elements = Vec::new();
    for name in &wire.elements {
        let element: Element = name.parse()?;
        if elements.contains(&element) {
            return Err(Error::usage(format!(
                "agreement.elements names {element} twice"
            )));
        }
        elements.push(element);
    }
    if elements.is_empty() {
        return Err(Error::usage("agreement.elements allows no data element"));
    }
    let mut contacts: Vec<Contact> = Vec::new();
    for wire in &wire.contact {
        let contact = check_contact(wire, parties)?;
        if contacts.iter().any(|c| c.role == contact.role) {
            return Err(Error::usage(format!(
                "there are two contacts of `{}`",
                contact.role
            )));
        }
        contacts.push(contact);
    }
    Ok(Agreement {
        number: wire.number.clone(),
        exception: wire.exception.clone(),
        representative: wire.representative.clone(),
        destroy_by: parse_date(&wire.destroy_by)
            .map_err(|e| Error::usage(format!("agreement.destroy_by {}", e.problem())))?,
        minimum_cell: wire.minimum_cell,
        elements,
        contacts,
    })
}

fn check_contact(wire: &ContactWire, parties: &[PartyId]) -> Result<Contact> {
    let is_party = parties.iter().any(|p| p.as_str() == wire.role);
    if !is_party && wire.role != CUSTODIAN && wire.role != OPERATOR {
        let known: Vec<&str> = parties.iter().map(PartyId::as_str).collect();
        return Err(
            Error::usage("the role of a contact is none of the project").hint(format!(
                "its roles are: {}, {CUSTODIAN}, {OPERATOR}",
                known.join(", ")
            )),
        );
    }
    for (key, text) in [
        ("organisation", &wire.organisation),
        ("person", &wire.person),
        ("contact", &wire.contact),
    ] {
        check_text(&format!("{key} of the contact of `{}`", wire.role), text)?;
    }
    if let Some(line) = &wire.public_key {
        let is_line = (1..=MAX_KEY).contains(&line.len())
            && line.bytes().all(|b| b == b' ' || b.is_ascii_graphic());
        if !is_line {
            return Err(Error::usage(format!(
                "public_key of the contact of `{}` must be one line of 1 to {MAX_KEY} printable ASCII characters",
                wire.role
            ))
            .hint("copy the line of the public key's file as it is"));
        }
    }
    Ok(Contact {
        role: wire.role.clone(),
        organisation: wire.organisation.clone(),
        person: wire.person.clone(),
        contact: wire.contact.clone(),
        public_key: wire.public_key.clone(),
    })
}

/// A text that fits into a line of a page and of a log.
fn check_text(what: &str, text: &str) -> Result<()> {
    if text.len() > MAX_TEXT || text.chars().any(char::is_control) {
        return Err(Error::usage(format!(
            "{what} must be one line of at most {MAX_TEXT} bytes"
        )));
    }
    Ok(())
}

/// A date as `2027-06-30`, and in no other form, so that each date has one canonical form.
///
/// # Errors
/// [`Class::Usage`](crate::error::Class::Usage) for anything else; its problem starts with `must be`.
pub fn parse_date(text: &str) -> Result<Date> {
    text.parse::<Date>()
        .ok()
        .filter(|date| date.year() > 0 && date.to_string() == text)
        .ok_or_else(|| Error::usage("must be a date as 2027-06-30"))
}

#[cfg(test)]
mod tests {
    use super::super::{Project, new_project};
    use super::*;

    const PART: &str = "[agreement]\nnumber = \"MOU-7\"\nexception = \"\"\nrepresentative = \"\"\n\
        destroy_by = \"2027-06-30\"\nminimum_cell = 11\nelements = [\"student-id\", \"first\", \"last\", \"birthdate\"]\n\
        [[agreement.contact]]\nrole = \"district\"\norganisation = \"Zzyzx\"\nperson = \"\"\ncontact = \"\"\n\
        public_key = \"ssh-ed25519 AAAA\"\n";

    fn text(part: &str) -> String {
        let parties = ["district", "college"].map(|p| p.parse().unwrap());
        let text = new_project(&parties, "k12", [7; 16]).unwrap();
        text.replace("[decision]", &format!("{part}[decision]"))
    }

    #[test]
    fn an_agreement_is_read_and_changes_the_fingerprint_and_no_key() {
        let without = Project::parse(&text("")).unwrap();
        let with = Project::parse(&text(PART)).unwrap();
        assert!(without.agreement.is_none() && !without.stable_link_ids);
        assert_ne!(without.fingerprint, with.fingerprint);
        assert_eq!(without.schema.fingerprint, with.schema.fingerprint);
        let agreement = with.agreement.as_ref().unwrap();
        assert_eq!(agreement.number, "MOU-7");
        assert!(agreement.allows(Element::First) && !agreement.allows(Element::Gender));
        assert_eq!(agreement.contact("district").unwrap().organisation, "Zzyzx");
        assert!(agreement.contact(OPERATOR).is_none());
        assert_eq!(
            blake3::hash(&with.canonical).as_bytes(),
            &with.fingerprint.0
        );
    }

    #[test]
    fn the_last_day_is_in_force_and_the_next_is_not() {
        let project = Project::parse(&text(PART)).unwrap();
        let day = |d| Date::constant(2027, 6, d);
        assert!(project.expect_in_force(day(30)).is_ok());
        let e = project
            .expect_in_force(Date::constant(2027, 7, 1))
            .unwrap_err();
        assert_eq!(e.class(), crate::error::Class::Mismatch);
        let undated = Project::parse(&text("")).unwrap();
        assert!(undated.expect_in_force(day(30)).is_ok());
    }

    #[test]
    fn dates_have_one_form() {
        assert!(parse_date("2028-02-29").is_ok());
        for bad in [
            "2027-02-29",
            "2027-2-01",
            "20270201",
            "2027-02-01T00:00",
            "0000-01-01",
            "-000001-01-01",
            " 2027-02-01",
            "",
        ] {
            assert!(parse_date(bad).is_err(), "{bad}");
        }
    }
}
