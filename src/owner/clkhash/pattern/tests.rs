use super::*;

fn matches(pattern: &str, cell: &str) -> bool {
    Pattern::parse(pattern)
        .unwrap_or_else(|e| panic!("{pattern}: {e:?}"))
        .matches(cell)
        .unwrap()
}

#[test]
fn a_whole_cell_matches_or_it_does_not() {
    for (pattern, yes, no) in [
        ("[A-Z]+", "ZZYZX", "ZZYZx"),
        ("^[a-z ]*$", "qwerty uiop", "q\n"),
        (r"\d{5}(-\d{4})?", "12345-\u{661}234", "12345-"),
        (r"\w+", "\u{e9}x_\u{b2}", "x\u{301}"),
        (r"\s", "\u{1c}", "\u{200b}"),
        ("a|ab", "ab", "abb"),
        ("(?i)kis[st]", "\u{212a}\u{131}\u{17f}T", "kisr"),
        ("(?i:[a-c])d", "Bd", "bD"),
        ("(?ai)k", "K", "\u{212a}"),
        (r"(\w)x\1", "axa", "axb"),
        (r"(?P<q>[ab])(?P=q)", "bb", "ba"),
        ("(?!unknown).*", "someone", "unknown"),
        (r"\bab\b.*", "ab cd", "abcd"),
        ("[]a]+", "]a", "b"),
        ("[^]a]+", "b-", "]"),
        ("[a&&b[]+", "&[", "c"),
        ("[--/~]+", "-./~", "0"),
        (r"[\w.\-]+", "a.b-c", "a b"),
        ("x{,2}", "xx", "xxx"),
        ("x{2}", "xx", "x"),
        ("x{a}", "x{a}", "x"),
        ("{", "{", "}"),
        (r"\x41\u00e9\101", "A\u{e9}A", "AEA"),
        ("a.c", "a\rc", "a\nc"),
        ("(?s)a.c", "a\nc", "ac"),
        (r"a$\n?", "a\n", "a\n\n"),
        ("(?:a+)+b", "aaab", "aaac"),
        ("a++b", "aab", "b"),
        ("(?#none)a", "a", ""),
        ("", "", "a"),
        ("a|", "", "b"),
        (r"\Aa\Z", "a", "a\n"),
    ] {
        assert!(matches(pattern, yes), "{pattern} {yes:?}");
        assert!(!matches(pattern, no), "{pattern} {no:?}");
    }
}

#[test]
fn what_python_does_not_take_is_invalid() {
    for pattern in [
        "(",
        ")",
        "[",
        "[a",
        "*",
        "a**",
        "a{2}{3}",
        "^*",
        "a{3,2}",
        r"\q",
        r"\1",
        "[b-a]",
        "(?P<1>a)",
        "(?P<a>b)(?P<a>c)",
        "(?P=a)",
        "a(?i)b",
        "(?y)",
        "\\",
        "(?",
        "(?#",
        r"\x4",
        r"[\d-x]",
        r"[a-\d]",
        r"\777",
        "|*",
        "(?-u:a)",
    ] {
        assert!(
            matches!(Pattern::parse(pattern), Err(Invalid(_))),
            "{pattern}: {:?}",
            Pattern::parse(pattern)
        );
    }
}

#[test]
fn what_is_not_known_here_is_told_apart() {
    for pattern in [
        "(?x)a b",
        "(a)?(?(1)b|c)",
        "(?i)\u{e9}",
        r"(?i)(a)\1",
        r"\N{DASH}",
        r"\ud800",
    ] {
        assert!(
            matches!(Pattern::parse(pattern), Err(Beyond(_))),
            "{pattern}"
        );
    }
}

#[test]
fn no_search_goes_on_for_ever() {
    let pattern = Pattern::parse(r"(?:(a+)+\1)+b").unwrap();
    assert_eq!(pattern.matches(&"a".repeat(60)), None);
    let plain = Pattern::parse("(?:a+)+b").unwrap();
    assert_eq!(plain.matches(&"a".repeat(100_000)), Some(false));
}
