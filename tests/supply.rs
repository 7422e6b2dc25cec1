//! What is linked in: licences, sources, and crates that are kept out, by the lists of `.deny.toml` and `cargo metadata`
//! alone. cargo-deny reads the same lists in CI, and the texts of licences too.

use std::{collections::BTreeSet, path::Path, process::Command};

use serde_json::Value;

fn root() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The lists of `.deny.toml`.
fn lists() -> toml::Table {
    let text = std::fs::read_to_string(root().join(".deny.toml")).expect("text");
    text.parse().expect("TOML")
}

/// Every crate that the workspace could link in on this platform, with all features.
fn crates() -> Vec<Value> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let target = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let mut asked = Command::new(cargo);
    asked.args(["metadata", "--format-version", "1", "--locked", "--offline", "--all-features"]);
    let output = asked.args(["--filter-platform", &target]).current_dir(root()).output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let crates = metadata["packages"].as_array().expect("a list").clone();
    assert!(crates.len() > 300, "{} crates", crates.len());
    crates
}

fn texts(list: &toml::Value) -> BTreeSet<&str> {
    list.as_array().expect("a list").iter().filter_map(toml::Value::as_str).collect()
}

/// Does this SPDX expression (with `/` for OR, as older crates write it) leave a choice of allowed licences?
fn holds(expression: &str, allowed: &BTreeSet<&str>) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let mut words: Vec<&str> = spaced.split_whitespace().rev().collect();
    let held = any(&mut words, allowed);
    held && words.is_empty()
}

/// Alternatives: what is joined by OR.
fn any(words: &mut Vec<&str>, allowed: &BTreeSet<&str>) -> bool {
    let mut held = all(words, allowed);
    while words.pop_if(|word| *word == "OR").is_some() {
        held |= all(words, allowed);
    }
    held
}

/// What is joined by AND, which binds closer.
fn all(words: &mut Vec<&str>, allowed: &BTreeSet<&str>) -> bool {
    let mut held = one(words, allowed);
    while words.pop_if(|word| *word == "AND").is_some() {
        held &= one(words, allowed);
    }
    held
}

/// One licence with its exception, or what stands between brackets.
fn one(words: &mut Vec<&str>, allowed: &BTreeSet<&str>) -> bool {
    if words.pop_if(|word| *word == "(").is_some() {
        let held = any(words, allowed);
        return words.pop() == Some(")") && held;
    }
    let licence = words.pop().unwrap_or_default();
    match words.pop_if(|word| *word == "WITH") {
        Some(_) => allowed.contains(format!("{licence} WITH {}", words.pop().unwrap_or_default()).as_str()),
        None => allowed.contains(licence),
    }
}

#[test]
fn expressions_of_licences_are_read_as_they_are_meant() {
    let allowed = BTreeSet::from(["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"]);
    for good in
        ["MIT", "GPL-3.0 OR MIT", "GPL-3.0/MIT", "MIT AND (GPL-3.0 OR ISC)", "Apache-2.0 WITH LLVM-exception OR X"]
    {
        assert!(holds(good, &allowed), "{good}");
    }
    for bad in ["", "GPL-3.0", "MIT AND GPL-3.0", "(MIT", "MIT MIT", "Apache-2.0", "GPL-3.0 OR MIT AND X"] {
        assert!(!holds(bad, &allowed), "{bad}");
    }
}

#[test]
fn every_crate_has_a_licence_and_a_source_that_are_allowed() {
    let lists = lists();
    let (allowed, registries) = (texts(&lists["licenses"]["allow"]), texts(&lists["sources"]["allow-registry"]));
    for each in crates() {
        let (name, licence) = (&each["name"], each["license"].as_str().unwrap_or_default());
        assert!(holds(licence, &allowed), "{name}: the licence '{licence}' is not in .deny.toml");
        // What has no source is of this tree.
        let registry = each["source"].as_str().map(|source| source.strip_prefix("registry+").unwrap_or(source));
        assert!(registry.is_none_or(|registry| registries.contains(registry)), "{name} comes from {registry:?}");
    }
}

#[test]
fn no_crate_is_linked_that_is_kept_out() {
    let lists = lists();
    let banned = lists["bans"]["deny"].as_array().expect("a list").iter();
    let banned: BTreeSet<&str> = banned.filter_map(|ban| ban["crate"].as_str()).collect();
    assert!(banned.len() > 3, "{banned:?}");
    for each in crates() {
        let name = each["name"].as_str().expect("a name");
        assert!(!banned.contains(name), "{name} is kept out by .deny.toml");
        let asked = each["dependencies"].as_array().into_iter().flatten();
        let any =
            asked.filter(|asked| each["source"].is_null() && asked["path"].is_null()).find(|asked| asked["req"] == "*");
        assert!(any.is_none(), "{name} takes any version of {}", any.map_or(&Value::Null, |asked| &asked["name"]));
    }
}
