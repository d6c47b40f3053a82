//! The vectors of the specification, and that the two copies of them agree.

use serde_json::Value;

use super::*;
use crate::owner::table::DateFormat;

const VECTORS: &str = include_str!("../../../testdata/vectors/normalisation.json");
const SPEC: &str = include_str!("../../../docs/spec/normalisation.md");

fn vectors() -> Value {
    serde_json::from_str(VECTORS).unwrap()
}

/// The `[input, output]` pairs of one list.
fn pairs(list: &str) -> Vec<(String, String)> {
    vectors()[list]
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| {
            let text = |i: usize| pair[i].as_str().unwrap().to_owned();
            (text(0), text(1))
        })
        .collect()
}

#[track_caller]
fn check(list: &str, step: impl Fn(&str) -> String) {
    let wrong: Vec<_> = pairs(list)
        .into_iter()
        .map(|(input, expected)| (step(&input), input, expected))
        .filter(|(got, _, expected)| got != expected)
        .collect();
    assert!(wrong.is_empty(), "{list}: (got, input, expected) {wrong:?}");
}

#[test]
fn every_step_follows_its_vectors() {
    check("fold", fold);
    check("repair", |s| repair(s).into_owned());
    check("first", |s| first(s).name);
    check("middle", |s| middle(s).name);
    check("last", |s| last(s).name);
    check("alias-first", |s| first_aliases(s).join(", "));
    check("alias-last", |s| last_aliases(s).join(", "));
    check("suffix", |s| suffix(s).to_owned());
    check("gender", |s| {
        gender(s)
            .map(|g| g.letter().to_string())
            .unwrap_or_default()
    });
    check("soundex", soundex);
    check("skeleton", skeleton);
    check("given-root", |s| given_root(s).to_owned());
    check("surname-root", |s| surname_root(s).to_owned());
    check("excel-date", |s| match DateFormat::Excel.read(s) {
        Birth::Known(date) => written(date),
        Birth::Year(_) | Birth::Missing | Birth::Invalid => String::new(),
    });
}

fn written(date: BirthDate) -> String {
    format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day())
}

#[test]
fn whole_persons_follow_their_vectors() {
    let text = |v: &Value, key: &str| v[key].as_str().unwrap_or("").to_owned();
    let cells = |v: &Value, key: &str| -> Vec<String> {
        let cells = v[key].as_array().into_iter().flatten();
        cells.map(|c| c.as_str().unwrap().to_owned()).collect()
    };
    for pair in vectors()["person"].as_array().unwrap() {
        let (i, o) = (&pair[0], &pair[1]);
        let got = person(&Record {
            first: text(i, "first"),
            middle: text(i, "middle"),
            last: text(i, "last"),
            suffix: text(i, "suffix"),
            gender: text(i, "gender"),
            alias_first: cells(i, "alias-first"),
            alias_last: cells(i, "alias-last"),
            birthdate: match (i["birthdate"].as_str(), i["year"].as_str()) {
                (Some(date), _) => DateFormat::Iso.read(date),
                (None, Some(year)) => DateFormat::Year.read(year),
                (None, None) => Birth::Missing,
            },
            ..Record::default()
        });
        assert_eq!(got.first, text(o, "first"), "{i}");
        assert_eq!(got.middle, text(o, "middle"), "{i}");
        assert_eq!(got.last, text(o, "last"), "{i}");
        assert_eq!(got.suffix, text(o, "suffix"), "{i}");
        assert_eq!(got.alias_first, text(o, "alias-first"), "{i}");
        assert_eq!(got.alias_last, text(o, "alias-last"), "{i}");
        let birthdate = got.birthdate.map(written).unwrap_or_default();
        assert_eq!(birthdate, text(o, "birthdate"), "{i}");
        let year = got.birth_year.map(|y| y.to_string()).unwrap_or_default();
        assert_eq!(year, text(o, "year"), "{i}");
        let gender = got.gender.map(|g| g.letter().to_string());
        assert_eq!(gender.unwrap_or_default(), text(o, "gender"), "{i}");
    }
}

