//! Canaries: what a fixed list of invented people gives under a project and a key, as `docs/spec/canaries.md` has it.
//!
//! They go as raw cells through the normaliser and the encoder of this build. So two token files have the same
//! canaries exactly if key, project, round, schema, normaliser and encoder did the same, whatever their version
//! numbers say. Imports both; knows no files.
//!
//! # Privacy
//! The people are public and invented. Of the key a canary says no more than the key check does: to try a key one
//! must have it.

use super::encode::{Encoder, Outcome};
use super::key::LinkageKey;
use super::normalise::{self, Person};
use super::table::{Birth, Record};
use crate::project::Project;
use crate::token::CANARY_BYTES;
use crate::units::{BirthDate, RecordRef};

const CONTEXT: &str = "blindlink 2026-11-27 canary v1";

/// The cells of a canary.
struct Cells {
    first: &'static str,
    middle: &'static str,
    last: &'static str,
    suffix: &'static str,
    alias_first: &'static [&'static str],
    alias_last: &'static [&'static str],
    gender: &'static str,
    birth: Born,
}

/// When a canary is born.
enum Born {
    On(u16, u8, u8),
    In(u16),
    Unknown,
}

const NOBODY: Cells = Cells {
    first: "",
    middle: "",
    last: "",
    suffix: "",
    alias_first: &[],
    alias_last: &[],
    gender: "",
    birth: Born::Unknown,
};

/// SPEC canaries.md 2: the list. A change of it is one of the format: files with another list do not agree.
const LIST: [Cells; 16] = [
    Cells {
        first: "Testina",
        middle: "Q",
        last: "Canary",
        gender: "F",
        birth: Born::On(2006, 1, 31),
        ..NOBODY
    },
    Cells {
        first: "Zoë-Ána",
        middle: "Łucja",
        last: "Cañarío Zzyzx",
        gender: "female",
        birth: Born::On(2004, 2, 29),
        ..NOBODY
    },
    Cells {
        first: "Juan Testo",
        last: "de la Canaria y Zzyzx",
        gender: "M",
        birth: Born::On(2005, 12, 1),
        ..NOBODY
    },
    Cells {
        first: "Robert (Bob)",
        last: "Canary Jr.",
        gender: "Male",
        birth: Born::On(2007, 7, 4),
        ..NOBODY
    },
    Cells {
        first: "Elizabeth",
        middle: "Testa",
        last: "Canary-Zzyzx",
        suffix: "III",
        alias_first: &["Beth", "Liz"],
        alias_last: &["Formerly-Canary"],
        gender: "X",
        birth: Born::On(2005, 5, 5),
    },
    Cells {
        first: "Nodate",
        last: "Canary",
        gender: "F",
        ..NOBODY
    },
    Cells {
        first: "Yearonly",
        last: "O’Canary",
        birth: Born::In(2006),
        ..NOBODY
    },
    Cells {
        first: "Monocanary",
        birth: Born::On(2006, 6, 15),
        ..NOBODY
    },
    Cells {
        first: "FNU",
        last: "Canary",
        birth: Born::On(2006, 9, 30),
        ..NOBODY
    },
    Cells {
        first: "  TEST   canary ",
        middle: "NMN",
        last: "MC CANARY, ESQ.",
        birth: Born::On(2105, 10, 12),
        ..NOBODY
    },
    Cells {
        first: "Straße Ægir",
        last: "Đỗ Øcanary",
        gender: "nonbinary",
        birth: Born::On(2006, 3, 8),
        ..NOBODY
    },
    Cells {
        first: "Jose\u{301}",
        last: "\u{ff23}\u{ff41}\u{ff4e}\u{ff41}\u{ff52}\u{ff59}",
        birth: Born::On(2005, 8, 19),
        ..NOBODY
    },
    Cells {
        first: "Maria Guadalupe Testa",
        middle: "d'Canary",
        last: "St. Canary - van der Zzyzx",
        gender: "W",
        birth: Born::On(2006, 11, 11),
        ..NOBODY
    },
    Cells {
        first: "T3sta",
        last: "C@nary/Zzyzx",
        birth: Born::On(2004, 4, 30),
        ..NOBODY
    },
    Cells {
        first: "Канарейка",
        last: "金丝雀",
        birth: Born::On(2006, 2, 28),
        ..NOBODY
    },
    NOBODY,
];

/// The canaries as this build normalises them.
#[must_use]
pub fn people() -> Vec<Person> {
    LIST.iter().map(|c| normalise::person(&record(c))).collect()
}

