//! Reads a probe's events until it ends, the reader has enough, or the hub stays away.
//!
//! Invariant: however following ends, a probe that is not to be kept is removed, or was removed, or
//! the hub will do so when the lease is over.

use crate::fail::{Exit, Failure, Result};
use crate::link::client::{Client, encode};
use crate::output::{Output, Tone};
use crate::screen::snapshot::{Extent, snapshot};
use crate::screen::text::count;
use crate::screen::{done, duration, event, time};
use serde_json::json;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};
use stillframe_core::ids::ProbeId;
use stillframe_core::probe::ProbeKind;
use stillframe_hub::api::types::{EndEvent, Event, LEASE_S, ProbeView};

/// How often a followed count or duration is asked for.
const LOOK_PERIOD: Duration = Duration::from_secs(1);
/// First and longest pause before a lost stream is opened again.
const PAUSES: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(2));

/// What arrives while following.
pub(super) enum Incoming {
    /// From the hub.
    Event(Box<Event>),
    /// The stream is at its end.
    Closed,
    /// The stream is lost and cannot be had again.
    Lost(Failure),
    /// The stream broke and is being opened again.
    Again,
    /// Ctrl-C.
    Interrupt,
}

/// The figures that were printed last.
#[derive(Default)]
struct Shown {
    hits: Option<u64>,
    /// Passages that ended, and that are under way.
    durations: Option<(u64, u64)>,
}

/// A probe that somebody reads along with.
pub(super) struct Followed<'a> {
    /// Its hub.
    pub(super) client: &'a Client,
    /// Where its words go.
    pub(super) output: &'a Output,
    /// The probe.
    pub(super) probe: &'a ProbeView,
    /// Whether it outlives its reader.
    pub(super) keep: bool,
}

impl Followed<'_> {
    /// Prints what comes until the end.
    pub(super) fn to_the_end(
        &self,
        to: Sender<Incoming>,
        incoming: &Receiver<Incoming>,
    ) -> Result<()> {
        read(self.client.clone(), Some(self.probe.id), Some("0".to_owned()), to);
        match self.print_all(incoming) {
            Err(failure) if failure.exit == Exit::NothingCaptured => Err(failure),
            Err(failure) => self.give_up(failure),
            Ok(()) => Ok(()),
        }
    }

    /// Ends following because of `failure`, and the probe with it unless it is kept.
    pub(super) fn give_up(&self, failure: Failure) -> Result<()> {
        if self.keep {
            let id = self.probe.id;
            self.output.remark(&format!("{id} stays armed: stillframe rm {id}"));
            return Err(failure);
        }
        let removed = self.client.delete::<ProbeView>(&format!("/api/v1/probes/{}", self.probe.id));
        match removed {
            Ok(probe) if !self.output.json => {
                // The reader of stdout may be why following ends.
                let _ = self.output.line(&done::line(&probe));
            }
            Ok(_) => {}
            Err(_) => self.output.remark(&format!(
                "{} could not be removed now; the hub removes it {LEASE_S} s after its last reader",
                self.probe.id
            )),
        }
        Err(failure)
    }

    fn print_all(&self, incoming: &Receiver<Incoming>) -> Result<()> {
        let mut shown = Shown::default();
        let mut next_look = Instant::now();
        loop {
            let received = if matches!(self.probe.spec.kind, ProbeKind::Count | ProbeKind::Time) {
                match incoming.recv_timeout(next_look.saturating_duration_since(Instant::now())) {
                    Ok(received) => received,
                    Err(RecvTimeoutError::Timeout) => {
                        self.look(&mut shown)?;
                        next_look = Instant::now() + LOOK_PERIOD;
                        continue;
                    }
                    Err(RecvTimeoutError::Disconnected) => Incoming::Closed,
                }
            } else {
                incoming.recv().unwrap_or(Incoming::Closed)
            };
            match received {
                Incoming::Event(event) => match *event {
                    Event::End(end) if end.probe.id == self.probe.id => return self.end(&end),
                    event => print(&event, self.output)?,
                },
                Incoming::Again => self.output.remark("the hub is away: trying again"),
                Incoming::Lost(failure) => return Err(failure),
                Incoming::Interrupt => return Err(Failure::interrupted()),
                Incoming::Closed => {
                    let message = format!("the hub said no more about {}", self.probe.id);
                    return Err(Failure::new(Exit::Failed, "hub", message));
                }
            }
        }
    }

    /// Asks the hub for figures that no event tells, and prints them if they are others.
    fn look(&self, shown: &mut Shown) -> Result<()> {
        let path = format!("/api/v1/probes/{}", self.probe.id);
        // While the hub is away there is nothing to look at; the stream says so.
        let Ok(probe) = self.client.get::<ProbeView>(&path) else { return Ok(()) };
        if probe.spec.kind == ProbeKind::Time {
            self.print_durations(&probe, shown)
        } else {
            self.print_count(&probe, &mut shown.hits)
        }
    }

    fn print_durations(&self, probe: &ProbeView, shown: &mut Shown) -> Result<()> {
        let Some(durations) = &probe.durations else { return Ok(()) };
        let figures = (durations.ended, durations.open);
        if shown.durations == Some(figures) || probe.counters.captured == 0 {
            return Ok(());
        }
        let (output, canvas) = (self.output, &self.output.canvas);
        let is_first = shown.durations.replace(figures).is_none();
        if output.json {
            return super::durations_json(probe).map_or(Ok(()), |data| output.data(&data));
        }
        if is_first {
            output.line(&duration::head(canvas))?;
        }
        let now = time::clock(&jiff::Timestamp::now().to_string(), &canvas.zone);
        output.lines(&duration::rows(&now, durations, canvas))
    }

    fn print_count(&self, probe: &ProbeView, shown: &mut Option<u64>) -> Result<()> {
        let hits = probe.counters.captured;
        if *shown == Some(hits) {
            return Ok(());
        }
        let more = shown.map(|before| format!("  +{}", count(hits.saturating_sub(before))));
        *shown = Some(hits);
        let now = jiff::Timestamp::now().to_string();
        if self.output.json {
            let (probe, armed) = (probe.id, probe.armed);
            return self.output.data(&json!({"type": "count", "probe": probe, "time": now,
                "hits": hits, "armed": armed}));
        }
        let time = time::clock(&now, &self.output.canvas.zone);
        self.output.line(&format!("{time}  {} hits{}", count(hits), more.unwrap_or_default()))
    }

    fn end(&self, end: &EndEvent) -> Result<()> {
        let output = self.output;
        if done::captured_something(&end.probe) {
            // The last figures came with the end.
            let mut unseen = Shown { durations: Some((u64::MAX, 0)), ..Shown::default() };
            self.print_durations(&end.probe, &mut unseen)?;
            return if output.json {
                Ok(())
            } else {
                output.toned(&done::line(&end.probe), Tone::Head)
            };
        }
        let mut failure = Failure::new(Exit::NothingCaptured, "nothing_captured", "");
        if output.json {
            failure.message = done::nothing_captured(&end.probe);
            failure.next = Some(format!("stillframe why {}", end.probe.id));
        } else {
            output.lines(&done::nothing(end, &output.canvas))?;
        }
        Err(failure)
    }
}

