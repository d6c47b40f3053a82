//! `clk encode`, `clk validate-schema`, `clk convert-schema` and `clk benchmark`, from outside.

mod schemas;
mod tables;

use serde_json::{Value, json};

use crate::harness::{Dir, Done, testdata, words};

/// No cell of a table of these tests is without one of these.
const MARKERS: [&str; 3] = ["zqxjv", "vvkkw", "1907"];

const TABLE: &str = "INDEX,NAME,DOB,GRADE\n\
                     1,Zqxjvana Vvkkwson,1907-07-19,7\n\
                     2,\"Vvkkwe, Zqxjvo\",1907-7-9,12\n";

const ENCODE: &str = "clk encode t.csv --schema s.json --secret-file secret -o clks.json --quiet";

fn schema() -> Value {
    let hashing =
        |comparison: Value| json!({"comparison": comparison, "strategy": {"bitsPerFeature": 60}});
    json!({
        "version": 3,
        "clkConfig": {"l": 128, "kdf": {"type": "HKDF"}},
        "features": [
            {"identifier": "INDEX", "ignored": true},
            {"identifier": "NAME", "format": {"type": "string", "minLength": 2},
             "hashing": hashing(json!({"type": "ngram", "n": 2}))},
            {"identifier": "DOB", "format": {"type": "date", "format": "%Y-%m-%d"},
             "hashing": hashing(json!({"type": "ngram", "n": 1, "positional": true}))},
            {"identifier": "GRADE", "format": {"type": "integer", "maximum": 13},
             "hashing": hashing(json!({"type": "numeric", "thresholdDistance": 2, "resolution": 2}))},
        ],
    })
}

fn folder() -> Dir {
    let dir = Dir::new();
    dir.write("t.csv", TABLE);
    dir.write("s.json", schema().to_string());
    dir.key("secret", b"horse stable\n");
    dir
}

fn with(more: &[&'static str]) -> Vec<&'static str> {
    [&words(ENCODE)[..], more].concat()
}

/// No message holds a cell.
fn silent(done: &Done) {
    let said = format!("{}{}", done.out, done.err).to_lowercase();
    for marker in MARKERS {
        assert!(!said.contains(marker), "{said}");
    }
}

/// Runs the encoding, which must be refused with exit code 3, write nothing and show no cell.
fn refused(dir: &Dir, more: &[&'static str], texts: &[&str]) {
    silent(&dir.fails(&with(more), 3, texts));
}

#[test]
fn whole_files_are_those_of_the_old_command_line() {
    let path = testdata("clkhash/vectors.json");
    let vectors: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let text = |vector: &Value, key: &str| vector[key].as_str().unwrap().to_owned();
    let (mut written, mut refused) = (0, 0);
    for vector in vectors["files"].as_array().unwrap() {
        let dir = folder();
        dir.write("t.csv", text(vector, "table"));
        dir.write("s.json", vector["schema"].to_string());
        dir.key("secret", text(vector, "secret").as_bytes());
        let mut args = with(&[]);
        match &vector["header"] {
            Value::Bool(false) => args.push("--no-header"),
            Value::String(_) => args.push("--no-check-header"),
            _ => {}
        }
        if vector["validate"] == false {
            args.push("--no-validate");
        }
        if vector["written"] == "refused" {
            dir.fails(&args, 3, &["t.csv"]);
            refused += 1;
        } else {
            dir.ok(&args);
            assert!(
                dir.read("clks.json") == text(vector, "written"),
                "{}",
                text(vector, "name")
            );
            written += 1;
        }
    }
    assert!(written >= 9 && refused >= 8, "{written}, {refused}");
}

#[test]
fn the_secret_comes_from_a_file_or_standard_input_alone() {
    let dir = folder();
    dir.line(ENCODE);
    let first = dir.read("clks.json");
    assert!(first.starts_with("{\"clks\": [\"") && first.ends_with("\"]}"));
    assert_eq!(first.matches("==\"").count(), 2, "16 bytes each");
    // Not once more without being told to.
    silent(&dir.fails(&words(ENCODE), 1, &["--force"]));
    #[cfg(unix)]
    {
        let line = "printf 'horse stable\\r\\n' | \"$0\" clk encode t.csv --schema s.json --secret-file - -o piped.json";
        let done = dir.sh(line);
        assert_eq!(done.code, 0, "{}", done.err);
        assert!(
            done.err.contains("CLKs are still personal data"),
            "{}",
            done.err
        );
        silent(&done);
        assert_eq!(dir.read("piped.json"), first);
        dir.chmod("secret", 0o644);
        refused(&dir, &["--force"], &["secret", "chmod 600"]);
        let asked = dir.sh("\"$0\" clk encode t.csv --schema s.json -o x.json < /dev/null");
        assert_eq!(asked.code, 2);
        assert!(asked.err.contains("--secret-file"), "{}", asked.err);
        dir.chmod("secret", 0o600);
    }
    dir.key("secret", b"horse stable \n");
    dir.ok(&with(&["--force"]));
    assert!(
        dir.read("clks.json") != first,
        "a blank is part of the secret"
    );
    dir.key("secret", b"\n");
    refused(&dir, &["--force"], &["the secret is empty"]);
    silent(&dir.fails(
        &words("clk encode t.csv --schema s.json --secret-file secret -o t.csv --force"),
        2,
        &["overwrite an input"],
    ));
}

#[test]
fn a_benchmark_says_one_line() {
    let dir = Dir::new();
    let done = dir.ok(&["clk", "benchmark", "--records", "300", "--threads", "1"]);
    assert_eq!(done.out.lines().count(), 1, "{}", done.out);
    assert!(
        done.out.starts_with("300 records in ") && done.out.contains(" by 1 threads: "),
        "{}",
        done.out
    );
}
