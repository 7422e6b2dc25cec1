//! The rules of the tree: who may import what, and how a file begins.

use std::path::{Path, PathBuf};

use regie_tests::files;

fn sources() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = Vec::new();
    for part in ["protocol/src", "node/src", "node/simulator/src", "node/simulator/tests", "tests"] {
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
    let rules: [(&str, &[&str]); 20] = [
        ("libp2p::", &["node/src/network", "tests/forward.rs", "tests/hosts/hotspot.rs", "tests/hosts/impostor.rs"]),
        ("redb::", &["node/src/store", "tests/bench.rs", "tests/bench_load.rs"]),
        ("prio::", &["protocol/src/prio3.rs"]),
        ("hpke::", &["protocol/src/prio3.rs"]),
        // A person's node speaks HTTP with suppliers' domains, in one place; a companion with its company's receivers.
        ("reqwest::", &["node/src/domain.rs", "node/src/api", "node/src/cli/listen.rs"]),
        ("webpki_roots::", &["node/src/network/keys.rs"]),
        ("unicode_security::", &["protocol/src/lookalike.rs"]),
        ("icu_properties::", &["protocol/src/text.rs"]),
        ("sd_jwt_payload::", &["node/src/credential.rs"]),
        ("jsonwebtoken::", &["node/src/credential.rs", "tests/credentials.rs"]),
        ("SystemTime", &["node/src/clock.rs"]),
        ("getrandom::", &["node/src/clock.rs"]),
        ("sqlx::", &["node/src/store"]),
        ("async_nats::", &["node/src/api/bus.rs"]),
        (
            "parquet::",
            &[
                "node/src/api/parquet.rs",
                "node/src/api/exports.rs",
                "node/simulator/src/writer.rs",
                "tests/supplier_lists.rs",
            ],
        ),
        ("calcard::", &["node/src/import.rs"]),
        ("age::", &["node/src/backup.rs"]),
        (
            "axum::",
            &[
                "node/src/dashboard",
                "node/src/dashboard.rs",
                "node/src/api",
                "node/src/supplier",
                "tests/supplier_events.rs",
            ],
        ),
        ("askama::", &["node/src/dashboard", "node/src/dashboard.rs", "node/src/api/console.rs"]),
        ("fluent_bundle::", &["node/src/dashboard"]),
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

#[test]
fn the_core_is_pure_and_nothing_imports_up() {
    for (file, text) in sources() {
        if file.starts_with("protocol/src") {
            for word in ["tokio", "std::time", "std::fs", "std::net", "rand::", "thread::", "Instant::"] {
                assert!(!text.contains(word), "{word} in {}", file.display());
            }
        }
        // The simulator knows the machines and no node, clock or network; one file measures the simulator itself.
        if file.starts_with("node/simulator") && !file.ends_with("node/simulator/src/stopwatch.rs") {
            for word in ["regie::", "tokio", "std::time", "std::net", "thread_rng", "rand::rng"] {
                assert!(!text.contains(word), "{word} in {}", file.display());
            }
        }
        // The dashboard has no rule of its own: it asks commands and reads their answers.
        if file.starts_with("node/src/dashboard") || file.ends_with("node/src/dashboard.rs") {
            for word in ["crate::person", "crate::supplier", "crate::network", "crate::decision"] {
                assert!(!text.contains(word), "{word} in {}", file.display());
            }
        }
        for low in ["node/src/network", "node/src/store"] {
            if file.starts_with(low) {
                for word in ["crate::cli", "crate::person", "crate::supplier", "crate::control", "crate::demo"] {
                    assert!(!text.contains(word), "{word} in {}", file.display());
                }
            }
        }
    }
}

#[test]
fn only_the_door_makes_a_release() {
    for (file, text) in sources().iter().filter(|(file, _)| !file.ends_with("tidy.rs")) {
        let makes = text.contains("Release { field");
        assert!(!makes || file.ends_with("protocol/src/decision.rs"), "{}", file.display());
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
    for manifest in ["protocol/Cargo.toml", "node/Cargo.toml", "node/simulator/Cargo.toml", "tests/Cargo.toml"] {
        assert!(!read(manifest).contains("modelled"), "{manifest}");
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
