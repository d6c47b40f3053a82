//! The public list: names with their frequencies, and what can be made of them.

use std::collections::BTreeMap;

/// A name, or a class of names by its most frequent one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    /// Share of all people on the list, 0 to 1.
    pub(super) share: f64,
    pub(super) name: &'static str,
}

/// A guessed first name and a guessed last name.
pub(super) type Guess<'n> = (Option<&'n str>, Option<&'n str>);

/// First and last names, each from the most frequent on.
#[derive(Debug)]
pub(super) struct List {
    pub(super) first: Vec<Entry>,
    pub(super) last: Vec<Entry>,
}

impl List {
    /// The list that ships; see `src/owner/audit/tables/README.md`.
    pub(super) fn public() -> Self {
        Self {
            first: read(include_str!("../tables/first_names.tsv")),
            last: read(include_str!("../tables/surnames.tsv")),
        }
    }
}

fn read(text: &'static str) -> Vec<Entry> {
    let counts: Vec<(&'static str, f64)> = text
        .lines()
        .filter_map(|line| {
            let (name, count) = line.split_once('\t')?;
            Some((name, count.parse().ok()?))
        })
        .collect();
    let all: f64 = counts.iter().map(|(_, count)| count).sum();
    let entry = |(name, count): (&'static str, f64)| Entry {
        share: count / all,
        name,
    };
    counts.into_iter().map(entry).collect()
}

/// Names that `class` gives one value taken together, from the most frequent class on.
pub(super) fn classes(names: &[Entry], class: impl Fn(&str) -> String) -> Vec<Entry> {
    let mut found: BTreeMap<String, Entry> = BTreeMap::new();
    for entry in names {
        // The first of a class is its most frequent name.
        let slot = found.entry(class(entry.name));
        slot.and_modify(|e| e.share += entry.share)
            .or_insert(*entry);
    }
    let mut out: Vec<Entry> = found.into_values().collect();
    out.sort_by(|a, b| b.share.total_cmp(&a.share).then(a.name.cmp(b.name)));
    out
}

/// The `most` most frequent values made of a first and a last name, taken as independent, or of
/// one of them.
pub(super) fn ranked(
    first: Option<&[Entry]>,
    last: Option<&[Entry]>,
    most: usize,
) -> Vec<Guess<'static>> {
    match (first, last) {
        (None, None) => Vec::new(),
        (Some(names), None) => names
            .iter()
            .take(most)
            .map(|e| (Some(e.name), None))
            .collect(),
        (None, Some(names)) => names
            .iter()
            .take(most)
            .map(|e| (None, Some(e.name)))
            .collect(),
        (Some(first), Some(last)) => {
            // A pair of ranks i and j, from 1, has i x j - 1 pairs that are as frequent or more.
            let mut pairs: Vec<(f64, usize, usize)> = Vec::new();
            for (i, f) in first.iter().enumerate().take(most) {
                for (j, l) in last.iter().enumerate().take(most / (i + 1)) {
                    pairs.push((f.share * l.share, i, j));
                }
            }
            pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
            let guess =
                |(_, i, j): &(f64, usize, usize)| (Some(first[*i].name), Some(last[*j].name));
            pairs.iter().take(most).map(guess).collect()
        }
    }
}