#[test]
fn the_specification_prints_the_same_vectors() {
    assert!(SPEC.contains(&format!("**Version {VERSION}.**")));
    assert_eq!(vectors()["version"], VERSION);
    for (list, cases) in vectors().as_object().unwrap() {
        let Some(cases) = cases.as_array() else {
            continue;
        };
        let heading = format!("### Vectors: {list}\n");
        let section = SPEC.split_once(&heading).expect(list).1;
        let section = section.split("\n#").next().unwrap();
        // | "input" | "output" |, each cell as JSON writes it.
        let printed: Vec<Value> = section
            .lines()
            .filter_map(|line| {
                line.strip_prefix("| ")?
                    .strip_suffix(" |")?
                    .split_once(" | ")
            })
            .filter(|(input, _)| input.starts_with(['"', '{']))
            .map(|(i, o)| {
                let json = |cell| serde_json::from_str::<Value>(cell).expect(cell);
                Value::Array(vec![json(i), json(o)])
            })
            .collect();
        assert_eq!(&printed, cases, "{list}");
    }
}

#[test]
fn suffixes_in_names_are_handed_on() {
    assert_eq!(last("Garcia Jr.").suffix, Some("JR"));
    assert_eq!(first("John III").suffix, Some("III"));
    assert_eq!(middle("Sr").suffix, Some("SR"));
    assert_eq!(middle("Ann (Sr)").suffix, Some("SR"));
    assert_eq!(last("Garcia (II) Jr").suffix, Some("JR"));
    assert_eq!(last("Garcia").suffix, None);
}

#[test]
fn parts_are_divided_by_spaces() {
    let collect = |s| parts(s).collect::<Vec<_>>();
    assert_eq!(collect("DELACRUZ GARCIA"), ["DELACRUZ", "GARCIA"]);
    assert!(collect("").is_empty());
}

#[test]
fn only_known_dates_are_kept() {
    let date = BirthDate::new(2005, 3, 4);
    let born = |birthdate| {
        person(&Record {
            birthdate,
            ..Record::default()
        })
        .birthdate
    };
    assert_eq!(born(Birth::Known(date.unwrap())), date);
    assert_eq!(born(Birth::Missing), None);
    assert_eq!(born(Birth::Invalid), None);
}

#[test]
fn debug_shows_nobody() {
    let shown = format!(
        "{:?} {:?} {:?}",
        first("Zzyzx (Qwert)"),
        person(&Record {
            first: "Zzyzx".into(),
            last: "Qwert".into(),
            gender: "F".into(),
            ..Record::default()
        }),
        gender("F")
    );
    assert_eq!(shown, "Name(..) Person(..) Some(Gender(..))");
}

proptest::proptest! {
    #[test]
    fn folding_gives_letters_and_single_spaces_and_is_stable(text in "\\PC{0,24}") {
        let folded = fold(&text);
        proptest::prop_assert!(folded.bytes().all(|b| b.is_ascii_uppercase() || b == b' '));
        proptest::prop_assert!(!folded.contains("  "));
        proptest::prop_assert_eq!(folded.trim(), folded.as_str());
        proptest::prop_assert_eq!(fold(&folded), folded);
    }

    #[test]
    fn letter_case_never_matters(text in "[a-zA-Z' .,()-]{0,20}") {
        let (lower, upper) = (text.to_lowercase(), text.to_uppercase());
        proptest::prop_assert_eq!(first(&lower), first(&upper));
        proptest::prop_assert_eq!(middle(&lower), middle(&upper));
        proptest::prop_assert_eq!(last(&lower), last(&upper));
    }

    #[test]
    fn any_text_is_survived(a in "\\PC{0,30}", b in "[\"“”()\\[\\] aÃâá\u{80}-\u{bf}€™]{0,12}") {
        for text in [a.as_str(), b.as_str()] {
            let person = person(&Record {
                first: text.into(),
                middle: text.into(),
                last: text.into(),
                suffix: text.into(),
                alias_first: vec![text.into()],
                alias_last: vec![text.into()],
                ..Record::default()
            });
            for name in [&person.first, &person.middle, &person.last, &person.alias_first, &person.alias_last] {
                proptest::prop_assert_eq!(&fold(name), name);
            }
        }
    }
}
