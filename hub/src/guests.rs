//! How many connections one address may have.
//!
//! Knows addresses and counts, no socket and no token. Invariant: an address has at most as many
//! connections as [`PerAddress`] says, those that have shown no token apart from those that have, and
//! one that has none is not remembered.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

/// Bounds of one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PerAddress {
    /// Connections that have shown no token that is good.
    pub unproven: usize,
    /// Connections that have: agents, streams, and those that ask.
    pub proven: usize,
}

/// A quarter of what the hub serves of the one, and half of the other: a thousand agents behind one
/// address fit, and no address keeps all the others out.
impl Default for PerAddress {
    fn default() -> Self {
        Self { unproven: 256, proven: 2_048 }
    }
}

/// Everybody who is connected, by address.
pub(crate) struct Guests {
    bounds: PerAddress,
    /// Everybody comes by a proxy: the address of a connection says nothing of who it is.
    proxied: bool,
    counts: Mutex<HashMap<(IpAddr, Standing), usize>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Standing {
    Unproven,
    Proven,
}

impl Guests {
    pub(crate) fn new(bounds: PerAddress, proxied: bool) -> Arc<Self> {
        Arc::new(Self { bounds, proxied, counts: Mutex::default() })
    }

    /// A place for a new connection, unless its address has as many as it may.
    pub(crate) fn enter(self: &Arc<Self>, remote: IpAddr) -> Option<Seat> {
        let at = (party(remote), Standing::Unproven);
        let most = if self.proxied { usize::MAX } else { self.bounds.unproven };
        self.take(at, most).then(|| Seat { guests: Arc::clone(self), at: Mutex::new(at) })
    }

    fn take(&self, at: (IpAddr, Standing), most: usize) -> bool {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(at).or_default();
        let has_room = *count < most;
        *count += usize::from(has_room);
        if *count == 0 {
            counts.remove(&at);
        }
        has_room
    }

    fn leave(&self, at: (IpAddr, Standing)) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&at) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&at);
            }
        }
    }
}

/// The place of a connection; it is free again when this is dropped.
pub(crate) struct Seat {
    guests: Arc<Guests>,
    at: Mutex<(IpAddr, Standing)>,
}

impl Seat {
    /// It has shown a token, and comes from `address`: whether one more of these may. By a proxy's
    /// connection one may come after the other.
    pub(crate) fn prove(&self, address: IpAddr) -> bool {
        let mut at = self.at.lock().unwrap_or_else(PoisonError::into_inner);
        let proven = (party(address), Standing::Proven);
        if *at == proven {
            return true;
        }
        let has_room = self.guests.take(proven, self.guests.bounds.proven);
        if has_room {
            self.guests.leave(std::mem::replace(&mut *at, proven));
        }
        has_room
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let at = *self.at.get_mut().unwrap_or_else(PoisonError::into_inner);
        self.guests.leave(at);
    }
}

/// Who an address stands for: with IPv6 everybody has 2^64 of his own.
fn party(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)))
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn guests(proxied: bool) -> Arc<Guests> {
        Guests::new(PerAddress { unproven: 2, proven: 3 }, proxied)
    }

    #[test]
    fn each_address_has_its_own_bound_and_who_proves_himself_makes_room() {
        let guests = guests(false);
        let enter = |text| guests.enter(ip(text));
        let mut seats = vec![enter("10.0.0.1"), enter("::ffff:10.0.0.1")];
        assert!(seats.iter().all(Option::is_some) && enter("10.0.0.1").is_none());
        seats.push(enter("10.0.0.2"));
        seats.extend([enter("2001:db8::1"), enter("2001:db8::ffff:2")]);
        assert!(enter("2001:db8::3").is_none(), "all of one network");
        assert!(enter("2001:db8:0:1::3").is_some());
        for seat in seats.iter().take(2).flatten() {
            assert!(seat.prove(ip("10.0.0.1")) && seat.prove(ip("10.0.0.1")));
        }
        let more = [enter("10.0.0.1"), enter("10.0.0.1")].map(|seat| seat.expect("room"));
        assert_eq!(more.each_ref().map(|seat| seat.prove(ip("10.0.0.1"))), [true, false]);
        drop((seats, more));
        assert!(guests.counts.lock().expect("sound").is_empty(), "nobody is remembered");
    }

    #[test]
    fn behind_a_proxy_those_it_names_are_counted() {
        let guests = guests(true);
        let seats: Vec<_> = (0..9).map(|_| guests.enter(ip("10.0.0.1")).expect("room")).collect();
        let one = seats.iter().filter(|seat| seat.prove(ip("192.0.2.9"))).count();
        assert_eq!(one, 3);
        assert!(seats[0].prove(ip("192.0.2.7")), "the next one by the same connection");
        assert!(seats[8].prove(ip("192.0.2.9")), "who left room for one");
    }
}
