//! `project annex`: the technical annex of an agreement as a page to print and sign.

use crate::error::{Error, Result};
use crate::page::{Drawing, Page};
use crate::project::{Agreement, BlockFeature, CUSTODIAN, Element, OPERATOR, Pass, Project};
use crate::receipt::NOTICE;
use crate::units::PartyId;

/// What is behind the name of an element, and the name that the Common Education Data Standards have for it.
fn meaning(element: Element) -> (&'static str, &'static str) {
    match element {
        Element::StudentId => (
            "The owner's own student or applicant id, by which it finds the student again",
            "StudentIdentifier",
        ),
        Element::First => ("Given name or names", "First Name (000115)"),
        Element::Middle => ("Middle name or initial", "Middle Name (000184)"),
        Element::Last => ("Family name or names", "Last or Surname (000172)"),
        Element::Suffix => ("Jr., III and the like", "GenerationCodeOrSuffix"),
        Element::Birthdate => ("Date of birth", "Birthdate (000033)"),
        Element::Gender => ("Gender as the owner's system has it", "Sex"),
        Element::AliasFirst => ("Preferred or other given names", "OtherFirstName"),
        Element::AliasLast => (
            "Former, maiden, preferred or other family names",
            "OtherLastName",
        ),
    }
}

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

fn dictionary(page: &mut Page, project: &Project, agreement: &Agreement) {
    page.heading("Data dictionary");
    page.text(
        "These elements of the parties' student tables are used, and no other: a column of another element is not read. \
         Each is held by its owner alone. What leaves is made of it under the secret linkage key, and is still personal \
         data of an education record.",
    );
    let rows = agreement
        .elements
        .iter()
        .map(|element| {
            let (meaning, ceds) = meaning(*element);
            vec![
                element.name().to_owned(),
                meaning.to_owned(),
                ceds.to_owned(),
                "each party".to_owned(),
                "never".to_owned(),
                uses(project, *element),
            ]
        })
        .collect();
    page.table(
        "Data elements: what each means, its name in CEDS, who holds it, whether it leaves its owner in clear, and what is made of it",
        &["Element", "Meaning", "CEDS", "Held by", "Leaves", "Used by"],
        rows,
    );
    page.table(
        "Passes of the linkage schema: what of two records must agree, and what is compared where it does",
        &["Pass", "Must agree", "Must share a keyed bucket", "Compared"],
        project.schema.passes.iter().map(pass).collect(),
    );
}

/// The passes that `element` goes into: in their blocks, in their filters.
fn uses(project: &Project, element: Element) -> String {
    let passes = &project.schema.passes;
    let in_blocks: Vec<&str> = passes
        .iter()
        .filter(|p| p.blocks_on(element))
        .map(|p| p.name.as_str())
        .collect();
    let mut in_filters: Vec<String> = Vec::new();
    for pass in passes {
        for filter in &pass.filters {
            if filter.of.iter().any(|f| f.needs().contains(&element)) {
                in_filters.push(format!("{}.{}", pass.name, filter.name));
            }
        }
    }
    let mut parts = Vec::new();
    if element == Element::StudentId {
        parts.push(if project.stable_link_ids {
            "record refs are a function of it under a key that the party alone has; the ref map, which stays with the party".to_owned()
        } else {
            "the ref map, which stays with the party".to_owned()
        });
    }
    if !in_blocks.is_empty() {
        parts.push(format!("blocks: {}", in_blocks.join(", ")));
    }
    if !in_filters.is_empty() {
        parts.push(format!("filters: {}", in_filters.join(", ")));
    }
    if parts.is_empty() {
        "no pass of this schema".to_owned()
    } else {
        parts.join("; ")
    }
}

/// A pass in words, for the columns of its table.
fn pass(pass: &Pass) -> Vec<String> {
    let named = |of: &[BlockFeature]| -> String {
        let names: Vec<&str> = of.iter().map(|f| f.as_str()).collect();
        names.join(", ")
    };
    let bucket = pass
        .bucket
        .as_ref()
        .map(|b| format!("one of {}, of {}", b.count, named(&b.of)));
    let filters: Vec<String> = pass
        .filters
        .iter()
        .map(|filter| {
            let of: Vec<&str> = filter.of.iter().map(|f| f.as_str()).collect();
            format!(
                "{} ({} bits of {})",
                filter.name,
                filter.bits,
                of.join(", ")
            )
        })
        .collect();
    let mut block = named(&pass.block);
    if pass.undated {
        block += " (records without a birthdate, with those that have one)";
    }
    vec![
        pass.name.clone(),
        block,
        bucket.unwrap_or_default(),
        filters.join("; "),
    ]
}

