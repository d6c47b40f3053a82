//! `clk match`: files of CLKs, or of candidate pairs, into what anonlink and its entity service give.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::atomic::AtomicFolder;
use crate::clk::{self, Format, read_blocks};
use crate::error::{Error, Result};
use crate::matcher::anonlink::{
    Candidate, CandidateFile, Dataset, Greedy, Groups, Merged, Permutations, Sizes, Wanted,
    comparisons, merged, similar, write_bare_groups, write_candidates, write_groups, write_scores,
};
use crate::pipeline::Progress;
use crate::pipeline::files::check_outputs;
use crate::pipeline::link::expect_no_secret;

/// What to match, and where to.
#[derive(Debug)]
pub struct Options {
    /// What is matched.
    pub input: Input,
    /// The score from which a pair counts, from 0 to 1. For CLKs the Dice coefficient; at 0 every pair counts.
    pub threshold: f64,
    /// What is written.
    pub output: Output,
    /// The file for the result; for [`Output::Permutations`] the folder.
    pub out: PathBuf,
    /// Folders in which no secret of a data owner may lie, nor a ref map.
    pub watched: Vec<PathBuf>,
    /// Replace a result that exists.
    pub force: bool,
    /// Makes permutations guessable, so that a run can be repeated. For tests only.
    pub test_seed: Option<u64>,
}

/// What is matched.
#[derive(Debug)]
pub enum Input {
    /// Files of CLKs.
    Clks {
        /// One file a party: the first is dataset 0 of the result.
        files: Vec<PathBuf>,
        /// A file of blocks for each of them, in the same order, or none.
        blocks: Vec<PathBuf>,
        /// The form of the files.
        format: Format,
        /// Bytes of a CLK. Binary forms need it.
        hash_size: Option<usize>,
        /// Of each record keep at most so many pairs with each other dataset.
        k: Option<u32>,
    },
    /// Files of candidate pairs that anonlink or an earlier run has written. They are merged.
    Candidates(Vec<PathBuf>),
}

impl Input {
    /// All files that are read.
    #[must_use]
    pub fn files(&self) -> Vec<&Path> {
        let all = match self {
            Self::Clks { files, blocks, .. } => files.iter().chain(blocks),
            Self::Candidates(files) => files.iter().chain(&[]),
        };
        all.map(PathBuf::as_path).collect()
    }
}

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// The groups, as the entity service gives them.
    Groups,
    /// The groups as a bare list, as `anonlink find-similarity` writes them.
    BareGroups,
    /// Every pair with its score.
    Scores,
    /// A mask, and a permutation for each of two parties.
    Permutations,
    /// Every pair with its score, in anonlink's binary form.
    Candidates,
}

/// What a match was of, in numbers.
#[derive(Debug, Default, serde::Serialize)]
pub struct Summary {
    /// Each file, in order.
    pub files: Vec<FileSummary>,
    /// Bits of a CLK.
    pub bits: Option<usize>,
    /// Pairs of CLKs that were compared.
    pub compared: Option<u64>,
    /// Pairs that count.
    pub pairs: u64,
    /// Groups of records, where they were made.
    pub groups: Option<u64>,
}

/// A file of a match, in numbers.
#[derive(Debug, serde::Serialize)]
pub struct FileSummary {
    /// Its CLKs or candidate pairs.
    pub records: u64,
    /// Its CLKs that are in no block, and so compared with nobody, where it has blocks.
    pub in_no_block: Option<u64>,
}

/// Matches files and writes one result.
///
/// # Errors
/// [`Class::Usage`](crate::error::Class::Usage) for options that do not go together; [`Class::Input`](crate::error::Class::Input) as of
/// [`clk::read`], [`read_blocks`] and [`CandidateFile`], and if CLKs of two files are of different lengths;
/// [`Class::Mismatch`](crate::error::Class::Mismatch) if only one of two files has blocks, or a secret lies in a watched folder; [`Class::Io`](crate::error::Class::Io). Nothing is then left behind.
pub fn link(options: &Options, progress: &dyn Progress) -> Result<Summary> {
    check(options)?;
    expect_no_secret(&options.watched)?;
    match &options.input {
        Input::Clks { k, .. } => of_clks(options, *k, progress),
        Input::Candidates(files) => of_candidates(options, files, progress),
    }
}

/// The files of a result of permutations.
const PERMUTATIONS: [&str; 3] = ["mask.json", "permutation-0.json", "permutation-1.json"];

