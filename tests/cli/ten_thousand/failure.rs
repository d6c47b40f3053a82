//! Every verb in failure: tables with a fault in the last row, damage, and files given in the place of others.

use super::people::{HEADER, PEOPLE, Wanted, name, row, table};
use super::{Runs, agree, encode, linkage_schema, search, verbs};
use crate::harness::{Dir, KEY, encode_args};

#[test]
fn no_name_and_no_birthdate_leaves_by_a_failure() {
    let wanted = Wanted::new();
    let dir = Dir::new();
    let mut runs = Runs::new(&dir, &wanted);
    agree(&mut runs);
    // What this takes is no failure.
    runs.missing = verbs(&dir);
    let whole = table(PEOPLE);
    dir.write("in-t.csv", &whole);
    // Faults in the last row, when all people were read, most of them encoded, and the outputs begun.
    let cut = name(1, 1);
    let mut bad = vec![
        ("in-twice.csv", whole.clone() + &row(3, 4)),
        (
            "in-quote.csv",
            format!("{whole}ZQID9,\"{cut},{cut}\n{}", row(1, 2)),
        ),
        ("in-nul.csv", format!("{whole}ZQID9,{cut}\0,{cut},,,,,,\n")),
        ("in-headless.csv", whole[HEADER.len()..].to_owned()),
        (
            "in-dates.csv",
            format!("{whole}ZQID9,{cut},,{cut},,19/07/1999,,,\n"),
        ),
        ("in-mac.csv", whole.replace('\n', "\r")),
    ];
    let wide: String = (0..400)
        .map(|i| format!("ZQID9{i},{cut},{cut},,,,,,,,\n"))
        .collect();
    bad.push(("in-rows.csv", whole.clone() + &wide));
    for (name, text) in &bad {
        dir.write(name, text);
        let done = runs.run(&encode_args(name, "a", "x.tokens"));
        runs.run(&["check", name]);
        let is_read = ["in-dates.csv", "in-mac.csv"].contains(name);
        assert!(
            done.code == 3 || is_read && done.code == 0,
            "{name}: {}",
            done.err
        );
        if done.code == 0 {
            for out in ["x.tokens", "x.refs.csv", "x.rejects.csv"] {
                std::fs::remove_file(dir.path(out)).unwrap();
            }
        }
    }
    runs.ok(&encode("in-t.csv", "a", "k", "a.tokens"));
    // All of them again, as another party.
    runs.ok(&encode("in-t.csv", "b", "k", "b.tokens"));
    runs.ok("match a.tokens b.tokens --project p.toml -o r");
    // Damage, and files given in the place of others.
    let mut damaged = dir.bytes("b.tokens");
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    dir.write("damaged.tokens", &damaged);
    dir.key("other", &[9; 32]);
    dir.key("secret", &KEY);
    dir.write("in-l.json", linkage_schema());
    for folder in ["folder.tokens", "in-logs", "in-r"] {
        std::fs::create_dir(dir.path(folder)).unwrap();
    }
    dir.write("in-logs/x.log.jsonl", &whole);
    dir.write("in-q.toml", dir.read("p.toml"));
    dir.write("in-q.toml.sigs", &whole);
    dir.write("in-r/c.csv", dir.bytes("r/crosswalk-a.csv"));
    dir.write("in-r/c.json", &whole);
    // A row of the table behind the entries.
    dir.write(
        "in-end.jsonl",
        [&dir.bytes("p.log.jsonl")[..], row(1, 1).as_bytes()].concat(),
    );
    runs.missing = verbs(&dir);
    for line in FAILURES.lines().map(str::trim).filter(|l| !l.is_empty()) {
        runs.fails(line);
    }
    assert!(search(&dir, &wanted, &["a.refs.csv", "b.refs.csv"]) > 25);
    runs.expect_all();
}

