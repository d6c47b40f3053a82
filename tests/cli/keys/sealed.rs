//! A linkage key on its way: from the custodian to the owners, of one project and round, and to nobody else.

use super::{agree, agreed, folder, open_args, seal, seal_args, sign};

#[test]
fn a_key_goes_from_the_custodian_to_each_owner_and_to_nobody_else() {
    let dir = agreed();
    let sealed = seal(&dir);
    let print = dir.ok(&["key", "show", "k"]).out;
    assert_eq!(sealed.out, print);
    // Four groups of five digits.
    let groups: Vec<&str> = print.split_whitespace().skip(1).collect();
    assert!(groups.len() == 4 && groups.iter().all(|g| g.len() == 5));
    for role in ["district", "college"] {
        let mut args = open_args(role);
        let identity = format!("{role}.identity");
        args[4] = &identity;
        assert_eq!(dir.ok(&args).out, print);
        assert_eq!(dir.ok(&["key", "show", role]).out, print);
        assert!(dir.read(role).starts_with("blindlink-key-1 "));
        let shown = dir.ok(&["identity", "show", &identity]).out;
        assert_eq!(
            shown,
            dir.ok(&["identity", "show", &format!("{role}.pub")]).out
        );
        // What the custodian was told of the reader is what the reader sees.
        let own = shown
            .lines()
            .nth(1)
            .unwrap()
            .trim_start_matches("fingerprint");
        assert!(sealed.err.contains(own.trim()));
    }
    assert_eq!(dir.bytes("district"), dir.bytes("college"));
    for role in ["custodian", "operator"] {
        let mut args = open_args("x");
        let identity = format!("{role}.identity");
        args[4] = &identity;
        dir.fails(
            &args,
            4,
            &["s: not sealed to this identity, but to district, college"],
        );
    }
    dir.fails(&open_args("college"), 1, &["never overwritten"]);
}

#[test]
fn a_key_is_sealed_by_the_custodian_to_parties_alone() {
    let dir = agreed();
    dir.ok(&["identity", "new", "-o", "stranger.identity"]);
    let fails = |sender: &str, to: &[&str], code, text: &str| {
        dir.fails(&seal_args(sender, to, "x"), code, &[text]);
    };
    let custodian = "custodian.identity";
    fails(
        custodian,
        &["district.pub", "operator.pub"],
        4,
        "is the operator's",
    );
    fails(
        custodian,
        &["stranger.pub"],
        4,
        "names no party with the key",
    );
    fails(
        custodian,
        &["custodian.pub"],
        4,
        "names no party with the key",
    );
    fails(
        "district.identity",
        &["college.pub"],
        4,
        "names no custodian with this identity",
    );
    fails(
        custodian,
        &["college.pub", "college.pub"],
        2,
        "is given twice",
    );
    fails(custodian, &["college.identity"], 3, "not a public key");
    fails(
        "college.pub",
        &["college.pub"],
        3,
        "expected an identity, found the public half",
    );
    fails(
        "k",
        &["college.pub"],
        3,
        "expected an identity, found a linkage key",
    );
    seal(&dir);
    dir.fails(
        &seal_args(custodian, &["college.pub"], "s"),
        1,
        &["--force"],
    );
    dir.fails(
        &["key", "show", "s"],
        3,
        &["found a sealed linkage key", "key open"],
    );
    dir.fails(
        &["key", "show", "college.identity"],
        3,
        &["found an identity"],
    );
}

/// A party with a key of OpenSSH can sign, but nothing can be sealed to it.
#[test]
fn nothing_is_sealed_to_a_key_that_only_signs() {
    let dir = folder();
    let line = dir
        .ok(&["identity", "show", "college.pub", "--openssh"])
        .out;
    dir.write("ssh.pub", &line);
    agree(
        &dir,
        &[("custodian", dir.read("custodian.pub")), ("college", line)],
    );
    dir.fails(
        &seal_args("custodian.identity", &["ssh.pub"], "x"),
        2,
        &["can sign, but nothing can be sealed to it", "identity new"],
    );
    // The other half of the identity is not what was agreed on.
    dir.fails(
        &seal_args("custodian.identity", &["college.pub"], "x"),
        4,
        &["names no party"],
    );
    sign(&dir, "college");
}

