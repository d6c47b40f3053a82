//! Which column is which field: by the headers that student systems use, or as the user says.
//!
//! Headers are compared folded: lower case, without blanks and `_ - .`, without leading digits
//! (so that `01 Student ID` is a student id).

use std::path::Path;

use super::{Field, Mapping};
use crate::error::{Error, Result};

/// The headers of a student's own id. State ids are not among them: where both are in a file, the
/// local one is meant, and a state id is taken only if the user says so.
const STUDENT_ID: &[&str] = &[
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
const LAST: &[&str] = &[
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
const BIRTHDATE: &[&str] = &[
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

/// How alike two folded headers must be (Jaro-Winkler) for one to be offered instead of the other.
const NEAR: f64 = 0.8;

fn synonyms(field: Field) -> &'static [&'static str] {
    match field {
        Field::StudentId => STUDENT_ID,
        Field::First => FIRST,
        Field::Middle => MIDDLE,
        Field::Last => LAST,
        Field::Suffix => SUFFIX,
        Field::Birthdate => BIRTHDATE,
        Field::Gender => GENDER,
    }
}

fn fold(header: &str) -> String {
    header
        .trim_start_matches(|c: char| c.is_ascii_digit())
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '_' | '-' | '.'))
        .flat_map(char::to_lowercase)
        .collect()
}

/// For each field the column that was taken for it, by its place and by the file's own header.
#[derive(Debug, Clone, Default)]
pub struct Columns {
    chosen: [Option<(usize, String)>; Field::ALL.len()],
}

impl Columns {
    /// The header of the column taken for `field`, as the file spells it; `None` if there is none.
    #[must_use]
    pub fn header(&self, field: Field) -> Option<&str> {
        self.chosen[field as usize]
            .as_ref()
            .map(|(_, header)| header.as_str())
    }

    /// Each field with its header, in the order of [`Field::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = (Field, Option<&str>)> {
        Field::ALL.into_iter().map(|f| (f, self.header(f)))
    }

    /// The fields for which the file has no column.
    pub fn missing(&self) -> impl Iterator<Item = Field> {
        self.iter()
            .filter_map(|(field, header)| header.is_none().then_some(field))
    }

    pub(super) fn index(&self, field: Field) -> Option<usize> {
        self.chosen[field as usize]
            .as_ref()
            .map(|(index, _)| *index)
    }

    /// Chooses a column for each field.
    pub(super) fn choose(path: &Path, headers: &[String], mapping: &Mapping) -> Result<Self> {
        let folded: Vec<String> = headers.iter().map(|h| fold(h)).collect();
        let found = Finder {
            path,
            headers,
            folded: &folded,
        };
        // PRIVACY: before a header is named in a message, the first line must have proved to be one.
        if !found.is_header_line(mapping) {
            return Err(found
                .error("the first line holds no header that is known")
                .hint(
                    "the first line must name the columns, for example student_id, last_name, \
                     first_name, birthdate; own names can be given with --map last=\"LNAME\"",
                ));
        }
        found.refuse_duplicates()?;
        let mut columns = Self::default();
        for field in Field::ALL {
            columns.chosen[field as usize] = found
                .column(field, mapping)?
                .map(|index| (index, headers[index].clone()));
        }
        found.check(&columns)?;
        Ok(columns)
    }
}

struct Finder<'a> {
    path: &'a Path,
    headers: &'a [String],
    folded: &'a [String],
}

