//! Results out: the operator's links and each party's table of its own records.

use std::path::Path;

use crate::csvfile::{self, CsvWriter};
use crate::error::Result;
use crate::matcher::assign::{Assignment, Scored, Verdict};
use crate::matcher::cluster::{Cluster, Persons};
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
/// Pairs of records of one person inside a party.
pub const DUPLICATES: &str = "duplicates.csv";
/// Records of one person over three parties or more.
pub const CLUSTERS: &str = "clusters.csv";
/// Columns of `duplicates.csv`.
pub const DUPLICATE_COLUMNS: [&str; 4] = ["party", "ref_1", "ref_2", "probability"];
/// Columns of `clusters.csv`.
pub const CLUSTER_COLUMNS: [&str; 4] = ["cluster", "party", "record_ref", "probability"];
/// Columns of a crosswalk.
pub const CROSSWALK_COLUMNS: [&str; 5] =
    ["record_ref", "link_id", "status", "probability", "rivals"];
/// Added to a crosswalk whose party is linked with several partners.
pub const PARTNER_COLUMN: &str = "partner";

/// The decision about one pair of parties, with what is needed to write it down.
#[derive(Debug)]
pub struct Decision<'a> {
    /// The parties, first of the pair first.
    pub parties: (&'a PartyId, &'a PartyId),
    /// Their record refs.
    pub refs: (&'a [RecordRef], &'a [RecordRef]),
    /// Which of their records are of one person.
    pub persons: (&'a Persons, &'a Persons),
    /// The decision.
    pub assignment: Assignment,
}

/// One party's records of one person, with what is needed to write them down.
#[derive(Debug)]
pub struct Duplicates<'a> {
    /// The party.
    pub party: &'a PartyId,
    /// Its record refs.
    pub refs: &'a [RecordRef],
    /// Which of its records are of one person.
    pub persons: &'a Persons,
    /// The pairs of its records that met.
    pub pairs: &'a [Scored],
}

/// Writes `duplicates.csv`: each pair of records of one person inside a party, with the
/// probability of that pair by itself, 0 where the two hang together through a third record only.
/// The operator's.
///
/// # Errors
/// [`Class::Io`](crate::error::Class::Io); the file is written whole or not at all.
pub fn write_duplicates(folder: &Path, parties: &[Duplicates<'_>]) -> Result<()> {
    csvfile::write(&folder.join(DUPLICATES), &DUPLICATE_COLUMNS, |out| {
        for d in parties {
            let by_itself = |ends| {
                let at = d.pairs.binary_search_by_key(&ends, |p| (p.left, p.right));
                at.map_or(0.0, |i| d.pairs[i].probability)
            };
            for records in d.persons.groups() {
                for (i, &a) in records.iter().enumerate() {
                    for &b in &records[i + 1..] {
                        out.row([
                            d.party.as_str(),
                            &d.refs[a as usize].to_string(),
                            &d.refs[b as usize].to_string(),
                            &probability(by_itself((a, b))),
                        ])?;
                    }
                }
            }
        }
        Ok(())
    })
}

/// Writes `clusters.csv`: each record of a person found in two parties or more, with the number
/// of the cluster. The operator's; what a party gets is a link id for each of its partners.
///
/// # Errors
/// [`Class::Io`](crate::error::Class::Io); the file is written whole or not at all.
pub fn write_clusters(
    folder: &Path,
    parties: &[Duplicates<'_>],
    clusters: &[Cluster],
) -> Result<()> {
    csvfile::write(&folder.join(CLUSTERS), &CLUSTER_COLUMNS, |out| {
        for (number, cluster) in clusters.iter().enumerate() {
            for member in &cluster.members {
                let of = &parties[member.party];
                for &record in of.persons.members(member.person) {
                    out.row([
                        (number + 1).to_string().as_str(),
                        of.party.as_str(),
                        &of.refs[record as usize].to_string(),
                        &probability(cluster.probability),
                    ])?;
                }
            }
        }
        Ok(())
    })
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
            for pair in d.assignment.listed() {
                link_row(out, schema, d, pair)?;
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
/// of which each party knows one: neither can make it, nor find in it the other's ref. All records
/// of one person have the ids of that person's first.
fn link_id(project: Fingerprint, d: &Decision<'_>, pair: &Scored) -> String {
    let mut hasher = blake3::Hasher::new_derive_key("blindlink 2026-11-21 link id v1");
    hasher.update(&project.0);
    let first = |of: &Persons, record: u32| of.members(of.person(record))[0] as usize;
    for (party, r) in [
        (d.parties.0, d.refs.0[first(d.persons.0, pair.left)]),
        (d.parties.1, d.refs.1[first(d.persons.1, pair.right)]),
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
