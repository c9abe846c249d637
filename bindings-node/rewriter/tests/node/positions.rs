//! Where tokens lie, in an old source and its new one.
//!
//! Knows the tokeniser, and nothing of the rewriter. Invariant: lines and columns are counted here,
//! not by what is tested.

use oxc_allocator::Allocator;
use oxc_parser::Parser;
use oxc_parser::config::TokensParserConfig;
use oxc_span::SourceType;

/// The first token of the old source that does not lie at its line and column in the new one; also
/// the first of what was inserted that belongs to no check.
pub(crate) fn moved(old: &str, new: &str) -> Option<String> {
    let kinds = [SourceType::cjs(), SourceType::mjs(), SourceType::script()];
    let both = |kind| Some((tokens(old, kind)?, tokens(new, kind)?));
    let Some((old, new)) = kinds.into_iter().find_map(both) else {
        return Some("it cannot be read".to_owned());
    };
    let mut rest = new.iter();
    let mut added = String::new();
    for token in &old {
        loop {
            let Some(other) = rest.next() else { return Some(format!("{token:?}")) };
            if other == token {
                break;
            }
            added.push_str(other.2);
        }
    }
    added.extend(rest.map(|token| token.2));
    let opens = added.matches("!==void0&&new__sf").count();
    (opens == 0 && !added.is_empty()).then_some(added)
}

/// Line, column and text of each token, if there is nothing against the source.
fn tokens(source: &str, kind: SourceType) -> Option<Vec<(usize, usize, &str)>> {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, source, kind).with_config(TokensParserConfig).parse();
    if !parsed.diagnostics.is_empty() {
        return None;
    }
    let (mut at, mut line, mut begin) = (0, 1, 0);
    let mut all = Vec::new();
    for token in &parsed.tokens {
        let start = token.start() as usize;
        for (offset, ending) in
            source[at..start].match_indices(['\n', '\r', '\u{2028}', '\u{2029}'])
        {
            let end = at + offset + ending.len();
            if !(ending == "\r" && source[end..].starts_with('\n')) {
                line += 1;
            }
            begin = end;
        }
        at = start;
        all.push((line, start - begin, &source[start..token.end() as usize]));
    }
    Some(all)
}
