//! Numbers of a match for people and machines; never a row.

mod decoys;
mod quality;
mod warnings;

use std::path::Path;

pub use crate::matcher::compare::Approximate;
pub use decoys::DecoyReport;
pub use quality::{Circumstances, Price, Quality, threshold_at};

use serde::Serialize;

use crate::atomic;
use crate::error::{Error, Result};
use crate::matcher::assign::{Assignment, Status};
use crate::matcher::block::OverCap;
use crate::release::Conclusion;

/// What a match run did, in counts.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Version of blindlink.
    pub version: &'static str,
    /// Fingerprint of the project file.
    pub project: String,
    /// Name of the schema.
    pub schema: String,
    /// Match probability from which a pair is a link.
    pub threshold: f64,
    /// One entry a party.
    pub parties: Vec<PartyReport>,
    /// One entry a linked pair of parties.
    pub pairs: Vec<PairReport>,
}

/// One party's file.
#[derive(Debug, Clone, Serialize)]
pub struct PartyReport {
    /// Its name.
    pub party: String,
    /// Records in its token file.
    pub records: u64,
    /// Rows of its token file; a record has one or more.
    pub rows: u64,
    /// Records that are a second or further one of somebody, where they were looked for.
    pub duplicates: Option<u64>,
    /// Whether a release manifest lay beside it.
    pub manifest: bool,
    /// What its owner's audit came to, by the manifest; `None`, in JSON `none`, if it states none.
    #[serde(serialize_with = "crate::release::or_none::serialize")]
    pub audit: Option<Conclusion>,
}

/// One pair of parties.
#[derive(Debug, Clone, Serialize)]
pub struct PairReport {
    /// The first party.
    pub party_a: String,
    /// The second party.
    pub party_b: String,
    /// Links found.
    pub links: u64,
    /// The number of matches among the candidates that the model expects, links or not.
    pub expected_matches: f64,
    /// Links expected to be right: the sum of their probabilities.
    pub expected_right: f64,
    /// How good the links are expected to be.
    pub quality: Quality,
    /// What decoys came to; none if none were given.
    pub decoys: Vec<DecoyReport>,
    /// What looks wrong, in sentences with counts only.
    pub warnings: Vec<String>,
    /// Records of the first party by status.
    pub status_a: StatusCounts,
    /// Records of the second party by status.
    pub status_b: StatusCounts,
    /// Links by probability: 0.5 to 0.6, ... 0.9 to 1.0, with the rest in the first.
    pub histogram: [u64; 5],
    /// One entry a pass.
    pub passes: Vec<PassReport>,
}

/// Records by status.
#[derive(Debug, Clone, Default, Serialize)]
pub struct StatusCounts {
    /// Records with a link.
    pub linked: u64,
    /// Records with candidates that cannot be told apart.
    pub ambiguous: u64,
    /// Records without a likely candidate.
    pub no_link: u64,
}

/// What one pass brought.
#[derive(Debug, Clone, Serialize)]
pub struct PassReport {
    /// Its name.
    pub pass: String,
    /// Blocks that both parties have.
    pub blocks: u64,
    /// Candidate pairs of the largest block.
    pub largest_block: u64,
    /// Tokens of both parties in whose block the other has none; their filters are not read.
    pub met_nobody: u64,
    /// Candidate pairs.
    pub candidates: u64,
    /// What was left out since its block has more candidate pairs than the cap.
    pub over_cap: OverCap,
    /// Candidate pairs kept after comparison.
    pub kept: u64,
    /// Links that met in this pass.
    pub links: u64,
    /// How the pairs were found, if not all were looked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approximate: Option<Approximate>,
}

impl StatusCounts {
    fn of(verdicts: &[crate::matcher::assign::Verdict]) -> Self {
        let mut counts = Self::default();
        for v in verdicts {
            match v.status {
                Status::Linked => counts.linked += 1,
                Status::Ambiguous => counts.ambiguous += 1,
                Status::NoLink => counts.no_link += 1,
            }
        }
        counts
    }
}

impl PairReport {
    /// The counts of one decision. `passes` come with their links still to be counted.
    #[must_use]
    pub fn of(
        parties: (String, String),
        assignment: &Assignment,
        expected_matches: f64,
        threshold: f64,
        mut passes: Vec<PassReport>,
        around: &Circumstances,
    ) -> Self {
        let mut histogram = [0; 5];
        let mut expected_right = 0.0;
        for &i in &assignment.links {
            let link = &assignment.pairs[i as usize];
            expected_right += link.probability;
            let bin = ((link.probability - 0.5) * 10.0).clamp(0.0, 4.0) as usize;
            histogram[bin] += 1;
            for (number, pass) in passes.iter_mut().enumerate() {
                pass.links += u64::from(link.passes >> number & 1);
            }
        }
        let names = (parties.0.as_str(), parties.1.as_str());
        let mut warnings = warnings::warnings(names, assignment, around);
        warnings.extend(warnings::over_cap(&passes));
        warnings.extend(warnings::too_few_found(&passes));
        Self {
            quality: Quality::of(assignment, around, threshold),
            decoys: Vec::new(),
            warnings,
            party_a: parties.0,
            party_b: parties.1,
            links: assignment.links.len() as u64,
            expected_matches,
            expected_right,
            status_a: StatusCounts::of(&assignment.left),
            status_b: StatusCounts::of(&assignment.right),
            histogram,
            passes,
        }
    }
}

/// Writes the report as `report.json` into `folder`.
///
/// # Errors
/// [`Class::Io`](crate::error::Class::Io).
pub fn write(folder: &Path, report: &Report) -> Result<()> {
    let mut json = serde_json::to_vec_pretty(report)
        .map_err(|_| Error::internal("the report has no JSON form"))?;
    json.push(b'\n');
    atomic::write(folder.join("report.json"), &json)
}
