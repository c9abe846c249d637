//! Source texts of loaded files, read and hashed at most once for each location.
//!
//! Knows nothing of matching. Invariant: a file that changed after it was loaded has no text here.

use crate::host::{LoadedFile, Runtime, SourceText};
use crate::location::{source_lines, source_sha256};
use std::collections::HashMap;

struct Entry {
    text: SourceText,
    sha256: Option<String>,
}

/// Texts read so far.
pub(super) struct Texts<'r, R> {
    runtime: &'r R,
    read: HashMap<String, Entry>,
}

impl<'r, R: Runtime> Texts<'r, R> {
    pub(super) fn new(runtime: &'r R) -> Self {
        Self { runtime, read: HashMap::new() }
    }

    pub(super) fn runtime(&self) -> &'r R {
        self.runtime
    }

    fn entry(&mut self, file: &LoadedFile) -> &Entry {
        self.read.entry(file.path.clone()).or_insert_with(|| {
            let text = self.runtime.source(file);
            let sha256 = match &text {
                SourceText::Known(text) => Some(source_sha256(text)),
                SourceText::ChangedSince | SourceText::Unavailable => None,
            };
            Entry { text, sha256 }
        })
    }

    /// Hash of the file's text, if known.
    pub(super) fn sha256(&mut self, file: &LoadedFile) -> Option<&String> {
        self.entry(file).sha256.as_ref()
    }

    /// The file's text.
    pub(super) fn text(&mut self, file: &LoadedFile) -> &SourceText {
        &self.entry(file).text
    }

    /// Its lines, none if the text is not known.
    pub(super) fn lines(&mut self, file: &LoadedFile) -> Vec<String> {
        match self.text(file) {
            SourceText::Known(text) => source_lines(text),
            SourceText::ChangedSince | SourceText::Unavailable => Vec::new(),
        }
    }
}
