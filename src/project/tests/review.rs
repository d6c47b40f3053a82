//! What is found in a project file that is to be the annex of an agreement.

use super::*;

const TODAY: Date = Date::constant(2026, 11, 27);

fn contact(role: &str, key: Option<&str>) -> Contact {
    Contact {
        role: role.to_owned(),
        organisation: format!("Zzyzx {role}"),
        person: format!("Q. {role}"),
        contact: format!("{role}@example.org"),
        public_key: key.map(str::to_owned),
    }
}

/// A draft in which nothing is to be found.
fn whole() -> Draft {
    let mut elements = Element::ALL.to_vec();
    elements.retain(|e| *e != Element::Suffix);
    Draft {
        parties: ["a", "b"].map(party).to_vec(),
        schema: "k12".into(),
        purpose: "To see who enrols.".into(),
        agreement: Some(Agreement {
            number: "MOU-7".into(),
            exception: "34 CFR 99.31(a)(3)".into(),
            representative: "Zzyzx".into(),
            destroy_by: Date::constant(2027, 6, 30),
            minimum_cell: 11,
            elements,
            contacts: vec![
                contact("a", Some("k")),
                contact("b", Some("l")),
                contact("custodian", Some("m")),
                // Who operates signs nothing and is sent no key.
                contact("operator", None),
            ],
        }),
        ..Draft::default()
    }
}

/// What is found in the draft after `change`.
fn found(change: impl FnOnce(&mut Draft, &mut Agreement)) -> Vec<Finding> {
    let mut draft = whole();
    let mut agreement = draft.agreement.take().unwrap();
    change(&mut draft, &mut agreement);
    draft.agreement = Some(agreement);
    let text = draft.to_toml([3; 16]).unwrap();
    review(&Project::parse(&text).unwrap(), TODAY)
}

/// The one finding after `change`.
#[track_caller]
fn one(weight: Weight, what: &str, change: impl FnOnce(&mut Draft, &mut Agreement)) -> Finding {
    let found = found(change);
    assert_eq!(found.len(), 1, "{what}: {found:?}");
    let finding = found.into_iter().next().unwrap();
    assert!(finding.what.contains(what), "{finding:?}");
    assert_eq!(finding.weight, weight, "{what}");
    assert!(!finding.action.is_empty(), "{what}");
    finding
}

#[test]
fn nothing_is_found_in_a_whole_one() {
    assert_eq!(found(|_, _| ()), []);
}

#[test]
fn what_an_agreement_lacks_is_missing() {
    let missing = Weight::Missing;
    one(missing, "no name", |d, _| d.name = Some(" ".into()));
    one(missing, "the purpose is empty", |d, _| d.purpose.clear());
    one(missing, "has no number", |_, a| a.number = "  ".into());
    one(missing, "no FERPA exception", |_, a| a.exception.clear());
    let what = "no authorised representative";
    one(missing, what, |_, a| a.representative.clear());
    one(missing, "nobody is named for `operator`", |_, a| {
        a.contacts.truncate(3);
    });
    one(missing, "nobody is named for `b`", |_, a| {
        a.contacts.remove(1);
    });
    one(missing, "the contact of `a` has no organisation", |_, a| {
        a.contacts[0].organisation.clear();
    });
    one(missing, "the contact of `b` has no person", |_, a| {
        a.contacts[1].person = " ".into();
    });
    one(missing, "of `operator` has no contact", |_, a| {
        a.contacts[3].contact.clear();
    });
    one(missing, "`custodian` has no public key", |_, a| {
        a.contacts[2].public_key = None;
    });
    let mut draft = whole();
    draft.agreement = None;
    let text = draft.to_toml([3; 16]).unwrap();
    let found = review(&Project::parse(&text).unwrap(), TODAY);
    assert_eq!(found.len(), 1);
    assert!(found[0].what.contains("no part [agreement]"));
}

#[test]
fn the_last_day_lies_ahead_and_within_five_years() {
    let on = |date| move |_: &mut Draft, a: &mut Agreement| a.destroy_by = date;
    let contradiction = Weight::Contradiction;
    assert_eq!(found(on(TODAY)), []);
    one(
        contradiction,
        "today is 2026-11-27",
        on(TODAY.yesterday().unwrap()),
    );
    let latest = Date::constant(2031, 11, 27);
    assert_eq!(found(on(latest)), []);
    one(
        contradiction,
        "more than 5 years",
        on(latest.tomorrow().unwrap()),
    );
}

#[test]
fn elements_are_those_that_the_schema_is_made_of() {
    one(Weight::Contradiction, "needs `middle`", |_, a| {
        a.elements.retain(|e| *e != Element::Middle);
    });
    one(Weight::Note, "`suffix` is declared", |_, a| {
        a.elements.push(Element::Suffix);
    });
    // What goes in where it is known may be left out.
    let without_aliases = found(|_, a| {
        a.elements
            .retain(|e| ![Element::AliasFirst, Element::AliasLast].contains(e));
    });
    assert_eq!(without_aliases, []);
}

#[test]
fn nobody_who_has_the_key_may_operate() {
    let contradiction = Weight::Contradiction;
    let what = "`custodian` and the operator have the same organisation";
    let finding = one(contradiction, what, |_, a| {
        a.contacts[2].organisation = " zzyzx  OPERATOR".into();
    });
    assert!(finding.action.contains("hold the key"));
    let what = "`a` and the operator have the same person";
    let finding = one(contradiction, what, |_, a| {
        a.contacts[0].person = "q. Operator".into();
    });
    assert!(finding.action.contains("a third party operate"));
    let what = "`b` and the operator have the same mail";
    one(contradiction, what, |_, a| {
        a.contacts[1].contact = "Operator@example.org".into();
    });
    // Two parties may be of one organisation, and two that are not named are not the same.
    assert_eq!(
        found(|_, a| a.contacts[1].organisation = a.contacts[0].organisation.clone()),
        []
    );
    let unnamed = found(|_, a| {
        a.contacts[0].person.clear();
        a.contacts[3].person.clear();
    });
    let weights: Vec<Weight> = unnamed.iter().map(|f| f.weight).collect();
    assert_eq!(weights, [Weight::Missing; 2]);
}

#[test]
fn what_is_worth_knowing_is_noted() {
    let note = Weight::Note;
    one(note, "the minimum cell is 10", |_, a| a.minimum_cell = 10);
    one(note, "link ids are stable", |d, _| d.stable_link_ids = true);
    let found = found(|d, _| d.schema = "clk".into());
    let what = |words| found.iter().any(|f| f.what.contains(words));
    assert!(what("the classic record-level Bloom filter"));
    assert!(what("`alias-last` is declared"));
}

#[test]
fn the_gravest_comes_first() {
    let found = found(|d, a| {
        d.parties.push(party("c"));
        d.pairs = vec![(party("a"), party("b"))];
        a.minimum_cell = 5;
        a.contacts.push(contact("c", None));
    });
    let words: Vec<&str> = found.iter().map(|f| f.weight.word()).collect();
    assert_eq!(words, ["contradiction", "missing", "note"]);
    assert!(found[0].what.contains("the party `c` is in no pair"));
}
