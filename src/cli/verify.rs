//! `verify-tokens`: the page that a privacy officer signs before a token file leaves.

use super::args::{Args, VerifyTokens};
use super::inspect::verdict;
use super::print;
use super::term::Progress;
use crate::atomic;
use crate::error::{Error, Result};
use crate::owner::verify::{ColumnFinding, FALSE_ALARMS, Findings, Kind, Meaning, RunTest};
use crate::page::Page;
use crate::pipeline::verify::{self as pipeline, Options, Verified};
use crate::units::hex;

pub(super) fn verify_tokens(verb: &VerifyTokens, args: &Args, progress: &Progress) -> Result<()> {
    let options = Options {
        tokens: verb.tokens.clone(),
        against: verb.against.clone(),
        mapping: verb.reading.mapping(verb.member.name())?,
        project: verb.project.clone(),
        manifest: verb.manifest.clone(),
        refs: verb.refs.clone(),
        html: verb.html.clone(),
        force: verb.force,
    };
    let verified = pipeline::verify(&options, progress)?;
    progress.done();
    let page = page(&options, &verified);
    if let Some(path) = &verb.html {
        atomic::write(path, page.to_html().as_bytes())?;
        if !args.quiet {
            eprintln!("{}: to be printed and signed", path.display());
        }
    }
    print(&page.to_text())?;
    if verified.findings.passed() {
        return Ok(());
    }
    Err(Error::input(
        &verb.tokens,
        "it holds more than refs, keys, filters and header",
    )
    .details(problems(&verified.findings))
    .hint("do not send it; encode again with this program from the table, and verify that file"))
}

/// What is wrong, a line each.
fn problems(findings: &Findings) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(difference) = &findings.difference {
        lines.push(format!(
            "byte {} ({}) is not what blindlink writes for these tokens",
            difference.at, difference.place
        ));
    }
    for column in findings.columns.iter().filter(|c| !c.looks_random()) {
        lines.push(format!(
            "column `{}`: its bytes do not look random",
            column.name
        ));
    }
    for test in findings.runs.iter().filter(|t| t.is_leak && t.length == 3) {
        lines.push(format!(
            "three letters of the table, {}, stand at {} places, by chance {:.1} were expected",
            case(test),
            test.found,
            test.expected
        ));
    }
    for leak in &findings.leaks {
        lines.push(format!(
            "{} {} of column \"{}\" of the table stand in column `{}`, row {}, up to byte {}",
            leak.length,
            noun(leak.kind),
            leak.source,
            leak.column,
            leak.row,
            leak.byte
        ));
    }
    lines
}

fn noun(kind: Kind) -> &'static str {
    match kind {
        Kind::Letters => "letters",
        Kind::Digits => "digits",
        Kind::Wide => "bytes of letters with accents or of other scripts",
    }
}

fn case(test: &RunTest) -> &'static str {
    if test.is_exact {
        "as they stand"
    } else {
        "in any case"
    }
}

fn page(options: &Options, verified: &Verified) -> Page {
    let findings = &verified.findings;
    let mut page = Page::new("What leaves: a token file, and what was found in it");
    if findings.passed() {
        page.verdict(
            "PASSED: nothing but record refs, block keys, filters and a header was found in this file",
        );
    } else {
        page.verdict("FAILED: do not send this file");
        page.list(problems(findings));
    }
    what(&mut page, options, verified);
    to_whom(&mut page, verified);
    header(&mut page, verified);
    tested(&mut page, verified);
    page.heading("What cannot be proved");
    let mut limits: Vec<String> = [
        "The tokens are made from names and birthdates under a secret key. Whoever holds this file and the key can try names until they are found. The file is personal data, and the agreement is needed.",
        "Similarities inside the file can be attacked without the key; `blindlink audit` measures how far on your own students.",
        "The search finds text as it is commonly written: ASCII letters and digits, and UTF-8. It does not find text that was enciphered, compressed or written in another way.",
        "That the file was made with the agreed key is not seen here: compare the key check with the other parties'.",
    ]
    .map(str::to_owned)
    .into();
    for (kind, what) in [
        (Kind::Letters, "a name or address"),
        (Kind::Digits, "an id"),
    ] {
        limits.push(match findings.noticed_from(kind) {
            Some(n) => format!(
                "A single run of fewer than {n} {} ({what}) cannot be told from chance in a file of this size.",
                noun(kind)
            ),
            None => format!(
                "No single run of {} of the table ({what}) is long enough to be told from chance in this file.",
                noun(kind)
            ),
        });
    }
    page.list(limits);
    page.heading("Signed");
    page.text("I have read this page, and release the file with the BLAKE3 above to the operator named above.");
    page.blanks(&["Name", "Office", "Date", "Signature"]);
    page
}

fn what(page: &mut Page, options: &Options, verified: &Verified) {
    let header = &verified.header;
    page.heading("What leaves");
    let name = options.tokens.file_name().unwrap_or_default();
    page.facts(vec![
        ("file", name.to_string_lossy().into_owned()),
        ("bytes", verified.bytes.to_string()),
        ("BLAKE3", verified.blake3.to_string()),
        ("party", header.party.to_string()),
        ("records", header.records.to_string()),
        ("rows", header.rows.to_string()),
        (
            "decoys",
            if header.decoys {
                "yes: birthdates were moved, every link to one of these records is false".into()
            } else {
                "no".into()
            },
        ),
    ]);
    let row = |c: &ColumnFinding| {
        vec![
            c.name.clone(),
            c.width.to_string(),
            meaning(c.meaning).to_owned(),
            c.values.to_string(),
        ]
    };
    page.table(
        "Columns of the file",
        &["column", "bytes", "holds", "rows with a value"],
        findings_rows(&verified.findings, row),
    );
}

