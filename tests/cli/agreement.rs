//! The project file as the annex of an agreement: made, checked, printed, and what it forbids.

use blindlink::identity::Identity;
use blindlink::project::Project;
use blindlink::units::today;
use serde_json::Value;

use crate::harness::{Dir, KEY, MATCH, REFS, TABLE, encode_args, resolve_args, rows};

/// A table with a column for every element.
const WIDE: &str = "student_id,first_name,middle_name,last_name,suffix,birthdate,gender,preferred_first_name,former_last_name\n\
                    71,Zzyzxa,Quux,Qwertyuiop,Jr,2006-03-14,F,Plugh,Xyzzyq\n\
                    72,Vvortex,Wombat,Asdfghjkl,,2005-11-30,M,,Frobnitz\n";

/// What `project new` is told of an agreement without fault, but for public keys.
fn new_args<'a>(out: &'a str, destroy_by: &'a str) -> Vec<&'a str> {
    vec![
        "project",
        "new",
        "--party",
        "a",
        "--party",
        "b",
        "--name",
        "Zzyzx Pathways",
        "--purpose",
        "evaluate <the> \"transition\" programme",
        "--agreement",
        "MOU-7",
        "--exception",
        "34 CFR 99.31(a)(3)",
        "--representative",
        "Qwerty Institute",
        "--destroy-by",
        destroy_by,
        "--contact",
        "a=Zzyzx Unified;Q. Vvortex;q@example.org",
        "--contact",
        "b=Asdfgh College;W. Plonk;w@example.org",
        "--contact",
        "custodian=Nowhere County;R. Zork;r@example.org",
        "--contact",
        "operator=Qwerty Institute;T. Frob;t@example.org",
        "-o",
        out,
    ]
}

/// The day so many years from today.
fn in_years(years: i64) -> String {
    let span = jiff::Span::new().years(years);
    today().checked_add(span).unwrap().to_string()
}

/// A folder with `p.toml`, an agreement without fault, the key `k` and [`TABLE`] as `t.csv`.
fn agreed() -> Dir {
    let dir = Dir::new();
    let mut args = new_args("p.toml", "");
    let day = in_years(1);
    let at = args.iter().position(|a| *a == "--destroy-by").unwrap();
    args[at + 1] = &day;
    let files = ["a", "b", "custodian"].map(|role| {
        let identity = Identity::random(role.parse().unwrap()).unwrap();
        dir.write(&format!("{role}.pub"), identity.public().line() + "\n");
        format!("{role}={role}.pub")
    });
    for file in &files {
        args.extend(["--public-key", file]);
    }
    dir.ok(&args);
    dir.key("k", &KEY);
    dir.write("t.csv", TABLE);
    dir
}

/// Replaces a part of `p.toml`.
fn edit(dir: &Dir, from: &str, to: &str) {
    let text = dir.read("p.toml");
    assert!(text.contains(from), "`{from}` is not in: {text}");
    dir.write("p.toml", text.replacen(from, to, 1));
}

/// The line of `p.toml` that starts so.
fn line(dir: &Dir, start: &str) -> String {
    let text = dir.read("p.toml");
    let found = text.lines().find(|l| l.starts_with(start));
    found.unwrap_or_else(|| panic!("no `{start}`")).to_owned()
}

