//! Two parties, or one with itself, from tokens to a decision about persons.

use std::collections::BTreeMap;

use super::Progress;
use crate::error::Result;
use crate::matcher::assign::{Assignment, Scored, assign};
use crate::matcher::block::SemiJoin;
use crate::matcher::classify::{Evidence, Exposure, Facts, Model, Pair, merge};
use crate::matcher::cluster::{Persons, between, spread};
use crate::matcher::compare::{self, Approximate, Meeting, PassResult};
use crate::matcher::intake::Party;
use crate::matcher::report::{ApproximateReport, Circumstances, PassReport};
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
#[derive(Clone, Copy)]
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

/// Who meets whom in two token files, and the model of it. Reads one pass of the files at a time.
/// `approximate`: the share of pairs that is enough, where the schema allows it.
pub(super) fn meet(
    schema: &Schema,
    a: &Party,
    b: &Party,
    known: Known<'_>,
    approximate: Option<f64>,
    progress: &dyn Progress,
) -> Result<Met> {
    let names = (&a.file.header().party, &b.file.header().party);
    let is_within = names.0 == names.1;
    let mut meetings = Meetings::new(schema, (a.refs.len(), b.refs.len()), is_within);
    let all = schema.passes.len() as u64;
    for (number, pass) in schema.passes.iter().enumerate() {
        let step = format!("{} - {}: {}", names.0, names.1, pass.name);
        progress.at(&step, number as u64, all);
        let (left, right) = read_pass(schema, number, a, b)?;
        meetings.add(
            number,
            (&left, &right),
            compare::pass(schema, number, &left, &right, is_within, approximate),
        );
    }
    progress.at(&format!("{} - {}: decide", names.0, names.1), all, all);
    Ok(meetings.model(known))
}

/// What the passes of a schema gave for two parties, or one with itself, before anything is
/// concluded from it. How alike the records of a meeting are may come from filters or from names.
pub(super) struct Meetings<'s> {
    schema: &'s Schema,
    facts: Facts,
    records: (usize, usize),
    is_within: bool,
    all: Vec<Meeting>,
    passes: Vec<PassReport>,
    /// Passes, as bits, in which too many strangers meet.
    crowded: u16,
    same_date: Option<u64>,
    dated: Option<(u64, u64)>,
}

impl<'s> Meetings<'s> {
    /// Nobody has met. `records` are those of the parties; `is_within`: both are one.
    pub(super) fn new(schema: &'s Schema, records: (usize, usize), is_within: bool) -> Self {
        Self {
            facts: Facts::of(schema),
            schema,
            records,
            is_within,
            all: Vec::new(),
            passes: Vec::new(),
            crowded: 0,
            same_date: None,
            dated: None,
        }
    }

    /// Takes in what pass `number` gave for the tokens of both parties.
    pub(super) fn add(
        &mut self,
        number: usize,
        (left, right): (&PassTokens, &PassTokens),
        mut result: PassResult,
    ) {
        let pass = &self.schema.passes[number];
        // Without a filter all are kept who share a block. In large files these are strangers, far too
        // many to be looked at one by one.
        let most = compare::NOISE * (self.records.0 + self.records.1) as f64;
        if pass.filters.is_empty() && result.meetings.len() as f64 > most {
            self.crowded |= 1 << number;
        }
        if self.facts.is_birthdate_block(number) {
            self.same_date = Some(result.candidates);
            let people = |tokens: &PassTokens| {
                let mut records = tokens.records.clone();
                records.sort_unstable();
                records.dedup();
                records.len() as u64 + tokens.skipped
            };
            if self.dated.is_none() {
                self.dated = Some((people(left), people(right)));
            }
        }
        self.passes.push(PassReport {
            pass: pass.name.clone(),
            blocks: result.blocks,
            largest_block: result.largest,
            met_nobody: left.skipped + right.skipped,
            candidates: result.candidates,
            kept: result.meetings.len() as u64,
            links: 0,
            approximate: result.approximate.map(of_search),
        });
        self.all.append(&mut result.meetings);
    }

    /// The pairs, and the model of them: fitted to them, or taken over.
    pub(super) fn model(mut self, known: Known<'_>) -> Met {
        self.facts
            .count(self.passes.iter().map(|p| p.candidates).collect());
        let pairs = merge(&self.facts, self.all, self.crowded);
        let exposure = Exposure {
            records: self.records,
            same_date: self.same_date,
            classic: self.schema.is_classic(),
            chances: self.facts.chances().clone(),
        };
        let model = match known {
            Known::Within(model) => model.within(&pairs, self.records.0),
            Known::Same(model) => model.clone(),
            Known::Nothing if self.is_within => {
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
        Met {
            pairs,
            model,
            passes: self.passes,
            around: Circumstances {
                dated: self.dated,
                exchanged: self.facts.exchanged_passes(),
                birthdate: self.facts.date_passes(),
                whole_names: self.facts.whole_name_passes(),
                undated: self.facts.undated_passes(),
                duplicates: false,
            },
        }
    }
}

/// What the report says of an approximate search.
fn of_search(search: Approximate) -> ApproximateReport {
    ApproximateReport {
        asked: search.asked,
        recall: search.recall,
        recall_low: search.interval.0,
        recall_high: search.interval.1,
        sampled_records: search.sampled_records,
        sampled_pairs: search.sampled_pairs,
        bits: search.bits,
        tables: search.tables,
        tolerance: search.tolerance,
        met: search.met,
        compared: search.compared,
    }
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

/// A decision about persons as one about their records.
pub(super) fn of_records(decided: Assignment, (left, right): (&Persons, &Persons)) -> Assignment {
    if left.is_alone() && right.is_alone() {
        decided
    } else {
        spread(&decided, left, right)
    }
}

/// The whole decision about the records of two parties, numbers 0 and 1. `meet` gives the pairs of
/// two of them, or of one with itself by a model of both; that is asked for only if `duplicates`
/// are looked for.
pub(super) fn two(
    schema: &Schema,
    records: [usize; 2],
    (threshold, duplicates): (f64, bool),
    meet: impl Fn(usize, usize, Known<'_>) -> Result<Met>,
) -> Result<Assignment> {
    let met = meet(0, 1, Known::Nothing)?;
    let persons = |party: usize| -> Result<Persons> {
        if !duplicates {
            return Ok(Persons::alone(records[party]));
        }
        let within = meet(party, party, Known::Within(&met.model))?;
        Ok(within.persons(schema, records[party], threshold).0)
    };
    let (left, right) = (persons(0)?, persons(1)?);
    let between = (&left, &right);
    Ok(of_records(met.decide(schema, between, threshold), between))
}
