//! Tokens in the order of their block keys, by their first bits: keys are hashes, of which any few bits are
//! as good as random.

/// Tokens that are divided at a time.
pub(super) const CHUNK: usize = 1 << 17;
/// Bits by which a part is ordered before keys are compared.
const FINE_BITS: u32 = 11;

/// A token with its key, in halves so that it takes 24 bytes.
#[derive(Clone, Copy, Default)]
pub(super) struct Token {
    high: u64,
    low: u64,
    pub(super) token: u32,
}

impl Token {
    pub(super) fn key(self) -> u128 {
        u128::from(self.high) << 64 | u128::from(self.low)
    }
}

/// Tokens of a chunk, part by part.
pub(super) struct Divided {
    tokens: Vec<Token>,
    /// Where each part begins, and the end.
    starts: Vec<u32>,
}

impl Divided {
    /// `keys`, of which the first is that of token `first`, in parts by their first `bits` bits.
    pub(super) fn of(keys: &[u128], first: usize, bits: u32) -> Self {
        let token = |(i, key): (usize, &u128)| Token {
            high: (key >> 64) as u64,
            low: *key as u64,
            token: (first + i) as u32,
        };
        let mut tokens = vec![Token::default(); keys.len()];
        let mut starts = Vec::new();
        let all = keys.iter().enumerate().map(token);
        scatter(all, bits, |t| top(t.high, bits), &mut starts, &mut tokens);
        Self { tokens, starts }
    }

    fn part(&self, part: usize) -> &[Token] {
        &self.tokens[self.starts[part] as usize..self.starts[part + 1] as usize]
    }
}

/// The first `bits` bits.
fn top(high: u64, bits: u32) -> usize {
    high.checked_shr(u64::BITS - bits).unwrap_or(0) as usize
}

/// Part number `part` of all `chunks` in the order of keys, tokens of one key in their own order.
/// `spare` is room to work in.
pub(super) fn sort_part(
    chunks: &[Divided],
    part: usize,
    bits: u32,
    out: &mut Vec<Token>,
    (spare, starts): &mut (Vec<Token>, Vec<u32>),
) {
    spare.clear();
    for chunk in chunks {
        spare.extend_from_slice(chunk.part(part));
    }
    out.clear();
    out.resize(spare.len(), Token::default());
    let fine = |t: &Token| top(t.high << bits, FINE_BITS);
    scatter(spare.iter().copied(), FINE_BITS, fine, starts, out);
    for ends in starts.windows(2) {
        let same = &mut out[ends[0] as usize..ends[1] as usize];
        // Nearly always one key.
        if !same.is_sorted_by_key(|t| t.key()) {
            same.sort_by_key(|t| t.key());
        }
    }
}

/// Puts tokens into the order of `digit`, a number of `bits` bits; equal ones keep their order. `starts`
/// becomes where those of each digit begin, and the end.
fn scatter(
    tokens: impl Iterator<Item = Token> + Clone,
    bits: u32,
    digit: impl Fn(&Token) -> usize,
    starts: &mut Vec<u32>,
    out: &mut [Token],
) {
    starts.clear();
    // One place further on, so that what counts up from a start ends as the next one's.
    starts.resize((1 << bits) + 2, 0);
    for token in tokens.clone() {
        starts[digit(&token) + 2] += 1;
    }
    for i in 2..starts.len() {
        starts[i] += starts[i - 1];
    }
    for token in tokens {
        let next = &mut starts[digit(&token) + 1];
        out[*next as usize] = token;
        *next += 1;
    }
    starts.pop();
}
