//! Machines that stop without a word and come back: what was under way is answered, once.

use regie::person::verbs;
use regie_tests::lab::{
    faults::Cut,
    together,
    trio::{Came, Store, Transport, Trio, pause},
};
use serde_json::json;

use super::DELIVERED;

/// The two transports and both together, with a companion on either store.
const EACH: [(Transport, Store); 4] = [
    (Transport::Tcp, Store::Redb),
    (Transport::Quic, Store::Redb),
    (Transport::Both, Store::Redb),
    (Transport::Both, Store::Postgres),
];

/// How long a laptop sleeps, in seconds: longer than a dead line lasts.
const SLEEP: u64 = 40;

fn answered(trio: &Trio, requests: &[String], before: usize, changes: usize) {
    for request in requests {
        trio.answers(request, DELIVERED);
    }
    trio.delivers(DELIVERED);
    assert_eq!(trio.disclosures() - before, requests.len() + changes);
    assert_eq!(trio.person.ask(&verbs::Audit {})["verified"], json!(true));
}

#[test]
fn a_request_that_was_under_way_when_the_persons_machine_crashed_is_answered() {
    together(&EACH, |(transport, store)| {
        let Some(mut trio) = Trio::with(*transport, *store) else { return };
        trio.subscribe();
        let before = trio.disclosures();
        trio.home.cut(Cut::Drop);
        let first = trio.ask();
        trio.crash_home();
        pause(2);
        assert_eq!(trio.came(&first), Came::Open);
        trio.wake_home();
        let second = trio.ask();
        answered(&trio, &[first, second], before, 0);
    });
}

#[test]
fn a_machine_that_crashes_again_and_again_is_not_kept_out() {
    together(&Transport::EACH, |transport| {
        let Some(mut trio) = Trio::new(*transport) else { return };
        let mut requests = Vec::new();
        for _ in 0..6 {
            trio.home.cut(Cut::Drop);
            requests.push(trio.ask());
            trio.crash_home();
            pause(1);
            trio.wake_home();
        }
        answered(&trio, &requests, 0, 0);
    });
}

#[test]
fn what_is_asked_of_a_machine_that_sleeps_is_answered_when_it_wakes() {
    together(&Transport::EACH, |transport| {
        let Some(trio) = Trio::new(*transport) else { return };
        trio.subscribe();
        let before = trio.disclosures();
        trio.person.suspend();
        let request = trio.ask();
        pause(SLEEP);
        trio.person.resume();
        answered(&trio, &[request], before, 0);
    });
}

#[test]
fn a_companion_that_was_killed_and_comes_back_gets_what_it_missed() {
    together(&EACH, |(transport, store)| {
        let Some(mut trio) = Trio::with(*transport, *store) else { return };
        trio.subscribe();
        let before = trio.disclosures();
        trio.supplier.kill();
        trio.person.set("name.full", "Anna Jansen");
        pause(5);
        trio.start_shop();
        let request = trio.ask();
        answered(&trio, &[request], before, 1);
        assert_eq!(trio.held(), "Anna Jansen");
    });
}
