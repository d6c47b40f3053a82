//! What became of planted people, against what the custodian knows of them.
//!
//! A custodian has the owners plant pairs of which it knows whether they are one person. It learns from the owners, not
//! from the operator, how each planted record was linked: a link stands in both crosswalks under one link id.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Serialize;

use crate::csvfile::CsvReader;
use crate::error::{Error, Result};
use crate::share::Share;
use crate::units::{PartyId, party_of_plant};

/// Columns of the custodian's truth.
pub const TRUTH_COLUMNS: [&str; 4] = ["plant_a", "plant_b", "expected", "kind"];
/// What is expected of two planted records that are of one person.
pub const TOGETHER: &str = "together";
/// What is expected of those that are not.
pub const APART: &str = "apart";

/// How a match treated the planted people.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Score {
    /// Pairs of one person whose two parties were both matched and heard of.
    pub together: Tally,
    /// Pairs of two people that are easily confused.
    pub apart: Tally,
    /// The pairs of two people by what they have in common.
    pub apart_by_kind: BTreeMap<String, Tally>,
    /// Links between planted records of different pairs.
    pub across_pairs: u64,
    /// Links of a planted record to one that is not planted: false, since nobody real is a planted person.
    pub to_records: u64,
    /// Planted records that a party has listed.
    pub listed: u64,
    /// Planted records of these parties that none has listed: not encoded, or left out.
    pub not_listed: u64,
    /// Pairs that are not scored, since nothing was heard of one of their parties.
    pub not_scored: u64,
}

/// Pairs, and how many of them are linked.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Tally {
    /// Number of pairs.
    pub pairs: u64,
    /// Of these, linked ones.
    pub linked: u64,
    /// linked / pairs; `None` without a pair.
    pub share: Option<f64>,
    /// Where the share of all such pairs lies at a confidence of 95 % (Wilson's score interval), 0 to 1.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

impl Tally {
    fn of(pairs: u64, linked: u64) -> Self {
        let share = Share::of(linked as usize, pairs as usize);
        Self {
            pairs,
            linked,
            share: (pairs > 0).then_some(share.share),
            low: share.interval.0,
            high: share.interval.1,
        }
    }
}

/// One pair of the custodian's truth.
struct Case {
    plants: [String; 2],
    parties: [PartyId; 2],
    is_together: bool,
    kind: String,
}

/// Scores what the owners' files `found` say against the custodian's `truth`.
///
/// # Errors
/// [`Class::Input`](crate::error::Class::Input) for a malformed file;
/// [`Class::Mismatch`](crate::error::Class::Mismatch) if a planted record is not in the truth, or if there is no pair of
/// whose parties both were heard of.
pub fn score(truth: &Path, found: &[impl AsRef<Path>]) -> Result<Score> {
    let cases = read_truth(truth)?;
    let case_of: BTreeMap<&str, usize> = (0..)
        .zip(&cases)
        .flat_map(|(i, case)| case.plants.iter().map(move |p| (p.as_str(), i)))
        .collect();
    let mut lines = Vec::new();
    for path in found {
        read_found(path.as_ref(), &case_of, &mut lines)?;
    }
    let listed: BTreeSet<&str> = lines.iter().map(|line| line.plant.as_str()).collect();
    let heard: BTreeSet<PartyId> = listed.iter().filter_map(|id| party_of_plant(id)).collect();
    // Whom a record is linked with at a party of which nothing was heard cannot be told.
    let is_heard = |name: &str| heard.iter().any(|party| party.as_str() == name);
    let mut links: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for line in &lines {
        if let Some(link) = &line.link
            && line.partner.as_deref().is_none_or(is_heard)
        {
            links.entry(link).or_default().insert(&line.plant);
        }
    }
    let is_scored = |case: &&Case| case.parties.iter().all(|p| heard.contains(p));
    let scored: Vec<&Case> = cases.iter().filter(is_scored).collect();
    if scored.is_empty() {
        return Err(
            Error::mismatch("of no pair of the truth both parties were heard of")
                .at(truth)
                .hint("give what `resolve --plants-out` wrote at two parties or more"),
        );
    }
    let is_linked = |case: &Case| {
        let [a, b] = &case.plants;
        let linked = |plants: &BTreeSet<&str>| plants.contains(&**a) && plants.contains(&**b);
        links.values().any(linked)
    };
    let tally = |is: &dyn Fn(&Case) -> bool| {
        let of: Vec<&&Case> = scored.iter().filter(|c| is(c)).collect();
        let linked = of.iter().filter(|c| is_linked(c)).count();
        Tally::of(of.len() as u64, linked as u64)
    };
    let kinds: BTreeSet<&str> = scored
        .iter()
        .filter(|c| !c.is_together)
        .map(|c| c.kind.as_str())
        .collect();
    let (mut across_pairs, mut to_records) = (0, 0);
    for plants in links.values() {
        let parties: BTreeSet<_> = plants.iter().map(|id| party_of_plant(id)).collect();
        let of_cases: BTreeSet<_> = plants.iter().map(|id| case_of[id]).collect();
        // Both ends of a link are listed, each by its own party, unless one of them is nobody planted.
        if parties.len() < 2 {
            to_records += 1;
        } else if of_cases.len() > 1 {
            across_pairs += 1;
        }
    }
    let expected = scored.iter().flat_map(|c| &c.plants);
    Ok(Score {
        together: tally(&|c| c.is_together),
        apart: tally(&|c| !c.is_together),
        apart_by_kind: kinds
            .iter()
            .map(|kind| {
                (
                    (*kind).to_owned(),
                    tally(&|c| !c.is_together && c.kind == **kind),
                )
            })
            .collect(),
        across_pairs,
        to_records,
        not_listed: expected.filter(|id| !listed.contains(id.as_str())).count() as u64,
        listed: listed.len() as u64,
        not_scored: (cases.len() - scored.len()) as u64,
    })
}

