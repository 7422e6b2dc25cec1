//! What a company's companion opens with and is reached by: a passphrase that a command prints and that is changed, a database's password
//! that no configuration holds, a certificate of the company's own; and what it refuses without.

use std::{path::Path, process::Command as Process};

use rcgen::generate_simple_self_signed;
use regie::supplier::verbs as companion;
use regie_tests::{Node, http::say_by_hand, postgres::Postgres};
use rustls::version::{TLS12, TLS13};
use serde_json::json;

use crate::doors::encrypted;

const LOCKED: i32 = 6;

fn company(directory: &Path) -> Node {
    Node::supplier(directory.join("shop"), "Shop", "/ip4/127.0.0.1/tcp/0")
}

/// The companion, which asks nobody and has nothing but a command to ask.
fn by_command(node: &Node, command: &str) -> Process {
    let mut process = node.process(&["--json", "supplier", "run"]);
    process.env_remove("REGIE_PASSPHRASE").env("REGIE_PASSPHRASE_COMMAND", command);
    process
}

#[test]
fn a_companion_opens_by_what_a_command_prints_and_under_another_passphrase_from_then_on() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut node = company(directory.path());
    let kept = |name: &str, text: &str| {
        std::fs::write(directory.path().join(name), text).expect("written");
        directory.path().join(name).display().to_string()
    };
    let (old, new) = (kept("old", "test passphrase\n"), kept("new", "quite another one\n"));
    node.start_saying(&mut by_command(&node, &format!("cat {old}")));
    let running = node.bad(&["supplier", "passphrase", "--new-passphrase-file", &new], 5);
    assert!(running.contains("stop it first"), "{running}");
    node.stop();

    // What the command does not give opens nothing, and it is said that it is the command's.
    for broken in ["exit 9", "true", "cat /nowhere/at/all"] {
        let output = by_command(&node, broken).output().expect("the binary runs");
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(LOCKED), "{broken}: {words}");
        assert!(words.contains("REGIE_PASSPHRASE_COMMAND"), "{words}");
    }

    node.good(&["supplier", "passphrase", "--new-passphrase-file", &new]);
    let before = by_command(&node, &format!("cat {old}")).output().expect("the binary runs");
    assert_eq!(before.status.code(), Some(LOCKED));
    node.start_saying(&mut by_command(&node, &format!("cat {new}")));
    assert_eq!(node.ask(&companion::People {}), json!([]));
}

#[test]
fn the_api_is_served_beyond_this_machine_under_a_certificate_or_by_its_owners_word() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut node = company(directory.path());
    let open = node.bad(&["supplier", "run", "--api", "0.0.0.0:0"], 2);
    assert!(open.contains("in the clear") && open.contains("api_plain"), "{open}");
    let half = node.bad(&["supplier", "run", "--api", "127.0.0.1:0", "--api-key", "key.pem"], 2);
    assert!(half.contains("--api-certificate"), "{half}");

    let made = generate_simple_self_signed(vec!["regie.test".to_owned()]).expect("a certificate");
    let place = |name: &str| directory.path().join(name).display().to_string();
    std::fs::write(place("chain.pem"), made.cert.pem()).expect("written");
    std::fs::write(place("key.pem"), made.key_pair.serialize_pem()).expect("written");
    let tls = ["--api-certificate", &place("chain.pem"), "--api-key", &place("key.pem")];
    let missing = node.bad(&["supplier", "run", "--api", "0.0.0.0:0", tls[0], &place("none.pem"), tls[2], tls[3]], 2);
    assert!(missing.contains("none.pem"), "{missing}");

    let arguments = [&["--json", "supplier", "run", "--api", "0.0.0.0:0"][..], &tls].concat();
    let said = node.start_saying(&mut node.process(&arguments));
    let port = said["api"].as_str().and_then(|at| at.rsplit(':').next()).expect("a port").to_owned();
    let at = format!("127.0.0.1:{port}").parse().expect("an address");
    let key = format!("Bearer {}", node.api_key(false));
    for version in [&TLS12, &TLS13] {
        let (mut stream, _) = encrypted(at, version).expect("a connection");
        let headers = [("Authorization", key.as_str())];
        let answer = say_by_hand(&mut stream, "regie.test", "GET", "/v1/relationships", &headers, "");
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    // Without encryption nothing is answered, and no key was ever taken.
    let mut plain = std::net::TcpStream::connect(at).expect("a connection");
    std::io::Write::write_all(&mut plain, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").expect("written");
    let mut answer = Vec::new();
    let _ = std::io::Read::read_to_end(&mut plain, &mut answer);
    assert_eq!(answer, b"");
    node.stop();

    let said =
        node.start_saying(&mut node.process(&["--json", "supplier", "run", "--api", "0.0.0.0:0", "--api-plain"]));
    assert!(said["api"].is_string(), "{said}");
}

#[test]
fn a_databases_password_stands_in_no_configuration_and_its_passphrase_is_changed_under_companions_that_run() {
    let Some(postgres) = Postgres::start() else { return };
    let address = postgres.behind_password("s=cr&t/+ 1").replace("regie@", "regie:s%3Dcr%26t%2F%2B%201@");
    let directory = tempfile::tempdir().expect("a directory");
    let mut node = Node::at(directory.path().join("shop"));
    let listen = "/ip4/127.0.0.1/tcp/0";
    node.good(&["supplier", "init", "--name", "S", "--sector", "retail", "--listen", listen, "--store", &address]);
    let config = std::fs::read_to_string(node.home.join("config.toml")).expect("a configuration");
    assert!(!config.contains("s%3Dcr") && !config.contains("s=cr") && config.contains("store-password"), "{config}");
    let mode = std::fs::metadata(node.home.join("store-password")).expect("a file").permissions();
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&mode) & 0o777, 0o600);
    node.start_saying(&mut by_command(&node, "echo test passphrase"));

    let new = directory.path().join("new");
    std::fs::write(&new, "quite another one").expect("written");
    let new = new.display().to_string();
    node.good(&["supplier", "passphrase", "--new-passphrase-file", &new]);
    assert_eq!(node.ask(&companion::People {}), json!([]), "it goes on");
    node.stop();
    let before = by_command(&node, "echo test passphrase").output().expect("the binary runs");
    assert_eq!(before.status.code(), Some(LOCKED));
    node.start_saying(&mut by_command(&node, &format!("cat {new}")));
    node.stop();

    // Where the file is gone the database lets nobody in, and what is missing is said.
    std::fs::remove_file(node.home.join("store-password")).expect("removed");
    let gone = by_command(&node, &format!("cat {new}")).output().expect("the binary runs");
    assert!(String::from_utf8_lossy(&gone.stderr).contains("store-password"), "{gone:?}");
}
