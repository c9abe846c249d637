//! Tables: columns as wide as what is in them.
//!
//! Knows no content. Invariant: a row never exceeds the width; what gives way is the widest column
//! that may.

use super::text::{columns, fit, left, right};

/// A column.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    /// Its title.
    pub(crate) title: &'static str,
    /// Numbers stand at the right.
    pub(crate) right: bool,
    /// Whether it may be cut.
    pub(crate) gives: bool,
}

impl Column {
    /// Texts that may not be cut.
    pub(crate) const fn text(title: &'static str) -> Self {
        Self { title, right: false, gives: false }
    }

    /// Numbers.
    pub(crate) const fn number(title: &'static str) -> Self {
        Self { title, right: true, gives: false }
    }

    /// Names, which may be cut.
    pub(crate) const fn name(title: &'static str) -> Self {
        Self { title, right: false, gives: true }
    }
}

/// Columns that stand between two others.
const GAP: usize = 2;
/// What remains of a column that gives way.
const MIN_NAME: usize = 8;

/// The table's lines, its titles first.
pub(crate) fn table(heads: &[Column], rows: &[Vec<String>], width: usize) -> Vec<String> {
    let cell = |row: &Vec<String>, index: usize| row.get(index).map_or(0, |text| columns(text));
    let mut widths: Vec<usize> = heads
        .iter()
        .enumerate()
        .map(|(index, head)| {
            rows.iter().map(|row| cell(row, index)).max().unwrap_or(0).max(columns(head.title))
        })
        .collect();
    let gaps = GAP * heads.len().saturating_sub(1);
    loop {
        let excess = (widths.iter().sum::<usize>() + gaps).saturating_sub(width);
        let giving = (0..heads.len()).filter(|at| heads[*at].gives && widths[*at] > MIN_NAME);
        let Some(at) = giving.max_by_key(|at| widths[*at]).filter(|_| excess > 0) else { break };
        widths[at] = widths[at].saturating_sub(excess.min(widths[at].div_ceil(4))).max(MIN_NAME);
    }
    let line = |texts: Vec<&str>| {
        let cells = texts.iter().zip(heads).zip(&widths).map(|((text, head), width)| {
            let text = fit(text, *width);
            if head.right { right(&text, *width) } else { left(&text, *width) }
        });
        fit(cells.collect::<Vec<_>>().join("  ").trim_end(), width)
    };
    let titles = line(heads.iter().map(|head| head.title).collect());
    let body = rows.iter().map(|row| line(row.iter().map(String::as_str).collect()));
    std::iter::once(titles).chain(body).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widest_name_gives_way() {
        let heads = [Column::name("A"), Column::number("N"), Column::name("B")];
        let rows = vec![
            vec!["x".repeat(30), "1".into(), "short".into()],
            vec!["y".into(), "12,345".into(), "z".repeat(50)],
        ];
        for line in table(&heads, &rows, 60) {
            assert!(columns(&line) <= 60, "{line}");
        }
        let lines = table(&heads, &rows, 200);
        assert!(lines[1].ends_with(&format!("{}       1  short", "x".repeat(30))));
    }
}
