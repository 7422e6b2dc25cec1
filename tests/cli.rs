//! The command line: each mistake gets its exit code and a next step, and the examples in the docs are run.

use regie::person::verbs;
use regie_tests::{Node, binary, inviting};

#[test]
fn the_examples_in_the_docs_are_true() {
    trycmd::TestCases::new()
        .register_bin("regie", binary())
        .env("REGIE_HOME", "/nonexistent/regie")
        .env("NO_COLOR", "1")
        .case(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/cli/*.md"));
}

#[test]
fn mistakes_get_an_exit_code_and_a_next_step() {
    let directory = tempfile::tempdir().expect("a directory");
    let nobody = Node::at(directory.path().join("nobody"));
    assert!(nobody.bad(&["status"], 3).contains("start it with"));
    assert!(nobody.bad(&["run"], 4).contains("regie init"));

    let mut person = Node::person(directory.path().join("person"), "careful");
    assert!(person.bad(&["init"], 1).contains("already exists"));
    let wrong = person.process(&["run"]).env("REGIE_PASSPHRASE", "wrong").output().expect("runs");
    assert_eq!(wrong.status.code(), Some(6));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("wrong passphrase"));

    person.start();
    assert!(person.bad(&["run"], 1).contains("another process"));
    assert!(person.bad(&["set", "adress.street", "x"], 2).contains("did you mean address.street"));
    assert!(person.bad(&["get", "email"], 4).contains("regie set email"));
    assert!(person.bad(&["allow", "nonsense"], 4).contains("regie requests"));
    assert!(person.bad(&["revoke", "nonsense"], 4).contains("regie grants"));
    assert!(person.bad(&["pair", "http://example.org", "--yes"], 2).contains("regie:pair"));
    assert!(person.bad(&["supplier", "people"], 2).contains("supplier"));
    assert!(person.bad(&["set", "email", " "], 2).contains("empty"));
    person.stop();

    std::fs::write(person.home.join("config.toml"), "role = \"person\"\nlisten_on = 3\n").expect("written");
    let words = person.bad(&["run"], 2);
    assert!(words.contains("listen_on") && words.contains("line 2"), "{words}");
}

#[test]
fn an_occupied_port_and_a_silent_address_are_clear() {
    let directory = tempfile::tempdir().expect("a directory");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port();
    let listen = format!("/ip4/127.0.0.1/tcp/{port}");
    let mut supplier = Node::supplier(directory.path().join("supplier"), "Shop", &listen);
    assert!(supplier.bad(&["run"], 1).contains("in use"));
    drop(taken);
    supplier.start();
    // A second companion neither: it would be given half of what comes to the first.
    let second = Node::supplier(directory.path().join("second"), "Shop", &listen);
    assert!(second.bad(&["run"], 1).contains("in use by another process"));
    let invitation = supplier.ask(&inviting(false));
    supplier.stop();
    let mut person = Node::person(directory.path().join("person"), "careful");
    person.start();
    let link = invitation["link"].as_str().expect("a link");
    let words = person.bad(&["pair", link, "--yes"], 3);
    assert!(words.contains("refused there") && words.contains("companion running"), "{words}");
}

#[test]
fn a_read_only_home_is_a_clear_error_and_loses_nothing() {
    use std::os::unix::{fs::PermissionsExt as _, process::CommandExt as _};
    const NOBODY: u32 = 65534;
    let nowhere = Node::at("/proc/regie".into());
    assert!(nowhere.bad(&["init"], 1).contains("/proc/regie"));

    let directory = tempfile::tempdir().expect("a directory");
    let person = Node::person(directory.path().join("person"), "careful");
    let mode = |bits| {
        for path in [directory.path(), &person.home] {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(bits)).expect("changed");
        }
    };
    // Root may write anywhere, so as root the node is run as another user, who may read and no more.
    let root = std::fs::metadata("/proc/self").map(|own| std::os::unix::fs::MetadataExt::uid(&own)).expect("proc") == 0;
    for file in regie_tests::files(&person.home) {
        std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o444)).expect("changed");
    }
    mode(0o555);
    let mut process = person.process(&["run"]);
    if root {
        process.uid(NOBODY);
    }
    let output = process.output().expect("runs");
    mode(0o755);
    let words = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{words}");
    assert!(words.contains("writ") || words.contains("ermission"), "{words}");

    for file in regie_tests::files(&person.home) {
        std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).expect("changed");
    }
    let mut person = person;
    person.start();
    assert_eq!(person.ask(&verbs::Audit {})["verified"], serde_json::json!(true));
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let mut process = std::process::Command::new(binary());
    process.args(["fields", "--all"]).stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let mut child = process.spawn().expect("spawns");
    // Nobody reads: the first line that does not fit the pipe finds it closed.
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("ends");
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && words.is_empty(), "{:?} {words}", output.status);
}

#[test]
fn homes_with_odd_paths_work_or_say_why_not() {
    use std::os::unix::ffi::OsStringExt as _;
    let directory = tempfile::tempdir().expect("a directory");
    let odd = directory.path().join(std::ffi::OsString::from_vec(b"caf\xe9".to_vec()));
    let mut person = Node::person(odd, "careful");
    person.start();
    assert!(person.good(&["--json", "status"]).contains("\"role\":\"person\""));
    person.stop();
    let long = directory.path().join("x".repeat(110));
    let person = Node::person(long, "careful");
    let words = person.bad(&["run"], 2);
    assert!(words.contains("shorter path"), "{words}");
}

#[test]
fn a_passphrase_file_may_begin_with_a_mark_of_its_encoding() {
    let directory = tempfile::tempdir().expect("a directory");
    let person = Node::person(directory.path().join("person"), "careful");
    let file = directory.path().join("passphrase");
    std::fs::write(&file, "\u{feff}test passphrase\r\n").expect("written");
    let target = directory.path().join("backup.age");
    let (file, target) = (file.to_str().expect("text"), target.to_str().expect("text"));
    person.good(&["--passphrase-file", file, "backup", target]);
    // Another one is not written over the first, and nothing half-written stays.
    assert!(person.bad(&["--passphrase-file", file, "backup", target], 2).contains("exists"));
    let left: Vec<_> = std::fs::read_dir(directory.path()).expect("read").flatten().map(|e| e.file_name()).collect();
    assert_eq!(left.len(), 3, "{left:?}");
}

/// The package has what the binary writes of itself, under the names by which `man` and the shells look for it.
#[test]
fn every_page_and_completion_that_the_package_names_is_written() {
    let directory = tempfile::tempdir().expect("a directory");
    let node = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../node");
    let made = directory.path().join("manual");
    let run = std::process::Command::new(node.join("packaging/manual.sh")).arg(binary()).arg(&made).status();
    assert!(run.expect("bash runs").success());
    let manifest = std::fs::read_to_string(node.join("Cargo.toml")).expect("a manifest");
    let named = manifest.lines().filter_map(|line| line.trim().strip_prefix("[\"../target/manual/")?.split('"').next());
    let named: Vec<_> = named.collect();
    assert_eq!(named, ["man/*.1", "completions/regie", "completions/_regie", "completions/regie.fish"]);
    for one in named.iter().filter(|one| !one.contains('*')) {
        let text = std::fs::read_to_string(made.join(one)).expect("written");
        assert!(text.contains("regie") && text.contains("supplier"), "{one}");
    }
    let pages = std::fs::read_dir(made.join("man")).expect("a directory").map(|page| page.expect("a page").path());
    let pages: Vec<_> = pages.collect();
    assert!(pages.iter().all(|page| page.extension().is_some_and(|ending| ending == "1")), "{pages:?}");
    for verb in ["regie.1", "regie-pair.1", "regie-supplier-run.1"] {
        assert!(pages.iter().any(|page| page.ends_with(verb)), "{verb}");
    }
}
