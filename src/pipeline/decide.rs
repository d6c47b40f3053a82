//! Two parties, or one with itself, from tokens to a decision about persons.

use std::collections::BTreeMap;

use super::Progress;
use crate::error::Result;
use crate::matcher::assign::{Assignment, Scored, assign};
use crate::matcher::block::SemiJoin;
use crate::matcher::classify::{Evidence, Exposure, Facts, Model, Pair, merge};
use crate::matcher::cluster::{Persons, between};
use crate::matcher::compare;
use crate::matcher::intake::Party;
use crate::matcher::report::{Circumstances, PassReport};
use crate::project::Schema;
use crate::token::PassTokens;

/// The pairs of two parties that met, and what is known of a match between them.
pub(super) struct Met {
    pairs: Vec<(Pair, Option<Evidence>)>,
    /// The model that was fitted to the pairs.
    pub(super) model: Model,
    /// One entry a pass, its links still to be counted.
    pub(super) passes: Vec<PassReport>,
    /// What the report should know of the two files.
    pub(super) around: Circumstances,
}

/// What is known of matches before two parties are looked at.
pub(super) enum Known<'m> {
    /// Nothing: a model is fitted to their pairs.
    Nothing,
    /// A model of this party and another, for the pairs inside it.
    Within(&'m Model),
    /// A model of the same two parties.
    Same(&'m Model),
}

/// The tokens of one pass of both parties: those of the larger one only where they may meet one of
/// the smaller one.
fn read_pass(
    schema: &Schema,
    number: usize,
    a: &Party,
    b: &Party,
) -> Result<(PassTokens, PassTokens)> {
    let read = |party: &Party, others: Option<&PassTokens>| {
        let join = others.map(|o| SemiJoin::of(&o.keys));
        party.file.pass(schema, number, &party.of_row, |key| {
            join.as_ref().is_none_or(|j| j.may_meet(key))
        })
    };
    if a.refs.len() <= b.refs.len() {
        let left = read(a, None)?;
        let right = read(b, Some(&left))?;
        Ok((left, right))
    } else {
        let right = read(b, None)?;
        let left = read(a, Some(&right))?;
        Ok((left, right))
    }
}

/// Who meets whom, and the model of it. Reads one pass of the files at a time.
pub(super) fn meet(
    schema: &Schema,
    a: &Party,
    b: &Party,
    known: Known<'_>,
    progress: &dyn Progress,
) -> Result<Met> {
    let names = (&a.file.header().party, &b.file.header().party);
    let is_within = names.0 == names.1;
    let mut facts = Facts::of(schema);
    let mut meetings = Vec::new();
    let mut passes = Vec::new();
    let records = (a.refs.len(), b.refs.len());
    let mut crowded = 0;
    let mut same_date = None;
    let mut dated = None;
    for (number, pass) in schema.passes.iter().enumerate() {
        progress.at(
            &format!("{} - {}: {}", names.0, names.1, pass.name),
            number as u64,
            schema.passes.len() as u64,
        );
        let (left, right) = read_pass(schema, number, a, b)?;
        let mut result = compare::pass(schema, number, &left, &right, is_within);
        // Without a filter all are kept who share a block. In large files these are strangers, far too
        // many to be looked at one by one.
        let most = compare::NOISE * (records.0 + records.1) as f64;
        if pass.filters.is_empty() && result.meetings.len() as f64 > most {
            crowded |= 1 << number;
        }
        if facts.is_birthdate_block(number) {
            same_date = Some(result.candidates);
            let people = |tokens: &PassTokens| {
                let mut records = tokens.records.clone();
                records.sort_unstable();
                records.dedup();
                records.len() as u64 + tokens.skipped
            };
            if dated.is_none() {
                dated = Some((people(&left), people(&right)));
            }
        }
        passes.push(PassReport {
            pass: pass.name.clone(),
            blocks: result.blocks,
            largest_block: result.largest,
            met_nobody: left.skipped + right.skipped,
            candidates: result.candidates,
            kept: result.meetings.len() as u64,
            links: 0,
        });
        meetings.append(&mut result.meetings);
    }
    let all = schema.passes.len() as u64;
    progress.at(&format!("{} - {}: decide", names.0, names.1), all, all);
    facts.count(passes.iter().map(|p| p.candidates).collect());
    let pairs = merge(&facts, meetings, crowded);
    let exposure = Exposure {
        records,
        same_date,
        classic: schema.is_classic(),
        chances: facts.chances().clone(),
    };
    let model = match known {
        Known::Within(model) => model.within(&pairs, a.refs.len()),
        Known::Same(model) => model.clone(),
        Known::Nothing if is_within => {
            // As if the file were linked with a copy of itself, in which nobody is the same record.
            let turned = |(p, e): &(Pair, Option<Evidence>)| {
                let (left, right) = (p.right, p.left);
                (Pair { left, right, ..*p }, *e)
            };
            let both: Vec<_> = pairs
                .iter()
                .copied()
                .chain(pairs.iter().map(turned))
                .collect();
            Model::fit(&both, &exposure)
        }
        Known::Nothing => Model::fit(&pairs, &exposure),
    };
    let undated = (0..schema.passes.len())
        .filter(|&p| schema.passes[p].undated)
        .fold(0, |bits, p| bits | 1 << p);
    Ok(Met {
        pairs,
        model,
        passes,
        around: Circumstances {
            dated,
            exchanged: facts.exchanged_passes(),
            birthdate: facts.date_passes(),
            whole_names: facts.whole_name_passes() & !undated,
            undated,
            duplicates: false,
        },
    })
}

impl Met {
    /// Who of one file is the same person, by pairs of probability `threshold` or more, and those
    /// pairs.
    pub(super) fn persons(
        &self,
        schema: &Schema,
        records: usize,
        threshold: f64,
    ) -> (Persons, Vec<Scored>) {
        let scored: Vec<Scored> = self
            .pairs
            .iter()
            .map(|(p, _)| {
                let probability = if schema.is_classic() {
                    // All that is left has reached the schema's Dice coefficient.
                    1.0
                } else {
                    self.model.probability(&p.evidence)
                };
                Scored {
                    left: p.left,
                    right: p.right,
                    passes: p.passes,
                    odds: probability / (1.0 - probability).max(1e-9),
                    probability,
                }
            })
            .collect();
        (Persons::of(records, &scored, threshold), scored)
    }

    /// Which persons of two parties are the same, one to one.
    pub(super) fn decide(
        &self,
        schema: &Schema,
        (left, right): (&Persons, &Persons),
        threshold: f64,
    ) -> Assignment {
        let records: Vec<Pair> = self.pairs.iter().map(|(p, _)| *p).collect();
        let pairs = if left.is_alone() && right.is_alone() {
            records
        } else {
            between(&records, left, right, |p| self.model.odds(&p.evidence))
        };
        let persons = (left.len(), right.len());
        if !schema.is_classic() {
            return assign(&pairs, |p| self.model.odds(&p.evidence), persons, threshold);
        }
        // Every pair that is left has reached the schema's Dice coefficient and is a link, but for
        // rivals of a higher one; how probable it is, is said and decides nothing.
        let rank = |p: &Pair| 10f64.powi(i32::from(p.evidence.likeness()));
        let mut assignment = assign(&pairs, rank, persons, 0.5);
        let probable: BTreeMap<(u32, u32), f64> = pairs
            .iter()
            .map(|p| ((p.left, p.right), self.model.probability(&p.evidence)))
            .collect();
        assignment.restate(|pair| {
            let ends = (pair.left, pair.right);
            probable.get(&ends).copied().unwrap_or(0.0)
        });
        assignment
    }
}
