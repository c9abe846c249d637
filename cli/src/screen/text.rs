//! Text on a terminal: columns, cutting, escaping, and numbers as people read them.
//!
//! Knows no probe. Invariant: what left [`clean`] moves no cursor and changes no colour, and what
//! left [`fit`] takes at most the columns it was given.

pub(crate) use stillframe_hub::with_thousands as count;
use unicode_width::UnicodeWidthChar;

/// Columns a character takes; control characters none, they are escaped before.
fn columns_of(character: char) -> usize {
    character.width().unwrap_or(0)
}

/// Columns a text takes.
pub(crate) fn columns(text: &str) -> usize {
    text.chars().map(columns_of).sum()
}

/// The text with control characters, and those that reorder text, written out as escapes.
pub(crate) fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => clean.push_str("\\n"),
            '\t' => clean.push_str("\\t"),
            '\r' => clean.push_str("\\r"),
            c if c.is_control() || reorders(c) => clean.extend(c.escape_unicode()),
            c => clean.push(c),
        }
    }
    clean
}

/// Bidirectional controls and invisible marks: they make a line read as what it is not.
fn reorders(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        | '\u{feff}' | '\u{061c}')
}

/// A line of source as it stands in its file: tabs become four blanks, the rest is cleaned.
pub(crate) fn source_line(text: &str) -> String {
    clean(&text.trim_end().replace('\t', "    "))
}

/// The text if it fits into `width` columns, else its beginning and an ellipsis.
pub(crate) fn fit(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let mut cut = String::new();
    let mut taken = 0;
    for character in text.chars() {
        taken += columns_of(character);
        if taken + 1 > width {
            break;
        }
        cut.push(character);
    }
    if width > 0 {
        cut.push('…');
    }
    cut
}

/// The text and blanks behind it up to `width` columns.
pub(crate) fn left(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(columns(text))))
}

/// Blanks up to `width` columns and the text.
pub(crate) fn right(text: &str, width: usize) -> String {
    format!("{}{text}", " ".repeat(width.saturating_sub(columns(text))))
}

/// `one` or `many` by the number: `1 instance`, `4 instances`.
pub(crate) fn plural(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// A share of one core in millionths as a percentage: `0.5 %` or, for tables, `0.02%`.
pub(crate) fn percent(ppm: u32, blank: &str) -> String {
    let percent = f64::from(ppm) / 10_000.0;
    let text = format!("{percent:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "0" && ppm > 0 { format!("<0.01{blank}%") } else { format!("{text}{blank}%") }
}

/// Nanoseconds with the unit that keeps them short: `850 ns`, `6.1 µs`, `12 ms`.
pub(crate) fn nanos(ns: u64) -> String {
    // A duration on a screen has two or three digits: what is lost to f64 is not shown.
    let (value, unit) = match ns {
        0..1_000 => return format!("{ns} ns"),
        1_000..1_000_000 => (ns as f64 / 1e3, "µs"),
        1_000_000..1_000_000_000 => (ns as f64 / 1e6, "ms"),
        _ => (ns as f64 / 1e9, "s"),
    };
    if value < 10.0 { format!("{value:.1} {unit}") } else { format!("{value:.0} {unit}") }
}

/// Seconds as a table shows them: `40s`, `27m`, `6h`, `3d4h`.
pub(crate) fn short_span(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3_600 => format!("{}m", seconds / 60),
        3_600..86_400 => format!("{}h", seconds / 3_600),
        _ => match (seconds / 86_400, seconds % 86_400 / 3_600) {
            (days, 0) => format!("{days}d"),
            (days, hours) => format!("{days}d{hours}h"),
        },
    }
}

/// Seconds as a sentence says them: `30 s`, `4 min 12 s`, `1 h 5 min`.
pub(crate) fn long_span(seconds: u64) -> String {
    let two = |high: u64, unit: &str, low: u64, small: &str| match low {
        0 => format!("{high} {unit}"),
        low => format!("{high} {unit} {low} {small}"),
    };
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => two(seconds / 60, "min", seconds % 60, "s"),
        3_600..86_400 => two(seconds / 3_600, "h", seconds % 3_600 / 60, "min"),
        _ => two(seconds / 86_400, "d", seconds % 86_400 / 3_600, "h"),
    }
}

/// Stands for a blank at which a line is not broken; nothing that is shown holds one.
const GLUE: char = '\u{1}';
/// Columns of code up to which it stays on one line.
const MAX_GLUED: usize = 60;

/// Code that [`wrap`] keeps on one line where that is possible.
pub(crate) fn glued(code: &str) -> String {
    if columns(code) > MAX_GLUED { code.to_owned() } else { code.replace(' ', "\u{1}") }
}

/// The text with its glued blanks as blanks.
pub(crate) fn unglued(text: &str) -> String {
    text.replace(GLUE, " ")
}

/// Columns of a word, glued blanks counted.
fn word_columns(word: &str) -> usize {
    columns(word) + word.chars().filter(|character| *character == GLUE).count()
}

/// Words broken into lines of at most `width` columns, each after the first behind `indent`.
pub(crate) fn wrap(text: &str, width: usize, indent: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("there is a line from the start");
        if !line.trim().is_empty() && word_columns(line) + 1 + word_columns(word) > width {
            lines.push(format!("{indent}{word}"));
        } else {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.iter().map(|line| unglued(line)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_the_application_moves_the_cursor() {
        assert_eq!(clean("a\x1b[2Jb\r\nc\u{9b}1m"), "a\\u{1b}[2Jb\\r\\nc\\u{9b}1m");
        assert_eq!(clean("user\u{202e}nimda"), "user\\u{202e}nimda");
        assert_eq!(clean("größe 你好 …"), "größe 你好 …");
    }

    #[test]
    fn wide_characters_count_as_two() {
        assert_eq!(columns("你好"), 4);
        assert_eq!(fit("你好吗", 5), "你好…");
        assert_eq!(fit("abc", 3), "abc");
        assert_eq!(fit("abcd", 3), "ab…");
        assert_eq!(fit("abcd", 0), "");
        assert_eq!(right("你", 4), "  你");
    }

    #[test]
    fn numbers_read_as_on_the_screens() {
        assert_eq!(
            (count(4_031), count(12), count(1_000_000)),
            ("4,031".into(), "12".into(), "1,000,000".into())
        );
        assert_eq!(
            (percent(5_000, " "), percent(200, ""), percent(9_200, " ")),
            ("0.5 %".into(), "0.02%".into(), "0.92 %".into())
        );
        assert_eq!((percent(0, ""), percent(3, "")), ("0%".into(), "<0.01%".into()));
        assert_eq!(
            (nanos(6_100), nanos(27_000), nanos(20)),
            ("6.1 µs".into(), "27 µs".into(), "20 ns".into())
        );
        assert_eq!(
            ["40s", "27m", "6h", "3d4h"],
            [40, 1_620, 21_600, 273_600].map(short_span).each_ref().map(String::as_str)
        );
        assert_eq!(
            (long_span(252), long_span(30), long_span(1_800)),
            ("4 min 12 s".into(), "30 s".into(), "30 min".into())
        );
    }

    #[test]
    fn wrapped_lines_keep_their_width() {
        let lines = wrap("the quick brown fox jumps over it", 12, "  ");
        assert_eq!(lines, ["the quick", "  brown fox", "  jumps over", "  it"]);
        let kept = wrap(&format!("because {} is false", glued("a > 1e9")), 14, "");
        assert_eq!(kept, ["because", "a > 1e9 is", "false"]);
    }
}
