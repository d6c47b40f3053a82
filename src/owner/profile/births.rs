//! Birthdates by day, year and grade: what is put in for those that are unknown, and who is too old or too young.

use super::SHOWN;
use super::findings::Findings;
use crate::owner::table::Birth;
use crate::units::BirthDate;

/// Years that are counted day by day; all others are far off.
const FIRST_YEAR: u16 = 1880;
const YEARS: usize = 221;
const DAYS: usize = 31 * 12;
const GRADES: usize = 13;
/// Days before and after one that it is compared with.
const NEIGHBOURS: usize = 15;
/// How many times the mean of its neighbours a day outnumbers that is put in for others.
const OUTNUMBERS: f64 = 10.0;
/// The part of the rows that such a day has at least: one in this many.
const HEAP: u64 = 1000;
/// Years between the youngest and the oldest who may be in a file of dual enrolment: ages 10 to 25.
const SPAN: u16 = 15;
/// Years that a student may be younger or older than the usual one of the grade.
const YOUNGER: i32 = 2;
const OLDER: i32 = 4;

/// Rows, and the first lines of them.
#[derive(Clone, Default)]
pub(super) struct Lined {
    pub(super) rows: u64,
    pub(super) lines: Vec<u32>,
}

impl Lined {
    pub(super) fn add(&mut self, line: u32) {
        self.rows += 1;
        if self.lines.len() < SHOWN {
            self.lines.push(line);
        }
    }

    fn join(&mut self, other: &Self) {
        self.rows += other.rows;
        self.lines.extend(&other.lines);
        self.lines.sort_unstable();
        self.lines.truncate(SHOWN);
    }
}

/// Who is expected, by year of birth, the last included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cohort {
    /// The first year.
    pub first: u16,
    /// The last year.
    pub last: u16,
}

pub(super) struct Births {
    days: Vec<u32>,
    years: Vec<Lined>,
    by_grade: Vec<Lined>,
    pub(super) known: u64,
    pub(super) year_only: Lined,
    pub(super) missing: Lined,
    pub(super) invalid: Lined,
    /// Of days that stand for unknown ones everywhere.
    default: Lined,
    january: u64,
    far: Lined,
    graded: u64,
}

/// What was found out about the years of birth.
pub(super) struct Years {
    /// With at least [`SMALL`](super::SMALL) + 1 students each.
    pub(super) shown: Vec<(u16, u64)>,
    pub(super) others: u64,
}

impl Births {
    pub(super) fn new() -> Self {
        Self {
            days: vec![0; YEARS * DAYS],
            years: vec![Lined::default(); YEARS],
            by_grade: vec![Lined::default(); GRADES * YEARS],
            known: 0,
            year_only: Lined::default(),
            missing: Lined::default(),
            invalid: Lined::default(),
            default: Lined::default(),
            january: 0,
            far: Lined::default(),
            graded: 0,
        }
    }

    pub(super) fn add(&mut self, birth: Birth, grade: Option<u8>, line: u32) {
        let year = match birth {
            Birth::Missing => return self.missing.add(line),
            Birth::Invalid => return self.invalid.add(line),
            Birth::Year(year) => {
                self.year_only.add(line);
                year
            }
            Birth::Known(date) => {
                self.known += 1;
                if is_default(date) {
                    return self.default.add(line);
                }
                self.january += u64::from((date.month(), date.day()) == (1, 1));
                date.year()
            }
        };
        let index = usize::from(year.wrapping_sub(FIRST_YEAR));
        if index >= YEARS {
            return self.far.add(line);
        }
        self.years[index].add(line);
        if let Birth::Known(date) = birth {
            let day = usize::from(date.month() - 1) * 31 + usize::from(date.day() - 1);
            self.days[index * DAYS + day] += 1;
        }
        if let Some(grade) = grade {
            self.graded += 1;
            self.by_grade[usize::from(grade) * YEARS + index].add(line);
        }
    }

    /// Years of birth that may be shown; where the rest would be a small number, the smallest year goes to it.
    pub(super) fn years(&self) -> Years {
        let all = self.years.iter().zip(FIRST_YEAR..);
        let all = all.map(|(years, year)| (year, years.rows));
        let (mut shown, few): (Vec<_>, Vec<_>) = all
            .filter(|(_, n)| *n > 0)
            .partition(|(_, n)| *n > super::SMALL);
        let mut others = few.iter().map(|(_, n)| n).sum::<u64>() + self.far.rows;
        while (1..=super::SMALL).contains(&others) && !shown.is_empty() {
            let smallest = (0..shown.len()).min_by_key(|i| shown[*i].1).unwrap_or(0);
            others += shown.remove(smallest).1;
        }
        Years { shown, others }
    }

    pub(super) fn find(&self, rows: u64, cohort: Option<Cohort>, out: &mut Findings) {
        use super::Code;
        out.add(Code::DefaultBirthdate, self.default.clone());
        out.add(Code::HeapedBirthdate, self.heaps(rows));
        out.note(Code::FirstOfJanuary, self.january);
        if let Some(cohort) = cohort {
            out.add(Code::OutsideCohort, self.outside(cohort.first, cohort.last));
        } else if let Some(newest) = self.newest() {
            let outside = self.outside(newest.saturating_sub(SPAN), newest);
            out.add(Code::FarBirthYear, outside);
        }
        out.add(Code::AgeAgainstGrade, self.against_grade());
    }

    fn outside(&self, first: u16, last: u16) -> Lined {
        let mut outside = self.far.clone();
        for (years, year) in self.years.iter().zip(FIRST_YEAR..) {
            if !(first..=last).contains(&year) {
                outside.join(years);
            }
        }
        outside
    }

