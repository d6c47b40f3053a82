//! Exports of colleges, and files for the clearinghouse.

use super::Column::{Header as H, Place as P};
use super::{Main, Preset, Several, Sign};
use crate::owner::table::Field as F;

pub(super) static ALL: &[Preset] = &[
    Preset {
        name: "banner",
        title: "Ellucian Banner, SPRIDEN with SPBPERS",
        unverified: "DD-MON-YY as the usual form of its dates",
        sign: Sign::Headers(&[&["spridenid", "spridenpidm"]]),
        columns: &[
            (F::StudentId, H("spridenid")),
            (F::StudentId, H("spridenpidm")),
            (F::First, H("spridenfirstname")),
            (F::Middle, H("spridenmi")),
            (F::Last, H("spridenlastname")),
            (F::Suffix, H("spbpersnamesuffix")),
            (F::Birthdate, H("spbpersbirthdate")),
            (F::Gender, H("spbperssex")),
            (F::AliasFirst, H("spbperspreffirstname")),
            (F::Hold, H("spbpersconfidind")),
        ],
        prefix: Some("spridensurnameprefix"),
        several: Some(Several {
            by: &["spridenpidm", "spridenid"],
            main: Main::Empty("spridenchangeind"),
        }),
        ..Preset::NONE
    },
    Preset {
        name: "peoplesoft",
        title: "PeopleSoft Campus Solutions, with rows of PS_NAMES",
        unverified: "the order of NAME (Last,First Middle), the form of its dates, and the spelling of headers in a query",
        sign: Sign::Headers(&[&["emplid"]]),
        columns: &[
            (F::StudentId, H("emplid")),
            (F::First, H("firstname")),
            (F::Middle, H("middlename")),
            (F::Last, H("lastname")),
            (F::Last, H("name")),
            (F::Birthdate, H("birthdate")),
            (F::Gender, H("sex")),
            (F::Hold, H("ferpa")),
        ],
        whole: Some("name"),
        several: Some(Several {
            by: &["emplid"],
            main: Main::Latest(Some(("nametype", &["PRI"])), &["effdt"]),
        }),
        ..Preset::NONE
    },
    Preset {
        name: "colleague",
        title: "Ellucian Colleague, PERSON",
        unverified: "all of it",
        sign: Sign::Spelt(&["first.name", "last.name", "birth.date"]),
        columns: &[
            (F::StudentId, H("id")),
            (F::StudentId, H("@id")),
            (F::StudentId, H("personid")),
            (F::StudentId, H("studentsid")),
            (F::First, H("firstname")),
            (F::Middle, H("middlename")),
            (F::Last, H("lastname")),
            (F::Birthdate, H("birthdate")),
            (F::AliasFirst, H("chosenfirstname")),
            (F::AliasFirst, H("birthnamefirst")),
            (F::AliasLast, H("chosenlastname")),
            (F::AliasLast, H("birthnamelast")),
            (F::Hold, H("privacyflag")),
        ],
        ..Preset::NONE
    },
    Preset {
        name: "nsc-request",
        title: "StudentTracker request file of the National Student Clearinghouse",
        sign: Sign::Cell("H1", "D1"),
        columns: &[
            (F::First, P(3)),
            (F::Middle, P(4)),
            (F::Last, P(5)),
            (F::Suffix, P(6)),
            (F::Birthdate, P(7)),
            (F::StudentId, P(12)),
        ],
        ..Preset::NONE
    },
    Preset {
        name: "xello",
        title: "Xello (Career Cruising) list of graduates",
        sign: Sign::Headers(&[
            &["studentid"],
            &["dateofbirth"],
            &["ferpablock", "diplomatype", "highschoolgraduationdate"],
        ]),
        columns: &[
            (F::StudentId, H("studentid")),
            (F::First, H("firstname")),
            (F::Last, H("lastname")),
            (F::Birthdate, H("dateofbirth")),
            (F::Hold, H("ferpablock")),
        ],
        ..Preset::NONE
    },
];
