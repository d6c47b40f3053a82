//! Completions and manual pages are made, and name every verb and nothing that is hidden.

use crate::harness::Dir;

fn verbs(dir: &Dir) -> Vec<String> {
    let help = dir.ok(&["--help"]).out;
    let lines = help.lines().skip_while(|l| *l != "Commands:").skip(1);
    let lines = lines.take_while(|l| !l.is_empty());
    let verbs: Vec<String> = lines
        .filter(|l| l.starts_with("  ") && !l.starts_with("   "))
        .filter_map(|l| l.split_whitespace().next().map(str::to_owned))
        .filter(|v| v != "help")
        .collect();
    assert!(
        verbs.len() > 10 && verbs.contains(&"encode".to_owned()),
        "{verbs:?}"
    );
    verbs
}

#[test]
fn completions_name_every_verb() {
    let dir = Dir::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = dir.ok(&["completions", shell]).out;
        for verb in verbs(&dir) {
            assert!(script.contains(&verb), "{shell}: {verb}");
        }
        assert!(!script.contains("test-seed"), "{shell}");
    }
    dir.fails(&["completions", "zzyzx"], 2, &["bash"]);
}

#[test]
fn there_is_a_manual_page_of_every_verb() {
    let dir = Dir::new();
    let main = dir.ok(&["man"]).out;
    dir.ok(&["man", "-o", "man"]);
    assert_eq!(dir.read("man/blindlink.1"), main);
    for verb in verbs(&dir) {
        let page = dir.read(&format!("man/blindlink-{verb}.1"));
        assert!(
            page.starts_with(".ie") && page.contains(".SH SYNOPSIS"),
            "{verb}"
        );
        assert!(!page.contains("test\\-seed"), "{verb}");
        assert!(main.contains(&verb.replace('-', "\\-")), "{verb}");
    }
    assert!(dir.read("man/blindlink-encode.1").contains("date\\-format"));
    dir.fails(&["man", "-o", "man"], 1, &["it exists already"]);
    dir.ok(&["man", "-o", "man", "--force"]);
}
