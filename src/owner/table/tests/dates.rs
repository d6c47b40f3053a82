//! How the format of a birthdate column is found out, and when it is not.

use super::*;

/// A file with these birthdates, one a row from line 2.
fn births<S: AsRef<str>>(dates: &[S]) -> String {
    let mut text = String::from("id,dob\n");
    for date in dates {
        text += &format!("1,{}\n", date.as_ref());
    }
    text
}

#[track_caller]
fn decided(dates: &[&str], format: DateFormat, expected: &[Birth]) {
    let (table, records) = read(births(dates)).unwrap();
    assert_eq!(table.date_format(), Some(format));
    let got: Vec<Birth> = records.iter().map(|r| r.birthdate).collect();
    assert!(got == expected, "{format:?}: {got:?}");
}

#[test]
fn the_format_of_dates_is_found_out() {
    use Birth::{Invalid, Missing};
    let march = date(2005, 3, 4);
    decided(
        &[
            "2005-03-04",
            "2005/3/4",
            "2005-03-04 00:00:00.000",
            "2005-03-04T00:00:00Z",
            "2005-02-30",
            "",
            "NULL",
        ],
        DateFormat::Iso,
        &[march, march, march, march, Invalid, Missing, Missing],
    );
    decided(
        &[
            "20050304", "20050304", "20050304", "20050332", "20051301", "200503", "00000000",
        ],
        DateFormat::Compact,
        &[march, march, march, Invalid, Invalid, Invalid, Missing],
    );
    decided(
        &[
            "3/4/2005",
            "03-04-2005",
            "3.4.2005",
            "12/31/2005",
            "3/4/2005 12:00:00 AM",
            "3/4-2005",
            "00/00/0000",
        ],
        DateFormat::MonthDayYear,
        &[
            march,
            march,
            march,
            date(2005, 12, 31),
            march,
            Invalid,
            Missing,
        ],
    );
    decided(
        &["4/3/2005", "31/12/2005", "31/02/2005", "x", "4/3/2005 8:30"],
        DateFormat::DayMonthYear,
        &[march, date(2005, 12, 31), Invalid, Invalid, Invalid],
    );
    decided(
        &[
            "04-MAR-2005",
            "4-Mar-2005",
            "04 mar 2005",
            "4/MAR/2005",
            "04-MAR-2005 00:00:00",
            "04 MAR 2005 12:00:00 AM",
            "30-FEB-2005",
            "04-MAR 2005",
            "2005",
        ],
        DateFormat::DayNameYear,
        &[
            march,
            march,
            march,
            march,
            march,
            march,
            Invalid,
            Invalid,
            Birth::Year(2005),
        ],
    );
    let (table, records) = read(births(&["", "n/a"])).unwrap();
    assert_eq!(table.date_format(), None);
    assert!(records.iter().all(|r| r.birthdate == Missing));
}

#[test]
fn dates_that_can_be_read_in_two_ways_are_refused() {
    let e = refused(births(&["", "3/4/2005", "12/12/2005"]));
    assert_eq!(place(&e), (Some(3), Some("dob")));
    says(&e, &["cannot be told apart", "--date-format"]);
    let e = refused(births(&["3/4/2005", "3/14/2005", "14/3/2005"]));
    assert_eq!(place(&e), (Some(4), Some("dob")));
    says(&e, &["line 4", "line 3"]);
    // The user decides.
    let text = births(&["3/4/2005", "14/3/2005"]);
    let mapping = Mapping::default().with_date_format("mdy".parse().unwrap());
    let (_, records) = read_with(&text, &mapping).unwrap();
    assert!(records[0].birthdate == date(2005, 3, 4));
    assert_eq!(records[1].birthdate, Birth::Invalid);
    assert!("us".parse::<DateFormat>().is_err());
    for format in DateFormat::ALL {
        assert_eq!(format.name().parse::<DateFormat>().unwrap(), format);
    }
}

#[test]
fn years_of_two_digits_are_read_where_the_user_says_so() {
    for (format, cell, whole) in [
        ("mdyy", "3/4/", "3/4/2005"),
        ("dmyy", "4.3.", "4.3.2005"),
        ("dmonyy", "04-MAR-", "04-MAR-2005"),
    ] {
        let cells = ["00", "05", "29", "30", "99"].map(|y| format!("{cell}{y}"));
        let text = births(&cells) + &births(&[whole, "31/31/05"])[7..];
        let e = refused(births(&cells));
        says(&e, &["two digits", format, "2000 to 2029"]);
        let mapping = Mapping::default().with_date_format(format.parse().unwrap());
        let (_, records) = read_with(&text, &mapping).unwrap();
        let got: Vec<Birth> = records.iter().map(|r| r.birthdate).collect();
        let mut expected: Vec<Birth> = [2000, 2005, 2029, 1930, 1999, 2005]
            .map(|y| date(y, 3, 4))
            .to_vec();
        expected.push(Birth::Invalid);
        assert!(got == expected, "{format}");
    }
}

