//! Holds the code to the table of rooms in `ARCHITECTURE.md`: the table is read from the page, so
//! that page and test cannot disagree.

#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Room to the rooms that it may import, both as module paths (`owner::table`).
type Table = BTreeMap<String, BTreeSet<String>>;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The table whose header starts with `| room |`.
fn read_table(page: &str) -> Table {
    let rows = page
        .lines()
        .skip_while(|l| !l.starts_with("| room |"))
        .skip(2)
        .take_while(|l| l.starts_with('|'));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        assert_eq!(cells.len(), 4, "a row of the table has four cells: {row}");
        let names = |cell: &str| -> Vec<String> {
            let parts = cell.split('`').skip(1).step_by(2);
            parts.map(str::to_owned).collect()
        };
        let room = names(cells[0]).remove(0);
        (room, names(cells[2]).into_iter().collect())
    })
    .collect()
}

/// The module path of a source file: `src/owner/table/rows.rs` is `owner::table::rows`.
fn module_of(file: &Path) -> String {
    let inside = file.strip_prefix("src").expect("a path under src");
    let mut parts: Vec<&str> = inside.iter().filter_map(|p| p.to_str()).collect();
    let last = parts.pop().expect("a file name").trim_end_matches(".rs");
    if last != "mod" {
        parts.push(last);
    }
    parts.join("::")
}

/// The room of a module path: the longest room of the table that it lies in.
fn room_of<'t>(table: &'t Table, module: &str) -> Option<&'t str> {
    let inside = |room: &str| module == room || module.starts_with(&format!("{room}::"));
    let rooms = table.keys().map(String::as_str).filter(|r| inside(r));
    rooms.max_by_key(|r| r.len())
}

/// The words and marks of Rust code, without comments and the content of literals.
fn tokens(code: &str) -> Vec<String> {
    let chars: Vec<char> = code.chars().collect();
    let at = |i: usize| chars.get(i).copied().unwrap_or(' ');
    let (mut out, mut i) = (Vec::new(), 0);
    while i < chars.len() {
        let c = chars[i];
        if c == '/' && at(i + 1) == '/' {
            while i < chars.len() && chars[i] != '\n' {
                i += 1;
            }
        } else if c == '/' && at(i + 1) == '*' {
            while i < chars.len() && !(chars[i] == '*' && at(i + 1) == '/') {
                i += 1;
            }
            i += 2;
        } else if c == 'r' && (at(i + 1) == '"' || (at(i + 1) == '#' && "#\"".contains(at(i + 2))))
        {
            let marks = chars[i + 1..].iter().take_while(|c| **c == '#').count();
            let end: String = std::iter::once('"')
                .chain("#".repeat(marks).chars())
                .collect();
            let rest: String = chars[i + 2 + marks..].iter().collect();
            let length = rest.find(&end).map_or(rest.len(), |b| b + end.len());
            i += 2 + marks + rest[..length.min(rest.len())].chars().count();
        } else if c == '"' {
            i += 1;
            while i < chars.len() && chars[i] != '"' {
                i += if chars[i] == '\\' { 2 } else { 1 };
            }
            i += 1;
        } else if c == '\'' && (at(i + 1) == '\\' || at(i + 2) == '\'') {
            // A character, not a lifetime.
            i += 2;
            while i < chars.len()
                && (chars[i] != '\'' || chars[i - 1] == '\\' && chars[i - 2] != '\\')
            {
                i += 1;
            }
            i += 1;
        } else if c.is_alphanumeric() || c == '_' {
            let start = i;
            while at(i).is_alphanumeric() || at(i) == '_' {
                i += 1;
            }
            out.push(chars[start..i].iter().collect());
        } else {
            let double = c == ':' && at(i + 1) == ':';
            if !c.is_whitespace() {
                out.push(if double { "::".into() } else { c.to_string() });
            }
            i += if double { 2 } else { 1 };
        }
    }
    out
}

