//! The set-up for containers, without any: a real PostgreSQL under a password, two companions begun by the script of their containers,
//! HAProxy before them by the file that is shipped; and one companion killed.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command as Process, Stdio},
};

use regie::supplier::verbs as companion;
use regie_tests::{Node, api::Client, binary, free_port, postgres::Postgres, until};
use serde_json::json;

fn packaged(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../node/packaging/compose").join(name)
}

/// A process that ends with the test.
struct Ends(Child);

impl Drop for Ends {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What one container has in its environment.
struct Company {
    store: String,
    secrets: tempfile::TempDir,
    /// Where persons are told to come.
    front: u16,
}

impl Company {
    fn script(&self, node: &Node, word: &str, (persons, systems): (u16, u16)) -> Process {
        let tools = Path::new(binary()).parent().expect("a directory").display();
        let path = std::env::var("PATH").expect("a path");
        let secret = |name: &str| self.secrets.path().join(name).display().to_string();
        let mut process = Process::new(packaged("companion.sh"));
        process
            .arg(word)
            .env("PATH", format!("{tools}:{path}"))
            .env("REGIE_HOME", &node.home)
            .env("REGIE_CHEAP_KDF", "1");
        process.env("REGIE_PASSPHRASE_COMMAND", format!("cat {}", secret("passphrase")));
        process.env("STORE", &self.store).env("STORE_PASSWORD_FILE", secret("database-password")).env("WAIT", "0.5");
        process.env("COMPANY_NAME", "De Webwinkel BV").env("COMPANY_SECTOR", "retail");
        process.env("ANNOUNCE", format!("/ip4/127.0.0.1/tcp/{}", self.front));
        process.env("LISTEN", format!("/ip4/127.0.0.1/tcp/{persons}")).env("API", format!("127.0.0.1:{systems}"));
        process.stdin(Stdio::null());
        process
    }

