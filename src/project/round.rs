//! The project file of the next round: the text of this one with another round.

use serde::Deserialize;

use super::Project;
use super::template::quoted;
use crate::error::{Error, Result};

/// Where the values stand that a new round changes.
#[derive(Deserialize)]
struct Places {
    round: toml::Spanned<String>,
    agreement: Option<AgreementPlaces>,
}

#[derive(Deserialize)]
struct AgreementPlaces {
    destroy_by: toml::Spanned<String>,
}

/// The text of a project file with the round `next` and, if it is given, another destroy-by date. Comments and all
/// other values stay.
///
/// # Errors
/// [`Class::Input`](crate::error::Class::Input) if `text` is not a project file;
/// [`Class::Usage`](crate::error::Class::Usage) if `next` is no name of a round or is that of this one, and for a date
/// that is none, or of which there is no agreement.
pub fn next_round(text: &str, next: &str, destroy_by: Option<&str>) -> Result<String> {
    let before = Project::parse(text)?;
    if before.round == next {
        return Err(
            Error::usage("this is the round of the project file already")
                .hint("tokens of two rounds of one name could be compared: choose another"),
        );
    }
    let places: Places =
        toml::from_str(text).map_err(|_| Error::internal("a project file is none"))?;
    let mut changes = vec![(places.round.span(), quoted(next))];
    if let Some(date) = destroy_by {
        let agreement = places
            .agreement
            .ok_or_else(|| Error::usage("the project file has no agreement, and so no last day"))?;
        changes.push((agreement.destroy_by.span(), quoted(date)));
    }
    // From the back, so that places in front stay where they are.
    changes.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
    let mut changed = text.to_owned();
    for (span, value) in changes {
        changed.replace_range(span, &value);
    }
    let after = Project::parse(&changed).map_err(|e| Error::usage(e.problem().to_owned()))?;
    if after.round != next || after.id != before.id || after.schema != before.schema {
        return Err(Error::internal("a new round changed more than the round"));
    }
    Ok(changed)
}

#[cfg(test)]
mod tests {
    use super::super::new_project;
    use super::*;

    fn text() -> String {
        let parties = ["a", "b"].map(|p| p.parse().unwrap());
        new_project(&parties, "k12", [9; 16]).unwrap()
    }

    #[test]
    fn the_round_alone_changes_and_comments_stay() {
        let first = text();
        let second = next_round(&first, "2027 \"b\"", None).unwrap();
        assert_eq!(
            second,
            first.replace(
                "round = \"1\"",
                &format!("round = {}", quoted("2027 \"b\""))
            )
        );
        assert_eq!(Project::parse(&second).unwrap().round, "2027 \"b\"");
    }

    #[test]
    fn the_last_day_is_set_where_there_is_one() {
        let part = "[agreement]\ndestroy_by = '2027-06-30' # end\nminimum_cell = 11\nelements = [\"first\"]\n";
        let first = text().replace("\n[decision]", &format!("\n{part}\n[decision]"));
        let second = next_round(&first, "2", Some("2028-06-30")).unwrap();
        assert!(second.contains("destroy_by = \"2028-06-30\" # end"));
        for (text, next, date) in [
            (&text(), "2", Some("2028-06-30")),
            (&first, "2", Some("30 June")),
            (&first, "1", None),
            (&first, "", None),
        ] {
            let e = next_round(text, next, date).unwrap_err();
            assert_eq!(e.class(), crate::error::Class::Usage, "{e}");
        }
    }
}
