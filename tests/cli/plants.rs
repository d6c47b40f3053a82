//! Planted people: mixed in by the owners, matched by an operator who cannot tell, scored by the custodian.

use crate::custody::{AGREEMENT, agree, entries};
use crate::harness::{CROSSWALK, Dir, KEY, REFS, encode_args, rows, testdata};

/// Plants for `parties` in `plants/`, born when the students of the demonstration are.
fn plant(dir: &Dir, together: &str, apart: &str) {
    let args = [
        "plants",
        "new",
        "--project",
        "p.toml",
        "--born",
        "2004..2008",
        "-o",
        "plants",
    ];
    dir.ok(&[&args[..], &["--together", together, "--apart", apart]].concat());
}

/// Encodes `table` as `party` with its plants, and more options.
fn encode(dir: &Dir, table: &str, party: &str, more: &[&str]) -> String {
    let (out, plants) = (
        format!("{party}.tokens"),
        format!("plants/plants-{party}.csv"),
    );
    let args = encode_args(table, party, &out);
    dir.ok(&[&args[..], &["--plants", &plants], more].concat())
        .err
}

/// Resolves the crosswalk of `party` in `r` into `PARTY-links.csv` and `found-PARTY.csv`.
fn resolve(dir: &Dir, party: &str) -> String {
    let name = |pattern: &str| pattern.replace('*', party);
    let (crosswalk, refs) = (name("r/crosswalk-*.csv"), name("*.refs.csv"));
    let (out, found) = (name("*-links.csv"), name("found-*.csv"));
    dir.ok(&[
        "resolve",
        &crosswalk,
        "--refs",
        &refs,
        "-o",
        &out,
        "--plants-out",
        &found,
    ])
    .err
}

fn score(dir: &Dir, found: &[&str]) -> serde_json::Value {
    let args = ["plants", "score", "--json", "--truth", "plants/truth.csv"];
    let done = dir.ok(&[&args[..], found].concat());
    serde_json::from_str(&done.out).unwrap()
}

