//! Runs of the table that stand in the token file: which are more than chance gives, and where the longest ones are.

use super::chance::at_least;
use super::scan::{Column, LONGEST, Run, folded};
use super::search::Search;
use super::{ColumnFinding, FALSE_ALARMS, Kind, Leak, RunTest, ones};

/// Leaks that are listed one by one.
const LISTED: usize = 20;

/// Tests of longer runs: one for each length, of letters in two ways.
pub(super) const LONGER: usize = (LONGEST - 5) * 3 + LONGEST - 4;

/// The false-alarm rate of one of `tests` tests, of which all together get half.
pub(super) fn share_of(tests: usize) -> f64 {
    FALSE_ALARMS / 2.0 / tests.max(1) as f64
}

/// How much more often the likeliest byte of a kind stands in a place than one of this kind in the mean, since
/// fewer or more than half of the bits of the column are set; 1 or more.
fn skew(column: &Column, kind: Kind) -> f64 {
    let share = ones(&column.histogram).clamp(0.01, 0.99);
    let weight = |b: u8| (share / (1.0 - share)).powi(b.count_ones() as i32);
    let bytes = (0..=u8::MAX).filter(|b| kind.has(*b));
    let (n, sum, most) = bytes.fold((0.0, 0.0, 0.0_f64), |(n, sum, most), b| {
        (n + 1.0, sum + weight(b), most.max(weight(b)))
    });
    most * n / sum
}

/// Each run of three letters by itself, in any case and as it stands: the most conspicuous of each.
///
/// A place of the file that holds three letters holds those by chance once in 26^3, or 52^3.
pub(super) fn trigram_tests(columns: &[Column], search: &Search<'_>) -> Vec<RunTest> {
    let alpha = |tests| share_of(tests) / 2.0;
    [false, true]
        .map(|is_exact| {
            let in_table = if is_exact {
                search.trigrams.clone()
            } else {
                search.folded_trigrams()
            };
            let mut counts = vec![0_u64; in_table.len()];
            let mut expected = 0.0;
            for column in columns {
                let mut all = 0_u64;
                for (n, count) in column.trigrams.iter().enumerate() {
                    counts[if is_exact { n } else { folded(n) }] += u64::from(*count);
                    all += u64::from(*count);
                }
                let alphabet = Kind::Letters.alphabet(is_exact);
                expected += all as f64 * (skew(column, Kind::Letters) / alphabet).powi(3);
            }
            let tested = in_table.iter().zip(&counts).filter(|(is, _)| **is);
            let found = tested.clone().map(|(_, n)| *n).max().unwrap_or(0);
            let tests = tested.count();
            RunTest {
                kind: Kind::Letters,
                is_exact,
                length: 3,
                in_table: tests as f64,
                found,
                expected,
                is_leak: at_least(found, expected) < alpha(tests),
            }
        })
        .into()
}

/// How much likelier the next byte is to continue a run than bytes in the mean: those of one filter are alike in
/// how many bits they have.
const ALIKE: f64 = 1.5;

/// Longer runs, all of a length together.
///
/// How many places of the file hold a run of the shortest length is counted; from there on every further byte is one
/// of its kind as often as its bits say, and the run is one of the table as often as the table has different ones.
pub(super) fn longer_tests(columns: &[Column], search: &Search<'_>) -> Vec<RunTest> {
    let mut out = Vec::new();
    for (kind, is_exact) in [
        (Kind::Letters, false),
        (Kind::Letters, true),
        (Kind::Digits, true),
        (Kind::Wide, true),
    ] {
        for length in kind.shortest()..=LONGEST {
            let is_counted_exactly = is_exact && kind == Kind::Letters;
            let in_table = search.distinct(kind, is_counted_exactly, length);
            if in_table <= 0.0 {
                continue;
            }
            let more = length - kind.shortest();
            let mut matches = search.matches.iter();
            // A text that stands there is itself among the places.
            let (mut found, mut expected, mut own) = (0, 0.0, 0.0_f64);
            for column in columns {
                let likely = skew(column, kind) / kind.alphabet(is_exact);
                let is_known = (in_table * likely.powi(length as i32)).min(1.0);
                let goes_on = (ALIKE * share(column, kind)).min(1.0).powi(more as i32);
                let (mut places, mut before) = (0_u64, None);
                for (run, m) in column.runs.iter().zip(&mut matches) {
                    places += u64::from(run.kind == kind);
                    let common = if is_exact { m.exact } else { m.folded };
                    let is_match = run.kind == kind && common >= length;
                    // A longer run is one find, not one for each of its ends.
                    if is_match && !before.is_some_and(|b| run.follows(b)) {
                        found += 1;
                    }
                    before = is_match.then_some(run);
                }
                expected += places as f64 * goes_on * is_known;
                own = own.max((more + 1) as f64 * goes_on * is_known);
            }
            let expected = expected + own;
            out.push(RunTest {
                kind,
                is_exact,
                length,
                in_table,
                found,
                expected,
                is_leak: at_least(found, expected) < share_of(LONGER),
            });
        }
    }
    out
}

/// The share of bytes that are of a kind, by how many bits of the column are set.
fn share(column: &Column, kind: Kind) -> f64 {
    let ones = ones(&column.histogram);
    let chance = |b: u8| {
        let set = b.count_ones() as i32;
        ones.powi(set) * (1.0 - ones).powi(8 - set)
    };
    let bytes = (0..=u8::MAX).filter(|b| kind.has(*b));
    bytes.map(chance).sum()
}

/// The longest runs of the lengths that are leaks.
pub(super) fn leaks(
    found: &[ColumnFinding],
    columns: &[Column],
    search: &Search<'_>,
    tests: &[RunTest],
) -> Vec<Leak> {
    let least = |kind| {
        let of_kind = tests.iter().filter(|t| t.kind == kind && t.length > 3);
        of_kind.filter(|t| t.is_leak).map(|t| t.length).min()
    };
    let mut leaks: Vec<Leak> = Vec::new();
    let mut matches = search.matches.iter();
    for (name, column) in found.iter().zip(columns) {
        let mut before: Option<(&Run, usize)> = None;
        for (run, m) in column.runs.iter().zip(&mut matches) {
            let length = m.folded.max(m.exact);
            if least(run.kind).is_none_or(|least| length < least) {
                before = None;
                continue;
            }
            // Of the ends of one run, the last.
            if before.is_some_and(|(b, l)| run.follows(b) && length > l) {
                leaks.pop();
            }
            before = Some((run, length));
            leaks.push(Leak {
                source: m.header.clone(),
                kind: run.kind,
                length,
                column: name.name.clone(),
                row: run.row + 1,
                byte: run.end + 1,
            });
        }
    }
    leaks.sort_by_key(|l| std::cmp::Reverse(l.length));
    leaks.truncate(LISTED);
    leaks
}
