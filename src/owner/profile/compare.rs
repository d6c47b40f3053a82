//! Two reports side by side: are these two tables fit to be linked with each other?

use serde::Serialize;

use super::{Code, Report, Verdict, Weight};
use crate::owner::table::Field;

/// The share of students born in years that the other table has too, below which losses are to be expected.
const OVERLAP: f64 = 0.5;
/// The share of rows with a field below which it counts as poorly filled.
const POOR: f64 = 0.95;

/// One aspect of both tables.
#[derive(Debug, Clone, Serialize)]
pub struct Line {
    /// The aspect.
    pub what: String,
    /// Of the first table.
    pub a: String,
    /// Of the second table.
    pub b: String,
    /// Whether it stands in the way.
    pub verdict: Verdict,
    /// Why, and what to expect.
    pub why: String,
}

/// Two tables side by side.
#[derive(Debug, Clone, Serialize)]
pub struct Comparison {
    /// The form of the file.
    pub format: &'static str,
    /// The version of this program.
    pub blindlink: &'static str,
    /// The worst of the lines.
    pub verdict: Verdict,
    /// Aspect by aspect.
    pub lines: Vec<Line>,
}

impl Comparison {
    /// Puts two reports side by side.
    #[must_use]
    pub fn of(a: &Report, b: &Report) -> Self {
        let mut lines = Lines {
            a,
            b,
            lines: Vec::new(),
        };
        lines.versions();
        lines.rows();
        lines.fields();
        lines.years();
        lines.form();
        lines.findings();
        let lines = lines.lines;
        Self {
            format: "blindlink-check-comparison-1",
            blindlink: env!("CARGO_PKG_VERSION"),
            verdict: lines
                .iter()
                .map(|l| l.verdict)
                .max()
                .unwrap_or(Verdict::Fit),
            lines,
        }
    }
}

struct Lines<'a> {
    a: &'a Report,
    b: &'a Report,
    lines: Vec<Line>,
}

