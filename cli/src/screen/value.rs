//! A captured value as text: on one line, or as a tree where one line is too short.
//!
//! Reads the JSON form of values (`$type`, `$items`, `$missing` …), knows no probe. Invariant:
//! everything that came from the application passes through [`clean`], and a line never exceeds the
//! columns it was given.

use super::text::{clean, columns, count, fit};
use serde_json::{Map, Value};

/// How a language writes the words every language has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words {
    null: &'static str,
    yes: &'static str,
    no: &'static str,
}

impl Words {
    /// The words of the language that a file is written in.
    pub(crate) fn of_file(file: &str) -> Self {
        match file.rsplit('.').next() {
            Some("py" | "pyx") => Self { null: "None", yes: "True", no: "False" },
            Some("rb" | "erb") => Self { null: "nil", yes: "true", no: "false" },
            _ => Self { null: "null", yes: "true", no: "false" },
        }
    }
}

/// A container, whatever its form: how it opens, its children, how it closes.
struct Container<'a> {
    open: String,
    close: &'static str,
    /// What stands before the bracket when the children get lines of their own.
    title: String,
    children: Vec<(Label<'a>, &'a Value)>,
    /// Children in all, those left out included, where known.
    length: Option<u64>,
    /// Why children are left out.
    missing: Option<&'a str>,
    /// Counts make sense in short forms: `[… 3]`, but `User {…}`.
    counted: bool,
}

