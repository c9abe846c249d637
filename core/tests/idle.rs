//! An agent that nobody asks anything: no thread, no processor time, little memory.
//!
//! A process of its own, so that what is measured is the agent's. Needs `/proc`.
#![cfg(all(target_os = "linux", not(loom)))]

use std::fs;
use stillframe_core::agent::{Agent, Arguments, Config};
use stillframe_core::condition::PYTHON;
use stillframe_core::error::Result;
use stillframe_core::host::{LoadedFile, LoadedFunction, Named, Names, Runtime, SourceText, Span};

/// What an idle agent may take.
const MAX_BYTES: u64 = 10 << 20;
/// A page of every Linux this is tested on.
const PAGE: u64 = 4_096;

struct Nothing;

impl Runtime for Nothing {
    fn run_soon(&self, _task: Box<dyn FnOnce() + Send>) -> bool {
        false
    }
    fn files(&self, _file_name: &str) -> Vec<LoadedFile> {
        Vec::new()
    }
    fn source(&self, _file: &LoadedFile) -> SourceText {
        SourceText::Unavailable
    }
    fn functions(&self, _file: &LoadedFile) -> Vec<LoadedFunction> {
        Vec::new()
    }
    fn file_names(&self) -> Vec<String> {
        Vec::new()
    }

    fn named(&self, _name: &str) -> Option<Named> {
        None
    }

    fn files_with(&self, _name: &str) -> Vec<LoadedFile> {
        Vec::new()
    }
    fn names(&self, _code: u64, _line: u32, _span: Option<Span>) -> Box<dyn Names + '_> {
        unreachable!("nothing is armed")
    }
    fn arm(
        &self,
        _site: u32,
        _code: u64,
        _line: u32,
        _attrs: &[Box<str>],
    ) -> Result<Option<String>> {
        Ok(None)
    }
    fn disarm(&self, _site: u32) {}
    fn forked(&self) {}
}

fn resident_bytes() -> u64 {
    let statm = fs::read_to_string("/proc/self/statm").expect("Linux has it");
    let pages = statm.split_whitespace().nth(1).and_then(|pages| pages.parse::<u64>().ok());
    pages.expect("its second field is a number") * PAGE
}

fn threads() -> Vec<String> {
    let tasks = fs::read_dir("/proc/self/task").expect("Linux has it").flatten();
    let names = tasks.filter_map(|task| fs::read_to_string(task.path().join("comm")).ok());
    names.map(|name| name.trim().to_owned()).collect()
}

#[test]
fn an_idle_agent_takes_little_and_does_nothing() {
    let before = resident_bytes();
    let config = Config::resolve(Arguments::default(), &|_| None).expect("nothing is malformed");
    let agent = Agent::start(Nothing, &PYTHON, config).expect("it starts");
    let taken = resident_bytes().saturating_sub(before);
    assert!(taken < MAX_BYTES, "{taken} bytes");
    assert!(!threads().iter().any(|name| name.starts_with("stillframe")), "{:?}", threads());
    drop(agent);
}
