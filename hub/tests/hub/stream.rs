//! Server-sent events, leases and expiry.

use crate::agent::{Agent, armed, info};
use crate::stand::{PATIENCE, Stand, until};
use crate::story::{create_armed, wish};
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;
use stillframe_core::ids::{InstanceId, ProbeId};
use stillframe_core::probe::{Counters, ProbeSpec, ProbeState};
use stillframe_hub::api::types::{AuditRowView, EndEvent, ProbePhase};

/// A reader of events.
pub(crate) struct Events(BufReader<TcpStream>);

pub(crate) struct Seen {
    word: String,
    id: Option<String>,
    pub(crate) data: Value,
}

impl Events {
    pub(crate) fn open(stand: &Stand, query: &str) -> Self {
        let mut stream = TcpStream::connect(stand.address()).expect("the hub listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a time-out");
        let request = format!(
            "GET /api/v1/events{query} HTTP/1.0\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\r\n",
            stand.address(),
            stand.ready().user_token
        );
        stream.write_all(request.as_bytes()).expect("sent");
        let mut events = Self(BufReader::new(stream));
        assert!(events.line().expect("a status").contains("200"));
        while !events.line().expect("a header").is_empty() {}
        events
    }

    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = self.0.read_line(&mut line).expect("readable");
        (read > 0).then(|| line.trim_end().to_owned())
    }

    /// The next event; `None` at the end of the stream.
    fn next(&mut self) -> Option<Seen> {
        let mut seen = Seen { word: String::new(), id: None, data: Value::Null };
        loop {
            let line = self.line()?;
            if let Some(word) = line.strip_prefix("event: ") {
                seen.word = word.to_owned();
            } else if let Some(id) = line.strip_prefix("id: ") {
                seen.id = Some(id.to_owned());
            } else if let Some(data) = line.strip_prefix("data: ") {
                seen.data = serde_json::from_str(data).expect("one line of JSON");
            } else if line.is_empty() && !seen.word.is_empty() {
                return Some(seen);
            }
        }
    }

    pub(crate) fn until(&mut self, word: &str) -> Seen {
        loop {
            let seen = self.next().expect("more events");
            if seen.word == word {
                return seen;
            }
        }
    }
}

#[test]
fn a_follower_misses_nothing_and_the_stream_ends_with_the_probe() {
    let stand = Stand::new();
    let mut agent = Agent::new(&stand, "shop", 1);
    let mut wish = wish();
    wish.spec.limit = Some(4);
    let id = create_armed(&stand, &wish, &mut [&mut agent]).probe.id;
    agent.capture(id, [1, 2]);
    agent.until_acknowledged(2);
    let mut events = Events::open(&stand, &format!("?probe={id}&after=0"));
    let first = events.until("snapshot");
    assert_eq!(first.data["id"], format!("{id}/1"));
    let cursor = first.id.expect("a cursor");
    assert_eq!(events.next().expect("an event").data["id"], format!("{id}/2"));
    agent.report(armed(&agent.probes[0].clone(), 47));
    let moved = events.until("report");
    assert_eq!(moved.data["report"]["at"]["line"], 47);
    assert_eq!(moved.data["name"], "shop-host/1");
    agent.capture(id, [3, 4, 5]);
    assert_eq!(events.until("snapshot").data["id"], format!("{id}/3"));
    assert_eq!(events.until("snapshot").data["id"], format!("{id}/4"));
    let end = events.until("end");
    let end: EndEvent = serde_json::from_value(end.data).expect("an end");
    assert_eq!((end.probe.phase, end.probe.captured), (ProbePhase::Done, 4));
    assert!(end.why.is_none());
    assert!(events.next().is_none(), "nothing after the end");
    // A reader that comes back goes on behind its cursor, and hears the end too.
    let mut again = Events::open(&stand, &format!("?probe={id}&after={cursor}"));
    assert_eq!(again.next().expect("an event").data["id"], format!("{id}/2"));
    assert_eq!(again.until("end").data["probe"]["captured"], 4);
    assert!(again.next().is_none());
}

