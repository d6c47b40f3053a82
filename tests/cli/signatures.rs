//! Signatures of the project file: who has signed, who must, and what OpenSSH says to it.

use std::process::Command;

use crate::harness::{Dir, TABLE, program};
use crate::keys::{ROLES, agree, agreed, folder, sign};

#[test]
fn who_has_signed_is_shown_and_required() {
    let dir = agreed();
    dir.write("t.csv", TABLE);
    let encode = |party: &'static str, more: &[&'static str]| {
        let out = if party == "district" {
            "d.tokens"
        } else {
            "c.tokens"
        };
        let mut args = vec!["encode", "t.csv", "--project", "p.toml", "--party", party];
        args.extend(["--key", "k", "-o", out]);
        args.extend(more);
        args
    };
    let require = ["--require-signatures"];
    dir.fails(
        &encode("district", &require),
        4,
        &["p.toml: not signed by district, college, custodian"],
    );
    sign(&dir, "district");
    sign(&dir, "custodian");
    dir.fails(
        &encode("district", &require),
        4,
        &["p.toml: not signed by college", "project sign"],
    );
    let done = dir.ok(&encode("district", &[]));
    assert!(
        done.err
            .contains("signed by district, custodian; not by college"),
        "{}",
        done.err
    );
    assert!(
        !dir.ok(&encode("college", &["--quiet"]))
            .err
            .contains("signed")
    );
    let link = [
        "match",
        "d.tokens",
        "c.tokens",
        "--project",
        "p.toml",
        "-o",
        "r",
        "--require-signatures",
    ];
    dir.fails(&link, 4, &["p.toml: not signed by college"]);
    sign(&dir, "college");
    let shown = dir.ok(&["project", "signatures", "p.toml"]).out;
    assert_eq!(shown.matches("  signed  ").count(), 3, "{shown}");
    // The operator may sign, and need not.
    sign(&dir, "operator");
    assert!(
        dir.ok(&["project", "signatures", "p.toml"])
            .out
            .contains("operator     signed")
    );
    assert!(
        dir.ok(&encode("district", &["--require-signatures", "--force"]))
            .err
            .contains("signed by district")
    );
    // Comments do not count, everything else does.
    let good = dir.read("p.toml");
    dir.write("p.toml", format!("# Zzyzx\n{good}"));
    dir.ok(&encode("college", &["--require-signatures", "--force"]));
    dir.write(
        "p.toml",
        good.replace("minimum_cell = 11", "minimum_cell = 10"),
    );
    let texts = [
        "its signatures do not hold",
        "another version of the project file",
    ];
    dir.fails(
        &encode("college", &["--require-signatures", "--force"]),
        4,
        &texts,
    );
    let done = dir.ok(&encode("college", &["--quiet", "--force"]));
    assert!(
        done.err.contains("warning: signatures of the project file"),
        "{}",
        done.err
    );
    dir.fails(
        &[
            "project",
            "sign",
            "p.toml",
            "--identity",
            "college.identity",
        ],
        4,
        &["p.toml.sigs: these signatures are of another version"],
    );
}

#[test]
fn signatures_that_do_not_verify() {
    let dir = agreed();
    for role in ["district", "college", "custodian"] {
        sign(&dir, role);
    }
    let good = dir.read("p.toml.sigs");
    let show = ["project", "signatures", "p.toml"];
    // A signature of another version, put into this file.
    let text = dir.read("p.toml");
    std::fs::create_dir(dir.path("other")).unwrap();
    dir.write(
        "other/p.toml",
        text.replace("purpose = \"\"", "purpose = \"Zzyzx\""),
    );
    dir.ok(&[
        "project",
        "sign",
        "other/p.toml",
        "--identity",
        "college.identity",
    ]);
    let other = dir.read("other/p.toml.sigs");
    let body = |text: &str| text.split_once('\n').unwrap().1.to_owned();
    let blocks: Vec<&str> = good
        .split_inclusive("-----END SSH SIGNATURE-----\n")
        .collect();
    dir.write("p.toml.sigs", good.replace(blocks[1], &body(&other)));
    let before = dir.files();
    let done = dir.run(&show);
    assert_eq!(done.code, 4);
    assert!(done.out.contains("college      not signed"), "{}", done.out);
    assert!(
        done.err
            .contains("the signature of college does not verify"),
        "{}",
        done.err
    );
    assert_eq!(dir.files(), before);
    // Signed again, it is replaced.
    sign(&dir, "college");
    assert_eq!(dir.read("p.toml.sigs"), good);
    for bad in [
        "",
        "zzyzx\n",
        &good[..good.len() - 1],
        &format!("{good}{}", blocks[1]),
        &format!("{good}\n"),
    ] {
        dir.write("p.toml.sigs", bad);
        dir.fails(
            &show,
            3,
            &["p.toml.sigs: expected signatures of a project file"],
        );
    }
    dir.write("p.toml.sigs", good.replace('\n', "\r\n"));
    dir.ok(&show);
}

