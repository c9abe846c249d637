//! From the bytes of a map to what it says.
//!
//! Knows JSON and the two forms of maps, flat and in sections; mappings are decoded by a crate.
//! Invariant: nothing is allocated before it is known to be within bounds.

use crate::fault::Fault;
use crate::map::{Map, Source, Token};
use crate::paths::resolve;
use oxc_sourcemap::{JSONSourceMap, SourceMap};
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::borrow::Cow;

/// Bytes of a map that are read.
pub const MOST_BYTES: usize = 64 << 20;
/// Tokens of a map.
const MOST_TOKENS: usize = 4 << 20;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Flat<'a> {
    #[serde(borrow, default)]
    mappings: Option<Cow<'a, str>>,
    #[serde(default)]
    sources: Option<Vec<Option<String>>>,
    #[serde(default)]
    source_root: Option<String>,
    #[serde(default)]
    sources_content: Option<Vec<Option<String>>>,
    #[serde(default)]
    names: Option<Vec<String>>,
    #[serde(borrow, default)]
    sections: Option<Vec<Section<Flat<'a>>>>,
}

/// Of a map its sources alone.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Names {
    #[serde(default)]
    mappings: Option<IgnoredAny>,
    #[serde(default)]
    sources: Option<Vec<Option<String>>>,
    #[serde(default)]
    source_root: Option<String>,
    #[serde(default)]
    sections: Option<Vec<Section<Names>>>,
}

#[derive(Deserialize)]
struct Section<M> {
    offset: Offset,
    map: M,
}

#[derive(Clone, Copy, Default, Deserialize)]
struct Offset {
    line: u32,
    column: u32,
}

/// The sources that a map names, in its order, and nothing else of it.
pub fn index(bytes: &[u8], folder: &str) -> Result<Vec<Box<str>>, Fault> {
    let mut map: Names = parse(bytes)?;
    let mut paths = Vec::new();
    let all = match map.sections.take() {
        Some(sections) => sections.into_iter().map(|section| section.map).collect(),
        None => vec![map],
    };
    // As they are numbered when all of it is read.
    for Names { sources, source_root: root, .. } in
        all.into_iter().filter(|map| map.mappings.is_some())
    {
        let sources = sources.into_iter().flatten().map(Option::unwrap_or_default);
        paths.extend(sources.map(|source| resolve(folder, root.as_deref(), &source)));
    }
    if paths.is_empty() { Err(Fault::NoMappings) } else { Ok(paths) }
}

/// Reads a map; `folder` is where it lies, which relative sources are told from.
pub fn read(bytes: &[u8], folder: &str) -> Result<Map, Fault> {
    let flat: Flat<'_> = parse(bytes)?;
    let mut map = Map::default();
    match flat.sections {
        Some(sections) => {
            for Section { offset, map: flat } in sections {
                add(&mut map, flat, offset, folder)?;
            }
        }
        None => add(&mut map, flat, Offset::default(), folder)?,
    }
    map.tokens.sort_by_key(|token| token.at);
    map.tokens.shrink_to_fit();
    if map.places().next().is_none() {
        return Err(Fault::NoMappings);
    }
    Ok(map)
}

fn parse<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Fault> {
    if bytes.len() > MOST_BYTES {
        return Err(Fault::TooLong);
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    // Written before JSON so that no browser takes it for a script.
    let bytes = match bytes.strip_prefix(b")]}'") {
        Some(rest) => rest.splitn(2, |byte| *byte == b'\n').nth(1).unwrap_or_default(),
        None => bytes,
    };
    serde_json::from_slice(bytes).map_err(|error| Fault::NoMap(error.to_string()))
}

/// Adds what a flat map says of the code from `offset` on.
fn add(map: &mut Map, flat: Flat<'_>, offset: Offset, folder: &str) -> Result<(), Fault> {
    let Some(mappings) = flat.mappings else { return Ok(()) };
    let separators = mappings.bytes().filter(|byte| matches!(byte, b',' | b';')).count();
    if map.tokens.len() + separators >= MOST_TOKENS {
        return Err(Fault::TooLong);
    }
    let (sources, names) = (flat.sources.unwrap_or_default(), flat.names.unwrap_or_default());
    let count = |len: usize| u32::try_from(len).map_err(|_| Fault::TooLong);
    let (first_source, first_name) = (count(map.sources.len())?, count(map.names.len())?);
    let decoded = SourceMap::from_json(JSONSourceMap {
        version: 3,
        file: None,
        mappings: mappings.into_owned(),
        source_root: None,
        sources: sources.iter().map(|_| String::new()).collect(),
        sources_content: None,
        names: names.iter().map(|_| String::new()).collect(),
        debug_id: None,
        ignore_list: None,
    });
    let decoded = decoded.map_err(|error| Fault::Malformed(error.to_string()))?;
    let token = |one: oxc_sourcemap::Token| {
        let (line, column) = (one.get_dst_line(), one.get_dst_col());
        let column = if line == 0 { column.saturating_add(offset.column) } else { column };
        let at = (line.saturating_add(offset.line), column);
        let source = one.get_source_id().map(|id| id.saturating_add(first_source));
        let name = one.get_name_id().map(|id| id.saturating_add(first_name));
        Token::new(at, source, (one.get_src_line(), one.get_src_col()), name)
    };
    map.tokens.extend(decoded.get_tokens().map(token));
    let mut texts = flat.sources_content.unwrap_or_default().into_iter();
    let root = flat.source_root;
    map.sources.extend(sources.into_iter().map(|source| Source {
        path: resolve(folder, root.as_deref(), &source.unwrap_or_default()),
        text: texts.next().flatten().map(String::into_boxed_str),
    }));
    map.names.extend(names.into_iter().map(String::into_boxed_str));
    Ok(())
}
