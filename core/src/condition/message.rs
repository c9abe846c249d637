//! Every text that people read when a condition, watch or template is refused.
//!
//! Texts only: who says them and when is decided elsewhere; those of failed evaluations are in
//! [`explain`](super::explain). Invariant: each is a lower-case fragment with a span, names no value
//! of the application, and says what to write where anything works.

use super::syntax::{MAX_DEPTH, MAX_LOOPS, MAX_NODES, Span};
use crate::error::{Error, ErrorKind};
use crate::limits::MAX_SOURCE_BYTES;

fn error(span: Span, message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Condition, message).with_span(span.range())
}

/// Two programs' worth of names of one site.
pub(super) fn too_many_names(span: Span) -> Error {
    error(span, "one probe names more than 65535 attributes").with_hint("use fewer watches")
}

pub(super) fn too_long(len: usize) -> Error {
    error(Span::new(0, 0), format!("{len} bytes are more than a condition may have"))
        .with_hint(format!("use at most {MAX_SOURCE_BYTES} bytes"))
}

pub(super) fn too_many_nodes(span: Span) -> Error {
    error(span, format!("the expression has more than {MAX_NODES} parts"))
        .with_hint("test fewer things; a watch can show the rest")
}

pub(super) fn too_deep(span: Span) -> Error {
    error(span, format!("the expression is nested deeper than {MAX_DEPTH} levels"))
        .with_hint("remove brackets")
}

pub(super) fn too_many_loops(span: Span) -> Error {
    error(span, format!("more than {MAX_LOOPS} generators stand within each other"))
        .with_hint("test an inner collection with `in`")
}

pub(super) fn too_much_stack(span: Span, slots: usize, and: &str) -> Error {
    error(span, format!("the expression holds more than {slots} values at a time"))
        .with_hint(format!("compare in several steps joined by `{}`", and.trim()))
}

pub(super) fn empty() -> Error {
    error(Span::default(), "there is no expression").with_hint("write one, such as total > 100")
}

pub(super) fn refused(span: Span, what: &str, instead: &str) -> Error {
    error(span, format!("{what} is not part of a condition")).with_hint(instead)
}

pub(super) fn expected(span: Span, wanted: &str, found: &str) -> Error {
    error(span, format!("expected {wanted}, found {found}"))
}

pub(super) fn unexpected(span: Span, found: &str, and: &str) -> Error {
    error(span, format!("{found} does not belong here"))
        .with_hint(format!("write one expression; join two conditions with `{}`", and.trim()))
}

pub(super) fn unexpected_character(span: Span, character: char) -> Error {
    let shown = character.escape_debug();
    error(span, format!("the character `{shown}` has no meaning in a condition"))
        .with_hint("put text in quotes")
}

pub(super) fn unclosed_string(span: Span) -> Error {
    error(span, "a string is not closed").with_hint("close it with the quote that opened it")
}

pub(super) fn bad_escape(span: Span) -> Error {
    error(span, "an escape sequence is malformed")
        .with_hint("write \\\\ for a backslash, or put r before the string")
}

pub(super) fn bad_number(span: Span) -> Error {
    error(span, "a number is malformed").with_hint("write it as 10, 1_000, 0xff or 1.5e3")
}

pub(super) fn bad_java_escape(span: Span) -> Error {
    error(span, "an escape sequence is not one that a string here can have")
        .with_hint("write \\\\ for a backslash, \\n for a line end, \\u00e9 for a character")
}

pub(super) fn char_literal(span: Span) -> Error {
    error(span, "single quotes hold one char").with_hint("write \"…\" for a string")
}

pub(super) fn too_wide(span: Span, is_long: bool) -> Error {
    let (bits, instead) = match is_long {
        true => (64, "write a double, as in 1e19"),
        false => (32, "put L behind it, as in 3000000000L"),
    };
    error(span, format!("an integer is wider than {bits} bits")).with_hint(instead)
}

pub(super) fn paired_comparison(span: Span) -> Error {
    error(span, "a comparison has two sides").with_hint("write a < b && b < c")
}

pub(super) fn pattern_variable(span: Span) -> Error {
    error(span, "a pattern's variable is not part of a condition")
        .with_hint("write x instanceof C && ((C) x).field == 1")
}

pub(super) fn number_suffix(span: Span, digits: &str) -> Error {
    error(span, "a number has no suffix here").with_hint(format!("write {digits}"))
}

pub(super) fn newline(span: Span) -> Error {
    error(span, "a new line stands only inside parentheses")
        .with_hint("put parentheses around the whole")
}

pub(super) fn unknown_name(span: Span, name: &str, nearest: &[String]) -> Error {
    let unknown = error(span, format!("no name `{name}` is visible at this line"));
    match nearest {
        [] => unknown,
        [one] => unknown.with_hint(format!("did you mean {one}?")),
        [most @ .., last] => {
            unknown.with_hint(format!("did you mean {} or {last}?", most.join(", ")))
        }
    }
}

pub(super) fn redacted(span: Span, name: &str) -> Error {
    error(span, format!("`{name}` is redacted, so neither its value nor a test of it may leave"))
        .with_hint("test another value, or take the name off the redaction list")
}

