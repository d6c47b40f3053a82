//! The report on one table: what was counted and found in it, in words.
//!
//! Specified in `docs/spec/check-report.md`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::births::Years;
use super::exchange::FORMAT;
use super::{Code, Count, Weight};
use crate::owner::normalise;
use crate::owner::table::{Field, Table};

/// Can the table be linked?
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Nothing was found that costs links.
    Fit,
    /// It can, and some students will be missed.
    FitWithLosses,
    /// It cannot be encoded, or not be linked.
    NotFit,
}

impl Verdict {
    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Fit => "fit to be linked",
            Self::FitWithLosses => "fit to be linked, with losses",
            Self::NotFit => "not fit to be linked",
        }
    }
}

/// How the file is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// `None` of Parquet.
    pub encoding: Option<String>,
    /// Whether some places are not of that encoding.
    pub damaged: bool,
    /// Name of the character between cells; `None` of Parquet.
    pub delimiter: Option<String>,
    /// Name of the preset.
    pub preset: String,
    /// How dates are written, if there are any.
    pub date_format: Option<String>,
}

/// A field of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// The headers of its columns; none, if it has none.
    pub headers: Vec<String>,
    /// Rows in which something of use stands.
    pub usable: Count,
}

/// Students born in one year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Year {
    /// The year.
    pub year: u16,
    /// Students; never 10 or fewer, and for others rounded up to tens.
    pub students: Count,
}

/// What cells of a column look like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shown {
    /// The field.
    pub field: String,
    /// The shape.
    pub shape: String,
    /// Rows that have it; never 10 or fewer, and for others rounded up to tens.
    pub rows: Count,
}

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// What.
    pub code: Code,
    /// In which field; `None`, if it is of the whole row.
    pub field: Option<String>,
    /// How much it matters.
    pub weight: Weight,
    /// Rows.
    pub count: Count,
    /// The number is an estimate from a part of the file.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_estimate: bool,
    /// What it is, in words.
    pub what: String,
    /// What it costs.
    pub cost: String,
    /// What to do.
    pub action: String,
    /// The first lines of such rows. For one's own screen only: never written.
    #[serde(skip)]
    pub lines: Vec<u32>,
    /// Rows that it is a part of.
    #[serde(skip)]
    pub(super) of: u64,
}

impl Finding {
    pub(super) fn new(code: Code, field: Option<Field>, count: u64, of: u64) -> Self {
        Self {
            code,
            field: field.map(|f| f.name().to_owned()),
            weight: match (code, field) {
                // A middle name is often not known, and neither are other names: that they are
                // placeholders there costs nothing but themselves.
                (Code::Placeholder, Some(Field::Middle | Field::AliasFirst | Field::AliasLast)) => {
                    Weight::Note
                }
                _ => code.weight(),
            },
            count: Count::Exact(count),
            is_estimate: false,
            what: code.title().to_owned(),
            cost: code.cost().to_owned(),
            action: code.action().to_owned(),
            lines: Vec::new(),
            of,
        }
    }

    /// The number, and the field if it is of one: `first name: 12`.
    #[must_use]
    pub fn in_field(&self) -> String {
        let field = self.field.as_deref().and_then(|f| f.parse::<Field>().ok());
        let about = if self.is_estimate { "about " } else { "" };
        match field {
            Some(field) => format!("{}: {about}{}", field.noun(), self.count),
            None => format!("{about}{}", self.count),
        }
    }
}

/// What was found of one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// The form of the file.
    pub format: String,
    /// The version of this program.
    pub blindlink: String,
    /// The version of the rules by which names are compared.
    pub normaliser: u32,
    /// The first digits of the fingerprint of the project file, if one was given.
    pub project: Option<String>,
    /// The answer.
    pub verdict: Verdict,
    /// How the file is written.
    pub file: File,
    /// Students.
    pub rows: Count,
    /// The fields, by name.
    pub columns: BTreeMap<String, Column>,
    /// Students by year of birth.
    pub birth_years: Vec<Year>,
    /// Students of all other years.
    pub other_birth_years: Count,
    /// What ids, and birthdates that are none, look like.
    pub shapes: Vec<Shown>,
    /// What was found, the gravest first.
    pub findings: Vec<Finding>,
}

/// What stands in each field.
pub(super) fn columns(table: &Table, usable: impl Fn(Field) -> u64) -> BTreeMap<String, Column> {
    let column = |field: Field| {
        let headers = table.columns().headers(field).map(str::to_owned).collect();
        let column = Column {
            headers,
            usable: Count::Exact(usable(field)),
        };
        (field.name().to_owned(), column)
    };
    // How many have opted out is a finding, and not how many cells are of use.
    let fields = Field::ALL.into_iter().filter(|f| *f != Field::Hold);
    fields.map(column).collect()
}

impl Report {
    pub(super) fn new(
        table: &Table,
        rows: u64,
        columns: BTreeMap<String, Column>,
        years: Years,
        shapes: Vec<Shown>,
        findings: Vec<Finding>,
    ) -> Self {
        let text = table.source().text();
        let gravest = findings.iter().map(|f| f.weight).min();
        Self {
            format: FORMAT.to_owned(),
            blindlink: env!("CARGO_PKG_VERSION").to_owned(),
            normaliser: normalise::VERSION,
            project: None,
            verdict: match gravest {
                Some(Weight::Stops) => Verdict::NotFit,
                Some(Weight::Loss) => Verdict::FitWithLosses,
                Some(Weight::Note) | None => Verdict::Fit,
            },
            file: File {
                encoding: text.map(|t| t.encoding.name().to_owned()),
                damaged: text.is_some_and(|t| t.damaged > 0),
                delimiter: text.map(|_| table.delimiter().name().to_owned()),
                preset: table.preset().name.to_owned(),
                date_format: table.date_format().map(|f| f.name().to_owned()),
            },
            rows: Count::Exact(rows),
            columns,
            birth_years: years
                .shown
                .into_iter()
                .map(|(year, n)| Year {
                    year,
                    students: Count::Exact(n),
                })
                .collect(),
            other_birth_years: Count::Exact(years.others),
            shapes,
            findings,
        }
    }

    /// The most rows that it may be of.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.rows.bounds(super::SMALL).1
    }

    /// The findings, those of one kind and weight together.
    #[must_use]
    pub fn grouped(&self) -> Vec<Vec<&Finding>> {
        let same = |a: &Finding, b: &Finding| (a.weight, a.code) == (b.weight, b.code);
        let groups = self.findings.chunk_by(same);
        groups.map(|group| group.iter().collect()).collect()
    }

    /// Rows with something of use in `field`, as a share of all, 0 to 1.
    #[must_use]
    pub fn completeness(&self, field: Field) -> f64 {
        let column = self.columns.get(field.name());
        column.map_or(0.0, |c| c.usable.share(self.total()))
    }

    /// Whether the table has a column for `field`.
    #[must_use]
    pub fn has(&self, field: Field) -> bool {
        let column = self.columns.get(field.name());
        column.is_some_and(|c| !c.headers.is_empty() || c.usable != Count::Exact(0))
    }
}