/// Prints one event that is not the end of what is followed.
pub(super) fn print(event: &Event, output: &Output) -> Result<()> {
    if output.json {
        return match event {
            Event::Snapshot(data) => output.data(data),
            _ => Ok(()),
        };
    }
    let canvas = &output.canvas;
    let line = match event {
        Event::Snapshot(data) => return print_snapshot(data, output),
        Event::Report(report) => event::report(report, canvas),
        Event::Instance(instance) => event::instance(instance, canvas),
        Event::Freeze(freeze) => Some(event::freeze(freeze, canvas)),
        Event::End(end) => return output.toned(&done::line(&end.probe), Tone::Head),
    };
    let tone = |alarm| if alarm { Tone::Warning } else { Tone::Plain };
    line.map_or(Ok(()), |line| output.toned(&line.text, tone(line.alarm)))
}

/// Prints a snapshot in short; a log line is one line, a snapshot ends with an empty one.
pub(super) fn print_snapshot(data: &serde_json::Value, output: &Output) -> Result<()> {
    let lines = snapshot(data, Extent::Short, &output.canvas);
    let (first, rest) = lines.split_first().expect("a snapshot has a first line");
    if rest.is_empty() {
        return output.line(first);
    }
    output.toned(first, Tone::Head)?;
    output.lines(rest)?;
    output.line("")
}

/// Reads events on a thread of its own, from `after` on, and opens a broken stream again.
pub(super) fn read(
    client: Client,
    probe: Option<ProbeId>,
    after: Option<String>,
    to: Sender<Incoming>,
) {
    std::thread::spawn(move || {
        let mut cursor = after;
        let mut lost_since: Option<Instant> = None;
        let mut pause = PAUSES.0;
        loop {
            let before = cursor.clone();
            let last = match one_stream(&client, probe, &mut cursor, &to) {
                Stream::Over => return,
                Stream::Broken(failure) => failure,
            };
            if cursor != before {
                (lost_since, pause) = (None, PAUSES.0);
            }
            let since = *lost_since.get_or_insert_with(Instant::now);
            let hopeless = last.exit != Exit::Unreachable;
            if hopeless || since.elapsed() > Duration::from_secs(LEASE_S) {
                // Whoever listened may have ended meanwhile.
                let _ = to.send(Incoming::Lost(last));
                return;
            }
            if pause == PAUSES.0 && to.send(Incoming::Again).is_err() {
                return;
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(PAUSES.1);
        }
    });
}

enum Stream {
    /// Everything was read, or nobody listens any more.
    Over,
    /// It broke.
    Broken(Failure),
}

fn one_stream(
    client: &Client,
    probe: Option<ProbeId>,
    cursor: &mut Option<String>,
    to: &Sender<Incoming>,
) -> Stream {
    let probe_part = probe.map(|probe| format!("probe={probe}"));
    let after = cursor.as_ref().map(|cursor| format!("after={}", encode(cursor)));
    let query: Vec<String> = probe_part.into_iter().chain(after).collect();
    let mut events = match client.events(&format!("/api/v1/events?{}", query.join("&"))) {
        Ok(events) => events,
        Err(failure) => return Stream::Broken(failure),
    };
    loop {
        let broken = match events.next() {
            Ok(Some(message)) => {
                if message.id.is_some() {
                    cursor.clone_from(&message.id);
                }
                let data = serde_json::from_str::<serde_json::Value>(&message.data);
                // Words of a newer hub are not for this version.
                let event = data.ok().and_then(|data| {
                    let tagged = json!({"event": message.event, "data": data});
                    serde_json::from_value::<Event>(tagged).ok()
                });
                let Some(event) = event else { continue };
                let is_end = matches!(&event, Event::End(end) if Some(end.probe.id) == probe);
                if to.send(Incoming::Event(Box::new(event))).is_err() || is_end {
                    return Stream::Over;
                }
                continue;
            }
            Ok(None) => "the stream of events ended".to_owned(),
            Err(error) => format!("the stream of events broke: {error}"),
        };
        return Stream::Broken(
            Failure::new(Exit::Unreachable, "hub", broken).next("stillframe doctor"),
        );
    }
}
