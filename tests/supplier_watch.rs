//! What a company on call watches: alert rules and a dashboard that are held against what a companion really measures, by Prometheus's own
//! tool; and figures that move with what happens.

use std::{collections::BTreeSet, path::Path, process::Command as Process};

use regie::person::verbs;
use regie_tests::{Node, api, until};
use serde_json::json;

fn packaged(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../node/packaging/watch").join(name);
    path.to_str().expect("text").to_owned()
}

/// Prometheus's tool; none where it is not installed and need not be.
fn promtool(arguments: &[&str]) -> Option<String> {
    let output = match Process::new("promtool").args(arguments).output() {
        Ok(output) => output,
        Err(_) if std::env::var_os("REGIE_REQUIRE_TOOLS").is_none() => {
            eprintln!("not run: promtool is not installed (Debian: apt install prometheus)");
            return None;
        }
        Err(error) => panic!("promtool: {error}"),
    };
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{arguments:?}: {said}");
    Some(said)
}

#[test]
fn the_alerts_fire_for_what_they_are_for_and_a_quiet_companion_wakes_nobody() {
    let Some(checked) = promtool(&["check", "rules", &packaged("rules.yml")]) else { return };
    assert!(checked.contains("12 rules found"), "{checked}");
    promtool(&["test", "rules", &packaged("rules_test.yml")]);
}

/// Names of figures in a text.
fn figures(text: &str) -> BTreeSet<&str> {
    let begun = text.match_indices("regie_supplier_").map(|(at, _)| &text[at..]);
    begun.filter_map(|rest| rest.split(|c: char| !(c.is_ascii_lowercase() || c == '_')).next()).collect()
}

#[test]
fn what_rules_and_dashboard_name_is_measured_and_moves_with_what_happens() {
    let directory = tempfile::tempdir().expect("a directory");
    let (mut supplier, client) = api::company(module_path!(), directory.path().join("supplier"), "Shop");
    let webhook = json!({ "url": "https://receiver.invalid/hook" });
    client.post("/v1/webhooks", &webhook).expect(201);
    let mut person = Node::person(directory.path().join("person"), "balanced");
    person.start();
    person.set("name.full", "Anna Bakker");
    person.pair(&supplier);
    supplier.request(&["name.full"], "DeliveryOfGoods", "subscribe");
    until("it is answered", || client.get("/metrics").text().contains("regie_supplier_values_held 1"));
    let metrics = client.get("/metrics").text();
    let measured = |name: &str| {
        let head = |base: &str| metrics.contains(&format!("# TYPE {base} "));
        let base = ["_total", "_bucket"].iter().find_map(|end| name.strip_suffix(end));
        head(name) || base.is_some_and(head)
    };
    for file in ["rules.yml", "grafana.json"] {
        let text = std::fs::read_to_string(packaged(file)).expect("packaged");
        let named = figures(&text);
        assert!(named.len() >= 10, "{named:?}");
        let unknown: Vec<_> = named.iter().filter(|name| !measured(name)).collect();
        assert!(unknown.is_empty(), "{file} names what is not measured: {unknown:?}");
    }
    let figure = |name: &str| -> f64 {
        let text = client.get("/metrics").text();
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ').map(str::to_owned));
        line.unwrap_or_else(|| panic!("{name} in {text}")).parse().expect("a number")
    };
    let (turns, handled) = (figure("regie_supplier_turn_seconds_count"), figure("regie_supplier_handled_total"));
    assert!(turns > 0.0 && handled >= turns / 2.0, "{turns} turns of {handled}");
    for (name, least) in [
        ("regie_supplier_process_resident_memory_bytes", 1e6),
        ("regie_supplier_process_open_fds", 5.0),
        ("regie_supplier_process_threads", 2.0),
        ("regie_supplier_connected", 1.0),
    ] {
        assert!(figure(name) >= least, "{name}");
    }
    person.ask(&verbs::Status {});
    until("more was handled", || figure("regie_supplier_handled_total") > handled);

    // The receiver has no address: its webhook falls behind, and one that is deleted is told of no more.
    let id = client.get("/v1/webhooks").expect(200)["data"][0]["id"].as_str().expect("an id").to_owned();
    let of = |name: &str| format!("regie_supplier_webhook_{name}{{webhook=\"{id}\"}}");
    until("it fails", || figure(&of("failing")) > 0.0);
    assert!(figure(&of("behind")) >= 1.0);
    let failed = || client.get("/metrics").text().contains("regie_supplier_deliveries_total{ended=\"failed\"}");
    until("a delivery failed", failed);
    client.delete(&format!("/v1/webhooks/{id}")).expect(204);
    assert!(!client.get("/metrics").text().contains(&id));
    supplier.stop();
}
