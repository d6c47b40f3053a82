//! `demographics.csv` of OneRoster: birthdate and sex of the people of `users.csv`, by their `sourcedId`.

use std::collections::HashMap;

use super::rows::{Layout, Rows};
use super::several::{key, number};
use super::{Birth, DateFormat, fold};
use crate::error::{Error, Result};

/// Birthdate and sex by the number of an id. 40 bytes a student or so.
///
/// # Privacy
/// Personal data in memory; it has no `Debug`.
pub(super) struct Demographics {
    hasher: blake3::Hasher,
    people: HashMap<u128, (Birth, String)>,
}

impl Demographics {
    pub(super) fn read(layout: &Layout, given: Option<DateFormat>) -> Result<Self> {
        let mut rows = Rows::open(layout)?;
        let headers = rows.headers()?;
        let find = |names: &[&str]| {
            headers
                .iter()
                .position(|h| names.contains(&fold(h).as_str()))
        };
        let error = |problem| Error::input(rows.path(), problem).line(1);
        let id = find(&["sourcedid", "sourceid", "usersourcedid"])
            .ok_or_else(|| error("there is no column sourcedId"))?;
        let birth = find(&["birthdate"]).ok_or_else(|| error("there is no column birthDate"))?;
        let sex = find(&["sex", "gender"]);
        let format = match given {
            Some(format) => Some(format),
            None => {
                let mut rows = Rows::open(layout)?;
                rows.headers()?;
                super::date_column::decide(rows, birth, &headers[birth])?
            }
        };
        let mut this = Self {
            hasher: key()?,
            people: HashMap::new(),
        };
        while rows.advance()? {
            let cell = |index: Option<usize>| match index {
                Some(index) => rows.cell(index, || headers[index].as_str()),
                None => Ok(""),
            };
            let birth = match format {
                Some(format) => format.read(cell(Some(birth))?),
                None => Birth::Missing,
            };
            let number = number(&this.hasher, cell(Some(id))?);
            this.people.insert(number, (birth, cell(sex)?.to_owned()));
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