    fn start(&self, home: PathBuf, ports: (u16, u16)) -> Node {
        let mut node = Node::at(home);
        let process = self.script(&node, "run", ports);
        node.start_process(process);
        node
    }
}

/// HAProxy, by the file that is shipped.
fn haproxy((persons, systems): (u16, u16), one: (u16, u16), two: (u16, u16)) -> Option<Ends> {
    let mut process = Process::new("haproxy");
    process.arg("-db").arg("-f").arg(packaged("haproxy.cfg"));
    process.env("PERSONS", format!("127.0.0.1:{persons}")).env("SYSTEMS", format!("127.0.0.1:{systems}"));
    for (name, (persons, systems)) in [("ONE", one), ("TWO", two)] {
        process.env(name, "127.0.0.1").env(format!("{name}_PERSONS"), persons.to_string());
        process.env(format!("{name}_SYSTEMS"), systems.to_string());
    }
    match process.stdout(Stdio::null()).stderr(Stdio::null()).spawn() {
        Ok(child) => Some(Ends(child)),
        Err(_) => {
            assert!(std::env::var_os("REGIE_REQUIRE_TOOLS").is_none(), "haproxy is not installed");
            eprintln!("not run: haproxy is not installed (Debian: apt install haproxy)");
            None
        }
    }
}

fn ports() -> (u16, u16) {
    (free_port(), free_port())
}

#[test]
fn two_companions_on_one_database_behind_haproxy_go_on_when_one_is_killed() {
    let Some(postgres) = Postgres::start() else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let store = postgres.behind_password("a + secret/=");
    let (front, one_at, two_at) = (ports(), ports(), ports());
    let company = Company { store, secrets: tempfile::tempdir().expect("a directory"), front: front.0 };
    let secret = |name: &str, text: &str| std::fs::write(company.secrets.path().join(name), text).expect("written");
    secret("passphrase", "test passphrase\n");
    secret("database-password", "a + secret/=");

    // The second is there first, and waits until somebody has made the company.
    let home = |name: &str| directory.path().join(name);
    let waits = company.script(&Node::at(home("two")), "run", two_at).stderr(Stdio::null()).spawn().expect("sh runs");
    let waits = Ends(waits);
    let made = company.script(&Node::at(home("one")), "init", one_at).output().expect("sh runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    assert!(String::from_utf8_lossy(&made.stdout).contains("24 words"), "they are shown to whoever made it");
    let mut one = company.start(home("one"), one_at);
    let two = Node::at(home("two"));
    until("the second joined", || two.try_ask(&companion::Status {}).is_ok());
    for node in [&one, &two] {
        let config = std::fs::read_to_string(node.home.join("config.toml")).expect("a configuration");
        assert!(!config.contains("secret"), "{config}");
    }
    let Some(_haproxy) = haproxy(front, one_at, two_at) else { return };

    let key = one.api_key(false);
    let client = Client::new(format!("127.0.0.1:{}", front.1).parse().expect("an address"), &key);
    until("the front answers", || client.try_get("/v1/relationships").is_some_and(|answer| answer.status == 200));
    let mut person = Node::person(home("person"), "balanced");
    person.may_dial_this_machine();
    person.start();
    person.set("name.full", "Anna Bakker");
    person.pair(&one);
    let relationship = client.get("/v1/relationships").expect(200)["data"][0]["id"].as_str().expect("an id").to_owned();
    let held = || client.try_get(&format!("/v1/relationships/{relationship}/values")).map(|answer| answer.text());
    let ask = |reason: &str| {
        let request = json!({
            "relationship": relationship, "fields": ["name.full"], "purpose": "DeliveryOfGoods", "reason": reason
        });
        client.post("/v1/requests", &request).expect(201)["id"].as_str().expect("an id").to_owned()
    };
    ask("for the parcel");
    until("it is answered", || held().is_some_and(|text| text.contains("Anna Bakker")));

    one.kill();
    until("the front knows", || (0..8).all(|_| client.try_get("/readyz").is_some_and(|answer| answer.status == 200)));
    let id = ask("for the next one");
    let answered = || client.get(&format!("/v1/requests/{id}")).expect(200)["state"] == "answered";
    until("the one that is left answers", answered);

    // And it comes back.
    one = company.start(home("one"), one_at);
    assert_eq!(one.ask(&companion::People {}).as_array().map(Vec::len), Some(1));
    drop(waits);
}

#[test]
fn what_the_containers_are_made_of_is_there() {
    let compose = std::fs::read_to_string(packaged("compose.yml")).expect("packaged");
    for file in ["companion.sh", "haproxy.cfg"] {
        assert!(compose.contains(&format!("./{file}:")) && packaged(file).exists(), "{file}");
    }
    // What the script asks of its environment, the containers have.
    let script = std::fs::read_to_string(packaged("companion.sh")).expect("packaged");
    let asked = script.match_indices(":?").filter_map(|(at, _)| script[..at].rsplit("${").next());
    for name in asked.chain(["STORE_PASSWORD_FILE", "REGIE_PASSPHRASE_COMMAND"]) {
        assert!(compose.contains(&format!("      {name}: ")), "{name}");
    }
    let parsed = "import sys, yaml; d = yaml.safe_load(open(sys.argv[1])); \
                  assert set(d['services']) == {'database', 'one', 'two', 'front'}; \
                  named = {s for v in d['services'].values() for s in v['secrets']}; assert named == set(d['secrets']), named";
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/.venv/bin/python");
    if !python.exists() {
        assert!(std::env::var_os("REGIE_REQUIRE_PYTHON").is_none(), "the environment of tests/python is not there");
        return;
    }
    let output = Process::new(python).args(["-c", parsed]).arg(packaged("compose.yml")).output().expect("python runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_database_is_brought_back_to_a_moment_by_its_own_tools() {
    let there =
        |tool: &str| Process::new(tool).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    if Postgres::start().is_none() || !there("jq") {
        assert!(std::env::var_os("REGIE_REQUIRE_TOOLS").is_none(), "PostgreSQL or jq is not installed");
        return;
    }
    let directory = tempfile::Builder::new().prefix("regie-pitr").tempdir_in("/tmp").expect("a directory");
    let place = directory.path().to_str().expect("text");
    if Process::new("id").arg("-u").output().expect("id runs").stdout == b"0\n" {
        let owned = Process::new("chown").args(["postgres", place]).status().expect("chown runs");
        assert!(owned.success());
    }
    let tools = Path::new(binary()).parent().expect("a directory").display();
    let path = std::env::var("PATH").expect("a path");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/point_in_time.sh");
    let output = Process::new("timeout")
        .args(["180", script.to_str().expect("text"), place, &free_port().to_string()])
        .env("PATH", format!("{tools}:{path}"))
        .env("REGIE_PASSPHRASE", "test passphrase")
        .env("REGIE_CHEAP_KDF", "1")
        .output()
        .expect("bash runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let names = String::from_utf8_lossy(&output.stdout);
    let names: std::collections::BTreeSet<&str> = names.lines().collect();
    assert_eq!(names, ["before", "later"].into(), "what came after the moment is not there");
}
