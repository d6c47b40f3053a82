//! What files, rows and columns mean in the exports of single systems: roles, former ids, dated names, state ids.

use std::collections::BTreeSet;

use super::presets::path;
use super::*;

#[test]
fn a_former_id_is_of_the_same_student_and_of_no_other() {
    let head = "SPRIDEN_PIDM,SPRIDEN_ID,SPRIDEN_LAST_NAME,SPRIDEN_FIRST_NAME,SPRIDEN_SURNAME_PREFIX,SPRIDEN_CHANGE_IND,SPBPERS_BIRTH_DATE,SPBPERS_CONFID_IND\n";
    let rows = "1,A1,Qwerty,Zzyzx,,I,2006-03-14,Y\n1,A2,Qwerty,Zzyzx,van,,2006-03-14,\n1,A2,Asdf,Zzyzx,,N,2006-03-14,\n";
    let (_, records) = read(format!("{head}{rows}")).unwrap();
    assert_eq!(records.len(), 1);
    assert_eq!((&*records[0].student_id, records[0].line), ("A2", 3));
    assert_eq!(records[0].former_ids, ["A1"]);
    assert_eq!(records[0].last, "van Qwerty");
    let aliases: BTreeSet<&str> = records[0].alias_last.iter().map(String::as_str).collect();
    assert_eq!(aliases, BTreeSet::from(["Asdf", "Qwerty"]));
    // One row is enough to have opted out.
    assert!(records[0].is_held);

    // Without PIDM, nobody knows whose former id it is: it is no student.
    let cut = |text: &str| -> String {
        text.lines()
            .map(|l| l.split_once(',').unwrap().1.to_owned() + "\n")
            .collect()
    };
    let (table, records) = read(cut(&format!("{head}{rows}"))).unwrap();
    assert_eq!(table.preset().name, "banner");
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].student_id, "A2");
    assert!(records[0].former_ids.is_empty());
}

#[test]
fn of_rows_that_tie_the_first_is_the_student_and_newer_names_come_first() {
    let head = "EMPLID,NAME_TYPE,EFFDT,LAST_NAME,FIRST_NAME,BIRTHDATE\n";
    let rows = "1,PRI,2020-01-01,Aaaq,Zzyzx,2006-03-14\n1,PRI,2020-01-01,Bbbq,Zzyzx,2006-03-14\n\
                1,PRI,2010-01-01,Cccq,Zzyzx,2006-03-14\n1,PRI,2015-01-01,Dddq,Zzyzx,2006-03-14\n\
                1,PRF,2024-01-01,Eeeq,Zzyzx,2006-03-14\n";
    let (_, records) = read(format!("{head}{rows}")).unwrap();
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].last, "Aaaq");
    assert_eq!(records[0].alias_last, ["Bbbq", "Dddq", "Cccq", "Eeeq"]);

    // What cannot be read decides nothing: it is refused.
    let e = refused(format!("{head}1,PRI,Zzyzx,A,B,2006-03-14\n"));
    assert_eq!(place(&e), (Some(2), Some("EFFDT")));
}

#[test]
fn the_middle_name_of_an_alias_fills_an_empty_one() {
    let (_, records) = read(
        "student_id,last_name,first_name,middle_name,dob,CA_AKAMiddle\n\
         1,Q,Z,Own,2006-03-14,Other\n2,Q,Z,,2006-03-14,Other\n",
    )
    .unwrap();
    let middles: Vec<&str> = records.iter().map(|r| r.middle.as_str()).collect();
    assert_eq!(middles, ["Own", "Other"]);
}

#[test]
fn a_state_id_is_not_taken_for_the_local_one() {
    for (head, id) in [
        ("SSID,Local ID", "Local ID"),
        ("State_StudentNumber,Student_Number", "Student_Number"),
        ("stateUniqueId,student_unique_id", "student_unique_id"),
        (
            "StudentIdentifierState,StudentIdentifierDistrict,Last or Surname",
            "StudentIdentifierDistrict",
        ),
        ("STU.CID,STU.ID,STU.LN,STU.FN,STU.BD", "STU.ID"),
    ] {
        let cells = vec!["2006"; head.split(',').count()].join(",");
        let (table, _) = read(format!("{head},birthdate\n{cells},2006-03-14\n")).unwrap();
        assert_eq!(table.columns().header(Field::StudentId), Some(id), "{head}");
    }
    for head in ["SSID", "State ID", "State_StudentNumber", "USSID", "SIS"] {
        let e = refused(format!("{head},last_name,dob\n9,Zzyzx,2006-03-14\n"));
        says(&e, &["student id"]);
    }
}

#[test]
fn dates_that_could_be_two_are_read_as_the_system_writes_them() {
    let rows = "1,1,1,1,Q,Z,03/04/2006\n";
    let head = "School_id,Student_id,Student_number,State_id,Last_name,First_name,DOB\n";
    let (table, records) = read(format!("{head}{rows}")).unwrap();
    assert_eq!(table.date_format(), Some(DateFormat::MonthDayYear));
    assert_eq!(records[0].birthdate, date(2006, 3, 4));
    // What the dates say themselves counts more.
    let (table, _) = read(format!("{head}1,1,1,1,Q,Z,2006-03-04\n")).unwrap();
    assert_eq!(table.date_format(), Some(DateFormat::Iso));
}

#[test]
fn users_without_roles_or_birthdates_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let copy = |name: &str| {
        std::fs::copy(path("oneroster-1.2").join(name), dir.path().join(name)).unwrap();
    };
    copy("users.csv");
    let open = || Table::open(dir.path(), &Mapping::default());
    says(
        &open().unwrap_err(),
        &["who is a student", "--preset generic"],
    );
    copy("roles.csv");
    says(
        &open().unwrap_err(),
        &["no demographics.csv", "--map birthdate="],
    );
    copy("demographics.csv");
    // The tables belong together by sourcedId, whatever the id is.
    let mut table = Table::open(dir.path(), &map(&["id=identifier"])).unwrap();
    let mut record = Record::default();
    assert!(table.read(&mut record).unwrap());
    assert_eq!(record.student_id, "9000000101");
    assert_eq!(record.birthdate, date(2006, 3, 14));
    assert_eq!(table.files().len(), 3);
}
