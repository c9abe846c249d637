//! Probes go on in what their files become when they are loaded anew.
//!
//! Runs as tasks of [`Runtime::run_soon`]. A probe is looked for as if it were placed now; where its
//! line is found in newer code it is hooked there too, and what it was on before stays hooked for some
//! time, since closures and running loops may still be of that. Counts go on, for the probe is the
//! same. Invariants: a probe never loses the code that it is on for want of newer; it sits on a few
//! pieces of replaced code at most; looking takes a twentieth of the time at most.

use super::Agent;
use super::control::{Entry, Spot};
use super::life::lock;
use super::locate::{Found, Located};
use super::sites::print_of;
use crate::clock;
use crate::error::{Error, ErrorKind};
use crate::host::Runtime;
use crate::probe::ArmedAt;
use crate::registry::Probe;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Pieces of replaced code that a probe stays on, the latest.
const FORMER: usize = 3;
/// Sites that are kept to be used once more.
const MOST_RETIRED: usize = 16;
/// From one look to the next at least, and how many times what the last one took.
const PAUSE_NS: u64 = 100_000_000;
const SHARE: u64 = 20;

/// A probe whose file has changed.
struct Placed {
    probe: Arc<Probe>,
    spots: Vec<Spot>,
    edition: u64,
    retired: Vec<(u32, u64)>,
}

/// Where it goes.
#[derive(Default)]
struct Move {
    at: Option<ArmedAt>,
    new: Vec<Spot>,
    kept: Vec<Spot>,
    off: Vec<Spot>,
    /// Why it stays where it is.
    strayed: Option<String>,
}

impl<R: Runtime> Agent<R> {
    /// In a task of the runtime: probes that are on their lines are looked for in what their files have
    /// become.
    pub(super) fn follow(&self) {
        let life = self.life();
        let now_ns = clock::monotonic_ns();
        if now_ns < life.follow_after_ns.load(Ordering::SeqCst)
            || !life.follow_due.swap(false, Ordering::SeqCst)
        {
            return;
        }
        let moves: Vec<(Placed, Move)> =
            self.outdated().into_iter().map(|p| self.moved(p)).collect();
        if !moves.is_empty() {
            self.make(moves);
        }
        let took_ns = clock::monotonic_ns().saturating_sub(now_ns);
        let pause_ns = PAUSE_NS.max(took_ns.saturating_mul(SHARE));
        life.follow_after_ns.store(now_ns.saturating_add(pause_ns), Ordering::SeqCst);
    }

    /// Probes on their lines whose files are no longer as they were looked at.
    fn outdated(&self) -> Vec<Placed> {
        let life = self.life();
        let followed: Vec<(Placed, String)> = {
            let control = lock(&life.control);
            let is_on = |entry: &&Entry| {
                entry.probe.state.get().is_on_line() && entry.following.edition != 0
            };
            let entries = control.entries.values().filter(is_on);
            if entries.clone().any(|entry| entry.is_queued || !entry.is_hooked) {
                // A task of its own comes first.
                life.follow_due.store(true, Ordering::SeqCst);
            }
            let settled = entries.filter(|entry| entry.is_hooked && !entry.is_queued);
            settled
                .filter_map(|entry| Some((placed(entry), entry.at.as_ref()?.file.clone())))
                .collect()
        };
        let mut outdated = Vec::new();
        for (mut placed, file) in followed {
            // Asked for its files, the runtime takes up what came.
            self.runtime.files(file.rsplit('/').next().unwrap_or(&file));
            let edition = self.runtime.edition(&file);
            if edition != placed.edition {
                placed.edition = edition;
                outdated.push(placed);
            }
        }
        outdated
    }

