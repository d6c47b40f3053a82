//! False links measured by records that can have no true one.

use serde::Serialize;

use crate::matcher::assign::{Status, Verdict};

/// How many decoys of a party were linked, all of them wrongly.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DecoyReport {
    /// The party.
    pub party: String,
    /// Its decoys.
    pub decoys: u64,
    /// Decoys that were linked.
    pub linked: u64,
    /// Links of the party that are false, if for each record that is not linked as many were linked
    /// wrongly as of the decoys: only who has no true match is open to a false one. Too many where
    /// nearly everybody has a match, since the model then expects one of decoys too; too few where
    /// many have no birthdate, since decoys take no part in the pass for these.
    pub false_links: f64,
    /// Share of the links that are right by that, 0 to 1; 0 without a link.
    pub precision: f64,
}

impl DecoyReport {
    /// From the number of decoys, that of those linked, and what the party is told of its own
    /// records.
    #[must_use]
    pub fn of(party: String, (decoys, linked): (usize, usize), own: &[Verdict]) -> Self {
        let links = own.iter().filter(|v| v.status == Status::Linked).count() as f64;
        let rate = linked as f64 / decoys.max(1) as f64;
        let false_links = (rate * (own.len() as f64 - links)).min(links);
        Self {
            party,
            decoys: decoys as u64,
            linked: linked as u64,
            false_links,
            precision: if links > 0.0 {
                1.0 - false_links / links
            } else {
                0.0
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_no_match_is_linked_as_often_as_a_decoy() {
        let own: Vec<Verdict> = (0..1000)
            .map(|i| Verdict {
                status: if i < 510 {
                    Status::Linked
                } else {
                    Status::NoLink
                },
                link: None,
                probability: 0.0,
                rivals: 0,
            })
            .collect();
        // One decoy in forty-nine, and 490 records without a link.
        let report = DecoyReport::of("a".into(), (980, 20), &own);
        assert!((report.false_links - 10.0).abs() < 1e-9);
        assert!((report.precision - 500.0 / 510.0).abs() < 1e-9);
        assert!(DecoyReport::of("a".into(), (1000, 0), &own).precision > 1.0 - 1e-12);
    }
}
