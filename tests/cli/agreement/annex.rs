//! What an agreement is told by: the printed annex, its canonical form, and the receipt beside a crosswalk.

use blindlink::project::Project;

use super::{agreed, edit, in_years};
use crate::harness::{MATCH, resolve_args};

#[test]
fn the_annex_says_all_that_was_agreed() {
    let dir = agreed();
    dir.ok(&["project", "annex", "p.toml", "-o", "annex.html"]);
    let html = dir.read("annex.html");
    let project = Project::parse(&dir.read("p.toml")).unwrap();
    for text in [
        "Technical annex: Zzyzx Pathways",
        "evaluate &lt;the&gt; &quot;transition&quot; programme",
        "text of the parties, not legal advice",
        "Qwerty Institute",
        "w@example.org",
        "a with b",
        &in_years(1),
        "Last or Surname (000172)",
        "name-year-month.gender",
        &project.fingerprint.to_string(),
        &project.schema.fingerprint.to_string(),
        "<svg ",
        "<title id=",
        "34 CFR 99.33",
        "custodian: Nowhere County, date",
        "Each round has keys, refs and link ids of its own",
        dir.read("custodian.pub").trim(),
    ] {
        assert!(html.contains(text), "{text}");
    }
    assert!(html.contains("<html lang=\"en\">") && html.contains("scope=\"col\""));
    assert!(!html.contains("<script") && !html.contains("//"));
    dir.fails(
        &["project", "annex", "p.toml", "-o", "annex.html"],
        1,
        &["it exists already"],
    );
    edit(&dir, "# stable_link_ids", "stable_link_ids");
    dir.ok(&["project", "annex", "p.toml", "-o", "annex.html", "--force"]);
    let html = dir.read("annex.html");
    assert!(html.contains("the operator can join rounds"));
    assert!(!html.contains("a random ref"));
}

#[test]
fn the_canonical_form_is_what_the_fingerprint_is_of() {
    let dir = agreed();
    let done = dir.ok(&["project", "show", "p.toml", "--canonical"]);
    let shown = dir.ok(&["project", "show", "p.toml"]).out;
    assert!(shown.contains(blake3::hash(done.out.as_bytes()).to_hex().as_str()));
    assert!(shown.contains("MOU-7") && shown.contains("new in every round"));
}

#[test]
fn a_receipt_beside_a_crosswalk_is_written_and_checked() {
    let dir = agreed();
    for party in ["a", "b"] {
        dir.encode("t.csv", party);
    }
    dir.ok(&MATCH);
    let project = Project::parse(&dir.read("p.toml")).unwrap();
    let text = dir.read("r/crosswalk-a.json");
    let receipt = dir.json("r/crosswalk-a.json");
    let crosswalk = dir.bytes("r/crosswalk-a.csv");
    assert_eq!(receipt["format"], "blindlink-receipt-1");
    assert_eq!(receipt["project"], project.fingerprint.to_string());
    assert_eq!(receipt["round"], "1");
    assert_eq!(receipt["party"], "a");
    assert_eq!(receipt["file"]["name"], "crosswalk-a.csv");
    assert_eq!(receipt["file"]["rows"], 2);
    assert_eq!(
        receipt["file"]["blake3"],
        blake3::hash(&crosswalk).to_hex().as_str()
    );
    assert_eq!(receipt["destroy_by"], in_years(1));
    assert!(receipt["notice"].as_str().unwrap().contains("34 CFR 99.33"));

    let with = |out: &'static str, more: &[&'static str]| [&resolve_args(out)[..], more].concat();
    dir.ok(&with("1.csv", &["--project", "p.toml"]));
    dir.project("other.toml", &["a", "b"], "k12");
    dir.fails(
        &with("2.csv", &["--project", "other.toml"]),
        4,
        &["crosswalk-a.csv: the receipt beside it is of project"],
    );
    let changed = String::from_utf8(crosswalk.clone())
        .unwrap()
        .replace("linked", "no_link");
    dir.write("r/crosswalk-a.csv", changed);
    dir.fails(
        &resolve_args("2.csv"),
        4,
        &["crosswalk-a.csv: its bytes are not those of which the receipt"],
    );
    dir.write("r/crosswalk-a.csv", &crosswalk);
    for bad in [
        "",
        "{}",
        "[1]",
        &text.replace("receipt-1", "receipt-2"),
        &text.replace("\"round\"", "\"rond\""),
    ] {
        dir.write("r/crosswalk-a.json", bad);
        dir.fails(
            &resolve_args("2.csv"),
            3,
            &["crosswalk-a.json: ", "receipt"],
        );
    }
    std::fs::remove_file(dir.path("r/crosswalk-a.json")).unwrap();
    dir.fails(
        &with("2.csv", &["--project", "p.toml"]),
        4,
        &["there is no receipt beside it"],
    );
    dir.ok(&resolve_args("2.csv"));
}
