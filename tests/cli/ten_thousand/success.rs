//! Every verb in success, from the agreement to the certificate of destruction.

use std::fmt::Write as _;

use super::people::{PEOPLE, Wanted, table};
use super::{ROLES, Runs, agree, encode, linkage_schema, search};
use crate::harness::{Dir, KEY};

#[test]
fn no_name_and_no_birthdate_leaves_by_any_verb() {
    let wanted = Wanted::new();
    let dir = Dir::new();
    dir.write("in-t.csv", table(PEOPLE));
    let mut truth = "a,b\n".to_owned();
    (0..PEOPLE).for_each(|i| writeln!(truth, "ZQID{i:06},ZQID{i:06}").unwrap());
    dir.write("in-truth.csv", truth);
    dir.write("in-out.txt", "ZQID000007\nZQID000009\n");
    let mut runs = Runs::new(&dir, &wanted);

    // The agreement and the keys.
    agree(&mut runs);
    runs.ok("identity show a.identity");
    runs.ok("project check p.toml --json");
    runs.ok("project annex p.toml -o annex.html");
    runs.ok("project show p.toml --canonical");
    runs.ok("project round 2 p.toml -o p2.toml");
    for role in ROLES {
        runs.ok(&format!("project sign p.toml --identity {role}.identity"));
    }
    runs.ok("project signatures p.toml --openssh signers");
    runs.ok("key show k");
    runs.ok("key seal k --to a.pub b.pub --identity custodian.identity --project p.toml -o s");
    runs.ok("key open s --identity a.identity --project p.toml -o ka");

    // The owners.
    runs.ok("check in-t.csv --json c.json --html c.html --show-lines --save-mapping m.toml");
    runs.ok("check --compare c.json c.json");
    runs.ok("plants new --project p.toml --born 2004..2008 --together 9 --apart 9 -o pl");
    for party in ["a", "b"] {
        let out = format!("{party}.tokens");
        runs.ok(&format!(
            "{} --json --plants pl/plants-{party}.csv --exclude in-out.txt --mapping m.toml --progress json \
             --require-signatures",
            encode("in-t.csv", party, "ka", &out)
        ));
        runs.ok(&format!("inspect {out}"));
        runs.ok(&format!("inspect {out} --json"));
    }
    // Decoys are of a part of them: they are attacked and matched as all are.
    dir.write("in-few.csv", table(250));
    runs.ok(&format!(
        "{} --decoys",
        encode("in-few.csv", "a", "k", "decoys.tokens")
    ));
    runs.ok(
        "verify-tokens a.tokens --against in-t.csv --project p.toml --refs a.refs.csv --html v.html",
    );
    runs.ok(&encode("in-few.csv", "a", "k", "few.tokens"));
    runs.ok("audit --project p.toml --tokens a.tokens");
    // The attacks take minutes in a program that was not compiled for speed.
    if cfg!(debug_assertions) {
        runs.ok("release few.tokens --project p.toml");
    } else {
        runs.ok(
            "audit in-few.csv --project p.toml --party a --key k --tokens few.tokens --json few.json",
        );
        runs.ok("release few.tokens --project p.toml --audit few.json");
    }
    runs.ok("release a.tokens --project p.toml");

    // The same people for programs that take CLKs.
    dir.write("in-l.json", linkage_schema());
    dir.key("secret", &KEY);
    runs.ok("clk validate-schema in-l.json");
    runs.ok("clk convert-schema in-l.json -o l.json");
    for clks in ["c-clk.json", "d-clk.json"] {
        runs.ok(&format!(
            "clk encode in-t.csv --schema in-l.json --secret-file secret -o {clks}"
        ));
    }
    runs.ok("clk describe c-clk.json");
    runs.ok("clk match c-clk.json d-clk.json --threshold 0.9 -o groups.json");
    runs.ok("project new --party a --party b --schema clk -o c.toml");
    runs.ok("clk import c-clk.json --project c.toml --party a -o c.tokens --ids in-t.csv --id-column student_id");
    runs.ok("clk export c.tokens -o c.csv --format fable");
    runs.ok("clk benchmark --records 100");

    // The operator, and the owners again.
    runs.ok("match a.tokens b.tokens --project p.toml -o r --plan");
    runs.ok(
        "match a.tokens b.tokens --project p.toml -o r --json --duplicates --decoys decoys.tokens",
    );
    runs.ok(
        "resolve r/crosswalk-a.csv --project p.toml --refs a.refs.csv -o out.csv --plants-out fa.csv --by gender \
         --table in-t.csv",
    );
    runs.ok("resolve r/crosswalk-b.csv --project p.toml --refs b.refs.csv -o outb.csv --plants-out fb.csv");
    runs.ok("plants score --truth pl/truth.csv fa.csv fb.csv");
    runs.ok("evaluate r --refs a.refs.csv --refs b.refs.csv --truth in-truth.csv");
    runs.ok("rehearse --like in-t.csv --records 200 -o training");
    runs.ok("synth --records 100 -o made-up");
    runs.ok("demo --out demo");
    runs.ok("completions bash");
    runs.ok("man");
    // There was somebody to be seen.
    assert_eq!(dir.read("out.csv").lines().count(), 1 + PEOPLE - 2);

    // Files are replaced, the log is read, and all of it is told and destroyed.
    runs.ok(&format!(
        "{} --force",
        encode("in-few.csv", "a", "k", "few.tokens")
    ));
    runs.ok("log add --project p.toml --action released --file r/crosswalk-a.csv --kind crosswalk --recipient a");
    runs.ok("log verify p.log.jsonl --json");
    runs.ok("log show p.log.jsonl");
    runs.ok("log export p.log.jsonl --csv record.csv --html record.html");
    runs.ok("status . r pl --project p.toml");
    runs.ok("status . r pl --json");
    let with_ids = [
        "a.refs.csv",
        "b.refs.csv",
        "decoys.refs.csv",
        "few.refs.csv",
        "c.refs.csv",
        // Four letters in either case are in so much base64 by chance.
        "c-clk.json",
        "d-clk.json",
        "c.csv",
        "out.csv",
        "outb.csv",
    ];
    assert!(search(&dir, &wanted, &with_ids) > 70);
    let log = dir.read("p.log.jsonl");
    for file in [
        "pl/plants-a.csv",
        "pl/truth.csv",
        "fa.csv",
        "out.csv",
        "a.tokens",
    ] {
        let hash = blake3::hash(&dir.bytes(file)).to_string();
        assert!(log.contains(&hash), "{file} is not in the log");
    }
    runs.ok("destroy . r pl --project p.toml --certificate c.end.html --witness Wwitness --yes");
    assert!(!dir.path("a.tokens").exists() && !dir.path("k").exists());
    assert!(search(&dir, &wanted, &with_ids) > 30);
    runs.expect_all();
}
