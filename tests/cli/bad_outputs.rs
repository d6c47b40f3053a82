//! Outputs that cannot or must not be written: nothing appears, and nothing that was there is lost.

use crate::harness::{Dir, MATCH, encode_args, resolve_args, testdata, words};

#[test]
fn output_equal_to_input() {
    let dir = Dir::with_project();
    for input in ["t.csv", "p.toml", "k", "./t.csv"] {
        let mut args = encode_args("t.csv", "a", input).to_vec();
        args.push("--force");
        dir.fails(&args, 2, &[input, "would overwrite an input"]);
    }
    for option in ["--refs", "--rejects"] {
        let mut args = encode_args("t.csv", "a", "x.tokens").to_vec();
        args.extend([option, "t.csv", "--force"]);
        dir.fails(&args, 2, &["t.csv", "would overwrite an input"]);
    }
    let mut args = encode_args("t.csv", "a", "x.tokens").to_vec();
    args.extend(["--refs", "same", "--rejects", "same"]);
    dir.fails(&args, 2, &["two outputs have the same name"]);
}

#[cfg(unix)]
#[test]
fn output_equal_to_input_by_a_link() {
    let dir = Dir::with_project();
    std::os::unix::fs::symlink(dir.path("t.csv"), dir.path("link.csv")).unwrap();
    let mut args = encode_args("t.csv", "a", "link.csv").to_vec();
    args.push("--force");
    dir.fails(&args, 2, &["would overwrite an input"]);
}

#[test]
fn resolve_does_not_overwrite_its_inputs() {
    let dir = Dir::with_project();
    dir.encode("t.csv", "a");
    dir.encode("t.csv", "b");
    dir.ok(&MATCH);
    for out in ["a.refs.csv", "r/crosswalk-a.csv"] {
        let args = [
            "resolve",
            "r/crosswalk-a.csv",
            "--refs",
            "a.refs.csv",
            "-o",
            out,
            "--force",
        ];
        dir.fails(&args, 2, &[out, "would overwrite an input"]);
    }
}

#[test]
fn what_exists_is_kept_unless_forced() {
    let dir = Dir::with_project();
    for taken in ["x.tokens", "x.refs.csv", "x.rejects.csv"] {
        dir.write(taken, "mine");
        dir.encode_fails("t.csv", 1, &[taken, "it exists already", "--force"]);
        std::fs::remove_file(dir.path(taken)).unwrap();
    }
    dir.encode("t.csv", "a");
    dir.encode("t.csv", "b");
    dir.ok(&MATCH);
    dir.fails(&MATCH, 1, &["r/", "exists already", "--force"]);
    let before = dir.bytes("r/links.csv");
    dir.ok(&[&MATCH[..], &["--force"]].concat());
    assert_eq!(dir.bytes("r/links.csv"), before);
    let resolve = resolve_args("out.csv");
    dir.ok(&resolve);
    dir.fails(&resolve, 1, &["out.csv", "exists already"]);
    dir.fails(
        &[
            "project", "new", "--party", "a", "--party", "b", "-o", "p.toml",
        ],
        1,
        &["p.toml"],
    );
    let synth = ["synth", "--records", "50", "-o", "s"];
    dir.ok(&synth);
    dir.fails(&synth, 1, &["exists already"]);
    dir.ok(&["demo", "--out", "d"]);
    dir.fails(&["demo", "--out", "d"], 1, &["exists already"]);
}

/// A folder that does not exist and a file in place of a folder: also root is refused these.
#[test]
fn unwritable_output() {
    let dir = Dir::with_project();
    for out in ["none/x.tokens", "t.csv/x.tokens"] {
        dir.fails(&encode_args("t.csv", "a", out), 1, &[out, "cannot write"]);
    }
    for option in ["--refs", "--rejects"] {
        let mut args = encode_args("t.csv", "a", "x.tokens").to_vec();
        args.extend([option, "none/x.csv"]);
        dir.fails(&args, 1, &["none/x.csv", "cannot write"]);
    }
    std::fs::create_dir(dir.path("folder")).unwrap();
    dir.fails(&encode_args("t.csv", "a", "folder"), 1, &["it is a folder"]);

    dir.encode("t.csv", "a");
    dir.encode("t.csv", "b");
    for out in ["t.csv", "t.csv/r"] {
        let args = format!("match a.tokens b.tokens --project p.toml -o {out}");
        dir.fails(&words(&args), 1, &[out, "cannot write"]);
    }
    dir.ok(&MATCH);
    let args = resolve_args("none/out.csv");
    dir.fails(&args, 1, &["none/out.csv", "cannot write"]);
    dir.fails(
        &["key", "new", "-o", "none/k"],
        1,
        &["none/k", "cannot write"],
    );
    dir.fails(
        &[
            "project", "new", "--party", "a", "--party", "b", "-o", "none/p",
        ],
        1,
        &["none/p", "cannot write"],
    );
    dir.fails(
        &["synth", "--records", "50", "-o", "t.csv/s"],
        1,
        &["t.csv/s"],
    );
}

/// A limit on the size of files stands in for a full disk: the write fails in the middle. The
/// limits, in units of 512 bytes or 1 KiB as the shell has it, are chosen so that each of the
/// files is the one that does not fit.
#[cfg(unix)]
#[test]
fn full_disk() {
    let dir = Dir::new();
    dir.project("p.toml", &["district", "college"], "k12");
    dir.key("k", &crate::harness::KEY);
    let limited = |limit: u32, args: &str| {
        let before = dir.files();
        let done = dir.sh(&format!(
            "trap '' XFSZ; ulimit -f {limit}; exec \"$0\" {args}"
        ));
        dir.check_failure(&done, &before, 1, &["error: ", "cannot write"]);
    };
    for party in ["district", "college"] {
        let table = testdata(&format!("k12-demo/{party}.csv"));
        let args = format!(
            "encode '{table}' --project p.toml --party {party} --key k -o {party}.tokens --threads 2"
        );
        // Rejects and refs fit into neither, one and both of these.
        for limit in [0, 4, 400] {
            limited(limit, &args);
        }
        assert_eq!(dir.sh(&format!("exec \"$0\" {args}")).code, 0);
    }
    let args = "match district.tokens college.tokens --project p.toml -o r --threads 2";
    for limit in [4, 200] {
        limited(limit, args);
        assert!(!dir.path("r").exists());
    }
    assert_eq!(dir.sh(&format!("exec \"$0\" {args}")).code, 0);
    limited(
        4,
        "resolve r/crosswalk-college.csv --refs college.refs.csv -o out.csv",
    );
    limited(0, "key new -o n.key");
    limited(0, "project new --party a --party b -o n.toml");
    limited(8, "synth --records 2000 -o s");
    // Where results stood, they still stand: replaced as a whole or not at all.
    limited(4, &format!("{args} --force"));
}

/// Data on standard output that cannot be written is a failure, unless its reader has gone.
#[cfg(target_os = "linux")]
#[test]
fn full_standard_output() {
    let dir = Dir::with_project();
    dir.encode("t.csv", "a");
    let done = dir.sh("\"$0\" inspect a.tokens >/dev/full");
    assert_eq!(done.code, 1, "{}", done.err);
    assert!(done.err.contains("standard output") && done.err.contains("disk is full"));
    let done = dir.sh("{ \"$0\" inspect a.tokens; echo $? >&2; } | true");
    assert_eq!(done.err, "0\n");
}