pub(super) fn unknown_function(span: Span, name: &str, known: &str) -> Error {
    error(span, format!("calling {name}() would run application code"))
        .with_hint(format!("these can be called: {known}"))
}

pub(super) fn called_expression(span: Span) -> Error {
    error(span, "calling the result of an expression would run application code")
        .with_hint("read an attribute or an element instead")
}

pub(super) fn hidden_builtin(span: Span, name: &str) -> Error {
    error(span, format!("`{name}` is a name of the application here; calling it would run code"))
        .with_hint("compare the value itself")
}

pub(super) fn arity(span: Span, name: &str, (least, most): (usize, usize)) -> Error {
    let wanted = match (least, most) {
        (0, 0) => "no argument".to_owned(),
        (1, 1) => "one argument".to_owned(),
        (a, b) if a == b => format!("{a} arguments"),
        (a, b) => format!("{a} to {b} arguments"),
    };
    error(span, format!("{name}() takes {wanted}"))
}

pub(super) fn keyword_argument(span: Span) -> Error {
    error(span, "an argument by name is not part of a condition")
        .with_hint("write == to compare, or pass it by position")
}

pub(super) fn unpacked(span: Span) -> Error {
    error(span, "unpacking with `*` is not part of a condition")
        .with_hint("name the elements, as in a[0]")
}

pub(super) fn comprehension(span: Span) -> Error {
    error(span, "a comprehension stands only in any(…) and all(…)")
        .with_hint("write any(x > 1 for x in xs) or all(x > 1 for x in xs)")
}

pub(super) fn several_loops(span: Span) -> Error {
    error(span, "a second `for` is not part of a condition")
        .with_hint("write any(any(… for y in x) for x in xs)")
}

pub(super) fn dictionary(span: Span) -> Error {
    error(span, "a dict literal is not part of a condition")
        .with_hint("compare its elements, as in d['a'] == 1")
}

pub(super) fn formatted_string(span: Span) -> Error {
    error(span, "an f-string is not part of a condition")
        .with_hint("write the expression itself, or use a log template")
}

pub(super) fn imaginary(span: Span) -> Error {
    error(span, "a complex number is not part of a condition").with_hint("compare real numbers")
}

pub(super) fn slice_step(span: Span) -> Error {
    error(span, "a slice with a step is not part of a condition").with_hint("write a[start:end]")
}

pub(super) fn literal_collection(span: Span) -> Error {
    error(span, "a collection literal stands only on the right of `in`")
        .with_hint("compare elements, as in a[0] == 1, or len(a)")
}

pub(super) fn view(span: Span, name: &str) -> Error {
    error(span, format!("{name}() has no value of its own in a condition")).with_hint(
        "use it on the right of `in`, in a generator, or in len, any, all, min, max or sum",
    )
}

pub(super) fn not_a_class(span: Span) -> Error {
    error(span, "isinstance() takes a class or a tuple of classes")
        .with_hint("write isinstance(x, int) or isinstance(x, (int, float))")
}

pub(super) fn pattern_literal(span: Span, written: &str) -> Error {
    error(span, "a pattern is a string literal, compiled once").with_hint(written)
}

pub(super) fn pattern(span: Span, reason: &str) -> Error {
    error(span, format!("the pattern cannot be used: {reason}"))
}

pub(super) fn pattern_feature(span: Span, what: &str, instead: &str) -> Error {
    error(span, format!("{what} is not part of a pattern here")).with_hint(instead)
}

pub(super) fn pattern_too_large(span: Span) -> Error {
    error(span, "the pattern needs more memory than a condition may have")
        .with_hint("use smaller counts, or [a-z] and [0-9] in place of \\w and \\d")
}

pub(super) fn target(span: Span) -> Error {
    error(span, "after `for` stand one name or several with commas")
        .with_hint("write any(… for x in xs) or any(… for k, v in d.items())")
}

pub(super) fn format_spec(span: Span) -> Error {
    error(span, "a format after `:` is not part of a log template")
        .with_hint("write the expression alone; values are rendered in full")
}

pub(super) fn conversion(span: Span) -> Error {
    error(span, "a conversion after `!` is not part of a log template")
        .with_hint("write the expression alone")
}

pub(super) fn self_documenting(span: Span) -> Error {
    error(span, "`=` after an expression is not part of a log template")
        .with_hint("write the name as text, as in total={total}")
}

pub(super) fn dollar_brace(span: Span, opening: char) -> Error {
    error(span, format!("`{opening}{{` does not open an expression here"))
        .with_hint("write {expression}; {{ and }} are braces")
}

pub(super) fn empty_braces(span: Span) -> Error {
    error(span, "there is no expression between the braces")
        .with_hint("write {total}; {{ and }} are braces")
}

pub(super) fn unclosed_brace(span: Span) -> Error {
    error(span, "a brace is not closed").with_hint("write {expression}; {{ is a brace")
}

pub(super) fn chained_membership(span: Span) -> Error {
    error(span, "a chain with `in` or `is` needs names or literals between")
        .with_hint("join two comparisons with `and`")
}

