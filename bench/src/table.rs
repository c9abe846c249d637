//! Rows as a table for people: a case a line, a subject a column.

use crate::row::{Row, order};
use std::fmt::Write;

/// One table for each runtime and version, nanoseconds a hit.
pub fn table(rows: &[Row]) -> String {
    let mut runtimes: Vec<(&str, &str)> = Vec::new();
    for row in rows {
        push_new(&mut runtimes, (row.runtime.as_str(), row.version.as_str()));
    }
    let mut text = String::new();
    for (runtime, version) in runtimes {
        let of: Vec<&Row> = rows
            .iter()
            .filter(|row| (&*row.runtime, &*row.version) == (runtime, version))
            .collect();
        append(&mut text, &format!("{runtime} {version}"), &order(runtime), &of);
    }
    text
}

fn push_new<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

fn append(text: &mut String, title: &str, order: &[&str], rows: &[&Row]) {
    let (mut subjects, mut cases): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    for row in rows {
        push_new(&mut cases, row.case.as_str());
        if !row.case.starts_with("base") {
            push_new(&mut subjects, row.subject.as_str());
        }
    }
    cases.sort_by_key(|case| order.iter().position(|known| known == case));
    let width = cases.iter().map(|case| case.len()).max().unwrap_or(0).max(title.len());
    // Writing to a String cannot fail.
    let _ = write!(text, "\n{title:<width$}");
    for subject in &subjects {
        let _ = write!(text, "  {subject:>14}");
    }
    text.push_str("   ns added per hit\n");
    for case in cases {
        let _ = write!(text, "{case:<width$}");
        for subject in &subjects {
            let cell = rows.iter().find(|row| {
                row.case == case && (row.subject == *subject || case.starts_with("base"))
            });
            // The base has no subject and stands in the first column alone.
            let shown = cell.filter(|_| !case.starts_with("base") || *subject == subjects[0]);
            let shown = shown.map_or("-".to_owned(), |row| figure(row.ns));
            let _ = write!(text, "  {shown:>14}");
        }
        text.push('\n');
    }
}

/// Two digits that matter, thousands apart.
pub(crate) fn figure(ns: f64) -> String {
    if ns.abs() < 0.995 {
        return format!("{ns:.2}");
    }
    if ns.abs() < 99.95 {
        return format!("{ns:.1}");
    }
    let digits = format!("{:.0}", ns.abs());
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if ns < 0.0 { format!("-{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(case: &str, subject: &str, ns: f64) -> Row {
        let (runtime, version) = ("python".to_owned(), "3.12.1".to_owned());
        Row { runtime, version, case: case.into(), subject: subject.into(), ns, ratio: 1.0 }
    }

    #[test]
    fn a_case_is_a_line_and_a_subject_a_column() {
        let rows = [
            row("condition_false", "stillframe", 17.31),
            row("condition_false", "debugpy", 7123.4),
            row("count", "stillframe", 12.0),
            row("base", "none", 30.0),
        ];
        let text = table(&rows);
        let lines: Vec<Vec<&str>> =
            text.lines().skip(1).map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(lines[0][2..4], ["stillframe", "debugpy"]);
        assert_eq!(lines[1], ["base", "30.0", "-"]);
        assert_eq!(lines[2], ["condition_false", "17.3", "7,123"]);
        assert_eq!(lines[3], ["count", "12.0", "-"]);
    }

    #[test]
    fn the_jvm_has_an_order_and_digits_of_its_own() {
        let of = |case: &str, ns: f64| Row { runtime: "jvm".into(), ..row(case, "stillframe", ns) };
        let text =
            table(&[of("startup", 20e6), of("condition_false_field", 0.26), of("base", 1.6)]);
        let cells: Vec<&str> = text.lines().skip(2).flat_map(str::split_whitespace).collect();
        let wanted = ["base", "1.6", "condition_false_field", "0.26", "startup", "20,000,000"];
        assert_eq!(cells, wanted);
    }
}