    /// The year after the last one that holds one in a hundred of all: a few wrong centuries do not decide.
    fn newest(&self) -> Option<u16> {
        let all: u64 = self.years.iter().map(|y| y.rows).sum();
        let last = self
            .years
            .iter()
            .rposition(|y| y.rows > 0 && y.rows * 100 >= all)?;
        Some(FIRST_YEAR + last as u16 + 1)
    }

    /// Days that far outnumber those around them.
    fn heaps(&self, rows: u64) -> Lined {
        let mut heaps = Lined::default();
        for (i, &n) in self.days.iter().enumerate() {
            let n = u64::from(n);
            let is_january = i % DAYS == 0;
            if n <= super::SMALL || n * HEAP < rows || (is_january && n * 100 < rows) {
                continue;
            }
            let around = i.saturating_sub(NEIGHBOURS)..(i + NEIGHBOURS + 1).min(self.days.len());
            let sum: u64 = self.days[around].iter().map(|n| u64::from(*n)).sum();
            let mean = (sum - n) as f64 / (2 * NEIGHBOURS) as f64;
            if n as f64 > OUTNUMBERS * (mean + 1.0) {
                heaps.rows += n;
            }
        }
        heaps
    }

    /// Students far from the usual age of their grade. Which school year it is, the file itself says: the
    /// year in which most of its students are of the usual age.
    fn against_grade(&self) -> Lined {
        let fall = |grade: usize, year: u16| i32::from(year) + 5 + grade as i32;
        let cells = || {
            let by_grade = self.by_grade.chunks(YEARS).enumerate();
            by_grade.flat_map(|(grade, years)| {
                let years = years.iter().zip(FIRST_YEAR..);
                years.map(move |(lined, year)| (fall(grade, year), lined))
            })
        };
        let mut by_fall = std::collections::BTreeMap::new();
        for (fall, lined) in cells() {
            *by_fall.entry(fall).or_insert(0) += lined.rows;
        }
        let usual = by_fall
            .iter()
            .max_by_key(|(_, n)| **n)
            .map(|(y, n)| (*y, *n));
        let mut odd = Lined::default();
        // Where grades and years have nothing to do with each other, nobody is odd.
        let Some((usual, _)) = usual.filter(|(_, n)| n * 5 > self.graded) else {
            return odd;
        };
        for (fall, lined) in cells() {
            if lined.rows > 0 && !(usual - OLDER..=usual + YOUNGER).contains(&fall) {
                odd.join(lined);
            }
        }
        odd
    }
}

/// Days that systems write for a birthdate that nobody knows.
fn is_default(date: BirthDate) -> bool {
    matches!(
        (date.year(), date.month(), date.day()),
        (1900 | 1901 | 9999, 1, 1)
            | (1899, 12, 30 | 31)
            | (1111 | 1911 | 2011, 11, 11)
            | (9999, 12, 31)
            | (1970, 1, 1)
    ) || matches!(date.year(), 1 | 1111 | 9999)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::owner::profile::{Code, SMALL};

    fn date(y: u16, m: u8, d: u8) -> Birth {
        Birth::Known(BirthDate::new(y, m, d).unwrap())
    }

    /// Births of grade 9 to 12 in the school year 2022, `each` a day.
    fn school(each: usize) -> Births {
        let mut births = Births::new();
        let mut line = 1;
        for grade in 9..=12u8 {
            for month in 1..=12 {
                for day in 1..=28 {
                    for _ in 0..each {
                        line += 1;
                        births.add(date(2017 - u16::from(grade), month, day), Some(grade), line);
                    }
                }
            }
        }
        births
    }

    fn count(births: &Births, rows: u64, cohort: Option<Cohort>, code: Code) -> u64 {
        let mut out = Findings::new(rows);
        births.find(rows, cohort, &mut out);
        out.rows_of(code)
    }

    #[test]
    fn an_ordinary_school_has_no_findings_but_january() {
        let births = school(3);
        for code in [
            Code::DefaultBirthdate,
            Code::HeapedBirthdate,
            Code::FarBirthYear,
            Code::AgeAgainstGrade,
        ] {
            assert_eq!(count(&births, 4032, None, code), 0, "{code:?}");
        }
        assert_eq!(count(&births, 4032, None, Code::FirstOfJanuary), 12);
        let cohort = Cohort {
            first: 2006,
            last: 2008,
        };
        assert_eq!(
            count(&births, 4032, Some(cohort), Code::OutsideCohort),
            1008
        );
    }

    #[test]
    fn what_is_put_in_for_others_is_found() {
        let mut births = school(3);
        for line in 0..100 {
            births.add(date(2006, 5, 5), None, line);
            births.add(date(1900, 1, 1), None, line);
        }
        births.add(date(1111, 11, 11), None, 7);
        births.add(date(1950, 3, 4), Some(9), 8);
        for line in 0..20 {
            births.add(date(2060, 3, 4), None, line);
        }
        assert_eq!(count(&births, 4234, None, Code::HeapedBirthdate), 123);
        assert_eq!(count(&births, 4234, None, Code::DefaultBirthdate), 101);
        assert_eq!(count(&births, 4234, None, Code::FarBirthYear), 21);
        assert_eq!(count(&births, 4234, None, Code::AgeAgainstGrade), 1);
    }

    #[test]
    fn no_year_of_few_students_is_shown_nor_follows_from_a_rest() {
        let mut births = Births::new();
        for (year, n) in [(2004, 40), (2005, 12), (2006, 3)] {
            for _ in 0..n {
                births.add(date(year, 2, 3), None, 2);
            }
        }
        let years = births.years();
        assert_eq!((years.shown, years.others), (vec![(2004, 40)], 15));
        assert!(years.others > SMALL);
    }
}