/// Every path of a file that starts at `crate`, `self`, `super` or, in the binary, `blindlink`,
/// from the root of the crate: groups taken apart, inline modules taken into account.
fn paths(module: &str, code: &str) -> Vec<String> {
    let tokens = tokens(code);
    let mut here: Vec<String> = module
        .split("::")
        .filter(|p| !p.is_empty())
        .map(str::to_owned)
        .collect();
    if here == ["lib"] || here == ["main"] {
        here.clear();
    }
    let (mut inline, mut depth, mut out) = (Vec::new(), 0usize, Vec::new());
    let next = |i: usize| tokens.get(i).map_or("", String::as_str);
    for (i, token) in tokens.iter().enumerate() {
        match token.as_str() {
            "{" => {
                depth += 1;
                if i >= 2 && next(i - 2) == "mod" {
                    inline.push(depth);
                    here.push(next(i - 1).to_owned());
                }
            }
            "}" => {
                if inline.last() == Some(&depth) {
                    inline.pop();
                    here.pop();
                }
                depth = depth.saturating_sub(1);
            }
            "crate" | "self" | "super" | "blindlink" if i == 0 || next(i - 1) != "::" => {
                let alone = next(i + 1) != "::";
                let base = match token.as_str() {
                    "super" => here[..here.len().saturating_sub(1)].to_vec(),
                    "self" => here.clone(),
                    _ => Vec::new(),
                };
                // `pub(in crate::owner)` is a path; a method's `self` and `pub(super)` are none.
                if !alone {
                    expand(&tokens, &mut (i + 2), base, &mut out);
                }
            }
            _ => {}
        }
    }
    out
}

/// Adds the paths of the tree that starts at token `i`, each led by `base`.
fn expand(tokens: &[String], i: &mut usize, mut base: Vec<String>, out: &mut Vec<String>) {
    while let Some(token) = tokens.get(*i) {
        *i += 1;
        match token.as_str() {
            "{" => {
                while tokens.get(*i).is_some_and(|t| t != "}") {
                    expand(tokens, i, base.clone(), out);
                    while tokens.get(*i).is_some_and(|t| t != "," && t != "}") {
                        *i += 1;
                    }
                    if tokens.get(*i).is_some_and(|t| t == ",") {
                        *i += 1;
                    }
                }
                *i += 1;
                return;
            }
            "super" => {
                base.pop();
            }
            "*" | "self" => {}
            word => base.push(word.to_owned()),
        }
        if tokens.get(*i).is_some_and(|t| t == "::") {
            *i += 1;
        } else {
            break;
        }
    }
    out.push(base.join("::"));
}

/// What in one file is against the table or the rules below it.
fn crossings(table: &Table, file: &Path, code: &str) -> Vec<String> {
    let module = module_of(file);
    let name = file.display();
    let Some(room) = room_of(table, &module) else {
        return vec![format!(
            "{name}: no room of ARCHITECTURE.md holds this file"
        )];
    };
    let mut found = Vec::new();
    for path in paths(&module, code) {
        let Some(target) = room_of(table, &path) else {
            continue;
        };
        let holds =
            |outer: &str, inner: &str| inner == outer || inner.starts_with(&format!("{outer}::"));
        if !holds(target, room) && !table[room].iter().any(|allowed| holds(allowed, target)) {
            found.push(format!("{name}: `{room}` may not import `{path}`"));
        }
    }
    let words = tokens(code);
    let loud = ["print", "println", "eprint", "eprintln", "dbg"];
    for (word, mark) in words.iter().zip(words.iter().skip(1)) {
        let prints = loud.contains(&word.as_str()) && mark == "!"
            || ["stdout", "stderr"].contains(&word.as_str()) && mark == "(";
        if prints && room != "cli" {
            found.push(format!(
                "{name}: only `cli` prints, and this calls `{word}`"
            ));
        }
        if word == "unsafe" && !module.starts_with("matcher::compare::kernel") {
            found.push(format!("{name}: `unsafe` outside matcher/compare/kernel"));
        }
    }
    found
}

