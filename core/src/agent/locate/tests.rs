//! Locations against a runtime made of texts.
//!
//! Here: which file and how its source compares. Which line is in [`lines`], names in [`names`].

use super::{Located, Refused, Site, locate};
use crate::error::Result;
use crate::host::{LoadedFile, LoadedFunction, Named, Names, Runtime, SourceText, Span};
use crate::location::source_sha256;
use crate::probe::{Location, SourceMatch};

mod lines;
mod names;

const CART: &str = "import rules\n\n\nclass Cart:\n    def total(self):\n        total = 0\n        \
                    total = (\n            total + 1\n        )\n        # a comment\n        \
                    return round(total)\n";

#[derive(Clone)]
struct File {
    path: &'static str,
    real_path: Option<&'static str>,
    is_application: bool,
    source: SourceText,
    functions: Vec<LoadedFunction>,
}

impl File {
    fn loaded(&self) -> LoadedFile {
        LoadedFile {
            path: self.path.to_owned(),
            real_path: self.real_path.map(str::to_owned),
            is_application: self.is_application,
        }
    }
}

struct Texts(Vec<File>);

impl Runtime for Texts {
    fn run_soon(&self, task: Box<dyn FnOnce() + Send>) -> bool {
        task();
        true
    }

    fn files(&self, file_name: &str) -> Vec<LoadedFile> {
        let named = |file: &&File| file.path.rsplit('/').next() == Some(file_name);
        self.0.iter().filter(named).map(File::loaded).collect()
    }

    fn source(&self, file: &LoadedFile) -> SourceText {
        let found = self.0.iter().find(|one| one.path == file.path);
        found.map_or(SourceText::Unavailable, |one| one.source.clone())
    }

    fn functions(&self, file: &LoadedFile) -> Vec<LoadedFunction> {
        let found = self.0.iter().find(|one| one.path == file.path);
        found.map(|one| one.functions.clone()).unwrap_or_default()
    }

    fn is_whole(&self, file: &LoadedFile) -> bool {
        !file.path.contains("/partly/")
    }

    fn is_looking(&self, path: &str) -> bool {
        path.starts_with("unread/")
    }

    fn file_names(&self) -> Vec<String> {
        self.0.iter().filter_map(|file| Some(file.path.rsplit('/').next()?.to_owned())).collect()
    }

    fn named(&self, name: &str) -> Option<Named> {
        let file = || self.files("cart.py").first().cloned();
        match name {
            "shop.cart.Cart.total" => Some(Named { file: file()?, code: Some(2) }),
            "shop.cart.Cart" | "shop.cart" => Some(Named { file: file()?, code: None }),
            _ => None,
        }
    }

    fn files_with(&self, name: &str) -> Vec<LoadedFile> {
        let last = |name: &str| name.rsplit('.').next().map(str::to_owned);
        let is_it = |one: &LoadedFunction| last(&one.name) == last(name);
        let files = self.0.iter().filter(|file| file.functions.iter().any(is_it));
        files.map(File::loaded).collect()
    }

    fn names(&self, _code: u64, _line: u32, _span: Option<Span>) -> Box<dyn Names + '_> {
        unreachable!("locating resolves no names")
    }

    fn arm(
        &self,
        _site: u32,
        _code: u64,
        _line: u32,
        _attrs: &[Box<str>],
    ) -> Result<Option<String>> {
        unreachable!("locating arms nothing")
    }

    fn disarm(&self, _site: u32) {}
    fn forked(&self) {}
}

fn function(code: u64, name: &str, first_line: u32, lines: &[u32]) -> LoadedFunction {
    let runs_once = name == "<module>" || name == "Cart";
    LoadedFunction { code, name: name.to_owned(), first_line, lines: lines.to_vec(), runs_once }
}

