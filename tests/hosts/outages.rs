//! A network that carries nothing for a while, or forgets, or loses. What is said meanwhile, from either side, is
//! delivered once; and both sides tell truly whether there is a line.

use regie::person::verbs;
use regie::supplier::verbs as companion;
use regie_protocol::Collection;
use regie_tests::lab::{
    faults::Cut,
    together,
    trio::{Came, Store, Transport, Trio, pause, within},
};
use serde_json::json;

use super::{DELIVERED, NOTICED};

/// How long a wire is cut, in seconds: around and above the ten that an exchange may take.
const OUTAGES: [u64; 3] = [8, 12, 20];
/// Requests while packets are lost.
const REQUESTS: usize = 15;
/// What a document has, in bytes, so that it is 40 KB on the wire.
const DOCUMENT: usize = 40_000;

/// What was said by both sides over a dead line: all of it arrives, once, and the line is told truly afterwards.
fn delivered_once(trio: &Trio, before: usize, request: &str, changed: &str) {
    trio.answers(request, DELIVERED);
    within(DELIVERED, "the change has arrived", || trio.held() == changed);
    trio.delivers(DELIVERED);
    within(NOTICED, "both sides tell the same of the line", || {
        let (person, supplier) = trio.lines();
        person == supplier
    });
    let next = trio.ask();
    trio.answers(&next, DELIVERED);
    trio.delivers(DELIVERED);
    assert_eq!(trio.disclosures() - before, 3, "two answers and a change");
    assert_eq!(trio.person.ask(&verbs::Audit {})["verified"], json!(true));
}

fn outage(transport: Transport, store: Store, how: Cut, seconds: u64) {
    let Some(trio) = Trio::with(transport, store) else { return };
    trio.subscribe();
    let before = trio.disclosures();
    trio.home.cut(how);
    let request = trio.ask();
    trio.person.set("name.full", "Anna Jansen");
    pause(seconds);
    assert_eq!(trio.came(&request), Came::Open, "the wire was cut");
    trio.home.mend();
    delivered_once(&trio, before, &request, "Anna Jansen");
}

#[test]
fn what_is_said_while_nothing_goes_through_is_delivered_once() {
    let cuts = [Cut::Drop, Cut::Reject].into_iter().flat_map(|how| OUTAGES.map(|seconds| (Store::Redb, how, seconds)));
    let cuts: Vec<_> = cuts.chain([(Store::Postgres, Cut::Drop, 12)]).collect();
    let rows: Vec<_> = Transport::EACH.iter().flat_map(|own| cuts.iter().map(move |cut| (*own, *cut))).collect();
    together(&rows, |(transport, (store, how, seconds))| outage(*transport, *store, *how, *seconds));
}

#[test]
fn what_is_revoked_while_packets_vanish_is_erased_afterwards() {
    together(&Transport::EACH, |transport| {
        let Some(trio) = Trio::new(*transport) else { return };
        trio.subscribe();
        assert_eq!(trio.held(), "Anna Bakker");
        trio.home.cut(Cut::Drop);
        trio.person.good(&["revoke", "--all", "shop"]);
        pause(12);
        assert_eq!(trio.held(), "Anna Bakker", "the wire was cut");
        trio.home.mend();
        within(DELIVERED, "the value is erased", || trio.held().is_null());
        trio.delivers(DELIVERED);
    });
}

#[test]
fn notice_that_is_given_over_a_cut_wire_to_a_companion_that_is_killed_arrives_once() {
    together(&Transport::EACH, |transport| {
        let Some(mut trio) = Trio::new(*transport) else { return };
        let words = ["contract", "add", "--party", "shop", "--product", "Groceries", "--start", "2020-01-31"];
        let added = trio.person.good(&words);
        let contract = added.lines().find_map(|line| line.strip_prefix("id: ")).expect("an id").to_owned();
        trio.home.cut(Cut::Drop);
        trio.person.good(&["contract", "end", &contract, "--yes"]);
        trio.person.good(&["right", "shop", "access", "--yes"]);
        let said = |trio: &Trio, state: &str| {
            let acts = trio.person.ask(&verbs::Acts { supplier: None });
            acts.as_array().expect("a list").iter().all(|act| act["state"] == state)
        };
        pause(3);
        assert!(said(&trio, "waits"), "the wire was cut");
        trio.supplier.kill();
        trio.home.mend();
        pause(2);
        // It is there for a moment, in which it may take the act, and then gone without a word.
        trio.start_shop();
        pause(1);
        trio.supplier.kill();
        trio.crash_home();
        trio.start_shop();
        trio.wake_home();
        within(DELIVERED, "both are signed for", || said(&trio, "received"));
        let told = trio.told();
        for kind in ["contract.notice.received", "rights.requested"] {
            let times: usize = told.iter().filter(|((own, _), _)| own == kind).map(|(_, times)| *times).sum();
            assert_eq!(times, 1, "{kind} in {told:?}");
        }
        trio.delivers(DELIVERED);
    });
}

