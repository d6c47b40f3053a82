//! Exports in every form: the same people give the same tokens, and what is no table is refused in clear words.

mod archives;
mod faults;
mod forms;

use crate::harness::{Dir, encode_args};

/// Invented people, with a letter beyond ASCII and a line break in a cell.
const PEOPLE: &str = "student_id,first_name,last_name,birthdate\n\
                      71,Zzyzxa,Qwertyuiop,2006-03-14\n\
                      72,Vvortex,Asdfgh\u{f1}kl,2005-11-30\n\
                      73,\"Qqx\nMaria\",Zxcvbnm,2004-02-29\n";

/// The tokens of `table`, encoded with `more` under a fixed seed.
fn tokens(dir: &Dir, table: &str, more: &[&str]) -> (Vec<u8>, String) {
    let mut args = encode_args(table, "a", "a.tokens").to_vec();
    args.extend(["--test-seed", "1", "--force"]);
    args.extend(more);
    let done = dir.ok(&args);
    (dir.bytes("a.tokens"), done.err)
}

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    let marked = format!("\u{feff}{text}");
    marked.encode_utf16().flat_map(bytes).collect()
}

fn windows_1252(text: &str) -> Vec<u8> {
    encoding_rs::WINDOWS_1252.encode(text).0.into_owned()
}
