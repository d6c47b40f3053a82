//! Exports of schools and districts.

use super::Column::{Header as H, Place as P};
use super::{Main, Preset, Several, Sign};
use crate::owner::table::DateFormat;
use crate::owner::table::Field as F;

/// `users.csv` of OneRoster, both versions: the birthdate and the sex come from `demographics.csv`.
const ONEROSTER: Preset = Preset {
    sign: Sign::Headers(&[
        &["sourcedid", "sourceid"],
        &["givenname"],
        &["familyname"],
        &["enableduser"],
    ]),
    columns: &[
        (F::StudentId, H("sourcedid")),
        (F::StudentId, H("sourceid")),
        (F::Grade, H("grades")),
        (F::AliasFirst, H("preferredgivenname")),
        (F::AliasFirst, H("preferredfirstname")),
        (F::AliasLast, H("preferredfamilyname")),
        (F::AliasLast, H("preferredlastname")),
    ],
    only: &[("role", &["student"]), ("status", &["", "active"])],
    ..Preset::NONE
};

pub(super) static ALL: &[Preset] = &[
    Preset {
        name: "oneroster-1.2",
        title: "OneRoster 1.2, users.csv with demographics.csv",
        sign: Sign::Headers(&[
            &["sourcedid", "sourceid"],
            &["givenname"],
            &["familyname"],
            &["enableduser"],
            &[
                "usermasteridentifier",
                "primaryorgsourcedid",
                "preferredgivenname",
            ],
        ]),
        ..ONEROSTER
    },
    Preset {
        name: "oneroster-1.1",
        title: "OneRoster 1.1, users.csv with demographics.csv",
        ..ONEROSTER
    },
    Preset {
        name: "ed-fi",
        title: "Ed-Fi student export",
        unverified: "that one file holds all columns: there is no official form of one",
        sign: Sign::Headers(&[&["studentuniqueid"], &["lastsurname"]]),
        columns: &[(F::StudentId, H("studentuniqueid"))],
        ..Preset::NONE
    },
    Preset {
        name: "ceds",
        title: "files by the Common Education Data Standards",
        sign: Sign::Headers(&[&["lastorsurname"]]),
        columns: &[
            (F::StudentId, H("studentidentifierdistrict")),
            (F::StudentId, H("studentidentifierschool")),
            (F::StudentId, H("studentidentifierstate")),
            (F::AliasFirst, H("otherfirstname")),
            (F::AliasLast, H("otherlastname")),
        ],
        ..Preset::NONE
    },
    Preset {
        name: "calpads-senr",
        title: "CALPADS student enrollment (SENR)",
        unverified: "the form of its dates",
        sign: Sign::Cell("SENR", "SENR"),
        columns: &[
            (F::StudentId, P(9)),
            (F::First, P(10)),
            (F::Middle, P(11)),
            (F::Last, P(12)),
            (F::Suffix, P(13)),
            (F::AliasFirst, P(14)),
            (F::AliasLast, P(16)),
            (F::Birthdate, P(17)),
            (F::Gender, P(18)),
        ],
        ..Preset::NONE
    },
    Preset {
        name: "calpads-sinf",
        title: "CALPADS student information (SINF)",
        sign: Sign::Cell("SINF", "SINF"),
        columns: &[
            (F::StudentId, P(10)),
            (F::First, P(11)),
            (F::Middle, P(12)),
            (F::Last, P(13)),
            (F::Suffix, P(14)),
            (F::AliasFirst, P(15)),
            (F::AliasLast, P(17)),
            (F::Birthdate, P(18)),
            (F::Gender, P(19)),
        ],
        ..Preset::NONE
    },
    Preset {
        name: "calpads-ssid",
        title: "CALPADS SSID extract, 14 columns without headers",
        sign: Sign::Columns(14),
        columns: &[
            (F::StudentId, P(4)),
            (F::Last, P(5)),
            (F::First, P(6)),
            (F::Gender, P(7)),
            (F::Birthdate, P(8)),
        ],
        ..Preset::NONE
    },
    Preset {
        name: "powerschool",
        title: "PowerSchool student export",
        sign: Sign::Headers(&[
            &["studentnumber"],
            &["lastname"],
            &[
                "dcid",
                "statestudentnumber",
                "gradelevel",
                "caakasurname",
                "schoolid",
            ],
        ]),
        columns: &[
            (F::StudentId, H("studentnumber")),
            (F::AliasFirst, H("caakafirst")),
            (F::AliasLast, H("caakasurname")),
            (F::Suffix, H("canamesuffix")),
            (F::Grade, H("gradelevel")),
        ],
        unverified: "M/D/YYYY as the usual form of its dates",
        ..Preset::NONE
    },
    Preset {
        name: "clever",
        title: "Clever students.csv",
        sign: Sign::Headers(&[
            &["schoolid"],
            &["studentid"],
            &["studentnumber"],
            &["stateid"],
        ]),
        columns: &[(F::StudentId, H("studentid")), (F::Grade, H("grade"))],
        ..Preset::NONE
    },
    Preset {
        name: "infinite-campus",
        title: "Infinite Campus ad hoc export",
        unverified: "the spelling of its headers, and that earlier identities come as rows",
        sign: Sign::Headers(&[
            &["studentlastname", "identitylastname", "lastname"],
            &["studentstateid", "personstateid", "stateid"],
            &[
                "studentstudentnumber",
                "personstudentnumber",
                "studentnumber",
                "studentpersonid",
                "personid",
            ],
        ]),
        columns: &[
            (F::StudentId, H("studentstudentnumber")),
            (F::StudentId, H("personstudentnumber")),
            (F::StudentId, H("studentnumber")),
            (F::First, H("studentfirstname")),
            (F::First, H("identityfirstname")),
            (F::Middle, H("studentmiddlename")),
            (F::Middle, H("identitymiddlename")),
            (F::Last, H("studentlastname")),
            (F::Last, H("identitylastname")),
            (F::Suffix, H("studentsuffix")),
            (F::Suffix, H("identitysuffix")),
            (F::Birthdate, H("studentbirthdate")),
            (F::Birthdate, H("identitybirthdate")),
            (F::Gender, H("studentgender")),
            (F::Gender, H("identitygender")),
            (F::Grade, H("studentgrade")),
        ],
        several: Some(Several {
            by: &[
                "studentpersonid",
                "personid",
                "personstudentnumber",
                "studentstudentnumber",
                "studentnumber",
            ],
            main: Main::Latest(None, Some("identityeffectivedate")),
        }),
        ..Preset::NONE
    },
    Preset {
        name: "aeries",
        title: "Aeries query on STU",
        unverified: "M/D/YYYY as the form of dates of a query",
        sign: Sign::Headers(&[&["stuln", "ln"], &["stufn", "fn"], &["stubd", "bd"]]),
        columns: &[
            (F::StudentId, H("stuid")),
            (F::StudentId, H("id")),
            (F::StudentId, H("stusn")),
            (F::StudentId, H("sn")),
            (F::Suffix, H("sf")),
            (F::Gender, H("stusx")),
            (F::Gender, H("sx")),
            (F::Grade, H("stugr")),
            (F::Grade, H("gr")),
        ],
        ..Preset::NONE
    },
    Preset {
        name: "skyward",
        title: "Skyward student export",
        unverified: "the spelling of its headers in an export, and MM/DD/YYYY as the form of its dates",
        sign: Sign::Headers(&[&["otherid"], &["lastname"]]),
        columns: &[(F::StudentId, H("otherid"))],
        ..Preset::NONE
    },
    Preset {
        name: "illuminate",
        title: "Illuminate student upload",
        sign: Sign::Headers(&[
            &["studentid"],
            &["statestudentid"],
            &["studentlastname"],
            &["birthdate"],
        ]),
        columns: &[(F::StudentId, H("studentid"))],
        dates: Some(DateFormat::MonthDayYear),
        ..Preset::NONE
    },
];
