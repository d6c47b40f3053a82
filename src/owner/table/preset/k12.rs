//! Exports of schools and districts.

use super::Column::{Header as H, Place as P};
use super::{Main, Preset, Several, Sign};
use crate::owner::table::Field as F;
use crate::owner::table::{DateFormat, Delimiter};

/// `users.csv` of OneRoster, both versions: the birthdate and the sex come from `demographics.csv`, and in the
/// newer one the role from `roles.csv`.
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
        (F::First, H("givenname")),
        (F::Middle, H("middlename")),
        (F::Last, H("familyname")),
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
        title: "OneRoster 1.2, users.csv with demographics.csv and roles.csv",
        unverified: "the columns userSourcedId and role of roles.csv",
        sign: Sign::Headers(&[
            &["sourcedid", "sourceid"],
            &["givenname"],
            &["familyname"],
            &["enableduser"],
            &[
                "usermasteridentifier",
                "primaryorgsourcedid",
                "preferredgivenname",
                "preferredfamilyname",
                "pronouns",
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
        unverified: "that one file holds all columns (there is no official form of one), and other names as columns such as otherNames.lastSurname",
        sign: Sign::Headers(&[&["studentuniqueid"]]),
        columns: &[
            (F::StudentId, H("studentuniqueid")),
            (F::First, H("firstname")),
            (F::Middle, H("middlename")),
            (F::Last, H("lastsurname")),
            (F::Suffix, H("generationcodesuffix")),
            (F::Birthdate, H("birthdate")),
            (F::Gender, H("birthsex")),
            (F::AliasFirst, H("othernamesfirstname")),
            (F::AliasLast, H("maidenname")),
            (F::AliasLast, H("othernameslastsurname")),
            (F::AliasLast, H("otherlastsurname")),
            (F::AliasLast, H("preferredlastsurname")),
        ],
        ..Preset::NONE
    },
    Preset {
        name: "ceds",
        title: "files by the Common Education Data Standards",
        unverified: "the headers of the ids other than StudentIdentifierState, and that further names may come as rows",
        sign: Sign::Headers(&[&["lastorsurname"]]),
        columns: &[
            (F::StudentId, H("studentidentifierdistrict")),
            (F::StudentId, H("studentidentifierschool")),
            (F::StudentId, H("studentidentifierstate")),
            (F::First, H("firstname")),
            (F::Middle, H("middlename")),
            (F::Last, H("lastorsurname")),
            (F::Suffix, H("generationcodeorsuffix")),
            (F::Birthdate, H("birthdate")),
            (F::AliasFirst, H("otherfirstname")),
            (F::AliasLast, H("otherlastname")),
        ],
        several: Some(Several {
            by: &[
                "studentidentifierdistrict",
                "studentidentifierschool",
                "studentidentifierstate",
            ],
            main: Main::First(&["othernametype"]),
        }),
        ..Preset::NONE
    },
    Preset {
        name: "calpads-senr",
        title: "CALPADS student enrollment (SENR)",
        unverified: "YYYYMMDD as the form of its dates",
        sign: Sign::Cell("SENR", "SENR"),
        columns: &[
            (F::StudentId, P(9)),
            (F::First, P(10)),
            (F::Middle, P(11)),
            (F::Middle, P(15)),
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
        unverified: "YYYYMMDD as the form of its dates",
        sign: Sign::Cell("SINF", "SINF"),
        columns: &[
            (F::StudentId, P(10)),
            (F::First, P(11)),
            (F::Middle, P(12)),
            (F::Middle, P(16)),
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
        unverified: "the form of its dates, and digits alone in its first three columns, by which it is known",
        sign: Sign::Columns {
            delimiter: Delimiter::Caret,
            width: 14,
            digits: &[1, 2, 3],
        },
        columns: &[
            (F::StudentId, P(4)),
            (F::Last, P(5)),
            (F::First, P(6)),
            (F::Gender, P(7)),
            (F::Birthdate, P(8)),
        ],
        ..Preset::NONE
    },
    // Before those of which it has all headers as well.
    Preset {
        name: "clever",
        title: "Clever students.csv",
        sign: Sign::Headers(&[
            &["schoolid"],
            &["studentid"],
            &["studentnumber"],
            &["stateid"],
        ]),
        columns: &[
            (F::StudentId, H("studentid")),
            (F::First, H("firstname")),
            (F::Middle, H("middlename")),
            (F::Last, H("lastname")),
            (F::Birthdate, H("dob")),
            (F::Grade, H("grade")),
        ],
        dates: Some(DateFormat::MonthDayYear),
        ..Preset::NONE
    },
    Preset {
        name: "infinite-campus",
        title: "Infinite Campus ad hoc export",
        unverified: "the spelling of its headers, that earlier identities come as rows, their date, and MM/DD/YYYY as the form of its dates",
        sign: Sign::Headers(&[
            &["studentlastname", "identitylastname", "lastname"],
            &["studentstateid", "personstateid", "stateid"],
            &[
                "studentstudentnumber",
                "personstudentnumber",
                "studentnumber",
                "studentpersonid",
                "personpersonid",
                "personid",
            ],
        ]),
        columns: &[
            (F::StudentId, H("studentstudentnumber")),
            (F::StudentId, H("personstudentnumber")),
            (F::StudentId, H("studentnumber")),
            (F::StudentId, H("studentpersonid")),
            (F::StudentId, H("personpersonid")),
            (F::StudentId, H("personid")),
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
                "personpersonid",
                "personid",
                "studentstudentnumber",
                "personstudentnumber",
                "studentnumber",
            ],
            main: Main::Latest(
                None,
                &[
                    "identityeffectivedate",
                    "studenteffectivedate",
                    "effectivedate",
                ],
            ),
        }),
        ..Preset::NONE
    },
    Preset {
        name: "powerschool",
        title: "PowerSchool student export",
        unverified: "M/D/YYYY as the usual form of its dates",
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
            (F::First, H("firstname")),
            (F::Middle, H("middlename")),
            (F::Last, H("lastname")),
            (F::Birthdate, H("dob")),
            (F::AliasFirst, H("caakafirst")),
            (F::AliasLast, H("caakasurname")),
            (F::Suffix, H("canamesuffix")),
            (F::Grade, H("gradelevel")),
        ],
        ..Preset::NONE
    },
    Preset {
        name: "aeries",
        title: "Aeries query on STU",
        unverified: "M/D/YYYY as the form of dates of a query, and the headers of gender and grade",
        sign: Sign::Headers(&[
            &["stuln", "ln"],
            &["stufn", "fn"],
            &["stubd", "bd"],
            &["stuid", "stusn", "stucid", "id", "sn", "cid"],
        ]),
        columns: &[
            (F::StudentId, H("stuid")),
            (F::StudentId, H("id")),
            (F::StudentId, H("stusn")),
            (F::StudentId, H("sn")),
            (F::First, H("stufn")),
            (F::First, H("fn")),
            (F::Middle, H("stumn")),
            (F::Middle, H("mn")),
            (F::Last, H("stuln")),
            (F::Last, H("ln")),
            (F::Birthdate, H("stubd")),
            (F::Birthdate, H("bd")),
            (F::Suffix, H("stusf")),
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
        columns: &[
            (F::StudentId, H("otherid")),
            (F::First, H("firstname")),
            (F::Middle, H("middlename")),
            (F::Last, H("lastname")),
            (F::Birthdate, H("birthdate")),
        ],
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
        columns: &[
            (F::StudentId, H("studentid")),
            (F::First, H("studentfirstname")),
            (F::Middle, H("middlename")),
            (F::Last, H("studentlastname")),
            (F::Birthdate, H("birthdate")),
        ],
        dates: Some(DateFormat::MonthDayYear),
        ..Preset::NONE
    },
];
