//! Results out: the operator's links and each party's table of its own records.

use std::path::Path;

use rayon::prelude::*;

use crate::csvfile::{CLUSTERS, Cells, DUPLICATES, write_each};
use crate::error::Result;
use crate::matcher::assign::{Assignment, Scored};
use crate::matcher::cluster::{Cluster, Persons};
use crate::project::{Project, Schema};
use crate::units::{PartyId, RecordRef};

/// Columns of `links.csv` and `pairs.csv`.
pub const LINK_COLUMNS: [&str; 6] = [
    "party_a",
    "ref_a",
    "party_b",
    "ref_b",
    "probability",
    "passes",
];
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
    /// The names of its links, in their order; see [`link_ids`].
    pub link_ids: Vec<LinkId>,
}

/// What names a link between two parties; 32 hexadecimal digits in a file.
pub type LinkId = [u8; 16];

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
    let pairs = parties.iter().flat_map(|d| {
        let pairs = |records: &'_ [u32]| {
            let numbers = 0..records.len();
            let pairs = numbers.flat_map(|i| (i + 1..records.len()).map(move |j| (i, j)));
            pairs
                .map(|(i, j)| (records[i], records[j]))
                .collect::<Vec<_>>()
        };
        let pairs = d.persons.groups().flat_map(pairs);
        pairs.map(move |ends| (d, ends))
    });
    write_each(
        &folder.join(DUPLICATES),
        &DUPLICATE_COLUMNS,
        pairs,
        |(d, ends), out| {
            let by_itself = d.pairs.binary_search_by_key(ends, |p| (p.left, p.right));
            out.text(d.party.as_str());
            out.hex(&d.refs[ends.0 as usize].0);
            out.hex(&d.refs[ends.1 as usize].0);
            out.probability(by_itself.map_or(0.0, |i| d.pairs[i].probability));
        },
    )
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
    let members = clusters.iter().enumerate().flat_map(|(number, cluster)| {
        let records = cluster.members.iter().flat_map(|member| {
            let of = &parties[member.party];
            let records = of.persons.members(member.person).iter();
            records.map(move |r| (of, *r))
        });
        records.map(move |(of, record)| (number, cluster, of, record))
    });
    write_each(
        &folder.join(CLUSTERS),
        &CLUSTER_COLUMNS,
        members,
        |(number, cluster, of, record), out| {
            out.text(&(number + 1).to_string());
            out.text(of.party.as_str());
            out.hex(&of.refs[*record as usize].0);
            out.probability(cluster.probability);
        },
    )
}