fn read_truth(path: &Path) -> Result<Vec<Case>> {
    let mut reader = CsvReader::open(path, &TRUTH_COLUMNS)?;
    let (mut cases, mut seen) = (Vec::new(), BTreeSet::new());
    while reader.advance()? {
        let plants = [0, 1].map(|i| reader.cell(i).to_owned());
        let party = |i: usize| {
            let of = party_of_plant(&plants[i]);
            of.ok_or_else(|| reader.error(i, "expected the id of a planted person"))
        };
        let parties = [party(0)?, party(1)?];
        let is_together = match reader.cell(2) {
            TOGETHER => true,
            APART => false,
            _ => return Err(reader.error(2, "expected `together` or `apart`")),
        };
        for (i, plant) in plants.iter().enumerate() {
            if !seen.insert(plant.clone()) {
                return Err(reader.error(i, "this planted person stands in the file twice"));
            }
        }
        cases.push(Case {
            parties,
            is_together,
            kind: reader.cell(3).to_owned(),
            plants,
        });
    }
    Ok(cases)
}

/// One line of what a party found.
struct Line {
    plant: String,
    /// With whom, where there are several.
    partner: Option<String>,
    /// The link id, if it is linked.
    link: Option<String>,
}

fn read_found(path: &Path, case_of: &BTreeMap<&str, usize>, lines: &mut Vec<Line>) -> Result<()> {
    let mut reader = CsvReader::open(path, &["plant_id", "link_id", "status"])?;
    let partner = reader.headers().iter().position(|h| h == "partner");
    while reader.advance()? {
        let plant = reader.cell(0);
        if !case_of.contains_key(plant) {
            return Err(
                Error::mismatch("it lists a planted person that the truth does not have")
                    .at(path)
                    .hint("give the truth of the same `plants new`"),
            );
        }
        let is_linked = reader.cell(2) == "linked";
        if is_linked && reader.cell(1).is_empty() {
            return Err(reader.error(1, "a linked record has no link id"));
        }
        lines.push(Line {
            plant: plant.to_owned(),
            partner: partner.and_then(|i| reader.cells().nth(i).map(str::to_owned)),
            link: is_linked.then(|| reader.cell(1).to_owned()),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Class;

    const TRUTH: &str = "plant_a,plant_b,expected,kind\n\
        blindlink-plant-a-00000001,blindlink-plant-b-00000001,together,same-person\n\
        blindlink-plant-a-00000002,blindlink-plant-b-00000002,together,same-person\n\
        blindlink-plant-a-00000003,blindlink-plant-b-00000003,apart,twins\n\
        blindlink-plant-a-00000004,blindlink-plant-b-00000004,apart,namesakes\n\
        blindlink-plant-a-00000005,blindlink-plant-c-00000005,together,same-person\n";

    /// Scores files of rows `party number,link`; no link, no row with one.
    fn score_of(files: &[&[(&str, u8, &str)]]) -> Result<Score> {
        let dir = tempfile::tempdir().unwrap();
        let truth = dir.path().join("truth.csv");
        std::fs::write(&truth, TRUTH).unwrap();
        let mut found = Vec::new();
        for (i, rows) in files.iter().enumerate() {
            let mut text = "plant_id,link_id,status\n".to_owned();
            for (party, number, link) in *rows {
                let status = if link.is_empty() { "no_link" } else { "linked" };
                text += &format!("blindlink-plant-{party}-0000000{number},{link},{status}\n");
            }
            let path = dir.path().join(format!("found-{i}.csv"));
            std::fs::write(&path, text).unwrap();
            found.push(path);
        }
        score(&truth, &found)
    }

    #[test]
    fn every_kind_of_link_is_counted_once() {
        let a = [
            ("a", 1, "L1"),
            ("a", 2, "L2"),
            ("a", 3, "L3"),
            ("a", 4, "L4"),
            ("a", 5, "L5"),
        ];
        // 1 as it should be; 2 crossed with 4; twins linked; 4 of `b` and 5 of `a` with somebody real.
        let b = [
            ("b", 1, "L1"),
            ("b", 3, "L3"),
            ("b", 2, "L4"),
            ("b", 4, "L6"),
        ];
        let s = score_of(&[&a, &b]).unwrap();
        assert_eq!((s.together.pairs, s.together.linked), (2, 1));
        assert_eq!((s.apart.pairs, s.apart.linked), (2, 1));
        assert_eq!(s.apart_by_kind["twins"].linked, 1);
        assert_eq!(s.apart_by_kind["namesakes"].linked, 0);
        assert_eq!((s.across_pairs, s.to_records), (1, 3));
        assert_eq!((s.listed, s.not_listed, s.not_scored), (9, 0, 1));
        assert!(s.together.low < 0.5 && s.together.high > 0.5);
    }

    #[test]
    fn who_is_in_no_list_is_told() {
        let s = score_of(&[&[("a", 1, "L1")], &[("b", 1, "L1")]]).unwrap();
        assert_eq!((s.together.linked, s.listed, s.not_listed), (1, 2, 6));
    }

    #[test]
    fn one_party_and_foreign_plants_are_refused() {
        let class = |files: &[&[(&str, u8, &str)]]| score_of(files).unwrap_err().class();
        assert_eq!(class(&[&[("a", 1, "L1")]]), Class::Mismatch);
        assert_eq!(class(&[&[("a", 9, "")], &[("b", 1, "")]]), Class::Mismatch);
    }
}
