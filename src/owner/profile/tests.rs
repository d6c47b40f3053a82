//! Whole tables, from bytes to the report. People here are obviously invented.

use std::path::PathBuf;

use super::*;
use crate::owner::table::Mapping;

/// The report on a table with this text.
fn report(text: &str) -> Report {
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join("t.csv");
    std::fs::write(&path, text).unwrap();
    let mut table = Table::open(&path, &Mapping::default()).unwrap();
    let profile = Profile::of(&mut table, |_| {}).unwrap();
    profile.report(&table, None)
}

/// `n` students without fault, whose ids start with `start`.
fn students(start: &str, n: usize) -> String {
    let row = |i: usize| {
        let name = |i: usize| -> String {
            let letters = [i / 26 / 26 % 26, i / 26 % 26, i % 26];
            letters
                .iter()
                .map(|l| char::from(b'a' + *l as u8))
                .collect()
        };
        format!(
            "{start}{i:04},Q{},Mid,Zy{}{},200{}-{:02}-{:02}\n",
            name(i),
            name(i * 7),
            "e".repeat(i % 4),
            4 + i % 4,
            1 + i / 4 % 12,
            2 + i / 48 % 27
        )
    };
    (0..n).map(row).collect()
}

const HEADER: &str = "student_id,first_name,middle_name,last_name,birthdate\n";

fn rows_of(report: &Report, code: Code) -> u64 {
    let of_code = report.findings.iter().filter(|f| f.code == code);
    of_code.map(|f| f.count.bounds(report.total()).1).sum()
}

#[test]
fn a_table_without_fault_is_fit() {
    let report = report(&format!("{HEADER}{}", students("7", 400)));
    assert_eq!(report.verdict, Verdict::Fit, "{:?}", report.findings);
    assert_eq!(report.rows, Count::Exact(400));
    assert_eq!(report.columns["birthdate"].usable, Count::Exact(400));
    assert_eq!(report.birth_years.len(), 4);
    assert_eq!(report.shapes[0].shape, "99999");
    // No column of other names: good to know, and no loss of the table's own.
    assert_eq!(rows_of(&report, Code::NoAliasColumn), 400);
}

#[test]
fn every_fault_is_counted_and_its_lines_are_known() {
    let bad = "A1,FNU,,Zyzzog,2004-02-30\n\
               A2,Q,,Zyzzoh,1900-01-01\n\
               A3,Qua9,,Zy?zoi,2005-04-04\n\
               A4,Qub (Quc),,ZyÃ±zoj,2005-04-05\n\
               A4,Qud,,Zyzzok,\n\
               ,Que,,Zyzzol,2005-04-06\n\
               1.23E+09,Quf,,Zyzzom,2005\n\
               A8,Qug,,Zyzzon,2005-04-07\n\
               A9,QUG,,zyzzon,2005-04-07\n\
               B1,,,,2005-04-08\n";
    let report = report(&format!("{HEADER}{}{bad}", students("7", 400)));
    for (code, n, line) in [
        (Code::DuplicateId, 2, 405),
        (Code::MissingId, 1, 407),
        (Code::NoName, 1, 411),
        (Code::Placeholder, 1, 402),
        (Code::ImpossibleBirthdate, 1, 402),
        (Code::DefaultBirthdate, 1, 403),
        (Code::OneLetterName, 1, 403),
        (Code::DigitsInName, 1, 404),
        (Code::DamagedLetters, 1, 404),
        (Code::NamesInBrackets, 1, 405),
        (Code::Mojibake, 1, 405),
        (Code::SpreadsheetId, 1, 408),
        (Code::YearOnly, 1, 408),
        (Code::SameNameAndBirthdate, 2, 409),
    ] {
        assert_eq!(rows_of(&report, code), n, "{code:?}");
        let finding = report.findings.iter().find(|f| f.code == code).unwrap();
        assert_eq!(finding.lines[0], line, "{code:?}");
    }
    assert_eq!(report.verdict, Verdict::NotFit);
}

#[test]
fn what_others_see_has_no_small_count_and_no_line() {
    let bad = "A1,FNU,,Zyzzog,2004-02-30\n";
    let report = report(&format!("{HEADER}{}{bad}", students("7", 400)));
    assert_eq!(report.columns["first"].usable, Count::Exact(400));
    let json = report.to_json().unwrap();
    let safe = Report::parse(json.as_bytes()).unwrap();
    assert_eq!(safe.rows, Count::Exact(401));
    assert_eq!(safe.columns["first"].usable, Count::AllButFew);
    let of = |code| safe.findings.iter().find(|f| f.code == code).unwrap();
    assert_eq!(of(Code::Placeholder).count, Count::Few);
    assert!(of(Code::Placeholder).lines.is_empty());
    for year in &safe.birth_years {
        let n = year.students.bounds(401).0;
        assert!(n > SMALL && n % 10 == 0);
    }
    let html = page(&report);
    assert!(html.contains("&lt;= 10"));
    assert!(!html.contains("<script") && !html.contains("http"));
}

