//! Reports as pages: one file, no script, nothing fetched; to be read aloud, printed, or sent.

use std::fmt::Write as _;

use super::{Comparison, Report, Verdict, Weight};
use crate::owner::table::{Field, Preset};
use crate::page::{document, escaped};

/// What this page has beyond the style of every page: one sheet of paper, numbers to the right, bars.
const STYLE: &str = "\
body{font-size:15px;line-height:1.4;margin:1.5rem auto}\
h1{font-size:1.5rem;margin:0 0 .3rem}h2{font-size:1.15rem;margin:1.2rem 0 .3rem;border:0}p{margin:.3rem 0}\
table{margin:.4rem 0}caption{font-weight:normal;color:#444;padding:.2rem 0}\
th,td{border:0;border-bottom:1px solid #bbb}thead th{border-bottom:2px solid #444}td.n,th.n{text-align:right;white-space:nowrap}\
.verdict{border:0;border-left:.5rem solid;padding:.4rem .8rem;background:#f2f2f2;font-size:1.1rem}\
.mark{font-weight:700;white-space:nowrap}.stops,.not-fit{color:#8b0000}\
.loss,.losses{color:#734700}.note,.fit{color:#0b5a2b}\
.bar{display:block;height:.7rem;background:#2f5d8a}.wide{width:40%}.pair{display:flex;flex-wrap:wrap;gap:0 2rem}.pair section{flex:1 1 22rem}\
@media print{@page{margin:10mm}html{font-size:10px}p{margin:.15rem 0}\
.verdict{font-size:10pt}footer{font-size:7pt;margin-top:.3rem}body{font-size:8pt;line-height:1.2}\
h1{font-size:13pt}h2{font-size:10pt;margin:.4rem 0 0}th,td{padding:.05rem .3rem}.pair section{flex-basis:45%}\
.bar{print-color-adjust:exact;-webkit-print-color-adjust:exact}}";

fn class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Fit => "fit",
        Verdict::FitWithLosses => "losses",
        Verdict::NotFit => "not-fit",
    }
}

fn verdict_line(verdict: Verdict) -> String {
    format!(
        "<p class=\"verdict {}\"><strong>Verdict: {}.</strong></p>\n",
        class(verdict),
        verdict.words()
    )
}

fn end(title: &str, html: &str, said: &str) -> String {
    let foot = format!("Made by blindlink {}. {said}", env!("CARGO_PKG_VERSION"));
    document(title, STYLE, html, &foot)
}

/// A report as a page. Counts are those that others may see.
#[must_use]
pub fn page(report: &Report) -> String {
    let report = report.safe();
    let mut html = verdict_line(report.verdict);
    facts(&mut html, &report);
    findings(&mut html, &report);
    html.push_str("<div class=\"pair\">\n<section>\n");
    fields(&mut html, &report);
    html.push_str("</section>\n<section>\n");
    years(&mut html, &report);
    shapes(&mut html, &report);
    html.push_str("</section>\n</div>\n");
    end(
        "Check of a student table",
        &html,
        "The page holds counts and names of columns, and no value of any student. Counts of 1 to 10 are shown as \
         \u{201c}&lt;= 10\u{201d}.",
    )
}

fn facts(html: &mut String, report: &Report) {
    let file = &report.file;
    let preset = Preset::named(&file.preset).map_or("", |p| p.title);
    let mut said = vec![format!("{} students", report.rows), preset.to_owned()];
    if let (Some(encoding), Some(delimiter)) = (&file.encoding, &file.delimiter) {
        said.push(format!(
            "text in {encoding}, cells divided by a {delimiter}"
        ));
    } else {
        said.push("Parquet".to_owned());
    }
    if let Some(format) = &file.date_format {
        said.push(format!("dates: {format}"));
    }
    if let Some(project) = &report.project {
        said.push(format!("project {project}"));
    }
    let said: Vec<String> = said.iter().map(|s| escaped(s)).collect();
    let _ = writeln!(html, "<p>{}.</p>", said.join(" \u{b7} "));
}

fn findings(html: &mut String, report: &Report) {
    html.push_str("<h2>What was found</h2>\n");
    if report.findings.is_empty() {
        html.push_str("<p>Nothing that costs links.</p>\n");
        return;
    }
    html.push_str(
        "<table>\n<caption>Findings, the gravest first: what each costs in links, and what to do</caption>\n\
         <thead><tr><th scope=\"col\">Weight</th><th scope=\"col\">Finding</th><th scope=\"col\" class=\"n\">Students</th>\
         <th scope=\"col\">Cost</th><th scope=\"col\">What to do</th></tr></thead>\n<tbody>\n",
    );
    for group in report.grouped() {
        let f = group[0];
        let class = match f.weight {
            Weight::Stops => "stops",
            Weight::Loss => "loss",
            Weight::Note => "note",
        };
        let counts: Vec<String> = group.iter().map(|f| escaped(&f.in_field())).collect();
        let _ = writeln!(
            html,
            "<tr><td class=\"mark {class}\">{}</td><th scope=\"row\">{}</th><td class=\"n\">{}</td>\
             <td>{}</td><td>{}</td></tr>",
            f.weight.word(),
            escaped(&f.what),
            counts.join("<br>"),
            escaped(&f.cost),
            escaped(&f.action),
        );
    }
    html.push_str("</tbody>\n</table>\n");
}

