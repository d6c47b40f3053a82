//! The project files that `project new` writes: commented, editable, complete.

use std::fmt::Write as _;

use super::agreement::{Agreement, Contact, Element};
use super::wire::FORMAT;
use crate::error::{Error, Result};
use crate::units::{PartyId, hex};

/// The schemas that ship, by name.
const SCHEMAS: &[(&str, &str)] = &[
    ("k12", include_str!("schemas/k12.toml")),
    ("k12-strict", include_str!("schemas/k12-strict.toml")),
    ("clk", include_str!("schemas/clk.toml")),
];

/// The part on the agreement, to be filled in.
const AGREEMENT: &str = "\
# The written agreement, if there is one. Take the signs # away, fill in, and ask `project check` what is missing.
# The program then reads no other data element, and neither encodes nor matches after the last day.
# [agreement]
# number = \"\"
# exception = \"\"          # on which FERPA exception the parties rely, in their words
# representative = \"\"     # the authorised representative
# destroy_by = \"YYYY-MM-DD\"
# minimum_cell = 11       # no published number of students is smaller
";

/// A contact, to be filled in.
const CONTACT: &str = "\
# organisation = \"\"
# person = \"\"
# contact = \"\"            # mail or telephone
# public_key = \"\"         # the line of the identity's public file
";

/// What a new project file is to say.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// The parties, two or more.
    pub parties: Vec<PartyId>,
    /// The name of a shipped schema.
    pub schema: String,
    /// A name for people.
    pub name: Option<String>,
    /// The name of the round; `1` if none is given.
    pub round: Option<String>,
    /// What the linkage is for.
    pub purpose: String,
    /// Who may be linked with whom; all, if none is given.
    pub pairs: Vec<(PartyId, PartyId)>,
    /// Whether link ids are the same in every round.
    pub stable_link_ids: bool,
    /// What the written agreement says; without one, its part is written as a comment to be filled in.
    pub agreement: Option<Agreement>,
}

/// The text of a new project file for `parties` with the shipped schema named `schema`, and nothing else decided.
///
/// `id` must be 16 fresh random bytes: they make the tokens of this project unlike those of any
/// other, even under the same linkage key.
///
/// # Errors
/// [`Class::Usage`](crate::error::Class::Usage) for an unknown schema or fewer than two parties.
pub fn new_project(parties: &[PartyId], schema: &str, id: [u8; 16]) -> Result<String> {
    let draft = Draft {
        parties: parties.to_vec(),
        schema: schema.to_owned(),
        ..Draft::default()
    };
    draft.to_toml(id)
}

impl Draft {
    /// The text of the project file; `id` as for [`new_project`]. That it can be read is for the caller to
    /// see: a party may be named twice, say.
    ///
    /// # Errors
    /// As [`new_project`].
    pub fn to_toml(&self, id: [u8; 16]) -> Result<String> {
        if self.parties.len() < 2 {
            return Err(Error::usage("a project has at least two parties")
                .hint("give --party twice or more"));
        }
        let Some((_, schema)) = SCHEMAS.iter().find(|(name, _)| *name == self.schema) else {
            let names: Vec<&str> = SCHEMAS.iter().map(|(n, _)| *n).collect();
            return Err(Error::usage(format!(
                "there is no schema `{}`; there are: {}",
                self.schema,
                names.join(", ")
            )));
        };
        let names: Vec<String> = self.parties.iter().map(|p| format!("\"{p}\"")).collect();
        let mut pairs: Vec<String> = Vec::new();
        for (a, b) in &self.pairs {
            pairs.push(format!("[\"{a}\", \"{b}\"]"));
        }
        if pairs.is_empty() {
            for (i, a) in names.iter().enumerate() {
                for b in &names[i + 1..] {
                    pairs.push(format!("[{a}, {b}]"));
                }
            }
        }
        let mut text = String::new();
        let _ = write!(
            text,
            "# The project file of a blindlink linkage. Every party and the operator use the same copy.\n\
             # It holds no secret. After the first encoding, change nothing: every token file carries\n\
             # the fingerprint of what stands here (comments and blank lines do not count).\n\
             \n\
             format = \"{FORMAT}\"\n\
             \n\
             # Made at random. Tokens of two projects can never be compared, even under one key.\n\
             id = \"{}\"\n\
             \n\
             # For people.\n\
             name = {}\n\
             \n\
             # Change it for every new round: tokens of two rounds cannot be compared.\n\
             round = {}\n\
             \n\
             # What the linkage is for, in the words of the agreement.\n\
             purpose = {}\n\
             \n\
             # Who takes part: a-z, 0-9 and -.\n\
             parties = [{}]\n\
             \n\
             # Who may be linked with whom; the first of a pair is the first in links.csv.\n\
             pairs = [{}]\n\
             \n\
             # Parties of which no student has two records; `match --duplicates` does not look for any there.\n\
             # duplicate_free = [{}]\n\
             \n\
             # The same refs and link ids in every round: the operator can then join rounds, and follow a student.\n\
             # Each party then needs a ref key of its own: `encode --ref-key`.\n\
             {}stable_link_ids = true\n\
             \n",
            hex(&id),
            quoted(self.name.as_deref().unwrap_or("New linkage")),
            quoted(self.round.as_deref().unwrap_or("1")),
            quoted(&self.purpose),
            names.join(", "),
            pairs.join(", "),
            names[names.len() - 1],
            if self.stable_link_ids { "" } else { "# " },
        );
        match &self.agreement {
            Some(agreement) => push_agreement(agreement, &mut text),
            None => push_blank_agreement(&self.parties, &mut text),
        }
        text.push_str(
            "\n[decision]\n\
             # The match probability from which a pair is a link. Higher: fewer false links, more missed ones.\n\
             threshold = 0.5\n\
             \n",
        );
        text.push_str(schema);
        Ok(text)
    }
}