/// Checks all that can be checked before a file is read.
fn check(options: &Options) -> Result<()> {
    if !(0.0..=1.0).contains(&options.threshold) {
        return Err(Error::usage("a threshold must be from 0 to 1"));
    }
    let is_permuted = options.output == Output::Permutations;
    match &options.input {
        Input::Clks {
            files, blocks, k, ..
        } => {
            if files.len() < 2 {
                return Err(Error::usage("a match needs two files of CLKs or more"));
            }
            if !blocks.is_empty() && blocks.len() != files.len() {
                return Err(Error::usage(format!(
                    "{} files of CLKs and {} of blocks: give one --blocks for each, in the same order",
                    files.len(),
                    blocks.len()
                )));
            }
            if is_permuted && files.len() != 2 {
                return Err(Error::usage(
                    "permutations are for two parties; three or more have groups",
                ));
            }
            if *k == Some(0) {
                return Err(Error::usage("-k must be 1 or more"));
            }
        }
        Input::Candidates(_) if is_permuted => {
            return Err(Error::usage(
                "files of candidate pairs do not say how many records there are",
            )
            .hint("permutations are made of two files of CLKs"));
        }
        Input::Candidates(_) => {}
    }
    let inputs = options.input.files();
    if is_permuted {
        let outputs = PERMUTATIONS.map(|name| options.out.join(name));
        let outputs: Vec<&Path> = outputs.iter().map(PathBuf::as_path).collect();
        check_outputs(&inputs, &outputs, options.force)
    } else {
        check_outputs(&inputs, &[&options.out], options.force)
    }
}

fn of_clks(options: &Options, k: Option<u32>, progress: &dyn Progress) -> Result<Summary> {
    progress.classic_schema();
    let mut summary = Summary::default();
    let datasets = read(&options.input, &mut summary, progress)?;
    let compared = comparisons(&datasets);
    summary.compared = Some(compared);
    let wanted = Wanted {
        threshold: options.threshold,
        k,
    };
    let done = AtomicU64::new(0);
    let told = |more| {
        let done = done.fetch_add(more, Ordering::Relaxed) + more;
        progress.at("compare", done, compared);
    };
    let found = similar(&datasets, wanted, &told);
    // Records of all datasets in one row.
    let starts: Vec<u32> = datasets
        .iter()
        .scan(0, |start, dataset| {
            let own = *start;
            *start += dataset.len() as u32;
            Some(own)
        })
        .collect();
    let sizes: Vec<usize> = datasets.iter().map(Dataset::len).collect();
    drop(datasets);
    let number = |dataset: u32, record: u32| starts[dataset as usize] + record;
    let total = found.len();
    write(
        options,
        (found.iter().map(Ok), total),
        Sizes::USUAL,
        number,
        &sizes,
        &mut summary,
        progress,
    )?;
    Ok(summary)
}

fn read(input: &Input, summary: &mut Summary, progress: &dyn Progress) -> Result<Vec<Dataset>> {
    let Input::Clks {
        files,
        blocks,
        format,
        hash_size,
        ..
    } = input
    else {
        return Ok(Vec::new());
    };
    let mut datasets: Vec<Dataset> = Vec::new();
    let mut first: Option<(usize, bool)> = None;
    for (i, file) in files.iter().enumerate() {
        progress.at("read", i as u64, files.len() as u64);
        let mut clks = clk::read(file, *format, *hash_size)?;
        if let Some(blocks) = blocks.get(i) {
            if clks.blocks().is_some() {
                return Err(
                    Error::usage("this file has blocks already, beside those of --blocks").at(file),
                );
            }
            let blocks = read_blocks(blocks, clks.len())?;
            clks = clks.with_blocks(blocks);
        }
        let form = (clks.bits(), clks.blocks().is_some());
        alike(*first.get_or_insert(form), form).map_err(|e| e.at(file))?;
        summary.files.push(FileSummary {
            records: clks.len() as u64,
            in_no_block: clks.blocks().map(|blocks| blocks.outside() as u64),
        });
        summary.bits = Some(clks.bits());
        datasets.push(Dataset::of(clks));
    }
    let records: u64 = summary.files.iter().map(|f| f.records).sum();
    if records >= u32::MAX.into() {
        return Err(Error::usage("more than 4,294,967,294 CLKs at a time"));
    }
    Ok(datasets)
}

