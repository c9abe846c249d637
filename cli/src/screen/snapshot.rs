//! A snapshot on the screen: who hit, the locals, the watches, the way there, what was left out.
//!
//! Reads the JSON object of `-o json`; a field that is absent leaves its line away. Invariant: no
//! line is longer than the width, except where `show` prints a text whole.

use super::text::{clean, columns, count, fit, left, nanos};
use super::time::clock_ms;
use super::value::{Words, inline, tree};
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

/// How a screen is drawn.
#[derive(Clone, Debug)]
pub(crate) struct Canvas {
    /// Columns.
    pub(crate) width: usize,
    /// Time zone of the reader.
    pub(crate) zone: TimeZone,
}

/// How much of a snapshot is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// One line a value, two callers.
    Short,
    /// Everything.
    Whole,
}

/// Callers named on the short screen.
const SHORT_CALLERS: usize = 2;
/// Columns a name may take before values no longer stand in one column.
const MAX_NAME_COLUMNS: usize = 24;

fn text<'a>(value: &'a Value, path: &str) -> &'a str {
    value.pointer(path).and_then(Value::as_str).unwrap_or_default()
}

/// Whether a path belongs to an installed package or the language itself.
fn of_a_package(file: &str) -> Option<&str> {
    ["/site-packages/", "/dist-packages/", "/node_modules/", "/gems/"].iter().find_map(|folder| {
        let at = file.rfind(folder)?;
        Some(&file[at + folder.len()..])
    })
}

/// Paths as short as they stay clear: packages by their own name, the application's files from the
/// folder they all share.
struct Paths {
    shared: String,
}

impl Paths {
    fn of(snapshot: &Value) -> Self {
        let stack = snapshot.get("stack").and_then(Value::as_array).into_iter().flatten();
        let files = stack.chain(snapshot.get("at")).map(|frame| text(frame, "/file"));
        let mut shared: Option<&str> = None;
        for file in files.filter(|file| file.starts_with('/') && of_a_package(file).is_none()) {
            let folder = &file[..file.rfind('/').map_or(0, |at| at + 1)];
            let common = shared.map_or(folder, |shared| common_folder(shared, folder));
            // Only the root in common says that the frames have nothing to do with each other.
            if common.len() > 1 {
                shared = Some(common);
            }
        }
        Self { shared: shared.unwrap_or_default().to_owned() }
    }

    fn short(&self, file: &str) -> String {
        let inside = of_a_package(file);
        clean(inside.unwrap_or_else(|| file.strip_prefix(self.shared.as_str()).unwrap_or(file)))
    }
}

fn common_folder<'a>(one: &'a str, other: &str) -> &'a str {
    let same = one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    &one[..one[..same].rfind('/').map_or(0, |at| at + 1)]
}

/// The lines of a snapshot.
pub(crate) fn snapshot(snapshot: &Value, extent: Extent, canvas: &Canvas) -> Vec<String> {
    if text(snapshot, "/type") == "log" {
        return log_line(snapshot, extent, canvas);
    }
    let paths = Paths::of(snapshot);
    let file = text(snapshot, "/at/file");
    let words = Words::of_file(file);
    let mut lines =
        vec![fit(&head(snapshot, canvas), canvas.width), place(snapshot, &paths, canvas)];
    let empty = Map::new();
    let map = |key: &str| snapshot.get(key).and_then(Value::as_object).unwrap_or(&empty);
    lines.extend(variables(map("locals"), words, extent, canvas));
    if !map("watches").is_empty() {
        lines.push("  watch".to_owned());
        lines.extend(variables(map("watches"), words, extent, canvas));
    }
    lines.extend(callers(snapshot, &paths, extent, canvas));
    for note in snapshot.get("notes").and_then(Value::as_array).into_iter().flatten() {
        let note = note.as_str().unwrap_or_default();
        lines.push(fit(&format!("  note: {}", clean(note)), canvas.width));
    }
    lines.extend(left_out(snapshot).map(|line| fit(&line, canvas.width)));
    let id = text(snapshot, "/id");
    if extent == Extent::Short && !id.is_empty() {
        lines.push(fit(&format!("  all of it: stillframe show {}", clean(id)), canvas.width));
    }
    lines
}

