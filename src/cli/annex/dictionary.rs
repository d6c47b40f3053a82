//! The data dictionary of an annex: each element, what it means and what is made of it.

use crate::page::Page;
use crate::project::{Agreement, BlockFeature, Element, Pass, Project};

/// Which elements of the parties' tables are used, and what the passes of the schema make of them.
pub(super) fn dictionary(page: &mut Page, project: &Project, agreement: &Agreement) {
    page.heading("Data dictionary");
    page.text(
        "These elements of the parties' student tables are used, and no other: a column of another element is not read. \
         Each is held by its owner alone. What leaves is made of it under the secret linkage key, and is still personal \
         data of an education record.",
    );
    let rows = agreement
        .elements
        .iter()
        .map(|element| {
            let (meaning, ceds) = meaning(*element);
            vec![
                element.name().to_owned(),
                meaning.to_owned(),
                ceds.to_owned(),
                "each party".to_owned(),
                "never".to_owned(),
                uses(project, *element),
            ]
        })
        .collect();
    page.table(
        "Data elements: what each means, its name in CEDS, who holds it, whether it leaves its owner in clear, and what is made of it",
        &["Element", "Meaning", "CEDS", "Held by", "Leaves", "Used by"],
        rows,
    );
    page.table(
        "Passes of the linkage schema: what of two records must agree, and what is compared where it does",
        &["Pass", "Must agree", "Must share a keyed bucket", "Compared"],
        project.schema.passes.iter().map(pass).collect(),
    );
}

/// What is behind the name of an element, and the name that the Common Education Data Standards have for it.
fn meaning(element: Element) -> (&'static str, &'static str) {
    match element {
        Element::StudentId => (
            "The owner's own student or applicant id, by which it finds the student again",
            "StudentIdentifier",
        ),
        Element::First => ("Given name or names", "First Name (000115)"),
        Element::Middle => ("Middle name or initial", "Middle Name (000184)"),
        Element::Last => ("Family name or names", "Last or Surname (000172)"),
        Element::Suffix => ("Jr., III and the like", "GenerationCodeOrSuffix"),
        Element::Birthdate => ("Date of birth", "Birthdate (000033)"),
        Element::Gender => ("Gender as the owner's system has it", "Sex"),
        Element::AliasFirst => ("Preferred or other given names", "OtherFirstName"),
        Element::AliasLast => (
            "Former, maiden, preferred or other family names",
            "OtherLastName",
        ),
    }
}

/// The passes that `element` goes into: in their blocks, in their filters.
fn uses(project: &Project, element: Element) -> String {
    let passes = &project.schema.passes;
    let in_blocks: Vec<&str> = passes
        .iter()
        .filter(|p| p.blocks_on(element))
        .map(|p| p.name.as_str())
        .collect();
    let mut in_filters: Vec<String> = Vec::new();
    for pass in passes {
        for filter in &pass.filters {
            if filter.of.iter().any(|f| f.needs().contains(&element)) {
                in_filters.push(format!("{}.{}", pass.name, filter.name));
            }
        }
    }
    let mut parts = Vec::new();
    if element == Element::StudentId {
        parts.push(if project.stable_link_ids {
            "record refs are a function of it under a key that the party alone has; the ref map, which stays with the party".to_owned()
        } else {
            "the ref map, which stays with the party".to_owned()
        });
    }
    if !in_blocks.is_empty() {
        parts.push(format!("blocks: {}", in_blocks.join(", ")));
    }
    if !in_filters.is_empty() {
        parts.push(format!("filters: {}", in_filters.join(", ")));
    }
    if parts.is_empty() {
        "no pass of this schema".to_owned()
    } else {
        parts.join("; ")
    }
}

/// A pass in words, for the columns of its table.
fn pass(pass: &Pass) -> Vec<String> {
    let named = |of: &[BlockFeature]| -> String {
        let names: Vec<&str> = of.iter().map(|f| f.as_str()).collect();
        names.join(", ")
    };
    let bucket = pass
        .bucket
        .as_ref()
        .map(|b| format!("one of {}, of {}", b.count, named(&b.of)));
    let filters: Vec<String> = pass
        .filters
        .iter()
        .map(|filter| {
            let of: Vec<&str> = filter.of.iter().map(|f| f.as_str()).collect();
            format!(
                "{} ({} bits of {})",
                filter.name,
                filter.bits,
                of.join(", ")
            )
        })
        .collect();
    let mut block = named(&pass.block);
    if pass.undated {
        block += " (records without a birthdate, with those that have one)";
    }
    vec![
        pass.name.clone(),
        block,
        bucket.unwrap_or_default(),
        filters.join("; "),
    ]
}
