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
        in_groups(&d.file.blake3.to_string()),
        d.time.replace('T', " "),
    ]
}

/// Digits in groups of 16, so that they can be compared and a narrow page can break them.
fn in_groups(digits: &str) -> String {
    let groups: Vec<&str> = digits
        .as_bytes()
        .chunks(16)
        .filter_map(|group| std::str::from_utf8(group).ok())
        .collect();
    groups.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::new_project;
    use crate::units::Fingerprint;

    fn project() -> Project {
        let parties = ["district", "college"].map(|p| p.parse().unwrap());
        Project::parse(&new_project(&parties, "k12", [7; 16]).unwrap()).unwrap()
    }

    fn file(name: &str) -> Destroyed {
        Destroyed {
            file: FileFacts {
                name: name.into(),
                kind: "tokens".into(),
                bytes: 42,
                blake3: Fingerprint([0xab; 32]),
                key_check: None,
            },
            party: Some("district".into()),
            rows: Some(7),
            time: "2027-06-30T12:00:00Z".into(),
        }
    }

    #[test]
    fn both_forms_say_what_was_destroyed_when_and_what_cannot_be_said() {
        let left = vec![("x.csv".to_owned(), "is of no project".to_owned())];
        let certificate = Certificate::new(
            &project(),
            vec![file("<now>.tokens")],
            vec![file("before.tokens")],
            1,
            left,
            Some("Wwitness".into()),
        );
        let html = certificate.page().to_html();
        let json: serde_json::Value = serde_json::from_str(&certificate.to_json()).unwrap();
        for text in [
            "3 files of the project were destroyed",
            "&lt;now&gt;.tokens",
            "before.tokens",
            "district: 7",
            "2027-06-30 12:00:00Z",
            "abababababababab abababababababab",
            "Wwitness",
            "x.csv",
            "no disclosure log tells more: 1",
        ] {
            assert!(html.contains(text), "{text}");
        }
        for limit in LIMITS {
            assert!(html.contains(&crate::page::escaped(limit)), "{limit}");
        }
        assert_eq!(json["destroyed"][0]["rows"], 7);
        assert_eq!(json["limits"].as_array().unwrap().len(), LIMITS.len());
    }

    #[test]
    fn what_this_run_and_earlier_ones_destroyed_is_counted_and_told_apart() {
        let files = |n: usize| vec![file("x.tokens"); n];
        let nothing_left = "This run found nothing left to destroy";
        let by_this_run = "Files destroyed by this run";
        let before = "Files destroyed by earlier runs";
        let finished = "no disclosure log tells more";
        for (numbers, verdict, said) in [
            (
                (0, 0, 0),
                "0 files of the project were",
                &[nothing_left][..],
            ),
            ((1, 0, 0), "1 file of the project was", &[by_this_run]),
            (
                (0, 1, 0),
                "1 file of the project was",
                &[nothing_left, before],
            ),
            ((0, 0, 1), "1 file of the project was", &[finished]),
            (
                (2, 3, 4),
                "9 files of the project were",
                &[by_this_run, before, finished],
            ),
        ] {
            let (now, earlier, rest) = numbers;
            let certificate = Certificate::new(
                &project(),
                files(now),
                files(earlier),
                rest,
                Vec::new(),
                None,
            );
            let html = certificate.page().to_html();
            assert!(html.contains(verdict), "{numbers:?}");
            for words in [nothing_left, by_this_run, before, finished] {
                assert_eq!(
                    html.contains(words),
                    said.contains(&words),
                    "{numbers:?}: {words}"
                );
            }
            assert!(!html.contains("What was left alone"), "{numbers:?}");
        }
    }

    #[test]
    fn records_are_of_a_party_as_far_as_either_is_known() {
        for (party, rows, expected) in [
            (Some("district"), Some(7), "district: 7"),
            (Some("district"), None, "district"),
            (None, Some(7), "7"),
            (None, None, ""),
        ] {
            let destroyed = Destroyed {
                party: party.map(str::to_owned),
                rows,
                ..file("x.tokens")
            };
            assert_eq!(row(&destroyed)[1], expected);
        }
    }
}
