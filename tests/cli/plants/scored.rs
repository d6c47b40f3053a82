//! Planted people after the match: in no result of an owner, and scored by the custodian.

use serde_json::Value;

use super::{encode, plant};
use crate::harness::{CROSSWALK, Dir, KEY, REFS, encode_args, rows, testdata, words};

/// Resolves the crosswalk of `party` in `r` into `PARTY-links.csv` and `found-PARTY.csv`.
fn resolve(dir: &Dir, party: &str) -> String {
    let line =
        format!("resolve r/crosswalk-{party}.csv --refs {party}.refs.csv -o {party}-links.csv");
    dir.line(&format!("{line} --plants-out found-{party}.csv"))
        .err
}

fn score(dir: &Dir, found: &str) -> Value {
    let line = format!("plants score --json --truth plants/truth.csv {found}");
    dir.line(&line).json()
}

/// The made-up students of the demonstration, with 80 pairs to link and 80 not to.
fn matched() -> Dir {
    let dir = Dir::new();
    dir.project("p.toml", &["district", "college"], "k12");
    dir.key("k", &KEY);
    plant(&dir, 80, 80);
    for party in ["district", "college"] {
        let table = testdata(&format!("k12-demo/{party}.csv"));
        let said = encode(&dir, &table, party);
        assert!(
            said.contains("2000 rows read, 2000 records encoded"),
            "{said}"
        );
        assert!(said.contains("160 planted people mixed in"), "{said}");
    }
    dir.line("match district.tokens college.tokens --project p.toml -o r");
    dir
}

#[test]
fn what_becomes_of_them_is_measured_and_they_are_in_no_result_of_an_owner() {
    let dir = matched();
    // To the operator they are records as all others, in the order of random refs.
    assert!(
        dir.ok(&["inspect", "district.tokens"])
            .out
            .contains("records        2160\n")
    );
    let refs = rows(&dir.read("district.refs.csv"), REFS);
    let planted: Vec<bool> = {
        let mut refs = refs.clone();
        refs.sort();
        refs.iter()
            .map(|r| r[1].starts_with("blindlink-plant-district-"))
            .collect()
    };
    assert_eq!(planted.iter().filter(|p| **p).count(), 160);
    let first_half = planted[..1080].iter().filter(|p| **p).count();
    assert!((40..120).contains(&first_half), "{first_half}");
    assert_eq!(
        rows(&dir.read("r/crosswalk-district.csv"), CROSSWALK).len(),
        2160
    );

    for party in ["district", "college"] {
        let said = resolve(&dir, party);
        assert!(
            said.contains("2000 lines, ") && said.contains("160 lines of planted people"),
            "{said}"
        );
        let links = dir.read(&format!("{party}-links.csv"));
        assert!(!links.contains("blindlink-plant-"));
        assert_eq!(links.lines().count(), 2001);
        let found = dir.read(&format!("found-{party}.csv"));
        assert!(found.starts_with("plant_id,link_id,status\n"));
        assert_eq!(found.lines().count(), 161);
        assert_eq!(
            found.matches(&format!("blindlink-plant-{party}-")).count(),
            160
        );
    }
    let s = score(&dir, "found-district.csv found-college.csv");
    let count = |of: &str, what: &str| s[of][what].as_u64().unwrap();
    assert_eq!(
        (count("together", "pairs"), count("apart", "pairs")),
        (80, 80)
    );
    assert!(count("together", "linked") >= 60, "{s}");
    // Twins who are each at one party alone are linked more often than not: that is what planting is for.
    for kind in ["namesakes", "parent-and-child"] {
        let linked = s["apart_by_kind"][kind]["linked"].as_u64().unwrap();
        assert!(linked <= 3, "{s}");
    }
    assert!(s["to_records"].as_u64().unwrap() <= 8, "{s}");
    assert_eq!((&s["listed"], &s["not_listed"]), (&320.into(), &0.into()));
    let low = s["together"]["low"].as_f64().unwrap();
    let high = s["together"]["high"].as_f64().unwrap();
    let share = count("together", "linked") as f64 / 80.0;
    assert!(
        low < share && share <= high + 1e-9 && high - low < 0.25,
        "{s}"
    );
    for kind in [
        "twins",
        "namesakes",
        "first-name-and-date",
        "parent-and-child",
    ] {
        assert_eq!(s["apart_by_kind"][kind]["pairs"], 20);
    }
    let text = dir
        .line("plants score --truth plants/truth.csv found-college.csv found-district.csv")
        .out;
    assert!(
        text.contains("must be linked") && text.contains(" of 80 linked, "),
        "{text}"
    );

    // A dishonest operator links what does not belong together: it is seen.
    let found = dir.read("found-college.csv");
    dir.write("found-college.csv", found.replace(",linked", ",no_link"));
    let s = score(&dir, "found-district.csv found-college.csv");
    assert_eq!(s["together"]["linked"], 0);
    assert!(s["to_records"].as_u64().unwrap() >= 60, "{s}");
    dir.fails(
        &words("plants score --truth plants/truth.csv found-college.csv"),
        4,
        &["both parties"],
    );
}

