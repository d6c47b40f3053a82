//! `destroy`: it takes what is of the project, the right key, and nothing else, and says so in the log and a certificate.

use serde_json::Value;

use super::{agreed, encode, entries, linked};
use crate::harness::words;

#[test]
fn destroy_takes_what_is_of_the_project_and_nothing_else() {
    let dir = linked();
    // Another project in the same folder, with a key and a table of its own.
    dir.project("q.toml", &["district", "college"], "k12");
    dir.write(
        "q.toml",
        dir.read("q.toml").replace("round = \"1\"", "round = \"9\""),
    );
    dir.key("k2", &[9; 32]);
    dir.line("encode college.csv --project q.toml --party college --key k2 -o other.tokens -q");
    dir.write("mine.txt", "kept");
    std::fs::create_dir(dir.path("folder")).unwrap();
    dir.write("folder/inside.tokens", "kept");
    let kept = [
        "q.toml",
        "k2",
        "other.tokens",
        "other.refs.csv",
        "other.rejects.csv",
        "mine.txt",
        "folder/inside.tokens",
        "district.csv",
        "p.toml",
    ];
    let before = dir.files();
    #[cfg(unix)]
    std::os::unix::fs::symlink("other.tokens", dir.path("link.tokens")).unwrap();

    let args = words("destroy . operator --project p.toml --certificate c.html");
    dir.fails(
        &args,
        2,
        &[
            "nobody can be asked",
            "district.tokens (tokens)",
            "other.tokens is of another project",
        ],
    );
    let done = dir.ok(&[&args[..], &["--yes", "--witness", "Wwitness <b>"]].concat());
    assert!(
        done.err.contains("a linkage key is among them"),
        "{}",
        done.err
    );
    let after = dir.files();
    for name in kept {
        let name = format!("work/{name}");
        assert_eq!(after.get(&name), before.get(&name), "{name}");
    }
    for name in [
        "k",
        "district.tokens",
        "district.refs.csv",
        "district.rejects.csv",
        "district.release.json",
        "operator/district.tokens",
    ] {
        assert!(!dir.path(name).exists(), "{name}");
    }
    assert!(
        !dir.path("operator/results").exists(),
        "an empty folder of results goes too"
    );
    #[cfg(unix)]
    assert!(dir.path("link.tokens").symlink_metadata().is_ok());
    let page = dir.read("c.html");
    for text in [
        "MOU-7",
        "Wwitness &lt;b&gt;",
        "district.tokens",
        "wear levelling",
        "Backups",
        "shadow copies",
        "mail",
        "other data owners",
    ] {
        assert!(page.contains(text), "{text}");
    }
    let json = dir.json("c.json");
    let log = dir.read("p.log.jsonl");
    for d in json["destroyed"].as_array().unwrap() {
        let hash = d["file"]["blake3"].as_str().unwrap();
        for action in ["destroying", "destroyed"] {
            let is = |e: &Value| e["action"] == action && e["file"]["blake3"] == hash;
            assert!(
                entries(&log).iter().any(is),
                "{action} {}",
                d["file"]["name"]
            );
        }
        assert!(
            before
                .values()
                .any(|(_, print)| blake3::Hash::from_bytes(*print).to_string() == hash)
        );
    }
    dir.line("log verify p.log.jsonl");

    // Again: nothing is left, and the log has what was.
    dir.fails(
        &words("destroy . --project p.toml --certificate c.html --yes"),
        1,
        &["exists"],
    );
    let again = dir.line("destroy . --project p.toml --certificate c2.html --yes");
    assert!(again.err.contains("nothing is left"), "{}", again.err);
    let second = dir.json("c2.json");
    assert_eq!(
        second["destroyed_before"].as_array().unwrap().len(),
        json["destroyed"].as_array().unwrap().len()
    );
    dir.fails(
        &words("destroy . --project p.toml --certificate c3.html --log none.jsonl --yes"),
        4,
        &["nothing of this project was found"],
    );
}

#[test]
fn a_key_goes_only_if_it_is_the_projects() {
    let dir = agreed();
    dir.key("k2", &[9; 32]);
    dir.line(&encode("district"));
    std::fs::create_dir(dir.path("keys")).unwrap();
    std::fs::rename(dir.path("k"), dir.path("keys/k")).unwrap();
    let args = words("destroy . --project p.toml --certificate c.html --yes --key");
    dir.fails(
        &[&args[..], &["k2"]].concat(),
        4,
        &["not that of the project"],
    );
    // The log knows the key when the tokens are gone.
    for name in ["district.tokens", "district.refs.csv"] {
        std::fs::remove_file(dir.path(name)).unwrap();
    }
    dir.ok(&[&args[..], &["keys/k"]].concat());
    assert!(!dir.path("keys/k").exists() && dir.path("k2").exists());
}
