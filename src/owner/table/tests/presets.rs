//! Every preset reads the same invented people out of the export of its system.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::*;

/// Id, first, middle and last name, suffix, alias of the first and of the last name, birthdate, gender,
/// whether the student has opted out.
type Expected = (
    &'static str,
    [&'static str; 4],
    [&'static str; 2],
    (u16, u8, u8),
    &'static str,
    bool,
);

/// The people of `testdata/presets/`.
const PEOPLE: [Expected; 7] = [
    (
        "00101",
        ["Zzyzx", "Qaqa", "Qwertyuiop", ""],
        ["", ""],
        (2006, 3, 14),
        "F",
        false,
    ),
    (
        "00102",
        ["Vvortex", "", "Asdfghjkl", "Jr"],
        ["", ""],
        (2005, 11, 30),
        "M",
        false,
    ),
    (
        "00103",
        ["Uvuvuv", "Ququ", "Hjklasdfg Zxcvbnm", ""],
        ["", "Vbnmvbnm"],
        (2006, 7, 21),
        "F",
        false,
    ),
    (
        "00104",
        ["Wwwilla", "", "Poiuytre", ""],
        ["Wwwill", ""],
        (2006, 2, 3),
        "F",
        false,
    ),
    (
        "00105",
        ["Ñandúx", "Xqx", "O'Zxcvb-Qwert", ""],
        ["", ""],
        (2007, 1, 31),
        "M",
        false,
    ),
    (
        "00106",
        ["Kuikuikui", "Bbb", "Trewq", ""],
        ["", ""],
        (2005, 9, 9),
        "F",
        true,
    ),
    (
        "00107",
        ["Yxyxyx", "Mmm", "Lkjhgfd", "III"],
        ["Yxy", "Mnbvcx"],
        (2006, 12, 25),
        "M",
        false,
    ),
];

/// What an export has, by letters: `f` and `l` aliases of first and last names, `m` middle names, `i` their initials,
/// `s` a column of suffixes (else they stand behind the last name), `-` none at all, `g` gender, `h` opt-outs, `a` no
/// accents.
const FIXTURES: [(&str, &str, &str); 27] = [
    ("oneroster-1.1", "oneroster-1.1", "mg"),
    ("oneroster-1.1", "oneroster-1.1/users.csv", "mg"),
    ("oneroster-1.1", "oneroster-1.1.zip", "mg"),
    ("oneroster-1.1", "oneroster-1.1-wild", "mg"),
    ("oneroster-1.2", "oneroster-1.2", "flmg"),
    ("oneroster-1.2", "oneroster-1.2.zip", "flmg"),
    ("ed-fi", "ed-fi/camel.csv", "flmsg"),
    ("ed-fi", "ed-fi/snake.csv", "flmsg"),
    ("ceds", "ceds/students.csv", "flmsg"),
    ("calpads-senr", "calpads-senr/senr.txt", "flmsg"),
    ("calpads-sinf", "calpads-sinf/sinf.txt", "flmsg"),
    ("calpads-ssid", "calpads-ssid/extract.txt", "-g"),
    ("clever", "clever/students.csv", "mg"),
    ("infinite-campus", "infinite-campus/students.csv", "flmsg"),
    ("powerschool", "powerschool/students.txt", "flmsg"),
    ("aeries", "aeries/query.csv", "flmsg"),
    ("aeries", "aeries/short.csv", "flmsg"),
    ("skyward", "skyward/students.csv", "mg"),
    ("illuminate", "illuminate/students.txt", "mg"),
    ("banner", "banner/students.csv", "flmsgh"),
    ("peoplesoft", "peoplesoft/names.csv", "flmsgh"),
    ("peoplesoft", "peoplesoft/whole-names.csv", "flmsgh"),
    ("colleague", "colleague/person.csv", "flmsgh"),
    ("nsc-request", "nsc-request/request.txt", "isa"),
    ("xello", "xello/graduates.txt", "h"),
    ("generic", "generic/students.csv", "flmsgh"),
    ("generic", "../k12-demo/district.csv", "?"),
];

/// Where an export of `testdata/presets/` is.
pub(super) fn path(name: &str) -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata/presets");
    root.join(name)
}

fn without_accents(text: &str) -> String {
    text.replace('Ñ', "N").replace('ú', "u")
}

fn texts(all: &[&str]) -> BTreeSet<String> {
    let filled = all.iter().filter(|t| !t.is_empty());
    filled.map(|t| (*t).to_owned()).collect()
}

#[test]
fn every_export_is_known_and_holds_the_same_people() {
    for (preset, name, has) in FIXTURES {
        let has = |letter| has.contains(letter);
        let table = Table::open(&path(name), &Mapping::default());
        let mut table = table.unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(table.preset().name, preset, "{name}");
        if has('?') {
            continue;
        }
        let mut records = Vec::new();
        let mut record = Record::default();
        while table.read(&mut record).unwrap() {
            records.push(record.clone());
        }
        records.sort_by(|a, b| a.student_id.cmp(&b.student_id));
        let ids: Vec<&str> = records.iter().map(|r| r.student_id.as_str()).collect();
        let expected: Vec<&str> = PEOPLE.iter().map(|p| p.0).collect();
        assert_eq!(ids, expected, "{name}");
        for (record, (id, names, aliases, born, gender, held)) in records.iter().zip(PEOPLE) {
            let at = format!("{name} {id}");
            let [mut first, mut middle, mut last, mut suffix] = names.map(str::to_owned);
            if has('a') {
                first = without_accents(&first);
            }
            if has('i') {
                middle.truncate(1);
            } else if !has('m') {
                middle.clear();
            }
            if has('-') {
                suffix.clear();
            } else if !has('s') && !suffix.is_empty() {
                last = format!("{last} {suffix}");
                suffix.clear();
            }
            assert_eq!(record.first, first, "{at}");
            assert_eq!(record.middle, middle, "{at}");
            assert_eq!(record.last, last, "{at}");
            assert_eq!(record.suffix, suffix, "{at}");
            assert_eq!(record.birthdate, date(born.0, born.1, born.2), "{at}");
            let own = record.gender.chars().next().map(|c| c.to_ascii_uppercase());
            let gender = gender.chars().next().filter(|_| has('g'));
            assert_eq!(own, gender, "{at}");
            assert_eq!(record.is_held, held && has('h'), "{at}");
            let of = |cells: &[String]| -> BTreeSet<String> {
                cells.iter().filter(|c| !c.is_empty()).cloned().collect()
            };
            let [alias_first, alias_last] = aliases;
            let shown = |letter, alias| texts(&[if has(letter) { alias } else { "" }]);
            assert_eq!(of(&record.alias_first), shown('f', alias_first), "{at}");
            assert_eq!(of(&record.alias_last), shown('l', alias_last), "{at}");
        }
    }
}

#[test]
fn every_preset_has_a_fixture() {
    for preset in Preset::all() {
        assert!(
            FIXTURES.iter().any(|(name, ..)| *name == preset.name),
            "{}",
            preset.name
        );
    }
}

#[test]
fn rows_that_are_no_students_are_counted() {
    let counts = |name| {
        let mut table = Table::open(&path(name), &Mapping::default()).unwrap();
        let mut record = Record::default();
        while table.read(&mut record).unwrap() {}
        (table.other_rows(), table.not_students())
    };
    // A teacher, and one who has left; in the newer version the teacher alone.
    assert_eq!(counts("oneroster-1.1"), (0, 2));
    assert_eq!(counts("oneroster-1.2.zip"), (0, 1));
    // Two former names and a former id.
    assert_eq!(counts("banner/students.csv"), (3, 0));
    assert_eq!(counts("peoplesoft/names.csv"), (4, 0));
    assert_eq!(counts("infinite-campus/students.csv"), (3, 0));
}

#[test]
fn of_a_field_that_is_not_declared_nothing_is_read_in_any_export() {
    let content = |record: &Record, field: Field| match field {
        Field::StudentId => record.student_id.clone(),
        Field::First => record.first.clone(),
        Field::Middle => record.middle.clone(),
        Field::Last => record.last.clone(),
        Field::Suffix => record.suffix.clone(),
        Field::Birthdate if record.birthdate == Birth::Missing => String::new(),
        Field::Birthdate => "a birthdate".to_owned(),
        Field::Gender => record.gender.clone(),
        Field::AliasFirst => record.alias_first.concat(),
        Field::AliasLast => record.alias_last.concat(),
        Field::Grade => record.grade.clone(),
        Field::Hold => String::new(),
    };
    let fields = Field::ALL.into_iter();
    let fields: Vec<Field> = fields
        .filter(|f| *f != Field::StudentId && !f.is_aside())
        .collect();
    let mut exports = vec![
        (path("oneroster-1.1"), Mapping::default()),
        (path("oneroster-1.2"), Mapping::default()),
        (path("oneroster-1.2.zip"), Mapping::default()),
    ];
    for folder in [
        "aeries",
        "banner",
        "calpads-senr",
        "ceds",
        "ed-fi",
        "nsc-request",
        "peoplesoft",
        "powerschool",
    ] {
        let files = std::fs::read_dir(path(folder)).unwrap();
        exports.extend(files.map(|f| (f.unwrap().path(), Mapping::default())));
    }
    let mut seen: Vec<Field> = Vec::new();
    for (path, mapping) in &exports {
        let read = |mapping: &Mapping| -> Result<Vec<Record>> {
            Table::open(path, mapping)?.records().collect()
        };
        let whole = read(mapping).unwrap();
        for field in &fields {
            let found = match read(&mapping.clone().without(&[*field]).unwrap()) {
                Ok(found) => found,
                // Birthdates that stand in another table do not make up for last names.
                Err(e) => {
                    assert_eq!(*field, Field::Last, "{e}");
                    continue;
                }
            };
            assert_eq!(found.len(), whole.len(), "{}", path.display());
            for (record, before) in found.iter().zip(&whole) {
                assert_eq!(content(record, *field), "", "{field} of {}", path.display());
                for other in fields.iter().filter(|f| *f != field) {
                    // Sex stands in the table of birthdates, first and last names of other rows are aliases, and the
                    // column of the last name may hold them all.
                    let goes_with = match field {
                        Field::Birthdate => *other == Field::Gender,
                        Field::First => *other == Field::AliasFirst,
                        Field::Last => {
                            !matches!(other, Field::Suffix | Field::Birthdate | Field::Gender)
                        }
                        _ => false,
                    };
                    if !goes_with {
                        let place = format!("{other} without {field} of {}", path.display());
                        assert_eq!(content(record, *other), content(before, *other), "{place}");
                    }
                }
                if !content(before, *field).is_empty() && !seen.contains(field) {
                    seen.push(*field);
                }
            }
        }
    }
    assert_eq!(seen.len(), fields.len(), "{seen:?}");
}
