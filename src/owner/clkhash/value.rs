//! A cell as the text that is made tokens of: checked against the format, missing values replaced, numbers and dates in
//! one form.
//!
//! SPEC clk-encoding.md 3.1, 3.2.

use super::number::Whole;
use super::schema::{Case, Comparison, Encoding, Format, Spec};
use crate::error::Shape;

impl Spec {
    /// The text for `cell`, which may lie in `buffer`; the error says what was expected.
    ///
    /// `validate` is whether the cell must be of the format. A number and a date that cannot be read are refused in any
    /// case, as is a text that the encoding has no bytes for.
    ///
    /// # Privacy
    /// The error has the cell's shape and length, nothing else of it.
    pub(super) fn text<'c>(
        &'c self,
        cell: &'c str,
        validate: bool,
        buffer: &'c mut String,
    ) -> Result<&'c str, String> {
        if let Some(missing) = &self.missing
            && missing.sentinel == cell
        {
            return Ok(&missing.replacement);
        }
        // The tokens of a number are ASCII whatever its digits are.
        let by_itself = validate || !matches!(self.comparison, Comparison::Numeric(_));
        if self.encoding == Encoding::Ascii && !cell.is_ascii() && by_itself {
            return Err(found("expected ASCII", cell));
        }
        buffer.clear();
        match &self.format {
            Format::Integer { .. } => {
                let Some(number) = Whole::parse(cell) else {
                    return Err(found("expected a whole number", cell));
                };
                if validate && !self.format.holds(&number) {
                    return Err("a number that is less than minimum or more than maximum".into());
                }
                number.write(buffer);
                Ok(buffer)
            }
            Format::Date(format) => {
                if format.write(cell, buffer) {
                    Ok(buffer)
                } else {
                    Err(found("expected a date in the format of the schema", cell))
                }
            }
            format if validate => match refused(format, cell) {
                None => Ok(cell),
                Some(what) => Err(found(what, cell)),
            },
            _ => Ok(cell),
        }
    }
}

fn found(what: &str, cell: &str) -> String {
    format!("{what}, found {}", Shape::of(cell))
}

/// What is wrong with a text.
fn refused(format: &Format, cell: &str) -> Option<&'static str> {
    match format {
        Format::Text { case, least, most } => {
            let length = cell.chars().count() as u64;
            if length < *least {
                return Some("expected more characters");
            }
            if length > *most {
                return Some("expected fewer characters");
            }
            match case {
                Case::Upper if !is_upper(cell) => Some("expected upper case"),
                Case::Lower if !is_lower(cell) => Some("expected lower case"),
                _ => None,
            }
        }
        Format::Pattern(Ok(pattern)) => match pattern.matches(cell) {
            Some(true) => None,
            Some(false) => Some("expected what the pattern of the schema says"),
            None => Some("the pattern of the schema takes too long to compare with it"),
        },
        // The schema was not expected to be checkable: no row comes here.
        Format::Pattern(Err(_)) => Some("the pattern of the schema cannot be used"),
        Format::Enum(values) if !values.contains(cell) => {
            Some("expected one of the values of the schema")
        }
        Format::Enum(_) | Format::Integer { .. } | Format::Date(_) => None,
    }
}

/// Whether `str.upper` leaves the text as it is.
fn is_upper(text: &str) -> bool {
    if text.is_ascii() {
        !text.bytes().any(|b| b.is_ascii_lowercase())
    } else {
        text.to_uppercase() == text
    }
}

/// Whether `str.lower` leaves the text as it is.
fn is_lower(text: &str) -> bool {
    if text.is_ascii() {
        !text.bytes().any(|b| b.is_ascii_uppercase())
    } else {
        text.to_lowercase() == text
    }
}
