//! What leaves the hands of whom in an annex: as a drawing, and file by file.

use crate::page::{Drawing, Page};
use crate::project::{Agreement, CUSTODIAN, OPERATOR, Project};
use crate::units::PartyId;

/// Measures of the drawing.
const ROW: u32 = 104;
const TOP: u32 = 36;

/// The drawing of who sends what to whom.
pub(super) fn flow(page: &mut Page, project: &Project, agreement: &Agreement) {
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

/// What crosses, file by file, and what never does.
pub(super) fn crossing(page: &mut Page, project: &Project) {
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
