//! A person's machine whose clock was wrong for a while: when it is right again everything is as it was.

use std::path::PathBuf;

use regie_tests::lab::{
    together,
    trio::{Transport, Trio, within},
};

use super::DELIVERED;

/// One run with a clock that is off by so much; then it is right again. What was asked meanwhile and what is asked now
/// is answered.
fn once_wrong(offset: &str) {
    let Some(library) = faketime() else { return };
    let Some(mut trio) = Trio::new(Transport::Tcp) else { return };
    trio.subscribe();
    trio.person.stop();
    trio.start_home(|process| {
        process.env("LD_PRELOAD", &library).env("FAKETIME", offset);
        process.env("FAKETIME_DONT_FAKE_MONOTONIC", "1").env("DONT_FAKE_MONOTONIC", "1");
    });
    // So that the time gets onto the disk.
    trio.person.set("address.country", "NL");
    within(DELIVERED, "there is a line", || trio.lines() == (true, true));
    let meanwhile = trio.ask();
    // It may be answered, or wait; it must not be over.
    std::thread::sleep(std::time::Duration::from_secs(3));
    trio.person.stop();
    trio.start_home(|_| {});
    let now = trio.ask();
    trio.answers(&now, DELIVERED);
    trio.answers(&meanwhile, 2 * DELIVERED);
    trio.delivers(DELIVERED);
}

#[test]
fn one_run_with_a_wrong_clock_stops_nothing_afterwards() {
    together(&["+2d", "+6m", "-6m"], |offset| once_wrong(offset));
}

/// The library that changes the time a process sees. None where it is not installed and `REGIE_REQUIRE_TOOLS` is not set.
fn faketime() -> Option<PathBuf> {
    let places = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten().map(|entry| entry.path());
    let found = places.map(|place| place.join("faketime/libfaketimeMT.so.1")).find(|library| library.exists());
    assert!(found.is_some() || std::env::var_os("REGIE_REQUIRE_TOOLS").is_none(), "faketime is not installed");
    if found.is_none() {
        println!("faketime is not installed; this was not run");
    }
    found
}