/// Fails unless the CLKs of a file, of so many bits, in blocks or not, can be compared with those of the first.
fn alike(first: (usize, bool), own: (usize, bool)) -> Result<()> {
    if first.0 != own.0 {
        let what = format!(
            "CLKs of {} bits, those of the first file have {}",
            own.0, first.0
        );
        return Err(Error::input("", what).hint("parties must encode by one schema"));
    }
    if first.1 != own.1 {
        let (has, not) = if own.1 {
            ("this file", "the first one")
        } else {
            ("the first file", "this one")
        };
        return Err(Error::mismatch(format!("{has} has blocks, {not} has none"))
            .hint("give blocks for all files or for none"));
    }
    Ok(())
}

fn of_candidates(options: &Options, files: &[PathBuf], progress: &dyn Progress) -> Result<Summary> {
    let mut summary = Summary::default();
    let mut opened = Vec::new();
    for file in files {
        let file = CandidateFile::open(file)?;
        summary.files.push(FileSummary {
            records: file.pairs(),
            in_no_block: None,
        });
        opened.push(file);
    }
    let merged = merged(opened)?;
    let total = merged.pairs();
    let Some(sizes) = merged.sizes() else {
        return Err(Error::usage("there is no file of candidate pairs"));
    };
    // By dataset and record: files need not say how many records there are, nor have all of them pairs.
    let mut numbers: HashMap<(u32, u32), u32> = HashMap::new();
    let number = |dataset, record| {
        let next = numbers.len() as u32;
        *numbers.entry((dataset, record)).or_insert(next)
    };
    write(
        options,
        (reaching(merged, options.threshold), total),
        sizes,
        number,
        &[],
        &mut summary,
        progress,
    )?;
    Ok(summary)
}

/// The pairs that reach `threshold`.
fn reaching(merged: Merged, threshold: f64) -> impl Iterator<Item = Result<Candidate>> {
    merged.filter(move |candidate| candidate.as_ref().map_or(true, |c| c.score >= threshold))
}

/// Writes the result. `number` numbers records, from 0 and without large gaps; `records` are how many each dataset has.
fn write(
    options: &Options,
    (candidates, total): (impl Iterator<Item = Result<Candidate>>, u64),
    sizes: Sizes,
    number: impl FnMut(u32, u32) -> u32,
    records: &[usize],
    summary: &mut Summary,
    progress: &dyn Progress,
) -> Result<()> {
    const TOLD: u64 = 1 << 16;
    let step = match options.output {
        Output::Scores | Output::Candidates => "write",
        _ => "group",
    };
    let told = candidates.zip(0u64..).map(|(candidate, n)| {
        if n.is_multiple_of(TOLD) {
            progress.at(step, n, total);
        }
        candidate
    });
    match options.output {
        Output::Scores => summary.pairs = write_scores(&options.out, told)?,
        Output::Candidates => summary.pairs = write_candidates(&options.out, sizes, told)?,
        Output::Groups | Output::BareGroups | Output::Permutations => {
            let (groups, pairs) = solve(told, number)?;
            (summary.pairs, summary.groups) = (pairs, Some(groups.len() as u64));
            match (options.output, records) {
                (Output::BareGroups, _) => write_bare_groups(&options.out, &groups)?,
                (Output::Permutations, &[a, b]) => permute(options, &groups, [a, b])?,
                _ => write_groups(&options.out, &groups)?,
            }
        }
    }
    Ok(())
}

/// The groups of candidates that come in order, and how many candidates there were.
fn solve(
    candidates: impl Iterator<Item = Result<Candidate>>,
    mut number: impl FnMut(u32, u32) -> u32,
) -> Result<(Groups, u64)> {
    let (mut greedy, mut pairs) = (Greedy::new(), 0);
    for candidate in candidates {
        let candidate = candidate?;
        let numbers = [0, 1].map(|i| number(candidate.datasets[i], candidate.records[i]));
        greedy.take(candidate, numbers);
        pairs += 1;
    }
    Ok((greedy.groups(), pairs))
}

fn permute(options: &Options, groups: &Groups, records: [usize; 2]) -> Result<()> {
    let mut seed = [0; 32];
    if let Some(test) = options.test_seed {
        seed[..8].copy_from_slice(&test.to_le_bytes());
    } else {
        getrandom::fill(&mut seed)
            .map_err(|_| Error::internal("the system gives no random bytes"))?;
    }
    let folder = AtomicFolder::create(&options.out)?;
    Permutations::of(groups, records, seed).write(folder.work())?;
    folder.commit()
}
