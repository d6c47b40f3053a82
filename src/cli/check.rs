//! `check`: the report on a table as text, and two reports side by side.

use std::fmt::Write as _;
use std::path::Path;
use std::str::FromStr;

use super::args::{Args, Check};
use super::owner::with_saved;
use super::print;
use super::term::Progress;
use crate::error::{Error, Result};
use crate::owner::profile::{Cohort, Comparison, Finding, Report, SHOWN, Verdict};
use crate::owner::table::{Field, HeaderChange, Preset};
use crate::pipeline::check::{self as pipeline, Checked, Options};

pub(super) fn check(verb: &Check, args: &Args, progress: &Progress) -> Result<()> {
    if let Some([a, b]) = verb.compare.as_deref() {
        let (json, html) = (verb.json.as_deref(), verb.html.as_deref());
        let comparison = pipeline::compare([a, b], json, html, verb.force)?;
        progress.done();
        return print(&side_by_side(&comparison, a, b));
    }
    // clap asks for the table where there is nothing to compare.
    let table = verb.table.clone().unwrap_or_default();
    let own = verb.reading.mapping(verb.member.name())?;
    let options = Options {
        table,
        mapping: with_saved(own, verb.mapping.as_deref())?,
        saved: verb.mapping.clone(),
        project: verb.project.clone(),
        cohort: match (&verb.cohort, &verb.born) {
            // Those who leave school in a year are then 16 to 20, most of them 17 or 18.
            (Some(years), _) => Some(Cohort {
                first: years.first.saturating_sub(20),
                last: years.last.saturating_sub(16),
            }),
            (None, Some(years)) => Some(Cohort {
                first: years.first,
                last: years.last,
            }),
            (None, None) => None,
        },
        json: verb.json.clone(),
        html: verb.html.clone(),
        save_mapping: verb.save_mapping.clone(),
        force: verb.force,
    };
    let checked = pipeline::check(&options, progress)?;
    progress.done();
    print(&describe(&checked, verb))?;
    warn_of_changes(&checked.changes);
    if !args.quiet {
        for path in [&options.json, &options.html].into_iter().flatten() {
            eprintln!(
                "{}: counts only, none of 1 to 10: it may be sent",
                path.display()
            );
        }
        if let Some(path) = &options.save_mapping {
            eprintln!("{}: for next year's table: --mapping {0}", path.display());
        }
    }
    match checked.report.verdict {
        Verdict::Fit | Verdict::FitWithLosses => Ok(()),
        Verdict::NotFit => Err(Error::input(
            &options.table,
            "the table cannot be encoded as it is",
        )
        .hint("see the findings marked STOPS; --show-lines names lines")),
    }
}

/// Years from the first to the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) first: u16,
    pub(super) last: u16,
}

impl FromStr for Span {
    type Err = Error;

    /// Reads `2019..2022`, or one year.
    fn from_str(s: &str) -> Result<Self> {
        let (first, last) = s.split_once("..").unwrap_or((s, s));
        let year = |s: &str| {
            s.trim()
                .parse::<u16>()
                .ok()
                .filter(|y| (1900..=2199).contains(y))
        };
        match (year(first), year(last)) {
            (Some(first), Some(last)) if first <= last => Ok(Self { first, last }),
            _ => Err(Error::usage(
                "expected two years, the first one first, as in 2019..2022",
            )),
        }
    }
}

/// Says how a table differs from the one whose mapping was saved.
pub(super) fn warn_of_changes(changes: &[HeaderChange]) {
    for change in changes.iter().take(SHOWN) {
        eprintln!("warning: {change}");
    }
    if changes.len() > SHOWN {
        eprintln!(
            "warning: and {} more changes of the header",
            changes.len() - SHOWN
        );
    }
}

fn describe(checked: &Checked, verb: &Check) -> String {
    let safe;
    let report = if verb.safe {
        safe = checked.report.safe();
        &safe
    } else {
        &checked.report
    };
    let mut text = String::new();
    facts(&mut text, report);
    columns(&mut text, report);
    years(&mut text, report);
    for shown in &report.shapes {
        let _ = writeln!(
            text,
            "shape       {} like {}: {} rows",
            shown.field, shown.shape, shown.rows
        );
    }
    for group in report.grouped() {
        findings(&mut text, &group, verb.show_lines);
    }
    if verb.show_lines {
        for row in checked.bad_rows.iter().take(SHOWN) {
            let _ = writeln!(text, "line {}: {}", row.line, row.fault);
        }
        if checked.bad_rows.len() > SHOWN {
            let _ = writeln!(text, "and {} more", checked.bad_rows.len() - SHOWN);
        }
    }
    let _ = writeln!(text, "\nverdict     {}", report.verdict.words());
    text
}

