//! One entry of the log: its members, its one form as a line, and its hash.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::units::{Fingerprint, unhex};

/// The format that this version writes and reads.
pub const FORMAT: &str = "blindlink-log-1";
/// How every line begins. SPEC disclosure-log.md 2.
pub(super) const START: &[u8] = b"{\"format\":\"blindlink-log-1\",\"seq\":";
/// The note of a file that gave way to another of its name: it was neither overwritten nor is it held any more.
pub const REPLACED: &str = "replaced";
/// Most bytes of a line without its end.
pub(super) const MAX_LINE: usize = 1 << 16;
/// Most bytes of a text in an entry.
const MAX_TEXT: usize = 2000;
/// What stands before the hash, which is the last member.
const HASH: &[u8] = b",\"hash\":\"";
/// Bytes of the hash with what stands around it: `,"hash":"`, 64 digits, `"}`.
const HASH_BYTES: usize = HASH.len() + 64 + 2;

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// It was made here.
    Made,
    /// It came from somebody else.
    Received,
    /// It was made here by matching token files.
    Matched,
    /// It was given, or made ready to be given, to somebody else.
    Released,
    /// A crosswalk was turned into a table of the owner's student ids.
    Resolved,
    /// A sealed key was opened.
    Opened,
    /// Its destruction begins.
    Destroying,
    /// Its content is overwritten and cut to nothing.
    Destroyed,
    /// Something else that is to be remembered.
    Noted,
}

impl Action {
    /// Every action, in the order of the specification.
    pub const ALL: [Self; 9] = [
        Self::Made,
        Self::Received,
        Self::Matched,
        Self::Released,
        Self::Resolved,
        Self::Opened,
        Self::Destroying,
        Self::Destroyed,
        Self::Noted,
    ];

    /// The word for it in the log.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Made => "made",
            Self::Received => "received",
            Self::Matched => "matched",
            Self::Released => "released",
            Self::Resolved => "resolved",
            Self::Opened => "opened",
            Self::Destroying => "destroying",
            Self::Destroyed => "destroyed",
            Self::Noted => "noted",
        }
    }

    /// Whether something passed from one party to another, which is what 34 CFR 99.32 has recorded.
    #[must_use]
    pub fn is_disclosure(self) -> bool {
        matches!(self, Self::Received | Self::Released | Self::Resolved)
    }
}

/// Which file an entry is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileFacts {
    /// Its name, without the folders that it lies in.
    pub name: String,
    /// What it is: `tokens`, `refs`, `key` and so on.
    pub kind: String,
    /// Its size.
    pub bytes: u64,
    /// BLAKE3 of its content.
    pub blake3: Fingerprint,
    /// Of a token file, 32 hexadecimal digits that are the same in all that were made with one linkage key; of a sealed key those of
    /// its token files.
    pub key_check: Option<String>,
}

/// One entry, as it stands in the log. Its members are in the order of the line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// [`FORMAT`].
    pub format: String,
    /// Its number, from 1.
    pub seq: u64,
    /// When it was written: UTC by the clock of that machine, to the second.
    pub time: String,
    /// What happened.
    pub action: Action,
    /// Fingerprint of the project file.
    pub project: Fingerprint,
    /// The round of the project.
    pub round: String,
    /// Whose records the file holds, where they are of one party.
    pub party: Option<String>,
    /// The file, if it is of one.
    pub file: Option<FileFacts>,
    /// Records in it, or rows where they are of no record.
    pub rows: Option<u64>,
    /// The data elements that are in it or that it was made of.
    pub elements: Vec<String>,
    /// The exception of FERPA that the parties rely on, or another basis, in their words.
    pub legal_basis: String,
    /// The agreement's number.
    pub agreement: String,
    /// What it is for.
    pub purpose: String,
    /// Who received it, or is to.
    pub recipient: Option<String>,
    /// The last day on which the agreement lets it be held.
    pub destroy_by: Option<String>,
    /// The account on the machine that ran the program.
    pub operator: String,
    /// The program and its version.
    pub program: String,
    /// Anything else, in a line.
    pub note: String,
    /// Bytes of an unfinished line that were found at the end of the log and cut off before this entry.
    pub torn: Option<u64>,
    /// The hash of the entry before; zeros for the first.
    pub previous: Fingerprint,
    /// BLAKE3 of the line without this member.
    pub hash: Fingerprint,
}

impl Entry {
    /// Whether it says that another file took the place of this one.
    #[must_use]
    pub fn is_replaced(&self) -> bool {
        self.action == Action::Noted && self.note == REPLACED
    }

    /// The line of the entry, without its end, under the hash that belongs to it, which it then has.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io) if it is too long, which its texts are too short for.
    pub(super) fn seal(&mut self) -> Result<Vec<u8>> {
        // SPEC disclosure-log.md 3: the hash is of the line without `,"hash":"..."`.
        let mut line = self.line();
        let end = line.len() - HASH_BYTES;
        line.truncate(end);
        line.push(b'}');
        self.hash = Fingerprint(*blake3::hash(&line).as_bytes());
        let line = self.line();
        if line.len() > MAX_LINE {
            return Err(Error::internal("an entry of the log is too long"));
        }
        Ok(line)
    }

    fn line(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("text, numbers and lists have a JSON form")
    }

