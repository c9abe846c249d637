//! What an agent may take, whatever happens: memory, time, and losses that are counted to the unit.
//!
//! Knows `/proc`. Invariant: each bound is the promised one.
#![cfg(target_os = "linux")]

use serde_json::Value;
use std::fs;
use std::time::Duration;
use stillframe_core::probe::{Counters, Delivery};
use stillframe_tests::on_each_python;
use stillframe_tests::process::{Program, until_said};
use stillframe_tests::stand::Stand;

on_each_python!(a_million_hits_without_a_hub_are_accounted_for, an_idle_agent_is_small_and_quiet);

const HITS: u64 = 1_000_000;
/// Memory that a million hits may add: buffers, spool and the runtime's own growth.
const GROWTH_KIB: u64 = 64 << 10;
/// Memory that an idle agent may take.
const IDLE_KIB: u64 = 10 << 10;
/// Ticks of processor time, 10 ms each, that an idle agent may use in [`IDLE_TIME`].
const IDLE_TICKS: u64 = 2;
const IDLE_TIME: Duration = Duration::from_secs(2);

/// Waits for the file `go`, runs the line, and says what the agent says of itself.
const BUSY: &str = "\
import json, pathlib, time


def work(i):
    return i


print('up', flush=True)
while not pathlib.Path('go').exists():
    time.sleep(0.01)
for i in range(1_000_000):
    work(i)
import stillframe

stillframe.flush(1)
print(json.dumps(stillframe.status()), flush=True)
while not pathlib.Path('stop').exists():
    time.sleep(0.01)
";
const IDLE: &str = "\
import pathlib, time
print('up', flush=True)
while not pathlib.Path('stop').exists():
    time.sleep(0.2)
";

fn a_million_hits_without_a_hub_are_accounted_for(stand: &Stand) {
    let script = stand.file("busy.py", BUSY).to_string_lossy().into_owned();
    let hub = stand.hub(0);
    let mut program = stand.start(&mut stand.run("busy", &[&script]));
    hub.instances("busy", 1);
    let words = ["log", "busy.py:5", "i={i}", "--limit", "1000000000", "--rate", "1000000"];
    let armed = stand.start(&mut stand.stillframe(&words)).end();
    assert_eq!(armed.code, Some(0), "{}", armed.stderr);
    hub.armed(1);
    drop(hub);
    let before = memory_kib(&program);
    stand.file("go", "");
    let line = program
        .until("the agent's status", |program| program.stdout().lines().nth(1).map(str::to_owned));
    let grown = memory_kib(&program).saturating_sub(before);
    stand.file("stop", "");
    assert_eq!(program.end().code, Some(0));

    let status: Value = serde_json::from_str(&line).expect("the status is JSON");
    let of = |name: &str| status["probes"][0][name].clone();
    let counters: Counters = serde_json::from_value(of("counters")).expect("counters");
    let delivery: Delivery = serde_json::from_value(of("delivery")).expect("delivery");
    assert_eq!(counters.hits, HITS, "{status:#}");
    let accounted = counters.captured
        + counters.condition_false
        + counters.condition_failed
        + counters.over_quota
        + counters.buffer_full
        + counters.missed;
    assert_eq!(accounted, HITS, "{counters:?}");
    let settled = delivery.acknowledged
        + delivery.spooled
        + delivery.spool_dropped
        + delivery.refused_by_check;
    assert_eq!(settled, counters.captured, "{delivery:?}");
    assert!(counters.captured > 0, "{counters:?}");
    assert!(grown < GROWTH_KIB, "{grown} KiB more than before");
}

fn an_idle_agent_is_small_and_quiet(stand: &Stand) {
    let script = stand.file("idle.py", IDLE).to_string_lossy().into_owned();
    let hub = stand.hub(0);
    let up = |mut program: Program| {
        program.until("its start", |program| program.stdout().contains("up").then_some(()));
        program
    };
    let plain = up(stand.start(&mut stand.python(&[&script])));
    let ours = up(stand.start(&mut stand.run("idle", &[&script])));
    hub.instances("idle", 1);
    let more = memory_kib(&ours).saturating_sub(memory_kib(&plain));
    assert!(more < IDLE_KIB, "an idle agent takes {more} KiB");
    // It is idle once it has looked the loaded code through.
    until_said("an idle agent's rest", || {
        let before = ticks(&ours);
        // Time passing is what is measured here.
        std::thread::sleep(IDLE_TIME);
        let used = ticks(&ours) - before;
        if used <= IDLE_TICKS { Ok(()) } else { Err(format!("{used} ticks in {IDLE_TIME:?}")) }
    });
}

fn memory_kib(program: &Program) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", program.pid())).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.trim().strip_suffix(" kB"));
    number.and_then(|number| number.parse().ok()).expect("VmRSS in kB")
}

fn ticks(program: &Program) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{}/stat", program.pid())).expect("it runs");
    // Fields 14 and 15, counted behind the name in parentheses, which is field 2.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split(' ').collect();
    fields[12..14].iter().map(|field| field.parse::<u64>().expect("ticks")).sum()
}
