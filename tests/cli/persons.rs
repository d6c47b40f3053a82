//! Persons behind records: duplicates inside a party, people without a birthdate, three parties.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::happy::encode;
use crate::harness::{CROSSWALK, Dir, KEY, LINKS, MATCH, REFS, resolve_args, rows};

const HEADER: &str = "student_id,first_name,middle_name,last_name,birthdate\n";
const CLUSTERS: &str = "cluster,party,record_ref,probability";
const DUPLICATES: &str = "party,ref_1,ref_2,probability";

/// People whose names no rule makes one, all born on different days, with ids from `prefix`.
pub fn table(prefix: &str, more: &str) -> String {
    let mut text = String::from(HEADER);
    for i in 0..60u8 {
        let letters = |seed: u8| -> String {
            let start = (i % 26).wrapping_mul(seed).wrapping_add(i / 26 * 7 + seed);
            (0..6)
                .map(|k| char::from(b'A' + start.wrapping_add(k * 5) % 26))
                .collect()
        };
        let (first, last) = (letters(3), letters(11));
        let (day, month) = (i % 28 + 1, i % 12 + 1);
        text += &format!("{prefix}{i},{first},,{last},2005-{month:02}-{day:02}\n");
    }
    text + more
}

/// Encodes the tables as the parties of a project and matches them; results in `r`.
pub fn matched(tables: &[(&str, String)], edit: impl Fn(String) -> String, more: &[&str]) -> Dir {
    let dir = Dir::new();
    let parties: Vec<&str> = tables.iter().map(|(p, _)| *p).collect();
    dir.project("p.toml", &parties, "k12");
    let project = edit(dir.read("p.toml"));
    dir.write("p.toml", project);
    dir.key("k", &KEY);
    let mut args = vec!["match".to_owned()];
    for (party, table) in tables {
        dir.write(&format!("{party}.csv"), table);
        encode(&dir, &format!("{party}.csv"), party, &[]);
        args.push(format!("{party}.tokens"));
    }
    args.extend(["--project", "p.toml", "-o", "r"].map(str::to_owned));
    args.extend(more.iter().map(|a| (*a).to_owned()));
    dir.ok(&args.iter().map(String::as_str).collect::<Vec<_>>());
    dir
}

/// The links of two parties as pairs of student ids.
pub fn links(dir: &Dir, a: &str, b: &str) -> BTreeSet<(String, String)> {
    let id = |party: &str, r: &str| {
        let refs = rows(&dir.read(&format!("{party}.refs.csv")), REFS);
        refs.iter().find(|row| row[0] == r).unwrap()[1].clone()
    };
    rows(&dir.read("r/links.csv"), LINKS)
        .iter()
        .filter(|l| l[0] == a && l[2] == b)
        .map(|l| (id(a, &l[1]), id(b, &l[3])))
        .collect()
}

pub fn pair(a: &str, b: &str) -> (String, String) {
    (a.to_owned(), b.to_owned())
}

const TWICE: &str = "A90,Zzyzxa,,Qwertyuiop,2006-03-14\nA91,Zzyzxa,,Qwertyuiop,2006-03-14\n";
const ONCE: &str = "B90,Zzyzxa,,Qwertyuiop,2006-03-14\n";

