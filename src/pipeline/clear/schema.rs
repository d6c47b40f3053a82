//! What is compared in clear: the passes of the default schema, each with the names themselves
//! where that has a bucket or a folded filter.

use crate::project::{BlockFeature, Fill, Filter, FilterFeature, Pass, Schema};
use crate::units::Fingerprint;

/// The schema in clear. Its blocks hold whole values, and a filter stands for the comparison of
/// what it is made of: no Bloom filter is made, so its size and filling are those of none.
pub(super) fn schema() -> Schema {
    use BlockFeature as B;
    use FilterFeature as F;
    let rest = [F::MiddleInitial, F::Gender];
    Schema {
        name: "clear".into(),
        passes: vec![
            pass("birthdate", &[B::Birthdate], &[F::First, F::Last], &rest),
            pass("birthdate-first", &[B::Birthdate, B::GivenRoot], &[], &[]),
            pass("birthdate-last", &[B::Birthdate, B::SurnameRoot], &[], &[]),
            pass(
                "name-year-month",
                &[B::Year, B::Month, B::First, B::Last],
                &[F::Day],
                &rest,
            ),
            pass(
                "name-year-day",
                &[B::Year, B::Day, B::First, B::Last],
                &[],
                &rest,
            ),
            pass(
                "name-month-day",
                &[B::Month, B::Day, B::First, B::Last],
                &[F::Year],
                &rest,
            ),
            pass(
                "names-exchanged",
                &[B::Year, B::MonthDay, B::Names],
                &[],
                &rest,
            ),
            pass(
                "part-month-day",
                &[B::Month, B::Day, B::First, B::LastPart],
                &[F::Year],
                &rest,
            ),
            Pass {
                undated: true,
                ..pass("undated", &[B::NameRoots], &[F::Year], &rest)
            },
        ],
        rows: 1,
        dice: None,
        // No token is made of it that anybody keeps.
        fingerprint: Fingerprint([0; 32]),
    }
}

/// A pass of this block that compares each of `own` and `rest` by itself, and first and last name
/// together where both are among them.
fn pass(name: &str, block: &[BlockFeature], own: &[FilterFeature], rest: &[FilterFeature]) -> Pass {
    let mut filters: Vec<Filter> = own.iter().chain(rest).map(|f| filter(&[*f])).collect();
    let names = [FilterFeature::First, FilterFeature::Last];
    if names.iter().all(|n| own.contains(n)) {
        filters.push(filter(&names));
    }
    Pass {
        name: name.into(),
        block: block.to_vec(),
        bucket: None,
        dummies: false,
        undated: false,
        filters,
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
        let schema = schema();
        assert!(schema.passes.len() <= 16);
        for pass in &schema.passes {
            assert!(pass.filters.len() <= 8, "{}", pass.name);
            for filter in &pass.filters {
                let level = person.level(&person, &filter.of);
                assert_eq!(level, EXACT, "{} {}", pass.name, filter.name);
            }
        }
    }

    /// Who could meet as tokens can meet in clear.
    #[test]
    fn the_passes_are_those_of_the_default_schema() {
        let parties = ["a", "b"].map(|p| p.parse().unwrap());
        let text = crate::project::new_project(&parties, "k12", [0; 16]).unwrap();
        let encoded = crate::project::Project::parse(&text).unwrap().schema;
        let blocks = |schema: &Schema| -> Vec<Vec<BlockFeature>> {
            let all = schema.passes.iter();
            all.map(|p| p.block_features().collect()).collect()
        };
        assert_eq!(blocks(&schema()), blocks(&encoded));
        let undated =
            |schema: &Schema| -> Vec<bool> { schema.passes.iter().map(|p| p.undated).collect() };
        assert_eq!(undated(&schema()), undated(&encoded));
    }
}
