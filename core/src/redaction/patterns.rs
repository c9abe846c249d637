//! What secrets look like as values.
//!
//! Knows no names. Invariant: every pattern is matched in time linear in the text, and runs on the
//! shipper only.

use super::card;
use regex::bytes::Regex;
use std::borrow::Cow;
use std::sync::LazyLock;

/// A secret anywhere in a text. JSON web tokens; PEM blocks; AWS, GitHub, GitLab, Slack, Stripe and
/// Google keys; `Bearer` and `Basic` credentials; a password within a URL; `password=…` and
/// `"token": "…"` as request bodies and connection strings have them.
static WHOLE: LazyLock<Regex> = LazyLock::new(|| {
    compile(&[
        r"eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)*",
        r"-----BEGIN [A-Z0-9 ]*(?:PRIVATE KEY|CERTIFICATE|MESSAGE)[\s\S]*?(?:-----END [A-Z0-9 ]+-----|$)",
        r"\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}\b",
        r"\b(?:gh[pousr]_[A-Za-z0-9]{16,}|github_pat_[A-Za-z0-9_]{16,}|glpat-[A-Za-z0-9_-]{16,})",
        r"\b(?:xox[abprs]-[A-Za-z0-9-]{10,}|[sr]k_(?:live|test)_[A-Za-z0-9]{10,}|AIza[A-Za-z0-9_-]{30,})",
        r"(?i:\b(?:bearer|basic)\s+[A-Za-z0-9._~+/-]{8,}=*)",
        r"(?i:\b[a-z][a-z0-9+.-]*://[^\s/?#@:]*:[^\s/?#@]+@)",
        r#"(?i:(?:password|passwd|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|authorization|session[_-]?id)\\?["']?\s?(?:=|:|=>)\s?\\?["']?[^\s"'\\&;,}]+)"#,
    ])
});

/// The beginning of one that a cut left at the end of a text.
static TAIL: LazyLock<Regex> = LazyLock::new(|| {
    compile(&[
        r"\beyJ[A-Za-z0-9_.-]*$",
        r"-----BEGIN [A-Z0-9 ]*-{0,5}$",
        r"\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{0,15}$",
        r"\b(?:gh[pousr]_[A-Za-z0-9]*|github_pat_[A-Za-z0-9_]*|glpat-[A-Za-z0-9_-]*)$",
        r"\b(?:xox[abprs]-[A-Za-z0-9-]*|[sr]k_(?:live|test)_[A-Za-z0-9]*|AIza[A-Za-z0-9_-]*)$",
        r"(?i:\b(?:bearer|basic)\s+[A-Za-z0-9._~+/=-]*)$",
        r"(?i:\b[a-z][a-z0-9+.-]*://[^\s/?#@]*)$",
    ])
});

fn compile(patterns: &[&str]) -> Regex {
    Regex::new(&format!("(?-u){}", patterns.join("|"))).expect("the patterns are well formed")
}

/// Compiles the patterns, unless they are.
pub(super) fn prepare() {
    LazyLock::force(&WHOLE);
    LazyLock::force(&TAIL);
}

/// Whether `text` holds a secret; with `cut` (its tail is missing), whether one may begin at its end.
pub(super) fn holds_secret(text: &[u8], cut: bool) -> bool {
    WHOLE.is_match(text) || card::holds_card(text, cut) || (cut && TAIL.is_match(text))
}

/// Stands for what was redacted already while a line is judged: no pattern takes it for a value,
/// because it begins as no value does.
const DONE: &str = ",\u{e000}";

/// `text` with every secret replaced by `word`; all of it where only the whole can be judged. What
/// `word` stands for already stays as it is.
pub(super) fn replace_secrets<'a>(text: &'a str, word: &str) -> Cow<'a, str> {
    if !text.contains(word) {
        return replaced(text, word);
    }
    match replaced(&text.replace(word, DONE), word) {
        Cow::Borrowed(_) => Cow::Borrowed(text),
        Cow::Owned(line) => Cow::Owned(line.replace(DONE, word)),
    }
}

fn replaced<'a>(text: &'a str, word: &str) -> Cow<'a, str> {
    if !holds_secret(text.as_bytes(), false) {
        return Cow::Borrowed(text);
    }
    let replaced = WHOLE.replace_all(text.as_bytes(), word.as_bytes());
    match String::from_utf8(replaced.into_owned()) {
        Ok(line) if !holds_secret(line.replace(word, DONE).as_bytes(), false) => Cow::Owned(line),
        _ => Cow::Owned(word.to_owned()),
    }
}
