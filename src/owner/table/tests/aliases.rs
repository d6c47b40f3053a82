//! Columns of other names, of which there may be several, and columns that were cut.

use super::*;

fn headers(table: &Table, field: Field) -> Vec<&str> {
    table.columns().headers(field).collect()
}

#[test]
fn several_columns_may_hold_an_alias() {
    let text = "id,first,Nick_Name,last,Maiden Name,former_last_name,Preferred First Name\n\
                1,Ann,Nan,Smith, Jones ,Brown,\n2,Bob,,Clark,,,Rob\n";
    let (table, records) = read(text).unwrap();
    let first = headers(&table, Field::AliasFirst);
    assert_eq!(first, ["Nick_Name", "Preferred First Name"]);
    let last = headers(&table, Field::AliasLast);
    assert_eq!(last, ["Maiden Name", "former_last_name"]);
    assert_eq!(records[0].alias_first, ["Nan", ""]);
    assert_eq!(records[0].alias_last, ["Jones", "Brown"]);
    assert_eq!(records[1].alias_first, ["", "Rob"]);

    // What the user names replaces what was recognised, in the user's order.
    let mapping = map(&[
        "alias-last=former_last_name",
        "alias-last=maiden name",
        "alias-first=",
    ]);
    let (table, records) = read_with(text, &mapping).unwrap();
    assert_eq!(
        headers(&table, Field::AliasLast),
        ["former_last_name", "Maiden Name"]
    );
    assert_eq!(records[0].alias_last, ["Brown", "Jones"]);
    assert!(records[0].alias_first.is_empty());
    // A column given to another field is no alias.
    let (table, _) = read_with(text, &map(&["last=Maiden Name"])).unwrap();
    assert_eq!(headers(&table, Field::AliasLast), ["former_last_name"]);
}

#[test]
fn aliases_of_usual_systems_are_known() {
    for (header, field) in [
        ("preferredGivenName", Field::AliasFirst),
        ("SPBPERS_PREF_FIRST_NAME", Field::AliasFirst),
        ("CA_AKAFirst", Field::AliasFirst),
        ("STU.FNA", Field::AliasFirst),
        ("OtherFirstName", Field::AliasFirst),
        ("preferredFamilyName", Field::AliasLast),
        ("maidenName", Field::AliasLast),
        ("CA_AKASurname", Field::AliasLast),
        ("STU.LNA", Field::AliasLast),
        ("LSI.LLN", Field::AliasLast),
        ("Previous Last Name", Field::AliasLast),
    ] {
        let (table, _) = read(format!("id,first,last,{header}\n1,a,b,c\n")).unwrap();
        assert_eq!(headers(&table, field), [header]);
    }
}

#[test]
fn legal_names_are_the_names_where_there_are_no_others() {
    let (table, records) =
        read("id,legal_first_name,legal_last_name,pref_name\n1,Ann,Smith,Nan\n").unwrap();
    assert_eq!(headers(&table, Field::First), ["legal_first_name"]);
    assert_eq!(headers(&table, Field::AliasFirst), ["pref_name"]);
    assert!(headers(&table, Field::AliasLast).is_empty());
    assert_eq!(records[0].last, "Smith");
    let (table, records) = read("id,legal_last_name,last\n1,Jones,Smith\n").unwrap();
    assert_eq!(headers(&table, Field::AliasLast), ["legal_last_name"]);
    assert_eq!(records[0].last, "Smith");
}

#[test]
fn mappings_of_aliases_are_checked() {
    let mut mapping = map(&["alias-last=a"]);
    assert_eq!(
        mapping.map("alias-last=").unwrap_err().class(),
        Class::Usage
    );
    let mut mapping = map(&["alias-last="]);
    assert_eq!(
        mapping.map("alias-last=a").unwrap_err().class(),
        Class::Usage
    );
    let text = "id,last,former\n1,Smith,Jones\n";
    for twice in [
        ["alias-last=former", "alias-last=FORMER"],
        ["alias-last=last", "last=last"],
    ] {
        let e = read_with(text, &map(&twice)).unwrap_err();
        assert_eq!(e.class(), Class::Usage, "{e}");
        says(&e, &["the same column"]);
    }
    let e = refused_with(text, &map(&["alias-last=formr"]));
    says(&e, &["\"formr\"", "--map alias-last=\"former\""]);
}

#[test]
fn cut_columns_are_noticed_once_they_were_read() {
    let mut text = String::from("id,first,last,maiden,school\n");
    for i in 0..20 {
        let c = char::from(b'A' + i);
        text += &format!("{i},Ann{c},Smithereen{c},{c}onesville,{c}{c}{c}{c}{c}{c}\n");
        text += &format!("x{i},Bo,Lo,,\n");
    }
    text += "y,Alexandria,Longer-than-all-others,,\n";
    let file = file(&text);
    let mut table = Table::open(file.path(), &Mapping::default()).unwrap();
    assert!(table.cut_columns().is_empty());
    let mut batch = Vec::new();
    assert_eq!(table.next_batch(100, &mut batch).unwrap(), 41);
    let cut = CutColumn {
        header: "maiden".into(),
        letters: 10,
        rows: 20,
    };
    assert_eq!(table.cut_columns(), [cut]);
}