fn findings_rows(
    findings: &Findings,
    row: impl Fn(&ColumnFinding) -> Vec<String>,
) -> Vec<Vec<String>> {
    findings.columns.iter().map(row).collect()
}

fn meaning(meaning: Meaning) -> &'static str {
    match meaning {
        Meaning::Ref => "a random number of the record, new in every encoding",
        Meaning::Key => "a keyed hash of what must agree",
        Meaning::Filter => "a keyed Bloom filter of what may differ a little",
    }
}

fn to_whom(page: &mut Page, verified: &Verified) {
    page.heading("To whom, and under which agreement");
    if let Some(project) = &verified.project {
        let stated = |text: &str| match text {
            "" => "not stated in the project file".to_owned(),
            text => text.to_owned(),
        };
        let of =
            |p: &(crate::units::PartyId, crate::units::PartyId)| format!("{} with {}", p.0, p.1);
        let pairs: Vec<String> = project.pairs.iter().map(of).collect();
        page.facts(vec![
            ("project", project.name.clone()),
            ("round", project.round.clone()),
            ("purpose", stated(&project.purpose)),
            ("may be linked", pairs.join(", ")),
            ("schema", project.schema.name.clone()),
        ]);
    } else {
        page.text("No project file was given (--project): the header was not compared with one.");
    }
    page.blanks(&["Operator who receives it", "Agreement, its number and date"]);
}

fn header(page: &mut Page, verified: &Verified) {
    let header = &verified.header;
    page.heading("Fingerprints, and all the text that the file holds");
    page.facts(vec![
        ("project", header.project.to_string()),
        ("schema", header.schema.to_string()),
        ("key check", hex(&header.key_check)),
        ("party", header.party.to_string()),
        ("round", header.round.clone()),
        ("normalisation", header.normalisation.to_string()),
        (
            "audit",
            match &verified.manifest {
                Some(m) => verdict(m.audit.verdict),
                None => "no release manifest was given (--manifest)".into(),
            },
        ),
    ]);
    page.text("Besides these, the names of the columns above, counts and a checksum, no text is in the file.");
}

fn tested(page: &mut Page, verified: &Verified) {
    let findings = &verified.findings;
    page.heading("What was tested, and found");
    page.text(match &findings.difference {
        None => "Every byte is accounted for: the file, written again from its refs, keys, filters and header, is the same byte for byte. There is no other column, no other metadata, nothing between pages and nothing behind the end.".to_owned(),
        Some(d) => format!(
            "NOT every byte is accounted for: written again from its refs, keys, filters and header, the file differs from byte {} on ({}).",
            d.at, d.place
        ),
    });
    if verified.project.is_some() {
        page.text("Columns, party, round and schema are those of the project file.");
    }
    if verified.has_refs {
        page.text("The ref map has the record refs of the file and no others.");
    }
    let row = |c: &ColumnFinding| {
        let number = |f: fn((f64, f64)) -> f64| {
            let value = c.chi_square.map(f);
            value.map_or_else(|| "too few".into(), |v| format!("{v:.0}"))
        };
        vec![
            c.name.clone(),
            c.distinct.to_string(),
            format!("{:.1} %", 100.0 * c.ones),
            number(|c| c.0),
            number(|c| c.1),
            if c.looks_random() { "yes" } else { "NO" }.into(),
        ]
    };
    page.table(
        "Do the bytes look random? Chi-square of the bytes of different values; for filters, among bytes with equally many bits",
        &["column", "different values", "bits set", "chi-square", "bound", "within"],
        findings_rows(findings, row),
    );
    page.text(format!(
        "All {} cells of {} rows of the table were searched in the file, also those of columns that are not encoded{}. \
         If nothing leaked, a file is refused for what follows once in {:.0} times.",
        findings.cells,
        findings.rows,
        match findings.bad_rows {
            0 => String::new(),
            n => format!(", but for {n} rows that could not be divided into cells"),
        },
        1.0 / FALSE_ALARMS
    ));
    let shown = findings.runs.iter().filter(|t| {
        let first = t.length == 3 || t.length == t.kind.shortest();
        first || t.found > 0 || t.is_leak
    });
    let rows = shown.map(|t| {
        vec![
            format!("{} {}, {}", t.length, noun(t.kind), case(t)),
            format!("{:.0}", t.in_table),
            t.found.to_string(),
            amount(t.expected),
            if t.is_leak { "NO" } else { "yes" }.into(),
        ]
    });
    page.table(
        "Runs of the table that stand in the file; of three letters, the most frequent run",
        &[
            "run",
            "different ones in the table",
            "places in the file",
            "by chance",
            "within chance",
        ],
        rows.collect(),
    );
}

/// A number of any size for people.
fn amount(n: f64) -> String {
    match n {
        n if n >= 10.0 => format!("{n:.0}"),
        n if n >= 0.01 => format!("{n:.2}"),
        n if n > 0.0 => format!("{n:.0e}"),
        _ => "0".into(),
    }
}