/// Writes `links.csv`: every link, and `pairs.csv`: every pair of probability 0.01 or more. Both
/// are the operator's and go to no party.
///
/// # Errors
/// [`Class::Io`](crate::error::Class::Io); each file is written whole or not at all.
pub fn write_links(folder: &Path, schema: &Schema, decisions: &[Decision<'_>]) -> Result<()> {
    let row = |(d, pair): &(&Decision<'_>, &Scored), out: &mut Cells| {
        let all = schema.passes.iter().enumerate();
        let met = all.filter(|(i, _)| pair.passes & 1 << i != 0);
        let passes: Vec<&str> = met.map(|(_, p)| p.name.as_str()).collect();
        out.text(d.parties.0.as_str());
        out.hex(&d.refs.0[pair.left as usize].0);
        out.text(d.parties.1.as_str());
        out.hex(&d.refs.1[pair.right as usize].0);
        out.probability(pair.probability);
        out.text(&passes.join("+"));
    };
    let links = decisions.iter().flat_map(|d| {
        let pairs = d.assignment.links.iter();
        pairs.map(move |i| (d, &d.assignment.pairs[*i as usize]))
    });
    let listed = decisions
        .iter()
        .flat_map(|d| d.assignment.listed().map(move |pair| (d, pair)));
    let (links, listed) = rayon::join(
        || write_each(&folder.join("links.csv"), &LINK_COLUMNS, links, row),
        || write_each(&folder.join("pairs.csv"), &LINK_COLUMNS, listed, row),
    );
    links.and(listed)
}

/// The name of the crosswalk of `party`.
#[must_use]
pub fn crosswalk_name(party: &PartyId) -> String {
    format!("crosswalk-{party}.csv")
}

/// Writes `crosswalk-PARTY.csv` for `party`: one line for every one of its records and each of
/// its partners in `decisions`, in the order of the refs. Returns how many lines these are; `None` of a party without
/// partners, which gets no file.
///
/// # Privacy
/// Holds the party's own refs only. A link id is made for one pair of parties and joins no third.
///
/// # Errors
/// [`Class::Io`](crate::error::Class::Io); the file is written whole or not at all.
pub fn write_crosswalk(
    folder: &Path,
    party: &PartyId,
    decisions: &[Decision<'_>],
) -> Result<Option<u64>> {
    let own: Vec<(&Decision<'_>, bool)> = decisions
        .iter()
        .filter_map(|d| match () {
            () if d.parties.0 == party => Some((d, true)),
            () if d.parties.1 == party => Some((d, false)),
            () => None,
        })
        .collect();
    let Some((first, is_left)) = own.first() else {
        return Ok(None);
    };
    let refs = if *is_left { first.refs.0 } else { first.refs.1 };
    let mut columns = CROSSWALK_COLUMNS.to_vec();
    if own.len() > 1 {
        columns.push(PARTNER_COLUMN);
    }
    let rows = (0..refs.len()).flat_map(|record| own.iter().map(move |of| (record, of)));
    write_each(
        &folder.join(crosswalk_name(party)),
        &columns,
        rows,
        |(record, (d, is_left)), out| {
            let (verdicts, partner) = if *is_left {
                (&d.assignment.left, d.parties.1)
            } else {
                (&d.assignment.right, d.parties.0)
            };
            let verdict = &verdicts[*record];
            out.hex(&refs[*record].0);
            out.hex(verdict.link.map_or(&[], |i| &d.link_ids[i as usize]));
            out.text(verdict.status.as_str());
            out.probability(verdict.probability);
            out.text(&verdict.rivals.to_string());
            if own.len() > 1 {
                out.text(partner.as_str());
            }
        },
    )?;
    Ok(Some((refs.len() * own.len()) as u64))
}

/// Names for the links of `assignment`. Each is made from the refs of both records, of which each party knows
/// one: neither can make it, nor find in it the other's ref. All records of one person have the ids of that
/// person's first. They are of the project file and so of its round; where the project has stable ones, of its id alone.
#[must_use]
pub fn link_ids(
    project: &Project,
    parties: (&PartyId, &PartyId),
    refs: (&[RecordRef], &[RecordRef]),
    persons: (&Persons, &Persons),
    assignment: &Assignment,
) -> Vec<LinkId> {
    let named = |party: &PartyId| {
        let name = party.as_str().as_bytes();
        [&(name.len() as u32).to_le_bytes(), name].concat()
    };
    let (left, right) = (named(parties.0), named(parties.1));
    let first = |of: &Persons, record: u32| of.members(of.person(record))[0] as usize;
    let (context, of): (_, &[u8]) = if project.stable_link_ids {
        ("blindlink 2026-11-27 stable link id v1", &project.id)
    } else {
        ("blindlink 2026-11-21 link id v1", &project.fingerprint.0)
    };
    let hasher = blake3::Hasher::new_derive_key(context);
    let id = |(hasher, text): &mut (blake3::Hasher, Vec<u8>), i: &u32| {
        let pair = &assignment.pairs[*i as usize];
        text.clear();
        text.extend_from_slice(of);
        text.extend_from_slice(&left);
        text.extend_from_slice(&refs.0[first(persons.0, pair.left)].0);
        text.extend_from_slice(&right);
        text.extend_from_slice(&refs.1[first(persons.1, pair.right)].0);
        let mut id = LinkId::default();
        id.copy_from_slice(&hasher.reset().update(text).finalize().as_bytes()[..16]);
        id
    };
    let links = assignment.links.par_iter();
    links
        .map_init(|| (hasher.clone(), Vec::new()), id)
        .collect()
}