#[test]
fn equal_records_are_ambiguous_and_with_duplicates_one_person() {
    let tables = [("a", table("A", TWICE)), ("b", table("B", ONCE))];
    let dir = matched(&tables, |p| p, &[]);
    assert!(!links(&dir, "a", "b").iter().any(|(_, b)| b == "B90"));
    assert!(!dir.names().iter().any(|n| n.ends_with("duplicates.csv")));

    let dir = matched(&tables, |p| p, &["--duplicates"]);
    let found = links(&dir, "a", "b");
    assert!(found.contains(&pair("A90", "B90")) && found.contains(&pair("A91", "B90")));
    assert_eq!(found.len(), 62);
    let duplicates = rows(&dir.read("r/duplicates.csv"), DUPLICATES);
    assert_eq!((duplicates.len(), duplicates[0][0].as_str()), (1, "a"));
    // Both records carry the same link id.
    let linked = |party: &str| -> Vec<String> {
        let all = rows(&dir.read(&format!("r/crosswalk-{party}.csv")), CROSSWALK);
        all.into_iter()
            .map(|row| row[1].clone())
            .filter(|l| !l.is_empty())
            .collect()
    };
    let (a, b) = (linked("a"), linked("b"));
    assert_eq!((a.len(), b.len()), (62, 61));
    assert_eq!(
        a.iter().collect::<BTreeSet<_>>(),
        b.iter().collect::<BTreeSet<_>>()
    );
    let report: Value = serde_json::from_str(&dir.read("r/report.json")).unwrap();
    assert_eq!(report["parties"][0]["duplicates"], 1);
    assert_eq!(report["parties"][1]["duplicates"], 0);

    // What a match without the flag does not write, it does not leave standing either.
    dir.ok(&[&MATCH[..], &["--force"]].concat());
    assert!(!dir.names().iter().any(|n| n.ends_with("duplicates.csv")));
}

#[test]
fn a_party_that_declares_itself_free_of_duplicates_is_not_searched() {
    let tables = [("a", table("A", TWICE)), ("b", table("B", ONCE))];
    let declare = |p: String| p.replace("# duplicate_free = [\"b\"]", "duplicate_free = [\"a\"]");
    let dir = matched(&tables, declare, &["--duplicates"]);
    assert!(rows(&dir.read("r/duplicates.csv"), DUPLICATES).is_empty());
    assert!(!links(&dir, "a", "b").iter().any(|(_, b)| b == "B90"));
}

#[test]
fn one_party_alone_gives_its_duplicates() {
    let dir = matched(
        &[("a", table("A", TWICE)), ("b", table("B", ""))],
        |p| p,
        &[],
    );
    let line = ["match", "a.tokens", "--project", "p.toml", "-o", "own"];
    dir.fails(&line, 2, &["two parties", "--duplicates"]);
    dir.ok(&[&line[..], &["--duplicates"]].concat());
    assert_eq!(rows(&dir.read("own/duplicates.csv"), DUPLICATES).len(), 1);
}

#[test]
fn nicknames_middle_names_and_missing_birthdates_are_linked() {
    let a = "A80,Guadalupe,,Qwertyuiop,2006-03-14\nA81,Vvortex,Zzyzxa,Asdfghjkl,2006-04-15\n\
             A82,Uvuvuv,,Hjklasdfgh,2006-05-16\nA83,Ijijij,,Poiuytrewq,2006-06-17\n";
    let b = "B80,Lupe,,Qwertyuiop,2006-03-14\nB81,Zzyzxa,,Asdfghjkl,2006-04-15\n\
             B82,Uvuvuv,,Hjklasdfgh,\nB83,Ijijij,,Poiuytrewq,2006\n";
    // The year alone stands among dates.
    let dir = matched(&[("a", table("A", a)), ("b", table("B", b))], |p| p, &[]);
    let found = links(&dir, "a", "b");
    for i in 80..84 {
        assert!(
            found.contains(&pair(&format!("A{i}"), &format!("B{i}"))),
            "{i}: {found:?}"
        );
    }
    // They were found in the passes that are for them, and not by something else.
    let refs = rows(&dir.read("b.refs.csv"), REFS);
    let links = rows(&dir.read("r/links.csv"), LINKS);
    for (id, pass) in [
        ("B80", "birthdate-first-bucket"),
        ("B81", "birthdate-first-bucket"),
        ("B82", "undated"),
        ("B83", "undated"),
    ] {
        let own = &refs.iter().find(|r| r[1] == id).unwrap()[0];
        let link = links.iter().find(|l| l[3] == *own).unwrap();
        assert!(link[5].split('+').any(|p| p == pass), "{id}: {}", link[5]);
    }
}

