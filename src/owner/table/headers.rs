//! The headers that student systems use, folded: lower case, without blanks and `_ - .`, without leading
//! digits (so that `01 Student ID` is a student id).

use super::Field;

/// A header as it is compared.
pub(super) fn fold(header: &str) -> String {
    header
        .trim_start_matches(|c: char| c.is_ascii_digit())
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '_' | '-' | '.'))
        .flat_map(char::to_lowercase)
        .collect()
}

/// The headers of a student's own id. State ids are not among them: where both are in a file, the
/// local one is meant, and a state id is taken only if the user says so.
pub(super) const STUDENT_ID: &[&str] = &[
    "id",
    "studentid",
    "stuid",
    "sid",
    "studentno",
    "studentnum",
    "studentnumber",
    "studentuniqueid",
    "localid",
    "localstudentid",
    "permid",
    "pupil",
    "pupilid",
    "pupilnumber",
    "sourcedid",
    "emplid",
    "bannerid",
    "spridenid",
    "appid",
    "applicantid",
    "recid",
    "recordid",
    "uniqueid",
];
const FIRST: &[&str] = &[
    "first",
    "firstname",
    "fname",
    "fn",
    "given",
    "givenname",
    "forename",
    "studentfirst",
    "studentfirstname",
    "stufn",
    "spridenfirstname",
    "namefirst",
];
const MIDDLE: &[&str] = &[
    "middle",
    "middlename",
    "mname",
    "mn",
    "mi",
    "middleinitial",
    "middleinit",
    "studentmiddle",
    "studentmiddlename",
    "stumn",
    "spridenmi",
    "namemiddle",
];
pub(super) const LAST: &[&str] = &[
    "last",
    "lastname",
    "lname",
    "ln",
    "surname",
    "family",
    "familyname",
    "lastsurname",
    "lastorsurname",
    "studentlast",
    "studentlastname",
    "stuln",
    "spridenlastname",
    "namelast",
];
const SUFFIX: &[&str] = &[
    "suffix",
    "namesuffix",
    "generationcode",
    "generationcodesuffix",
    "generationcodeorsuffix",
    "studentsuffix",
    "stusf",
    "spbpersnamesuffix",
];
pub(super) const BIRTHDATE: &[&str] = &[
    "dob",
    "birthdate",
    "dateofbirth",
    "birthday",
    "birth",
    "bd",
    "bdate",
    "birthdt",
    "studentdob",
    "studentbirthdate",
    "stubd",
    "spbpersbirthdate",
];
const GENDER: &[&str] = &[
    "gender",
    "sex",
    "gendercode",
    "sexcode",
    "studentgender",
    "spbperssex",
];

/// Given names beside the first name. A legal name stands beside one that is used; where it is the
/// only one, it is the first name ([`ONLY_FIRST`]).
const ALIAS_FIRST: &[&str] = &[
    "aliasfirst",
    "aliasfirstname",
    "aliasgivenname",
    "akafirst",
    "akafirstname",
    "caakafirst",
    "chosenfirstname",
    "chosenname",
    "fna",
    "formerfirstname",
    "legalfirst",
    "legalfirstname",
    "legalgivenname",
    "lsilfn",
    "nickname",
    "otherfirst",
    "otherfirstname",
    "othergivenname",
    "preferredfirst",
    "preferredfirstname",
    "preferredgivenname",
    "preferredname",
    "preffirst",
    "preffirstname",
    "prefname",
    "spbperspreffirstname",
    "stufna",
];
/// Middle names that belong to an alias. There is room for one in a record.
pub(super) const ALIAS_MIDDLE: &[&str] = &[
    "aliasmiddle",
    "aliasmiddlename",
    "akamiddle",
    "akamiddlename",
    "caakamiddle",
    "chosenmiddlename",
    "formermiddlename",
    "legalmiddle",
    "legalmiddlename",
    "lsilmn",
    "mna",
    "othermiddle",
    "othermiddlename",
    "preferredmiddle",
    "preferredmiddlename",
    "stumna",
];
/// Last names beside the last name: former, maiden, preferred and other ones.
const ALIAS_LAST: &[&str] = &[
    "aliaslast",
    "aliaslastname",
    "aliassurname",
    "akalast",
    "akalastname",
    "akasurname",
    "birthlastname",
    "birthname",
    "birthsurname",
    "caakasurname",
    "chosenlastname",
    "formerfamilyname",
    "formerlast",
    "formerlastname",
    "formername",
    "formersurname",
    "legallast",
    "legallastname",
    "legalsurname",
    "lna",
    "lsilln",
    "maiden",
    "maidenlastname",
    "maidenname",
    "maidensurname",
    "otherlast",
    "otherlastname",
    "othersurname",
    "preferredfamilyname",
    "preferredlast",
    "preferredlastname",
    "preferredsurname",
    "preflast",
    "preflastname",
    "previouslastname",
    "previousname",
    "previoussurname",
    "priorlastname",
    "priorname",
    "priorsurname",
    "stulna",
];
/// Headers of the first name where no other column is it.
pub(super) const ONLY_FIRST: &[&str] = &["legalfirst", "legalfirstname", "legalgivenname"];
/// Headers of the last name where no other column is it.
pub(super) const ONLY_LAST: &[&str] = &["legallast", "legallastname", "legalsurname"];

/// The school year.
const GRADE: &[&str] = &[
    "grade",
    "gradelevel",
    "grades",
    "gradelevelcode",
    "currentgrade",
    "studentgrade",
    "stugr",
];
/// Opt-outs: of directory information, or of being passed on at all.
const HOLD: &[&str] = &[
    "confidential",
    "confidentialityindicator",
    "directoryhold",
    "directoryoptout",
    "ferpa",
    "ferpablock",
    "ferpahold",
    "hold",
    "optout",
    "privacyflag",
    "spbpersconfidind",
];

/// The folded headers by which a column is known as that of `field`.
pub(super) fn of(field: Field) -> &'static [&'static str] {
    match field {
        Field::StudentId => STUDENT_ID,
        Field::First => FIRST,
        Field::Middle => MIDDLE,
        Field::Last => LAST,
        Field::Suffix => SUFFIX,
        Field::Birthdate => BIRTHDATE,
        Field::Gender => GENDER,
        Field::AliasFirst => ALIAS_FIRST,
        Field::AliasLast => ALIAS_LAST,
        Field::Grade => GRADE,
        Field::Hold => HOLD,
    }
}
