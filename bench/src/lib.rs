//! What a probe costs, as rows: read from the runners, checked, laid out as a table.
//!
//! Knows rows and targets, not how anything is measured: `bench/python/overhead.py`,
//! `bench/java/bench/Overhead.java`, `bench/node/overhead.js`, `bench/ruby/overhead.rb` and the core's
//! criterion benches do that.
//! Invariant: a figure is never made up here; a row that is missing is said to be missing.

mod criterion;
mod row;
mod table;
mod target;

pub use criterion::rows as criterion_rows;
pub use row::{
    CASES, JVM_CASES, NODE_CASES, ONCE, PEERS, Peer, REWRITER_CASES, RUBY_CASES, Row, YJIT_CASES,
    add_peer, means, missing, parse,
};
pub use table::table;
pub use target::{Verdict, across_versions, beside_v8, beside_yjit, verdicts};