fn head(snapshot: &Value, canvas: &Canvas) -> String {
    let mut head = vec![clean(text(snapshot, "/id"))];
    head.push(clock_ms(text(snapshot, "/time"), &canvas.zone));
    head.push(clean(text(snapshot, "/service/instance")));
    head.push(clean(text(snapshot, "/service/version")));
    let thread = match snapshot.get("thread") {
        Some(Value::String(name)) => clean(name),
        Some(thread) => match text(thread, "/name") {
            "" => thread.get("id").map(ToString::to_string).unwrap_or_default(),
            name => clean(name),
        },
        None => String::new(),
    };
    if !thread.is_empty() {
        head.push(format!("thread {thread}"));
    }
    head.retain(|part| !part.is_empty());
    head.join("  ")
}

fn place(snapshot: &Value, paths: &Paths, canvas: &Canvas) -> String {
    let line = snapshot.pointer("/at/line").and_then(Value::as_u64).unwrap_or_default();
    let function = clean(text(snapshot, "/at/function"));
    let place = format!("  {}:{line} in {function}", paths.short(text(snapshot, "/at/file")));
    let trace = text(snapshot, "/trace_id");
    if trace.is_empty() {
        return fit(&place, canvas.width);
    }
    // "trace " and 32 digits stand at the right, from column 36 of 80.
    let trace = format!("trace {}", clean(trace));
    let room = canvas.width.saturating_sub(columns(&trace) + 2).min(36);
    if columns(&place) + 2 + columns(&trace) > canvas.width {
        return fit(&format!("{place}  {trace}"), canvas.width);
    }
    format!("{}{trace}", left(&(place + "  "), room))
}

fn variables(
    map: &Map<String, Value>,
    words: Words,
    extent: Extent,
    canvas: &Canvas,
) -> Vec<String> {
    let names = map.keys().map(|name| columns(&clean(name)));
    let widest = names.filter(|width| *width <= MAX_NAME_COLUMNS).max().unwrap_or_default();
    let lines = map.iter().flat_map(|(name, value)| {
        let name = left(&clean(name), widest);
        if extent == Extent::Whole {
            return tree(&name, value, words, 4, canvas.width);
        }
        let room = canvas.width.saturating_sub(6 + columns(&name));
        vec![fit(&format!("    {name}  {}", inline(value, words, room)), canvas.width)]
    });
    lines.collect()
}

fn callers(snapshot: &Value, paths: &Paths, extent: Extent, canvas: &Canvas) -> Vec<String> {
    let stack = snapshot.get("stack").and_then(Value::as_array).map(Vec::as_slice);
    let stack = stack.unwrap_or_default();
    // The first frame is the probed one, which stands above.
    let same = |frame: &Value| {
        ["/file", "/line", "/function"]
            .iter()
            .all(|path| frame.pointer(path) == snapshot.get("at").and_then(|at| at.pointer(path)))
    };
    let callers = if stack.first().is_some_and(same) { &stack[1..] } else { stack };
    let more = snapshot.get("more_frames").and_then(Value::as_u64).unwrap_or_default();
    if callers.is_empty() && more == 0 {
        return Vec::new();
    }
    let shown = if extent == Extent::Whole { callers.len() } else { SHORT_CALLERS };
    let shown = &callers[..shown.min(callers.len())];
    let places: Vec<String> = shown
        .iter()
        .map(|frame| {
            let line = frame.get("line").and_then(Value::as_u64).unwrap_or_default();
            format!("{}:{line}", paths.short(text(frame, "/file")))
        })
        .collect();
    let widest = places.iter().map(|place| columns(place)).max().unwrap_or_default();
    let mut lines = vec!["  called from".to_owned()];
    lines.extend(places.iter().zip(shown).map(|(place, frame)| {
        let function = clean(text(frame, "/function"));
        fit(&format!("    {}   {function}", left(place, widest)), canvas.width)
    }));
    let rest = (callers.len() - shown.len()) as u64 + more;
    if rest > 0 {
        let counted = snapshot.get("more_frames_at_least") != Some(&Value::Bool(true));
        let frames = if rest == 1 && counted { "frame" } else { "frames" };
        let or_more = if counted { "" } else { " or more" };
        lines.push(format!("    … {} more {frames}{or_more}", count(rest)));
    }
    lines
}

/// The line that says what is not in the snapshot and what it cost.
fn left_out(snapshot: &Value) -> Option<String> {
    let missing = snapshot.get("missing").and_then(Value::as_array).into_iter().flatten();
    let parts: Vec<String> = missing.map(missing_part).collect();
    let took = snapshot.get("took_ns").and_then(Value::as_u64).map(nanos);
    let took = took.map(|took| format!("took {took}"));
    match (parts.is_empty(), took) {
        (true, None) => None,
        (true, Some(took)) => Some(format!("  {took}")),
        (false, took) => {
            let took = took.map(|took| format!("   {took}")).unwrap_or_default();
            Some(format!("  left out: {}{took}", parts.join(" · ")))
        }
    }
}

