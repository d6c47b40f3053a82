//! Which data elements a schema is made of.

use super::agreement::Element;
use super::schema::{BlockFeature, FilterFeature, Pass, Schema};

use Element::{AliasFirst, AliasLast, Birthdate, First, Gender, Last, Middle, StudentId, Suffix};

impl BlockFeature {
    /// The elements without which the feature cannot be made.
    #[must_use]
    pub fn needs(self) -> &'static [Element] {
        match self {
            Self::Birthdate | Self::Year | Self::Month | Self::Day | Self::MonthDay => &[Birthdate],
            Self::First
            | Self::FirstInitial
            | Self::FirstSound
            | Self::FirstPart
            | Self::GivenRoot => &[First],
            Self::Last
            | Self::LastPart
            | Self::LastSound
            | Self::LastPartInitial
            | Self::SurnameRoot => &[Last],
            Self::Names | Self::NameRoots => &[First, Last],
            Self::MiddleInitial => &[Middle],
        }
    }

    /// The further elements that go in where they are known.
    #[must_use]
    pub fn may_use(self) -> &'static [Element] {
        match self {
            Self::GivenRoot => &[Middle, AliasFirst],
            Self::LastPart | Self::LastPartInitial | Self::SurnameRoot => &[AliasLast],
            _ => &[],
        }
    }
}

impl FilterFeature {
    /// The elements that the feature is made of.
    #[must_use]
    pub fn needs(self) -> &'static [Element] {
        match self {
            Self::First => &[First],
            Self::Middle | Self::MiddleInitial | Self::MiddleInitialOrNone => &[Middle],
            Self::Last => &[Last],
            Self::Birthdate | Self::Year | Self::Month | Self::Day => &[Birthdate],
            Self::Gender | Self::GenderOrNone => &[Gender],
            Self::Suffix => &[Suffix],
        }
    }
}

impl Pass {
    /// Whether the block or bucket of the pass is made of `element`, or may be.
    #[must_use]
    pub fn blocks_on(&self, element: Element) -> bool {
        self.block_features()
            .any(|f| f.needs().contains(&element) || f.may_use().contains(&element))
    }
}

impl Schema {
    /// The elements that the schema names, in the order of [`Element::ALL`]: it cannot be encoded
    /// under an agreement that does not declare them. The student id is among them, since no
    /// crosswalk could be read without it.
    #[must_use]
    pub fn needs(&self) -> Vec<Element> {
        let of_blocks = self.passes.iter().flat_map(Pass::block_features);
        let filters = self.passes.iter().flat_map(|p| &p.filters);
        let of_filters = filters.flat_map(|f| &f.of);
        let named: Vec<Element> = of_blocks
            .flat_map(|f| f.needs())
            .chain(of_filters.flat_map(|f| f.needs()))
            .copied()
            .chain([StudentId])
            .collect();
        let all = Element::ALL.into_iter();
        all.filter(|e| named.contains(e)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Project, new_project};
    use super::*;

    #[test]
    fn shipped_schemas_need_what_they_name() {
        let parties = ["a", "b"].map(|p| p.parse().unwrap());
        let needs = |schema| {
            let text = new_project(&parties, schema, [1; 16]).unwrap();
            Project::parse(&text).unwrap().schema.needs()
        };
        let k12 = [StudentId, First, Middle, Last, Birthdate, Gender];
        assert_eq!(needs("k12"), k12);
        for schema in ["k12-strict", "clk"] {
            assert!(needs(schema).contains(&Birthdate), "{schema}");
            assert!(!needs(schema).contains(&AliasFirst), "{schema}");
        }
    }
}
