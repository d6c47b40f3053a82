//! The record of disclosures: the log as 34 CFR 99.32 asks for it, as a table and as a page.

use super::entry::Entry;
use super::verify::Checked;
use crate::page::Page;

/// Columns of the table.
pub const COLUMNS: [&str; 18] = [
    "part",
    "entry",
    "time",
    "action",
    "received_by",
    "records_of",
    "legitimate_interest",
    "legal_basis",
    "agreement",
    "data_elements",
    "records",
    "file",
    "kind",
    "bytes",
    "blake3",
    "destroy_by",
    "account",
    "note",
];

/// Disclosures first, then everything else; each in the order of the log.
fn parts(checked: &Checked) -> (Vec<&Entry>, Vec<&Entry>) {
    checked
        .entries
        .iter()
        .partition(|e| e.action.is_disclosure())
}

fn number(n: Option<u64>) -> String {
    n.map_or(String::new(), |n| n.to_string())
}

/// The rows of the table, one an entry, with as many cells as [`COLUMNS`].
#[must_use]
pub fn csv(checked: &Checked) -> Vec<Vec<String>> {
    let (disclosures, others) = parts(checked);
    let row = |part: &str, e: &Entry| {
        let of_file = |f: fn(&super::FileFacts) -> String| e.file.as_ref().map_or(String::new(), f);
        vec![
            part.to_owned(),
            e.seq.to_string(),
            e.time.clone(),
            e.action.name().to_owned(),
            e.recipient.clone().unwrap_or_default(),
            e.party.clone().unwrap_or_default(),
            e.purpose.clone(),
            e.legal_basis.clone(),
            e.agreement.clone(),
            e.elements.join(" "),
            number(e.rows),
            of_file(|f| f.name.clone()),
            of_file(|f| f.kind.clone()),
            of_file(|f| f.bytes.to_string()),
            of_file(|f| f.blake3.to_string()),
            e.destroy_by.clone().unwrap_or_default(),
            e.operator.clone(),
            e.note.clone(),
        ]
    };
    let first = disclosures.into_iter().map(|e| row("disclosure", e));
    first
        .chain(others.into_iter().map(|e| row("appendix", e)))
        .collect()
}

/// The page, of the log called `name`.
#[must_use]
pub fn page(checked: &Checked, name: &str) -> Page {
    let (disclosures, others) = parts(checked);
    let mut page = Page::new("Record of disclosures");
    page.text(
        "What was disclosed, to whom, for which legitimate interest and when, as 34 CFR 99.32 has it recorded. It was \
         made of the disclosure log, whose entries are chained by hashes: whoever holds a copy of the log can check \
         with `blindlink log verify` that no entry was changed, left out or put in between. What was disclosed by other \
         means is in it only where it was entered with `blindlink log add`.",
    );
    let mut facts = vec![
        ("Log", name.to_owned()),
        ("Entries", checked.entries.len().to_string()),
        ("Disclosures", disclosures.len().to_string()),
        ("Hash of the last entry", checked.last().to_string()),
    ];
    if let (Some(first), Some(last)) = (checked.entries.first(), checked.entries.last()) {
        facts.push((
            "First and last entry",
            format!("{} to {}", first.time, last.time),
        ));
    }
    for (label, of) in [
        (
            "Agreement",
            (|e| e.agreement.clone()) as fn(&Entry) -> String,
        ),
        ("Legal basis", |e| e.legal_basis.clone()),
        ("Project", |e| e.project.to_string()),
    ] {
        let mut all: Vec<String> = checked.entries.iter().map(of).collect();
        all.retain(|text| !text.is_empty());
        all.sort();
        all.dedup();
        facts.push((label, all.join("; ")));
    }
    page.facts(facts);
    page.heading("Disclosures");
    if disclosures.is_empty() {
        page.text("The log has none.");
    } else {
        page.table(
            "Each disclosure, in order of time",
            &[
                "Entry",
                "Received by",
                "Legitimate interest",
                "Records of",
                "Data elements",
                "File and remarks",
            ],
            disclosures.iter().map(|e| disclosure(e)).collect(),
        );
    }
    page.heading("Appendix: all other entries");
    if others.is_empty() {
        page.text("The log has none.");
    } else {
        page.table(
            "What became of files that did not pass to somebody else by these entries",
            &["Entry", "Records of", "File and remarks"],
            others.iter().map(|e| other(e)).collect(),
        );
    }
    page.blanks(&["Kept by", "Date and signature"]);
    page
}

/// Number, action, date and time of an entry: one cell, since pages are narrow.
fn what(e: &Entry) -> String {
    format!(
        "{}. {}, {}",
        e.seq,
        e.action.name(),
        e.time.replace('T', " ")
    )
}

/// Of whom an entry is, and of how many.
fn whose(e: &Entry) -> String {
    match (&e.party, e.rows) {
        (Some(party), Some(rows)) => format!("{party}: {rows}"),
        (party, rows) => party.clone().unwrap_or_else(|| number(rows)),
    }
}

fn file(e: &Entry) -> String {
    e.file.as_ref().map_or(String::new(), |f| {
        let hash = f.blake3.short();
        format!("{} ({}), {} bytes, BLAKE3 {hash}", f.name, f.kind, f.bytes)
    })
}

/// The file and what else there is to say.
fn remarks(e: &Entry) -> String {
    let torn = e
        .torn
        .map(|n| format!("an unfinished line of {n} bytes before it was cut off"));
    let all = [Some(file(e)), torn, Some(e.note.clone())];
    let all: Vec<String> = all
        .into_iter()
        .flatten()
        .filter(|t| !t.is_empty())
        .collect();
    all.join("; ")
}

