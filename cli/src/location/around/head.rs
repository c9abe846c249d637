//! What a brace of JavaScript opens, by what stands before it.
//!
//! Knows words and signs between two brackets, each group of brackets as one token. Invariant: what is
//! no function for certain is a block or an object, so that what is around it is taken.

/// What is open.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Block,
    Object,
    Parens,
    Brackets,
    /// The text of a template.
    Template,
    /// With its name, if it has one.
    Class(Option<String>),
    /// With its name, behind that of its class.
    Function(String),
}

/// What stands there.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Word(String),
    /// Text in quotes.
    Text(String),
    /// `=>`.
    Arrow,
    Sign(char),
    /// Parentheses with what is in them.
    Group,
    /// A number, a pattern, other brackets with what is in them.
    Value,
}

use Token::{Arrow, Group, Sign, Text, Value, Word};

/// A function that nothing names.
const NAMELESS: &str = "(anonymous)";
/// Words before parentheses that are no function's.
const CONTROL: [&str; 7] = ["if", "for", "while", "switch", "catch", "with", "await"];
/// Words behind which a value begins.
const BEFORE_VALUES: [&str; 13] = [
    "return",
    "typeof",
    "in",
    "of",
    "new",
    "yield",
    "await",
    "default",
    "case",
    "void",
    "throw",
    "delete",
    "instanceof",
];
/// Words before the name of a member.
const MODIFIERS: [&str; 11] = [
    "async",
    "get",
    "set",
    "static",
    "public",
    "private",
    "protected",
    "override",
    "readonly",
    "abstract",
    "accessor",
];

impl Token {
    /// Whether a value has ended with it.
    pub(super) fn is_value(&self) -> bool {
        match self {
            Word(word) => !BEFORE_VALUES.contains(&word.as_str()),
            Text(_) | Group | Value => true,
            Arrow | Sign(_) => false,
        }
    }

    fn is(&self, word: &str) -> bool {
        matches!(self, Word(own) if own == word)
    }

    fn is_any(&self, words: &[&str]) -> bool {
        matches!(self, Word(own) if words.contains(&own.as_str()))
    }

    /// As the name of a member.
    fn name(&self) -> Option<&str> {
        match self {
            Word(name) | Text(name) => Some(name),
            _ => None,
        }
    }
}

/// What a brace opens behind `head`, in what is `around`.
pub(super) fn kind_of(around: &Kind, head: &[Token]) -> Kind {
    if let Some(name) = function(around, head) {
        return Kind::Function(match around {
            Kind::Class(Some(class)) => format!("{class}.{name}"),
            _ => name,
        });
    }
    if let Some(class) = class(head) {
        return Kind::Class(class);
    }
    let is_value = match head.last() {
        None => matches!(around, Kind::Parens | Kind::Brackets),
        Some(Sign(sign)) => *sign != '*',
        Some(word) => word.is_any(&BEFORE_VALUES),
    };
    if is_value { Kind::Object } else { Kind::Block }
}

/// The name of a class whose body begins, if one does.
fn class(head: &[Token]) -> Option<Option<String>> {
    let at = head.iter().rposition(|token| token.is("class"))?;
    if at > 0 && head[at - 1] == Sign('.') {
        return None;
    }
    let name = head.get(at + 1).filter(|name| !name.is_any(&["extends", "implements"]));
    Some(name.and_then(Token::name).map(str::to_owned))
}

/// The name of a function whose body begins, if one does.
fn function(around: &Kind, head: &[Token]) -> Option<String> {
    if let Some((Arrow, before)) = head.split_last() {
        return Some(given(around, parameters(before)));
    }
    // Behind the parameters stands nothing, or a type, which may be an object's.
    if head.last().is_some_and(|last| matches!(last, Sign(sign) if *sign != '>')) {
        return None;
    }
    let at = head.iter().rposition(|token| *token == Group)?;
    if head.get(at + 1).is_some_and(|after| *after != Sign(':')) {
        return None;
    }
    let before = without_types(&head[..at]);
    let (last, others) = before.split_last()?;
    let others_before = others.strip_suffix(&[Sign('*')]).unwrap_or(others);
    if last.is("function") || others_before.last().is_some_and(|word| word.is("function")) {
        let own = if last.is("function") { None } else { last.name() };
        let expression =
            if last.is("function") { others } else { &others_before[..others_before.len() - 1] };
        return Some(own.map_or_else(|| given(around, expression), str::to_owned));
    }
    if *last == Sign('*') && others.last().is_some_and(|word| word.is("function")) {
        return Some(given(around, &others[..others.len() - 1]));
    }
    member(around, last, others)
}

/// The name of a method, `last`, behind what stands before it.
fn member(around: &Kind, last: &Token, others: &[Token]) -> Option<String> {
    let begins = match (around, others.last()) {
        (Kind::Class(_) | Kind::Object, None | Some(Sign(',' | '*'))) => true,
        (Kind::Object, Some(word)) => word.is_any(&MODIFIERS),
        // A field without a semicolon may stand before it, or a decorator.
        (Kind::Class(_), Some(before)) => !matches!(before, Sign(_) | Arrow),
        _ => false,
    };
    if !begins || last.is_any(&CONTROL) {
        return None;
    }
    match last {
        Word(name) | Text(name) => Some(name.clone()),
        Value => Some(NAMELESS.to_owned()),
        _ => None,
    }
}

/// What stands before the parameters of an arrow function.
fn parameters(head: &[Token]) -> &[Token] {
    let before = match head.split_last() {
        Some((Word(_), before)) if !head[..head.len() - 1].ends_with(&[Sign(':')]) => before,
        // With or without a type behind them.
        _ => match head.iter().rposition(|token| *token == Group) {
            Some(at) => without_types(&head[..at]),
            None => head,
        },
    };
    match before.split_last() {
        Some((last, before)) if last.is("async") => before,
        _ => before,
    }
}

/// Without type parameters at its end.
fn without_types(head: &[Token]) -> &[Token] {
    if head.last() != Some(&Sign('>')) {
        return head;
    }
    let mut open = 0_i32;
    for (at, token) in head.iter().enumerate().rev() {
        match token {
            Sign('>') => open += 1,
            Sign('<') => open -= 1,
            _ => {}
        }
        if open == 0 {
            return &head[..at];
        }
    }
    head
}

/// The name that a function expression is given by what stands before it.
fn given(around: &Kind, head: &[Token]) -> String {
    let head = match head.split_last() {
        Some((last, before)) if last.is("async") => before,
        _ => head,
    };
    let name = match head.split_last() {
        Some((Sign('='), target)) => assigned(around, target),
        Some((Sign(':'), [.., name])) if *around == Kind::Object => name.name(),
        _ => None,
    };
    name.unwrap_or(NAMELESS).to_owned()
}

/// The name of what is assigned to; a type may stand behind it.
fn assigned<'h>(around: &Kind, target: &'h [Token]) -> Option<&'h str> {
    let declared = target.iter().rposition(|token| token.is_any(&["const", "let", "var"]));
    let from = match (declared, around) {
        (Some(at), _) => Some(at + 1),
        (None, Kind::Class(_)) => {
            let typed = target.iter().rposition(|token| *token == Sign(':'));
            typed.and_then(|at| at.checked_sub(1))
        }
        _ => None,
    };
    let first = from.and_then(|at| target.get(at)).filter(|_| {
        from.is_some_and(|at| target.get(at + 1).is_some_and(|next| *next == Sign(':')))
    });
    match (first, target.last()?) {
        (Some(Word(name)), _) | (None, Word(name)) => Some(name),
        _ => None,
    }
}
