//! Other names of a person, dates of another century or of Excel, and columns that were cut.

use serde_json::Value;

use crate::happy::encode;
use crate::harness::{Dir, LINKS, REFS, rows};
use crate::persons::{links, matched, pair, table};

/// A table whose last column is `header`: empty, but for the rows `more`, which come after it.
fn with_column(prefix: &str, header: &str, more: &str) -> String {
    let mut text = String::new();
    for (i, line) in table(prefix, "").lines().enumerate() {
        let cell = if i == 0 { header } else { "" };
        text += &format!("{line},{cell}\n");
    }
    text + more
}

/// The passes of the link of this id of party b; there must be one link of it at most.
fn passes(dir: &Dir, id: &str) -> Option<String> {
    let refs = rows(&dir.read("b.refs.csv"), REFS);
    let own = &refs.iter().find(|r| r[1] == id).unwrap()[0];
    let links = rows(&dir.read("r/links.csv"), LINKS);
    let mut of_id = links.iter().filter(|l| l[3] == *own);
    let found = of_id.next().map(|l| l[5].clone());
    assert!(of_id.next().is_none(), "{id} is linked twice");
    found
}

/// Married between school and college. Others born on the day have the same first name, so that it
/// takes the last name to know who it is.
const MARRIED: &str = "A90,Zzyzxa,,Qwertyuiop,2006-03-14,Hjklasdfg\n\
                       A91,Zzyzxa,,Vbnmvbnm,2006-03-14,\n\
                       A92,Zzyzxa,,Kuikuikui,2006-03-14,\n\
                       A93,Zzyzxa,,Poiuytpoi,2006-03-14,\n\
                       A94,Zzyzxa,,Trewqtrew,2006-03-14,\n";
const UNMARRIED: &str = "B90,Zzyzxa,,Hjklasdfg,2006-03-14\n";

#[test]
fn a_former_last_name_links_and_without_it_nothing_does() {
    let b = table("B", UNMARRIED);
    let with = with_column("A", "former_last_name", MARRIED);
    let dir = matched(&[("a", with), ("b", b.clone())], |p| p, &[]);
    let found = links(&dir, "a", "b");
    assert!(found.contains(&pair("A90", "B90")), "{found:?}");
    let passes = passes(&dir, "B90").unwrap();
    assert!(
        passes.split('+').any(|p| p == "birthdate-last-bucket"),
        "{passes}"
    );
    // One pair, though the names met in several passes and rows.
    let refs = rows(&dir.read("a.refs.csv"), REFS);
    let own = &refs.iter().find(|r| r[1] == "A90").unwrap()[0];
    let pairs = rows(&dir.read("r/pairs.csv"), LINKS);
    let partners: Vec<&String> = pairs
        .iter()
        .filter(|p| p[1] == *own)
        .map(|p| &p[3])
        .collect();
    assert_eq!(partners.len(), 1);

    // The same table, of which the column is left out.
    let dir = matched(
        &[("a", with_column("A", "remark", MARRIED)), ("b", b)],
        |p| p,
        &[],
    );
    let found = links(&dir, "a", "b");
    assert!(found.len() >= 60 && !found.iter().any(|(_, b)| b == "B90"));
}

#[test]
fn both_names_of_a_record_may_meet_one_record_which_counts_once() {
    // The partner knows both names as well, the other way round.
    let a = with_column(
        "A",
        "maiden_name",
        "A90,Zzyzxa,,Qwertyuiop,2006-03-14,Hjklasdfg\n",
    );
    let b = with_column(
        "B",
        "maiden_name",
        "B90,Zzyzxa,,Hjklasdfg,2006-03-14,Qwertyuiop\n",
    );
    let dir = matched(&[("a", a), ("b", b)], |p| p, &[]);
    let found = links(&dir, "a", "b");
    assert!(found.contains(&pair("A90", "B90")));
    let pairs = rows(&dir.read("r/pairs.csv"), LINKS);
    let mut of_records: Vec<(&String, &String)> = pairs.iter().map(|p| (&p[1], &p[3])).collect();
    let all = of_records.len();
    of_records.sort_unstable();
    of_records.dedup();
    assert_eq!(of_records.len(), all, "a pair of records stands twice");
    let report: Value = serde_json::from_str(&dir.read("r/report.json")).unwrap();
    assert_eq!(report["parties"][0]["records"], 61);
}

#[test]
fn names_in_brackets_are_aliases() {
    let married = MARRIED.replace("Qwertyuiop", "Qwertyuiop (née Hjklasdfg)");
    let tables = [
        ("a", with_column("A", "remark", &married)),
        ("b", table("B", UNMARRIED)),
    ];
    let dir = matched(&tables, |p| p, &[]);
    assert!(links(&dir, "a", "b").contains(&pair("A90", "B90")));
}

