//! Random histories of two hosts: wires that are cut, lossy or too narrow, machines that crash, sleep, move and start
//! again, while both sides ask and change. When all is well again nothing is lost and nothing came twice.
//!
//! `REGIE_HOSTS_SCHEDULES` says how many, `REGIE_HOSTS_AT_ONCE` how many at a time, `REGIE_HOSTS_SEED` where to begin;
//! a schedule is what its seed makes of it, and each prints its own before it begins.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use regie::person::verbs;
use regie_tests::{
    lab::{
        faults::Cut,
        trio::{Store, Transport, Trio},
    },
    number,
};
use serde_json::json;

/// Schedules of an ordinary run; the long form has 500.
const SCHEDULES: u64 = 3;
/// Of them at a time.
const AT_ONCE: u64 = 3;
/// Faults of one schedule.
const FAULTS: u64 = 6;
/// Longest fault, in milliseconds: longer than an exchange may take.
const FAULT_MS: u64 = 14_000;
/// Within so many seconds all is settled when everything is well again.
const SETTLED: u64 = 90;

/// What goes wrong, for a while.
#[derive(Clone, Copy, Debug)]
enum Fault {
    Cut(Cut),
    Loss(u8),
    Narrow,
    Forgotten,
    Roam,
    Sleep,
    Crash,
    Restart,
}

impl Fault {
    /// Does it last until it is taken back, and leave the machines alone?
    const fn is_of_network(self) -> bool {
        matches!(self, Self::Cut(_) | Self::Loss(_) | Self::Narrow)
    }
}

/// Numbers from a seed: SplitMix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }

    fn fault(&mut self) -> Fault {
        match self.below(10) {
            0 | 1 => Fault::Cut(Cut::Drop),
            2 => Fault::Cut(Cut::Reject),
            3 => Fault::Loss(u8::try_from(5 + self.below(30)).expect("small")),
            4 => Fault::Narrow,
            5 => Fault::Forgotten,
            6 => Fault::Roam,
            7 => Fault::Sleep,
            8 => Fault::Crash,
            _ => Fault::Restart,
        }
    }
}

#[test]
fn whatever_happens_to_lines_and_machines_nothing_is_lost_or_doubled() {
    let now = regie::clock::wall().0;
    let (first, schedules) = (number("REGIE_HOSTS_SEED", now), number("REGIE_HOSTS_SCHEDULES", SCHEDULES));
    let (next, failed) = (AtomicU64::new(0), std::sync::Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..number("REGIE_HOSTS_AT_ONCE", AT_ONCE) {
            scope.spawn(|| {
                loop {
                    let own = next.fetch_add(1, Ordering::Relaxed);
                    if own >= schedules {
                        break;
                    }
                    let seed = first + own;
                    println!("REGIE_HOSTS_SEED={seed} REGIE_HOSTS_SCHEDULES=1");
                    if std::panic::catch_unwind(|| schedule(seed)).is_err() {
                        failed.lock().expect("a lock").push(seed);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().expect("a lock");
    assert!(failed.is_empty(), "{} of {schedules} schedules failed, those of these seeds: {failed:?}", failed.len());
}

/// Plays one schedule, and looks at how it ended.
fn schedule(seed: u64) {
    let mut dice = Dice(seed);
    let transport = [Transport::Tcp, Transport::Quic, Transport::Both][usize::try_from(seed % 3).expect("small")];
    let store = if dice.below(4) == 0 { Store::Postgres } else { Store::Redb };
    let Some(mut trio) = Trio::with(transport, store) else { return };
    trio.subscribe();
    let before = trio.disclosures();
    let (mut requests, mut changes, mut told) = (Vec::new(), 0, Vec::new());
    for _ in 0..FAULTS {
        let (fault, lasts) = (dice.fault(), dice.below(FAULT_MS));
        told.push(format!("{fault:?} for {lasts} ms"));
        begin(&mut trio, fault);
        for _ in 0..dice.below(4) {
            std::thread::sleep(Duration::from_millis(dice.below(200)));
            if dice.below(2) == 0 && !matches!(fault, Fault::Restart) {
                requests.push(trio.ask());
            } else if !matches!(fault, Fault::Crash | Fault::Sleep) {
                changes += 1;
                trio.person.set("name.full", &format!("Anna {changes}"));
            }
        }
        std::thread::sleep(Duration::from_millis(lasts));
        // What the network does may go on while the next thing happens.
        if !fault.is_of_network() || dice.below(3) > 0 {
            end(&mut trio, fault);
        }
        std::thread::sleep(Duration::from_millis(dice.below(3_000)));
    }
    trio.home.mend();
    println!(
        "seed {seed}, {transport:?}, {store:?}, {} requests, {changes} changes: {}",
        requests.len(),
        told.join(", ")
    );
    settled(&trio, seed, &requests, before, changes);
}

fn begin(trio: &mut Trio, fault: Fault) {
    match fault {
        Fault::Cut(how) => trio.home.cut(how),
        Fault::Loss(percent) => trio.home.lose(percent),
        Fault::Narrow => trio.home.shrink(),
        Fault::Forgotten => trio.home.forgotten(),
        Fault::Roam => trio.home.roam(),
        Fault::Sleep => trio.person.suspend(),
        Fault::Crash => trio.crash_home(),
        Fault::Restart => trio.supplier.kill(),
    }
}

fn end(trio: &mut Trio, fault: Fault) {
    match fault {
        Fault::Sleep => trio.person.resume(),
        Fault::Crash => trio.wake_home(),
        Fault::Restart => trio.start_shop(),
        _ => trio.home.mend(),
    }
}

/// All that was asked is answered, the last change is known, nothing came twice, and the log holds.
fn settled(trio: &Trio, seed: u64, requests: &[String], before: usize, changes: usize) {
    for request in requests {
        trio.answers(request, SETTLED);
    }
    trio.delivers(SETTLED);
    if changes > 0 {
        assert_eq!(trio.held(), json!(format!("Anna {changes}")), "seed {seed}: the last change is known");
    }
    // A change that was not told yet gives way to the next.
    let came = trio.disclosures() - before;
    let (least, most) = (requests.len(), requests.len() + changes);
    assert!((least..=most).contains(&came), "seed {seed}: {came} disclosures came of {least} to {most}");
    assert_eq!(trio.person.ask(&verbs::Audit {})["verified"], json!(true), "seed {seed}");
    assert_eq!(trio.supplier.customer()["witnessed"]["gaps"], json!(0), "seed {seed}");
}
