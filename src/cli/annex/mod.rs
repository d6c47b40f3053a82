//! `project annex`: the technical annex of an agreement as a page to print and sign.

mod crossing;
mod dictionary;

use self::crossing::{crossing, flow};
use self::dictionary::dictionary;
use crate::error::{Error, Result};
use crate::page::Page;
use crate::project::{Agreement, CUSTODIAN, OPERATOR, Project};
use crate::receipt::NOTICE;
use crate::units::PartyId;

/// The annex of `project`.
///
/// # Errors
/// [`Class::Mismatch`](crate::error::Class::Mismatch) if the project has no agreement.
pub(super) fn page(project: &Project) -> Result<Page> {
    let Some(agreement) = &project.agreement else {
        return Err(Error::mismatch(
            "the project file has no part [agreement], of which to make an annex",
        )
        .hint("fill in the part that `project new` writes as a comment"));
    };
    let mut page = Page::new(&format!("Technical annex: {}", project.name));
    page.text(
        "What the software of this linkage does with education records. Its words and values are those of the project \
         file that every party and the operator hold; the program acts on them. It is an annex to the parties' \
         agreement, and no advice on the law.",
    );
    agreed(&mut page, project, agreement);
    contacts(&mut page, project, agreement);
    dictionary(&mut page, project, agreement);
    flow(&mut page, project, agreement);
    crossing(&mut page, project);
    rounds(&mut page, project);
    page.heading("Redisclosure");
    page.text("With every result goes this notice:");
    page.text(NOTICE);
    page.heading("Signatures");
    page.text(format!(
        "The signatures are for the project file with the fingerprint {}. Compare it with what \
         \u{201c}blindlink project show\u{201d} prints before you sign.",
        project.fingerprint.short()
    ));
    let lines: Vec<String> = roles(project)
        .map(|role| match agreement.contact(role) {
            Some(c) if !c.organisation.is_empty() => {
                format!("{role}: {}, date", c.organisation)
            }
            _ => format!("{role}, date"),
        })
        .collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    page.blanks(&lines);
    Ok(page)
}

fn roles(project: &Project) -> impl Iterator<Item = &str> {
    let parties = project.parties.iter().map(PartyId::as_str);
    parties.chain([CUSTODIAN, OPERATOR])
}

/// What was said, or that nothing was.
fn said(text: &str) -> String {
    if text.trim().is_empty() {
        "(not stated)".to_owned()
    } else {
        text.to_owned()
    }
}

fn agreed(page: &mut Page, project: &Project, agreement: &Agreement) {
    let pairs: Vec<String> = project
        .pairs
        .iter()
        .map(|(a, b)| format!("{a} with {b}"))
        .collect();
    page.heading("What was agreed");
    page.facts(vec![
        ("Agreement", said(&agreement.number)),
        ("Purpose", said(&project.purpose)),
        (
            "Exception relied on",
            format!(
                "{} \u{2014} text of the parties, not legal advice",
                said(&agreement.exception)
            ),
        ),
        ("Representative", said(&agreement.representative)),
        ("Round", project.round.clone()),
        ("May be linked", pairs.join("; ")),
        (
            "Last day",
            format!(
                "{} (UTC): from the next day on the program makes, releases and matches no token file of this project; \
                 what is held is to be destroyed by then",
                agreement.destroy_by
            ),
        ),
        (
            "Minimum cell",
            format!(
                "no published number stands for fewer than {} students",
                agreement.minimum_cell
            ),
        ),
        ("Project file", project.fingerprint.to_string()),
        (
            "Linkage schema",
            format!("{}, {}", project.schema.name, project.schema.fingerprint),
        ),
    ]);
}

fn contacts(page: &mut Page, project: &Project, agreement: &Agreement) {
    page.heading("Parties and contacts");
    let rows = roles(project)
        .map(|role| {
            let of = agreement.contact(role);
            let cell = |text: Option<&str>| said(text.unwrap_or_default());
            vec![
                role.to_owned(),
                cell(of.map(|c| c.organisation.as_str())),
                cell(of.map(|c| c.person.as_str())),
                cell(of.map(|c| c.contact.as_str())),
            ]
        })
        .collect();
    page.table(
        "Who answers for what: each party for its own records, the custodian for the linkage key, the operator for the matching",
        &["Role", "Organisation", "Person", "Contact"],
        rows,
    );
    page.text("Their public keys, with which the parties and the custodian sign the project file:");
    let keys = roles(project).map(|role| {
        let of = agreement.contact(role);
        let key = of.and_then(|c| c.public_key.as_deref());
        (role, said(key.unwrap_or_default()))
    });
    page.facts(keys.collect());
}

fn rounds(page: &mut Page, project: &Project) {
    page.heading("Rounds");
    page.text(if project.stable_link_ids {
        "The parties want stable link ids. The ref of a student's record and the link id of a pair are the same in every \
         round of this project: the operator can join rounds and follow a student over the years. Each party makes its refs \
         with a key of its own, which it gives to nobody and keeps for all rounds: whoever has that key can try student ids."
    } else {
        "Each round has keys, refs and link ids of its own: the operator cannot tell which records of two rounds are of one \
         student. A later round needs a project file of its own, and new signatures."
    });
}
