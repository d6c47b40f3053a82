//! What an approximate search for pairs found.

use serde::Serialize;

/// How the pairs of a pass were found where not all were looked for, and how many of them there are.
#[derive(Debug, Clone, Serialize)]
pub struct ApproximateReport {
    /// The share of pairs asked for.
    pub asked: f64,
    /// The share found of the pairs of a sample of the first party's records, each of which was compared
    /// with all records of the second.
    pub recall: f64,
    /// Where that share lies for all records at a confidence of 95 %: from here,
    pub recall_low: f64,
    /// to here.
    pub recall_high: f64,
    /// Records in the sample; 0 if all pairs were looked for, since there are too few to choose tables by.
    pub sampled_records: u64,
    /// Pairs that they have.
    pub sampled_pairs: u64,
    /// Bits in which two filters must agree to meet in a table.
    pub bits: u32,
    /// Tables, each of other bits.
    pub tables: u32,
    /// In how many of the 128 bits of their sketches two filters may differ.
    pub tolerance: u32,
    /// Pairs that met in a table, each as often as it did.
    pub met: u64,
    /// Those of them that were compared in full.
    pub compared: u64,
}

impl ApproximateReport {
    /// What is wrong with it, if anything.
    pub(super) fn warning(&self) -> Option<String> {
        (self.recall < self.asked).then(|| {
            format!(
                "{:.2} % of the pairs were found by the sample, and {:.2} % were asked for: leave out --approximate \
                 to find all of them",
                100.0 * self.recall,
                100.0 * self.asked
            )
        })
    }
}
