//! What is compared in clear: the passes of a schema for tokens, each with the names themselves where
//! that has a bucket or a folded filter.

use crate::project::{Fill, Filter, FilterFeature, Pass, Schema, Similarity};
use crate::units::Fingerprint;

/// The schema in clear for the passes of `encoded`, so that who could meet as tokens meets in clear.
///
/// Its blocks hold whole values instead of buckets. A filter stands for the comparison of what it is
/// made of: no Bloom filter is made, so its size and filling are those of none. Where both names are
/// compared, so are each of them, the middle initial and the gender.
pub(super) fn schema(encoded: &Schema) -> Schema {
    Schema {
        name: "clear".into(),
        passes: encoded.passes.iter().map(pass).collect(),
        rows: 1,
        dice: None,
        similarity: Similarity::default(),
        // No token is made of it that anybody keeps.
        fingerprint: Fingerprint([0; 32]),
    }
}

fn pass(encoded: &Pass) -> Pass {
    use FilterFeature as F;
    let mut compared: Vec<Vec<F>> = Vec::new();
    for filter in &encoded.filters {
        match filter.of.as_slice() {
            // What is missing is told from what differs; tokens hide it.
            [F::MiddleInitialOrNone] => compared.push(vec![F::MiddleInitial]),
            [F::GenderOrNone] => compared.push(vec![F::Gender]),
            [F::First, F::Last] => {
                let each = [F::First, F::Last, F::MiddleInitial, F::Gender];
                compared.extend(each.map(|f| vec![f]));
                compared.push(vec![F::First, F::Last]);
            }
            of => compared.push(of.to_vec()),
        }
    }
    Pass {
        block: encoded.block_features().collect(),
        bucket: None,
        dummies: false,
        filters: compared.iter().map(|of| filter(of)).collect(),
        ..encoded.clone()
    }
}

fn filter(of: &[FilterFeature]) -> Filter {
    let names: Vec<&str> = of.iter().map(|f| f.as_str()).collect();
    Filter {
        name: names.join("-"),
        of: of.to_vec(),
        bits: 64,
        layers: 1,
        // A half-full filter would have noise, which the model reckons with; a name has none.
        fill: Fill::Fixed(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matcher::compare::EXACT;
    use crate::owner::normalise::{Gender, Person};
    use crate::pipeline::clear::likeness::Comparable;
    use crate::units::BirthDate;

    #[test]
    fn what_is_compared_fits_into_a_meeting_and_is_known_to_the_comparison() {
        let person = Comparable::of(&Person {
            first: "ZZYZXA".into(),
            middle: "V".into(),
            last: "QWERTY".into(),
            gender: Some(Gender::Other),
            birthdate: BirthDate::new(2006, 3, 14),
            ..Person::default()
        });
        let parties = ["a", "b"].map(|p| p.parse().unwrap());
        let text = crate::project::new_project(&parties, "k12", [0; 16]).unwrap();
        let encoded = crate::project::Project::parse(&text).unwrap().schema;
        let schema = schema(&encoded);
        assert_eq!(schema.passes.len(), encoded.passes.len());
        assert_eq!(schema.passes[0].filters.len(), 5);
        assert!(schema.passes.len() <= 16);
        for pass in &schema.passes {
            assert!(pass.filters.len() <= 8, "{}", pass.name);
            for filter in &pass.filters {
                let level = person.level(&person, &filter.of);
                assert_eq!(level, EXACT, "{} {}", pass.name, filter.name);
            }
        }
    }
}
