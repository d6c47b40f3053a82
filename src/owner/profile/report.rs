//! The report on one table: what a person reads, and what goes to the other party as JSON.
//!
//! Specified in `docs/spec/check-report.md`.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::births::Years;
use super::{Code, Count, Weight};
use crate::error::{Error, Result};
use crate::owner::normalise;
use crate::owner::source::Encoding;
use crate::owner::table::{DateFormat, Delimiter, Field, Preset, Table};

/// What the first key of the file says it is.
const FORMAT: &str = "blindlink-check-1";
/// The largest file that is read.
pub const MAX_BYTES: u64 = 1 << 22;

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
}

impl Finding {
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

    /// The same report as others may see it: no count of 1 to 10, none from which one follows, and no lines.
    #[must_use]
    pub fn safe(&self) -> Self {
        let mut safe = self.clone();
        let rows = self.total();
        safe.rows = self.rows.safe(u64::MAX);
        for column in safe.columns.values_mut() {
            column.usable = column.usable.safe(rows);
        }
        for finding in &mut safe.findings {
            finding.count = finding.count.safe(finding.of);
            finding.lines.clear();
        }
        for field in Field::ALL {
            safe.hide_rest(field);
        }
        for year in &mut safe.birth_years {
            year.students = year.students.rounded();
        }
        safe.other_birth_years = self.other_birth_years.safe(u64::MAX).rounded();
        for shape in &mut safe.shapes {
            shape.rows = shape.rows.rounded();
        }
        safe
    }

    /// What is of use in a field, what is missing, and what stands there in vain are all rows together: where
    /// one of them is small, another must not be shown, or it would be the rest.
    fn hide_rest(&mut self, field: Field) {
        const PARTS: [Code; 4] = [
            Code::Incomplete,
            Code::Placeholder,
            Code::ImpossibleBirthdate,
            Code::YearOnly,
        ];
        let is_part =
            |f: &Finding| f.field.as_deref() == Some(field.name()) && PARTS.contains(&f.code);
        let parts = self.findings.iter_mut().filter(|f| is_part(f));
        let (small, shown): (Vec<_>, Vec<_>) = parts.partition(|f| f.count == Count::Few);
        let smallest = shown.into_iter().min_by_key(|f| f.count.bounds(u64::MAX).0);
        match (small.len(), smallest) {
            (0, _) => {}
            (_, Some(other)) => other.count = Count::Hidden,
            (1, None) => {}
            (_, None) => {
                if let Some(column) = self.columns.get_mut(field.name()) {
                    column.usable = Count::AllButSome;
                }
            }
        }
    }

    /// As JSON, with a line end. Only [`safe`](Self::safe) reports leave the house.
    ///
    /// # Errors
    /// Never, as far as is known.
    pub fn to_json(&self) -> Result<String> {
        serde_json::to_string_pretty(&self.safe())
            .map(|text| text + "\n")
            .map_err(|_| Error::internal("a report has no JSON form"))
    }

    /// Reads the report at `path`.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io) if it cannot be read;
    /// [`Class::Input`](crate::error::Class::Input) if it is none, or of another version.
    pub fn read(path: &Path) -> Result<Self> {
        let io = |e| Error::io("read", path, e);
        if std::fs::metadata(path).map_err(io)?.len() > MAX_BYTES {
            return Err(Error::input(path, "too large for a report of check"));
        }
        Self::parse(&std::fs::read(path).map_err(io)?).map_err(|e| e.at(path))
    }

    /// Reads a report in JSON.
    ///
    /// # Errors
    /// [`Class::Input`](crate::error::Class::Input), as [`Report::read`].
    pub fn parse(json: &[u8]) -> Result<Self> {
        #[derive(Deserialize)]
        struct Version {
            format: String,
        }
        const HINT: &str = "expected the file that check --json wrote";
        // PRIVACY: the parser's own words may hold what stands there; only the line is told.
        let broken = |e: serde_json::Error| {
            Error::input("", "no report of check")
                .line(e.line() as u64)
                .hint(HINT)
        };
        let version: Version = serde_json::from_slice(json).map_err(broken)?;
        if version.format != FORMAT {
            return Err(Error::input("", "a report in a version that is not known")
                .hint("both parties should use the same version of blindlink"));
        }
        let report: Self = serde_json::from_slice(json).map_err(broken)?;
        report.check().map(|()| report)
    }

    /// Whether everything in it can be meant. What is printed of it later is made of words that are known here.
    fn check(&self) -> Result<()> {
        let f = &self.file;
        let known = |text: &Option<String>, is: fn(&str) -> bool| text.as_deref().is_none_or(is);
        let version = |v: &str| {
            v.len() <= 32
                && v.bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b".-+".contains(&b))
        };
        let is_field = |name: &str| name.parse::<Field>().is_ok();
        let rows = self.total();
        let fits = |count: &Count| count.bounds(rows).0 <= rows;
        let sound = [
            version(&self.blindlink),
            known(&self.project, |p| {
                p.len() <= 64 && p.bytes().all(|b| b.is_ascii_hexdigit())
            }),
            known(&f.encoding, |e| e.parse::<Encoding>().is_ok()),
            known(&f.delimiter, |d| d.parse::<Delimiter>().is_ok()),
            known(&f.date_format, |d| d.parse::<DateFormat>().is_ok()),
            Preset::named(&f.preset).is_some(),
            self.columns.keys().all(|c| is_field(c)),
            self.columns.values().all(|c| fits(&c.usable)),
            self.findings
                .iter()
                .all(|f| known(&f.field, |n| n.parse::<Field>().is_ok())),
            self.findings.len() <= 1000,
            self.birth_years.len() <= 1000,
            self.birth_years
                .iter()
                .all(|y| fits(&y.students) && y.year <= 9999),
            self.birth_years.windows(2).all(|w| w[0].year < w[1].year),
        ];
        if sound.iter().all(|s| *s) {
            return Ok(());
        }
        Err(
            Error::input("", "a report of check with something in it that cannot be")
                .hint("have it made again"),
        )
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