/// What `project check --json` finds, as `weight: what`.
fn findings(dir: &Dir) -> (i32, Vec<String>) {
    let done = dir.run(&["project", "check", "p.toml", "--json"]);
    let report: Value = serde_json::from_str(&done.out).unwrap();
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

#[test]
fn what_cannot_be_an_agreement_is_not_written() {
    let dir = Dir::new();
    let day = in_years(1);
    let with = |more: &[&str], code: i32, texts: &[&str]| {
        dir.fails(&[&new_args("p.toml", &day)[..], more].concat(), code, texts);
    };
    dir.write("two", "a\nb\n");
    dir.write("secret", "blindlink-identity-1 zzyzx\n");
    with(
        &["--contact", "c=x;y;z"],
        2,
        &["the role of a contact is none"],
    );
    with(&["--contact", "a=x;y;z"], 2, &["two contacts of `a`"]);
    with(&["--contact", "a=x;y"], 2, &["--contact takes a role"]);
    with(&["--pair", "a"], 2, &["--pair takes two parties"]);
    with(&["--pair", "a,c"], 2, &["not of two parties"]);
    with(&["--minimum-cell", "0"], 2, &["minimum_cell must be"]);
    with(&["--element", "surname"], 2, &["there is no data element"]);
    with(
        &["--element", "last", "--element", "last"],
        2,
        &["names last twice"],
    );
    with(&["--public-key", "a"], 2, &["--public-key takes a role"]);
    with(&["--public-key", "a=two"], 3, &["two"]);
    let done = dir.fails(
        &[&new_args("p.toml", &day)[..], &["--public-key", "a=secret"]].concat(),
        3,
        &["secret"],
    );
    assert!(!done.err.contains("zzyzx"));
    dir.fails(
        &new_args("p.toml", "30 June"),
        2,
        &["--destroy-by must be a date"],
    );
    let short = [
        "project", "new", "--party", "a", "--party", "b", "-o", "p.toml",
    ];
    dir.fails(
        &[&short[..], &["--agreement", "MOU-7"]].concat(),
        2,
        &["--destroy-by is not given"],
    );
}

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

#[test]
fn a_receipt_beside_a_crosswalk_is_written_and_checked() {
    let dir = agreed();
    for party in ["a", "b"] {
        dir.encode("t.csv", party);
    }
    dir.ok(&MATCH);
    let project = Project::parse(&dir.read("p.toml")).unwrap();
    let text = dir.read("r/crosswalk-a.json");
    let receipt: Value = serde_json::from_str(&text).unwrap();
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

/// Encodes `t.csv` as both parties under `project`, with their ref keys if it has stable link ids, and matches, tokens and results in
/// `folder`, what stays with the owners beside it; returns the refs of party `a` and the link ids that it gets, both by student id.
fn round_of(dir: &Dir, project: &str, folder: &str) -> Vec<Vec<String>> {
    let is_stable = Project::parse(&dir.read(project)).unwrap().stable_link_ids;
    std::fs::create_dir(dir.path(folder)).unwrap();
    let at = |name: &str| format!("{folder}/{name}");
    for party in ["a", "b"] {
        let out = at(&format!("{party}.tokens"));
        let ref_key = format!("{party}.ref.key");
        let refs = format!("{folder}-{party}.refs.csv");
        let mut args = encode_args("t.csv", party, &out).to_vec();
        args[3] = project;
        args.extend(["--refs", &refs]);
        if is_stable {
            args.extend(["--ref-key", &ref_key]);
        }
        dir.ok(&args);
    }
    let (a, b, r) = (at("a.tokens"), at("b.tokens"), at("r"));
    dir.ok(&["match", &a, &b, "--project", project, "-o", &r]);
    let crosswalk = at("r/crosswalk-a.csv");
    let [refs, out] = ["a.refs.csv", "links.csv"].map(|name| format!("{folder}-{name}"));
    dir.ok(&[
        "resolve",
        &crosswalk,
        "--refs",
        &refs,
        "-o",
        &out,
        "--project",
        project,
    ]);
    assert_eq!(rows(&dir.read(&refs), REFS).len(), 2);
    let header = "record_ref,student_id,link_id,status,probability,rivals";
    let mut found = rows(&dir.read(&out), header);
    found.sort_by(|x, y| x[1].cmp(&y[1]));
    found
}

#[test]
fn rounds_cannot_be_joined_unless_the_project_says_so() {
    let dir = agreed();
    for (is_stable, name) in [(false, "fresh"), (true, "stable")] {
        if is_stable {
            edit(&dir, "# stable_link_ids", "stable_link_ids");
            for party in ["a", "b"] {
                dir.ok(&["key", "new", "-o", &format!("{party}.ref.key")]);
            }
        }
        let next = format!("{name}.toml");
        let day = in_years(2);
        let done = dir.ok(&[
            "project",
            "round",
            "2028",
            "p.toml",
            "--destroy-by",
            &day,
            "-o",
            &next,
        ]);
        assert_eq!(
            done.err.contains("cannot be joined"),
            !is_stable,
            "{}",
            done.err
        );
        assert_eq!(done.err.contains("the operator can join rounds"), is_stable);
        let projects = ["p.toml", &next].map(|p| Project::parse(&dir.read(p)).unwrap());
        assert_eq!(projects[1].round, "2028");
        assert_eq!(projects[0].id, projects[1].id);
        assert_ne!(projects[0].fingerprint, projects[1].fingerprint);
        let first = round_of(&dir, "p.toml", &format!("{name}-1"));
        let second = round_of(&dir, &next, &format!("{name}-2"));
        assert_eq!(first.len(), 2);
        for (x, y) in first.iter().zip(&second) {
            assert_eq!((x[1].as_str(), x[3].as_str()), (y[1].as_str(), "linked"));
            assert_eq!(x[0] == y[0], is_stable, "refs: {x:?} {y:?}");
            assert_eq!(x[2] == y[2], is_stable, "link ids: {x:?} {y:?}");
        }
        // Tokens are of one round in either case.
        let (a, b) = (format!("{name}-1/a.tokens"), format!("{name}-2/b.tokens"));
        dir.fails(
            &["match", &a, &b, "--project", &next, "-o", "r"],
            4,
            &["project"],
        );
        let bytes = |round: u8| dir.bytes(&format!("{name}-{round}/a.tokens"));
        assert_ne!(bytes(1), bytes(2));
    }
    let again = encode_args("t.csv", "a", "again.tokens");
    let done = dir.ok(&[&again[..], &["--ref-key", "a.ref.key"]].concat());
    let shown = dir.ok(&["key", "show", "a.ref.key"]);
    let fingerprint = (shown.out + &shown.err).trim()[12..].to_owned();
    for text in ["the operator can join rounds", &fingerprint] {
        assert!(done.err.contains(text), "{text}: {}", done.err);
    }
    // Decoys bear the ids of students, and are not known as theirs.
    dir.ok(&[&encode_args("t.csv", "a", "d.tokens")[..], &["--decoys"]].concat());
    let refs = |name: &str| -> Vec<String> {
        let all = rows(&dir.read(name), REFS).into_iter();
        all.map(|row| row[0].clone()).collect()
    };
    let own = refs("again.refs.csv");
    assert!(refs("d.refs.csv").iter().all(|r| !own.contains(r)));
}

#[test]
fn a_ref_key_is_asked_for_where_refs_are_made_with_one() {
    let dir = agreed();
    dir.ok(&["key", "new", "-o", "ref.key"]);
    let args = encode_args("t.csv", "a", "a.tokens");
    let with = |more: &[&'static str]| [&args[..], more].concat();
    dir.fails(
        &with(&["--ref-key", "ref.key"]),
        2,
        &["the refs of this one are random", "leave out --ref-key"],
    );
    edit(&dir, "# stable_link_ids", "stable_link_ids");
    dir.fails(
        &args,
        2,
        &["p.toml: ", "--ref-key", "`key new -o ref.key`", "to nobody"],
    );
    dir.fails(
        &with(&["--ref-key", "ref.key", "--decoys"]),
        2,
        &["decoys have random refs"],
    );
    // The linkage key under another name is no key of one's own.
    dir.key("copy", &KEY);
    for name in ["k", "copy"] {
        let said = format!("{name}: this is the linkage key");
        dir.fails(&[&args[..], &["--ref-key", name]].concat(), 3, &[&said]);
    }
    dir.fails(&with(&["--ref-key", "t.csv"]), 3, &["t.csv: "]);
    dir.fails(&with(&["--ref-key", "nowhere"]), 1, &["nowhere: "]);
    let mut onto = with(&["--ref-key", "ref.key", "--force"]);
    onto[9] = "ref.key";
    dir.fails(&onto, 2, &["would overwrite an input"]);
    dir.ok(&with(&["--ref-key", "ref.key"]));
}

#[test]
fn a_ref_key_is_of_all_rounds_and_outlives_what_is_destroyed_of_one() {
    let dir = agreed();
    edit(&dir, "# stable_link_ids", "stable_link_ids");
    dir.ok(&["key", "new", "-o", "ref.key"]);
    let args = encode_args("t.csv", "a", "a.tokens");
    dir.ok(&[&args[..], &["--ref-key", "ref.key"]].concat());
    let held = dir.ok(&["status", "--json"]).out;
    let held: Value = serde_json::from_str(&held).unwrap();
    let of = |name: &str| {
        let all = held["held"].as_array().unwrap().iter();
        let mut found = all.filter(|h| h["path"].as_str().unwrap().ends_with(name));
        found.next().unwrap().clone()
    };
    assert_eq!(of("/ref.key")["kind"], "key");
    assert!(of("/ref.key")["project"].is_null() && !of("/k")["project"].is_null());
    let destroy = ["destroy", ".", "--project", "p.toml", "--yes"];
    let given = ["--certificate", "c.html", "--key", "ref.key"];
    dir.fails(
        &[&destroy[..], &given].concat(),
        4,
        &["ref.key: the key given is not that of the project"],
    );
    let done = dir.ok(&[&destroy[..], &given[..2]].concat());
    assert!(done.err.contains("ref.key cannot be told"), "{}", done.err);
    assert!(dir.path("ref.key").exists() && !dir.path("k").exists());
    // At the operator it is a secret of an owner like another.
    let done = dir.run_as_it_lies(&MATCH);
    assert_eq!(done.code, 4);
    assert!(done.err.contains("ref.key"), "{}", done.err);
}