fn fields(html: &mut String, report: &Report) {
    html.push_str(
        "<h2>Fields</h2>\n<table>\n<caption>Which column was taken for each field, and in how many rows something of \
         use stands</caption>\n<thead><tr><th scope=\"col\">Field</th><th scope=\"col\">Column</th>\
         <th scope=\"col\" class=\"n\">Rows</th></tr></thead>\n<tbody>\n",
    );
    for field in Field::ALL {
        let Some(column) = report.columns.get(field.name()) else {
            continue;
        };
        let headers: Vec<String> = column.headers.iter().map(|h| escaped(h)).collect();
        let (headers, rows) = if report.has(field) {
            let shown = if headers.is_empty() {
                "from another table, or from rows of their own".to_owned()
            } else {
                headers.join(", ")
            };
            (shown, escaped(&column.usable.to_string()))
        } else if field.is_aside() {
            continue;
        } else {
            ("not found".to_owned(), "\u{2014}".to_owned())
        };
        let _ = writeln!(
            html,
            "<tr><th scope=\"row\">{}</th><td>{headers}</td><td class=\"n\">{rows}</td></tr>",
            field.noun()
        );
    }
    html.push_str("</tbody>\n</table>\n");
}

fn years(html: &mut String, report: &Report) {
    if report.birth_years.is_empty() {
        return;
    }
    html.push_str(
        "<h2>Years of birth</h2>\n<table>\n<caption>Students by year of birth; years of 10 students or fewer are \
         counted together</caption>\n<thead><tr><th scope=\"col\">Year</th><th scope=\"col\" class=\"n\">Students</th>\
         <td class=\"wide\"></td></tr></thead>\n<tbody>\n",
    );
    let rows = report.total();
    let most = report
        .birth_years
        .iter()
        .map(|y| y.students.bounds(rows).1)
        .max();
    let most = most.unwrap_or(1).max(1) as f64;
    for year in &report.birth_years {
        let width = year.students.bounds(rows).1 as f64 / most * 100.0;
        let _ = writeln!(
            html,
            "<tr><th scope=\"row\">{}</th><td class=\"n\">{}</td><td class=\"wide\" aria-hidden=\"true\">\
             <span class=\"bar\" style=\"width:{width:.0}%\"></span></td></tr>",
            year.year, year.students
        );
    }
    let _ = writeln!(
        html,
        "<tr><th scope=\"row\">all others</th><td class=\"n\">{}</td><td></td></tr>\n</tbody>\n</table>",
        escaped(&report.other_birth_years.to_string())
    );
}

fn shapes(html: &mut String, report: &Report) {
    if report.shapes.is_empty() {
        return;
    }
    html.push_str(
        "<h2>What cells look like</h2>\n<table>\n<caption>The most frequent shapes of student ids, and of birthdates \
         that are none: A and a stand for letters, 9 for digits</caption>\n<thead><tr><th scope=\"col\">Field</th>\
         <th scope=\"col\">Shape</th><th scope=\"col\" class=\"n\">Rows</th></tr></thead>\n<tbody>\n",
    );
    for shown in &report.shapes {
        let _ = writeln!(
            html,
            "<tr><th scope=\"row\">{}</th><td><code>{}</code></td><td class=\"n\">{}</td></tr>",
            escaped(&shown.field),
            escaped(&shown.shape),
            shown.rows
        );
    }
    html.push_str("</tbody>\n</table>\n");
}

/// Two tables side by side, as a page.
#[must_use]
pub fn comparison_page(comparison: &Comparison) -> String {
    let mut html = verdict_line(comparison.verdict);
    html.push_str(
        "<table>\n<caption>Each aspect of both tables, whether it stands in the way, and what to expect</caption>\n\
         <thead><tr><th scope=\"col\">Aspect</th><th scope=\"col\">First table</th><th scope=\"col\">Second table</th>\
         <th scope=\"col\">Verdict</th><th scope=\"col\">Why</th></tr></thead>\n<tbody>\n",
    );
    for line in &comparison.lines {
        let verdict = match line.verdict {
            Verdict::Fit => "fit",
            Verdict::FitWithLosses => "losses",
            Verdict::NotFit => "NOT FIT",
        };
        let _ = writeln!(
            html,
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td class=\"mark {}\">{verdict}</td><td>{}</td></tr>",
            escaped(&line.what),
            escaped(&line.a),
            escaped(&line.b),
            class(line.verdict),
            escaped(&line.why),
        );
    }
    html.push_str("</tbody>\n</table>\n");
    end(
        "Two student tables side by side",
        &html,
        "It was made of two reports of check, and of no table.",
    )
}
