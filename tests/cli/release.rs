//! The release manifest: what an owner states of a token file, and what the operator makes of it.
//!
//! The audits here are sealed by the test: what is under test is what follows from one.

use serde_json::Value;

use crate::harness::{Dir, Done, MATCH, encode_args};

const RELEASE: [&str; 4] = ["release", "a.tokens", "--project", "p.toml"];
const WITH_AUDIT: [&str; 6] = [
    "release",
    "a.tokens",
    "--project",
    "p.toml",
    "--audit",
    "audit.json",
];

/// A folder with `a.tokens` and `b.tokens` that belong together.
fn encoded() -> Dir {
    let dir = Dir::with_project();
    dir.encode("t.csv", "a");
    dir.encode("t.csv", "b");
    dir
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Compact JSON that has `"seal":""`, with its seal.
fn sealed(compact: &str, context: &str) -> String {
    let mut hasher = blake3::Hasher::new_derive_key(context);
    let seal = hasher.update(compact.as_bytes()).finalize().to_hex();
    assert!(compact.ends_with("\"seal\":\"\"}"));
    compact.replace("\"seal\":\"\"}", &format!("\"seal\":\"{seal}\"}}"))
}

/// Writes `audit.json`: an audit of `tokens` that came to `verdict`.
fn audit(dir: &Dir, tokens: &str, verdict: &str) {
    let header = json(&dir.ok(&["inspect", tokens, "--json"]).out);
    let subject = format!(
        "\"version\":\"0\",\"schema\":\"k12\",\"schema_fingerprint\":{},\"project\":{},\"tokens\":{},\"party\":{},\
         \"records\":2,\"population\":9,\"sample\":9,\"pooled\":true,\"seed\":1",
        header["schema"], header["project"], header["blake3"], header["party"]
    );
    let compact = format!(
        "{{\"format\":\"blindlink-audit-1\",\"subject\":{{{subject}}},\"verdict\":\"{verdict}\",\
         \"control\":{{\"shared\":9,\"reidentified\":1.0,\"passed\":true}},\
         \"attacks\":[],\"correlation\":[],\"checks\":[],\"seal\":\"\"}}"
    );
    dir.write(
        "audit.json",
        sealed(&compact, "blindlink 2026-11-22 audit seal v1"),
    );
}

#[test]
fn without_an_audit_the_manifest_says_so() {
    let dir = encoded();
    let done = dir.ok(&RELEASE);
    assert_eq!(done.out, "");
    assert!(done.err.contains("audit: none made"), "{}", done.err);
    assert!(done.err.contains("a.release.json goes to the operator"));
    let manifest = json(&dir.read("a.release.json"));
    let header = json(&dir.ok(&["inspect", "a.tokens", "--json"]).out);
    assert_eq!(manifest["format"], "blindlink-release-1");
    assert_eq!(manifest["tokens"], header["blake3"]);
    assert_eq!(manifest["schema"], "k12");
    for same in ["party", "project", "round", "records", "rows"] {
        assert_eq!(manifest[same], header[same], "{same}");
    }
    let stated = &manifest["audit"];
    assert_eq!(
        (&stated["verdict"], &stated["seal"]),
        (&"none".into(), &Value::Null)
    );
    assert_eq!(stated["sentence"], "No audit of these tokens was made.");
    // Nothing else is in it: no key check, no ref, no path.
    assert_eq!(manifest.as_object().unwrap().len(), 11);
    // Under another name, and silently.
    let quiet = [&RELEASE[..], &["-o", "m.json", "-q"]].concat();
    let done = dir.ok(&quiet);
    assert_eq!((done.out.as_str(), done.err.as_str()), ("", ""));
    assert_eq!(dir.read("m.json"), dir.read("a.release.json"));
}

#[test]
fn the_verdict_reaches_the_operator_and_refuses_nothing() {
    let dir = encoded();
    for (verdict, words) in [
        ("green", "the tokens withstood these attacks on its sample"),
        ("amber", "withstood most of these attacks on its sample"),
        (
            "red",
            "the tokens did NOT withstand these attacks on its sample",
        ),
        ("void", "it says nothing"),
    ] {
        audit(&dir, "a.tokens", verdict);
        let done = dir.ok(&[&WITH_AUDIT[..], &["--force"]].concat());
        assert!(done.err.contains(words), "{}", done.err);
        let manifest = json(&dir.read("a.release.json"));
        assert_eq!(manifest["audit"]["verdict"], verdict);
        assert_eq!(
            manifest["audit"]["seal"],
            json(&dir.read("audit.json"))["seal"]
        );

        let done = dir.ok(&[&MATCH[..], &["--force"]].concat());
        let line = format!("a  audit: {verdict} - ");
        assert!(
            done.err.contains(&line) && done.err.contains(words),
            "{}",
            done.err
        );
        assert!(
            done.err
                .contains("b  audit: none stated, no release manifest")
        );
        let parties = json(&dir.read("r/report.json"))["parties"].clone();
        let shown = |i: usize| (parties[i]["manifest"].clone(), parties[i]["audit"].clone());
        assert_eq!(shown(0), (true.into(), verdict.into()));
        assert_eq!(shown(1), (false.into(), "none".into()));
        // A warning is no summary.
        let quiet = dir.ok(&[&MATCH[..], &["--force", "-q"]].concat());
        assert_eq!(quiet.err.contains(&line), verdict != "green");
        assert!(!quiet.err.contains("b  audit"));

        let text = dir.ok(&["inspect", "a.tokens"]).out;
        assert!(
            text.contains(&format!("audit          {verdict} - ")),
            "{text}"
        );
        let inspected = json(&dir.ok(&["inspect", "a.tokens", "--json"]).out);
        assert_eq!(inspected["audit"], verdict);
        for said in [text, done.err, dir.read("a.release.json")] {
            for word in ["secure", "anonymous", "ferpa", "compliant"] {
                assert!(!said.to_lowercase().contains(word), "{word}");
            }
        }
    }
    assert!(!dir.ok(&["inspect", "b.tokens"]).out.contains("audit"));
}

#[test]
fn an_audit_of_other_tokens() {
    let dir = encoded();
    audit(&dir, "b.tokens", "green");
    dir.fails(
        &WITH_AUDIT,
        4,
        &["audit.json", "not of the token file's party"],
    );
    // The same table, party and project, encoded once more.
    audit(&dir, "a.tokens", "green");
    let of = json(&dir.ok(&["inspect", "a.tokens", "--json"]).out);
    let of = &of["blake3"].as_str().unwrap()[..16];
    dir.ok(&[&encode_args("t.csv", "a", "a.tokens")[..], &["--force"]].concat());
    dir.fails(&WITH_AUDIT, 4, &["audit.json", of, "run `audit` again"]);
    // Another project: first of the audit, then of the tokens.
    audit(&dir, "a.tokens", "green");
    let project = dir.read("p.toml");
    dir.write("p.toml", project.replace("id = \"0011", "id = \"ffff"));
    dir.fails(&WITH_AUDIT, 4, &["a.tokens", "made under project"]);
    dir.ok(&[&encode_args("t.csv", "a", "a.tokens")[..], &["--force"]].concat());
    dir.fails(&WITH_AUDIT, 4, &["audit.json", "the audit is of project"]);
}

#[test]
fn an_audit_that_was_edited_gives_no_verdict() {
    let dir = encoded();
    audit(&dir, "a.tokens", "red");
    let whole = dir.read("audit.json");
    for (from, to, words) in [
        ("\"red\"", "\"green\"", "changed after it was made"),
        (
            "\"sample\":9",
            "\"sample\":900",
            "changed after it was made",
        ),
        ("\"red\"", "\"withstood\"", "not a usable audit"),
        ("\"checks\":[],", "", "not a usable audit"),
        ("audit-1", "audit-2", "another format"),
        ("}", "", "not a usable audit"),
    ] {
        let edited = whole.replacen(from, to, 1);
        assert_ne!(edited, whole);
        dir.write("audit.json", edited);
        let done = dir.fails(&WITH_AUDIT, 3, &["audit.json", words]);
        assert!(!done.err.contains("withst"), "{}", done.err);
    }
    dir.write("audit.json", "");
    dir.fails(&WITH_AUDIT, 3, &["audit.json"]);
    dir.write("audit.json", dir.bytes("a.tokens"));
    dir.fails(&WITH_AUDIT, 3, &["audit.json"]);
    std::fs::remove_file(dir.path("audit.json")).unwrap();
    dir.fails(&WITH_AUDIT, 1, &["audit.json", "no such file"]);
}

#[test]
fn outputs_that_must_not_be_written() {
    let dir = encoded();
    dir.ok(&RELEASE);
    dir.fails(
        &RELEASE,
        1,
        &["a.release.json", "exists already", "--force"],
    );
    dir.ok(&[&RELEASE[..], &["--force"]].concat());
    audit(&dir, "a.tokens", "green");
    for input in ["a.tokens", "p.toml", "audit.json"] {
        let args = [&WITH_AUDIT[..], &["-o", input, "--force"]].concat();
        dir.fails(&args, 2, &[input, "would overwrite an input"]);
    }
    let args = [&RELEASE[..], &["-o", "none/m.json"]].concat();
    dir.fails(&args, 1, &["none/m.json", "cannot write"]);
}

/// `match` and `inspect` refuse the manifest beside `a.tokens`.
fn refused(dir: &Dir, code: i32, texts: &[&str]) {
    let done = dir.fails(&MATCH, code, texts);
    assert!(done.err.contains("a.release.json") && !done.err.contains("withst"));
    assert!(!dir.path("r").exists());
    dir.fails(&["inspect", "a.tokens"], code, texts);
}

#[test]
fn a_manifest_that_was_edited() {
    let dir = encoded();
    audit(&dir, "a.tokens", "red");
    dir.ok(&WITH_AUDIT);
    let whole = dir.read("a.release.json");
    for (from, to, words) in [
        ("\"red\"", "\"green\"", "changed after it was made"),
        (
            "did NOT withstand",
            "withstood",
            "changed after it was made",
        ),
        (
            "\"records\": 2",
            "\"records\": 3",
            "changed after it was made",
        ),
        ("\"red\"", "\"fine\"", "not a usable release manifest"),
        (
            "\"party\": \"a\"",
            "\"party\": \"\\u001b[2J\"",
            "not a usable release manifest",
        ),
        ("release-1", "release-2", "another format"),
        ("}", "", "not a usable release manifest"),
    ] {
        let edited = whole.replacen(from, to, 1);
        assert_ne!(edited, whole, "{from}");
        dir.write("a.release.json", edited);
        refused(&dir, 3, &[words]);
    }
    // White space is nobody's statement.
    dir.write("a.release.json", whole.replace('\n', "\r\n"));
    dir.ok(&["inspect", "a.tokens"]);
    // Sealed, and in contradiction with itself.
    let audit = whole.find("\"audit\"").unwrap();
    let none = whole[..audit].replace([' ', '\n'], "")
        + "\"audit\":{\"verdict\":\"green\",\"seal\":null,\"sentence\":\"\"},\"seal\":\"\"}";
    dir.write(
        "a.release.json",
        sealed(&none, "blindlink 2026-11-25 release seal v1"),
    );
    refused(&dir, 3, &["a verdict without an audit"]);
    for bytes in [&b""[..], b"[", b"{}", &dir.bytes("t.csv")] {
        dir.write("a.release.json", bytes);
        refused(&dir, 3, &["not a usable release manifest"]);
    }
}

#[test]
fn a_manifest_of_another_token_file() {
    let dir = encoded();
    let print = |tokens: &str| -> String {
        let header = json(&dir.ok(&["inspect", tokens, "--json"]).out);
        header["blake3"].as_str().unwrap()[..16].to_owned()
    };
    let before = print("a.tokens");
    dir.ok(&RELEASE);
    let manifest = dir.bytes("a.release.json");
    std::fs::remove_file(dir.path("a.release.json")).unwrap();
    dir.ok(&[&encode_args("t.csv", "a", "a.tokens")[..], &["--force"]].concat());
    let after = print("a.tokens");
    dir.write("a.release.json", &manifest);
    refused(&dir, 4, &[&before, &after, "run `release` again"]);
    // Of the other party.
    dir.ok(&["release", "b.tokens", "--project", "p.toml"]);
    dir.write("a.release.json", dir.bytes("b.release.json"));
    refused(&dir, 4, &["of party `b`", "of party `a`"]);
    // Of another project.
    let project = dir.read("p.toml");
    dir.write("p.toml", project.replace("id = \"0011", "id = \"ffff"));
    dir.ok(&encode_args("t.csv", "a", "x.tokens"));
    dir.ok(&[
        "release",
        "x.tokens",
        "--project",
        "p.toml",
        "-o",
        "a.release.json",
        "--force",
    ]);
    dir.write("p.toml", project);
    refused(&dir, 4, &["of project", "run `release` again"]);
    dir.ok(&[&RELEASE[..], &["--force"]].concat());
    dir.ok(&MATCH);
}

/// Every verb that makes or uses tokens of a schema, in turn.
fn every_verb(schema: &str, more: &[&str]) -> Vec<Done> {
    let dir = Dir::with_project();
    let project = [
        "project", "new", "--party", "a", "--party", "b", "--schema", schema, "-o", "p.toml",
        "--force",
    ];
    let calls: [&[&str]; 7] = [
        &project,
        &encode_args("t.csv", "a", "a.tokens"),
        &encode_args("t.csv", "b", "b.tokens"),
        &["inspect", "a.tokens", "--json"],
        &["audit", "--tokens", "a.tokens", "--project", "p.toml"],
        &RELEASE,
        &MATCH,
    ];
    let run = |args: &[&str]| dir.ok(&[args, more].concat());
    calls.into_iter().map(run).collect()
}

#[test]
fn the_classic_schema_is_warned_of_at_every_verb() {
    let warning = "warning: classic tokens (the schema clk) are known to be broken";
    for more in [&[][..], &["--quiet"]] {
        for done in every_verb("clk", more) {
            assert_eq!(done.err.matches(warning).count(), 1, "{}", done.err);
            assert!(!done.out.contains("warning"));
        }
    }
    for schema in ["k12", "k12-strict"] {
        for done in every_verb(schema, &[]) {
            assert!(!done.err.contains("warning"), "{}", done.err);
        }
    }
}
