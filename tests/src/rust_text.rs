//! Just enough of Rust's grammar to tell code from comments and strings, and one function from the
//! next.
//!
//! Knows tokens only, no syntax tree. Invariant: [`code_only`] keeps every line where it was.

/// `text` with comments, strings and character literals blanked, lines kept.
pub fn code_only(text: &str) -> String {
    let source: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < source.len() {
        let end = opaque_end(&source, at);
        if end > at {
            out.extend(source[at..end].iter().map(|&c| if c == '\n' { '\n' } else { ' ' }));
            at = end;
        } else {
            out.push(source[at]);
            at += 1;
        }
    }
    out
}

/// End of the comment, string or character literal that begins at `at`; `at` itself if none does.
fn opaque_end(source: &[char], at: usize) -> usize {
    let next = source.get(at + 1).copied();
    match source[at] {
        '/' if next == Some('/') => line_end(source, at),
        '/' if next == Some('*') => block_comment_end(source, at),
        '"' => quoted_end(source, at),
        'r' if !follows_word(source, at) => raw_string_end(source, at),
        '\'' if next == Some('\\') => {
            // The escaped character itself may be a quote, so the search begins behind it.
            let from = (at + 3).min(source.len());
            source[from..].iter().position(|&c| c == '\'').map_or(source.len(), |n| from + n + 1)
        }
        '\'' if source.get(at + 2) == Some(&'\'') => at + 3,
        _ => at,
    }
}

fn follows_word(source: &[char], at: usize) -> bool {
    // `br"…"` is a raw string too; any other letter before makes `r` the end of a name.
    at > 0 && is_word(source[at - 1]) && source[at - 1] != 'b'
}

fn line_end(source: &[char], at: usize) -> usize {
    source[at..].iter().position(|&c| c == '\n').map_or(source.len(), |n| at + n)
}

fn block_comment_end(source: &[char], at: usize) -> usize {
    let mut depth = 0;
    let mut here = at;
    while here + 1 < source.len() {
        match (source[here], source[here + 1]) {
            ('/', '*') => depth += 1,
            ('*', '/') => depth -= 1,
            _ => {
                here += 1;
                continue;
            }
        }
        here += 2;
        if depth == 0 {
            return here;
        }
    }
    source.len()
}

fn quoted_end(source: &[char], at: usize) -> usize {
    let mut here = at + 1;
    while here < source.len() {
        match source[here] {
            '\\' => here += 2,
            '"' => return here + 1,
            _ => here += 1,
        }
    }
    source.len()
}

fn raw_string_end(source: &[char], at: usize) -> usize {
    let hashes = source[at + 1..].iter().take_while(|&&c| c == '#').count();
    if source.get(at + 1 + hashes) != Some(&'"') {
        return at;
    }
    let mut here = at + 2 + hashes;
    while here < source.len() {
        let closes = source[here] == '"'
            && source[here + 1..].iter().take(hashes).filter(|&&c| c == '#').count() == hashes;
        here += 1;
        if closes {
            return here + hashes;
        }
    }
    source.len()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Whether `line` holds `word` as a whole word.
pub fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}

/// Lines of code outside the trailing test module: neither blank nor only a comment.
pub fn code_line_count(text: &str) -> usize {
    code_only(text)
        .lines()
        .zip(text.lines())
        .take_while(|(_, line)| line.trim() != "#[cfg(test)]")
        .filter(|(code, line)| !code.trim().is_empty() || line.trim_start().starts_with('"'))
        .count()
}

/// A function with a body.
#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Its first line, from 1.
    pub line: usize,
    /// Lines from there to its closing brace.
    pub lines: usize,
    /// Whether it is a table: a few words of preparation, then one `match` to the end.
    pub is_table: bool,
}

/// Every function with a body.
pub fn functions(text: &str) -> Vec<Function> {
    let code = code_only(text);
    let lines: Vec<&str> = code.lines().collect();
    let mut found = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let Some(name) = function_name(line) else { continue };
        if let Some(length) = body_length(&lines[number..]) {
            let is_table = is_table(&lines[number..number + length]);
            found.push(Function { name, line: number + 1, lines: length, is_table });
        }
    }
    found
}

/// Lines before the `match` of a table, its signature included, and behind it.
const AROUND_TABLE: usize = 20;

fn is_table(function: &[&str]) -> bool {
    let opening = function
        .iter()
        .take(AROUND_TABLE)
        .position(|line| has_word(line, "match") && line.trim_end().ends_with('{'));
    let body = opening.and_then(|at| Some((at, body_length(&function[at..])?)));
    body.is_some_and(|(at, length)| at + length + 2 >= function.len())
}

fn function_name(line: &str) -> Option<String> {
    let (before, rest) = line.split_once("fn ")?;
    let head = before.trim_start();
    let modifiers = ["pub", "const", "async", "unsafe", "extern", "default"];
    let is_item = head
        .split_whitespace()
        .all(|word| modifiers.iter().any(|m| word.starts_with(m)) || word.ends_with(')'));
    let name: String = rest.chars().take_while(|&c| is_word(c)).collect();
    (is_item && !name.is_empty()).then_some(name)
}

/// Lines up to the brace that closes the first one opened; none if a `;` comes before it.
fn body_length(lines: &[&str]) -> Option<usize> {
    let (mut braces, mut others) = (0_i32, 0_i32);
    for (number, line) in lines.iter().enumerate() {
        for c in line.chars() {
            match c {
                '(' | '[' => others += 1,
                ')' | ']' => others -= 1,
                '{' => braces += 1,
                '}' => braces -= 1,
                ';' if braces == 0 && others == 0 => return None,
                _ => continue,
            }
            if c == '}' && braces == 0 {
                return Some(number + 1);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_strings_and_characters_are_blanked() {
        let text = "a // b\n/* c /* d */ e */ f \"g\\\"h\" r#\"i\"j\"# 'k' '\\'' 'life br\"l\" m";
        let code = code_only(text);
        assert_eq!(code.split_whitespace().collect::<Vec<_>>(), ["a", "f", "'life", "b", "m"]);
        assert_eq!(code.lines().count(), text.lines().count());
    }

    #[test]
    fn functions_are_measured_to_their_closing_brace() {
        let text = "trait T {\n    fn declared(&self, a: [u8; 3]);\n}\n\
                    pub(crate) fn long(\n    a: u8,\n) {\n    let b = '}';\n}\nfn short() {}\n";
        let found = functions(text).into_iter().map(|f| (f.name, f.line, f.lines, f.is_table));
        let expected = [("long".into(), 4, 5, false), ("short".into(), 9, 1, false)];
        assert_eq!(found.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn one_match_to_the_end_is_a_table() {
        let table =
            "fn word(a: u8) -> &str {\n    let b = a;\n    match b {\n        0 => 1,\n    }\n}\n";
        assert!(functions(table)[0].is_table);
        let more = table.replace("    }\n}", "    }\n    c();\n    d();\n    e()\n}");
        assert!(!functions(&more)[0].is_table);
    }

    #[test]
    fn words_are_whole() {
        assert!(has_word("x = unsafe { y }", "unsafe"));
        assert!(!has_word("expect(unsafe_code)", "unsafe"));
    }

    #[test]
    fn tests_at_the_end_do_not_count_as_code() {
        assert_eq!(code_line_count("//! Head.\n\nfn a() {}\n\n#[cfg(test)]\nmod tests {}\n"), 1);
    }
}
