//! Where a map lies, and where its sources do.
//!
//! Knows the ways in which tools write both. Invariant: what comes out is an absolute path of this
//! machine, or a URL whose path has neither `.` nor `..` in it.

use crate::fault::Fault;
use crate::read::MOST_BYTES;
use stillframe_core::agent::percent_decoded;

/// Where the map of a script is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// In this file.
    File(String),
    /// In the script itself: its bytes.
    Inline(Vec<u8>),
}

/// What `sourceMappingURL` of the script at `script` names.
pub fn location(script: &str, url: &str) -> Result<Location, Fault> {
    if let Some(data) = url.strip_prefix("data:") {
        return inline(data).map(Location::Inline);
    }
    let path = match url.strip_prefix("file://") {
        Some(path) => percent_decoded(path),
        None if scheme(url).is_some() => return Err(Fault::Elsewhere),
        None => {
            let url = url.split(['?', '#']).next().unwrap_or_default();
            joined(folder(script), &percent_decoded(url))
        }
    };
    Ok(Location::File(path))
}

fn inline(data: &str) -> Result<Vec<u8>, Fault> {
    let no_map = |why: &str| Fault::NoMap(why.to_owned());
    let (kind, data) = data.split_once(',').ok_or_else(|| no_map("its data: URL has no data"))?;
    if data.len() > MOST_BYTES {
        return Err(Fault::TooLong);
    }
    if !kind.ends_with(";base64") {
        return Ok(percent_decoded(data).into_bytes());
    }
    let data = data.trim().trim_end_matches('=');
    let decoded = base64_simd::STANDARD_NO_PAD.decode_to_vec(data.as_bytes());
    decoded.map_err(|_| no_map("its data: URL is no base64"))
}

/// The folder of a path.
pub(crate) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// What stands before `://`, if it can be a scheme, and the rest.
fn scheme(url: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = url.split_once("://")?;
    let mut bytes = scheme.bytes();
    let is_first = bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic());
    let is_scheme = bytes.all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    (is_first && is_scheme).then_some((scheme, rest))
}

/// The path or URL of a source that a map in `folder` names.
pub(crate) fn resolve(folder: &str, root: Option<&str>, source: &str) -> Box<str> {
    let root = root.unwrap_or_default();
    let whole = match is_whole(source) || root.is_empty() {
        true => source.to_owned(),
        false => format!("{}/{source}", root.trim_end_matches('/')),
    };
    let path = match scheme(&whole) {
        Some(("file", path)) => normal(&percent_decoded(path)),
        // Loaders tell what they made of a file behind a question mark.
        Some((scheme, rest)) => {
            let rest = rest.split('?').next().unwrap_or_default();
            let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
            format!("{scheme}://{host}{}", normal(&format!("/{path}")))
        }
        None => joined(folder, &percent_decoded(&whole)),
    };
    path.into_boxed_str()
}

/// Whether a source is told from nowhere else.
fn is_whole(source: &str) -> bool {
    source.starts_with('/') || scheme(source).is_some()
}

fn joined(folder: &str, path: &str) -> String {
    match path.starts_with('/') {
        true => normal(path),
        false => normal(&format!("{folder}/{path}")),
    }
}

/// A path without `.`, `..` and empty parts.
fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: &str, root: Option<&str>, expected: &str) {
        assert_eq!(&*resolve("/app/dist/orders", root, source), expected);
    }

    #[test]
    fn sources_are_told_from_where_the_map_lies() {
        check("../../src/a.ts", None, "/app/src/a.ts");
        check("a.ts", Some("../../src/"), "/app/src/a.ts");
        check("a.ts", Some("/src"), "/src/a.ts");
        check("/abs/a.ts", Some("/src"), "/abs/a.ts");
        check("a%20b.ts", None, "/app/dist/orders/a b.ts");
        check("../../../../../a.ts", None, "/a.ts");
        check("", None, "/app/dist/orders");
    }

    #[test]
    fn sources_are_urls_too() {
        check("file:///app/src/a%20b.ts", None, "/app/src/a b.ts");
        check("webpack://shop/./src/a.ts?1a2b", None, "webpack://shop/src/a.ts");
        check("webpack:///./src/a.ts", None, "webpack:///src/a.ts");
        check("./src/a.ts", Some("webpack://shop"), "webpack://shop/src/a.ts");
        check("a.ts", Some("file:///app/src"), "/app/src/a.ts");
        check("turbopack:///[project]/src/a.ts", None, "turbopack:///[project]/src/a.ts");
    }

    #[test]
    fn maps_lie_in_files_and_in_scripts() {
        let file = |path: &str| Ok(Location::File(path.to_owned()));
        assert_eq!(location("/app/dist/a.js", "a.js.map"), file("/app/dist/a.js.map"));
        assert_eq!(location("/app/dist/a.js", "../m/a%20b.map?v=1"), file("/app/m/a b.map"));
        assert_eq!(location("/app/a.js", "file:///m/a.map"), file("/m/a.map"));
        assert_eq!(location("/app/a.js", "https://cdn.example/a.map"), Err(Fault::Elsewhere));
        let inline = |bytes: &[u8]| Ok(Location::Inline(bytes.to_vec()));
        assert_eq!(location("/a.js", "data:application/json;base64,e30="), inline(b"{}"));
        assert_eq!(location("/a.js", "data:application/json;base64,e30"), inline(b"{}"));
        assert_eq!(location("/a.js", "data:application/json,%7B%7D"), inline(b"{}"));
        assert!(matches!(location("/a.js", "data:x;base64,*"), Err(Fault::NoMap(_))));
        assert!(matches!(location("/a.js", "data:x"), Err(Fault::NoMap(_))));
    }
}
