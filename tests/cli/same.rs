//! What must not depend on threads, order of rows or order of files, and what must differ.

use std::collections::BTreeMap;

use crate::happy::{encode, k12_demo};
use crate::harness::{Dir, KEY, LINKS, REFS, RESULTS, rows, testdata};

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let dir = Dir::new();
    dir.project("p.toml", &["district", "college"], "k12");
    dir.key("k", &KEY);
    let mut first: Option<BTreeMap<String, Vec<u8>>> = None;
    for threads in ["1", "2", "7"] {
        let more = ["--threads", threads, "--test-seed", "3", "--force"];
        let mut files = BTreeMap::new();
        for party in ["district", "college"] {
            encode(
                &dir,
                &testdata(&format!("k12-demo/{party}.csv")),
                party,
                &more,
            );
            for kind in ["tokens", "refs.csv", "rejects.csv"] {
                let name = format!("{party}.{kind}");
                files.insert(name.clone(), dir.bytes(&name));
            }
        }
        dir.ok(&[
            "match",
            "district.tokens",
            "college.tokens",
            "--project",
            "p.toml",
            "-o",
            "r",
            "--threads",
            threads,
            "--force",
        ]);
        for name in RESULTS {
            files.insert(name.to_owned(), dir.bytes(&format!("r/{name}")));
        }
        let first = first.get_or_insert_with(|| files.clone());
        for (name, bytes) in &files {
            assert!(&first[name] == bytes, "{name} differs at {threads} threads");
        }
    }
}

#[test]
fn any_instruction_set_gives_the_same_bytes() {
    use blindlink::matcher::compare::kernel::Tier;
    for schema in ["k12", "clk"] {
        let dir = k12_demo(schema);
        let mut first: Option<Vec<Vec<u8>>> = None;
        for tier in Tier::available() {
            let tokens = ["district.tokens", "college.tokens", "--project", "p.toml"];
            let how = ["-o", "tiers", "--force", "--instructions", tier.name()];
            dir.ok(&[&["match"], &tokens[..], &how].concat());
            let bytes = |name: &&str| dir.bytes(&format!("tiers/{name}"));
            let files: Vec<Vec<u8>> = RESULTS.iter().map(bytes).collect();
            let first = first.get_or_insert_with(|| files.clone());
            assert!(
                *first == files,
                "{schema}: {} gives other bytes",
                tier.name()
            );
        }
        let unknown = ["--instructions", "mmx", "-o", "x"];
        let tokens = [
            "match",
            "district.tokens",
            "college.tokens",
            "--project",
            "p.toml",
        ];
        dir.fails(
            &[&tokens[..], &unknown].concat(),
            2,
            &["no such instruction set", "portable"],
        );
    }
}

#[test]
fn the_order_of_the_token_files_does_not_count() {
    let dir = k12_demo("k12");
    dir.ok(&[
        "match",
        "college.tokens",
        "district.tokens",
        "--project",
        "p.toml",
        "-o",
        "turned",
    ]);
    for name in RESULTS {
        let (a, b) = (
            dir.bytes(&format!("r/{name}")),
            dir.bytes(&format!("turned/{name}")),
        );
        assert!(a == b, "{name}");
    }
}

/// The links in `r` by student ids, with their probabilities.
fn links_by_id(dir: &Dir) -> BTreeMap<(String, String), String> {
    let ids = |party: &str| -> BTreeMap<String, String> {
        let refs = rows(&dir.read(&format!("{party}.refs.csv")), REFS);
        refs.into_iter()
            .map(|r| (r[0].clone(), r[1].clone()))
            .collect()
    };
    let (district, college) = (ids("district"), ids("college"));
    rows(&dir.read("r/links.csv"), LINKS)
        .into_iter()
        .map(|l| {
            (
                (district[&l[1]].clone(), college[&l[3]].clone()),
                l[4].clone(),
            )
        })
        .collect()
}

/// Neither the order of the rows nor the refs drawn for them decide a link.
#[test]
fn the_order_of_the_rows_does_not_count() {
    let expected = links_by_id(&k12_demo("k12"));
    assert!(expected.len() > 1000);
    let dir = Dir::new();
    dir.project("p.toml", &["district", "college"], "k12");
    dir.key("k", &KEY);
    for party in ["district", "college"] {
        let text = std::fs::read_to_string(testdata(&format!("k12-demo/{party}.csv"))).unwrap();
        let (header, body) = text.split_once('\n').unwrap();
        let mut lines: Vec<&str> = body.lines().collect();
        lines.sort_unstable_by_key(|line| *blake3::hash(line.as_bytes()).as_bytes());
        let name = format!("{party}.csv");
        dir.write(&name, format!("{header}\n{}\n", lines.join("\n")));
        encode(&dir, &name, party, &[]);
    }
    dir.ok(&[
        "match",
        "district.tokens",
        "college.tokens",
        "--project",
        "p.toml",
        "-o",
        "r",
    ]);
    assert_eq!(links_by_id(&dir), expected);
}

#[test]
fn two_encodings_share_neither_refs_nor_order() {
    let dir = Dir::new();
    dir.project("p.toml", &["district", "college"], "k12");
    dir.key("k", &KEY);
    let table = testdata("k12-demo/district.csv");
    let mut runs = Vec::new();
    for _ in 0..2 {
        encode(&dir, &table, "district", &["--force"]);
        let refs = rows(&dir.read("district.refs.csv"), REFS);
        let mut by_ref: Vec<(String, String)> = refs
            .into_iter()
            .map(|r| (r[0].clone(), r[1].clone()))
            .collect();
        // A token file is sorted by ref.
        by_ref.sort_unstable();
        runs.push(by_ref);
    }
    let (one, two) = (&runs[0], &runs[1]);
    assert_eq!(one.len(), two.len());
    assert!(!one.iter().any(|(r, _)| two.iter().any(|(s, _)| r == s)));
    let order = |run: &[(String, String)]| -> Vec<String> {
        run.iter().map(|(_, id)| id.clone()).collect()
    };
    let in_place = order(one)
        .iter()
        .zip(&order(two))
        .filter(|(a, b)| a == b)
        .count();
    assert!(
        in_place < 20,
        "{in_place} of {} records kept their place",
        one.len()
    );
}
