//! Which people the attacks are tried on.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::owner::normalise::Person;
use crate::units::BirthDate;

/// Fewer people than this say nothing.
pub(super) const LEAST: usize = 200;
/// A birthdate of this many is attacked as it is; smaller ones are pooled.
const NATURAL: usize = 300;
/// Most people of an attack: its time grows with the cube.
pub(super) const MOST: usize = 1_250;
/// Fewer people of a birthdate are named by it alone.
const LEAST_OF_A_DAY: usize = 4;

/// People by birthdate.
pub(super) struct Days(BTreeMap<BirthDate, Vec<usize>>);

/// The people of the main attack, all of one birthdate.
pub(super) struct Cell {
    /// Half as many again as one side of the attack has.
    pub(super) people: Vec<Person>,
    /// Whether they were given one birthdate.
    pub(super) pooled: bool,
}

impl Days {
    pub(super) fn of(people: &[Person]) -> Self {
        let mut days: BTreeMap<BirthDate, Vec<usize>> = BTreeMap::new();
        for (i, person) in people.iter().enumerate() {
            if let Some(date) = person.birthdate {
                days.entry(date).or_default().push(i);
            }
        }
        Self(days)
    }

    /// How many people each birthdate has.
    pub(super) fn sizes(&self) -> Vec<usize> {
        self.0.values().map(Vec::len).collect()
    }

    /// The largest birthdate, or people of neighbouring ones as many as a birthdate of the
    /// population has; and how many of them stand on one side of an attack at most.
    pub(super) fn cell(&self, people: &[Person], population: u64) -> Result<(Cell, usize)> {
        let known: usize = self.0.values().map(Vec::len).sum();
        if known < LEAST {
            return Err(Error::input(
                "",
                format!("{known} records with a birthdate are too few to audit; at least {LEAST} are needed"),
            )
            .hint("no verdict was reached; audit a larger file of the same kind under the same schema"));
        }
        // Half as many again as one side: at half overlap each side has people of its own.
        let both = |side: usize| side * 3 / 2;
        let largest = self.0.values().max_by_key(|d| d.len());
        if let Some(day) = largest.filter(|d| d.len() >= NATURAL) {
            let cell = day.iter().take(both(MOST)).map(|&i| people[i].clone());
            let people = cell.collect();
            return Ok((
                Cell {
                    people,
                    pooled: false,
                },
                MOST,
            ));
        }
        let side = (population as usize / self.0.len()).clamp(NATURAL, MOST);
        let wanted = both(side).min(known);
        let sorted: Vec<usize> = self.0.values().flatten().copied().collect();
        let start = (sorted.len() - wanted) / 2;
        let window = &sorted[start..start + wanted];
        let date = people[window[wanted / 2]].birthdate;
        let people = window
            .iter()
            .map(|&i| Person {
                birthdate: date,
                ..people[i].clone()
            })
            .collect();
        Ok((
            Cell {
                people,
                pooled: true,
            },
            side,
        ))
    }

    /// Some birthdates as they are, about as many people as the other attack has: the largest of
    /// the months that have most people, since namesakes meet over the dates of a month.
    pub(super) fn some(&self, people: &[Person]) -> Vec<Vec<Person>> {
        let mut months: BTreeMap<(u16, u8), Vec<&Vec<usize>>> = BTreeMap::new();
        for (date, day) in &self.0 {
            months
                .entry((date.year(), date.month()))
                .or_default()
                .push(day);
        }
        let mut months: Vec<Vec<&Vec<usize>>> = months.into_values().collect();
        months.sort_by_key(|days| std::cmp::Reverse(days.iter().map(|d| d.len()).sum::<usize>()));
        let mut left = MOST;
        let mut cells = Vec::new();
        for mut days in months {
            days.sort_by_key(|d| std::cmp::Reverse(d.len()));
            for day in days {
                // Of a large file several birthdates, not one: the union of their blocks is the
                // point.
                let take = day.len().min(MOST / 5).min(left);
                if take < LEAST_OF_A_DAY {
                    break;
                }
                left -= take;
                cells.push(day[..take].iter().map(|&i| people[i].clone()).collect());
            }
        }
        cells
    }
}