#[test]
fn names_that_repeat_in_a_file_link_nobody_without_a_birthdate() {
    let a = "A80,Uvuvuv,,Hjklasdfgh,2006-05-16\nA81,Uvuvuv,,Hjklasdfgh,2007-07-17\n";
    let b = "B80,Uvuvuv,,Hjklasdfgh,\n";
    let dir = matched(&[("a", table("A", a)), ("b", table("B", b))], |p| p, &[]);
    // Not even as a candidate: two of them would be ambiguous and no link either.
    let refs = rows(&dir.read("b.refs.csv"), REFS);
    let of_b80 = &refs.iter().find(|r| r[1] == "B80").unwrap()[0];
    let pairs = rows(&dir.read("r/pairs.csv"), LINKS);
    assert!(pairs.len() >= 60 && pairs.iter().all(|p| p[3] != *of_b80));
}

#[test]
fn years_alone_are_linked_by_years() {
    let years = |text: String| -> String {
        text.lines()
            .map(|l| match l.rsplit_once(",2005-") {
                Some((rest, _)) => format!("{rest},2005\n"),
                None => format!("{l}\n"),
            })
            .collect()
    };
    let tables = [("a", years(table("A", ""))), ("b", years(table("B", "")))];
    let dir = matched(&tables, |p| p, &[]);
    assert!(links(&dir, "a", "b").len() >= 57);
}

#[test]
fn three_parties_give_clusters_as_far_as_the_project_allows() {
    let tables = ["a", "b", "c"].map(|p| (p, table(&p.to_uppercase(), "")));
    let dir = matched(&tables, |p| p, &[]);
    let clusters = rows(&dir.read("r/clusters.csv"), CLUSTERS);
    assert_eq!(clusters.len(), 180);
    for three in clusters.chunks_exact(3) {
        assert!(three.iter().all(|row| row[0] == three[0][0]));
        let parties: Vec<&str> = three.iter().map(|row| row[1].as_str()).collect();
        assert_eq!(parties, ["a", "b", "c"]);
    }

    let only = |p: String| {
        let all = "pairs = [[\"a\", \"b\"], [\"a\", \"c\"], [\"b\", \"c\"]]";
        assert!(p.contains(all));
        p.replace(all, "pairs = [[\"a\", \"b\"], [\"b\", \"c\"]]")
    };
    let dir = matched(&tables, only, &[]);
    assert_eq!(
        (links(&dir, "a", "b").len(), links(&dir, "b", "c").len()),
        (60, 60)
    );
    assert!(links(&dir, "a", "c").is_empty());
    let clusters = rows(&dir.read("r/clusters.csv"), CLUSTERS);
    let of = |number: &String| -> Vec<&str> {
        let own = clusters.iter().filter(|row| row[0] == *number);
        own.map(|row| row[1].as_str()).collect()
    };
    assert!(
        clusters
            .iter()
            .all(|row| of(&row[0]) != ["a", "b", "c"] && of(&row[0]) != ["a", "c"])
    );
}

#[test]
fn match_rates_by_group_hide_small_counts() {
    let with_school = |text: String, schools: &[(usize, &str)]| -> String {
        let mut out = String::new();
        for (i, line) in text.lines().enumerate() {
            let school = schools
                .iter()
                .find(|(from, _)| i >= *from)
                .map_or("school", |s| s.1);
            out += &format!("{line},{school}\n");
        }
        out
    };
    // From the last line up: 6 of Tinytest, 20 of Testhigh, the rest of Samplehigh.
    let schools = [(55, "Tinytest"), (35, "Testhigh"), (1, "Samplehigh")];
    let a = with_school(table("A", ""), &schools);
    let dir = matched(&[("a", a), ("b", table("B", ""))], |p| p, &[]);
    let by = ["--by", "school", "--table", "a.csv"];
    let resolve = [&resolve_args("out.csv")[..], &by].concat();
    dir.ok(&resolve);
    assert_eq!(
        dir.read("out.rates.csv"),
        "group,records,linked,rate\nSamplehigh,34,34,1.0000\nTesthigh,suppressed,suppressed,suppressed\n\
         Tinytest,suppressed,suppressed,suppressed\n"
    );
    // A column that is not there: nothing is written.
    let odd = ["--by", "scool", "--table", "a.csv"];
    dir.fails(
        &[&resolve_args("odd.csv")[..], &odd].concat(),
        3,
        &["scool"],
    );
}
