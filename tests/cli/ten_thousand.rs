//! Ten thousand invented people through every verb, in success and in failure: none of their names and birthdates is in any
//! output, message, log, temporary file, leftover or core file.
//!
//! Each name is eight letters that no other word holds, and each birthdate is of one person alone. All bytes of all
//! files, and all that the program says, are gone through once: as they are, and with zero bytes taken out, so that
//! UTF-16 is found too. That no verb is left out is seen by the list of them that `--help` gives.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::canary_people::{Found, HEADER, PEOPLE, STARTS, Wanted, date, name, row, table};
use crate::harness::{Dir, Done, KEY, encode_args};

/// Files that the tests write themselves.
fn is_input(name: &str) -> bool {
    name.starts_with("work/in-") || name.starts_with("aside/in-")
}

/// Searches every file but the inputs; student ids may stand in those of `with_ids`.
fn search(dir: &Dir, wanted: &Wanted, with_ids: &[&str]) -> usize {
    let mut searched = 0;
    for (name, bytes) in dir.contents() {
        if is_input(&name) {
            continue;
        }
        let may = with_ids.iter().any(|n| name == format!("work/{n}"));
        let found = wanted.find(&bytes);
        assert!(!found.is_name && !found.is_date, "{found:?} in {name}");
        assert!(may || !found.is_id, "a student id in {name}");
        searched += 1;
    }
    searched
}

fn silent(wanted: &Wanted, done: &Done, what: &[&str]) {
    for said in [&done.out, &done.err] {
        let found = wanted.find(said.as_bytes());
        assert_eq!(found, Found::default(), "{what:?}: {said}");
    }
}

/// The verbs that the help of the program lists, those of two words by both.
fn verbs(dir: &Dir) -> BTreeSet<String> {
    let listed = |words: &[&str]| -> Vec<String> {
        let help = dir.ok(&[words, &["--help"]].concat()).out;
        let lines = help.lines().skip_while(|l| *l != "Commands:").skip(1);
        let lines = lines.take_while(|l| !l.is_empty());
        // What does not fit a line is gone on with deeper.
        let verbs = lines.filter_map(|l| l.strip_prefix("  "));
        let verbs = verbs.filter(|l| !l.starts_with(' '));
        let word = |l: &str| l.split(' ').next().unwrap().to_owned();
        verbs.map(word).filter(|w| w != "help").collect()
    };
    let mut all = BTreeSet::new();
    for verb in listed(&[]) {
        let below = listed(&[&verb]);
        if below.is_empty() {
            all.insert(verb);
        } else {
            all.extend(below.iter().map(|b| format!("{verb} {b}")));
        }
    }
    assert!(all.len() > 30 && all.contains("log add"), "{all:?}");
    all
}

/// Runs of verbs, and which of them there were.
struct Runs<'a> {
    dir: &'a Dir,
    wanted: &'a Wanted,
    missing: BTreeSet<String>,
}

impl<'a> Runs<'a> {
    fn new(dir: &'a Dir, wanted: &'a Wanted) -> Self {
        Self {
            dir,
            wanted,
            missing: verbs(dir),
        }
    }

    /// Runs the program, which must say nothing of anybody.
    fn run(&mut self, args: &[&str]) -> Done {
        let done = self.dir.run(args);
        silent(self.wanted, &done, args);
        self.missing.remove(args[0]);
        self.missing.remove(&args[..args.len().min(2)].join(" "));
        done
    }

    /// A run that succeeds, told in one line.
    fn ok(&mut self, line: &str) {
        let args: Vec<&str> = line.split_whitespace().collect();
        let done = self.run(&args);
        assert_eq!(done.code, 0, "{line}: {}", done.err);
    }

    /// A run that fails.
    fn fails(&mut self, line: &str) {
        let args: Vec<&str> = line.split_whitespace().collect();
        let done = self.run(&args);
        assert!((1..=4).contains(&done.code), "{line}: {}", done.code);
    }

    /// Fails if there is a verb that was not run.
    fn expect_all(&self) {
        let missing = &self.missing;
        assert!(missing.is_empty(), "verbs that were not run: {missing:?}");
    }
}

const ROLES: [&str; 4] = ["a", "b", "custodian", "operator"];

