//! Which places are told for which lines. `@` in a text is a place where V8 can stop, `^` one where the
//! function returns; neither is in what is parsed.

use super::*;
use Edge::{Begin, End, Enter, Forget, Leave, Raise, Throw};

/// The text without its marks, and the places that they stand for.
fn marked(text: &str) -> (String, Vec<Spot>) {
    let (mut plain, mut spots) = (String::new(), Vec::new());
    let (mut line, mut column) = (0, 0);
    for one in text.chars() {
        match one {
            '@' | '^' => spots.push(Spot {
                byte: u32::try_from(plain.len()).expect("tests are short"),
                at: (line, column),
                line: line + 1,
                is_return: one == '^',
            }),
            '\n' => (line, column) = (line + 1, 0),
            _ => column += 1,
        }
        if !matches!(one, '@' | '^') {
            plain.push(one);
        }
    }
    (plain, spots)
}

fn timed(text: &str, span: host::Span) -> Result<(Timing, Vec<Spot>)> {
    let (plain, spots) = marked(text);
    let whole = Span::new(0, u32::try_from(plain.trim_end().len()).expect("tests are short"));
    let line_of = |byte: u32| {
        let before = &plain[..byte as usize];
        u32::try_from(before.matches('\n').count() + 1).ok()
    };
    let timing = timing(&plain, (whole, false), spots.clone(), span, &line_of)?;
    Ok((timing, spots))
}

/// Each edge as the number of the mark at which it is, in the order of the marks.
fn edges(text: &str, lines: Option<(u32, u32)>) -> Vec<(usize, Edge)> {
    let span =
        lines.map_or(host::Span::Function, |(first, last)| host::Span::Lines { first, last });
    let (timing, spots) = timed(text, span).expect("it can be timed");
    let number = |at| spots.iter().position(|spot| spot.at == at).expect("edges are at places");
    timing.edges.iter().map(|(at, edge)| (number(*at), *edge)).collect()
}

fn refusal(text: &str, lines: Option<(u32, u32)>) -> String {
    let span =
        lines.map_or(host::Span::Function, |(first, last)| host::Span::Lines { first, last });
    timed(text, span).expect_err("it cannot be timed").to_string()
}

#[test]
fn a_function_is_from_its_first_place_to_each_return() {
    let text = "function f(a = @g()) {\n  'use strict';\n  var b;\n  function g() {}\n  @if (a) @return a^;\n^}";
    assert_eq!(edges(text, None), [(1, Begin), (3, End), (4, End)]);
    let pattern = "function f(o) {\n  const { a = @g() } = @o;\n^}";
    assert_eq!(edges(pattern, None), [(1, Begin), (2, End)]);
    let iteration = "function f(o) {\n  for (const @a of @o) @g(a);\n^}";
    assert_eq!(edges(iteration, None), [(1, Begin), (3, End)]);
}

#[test]
fn what_is_left_unseen_may_have_been_left() {
    let iteration = "function f(o) {\n  for (const @a of @o) @return a;\n^}";
    assert_eq!(edges(iteration, None), [(1, Begin), (2, Leave), (3, End)]);
    let last =
        "function f(o) {\n  try {\n    return @o();\n  } finally {\n    @g();\n    @h();\n  }\n^}";
    assert_eq!(edges(last, None), [(0, Leave), (0, Begin), (2, Leave), (3, End)]);
    let thrown = "function f(o) {\n  @if (o) @throw @new Error();\n^}";
    assert_eq!(edges(thrown, None), [(0, Begin), (2, Throw), (3, End)]);
}

#[test]
fn statements_end_at_what_is_next() {
    let text = "function f(a) {\n  @a();\n  @a();\n  @a();\n^}";
    assert_eq!(edges(text, Some((2, 2))), [(0, Begin), (1, End)]);
    assert_eq!(edges(text, Some((2, 3))), [(0, Begin), (2, End)]);
    assert_eq!(edges(text, Some((4, 5))), [(2, Begin), (3, End)]);
    let nested = "function f(a) {\n  @if (a) {\n    @b();\n  }\n  @c();\n^}";
    assert_eq!(edges(nested, Some((3, 3))), [(1, Begin), (2, End)]);
    let chosen = "function f(a) {\n  @switch (a) {\n  case 1:\n    @b();\n  case 2:\n    @c();\n    @break;\n  }\n  @d();\n^}";
    assert_eq!(edges(chosen, Some((4, 4))), [(1, Begin), (2, End)]);
    assert_eq!(edges(chosen, Some((6, 7))), [(2, Begin), (4, End)]);
}

