//! What an agreement in the project file forbids: encoding after its end, and elements that it does not declare.

use std::path::Path;

use crate::error::{Error, Result};
#[cfg(feature = "owner")]
use crate::owner::table::{Field, Mapping};
use crate::project::{Element, Project};
use crate::units::today;

/// Fails if the agreement of the project file at `path` has ended, by the clock of this machine.
pub(super) fn expect_in_force(project: &Project, path: &Path) -> Result<()> {
    project.expect_in_force(today()).map_err(|e| e.at(path))
}

/// Fails if the schema of the project file at `path` names an element that its agreement does not declare.
pub(super) fn expect_declared(project: &Project, path: &Path) -> Result<()> {
    let Some(agreement) = &project.agreement else {
        return Ok(());
    };
    let needs = project.schema.needs().into_iter();
    let missing: Vec<&str> = needs
        .filter(|e| !agreement.allows(*e))
        .map(Element::name)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Error::mismatch(format!(
        "the schema `{}` needs what the agreement does not declare: {}",
        project.schema.name,
        missing.join(", ")
    ))
    .at(path)
    .hint("take a schema without it, or add it to `elements` once the parties have agreed to it"))
}

/// `mapping`, in which no column is taken for a field that the agreement does not declare, and these fields. Those that
/// say something about the row alone, such as an opt-out, are always read: nothing is made of them.
#[cfg(feature = "owner")]
pub(super) fn declared(project: &Project, mapping: &Mapping) -> Result<(Mapping, Vec<Field>)> {
    let Some(agreement) = &project.agreement else {
        return Ok((mapping.clone(), Vec::new()));
    };
    let undeclared: Vec<Field> = Field::ALL
        .into_iter()
        .filter(|field| element(*field).is_some_and(|e| !agreement.allows(e)))
        .collect();
    Ok((mapping.clone().without(&undeclared)?, undeclared))
}

#[cfg(feature = "owner")]
fn element(field: Field) -> Option<Element> {
    match field {
        Field::StudentId => Some(Element::StudentId),
        Field::First => Some(Element::First),
        Field::Middle => Some(Element::Middle),
        Field::Last => Some(Element::Last),
        Field::Suffix => Some(Element::Suffix),
        Field::Birthdate => Some(Element::Birthdate),
        Field::Gender => Some(Element::Gender),
        Field::AliasFirst => Some(Element::AliasFirst),
        Field::AliasLast => Some(Element::AliasLast),
        Field::Grade | Field::Hold => None,
    }
}