impl Lines<'_> {
    fn add(&mut self, what: &str, of: impl Fn(&Report) -> String, verdict: Verdict, why: &str) {
        self.lines.push(Line {
            what: what.to_owned(),
            a: of(self.a),
            b: of(self.b),
            verdict,
            why: why.to_owned(),
        });
    }

    fn versions(&mut self) {
        let (a, b) = (self.a, self.b);
        let (verdict, why) = if a.normaliser == b.normaliser {
            (Verdict::Fit, "names are compared by the same rules")
        } else {
            (
                Verdict::NotFit,
                "names are compared by different rules: tokens do not meet; use the same version of blindlink",
            )
        };
        self.add(
            "rules for names",
            |r| format!("version {}", r.normaliser),
            verdict,
            why,
        );
        let why = if a.blindlink == b.blindlink {
            "the same"
        } else {
            "different, which is no harm as long as the rules for names are the same"
        };
        self.add("blindlink", |r| r.blindlink.clone(), Verdict::Fit, why);
        if let (Some(p), Some(q)) = (&a.project, &b.project) {
            let (verdict, why) = if p == q {
                (Verdict::Fit, "the same")
            } else {
                (
                    Verdict::NotFit,
                    "different project files: token files are refused; share one project file",
                )
            };
            self.add(
                "project",
                |r| r.project.clone().unwrap_or_default(),
                verdict,
                why,
            );
        }
    }

    fn rows(&mut self) {
        let (m, n) = (self.a.total(), self.b.total());
        let why = if m.max(n) > 20 * m.min(n).max(1) {
            "very different sizes: match rates must be read against the smaller table"
        } else {
            "rates of links are to be read against either"
        };
        self.add("students", |r| r.rows.to_string(), Verdict::Fit, why);
        let of_own = |r: &Report| r.verdict.words().to_owned();
        let worst = self.a.verdict.max(self.b.verdict);
        self.add("on its own", of_own, worst, "see the report of each table");
    }

    fn fields(&mut self) {
        for field in [
            Field::First,
            Field::Last,
            Field::Middle,
            Field::Birthdate,
            Field::Gender,
            Field::Suffix,
        ] {
            let of = |r: &Report| match r.has(field) {
                true => format!("{} of use", percent(r.completeness(field))),
                false => "no column".to_owned(),
            };
            let both = self.a.has(field) && self.b.has(field);
            let least = self.a.completeness(field).min(self.b.completeness(field));
            let (verdict, why) = match field {
                Field::First | Field::Last if !both || least == 0.0 => {
                    (Verdict::NotFit, "without it hardly anybody is found")
                }
                Field::Birthdate if !both || least == 0.0 => (
                    Verdict::FitWithLosses,
                    "students are linked by names alone, and only where nobody else has them",
                ),
                Field::First | Field::Last | Field::Birthdate if least < POOR => (
                    Verdict::FitWithLosses,
                    "students without it are found only if their other fields are unlike anybody else's",
                ),
                Field::Middle if !both => (
                    Verdict::FitWithLosses,
                    "students of the same names and birthdate cannot be told apart by it",
                ),
                Field::Gender | Field::Suffix if !both => {
                    (Verdict::Fit, "it helps little, and is not needed")
                }
                _ => (Verdict::Fit, "there on both sides"),
            };
            self.add(field.noun(), of, verdict, why);
        }
        let has = |r: &Report| r.has(Field::AliasFirst) || r.has(Field::AliasLast);
        let of = |r: &Report| if has(r) { "there" } else { "none" }.to_owned();
        let (verdict, why) = match (has(self.a), has(self.b)) {
            (false, false) => (
                Verdict::FitWithLosses,
                "students who changed their names are missed; one side with former names is enough to find them",
            ),
            _ => (Verdict::Fit, "students under another name can be found"),
        };
        self.add("other names", of, verdict, why);
    }

    fn years(&mut self) {
        let (m, n) = (shared(self.a, self.b), shared(self.b, self.a));
        let (Some(m), Some(n)) = (m, n) else {
            let of = |_: &Report| "not known".to_owned();
            self.add(
                "years of birth",
                of,
                Verdict::Fit,
                "too few students a year to be shown",
            );
            return;
        };
        let span = |r: &Report| match (r.birth_years.first(), r.birth_years.last()) {
            (Some(first), Some(last)) => format!("{} to {}", first.year, last.year),
            _ => String::new(),
        };
        self.add(
            "years of birth",
            span,
            Verdict::Fit,
            "years with more than 10 students",
        );
        let (verdict, why) = match m.max(n) {
            most if most < 0.01 => (
                Verdict::NotFit,
                "hardly anybody is born in years that both have: are these the right terms?",
            ),
            most if most < OVERLAP => (
                Verdict::FitWithLosses,
                "many students of both have no counterpart of their age in the other: check the terms of the exports",
            ),
            _ => (
                Verdict::Fit,
                "of one table at least, most are of an age that the other has",
            ),
        };
        self.lines.push(Line {
            what: "born in years that both have".to_owned(),
            a: percent(m),
            b: percent(n),
            verdict,
            why: why.to_owned(),
        });
    }

    fn form(&mut self) {
        let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
        self.add(
            "dates",
            |r| or_none(&r.file.date_format),
            Verdict::Fit,
            "each is read in its own form: they need not agree",
        );
        let year = |r: &Report| r.file.date_format.as_deref() == Some("year");
        if year(self.a) != year(self.b) {
            self.add(
                "days of birth",
                |r| if year(r) { "years only" } else { "whole dates" }.to_owned(),
                Verdict::FitWithLosses,
                "one side knows years only: most students cannot be linked by their birthdate",
            );
        }
        self.add(
            "encoding",
            |r| or_none(&r.file.encoding),
            Verdict::Fit,
            "accents are dropped on both sides: they need not agree",
        );
    }

    fn findings(&mut self) {
        for code in [
            Code::CutNames,
            Code::UpperCase,
            Code::DamagedLetters,
            Code::Mojibake,
            Code::DefaultBirthdate,
            Code::HeapedBirthdate,
            Code::SameNameAndBirthdate,
        ] {
            // Of several fields the one with most.
            let here = |r: &Report| {
                let of_code = r.findings.iter().filter(|f| f.code == code);
                let most = of_code.max_by_key(|f| f.count.bounds(r.total()).1);
                most.map(|f| f.count.to_string())
            };
            if here(self.a).is_none() && here(self.b).is_none() {
                continue;
            }
            let of = |r: &Report| here(r).unwrap_or_else(|| "none".to_owned());
            let verdict = match code.weight() {
                Weight::Note => Verdict::Fit,
                Weight::Loss | Weight::Stops => Verdict::FitWithLosses,
            };
            self.add(code.title(), of, verdict, code.cost());
        }
    }
}

/// The share of the students of `a` who are born in years that `b` has; `None` if it is not known of either.
fn shared(a: &Report, b: &Report) -> Option<f64> {
    let students = |r: &Report, of: &dyn Fn(u16) -> bool| -> u64 {
        let years = r.birth_years.iter().filter(|y| of(y.year));
        years.map(|y| y.students.bounds(r.total()).1).sum()
    };
    let all = students(a, &|_| true);
    if all == 0 || b.birth_years.is_empty() {
        return None;
    }
    let both = students(a, &|year| b.birth_years.iter().any(|y| y.year == year));
    Some(both as f64 / all as f64)
}

/// A share in whole per cent; 100 % is all, and 0 % is none.
fn percent(share: f64) -> String {
    match share {
        s if s > 0.0 && s < 0.01 => "under 1 %".to_owned(),
        s if s > 0.99 && s < 1.0 => "over 99 %".to_owned(),
        s => format!("{:.0} %", s * 100.0),
    }
}