#[test]
fn everything_else_goes_on_as_without_them() {
    let dir = matched();
    // Rehearsals: no link of a planted record is counted, right or wrong.
    let truth = testdata("k12-demo/truth.csv");
    let args = words("evaluate r --refs district.refs.csv --refs college.refs.csv");
    let done = dir.ok(&[&args[..], &["--truth", &truth, "--json"]].concat());
    let with = done.json();
    assert!(
        with["decided"]["precision"].as_f64().unwrap() > 0.9,
        "{with}"
    );
    let links = dir.read("r/links.csv").lines().count() as u64 - 1;
    assert!(with["decided"]["links"].as_u64().unwrap() < links, "{with}");

    // Rates by group are those of students alone.
    let table = testdata("k12-demo/district.csv");
    let resolve = words("resolve r/crosswalk-district.csv --refs district.refs.csv -o by.csv");
    dir.ok(&[&resolve[..], &["--by", "gender", "--table", &table]].concat());
    let rates = dir.read("by.rates.csv");
    let records = rows(&rates, "group,records,linked,rate");
    let sum: u64 = records
        .iter()
        .filter_map(|r| r[1].parse::<u64>().ok())
        .sum();
    assert!((1900..=2000).contains(&sum), "{rates}");

    // The page of what leaves, and the manifest.
    let verify = [
        "verify-tokens",
        "district.tokens",
        "--against",
        &table,
        "--project",
        "p.toml",
    ];
    let done = dir.ok(&[&verify[..], &["--refs", "district.refs.csv"]].concat());
    assert!(done.out.contains("PASSED"), "{}", done.out);
    dir.ok(&["release", "district.tokens", "--project", "p.toml"]);
    assert!(dir.read("district.release.json").contains("2160"));

    // The audit counts the records of the file, and must know of them.
    let mut audit = encode_args(&table, "district", "district.tokens");
    (audit[0], audit[8]) = ("audit", "--tokens");
    dir.fails(&audit, 4, &["2000 records", "2160", "--plants"]);
}

#[test]
fn three_parties_each_get_people_for_each_other() {
    let dir = Dir::new();
    dir.project("p.toml", &["a", "b", "c"], "k12");
    dir.key("k", &KEY);
    plant(&dir, 30, 8);
    dir.line("synth --parties 3 --records 600 --seed 2 -o s");
    let parties = [("a", "district"), ("b", "college"), ("c", "party-3")];
    for (party, table) in parties {
        encode(&dir, &format!("s/{table}.csv"), party);
    }
    let tokens = ["a.tokens", "b.tokens", "c.tokens"];
    dir.ok(&[&["match"], &tokens[..], &["--project", "p.toml", "-o", "r"]].concat());
    for (party, _) in parties {
        resolve(&dir, party);
        let found = dir.read(&format!("found-{party}.csv"));
        assert!(found.starts_with("plant_id,partner,link_id,status\n"));
        // 76 people, each with a line for both partners.
        assert_eq!(found.lines().count(), 1 + 2 * 76);
        assert!(
            !dir.read(&format!("{party}-links.csv"))
                .contains("blindlink-plant")
        );
    }
    let all = score(&dir, "found-a.csv found-b.csv found-c.csv");
    assert_eq!(all["together"]["pairs"], 90);
    assert!(all["together"]["linked"].as_u64().unwrap() >= 60, "{all}");
    assert!(all["to_records"].as_u64().unwrap() <= 9, "{all}");
    let two = score(&dir, "found-a.csv found-b.csv");
    assert_eq!(
        (&two["together"]["pairs"], &two["not_scored"]),
        (&30.into(), &76.into())
    );
    // Links with the party of which nothing was heard are no links to strangers.
    assert!(two["to_records"].as_u64().unwrap() <= 9, "{two}");
}
