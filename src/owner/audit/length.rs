//! Whether the weight of a filter tells how long a name is.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha12Rng;

use crate::leakage::{Check, Verdict, rounded};
use crate::owner::encode::Encoder;
use crate::owner::key::LinkageKey;
use crate::owner::normalise::Person;
use crate::project::Project;
use crate::units::RecordRef;

/// People looked at.
const SAMPLE: usize = 10_000;
/// Fewer filters than this correlate by chance.
const LEAST: usize = 100;

/// For every filter, the correlation of the number of bits set with the number of q-grams.
///
/// Filters that fewer than 100 of the sample have, or whose number of q-grams does not vary (a
/// gender), are left out. The same people and seed give the same checks.
#[must_use]
pub fn checks(people: &[Person], project: &Project, key: &LinkageKey, seed: u64) -> Vec<Check> {
    let encoder = Encoder::new(project, key);
    let layout = encoder.layout();
    let mut sample: Vec<&Person> = people.iter().collect();
    let mut random = ChaCha12Rng::seed_from_u64(seed);
    let (sample, _) = sample.partial_shuffle(&mut random, SAMPLE);
    // One list a column of the token file: q-grams and bits set.
    let mut seen: Vec<Vec<(f64, f64)>> = vec![Vec::new(); layout.columns.len()];
    let mut rows = Vec::new();
    for (number, person) in sample.iter().enumerate() {
        rows.clear();
        encoder.encode(person, RecordRef::numbered(number), &mut rows);
        let Some(row) = rows.get(..layout.row_bytes()) else {
            continue;
        };
        for (columns, counts) in layout.passes.iter().zip(encoder.gram_counts(person)) {
            for (&column, grams) in columns.filters.iter().zip(counts) {
                // Of no q-grams: a dummy, whose bits say nothing of anybody.
                if let Some(bytes) = layout.value(row, column).filter(|_| grams > 0) {
                    let weight: u32 = bytes.iter().map(|b| b.count_ones()).sum();
                    seen[column].push((grams as f64, f64::from(weight)));
                }
            }
        }
    }
    let named = layout.columns.iter().zip(&seen);
    named
        .filter(|(_, values)| values.len() >= LEAST)
        .filter_map(|(column, values)| {
            let first = values[0].0;
            let varies = values.iter().any(|(grams, _)| (grams - first).abs() > 0.5);
            varies.then(|| check(&column.name, values, seed))
        })
        .collect()
}

fn check(of: &str, values: &[(f64, f64)], seed: u64) -> Check {
    let r = correlation(values);
    let noise = 1.0 / (values.len() as f64).sqrt();
    // Two standard errors either way are chance.
    let verdict = Verdict::gate(r.abs() - 2.0 * noise, 0.05, 0.2);
    Check {
        name: "weight against length".into(),
        of: of.to_owned(),
        metric: "correlation of the number of bits set with the number of q-grams".into(),
        value: rounded(r),
        expected: 0.0,
        sample: values.len() as u64,
        seed,
        verdict,
        sentence: format!(
            "The number of bits set in {} filters correlates with the length of what is in them by \
             {r:.3}; chance alone gives up to {:.3} (bounds 0.05 and 0.20).",
            values.len(),
            2.0 * noise
        ),
    }
}

fn correlation(values: &[(f64, f64)]) -> f64 {
    let n = values.len() as f64;
    let sum = values
        .iter()
        .fold((0.0, 0.0), |(a, b), (x, y)| (a + x, b + y));
    let (mx, my) = (sum.0 / n, sum.1 / n);
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (x, y) in values {
        xx += (x - mx) * (x - mx);
        yy += (y - my) * (y - my);
        xy += (x - mx) * (y - my);
    }
    let scale = (xx * yy).sqrt();
    if scale > 0.0 { xy / scale } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::new_project;

    #[test]
    fn fixed_hashes_tell_the_length_and_half_full_filters_do_not() {
        let people: Vec<Person> = (0..2_000usize)
            .map(|i| Person {
                first: "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[i % 7..i % 7 + 3 + i % 11].into(),
                last: "ZYXWVUTSRQPONMLKJIHGFEDCBA"[i % 5..i % 5 + 3 + i % 13].into(),
                birthdate: crate::units::BirthDate::new(2006, 1 + (i % 12) as u8, 5),
                ..Person::default()
            })
            .collect();
        let verdict = |schema: &str, of: &str| {
            let parties = ["a".parse().unwrap(), "b".parse().unwrap()];
            let text = new_project(&parties, schema, [3; 16]).unwrap();
            let project = Project::parse(&text).unwrap();
            let key = LinkageKey::from_bytes([5; 32]);
            let found = checks(&people, &project, &key, 1);
            assert_eq!(found, checks(&people, &project, &key, 1));
            found.into_iter().find(|c| c.of == of).unwrap().verdict
        };
        assert_eq!(verdict("clk", "clk.clk"), Verdict::Red);
        assert_eq!(verdict("k12", "birthdate.names"), Verdict::Green);
    }
}
