//! Every hit and every capture is accounted for, to the unit: random schedules of arming, hits from
//! several threads, forks, a hub that comes and goes, full buffers and small spools.
//!
//! Each schedule is a process of its own, this very program once more, because it forks. A schedule is
//! made from its seed: `STILLFRAME_ACCOUNTS_SEED=N` runs that one again. `STILLFRAME_ACCOUNTS_S` says
//! how many seconds to go on with further ones. Invariant: what failed is printed with its seed.

mod check;
mod hub;
mod stage;
mod steps;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Seconds, where nobody asks for more.
const SHORT_S: u64 = 5;
/// How often a long run says how far it is.
const PROGRESS: Duration = Duration::from_secs(15);
/// Tells the process that it is a schedule, and which.
const SCHEDULE: &str = "STILLFRAME_ACCOUNTS_SCHEDULE";

/// SplitMix64: small, and the same on every machine.
pub(super) struct Rng(u64);

impl Rng {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    pub(super) fn one_in(&mut self, many: u64) -> bool {
        self.below(many) == 0
    }

    pub(super) fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len() as u64) as usize]
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn every_hit_is_accounted_for() {
    let seconds = number("STILLFRAME_ACCOUNTS_S").unwrap_or(SHORT_S);
    if let Some(seed) = number("STILLFRAME_ACCOUNTS_SEED") {
        return schedule(seed);
    }
    let mut random = [0; 8];
    getrandom::fill(&mut random).expect("random numbers");
    // Readable to people who type it again.
    let first = u64::from_le_bytes(random) % 1_000_000_000;
    let began = Instant::now();
    let (mut count, mut said) = (0_u64, Instant::now());
    while count == 0 || began.elapsed() < Duration::from_secs(seconds) {
        schedule(first + count);
        count += 1;
        if said.elapsed() >= PROGRESS {
            said = Instant::now();
            let now_s = began.elapsed().as_secs();
            eprintln!("accounts: {count} schedules in {now_s} of {seconds} s, all to the unit");
        }
    }
    eprintln!("accounts: {count} schedules from seed {first} on, all to the unit");
}

/// Runs one schedule in a process of its own.
fn schedule(seed: u64) {
    let program = std::env::current_exe().expect("a test is a program");
    // Where these signals are ignored, the standard library keeps no list of its threads' stacks. It
    // has a lock around that list in programs (in libraries never), which a child would inherit
    // locked if a thread began or ended just then.
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' SEGV BUS; exec \"$0\" \"$@\""]).arg(program);
    command.args(["--exact", "agent::tests::accounts::one_schedule", "--nocapture"]);
    command.env(SCHEDULE, seed.to_string()).stdin(Stdio::null());
    let ended = command.output().expect("it starts");
    assert!(
        ended.status.success(),
        "schedule {seed} (STILLFRAME_ACCOUNTS_SEED={seed}): {}\n{}{}",
        ended.status,
        String::from_utf8_lossy(&ended.stdout),
        String::from_utf8_lossy(&ended.stderr)
    );
}

/// What the process of a schedule does; without being told, nothing.
#[test]
fn one_schedule() {
    if let Some(seed) = number(SCHEDULE) {
        stage::play(seed);
    }
}
