//! `GET /metrics`: the hub's figures in Prometheus' text format.
//!
//! Knows names and the format. Invariant: a label is one of a few words of this file or of the API;
//! no service, person, address or location ever is.

use crate::server::Hub;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::Ordering;

const TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

pub(super) async fn page(State(hub): State<Arc<Hub>>) -> Response {
    let headers = [(header::CONTENT_TYPE, TYPE), (header::CACHE_CONTROL, "no-store")];
    (headers, text(&hub)).into_response()
}

/// A page that is being written.
#[derive(Default)]
struct Page(String);

impl Page {
    /// One figure with its values by label; `kind` is `counter` or `gauge`.
    fn put<'a>(
        &mut self,
        (name, kind, help): (&str, &str, &str),
        values: impl IntoIterator<Item = (&'a str, u64)>,
    ) {
        let name = format!("stillframe_hub_{name}");
        // Writing to a string does not fail.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
        for (labels, value) in values {
            let _ = writeln!(self.0, "{name}{labels} {value}");
        }
    }
}

fn text(hub: &Hub) -> String {
    let figures = &hub.figures;
    let of = |figure: &std::sync::atomic::AtomicU64| figure.load(Ordering::Relaxed);
    let mut page = Page::default();
    let version = concat!("{version=\"", env!("CARGO_PKG_VERSION"), "\"}");
    page.put(("build_info", "gauge", "The hub's version, as a label."), [(version, 1)]);
    let agents = hub.agents_now();
    page.put(("agents", "gauge", "Agents that are connected."), [("", agents)]);
    let streams = hub.streams_now();
    page.put(("streams", "gauge", "Event streams that are open."), [("", streams)]);
    let open = hub.open.load(Ordering::Relaxed) as u64;
    page.put(("connections", "gauge", "Connections open that are not an agent's."), [("", open)]);
    let probes = hub.fleet.probes(false).len() as u64;
    page.put(("probes", "gauge", "Probes that live."), [("", probes)]);
    let frozen = u64::from(hub.fleet.frozen().is_some());
    page.put(("frozen", "gauge", "Whether nothing can be armed."), [("", frozen)]);
    let outcomes = [
        ("{outcome=\"stored\"}", of(&figures.stored)),
        ("{outcome=\"surplus\"}", of(&figures.surplus)),
        ("{outcome=\"duplicate\"}", of(&figures.duplicates)),
    ];
    page.put(
        ("snapshots_total", "counter", "Snapshots that came, by what became of them."),
        outcomes,
    );
    let failures = of(&figures.store_failures);
    page.put(
        ("store_failures_total", "counter", "Batches that could not be stored."),
        [("", failures)],
    );
    let let_go = of(&figures.agents_let_go);
    page.put(
        ("agents_let_go_total", "counter", "Agents' connections that the hub ended."),
        [("", let_go)],
    );
    let refusals = figures.refusals();
    let refusals: Vec<_> =
        refusals.iter().map(|(code, count)| (format!("{{code=\"{code}\"}}"), *count)).collect();
    let refusals = refusals.iter().map(|(labels, count)| (labels.as_str(), *count));
    page.put(("refused_total", "counter", "Requests refused at the door, by code."), refusals);
    let well = u64::from(figures.store_is_well());
    page.put(("store_up", "gauge", "Whether the latest batch was stored."), [("", well)]);
    page.0
}