#[test]
fn a_turn_of_a_loop_ends_where_the_next_begins() {
    let counted = "function f(n) {\n  for (let i = @0; @i < n; @i++) {\n    @b();\n    @if (i) @continue;\n    @if (n) @break;\n  }\n  @c();\n^}";
    assert_eq!(edges(counted, Some((3, 5))), [(2, End), (3, Begin), (8, End)]);
    let forever = "function f(n) {\n  for (;;) {\n    @b();\n  }\n^}";
    assert_eq!(edges(forever, Some((3, 3))), [(0, End), (0, Begin), (1, End)]);
    let iterated = "function f(n) {\n  for (const @k of @n) {\n    @b();\n  }\n  @c();\n^}";
    assert_eq!(edges(iterated, Some((3, 3))), [(0, End), (2, Begin)]);
    let named = "function f(n) {\n  outer: while (@n) {\n    for (const @k of @n) {\n      @if (k) @continue outer;\n    }\n  }\n  @c();\n^}";
    assert_eq!(edges(named, Some((4, 4))), [(0, End), (1, End), (3, Begin)]);
}

#[test]
fn a_loop_is_entered_once() {
    let text = "function f(n) {\n  @a();\n  while (@n) {\n    @b();\n  }\n  @c();\n^}";
    assert_eq!(edges(text, Some((3, 5))), [(0, Forget), (1, Enter), (3, End)]);
    let first = "function f(n) {\n  while (@n) {\n    @b();\n  }\n  @c();\n^}";
    assert!(refusal(first, Some((2, 4))).contains("begins with the loop"));
    assert!(refusal(first, None).contains("the test of a loop"));
    let waits = "async function f(n) {\n  @a();\n  while (@n) {\n    @await b();\n  }\n^}";
    assert!(refusal(waits, Some((3, 5))).contains("waits"));
}

#[test]
fn exceptions_end_at_their_catch_and_pass_each_finally() {
    let text = "function f(n) {\n  try {\n    @a();\n    @b();\n  } catch (e) {\n    @c();\n  } finally {\n    @d();\n  }\n^}";
    assert_eq!(edges(text, Some((3, 3))), [(0, Begin), (1, End), (2, Raise), (3, End)]);
    assert_eq!(edges(text, Some((6, 6))), [(2, Begin), (3, End)]);
    assert_eq!(edges(text, Some((8, 8))), [(3, Begin), (4, End)]);
}

#[test]
fn statements_are_not_cut() {
    let text = "function f(n) {\n  @if (n) {\n    @a();\n  }\n  @c();\n^}";
    assert!(refusal(text, Some((2, 2))).contains("lines 2 to 2 cut the statement on lines 2 to 4"));
    assert!(refusal(text, Some((3, 5))).contains("lines 3 to 5 cut"));
    assert!(refusal(text, Some((6, 9))).contains("nothing of the function runs"));
}

#[test]
fn frames_that_wait_are_told_apart_by_parameters_that_stay() {
    let of = |text: &str| timed(text, host::Span::Function).expect("it can be timed").0.identity;
    assert_eq!(of("function f(a) {\n  @a();\n^}"), Identity::Stack);
    assert_eq!(of("async function f(a) {\n  @a(async () => { await 1 });\n^}"), Identity::Stack);
    let by = |names: &[&str]| Identity::Parameters(names.iter().map(ToString::to_string).collect());
    let changes =
        "async function f(a, { b, c }, ...d) {\n  @await a;\n  @b = 1;\n  @{ let c = 1; }\n^}";
    assert_eq!(of(changes), by(&["this", "a", "d"]));
    assert_eq!(of("async (a) => {\n  @await a;\n^}"), by(&["a"]));
    assert_eq!(of("async (a) => {\n  @await eval(a);\n^}"), by(&[]));
    let lines = host::Span::Lines { first: 3, last: 3 };
    let partly = timed("async function f(a) {\n  @await a;\n  @a();\n^}", lines);
    assert_eq!(partly.expect("it can be timed").0.identity, Identity::Stack);
}
