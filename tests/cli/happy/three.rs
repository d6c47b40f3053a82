//! The whole job of three parties, whose people are made up.

use std::collections::{BTreeMap, BTreeSet};

use super::{encode, score};
use crate::harness::{CROSSWALK, Dir, KEY, LINKS, REFS, rows};

const THREE: [&str; 3] = ["district", "college", "party-3"];

/// Three made-up parties, encoded.
fn three_parties() -> Dir {
    let dir = Dir::new();
    let done = dir.line("synth --parties 3 --records 400 --seed 5 -o s");
    assert!(done.err.contains("truth-district-college.csv"));
    dir.project("p.toml", &THREE, "k12");
    dir.key("k", &KEY);
    for party in THREE {
        encode(&dir, &format!("s/{party}.csv"), party, &[]);
    }
    dir
}

#[test]
fn three_parties_are_linked_pair_by_pair() {
    let dir = three_parties();
    dir.line("match party-3.tokens district.tokens college.tokens --project p.toml -o r");
    let links = rows(&dir.read("r/links.csv"), LINKS);
    let of: BTreeSet<_> = links
        .iter()
        .map(|l| (l[0].as_str(), l[2].as_str()))
        .collect();
    let expected = [
        ("college", "party-3"),
        ("district", "college"),
        ("district", "party-3"),
    ];
    assert_eq!(of, BTreeSet::from(expected));
    // A link id is of one pair of parties: two crosswalks have it, each once.
    let mut seen: BTreeMap<String, Vec<BTreeSet<&str>>> = BTreeMap::new();
    for party in THREE {
        let refs = rows(&dir.read(&format!("{party}.refs.csv")), REFS);
        let header = format!("{CROSSWALK},partner");
        let crosswalk = rows(&dir.read(&format!("r/crosswalk-{party}.csv")), &header);
        let lines: BTreeSet<_> = crosswalk.iter().map(|c| (&c[0], c[5].as_str())).collect();
        let partners = THREE.iter().filter(|p| **p != party);
        let complete: BTreeSet<_> = partners
            .flat_map(|partner| refs.iter().map(move |r| (&r[0], *partner)))
            .collect();
        assert_eq!(lines, complete);
        assert_eq!(crosswalk.len(), complete.len());
        for c in crosswalk.iter().filter(|c| c[2] == "linked") {
            let partner = THREE.iter().find(|p| **p == c[5]).unwrap();
            seen.entry(c[1].clone())
                .or_default()
                .push(BTreeSet::from([party, partner]));
        }
    }
    assert_eq!(seen.len(), links.len());
    for pairs in seen.values() {
        assert!(pairs.len() == 2 && pairs[0] == pairs[1]);
    }
    for party in THREE {
        let (crosswalk, out) = (
            format!("r/crosswalk-{party}.csv"),
            format!("{party}.out.csv"),
        );
        dir.line(&format!(
            "resolve {crosswalk} --refs {party}.refs.csv -o {out}"
        ));
        assert_eq!(
            dir.read(&out).lines().count(),
            dir.read(&crosswalk).lines().count()
        );
    }
    // Each pair of parties can be scored from the common results.
    let truth = "s/truth-college-party-3.csv";
    let score = score(&dir, ["college", "party-3"], truth);
    assert!(
        score["decided"]["precision"].as_f64().unwrap() > 0.9,
        "{score}"
    );
}

#[test]
fn only_allowed_pairs_are_linked() {
    let dir = three_parties();
    let text = dir.read("p.toml");
    let all = text.lines().find(|l| l.starts_with("pairs = ")).unwrap();
    let some = "pairs = [[\"college\", \"district\"], [\"party-3\", \"college\"]]";
    dir.edit("p.toml", all, some);
    for party in THREE {
        encode(&dir, &format!("s/{party}.csv"), party, &["--force"]);
    }
    let tokens = THREE.map(|p| format!("{p}.tokens"));
    let mut args = vec!["match", "--project", "p.toml", "-o", "r"];
    args.extend(tokens.iter().map(String::as_str));
    dir.ok(&args);
    let links = rows(&dir.read("r/links.csv"), LINKS);
    let of: BTreeSet<_> = links
        .iter()
        .map(|l| (l[0].as_str(), l[2].as_str()))
        .collect();
    assert_eq!(
        of,
        BTreeSet::from([("college", "district"), ("party-3", "college")])
    );
    // Only the party with two partners has a column for them.
    rows(&dir.read("r/crosswalk-district.csv"), CROSSWALK);
    rows(&dir.read("r/crosswalk-party-3.csv"), CROSSWALK);
    rows(
        &dir.read("r/crosswalk-college.csv"),
        &format!("{CROSSWALK},partner"),
    );
}

#[test]
fn synth_is_the_same_for_the_same_seed() {
    let dir = Dir::new();
    for (out, seed) in [("one", "1"), ("same", "1"), ("other", "2")] {
        dir.ok(&["synth", "--records", "100", "--seed", seed, "-o", out]);
    }
    for file in ["district.csv", "college.csv", "truth.csv"] {
        let [one, same, other] =
            ["one", "same", "other"].map(|d| dir.bytes(&format!("{d}/{file}")));
        assert_eq!(one, same);
        assert_ne!(one, other);
    }
}