/// The canaries of a project under a key: for each person of the list 8 bytes that tell what this build makes of it.
///
/// The people are encoded as the project's first party's, whoever asks, so that all parties get the same.
#[must_use]
pub fn canaries(project: &Project, key: &LinkageKey) -> Vec<[u8; CANARY_BYTES]> {
    let encoder = Encoder::new(project, key);
    let people = people();
    // SPEC canaries.md 3: the ref of a canary is its number, sixteen times.
    let refs: Vec<RecordRef> = (1..)
        .map(|i| RecordRef([i; 16]))
        .take(people.len())
        .collect();
    let mut rows = Vec::new();
    let outcomes = encoder.encode_group(&mut encoder.workspace(), &people, &refs, &mut rows);
    let mut rows = rows.chunks_exact(encoder.layout().row_bytes());
    let of_person = |outcome: &Outcome| match outcome {
        Outcome::Encoded(n) => *n,
        Outcome::NothingToLink => 0,
    };
    outcomes
        .iter()
        .map(|outcome| digest(&encoder, rows.by_ref().take(of_person(outcome))))
        .collect()
}

/// SPEC canaries.md 3: of each column of each row, a byte 0 if it is null, else a byte 1 and the value.
fn digest<'r>(encoder: &Encoder, rows: impl Iterator<Item = &'r [u8]>) -> [u8; CANARY_BYTES] {
    let layout = encoder.layout();
    let mut hasher = blake3::Hasher::new_derive_key(CONTEXT);
    for row in rows {
        for column in 0..layout.columns.len() {
            match layout.value(row, column) {
                None => hasher.update(&[0]),
                Some(value) => hasher.update(&[1]).update(value),
            };
        }
    }
    let mut canary = [0; CANARY_BYTES];
    hasher.finalize_xof().fill(&mut canary);
    canary
}

/// The row of a table that holds these cells.
fn record(cells: &Cells) -> Record {
    let all = |cells: &[&str]| cells.iter().map(|c| (*c).to_owned()).collect();
    Record {
        first: cells.first.into(),
        middle: cells.middle.into(),
        last: cells.last.into(),
        suffix: cells.suffix.into(),
        gender: cells.gender.into(),
        alias_first: all(cells.alias_first),
        alias_last: all(cells.alias_last),
        birthdate: match cells.birth {
            Born::On(year, month, day) => {
                BirthDate::new(year, month, day).map_or(Birth::Invalid, Birth::Known)
            }
            Born::In(year) => Birth::Year(year),
            Born::Unknown => Birth::Missing,
        },
        ..Record::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::new_project;

    fn project(schema: &str, id: u8) -> Project {
        let parties = ["a".parse().unwrap(), "b".parse().unwrap()];
        Project::parse(&new_project(&parties, schema, [id; 16]).unwrap()).unwrap()
    }

    #[test]
    fn every_date_of_the_list_exists_and_people_differ() {
        assert!(LIST.iter().all(|c| record(c).birthdate != Birth::Invalid));
        let key = LinkageKey::from_bytes([5; 32]);
        for schema in ["k12", "k12-strict", "clk"] {
            let all = canaries(&project(schema, 1), &key);
            assert_eq!(all.len(), LIST.len());
            let mut different = all.clone();
            different.sort_unstable();
            different.dedup();
            // Who leaves nothing to link, as the last one does, is like another who does not.
            assert!(different.len() >= LIST.len() - 1, "{schema}");
        }
    }

    #[test]
    fn a_bit_of_key_project_or_schema_changes_every_canary_with_rows() {
        let base = canaries(&project("k12", 1), &LinkageKey::from_bytes([5; 32]));
        let nothing = *base.last().unwrap();
        let others = [
            canaries(&project("k12", 1), &LinkageKey::from_bytes([4; 32])),
            canaries(&project("k12", 2), &LinkageKey::from_bytes([5; 32])),
            canaries(&project("k12-strict", 1), &LinkageKey::from_bytes([5; 32])),
        ];
        for other in others {
            for (a, b) in base.iter().zip(&other).filter(|(a, _)| **a != nothing) {
                assert_ne!(a, b);
            }
        }
    }

    /// Another normaliser, as a program that was changed would have it.
    #[test]
    fn one_letter_made_otherwise_changes_the_canary() {
        let project = project("k12", 1);
        let encoder = Encoder::new(&project, &LinkageKey::from_bytes([5; 32]));
        let of = |person: &Person| {
            let mut rows = Vec::new();
            encoder.encode(person, RecordRef([1; 16]), &mut rows);
            digest(&encoder, rows.chunks_exact(encoder.layout().row_bytes()))
        };
        let person = people().swap_remove(0);
        let mut other = person.clone();
        other.last.push('Z');
        assert_ne!(of(&person), of(&other));
        assert_eq!(
            of(&person),
            canaries(&project, &LinkageKey::from_bytes([5; 32]))[0]
        );
    }
}
