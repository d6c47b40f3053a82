//! What can be found in a table, and what to say of it: what it costs and what to do.

use serde::{Deserialize, Serialize};

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weight {
    /// The file cannot be encoded as it is.
    Stops,
    /// It costs links.
    Loss,
    /// Good to know.
    Note,
}

impl Weight {
    /// One word for people.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Stops => "STOPS",
            Self::Loss => "LOSS",
            Self::Note => "NOTE",
        }
    }
}

macro_rules! codes {
    ($($code:ident $weight:ident $title:literal $cost:literal $action:literal)*) => {
        /// A kind of finding.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Code {
            $(#[doc = $title] $code,)*
        }

        impl Code {
            /// How much it matters.
            #[must_use]
            pub fn weight(self) -> Weight {
                match self { $(Self::$code => Weight::$weight,)* }
            }

            /// What it is, in a few words.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Self::$code => $title,)* }
            }

            /// What it costs in links.
            #[must_use]
            pub fn cost(self) -> &'static str {
                match self { $(Self::$code => $cost,)* }
            }

            /// What to do.
            #[must_use]
            pub fn action(self) -> &'static str {
                match self { $(Self::$code => $action,)* }
            }
        }
    };
}

codes! {
    NothingToEncode Stops
        "no row that can be encoded"
        "Nothing can be linked."
        "Check which columns were taken for the names and the birthdate."
    DuplicateId Stops
        "a student id that stands in several rows"
        "The file is refused: an answer could not be told apart."
        "Export one row a student, or map another column to the id."
    MissingId Loss
        "no student id"
        "These rows are left out."
        "Give every student an id, or leave the rows out on purpose."
    NoName Loss
        "neither a first nor a last name"
        "These rows are left out."
        "Fill in the names in the student system."
    UnreadableRow Loss
        "rows that cannot be divided into their cells"
        "These rows are left out."
        "Export again; a cell that contains the delimiter must stand in quotation marks."
    NoColumn Loss
        "no column for this field"
        "What the field would tell is not there for any student."
        "Add the column to the export if your system has it, or name it with --map."
    NoAliasColumn Note
        "no column of other names"
        "Students who are under a former, legal or preferred name in the other file may be missed."
        "Add the columns of former, legal and preferred names to the export if your system has them."
    Incomplete Loss
        "an empty cell"
        "Without a first or last name few students are found. Without a birthdate a student is linked only if nobody else has the same names."
        "Fill in what is known in the student system."
    Placeholder Loss
        "a placeholder instead of a name (FNU, XXX, TEST, * and the like)"
        "It counts as missing: these students are as hard to find as those with an empty cell."
        "Fill in the name where it is known. A student of one name only is best left with an empty first name."
    ImpossibleBirthdate Loss
        "a birthdate that does not exist, or of another form"
        "It counts as missing: the student is linked only if nobody else has the same names."
        "Correct it in the student system. If there are many, check --date-format."
    YearOnly Loss
        "a year of birth only"
        "The day is not known: the student is linked only if nobody else has the same names."
        "Fill in the day where it is known."
    DefaultBirthdate Loss
        "a birthdate that stands for an unknown one (1900-01-01 and the like)"
        "These students are missed, or linked to namesakes who have the same default."
        "Empty these cells: a birthdate that is missing costs less than a wrong one."
    HeapedBirthdate Loss
        "a birthdate that far more students have than the days around it"
        "If it was put in for unknown ones, these students are missed."
        "Find out whether the day was put in by a system, and empty these cells if so."
    FirstOfJanuary Note
        "born on the first of January"
        "It is a real birthday for some, and the registered one of many immigrants; it tells less than other days."
        "Nothing, if these are as registered."
    FarBirthYear Note
        "born more than 15 years before the youngest, or after them"
        "Wrong years cost these links; staff or test accounts can only be linked by accident."
        "Check whether these rows are students, and whether two-digit years were read in the right century."
    OutsideCohort Loss
        "born outside the years that were stated"
        "They are not expected in the other file."
        "Check the term and the filter of the export."
    AgeAgainstGrade Note
        "far younger or older than others of the grade"
        "A wrong birthdate costs the link."
        "Check the birthdates of these students."
    SameNameAndBirthdate Loss
        "the same names and birthdate under different student ids"
        "If it is one student twice, the links are ambiguous; if these are two students, nothing but a middle name tells them apart."
        "Merge records of one student; otherwise keep them, and have middle names filled in."
    CutNames Loss
        "names that seem cut at a fixed length"
        "Long names no longer agree; most of them are double surnames."
        "Ask for an export with whole names."
    UpperCase Note
        "names in capital letters only"
        "Nothing: case does not count."
        "Nothing."
    Mojibake Note
        "letters that come of reading UTF-8 as Windows-1252"
        "Little: the usual ones are repaired."
        "Export again as UTF-8, and do not open the file in a spreadsheet in between."
    DamagedLetters Loss
        "letters that were lost (a question mark or a replacement character in a name)"
        "A lost letter makes the names less alike; most are accented ones."
        "Export again as UTF-8, straight from the student system."
    OneLetterName Loss
        "a name of one letter"
        "An initial agrees with very many names: few of these students are found."
        "Fill in whole names where they are known."
    DigitsInName Note
        "digits in a name"
        "Little: digits are dropped. They may be marks of duplicates or test accounts."
        "Check whether these rows are students."
    NamesInBrackets Note
        "names in brackets"
        "Nothing: they are taken as other names of the student."
        "Nothing; a column of its own for other names is clearer."
    SpreadsheetId Loss
        "student ids in the form 1.23E+09"
        "The ids cannot be recovered: a link cannot be traced to its student."
        "Export again, and do not open the file in a spreadsheet in between."
    ShortId Note
        "student ids shorter than the others, all of digits"
        "Nothing in links; but if leading zeros were cut, the answer does not join your own records."
        "Compare some ids with the student system; if zeros are missing, export again without a spreadsheet in between."
    SpreadsheetDates Note
        "birthdates are numbers of days, as a spreadsheet writes them"
        "Nothing, if all were written by the same program; a calendar of 1904 would move them by four years."
        "Better export dates as YYYY-MM-DD."
    Held Note
        "students with an opt-out in the hold column"
        "Whoever is excluded is not linked."
        "Decide with your privacy officer whether they must be excluded."
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_written_in_small_letters() {
        let text = serde_json::to_string(&Code::SameNameAndBirthdate).unwrap();
        assert_eq!(text, "\"same-name-and-birthdate\"");
        assert_eq!(
            serde_json::from_str::<Code>(&text).unwrap(),
            Code::SameNameAndBirthdate
        );
    }
}
