//! Maps by example, and maps that no tool made.
//!
//! Knows the crate from outside. Invariant: whatever is read, nothing panics, and what comes out can be
//! asked everything.

use proptest::prelude::*;
use stillframe_maps::{Fault, Fit, Map, index, location, read, words_agree};

/// Two lines of code of two sources; the second line has a name.
const FLAT: &str = r#"{"version":3,"sourceRoot":"../src","sources":["a.ts",null],
    "sourcesContent":["let a = 1\n"],"names":["total"],"mappings":"AAAA,IAAI;;ACCAA,KAAK,E"}"#;

fn map(text: &str) -> Map {
    read(text.as_bytes(), "/app/dist").expect("a map")
}

fn fault(text: &str) -> Fault {
    read(text.as_bytes(), "/app/dist").expect_err("no map")
}

#[test]
fn a_place_was_written_where_the_last_token_before_it_says() {
    let map = map(FLAT);
    let at = |line, column| {
        let there = map.original((line, column))?;
        Some((there.source, there.line, there.column, there.name))
    };
    assert_eq!(at(0, 0), Some((0, 0, 0, None)));
    assert_eq!(at(0, 3), Some((0, 0, 0, None)));
    assert_eq!(at(0, 40), Some((0, 0, 4, None)));
    assert_eq!(at(1, 0), None, "code of a line without tokens is of no source");
    assert_eq!(at(2, 0), Some((1, 1, 4, Some("total"))));
    assert_eq!(at(2, 9), None, "what a token without a source begins is of none");
    assert_eq!(map.name((2, 0)), Some("total"));
    assert_eq!(map.name((2, 1)), None);
    let paths: Vec<&str> = map.sources().iter().map(|source| &*source.path).collect();
    assert_eq!(paths, ["/app/src/a.ts", "/app/src"]);
    assert_eq!(map.sources()[0].text.as_deref(), Some("let a = 1\n"));
}

#[test]
fn a_part_of_a_map_is_about_one_source() {
    let whole = map(FLAT);
    for source in 0..2 {
        let part = whole.part(source);
        for (line, column) in (0..4).flat_map(|line| (0..12).map(move |column| (line, column))) {
            let of_whole = whole.original((line, column)).filter(|there| there.source == source);
            let of_part = part.original((line, column));
            let what = |there: Option<stillframe_maps::Original<'_>>| {
                there.map(|there| (there.line, there.column, there.name.map(str::to_owned)))
            };
            assert_eq!(what(of_part), what(of_whole), "{source} at {line}:{column}");
        }
    }
}

#[test]
fn sections_lie_where_they_begin() {
    let text = r#"{"version":3,"sections":[
        {"offset":{"line":0,"column":4},"map":{"version":3,"sources":["a.ts"],"mappings":"AAAA;AACA"}},
        {"offset":{"line":7,"column":0},"map":{"version":3,"sources":["b.ts"],"mappings":"AAAA"}}]}"#;
    let map = map(text);
    let at = |line, column| map.original((line, column)).map(|there| (there.source, there.line));
    assert_eq!(
        [at(0, 3), at(0, 4), at(1, 0), at(7, 0)],
        [None, Some((0, 0)), Some((0, 1)), Some((1, 0))]
    );
    let paths = index(text.as_bytes(), "/app/dist").expect("sources");
    assert_eq!(
        paths.iter().map(|path| &**path).collect::<Vec<_>>(),
        ["/app/dist/a.ts", "/app/dist/b.ts"]
    );
}

#[test]
fn what_stands_before_the_json_is_passed_by() {
    let flat = r#"{"version":3,"sources":["a.ts"],"mappings":"AAAA"}"#;
    for text in [format!("\u{feff}{flat}"), format!(")]}}'\n{flat}"), format!(")]}}' x\n{flat}")] {
        assert_eq!(map(&text).tokens(), 1);
    }
}