fn cart(path: &'static str, text: &str, shift: u32) -> File {
    let at = |lines: &[u32]| lines.iter().map(|line| line + shift).collect::<Vec<_>>();
    File {
        path,
        real_path: None,
        is_application: true,
        source: SourceText::Known(text.into()),
        functions: vec![
            function(1, "<module>", 1, &[1, 4 + shift]),
            function(2, "Cart.total", 5 + shift, &at(&[5, 6, 7, 8, 11])),
        ],
    }
}

fn typed(text: &str, source: Option<&str>, line_text: Option<&str>) -> Location {
    let mut location: Location = text.parse().expect("a location");
    location.source_sha256 = source.map(|source| source_sha256(source.as_bytes()));
    location.line_text = line_text.map(str::to_owned);
    location.around = line_text.map(|_| "Cart.total".to_owned());
    location
}

fn found(located: Located) -> (u32, SourceMatch, Option<String>, Vec<Site>) {
    match located {
        Located::Found(found) => (found.at.line, found.at.source, found.at.note, found.sites),
        other => panic!("not found: {other:?}"),
    }
}

fn refusal(located: Located) -> Refused {
    match located {
        Located::Refused(refused) => *refused,
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn an_equal_source_is_armed_at_its_line() {
    let runtime = Texts(vec![cart("/app/shop/cart.py", CART, 0)]);
    let (line, source, note, sites) =
        found(locate(&runtime, &typed("shop/cart.py:11", Some(CART), None), false, None));
    assert_eq!((line, source, note), (11, SourceMatch::Equal, None));
    assert_eq!(sites, [Site { code: 2, line: 11 }]);
}

#[test]
fn a_location_typed_without_source_is_unverified() {
    let runtime = Texts(vec![cart("/app/shop/cart.py", CART, 0)]);
    let (line, source, ..) = found(locate(&runtime, &typed("cart.py:11", None, None), false, None));
    assert_eq!((line, source), (11, SourceMatch::Unverifiable));
}

#[test]
fn lines_without_code_snap_and_say_so() {
    let runtime = Texts(vec![cart("/app/shop/cart.py", CART, 0)]);
    for (asked, armed) in [(9, 8), (10, 11)] {
        let location = typed(&format!("cart.py:{asked}"), Some(CART), None);
        let (line, _, note, _) = found(locate(&runtime, &location, false, None));
        assert_eq!(line, armed, "line {asked}");
        assert!(note.is_some_and(|note| note.contains(&format!("armed at {armed}"))));
    }
    let behind = refusal(locate(&runtime, &typed("cart.py:99", Some(CART), None), false, None));
    assert_eq!(behind.why.code, "line_not_executable");
    assert_eq!(behind.why.hint.as_deref(), Some("the file has 11 lines"));
}

#[test]
fn a_moved_line_is_followed_within_its_function() {
    let moved = format!("import os\nimport sys\n{CART}");
    let runtime = Texts(vec![cart("/app/shop/cart.py", &moved, 2)]);
    let location = typed("shop/cart.py:11", Some(CART), Some("        return round(total)"));
    let (line, source, note, _) = found(locate(&runtime, &location, false, None));
    assert_eq!((line, source), (13, SourceMatch::Moved));
    assert_eq!(note.as_deref(), Some("line moved 11 -> 13"));
}

#[test]
fn a_line_that_is_gone_is_refused_with_what_resembles_it() {
    let other = CART.replace("return round(total)", "return round(total, 2)");
    let runtime = Texts(vec![cart("/app/shop/cart.py", &other, 0)]);
    let location = typed("shop/cart.py:11", Some(CART), Some("        return round(total)"));
    let refused = refusal(locate(&runtime, &location, false, None));
    assert_eq!(refused.why.code, "source_differs");
    assert_eq!(refused.why.message, "line 11 is gone");
    assert_eq!(refused.why.hint.as_deref(), Some("the nearest is line 11"));
    let running = refused.running.expect("both sources are shown");
    assert_eq!(running.nearest, Some((11, "        return round(total, 2)".to_owned())));
    let (line, source, note, _) = found(locate(&runtime, &location, true, None));
    assert_eq!((line, source), (11, SourceMatch::Different));
    assert_eq!(note.as_deref(), Some("armed unchecked: the source differs"));
}

#[test]
fn a_line_that_stands_twice_is_never_guessed() {
    let twice = CART.replace("total = 0", "return round(total)");
    let runtime = Texts(vec![cart("/app/shop/cart.py", &twice, 0)]);
    let location = typed("shop/cart.py:11", Some(CART), Some("        return round(total)"));
    let refused = refusal(locate(&runtime, &location, false, None));
    assert!(refused.why.message.ends_with("at 6 and 11"), "{}", refused.why.message);
}

#[test]
fn content_beats_folders_and_folders_must_match() {
    let old = CART.replace("round", "floor");
    let runtime = Texts(vec![
        cart("/app/legacy/shop/cart.py", &old, 0),
        cart("/srv/elsewhere/cart.py", CART, 0),
    ]);
    let located = locate(&runtime, &typed("shop/cart.py:11", Some(CART), None), false, None);
    let Located::Found(by_content) = located else { panic!("{located:?}") };
    assert_eq!(by_content.at.file, "/srv/elsewhere/cart.py");
    assert_eq!(by_content.not_probed, ["/app/legacy/shop/cart.py"]);
    let located = locate(&runtime, &typed("checkout/cart.py:11", None, None), false, None);
    let Located::Pending(pending) = located else { panic!("{located:?}") };
    assert_eq!(pending.not_probed.len(), 2);
}

#[test]
fn a_tie_is_refused_unless_one_is_the_application() {
    let mut files = vec![cart("/a/shop/cart.py", CART, 0), cart("/b/shop/cart.py", CART, 0)];
    let location = typed("shop/cart.py:11", None, None);
    let refused = refusal(locate(&Texts(files.clone()), &location, false, None));
    assert_eq!(refused.why.code, "ambiguous");
    assert!(refused.why.message.contains("/a/shop/cart.py, /b/shop/cart.py"));
    files[0].is_application = false;
    let located = locate(&Texts(files), &location, false, None);
    assert!(matches!(located, Located::Found(found) if found.at.file == "/b/shop/cart.py"));
}

#[test]
fn a_source_that_cannot_be_compared_is_armed_only_when_told_to() {
    for (source, code) in
        [(SourceText::ChangedSince, "restart_pending"), (SourceText::Unavailable, "no_source")]
    {
        let mut file = cart("/app/cart.py", CART, 0);
        file.source = source;
        let runtime = Texts(vec![file]);
        let location = typed("cart.py:11", Some(CART), None);
        assert_eq!(refusal(locate(&runtime, &location, false, None)).why.code, code);
        assert!(found(locate(&runtime, &location, true, None)).2.is_some());
    }
}

#[test]
fn without_any_source_a_line_is_armed_as_unverified_where_it_has_code() {
    let mut file = cart("/app/cart.py", CART, 0);
    file.source = SourceText::Unavailable;
    let runtime = Texts(vec![file]);
    let (line, source, note, _) =
        found(locate(&runtime, &typed("cart.py:11", None, None), false, None));
    assert_eq!((line, source, note), (11, SourceMatch::Unverifiable, None));
    // Whether a line without code belongs to the one before or to the next cannot be seen.
    for text in ["cart.py:10", "cart.py:400"] {
        let why = refusal(locate(&runtime, &typed(text, None, None), false, None)).why;
        assert_eq!(why.code, "line_not_executable", "{text}");
        assert!(why.hint.is_some_and(|hint| hint.contains("the nearest that does")), "{text}");
    }
    let compared = typed("cart.py:11", Some(CART), None);
    let why = refusal(locate(&runtime, &compared, false, None)).why;
    let hint = "line 11 has code there, in Cart.total: arm it all the same with --unchecked";
    assert_eq!(why.hint.as_deref(), Some(hint));
}

#[test]
fn functions_are_found_by_either_name() {
    let runtime = Texts(vec![cart("/app/shop/cart.py", CART, 0)]);
    for text in ["shop/cart.py:Cart.total", "cart.py:total", "shop.cart.Cart.total"] {
        let (line, ..) = found(locate(&runtime, &typed(text, None, None), false, None));
        assert_eq!(line, 6, "{text}");
    }
    let refused = refusal(locate(&runtime, &typed("cart.py:Cart.totl", None, None), false, None));
    assert_eq!(refused.why.hint.as_deref(), Some("there is Cart.total"));
}

#[test]
fn a_lambda_on_the_line_does_not_win_over_the_function_around_it() {
    let mut file = cart("/app/cart.py", CART, 0);
    file.functions.push(function(3, "Cart.total.<locals>.<lambda>", 8, &[8]));
    let (.., sites) =
        found(locate(&Texts(vec![file]), &typed("cart.py:8", None, None), false, None));
    assert_eq!(sites, [Site { code: 2, line: 8 }]);
}

#[test]
fn a_source_root_maps_a_prefix() {
    let mut files = vec![cart("/app/cart.py", CART, 0), cart("/lib/cart.py", CART, 0)];
    files[0].is_application = false;
    let root = ("/app".to_owned(), "services/checkout".to_owned());
    let location = typed("services/checkout/cart.py:11", None, None);
    let located = locate(&Texts(files), &location, false, Some(&root));
    assert!(matches!(located, Located::Found(found) if found.at.file == "/app/cart.py"));
}

#[test]
fn links_are_seen_through() {
    let mut file = cart("/app/current/shop/cart.py", CART, 0);
    file.real_path = Some("/releases/41/store/cart.py");
    let runtime = Texts(vec![file]);
    for text in ["shop/cart.py:11", "store/cart.py:11", "41/store/cart.py:11"] {
        let located = locate(&runtime, &typed(text, None, None), false, None);
        assert!(matches!(located, Located::Found(_)), "{text}: {located:?}");
    }
    let located = locate(&runtime, &typed("current/store/cart.py:11", None, None), false, None);
    assert!(matches!(located, Located::Pending(_)), "two paths are not mixed: {located:?}");
}

#[test]
fn the_longest_common_tail_wins_and_what_was_typed_must_match() {
    let other = CART.replace("round", "floor");
    let runtime = Texts(vec![
        cart("/app/services/checkout/shop/cart.py", CART, 0),
        cart("/app/services/orders/shop/cart.py", &other, 0),
    ]);
    let mut location = typed("services/checkout/shop/cart.py:11", None, None);
    location.typed_components = Some(2);
    let located = locate(&runtime, &location, false, None);
    let Located::Found(longest) = located else { panic!("{located:?}") };
    assert_eq!(longest.at.file, "/app/services/checkout/shop/cart.py");
    assert_eq!(longest.not_probed, ["/app/services/orders/shop/cart.py"]);
    location = typed("deploy/shop/cart.py:11", None, None);
    location.typed_components = Some(2);
    let refused = refusal(locate(&runtime, &location, false, None));
    assert_eq!(refused.why.code, "ambiguous", "the tails are equally long");
    location.typed_components = None;
    let located = locate(&runtime, &location, false, None);
    assert!(matches!(located, Located::Pending(_)), "deploy was typed: {located:?}");
}

#[test]
fn an_equal_hash_wins_over_every_folder_and_over_a_longer_tail() {
    let other = CART.replace("round", "floor");
    let mut dependency = cart("/venv/site-packages/vendored/cart.py", CART, 0);
    dependency.is_application = false;
    let runtime = Texts(vec![cart("/app/shop/cart.py", &other, 0), dependency]);
    let located = locate(&runtime, &typed("shop/cart.py:11", Some(CART), None), false, None);
    assert!(matches!(located, Located::Found(f) if f.at.file.contains("vendored")));
    let twice = Texts(vec![cart("/a/cart.py", CART, 0), cart("/b/cart.py", CART, 0)]);
    let refused = refusal(locate(&twice, &typed("x/cart.py:11", Some(CART), None), false, None));
    assert_eq!(refused.why.code, "ambiguous", "equal hashes are a tie too");
}

#[test]
fn line_ends_and_a_byte_order_mark_do_not_differ() {
    let mut file = cart("/app/shop/cart.py", CART, 0);
    file.source = SourceText::Known(format!("\u{feff}{}", CART.replace('\n', "\r\n")).into());
    let location = typed("cart.py:11", Some(CART), None);
    let located = locate(&Texts(vec![file]), &location, false, None);
    let Located::Found(one) = located else { panic!("{located:?}") };
    assert_eq!(one.at.source, SourceMatch::Equal);
    assert_eq!(one.at.line_text.as_deref(), Some("        return round(total)"));
}

#[test]
fn a_text_that_is_not_utf8_is_compared_all_the_same() {
    let latin = CART.replace("a comment", "gr\u{fc}n").replace('\u{fc}', "\u{1}");
    let bytes: Vec<u8> = latin.bytes().map(|byte| if byte == 1 { 0xfc } else { byte }).collect();
    let mut file = cart("/app/shop/cart.py", CART, 0);
    file.source = SourceText::Known(bytes.clone());
    let mut location = typed("cart.py:11", None, None);
    location.source_sha256 = Some(source_sha256(&bytes));
    let (_, source, ..) = found(locate(&Texts(vec![file]), &location, false, None));
    assert_eq!(source, SourceMatch::Equal);
}

#[test]
fn a_function_says_how_its_source_compares() {
    let (equal, other) = (CART.to_owned(), CART.replace("round", "floor"));
    for (sent, running, source, says) in [
        (Some(&equal), SourceText::Known(equal.clone().into()), SourceMatch::Equal, None),
        (None, SourceText::Known(equal.clone().into()), SourceMatch::Unverifiable, None),
        (
            Some(&other),
            SourceText::Known(equal.clone().into()),
            SourceMatch::Different,
            Some("name"),
        ),
        (Some(&equal), SourceText::ChangedSince, SourceMatch::Different, Some("restart pending")),
        (Some(&equal), SourceText::Unavailable, SourceMatch::Unverifiable, None),
    ] {
        let mut file = cart("/app/shop/cart.py", CART, 0);
        file.source = running;
        let location = typed("cart.py:Cart.total", sent.map(String::as_str), None);
        let (line, compared, note, _) = found(locate(&Texts(vec![file]), &location, false, None));
        assert_eq!((line, compared), (6, source));
        assert_eq!(note.is_some(), says.is_some(), "{note:?}");
        assert!(says.is_none_or(|says| note.is_some_and(|note| note.contains(says))));
    }
}

#[test]
fn a_line_outside_all_that_is_loaded_waits_for_what_is_not() {
    let look = |path: &'static str, line: &str| {
        let files = Texts(vec![cart(path, CART, 0)]);
        locate(&files, &typed(&format!("cart.py:{line}"), Some(CART), None), false, None)
    };
    let awaited = look("/app/partly/cart.py", "2");
    assert!(matches!(&awaited, Located::Pending(why) if why.why.code == "file_not_loaded"));
    assert!(matches!(look("/app/whole/cart.py", "2"), Located::Found(_)));
    // Within what is loaded a line snaps as ever.
    assert_eq!(found(look("/app/partly/cart.py", "10")).0, 11);
    assert_eq!(found(look("/app/partly/cart.py", "6")).0, 6);
    let named = look("/app/partly/cart.py", "Cart.count");
    assert!(matches!(&named, Located::Pending(why) if why.why.code == "no_such_function"));
}
