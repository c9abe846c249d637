//! A source that a script was made of, and where what is written in it runs.
//!
//! Knows the part of the map that is about it. Invariant: a line of it is hooked only where V8 can stop
//! and the map says that this place was written on that line.

use super::maps::is_called;
use super::parsed::{Parsed, Written, written};

use super::scripts::Script;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;
use stillframe_core::host::SourceText;
use stillframe_maps::{Map, words_agree};

/// Bytes of a source that are read from the disk.
const MOST_SOURCE_BYTES: u64 = 8 << 20;
/// Words that two texts must have at the places of a map before they can be told to differ.
const ENOUGH_WORDS: usize = 8;

/// A source of a script.
#[derive(Debug)]
pub(super) struct Original {
    pub(super) path: Box<str>,
    /// Number of the script.
    pub(super) script: u64,
    part: Map,
    text: SourceText,
    /// Whether its text is of the disk and not of the map.
    is_of_disk: bool,
    /// Functions of its text, the source itself first; none if there is no text, or no JavaScript.
    written: Vec<Written>,
    fit: OnceLock<Result<bool, String>>,
    runs: OnceLock<Vec<Runs>>,
}

/// A function as it is written, and where its lines run.
#[derive(Debug)]
pub(super) struct Runs {
    pub(super) name: String,
    pub(super) first_line: u32,
    pub(super) runs_once: bool,
    pub(super) lines: Lines,
}

/// By line as it is written: function of the script, its line from 1, and column.
type Lines = BTreeMap<u32, (usize, u32, u32)>;

impl Original {
    /// What `map` says of its source; on a thread of ours, for it may read that from the disk.
    pub(super) fn new(script: &Script, map: &Map, source: usize, made: Option<SystemTime>) -> Self {
        let part = map.part(source);
        let own = part.sources().first();
        let path: Box<str> = own.map(|own| own.path.clone()).unwrap_or_default();
        let held = own.and_then(|own| own.text.as_deref());
        let (text, is_of_disk) = match held {
            Some(text) => (SourceText::Known(text.as_bytes().to_vec()), false),
            None => (on_disk(&path, script.came, made), true),
        };
        let written = match &text {
            SourceText::Known(text) => written(&String::from_utf8_lossy(text), &path),
            _ => Vec::new(),
        };
        let (fit, runs) = (OnceLock::new(), OnceLock::new());
        Self { path, script: script.number, part, text, is_of_disk, written, fit, runs }
    }

    /// The last component of its path.
    pub(super) fn file_name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// Whether a function is written in it that goes by a name, or by the end of it.
    pub(super) fn has(&self, name: &str) -> bool {
        self.written.iter().any(|one| !one.runs_once && is_called(&one.name, name))
    }

    /// Compares the map with the text of the script: why it is not of that, if so.
    pub(super) fn fits(&self, generated: impl FnOnce() -> String) -> Result<(), String> {
        let fit = self.fit.get_or_init(|| self.compare(&generated()));
        fit.as_ref().map(|_| ()).map_err(Clone::clone)
    }

    /// Why the map is not of the script, if that is known.
    pub(super) fn misfit(&self) -> Option<String> {
        self.fit.get()?.as_ref().err().cloned()
    }

    /// Whether its text is the one that the script was made of.
    fn compare(&self, generated: &str) -> Result<bool, String> {
        let (last, has) = (self.part.last_line(), generated.split('\n').count());
        if last as usize > has {
            return Err(format!("maps line {}, and the script has {has} lines", last + 1));
        }
        let SourceText::Known(text) = &self.text else { return Ok(false) };
        let fit = words_agree(&self.part, 0, generated, &String::from_utf8_lossy(text));
        let differs = fit.same + fit.different >= ENOUGH_WORDS && fit.different > fit.same;
        let is_outside = fit.outside > fit.inside;
        match (differs || is_outside, self.is_of_disk) {
            (true, false) => Err("is of another build of the script".to_owned()),
            (true, true) => Ok(false),
            (false, _) => Ok(fit.outside == 0 || !self.is_of_disk),
        }
    }

