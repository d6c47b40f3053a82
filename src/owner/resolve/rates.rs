//! Match rates by subgroup: missed links fall on some groups more than on others.
//!
//! Small counts are hidden, and so are the next smallest until what is hidden is of two groups or more and
//! itself no small count, since its sum can be worked out from the total (complementary suppression).

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::csvfile::{self, CsvReader};
use crate::error::{Error, Result};

/// Counts from 1 to this are not shown.
const MOST_HIDDEN: u64 = 10;
/// Columns of the table of rates.
pub const RATES_COLUMNS: [&str; 4] = ["group", "records", "linked", "rate"];
/// What stands in place of a hidden number.
const HIDDEN: &str = "suppressed";

/// One group of students.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Group {
    records: u64,
    linked: u64,
}

/// Writes to `out` how many of the records of each group are linked. `resolved` is a table that
/// [`resolve`](super::resolve) wrote; `groups` gives the group of each student id.
///
/// A record of several partners counts as linked if it is with any of them. A group's records are
/// hidden where they are 1 to 10; its linked ones, with the rate, also where 1 to 10 are linked or 1 to 10
/// are not. Of each column none is hidden, or two or more that are together no small count.
///
/// # Errors
/// [`Class::Input`](crate::error::Class::Input) for a malformed file,
/// [`Class::Mismatch`](crate::error::Class::Mismatch) if a student id has no group.
pub fn rates(resolved: &Path, groups: &BTreeMap<String, String>, out: &Path) -> Result<usize> {
    let mut reader = CsvReader::open(resolved, &["student_id", "status"])?;
    let (mut all, mut linked) = (BTreeSet::new(), BTreeSet::new());
    while reader.advance()? {
        all.insert(reader.cell(0).to_owned());
        if reader.cell(1) == "linked" {
            linked.insert(reader.cell(0).to_owned());
        }
    }
    let mut counts: BTreeMap<&str, Group> = BTreeMap::new();
    for id in &all {
        let Some(group) = groups.get(id) else {
            return Err(Error::mismatch(
                "a student id of the result is not in the table that tells the groups",
            )
            .at(resolved)
            .hint("give --table the table that was encoded"));
        };
        let count = counts.entry(group).or_default();
        count.records += 1;
        count.linked += u64::from(linked.contains(id));
    }
    let rows: Vec<(&str, Group)> = counts.into_iter().collect();
    let records: Vec<u64> = rows.iter().map(|(_, g)| g.records).collect();
    let hidden_records = hide(&records, &records, |i| is_small(records[i]));
    let links: Vec<u64> = rows.iter().map(|(_, g)| g.linked).collect();
    let others: Vec<u64> = records.iter().zip(&links).map(|(r, l)| r - l).collect();
    let hidden_links = hide(&links, &others, |i| {
        hidden_records[i] || is_small(links[i]) || is_small(others[i])
    });
    csvfile::write(out, &RATES_COLUMNS, |table| {
        for (i, (group, count)) in rows.iter().enumerate() {
            let shown = |value: String, is_hidden: bool| {
                if is_hidden { HIDDEN.to_owned() } else { value }
            };
            let rate = format!("{:.4}", count.linked as f64 / count.records.max(1) as f64);
            table.row([
                (*group).to_owned(),
                shown(count.records.to_string(), hidden_records[i]),
                shown(count.linked.to_string(), hidden_links[i]),
                shown(rate, hidden_links[i]),
            ])?;
        }
        Ok(())
    })?;
    Ok(rows.len())
}

fn is_small(count: u64) -> bool {
    (1..=MOST_HIDDEN).contains(&count)
}

/// Which groups to hide: those that `must` be, and the smallest of the others by `counts` until
/// the hidden ones are two or more, and neither their `counts` nor their `others` a small sum.
fn hide(counts: &[u64], others: &[u64], must: impl Fn(usize) -> bool) -> Vec<bool> {
    let mut hidden: Vec<bool> = (0..counts.len()).map(must).collect();
    loop {
        let of = |column: &[u64]| -> u64 {
            let values = column.iter().zip(&hidden);
            values.filter(|(_, h)| **h).map(|(v, _)| v).sum()
        };
        let number = hidden.iter().filter(|h| **h).count();
        if number == 0 || number > 1 && !is_small(of(counts)) && !is_small(of(others)) {
            return hidden;
        }
        let shown = (0..counts.len()).filter(|&i| !hidden[i]);
        match shown.min_by_key(|&i| counts[i]) {
            Some(next) => hidden[next] = true,
            None => return hidden,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of rates for groups of so many records, so many of them linked.
    fn table(groups: &[(&str, u64, u64)]) -> String {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        let mut text = String::from("record_ref,student_id,link_id,status\n");
        let mut of = BTreeMap::new();
        for (group, records, linked) in groups {
            for i in 0..*records {
                let status = if i < *linked { "linked" } else { "no_link" };
                text += &format!("r{group}{i},{group}{i},,{status}\n");
                of.insert(format!("{group}{i}"), (*group).to_owned());
            }
        }
        std::fs::write(at("resolved.csv"), text).unwrap();
        rates(&at("resolved.csv"), &of, &at("rates.csv")).unwrap();
        std::fs::read_to_string(at("rates.csv")).unwrap()
    }

    #[test]
    fn large_groups_are_shown() {
        assert_eq!(
            table(&[("a", 40, 20), ("b", 30, 0), ("c", 11, 11)]),
            "group,records,linked,rate\na,40,20,0.5000\nb,30,0,0.0000\nc,11,11,1.0000\n"
        );
    }

    #[test]
    fn a_small_count_takes_the_next_smallest_with_it() {
        assert_eq!(
            table(&[("a", 40, 20), ("b", 30, 15), ("c", 10, 5)]),
            "group,records,linked,rate\na,40,20,0.5000\nb,suppressed,suppressed,suppressed\n\
             c,suppressed,suppressed,suppressed\n"
        );
        // Few that are not linked tell as much as few that are.
        assert_eq!(
            table(&[("a", 40, 20), ("b", 30, 25), ("c", 60, 30)]),
            "group,records,linked,rate\na,40,suppressed,suppressed\nb,30,suppressed,suppressed\nc,60,30,0.5000\n"
        );
    }

    #[test]
    fn what_is_hidden_is_no_small_count_together() {
        let text = table(&[("a", 40, 20), ("b", 30, 15), ("c", 2, 1), ("d", 3, 1)]);
        let hidden = text.matches("suppressed,suppressed,suppressed").count();
        assert_eq!(hidden, 3, "two of 5 records together would tell: {text}");
        assert!(text.contains("a,40,20,0.5000"));
    }

    #[test]
    fn an_id_without_a_group_is_refused_and_nothing_written() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        std::fs::write(
            at("r.csv"),
            "record_ref,student_id,link_id,status\naa,7,,no_link\n",
        )
        .unwrap();
        let e = rates(&at("r.csv"), &BTreeMap::new(), &at("out.csv")).unwrap_err();
        assert_eq!(e.class(), crate::error::Class::Mismatch);
        assert!(!at("out.csv").exists());
    }
}
