//! What is missing or contradictory in a project file that is to be the annex of an agreement.

use jiff::Span;
use jiff::civil::Date;

use super::agreement::{Agreement, CUSTODIAN, Contact, Element, OPERATOR};
use super::{Pass, Project};
use crate::units::PartyId;

/// Years from today beyond which a destroy-by date is none that anybody keeps in mind.
const MOST_YEARS: i64 = 5;
/// Below so many students a published number is usually hidden.
const USUAL_CELL: u32 = 11;

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Two things that cannot both be meant, or one that cannot.
    Contradiction,
    /// Something that an agreement has and this one lacks.
    Missing,
    /// Something to know.
    Note,
}

impl Weight {
    /// The word for it: `contradiction`, `missing` or `note`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Contradiction => "contradiction",
            Self::Missing => "missing",
            Self::Note => "note",
        }
    }
}

/// Something that was found, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How grave it is.
    pub weight: Weight,
    /// What was found.
    pub what: String,
    /// What to do.
    pub action: String,
}

/// All that is missing, contradictory or worth knowing, the gravest first; as of `today`.
#[must_use]
pub fn review(project: &Project, today: Date) -> Vec<Finding> {
    let mut found = Found(Vec::new());
    found.parties(project);
    if project.name.trim().is_empty() {
        found.missing("the project has no name", "write it into `name`");
    }
    if project.purpose.trim().is_empty() {
        found.missing(
            "the purpose is empty",
            "write into `purpose` what the linkage is for, in the words of the agreement",
        );
    }
    match &project.agreement {
        Some(agreement) => {
            found.texts(agreement);
            found.dates(agreement, today);
            found.elements(project, agreement);
            found.contacts(project, agreement);
            found.keys(project, agreement);
        }
        None => found.missing(
            "there is no part [agreement]: nothing says who answers, which data elements may be used and until when",
            "fill in the part that `project new` writes as a comment",
        ),
    }
    if project.stable_link_ids {
        found.note(
            "link ids are stable: the same record has the same ref, and the same pair the same link id, in every round, so that the operator can join rounds and follow a student over the years; and each party needs a ref key of its own (`encode --ref-key`), which it gives to nobody and keeps for all rounds",
            "keep `stable_link_ids` only if the agreement says that this is wanted",
        );
    }
    if project.schema.is_classic() {
        found.note(
            "the schema is the classic record-level Bloom filter, which is known to be broken by frequency attacks",
            "take another schema unless everybody with access to the token files is trusted",
        );
    }
    found.0.sort_by_key(|f| f.weight);
    found.0
}

struct Found(Vec<Finding>);

impl Found {
    fn add(&mut self, weight: Weight, what: impl Into<String>, action: impl Into<String>) {
        self.0.push(Finding {
            weight,
            what: what.into(),
            action: action.into(),
        });
    }

    fn contradiction(&mut self, what: impl Into<String>, action: impl Into<String>) {
        self.add(Weight::Contradiction, what, action);
    }

    fn missing(&mut self, what: impl Into<String>, action: impl Into<String>) {
        self.add(Weight::Missing, what, action);
    }

    fn note(&mut self, what: impl Into<String>, action: impl Into<String>) {
        self.add(Weight::Note, what, action);
    }

    fn parties(&mut self, project: &Project) {
        for party in &project.parties {
            if !project.pairs.iter().any(|(a, b)| a == party || b == party) {
                self.contradiction(
                    format!("the party `{party}` is in no pair: its students may be linked with nobody's"),
                    "add its pairs to `pairs`, or take it out of `parties`",
                );
            }
        }
    }

    fn texts(&mut self, agreement: &Agreement) {
        for (key, text, what) in [
            ("number", &agreement.number, "the agreement has no number"),
            (
                "exception",
                &agreement.exception,
                "no FERPA exception is named",
            ),
            (
                "representative",
                &agreement.representative,
                "no authorised representative is named",
            ),
        ] {
            if text.trim().is_empty() {
                self.missing(
                    what,
                    format!("write into `{key}` what the written agreement says"),
                );
            }
        }
        if agreement.minimum_cell < USUAL_CELL {
            self.note(
                format!(
                    "the minimum cell is {}: numbers of fewer than {USUAL_CELL} students can be published",
                    agreement.minimum_cell
                ),
                format!("most agencies hide numbers below {USUAL_CELL}; ask yours"),
            );
        }
    }