    /// Reads a line, without its end: in its one form, with the hash that belongs to it.
    ///
    /// # Errors
    /// What is wrong with it, as the rest of a sentence that starts with "the entry".
    pub(super) fn parse(line: &[u8]) -> std::result::Result<Self, &'static str> {
        if line.len() > MAX_LINE {
            return Err("is longer than an entry can be");
        }
        if !line.starts_with(START) {
            return Err("is not of the format blindlink-log-1");
        }
        let entry: Self = serde_json::from_slice(line).map_err(|_| "is malformed")?;
        if entry.line() != line {
            return Err("is not in the one form that an entry has");
        }
        let end = line.len() - HASH_BYTES;
        let mut hasher = blake3::Hasher::new();
        hasher.update(&line[..end]).update(b"}");
        if hasher.finalize() != blake3::Hash::from_bytes(entry.hash.0) {
            return Err("was changed after it was written: its hash is of other content");
        }
        entry.check()?;
        Ok(entry)
    }

    /// What the form of JSON leaves open.
    fn check(&self) -> std::result::Result<(), &'static str> {
        if self.format != FORMAT {
            return Err("is not of the format blindlink-log-1");
        }
        let time = self.time.parse::<Timestamp>().ok();
        if time.is_none_or(|t| t.subsec_nanosecond() != 0 || t.to_string() != self.time) {
            return Err("has no time as 2027-06-30T12:00:00Z");
        }
        let date = |text: &String| {
            let date = text.parse::<jiff::civil::Date>().ok();
            date.is_some_and(|d| d.to_string() == *text)
        };
        if !self.destroy_by.as_ref().is_none_or(date) {
            return Err("has no date as 2027-06-30");
        }
        let check = self.file.as_ref().and_then(|f| f.key_check.as_deref());
        if check.is_some_and(|c| unhex::<16>(c).is_none()) {
            return Err("has a key check that is none");
        }
        let of_file = self.file.iter().flat_map(|f| [&f.name, &f.kind]);
        let texts = [
            &self.round,
            &self.legal_basis,
            &self.agreement,
            &self.purpose,
            &self.operator,
            &self.program,
            &self.note,
        ];
        let others = self.party.iter().chain(&self.recipient);
        let mut all = of_file.chain(texts).chain(others).chain(&self.elements);
        if all.any(|t| t.len() > MAX_TEXT || t.chars().any(char::is_control)) {
            return Err("has a text of several lines, or a very long one");
        }
        if self.torn == Some(0) {
            return Err("says that nothing was cut off");
        }
        Ok(())
    }
}

/// `text` as it may stand in an entry: one line, cut where it is very long.
pub(super) fn one_line(text: &str) -> String {
    let mut line = String::new();
    for c in text.chars() {
        let c = if c.is_control() { ' ' } else { c };
        if line.len() + c.len_utf8() > MAX_TEXT {
            break;
        }
        line.push(c);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(action: Action, note: &str) -> Entry {
        Entry {
            format: FORMAT.to_owned(),
            seq: 1,
            time: "2027-06-30T12:00:00Z".to_owned(),
            action,
            project: Fingerprint([1; 32]),
            round: "1".to_owned(),
            party: None,
            file: None,
            rows: None,
            elements: Vec::new(),
            legal_basis: String::new(),
            agreement: String::new(),
            purpose: String::new(),
            recipient: None,
            destroy_by: None,
            operator: "zzyzx".to_owned(),
            program: "blindlink".to_owned(),
            note: note.to_owned(),
            torn: None,
            previous: Fingerprint([0; 32]),
            hash: Fingerprint([0; 32]),
        }
    }

    #[test]
    fn an_action_is_called_as_it_is_written() {
        for action in Action::ALL {
            let written = serde_json::to_string(&action).unwrap();
            assert_eq!(written, format!("\"{}\"", action.name()));
        }
    }

    #[test]
    fn what_passes_from_one_to_another_is_a_disclosure() {
        let disclosures = Action::ALL.into_iter().filter(|a| a.is_disclosure());
        assert!(disclosures.eq([Action::Received, Action::Released, Action::Resolved]));
    }

    #[test]
    fn a_note_alone_says_that_a_file_was_replaced() {
        assert!(entry(Action::Noted, REPLACED).is_replaced());
        assert!(!entry(Action::Noted, "replaced twice").is_replaced());
        assert!(!entry(Action::Made, REPLACED).is_replaced());
    }

    #[test]
    fn the_longest_line_is_written_and_read_and_a_byte_more_is_not() {
        let mut entry = entry(Action::Noted, "");
        entry.elements = vec!["x".repeat(MAX_TEXT); 32];
        let short = MAX_LINE - entry.line().len();
        assert!(short < MAX_TEXT);
        entry.note = "x".repeat(short);
        let line = entry.seal().unwrap();
        assert_eq!(line.len(), MAX_LINE);
        assert_eq!(Entry::parse(&line).unwrap(), entry);
        entry.note.push('x');
        assert!(entry.seal().is_err());
        // Under the hash that belongs to it.
        let e = Entry::parse(&entry.line()).unwrap_err();
        assert!(e.contains("longer than an entry can be"), "{e}");
    }

    #[test]
    fn a_text_has_at_most_2000_bytes_and_is_cut_between_characters() {
        assert_eq!(one_line(&"x".repeat(2000)), "x".repeat(2000));
        assert_eq!(one_line(&"x".repeat(2001)), "x".repeat(2000));
        assert_eq!(one_line(&"é".repeat(1001)), "é".repeat(1000));
        let odd = format!("x{}", "é".repeat(1000));
        assert_eq!(one_line(&odd), odd[..1999]);
        let mut long = entry(Action::Noted, &"x".repeat(2001));
        let line = long.seal().unwrap();
        let e = Entry::parse(&line).unwrap_err();
        assert!(e.contains("a very long one"), "{e}");
    }
}
