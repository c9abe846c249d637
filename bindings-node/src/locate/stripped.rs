//! Sources of TypeScript that Node runs as they lie on the disk, but for the types.
//!
//! Node blanks them and moves nothing, so lines and columns are those of the file. Invariant: a file is
//! taken for the source of a script only if all that V8 has of it stands at the same place there.

use super::scripts::Script;
use stillframe_core::host::SourceText;

/// Endings of files whose types Node blanks.
const TYPED: [&str; 3] = ["ts", "mts", "cts"];
/// Bytes of a file that is compared, while the application waits.
const MOST_BYTES: u64 = 4 << 20;
/// What Node puts behind the text.
const SOURCE_URL: &str = "\n\n//# sourceURL=";

/// Text of the file of a script whose types Node blanked; none of a script that is no such one.
pub(super) fn source(script: &Script, text: &str) -> Option<SourceText> {
    script.path.rsplit_once('.').filter(|(_, ending)| TYPED.contains(ending))?;
    let text = text.rfind(SOURCE_URL).map_or(text, |end| &text[..end]);
    let there = std::fs::metadata(&script.path).ok();
    let Some(there) = there.filter(|there| there.is_file() && there.len() <= MOST_BYTES) else {
        return Some(SourceText::Unavailable);
    };
    let file = std::fs::read(&script.path).ok();
    match file.filter(|file| is_blanked(text, &String::from_utf8_lossy(file))) {
        Some(file) => Some(SourceText::Known(file)),
        None if there.modified().is_ok_and(|changed| changed > script.came) => {
            Some(SourceText::ChangedSince)
        }
        None => Some(SourceText::Unavailable),
    }
}

/// Whether `text` is `file` with some of it blanked.
fn is_blanked(text: &str, file: &str) -> bool {
    let file = file.strip_prefix('\u{feff}').unwrap_or(file);
    // Where a type went, a sign that ended a statement or its parameters may have come.
    let is_blank = |unit: u16| {
        let one = char::from_u32(u32::from(unit)).unwrap_or('x');
        one.is_whitespace() || "\u{feff};(),".contains(one)
    };
    let mut same = text.encode_utf16().zip(file.encode_utf16());
    let is_same = |(here, there): (u16, u16)| {
        here == there || (is_blank(here) && (here == 0x0a) == (there == 0x0a))
    };
    text.encode_utf16().count() == file.encode_utf16().count() && same.all(is_same)
}
