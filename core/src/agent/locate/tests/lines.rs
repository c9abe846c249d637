//! Lines that execute, lines that do not, and lines that went elsewhere.

use super::super::{Located, locate};
use super::{File, Texts, found, function, refusal, typed};
use crate::host::{LoadedFunction, SourceText};
use crate::location::source_sha256;
use crate::probe::{Location, SourceMatch};

const APP: &str = r#""""An application."""
import flask

# Routes.
app = flask.Flask("shop")


@app.get(
    "/total",
)
def total(
    cart,
    tax=0.2,
):
    """The total.

    Of a cart.
    """
    # Nothing yet.
    if cart:
        amount = add(
            cart,
            tax,
        )
    else:
        # Free.
        amount = 0
    try:
        return add(
            amount,
            1,
        )
    except ValueError:
        pass
        # Behind it all.


class Cart:
    """Holds."""

    size = 1

    def clear(self):
        def inner():
            return 1

        return inner()

# The end.
if __name__ == "__main__":
    app.run()
"#;

/// As CPython 3.10 to 3.13 compile it and run it as their main module: its body and its class's are
/// still there.
fn main_functions() -> Vec<LoadedFunction> {
    vec![
        function(1, "<module>", 1, &[1, 2, 5, 8, 9, 11, 13, 38, 50, 51]),
        function(3, "Cart", 38, &[38, 39, 41, 43]),
        function(2, "total", 8, &[20, 21, 22, 23, 27, 28, 29, 30, 31, 33, 34]),
        function(4, "Cart.clear", 43, &[44, 47]),
        function(5, "Cart.clear.<locals>.inner", 44, &[45]),
    ]
}

/// The same where it was imported: what ran once is gone.
fn imported_functions() -> Vec<LoadedFunction> {
    main_functions().into_iter().filter(|one| !one.runs_once).collect()
}

fn app(functions: Vec<LoadedFunction>) -> Texts {
    Texts(vec![File {
        path: "/app/app.py",
        real_path: None,
        is_application: true,
        source: SourceText::Known(APP.into()),
        functions,
    }])
}

fn at(runtime: &Texts, line: u32) -> Result<(u32, Option<String>), String> {
    let location = typed(&format!("app.py:{line}"), Some(APP), None);
    match locate(runtime, &location, false, None) {
        Located::Found(found) => Ok((found.at.line, found.at.note)),
        Located::Refused(refused) => Err(refused.why.hint.unwrap_or_default()),
        other => panic!("{line}: {other:?}"),
    }
}

/// Lines of functions, and where they are armed, whatever of the module is still there.
const SNAPS: [(u32, u32, &str); 24] = [
    (8, 20, "a decorator"),
    (9, 20, "its argument"),
    (11, 20, "a head"),
    (13, 20, "a default"),
    (14, 20, "its end"),
    (15, 20, "a docstring"),
    (16, 20, "a blank line in it"),
    (18, 20, "its end"),
    (19, 20, "a comment"),
    (20, 20, "a statement"),
    (21, 21, "the first line of a statement"),
    (22, 22, "the second"),
    (24, 23, "a bracket"),
    (25, 27, "else"),
    (26, 27, "a comment in it"),
    (28, 28, "try"),
    (32, 31, "a bracket at the end"),
    (34, 34, "an empty statement"),
    (35, 34, "a comment at the very end"),
    (43, 44, "a method's head"),
    (44, 44, "a head that runs with each call"),
    (45, 45, "a body in a body"),
    (46, 47, "a blank line between"),
    (47, 47, "the end"),
];

fn check(runtime: &Texts, snaps: &[(u32, u32, &str)]) {
    for (line, wanted, what) in snaps {
        let (armed, note) = at(runtime, *line).unwrap_or_else(|hint| panic!("{what}: {hint}"));
        assert_eq!(armed, *wanted, "{what}");
        let says = (armed != *line)
            .then(|| format!("line {line} has no code of its own: armed at {armed}"));
        assert_eq!(note, says, "{what}");
    }
}

#[test]
fn lines_snap_to_what_executes_and_say_so() {
    check(&app(main_functions()), &SNAPS);
    check(&app(imported_functions()), &SNAPS);
}

#[test]
fn what_a_compiler_leaves_out_snaps_too() {
    let mut functions = imported_functions();
    functions[0].lines.retain(|line| ![28, 31, 34].contains(line));
    check(&app(functions), &[(28, 29, "try"), (32, 30, "a bracket"), (34, 33, "an empty one")]);
}

#[test]
fn what_ran_when_its_module_was_loaded_is_said_or_refused() {
    let main = app(main_functions());
    let note = at(&main, 5).expect("it is still there").1;
    assert_eq!(note.as_deref(), Some("line 5 runs while its file is loaded, and then no more"));
    // A comment above a function belongs to it, not to the module.
    assert_eq!(at(&main, 7).map(|at| at.0), Ok(20));
    assert_eq!(at(&main, 42).map(|at| at.0), Ok(44));
    let imported = app(imported_functions());
    assert_eq!(at(&imported, 5), Err("the nearest that does: 20".to_owned()));
    assert_eq!(at(&imported, 41), Err("the nearest that does: 34 and 44".to_owned()));
    assert_eq!(at(&imported, 7).map(|at| at.0), Ok(20), "a blank line above a function");
    assert_eq!(at(&imported, 37).map(|at| at.0), Ok(44));
    assert_eq!(at(&imported, 49).map(|at| at.0), Ok(47), "behind the last");
    assert_eq!(at(&imported, 4000), Err("the file has 51 lines".to_owned()));
    assert_eq!(at(&main, 52), Err("the file has 51 lines".to_owned()));
}

fn moved(line: u32, text: &str, around: Option<&str>) -> Location {
    let mut location = typed(&format!("app.py:{line}"), None, None);
    location.source_sha256 = Some(source_sha256(b"another text"));
    location.line_text = Some(text.to_owned());
    location.around = around.map(str::to_owned);
    location
}

#[test]
fn a_line_that_moved_is_followed_even_where_it_does_not_execute() {
    let runtime = app(imported_functions());
    for (text, around, moved_to, armed) in [
        ("            tax,", Some("total"), 23, 23),
        ("        amount = 0", Some("total"), 27, 27),
        ("        # Free.", Some("total"), 26, 27),
        ("    def clear(self):", None, 43, 44),
        ("            return 1", Some("Cart.clear.inner"), 45, 45),
    ] {
        let located = locate(&runtime, &moved(3, text, around), false, None);
        let (line, source, note, _) = found(located);
        assert_eq!((line, source), (armed, SourceMatch::Moved), "{text}");
        let mut said = format!("line moved 3 -> {moved_to}");
        if moved_to != armed {
            said += &format!("; line {moved_to} has no code of its own: armed at {armed}");
        }
        assert_eq!(note.as_deref(), Some(said.as_str()));
    }
}

#[test]
fn a_line_that_is_elsewhere_than_in_its_function_is_gone() {
    let runtime = app(main_functions());
    for (text, around) in [
        ("        amount = 0", Some("Cart.clear")),
        ("        )", Some("Cart.clear")),
        ("", Some("total")),
        ("    return 1", None),
    ] {
        let refused = refusal(locate(&runtime, &moved(3, text, around), false, None));
        assert_eq!(refused.why.code, "source_differs", "{text}");
        let (line, source, note, _) = found(locate(&runtime, &moved(27, text, around), true, None));
        assert_eq!((line, source), (27, SourceMatch::Different));
        assert_eq!(note.as_deref(), Some("armed unchecked: the source differs"));
    }
}