#[test]
fn the_summary_counts_who_has_an_alias() {
    let dir = Dir::with_project();
    dir.write(
        "t.csv",
        "student_id,first_name,last_name,birthdate,maiden_name,former_name,nickname\n\
         71,Zzyzxa,Qwertyuiop,2006-03-14,Vbnmvbnm,,\n72,Vvortex (Vv),Asdfghjkl,2005-11-30,,Asdfghjkl,\n\
         73,Uvuvuv,Hjklasdfg,2005-11-29,hjklasdfg,,Uvuvuv\n",
    );
    let args = crate::harness::encode_args("t.csv", "a", "a.tokens");
    let done = dir.ok(&[&args[..], &["--json"]].concat());
    let json: Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!(json["with_alias"], 2);
    let columns = &json["columns"];
    assert_eq!(columns["alias-first"], serde_json::json!(["nickname"]));
    let last = serde_json::json!(["maiden_name", "former_name"]);
    assert_eq!(columns["alias-last"], last);
    assert_eq!(columns["last"], "last_name");
    for line in [
        "alias-last  \"maiden_name\", \"former_name\"",
        "aliases     2 records",
    ] {
        assert!(done.err.lines().any(|l| l == line), "{}", done.err);
    }
    // Everybody has two rows, with an alias or without.
    assert_eq!(json["token_rows"], 6);
}

#[test]
fn a_birthdate_a_century_off_is_linked_by_month_and_day() {
    let a = "A90,Zzyzxa,,Qwertyuiop,2007-05-04\nA91,Vvortex,,Asdfghjkl,2106-06-05\n";
    let b = "B90,Zzyzxa,,Qwertyuiop,1907-05-04\nB91,Vvortex,,Asdfghjkl,2006-06-05\n";
    let dir = matched(&[("a", table("A", a)), ("b", table("B", b))], |p| p, &[]);
    let found = links(&dir, "a", "b");
    assert!(found.contains(&pair("A90", "B90")), "{found:?}");
    let of = passes(&dir, "B90").unwrap();
    assert!(of.split('+').any(|p| p == "name-month-day"), "{of}");
    // A year that is still to come is put right before that.
    assert!(found.contains(&pair("A91", "B91")), "{found:?}");
    let of = passes(&dir, "B91").unwrap();
    assert!(of.split('+').any(|p| p == "birthdate"), "{of}");
}

#[test]
fn days_of_excel_are_read_and_told() {
    let dir = Dir::with_project();
    let text = "student_id,first_name,last_name,birthdate\n\
                71,Zzyzxa,Qwertyuiop,38790\n72,Vvortex,Asdfghjkl,38686.0\n";
    dir.write("excel.csv", text);
    let args = ["--test-seed", "1"];
    encode(&dir, "t.csv", "a", &args);
    let plain = dir.bytes("a.tokens");
    let done = dir.ok(&[
        &crate::harness::encode_args("excel.csv", "a", "a.tokens")[..],
        &["--force"],
        &args,
    ]
    .concat());
    assert!(done.err.contains("dates       excel\n"), "{}", done.err);
    assert_eq!(dir.bytes("a.tokens"), plain);
    let forced = ["--force", "--date-format", "iso", "--test-seed", "1"];
    encode_to_other(&dir, &forced, &plain);
}

/// Encoded with these arguments, the numbers are no dates, and the tokens are others.
fn encode_to_other(dir: &Dir, more: &[&str], plain: &[u8]) {
    encode(dir, "excel.csv", "a", more);
    assert_ne!(dir.bytes("a.tokens"), plain);
}

#[test]
fn a_column_that_was_cut_is_warned_of_even_under_quiet() {
    let mut text = String::from("student_id,first_name,last_name,birthdate\n");
    let letters = |seed: usize, n: usize| -> String {
        (0..n)
            .map(|k| char::from(b'a' + ((seed * 7 + k * seed + k * 5) % 26) as u8))
            .collect()
    };
    for i in 0..300 {
        let (first, last) = (letters(i + 3, 4 + i % 11), letters(i + 11, 4 + i % 11));
        let day = i % 28 + 1;
        text += &format!("{i},{first},{:.10},2006-03-{day:02}\n", last);
    }
    let dir = Dir::with_project();
    dir.write("t.csv", text);
    let mut args = crate::harness::encode_args("t.csv", "a", "a.tokens").to_vec();
    args.extend(["--quiet", "--json"]);
    let done = dir.ok(&args);
    let warning = "warning: column \"last_name\" seems cut at 10 letters (135 rows): ask for an export with whole names\n";
    assert_eq!(done.err, warning);
    let json: Value = serde_json::from_str(&done.out).unwrap();
    let cut = serde_json::json!([{"column": "last_name", "letters": 10, "rows": 135}]);
    assert_eq!(json["cut_columns"], cut);
}
