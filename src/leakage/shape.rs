//! Which tokens a record lacks and how many rows it has: that shows without any bit.

use std::collections::BTreeMap;

use super::{Check, Verdict, percent, rounded};
use crate::project::Pass;
use crate::token::PassTokens;

/// Fewer records of one shape than this can be picked out.
const CROWD: usize = 5;

/// Which columns each record has.
pub(super) struct Shapes {
    columns: Vec<String>,
    present: Vec<u64>,
    rows: Vec<u8>,
}

impl Shapes {
    pub(super) fn new(records: usize, of_row: &[u32]) -> Self {
        let mut rows = vec![0u8; records];
        for &r in of_row {
            rows[r as usize] = rows[r as usize].saturating_add(1);
        }
        Self {
            columns: Vec::new(),
            present: vec![0; records],
            rows,
        }
    }

    /// Takes in the columns of one pass.
    pub(super) fn add(&mut self, pass: &Pass, tokens: &PassTokens) {
        let first = self.columns.len();
        self.columns.push(pass.name.clone());
        let names = pass
            .filters
            .iter()
            .map(|f| format!("{}.{}", pass.name, f.name));
        self.columns.extend(names);
        for (t, &record) in tokens.records.iter().enumerate() {
            let present = &mut self.present[record as usize];
            *present |= 1 << first;
            for (f, filter) in tokens.filters.iter().enumerate() {
                *present |= u64::from(filter.present[t]) << (first + 1 + f);
            }
        }
    }

    pub(super) fn checks(&self, seed: u64) -> Vec<Check> {
        let records = self.present.len();
        let share = |n: usize| n as f64 / records.max(1) as f64;
        let mut shapes: BTreeMap<(u64, u8), usize> = BTreeMap::new();
        for (present, rows) in self.present.iter().zip(&self.rows) {
            *shapes.entry((*present, *rows)).or_default() += 1;
        }
        let rare: usize = shapes.values().filter(|n| **n < CROWD).sum();
        let lacking: Vec<String> = (0..self.columns.len())
            .filter_map(|c| {
                let n = self.present.iter().filter(|p| **p >> c & 1 == 0).count();
                (n > 0).then(|| format!("{} {}", self.columns[c], percent(share(n))))
            })
            .collect();
        let lacking = if lacking.is_empty() {
            "Every record has every token.".to_owned()
        } else {
            format!("Records lack: {}.", lacking.join(", "))
        };
        let mut by_rows: BTreeMap<u8, usize> = BTreeMap::new();
        for rows in &self.rows {
            *by_rows.entry(*rows).or_default() += 1;
        }
        let usual = by_rows
            .iter()
            .max_by_key(|(_, n)| **n)
            .map_or(1, |(r, _)| *r);
        let others = records - by_rows.get(&usual).copied().unwrap_or(0);
        vec![
            Check {
                name: "missing tokens".into(),
                of: String::new(),
                metric: format!("share of records whose shape fewer than {CROWD} records have"),
                value: rounded(share(rare)),
                expected: 0.0,
                sample: records as u64,
                seed,
                verdict: Verdict::gate(share(rare), 0.005, 0.05),
                sentence: format!(
                    "{rare} records differ from nearly all others by which tokens they have and by \
                     their number of rows. {lacking} Whoever knows which of a person's fields are \
                     empty can pick out such a record."
                ),
            },
            Check {
                name: "rows of a record".into(),
                of: String::new(),
                metric: "share of records with another number of rows than most".into(),
                value: rounded(share(others)),
                expected: 0.0,
                sample: records as u64,
                seed,
                // Shown for the record; a rare number of rows counts in the check above.
                verdict: Verdict::Green,
                sentence: if others == 0 {
                    format!(
                        "All records have {usual} rows: who has several surnames does not show."
                    )
                } else {
                    format!(
                        "{others} records have not {usual} rows, as most have: they belong to people \
                         of another number of surnames, which the operator thereby learns."
                    )
                },
            },
        ]
    }
}
