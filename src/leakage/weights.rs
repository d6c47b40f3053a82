//! How many bits of each filter are set: that follows the length of what went in.

use super::{Check, Verdict, rounded};
use crate::token::FilterColumn;

/// Fewer filters than this show no spread.
const LEAST: usize = 200;

/// The spread of the numbers of bits set, against that of bits which are set independently of each other.
///
/// For classic filters. Such as are made half full whatever the length of a name spread less than by chance.
pub(super) fn spread(of: &str, filter: &FilterColumn, seed: u64) -> Check {
    let tokens = 0..filter.present.len();
    let rows = tokens.filter_map(|t| filter.get(t));
    let weights: Vec<f64> = rows
        .map(|row| row.iter().map(|w| f64::from(w.count_ones())).sum())
        .collect();
    let n = weights.len().max(1) as f64;
    let mean = weights.iter().sum::<f64>() / n;
    let squares: f64 = weights.iter().map(|w| (w - mean).powi(2)).sum();
    let deviation = (squares / n).sqrt();
    let fill = mean / (64 * filter.words).max(1) as f64;
    let chance = (mean * (1.0 - fill)).sqrt();
    let is_enough = weights.len() >= LEAST && chance > 0.0;
    let ratio = if is_enough { deviation / chance } else { 0.0 };
    Check {
        name: "bits set".into(),
        of: of.to_owned(),
        metric: "spread of the numbers of bits set, in units of that of independent bits".into(),
        value: rounded(ratio),
        expected: 1.0,
        sample: if is_enough { weights.len() as u64 } else { 0 },
        seed,
        verdict: Verdict::gate(ratio, 1.1, 1.5),
        sentence: if is_enough {
            format!(
                "{mean:.0} of {} bits are set on average, and the number spreads by {deviation:.1} from record to record, \
                 {ratio:.2} times what independent bits do (bounds 1.10 and 1.50). It follows the length of what went in: \
                 short and long names, and missing fields, can be told from each other.",
                64 * filter.words
            )
        } else {
            format!(
                "There are {} filters, too few to say how the numbers of their bits spread.",
                weights.len()
            )
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};

    /// Filters of 256 bits, of which the share `fill(i)` is set.
    fn filters(n: usize, fill: impl Fn(usize) -> f64) -> FilterColumn {
        let mut random = rand_chacha::ChaCha12Rng::seed_from_u64(1);
        let mut column = FilterColumn::absent(4, n);
        for i in 0..n {
            let mut bytes = [0u8; 32];
            for bit in (0..256).filter(|_| random.random_bool(fill(i))) {
                bytes[bit / 8] |= 1 << (bit % 8);
            }
            column.put(i, &bytes);
        }
        column
    }

    #[test]
    fn filters_that_follow_a_length_spread_more_than_chance() {
        let even = spread("p.f", &filters(2_000, |_| 0.4), 1);
        assert_eq!(even.verdict, Verdict::Green);
        assert!((0.9..1.1).contains(&even.value), "{}", even.value);
        let long = spread("p.f", &filters(2_000, |i| [0.25, 0.4][i % 2]), 1);
        assert_eq!(long.verdict, Verdict::Red);
        let few = spread("p.f", &filters(100, |i| [0.1, 0.9][i % 2]), 1);
        assert_eq!((few.sample, few.verdict), (0, Verdict::Green));
    }
}
