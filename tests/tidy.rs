//! The rules of the tree: who may import what, and how a file begins.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use regie_tests::files;

fn sources() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = Vec::new();
    for part in ["protocol/src", "node/src", "node/simulator/src", "node/simulator/tests", "node/tables/src", "tests"] {
        for file in files(&root.join(part)) {
            let ours =
                !file.components().any(|part| ["target", "node_modules"].iter().any(|name| part.as_os_str() == *name));
            if ours && file.extension().is_some_and(|ending| ending == "rs") {
                let text = std::fs::read_to_string(&file).expect("text");
                let name = file.strip_prefix(&root).expect("below the root").to_owned();
                found.push((name, text));
            }
        }
    }
    assert!(found.len() > 40, "the walk found {} files", found.len());
    found
}

#[test]
fn libraries_stay_in_their_rooms() {
    let rules: [(&str, &[&str]); 40] = [
        ("libp2p::", &["node/src/network", "tests/forward.rs", "tests/hosts/hotspot.rs", "tests/hosts/impostor.rs"]),
        ("redb::", &["node/src/store", "tests/bench.rs", "tests/bench_load.rs"]),
        ("prio::", &["protocol/src/prio3.rs"]),
        ("hpke::", &["protocol/src/sealed.rs"]),
        // A person's node speaks HTTP with suppliers' domains, in one place; a companion with its company's receivers.
        ("reqwest::", &["node/src/domain.rs", "node/src/api", "node/src/cli/listen.rs"]),
        // What goes to a server that was named: by a supplier, as its domain, or by the person.
        ("http::ask", &["node/src/domain.rs", "node/src/place.rs"]),
        ("notify_rust::", &["node/src/notice"]),
        ("webpki_roots::", &["node/src/network/keys.rs"]),
        ("unicode_security::", &["protocol/src/lookalike.rs"]),
        ("icu_properties::", &["protocol/src/text.rs"]),
        ("sd_jwt_payload::", &["node/src/credential.rs"]),
        ("jsonwebtoken::", &["node/src/credential.rs", "node/src/credential", "tests/credentials.rs"]),
        ("webpki::", &["node/src/credential"]),
        ("x509_parser::", &["node/src/credential"]),
        ("miniz_oxide::", &["node/src/credential", "tests/credentials.rs"]),
        ("SystemTime", &["node/src/clock.rs"]),
        ("getrandom::", &["node/src/clock.rs"]),
        ("sqlx::", &["node/src/store"]),
        ("async_nats::", &["node/src/api/bus.rs"]),
        ("parquet::", &["node/tables/src", "tests/supplier_lists.rs"]),
        ("calcard::", &["node/src/import", "node/src/calendar"]),
        ("psl::", &["node/src/find"]),
        ("aes::", &["node/src/find"]),
        ("cbc::", &["node/src/find"]),
        ("chacha20::", &["node/src/find"]),
        ("flate2::", &["node/src/find"]),
        ("quick_xml::", &["node/src/find"]),
        ("opener::", &["node/src/cli/browser.rs"]),
        ("age::", &["node/src/backup.rs"]),
        ("lettre::", &["node/src/mail"]),
        ("webauthn_rs::", &["node/src/dashboard/passkeys.rs"]),
        (
            "rcgen::",
            &[
                "node/src/elsewhere",
                "node/src/web/certificate.rs",
                "tests/credentials.rs",
                "tests/doors.rs",
                "tests/letters.rs",
                "tests/standing.rs",
                "tests/supplier_secrets.rs",
            ],
        ),
        ("krilla::", &["node/src/letter"]),
        ("qrcode::", &["node/src/qr.rs"]),
        ("jsonschema::", &["node/src/api/description.rs"]),
        ("rustybuzz::", &["node/src/letter"]),
        (
            "axum::",
            &[
                "node/src/web",
                "node/src/dashboard",
                "node/src/dashboard.rs",
                "node/src/api",
                "node/src/supplier",
                "tests/supplier_events.rs",
            ],
        ),
        (
            "askama::",
            &[
                "node/src/dashboard",
                "node/src/dashboard.rs",
                "node/src/api/answering.rs",
                "node/src/api/console.rs",
                "node/src/api/doorkeeper.rs",
                "node/src/api/stall.rs",
            ],
        ),
        // One server with one set of bounds and headers for everything that is served.
        ("hyper::server", &["node/src/web"]),
        ("fluent_bundle::", &["node/src/web", "node/src/locale.rs", "node/src/sentences.rs"]),
    ];
    for (file, text) in sources().iter().filter(|(file, _)| !file.ends_with("tidy.rs")) {
        for (word, rooms) in rules {
            let used = text.lines().any(|line| {
                line.match_indices(word).any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
            });
            assert!(!used || rooms.iter().any(|room| file.starts_with(room)), "{word} in {}", file.display());
        }
    }
}