#[test]
fn who_cannot_sign() {
    let dir = agreed();
    dir.ok(&["identity", "new", "-o", "stranger.identity"]);
    let sign = |file: &'static str| ["project", "sign", "p.toml", "--identity", file];
    dir.fails(
        &sign("stranger.identity"),
        4,
        &["p.toml: it names nobody with this key"],
    );
    dir.fails(&sign("college.pub"), 3, &["found the public half"]);
    dir.fails(&sign("k"), 3, &["found a linkage key"]);
    dir.project("q.toml", &["a", "b"], "k12");
    let no_agreement = ["q.toml", "no [agreement] in it"];
    dir.fails(
        &[
            "project",
            "sign",
            "q.toml",
            "--identity",
            "college.identity",
        ],
        4,
        &no_agreement,
    );
    dir.fails(&["project", "signatures", "q.toml"], 4, &no_agreement);
    let text = dir.read("p.toml");
    dir.write(
        "p.toml",
        text.replacen(
            "blindlink-public-1 college",
            "blindlink-public-1 kollege",
            1,
        ),
    );
    dir.fails(
        &sign("college.identity"),
        3,
        &["p.toml: contact of `college`: not a public key"],
    );
}

/// Of two who sign at once, none is lost.
#[test]
fn two_may_sign_at_once() {
    let dir = agreed();
    for _ in 0..5 {
        let _ = std::fs::remove_file(dir.path("p.toml.sigs"));
        let running: Vec<_> = ROLES
            .iter()
            .map(|role| {
                let mut command = dir.command(program());
                command.args(["project", "sign", "p.toml", "--quiet", "--identity"]);
                command.arg(format!("{role}.identity")).spawn().unwrap()
            })
            .collect();
        for mut child in running {
            assert!(child.wait().unwrap().success());
        }
        let shown = dir.ok(&["project", "signatures", "p.toml"]).out;
        assert_eq!(shown.matches("  signed  ").count(), 4, "{shown}");
    }
}

/// `ssh-keygen`, where there is one.
fn ssh_keygen(dir: &Dir, args: &[&str]) -> Option<std::process::Output> {
    let mut command: Command = dir.command("ssh-keygen");
    command
        .args(args)
        .stdin(std::process::Stdio::null())
        .output()
        .ok()
}

#[test]
fn openssh_checks_our_signatures_and_we_its_own() {
    let dir = folder();
    let make = |name: &str, phrase: &str| {
        ssh_keygen(&dir, &["-q", "-t", "ed25519", "-N", phrase, "-f", name])
    };
    if make("ssh", "").is_none() {
        return;
    }
    make("locked", "a passphrase");
    agree(
        &dir,
        &[
            ("district", dir.read("district.pub")),
            ("college", dir.read("ssh.pub")),
            ("custodian", dir.read("locked.pub")),
        ],
    );
    let sign = |file: &'static str| ["project", "sign", "p.toml", "--identity", file];
    dir.ok(&sign("district.identity"));
    dir.ok(&sign("ssh"));
    dir.fails(&sign("locked"), 3, &["has a passphrase", "--signature"]);
    // Such a key signs by ssh-keygen itself.
    dir.ok(&["project", "signatures", "p.toml", "--openssh", "chk"]);
    let namespace = "blindlink-project-1";
    let signed = ssh_keygen(
        &dir,
        &[
            "-Y",
            "sign",
            "-P",
            "a passphrase",
            "-f",
            "locked",
            "-n",
            namespace,
            "chk/project.canonical",
        ],
    );
    if !signed.unwrap().status.success() {
        // Older ones ask for the passphrase on the terminal alone: take it off.
        ssh_keygen(
            &dir,
            &["-q", "-p", "-P", "a passphrase", "-N", "", "-f", "locked"],
        );
        let again = [
            "-Y",
            "sign",
            "-f",
            "locked",
            "-n",
            namespace,
            "chk/project.canonical",
        ];
        assert!(ssh_keygen(&dir, &again).unwrap().status.success());
    }
    dir.ok(&[
        "project",
        "sign",
        "p.toml",
        "--signature",
        "chk/project.canonical.sig",
    ]);
    let shown = dir
        .ok(&["project", "signatures", "p.toml", "--openssh", "chk"])
        .out;
    assert_eq!(shown.matches("  signed  ").count(), 3, "{shown}");
    for role in ["district", "college", "custodian"] {
        let check = |text: &str| {
            let mut command = dir.command("ssh-keygen");
            command.args([
                "-Y",
                "verify",
                "-f",
                "chk/allowed_signers",
                "-n",
                namespace,
                "-I",
                role,
            ]);
            command.args(["-s", &format!("chk/{role}.sig")]);
            dir.write("signed", text);
            command.stdin(std::fs::File::open(dir.path("signed")).unwrap());
            command.output().unwrap().status.success()
        };
        let text = dir.read("chk/project.canonical");
        assert!(check(&text), "{role}");
        assert!(
            !check(&text.replace("\"round\":\"1\"", "\"round\":\"2\"")),
            "{role}"
        );
    }
    dir.write(
        "p.toml",
        dir.read("p.toml").replace("round = \"1\"", "round = \"2\""),
    );
    std::fs::remove_file(dir.path("p.toml.sigs")).unwrap();
    dir.fails(
        &[
            "project",
            "sign",
            "p.toml",
            "--signature",
            "chk/project.canonical.sig",
        ],
        4,
        &["the signature is not of this project file"],
    );
}
