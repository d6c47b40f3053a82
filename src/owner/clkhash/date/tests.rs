use super::calendar::{days_in, days_to, from_days};
use super::*;

fn read(format: &str, cell: &str) -> Option<String> {
    let mut out = String::new();
    let format = DateFormat::parse(format).unwrap();
    format.write(cell, &mut out).then_some(out)
}

#[test]
fn dates_are_read_as_python_reads_them() {
    for (format, cell, date) in [
        ("%Y%m%d", "00050101", "50101"),
        ("%Y-%m-%d", "2008-1-5", "20080105"),
        ("%Y%m%d", "2020111", "20201101"),
        ("%y", "69", "19690101"),
        ("%y", "68", "20680101"),
        ("%Y %j", "2021 366", "20220101"),
        ("%c", "Tue Mar  3 10:00:00 2020", "20200303"),
        ("%x", "03/04/20", "20200304"),
        ("%Y T", "2020 t", "20200101"),
        ("%Y\u{17f}", "2020S", "20200101"),
        ("%Yi", "2020\u{130}", "20200101"),
        ("%Y\u{e9}", "2020\u{c9}", "20200101"),
        ("%Y\u{3c3}", "2020\u{3c2}", "20200101"),
        ("%Y", "\u{ff12}\u{ff10}\u{ff12}\u{ff10}", "20200101"),
        ("%Y  %m", "2020\u{1f}1", "20200101"),
        ("%Y%U%w", "2020531", "20210104"),
        ("%G%V%u", "2020531", "20201228"),
        ("%Y%W%a", "000100mon", "10101"),
        ("%y%Y", "211999", "19990101"),
        ("%Y%y", "199921", "20210101"),
        ("%d%Y", "312020", "20200131"),
        ("%I %p %Y", "12 Pm 2020", "20200101"),
        ("%f%Y", "1232020", "20200101"),
        ("%Y%z", "2020+01:00:00.5", "20200101"),
        ("%Y%z", "2020Z", "20200101"),
        ("%B %d, %Y", "sepTember  9, 1999", "19990909"),
        ("%d%b%Y", "31DEC9999", "99991231"),
        ("%%%Y", "%2020", "20200101"),
    ] {
        assert_eq!(read(format, cell).as_deref(), Some(date), "{format} {cell}");
    }
    for (format, cell) in [
        ("%d %m", "29 2"),
        ("%Y-%m-%d", "2001-02-29"),
        ("%Y-%m-%d", " 2001-02-28"),
        ("%Y-%m-%d", "2001-02-28 "),
        ("%Y", "0000"),
        ("%Y%z", "2020+2400"),
        ("%Y%z", "2020z"),
        ("%Y%z", "2020+01:0000"),
        ("%Y%z", "2020+0100:00"),
        ("%S %Y", "61 2020"),
        ("%b", "\u{17f}ep"),
        ("%b", "sept"),
        ("%Y%W%a", "999953sun"),
        ("%Y", ""),
    ] {
        assert_eq!(read(format, cell), None, "{format} {cell}");
    }
}

#[test]
fn every_day_has_its_number() {
    let mut days = 0;
    for year in (1..=2).chain(1899..=2101).chain(9998..=9999) {
        days = days_to(year, 1, 1).unwrap();
        for month in 1..=12 {
            for day in 1..=days_in(year, month) {
                assert_eq!(days_to(year, month, day), Some(days));
                assert_eq!(from_days(days), Some((year, month, day)));
                days += 1;
            }
        }
    }
    assert_eq!(from_days(days), None);
    assert_eq!(from_days(0), None);
}

#[test]
fn formats_by_which_nothing_can_be_read_are_refused() {
    for format in [
        "%",
        "%-d",
        "% d",
        "%Z",
        "%d%d",
        "%x %d",
        "%G",
        "%G %V",
        "%G %V %u %j",
        "%V %Y %u",
        "%.",
        "%Q",
        "%n",
    ] {
        assert!(DateFormat::parse(format).is_err(), "{format}");
    }
}
