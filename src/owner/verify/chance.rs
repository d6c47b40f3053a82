//! What chance alone does: Poisson counts, and histograms of bytes.

/// The probability that a Poisson count of mean `mean` is `count` or more; 1 for a count of 0.
pub(super) fn at_least(count: u64, mean: f64) -> f64 {
    if count == 0 {
        return 1.0;
    }
    if mean <= 0.0 {
        return 0.0;
    }
    let n = count as f64;
    if n <= mean {
        // Nothing is decided by how often the usual happens.
        return 1.0;
    }
    // The first term, e^-m m^n / n!, and then those after it, each m / (n + 1) of the one before.
    let first = (n * mean.ln() - mean - log_factorial(count)).exp();
    let (mut sum, mut term, mut k) = (first, first, n);
    while term > sum * 1e-12 {
        k += 1.0;
        term *= mean / k;
        sum += term;
    }
    sum.min(1.0)
}

/// The natural logarithm of n!: summed up to 255, by Stirling's series beyond.
fn log_factorial(n: u64) -> f64 {
    if n < 256 {
        return (2..=n).map(|i| (i as f64).ln()).sum();
    }
    let x = n as f64;
    x * x.ln() - x + 0.5 * (std::f64::consts::TAU * x).ln() + 1.0 / (12.0 * x)
}

/// Bytes below which a histogram tells nothing.
const FEWEST: u64 = 256;
/// Standard deviations that a statistic may lie above its mean.
pub(super) const DEVIATIONS: f64 = 6.0;
/// What filters may add to the statistic for each byte: bits of one block are set by shared q-grams, so that
/// bytes are not independent. Text in clear adds 1 and more.
pub(super) const SLACK: f64 = 0.05;

/// The chi-square statistic of a histogram of bytes and its bound; `None` if it is of too few.
///
/// The expectation is that bytes with equally many bits set are equally frequent, and with `is_uniform` that all
/// bytes are. The bound is mean and [`DEVIATIONS`] standard deviations of the statistic of independent
/// bytes, and for filters [`SLACK`] a byte.
pub(super) fn chi_square(histogram: &[u64; 256], is_uniform: bool) -> Option<(f64, f64)> {
    let total: u64 = histogram.iter().sum();
    if total < FEWEST {
        return None;
    }
    let mut of_class = [(0_u64, 0_u32); 9];
    for (byte, n) in (0..=u8::MAX).zip(histogram) {
        let class = &mut of_class[byte.count_ones() as usize];
        *class = (class.0 + n, class.1 + 1);
    }
    let (mut statistic, mut mean, mut variance) = (0.0, 0.0, 0.0);
    for (byte, n) in (0..=u8::MAX).zip(histogram) {
        let (count, size) = of_class[byte.count_ones() as usize];
        let expected = if is_uniform {
            total as f64 / 256.0
        } else {
            count as f64 / f64::from(size)
        };
        if expected <= 0.0 {
            continue;
        }
        let degrees = if is_uniform {
            255.0 / 256.0
        } else {
            1.0 - 1.0 / f64::from(size)
        };
        statistic += (*n as f64 - expected).powi(2) / expected;
        mean += degrees;
        variance += 2.0 * degrees + 1.0 / expected;
    }
    let slack = if is_uniform {
        0.0
    } else {
        SLACK * total as f64
    };
    Some((statistic, mean + DEVIATIONS * variance.sqrt() + slack))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_are_those_of_the_tables() {
        let near = |a: f64, b: f64| assert!((a / b - 1.0).abs() < 1e-3, "{a} {b}");
        near(at_least(1, 0.01), 0.009_950);
        near(at_least(3, 1.0), 0.080_301);
        near(at_least(20, 10.0), 0.003_454);
        assert!(at_least(1_200, 1_000.0) < 1e-8 && at_least(1_100, 1_000.0) > 5e-4);
        near(at_least(0, 5.0), 1.0);
        near(
            log_factorial(256),
            (2..=256).map(|i| f64::from(i).ln()).sum(),
        );
    }

    #[test]
    fn text_is_no_random_bytes_and_random_bytes_are() {
        let mut histogram = [0; 256];
        let mut output = blake3::Hasher::new().finalize_xof();
        let mut bytes = vec![0; 100_000];
        output.fill(&mut bytes);
        for b in &bytes {
            histogram[usize::from(*b)] += 1;
        }
        for is_uniform in [false, true] {
            let (found, bound) = chi_square(&histogram, is_uniform).unwrap();
            assert!(found < bound, "{found} {bound}");
        }
        let mut text = [0; 256];
        for b in b"ZZYZX QWERTYUIOP ASDFGHJKL ".iter().cycle().take(5_000) {
            text[usize::from(*b)] += 1;
        }
        for is_uniform in [false, true] {
            let (found, bound) = chi_square(&text, is_uniform).unwrap();
            assert!(found > bound, "{found} {bound}");
        }
        assert_eq!(chi_square(&[0; 256], true), None);
    }
}
