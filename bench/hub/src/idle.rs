//! What agents cost a hub that have nothing to say.
//!
//! Knows that they answer the hub's pings. Invariant: all of them stay connected to the end.

use crate::process::{cpu, resident_mb};
use std::time::{Duration, Instant};
use stillframe_tests::agent::Agent;
use stillframe_tests::stand::Hub;

pub(crate) struct Idle {
    pub mb: f64,
    /// Of one core.
    pub core_percent: f64,
}

pub(crate) fn measure(hub: &Hub, count: u32, seconds: u64) -> Idle {
    let door = hub.door();
    let mut agents: Vec<Agent> = (0..count)
        .map(|pid| {
            let mut agent = Agent::new("idle", pid);
            agent.connect(&door).expect("the hub admits it");
            agent.wait_at_most(Duration::ZERO);
            agent
        })
        .collect();
    let pid = hub.program.pid();
    let (begin, before) = (Instant::now(), cpu(pid));
    let time = Duration::from_secs(seconds);
    while begin.elapsed() < time {
        for agent in &mut agents {
            agent.hear().expect("it stays connected");
        }
        std::thread::sleep(Duration::from_millis(500));
    }
    let used = cpu(pid) - before;
    let share = used.as_secs_f64() / begin.elapsed().as_secs_f64();
    Idle { mb: resident_mb(pid), core_percent: share * 100.0 }
}