    fn moved(&self, mut placed: Placed) -> (Placed, Move) {
        let stays = |placed: Placed, strayed: Option<String>| {
            let kept = placed.spots.clone();
            (placed, Move { kept, strayed, ..Move::default() })
        };
        let strayed =
            |message: &str| Some(format!("not armed in what was loaded since: {message}"));
        let found = match self.look(&placed.probe.spec) {
            Located::Found(found) => found,
            Located::Pending(refused) => return stays(placed, strayed(&refused.why.message)),
            Located::Refused(refused) => return stays(placed, strayed(&refused.why.message)),
        };
        let is_new = |code: u64| placed.spots.iter().all(|spot| spot.code != code);
        let new: Vec<_> = found.sites.iter().copied().filter(|site| is_new(site.code)).collect();
        let is_current = |spot: &Spot| found.sites.iter().any(|site| site.code == spot.code);
        let (mut kept, mut former): (Vec<Spot>, Vec<Spot>) =
            placed.spots.iter().copied().partition(is_current);
        let off = former.split_off(former.len().min(FORMER));
        kept.append(&mut former);
        let at = Some(found.at.clone());
        if new.is_empty() {
            return (placed, Move { at, kept, off, ..Move::default() });
        }
        let found = Found { sites: new, ..found };
        match self.add_sites(&placed.probe, &found, &mut placed.retired) {
            Ok(new) => (placed, Move { at, new, kept, off, strayed: None }),
            Err(why) => stays(placed, strayed(&why.message)),
        }
    }

    /// Changes the hooks, and writes down what came of it.
    fn make(&self, moves: Vec<(Placed, Move)>) {
        let sites = |spots: &[Spot]| spots.iter().map(|spot| spot.site).collect::<Vec<_>>();
        let off: Vec<u32> = moves.iter().flat_map(|(_, one)| sites(&one.off)).collect();
        let on: Vec<_> = moves.iter().flat_map(|(_, one)| self.hooks(&one.new)).collect();
        let mut answers = match off.is_empty() && on.is_empty() {
            true => Vec::new(),
            false => self.runtime.change(&off, &on),
        }
        .into_iter();
        self.cut(&off);
        let mut unwanted = Vec::new();
        for (placed, one) in moves {
            let answers: Vec<_> = answers.by_ref().take(one.new.len()).collect();
            unwanted.append(&mut self.came_of_move(placed, one, answers));
        }
        if !unwanted.is_empty() {
            self.runtime.change(&unwanted, &[]);
        }
        self.settled();
    }

    /// Sites whose hooks nobody wants any more.
    fn came_of_move(
        &self,
        placed: Placed,
        one: Move,
        answers: Vec<Result<Option<String>, Error>>,
    ) -> Vec<u32> {
        let Move { at, new, kept, off, mut strayed } = one;
        let (mut set, mut unreached, mut is_any_gone) = (Vec::new(), Vec::new(), false);
        let mut retired = placed.retired;
        for (spot, answer) in new.into_iter().zip(answers) {
            match answer {
                Ok(note) => {
                    set.push(spot);
                    unreached.extend(note);
                    continue;
                }
                Err(error) if error.kind() == ErrorKind::Location => is_any_gone = true,
                Err(error) => strayed = Some(error.message().to_owned()),
            }
            retired.push((spot.site, self.print_of_site(spot.site)));
        }
        retired.extend(off.iter().map(|spot| (spot.site, self.print_of_site(spot.site))));
        retired.drain(..retired.len().saturating_sub(MOST_RETIRED));
        let sites: Vec<u32> = set.iter().map(|spot: &Spot| spot.site).collect();
        let is_there = self.settle(&placed.probe, |entry| {
            let is_moved = !set.is_empty();
            entry.following.retired = retired;
            entry.following.strayed = strayed;
            if !is_any_gone {
                entry.following.edition = placed.edition;
            }
            entry.sites = set.into_iter().chain(kept).collect();
            if entry.sites.is_empty() {
                return entry.lose();
            }
            if is_moved {
                entry.following.times += 1;
                entry.unreached = (!unreached.is_empty()).then(|| unreached.join("; "));
            }
            if let Some(at) = at {
                entry.at = Some(at);
            }
        });
        if is_any_gone {
            self.life().follow_due.store(true, Ordering::SeqCst);
        }
        if is_there { Vec::new() } else { sites }
    }

    fn print_of_site(&self, site: u32) -> u64 {
        self.sites.get(site).map_or(0, print_of)
    }
}

fn placed(entry: &Entry) -> Placed {
    Placed {
        probe: Arc::clone(&entry.probe),
        spots: entry.sites.clone(),
        edition: entry.following.edition,
        retired: entry.following.retired.clone(),
    }
}