fn missing_part(part: &Value) -> String {
    if let Some(text) = part.as_str() {
        return clean(text);
    }
    let reason = clean(text(part, "/reason"));
    let number = |key: &str| part.get(key).and_then(Value::as_u64);
    match (number("count"), number("of")) {
        (Some(left), Some(of)) => format!("{} of {} {reason}", count(left), count(of)),
        (Some(left), None) if reason == "depth" => format!("depth {}", count(left)),
        (Some(left), None) => format!("{} {reason}", count(left)),
        _ => reason,
    }
}

fn log_line(snapshot: &Value, extent: Extent, canvas: &Canvas) -> Vec<String> {
    let time = clock_ms(text(snapshot, "/time"), &canvas.zone);
    let instance = clean(text(snapshot, "/service/instance"));
    let message = clean(text(snapshot, "/message"));
    // A log line is data of its own: it is never cut, the terminal wraps it.
    let mut lines = vec![format!("{time}  {instance}  {message}")];
    if extent == Extent::Whole {
        let paths = Paths::of(snapshot);
        lines.push(place(snapshot, &paths, canvas));
        lines.extend(callers(snapshot, &paths, extent, canvas));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn canvas() -> Canvas {
        Canvas { width: 80, zone: TimeZone::UTC }
    }

    fn example() -> Value {
        json!({"type": "snapshot", "schema": 1, "id": "p7k2/1", "time": "2026-11-22T12:04:31.207Z",
            "service": {"name": "checkout", "version": "v41",
                "instance": "checkout-7d9f8-x2lqp/17"},
            "at": {"file": "/app/app.py", "line": 42, "function": "place_order"},
            "thread": {"id": 77, "name": "worker-3"},
            "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
            "locals": {
                "cart": {"$type": "Cart", "items": [1, 2, 3], "owner": {"$type": "User", "id": 7},
                    "coupon": null},
                "total": 129.9,
                "user": {"$type": "User", "id": 7, "email": {"$missing": "redacted"}},
                "discount": {"$missing": "not set yet"}},
            "watches": {"cart.items[0].sku": "SF-1042"},
            "stack": [
                {"file": "/app/app.py", "line": 42, "function": "place_order"},
                {"file": "/app/app.py", "line": 17, "function": "checkout_view"},
                {"file": "/venv/lib/python3.12/site-packages/flask/app.py", "line": 917,
                 "function": "Flask.dispatch_request"}],
            "more_frames": 9,
            "missing": [{"reason": "depth", "count": 4}, {"reason": "redacted", "count": 1},
                {"reason": "items", "count": 97, "of": 100}],
            "took_ns": 6_100})
    }

    #[test]
    fn the_screen_is_the_one_of_the_contract() {
        insta::assert_snapshot!(snapshot(&example(), Extent::Short, &canvas()).join("\n"));
    }

    #[test]
    fn all_of_it_shows_every_frame_and_child() {
        insta::assert_snapshot!(snapshot(&example(), Extent::Whole, &canvas()).join("\n"));
    }

    #[test]
    fn hostile_names_and_values_stay_within_their_line() {
        let mut hostile = example();
        hostile["locals"] = json!({"a\nb\u{1b}]0;x\u{7}": "x\u{1b}[2J".repeat(40)});
        hostile["at"]["function"] = json!("f\r\n\u{202e}");
        hostile["thread"] = json!("t\u{9b}");
        for width in 40..120 {
            let canvas = Canvas { width, ..canvas() };
            for line in snapshot(&hostile, Extent::Short, &canvas) {
                assert!(columns(&line) <= width, "{width}: {line}");
                assert!(!line.contains(char::is_control), "{line:?}");
            }
        }
    }

    #[test]
    fn a_nearly_empty_object_is_still_a_screen() {
        let lines = snapshot(&json!({"type": "snapshot"}), Extent::Short, &canvas());
        assert_eq!(lines.len(), 2);
    }

    #[test]
    fn a_log_line_is_one_line() {
        let log = json!({"type": "log", "time": "2026-11-22T12:04:31.207Z", "id": "q1/4",
            "service": {"instance": "host/1"}, "message": "total=129.9\nnext"});
        let lines = snapshot(&log, Extent::Short, &canvas());
        assert_eq!(lines, ["12:04:31.207  host/1  total=129.9\\nnext"]);
    }
}
