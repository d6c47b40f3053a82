//! The project files that `project new` writes: commented, editable, complete.

use std::fmt::Write as _;

use super::wire::FORMAT;
use crate::error::{Error, Result};
use crate::units::{PartyId, hex};

/// The schemas that ship, by name.
const SCHEMAS: &[(&str, &str)] = &[
    ("k12", include_str!("schemas/k12.toml")),
    ("k12-strict", include_str!("schemas/k12-strict.toml")),
    ("clk", include_str!("schemas/clk.toml")),
];

/// The text of a new project file for `parties` with the shipped schema named `schema`.
///
/// `id` must be 16 fresh random bytes: they make the tokens of this project unlike those of any
/// other, even under the same linkage key.
///
/// # Errors
/// [`Class::Usage`](crate::error::Class::Usage) for an unknown schema or fewer than two parties.
pub fn new_project(parties: &[PartyId], schema: &str, id: [u8; 16]) -> Result<String> {
    if parties.len() < 2 {
        return Err(
            Error::usage("a project has at least two parties").hint("give --party twice or more")
        );
    }
    let Some((_, schema)) = SCHEMAS.iter().find(|(name, _)| *name == schema) else {
        let names: Vec<&str> = SCHEMAS.iter().map(|(n, _)| *n).collect();
        return Err(Error::usage(format!(
            "there is no schema `{schema}`; there are: {}",
            names.join(", ")
        )));
    };
    let names: Vec<String> = parties.iter().map(|p| format!("\"{p}\"")).collect();
    let mut pairs = Vec::new();
    for (i, a) in names.iter().enumerate() {
        for b in &names[i + 1..] {
            pairs.push(format!("[{a}, {b}]"));
        }
    }
    let mut text = String::new();
    let _ = write!(
        text,
        "# The project file of a blindlink linkage. Every party and the operator use the same copy.\n\
         # It holds no secret. After the first encoding, change nothing: every token file carries\n\
         # the fingerprint of what stands here (comments and blank lines do not count).\n\
         \n\
         format = \"{FORMAT}\"\n\
         \n\
         # Made at random. Tokens of two projects can never be compared, even under one key.\n\
         id = \"{}\"\n\
         \n\
         # For people.\n\
         name = \"New linkage\"\n\
         \n\
         # Change it for every new round: tokens of two rounds cannot be compared.\n\
         round = \"1\"\n\
         \n\
         # What the linkage is for, in the words of the agreement.\n\
         purpose = \"\"\n\
         \n\
         # Who takes part: a-z, 0-9 and -.\n\
         parties = [{}]\n\
         \n\
         # Who may be linked with whom; the first of a pair is the first in links.csv.\n\
         pairs = [{}]\n\
         \n\
         # Parties of which no student has two records; `match --duplicates` does not look for any there.\n\
         # duplicate_free = [{}]\n\
         \n\
         [decision]\n\
         # The match probability from which a pair is a link. Higher: fewer false links, more missed ones.\n\
         threshold = 0.5\n\
         \n",
        hex(&id),
        names.join(", "),
        pairs.join(", "),
        names[names.len() - 1],
    );
    text.push_str(schema);
    Ok(text)
}
