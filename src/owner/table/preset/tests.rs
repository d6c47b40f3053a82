//! That presets do not contradict themselves or each other.

use super::*;

#[test]
fn names_are_different_and_headers_folded() {
    let names: Vec<&str> = Preset::all().map(|p| p.name).collect();
    for (i, name) in names.iter().enumerate() {
        assert!(!names[..i].contains(name), "{name}");
        assert_eq!(Preset::named(name).unwrap().name, *name);
    }
    for preset in Preset::all() {
        let signs = match preset.sign {
            Sign::Headers(lists) => lists.concat(),
            _ => Vec::new(),
        };
        let columns = preset.columns.iter().filter_map(|(_, c)| match c {
            Column::Header(h) => Some(*h),
            Column::Place(_) => None,
        });
        let only = preset.only.iter().map(|(h, _)| *h);
        for header in signs.into_iter().chain(columns).chain(only) {
            assert_eq!(fold(header), header, "{}", preset.name);
        }
    }
}

#[test]
fn places_are_those_of_files_without_headers() {
    for preset in Preset::all() {
        for (field, column) in preset.columns {
            let is_placed = matches!(column, Column::Place(1..));
            assert_eq!(is_placed, !preset.has_headers(), "{} {field}", preset.name);
        }
    }
}