#[test]
fn each_fault_is_told_from_the_others() {
    assert!(matches!(fault("<html>"), Fault::NoMap(_)));
    assert!(matches!(fault("3"), Fault::NoMap(_)));
    assert!(matches!(fault(r#"{"sources":3}"#), Fault::NoMap(_)));
    assert_eq!(fault("{}"), Fault::NoMappings);
    assert_eq!(fault(r#"{"sources":["a"],"mappings":""}"#), Fault::NoMappings);
    assert_eq!(fault(r#"{"sources":["a"],"mappings":"A"}"#), Fault::NoMappings);
    for mappings in ["AAAAAAA", "ACAA", "AADA", "D", "AAAg", "AAAAC"] {
        let text = format!(r#"{{"sources":["a"],"mappings":"{mappings}"}}"#);
        assert!(matches!(fault(&text), Fault::Malformed(_)), "{mappings}: {:?}", fault(&text));
    }
    let many = ",".repeat((4 << 20) + 1);
    assert_eq!(fault(&format!(r#"{{"sources":["a"],"mappings":"{many}"}}"#)), Fault::TooLong);
}

#[test]
fn a_map_is_of_the_texts_whose_words_it_joins() {
    let map = map(r#"{"version":3,"sources":["a.ts"],"mappings":"AAAA,IAAI,IAAI"}"#);
    let fit = |generated, original| words_agree(&map, 0, generated, original);
    let same = Fit { inside: 3, outside: 0, same: 2, different: 0 };
    assert_eq!(fit("let abc = 1", "let abc : number = 1"), same);
    let other = Fit { inside: 3, outside: 0, same: 1, different: 1 };
    assert_eq!(fit("let abc = 1", "let xyz : number = 1"), other);
    assert_eq!(fit("let", "let"), Fit { inside: 1, outside: 2, same: 1, different: 0 });
}

/// Asks a map everything.
fn ask(map: &Map) {
    for (at, there) in map.places().take(500) {
        assert!(there.source < map.sources().len());
        let _answers = (map.original(at), map.name(at), map.last_line());
    }
    for source in 0..map.sources().len().min(4) {
        let part = map.part(source);
        assert!(part.tokens() <= map.tokens());
        let _fit = words_agree(&part, 0, "a b\nc", "d\n\u{1f600} e");
    }
}

proptest! {
    #[test]
    fn any_mappings_are_read_or_refused(
        mappings in "[A-Za-f0-9+/,;!]{0,200}",
        sources in 0..4usize,
        names in 0..3usize,
        line in any::<u32>(),
        column in any::<u32>(),
    ) {
        let sources = vec!["a.ts"; sources];
        let names = vec!["n"; names];
        let flat = serde_json::json!({ "sources": sources, "names": names, "mappings": mappings });
        let offset = serde_json::json!({ "line": line, "column": column });
        let sections = serde_json::json!({ "sections": [{ "offset": offset, "map": flat }] });
        for text in [flat.to_string(), sections.to_string()] {
            if let Ok(map) = read(text.as_bytes(), "/") {
                ask(&map);
            }
            let _index = index(text.as_bytes(), "/");
        }
    }

    #[test]
    fn a_map_with_bytes_changed_is_read_or_refused(
        changes in prop::collection::vec((0..FLAT.len(), any::<u8>()), 0..6),
        end in 0..FLAT.len(),
    ) {
        let mut bytes = FLAT.as_bytes().to_vec();
        for (at, byte) in changes {
            bytes[at] = byte;
        }
        for bytes in [&bytes[..], &bytes[..end]] {
            if let Ok(map) = read(bytes, "/app") {
                ask(&map);
            }
            let _index = index(bytes, "/app");
        }
    }

    #[test]
    fn any_url_names_a_place_or_none(url in "\\PC{0,40}", script in "/[a-z/.]{0,20}") {
        for url in [url.clone(), format!("data:{url}"), format!("data:;base64,{url}")] {
            let _place = location(&script, &url);
        }
        let map = serde_json::json!({ "sources": [url], "sourceRoot": url, "mappings": "AAAA" });
        if let Ok(map) = read(map.to_string().as_bytes(), &script) {
            let path = &map.sources()[0].path;
            prop_assert!(path.starts_with('/') || path.contains("://"), "{path}");
            prop_assert!(!path.split('/').any(|part| part == ".."), "{path}");
        }
    }
}

#[test]
fn sources_are_numbered_before_a_map_is_read_as_they_are_then() {
    let text = r#"{"version":3,"sources":["of no section.ts"],"mappings":"AAAA","sections":[
        {"offset":{"line":0,"column":0},"map":{"version":3,"sources":["none.ts"]}},
        {"offset":{"line":0,"column":0},"map":{"version":3,"sources":["a.ts"],"mappings":"AAAA"}}]}"#;
    let named = index(text.as_bytes(), "/app").expect("its sources");
    assert_eq!(named, ["/app/a.ts".into()]);
    let map = map(text);
    assert_eq!(map.original((0, 0)).map(|there| there.source), Some(0));
}
