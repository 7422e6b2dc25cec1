//! The API's description as tools of TypeScript take it: a linter has nothing to say of it, a client is typed by it, and comes to a
//! disclosure. Needs `npm ci --prefix tests/typescript`, and the same of `tests/conformance`.

use std::{
    path::{Path, PathBuf},
    process::Command as Process,
};

use regie_tests::{Node, binary};

/// A directory with the kit's files and tools; none where these are not installed.
fn kit(place: &Path) -> Option<PathBuf> {
    let kit = Path::new(env!("CARGO_MANIFEST_DIR")).join("typescript");
    if !kit.join("node_modules").exists() {
        let next = "run `npm ci --prefix tests/typescript`";
        assert!(std::env::var_os("REGIE_REQUIRE_TYPESCRIPT").is_none(), "the kit is not installed: {next}");
        eprintln!("NOT RUN: the kit of TypeScript; {next}");
        return None;
    }
    for file in ["package.json", "tsconfig.json", "first_disclosure.ts"] {
        std::fs::copy(kit.join(file), place.join(file)).expect("copied");
    }
    std::os::unix::fs::symlink(kit.join("node_modules"), place.join("node_modules")).expect("a link");
    std::fs::write(place.join("openapi.json"), regie::api::document().to_string()).expect("written");
    Some(place.to_owned())
}

/// Runs one of its scripts; what it said.
fn run(kit: &Path, script: &str, arguments: &[&str]) -> String {
    let mut process = Process::new("npm");
    process.current_dir(kit).args(["run", "--silent", script, "--"]).args(arguments);
    // Debian's Node.js is older than the linter takes; the kit of conformance brings one.
    let newer = Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance/node_modules/.bin");
    let path = format!("{}:{}", newer.display(), std::env::var("PATH").unwrap_or_default());
    let output = process.env("PATH", path).env("REDOCLY_TELEMETRY", "off").output().expect("npm runs; install Node.js");
    let words = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
    assert!(output.status.success(), "{script}: {words}");
    words
}

#[test]
fn the_description_is_sound_and_a_typed_client_comes_to_a_disclosure() {
    let directory = tempfile::tempdir().expect("a directory");
    let Some(kit) = kit(directory.path()) else { return };
    let said = run(&kit, "lint", &["openapi.json", "--max-problems", "1", "--format", "json"]);
    assert!(said.contains("\"warnings\": 0") && said.contains("\"errors\": 0"), "{said}");
    run(&kit, "types", &["openapi.json", "-o", "api.ts", "--default-non-nullable", "false"]);
    run(&kit, "check", &["."]);
    let mut supplier = Node::supplier(directory.path().join("supplier"), "Shop", "/ip4/127.0.0.1/tcp/0");
    let address = format!("http://{}", supplier.serve_api());
    let key = supplier.api_key(false);
    let mut person = Node::person(directory.path().join("person"), "balanced");
    person.start();
    person.set("name.full", "Anna Bakker");
    let home = person.home.display().to_string();
    let regie = binary().display().to_string();
    run(&kit, "node", &["first_disclosure.js", &address, &key, &home, &regie]);
}