fn disclosure(e: &Entry) -> Vec<String> {
    let basis = match e.legal_basis.as_str() {
        "" => String::new(),
        basis => format!(" ({basis})"),
    };
    vec![
        what(e),
        e.recipient.clone().unwrap_or_default(),
        format!("{}{basis}", e.purpose),
        whose(e),
        e.elements.join(", "),
        remarks(e),
    ]
}

fn other(e: &Entry) -> Vec<String> {
    vec![what(e), whose(e), remarks(e)]
}

#[cfg(test)]
mod tests {
    use super::super::{Action, Event, FileFacts, Log, read};
    use super::*;
    use crate::project::{Project, new_project};
    use crate::units::Fingerprint;

    const PART: &str = "[agreement]\nnumber = \"MOU-7\"\nexception = \"audit or evaluation\"\n\
        destroy_by = \"2027-06-30\"\nminimum_cell = 11\nelements = [\"student-id\", \"first\"]\n";

    /// A log of a file that was made, passed on and resolved, and of something that was noted after a write was cut short.
    fn checked() -> Checked {
        let parties = ["district", "college"].map(|p| p.parse().unwrap());
        let text = new_project(&parties, "k12", [7; 16]).unwrap();
        let text = text.replace("purpose = \"\"", "purpose = \"to see who enrols\"");
        let text = text.replace("[decision]", &format!("{PART}[decision]"));
        let project = Project::parse(&text).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.log.jsonl");
        let log = Log::open(&path, &project).unwrap();
        let file = FileFacts {
            name: "d.tokens".into(),
            kind: "tokens".into(),
            bytes: 42,
            blake3: Fingerprint([0xab; 32]),
            key_check: None,
        };
        let elements = log.elements(true);
        let of = |action| Event::new(action).file(file.clone()).of(&"district", 7);
        let released = Event {
            recipient: Some("Vvortex College".into()),
            legal_basis: Some("consent".into()),
            ..of(Action::Released).elements(elements)
        };
        let resolved = Event {
            rows: Some(5),
            purpose: Some("to advise".into()),
            legal_basis: Some(String::new()),
            ..Event::new(Action::Resolved)
        };
        log.record(&[of(Action::Made), released, resolved]).unwrap();
        let torn = [&std::fs::read(&path).unwrap()[..], b"{\"format\""].concat();
        std::fs::write(&path, torn).unwrap();
        let noted = Event {
            party: Some("college".into()),
            ..Event::new(Action::Noted).note("a stick was lost")
        };
        log.record(&[noted]).unwrap();
        read(&path).unwrap()
    }

    #[test]
    fn the_table_has_disclosures_first_and_every_entry_once() {
        let checked = checked();
        let rows = csv(&checked);
        assert!(rows.iter().all(|row| row.len() == COLUMNS.len()));
        let first: Vec<[&str; 4]> = rows
            .iter()
            .map(|row| [&row[0], &row[1], &row[3], &row[10]].map(String::as_str))
            .collect();
        assert_eq!(
            first,
            [
                ["disclosure", "2", "released", "7"],
                ["disclosure", "3", "resolved", "5"],
                ["appendix", "1", "made", "7"],
                ["appendix", "4", "noted", ""],
            ]
        );
        let hash = "ab".repeat(32);
        let (released, cells) = (&checked.entries[1], &rows[0]);
        assert_eq!(cells[2], released.time);
        assert_eq!(
            cells[4..16],
            [
                "Vvortex College",
                "district",
                "to see who enrols",
                "consent",
                "MOU-7",
                "first",
                "7",
                "d.tokens",
                "tokens",
                "42",
                &hash,
                "2027-06-30"
            ]
        );
        assert_eq!(cells[16], released.operator);
        assert_eq!(rows[3][17], "a stick was lost");
    }

    #[test]
    fn the_page_says_of_each_entry_what_the_log_says() {
        let checked = checked();
        let [made, released, resolved, noted] = &checked.entries[..] else {
            panic!("four entries");
        };
        let when = |e: &Entry| e.time.replace('T', " ");
        let file = "d.tokens (tokens), 42 bytes, BLAKE3 abababab";
        assert_eq!(
            disclosure(released),
            [
                &format!("2. released, {}", when(released)),
                "Vvortex College",
                "to see who enrols (consent)",
                "district: 7",
                "first",
                &remarks(released)
            ]
        );
        assert!(remarks(released).starts_with(file));
        assert_eq!(disclosure(resolved)[1..], ["", "to advise", "5", "", ""]);
        assert!(other(made)[2].starts_with(file));
        assert_eq!(
            other(noted)[1..],
            [
                "college",
                "an unfinished line of 9 bytes before it was cut off; a stick was lost"
            ]
        );
        let html = page(&checked, "p.log.jsonl").to_html();
        for text in [
            "p.log.jsonl".to_owned(),
            checked.last().to_string(),
            format!("{} to {}", made.time, noted.time),
            "MOU-7".to_owned(),
            "audit or evaluation; consent".to_owned(),
            made.project.to_string(),
            "to see who enrols (consent)".to_owned(),
            "a stick was lost".to_owned(),
        ] {
            assert!(html.contains(&text), "{text}");
        }
        assert!(!html.contains("The log has none."));
    }

    #[test]
    fn a_page_of_no_entry_says_so() {
        let none = Checked {
            entries: Vec::new(),
            torn: 0,
            back_in_time: Vec::new(),
        };
        let html = page(&none, "p.log.jsonl").to_html();
        assert_eq!(html.matches("The log has none.").count(), 2);
        assert!(html.contains(&"0".repeat(64)));
        assert!(!html.contains("First and last entry"));
        assert!(csv(&none).is_empty());
    }
}