#[test]
fn slips_of_the_hand_neither_turn_a_column_nor_stop_it() {
    let mut dates = vec!["3/14/2005"; 500];
    dates[7] = "14/3/2005";
    dates[8] = "2005-03-14";
    dates[9] = "soon";
    let (table, records) = read(births(&dates)).unwrap();
    assert_eq!(table.date_format(), Some(DateFormat::MonthDayYear));
    let invalid: Vec<u64> = records
        .iter()
        .filter(|r| r.birthdate == Birth::Invalid)
        .map(|r| r.line)
        .collect();
    assert_eq!(invalid, [9, 10, 11]);
    // One cell among a thousand that could be either is no evidence.
    let mut dates = vec!["3/4/2005"; 1000];
    dates[3] = "14/3/2005";
    says(&refused(births(&dates)), &["cannot be told apart"]);
}

#[test]
fn columns_that_hold_something_else_are_refused() {
    let e = refused(births(&["2005-03-04", "2005-03-05", "12/31/2005"]));
    assert_eq!(place(&e).0, Some(4));
    says(&e, &["two forms", "line 2", "line 4"]);
    for (cell, words) in [
        ("3/14/05", "found 9/99/99"),
        ("14-MAR-05", "found 99-AAA-99"),
        ("14-XYZ-2005", "found 99-AAA-9999"),
        ("14 MAR 2005 8:30", "not dates"),
        ("1234567", "found 9999999"),
        ("61000", "not dates"),
        (SECRET, "found Aaaaa"),
        ("12312005", "no day that exists"),
    ] {
        let e = refused(births(&["", cell, cell]));
        assert_eq!(place(&e), (Some(3), Some("dob")), "{e}");
        says(&e, &[words]);
        assert!(!e.to_string().contains(cell), "{e}");
    }
}

#[test]
fn a_column_is_read_on_until_it_decides_itself() {
    let mut dates = vec!["3/4/2005"; 210_000];
    dates[205_000..].fill("3/14/2005");
    let (table, records) = read(births(&dates)).unwrap();
    assert_eq!(table.date_format(), Some(DateFormat::MonthDayYear));
    assert_eq!(records.len(), 210_000);
}

#[test]
fn years_alone_and_unknown_days_are_years() {
    use Birth::{Invalid, Year};
    decided(
        &["2005", "1899", "1066"],
        DateFormat::Year,
        &[Year(2005), Year(1899), Invalid],
    );
    let march = date(2005, 3, 4);
    // In whatever number years stand among dates, the dates are read.
    decided(
        &[
            "2005",
            "2006",
            "2005",
            "2005-03-04",
            "2005-00-00",
            "2005-03-99",
        ],
        DateFormat::Iso,
        &[
            Year(2005),
            Year(2006),
            Year(2005),
            march,
            Year(2005),
            Year(2005),
        ],
    );
    decided(
        &["20050304", "20050399", "20059999", "2005"],
        DateFormat::Compact,
        &[march, Year(2005), Year(2005), Year(2005)],
    );
}

#[test]
fn numbers_of_excel_are_dates_where_nothing_else_stands() {
    use Birth::{Invalid, Missing};
    let march = date(2005, 3, 4);
    decided(
        &["38415", "38415.0", "", "38416.00"],
        DateFormat::Excel,
        &[march, march, Missing, date(2005, 3, 5)],
    );
    // Among dates they are slips.
    decided(
        &["2005-03-04", "2005-03-05", "38415"],
        DateFormat::Iso,
        &[march, date(2005, 3, 5), Invalid],
    );
    // Something else among them: the user decides.
    let text = births(&["38415", "38416", "soon", "2005"]);
    let e = refused(&text);
    assert_eq!(place(&e), (Some(4), Some("dob")));
    says(&e, &["not dates"]);
    let mapping = Mapping::default().with_date_format(DateFormat::Excel);
    let (_, records) = read_with(&text, &mapping).unwrap();
    let got: Vec<Birth> = records.iter().map(|r| r.birthdate).collect();
    assert!(got == [march, date(2005, 3, 5), Invalid, Birth::Year(2005)]);
}

/// Years do not hide that dates are of two forms.
#[test]
fn two_forms_of_dates_are_refused_with_years_among_them() {
    let mut dates = vec!["2005-03-04"; 20];
    dates.extend(vec!["2005"; 10]);
    dates.extend(vec!["12/31/2005"; 8]);
    let e = read(births(&dates)).unwrap_err();
    assert!(e.to_string().contains("two forms of dates"), "{e}");
}
