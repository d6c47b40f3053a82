//! `match --approximate`: most pairs of a classic schema, and what the report says of them.

use serde_json::Value;

use crate::happy::{encode, k12_demo};
use crate::harness::{Dir, KEY};

const MATCH: [&str; 6] = [
    "match",
    "district.tokens",
    "college.tokens",
    "--project",
    "p.toml",
    "--force",
];

/// Token files of 4,000 made-up students a party in the schema `clk`.
fn clk() -> Dir {
    let dir = Dir::new();
    dir.ok(&["synth", "--records", "4000", "--seed", "3", "-o", "s"]);
    dir.project("p.toml", &["district", "college"], "clk");
    dir.key("k", &KEY);
    for party in ["district", "college"] {
        encode(&dir, &format!("s/{party}.csv"), party, &[]);
    }
    dir
}

fn matched(dir: &Dir, out: &str, more: &[&str]) -> (Value, String) {
    let done = dir.ok(&[&MATCH[..], &["-o", out], more].concat());
    let report: Value = serde_json::from_str(&dir.read(&format!("{out}/report.json"))).unwrap();
    (report["pairs"][0]["passes"][0].clone(), done.err)
}

#[test]
fn most_pairs_are_found_and_the_report_says_how_many() {
    let dir = clk();
    let (all, said) = matched(&dir, "all", &[]);
    assert!(all.get("approximate").is_none() && !said.contains("of the pairs found"));
    let (most, said) = matched(&dir, "most", &["--approximate", "0.99"]);
    let (kept, of) = (
        most["kept"].as_f64().unwrap(),
        all["kept"].as_f64().unwrap(),
    );
    assert!(
        of > 1000.0 && kept < of && kept >= 0.97 * of,
        "{kept} of {of}"
    );
    assert_eq!(most["candidates"], all["candidates"]);
    let search = &most["approximate"];
    let number = |name: &str| search[name].as_f64().unwrap();
    let (low, high) = (number("recall_low"), number("recall_high"));
    assert!(low < number("recall") && number("recall") < high && high <= 1.0);
    assert!(low > 0.97 && high - low < 0.03, "{search}");
    // A part of the records is the sample; what it says holds for all.
    let records = search["sampled_records"].as_u64().unwrap();
    assert!((1000..4000).contains(&records), "{search}");
    let pairs = search["sampled_pairs"].as_u64().unwrap();
    assert!(pairs > 500 && pairs < all["kept"].as_u64().unwrap());
    let recall = kept / of;
    assert!(
        low - 0.005 <= recall && recall <= high + 0.005,
        "{recall}: {search}"
    );
    assert!(number("tables") > 1.0 && number("bits") > 1.0);
    assert!(number("compared") < number("met"));
    assert!(said.contains("% of the pairs found"), "{said}");
    assert!(!said.contains("were asked for"), "{said}");

    let files = ["links.csv", "pairs.csv", "report.json"].map(|f| dir.bytes(&format!("most/{f}")));
    for threads in ["1", "2"] {
        matched(
            &dir,
            "again",
            &["--approximate", "0.99", "--threads", threads],
        );
        for (name, bytes) in ["links.csv", "pairs.csv", "report.json"].iter().zip(&files) {
            assert!(dir.bytes(&format!("again/{name}")) == *bytes, "{name}");
        }
    }
    // A match that goes on says the same: one that could not name its results.
    std::fs::create_dir_all(dir.path("late/links.csv/in-the-way")).unwrap();
    let options = ["--approximate", "0.99", "--memory", "64MiB"];
    let late = [&MATCH[..], &["-o", "late"], &options].concat();
    assert_eq!(dir.run(&late).code, 1);
    std::fs::remove_dir_all(dir.path("late/links.csv")).unwrap();
    let (resumed, _) = matched(&dir, "late", &[&options[..], &["--resume"]].concat());
    assert_eq!(&resumed["approximate"], search);
    for (name, bytes) in ["links.csv", "pairs.csv", "report.json"].iter().zip(&files) {
        assert!(dir.bytes(&format!("late/{name}")) == *bytes, "{name}");
    }
    for share in ["0.5", "1", "0", "-0.9", "NaN", "99"] {
        let option = format!("--approximate={share}");
        let args = [&MATCH[..], &["-o", "r", &option]].concat();
        dir.fails(&args, 2, &["above 0.5 and below 1"]);
    }
}

#[test]
fn a_schema_of_blocks_has_nothing_to_approximate() {
    let dir = k12_demo("k12");
    let args = [&MATCH[..], &["-o", "other", "--approximate", "0.99"]].concat();
    dir.fails(&args, 2, &["the schema `k12`", "leave out --approximate"]);
}
