//! `regie install` in folders of its own: what it writes, and that it goes as it came; a node that begins locked.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command as Process, Output, Stdio},
};

use regie::person::verbs;
use regie_tests::{
    Node, files,
    http::{enter, host_of, send_by_hand as send, start_of},
    until,
};
use serde_json::Value;

use crate::dashboard::FORM;

/// A person's folders, and their node.
struct Folders {
    directory: tempfile::TempDir,
    node: Node,
}

impl Folders {
    fn new() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        // A blank and a percent sign stand in these files in ways of their own.
        let node = Node::person(directory.path().join("my 100% node"), "careful");
        Self { directory, node }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn process(&self, arguments: &[&str]) -> Process {
        let mut process = self.node.process(arguments);
        process.env("HOME", self.at("user")).env("XDG_CONFIG_HOME", self.at("config"));
        process.env("XDG_DATA_HOME", self.at("data"));
        // The desktop of whoever runs the tests is none of theirs.
        process.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent");
        process
    }

    fn regie(&self, arguments: &[&str]) -> Output {
        self.process(arguments).stdin(Stdio::null()).output().expect("the binary runs")
    }

    fn written(&self) -> BTreeMap<PathBuf, String> {
        let all = ["config", "data"].map(|folder| self.at(folder)).into_iter().filter(|folder| folder.exists());
        let all =
            all.flat_map(|folder| files(&folder)).filter(|file| file.symlink_metadata().is_ok_and(|is| !is.is_dir()));
        all.map(|file| (file.clone(), std::fs::read_to_string(&file).unwrap_or_default())).collect()
    }
}

fn become_of(output: &Output) -> BTreeMap<String, String> {
    let said: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let list = said["files"].as_array().expect("a list");
    let text = |one: &Value, key: &str| one[key].as_str().expect("text").to_owned();
    list.iter().map(|one| (text(one, "file"), text(one, "became"))).collect()
}

#[test]
fn what_install_writes_is_named_and_goes_as_it_came() {
    let folders = Folders::new();
    let other = folders.at("data/applications/other.desktop");
    std::fs::create_dir_all(other.parent().expect("a folder")).expect("made");
    std::fs::write(&other, "[Desktop Entry]\n").expect("written");
    let before = folders.written();
    let installed = folders.regie(&["--json", "install"]);
    assert!(installed.status.success(), "{}", String::from_utf8_lossy(&installed.stderr));
    let named: Vec<PathBuf> = become_of(&installed).into_keys().map(PathBuf::from).collect();
    let after = folders.written();
    let new: Vec<PathBuf> = after.keys().filter(|file| !before.contains_key(*file)).cloned().collect();
    assert_eq!(new, named, "each file that it writes is named");
    let text = |name: &str| after[&folders.at(name)].as_str();
    let unit = text("config/systemd/user/regie.service");
    assert!(unit.contains("my 100%% node\" --no-browser run --locked\n"), "{unit}");
    let entry = text("data/applications/regie.desktop");
    assert!(entry.contains("\nMimeType=x-scheme-handler/regie;\n") && entry.contains("node\" browse %u\n"), "{entry}");
    assert!(text("config/autostart/regie.desktop").contains("node\" browse\n"));
    assert!(after.values().all(|text| !text.contains("test passphrase")), "no secret in any of them");
    assert!(folders.regie(&["install"]).status.success(), "again is the same");
    assert_eq!(folders.written(), after);

    // What the person changed is theirs.
    let changed = folders.at("config/autostart/regie.desktop");
    std::fs::write(&changed, format!("{}Hidden=true\n", text("config/autostart/regie.desktop"))).expect("written");
    let undone = become_of(&folders.regie(&["--json", "install", "--undo"]));
    assert!(undone[changed.to_str().expect("text")].starts_with("changed"), "{undone:?}");
    std::fs::remove_file(&changed).expect("removed");
    assert_eq!(folders.written(), before, "all of the rest is gone, and nothing else");
    assert!(folders.regie(&["install", "--undo"]).status.success(), "nothing to undo is no fault");
}

#[test]
fn what_somebody_else_wrote_is_not_written_over_and_nothing_is_written_then() {
    let folders = Folders::new();
    let own = folders.at("config/systemd/user/regie.service");
    std::fs::create_dir_all(own.parent().expect("a folder")).expect("made");
    std::fs::write(&own, "[Unit]\n").expect("written");
    let before = folders.written();
    let refused = folders.regie(&["install"]);
    assert!(!refused.status.success() && String::from_utf8_lossy(&refused.stderr).contains("regie.service"));
    assert_eq!(folders.written(), before);
}

