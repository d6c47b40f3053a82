//! `clk match`: files of CLKs of other programs, and what an anonlink entity service would give of them. Here is what holds
//! whatever is given and asked for.

mod candidates;
mod inputs;
mod outputs;

use serde_json::Value;

use crate::harness::{Dir, Done, words};

/// Three filters of 16 bits: 8 bits, 7 of these and another one, none.
const A: &str = r#"{"clks": ["/wA=", "/oA=", "AAA="]}"#;
/// The first of [`A`], its second with a bit more, and one that is like nobody.
const B: &str = r#"{"clks": ["AA8=", "/wA=", "/sA="]}"#;

fn dir() -> Dir {
    let dir = Dir::new();
    dir.write("a.json", A);
    dir.write("b.json", B);
    dir
}

/// The words that match the two files into `out`, and more.
fn args(more: &str) -> Vec<&str> {
    [words("clk match a.json b.json -o out"), words(more)].concat()
}

fn matched(dir: &Dir, more: &str) -> Done {
    dir.ok(&args(more))
}

#[test]
fn no_secret_of_an_owner_lies_where_files_are_matched() {
    let dir = dir();
    std::fs::create_dir(dir.path("in")).unwrap();
    std::fs::rename(dir.path("a.json"), dir.path("in/a.json")).unwrap();
    let args = words("clk match in/a.json b.json --threshold 0.8 -o out/g.json");
    std::fs::create_dir(dir.path("out")).unwrap();
    let secrets: [(&[u8], &str); 3] = [
        (&[7; 32], "a linkage key"),
        (b"blindlink-identity-1 00", "an identity"),
        (b"record_ref,student_id\n", "record refs"),
    ];
    for folder in ["", "in/", "out/"] {
        for (bytes, text) in secrets {
            let name = format!("{folder}x");
            dir.key(&name, bytes);
            let before = dir.files();
            let done = dir.run_as_it_lies(&args);
            dir.check_failure(
                &done,
                &before,
                4,
                &[text, &name, "where the operator works"],
            );
            std::fs::remove_file(dir.path(&name)).unwrap();
        }
    }
    assert_eq!(dir.run_as_it_lies(&args).code, 0);
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let dir = Dir::new();
    // A fixed sequence of filters with many equal coefficients, so that order within a score matters.
    let clks = |from: usize| -> Vec<u8> {
        let bytes = (from..from + 600).flat_map(|i| {
            let bits = (i * i * 2_654_435_761) >> 7;
            [bits, bits >> 8 & bits >> 3, i % 7].map(|b| b as u8)
        });
        bytes.collect()
    };
    dir.write("a.json", clks(0));
    dir.write("b.json", clks(300));
    let mut first = None;
    for threads in ["1", "2", "5"] {
        let mut files = Vec::new();
        for output in ["candidates", "groups"] {
            let how = format!("--format binary --hash-size 3 --force --threads {threads}");
            matched(&dir, &format!("--threshold 0.7 --output {output} {how}"));
            files.push(dir.bytes("out"));
        }
        assert!(files[0].len() > 24 * 1000, "many pairs");
        assert!(
            *first.get_or_insert_with(|| files.clone()) == files,
            "{threads} threads"
        );
    }
}

#[test]
fn progress_is_told_by_numbers_alone() {
    let dir = dir();
    let done = matched(&dir, "--threshold 0.8 --progress json");
    let events: Vec<Value> = done
        .err
        .lines()
        .filter(|l| l.starts_with('{'))
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    let of = |step: &str| events.iter().rfind(|e| e["step"] == step).cloned();
    assert_eq!(of("compare").unwrap()["done"], 9);
    assert_eq!(of("read").unwrap()["verb"], "clk");
    assert_eq!(events.last().unwrap()["event"], "done");
    assert!(
        !done
            .err
            .lines()
            .any(|l| l.starts_with('{') && l.contains("a.json"))
    );
}