impl Finder<'_> {
    fn error(&self, problem: impl Into<String>) -> Error {
        Error::input(self.path, problem).line(1)
    }

    /// Whether some cell of the first line is a known header or one that the user named, and
    /// none looks like data.
    fn is_header_line(&self, mapping: &Mapping) -> bool {
        let known = |h: &String| {
            Field::ALL
                .iter()
                .any(|&f| synonyms(f).contains(&h.as_str()))
        };
        let named = |h: &String| {
            Field::ALL
                .iter()
                .filter_map(|&f| mapping.header(f))
                .any(|m| !h.is_empty() && fold(m) == *h)
        };
        let data = |h: &String| {
            let digits = h.bytes().filter(u8::is_ascii_digit).count();
            digits >= 3
                && h.bytes()
                    .all(|b| b.is_ascii_digit() || b"/-. ".contains(&b))
        };
        self.folded.iter().any(|h| known(h) || named(h)) && !self.headers.iter().any(data)
    }

    fn refuse_duplicates(&self) -> Result<()> {
        for (i, header) in self.headers.iter().enumerate() {
            if !header.is_empty() && self.headers[..i].contains(header) {
                return Err(self
                    .error("two columns have this name")
                    .column(header)
                    .hint("rename or remove one of them"));
            }
        }
        Ok(())
    }

    fn column(&self, field: Field, mapping: &Mapping) -> Result<Option<usize>> {
        if let Some(wanted) = mapping.header(field) {
            return if wanted.is_empty() {
                Ok(None)
            } else {
                self.named(field, wanted, mapping).map(Some)
            };
        }
        // A column that the user gave to one field is not a candidate for another.
        let taken = |i: usize| {
            Field::ALL
                .iter()
                .filter_map(|&f| mapping.header(f))
                .any(|m| self.find(m) == Some(i))
        };
        let mut candidates = (0..self.headers.len())
            .filter(|&i| synonyms(field).contains(&self.folded[i].as_str()) && !taken(i));
        match (candidates.next(), candidates.next()) {
            (Some(a), Some(b)) => {
                let (a, b) = (&self.headers[a], &self.headers[b]);
                Err(self
                    .error(format!(
                        "two columns could be the {}: \"{a}\" and \"{b}\"",
                        field.noun()
                    ))
                    .hint(format!("choose one, for example --map {field}=\"{a}\"")))
            }
            (one, _) => Ok(one),
        }
    }

    /// The column whose header is `wanted`: letter by letter, otherwise folded.
    fn find(&self, wanted: &str) -> Option<usize> {
        let exact = self.headers.iter().position(|h| h == wanted);
        exact.or_else(|| {
            let wanted = fold(wanted);
            self.folded
                .iter()
                .position(|h| *h == wanted && !h.is_empty())
        })
    }

    fn named(&self, field: Field, wanted: &str, mapping: &Mapping) -> Result<usize> {
        let Some(index) = self.find(wanted) else {
            let mut e = self.error(format!(
                "there is no column \"{wanted}\", which --map {field}= names"
            ));
            if let Some(near) = self.nearest(&[fold(wanted).as_str()]) {
                e = e.hint(format!("did you mean --map {field}=\"{near}\"?"));
            }
            return Err(e);
        };
        let twice = Field::ALL.into_iter().filter(|&f| f != field).find(|&f| {
            mapping
                .header(f)
                .is_some_and(|m| self.find(m) == Some(index))
        });
        match twice {
            Some(other) => Err(Error::usage(format!(
                "--map {field}= and --map {other}= name the same column, \"{wanted}\""
            ))),
            None => Ok(index),
        }
    }

    fn nearest(&self, wanted: &[&str]) -> Option<&str> {
        let likeness = |h: &String| {
            wanted
                .iter()
                .map(|w| strsim::jaro_winkler(h, w))
                .fold(0.0, f64::max)
        };
        self.folded
            .iter()
            .zip(self.headers)
            .map(|(folded, header)| (likeness(folded), header))
            .filter(|(score, header)| *score >= NEAR && !header.is_empty())
            .max_by(|(a, _), (b, _)| a.total_cmp(b))
            .map(|(_, header)| header.as_str())
    }

    /// Whether there is enough to link by.
    fn check(&self, columns: &Columns) -> Result<()> {
        if columns.header(Field::StudentId).is_none() {
            let hint = match self.nearest(STUDENT_ID) {
                Some(near) => format!("if it is \"{near}\", say --map id=\"{near}\""),
                None => "name it with --map id=\"...\"".into(),
            };
            return Err(self
                .error(format!(
                    "no column for the student id; looked for {}",
                    STUDENT_ID.join(", ")
                ))
                .hint(hint));
        }
        let found = |f| columns.header(f).is_some();
        if !found(Field::Last) && !found(Field::Birthdate) {
            return Err(self
                .error(format!(
                    "neither a last name nor a birthdate column; looked for {} and {}",
                    LAST.join(", "),
                    BIRTHDATE.join(", ")
                ))
                .hint("name them with --map last=\"...\" --map birthdate=\"...\""));
        }
        Ok(())
    }
}
