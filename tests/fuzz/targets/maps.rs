//! The reader of source maps, given maps that no tool made.
//!
//! An input is a map, or where one is. Checked: nothing panics, nothing hangs, what a map names is what
//! was said of it before it was read whole, and what a part says of its source is what the whole says.

#![no_main]

use libfuzzer_sys::fuzz_target;
use stillframe_maps::{Map, index, location, read, words_agree};

const FOLDER: &str = "/app/dist";
/// Sources and places that one input is asked about.
const MOST_SOURCES: usize = 8;
const MOST_PLACES: usize = 500;

fn ask(map: &Map, source: usize) {
    let part = map.part(source);
    assert!(part.tokens() <= map.tokens(), "a part has more than the whole");
    let ranges = part.ranges();
    for (at, _) in part.places().take(MOST_PLACES) {
        let is_within = ranges.iter().any(|(from, to)| *from <= at && at <= *to);
        assert!(is_within, "{at:?} is in none of {ranges:?}");
    }
    for (at, _) in map.places().take(MOST_PLACES) {
        let Some(there) = map.original(at).filter(|there| there.source == source) else { continue };
        let said = part.original(at).map(|said| (said.line, said.column, said.name));
        assert_eq!(said, Some((there.line, there.column, there.name)), "{at:?}");
    }
}

fuzz_target!(|input: &[u8]| {
    if let Ok(url) = std::str::from_utf8(input) {
        let _where = location("/app/dist/main.js", url);
    }
    let named = index(input, FOLDER);
    let Ok(map) = read(input, FOLDER) else { return };
    let paths: Vec<&str> = map.sources().iter().map(|source| &*source.path).collect();
    let named = named.expect("what can be read whole names its sources");
    assert_eq!(named.iter().map(|path| &**path).collect::<Vec<&str>>(), paths);
    assert!(map.tokens() <= input.len(), "more tokens than bytes");
    for (source, one) in map.sources().iter().enumerate().take(MOST_SOURCES) {
        ask(&map, source);
        let text = one.text.as_deref().unwrap_or("let total = 1\n");
        let fit = words_agree(&map, source, text, text);
        assert!(fit.same + fit.different <= fit.inside);
    }
    for (at, there) in map.places().take(MOST_PLACES) {
        // Of several tokens of one place the first is meant, which may be of no source.
        let meant = map.original(at).map_or(0, |meant| meant.source);
        assert!(there.source < paths.len() && meant < paths.len());
        let _name = map.name(at);
    }
});
