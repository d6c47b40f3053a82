//! Identities: made, shown, and of their secrets no byte in anything but their own files.

use super::{agreed, open_args, seal_args};
use crate::harness::Dir;

#[test]
fn new_identities() {
    let dir = Dir::new();
    let made = dir.ok(&["identity", "new", "-o", "zzyzx.identity"]);
    assert!(made.out.starts_with("fingerprint ") && made.err.contains("zzyzx.pub is handed out"));
    assert!(
        dir.read("zzyzx.identity")
            .starts_with("blindlink-identity-1 zzyzx ")
    );
    assert!(
        dir.read("zzyzx.pub")
            .starts_with("blindlink-public-1 zzyzx ")
    );
    dir.fails(
        &["identity", "new", "-o", "zzyzx.identity"],
        1,
        &["zzyzx.pub", "exists"],
    );
    std::fs::remove_file(dir.path("zzyzx.pub")).unwrap();
    let again = dir.run(&["identity", "new", "-o", "zzyzx.identity"]);
    assert!(
        again.code == 1 && again.err.contains("never overwritten"),
        "{}",
        again.err
    );
    dir.fails(&["identity", "new", "-o", "Data Office"], 2, &["--name"]);
    dir.fails(
        &["identity", "new", "-o", "zz.pub"],
        2,
        &["would overwrite"],
    );
    dir.ok(&["identity", "new", "-o", "Data Office", "--name", "district"]);
    assert!(
        dir.ok(&["identity", "show", "Data Office"])
            .out
            .contains("name         district\n")
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(dir.path("zzyzx.identity"))
            .unwrap()
            .permissions();
        assert_eq!(mode.mode() & 0o777, 0o600);
        dir.chmod("zzyzx.identity", 0o644);
        let texts = [
            "the identity can be read or changed by other users",
            "chmod 600",
        ];
        dir.fails(&["identity", "show", "zzyzx.identity"], 3, &texts);
    }
}

/// No byte of a secret in anything but its own file.
#[test]
fn secrets_are_shown_nowhere() {
    let dir = agreed();
    dir.ok(&["key", "new", "-o", "n"]);
    let words = |name: &str| -> Vec<String> {
        let text = dir.read(name);
        let long = text.split_whitespace().filter(|w| w.len() == 64);
        long.map(str::to_owned).collect()
    };
    let mut secrets = words("n");
    secrets.extend(words("college.identity"));
    secrets.extend(words("custodian.identity"));
    assert_eq!(secrets.len(), 5);
    let mut said = String::new();
    let mut run = |args: &[&str]| {
        let done = dir.run(args);
        said += &(done.out + &done.err);
    };
    let mut seal = seal_args("custodian.identity", &["college.pub"], "s");
    seal[2] = "n";
    run(&seal);
    run(&open_args("o"));
    run(&["key", "show", "n"]);
    run(&["key", "show", "college.identity"]);
    run(&["identity", "show", "college.identity"]);
    run(&["identity", "show", "n"]);
    run(&[
        "project",
        "sign",
        "p.toml",
        "--identity",
        "college.identity",
    ]);
    run(&["project", "signatures", "p.toml", "--openssh", "chk"]);
    // Damaged ones: the message must not quote them.
    for name in ["n", "college.identity"] {
        let text = dir.read(name);
        dir.key(&format!("bad-{name}"), &text.as_bytes()[..text.len() - 2]);
        run(&["key", "show", &format!("bad-{name}")]);
        run(&["identity", "show", &format!("bad-{name}")]);
        run(&["identity", "show", &format!("bad-{name}"), "--openssh"]);
    }
    assert!(dir.names().contains(&"s".to_owned()) && dir.names().contains(&"o".to_owned()));
    let own = [
        "n",
        "o",
        "bad-n",
        "college.identity",
        "bad-college.identity",
        "custodian.identity",
    ];
    for secret in &secrets {
        for part in [&secret[..16], &secret[48..]] {
            assert!(!said.contains(part));
            for name in dir.names().iter().filter(|n| !own.contains(&n.as_str())) {
                let text = String::from_utf8_lossy(&dir.bytes(name)).into_owned();
                assert!(!text.contains(part), "{name}");
            }
        }
    }
}