/// The made-up students of the demonstration, with 80 pairs to link and 80 not to.
fn matched() -> Dir {
    let dir = Dir::new();
    dir.project("p.toml", &["district", "college"], "k12");
    dir.key("k", &KEY);
    plant(&dir, "80", "80");
    for party in ["district", "college"] {
        let table = testdata(&format!("k12-demo/{party}.csv"));
        let said = encode(&dir, &table, party, &[]);
        assert!(
            said.contains("2000 rows read, 2000 records encoded"),
            "{said}"
        );
        assert!(said.contains("160 planted people mixed in"), "{said}");
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
    let s = score(&dir, &["found-district.csv", "found-college.csv"]);
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
        .ok(&[
            "plants",
            "score",
            "--truth",
            "plants/truth.csv",
            "found-college.csv",
            "found-district.csv",
        ])
        .out;
    assert!(
        text.contains("must be linked") && text.contains(" of 80 linked, "),
        "{text}"
    );

    // A dishonest operator links what does not belong together: it is seen.
    let found = dir.read("found-college.csv");
    dir.write("found-college.csv", found.replace(",linked", ",no_link"));
    let s = score(&dir, &["found-district.csv", "found-college.csv"]);
    assert_eq!(s["together"]["linked"], 0);
    assert!(s["to_records"].as_u64().unwrap() >= 60, "{s}");
    dir.fails(
        &[
            "plants",
            "score",
            "--truth",
            "plants/truth.csv",
            "found-college.csv",
        ],
        4,
        &["both parties"],
    );
}

#[test]
fn everything_else_goes_on_as_without_them() {
    let dir = matched();
    // Rehearsals: no link of a planted record is counted, right or wrong.
    let truth = testdata("k12-demo/truth.csv");
    let args = [
        "evaluate",
        "r",
        "--refs",
        "district.refs.csv",
        "--refs",
        "college.refs.csv",
    ];
    let done = dir.ok(&[&args[..], &["--truth", &truth, "--json"]].concat());
    let with: serde_json::Value = serde_json::from_str(&done.out).unwrap();
    assert!(
        with["decided"]["precision"].as_f64().unwrap() > 0.9,
        "{with}"
    );
    let links = dir.read("r/links.csv").lines().count() as u64 - 1;
    assert!(with["decided"]["links"].as_u64().unwrap() < links, "{with}");

    // Rates by group are those of students alone.
    let table = testdata("k12-demo/district.csv");
    let resolve = [
        "resolve",
        "r/crosswalk-district.csv",
        "--refs",
        "district.refs.csv",
        "-o",
        "by.csv",
    ];
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
    plant(&dir, "30", "8");
    dir.ok(&[
        "synth",
        "--parties",
        "3",
        "--records",
        "600",
        "--seed",
        "2",
        "-o",
        "s",
    ]);
    let parties = [("a", "district"), ("b", "college"), ("c", "party-3")];
    for (party, table) in parties {
        encode(&dir, &format!("s/{table}.csv"), party, &[]);
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
    let all = score(&dir, &["found-a.csv", "found-b.csv", "found-c.csv"]);
    assert_eq!(all["together"]["pairs"], 90);
    assert!(all["together"]["linked"].as_u64().unwrap() >= 60, "{all}");
    assert!(all["to_records"].as_u64().unwrap() <= 9, "{all}");
    let two = score(&dir, &["found-a.csv", "found-b.csv"]);
    assert_eq!(
        (&two["together"]["pairs"], &two["not_scored"]),
        (&30.into(), &76.into())
    );
    // Links with the party of which nothing was heard are no links to strangers.
    assert!(two["to_records"].as_u64().unwrap() <= 9, "{two}");
}

#[test]
fn plants_of_others_and_ids_that_feign_them_are_refused() {
    let dir = Dir::with_project();
    plant(&dir, "3", "3");
    let with = |plants: &str, code: i32, texts: &[&str]| {
        let args = encode_args("t.csv", "a", "x.tokens");
        dir.fails(&[&args[..], &["--plants", plants]].concat(), code, texts);
    };
    with(
        "plants/plants-b.csv",
        4,
        &["those of party `b`, not of `a`", "plants-a.csv"],
    );
    with(
        "t.csv",
        3,
        &["t.csv:2", "expected the id of a planted person"],
    );
    let own = dir.read("plants/plants-a.csv");
    let row = own.lines().nth(1).unwrap();
    dir.write("twice.csv", format!("{own}{row}\n"));
    with("twice.csv", 3, &["stands in the file twice"]);
    let args = encode_args("t.csv", "a", "x.tokens");
    let decoys = ["--plants", "plants/plants-a.csv", "--decoys"];
    dir.fails(&[&args[..], &decoys].concat(), 2, &["--decoys"]);

    let table = dir.read("t.csv");
    dir.write("t.csv", table.replace("72,", "blindlink-plant-a-00000001,"));
    dir.encode_fails("t.csv", 3, &["t.csv:3", "the form of a planted person's"]);

    dir.fails(
        &[
            "resolve",
            "t.csv",
            "--refs",
            "t.csv",
            "-o",
            "o.csv",
            "--plants-out",
            "o.csv",
        ],
        2,
        &["two outputs"],
    );
    let new = ["plants", "new", "--project", "p.toml", "-o", "plants"];
    let years = ["--born", "2004..2008"];
    dir.fails(&[&new[..], &["--together", "2"]].concat(), 2, &["--cohort"]);
    dir.fails(&[&new[..], &years].concat(), 2, &["--together"]);
    dir.fails(
        &[&new[..], &years, &["--apart", "1"]].concat(),
        1,
        &["it exists already"],
    );
    dir.ok(&[
        &new[..],
        &["--cohort", "2023..2025", "--apart", "1", "--force", "-q"],
    ]
    .concat());
    assert_eq!(dir.read("plants/truth.csv").lines().count(), 2);
}

/// Records without a column for something, and planted people with it, would tell these apart.
#[test]
fn they_lack_what_the_table_lacks() {
    let dir = Dir::new();
    dir.project("p.toml", &["a", "b"], "k12");
    let text = dir.read("p.toml");
    let (head, _) = text.split_once("[schema]").unwrap();
    let schema = "[schema]\nname = \"gaps\"\n[[schema.pass]]\nname = \"day\"\nblock = [\"birthdate\"]\n\
                  [[schema.pass.filter]]\nname = \"names\"\nof = [\"first\", \"last\"]\nbits = 512\nlayers = 2\n\
                  [[schema.pass.filter]]\nname = \"gender\"\nof = [\"gender\"]\nbits = 64\n";
    dir.write("p.toml", format!("{head}{schema}"));
    dir.key("k", &KEY);
    dir.write("t.csv", crate::harness::TABLE);
    plant(&dir, "20", "0");
    encode(&dir, "t.csv", "a", &[]);
    let rows_of = dir.ok(&["inspect", "a.tokens"]).out;
    assert!(rows_of.contains("records        2"), "{rows_of}");
    let file = blindlink::token::TokenFile::open(&dir.path("a.tokens")).unwrap();
    let gender = file
        .columns()
        .iter()
        .position(|(name, _)| name == "day.gender")
        .unwrap();
    let mut there = 0;
    file.each_row(&[gender + 1], |_, values| {
        there += usize::from(values[0].is_some());
        Ok(())
    })
    .unwrap();
    assert_eq!(there, 0, "only planted people have a gender");
}

#[test]
fn files_of_planted_people_are_in_the_disclosure_log() {
    let dir = Dir::with_project();
    agree(&dir, "p.toml", AGREEMENT);
    plant(&dir, "3", "2");
    for party in ["a", "b"] {
        encode(&dir, "t.csv", party, &[]);
    }
    let link = "match a.tokens b.tokens --project p.toml -o r";
    dir.ok(&link.split(' ').collect::<Vec<_>>());
    let line = "resolve r/crosswalk-a.csv --refs a.refs.csv -o links.csv --plants-out found.csv --project p.toml";
    dir.ok(&line.split(' ').collect::<Vec<_>>());
    let text = dir.read("p.log.jsonl");
    let log = entries(&text);
    let files = [
        ("plants/plants-a.csv", "plants", Some("a")),
        ("plants/plants-b.csv", "plants", Some("b")),
        ("plants/truth.csv", "plants-truth", None),
        ("found.csv", "plants-found", Some("a")),
    ];
    for (path, kind, party) in files {
        let bytes = dir.bytes(path);
        let hash = blake3::hash(&bytes).to_string();
        let entry = log.iter().find(|e| e["file"]["blake3"] == hash).unwrap();
        assert_eq!(entry["action"], "made", "{path}");
        assert_eq!(entry["file"]["kind"], kind, "{path}");
        assert_eq!(entry["party"].as_str(), party, "{path}");
        let rows = bytes.iter().filter(|b| **b == b'\n').count() as u64 - 1;
        assert_eq!(entry["rows"], rows, "{path}");
        assert_eq!(entry["elements"].as_array().unwrap().len(), 0, "{path}");
        assert!(entry["note"].as_str().unwrap().contains("no student"));
    }
    // New ones take the place of these.
    let again = "plants new --project p.toml --born 2004..2008 --apart 1 -o plants --force -q";
    dir.ok(&again.split(' ').collect::<Vec<_>>());
    let text = dir.read("p.log.jsonl");
    assert_eq!(text.matches("\"note\":\"replaced\"").count(), 3);
    // A log that is not as it was is found out before anything is written.
    let before = dir.read("plants/truth.csv");
    dir.write("p.log.jsonl", text.replacen("MOU-7", "MOU-8", 50));
    dir.fails(
        &again.split(' ').collect::<Vec<_>>(),
        3,
        &["the last entry was changed"],
    );
    assert_eq!(dir.read("plants/truth.csv"), before);
}
