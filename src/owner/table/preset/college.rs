//! Exports of colleges, and files for the clearinghouse.

use super::Column::{Header as H, Place as P};
use super::{Main, Preset, Several, Sign};
use crate::owner::table::DateFormat;
use crate::owner::table::Field as F;

pub(super) static ALL: &[Preset] = &[
    Preset {
        name: "banner",
        title: "Ellucian Banner, SPRIDEN with SPBPERS",
        unverified: "DD-MON-YY as the usual form of its dates",
        sign: Sign::Headers(&[&["spridenid", "spridenpidm"], &["spridenlastname"]]),
        columns: &[
            (F::StudentId, H("spridenid")),
            (F::StudentId, H("spridenpidm")),
            (F::First, H("spridenfirstname")),
            (F::Last, H("spridenlastname")),
            (F::AliasFirst, H("spbperspreffirstname")),
            (F::Hold, H("spbpersconfidind")),
        ],
        several: Some(Several {
            by: &["spridenpidm", "spridenid"],
            main: Main::Empty("spridenchangeind"),
        }),
        ..Preset::NONE
    },
    Preset {
        name: "peoplesoft",
        title: "PeopleSoft Campus Solutions, with rows of PS_NAMES",
        unverified: "the form of its dates",
        sign: Sign::Headers(&[&["emplid"], &["lastname", "name"]]),
        columns: &[(F::StudentId, H("emplid")), (F::Hold, H("ferpa"))],
        several: Some(Several {
            by: &["emplid"],
            main: Main::Latest(Some(("nametype", &["PRI"])), Some("effdt")),
        }),
        ..Preset::NONE
    },
    Preset {
        name: "colleague",
        title: "Ellucian Colleague, PERSON",
        unverified: "all of it",
        sign: Sign::Headers(&[
            &["personid", "id", "personsid"],
            &["firstname"],
            &["lastname"],
            &["birthdate"],
            &[
                "perprivacyflag",
                "privacyflag",
                "chosenfirstname",
                "birthnamelast",
            ],
        ]),
        columns: &[
            (F::StudentId, H("personid")),
            (F::StudentId, H("personsid")),
            (F::StudentId, H("id")),
            (F::AliasFirst, H("chosenfirstname")),
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
        dates: Some(DateFormat::Compact),
        ..Preset::NONE
    },
    Preset {
        name: "xello",
        title: "Xello (Career Cruising) list of graduates",
        sign: Sign::Headers(&[&["studentid"], &["dateofbirth"], &["ferpablock"]]),
        columns: &[(F::StudentId, H("studentid")), (F::Hold, H("ferpablock"))],
        dates: Some(DateFormat::Compact),
        ..Preset::NONE
    },
];
