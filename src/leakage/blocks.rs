//! The sizes of blocks, and tokens that occur more than once.

use super::{Check, Verdict, blocks_on_a_name, rounded};
use crate::project::Pass;
use crate::token::PassTokens;

/// The tokens of a pass by block.
pub(super) struct Blocks {
    /// Token numbers, those of one block together.
    order: Vec<u32>,
    /// Where in `order` each block starts, and the end of the last.
    starts: Vec<u32>,
}

impl Blocks {
    pub(super) fn of(tokens: &PassTokens) -> Self {
        let mut order: Vec<u32> = (0..tokens.keys.len() as u32).collect();
        // Stable in the token's number, so that draws from a block do not hang on the sort.
        order.sort_unstable_by_key(|&t| (tokens.keys[t as usize], t));
        let mut starts = Vec::new();
        for (at, &t) in order.iter().enumerate() {
            let key = tokens.keys[t as usize];
            if at == 0 || tokens.keys[order[at - 1] as usize] != key {
                starts.push(at as u32);
            }
        }
        starts.push(order.len() as u32);
        Self { order, starts }
    }

    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// The token numbers of each block, in the order of block keys, which is random.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[u32]> {
        self.starts
            .windows(2)
            .map(|w| &self.order[w[0] as usize..w[1] as usize])
    }
}

/// Largest block and blocks of a unique size.
pub(super) fn sizes(pass: &Pass, tokens: &PassTokens, blocks: &Blocks, seed: u64) -> Vec<Check> {
    let all = tokens.keys.len();
    let mut sizes: Vec<usize> = blocks.iter().map(<[u32]>::len).collect();
    sizes.sort_unstable();
    let largest = sizes.last().copied().unwrap_or(0);
    let share = largest as f64 / all.max(1) as f64;
    let mean = all as f64 / sizes.len().max(1) as f64;
    let quantile = |q: usize| sizes.get((sizes.len() - 1) * q / 100).copied().unwrap_or(0);
    let spread = if sizes.is_empty() {
        "there is no block".to_owned()
    } else {
        format!(
            "half of the blocks hold up to {}, 99 in 100 up to {}, the largest {largest}",
            quantile(50),
            quantile(99)
        )
    };
    // A handful of tokens is no crowd, whatever share of a small file it is.
    let verdict = if largest <= 20 {
        Verdict::Green
    } else {
        Verdict::gate(share, 0.01, 0.1)
    };
    let mut out = vec![Check {
        name: "largest block".into(),
        of: pass.name.clone(),
        metric: "share of the pass's tokens in its largest block".into(),
        value: rounded(share),
        expected: rounded(mean / all.max(1) as f64),
        sample: all as u64,
        seed,
        verdict,
        sentence: format!(
            "{all} tokens stand in {} blocks; {spread}. All tokens of one block can be compared \
             with each other, so no block should hold much of the file.",
            sizes.len()
        ),
    }];
    let unique: usize = sizes
        .chunk_by(|a, b| a == b)
        .filter(|same| same.len() == 1)
        .map(|same| same[0])
        .sum();
    let share = unique as f64 / all.max(1) as f64;
    let names = blocks_on_a_name(pass);
    // A block of a unique size can be picked out. With a name in it, its rank shows the name;
    // without, at most the date, which alone names nobody.
    let verdict = match Verdict::gate(share, 0.01, 0.05) {
        Verdict::Red if !names => Verdict::Amber,
        _ if unique <= 20 => Verdict::Green,
        verdict => verdict,
    };
    let meaning = if !pass.is_blocked() {
        "The pass has one block for everybody: its size is the size of the file."
    } else if names {
        "The blocks are made of names: the rank of such a block may show a frequent name."
    } else {
        "The blocks are made of dates: the size of such a block may show the date."
    };
    out.push(Check {
        name: "blocks of a unique size".into(),
        of: pass.name.clone(),
        metric: "share of the pass's tokens in a block whose size no other block has".into(),
        value: rounded(share),
        expected: 0.0,
        sample: all as u64,
        seed,
        verdict,
        sentence: format!("{unique} tokens stand in a block of a unique size. {meaning}"),
    });
    out
}

/// Tokens that are equal in block and all filters.
pub(super) fn repeated(pass: &Pass, tokens: &PassTokens, blocks: &Blocks, seed: u64) -> Check {
    let all = tokens.keys.len();
    let (mut repeated, mut crowded, mut largest) = (0, 0, usize::from(all > 0));
    for block in blocks.iter().filter(|b| b.len() > 1) {
        let mut prints: Vec<[u8; 32]> = block.iter().map(|&t| print(tokens, t as usize)).collect();
        prints.sort_unstable();
        for same in prints.chunk_by(|a, b| a == b).map(<[_]>::len) {
            largest = largest.max(same);
            repeated += if same > 1 { same } else { 0 };
            crowded += if same > 2 { same } else { 0 };
        }
    }
    let share = |n: usize| n as f64 / all.max(1) as f64;
    let (verdict, meaning) = if pass.bucket.is_some() && pass.filters.is_empty() {
        // How many a token stands among on average, itself included.
        let met: usize = blocks.iter().map(|b| b.len() * b.len()).sum();
        let usual = met as f64 / all.max(1) as f64;
        (
            Verdict::gate(largest as f64 / usual.max(1.0), 5.0, 20.0),
            "This pass brings strangers together with people of like names on purpose, so repeats \
             are expected; what counts is whether a name is frequent enough to stand out from the \
             usual bucket (5 and 20 times its size).",
        )
    } else if blocks_on_a_name(pass) {
        (
            Verdict::gate(largest as f64, 10.0, 50.0),
            "This pass brings people of like names together on purpose, so repeats are expected; \
             what counts is whether a name is frequent enough to be told by it (10 and 50 times).",
        )
    } else {
        let worst = Verdict::gate(share(crowded), 0.005, 0.02);
        (
            worst.max(Verdict::gate(largest as f64, 5.0, f64::INFINITY)),
            "Pairs are second records of one person, twins and namesakes; what counts is how many \
             tokens occur three times or more (0.5 % and 2 %), which is what frequent names do.",
        )
    };
    Check {
        name: "repeated tokens".into(),
        of: pass.name.clone(),
        metric: "share of the pass's tokens that occur more than once".into(),
        value: rounded(share(repeated)),
        expected: 0.0,
        sample: all as u64,
        seed,
        verdict,
        sentence: format!(
            "{repeated} tokens occur more than once, {crowded} three times or more, the most \
             frequent one {largest} times. {meaning}"
        ),
    }
}

/// A token's filters as one value.
fn print(tokens: &PassTokens, token: usize) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    for filter in &tokens.filters {
        hasher.update(&[u8::from(filter.present[token])]);
        for word in filter.row(token) {
            hasher.update(&word.to_le_bytes());
        }
    }
    *hasher.finalize().as_bytes()
}
