//! How much of the similarities survives a change of the key: the number that predicts whether
//! graph matching can succeed.

use std::collections::BTreeSet;

use super::tokens::{PassTokens, Tokens};

/// The cross-key correlation of one filter, or of meeting in a pass.
#[derive(Debug, Clone, PartialEq)]
pub struct CrossKey {
    /// `PASS.FILTER`; `PASS` for meeting.
    pub filter: String,
    /// Pairs of people it was measured on.
    pub pairs: usize,
    /// Pearson's correlation of the similarities of the same pairs under two keys, -1 to 1.
    pub rho: f64,
    /// People of a block from which graph matching may succeed by it: see [`threshold`] for
    /// filters, [`meeting`] for meeting. Infinite if no number is enough.
    pub needed: f64,
}

/// The correlation of the similarities of the same pairs of people under two independent keys,
/// for every filter of every pass in which at least `least` pairs meet.
///
/// `a` and `b` must be the same people in the same order under the same schema.
#[must_use]
pub fn cross_key(a: &Tokens, b: &Tokens, least: usize) -> Vec<CrossKey> {
    let mut out = Vec::new();
    for (x, y) in a.passes().iter().zip(b.passes()) {
        let (met, again) = (x.meetings(), y.meetings());
        for (f, form) in x.filters.iter().enumerate() {
            let values: Vec<(f64, f64)> = met
                .iter()
                .zip(&again)
                .filter_map(|(m, n)| {
                    Some((f64::from(m.similarities[f]?), f64::from(n.similarities[f]?)))
                })
                .collect();
            if values.len() >= least {
                let rho = pearson(&values);
                out.push(CrossKey {
                    filter: format!("{}.{}", x.name, form.name),
                    pairs: values.len(),
                    rho,
                    needed: threshold(rho),
                });
            }
        }
    }
    out
}

/// The same of *meeting*: 1 for two people who share a block of a pass and 0 for the others, over
/// all pairs of the people. Passes in which nobody or everybody meets say nothing and are left out.
///
/// Equal names meet under every key; those who share a bucket by accident do so under one. Who
/// meets whom is a sparse graph, to which the threshold of [`threshold`] does not apply: with p s
/// the share of pairs that meet under both beyond accident, matching n people needs n p s of 1 or more, a neighbour
/// each that lasts (the sparse regime of the same paper).
#[must_use]
pub fn meeting(a: &Tokens, b: &Tokens) -> Vec<CrossKey> {
    let n = a.people() as f64;
    let all = n * (n - 1.0) / 2.0;
    let mut out = Vec::new();
    for (x, y) in a.passes().iter().zip(b.passes()) {
        let pairs = |pass: &PassTokens| -> BTreeSet<(u32, u32)> {
            pass.meetings().iter().map(|m| (m.a, m.b)).collect()
        };
        let (met, again) = (pairs(x), pairs(y));
        let both = met.intersection(&again).count() as f64;
        let (p, q) = (met.len() as f64 / all, again.len() as f64 / all);
        let scale = (p * (1.0 - p) * q * (1.0 - q)).sqrt();
        if scale > 0.0 {
            out.push(CrossKey {
                filter: x.name.clone(),
                pairs: all as usize,
                rho: (both / all - p * q) / scale,
                // Pairs beyond those that meet twice by accident.
                needed: 1.0 / (both / all - p * q).max(f64::MIN_POSITIVE),
            });
        }
    }
    out
}

/// Pearson's correlation; 0 if one side does not vary.
fn pearson(values: &[(f64, f64)]) -> f64 {
    let n = values.len().max(1) as f64;
    let (mx, my) = values
        .iter()
        .fold((0.0, 0.0), |(a, b), (x, y)| (a + x / n, b + y / n));
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (x, y) in values {
        xx += (x - mx).powi(2);
        yy += (y - my).powi(2);
        xy += (x - mx) * (y - my);
    }
    let scale = (xx * yy).sqrt();
    if scale > 0.0 { xy / scale } else { 0.0 }
}

/// The number of people n* with 4 ln n* / n* = `rho`^2, on its falling branch: where graph
/// matching of Gaussian weights of this correlation becomes possible (Wu, Xu and Yu, "Settling
/// the sharp reconstruction thresholds of random graph matching", 2021). Real similarities are
/// not Gaussian, so it is a number for planning, not a proof. Infinite if `rho` is 0.
#[must_use]
pub fn threshold(rho: f64) -> f64 {
    let target = rho * rho;
    if target <= 0.0 {
        return f64::INFINITY;
    }
    // 4 ln n / n falls from n = e on.
    let (mut low, mut high) = (1.0_f64, 700.0_f64);
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if 4.0 * middle / middle.exp() > target {
            low = middle;
        } else {
            high = middle;
        }
    }
    low.exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_threshold_solves_its_equation() {
        for rho in [0.9, 0.3, 0.03, 0.003] {
            let n = threshold(rho);
            assert!(
                (4.0 * n.ln() / n / (rho * rho) - 1.0).abs() < 1e-6,
                "{rho}: {n}"
            );
        }
        assert!((threshold(0.89) - 13.0).abs() < 2.0);
        assert!(threshold(0.0).is_infinite());
    }

    #[test]
    fn correlation_of_a_line_is_one() {
        let line: Vec<(f64, f64)> = (0..9).map(|x| (f64::from(x), 3.0 - f64::from(x))).collect();
        assert!((pearson(&line) + 1.0).abs() < 1e-12);
        assert!(pearson(&[(1.0, 1.0), (1.0, 2.0)]).abs() < 1e-12);
    }
}
