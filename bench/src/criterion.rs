//! Criterion's results as rows.
//!
//! Knows the files criterion leaves behind. Invariant: a row is the minimum over the samples, as
//! everywhere in the table.

use crate::row::Row;
use serde::Deserialize;
use std::fs;
use std::path::{Path, PathBuf};

#[derive(Deserialize)]
struct Benchmark {
    full_id: String,
}

#[derive(Deserialize)]
struct Sample {
    iters: Vec<f64>,
    times: Vec<f64>,
}

/// A row for each result below `folder`, which is criterion's.
pub fn rows(folder: &Path, version: &str) -> Vec<Row> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let below = fs::read_dir(&folder).into_iter().flatten().flatten().map(|e| e.path());
        let below: Vec<PathBuf> = below.filter(|path| path.is_dir()).collect();
        found.extend(read(&folder.join("new"), version));
        folders.extend(below.into_iter().filter(|path| !path.ends_with("new")));
    }
    found.sort_by(|a, b| a.case.cmp(&b.case));
    found
}

fn read(folder: &Path, version: &str) -> Option<Row> {
    let text = |name: &str| fs::read_to_string(folder.join(name)).ok();
    let benchmark: Benchmark = serde_json::from_str(&text("benchmark.json")?).ok()?;
    let sample: Sample = serde_json::from_str(&text("sample.json")?).ok()?;
    let each = sample.times.iter().zip(&sample.iters).map(|(time, count)| time / count);
    let ns = each.reduce(f64::min)?;
    Some(Row {
        runtime: "core".to_owned(),
        version: version.to_owned(),
        case: benchmark.full_id,
        subject: "stillframe".to_owned(),
        ns,
        ratio: 1.0,
    })
}
