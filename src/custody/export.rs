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
