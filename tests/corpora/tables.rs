//! Students' tables: delimited text in any encoding, archives, Parquet; lists of opt-outs; dates.

use blindlink::owner::profile::{Profile, Report};
use blindlink::owner::table::{
    Birth, DateFormat, Delimiter, Encoding, Exclude, Field, Form, Mapping, OptOuts, Preset,
    SavedMapping, Table,
};

use crate::scratch::Scratch;

/// The first two bytes say what the user says of the table, the rest is the table.
pub fn check(data: &[u8], scratch: &Scratch) {
    let Some((&[preset, options], table)) = data.split_first_chunk::<2>() else {
        return;
    };
    let path = scratch.write("table.csv", table);
    let mapping = mapping(preset, options);
    if let Ok(mut opened) = Table::open(&path, &mapping) {
        remembers(&opened, &mapping, &path);
        let shapes = Field::ALL.map(|f| opened.shape(f).is_ok());
        assert!(shapes.iter().all(|s| *s), "a row was read already");
        let mut records = 0;
        let mut all = Vec::new();
        while let Ok(1..) = opened.next_batch(64, &mut all) {
            records += all.len();
            assert!(records <= table.len() + 1, "a record has at least a byte");
        }
        let _ = opened.cut_columns();
        let written = Form::of_table(&path, &mapping).and_then(|form| form.write(&all));
        assert!(written.is_ok());
    }
    if let Ok(mut opened) = Table::open(&path, &mapping)
        && let Ok(profile) = Profile::of(&mut opened, |_| ())
    {
        let json = profile.report(&opened, None).to_json().unwrap();
        let again = Report::parse(json.as_bytes()).expect("its own report is read");
        assert_eq!(again.to_json().unwrap(), json);
    }
    let exclude = Exclude {
        lists: vec![path],
        holds: true,
    };
    let _ = OptOuts::read(&exclude, &mapping).map(|o| (o.listed(), o.fingerprint()));
    for line in table.split(|b| *b == b'\n').take(64) {
        date(String::from_utf8_lossy(line).trim());
    }
}

/// What is saved of a table is read again, and finds the same columns.
fn remembers(opened: &Table, mapping: &Mapping, path: &std::path::Path) {
    let text = SavedMapping::of(opened, mapping).to_toml().unwrap();
    let saved = SavedMapping::parse(&text).expect("its own mapping is read");
    assert_eq!(saved.to_toml().unwrap(), text);
    let again = Table::open(path, &mapping.clone().with_saved(saved))
        .expect("what was saved of a table does for it");
    assert!(again.header_changes().is_empty());
    assert_eq!(again.date_format(), opened.date_format());
    for field in Field::ALL {
        let of = |t: &Table| t.columns().headers(field).map(str::to_owned).collect();
        let (a, b): (Vec<String>, Vec<String>) = (of(&again), of(opened));
        assert_eq!(a, b, "{field}");
    }
}

fn mapping(preset: u8, options: u8) -> Mapping {
    let mut mapping = Mapping::default();
    if let Some(preset) = usize::from(preset)
        .checked_sub(1)
        .and_then(|i| Preset::all().nth(i))
    {
        mapping = mapping.with_preset(preset);
    }
    let all = [
        Encoding::Utf8,
        Encoding::Utf16Le,
        Encoding::Utf16Be,
        Encoding::Windows1252,
    ];
    if options & 1 > 0 {
        mapping = mapping.with_encoding(all[usize::from(options >> 1 & 3)]);
    }
    if options & 8 > 0 {
        mapping = mapping.without_headers();
        for argument in ["id=#1", "last=#2", "first=#3", "birthdate=#4"] {
            mapping.map(argument).unwrap();
        }
    }
    if options & 16 > 0 {
        mapping = mapping.with_delimiter(Delimiter::Semicolon);
    }
    if options & 32 > 0 {
        mapping = mapping.with_most_bad(1.0);
    }
    if options & 64 > 0 {
        mapping = mapping.with_date_format(DateFormat::ALL[usize::from(options >> 1 & 7)]);
    }
    mapping
}

/// A date that exists is the same when written in the one format that everybody reads.
fn date(cell: &str) {
    for format in DateFormat::ALL {
        if let Birth::Known(date) = format.read(cell) {
            let iso = format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day());
            assert_eq!(DateFormat::Iso.read(&iso), Birth::Known(date), "{format:?}");
        }
    }
}
