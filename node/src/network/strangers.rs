//! Places where somebody else answered than the wanted peer. They are let alone for a while: no key is shown there, but a
//! network that answers for others need not be told every minute who is looked for. In: sockets, what a name leads to now.
//! Out: which of them are worth a dial. A name itself is never let alone: it may lead to the right place at once again.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use super::{Address, address::Carrier, limits};

/// Those of one peer. A copy is the same memory.
#[derive(Clone, Debug, Default)]
pub struct Strangers(Arc<Mutex<BTreeMap<(Carrier, SocketAddr), Instant>>>);

impl Strangers {
    /// Forgets them: the person knows better.
    pub fn forget(&self) {
        self.known().clear();
    }

    /// Somebody else answered there.
    pub(super) fn note(&self, address: &Address, at: SocketAddr) {
        let mut known = self.known();
        known.insert((address.carrier.clone(), at), Instant::now());
        while known.len() > limits::STRANGERS {
            let Some(oldest) = known.iter().min_by_key(|(_, since)| **since).map(|(place, _)| place.clone()) else {
                return;
            };
            known.remove(&oldest);
        }
    }

    /// The sockets of an address that are worth a dial.
    pub(super) fn spare(&self, address: &Address, mut found: Vec<SocketAddr>) -> Vec<SocketAddr> {
        let mut known = self.known();
        known.retain(|_, since| since.elapsed() < limits::LET_ALONE);
        found.retain(|at| !known.contains_key(&(address.carrier.clone(), *at)));
        found
    }

    /// No change of the map can stop half-way.
    fn known(&self) -> MutexGuard<'_, BTreeMap<(Carrier, SocketAddr), Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_let_alone_and_others_of_the_same_name_are_not() {
        let address: Address = "/dns/shop.example/tcp/7481".parse().expect("an address");
        let places = ["192.0.2.1:7481", "192.0.2.2:7481"].map(|at| at.parse().expect("a socket"));
        let strangers = Strangers::default();
        strangers.note(&address, places[0]);
        assert_eq!(strangers.spare(&address, places.to_vec()), [places[1]]);
        let other: Address = "/dns/shop.example/udp/7481/quic-v1".parse().expect("an address");
        assert_eq!(strangers.spare(&other, places.to_vec()), places, "by another way it may be the right one");
        strangers.forget();
        assert_eq!(strangers.spare(&address, places.to_vec()), places);
    }

    #[test]
    fn no_more_are_remembered_than_the_bound() {
        let address: Address = "/dns/shop.example/tcp/7481".parse().expect("an address");
        let strangers = Strangers::default();
        let places: Vec<SocketAddr> =
            (0..=limits::STRANGERS).map(|port| ([192, 0, 2, 1], 1 + port as u16).into()).collect();
        places.iter().for_each(|at| strangers.note(&address, *at));
        assert_eq!(strangers.spare(&address, places.clone()), places[..1], "the oldest went");
    }
}