/// The paths that stand behind a root, as `crate` or `std`: in paths, in `use root::name` and in the groups of
/// `use root::{name, other::{…}}`, which is how this house writes them. Comments do not count.
fn paths(text: &str, root: &str) -> BTreeSet<Vec<String>> {
    let code: Vec<&str> = text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
    let code = code.join("\n");
    let begins = format!("{root}::");
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices(&begins) {
        let is_other = code[..at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | ':' | '$'));
        if !is_other {
            members(&code[at + begins.len()..], &[], &mut found);
        }
    }
    found
}

/// Reads a path, or a group of them in braces, behind what stands before it. Gives what follows.
fn members<'a>(text: &'a str, before: &[String], found: &mut BTreeSet<Vec<String>>) -> &'a str {
    let Some(mut rest) = text.strip_prefix('{') else {
        let Some(name) = name(text) else { return text };
        let rest = &text[name.len()..];
        let path = [before, &[name]].concat();
        return match rest.strip_prefix("::") {
            Some(rest) => members(rest, &path, found),
            None => {
                found.insert(path);
                rest
            }
        };
    };
    loop {
        rest = rest.trim_start();
        if let Some(rest) = rest.strip_prefix('}') {
            return rest;
        }
        // What stands behind a path, as `as _`, is no path.
        let after = members(rest, before, found).trim_start_matches(|c| c != ',' && c != '}');
        if after.is_empty() {
            return after;
        }
        rest = after.trim_start_matches(',');
    }
}

/// The first names of these paths.
fn behind(text: &str, root: &str) -> BTreeSet<String> {
    paths(text, root).into_iter().filter_map(|path| path.into_iter().next()).collect()
}

/// The name that a text begins with.
fn name(text: &str) -> Option<String> {
    let name: String = text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    Some(name).filter(|name| !name.is_empty())
}

#[test]
fn grouped_imports_are_seen() {
    let text = "use crate::{\n    clock, // not crate::demo\n    store::{Store as _, cli},\n    person::links::{self, Link},\n};\n\
                use crate::network::{api};\nfn f() { crate::driver::run(); other_crate::home(); $crate::never!() }";
    let found: Vec<String> = behind(text, "crate").into_iter().collect();
    assert_eq!(found, ["clock", "driver", "network", "person", "store"]);
    assert_eq!(behind("use std::{fmt, time::Duration};", "std").len(), 2);
    let whole: Vec<String> = paths(text, "crate").into_iter().map(|path| path.join("::")).collect();
    let expected = "clock driver::run network::api person::links::Link person::links::self store::Store store::cli";
    assert_eq!(whole.join(" "), expected);
}

/// The rooms of the node from the lowest to the highest; docs/architecture.md shows the same. A room imports from
/// lower lines, and its own.
const ROOMS: [&[&str]; 13] = [
    &["calendar", "clock", "http", "locale", "media", "out", "public"],
    &["backoff"],
    &["network", "sentences", "store"],
    &["command", "consent"],
    &["elsewhere", "place", "qr", "verb"],
    &["control", "conversation", "credential", "domain", "driver", "home", "import", "witness"],
    &["backup", "find"],
    &["letter", "mail"],
    &["case", "notice"],
    &["person", "supplier", "web"],
    &["api", "dashboard"],
    &["demo"],
    &["cli"],
];