#[test]
fn a_link_opens_the_page_that_pairs_and_nothing_else_does() {
    let folders = Folders::new();
    let tools = folders.at("bin");
    std::fs::create_dir(&tools).expect("made");
    let (script, opened) = (tools.join("xdg-open"), folders.at("opened"));
    // Whole at once: who looks while it is being written must not read half of it.
    let opens = format!("#!/bin/sh\necho \"$1\" > '{0}.part' && mv '{0}.part' '{0}'\n", opened.display());
    std::fs::write(&script, opens).expect("written");
    std::fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("set");
    let open = |link: &str| {
        let mut process = folders.process(&["--dashboard", "127.0.0.1:7480", "browse", link]);
        for variable in ["SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY", "WAYLAND_DISPLAY", "BROWSER"] {
            process.env_remove(variable);
        }
        let path = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap_or_default());
        process.env("PATH", path).env("DISPLAY", ":99").output().expect("the binary runs")
    };
    assert!(open("regie:pair?v=1&d=a\"b").status.success());
    // A browser is begun and not waited for.
    until("it was opened", || opened.exists());
    let at = std::fs::read_to_string(&opened).expect("opened");
    assert_eq!(at.trim(), "http://localhost:7480/pair?link=regie%3Apair%3Fv%3D1%26d%3Da%22b");
    std::fs::remove_file(&opened).expect("removed");
    assert_eq!(open("https://evil.example/").status.code(), Some(2));
    assert!(!Path::new(&opened).exists());
}

#[test]
fn a_node_that_begins_locked_asks_at_the_door_and_then_runs() {
    let mut folders = Folders::new();
    let mut process = folders.process(&["--json", "run", "--locked", "--dashboard", "127.0.0.1:0"]);
    process.env_remove("REGIE_PASSPHRASE").stdin(Stdio::null());
    let said = folders.node.start_saying(&mut process);
    let door = said["dashboard"].as_str().expect("an address").to_owned();
    assert_eq!(said["running"], "locked");
    let host = host_of(&door).to_owned();
    let to = start_of(&format!("{door}start/x")).0;
    let asked = send(to, "GET", "/pair?link=regie%3Apair", &[("Host", &host)], "");
    assert!(asked.status == 401 && asked.body.contains("value=\"/pair?link=regie%3Apair\""), "{}", asked.body);
    assert!(folders.node.try_ask(&verbs::Status {}).is_err(), "no node runs yet");
    let origin = format!("http://{host}");
    let come = |passphrase: &str| {
        let body = format!("to=%2Fpair%3Flink%3Dregie%253Apair&passphrase={passphrase}");
        send(to, "POST", "/in", &[("Host", &host), ("Origin", &origin), FORM], &body)
    };
    assert_eq!(come("guess").status, 401);
    assert!(folders.node.try_ask(&verbs::Status {}).is_err());
    let entered = come("test+passphrase");
    let link = entered.header("refresh").and_then(|to| to.strip_prefix("0; url=")).expect("a way on").to_owned();
    until("the node answers", || folders.node.try_ask(&verbs::Status {}).is_ok());
    let (_, cookie) = enter(&link);
    let page = send(to, "GET", "/pair?link=regie%3Apair", &[("Cookie", &cookie)], "");
    assert!(page.status == 200 && page.body.contains(">regie:pair</textarea>"), "{}", page.body);
    folders.node.stop();
}

/// A desktop's bus, with a keyring on it.
struct Desktop {
    children: Vec<Child>,
    address: String,
    _directory: tempfile::TempDir,
}

