//! Two parties, or one with itself, from tokens to a decision about persons.

use std::io::Write;

use rayon::prelude::*;

use super::Progress;
use super::room::Room;
use crate::error::Result;
use crate::matcher::assign::{Assignment, Scored, assign, assign_highest};
use crate::matcher::classify::{Exposure, Facts, Model, Pairs, Part};
use crate::matcher::cluster::{Between, Persons, spread};
use crate::matcher::compare::{
    self, Divided, Gathering, InFile, InMemory, Keep, Kept, Limits, Meeting, PassResult, Run,
    divide, run,
};
use crate::matcher::intake::Party;
use crate::matcher::report::{Circumstances, PassReport};
use crate::matcher::rows::{Allowance, Row};
use crate::project::Schema;
use crate::unfinished::Unfinished;

/// The pairs of two parties that met, and what is known of a match between them.
pub(super) struct Met {
    pairs: Pairs,
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

/// How token files are looked through.
#[derive(Clone, Copy)]
pub(super) struct Looking<'p> {
    pub(super) schema: &'p Schema,
    pub(super) limits: Limits,
    /// Where finished parts are kept and what does not fit into memory goes; nowhere, if there is none.
    pub(super) unfinished: Option<&'p Unfinished>,
    /// How much may be in memory; all, if there is none.
    pub(super) room: Option<Room>,
    pub(super) progress: &'p dyn Progress,
}

impl<'p> Looking<'p> {
    /// Who meets whom in two token files, and the model of it. Reads one pass of the files at a time.
    pub(super) fn meet(&self, a: &'p Party, b: &'p Party, known: Known<'_>) -> Result<Met> {
        let names = (name(a), name(b));
        let is_within = names.0 == names.1;
        let mut meetings = Meetings::new(self.schema, (a.refs.len(), b.refs.len()), is_within);
        for (number, pass) in self.schema.passes.iter().enumerate() {
            let step = format!("{} - {}: {}", names.0, names.1, pass.name);
            self.progress.at(&step, 0, 0);
            let told = |done, all| self.progress.at(&step, done, all);
            meetings.add(number, self.pass(number, a, b, &told)?);
        }
        let step = format!("{} - {}: decide", names.0, names.1);
        self.progress.at(&step, 0, 0);
        meetings.model(known, self.allowance())
    }

    fn pass(
        &self,
        number: usize,
        a: &'p Party,
        b: &'p Party,
        told: &(dyn Fn(u64, u64) + Sync),
    ) -> Result<PassResult> {
        let source = |party: &'p Party| InFile {
            file: &party.file,
            schema: self.schema,
            pass: number,
            of_row: &party.of_row,
        };
        let names = (name(a), name(b));
        let (left, right) = (source(a), (names.0 != names.1).then(|| source(b)));
        let folder = self.unfinished.map(|unfinished| InFolder {
            unfinished,
            name: format!("{}.{}.{number}", names.0, names.1),
        });
        let keep: &dyn Keep = match &folder {
            Some(folder) => folder,
            None => &InMemory,
        };
        let parts = self
            .room
            .map_or(1, |room| room.parts(self.schema, number, [a, b]));
        if let (Some(unfinished), 2..) = (self.unfinished, parts) {
            let divided = divide(&left, right.as_ref(), parts, unfinished.folder())?;
            compare::pass(self.schema, number, &divided, self.limits, keep, told)
        } else {
            let whole = Divided::whole(left, right);
            compare::pass(self.schema, number, &whole, self.limits, keep, told)
        }
    }

    /// How many pairs may be in memory.
    fn allowance(&self) -> Option<Allowance> {
        let rows = self.room?.pairs();
        let folder = self.unfinished?.folder().to_path_buf();
        Some(Allowance { rows, folder })
    }
}

/// What a token file is called beside others: its party, and whether it holds decoys of it.
fn name(party: &Party) -> String {
    let header = party.file.header();
    let decoys = if header.decoys { "decoys-of-" } else { "" };
    format!("{decoys}{}", header.party)
}

/// Meetings as finished parts of an unfinished run.
struct InFolder<'u> {
    unfinished: &'u Unfinished,
    /// Of the parties and the pass.
    name: String,
}

impl InFolder<'_> {
    fn part(&self, part: usize) -> String {
        format!("{}.{part}", self.name)
    }
}

impl Keep for InFolder<'_> {
    fn finished(&self, part: usize) -> Result<Option<Run>> {
        let found = self.unfinished.open(&self.part(part))?;
        Ok(found.map(|(file, bytes)| Run::open(file, bytes)))
    }

    fn keep(&self, part: usize, meetings: Vec<Meeting>) -> Result<Run> {
        let write = |out: &mut dyn Write| run::write(&meetings, out);
        let (file, bytes) = self.unfinished.put(&self.part(part), write)?;
        Ok(Run::open(file, bytes))
    }
}

