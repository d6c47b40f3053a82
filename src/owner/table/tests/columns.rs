//! Which column is taken for which field, by its header, its number or the user's word, and what is refused.

use super::*;

#[test]
fn knows_the_headers_of_usual_systems() {
    for (headers, fields) in [
        (
            "rec_id,given_name,surname,street_number,state,date_of_birth,soc_sec_id",
            4,
        ),
        (
            "student_id,first_name,middle_name,last_name,suffix,birthdate,gender,school,zip",
            7,
        ),
        ("APP_ID,LNAME,FNAME,MI,DOB,SEX,ZIP5", 6),
        (
            "sourcedId,status,givenName,familyName,middleName,identifier,birthDate,sex",
            6,
        ),
        (
            "studentUniqueId,firstName,middleName,lastSurname,generationCodeSuffix,birthDate",
            6,
        ),
        (
            "Student_Number,State_StudentNumber,Last_Name,First_Name,DOB,DCID",
            4,
        ),
        (
            "SPRIDEN_PIDM,SPRIDEN_ID,SPRIDEN_LAST_NAME,SPRIDEN_FIRST_NAME,SPRIDEN_MI",
            4,
        ),
        ("STU.ID,STU.CID,STU.LN,STU.FN,STU.MN,STU.BD", 5),
        (
            "EMPLID,FIRST_NAME,MIDDLE_NAME,LAST_NAME,NAME_SUFFIX,BIRTHDATE,SEX,CAMPUS_ID",
            7,
        ),
        (
            "01 Student ID,02 State Student ID,03 Student Last Name,04 Student First Name",
            3,
        ),
        ("StudentID,FirstName,LastName,DateOfBirth", 4),
    ] {
        let row = vec![""; headers.split(',').count()].join(",");
        let (table, records) = read(format!("{headers}\n{row}\n{row}\n")).unwrap();
        let person = Field::ALL.iter().filter(|f| !f.is_aside()).count();
        let found = person - table.columns().missing().count();
        assert_eq!(found, fields, "{headers}");
        assert_eq!(records.len(), 2);
    }
}

#[test]
fn columns_without_headers_are_named_by_their_numbers() {
    let text = format!("7,{SECRET},2005-03-14\n8,Qwx,2005-03-15\n");
    let numbered = |maps: &[&str]| map(maps).without_headers();
    let all = numbered(&["id=#1", "last=#2", "birthdate=#3"]);
    let (table, records) = read_with(&text, &all).unwrap();
    assert_eq!(table.columns().header(Field::Last), Some("#2"));
    assert_eq!((records[0].line, records[1].line), (1, 2));
    assert_eq!(records[0].last, SECRET);
    assert!(records[1].birthdate == date(2005, 3, 15));
    for (maps, words) in [
        (vec![], "--map id=#1"),
        (vec!["id=#1"], "neither a last name nor a birthdate"),
        (vec!["id=#1", "last=#4"], "there is no column \"#4\""),
    ] {
        says(&refused_with(&text, &numbered(&maps)), &[words]);
    }
}

#[test]
fn two_columns_for_one_field_are_refused_until_one_is_chosen() {
    let text = "student_id,SID,last,surname,dob\n1,2,Smith,Jones,2005-01-01\n";
    let e = refused(text);
    assert_eq!(place(&e).0, Some(1));
    says(
        &e,
        &["\"student_id\" and \"SID\"", "--map id=\"student_id\""],
    );
    let mapping = map(&["id=sid", "last=surname"]);
    let (_, records) = read_with(text, &mapping).unwrap();
    assert_eq!(
        (records[0].student_id.as_str(), records[0].last.as_str()),
        ("2", "Jones")
    );
    // A column given to one field is no candidate for another.
    let mapping = map(&["id=SID", "middle=student_id", "last=surname", "first=last"]);
    let (_, records) = read_with(text, &mapping).unwrap();
    assert_eq!(
        (records[0].middle.as_str(), records[0].first.as_str()),
        ("1", "Smith")
    );
    // State ids are no candidates.
    assert!(read("student_id,state_id,ssid,last\n1,2,3,Smith\n").is_ok());
}

#[test]
fn a_header_that_stands_twice_is_refused() {
    let e = refused("id,last,note,note\n1,Smith,a,b\n");
    assert_eq!(place(&e), (Some(1), Some("note")));
    assert!(
        read("id,last,,\n1,Smith,,\n").is_ok(),
        "empty headers name nothing"
    );
}

#[test]
fn missing_columns_are_refused_with_the_nearest_header() {
    let e = refused("studnet_id,last,dob\n1,Smith,2005-01-01\n");
    says(
        &e,
        &[
            "no column for the student id",
            "studentid",
            "--map id=\"studnet_id\"",
        ],
    );
    let e = refused("id,first,gender\n1,Ann,F\n");
    says(&e, &["neither a last name nor a birthdate"]);
    let e = refused_with("id,LNAME_LEGAL,dob\n1,b,\n", &map(&["last=LNAME_LEGL"]));
    assert_eq!(place(&e).0, Some(1));
    says(
        &e,
        &["\"LNAME_LEGL\"", "did you mean --map last=\"LNAME_LEGAL\""],
    );
    let (table, _) = read("id,dob\n1,\n").unwrap();
    let missing: Vec<&str> = table.columns().missing().map(Field::name).collect();
    let expected = ["first", "middle", "last", "suffix", "gender"];
    assert_eq!(missing[..5], expected);
    assert_eq!(missing[5..], ["alias-first", "alias-last"]);
}

#[test]
fn a_file_without_a_header_line_does_not_show_its_first_person() {
    for row in [
        format!("9100,{SECRET},Ann,2005-07-12"),
        format!("{SECRET},Last,2005-07-12,x"),
        format!("A1,{SECRET},{SECRET},F"),
    ] {
        let e = refused(format!("{row}\n{row}\n"));
        assert_eq!(place(&e).0, Some(1));
        says(&e, &["no header that is known"]);
    }
}

#[test]
fn mappings_are_checked_as_they_are_given() {
    let mut mapping = Mapping::default();
    for bad in ["last", "nick=x", "id=", "Last=x"] {
        assert_eq!(mapping.map(bad).unwrap_err().class(), Class::Usage, "{bad}");
    }
    mapping.map(" last = LNAME ").unwrap();
    assert_eq!(mapping.map("last=x").unwrap_err().class(), Class::Usage);
    let text = "id,last,first,mi\n1,Smith,Ann,E\n";
    let e = read_with(text, &map(&["last=last", "first=LAST"]))
        .err()
        .unwrap();
    assert_eq!(e.class(), Class::Usage);
    let (table, records) = read_with(text, &map(&["middle="])).unwrap();
    assert_eq!(table.columns().header(Field::Middle), None);
    assert_eq!(records[0].middle, "");
}
