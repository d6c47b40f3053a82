//! `evaluate --clear`: the price of encoding.

use serde_json::Value;

use crate::harness::Dir;

const CLEAR: [&str; 6] = [
    "evaluate",
    "--clear",
    "s/district.csv",
    "s/college.csv",
    "--truth",
    "s/truth.csv",
];

/// With 2,000 made-up students a party in `s`.
fn synth() -> Dir {
    let dir = Dir::new();
    dir.ok(&["synth", "--records", "2000", "-o", "s", "-q"]);
    dir
}

#[test]
fn both_links_are_scored_and_nothing_is_left() {
    let dir = synth();
    let before = dir.files();
    let done = dir.ok(&[&CLEAR[..], &["--json", "-q"]].concat());
    assert!(done.err.contains("names and birthdates of both parties"));
    let all: Value = serde_json::from_str(&done.out).unwrap();
    let number = |path: &str| all.pointer(path).and_then(Value::as_f64).unwrap();
    for link in ["encoded", "clear"] {
        assert!(number(&format!("/{link}/decided/f1")) > 0.9, "{all}");
        let best = number(&format!("/{link}/best/f1"));
        assert!(best >= number(&format!("/{link}/decided/f1")), "{all}");
    }
    for measure in ["precision", "recall", "f1"] {
        let of = |link: &str| number(&format!("/{link}/decided/{measure}"));
        let cost = number(&format!("/cost/{measure}"));
        assert!((of("clear") - of("encoded") - cost).abs() < 1e-9, "{all}");
    }
    let truth = dir.read("s/truth.csv").lines().count() - 1;
    assert_eq!(all["clear"]["true_pairs"], truth);
    assert_eq!(
        (&all["schema"], &all["duplicates"]),
        (&"k12".into(), &false.into())
    );
    // The link in clear has no chance in it: the same numbers again, as text.
    let text = dir.ok(&CLEAR).out;
    let rows: Vec<&str> = text
        .lines()
        .map(|l| l.get(..24).unwrap_or(l).trim())
        .collect();
    assert_eq!(
        rows[..4],
        ["", "encoded", "in clear", "cost of encoding"],
        "{text}"
    );
    let clear: Vec<&str> = text.lines().nth(2).unwrap()[24..]
        .split_whitespace()
        .collect();
    let decided = &all["clear"]["decided"];
    let shown = |v: &Value| format!("{:.4}", v.as_f64().unwrap());
    assert_eq!(clear[2], shown(&decided["f1"]));
    assert_eq!(clear[3], decided["links"].to_string());
    assert_eq!(clear[5], shown(&all["clear"]["best"]["f1"]));
    assert_eq!(dir.files(), before);
}

/// In both links: records of one person are linked, each with its partner.
#[test]
fn duplicates_raise_recall() {
    let dir = synth();
    let json = |more: &[&str]| -> Value {
        let done = dir.ok(&[&CLEAR[..], &["--json"], more].concat());
        serde_json::from_str(&done.out).unwrap()
    };
    let (without, with) = (json(&[]), json(&["--duplicates"]));
    assert_eq!(with["duplicates"], true);
    for link in ["encoded", "clear"] {
        let recall = |all: &Value| all[link]["decided"]["recall"].as_f64().unwrap();
        assert!(recall(&with) > recall(&without) + 0.005, "{link}");
    }
}

