//! `regie install` in folders of its own: what it writes, and that it goes as it came; a node that begins locked.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::{Command as Process, Output, Stdio},
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
    std::fs::write(&script, format!("#!/bin/sh\necho \"$1\" > '{}'\n", opened.display())).expect("written");
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
