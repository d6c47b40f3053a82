//! Results out: the operator's links and each party's table of its own records.

use std::path::Path;

use crate::csvfile::{self, CsvWriter};
use crate::error::Result;
use crate::matcher::assign::{Assignment, Scored, Verdict};
use crate::project::Schema;
use crate::units::{Fingerprint, PartyId, RecordRef, hex};

/// Columns of `links.csv` and `pairs.csv`.
pub const LINK_COLUMNS: [&str; 6] = [
    "party_a",
    "ref_a",
    "party_b",
    "ref_b",
    "probability",
    "passes",
];
/// Columns of a crosswalk.
pub const CROSSWALK_COLUMNS: [&str; 5] =
    ["record_ref", "link_id", "status", "probability", "rivals"];
/// Added to a crosswalk whose party is linked with several partners.
pub const PARTNER_COLUMN: &str = "partner";
/// Probability from which a pair stands in `pairs.csv`; a link always does.
const LISTED: f64 = 0.01;

/// The decision about one pair of parties, with what is needed to write it down.
#[derive(Debug)]
pub struct Decision<'a> {
    /// The parties, first of the pair first.
    pub parties: (&'a PartyId, &'a PartyId),
    /// Their record refs.
    pub refs: (&'a [RecordRef], &'a [RecordRef]),
    /// The decision.
    pub assignment: Assignment,
}

/// Writes `links.csv`: every link, and `pairs.csv`: every pair of probability 0.01 or more. Both
/// are the operator's and go to no party.
///
/// # Errors
/// [`Class::Io`](crate::error::Class::Io); each file is written whole or not at all.
pub fn write_links(folder: &Path, schema: &Schema, decisions: &[Decision<'_>]) -> Result<()> {
    csvfile::write(&folder.join("links.csv"), &LINK_COLUMNS, |out| {
        for d in decisions {
            for &i in &d.assignment.links {
                link_row(out, schema, d, &d.assignment.pairs[i as usize])?;
            }
        }
        Ok(())
    })?;
    csvfile::write(&folder.join("pairs.csv"), &LINK_COLUMNS, |out| {
        for d in decisions {
            let links = &d.assignment.links;
            for (i, pair) in d.assignment.pairs.iter().enumerate() {
                if pair.probability >= LISTED || links.binary_search(&(i as u32)).is_ok() {
                    link_row(out, schema, d, pair)?;
                }
            }
        }
        Ok(())
    })
}

fn link_row(out: &mut CsvWriter, schema: &Schema, d: &Decision<'_>, pair: &Scored) -> Result<()> {
    let passes: Vec<&str> = schema
        .passes
        .iter()
        .enumerate()
        .filter(|(i, _)| pair.passes & 1 << i != 0)
        .map(|(_, p)| p.name.as_str())
        .collect();
    out.row([
        d.parties.0.as_str(),
        &d.refs.0[pair.left as usize].to_string(),
        d.parties.1.as_str(),
        &d.refs.1[pair.right as usize].to_string(),
        &probability(pair.probability),
        &passes.join("+"),
    ])
}

/// Writes `crosswalk-PARTY.csv` for `party`: one line for every one of its records and each of
/// its partners in `decisions`, in the order of the refs.
///
/// # Privacy
/// Holds the party's own refs only. A link id is made for one pair of parties and joins no third.
///
/// # Errors
/// [`Class::Io`](crate::error::Class::Io); the file is written whole or not at all.
pub fn write_crosswalk(
    folder: &Path,
    project: Fingerprint,
    party: &PartyId,
    decisions: &[Decision<'_>],
) -> Result<()> {
    let own: Vec<(&Decision<'_>, bool)> = decisions
        .iter()
        .filter_map(|d| match () {
            () if d.parties.0 == party => Some((d, true)),
            () if d.parties.1 == party => Some((d, false)),
            () => None,
        })
        .collect();
    let Some((first, is_left)) = own.first() else {
        return Ok(());
    };
    let refs = if *is_left { first.refs.0 } else { first.refs.1 };
    let mut columns = CROSSWALK_COLUMNS.to_vec();
    if own.len() > 1 {
        columns.push(PARTNER_COLUMN);
    }
    csvfile::write(
        &folder.join(format!("crosswalk-{party}.csv")),
        &columns,
        |out| {
            for (record, record_ref) in refs.iter().enumerate() {
                for (d, is_left) in &own {
                    let (verdict, partner) = if *is_left {
                        (&d.assignment.left[record], d.parties.1)
                    } else {
                        (&d.assignment.right[record], d.parties.0)
                    };
                    let mut row = crosswalk_row(project, d, record_ref, verdict).to_vec();
                    if own.len() > 1 {
                        row.push(partner.to_string());
                    }
                    out.row(row)?;
                }
            }
            Ok(())
        },
    )
}

fn crosswalk_row(
    project: Fingerprint,
    d: &Decision<'_>,
    record_ref: &RecordRef,
    verdict: &Verdict,
) -> [String; 5] {
    let link = verdict.link.map_or(String::new(), |i| {
        let pair = &d.assignment.pairs[d.assignment.links[i as usize] as usize];
        link_id(project, d, pair)
    });
    [
        record_ref.to_string(),
        link,
        verdict.status.as_str().to_owned(),
        probability(verdict.probability),
        verdict.rivals.to_string(),
    ]
}

/// 32 hexadecimal digits that name a link between these two parties. Made from the refs of both,
/// of which each party knows one: neither can make it, nor find in it the other's ref.
fn link_id(project: Fingerprint, d: &Decision<'_>, pair: &Scored) -> String {
    let mut hasher = blake3::Hasher::new_derive_key("blindlink 2026-11-21 link id v1");
    hasher.update(&project.0);
    for (party, r) in [
        (d.parties.0, d.refs.0[pair.left as usize]),
        (d.parties.1, d.refs.1[pair.right as usize]),
    ] {
        hasher
            .update(&(party.as_str().len() as u32).to_le_bytes())
            .update(party.as_str().as_bytes())
            .update(&r.0);
    }
    hex(&hasher.finalize().as_bytes()[..16])
}

/// Six decimals: enough to sort by, and the same on every machine.
fn probability(p: f64) -> String {
    format!("{p:.6}")
}