/// Names equal throughout and birthdates equal: nothing for encoding to cost.
#[test]
fn clean_data_cost_nothing() {
    let dir = Dir::new();
    let name = |i: u32| {
        format!(
            "{}{}",
            ["ZA", "QE", "VI", "WO"][i as usize % 4],
            "XYZQ".repeat(1 + i as usize / 4 % 3)
        )
    };
    let mut table = "student_id,first_name,last_name,birthdate\n".to_owned();
    let mut truth = "a,b\n".to_owned();
    for i in 0..300u32 {
        let date = format!("{}-{:02}-{:02}", 2000 + i % 9, 1 + i % 12, 1 + i % 28);
        table += &format!("{i},{},{}{},{date}\n", name(i), name(i / 7), name(i / 31));
        truth += &format!("{i},{i}\n");
    }
    dir.write("a.csv", &table);
    dir.write("truth.csv", &truth);
    let args = [
        "evaluate",
        "--clear",
        "a.csv",
        "a.csv",
        "--truth",
        "truth.csv",
        "--json",
    ];
    let all: Value = serde_json::from_str(&dir.ok(&args).out).unwrap();
    for link in ["encoded", "clear"] {
        assert!(all[link]["decided"]["f1"].as_f64().unwrap() > 0.99, "{all}");
    }
}

#[test]
fn forms_are_not_mixed() {
    let dir = synth();
    let clear = |more: &[&str], texts: &[&str]| {
        dir.fails(&[&CLEAR[..], more].concat(), 2, texts);
    };
    clear(&["results"], &["cannot be used with", "--clear"]);
    clear(
        &["--refs", "a.refs.csv"],
        &["cannot be used with", "--refs"],
    );
    clear(&["--schema", "k13"], &["there is no schema `k13`"]);
    clear(&["--map", "family=x"], &["no field of that name"]);
    let results = [
        "evaluate", "r", "--refs", "a", "--refs", "b", "--truth", "t",
    ];
    for more in [
        &["--schema", "k12"][..],
        &["--map", "id=x"],
        &["--date-format", "iso"],
        &["--delimiter", "comma"],
        &["--duplicates"],
    ] {
        dir.fails(&[&results[..], more].concat(), 2, &["cannot be used with"]);
        // Nor by themselves.
        let alone = [&["evaluate", "--truth", "t"][..], more].concat();
        dir.fails(&alone, 2, &["required arguments"]);
    }
    dir.fails(&["evaluate", "--truth", "t"], 2, &["--refs", "<RESULTS>"]);
    dir.fails(&CLEAR[..4], 2, &["--truth"]);
    let one = ["evaluate", "--clear", "a.csv", "--truth", "t"];
    dir.fails(&one, 2, &["2 values", "--clear"]);
}

#[test]
fn bad_tables_and_truths() {
    let dir = synth();
    let with = |table: &str, truth: &str, code, texts: &[&str]| {
        let args = [
            "evaluate",
            "--clear",
            "s/district.csv",
            table,
            "--truth",
            truth,
        ];
        dir.fails(&args, code, texts);
    };
    dir.write(
        "t.csv",
        "first_name,last_name,birthdate\nZzyzxa,Qwert,2006-03-14\n",
    );
    with("t.csv", "s/truth.csv", 3, &["t.csv:1:", "id"]);
    dir.write(
        "n.csv",
        "student_id,first_name,last_name,birthdate\n71,,,2006-03-14\n",
    );
    with("n.csv", "s/truth.csv", 3, &["n.csv:", "none of its rows"]);
    dir.write(
        "twice.csv",
        "student_id,first_name,last_name,birthdate\n71,Zz,Qwert,2006-03-14\n71,Vv,Asdf,2006-03-15\n",
    );
    let twice = ["twice.csv:3:", "every student id once"];
    with("twice.csv", "s/truth.csv", 3, &twice);
    with("none.csv", "s/truth.csv", 1, &["none.csv"]);
    dir.write("one.csv", "id\n1\n");
    with("s/college.csv", "one.csv", 3, &["one.csv:1", "two columns"]);
    dir.write("empty.csv", "a,b\n");
    with(
        "s/college.csv",
        "empty.csv",
        3,
        &["the truth holds no pair"],
    );
    dir.write("other.csv", "a,b\nno,body\n");
    let other = ["other.csv", "no id of the truth is in the tables"];
    with("s/college.csv", "other.csv", 4, &other);
    let mapped = ["--map", "last=surnam"];
    dir.fails(&[&CLEAR[..], &mapped].concat(), 3, &["s/district.csv:1:"]);
}