    /// Its text, once it was compared.
    pub(super) fn text(&self) -> SourceText {
        let is_it = matches!(self.fit.get(), Some(Ok(true)));
        match &self.text {
            SourceText::Known(_) if !is_it => SourceText::Unavailable,
            text => text.clone(),
        }
    }

    /// Its functions, with the lines that run.
    pub(super) fn runs(&self, parsed: &Parsed) -> &[Runs] {
        self.runs.get_or_init(|| self.join(parsed))
    }

    /// What the name at a place of the script, from 0, was written as.
    pub(super) fn name(&self, at: (u32, u32)) -> Option<&str> {
        self.part.name(at)
    }

    /// Where a line of one of its functions runs.
    pub(super) fn place(&self, index: usize, line: u32) -> Option<(usize, u32, u32)> {
        self.runs.get()?.get(index)?.lines.get(&line).copied()
    }

    /// The function of the script that runs one of its functions.
    pub(super) fn function(&self, index: usize) -> Option<usize> {
        self.runs.get()?.get(index)?.lines.values().next().map(|(function, ..)| *function)
    }

    /// The line, from 1, that a place of the script, from 0, is of.
    pub(super) fn line(&self, at: (u32, u32)) -> Option<u32> {
        self.part.original(at).map(|there| there.line + 1)
    }

    /// The innermost function around a place as it is written: line from 1, column.
    pub(super) fn around(&self, at: (u32, u32)) -> Option<&Written> {
        self.written.iter().rev().find(|one| one.contains(at))
    }

    fn index_around(&self, at: (u32, u32)) -> Option<usize> {
        self.written.iter().rposition(|one| one.contains(at))
    }

    /// For each function as it is written, and each function of the script that runs some of it, the
    /// first place of each line. A line of several has one in each.
    fn join(&self, parsed: &Parsed) -> Vec<Runs> {
        let mut all: BTreeMap<(usize, usize), Lines> = BTreeMap::new();
        let placed = self.part.ranges().into_iter().flat_map(|within| parsed.placed(within));
        for (index, (line, column)) in placed {
            let Some(there) = self.part.original((line - 1, column)) else { continue };
            let place = (there.line + 1, there.column);
            // Without a text the functions of the script stand for those of the source.
            let around = self.index_around(place).unwrap_or(index);
            let lines = all.entry((around, index)).or_default();
            let first = lines.entry(place.0).or_insert((index, line, column));
            *first = (*first).min((index, line, column));
        }
        let named = |(around, index): (usize, usize), lines: Lines| {
            let of_script = &parsed.functions[index];
            let first = lines.keys().next().copied().unwrap_or(1);
            let (name, first_line, runs_once) = match self.written.get(around) {
                Some(one) => (one.name.clone(), one.from.0, one.runs_once),
                None => (of_script.name.clone(), first, of_script.runs_once),
            };
            Runs { name, first_line, runs_once, lines }
        };
        all.into_iter().map(|(key, lines)| named(key, lines)).collect()
    }
}

/// The text of a source whose map does not hold it, if the file is as old as the map at least, and did
/// not change since the script was loaded.
fn on_disk(path: &str, came: SystemTime, made: Option<SystemTime>) -> SourceText {
    let Some(there) = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file) else {
        return SourceText::Unavailable;
    };
    let changed = there.modified().unwrap_or(came);
    if changed > came {
        return SourceText::ChangedSince;
    }
    if there.len() > MOST_SOURCE_BYTES || made.is_none_or(|made| changed > made) {
        return SourceText::Unavailable;
    }
    std::fs::read(path).map_or(SourceText::Unavailable, SourceText::Known)
}

/// Sources of a script.
pub(super) type Originals = Vec<Arc<Original>>;
