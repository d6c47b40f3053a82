//! Floors for the quality of the default schema on the data that ship, so that a regression is
//! noticed. They are no claims: each lies somewhat below what the program reached when it was set,
//! on made-up data. Project id and key are fixed, so the numbers do not vary from run to run.

use crate::happy::{k12_demo, link, score};
use crate::harness::{Dir, testdata};

/// Precision, recall and F1 as decided must be at least `floors`.
fn at_least(dir: &Dir, parties: [&str; 2], truth: &str, floors: [f64; 3]) {
    let score = score(dir, parties, &testdata(truth));
    for (name, floor) in ["precision", "recall", "f1"].iter().zip(floors) {
        let reached = score["decided"][*name].as_f64().unwrap();
        assert!(reached >= floor, "{name} {reached} is below {floor}");
    }
}

#[test]
fn k12_demo_data() {
    let dir = k12_demo("k12");
    let truth = "k12-demo/truth.csv";
    at_least(&dir, ["district", "college"], truth, [0.97, 0.93, 0.95]);
}

/// About 7 % of the pairs have a record without a readable birthdate, which only rare names can link.
#[test]
fn febrl_data() {
    let dir = link(["a", "b"], ["febrl4/a.csv", "febrl4/b.csv"], "k12");
    at_least(&dir, ["a", "b"], "febrl4/truth.csv", [0.99, 0.87, 0.93]);
}

#[test]
fn classic_schema() {
    let dir = k12_demo("clk");
    let truth = "k12-demo/truth.csv";
    at_least(&dir, ["district", "college"], truth, [0.98, 0.80, 0.89]);
}
