//! `rehearse`: the whole job on made-up students in the form of one's own export.

use crate::harness::Dir;

#[test]
fn an_export_of_ones_own_is_rehearsed_and_its_rows_are_not_used() {
    let dir = Dir::with_project();
    let like = "STU ID\tLNAME\tFNAME\tSchool\tDOB\n\
                9\tQwertyuiop\tZzyzxa\tX\t3/14/2006\n\
                8\tAsdfghjkl\tVvortex\tX\t11/30/2005\n";
    dir.write("like.txt", like);
    let args = [
        "rehearse",
        "--project",
        "p.toml",
        "--party",
        "a",
        "--like",
        "like.txt",
        "--map",
        "id=STU ID",
        "--records",
        "400",
        "-o",
        "training",
    ];
    let done = dir.ok(&args);
    let made = dir.read("training/rehearsal-a.csv");
    assert!(made.starts_with("STU ID\tLNAME\tFNAME\tSchool\tDOB\nMADE-UP-"));
    assert_eq!(made.lines().count(), 401);
    assert!(!made.to_lowercase().contains("qwertyuiop"));
    assert!(
        made.lines()
            .nth(1)
            .unwrap()
            .split('\t')
            .nth(4)
            .unwrap()
            .contains('/')
    );
    for text in ["match", "verify-tokens", "passed", "precision", "Next:"] {
        assert!(done.out.contains(text), "{text}: {}", done.out);
    }
    let names = dir.names();
    let folder = names.iter().filter_map(|n| n.strip_prefix("training/"));
    assert!(folder.clone().count() > 12);
    for name in folder {
        assert!(name.starts_with("rehearsal-"), "{name}");
    }
    // What is printed can be typed: every command but those that make project and key.
    let commands = done
        .out
        .lines()
        .filter_map(|l| l.strip_prefix("$ blindlink "));
    let mut typed = 0;
    for command in commands.filter(|c| !c.contains(" new ")) {
        // The operator has a folder of its own.
        let folder = match command.starts_with("match ") {
            true => "training/rehearsal-operator",
            false => "training",
        };
        let mut words: Vec<String> = Vec::new();
        for (i, part) in command.split('"').enumerate() {
            match i % 2 {
                0 => words.extend(part.split(' ').filter(|w| !w.is_empty()).map(str::to_owned)),
                _ => words.push(part.to_owned()),
            }
        }
        if !["evaluate", "verify-tokens"].contains(&words[0].as_str()) {
            words.push("--force".into());
        }
        let mut program = dir.command(crate::harness::program());
        program.current_dir(dir.path(folder)).args(&words);
        let output = program.output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{command}: {err}");
        typed += 1;
    }
    assert!(typed >= 8, "{typed}");
    // The tokens of a rehearsal can meet no real ones.
    assert!(
        !dir.read("training/rehearsal-project.toml")
            .contains("00112233445566778899aabbccddeeff")
    );
    dir.fails(&args, 1, &["it exists already"]);
}

#[test]
fn presets_are_rehearsed() {
    let dir = Dir::new();
    for preset in ["powerschool", "calpads-senr", "oneroster-1.1", "banner"] {
        let out = format!("out-{preset}");
        let done = dir.ok(&[
            "rehearse",
            "--preset",
            preset,
            "--records",
            "300",
            "-o",
            &out,
        ]);
        assert!(done.out.contains("precision"), "{preset}");
    }
    dir.fails(
        &["rehearse", "--preset", "zzyzx", "-o", "x"],
        2,
        &["powerschool"],
    );
    dir.fails(&["rehearse", "-o", "x"], 2, &["--like"]);
}

#[test]
fn with_stable_link_ids_each_party_has_a_ref_key_of_its_own() {
    let dir = Dir::with_project();
    let text = dir.read("p.toml");
    dir.write(
        "p.toml",
        text.replace("# stable_link_ids", "stable_link_ids"),
    );
    let done = dir.ok(&[
        "rehearse",
        "--project",
        "p.toml",
        "--party",
        "a",
        "--preset",
        "banner",
        "--records",
        "300",
        "-o",
        "out",
    ]);
    for party in ["a", "b"] {
        let file = format!("rehearsal-{party}.ref.key");
        assert!(done.out.contains(&format!("key new -o {file}\n")));
        assert!(done.out.contains(&format!("--ref-key {file} -o")));
        assert_ne!(
            dir.read(&format!("out/{file}")),
            dir.read("out/rehearsal-linkage.key")
        );
    }
    assert_ne!(
        dir.read("out/rehearsal-a.ref.key"),
        dir.read("out/rehearsal-b.ref.key")
    );
}
