//! What an agreement forbids: fields that it does not declare, pairs that it does not name, and days after its last.

use blindlink::units::today;

use super::{WIDE, agreed, edit, line};
use crate::harness::{Dir, KEY, MATCH, TABLE, encode_args, resolve_args};

#[test]
fn fields_that_are_not_declared_are_not_read() {
    let dir = agreed();
    dir.write("wide.csv", WIDE);
    // The same table without what is not declared.
    let narrow = "student_id,first_name,middle_name,last_name,birthdate,gender\n\
                  71,Zzyzxa,Quux,Qwertyuiop,2006-03-14,F\n\
                  72,Vvortex,Wombat,Asdfghjkl,2005-11-30,M\n";
    dir.write("narrow.csv", narrow);
    let seeded = |table: &'static str, out: &'static str| {
        let args = encode_args(table, "a", out);
        dir.ok(&[&args[..], &["--test-seed", "1"]].concat())
    };
    assert!(
        seeded("wide.csv", "with.tokens")
            .err
            .contains("aliases     2 records")
    );
    edit(&dir, ", \"alias-first\", \"alias-last\"", "");
    let done = seeded("wide.csv", "wide.tokens");
    for field in ["suffix", "alias-first", "alias-last"] {
        let told = format!("{field:<11} not read: the agreement does not declare it");
        assert!(done.err.contains(&told), "{}", done.err);
    }
    assert!(!done.err.contains("aliases"), "{}", done.err);
    seeded("narrow.csv", "narrow.tokens");
    assert_eq!(dir.bytes("wide.tokens"), dir.bytes("narrow.tokens"));
    let args = [
        &encode_args("wide.csv", "a", "x.tokens")[..],
        &["--map", "alias-last=former_last_name"],
    ]
    .concat();
    let done = dir.fails(
        &args,
        4,
        &[
            "--map alias-last= names a column",
            "the agreement does not declare",
        ],
    );
    assert!(!done.err.contains("Xyzzyq"));
    dir.ok(&[
        &encode_args("wide.csv", "a", "x.tokens")[..],
        &["--map", "alias-last="],
    ]
    .concat());
}

#[test]
fn a_schema_that_needs_what_is_not_declared_is_refused() {
    let dir = agreed();
    edit(&dir, "\"gender\", ", "");
    dir.encode_fails(
        "t.csv",
        4,
        &[
            "p.toml",
            "the schema `k12` needs what the agreement does not declare: gender",
        ],
    );
    dir.fails(
        &["check", "t.csv", "--project", "p.toml"],
        4,
        &["does not declare: gender"],
    );
    edit(&dir, "\"student-id\", ", "");
    dir.encode_fails("t.csv", 4, &["does not declare: student-id, gender"]);
}

#[test]
fn after_the_last_day_nothing_is_made_and_everything_can_be_looked_at() {
    let dir = agreed();
    for party in ["a", "b"] {
        dir.encode("t.csv", party);
    }
    dir.ok(&MATCH);
    let day = line(&dir, "destroy_by");
    let yesterday = today().yesterday().unwrap();
    edit(&dir, &day, &format!("destroy_by = \"{yesterday}\""));
    let ended = format!("p.toml: the agreement ended: its data was to be destroyed by {yesterday}");
    dir.encode_fails("t.csv", 4, &[&ended]);
    dir.fails(
        &["release", "a.tokens", "--project", "p.toml"],
        4,
        &[&ended],
    );
    let mut args = MATCH;
    args[6] = "new";
    dir.fails(&args, 4, &[&ended]);
    dir.fails(&[&args[..], &["--plan"]].concat(), 4, &[&ended]);
    dir.ok(&["inspect", "a.tokens"]);
    dir.ok(&["verify-tokens", "a.tokens", "--against", "t.csv"]);
    dir.ok(&resolve_args("out.csv"));
    dir.ok(&["project", "show", "p.toml"]);
    dir.ok(&["project", "annex", "p.toml", "-o", "annex.html"]);
    // On the last day itself everything goes.
    edit(
        &dir,
        &line(&dir, "destroy_by"),
        &format!("destroy_by = \"{}\"", today()),
    );
    dir.ok(&encode_args("t.csv", "a", "last.tokens"));
}

#[test]
fn pairs_that_are_not_allowed_are_refused() {
    let dir = Dir::new();
    dir.project("p.toml", &["a", "b", "c", "d"], "k12");
    dir.key("k", &KEY);
    dir.write("t.csv", TABLE);
    let pairs = line(&dir, "pairs = ");
    edit(
        &dir,
        &pairs,
        "pairs = [[\"a\", \"b\"], [\"c\", \"d\"], [\"a\", \"d\"]]",
    );
    for party in ["a", "b", "c", "d"] {
        dir.encode("t.csv", party);
    }
    let with = |tokens: &[&'static str]| {
        let rest = ["--project", "p.toml", "-o", "r"];
        [&["match"], tokens, &rest[..]].concat()
    };
    dir.fails(
        &with(&["b.tokens", "c.tokens"]),
        4,
        &["p.toml", "allows no pair of the parties given"],
    );
    dir.fails(
        &with(&["c.tokens", "b.tokens", "a.tokens"]),
        4,
        &["c.tokens: the project allows no pair of `c` with another of the parties given"],
    );
    dir.ok(&with(&["a.tokens", "b.tokens", "c.tokens", "d.tokens"]));
}
