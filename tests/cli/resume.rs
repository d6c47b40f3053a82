//! `encode` that is killed and goes on.

use std::time::{Duration, Instant};

use crate::harness::{Dir, KEY, encode_args, program};

const OUTPUTS: [&str; 3] = ["a.tokens", "a.refs.csv", "a.rejects.csv"];

/// A folder with a table of several partitions.
fn large() -> Dir {
    let dir = Dir::new();
    dir.project("p.toml", &["a", "b"], "k12");
    dir.key("k", &KEY);
    dir.ok(&["synth", "--records", "200000", "--seed", "4", "-o", "."]);
    dir
}

#[test]
fn a_killed_encode_goes_on_at_any_number_of_threads_and_gives_the_same_bytes() {
    let dir = large();
    let more = |more: &[&'static str]| -> Vec<String> {
        let args = encode_args("district.csv", "a", "a.tokens");
        let args = args.iter().chain(&["--test-seed", "9"]).chain(more);
        args.map(|&a| a.to_owned()).collect()
    };
    let run = |args: Vec<String>| {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        dir.ok(&args)
    };
    let mut undisturbed = Vec::new();
    for threads in ["1", "2", "7"] {
        run(more(&["--threads", threads, "--force"]));
        let bytes = OUTPUTS.map(|name| dir.bytes(name));
        undisturbed.push(bytes.map(|b| blake3::hash(&b)));
    }
    assert!(undisturbed.iter().all(|u| *u == undisturbed[0]));
    OUTPUTS
        .iter()
        .for_each(|name| std::fs::remove_file(dir.path(name)).unwrap());

    let mut command = dir.command(program());
    command.args(more(&["-q"]));
    let mut child = command.spawn().unwrap();
    let start = Instant::now();
    while !dir.path("a.tokens.partial/part-000000").exists() {
        assert!(
            start.elapsed() < Duration::from_secs(300),
            "no partition came"
        );
        assert!(
            child.try_wait().unwrap().is_none(),
            "it ended before it was killed"
        );
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // What has no name yet stays behind when a program is killed.
    for name in dir.names() {
        if name.starts_with(".blindlink-") {
            std::fs::remove_file(dir.path(&name)).unwrap();
        }
    }
    assert!(!dir.path("a.tokens").exists());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        for (name, mode) in [("", 0o700), ("run.json", 0o600), ("part-000000", 0o600)] {
            let path = dir.path("a.tokens.partial").join(name);
            let found = std::fs::metadata(path).unwrap().permissions().mode();
            assert_eq!(found & 0o777, mode, "{name}");
        }
    }
    let left: Vec<String> = dir.names();
    let other = encode_args("college.csv", "a", "a.tokens");
    let other = [&other[..], &["--test-seed", "9", "--resume"]].concat();
    dir.command(program()).args(&other).output().unwrap();
    assert_eq!(
        dir.names(),
        left,
        "a foreign run is refused and nothing is lost"
    );

    let done = run(more(&["--resume", "--threads", "2"]));
    assert!(done.err.contains("resumed: "), "{}", done.err);
    for (name, hash) in OUTPUTS.iter().zip(undisturbed[0]) {
        assert!(blake3::hash(&dir.bytes(name)) == hash, "{name}");
    }
    assert!(!dir.path("a.tokens.partial").exists());
}

#[test]
fn there_may_be_nothing_to_resume_and_a_small_table_has_no_checkpoint() {
    let dir = Dir::with_project();
    let args = encode_args("t.csv", "a", "a.tokens");
    let args = [&args[..], &["--test-seed", "9"]].concat();
    dir.ok(&args);
    let first = OUTPUTS.map(|name| dir.bytes(name));
    let done = dir.ok(&[&args[..], &["--resume", "--force"]].concat());
    assert!(done.err.contains("no unfinished run"), "{}", done.err);
    assert!(OUTPUTS.map(|name| dir.bytes(name)) == first);
    assert!(!dir.path("a.tokens.partial").exists());
}