/// The simulator's rooms, likewise. Its verbs are a program of their own, which sees the library from outside.
const SIMULATOR_ROOMS: [&[&str]; 8] = [
    &["limits", "stopwatch"],
    &["io"],
    &["scenario"],
    &["measure", "watch"],
    &["world"],
    &["runs"],
    &["calibrate", "experiment"],
    &["verbs"],
];

/// What a room does not import although it stands below: the dashboard has no rule of its own, it asks commands and
/// reads their answers.
const APART: [(&str, &[&str]); 1] = [("dashboard", &["credential", "driver", "network", "supplier"])];

/// The line of a room; there is none that has no place.
fn height(rooms: &[&[&str]], room: &str) -> usize {
    let height = rooms.iter().position(|rooms| rooms.contains(&room));
    height.unwrap_or_else(|| panic!("the room {room} has no place in tests/tidy.rs"))
}

/// How many imports of a tree of rooms were seen, all of them down.
fn imports_down(tree: &str, rooms: &[&[&str]], apart: &[(&str, &[&str])]) -> usize {
    let mut imported = 0;
    for (file, text) in sources() {
        let Ok(inside) = file.strip_prefix(tree) else { continue };
        let first = inside.iter().next().and_then(|part| part.to_str()).expect("a name");
        let room = first.trim_end_matches(".rs");
        if ["lib", "main"].contains(&room) {
            continue;
        }
        let apart = apart.iter().find(|(of, _)| *of == room).map_or(&[][..], |(_, others)| others);
        for other in behind(&text, "crate").into_iter().filter(|other| *other != room) {
            assert!(
                height(rooms, &other) < height(rooms, room) && !apart.contains(&other.as_str()),
                "{} imports {other}",
                file.display()
            );
            imported += 1;
        }
    }
    imported
}

#[test]
fn nothing_imports_up() {
    let node = imports_down("node/src", &ROOMS, &APART);
    let simulator = imports_down("node/simulator/src", &SIMULATOR_ROOMS, &[]);
    assert!(node > 200 && simulator > 40, "{node} and {simulator} imports were seen");
}

/// What a file of the simulator imports of the others, by their names; the tests in it do not count.
fn imports(file: &str, text: &str, all: &BTreeSet<String>) -> BTreeSet<String> {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    assert!(!code.contains("use super::"), "{file} imports from above it without saying which file");
    let mut found = BTreeSet::new();
    for path in paths(code, "crate") {
        let names = (1..=path.len()).rev().map(|length| path[..length].join("/"));
        found.extend(names.into_iter().find(|name| all.contains(name)));
    }
    // A file may use the parts that it declares by their names alone.
    for part in all.iter().filter_map(|other| other.strip_prefix(file)?.strip_prefix('/')) {
        if code.contains(&format!(" {part}::")) {
            found.insert(format!("{file}/{part}"));
        }
    }
    found.remove(file);
    found
}

/// What writes tables knows neither who has them nor what is in them.
#[test]
fn the_writer_of_tables_knows_no_machine() {
    let manifest = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../node/tables/Cargo.toml"));
    let manifest: toml::Table = manifest.expect("text").parse().expect("TOML");
    let needed: Vec<&String> = manifest["dependencies"].as_table().expect("a table").keys().collect();
    assert_eq!(needed, ["csv", "parquet", "thiserror"]);
}

