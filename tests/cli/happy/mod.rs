//! The whole job by the verbs as they are documented, and what every file then holds.

mod three;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::harness::{
    CROSSWALK, Dir, Done, KEY, LINKS, REFS, RESOLVED, encode_args, rows, testdata,
};

/// Encodes `table` as `party`, under `p.toml` and `k`.
pub fn encode(dir: &Dir, table: &str, party: &str, more: &[&str]) -> Done {
    let out = format!("{party}.tokens");
    dir.ok(&[&encode_args(table, party, &out)[..], more].concat())
}

/// Project, key, encode twice and match, of two tables with their truth; results in `r`.
pub fn link(parties: [&str; 2], tables: [&str; 2], schema: &str) -> Dir {
    let dir = Dir::new();
    dir.project("p.toml", &parties, schema);
    dir.key("k", &KEY);
    for (party, table) in parties.iter().zip(tables) {
        encode(&dir, &testdata(table), party, &["--test-seed", "1"]);
    }
    let [a, b] = parties;
    dir.line(&format!(
        "match {a}.tokens {b}.tokens --project p.toml -o r"
    ));
    dir
}

pub fn k12_demo(schema: &str) -> Dir {
    let tables = ["k12-demo/district.csv", "k12-demo/college.csv"];
    link(["district", "college"], tables, schema)
}

/// The numbers of `evaluate` for the results in `r`.
pub fn score(dir: &Dir, parties: [&str; 2], truth: &str) -> Value {
    let refs = parties.map(|p| format!("{p}.refs.csv"));
    let done = dir.ok(&[
        "evaluate", "r", "--refs", &refs[0], "--refs", &refs[1], "--truth", truth, "--json",
    ]);
    done.json()
}

/// Checks every promise that the results make about themselves, for two parties.
fn check_results(dir: &Dir, parties: [&str; 2]) {
    let links = rows(&dir.read("r/links.csv"), LINKS);
    let pairs = rows(&dir.read("r/pairs.csv"), LINKS);
    let report = dir.json("r/report.json");
    assert_eq!(report["pairs"][0]["links"], links.len());
    let listed: BTreeSet<_> = pairs.iter().map(|p| (&p[1], &p[3])).collect();
    assert_eq!(listed.len(), pairs.len(), "a pair is listed twice");
    for link in &links {
        assert_eq!([&link[0], &link[2]], parties);
        assert!(listed.contains(&(&link[1], &link[3])));
        assert!(!link[5].is_empty());
    }
    let mut linked = Vec::new();
    for (side, party) in parties.iter().enumerate() {
        let refs = rows(&dir.read(&format!("{party}.refs.csv")), REFS);
        let ids: BTreeMap<_, _> = refs.iter().map(|r| (&r[0], &r[1])).collect();
        assert_eq!(report["parties"][side]["records"], refs.len());
        // One line for every record, sorted by ref, which says nothing about the table's order.
        let crosswalk = rows(&dir.read(&format!("r/crosswalk-{party}.csv")), CROSSWALK);
        let own: Vec<_> = crosswalk.iter().map(|c| &c[0]).collect();
        assert_eq!(own, ids.keys().copied().collect::<Vec<_>>());
        let mut by_id = BTreeMap::new();
        for c in &crosswalk {
            let p: f64 = c[3].parse().unwrap();
            assert!((0.0..=1.0).contains(&p));
            c[4].parse::<u64>().unwrap();
            assert_eq!(c[2] == "linked", c[1].len() == 32, "{c:?}");
            assert!(["linked", "ambiguous", "no_link"].contains(&c[2].as_str()));
            if c[2] == "linked" {
                assert_eq!(by_id.insert(c[1].clone(), c[0].clone()), None);
            }
        }
        linked.push(by_id);

        let crosswalk_file = format!("r/crosswalk-{party}.csv");
        let (refs_file, out) = (format!("{party}.refs.csv"), format!("{party}-links.csv"));
        dir.ok(&["resolve", &crosswalk_file, "--refs", &refs_file, "-o", &out]);
        let resolved = rows(&dir.read(&out), RESOLVED);
        assert_eq!(resolved.len(), crosswalk.len());
        for (r, c) in resolved.iter().zip(&crosswalk) {
            assert_eq!(&r[1], ids[&r[0]]);
            let mut without = r.clone();
            without.remove(1);
            assert_eq!(&without, c);
        }
    }
    // The link ids of the two crosswalks join to exactly the links.
    assert!(linked[0].keys().eq(linked[1].keys()));
    let joined: BTreeSet<_> = linked[0]
        .iter()
        .map(|(id, a)| (a, &linked[1][id]))
        .collect();
    assert_eq!(joined, links.iter().map(|l| (&l[1], &l[3])).collect());
}