#[test]
fn a_sealed_key_is_of_one_project_and_round() {
    let dir = agreed();
    seal(&dir);
    let good = dir.read("p.toml");
    dir.write(
        "p.toml",
        good.replace("purpose = \"\"", "purpose = \"Zzyzx\""),
    );
    dir.fails(
        &open_args("x"),
        4,
        &["s: sealed for project", "the same project file"],
    );
    dir.write("p.toml", good.replace("round = \"1\"", "round = \"2\""));
    dir.fails(
        &open_args("x"),
        4,
        &["sealed for round \"1\"", "of round \"2\""],
    );
    dir.write("p.toml", format!("# A comment does not count.\n{good}"));
    dir.ok(&open_args("x"));
    dir.write("p.toml", good.replace("2999-12-31", "2020-12-31"));
    dir.fails(&open_args("y"), 4, &["p.toml"]);
    dir.fails(
        &seal_args("custodian.identity", &["college.pub"], "y"),
        4,
        &["p.toml"],
    );
}

#[test]
fn a_sealed_key_is_from_the_custodian() {
    // Without an agreement anybody may seal; the reader says from whom it must be.
    let dir = folder();
    dir.ok(&seal_args("district.identity", &["college.pub"], "s"));
    dir.fails(
        &open_args("x"),
        2,
        &["names no key of a custodian", "--from"],
    );
    let from = |role: &'static str, out: &'static str| {
        let mut args = open_args(out);
        args.extend(["--from", role]);
        args
    };
    let somebody = [
        "s: signed by somebody else than the custodian",
        "by a number that you know",
    ];
    dir.fails(&from("custodian.pub", "x"), 4, &somebody);
    dir.ok(&from("district.pub", "x"));
    // With one, who it is stands there.
    agree(&dir, &[("custodian", dir.read("custodian.pub"))]);
    dir.fails(&open_args("y"), 4, &somebody);
    dir.fails(
        &from("district.pub", "y"),
        4,
        &["district.pub: the custodian whom the project file names"],
    );
}

#[test]
fn a_sealed_key_that_was_changed() {
    let dir = agreed();
    seal(&dir);
    let good = dir.read("s");
    let lines: Vec<&str> = good.lines().collect();
    // The reader of one box is put into the place of another, a line is left out, the key's fingerprint is another one.
    let mut moved = lines.clone();
    moved.swap(5, 6);
    let mut without = lines.clone();
    without.remove(5);
    let other = good.replace("\nkey ", "\nkey 0");
    for text in [
        moved.join("\n") + "\n",
        without.join("\n") + "\n",
        other,
        good.replace("to college", "to kollege"),
    ] {
        assert_ne!(text, good);
        dir.write("s", text);
        dir.fails(
            &open_args("x"),
            3,
            &["s: the sealed key is damaged", "send it again"],
        );
    }
    dir.write("s", "zzyzx");
    dir.fails(&open_args("x"), 3, &["s: expected a sealed key"]);
    // Mail may change the line ends.
    dir.write("s", good.replace('\n', "\r\n"));
    dir.ok(&open_args("x"));
}

/// The custodian has no token file to know the key by.
#[test]
fn the_custodian_destroys_the_key_that_was_sealed_and_no_other() {
    let dir = agreed();
    dir.key("k2", &[9; 32]);
    seal(&dir);
    let args = |key| {
        let destroy = ["destroy", ".", "--project", "p.toml", "--yes", "--key", key];
        [&destroy[..], &["--certificate", "c.html"]].concat()
    };
    dir.fails(
        &args("k2"),
        4,
        &["k2: the key given is not that of the project"],
    );
    dir.ok(&args("k"));
    assert!(!dir.path("k").exists() && !dir.path("s").exists());
    assert!(dir.path("k2").exists() && dir.path("custodian.identity").exists());
}