pub(super) fn pairs(span: Span) -> Error {
    error(span, "pairs of keys and values have no value of their own in a condition")
        .with_hint("write any(… for k, v in d.items())")
}

pub(super) fn substitution(span: Span) -> Error {
    error(span, "a template with ${…} is not part of a condition")
        .with_hint("join the parts with +, as in \"a\" + b")
}

pub(super) fn unclosed_pattern(span: Span) -> Error {
    error(span, "a pattern is not closed").with_hint("write /…/.test(name), on one line")
}

pub(super) fn pattern_alone(span: Span) -> Error {
    error(span, "a pattern stands only before .test(…)").with_hint("write /…/.test(name)")
}

pub(super) fn pattern_flag(span: Span, flag: char) -> Error {
    error(span, format!("the flag {flag} is not part of a pattern here"))
        .with_hint("write i, m, s or u; g and y would keep a place between two tests")
}

pub(super) fn coalesced_logic(span: Span) -> Error {
    error(span, "`??` does not stand beside `||` or `&&`")
        .with_hint("put parentheses around one of them, as in (a ?? b) || c")
}

pub(super) fn signed_power(span: Span) -> Error {
    error(span, "a prefix stands before a power").with_hint("write (-a) ** b or -(a ** b)")
}

pub(super) fn private_alone(span: Span, name: &str) -> Error {
    error(span, format!("`{name}` stands only behind a dot or before `in`"))
        .with_hint(format!("write this.{name}, or ({name} in x)"))
}

pub(super) fn arrow(span: Span) -> Error {
    error(span, "an arrow function is an argument here, and nothing else")
        .with_hint("write >= to compare, or xs.some(x => …), and so every, find, filter and map")
}

pub(super) fn arrow_wanted(span: Span, name: &str) -> Error {
    error(span, format!("{name}() takes an arrow function here"))
        .with_hint(format!("write xs.{name}(x => …)"))
}

pub(super) fn arrow_parameters(span: Span) -> Error {
    error(span, "an arrow function has one parameter here").with_hint("write x => x.price > 10")
}

pub(super) fn arrow_body(span: Span) -> Error {
    error(span, "the body of an arrow function is one expression here")
        .with_hint("write x => x.price > 10, without braces")
}

pub(super) fn array_literal(span: Span) -> Error {
    error(span, "an array literal stands only before .includes(…)")
        .with_hint("write [1, 2].includes(x), or compare elements, as in a[0] === 1")
}

pub(super) fn array_view(span: Span, name: &str) -> Error {
    error(span, format!("{name}() makes an array, which a condition does not")).with_hint(
        "read its .length or [0], or call .some(…), .every(…), .find(…) or .includes(…) on it",
    )
}

pub(super) fn pattern_unknown(span: Span) -> Error {
    error(span, "a pattern stands between slashes, compiled once").with_hint("write /…/.test(name)")
}

pub(super) fn interpolation(span: Span) -> Error {
    error(span, "a string or pattern with #{…} is not part of a condition")
        .with_hint("join the parts with +, or write '…' around a # that means itself")
}

pub(super) fn unclosed_pattern_of_ruby(span: Span) -> Error {
    error(span, "this pattern is not closed").with_hint("write name.match?(/…/)")
}

pub(super) fn changes(span: Span, name: &str) -> Error {
    error(span, format!("{name} would change what it is called on"))
        .with_hint("a condition changes nothing; compare the value itself")
}

pub(super) fn block_wanted(span: Span, name: &str) -> Error {
    error(span, format!("{name} takes a block with an expression here"))
        .with_hint(format!("write xs.{name} {{ |x| … }} or xs.{name}(&:paid)"))
}

pub(super) fn block_parameters(span: Span) -> Error {
    error(span, "a block has up to four plain parameters here")
        .with_hint("write { |x| x.price > 10 }, or { |key, value| … } for a Hash")
}

pub(super) fn range_alone(span: Span) -> Error {
    error(span, "a range literal stands only in brackets, or asked whether it holds a value")
        .with_hint("write (1..9).include?(x), (1..9) === x, x.between?(1, 9) or a[1..2]")
}

pub(super) fn list_literal(span: Span) -> Error {
    error(span, "an array literal is only asked for its elements here")
        .with_hint("write [1, 2].include?(x) or [a, b].max, or compare elements, as in a[0] == 1")
}

pub(super) fn list_view(span: Span, name: &str) -> Error {
    error(span, format!("{name} makes a collection, which a condition does not")).with_hint(
        "ask it at once: .size, .empty?, .first, .include?(…), .any? { … }, .sum, .min or .max",
    )
}

pub(super) fn pattern_flag_of_ruby(span: Span, flag: char) -> Error {
    error(span, format!("the flag {flag} has no place in a pattern here"))
        .with_hint("write i, m or o")
}

pub(super) fn pattern_of_ruby(span: Span) -> Error {
    error(span, "a pattern is only held against a string here, and compiled once")
        .with_hint("write name.match?(/…/) or name =~ /…/")
}