/// Runs that fail, each in its own way: the table in the place of every other file, and other files that do not fit.
const FAILURES: &str = "
    identity new -o in-t.csv
    identity show in-t.csv
    key new -o in-t.csv
    key new -o k2 --project in-t.csv
    key new -o k2 --project p.toml --log in-t.csv
    key show in-t.csv
    key seal in-t.csv --to a.pub --identity custodian.identity --project p.toml -o s
    key seal k --to in-t.csv --identity custodian.identity --project p.toml -o s
    key seal k --to a.pub --identity in-t.csv --project p.toml -o s
    key seal k --to a.pub --identity custodian.identity --project in-t.csv -o s
    key seal k --to a.pub --identity custodian.identity --project p.toml --log in-t.csv -o s
    key open in-t.csv --identity a.identity --project p.toml -o k2
    key open in-t.csv --identity in-t.csv --project p.toml -o k2
    key open in-t.csv --identity a.identity --project p.toml --from in-t.csv -o k2
    project new --party a --party b --destroy-by 2099-01-01 --public-key a=in-t.csv -o x.toml
    project new --party a --party b -o in-t.csv
    project check in-t.csv
    project annex in-t.csv -o x.html
    project annex p.toml -o in-t.csv
    project round 2 in-t.csv -o x.toml
    project show in-t.csv
    project sign in-t.csv --identity a.identity
    project sign p.toml --identity in-t.csv
    project sign p.toml --signature in-t.csv
    project sign in-q.toml --identity a.identity
    project signatures in-t.csv
    project signatures in-q.toml
    log verify in-t.csv
    log verify in-end.jsonl
    log show in-t.csv
    log show in-end.jsonl
    log export in-t.csv --csv x.csv
    log export in-end.jsonl --html x.html
    log add --project in-t.csv --note x
    log add --project p.toml --log in-t.csv --note x
    log add --project p.toml --log in-end.jsonl --file in-t.csv
    status --project in-t.csv
    status --log in-end.jsonl
    status in-logs
    destroy . --project in-t.csv --certificate x.html --yes
    destroy . --project p.toml --certificate in-t.csv --yes
    destroy . --project p.toml --certificate x.html --log in-end.jsonl --yes
    destroy in-logs --project p.toml --certificate x.html --log none.jsonl --yes
    destroy . --key in-t.csv --project p.toml --certificate x.html --yes
    destroy . --project p.toml --certificate x.html
    plants new --project in-t.csv --born 1990 --apart 1 -o p
    plants new --project p.toml --born 1990 --apart 1 -o p --log in-end.jsonl
    plants new --project p.toml --born 1990 --apart 1 -o in-t.csv
    plants score --truth in-t.csv in-t.csv
    check in-t.csv --mapping in-t.csv
    check in-t.csv --project in-t.csv
    check --compare in-t.csv in-t.csv
    encode in-t.csv --project p.toml --party a --key in-t.csv -o x.tokens
    encode in-t.csv --project in-t.csv --party a --key k -o x.tokens
    encode in-t.csv --project p.toml --party nobody --key k -o x.tokens
    encode in-t.csv --project p.toml --party a --key k -o folder.tokens
    encode in-t.csv --project p.toml --party a --key k -o in-t.csv
    encode in-t.csv --project p.toml --party a --key k -o no/such/folder/x.tokens
    encode in-t.csv --project p.toml --party a --key k -o x.tokens --map last=nothing
    encode in-t.csv --project p.toml --party a --key k -o x.tokens --plants in-t.csv
    encode in-t.csv --project p.toml --party a --key k -o x.tokens --exclude in-t.csv
    encode in-t.csv --project p.toml --party a --key k -o x.tokens --log in-end.jsonl
    encode in-t.csv --project p.toml --party a --key k -o x.tokens --require-signatures
    encode in-t.csv --project in-q.toml --party a --key k -o x.tokens --require-signatures
    clk encode in-t.csv --schema in-t.csv --secret-file secret -o x.json
    clk encode in-t.csv --schema in-l.json --secret-file in-t.csv -o x.json
    clk encode in-quote.csv --schema in-l.json --secret-file secret -o x.json
    clk encode in-dates.csv --schema in-l.json --secret-file secret -o x.json
    clk encode in-headless.csv --schema in-l.json --secret-file secret -o x.json
    clk validate-schema in-t.csv
    clk convert-schema in-t.csv -o x.json
    clk describe in-t.csv
    clk match in-t.csv in-quote.csv --threshold 0.8 -o x.json
    clk match in-t.csv in-quote.csv --threshold 0.8 -o x.json --format binary --hash-size 8
    clk import in-t.csv --project p.toml --party a -o x.tokens
    clk export in-t.csv -o x.json
    clk export a.tokens -o x.json
    clk benchmark --records 0
    audit in-t.csv --project p.toml --party a --key other --tokens a.tokens
    audit in-t.csv --project p.toml --party a --key in-t.csv --tokens a.tokens
    audit --project p.toml --tokens in-t.csv
    release damaged.tokens --project p.toml
    release in-t.csv --project p.toml
    release a.tokens --project p.toml --audit in-t.csv
    verify-tokens damaged.tokens --against in-t.csv
    verify-tokens a.tokens --against in-quote.csv
    verify-tokens a.tokens --against in-t.csv --refs in-t.csv
    verify-tokens a.tokens --against in-t.csv --manifest in-t.csv
    match a.tokens in-t.csv --project p.toml -o r2
    match a.tokens damaged.tokens --project p.toml -o r2
    match a.tokens b.tokens --project in-t.csv -o r2
    match a.tokens b.tokens --project p.toml -o r2 --memory 1MiB
    match a.tokens b.tokens --project p.toml -o r2 --memory 1MiB --plan
    match a.tokens b.tokens --project p.toml -o r2 --decoys in-t.csv
    match a.tokens b.tokens --project p.toml -o r2 --log in-end.jsonl
    match a.tokens b.tokens --project p.toml -o r2 --require-signatures
    match a.tokens b.tokens --project p.toml -o in-t.csv
    inspect in-t.csv
    inspect damaged.tokens
    resolve in-t.csv --refs a.refs.csv -o o.csv
    resolve r/crosswalk-a.csv --refs in-t.csv -o o.csv
    resolve r/crosswalk-a.csv --refs b.refs.csv -o o.csv
    resolve r/crosswalk-a.csv --project p.toml --refs a.refs.csv -o o.csv --plants-out f.csv
    resolve r/crosswalk-a.csv --project in-t.csv --refs a.refs.csv -o o.csv
    resolve r/crosswalk-a.csv --project p.toml --refs a.refs.csv -o o.csv --log in-end.jsonl
    resolve in-r/c.csv --refs a.refs.csv -o o.csv
    evaluate r --refs in-t.csv --refs in-t.csv --truth in-t.csv
    evaluate --clear in-t.csv in-quote.csv --truth in-t.csv
    rehearse --like in-quote.csv -o training
    demo --out in-t.csv
    synth -o in-t.csv
    completions in-t.csv
    man -o in-t.csv
";
