//! The report as the other party gets it: without small counts, as JSON, and read back.
//!
//! Specified in `docs/spec/check-report.md`.

use std::path::Path;

use serde::Deserialize;

use super::{Code, Count, Finding, Report};
use crate::error::{Error, Result};
use crate::owner::source::Encoding;
use crate::owner::table::{DateFormat, Delimiter, Field, Preset};

/// What the first key of the file says it is.
pub(super) const FORMAT: &str = "blindlink-check-1";
/// The largest file that is read.
pub const MAX_BYTES: u64 = 1 << 22;

impl Report {
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
}