/// Makes identities, the project file with an agreement, and the key, by the verbs.
fn agree(runs: &mut Runs<'_>) {
    let day = blindlink::units::today().checked_add(jiff::Span::new().years(1));
    let mut line = format!(
        "project new --party a --party b --name Zzyzx --purpose evaluation --agreement MOU-7 --exception audit \
         --representative Office --destroy-by {} -o p.toml",
        day.unwrap()
    );
    for role in ROLES {
        runs.ok(&format!("identity new -o {role}.identity"));
        write!(
            line,
            " --contact {role}=Zzyzx-{role};Vvortex-{role};{role}@example.org --public-key {role}={role}.pub"
        )
        .unwrap();
    }
    runs.ok(&line);
    runs.ok("key new -o k --project p.toml");
}

/// The words that encode `table` as `party`.
fn encode(table: &str, party: &str, key: &str, out: &str) -> String {
    format!("encode {table} --project p.toml --party {party} --key {key} -o {out}")
}

#[test]
fn the_search_finds_every_form() {
    let wanted = Wanted::new();
    assert_eq!(wanted.names.len(), STARTS.len() * PEOPLE);
    assert_eq!(wanted.dates.len(), PEOPLE);
    let [name, other] = [name(0, PEOPLE - 1), name(2, 42)];
    let wide: Vec<u8> = name.bytes().flat_map(|b| [b, 0]).collect();
    let big: Vec<u8> = name.bytes().flat_map(|b| [0, b]).collect();
    for bytes in [
        name.clone().into_bytes(),
        name.to_uppercase().into_bytes(),
        format!("xx{name}{other}yy").into_bytes(),
        wide,
        big,
    ] {
        let found = wanted.find(&bytes);
        assert!(found.is_name && !found.is_date && !found.is_id);
    }
    let [y, m, d] = date(PEOPLE - 1);
    for text in [
        format!("born {y}-{m:02}-{d:02}."),
        format!("{y}/{m}/{d}"),
        format!("{m:02}/{d:02}/{y}"),
        format!("{d}.{m}.{y}"),
        format!("7,8 {d}.{m}.{y}"),
        format!("({y}{m:02}{d:02})"),
        format!("{m:02}{d:02}{y}"),
    ] {
        let wide: Vec<u8> = text.bytes().flat_map(|b| [b, 0]).collect();
        for bytes in [text.clone().into_bytes(), wide] {
            let found = wanted.find(&bytes);
            assert!(found.is_date && !found.is_name, "{text}");
        }
    }
    // Two cells that end and begin with digits are none without the zero between them.
    assert!(wanted.find(format!("{y}-{m}-{d}\x001").as_bytes()).is_date);
    for text in [
        "2026-11-27",
        "qzqzqzqz",
        "1981",
        "ab19810101cd",
        "birthdate",
    ] {
        assert_eq!(wanted.find(text.as_bytes()), Found::default(), "{text}");
    }
    assert!(wanted.find(b"xZqId7").is_id);
    let found = wanted.find(table(1).as_bytes());
    assert!(found.is_name && found.is_date && found.is_id);
}

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

