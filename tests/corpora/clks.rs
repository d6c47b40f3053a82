//! Files of filters as other programs write them, blocks beside them, and anonlink's candidate pairs.

use blindlink::clk::{
    self, Blocks, Clks, Format, read_binary, read_blocks, read_fable, read_json, read_numbered,
    write_binary, write_blocked, write_fable, write_json,
};
use blindlink::matcher::anonlink::{CandidateFile, Greedy, merged, write_candidates};

use crate::scratch::Scratch;

/// Reads `data` in every form. What is read is written and read again.
pub fn check(data: &[u8], scratch: &Scratch) {
    let path = scratch.write("x", data);
    let _ = clk::read(&path, Format::Auto, None);
    json(&path, scratch);
    let _ = read_blocks(&path, 3);
    let out = scratch.path("y");
    for width in [1, 2, 16, 128] {
        if let Ok(clks) = read_binary(&path, width) {
            write_binary(&out, &clks).unwrap();
            assert!(std::fs::read(&out).unwrap() == data);
        }
        if let Ok(clks) = read_numbered(&path, width) {
            assert_eq!(clks.len() * (width + 4), data.len());
        }
    }
    if let Ok(clks) = read_fable(&path) {
        write_fable(&out, &clks).unwrap();
        let again = read_fable(&out).expect("its own table is read");
        same(&clks, &again);
        assert_eq!(clks.ids(), again.ids());
    }
    candidates(data, &path, scratch);
}

fn json(path: &std::path::Path, scratch: &Scratch) {
    let Ok(clks) = read_json(path) else { return };
    let out = scratch.path("y");
    write_json(&out, &clks).unwrap();
    let again = read_json(&out).expect("its own file is read");
    same(&clks, &again);
    assert!(again.blocks().is_none());
    write_blocked(&out, &clks).unwrap();
    let again = read_json(&out).expect("its own file is read");
    same(&clks, &again);
    if let Some(blocks) = clks.blocks() {
        let of = |blocks: &Blocks, i: usize| {
            let mut ids: Vec<String> = blocks
                .of_record(i)
                .iter()
                .map(|&b| blocks.ids()[b as usize].clone())
                .collect();
            ids.sort();
            ids
        };
        let own = again.blocks().unwrap();
        assert!((0..clks.len()).all(|i| of(blocks, i) == of(own, i)));
    }
}

fn same(a: &Clks, b: &Clks) {
    assert!(!a.is_empty() && a.bits() == b.bits() && a.iter().eq(b.iter()));
}

/// A file of pairs that is read to its end is written as it was, and has groups.
fn candidates(data: &[u8], path: &std::path::Path, scratch: &Scratch) {
    let Ok(file) = CandidateFile::open(path) else {
        return;
    };
    let out = scratch.path("z");
    let sizes = file.sizes();
    let Ok(all) = merged(vec![file]) else { return };
    let mut pairs = Vec::new();
    for pair in all {
        let Ok(pair) = pair else { return };
        pairs.push(pair);
    }
    write_candidates(&out, sizes, pairs.iter().copied().map(Ok)).unwrap();
    assert!(std::fs::read(&out).unwrap() == data);
    let mut greedy = Greedy::new();
    let mut known = Vec::new();
    for pair in pairs {
        let numbers = [0, 1].map(|i| {
            let record = (pair.datasets[i], pair.records[i]);
            let found = known.iter().position(|k| *k == record);
            found.unwrap_or_else(|| {
                known.push(record);
                known.len() - 1
            }) as u32
        });
        greedy.take(pair, numbers);
    }
    for group in greedy.groups().iter() {
        let mut datasets: Vec<u32> = group.iter().map(|(dataset, _)| *dataset).collect();
        datasets.sort_unstable();
        assert!(
            group.len() > 1 && datasets.windows(2).all(|w| w[0] < w[1]),
            "a dataset twice"
        );
    }
}