fn sources(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

fn page() -> Table {
    read_table(&std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap())
}

#[test]
fn no_path_crosses_the_table() {
    let table = page();
    let mut files = Vec::new();
    sources(&root().join("src"), &mut files);
    assert!(files.len() > 50, "the sources were not found");
    let (mut found, mut seen, mut checked) = (Vec::new(), BTreeSet::new(), 0);
    for file in files {
        let code = std::fs::read_to_string(&file).unwrap();
        let file = file.strip_prefix(root()).unwrap().to_path_buf();
        checked += paths(&module_of(&file), &code).len();
        seen.extend(room_of(&table, &module_of(&file)).map(str::to_owned));
        found.extend(crossings(&table, &file, &code));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert!(checked > 200, "only {checked} paths were read");
    let stale: Vec<&String> = table.keys().filter(|r| !seen.contains(*r)).collect();
    assert!(
        stale.is_empty(),
        "rooms of the table without a file: {stale:?}"
    );
}

#[test]
fn the_table_keeps_the_two_sides_apart() {
    for (room, imports) in page() {
        for (side, other) in [("matcher", "owner"), ("owner", "matcher")] {
            if room.starts_with(side) {
                let wrong: Vec<&String> = imports.iter().filter(|i| i.starts_with(other)).collect();
                assert!(wrong.is_empty(), "`{room}` may import {wrong:?}");
            }
        }
        for import in &imports {
            assert!(
                page().contains_key(import),
                "`{room}` imports `{import}`, which is no room"
            );
        }
    }
}

#[test]
fn made_up_crossings_are_caught() {
    let table = page();
    let bad = [
        (
            "src/matcher/block/mod.rs",
            "use crate::owner::key::LinkageKey;",
        ),
        (
            "src/matcher/block/mod.rs",
            "use crate::{error::Result, owner::{table, key}};",
        ),
        (
            "src/matcher/block/mod.rs",
            "fn f() { let _ = super::super::owner::key::BYTES; }",
        ),
        (
            "src/matcher/block/mod.rs",
            "#[cfg(test)] mod tests { use super::super::super::owner::key; }",
        ),
        ("src/matcher/compare/mod.rs", "use super::assign::assign;"),
        (
            "src/owner/encode/mod.rs",
            "use crate::matcher::compare::Scale;",
        ),
        ("src/token/read.rs", "use crate::pipeline::Progress;"),
        ("src/units.rs", "use crate::cli;"),
        ("src/pipeline/link.rs", "fn f() { eprintln!(\"{}\", 1); }"),
        ("src/owner/key.rs", "fn f() { unsafe { g() } }"),
        ("src/nowhere.rs", "fn f() {}"),
    ];
    for (file, code) in bad {
        assert!(
            !crossings(&table, Path::new(file), code).is_empty(),
            "{file}: {code}"
        );
    }
    let good = [
        (
            "src/matcher/block/mod.rs",
            "// crate::owner::key is not ours\nuse crate::matcher::block::SemiJoin;",
        ),
        (
            "src/matcher/block/mod.rs",
            "const A: &str = \"crate::owner unsafe println!(\";",
        ),
        (
            "src/matcher/block/mod.rs",
            "const A: &[char] = &['{', '\\'', '}']; mod tests { use super::*; }",
        ),
        ("src/owner/normalise/mod.rs", "use super::table::Record;"),
        ("src/owner/key.rs", "pub(in crate::owner) fn f() {}"),
        ("src/cli/mod.rs", "fn f() { eprintln!(); }"),
        (
            "src/matcher/compare/kernel/x86.rs",
            "fn f() { unsafe { g() } }",
        ),
    ];
    for (file, code) in good {
        let found = crossings(&table, Path::new(file), code);
        assert!(found.is_empty(), "{found:?}");
    }
}