/// Eleven files of the simulator once imported each other in a circle.
#[test]
fn no_files_of_the_simulator_import_each_other_in_a_circle() {
    let mut texts = BTreeMap::new();
    for (file, text) in sources() {
        let inside = file.strip_prefix("node/simulator/src").ok().and_then(Path::to_str);
        let name = inside.map(|name| name.trim_end_matches(".rs").to_owned());
        if let Some(name) = name.filter(|name| !["lib", "main"].contains(&name.as_str()) && !name.starts_with("verbs"))
        {
            texts.insert(name, text);
        }
    }
    let all: BTreeSet<String> = texts.keys().cloned().collect();
    let mut left: BTreeMap<&String, BTreeSet<String>> =
        texts.iter().map(|(file, text)| (file, imports(file, text, &all))).collect();
    assert!(left.values().map(BTreeSet::len).sum::<usize>() > 100, "imports were seen");
    // Whoever imports nothing that is left is in no circle.
    while let Some(file) = left.iter().find(|(_, imports)| imports.is_empty()).map(|(file, _)| *file) {
        left.remove(file);
        left.values_mut().for_each(|imports| imports.retain(|other| other != file));
    }
    assert!(left.is_empty(), "these import each other in a circle, or such ones: {left:#?}");
}

#[test]
fn the_core_is_pure() {
    for (file, text) in sources() {
        let uses = |root: &str, names: &[&str]| {
            let found = behind(&text, root);
            names.iter().find(|name| found.contains(**name)).map(|name| format!("{root}::{name}"))
        };
        let mut wrong = None;
        if file.starts_with("protocol/src") {
            wrong = uses("std", &["env", "fs", "net", "process", "thread", "time"]);
            // `Client`: the trait by which prio draws from the operating system.
            let words =
                ["tokio", "rand::", "getrandom::", "OsRng", "vdaf::Client", "Client as _", "thread::", "Instant::"];
            wrong = wrong.or(words.iter().find(|word| text.contains(**word)).map(ToString::to_string));
        }
        // The simulator knows the machines and no node, clock or network; one file measures the simulator itself.
        if file.starts_with("node/simulator") && !file.ends_with("node/simulator/src/stopwatch.rs") {
            wrong = uses("std", &["net", "time"]);
            let words = ["regie::", "tokio", "thread_rng", "rand::rng"];
            wrong = wrong.or(words.iter().find(|word| text.contains(**word)).map(ToString::to_string));
        }
        assert!(wrong.is_none(), "{} in {}", wrong.unwrap_or_default(), file.display());
    }
}

/// The core gives codes; verbs of the binary and its files are the node's words.
#[test]
fn the_core_has_no_words_for_people() {
    let mut read = 0;
    for (file, text) in sources().iter().filter(|(file, _)| file.starts_with("protocol/src")) {
        let code = text.lines().map(str::trim).filter(|line| !line.starts_with("//"));
        for line in code {
            let wrong = ["`regie ", "config.toml", "you ", "your ", "docs/"].iter().find(|words| {
                let quoted = line.split('"').skip(1).step_by(2);
                quoted.into_iter().any(|quoted| quoted.contains(**words))
            });
            assert!(wrong.is_none(), "{} says: {line}", file.display());
            read += 1;
        }
    }
    assert!(read > 5_000, "{read} lines");
}

#[test]
fn only_the_door_makes_a_release() {
    for (file, text) in sources().iter().filter(|(file, _)| !file.ends_with("tidy.rs")) {
        let makes = text.contains("Release { field");
        assert!(!makes || file.ends_with("protocol/src/decision.rs"), "{}", file.display());
    }
}

/// A [`Frame`](regie_protocol::departure::Frame) is the only thing that an endpoint sends, and only the core makes one. The
/// ways round that are for peers in tests.
#[test]
fn only_a_departure_reaches_a_peer() {
    for (file, text) in sources().iter().filter(|(file, _)| !file.ends_with("tidy.rs")) {
        let makes = ["Departure { what", "map(Frame)"].iter().any(|made| text.contains(made));
        assert!(!makes || file.ends_with("protocol/src/departure.rs"), "{}", file.display());
        let of_a_node = file.starts_with("node/src") && !file.ends_with("node/src/network/endpoint.rs");
        let goes_round = ["exchange_bytes(", "reply_bytes("].iter().any(|way| text.contains(way));
        assert!(!of_a_node || !goes_round, "{}", file.display());
    }
    let departure = sources().into_iter().find(|(file, _)| file.ends_with("protocol/src/departure.rs"));
    let (_, text) = departure.expect("the exit");
    assert!(text.contains("pub struct Departure<T> {\n    what: T,") && text.contains("pub struct Frame(Vec<u8>);"));
    assert!(text.contains("pub(crate) fn let_out<"), "only machines decide what leaves");
}