    fn dates(&mut self, agreement: &Agreement, today: Date) {
        let last = agreement.destroy_by;
        let latest = today.checked_add(Span::new().years(MOST_YEARS));
        if last < today {
            self.contradiction(
                format!("the data was to be destroyed by {last}, and today is {today}"),
                "nothing can be encoded or matched: destroy what is held, or agree on another date",
            );
        } else if latest.is_ok_and(|latest| last > latest) {
            self.contradiction(
                format!("the data is to be destroyed by {last}, more than {MOST_YEARS} years from today"),
                "data is to be destroyed when it is no longer needed: set `destroy_by` to the end of this round's work",
            );
        }
    }

    fn elements(&mut self, project: &Project, agreement: &Agreement) {
        let needs = project.schema.needs();
        for element in needs.iter().filter(|e| !agreement.allows(**e)) {
            self.contradiction(
                format!(
                    "the schema `{}` needs `{element}`, which `elements` does not declare",
                    project.schema.name
                ),
                "declare it, if the parties agree to its use, or take a schema without it",
            );
        }
        let is_used = |element: Element| {
            needs.contains(&element)
                || project
                    .schema
                    .passes
                    .iter()
                    .any(|p: &Pass| p.blocks_on(element))
        };
        for element in agreement.elements.iter().filter(|e| !is_used(**e)) {
            self.note(
                format!("`{element}` is declared, and no pass of the schema is made of it"),
                "take it out of `elements`: what is not needed should not be used",
            );
        }
    }

    fn contacts(&mut self, project: &Project, agreement: &Agreement) {
        for role in roles(project) {
            let Some(contact) = agreement.contact(role) else {
                self.missing(
                    format!("nobody is named for `{role}`"),
                    format!("add an [[agreement.contact]] with role = \"{role}\""),
                );
                continue;
            };
            for (key, text) in [
                ("organisation", &contact.organisation),
                ("person", &contact.person),
                ("contact", &contact.contact),
            ] {
                if text.trim().is_empty() {
                    self.missing(
                        format!("the contact of `{role}` has no {key}"),
                        format!("fill in `{key}`"),
                    );
                }
            }
        }
        let Some(operator) = agreement.contact(OPERATOR) else {
            return;
        };
        for contact in agreement.contacts.iter().filter(|c| c.role != OPERATOR) {
            let Some(shared) = shared(contact, operator) else {
                continue;
            };
            self.contradiction(
                format!("`{}` and the operator have the same {shared}", contact.role),
                if contact.role == CUSTODIAN {
                    "let somebody else hold the key: with key and token files names can be found"
                } else {
                    "let a third party operate: a party has the key, and with all token files names of the others can be found"
                },
            );
        }
    }

    fn keys(&mut self, project: &Project, agreement: &Agreement) {
        for role in roles(project).filter(|r| *r != OPERATOR) {
            let contact = agreement.contact(role);
            if contact.is_some_and(|c| c.public_key.is_none()) {
                self.missing(
                    format!("`{role}` has no public key: it cannot sign the project file, nor get a sealed key"),
                    "put the line of its identity's public file into `public_key`",
                );
            }
        }
    }
}

/// The names of all roles, parties first.
fn roles(project: &Project) -> impl Iterator<Item = &str> {
    let parties = project.parties.iter().map(PartyId::as_str);
    parties.chain([CUSTODIAN, OPERATOR])
}

/// What two contacts have in common that they must not.
fn shared(a: &Contact, b: &Contact) -> Option<&'static str> {
    let same = |a: &str, b: &str| {
        let words = |text: &str| -> Vec<String> {
            text.split_whitespace().map(str::to_lowercase).collect()
        };
        let (a, b) = (words(a), words(b));
        !a.is_empty() && a == b
    };
    if same(&a.organisation, &b.organisation) {
        Some("organisation")
    } else if same(&a.person, &b.person) {
        Some("person")
    } else if same(&a.contact, &b.contact) {
        Some("mail or telephone")
    } else {
        None
    }
}