#[test]
fn no_small_count_is_the_rest_of_those_that_are_shown() {
    let placeholders: String = (0..30)
        .map(|i| format!("A{i},FNU,M,Zyzz,2005-03-04\n"))
        .collect();
    let empty = "B1,,M,Zyzzo,2005-03-05\nB2,,M,Zyzzp,2005-03-06\n";
    let text = format!("{HEADER}{}{placeholders}{empty}", students("7", 400));
    let safe = report(&text).safe();
    let of = |code| safe.findings.iter().find(|f| f.code == code).unwrap().count;
    assert_eq!(safe.columns["first"].usable, Count::Exact(400));
    assert_eq!(
        (of(Code::Incomplete), of(Code::Placeholder)),
        (Count::Few, Count::Hidden)
    );

    let both: String = (0..8)
        .map(|i| format!("A{i},FNU,M,Zyzz,2005-03-04\nB{i},,M,Zyz,2005-04-04\n"))
        .collect();
    let safe = report(&format!("{HEADER}{}{both}", students("7", 400))).safe();
    assert_eq!(safe.columns["first"].usable, Count::AllButSome);
}

#[test]
fn ids_that_lost_their_zeros() {
    let short: String = (0..20)
        .map(|i| {
            format!(
                "{},Qa{},M,Zy,2005-03-0{}\n",
                100 + i,
                char::from(b'a' + i),
                1 + i % 9
            )
        })
        .collect();
    let report = report(&format!("{HEADER}{}{short}", students("7", 400)));
    assert_eq!(rows_of(&report, Code::ShortId), 20);
}

#[test]
fn a_table_in_capital_letters() {
    let text = students("7", 300).to_uppercase();
    let report = report(&format!("{HEADER}{text}"));
    assert_eq!(rows_of(&report, Code::UpperCase), 900);
    assert_eq!(report.verdict, Verdict::Fit);
}

#[test]
fn reports_that_cannot_be_are_refused() {
    let good = report(&format!("{HEADER}{}", students("7", 60)))
        .to_json()
        .unwrap();
    Report::parse(good.as_bytes()).unwrap();
    let deep = "[".repeat(100_000);
    let changed = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        good.replace(from, to)
    };
    let cases = [
        String::new(),
        "null".to_owned(),
        deep.clone(),
        format!("{{\"format\": {deep}"),
        changed("blindlink-check-1", "blindlink-check-2"),
        changed("\"rows\": 60", "\"rows\": -1"),
        changed("\"rows\": 60", "\"rows\": 99999999999999999999"),
        changed("\"rows\": 60", "\"rows\": 60, \"more\": 1"),
        changed("\"generic\"", "\"\\u001b[2J\""),
        changed("\"iso\"", "\"<b>\""),
        changed("\"first\": {", "\"Zyzzog\": {"),
        changed("\"usable\": 60", "\"usable\": 61"),
    ];
    for case in cases {
        let e = Report::parse(case.as_bytes()).unwrap_err();
        assert_eq!(e.class().exit_code(), 3);
        assert!(!e.to_string().contains("Zyzzog"));
    }
}

#[test]
fn two_reports_side_by_side() {
    let a = report(&format!("{HEADER}{}", students("7", 400)));
    let same = Comparison::of(&a, &a);
    assert_eq!(
        same.verdict,
        Verdict::FitWithLosses,
        "no other names on either side"
    );
    let line =
        |c: &Comparison, what: &str| c.lines.iter().find(|l| l.what == what).unwrap().verdict;
    assert_eq!(line(&same, "birthdate"), Verdict::Fit);
    assert_eq!(line(&same, "other names"), Verdict::FitWithLosses);

    let older = students("8", 400).replace(",200", ",197");
    let b = report(&format!("{HEADER}{older}"));
    let apart = Comparison::of(&a, &b);
    assert_eq!(
        line(&apart, "born in years that both have"),
        Verdict::NotFit
    );
    assert_eq!(apart.verdict, Verdict::NotFit);

    let mut other = a.clone();
    other.normaliser += 1;
    assert_eq!(Comparison::of(&a, &other).verdict, Verdict::NotFit);
    let without = "student_id,first_name,last_name\n7,Qa,Zy\n8,Qb,Zz\n";
    let bare = Comparison::of(&a, &report(without));
    assert_eq!(line(&bare, "birthdate"), Verdict::FitWithLosses);
    assert_eq!(line(&bare, "middle name"), Verdict::FitWithLosses);
    assert!(comparison_page(&bare).contains("no column"));
}
