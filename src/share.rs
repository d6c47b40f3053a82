//! A share found in a sample, and how sure it is.

/// A share found in a sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// The share, 0 to 1.
    pub share: f64,
    /// Where it lies at a confidence of 95 %.
    pub interval: (f64, f64),
}

impl Share {
    /// The share `found` of `of`, with Wilson's score interval (1927, "Probable inference, the law of
    /// succession, and statistical inference"). 0 to 1 if nothing was looked for.
    #[must_use]
    pub fn of(found: usize, of: usize) -> Self {
        if of == 0 {
            return Self {
                share: 1.0,
                interval: (0.0, 1.0),
            };
        }
        /// 95 % of a normal distribution lie within so many standard deviations.
        const Z: f64 = 1.959_964;
        let (n, p) = (of as f64, found as f64 / of as f64);
        let middle = p + Z * Z / (2.0 * n);
        let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
        let scale = 1.0 + Z * Z / n;
        Self {
            share: p,
            interval: (
                ((middle - half) / scale).max(0.0),
                ((middle + half) / scale).min(1.0),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_wilsons() {
        // Newcombe (1998), "Two-sided confidence intervals for the single proportion", table I: 81 of
        // 263, and 0 of 20.
        let s = Share::of(81, 263);
        assert!((s.interval.0 - 0.2553).abs() < 5e-5 && (s.interval.1 - 0.3662).abs() < 5e-5);
        let none = Share::of(0, 20);
        assert!(none.interval.0 == 0.0 && (none.interval.1 - 0.1611).abs() < 5e-5);
        assert_eq!(Share::of(0, 0).interval, (0.0, 1.0));
    }
}