#[test]
fn a_dead_line_is_noticed_by_both_sides() {
    together(&[Transport::Tcp, Transport::Quic, Transport::Both], |transport| {
        let Some(trio) = Trio::new(*transport) else { return };
        trio.subscribe();
        trio.home.cut(Cut::Drop);
        within(NOTICED, "both sides say that there is no line", || trio.lines() == (false, false));
        trio.home.mend();
        let request = trio.ask();
        trio.answers(&request, DELIVERED);
    });
}

/// Something ends every line without a word while nobody uses it; then both sides have something to say.
fn ended(transport: Transport, end: impl Fn(&mut Trio)) {
    let Some(mut trio) = Trio::new(transport) else { return };
    trio.subscribe();
    let before = trio.disclosures();
    end(&mut trio);
    let request = trio.ask();
    trio.person.set("name.full", "Anna Jansen");
    delivered_once(&trio, before, &request, "Anna Jansen");
}

#[test]
fn a_router_that_forgets_its_flows_delays_and_loses_nothing() {
    together(&[Transport::Tcp, Transport::Quic, Transport::Both], |transport| {
        ended(*transport, |trio| trio.home.forgotten());
    });
}

#[test]
fn a_person_who_moves_to_another_network_is_found_again() {
    together(&[Transport::Tcp, Transport::Quic, Transport::Both], |transport| {
        ended(*transport, |trio| trio.home.roam());
    });
}

#[test]
fn where_a_tenth_of_all_packets_is_lost_each_request_is_answered_once() {
    together(&Transport::EACH, |transport| {
        let Some(trio) = Trio::new(*transport) else { return };
        trio.home.lose(10);
        for _ in 0..REQUESTS {
            trio.answers(&trio.ask(), DELIVERED);
        }
        trio.home.mend();
        trio.delivers(DELIVERED);
        assert_eq!(trio.disclosures(), REQUESTS);
    });
}

#[test]
fn a_bill_of_megabytes_arrives_once_through_cuts_and_a_kill() {
    together(&Transport::EACH, |transport| {
        let Some(mut trio) = Trio::new(*transport) else { return };
        trio.person.good(&["open", "shop", "bills"]);
        trio.delivers(DELIVERED);
        let bill: Vec<u8> = b"%PDF-1.7\n".iter().copied().chain((0..3_000_000_u32).map(|at| (at / 97) as u8)).collect();
        let file = trio.person.home.with_file_name("bill.pdf");
        std::fs::write(&file, &bill).expect("written");
        let path = file.to_str().expect("UTF-8");
        let send = [
            "supplier",
            "send",
            "-",
            path,
            "--collection",
            "bills",
            "--title",
            "Bill",
            "--media-type",
            "application/pdf",
        ];
        // Slowly enough that a cut is in the midst of it.
        trio.home.lose(10);
        trio.supplier.good(&send);
        trio.person.kill();
        trio.start_home(|_| {});
        trio.home.roam();
        trio.home.mend();
        let inbox = |trio: &Trio| trio.person.ask(&verbs::Inbox {});
        within(DELIVERED, "the bill is there", || inbox(&trio).as_array().is_some_and(|all| all.len() == 1));
        let out = trio.person.home.with_file_name("came.pdf");
        let id = inbox(&trio)[0]["id"].as_str().expect("an id").to_owned();
        trio.person.good(&["item", "show", &id, "--out", out.to_str().expect("UTF-8")]);
        assert!(std::fs::read(&out).expect("written") == bill, "byte for byte");
    });
}

#[test]
fn where_large_packets_are_lost_without_a_word_large_documents_arrive() {
    together(&Transport::EACH, |transport| {
        let Some(trio) = Trio::new(*transport) else { return };
        trio.person.good(&["open", "shop", "messages"]);
        trio.delivers(DELIVERED);
        trio.home.shrink();
        let request = trio.ask();
        trio.answers(&request, DELIVERED);
        let body = data_encoding::BASE64.encode(&vec![b'x'; DOCUMENT]);
        trio.supplier.ask(&companion::Put {
            person: "-".into(),
            collection: Collection::Messages,
            title: "a large document".into(),
            media_type: "text/plain".into(),
            body,
            upload: None,
        });
        let inbox = || trio.person.ask(&verbs::Inbox {});
        within(DELIVERED, "the document is there", || inbox().as_array().is_some_and(|inbox| !inbox.is_empty()));
        trio.person.set("name.full", "Anna Jansen");
        let request = trio.ask();
        trio.answers(&request, DELIVERED);
        assert_eq!(inbox().as_array().map(Vec::len), Some(1));
    });
}
