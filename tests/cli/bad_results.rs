//! Crosswalks, ref maps and truths that are malformed or of another round.

use crate::harness::{Dir, MATCH};

/// A folder with everything up to the results in `r`.
fn matched() -> Dir {
    let dir = Dir::with_project();
    dir.encode("t.csv", "a");
    dir.encode("t.csv", "b");
    dir.ok(&MATCH);
    dir.write("truth.csv", "a,b\n71,71\n72,72\n");
    dir
}

fn resolve_fails(dir: &Dir, crosswalk: &str, refs: &str, code: i32, texts: &[&str]) {
    dir.fails(
        &["resolve", crosswalk, "--refs", refs, "-o", "out.csv"],
        code,
        texts,
    );
}

#[test]
fn ref_maps_of_another_party_or_round() {
    let dir = matched();
    let other = ["r/crosswalk-a.csv", "the ref map does not have"];
    resolve_fails(&dir, "r/crosswalk-a.csv", "b.refs.csv", 4, &other);
    let whole = dir.read("r/crosswalk-a.csv");
    let cut: Vec<&str> = whole.lines().take(2).collect();
    dir.write("cut.csv", format!("{}\n", cut.join("\n")));
    let missing = [
        "cut.csv",
        "1 records of the ref map are not in the crosswalk",
    ];
    resolve_fails(&dir, "cut.csv", "a.refs.csv", 4, &missing);
}

#[test]
fn malformed_results() {
    let dir = matched();
    resolve_fails(
        &dir,
        "none.csv",
        "a.refs.csv",
        1,
        &["none.csv", "no such file"],
    );
    dir.write("x.csv", "");
    resolve_fails(
        &dir,
        "x.csv",
        "a.refs.csv",
        3,
        &["x.csv", "the file is empty"],
    );
    dir.write("x.csv", "record_ref,state\nzz,linked\n");
    resolve_fails(
        &dir,
        "x.csv",
        "a.refs.csv",
        3,
        &["x.csv:1:", "a column \"status\""],
    );
    let whole = dir.read("r/crosswalk-a.csv");
    dir.write("x.csv", format!("{whole}cut,off\n"));
    resolve_fails(
        &dir,
        "x.csv",
        "a.refs.csv",
        3,
        &["x.csv:4:", "expected 5 cells", "found 2"],
    );
    let refs = dir.read("a.refs.csv");
    let again = refs.lines().nth(1).unwrap();
    dir.write("x.csv", format!("{refs}{again}\n"));
    let texts = ["x.csv:4: column \"record_ref\"", "stands in the file twice"];
    resolve_fails(&dir, "r/crosswalk-a.csv", "x.csv", 3, &texts);
    dir.ok(&[
        "resolve",
        "r/crosswalk-a.csv",
        "--refs",
        "a.refs.csv",
        "-o",
        "once.csv",
    ]);
    resolve_fails(
        &dir,
        "once.csv",
        "a.refs.csv",
        3,
        &["once.csv:1:", "student ids already"],
    );
}

#[test]
fn evaluations_that_compare_what_does_not_belong_together() {
    let dir = matched();
    let evaluate = |refs: [&str; 2], truth: &str, code, texts: &[&str]| {
        let args = [
            "evaluate", "r", "--refs", refs[0], "--refs", refs[1], "--truth", truth,
        ];
        dir.fails(&args, code, texts);
    };
    let refs = ["a.refs.csv", "b.refs.csv"];
    dir.write("x.csv", "a,b\n901,902\n");
    evaluate(refs, "x.csv", 4, &["x.csv", "no id of the truth"]);
    dir.write("x.csv", "a,b\n");
    evaluate(refs, "x.csv", 3, &["x.csv", "holds no pair"]);
    dir.write("x.csv", "a\n71\n");
    evaluate(refs, "x.csv", 3, &["x.csv:1:", "two columns"]);
    evaluate(refs, "none.csv", 1, &["none.csv", "no such file"]);
    evaluate(
        ["a.refs.csv", "a.refs.csv"],
        "truth.csv",
        4,
        &["of these two ref maps"],
    );
    let one = [
        "evaluate",
        "r",
        "--refs",
        "a.refs.csv",
        "--truth",
        "truth.csv",
    ];
    dir.fails(&one, 2, &["--refs exactly twice"]);
}