fn push_agreement(agreement: &Agreement, text: &mut String) {
    let _ = write!(
        text,
        "# What the written agreement says. No other data element is read, and after the last day\n\
         # nothing is encoded or matched.\n\
         [agreement]\n\
         number = {}\n\
         # In the words of the parties; not legal advice.\n\
         exception = {}\n\
         representative = {}\n\
         # The last day.\n\
         destroy_by = \"{}\"\n\
         # No published number of students is smaller.\n\
         minimum_cell = {}\n\
         elements = [{}]\n",
        quoted(&agreement.number),
        quoted(&agreement.exception),
        quoted(&agreement.representative),
        agreement.destroy_by,
        agreement.minimum_cell,
        listed(&agreement.elements),
    );
    for contact in &agreement.contacts {
        push_contact(contact, text);
    }
}

fn push_contact(contact: &Contact, text: &mut String) {
    let _ = write!(
        text,
        "[[agreement.contact]]\nrole = {}\norganisation = {}\nperson = {}\ncontact = {}\n",
        quoted(&contact.role),
        quoted(&contact.organisation),
        quoted(&contact.person),
        quoted(&contact.contact),
    );
    if let Some(key) = &contact.public_key {
        let _ = writeln!(text, "public_key = {}", quoted(key));
    }
}

fn push_blank_agreement(parties: &[PartyId], text: &mut String) {
    text.push_str(AGREEMENT);
    let _ = writeln!(text, "# elements = [{}]", listed(&Element::ALL));
    let roles = parties.iter().map(PartyId::as_str);
    for role in roles.chain([super::CUSTODIAN, super::OPERATOR]) {
        let _ = writeln!(text, "# [[agreement.contact]]\n# role = \"{role}\"");
        text.push_str(CONTACT);
    }
}

fn listed(elements: &[Element]) -> String {
    let names: Vec<String> = elements.iter().map(|e| format!("\"{e}\"")).collect();
    names.join(", ")
}

/// A text as TOML has it.
pub(super) fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::super::Project;
    use super::*;

    fn draft() -> Draft {
        Draft {
            parties: ["district", "college"].map(|p| p.parse().unwrap()).to_vec(),
            schema: "k12".into(),
            ..Draft::default()
        }
    }

    #[test]
    fn what_a_draft_says_is_read_back() {
        let awkward = "A \"quoted\" \\ line,\n\u{e9}\u{1F600} # no comment '''";
        let contact = |role: &str, key: Option<&str>| Contact {
            role: role.into(),
            organisation: "Zzyzx \"Unified\"".into(),
            person: "Q. Vvortex".into(),
            contact: "q@example.org".into(),
            public_key: key.map(str::to_owned),
        };
        let agreement = Agreement {
            number: "MOU-7".into(),
            exception: "34 CFR 99.31(a)(3)".into(),
            representative: "Zzyzx".into(),
            destroy_by: jiff::civil::Date::constant(2027, 6, 30),
            minimum_cell: 11,
            elements: Element::ALL.to_vec(),
            contacts: vec![
                contact("college", Some("ssh-ed25519 AAAA q")),
                contact("operator", None),
            ],
        };
        let said = Draft {
            name: Some(awkward.into()),
            round: Some("2026-27".into()),
            purpose: awkward.into(),
            pairs: vec![("college".parse().unwrap(), "district".parse().unwrap())],
            stable_link_ids: true,
            agreement: Some(agreement.clone()),
            ..draft()
        };
        let project = Project::parse(&said.to_toml([3; 16]).unwrap()).unwrap();
        assert_eq!(project.name, awkward);
        assert_eq!(project.purpose, awkward);
        assert_eq!(project.round, "2026-27");
        assert_eq!(project.pairs, said.pairs);
        assert!(project.stable_link_ids);
        assert_eq!(project.agreement, Some(agreement));
        let plain = Project::parse(&draft().to_toml([3; 16]).unwrap()).unwrap();
        assert!(plain.agreement.is_none() && !plain.stable_link_ids);
    }

    #[test]
    fn the_comment_can_be_filled_in() {
        let text = draft().to_toml([3; 16]).unwrap();
        let start = text.find("# [agreement]").unwrap();
        let end = text.find("\n[decision]").unwrap();
        let lines = text[start..end].lines();
        let filled: String = lines
            .map(|l| l.trim_start_matches("# ").to_owned() + "\n")
            .collect();
        let filled = filled
            .replace("YYYY-MM-DD", "2027-06-30")
            .replace("public_key = \"\"", "public_key = \"k\"");
        let text = format!("{}{filled}{}", &text[..start], &text[end..]);
        let agreement = Project::parse(&text).unwrap().agreement.unwrap();
        assert_eq!(agreement.contacts.len(), 4);
        assert_eq!(agreement.elements, Element::ALL);
    }
}
