//! Two companions of one company on two hosts, with one PostgreSQL: whichever is reached speaks for both.

use regie_tests::{
    Node, asking,
    lab::{
        Family, Host, Lab,
        faults::Cut,
        homes::Homes,
        together,
        trio::{PORT, Transport, another, company, reopen, someone, within},
    },
    postgres::Postgres,
};
use serde_json::{Value, json};

use super::{DELIVERED, NOTICED};

#[test]
fn where_a_companions_host_is_lost_the_other_is_reached() {
    together(&[Transport::Tcp, Transport::Quic, Transport::Both], |transport| lost(*transport));
}

fn lost(transport: Transport) {
    let Some(lab) = Lab::new() else { return };
    let (first, second, nat) = (lab.host("first", Family::V4), lab.host("second", Family::V4), lab.nat("nat"));
    let home = lab.behind(&nat, "home");
    let Some(database) = Postgres::start() else { return };
    let directory = Homes::new();
    let at = |host: &Host| transport.at(host.ipv4.expect("an address").into(), PORT);
    let url = database.socket_url();
    let (mut one, _) = company(&first, directory.path(), "one", &at(&first), Some(&url));
    let (two, _) = another(&second, directory.path(), "two", &at(&second), &url);
    // It learns of the other when it starts.
    one.stop();
    reopen(&mut one, &directory, "one");
    let person = someone(&home, directory.path());
    person.pair(&one);

    let connected = |node: &Node| node.customer()["connected"] == json!(true);
    // The call by which they paired may have gone to the other one than the line did: an answer came over the line, and
    // when the call has ended, who is connected is who has the line.
    let request = ask(&one);
    within(DELIVERED, "there is a line", || answered(&one, &request));
    within(DELIVERED, "one of them has a line", || connected(&one) != connected(&two));
    let (near, far, host) = if connected(&one) { (&one, &two, &first) } else { (&two, &one, &second) };
    let request = ask(far);
    within(DELIVERED, "asked at the one without a line, it is answered", || answered(far, &request));
    assert!(connected(near), "over the line of the other");
    host.cut(Cut::Drop);
    let request = ask(far);
    within(NOTICED + DELIVERED, "with the other's host gone, it is answered", || answered(far, &request));
}

fn ask(companion: &Node) -> Value {
    companion.ask(&asking(&["name.full"], "DeliveryOfGoods", "once"))["request"].clone()
}

fn answered(companion: &Node, request: &Value) -> bool {
    let customer = companion.customer();
    let requests = customer["requests"].as_array().expect("a list");
    requests.iter().any(|own| own["request"] == *request && own["answered"] == json!(true))
}