/// What a child is called by its parent.
enum Label<'a> {
    Item,
    Key(&'a Value),
    Field(&'a str),
    Name(&'a str),
}

fn is_special(key: &str) -> bool {
    key.starts_with('$')
}

impl<'a> Container<'a> {
    fn of(value: &'a Value) -> Option<Self> {
        match value {
            Value::Array(items) => Some(Self {
                open: "[".to_owned(),
                close: "]",
                title: "list".to_owned(),
                children: items.iter().map(|item| (Label::Item, item)).collect(),
                length: Some(items.len() as u64),
                missing: None,
                counted: true,
            }),
            Value::Object(map) if leaf(map).is_some() => None,
            Value::Object(map) => Some(Self::of_object(map)),
            _ => None,
        }
    }

    fn of_object(map: &'a Map<String, Value>) -> Self {
        let type_name = map.get("$type").and_then(Value::as_str);
        let list = |key: &str| map.get(key).and_then(Value::as_array).map(Vec::as_slice);
        let missing = map.get("$missing").and_then(Value::as_str);
        let length = map.get("$length").and_then(Value::as_u64);
        let named = type_name.map(clean).unwrap_or_default();
        let titled = |name: &str| match type_name {
            Some(type_name) if type_name != name => clean(type_name) + " ",
            _ => String::new(),
        };
        if let Some(items) = list("$items") {
            let (open, close) = match type_name.unwrap_or("list") {
                "tuple" => ("(".to_owned(), ")"),
                "set" => ("{".to_owned(), "}"),
                "list" => ("[".to_owned(), "]"),
                other => (format!("{} [", clean(other)), "]"),
            };
            let children = items.iter().map(|item| (Label::Item, item)).collect();
            let title = if named.is_empty() { "list".to_owned() } else { named };
            return Self { open, close, title, children, length, missing, counted: true };
        }
        if let Some(entries) = list("$entries") {
            let pair = |entry: &'a Value| Some((Label::Key(entry.get(0)?), entry.get(1)?));
            let children = entries.iter().filter_map(pair).collect();
            let open = titled("dict") + "{";
            let title = if named.is_empty() { "dict".to_owned() } else { named };
            return Self { open, close: "}", title, children, length, missing, counted: true };
        }
        let fields = map.iter().filter(|(key, _)| !is_special(key));
        let children: Vec<_> = match type_name {
            Some(_) => fields.map(|(key, value)| (Label::Field(key), value)).collect(),
            None => fields.map(|(key, value)| (Label::Name(key), value)).collect(),
        };
        let counted = type_name.is_none();
        let length = length.or(counted.then_some(children.len() as u64));
        let title = if named.is_empty() { "dict".to_owned() } else { named };
        Self { open: titled("") + "{", close: "}", title, children, length, missing, counted }
    }

    /// Children that exist and are not here.
    fn left_out(&self) -> u64 {
        let taken = self.children.len() as u64;
        let unknown = u64::from(self.missing.is_some());
        self.length.map_or(unknown, |length| length.saturating_sub(taken).max(unknown))
    }

    fn short(&self) -> String {
        match self.length {
            Some(0) => format!("{}{}", self.open, self.close),
            Some(length) if self.counted => {
                format!("{}… {}{}", self.open, count(length), self.close)
            }
            _ if self.children.is_empty() && self.missing.is_none() => {
                format!("{}{}", self.open, self.close)
            }
            _ => format!("{}…{}", self.open, self.close),
        }
    }
}

/// The text of an object that stands for a value without children.
fn leaf(map: &Map<String, Value>) -> Option<String> {
    let text = |key: &str| map.get(key).and_then(Value::as_str);
    let length = map.get("$length").and_then(Value::as_u64);
    if let Some(digits) = text("$int").or_else(|| text("$float")) {
        return Some(clean(digits));
    }
    if let Some(cut) = text("$text") {
        let of = length.map(|length| format!(" ({} long)", count(length))).unwrap_or_default();
        return Some(format!("{}…{of}", quoted(cut)));
    }
    if let Some(hex) = text("$bytes") {
        let (dots, of) = match length {
            Some(length) => ("…", format!(" ({} long)", count(length))),
            None => ("", String::new()),
        };
        return Some(format!("bytes {}{dots}{of}", clean(hex)));
    }
    if let Some(ordinal) = map.get("$ref").and_then(Value::as_u64) {
        return Some(format!("(same as #{ordinal})"));
    }
    if let Some(message) = text("$error") {
        return Some(format!("failed: {}", clean(message)));
    }
    if map.contains_key("$undefined") {
        return Some("undefined".to_owned());
    }
    let only_reason = map.keys().all(|key| key == "$missing");
    text("$missing").filter(|_| only_reason).map(|reason| format!("({})", clean(reason)))
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", clean(&text.replace('\\', "\\\\").replace('"', "\\\"")))
}

fn scalar(value: &Value, words: Words) -> Option<String> {
    match value {
        Value::Null => Some(words.null.to_owned()),
        Value::Bool(true) => Some(words.yes.to_owned()),
        Value::Bool(false) => Some(words.no.to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(quoted(text)),
        Value::Object(map) => leaf(map),
        Value::Array(_) => None,
    }
}

fn label(label: &Label, words: Words) -> String {
    match label {
        Label::Item => String::new(),
        Label::Field(name) => format!("{}: ", clean(name)),
        Label::Name(name) => format!("{}: ", quoted(name)),
        Label::Key(key) => match scalar(key, words) {
            Some(text) => format!("{text}: "),
            None => format!("{}: ", Container::of(key).map(|c| c.short()).unwrap_or_default()),
        },
    }
}

/// A string or number of a class of its own: the class, then the value.
fn wrapped(value: &Value) -> Option<(String, &Value)> {
    let inside = value.get("$value")?;
    Some((clean(value.get("$type")?.as_str()?) + " ", inside))
}

/// The value on one line of at most `width` columns; containers more than `levels` deep are short.
fn one_line(value: &Value, words: Words, levels: u32, width: usize) -> String {
    if let Some(text) = scalar(value, words) {
        return fit(&text, width);
    }
    if let Some((class, inside)) = wrapped(value) {
        let room = width.saturating_sub(columns(&class));
        return fit(&(class + &one_line(inside, words, levels, room)), width);
    }
    let Some(container) = Container::of(value) else { return String::new() };
    if levels == 0 || (container.children.is_empty() && container.left_out() > 0) {
        return fit(&container.short(), width);
    }
    let mut line = container.open.clone();
    let mut taken = 0;
    for (index, (name, child)) in container.children.iter().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        let room = width.saturating_sub(columns(&line) + comma.len() + container.close.len());
        let text = label(name, words) + &one_line(child, words, levels - 1, width);
        let rest = container.left_out() + (container.children.len() - index - 1) as u64;
        let tail = if rest == 0 { 0 } else { columns(&format!(", … {} more", count(rest))) };
        if columns(&text) + tail > room {
            if index == 0 {
                line.push_str(&fit(&text, room.saturating_sub(tail)));
                taken += 1;
            }
            break;
        }
        line.push_str(comma);
        line.push_str(&text);
        taken += 1;
    }
    let rest = container.left_out() + container.children.len() as u64 - taken;
    if rest > 0 {
        let comma = if taken > 0 { ", " } else { "" };
        match container.length.is_some() || container.missing.is_none() {
            true => line.push_str(&format!("{comma}… {} more", count(rest))),
            false => line.push_str(&format!("{comma}…")),
        }
    }
    line.push_str(container.close);
    fit(&line, width)
}

/// A value in one line: its own children, theirs only in short.
pub(crate) fn inline(value: &Value, words: Words, width: usize) -> String {
    one_line(value, words, 1, width)
}

/// The whole value: one line where it fits, else a line for every child, indented.
pub(crate) fn tree(
    name: &str,
    value: &Value,
    words: Words,
    indent: usize,
    width: usize,
) -> Vec<String> {
    let mut lines = Vec::new();
    let head = " ".repeat(indent) + name;
    grow(&head, value, words, indent, width, &mut lines);
    lines
}

fn grow(
    head: &str,
    value: &Value,
    words: Words,
    indent: usize,
    width: usize,
    lines: &mut Vec<String>,
) {
    // Nothing that is captured nests deeper than the ceiling of ten.
    const ALL_LEVELS: u32 = 64;
    let whole = one_line(value, words, ALL_LEVELS, usize::MAX);
    let Some(container) = Container::of(value).filter(|c| !c.children.is_empty()) else {
        // What has no children is shown whole, however long: this is the screen for it.
        lines.push(format!("{head}  {whole}"));
        return;
    };
    if columns(head) + 2 + columns(&whole) <= width {
        lines.push(format!("{head}  {whole}"));
        return;
    }
    let id = value.get("$id").and_then(Value::as_u64);
    let id = id.map(|id| format!(" #{id}")).unwrap_or_default();
    let of = container.length.filter(|_| container.counted);
    let of = of.map(|length| format!(" of {}", count(length))).unwrap_or_default();
    lines.push(fit(&format!("{head}  {}{of}{id}", container.title), width));
    let below = " ".repeat(indent + 2);
    for (index, (name, child)) in container.children.iter().enumerate() {
        let name = match name {
            Label::Item => format!("[{index}]"),
            other => label(other, words).trim_end_matches(": ").to_owned(),
        };
        grow(&format!("{below}{name}"), child, words, indent + 2, width, lines);
    }
    match (container.left_out(), container.missing) {
        (0, _) => {}
        (rest, Some(reason)) if container.length.is_some() => {
            lines.push(format!("{below}… {} more ({})", count(rest), clean(reason)));
        }
        (_, Some(reason)) => lines.push(format!("{below}… more ({})", clean(reason))),
        (rest, None) => lines.push(format!("{below}… {} more", count(rest))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn python(value: &Value) -> String {
        inline(value, Words::of_file("app.py"), 60)
    }

    #[test]
    fn a_line_shows_one_level() {
        let cart = json!({"$type": "Cart", "items": [1, 2, 3], "owner": {"$type": "User", "id": 7},
            "coupon": null});
        assert_eq!(python(&cart), "Cart {items: [… 3], owner: User {…}, coupon: None}");
        let user = json!({"$type": "User", "id": 7, "email": {"$missing": "redacted"}});
        assert_eq!(python(&user), "User {id: 7, email: (redacted)}");
    }

    #[test]
    fn every_form_has_its_text() {
        for (value, text) in [
            (json!(true), "True"),
            (json!({"$int": "18446744073709551616"}), "18446744073709551616"),
            (json!({"$float": "nan"}), "nan"),
            (json!({"$text": "abc", "$length": 4096}), "\"abc\"… (4,096 long)"),
            (json!({"$bytes": "00ff", "$length": 9}), "bytes 00ff… (9 long)"),
            (json!({"$bytes": "00ff"}), "bytes 00ff"),
            (json!({"$ref": 3}), "(same as #3)"),
            (json!({"$missing": "not set yet"}), "(not set yet)"),
            (json!({"$error": "no attribute sku"}), "failed: no attribute sku"),
            (json!([]), "[]"),
            (json!({}), "{}"),
            (json!({"a": 1}), "{\"a\": 1}"),
            (json!({"$type": "tuple", "$items": [1, "x"], "$length": 2}), "(1, \"x\")"),
            (json!({"$type": "set", "$items": [1], "$length": 100}), "{1, … 99 more}"),
            (json!({"$type": "deque", "$items": [1], "$length": 1}), "deque [1]"),
            (
                json!({"$type": "dict", "$entries": [[1, 2], ["a", []]], "$length": 3}),
                "{1: 2, \"a\": [], … 1 more}",
            ),
            (json!({"$type": "User", "$missing": "depth"}), "User {…}"),
            (json!({"$type": "User", "$missing": "fields", "id": 1}), "User {id: 1, …}"),
            (json!({"$type": "Status", "$value": "paid"}), "Status \"paid\""),
            (json!("a\u{1b}[31m\"\n"), "\"a\\u{1b}[31m\\\"\\n\""),
        ] {
            assert_eq!(python(&value), text, "{value}");
        }
    }

    #[test]
    fn a_line_keeps_its_width_and_says_how_much_is_left() {
        let long: Vec<u32> = (0..100).collect();
        let line = inline(&json!(long), Words::of_file("a.py"), 30);
        assert_eq!(line, "[0, 1, 2, 3, 4, 5, … 94 more]");
        for width in 0..60 {
            let text = inline(
                &json!({"$type": "Cart", "a": "x".repeat(50), "b": long}),
                Words::of_file("a.js"),
                width,
            );
            assert!(columns(&text) <= width, "{width}: {text}");
        }
    }

    #[test]
    fn a_tree_shows_everything() {
        let value = json!({"$type": "Cart", "$id": 1,
            "items": [{"sku": "SF-1", "n": 1}, {"sku": "SF-2", "n": 2}],
            "owner": {"$type": "User", "$missing": "depth"}, "me": {"$ref": 1}});
        let lines = tree("cart", &value, Words::of_file("a.py"), 4, 40);
        assert_eq!(
            lines.join("\n"),
            "    cart  Cart #1\n      items  list of 2\n        [0]  {\"sku\": \"SF-1\", \"n\": 1}\n        [1]  {\"sku\": \"SF-2\", \"n\": 2}\n      owner  User {…}\n      me  (same as #1)"
        );
    }
}