impl Drop for Desktop {
    fn drop(&mut self) {
        for child in self.children.iter_mut().rev() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Desktop {
    /// None where there is none to be had. `unlocked`: as after a login with a password, or with a keyring that nobody opened.
    fn start(unlocked: bool) -> Option<Self> {
        let tools = ["dbus-daemon", "gnome-keyring-daemon"];
        let there = |tool: &str| Process::new(tool).arg("--version").stdout(Stdio::null()).status().is_ok();
        if let Some(missing) = tools.into_iter().find(|tool| !there(tool)) {
            assert!(std::env::var_os("REGIE_REQUIRE_TOOLS").is_none(), "{missing} is not installed");
            println!("{missing} is not installed; this was not run");
            return None;
        }
        let directory = tempfile::tempdir().expect("a directory");
        let mut bus = Process::new("dbus-daemon");
        bus.args(["--session", "--nofork", "--print-address=1"]).stdout(Stdio::piped());
        let mut bus = bus.spawn().expect("a bus");
        let mut address = String::new();
        BufReader::new(bus.stdout.as_mut().expect("piped")).read_line(&mut address).expect("an address");
        let address = address.trim().to_owned();
        let mut daemon = Process::new("gnome-keyring-daemon");
        daemon.args(["--foreground", "--components=secrets"]).args(unlocked.then_some("--unlock"));
        daemon.env("DBUS_SESSION_BUS_ADDRESS", &address).env("HOME", directory.path());
        daemon.env("XDG_DATA_HOME", directory.path().join("data")).env("XDG_RUNTIME_DIR", directory.path());
        daemon.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut daemon = daemon.spawn().expect("a keyring");
        // The password of the login, to its end.
        daemon.stdin.take().expect("piped").write_all(b"login password").expect("said");
        until("the keyring is on the bus", || {
            let mut asks = Process::new("dbus-send");
            asks.args(["--session", "--print-reply", "--dest=org.freedesktop.DBus", "/org/freedesktop/DBus"]);
            asks.args(["org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.secrets"]);
            let said = asks.env("DBUS_SESSION_BUS_ADDRESS", &address).output().expect("dbus-send runs");
            String::from_utf8_lossy(&said.stdout).contains("boolean true")
        });
        Some(Self { children: vec![bus, daemon], address, _directory: directory })
    }

    fn regie(&self, folders: &Folders, arguments: &[&str]) -> Output {
        let mut process = folders.process(arguments);
        process.env("DBUS_SESSION_BUS_ADDRESS", &self.address).stdin(Stdio::null());
        process.output().expect("the binary runs")
    }

    /// Starts the node as the login does: without a passphrase.
    fn logs_in(&self, folders: &mut Folders) -> Value {
        let mut process = folders.process(&["--json", "run", "--locked", "--dashboard", "127.0.0.1:0"]);
        process.env("DBUS_SESSION_BUS_ADDRESS", &self.address).env_remove("REGIE_PASSPHRASE").stdin(Stdio::null());
        folders.node.start_saying(&mut process)
    }
}

#[test]
fn the_desktops_keyring_opens_the_node_at_login_until_that_is_undone() {
    let Some(desktop) = Desktop::start(true) else { return };
    let mut folders = Folders::new();
    let keyring = |output: &Output| -> Value {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice::<Value>(&output.stdout).expect("JSON")["keyring"].clone()
    };
    // Nobody is there to be asked, so it is not kept.
    assert_eq!(keyring(&desktop.regie(&folders, &["--json", "install"])), "absent");
    assert_eq!(desktop.logs_in(&mut folders)["running"], "locked");
    folders.node.kill();
    assert_eq!(keyring(&desktop.regie(&folders, &["--json", "install", "--keyring"])), "written");
    assert!(folders.written().values().all(|text| !text.contains("test passphrase")), "it stands in no file of ours");
    assert_eq!(desktop.logs_in(&mut folders)["running"], "person", "nothing was asked");
    until("the node answers", || folders.node.try_ask(&verbs::Status {}).is_ok());
    folders.node.stop();
    // Another home's passphrase is another entry.
    let mut other = Folders::new();
    assert_eq!(desktop.logs_in(&mut other)["running"], "locked");
    other.node.kill();
    assert_eq!(keyring(&desktop.regie(&folders, &["--json", "install", "--undo"])), "removed");
    assert_eq!(keyring(&desktop.regie(&folders, &["--json", "install", "--undo"])), "absent");
    assert_eq!(desktop.logs_in(&mut folders)["running"], "locked");
    folders.node.kill();
}

#[test]
fn a_passphrase_that_is_wrong_or_a_keyring_that_is_locked_or_not_there_keeps_nothing() {
    let Some(desktop) = Desktop::start(true) else { return };
    let folders = Folders::new();
    let mut process = folders.process(&["install", "--keyring"]);
    process.env("DBUS_SESSION_BUS_ADDRESS", &desktop.address).env("REGIE_PASSPHRASE", "guess").stdin(Stdio::null());
    let wrong = process.output().expect("the binary runs");
    assert!(!wrong.status.success() && String::from_utf8_lossy(&wrong.stderr).contains("wrong passphrase"));
    assert!(folders.written().is_empty(), "nothing was written then");
    let none = folders.regie(&["install", "--keyring"]);
    let words = String::from_utf8_lossy(&none.stderr).into_owned();
    assert!(!none.status.success() && words.contains("no keyring on this desktop"), "{words}");
    drop(desktop);
    let Some(locked) = Desktop::start(false) else { return };
    let refused = locked.regie(&folders, &["install", "--keyring"]);
    let words = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && words.contains("keyring"), "{words}");
    assert!(folders.written().is_empty());
}
