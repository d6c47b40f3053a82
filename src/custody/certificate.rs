//! The certificate of destruction: what was destroyed, how, and what no program can promise.

use serde::Serialize;

use super::entry::FileFacts;
use super::log::account;
use crate::page::Page;
use crate::project::Project;

/// The format of the certificate as JSON.
pub const CERTIFICATE: &str = "blindlink-certificate-1";
/// How files are destroyed, in words.
pub const METHOD: &str = "Each file was renamed, overwritten once in its whole length with random bytes, which were forced to \
    the disk, cut to a length of nothing, and removed.";

/// What a program cannot promise, an item each.
const LIMITS: [&str; 6] = [
    "Backups, snapshots and shadow copies: copies that a system made by itself are not found and not destroyed.",
    "Copies by hand: what was sent by mail, lies in a transfer service, on a stick or in another folder.",
    "Flash memory: an SSD or a stick writes to other cells than those it read from (wear levelling), so that what was \
     overwritten may stand in cells that can be read with special tools. Only encryption of the whole medium, or the \
     medium's own erase command, helps.",
    "File systems that write to other places than before (copy on write, journals, network and cloud folders): the old \
     blocks may stay for a time.",
    "Main memory and swap files of the machines on which the files were used.",
    "The linkage key with the other data owners, and token files and results with other parties: each of them destroys \
     its own and writes a certificate of its own.",
];

/// One file that was destroyed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Destroyed {
    /// Which file. Its name and size are not known where the log is not.
    pub file: FileFacts,
    /// Whose records it held.
    pub party: Option<String>,
    /// Records in it.
    pub rows: Option<u64>,
    /// When, in UTC.
    pub time: String,
}

/// A certificate under construction.
#[derive(Debug, Clone, Serialize)]
pub struct Certificate {
    format: &'static str,
    program: &'static str,
    project: String,
    project_name: String,
    round: String,
    agreement: String,
    purpose: String,
    destroy_by: Option<String>,
    /// The day on which it was written, UTC.
    date: String,
    operator: String,
    witness: Option<String>,
    method: &'static str,
    /// What this run destroyed.
    destroyed: Vec<Destroyed>,
    /// What earlier runs did, by the log.
    destroyed_before: Vec<Destroyed>,
    /// Files whose destruction an earlier run had begun, and of which no log tells more.
    finished: usize,
    /// What lay in the same folders and was left alone: path and why.
    left_alone: Vec<(String, String)>,
    limits: [&'static str; 6],
}

impl Certificate {
    /// A certificate of today on files of `project`: those that were `destroyed`, those of earlier runs, and what
    /// was left alone, with the reason. Of those that are `finished` no more is known than their number.
    #[must_use]
    pub fn new(
        project: &Project,
        destroyed: Vec<Destroyed>,
        destroyed_before: Vec<Destroyed>,
        finished: usize,
        left_alone: Vec<(String, String)>,
        witness: Option<String>,
    ) -> Self {
        let agreement = project.agreement.as_ref();
        Self {
            format: CERTIFICATE,
            program: concat!("blindlink ", env!("CARGO_PKG_VERSION")),
            project: project.fingerprint.to_string(),
            project_name: project.name.clone(),
            round: project.round.clone(),
            agreement: agreement.map_or(String::new(), |a| a.number.clone()),
            purpose: project.purpose.clone(),
            destroy_by: agreement.map(|a| a.destroy_by.to_string()),
            date: crate::units::today().to_string(),
            operator: account(),
            witness,
            method: METHOD,
            destroyed,
            destroyed_before,
            finished,
            left_alone,
            limits: LIMITS,
        }
    }

    /// Indented JSON with a line end.
    #[must_use]
    pub fn to_json(&self) -> String {
        let text = serde_json::to_string_pretty(self);
        text.expect("text, numbers and lists have a JSON form") + "\n"
    }

    /// The page to be printed and signed.
    #[must_use]
    pub fn page(&self) -> Page {
        let or_none = |text: &str| match text {
            "" => "not stated in the project file".to_owned(),
            text => text.to_owned(),
        };
        let mut page = Page::new("Certificate of destruction");
        let number = self.destroyed.len() + self.destroyed_before.len() + self.finished;
        page.verdict(format!(
            "{number} file{} of the project {} destroyed at the place where this was run.",
            if number == 1 { "" } else { "s" },
            if number == 1 { "was" } else { "were" },
        ));
        page.facts(vec![
            ("Project", or_none(&self.project_name)),
            ("Fingerprint", self.project.clone()),
            ("Round", self.round.clone()),
            ("Agreement", or_none(&self.agreement)),
            ("Purpose", or_none(&self.purpose)),
            (
                "Destroy by",
                or_none(self.destroy_by.as_deref().unwrap_or_default()),
            ),
            (
                "Date",
                format!("{} (UTC, by the clock of the machine)", self.date),
            ),
            ("Run by account", self.operator.clone()),
            (
                "Witness",
                self.witness.clone().unwrap_or_else(|| "none named".into()),
            ),
            ("Program", self.program.to_owned()),
        ]);
        page.heading("What was destroyed");
        if self.destroyed.is_empty() && self.finished == 0 {
            page.text("This run found nothing left to destroy.");
        }
        if !self.destroyed.is_empty() {
            let rows = self.destroyed.iter().map(row).collect();
            page.table("Files destroyed by this run", &FILES, rows);
        }
        if self.finished > 0 {
            page.text(format!(
                "Files whose destruction an earlier run had begun and this one finished, and of which no disclosure log \
                 tells more: {}.",
                self.finished
            ));
        }
        if !self.destroyed_before.is_empty() {
            let rows = self.destroyed_before.iter().map(row).collect();
            page.table(
                "Files destroyed by earlier runs, by the disclosure log",
                &FILES,
                rows,
            );
        }
        page.heading("How");
        page.text(self.method);
        page.heading("What this certificate cannot say");
        page.text("A program destroys the copies that it is shown. It cannot vouch for:");
        page.list(self.limits.iter().map(|l| (*l).to_owned()).collect());
        if !self.left_alone.is_empty() {
            page.heading("What was left alone");
            page.table(
                "In the same folders, and not destroyed",
                &["File", "Why"],
                self.left_alone
                    .iter()
                    .map(|(f, w)| vec![f.clone(), w.clone()])
                    .collect(),
            );
        }
        page.heading("Signatures");
        page.blanks(&[
            "Destroyed by (name, date, signature)",
            "Witness (name, date, signature)",
        ]);
        page
    }
}

const FILES: [&str; 5] = ["File", "Records of", "Bytes", "BLAKE3", "When (UTC)"];

fn row(d: &Destroyed) -> Vec<String> {
    let rows = d.rows.map_or(String::new(), |n| n.to_string());
    vec![
        format!("{} ({})", d.file.name, d.file.kind),
        match &d.party {
            Some(party) if d.rows.is_some() => format!("{party}: {rows}"),
            Some(party) => party.clone(),
            None => rows,
        },
        d.file.bytes.to_string(),
        d.file.blake3.to_string(),
        d.time.replace('T', " "),
    ]
}
