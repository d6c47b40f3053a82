//! The vectors of `testdata/anonlink`, which anonlink itself made (`tests/scripts/anonlink_vectors.py`): the same pairs
//! with the same scores in the same order, and the same groups.

#![allow(
    clippy::unwrap_used,
    reason = "a vector that is not as written must fail the test"
)]

use std::collections::HashMap;
use std::path::Path;

use blindlink::clk::{Clks, read_json};
use blindlink::matcher::anonlink::{
    Candidate, CandidateFile, Dataset, Greedy, Groups, Wanted, comparisons, merged, similar,
    write_candidates,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

fn cases(name: &str) -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/anonlink");
    let text = std::fs::read_to_string(folder.join(name)).unwrap();
    let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert!(!cases.is_empty());
    cases
}

/// The dataset of a party of a small case, through the file that it would come in.
fn dataset(folder: &Path, clks: &Value, blocks: &Value) -> Dataset {
    let content = if blocks.is_null() {
        json!({ "clks": clks })
    } else {
        let all = clks
            .as_array()
            .unwrap()
            .iter()
            .zip(blocks.as_array().unwrap());
        let with = |(clk, blocks): (&Value, &Value)| {
            let mut list = vec![clk.clone()];
            list.extend(blocks.as_array().unwrap().iter().cloned());
            Value::from(list)
        };
        json!({ "clknblocks": all.map(with).collect::<Vec<_>>() })
    };
    let path = folder.join("x.json");
    std::fs::write(&path, content.to_string()).unwrap();
    Dataset::of(read_json(&path).unwrap())
}

/// The double that a text is nearest to, which not every reader of JSON finds for a number.
fn double(text: &Value) -> f64 {
    text.as_str().unwrap().parse().unwrap()
}

fn candidate(row: &Value) -> Candidate {
    let number = |i: usize| row[i].as_u64().unwrap() as u32;
    Candidate {
        score: double(&row[0]),
        datasets: [number(1), number(2)],
        records: [number(3), number(4)],
    }
}

/// Groups of candidates of any records.
fn solve(candidates: impl Iterator<Item = Candidate>) -> Groups {
    let mut numbers = HashMap::new();
    let mut greedy = Greedy::new();
    for candidate in candidates {
        let of = [0, 1].map(|i| {
            let next = numbers.len() as u32;
            *numbers
                .entry((candidate.datasets[i], candidate.records[i]))
                .or_insert(next)
        });
        greedy.take(candidate, of);
    }
    greedy.groups()
}

fn as_json(groups: &Groups) -> Value {
    let group = |records: &[(u32, u32)]| json!(records);
    groups.iter().map(group).collect()
}

#[test]
fn pairs_and_groups_of_small_cases_are_those_of_anonlink() {
    let folder = tempfile::tempdir().unwrap();
    let (mut pairs, mut groups, mut larger) = (0, 0, 0);
    for case in cases("small.json") {
        let name = case["name"].as_str().unwrap();
        let parties = case["parties"].as_array().unwrap();
        let datasets: Vec<Dataset> = (0..parties.len())
            .map(|i| dataset(folder.path(), &parties[i], &case["blocks"][i]))
            .collect();
        let wanted = Wanted {
            threshold: double(&case["threshold"]),
            k: case["k"].as_u64().map(|k| k as u32),
        };
        let done = std::sync::atomic::AtomicU64::new(0);
        let found = similar(&datasets, wanted, &|n| {
            done.fetch_add(n, std::sync::atomic::Ordering::Relaxed);
        });
        assert_eq!(done.into_inner(), comparisons(&datasets), "{name}");
        let expected: Vec<Candidate> = case["pairs"]
            .as_array()
            .unwrap()
            .iter()
            .map(candidate)
            .collect();
        for (n, (own, theirs)) in found.iter().zip(&expected).enumerate() {
            assert_eq!(own, *theirs, "{name}: pair {n}");
        }
        assert_eq!(found.len(), expected.len() as u64);
        let solved = solve(found.iter());
        assert_eq!(as_json(&solved), case["groups"], "{name}");
        pairs += expected.len();
        groups += solved.len();
        larger += solved.iter().filter(|g| g.len() > 2).count();
    }
    assert!(
        pairs > 10_000 && groups > 500 && larger > 100,
        "{pairs} {groups} {larger}"
    );
}