/// What the passes of a schema gave for two parties, or one with itself, before anything is
/// concluded from it. How alike the records of a meeting are may come from filters or from names.
pub(super) struct Meetings<'s> {
    schema: &'s Schema,
    facts: Facts,
    records: (usize, usize),
    is_within: bool,
    all: Gathering,
    passes: Vec<PassReport>,
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
            all: Gathering::default(),
            passes: Vec::new(),
            same_date: None,
            dated: None,
        }
    }

    /// Takes in what pass `number` gave for the tokens of both parties.
    pub(super) fn add(&mut self, number: usize, result: PassResult) {
        let pass = &self.schema.passes[number];
        // Without a filter all are kept who share a block. In large files these are strangers, far too
        // many to be looked at one by one.
        let most = compare::NOISE * (self.records.0 + self.records.1) as f64;
        let kept = result.kept.meetings();
        if pass.filters.is_empty() && kept as f64 > most {
            self.all.crowd(number);
        }
        if self.facts.is_birthdate_block(number) {
            self.same_date = Some(result.candidates);
            self.dated.get_or_insert(result.people);
        }
        self.passes.push(PassReport {
            pass: pass.name.clone(),
            blocks: result.blocks,
            largest_block: result.largest,
            met_nobody: result.met_nobody,
            candidates: result.candidates,
            over_cap: result.over_cap,
            kept,
            links: 0,
            approximate: result.approximate,
        });
        match result.kept {
            Kept::Listed(meetings) => self.all.list(meetings),
            Kept::Buckets(buckets) => self.all.put(number, buckets),
        }
    }

    /// The pairs, and the model of them: fitted to them, or taken over.
    pub(super) fn model(mut self, known: Known<'_>, allowance: Option<Allowance>) -> Result<Met> {
        self.facts
            .count(self.passes.iter().map(|p| p.candidates).collect());
        let mut pairs = Pairs::new(allowance);
        let of = |part: &mut Part, meetings: &[Meeting]| {
            if let Some((pair, apart)) = self.facts.pair(meetings) {
                part.put(pair, apart);
            }
        };
        self.all.each(self.records.0, of, |part| pairs.put(part))?;
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
                pairs = pairs.mirrored();
                Model::fit(&pairs, &exposure)?
            }
            Known::Nothing => Model::fit(&pairs, &exposure)?,
        };
        Ok(Met {
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
        })
    }
}

impl Met {
    /// Who of one file is the same person, by pairs of probability `threshold` or more, and the pairs that
    /// met inside of one person.
    pub(super) fn persons(
        &self,
        schema: &Schema,
        records: usize,
        threshold: f64,
    ) -> Result<(Persons, Vec<Scored>)> {
        let kinds = self.pairs.kinds().iter();
        let probability: Vec<f64> = if schema.is_classic() {
            // All that is left has reached the schema's Dice coefficient.
            kinds.map(|_| 1.0).collect()
        } else {
            kinds.map(|k| self.model.probability(&k.evidence)).collect()
        };
        let persons = Persons::of(records, |join| {
            self.pairs.each(|rows| {
                for [left, right, kind] in rows {
                    if probability[*kind as usize] >= threshold {
                        join(*left, *right);
                    }
                }
            })
        })?;
        let mut inside = Vec::new();
        self.pairs.each(|rows| {
            for &[left, right, kind] in rows {
                let p = probability[kind as usize];
                if persons.person(left) == persons.person(right) {
                    inside.push(Scored {
                        left,
                        right,
                        passes: self.pairs.kinds()[kind as usize].passes,
                        odds: p / (1.0 - p).max(1e-9),
                        probability: p,
                    });
                }
            }
        })?;
        Ok((persons, inside))
    }

    /// Which persons of two parties are the same, one to one.
    pub(super) fn decide(
        &self,
        schema: &Schema,
        (left, right): (&Persons, &Persons),
        threshold: f64,
    ) -> Result<Assignment> {
        let kinds = self.pairs.kinds();
        let is_classic = schema.is_classic();
        // Every pair of a classic schema that is left has reached the schema's Dice coefficient and is a
        // link, but for rivals of a higher one; how probable it is, is said and decides nothing.
        let odds: Vec<f64> = kinds
            .iter()
            .map(|k| {
                if is_classic {
                    // A step of likeness is more than what would make a rival.
                    16f64.powi(i32::from(k.evidence.likeness()))
                } else {
                    self.model.odds(&k.evidence)
                }
            })
            .collect();
        // How probable they are is worked out under one-to-one, but for a classic schema.
        let probability: Vec<f64> = if is_classic {
            let own = kinds.iter().map(|k| self.model.probability(&k.evidence));
            own.collect()
        } else {
            vec![0.0; kinds.len()]
        };
        let mut pairs = Between::new(left, right);
        let scored = |&[left, right, kind]: &Row| Scored {
            left,
            right,
            passes: kinds[kind as usize].passes,
            odds: odds[kind as usize],
            probability: probability[kind as usize],
        };
        self.pairs
            .each(|rows| pairs.put(rows.par_iter().map(scored)))?;
        let pairs = pairs.finish();
        let persons = (left.len(), right.len());
        if !is_classic {
            return Ok(assign(pairs, persons, threshold));
        }
        let probable: Vec<f64> = pairs.iter().map(|p| p.probability).collect();
        let mut assignment = assign_highest(pairs, persons);
        assignment.restate(&probable);
        Ok(assignment)
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
        Ok(within.persons(schema, records[party], threshold)?.0)
    };
    let (left, right) = (persons(0)?, persons(1)?);
    let between = (&left, &right);
    let decided = met.decide(schema, between, threshold)?;
    Ok(of_records(decided, between))
}
