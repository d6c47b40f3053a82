//! `project check`: what is missing or contradictory in an agreement, and whether it can be acted on.

use super::{WIDE, agreed, edit, in_years, line};
use crate::harness::{Dir, MATCH};

/// What `project check --json` finds, as `weight: what`.
fn findings(dir: &Dir) -> (i32, Vec<String>) {
    let done = dir.run(&["project", "check", "p.toml", "--json"]);
    let report = done.json();
    assert_eq!(report["can_be_acted_on"], done.code == 0);
    let found = report["findings"].as_array().unwrap().iter();
    let found = found.map(|f| {
        assert!(!f["action"].as_str().unwrap().is_empty());
        let text = |key: &str| f[key].as_str().unwrap();
        format!("{}: {}", text("weight"), text("what"))
    });
    (done.code, found.collect())
}

#[test]
fn an_agreement_without_fault_can_be_acted_on() {
    let dir = agreed();
    assert_eq!(findings(&dir), (0, Vec::new()));
    let done = dir.ok(&["project", "check", "p.toml"]);
    assert!(done.out.contains("nothing is missing or contradictory"));
    dir.encode("t.csv", "a");
    dir.encode("t.csv", "b");
    dir.ok(&MATCH);
}

#[test]
fn what_is_missing_or_contradictory_is_listed() {
    let cases: &[(&str, &str, i32, &str)] = &[
        (
            "name = \"Zzyzx Pathways\"",
            "name = \" \"",
            4,
            "missing: the project has no name",
        ),
        (
            "purpose = ",
            "purpose = \"\" #",
            4,
            "missing: the purpose is empty",
        ),
        (
            "number = \"MOU-7\"",
            "",
            4,
            "missing: the agreement has no number",
        ),
        (
            "exception = ",
            "exception = \"\" #",
            4,
            "missing: no FERPA exception is named",
        ),
        (
            "representative = ",
            "#",
            4,
            "missing: no authorised representative",
        ),
        (
            "role = \"a\"\norganisation = \"Zzyzx Unified\"",
            "role = \"a\"",
            4,
            "missing: the contact of `a` has no organisation",
        ),
        (
            "person = \"W. Plonk\"",
            "",
            4,
            "missing: the contact of `b` has no person",
        ),
        (
            "contact = \"r@example.org\"",
            "contact = \"  \"",
            4,
            "missing: the contact of `custodian` has no contact",
        ),
        (
            "minimum_cell = 11",
            "minimum_cell = 10",
            0,
            "note: the minimum cell is 10",
        ),
        (
            "# stable_link_ids = true",
            "stable_link_ids = true",
            0,
            "note: link ids are stable",
        ),
        (
            "\"gender\", ",
            "",
            4,
            "contradiction: the schema `k12` needs `gender`",
        ),
        (
            "\"gender\", ",
            "\"gender\", \"suffix\", ",
            0,
            "note: `suffix` is declared, and no pass",
        ),
        (
            "Nowhere County",
            "qwerty  INSTITUTE",
            4,
            "contradiction: `custodian` and the operator have the same organisation",
        ),
        (
            "R. Zork",
            "T. Frob",
            4,
            "contradiction: `custodian` and the operator have the same person",
        ),
        (
            "w@example.org",
            "t@example.org",
            4,
            "contradiction: `b` and the operator have the same mail",
        ),
        (
            "Zzyzx Unified",
            "Qwerty Institute",
            4,
            "contradiction: `a` and the operator have the same organisation",
        ),
        (
            "public_key = \"blindlink-public-1 a ",
            "public_key = \"blindlink-public-1 q ",
            4,
            "contradiction: the public key of `a` is none",
        ),
        (
            "parties = [\"a\", \"b\"]",
            "parties = [\"a\", \"b\", \"c\"]",
            4,
            "contradiction: the party `c` is in no pair",
        ),
        (
            "parties = [\"a\", \"b\"]",
            "parties = [\"a\", \"b\", \"c\"]",
            4,
            "missing: nobody is named for `c`",
        ),
    ];
    let dir = agreed();
    let good = dir.read("p.toml");
    for (from, to, code, finding) in cases {
        dir.write("p.toml", &good);
        edit(&dir, from, to);
        let (found, all) = findings(&dir);
        assert_eq!(found, *code, "{finding}: {all:?}");
        assert!(
            all.iter().any(|f| f.starts_with(finding)),
            "{finding}: {all:?}"
        );
    }
    let key = |of: &str| format!("public_key = \"{}\"", dir.read(&format!("{of}.pub")).trim());
    for (from, to, finding) in [
        (
            line(&dir, "destroy_by"),
            "destroy_by = \"2020-06-30\"".to_owned(),
            "contradiction: the data was to be destroyed by 2020-06-30",
        ),
        (
            line(&dir, "destroy_by"),
            format!("destroy_by = \"{}\"", in_years(6)),
            "contradiction: the data is to be destroyed by",
        ),
        (key("a"), String::new(), "missing: `a` has no public key"),
        (
            key("a"),
            key("custodian"),
            "contradiction: `a` and `custodian` have the same public key",
        ),
    ] {
        dir.write("p.toml", &good);
        edit(&dir, &from, &to);
        let (code, all) = findings(&dir);
        assert_eq!((code, all.len()), (4, 1), "{all:?}");
        assert!(all[0].starts_with(finding), "{finding}: {all:?}");
    }
    // Five years are not too far, and a file of today ends today.
    for day in [in_years(5), in_years(0)] {
        dir.write("p.toml", &good);
        edit(
            &dir,
            &line(&dir, "destroy_by"),
            &format!("destroy_by = \"{day}\""),
        );
        assert_eq!(findings(&dir), (0, Vec::new()), "{day}");
    }
}

#[test]
fn without_an_agreement_everything_is_as_before() {
    let dir = Dir::with_project();
    dir.write("t.csv", WIDE);
    let text = dir.read("p.toml");
    assert!(text.contains("\n# [agreement]\n") && text.contains("\n# role = \"operator\"\n"));
    let done = dir.encode("t.csv", "a");
    assert!(
        done.err.contains("alias-last  \"former_last_name\""),
        "{}",
        done.err
    );
    assert!(!done.err.contains("agreement"));
    let (code, all) = findings(&dir);
    assert_eq!(code, 4);
    assert!(
        all.iter()
            .any(|f| f.starts_with("missing: there is no part [agreement]"))
    );
    dir.fails(
        &["project", "annex", "p.toml", "-o", "annex.html"],
        4,
        &["no part [agreement]"],
    );
}