fn facts(text: &mut String, report: &Report) {
    let file = &report.file;
    let title = Preset::named(&file.preset).map_or("", |p| p.title);
    let _ = writeln!(text, "students    {}", report.rows);
    let _ = writeln!(text, "export      {} ({title})", file.preset);
    match (&file.encoding, &file.delimiter) {
        (Some(encoding), Some(delimiter)) => {
            let damaged = if file.damaged {
                ", some places are damaged"
            } else {
                ""
            };
            let _ = writeln!(
                text,
                "text        {encoding}{damaged}, cells divided by a {delimiter}"
            );
        }
        _ => text.push_str("text        none: Parquet\n"),
    }
    if let Some(format) = &file.date_format {
        let _ = writeln!(text, "dates       {format}");
    }
    if let Some(project) = &report.project {
        let _ = writeln!(text, "project     {project}");
    }
}

fn columns(text: &mut String, report: &Report) {
    for field in Field::ALL {
        let Some(column) = report.columns.get(field.name()) else {
            continue;
        };
        if !report.has(field) {
            if !field.is_aside() {
                let _ = writeln!(text, "{:<11} not found", field.name());
            }
            continue;
        }
        let headers: Vec<String> = column.headers.iter().map(|h| format!("\"{h}\"")).collect();
        let _ = writeln!(
            text,
            "{:<11} {}: {} rows of use ({:.1} %)",
            field.name(),
            if headers.is_empty() {
                "other rows".to_owned()
            } else {
                headers.join(", ")
            },
            column.usable,
            report.completeness(field) * 100.0
        );
    }
}

fn years(text: &mut String, report: &Report) {
    if report.birth_years.is_empty() {
        return;
    }
    let by_year = report
        .birth_years
        .iter()
        .map(|y| format!("{} {}", y.year, y.students));
    let by_year: Vec<String> = by_year.collect();
    for (i, years) in by_year.chunks(5).enumerate() {
        let head = if i == 0 { "born" } else { "" };
        let _ = writeln!(text, "{head:<11} {}", years.join("; "));
    }
    let _ = writeln!(text, "{:<11} other years {}", "", report.other_birth_years);
}

fn findings(text: &mut String, group: &[&Finding], show_lines: bool) {
    let [first, ..] = group else {
        return;
    };
    let counts: Vec<String> = group.iter().map(|f| f.in_field()).collect();
    let counts = counts.join(", ");
    let rows = if counts == "1" { "row" } else { "rows" };
    let _ = writeln!(
        text,
        "\n{:<6} {}: {counts} {rows}",
        first.weight.word(),
        first.what
    );
    let _ = writeln!(text, "       costs: {}", first.cost);
    let _ = writeln!(text, "       to do: {}", first.action);
    for finding in group {
        if show_lines && !finding.lines.is_empty() {
            let lines: Vec<String> = finding.lines.iter().map(u32::to_string).collect();
            let of = finding
                .field
                .as_deref()
                .map_or(String::new(), |f| format!(" of {f}"));
            let _ = writeln!(text, "       lines{of}: {}", lines.join(", "));
        }
    }
}

fn side_by_side(comparison: &Comparison, a: &Path, b: &Path) -> String {
    let mut text = format!("first       {}\nsecond      {}\n", a.display(), b.display());
    for line in &comparison.lines {
        let mark = match line.verdict {
            Verdict::Fit => "fit",
            Verdict::FitWithLosses => "LOSS",
            Verdict::NotFit => "NOT FIT",
        };
        let _ = writeln!(text, "\n{mark:<8}{}: {} | {}", line.what, line.a, line.b);
        let _ = writeln!(text, "        {}", line.why);
    }
    let _ = writeln!(text, "\nverdict     {}", comparison.verdict.words());
    text
}
