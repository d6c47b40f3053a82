//! What `project new` asks on a terminal.

use dialoguer::theme::SimpleTheme;
use dialoguer::{Confirm, Input, Select};

use super::project::of_schema;
use crate::error::{Error, Result};
use crate::project::{
    Agreement, CUSTODIAN, Contact, Draft, Element, OPERATOR, Project, parse_date,
};
use crate::units::{PartyId, today};

/// The usual minimum cell.
pub(super) const CELL: u32 = 11;

/// Exceptions that are often relied on. Which one holds is not for a program to say.
const EXCEPTIONS: [&str; 4] = [
    "34 CFR 99.31(a)(3): audit or evaluation",
    "34 CFR 99.31(a)(6): studies",
    "34 CFR 99.31(a)(1): school official",
    "another one, or none yet",
];

/// Asks for name, purpose and agreement; `None` if there is no agreement to be put in. `plain` is the project as far as
/// it is known.
pub(super) fn ask(draft: &mut Draft, plain: &Project) -> Result<Option<Agreement>> {
    let with = Confirm::with_theme(&SimpleTheme)
        .with_prompt("Put the written agreement in now? Otherwise its part is written as a comment, to be filled in")
        .default(true)
        .interact()
        .map_err(failed)?;
    if !with {
        return Ok(None);
    }
    if draft.name.is_none() {
        draft.name = Some(text("Name of the project, for people")?);
    }
    if draft.purpose.is_empty() {
        draft.purpose = text("Purpose, in the words of the agreement")?;
    }
    let number = text("Number of the agreement")?;
    let chosen = Select::with_theme(&SimpleTheme)
        .with_prompt("FERPA exception that the parties rely on (their decision; the program gives no advice)")
        .items(EXCEPTIONS)
        .default(0)
        .interact()
        .map_err(failed)?;
    let exception = if chosen + 1 < EXCEPTIONS.len() {
        EXCEPTIONS[chosen].to_owned()
    } else {
        text("Exception, in the words of the parties")?
    };
    let representative = text("Authorised representative")?;
    let destroy_by: String = Input::with_theme(&SimpleTheme)
        .with_prompt("Last day, after which the data is destroyed, as in 2027-06-30")
        .validate_with(|text: &String| match parse_date(text) {
            Ok(date) if date < today() => Err("this day is over".to_owned()),
            Ok(_) => Ok(()),
            Err(e) => Err(e.problem().to_owned()),
        })
        .interact_text()
        .map_err(failed)?;
    let minimum_cell: u32 = Input::with_theme(&SimpleTheme)
        .with_prompt("Least number of students in a published cell")
        .default(CELL)
        .interact_text()
        .map_err(failed)?;
    let elements = elements(plain)?;
    let mut contacts = Vec::new();
    let parties = draft.parties.iter().map(PartyId::as_str);
    for role in parties.chain([CUSTODIAN, OPERATOR]) {
        contacts.push(Contact {
            role: role.to_owned(),
            organisation: text(&format!("{role}: organisation"))?,
            person: text(&format!("{role}: person"))?,
            contact: text(&format!("{role}: mail or telephone"))?,
            public_key: None,
        });
    }
    Ok(Some(Agreement {
        number,
        exception,
        representative,
        destroy_by: parse_date(&destroy_by)?,
        minimum_cell,
        elements,
        contacts,
    }))
}

/// The elements that may be used; at first those that the schema is or may be made of.
fn elements(plain: &Project) -> Result<Vec<Element>> {
    let of = |text: &str| -> Result<Vec<Element>> {
        text.split(',').map(|name| name.trim().parse()).collect()
    };
    let usual: Vec<&str> = of_schema(plain).iter().map(|e| e.name()).collect();
    let said: String = Input::with_theme(&SimpleTheme)
        .with_prompt("Data elements that may be used")
        .default(usual.join(", "))
        .validate_with(|text: &String| of(text).map(drop).map_err(|e| e.to_string()))
        .interact_text()
        .map_err(failed)?;
    of(&said)
}

/// A line, which may be empty: `project check` says what is missing.
fn text(prompt: &str) -> Result<String> {
    let said: String = Input::with_theme(&SimpleTheme)
        .with_prompt(prompt)
        .allow_empty(true)
        .interact_text()
        .map_err(failed)?;
    Ok(said.trim().to_owned())
}

fn failed(error: dialoguer::Error) -> Error {
    let dialoguer::Error::IO(error) = error;
    Error::io("read the answer", "the terminal", error)
}