/// What a machine decided is seen by nobody before its host carries it out, and nobody drops a part of it.
#[test]
fn only_a_host_carries_out_what_a_machine_decided() {
    let machines = ["protocol/src/person", "protocol/src/supplier", "protocol/src/board"];
    let (mut hidden, mut functions) = (0, 0);
    for (file, text) in sources().iter().filter(|(file, _)| !file.ends_with("tidy.rs")) {
        let name = file.display();
        let of_a_machine = machines.iter().any(|machine| file.with_extension("").starts_with(machine));
        assert!(of_a_machine || behind(text, "Effect").is_empty(), "{name} looks into effects");
        assert!(!text.contains("pub enum Effect") && !text.contains("pub use host::Effect;"), "{name}");
        hidden += usize::from(text.contains("pub(super) enum Effect {") || text.contains("\nenum Effect {"));
        if file.starts_with("protocol/src") {
            for public in text.split("    pub fn ").skip(1) {
                let signature = public.split('{').next().unwrap_or_default();
                assert!(!signature.contains("Vec<Effect>"), "{name}: {signature}");
                functions += usize::from(signature.contains("Effects"));
            }
        }
        // Beside its value a machine gives what follows.
        let drops = |line: &str| line.contains(", _) = ") && line.contains("machine.");
        let dropped = text.lines().find(|line| file.starts_with("node") && drops(line));
        assert!(dropped.is_none(), "{name}: {}", dropped.unwrap_or_default());
    }
    assert!(hidden == machines.len() && functions > 20, "{hidden} machines, {functions} functions");
    for machine in &machines[1..] {
        let host = format!("{machine}/host.rs");
        let (_, text) = sources().into_iter().find(|(file, _)| file.ends_with(&host)).expect("its host");
        let ways: Vec<&str> = text.split("pub fn ").skip(1).filter(|way| way.contains("self")).collect();
        let names: Vec<&str> = ways.iter().filter_map(|way| way.split('(').next()).collect();
        assert_eq!(names, ["carry_out", "and"], "{host}: the ways out of effects");
        assert!(text.contains("pub struct Effects(pub(super) Vec<Effect>);") && text.contains("#[must_use"), "{host}");
    }
}

#[test]
fn a_node_is_never_built_with_modelled_signatures() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let read = |file: &str| std::fs::read_to_string(root.join(file)).expect("text");
    let node = read("node/src/lib.rs");
    assert!(node.contains("#[cfg(regie_modelled)]\ncompile_error!("));
    assert!(node.contains("const _: () = assert!(!regie_protocol::scheme::MODELLED"));
    // No feature, which another crate could switch on, no build script, no configuration of cargo.
    for (file, text) in sources() {
        let rooms =
            ["protocol/src/scheme", "protocol/src/scheme.rs", "node/src/lib.rs", "node/simulator", "tests/tidy.rs"];
        assert!(
            !text.contains("regie_modelled") || rooms.iter().any(|room| file.starts_with(room)),
            "{}",
            file.display()
        );
    }
    let crates = ["protocol", "node", "node/simulator", "node/tables", "tests"];
    for manifest in crates.map(|of| format!("{of}/Cargo.toml")) {
        assert!(!read(&manifest).contains("modelled"), "{manifest}");
    }
    for file in ["protocol/build.rs", ".cargo/config.toml", ".cargo/config"] {
        assert!(!root.join(file).exists(), "{file}");
    }
}

#[test]
fn every_file_opens_with_its_purpose() {
    for (file, text) in sources() {
        assert!(text.starts_with("//!") || text.starts_with("#!["), "{}", file.display());
        let name = file.file_stem().and_then(|stem| stem.to_str()).expect("a name");
        assert!(!["util", "utils", "common", "manager", "helpers"].contains(&name), "{}", file.display());
    }
}