/// A linkage schema for the table.
fn linkage_schema() -> String {
    let features = HEADER.trim_end().split(',').map(|column| match column {
        "student_id" | "suffix" | "gender" => format!(r#"{{"identifier": "{column}", "ignored": true}}"#),
        "birthdate" => format!(
            r#"{{"identifier": "{column}", "format": {{"type": "date", "format": "%Y-%m-%d"}}, "hashing": {{"comparison":
                {{"type": "ngram", "n": 1, "positional": true}}, "strategy": {{"bitsPerFeature": 100}}}}}}"#
        ),
        _ => format!(
            r#"{{"identifier": "{column}", "format": {{"type": "string"}}, "hashing": {{"comparison":
                {{"type": "ngram", "n": 2}}, "strategy": {{"bitsPerFeature": 100}}}}}}"#
        ),
    });
    let features: Vec<String> = features.collect();
    let config = r#""version": 3, "clkConfig": {"l": 1024, "kdf": {"type": "HKDF"}}"#;
    format!(r#"{{{config}, "features": [{}]}}"#, features.join(", "))
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

/// Whether a program that a fault ends leaves a file in its folder, if it may.
#[cfg(unix)]
fn cores_are_written() -> bool {
    let dir = Dir::new();
    let mut control = dir.command("sh");
    control.args(["-c", "ulimit -c unlimited && kill -SEGV $$"]);
    let _ = control.stderr(std::process::Stdio::null()).status();
    !dir.names().is_empty()
}

/// `sh` that lets core files be as large as may be, and then becomes the program.
#[cfg(unix)]
fn with_cores(dir: &Dir) -> std::process::Command {
    let mut command = dir.command("sh");
    let line =
        "ulimit -c unlimited 2>/dev/null || ulimit -c \"$(ulimit -H -c)\"; exec \"$0\" \"$@\"";
    command.args(["-c", line]).arg(crate::harness::program());
    command
}

/// Sends `signal` until the program ends: the first may be taken for a fault of the stack, and answered by taking the
/// handler away.
#[cfg(unix)]
fn end(child: &mut std::process::Child, signal: &str) {
    let pid = child.id().to_string();
    while child.try_wait().unwrap().is_none() {
        let mut kill = std::process::Command::new("kill");
        kill.args([signal, &pid]);
        kill.stderr(std::process::Stdio::null()).status().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

/// The table comes out of a pipe that is not closed: when the last of it is written, the program has read nearly all people
/// and waits for more, however fast the machine is.
#[cfg(unix)]
#[test]
fn a_program_that_is_killed_with_people_in_memory_writes_no_core() {
    use std::io::Write as _;

    let wanted = Wanted::new();
    let dir = Dir::new();
    dir.project("p.toml", &["a", "b"], "k12");
    dir.key("k", &KEY);
    let text = table(PEOPLE);
    let has_cores = cores_are_written();
    for signal in ["-SEGV", "-ABRT", "-KILL"] {
        let pipe = dir.path("in-pipe");
        let made = dir.command("mkfifo").arg("in-pipe").status().unwrap();
        assert!(made.success());
        let mut command = with_cores(&dir);
        command.args(encode_args("in-pipe", "a", "a.tokens"));
        command.stderr(std::process::Stdio::piped());
        let mut child = command.spawn().unwrap();
        // Waits until the program opens it.
        let mut writer = std::fs::OpenOptions::new().write(true).open(&pipe).unwrap();
        // The form is looked at first, and the file opened again.
        let mut rest = text.as_bytes();
        while !rest.is_empty() {
            match writer.write(rest) {
                Ok(n) => rest = &rest[n..],
                Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => {
                    assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
                    std::thread::yield_now();
                }
                Err(e) => panic!("{e}"),
            }
        }
        if let Ok(limits) = std::fs::read_to_string(format!("/proc/{}/limits", child.id())) {
            let line = limits.lines().find(|l| l.starts_with("Max core file size"));
            let words: Vec<&str> = line.unwrap().split_whitespace().collect();
            assert_eq!(words[4..6], ["0", "0"], "{line:?}");
        }
        end(&mut child, signal);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), None, "ended by {signal}");
        assert_eq!(wanted.find(&output.stderr), Found::default());
        std::fs::remove_file(pipe).unwrap();
        let names = dir.names();
        let cores: Vec<_> = names.iter().filter(|n| n.contains("core")).collect();
        assert!(cores.is_empty(), "{cores:?}, has_cores {has_cores}");
        search(&dir, &wanted, &[]);
    }
}

/// What an encoding that is long enough to have partitions leaves when it is killed: they, and files without a name.
#[cfg(unix)]
#[test]
#[cfg_attr(
    debug_assertions,
    ignore = "three partitions take minutes in a slow program"
)]
fn nothing_is_in_what_a_killed_run_leaves() {
    use std::time::{Duration, Instant};

    let wanted = Wanted::new();
    let dir = Dir::new();
    dir.project("p.toml", &["a", "b"], "k12");
    dir.key("k", &KEY);
    dir.write("in-t.csv", table(140_000));
    let part = dir.path("a.tokens.partial/part-000000");
    let mut command = with_cores(&dir);
    command.args(encode_args("in-t.csv", "a", "a.tokens"));
    command.stderr(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    let start = Instant::now();
    while !part.exists() {
        assert!(start.elapsed() < Duration::from_secs(120), "no partition");
        assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
        std::thread::sleep(Duration::from_millis(1));
    }
    end(&mut child, "-KILL");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), None);
    assert_eq!(wanted.find(&output.stderr), Found::default());
    assert!(part.exists() && search(&dir, &wanted, &[]) >= 4);
}
