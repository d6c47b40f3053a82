//! The tables that stand beside `users.csv` in a OneRoster export, by the `sourcedId` of its people:
//! `demographics.csv`, with birthdates, and `roles.csv`, with who is a student.

use std::collections::{HashMap, HashSet};

use super::rows::{Layout, Rows};
use super::several::{key, number};
use super::{Birth, DateFormat, fold};
use crate::error::{Error, Result};

/// The folded headers of the id by which the tables belong together.
pub(super) const ID: [&str; 2] = ["sourcedid", "sourceid"];

/// A table beside another.
struct Beside {
    rows: Rows,
    headers: Vec<String>,
}

impl Beside {
    fn open(layout: &Layout) -> Result<Self> {
        let mut rows = Rows::open(layout)?;
        let headers = rows.headers()?;
        Ok(Self { rows, headers })
    }

    /// The place of the first of these headers that is there.
    fn find(&self, wanted: &[&str]) -> Option<usize> {
        let place = |w: &&str| self.headers.iter().position(|h| fold(h) == **w);
        wanted.iter().find_map(place)
    }

    fn expect(&self, wanted: &[&str], name: &str) -> Result<usize> {
        self.find(wanted).ok_or_else(|| {
            Error::input(self.rows.path(), format!("there is no column {name}")).line(1)
        })
    }

    fn cell(&self, index: Option<usize>) -> Result<&str> {
        match index {
            Some(index) => self.rows.cell(index, || self.headers[index].as_str()),
            None => Ok(""),
        }
    }
}

/// Birthdate and sex by the number of an id.
///
/// # Privacy
/// Personal data in memory; it has no `Debug`.
pub(super) struct Demographics {
    hasher: blake3::Hasher,
    people: HashMap<u128, (Birth, Box<str>)>,
}

impl Demographics {
    /// Reads the table; dates are of the format `given`, or of that which they have.
    pub(super) fn read(layout: &Layout, given: Option<DateFormat>) -> Result<Self> {
        let mut table = Beside::open(layout)?;
        let id = table.expect(&[ID[0], ID[1], "usersourcedid"], "sourcedId")?;
        let birth = table.expect(&["birthdate"], "birthDate")?;
        let sex = table.find(&["sex", "gender"]);
        let format = match given {
            Some(format) => Some(format),
            None => {
                let again = Beside::open(layout)?;
                super::date_column::decide(again.rows, birth, &table.headers[birth], None)?
            }
        };
        let mut this = Self {
            hasher: key()?,
            people: HashMap::new(),
        };
        while table.rows.advance()? {
            let birth = match format {
                Some(format) => format.read(table.cell(Some(birth))?),
                None => Birth::Missing,
            };
            let number = number(&this.hasher, table.cell(Some(id))?);
            this.people.insert(number, (birth, table.cell(sex)?.into()));
        }
        Ok(this)
    }

    /// Birthdate and sex of the person of this id; missing if there is none.
    pub(super) fn of(&self, id: &str) -> (Birth, &str) {
        match self.people.get(&number(&self.hasher, id)) {
            Some((birth, sex)) => (*birth, sex),
            None => (Birth::Missing, ""),
        }
    }
}

/// Who is a student, of a version in which the role is not in `users.csv`.
pub(super) struct Roles {
    hasher: blake3::Hasher,
    students: HashSet<u128>,
}

impl Roles {
    /// Reads the table. Who has several roles is a student if one of them is.
    pub(super) fn read(layout: &Layout) -> Result<Self> {
        let mut table = Beside::open(layout)?;
        let id = table.expect(&["usersourcedid", "usersourceid"], "userSourcedId")?;
        let role = table.expect(&["role"], "role")?;
        let status = table.find(&["status"]);
        let mut this = Self {
            hasher: key()?,
            students: HashSet::new(),
        };
        while table.rows.advance()? {
            let is_over = table.cell(status)?.eq_ignore_ascii_case("tobedeleted");
            if !is_over && table.cell(Some(role))?.eq_ignore_ascii_case("student") {
                let id = table.cell(Some(id))?;
                this.students.insert(number(&this.hasher, id));
            }
        }
        Ok(this)
    }

    /// Whether the person of this id is a student.
    pub(super) fn is_student(&self, id: &str) -> bool {
        self.students.contains(&number(&self.hasher, id))
    }
}