#[test]
fn k12_demo_data() {
    let dir = k12_demo("k12");
    check_results(&dir, ["district", "college"]);
    let score = score(
        &dir,
        ["district", "college"],
        &testdata("k12-demo/truth.csv"),
    );
    assert_eq!(score["true_pairs"], 1230);
    let links = rows(&dir.read("r/links.csv"), LINKS).len();
    assert_eq!(score["decided"]["links"], links);
    let names = [
        "college-links.csv",
        "college.refs.csv",
        "college.rejects.csv",
        "college.tokens",
        "district-links.csv",
        "district.refs.csv",
        "district.rejects.csv",
        "district.tokens",
        "k",
        "p.toml",
        "r/crosswalk-college.csv",
        "r/crosswalk-college.json",
        "r/crosswalk-district.csv",
        "r/crosswalk-district.json",
        "r/links.csv",
        "r/pairs.csv",
        "r/report.json",
    ];
    assert_eq!(dir.names(), names);
}

#[test]
fn febrl_data() {
    let dir = link(["a", "b"], ["febrl4/a.csv", "febrl4/b.csv"], "k12");
    check_results(&dir, ["a", "b"]);
    let score = score(&dir, ["a", "b"], &testdata("febrl4/truth.csv"));
    assert_eq!(score["true_pairs"], 5000);
}

#[test]
fn classic_schema() {
    let dir = k12_demo("clk");
    check_results(&dir, ["district", "college"]);
    let links = rows(&dir.read("r/links.csv"), LINKS);
    assert!(!links.is_empty() && links.iter().all(|l| l[5] == "clk"));
}

#[test]
fn inspect_says_what_a_token_file_is() {
    let dir = Dir::with_project();
    dir.encode("t.csv", "a");
    dir.encode("t.csv", "b");
    let inspect = |party: &str| -> Value {
        let file = format!("{party}.tokens");
        dir.ok(&["inspect", &file, "--json"]).json()
    };
    let (a, b) = (inspect("a"), inspect("b"));
    assert_eq!(a["format"], "blindlink-tokens-1");
    assert_eq!((&a["party"], &b["party"]), (&"a".into(), &"b".into()));
    assert_eq!((&a["records"], &a["round"]), (&2.into(), &"1".into()));
    for same in ["project", "schema", "key_check", "normalisation", "columns"] {
        assert_eq!(a[same], b[same], "{same}");
    }
    let hash = blake3::hash(&dir.bytes("a.tokens")).to_hex();
    assert_eq!(a["blake3"], hash.as_str());
    let text = dir.ok(&["inspect", "a.tokens"]).out;
    for key in ["project", "schema", "key_check", "blake3"] {
        assert!(text.contains(a[key].as_str().unwrap()), "{key}");
    }
    for column in a["columns"].as_array().unwrap() {
        let line = format!(
            "{}, {} bytes",
            column["name"].as_str().unwrap(),
            column["bytes"]
        );
        assert!(text.contains(&line), "{line}");
    }
}

#[test]
fn demo_runs_by_itself() {
    let dir = Dir::new();
    let done = dir.ok(&["demo"]);
    for text in [
        "precision",
        "recall",
        "as decided",
        "1230 true pairs",
        "2000 rows",
    ] {
        assert!(done.out.contains(text), "{text}: {}", done.out);
    }
    assert!(dir.names().is_empty());
    let done = dir.ok(&["demo", "--out", "d"]);
    assert!(done.out.contains("Every file is in d"));
    let expected = [
        "college-links.csv",
        "college.csv",
        "college.refs.csv",
        "college.rejects.csv",
        "district-links.csv",
        "district.csv",
        "district.refs.csv",
        "district.rejects.csv",
        "linkage.key",
        "operator/college.tokens",
        "operator/district.tokens",
        "operator/results/crosswalk-college.csv",
        "operator/results/crosswalk-college.json",
        "operator/results/crosswalk-district.csv",
        "operator/results/crosswalk-district.json",
        "operator/results/links.csv",
        "operator/results/pairs.csv",
        "operator/results/report.json",
        "project.toml",
        "truth.csv",
    ];
    assert_eq!(dir.names(), expected.map(|n| format!("d/{n}")));
}

#[test]
fn the_threshold_can_be_raised() {
    let dir = k12_demo("k12");
    let tokens = "match district.tokens college.tokens --project p.toml";
    dir.line(&format!("{tokens} -o high --threshold 0.99"));
    let high = rows(&dir.read("high/links.csv"), LINKS);
    assert!(high.len() < rows(&dir.read("r/links.csv"), LINKS).len());
    for link in &high {
        assert!(link[4].parse::<f64>().unwrap() >= 0.99, "{link:?}");
    }
    // `--json` prints the report that is also written.
    let done = dir.line(&format!("{tokens} -o json --json"));
    assert_eq!(done.out, dir.read("json/report.json"));
}