/// Measures of the drawing.
const ROW: u32 = 104;
const TOP: u32 = 36;

fn flow(page: &mut Page, project: &Project, agreement: &Agreement) {
    let count = u32::try_from(project.parties.len()).unwrap_or(u32::MAX);
    let height = ROW.saturating_mul(count);
    let mut drawing = Drawing::new(960, TOP + height + 64);
    let organisation = |role: &str| {
        agreement
            .contact(role)
            .map_or("", |c| c.organisation.as_str())
    };
    drawing.words((20, 20), "Custodian");
    drawing.words((300, 20), "Owners of the records");
    drawing.words((770, 20), "Operator");
    drawing.boxed(
        (20, TOP),
        (160, height - 16),
        &[
            "custodian",
            organisation(CUSTODIAN),
            "makes the linkage",
            "key; holds no tokens",
        ],
        false,
    );
    drawing.boxed(
        (770, TOP),
        (170, height - 16),
        &[
            "operator",
            organisation(OPERATOR),
            "compares tokens;",
            "holds no key",
        ],
        false,
    );
    for (i, party) in (0..).zip(&project.parties) {
        let y = TOP + ROW * i;
        drawing.boxed(
            (300, y),
            (240, ROW - 16),
            &[
                party.as_str(),
                organisation(party.as_str()),
                "keeps names, birthdates, ids,",
                "linkage key and ref map",
            ],
            false,
        );
        drawing.words((186, y + 36), "1 sealed key");
        drawing.arrow((180, y + 44), (298, y + 44), true);
        drawing.words((566, y + 24), "2 token file, manifest");
        drawing.arrow((540, y + 32), (768, y + 32), false);
        drawing.words((566, y + 60), "3 crosswalk, receipt");
        drawing.arrow((770, y + 68), (542, y + 68), false);
    }
    let foot = TOP + height + 12;
    drawing.words(
        (20, foot),
        "1 goes from the custodian to each owner alone. 2 and 3 go between each owner and the operator; owners send each other nothing.",
    );
    drawing.words(
        (20, foot + 24),
        "No name, birthdate or student id crosses in clear, and the linkage key never reaches the operator.",
    );
    let names: Vec<&str> = project.parties.iter().map(PartyId::as_str).collect();
    page.heading("Who sends what to whom");
    page.svg(
        "Flow of data",
        format!(
            "The custodian sends the sealed linkage key to each of the owners {}. Each owner sends a token file and a \
             release manifest to the operator. The operator sends each owner its own crosswalk and a receipt. Names, \
             birthdates, student ids and the linkage key do not reach the operator.",
            names.join(", ")
        ),
        drawing,
    );
}

fn crossing(page: &mut Page, project: &Project) {
    let row = |cells: [&str; 4]| cells.map(str::to_owned).to_vec();
    page.heading("What crosses, and what never does");
    page.table(
        "Everything that leaves the hands of one of them",
        &["File", "From", "To", "Holds"],
        vec![
            row([
                "project file",
                "whoever drafts it",
                "everybody",
                "this agreement and the schema; no student data, no secret",
            ]),
            row([
                "linkage key, sealed",
                "custodian",
                "each party, sealed for it alone",
                "the secret under which tokens are made; never to the operator",
            ]),
            row([
                "token file",
                "each party",
                "operator",
                if project.stable_link_ids {
                    "for each student a ref that is the same in every round, keyed hashes and Bloom filters; personal data, of which names can be guessed by whoever also has the key"
                } else {
                    "for each student a random ref, keyed hashes and Bloom filters; personal data, of which names can be guessed by whoever also has the key"
                },
            ]),
            row([
                "release manifest",
                "each party",
                "operator",
                "counts, hashes and the verdict of the party's own audit",
            ]),
            row([
                "crosswalk and receipt",
                "operator",
                "the party whose refs they hold",
                "for each ref of that party: whether there is a link, its probability and a link id that the partner's file has too",
            ]),
        ],
    );
    let ref_key = if project.stable_link_ids {
        " the ref key;"
    } else {
        ""
    };
    page.list(
        [
            &format!("Never leaves its owner: the student table; names, birthdates, genders and student ids in clear; the ref map;{ref_key} the list of rejected rows; the table of links with student ids."),
            "Never reaches the operator: the linkage key, opened or sealed; a ref map.",
            "Stays with the operator: links.csv, pairs.csv and report.json; to a party go its own crosswalk and receipt alone.",
        ]
        .map(str::to_owned)
        .to_vec(),
    );
    page.text(format!(
        "{} parties take part; a pair of them that is not listed above is not matched.",
        project.parties.len()
    ));
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