#[test]
fn instances_that_come_and_go_are_told() {
    let stand = Stand::new();
    let mut agent = Agent::new(&stand, "shop", 1);
    let id = create_armed(&stand, &wish(), &mut [&mut agent]).probe.id;
    let mut events = Events::open(&stand, &format!("?probe={id}"));
    let mut late = Agent::with(&stand, info("shop", 2), InstanceId([2; 16]));
    late.until_probes(|probes| probes.len() == 1);
    let came = events.until("instance");
    assert_eq!(
        (&came.data["came"], &came.data["instance"]["name"]),
        (&true.into(), &"shop-host/2".into())
    );
    late.arm(47);
    let report = events.until("report");
    assert_eq!(
        (&report.data["is_new"], &report.data["report"]["state"]),
        (&true.into(), &"armed".into())
    );
    // No goodbye: it is told when it has not come back for a while.
    drop(late);
    let gone = events.until("instance");
    assert_eq!(
        (&gone.data["came"], &gone.data["instance"]["connected"]),
        (&false.into(), &false.into())
    );
    let all = Agent::new(&stand, "other", 3);
    let mut everything = Events::open(&stand, "");
    drop(all);
    let gone = everything.until("instance");
    assert_eq!(gone.data["instance"]["service"], "other");
}

#[test]
fn a_lease_ends_with_its_reader() {
    let stand = Stand::with(|options| options.lease = Duration::from_millis(700));
    let mut agent = Agent::new(&stand, "shop", 1);
    let mut wish = wish();
    wish.follow = true;
    wish.keep = true;
    let kept = create_armed(&stand, &wish, &mut [&mut agent]).probe.id;
    wish.keep = false;
    let id = create_armed(&stand, &wish, &mut [&mut agent]).probe.id;
    let events = Events::open(&stand, &format!("?probe={id}"));
    let unread = create_armed(&stand, &wish, &mut [&mut agent]).probe.id;
    // By then the lease of the other has been over, too, but for its open stream.
    stand.until(unread, |view| view.phase == ProbePhase::Abandoned);
    assert_eq!(stand.probe(id).phase, ProbePhase::Live);
    drop(events);
    stand.until(id, |view| view.phase == ProbePhase::Abandoned);
    assert_eq!(stand.probe(kept).phase, ProbePhase::Live);
    agent.until_probes(|probes| probes.iter().all(|spec| spec.id == Some(kept)));
    let written = |probe: ProbeId| {
        let rows: Vec<AuditRowView> = stand.get("/api/v1/audit");
        let by_itself = |row: &AuditRowView| row.who == "the hub" && row.what == "probe abandoned";
        rows.iter().any(|row| by_itself(row) && row.subject == probe.to_string()).then_some(())
    };
    until("the audit", || written(id).and(written(unread)));
    assert_eq!(written(kept), None);
}

#[test]
fn the_hub_holds_the_expiry_too_and_says_why_nothing_came() {
    let stand = Stand::new();
    let mut agent = Agent::new(&stand, "shop", 1);
    let mut wish = wish();
    wish.spec.condition = Some("total > 1e9".into());
    wish.spec.expires_ms = Some(600);
    let id = create_armed(&stand, &wish, &mut [&mut agent]).probe.id;
    assert!(agent.probes[0].expires_ms.is_some_and(|ms| (1..=600).contains(&ms)));
    let mut events = Events::open(&stand, &format!("?probe={id}"));
    let mut last = armed(&agent.probes[0].clone(), 42);
    last.counters = Counters { hits: 1_204, condition_false: 1_204, ..Counters::default() };
    agent.report(last.clone());
    last.state = ProbeState::Expired;
    agent.report(last);
    let end: EndEvent = serde_json::from_value(events.until("end").data).expect("an end");
    assert_eq!(end.probe.phase, ProbePhase::Expired);
    let why = end.why.expect("why");
    assert_eq!(why.headline.word, "EXPIRED");
    let text = ": nothing captured; the condition was false on 1,204 of 1,204 hits";
    assert_eq!(why.headline.text, text);
    agent.until_probes(<[ProbeSpec]>::is_empty);
}