#[test]
fn files_of_candidate_pairs_are_read_merged_and_written_as_by_anonlink() {
    let folder = tempfile::tempdir().unwrap();
    for case in cases("candidates.json") {
        let name = case["name"].as_str().unwrap();
        let files = case["files"].as_array().unwrap();
        let open = || {
            let open = |(i, digits): (usize, &Value)| {
                let path = folder.path().join(format!("{i}.pairs"));
                std::fs::write(&path, unhex(digits.as_str().unwrap())).unwrap();
                CandidateFile::open(&path).unwrap()
            };
            merged(files.iter().enumerate().map(open).collect()).unwrap()
        };
        let out = folder.path().join("merged");
        let all = open();
        let (pairs, sizes) = (all.pairs(), all.sizes().unwrap());
        assert_eq!(write_candidates(&out, sizes, all).unwrap(), pairs);
        assert_eq!(
            std::fs::read(&out).unwrap(),
            unhex(case["merged"].as_str().unwrap()),
            "{name}"
        );
        let groups = solve(open().map(Result::unwrap));
        assert_eq!(as_json(&groups), case["groups"], "{name}");
    }
}

fn unhex(digits: &str) -> Vec<u8> {
    let byte = |i: usize| u8::from_str_radix(&digits[i..i + 2], 16).unwrap();
    (0..digits.len()).step_by(2).map(byte).collect()
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
}

/// The CLKs that `crowd` of the script makes.
fn crowd(seed: u64, parties: usize, records: usize, width: usize, families: usize) -> Vec<Clks> {
    let mut random = Random(seed);
    let fresh = |random: &mut Random| {
        let mut whole = Vec::new();
        for _ in 0..width.div_ceil(8) {
            let (a, b, c) = (random.next(), random.next(), random.next());
            whole.extend((a & (b | c)).to_le_bytes());
        }
        whole.truncate(width);
        whole
    };
    let parents: Vec<Vec<u8>> = (0..families).map(|_| fresh(&mut random)).collect();
    let mut party = || {
        let mut party = Clks::new(8 * width).unwrap();
        for record in 0..records {
            let mut clk = parents[random.below(families)].clone();
            for _ in 0..random.below(8 * width / 3 + 1) {
                let draw = random.next();
                let bit = (draw >> 32) as usize % (8 * width);
                if draw % 8 < 3 {
                    clk[bit / 8] |= 128 >> (bit % 8);
                } else {
                    clk[bit / 8] &= !(128 >> (bit % 8));
                }
            }
            if record % 997 == 996 {
                clk.fill(0);
            }
            party.push(&clk);
        }
        party
    };
    (0..parties).map(|_| party()).collect()
}

/// Without optimisation only those of some thousand records: the others are for `cargo test --release`.
#[test]
fn large_cases_have_the_digests_of_anonlink() {
    const LARGEST_IN_DEBUG: u64 = 3_000;
    let mut made: Option<(Value, Vec<Dataset>)> = None;
    for case in cases("large.json") {
        let name = case["name"].as_str().unwrap();
        let number = |key: &str| case["crowd"][key].as_u64().unwrap();
        if cfg!(debug_assertions) && number("records") > LARGEST_IN_DEBUG {
            continue;
        }
        if made.as_ref().is_none_or(|(of, _)| *of != case["crowd"]) {
            let size = |key: &str| number(key) as usize;
            let clks = crowd(
                number("seed"),
                size("parties"),
                size("records"),
                size("width"),
                size("families"),
            );
            made = Some((
                case["crowd"].clone(),
                clks.into_iter().map(Dataset::of).collect(),
            ));
        }
        let (_, datasets) = made.as_ref().unwrap();
        let wanted = Wanted {
            threshold: double(&case["threshold"]),
            k: None,
        };
        let found = similar(datasets, wanted, &|_| {});
        assert_eq!(case["pairs"], found.len(), "{name}");
        let mut hasher = Sha256::new();
        for Candidate {
            score,
            datasets,
            records,
        } in found.iter()
        {
            hasher.update(score.to_le_bytes());
            for number in datasets.into_iter().chain(records) {
                hasher.update(number.to_le_bytes());
            }
        }
        assert_eq!(
            case["pairs_sha256"],
            format!("{:x}", hasher.finalize()),
            "{name}"
        );
        let groups = solve(found.iter());
        assert_eq!(case["groups"], groups.len(), "{name}");
        let mut hasher = Sha256::new();
        for group in groups.iter() {
            hasher.update((group.len() as u32).to_le_bytes());
            for (dataset, record) in group {
                hasher.update(dataset.to_le_bytes());
                hasher.update(record.to_le_bytes());
            }
        }
        assert_eq!(
            case["groups_sha256"],
            format!("{:x}", hasher.finalize()),
            "{name}"
        );
    }
}
