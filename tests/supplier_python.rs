//! The API's description is good enough to work by: a Python client is generated from it, type-checked and used, and a
//! prober finds nothing in the server that the description does not say. Needs the tools of
//! `tests/python/requirements.txt` in `tests/python/.venv`.

use std::{
    path::{Path, PathBuf},
    process::Command as Process,
};

use regie_tests::{Node, binary};

const ANY: &str = "/ip4/127.0.0.1/tcp/0";

/// A tool of the virtual environment; none where that was not made.
fn tools() -> Option<PathBuf> {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/.venv/bin");
    if tools.join("schemathesis").exists() {
        return Some(tools);
    }
    assert!(std::env::var_os("REGIE_REQUIRE_PYTHON").is_none(), "tests/python/.venv is not there");
    eprintln!("not run: make it with `python3 -m venv tests/python/.venv` and install tests/python/requirements.txt");
    None
}

/// A companion with its API, the API's address and a key.
fn company(directory: &Path, test: bool) -> (Node, String, String) {
    let mut node = Node::supplier(directory.join("supplier"), "Shop", ANY);
    let at = node.serve_api();
    let key = node.api_key(test);
    (node, format!("http://{at}"), key)
}

fn run(process: &mut Process) {
    let output = process.output().expect("it runs");
    let words = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).join("\n");
    assert!(output.status.success(), "{words}");
}

#[test]
fn a_generated_client_is_typed_and_comes_to_a_disclosure_and_an_answered_right() {
    let Some(tools) = tools() else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let document = regie::api::document().to_string();
    std::fs::write(directory.path().join("openapi.json"), document).expect("written");
    // Words of closed lists as they are, in place of a class for each list.
    std::fs::write(directory.path().join("client.yaml"), "literal_enums: true\n").expect("written");
    let path = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap_or_default());
    let within = |tool: &str| {
        let mut process = Process::new(tools.join(tool));
        process.current_dir(directory.path()).env("PATH", &path).env_remove("PYTHONPATH");
        process
    };
    run(within("openapi-python-client").args([
        "generate",
        "--path",
        "openapi.json",
        "--output-path",
        "client",
        "--meta",
        "none",
        "--config",
        "client.yaml",
    ]));
    let scripts = ["first_disclosure.py", "rights_request.py"];
    for script in scripts {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("python").join(script);
        std::fs::copy(from, directory.path().join(script)).expect("copied");
    }
    // What the generator wrote is its own affair; what is done with it must be typed throughout.
    run(within("mypy").args(["--strict", "--follow-imports=silent"]).args(scripts));

    let (_supplier, address, key) = company(directory.path(), false);
    let mut person = Node::person(directory.path().join("person"), "balanced");
    person.start();
    person.set("name.full", "Anna Bakker");
    let home = person.home.display().to_string();
    for script in scripts {
        run(within("python").arg(script).args([&address, &key, &home]).arg(binary()));
    }
}

#[test]
fn a_prober_finds_what_the_description_says_and_nothing_else() {
    let Some(tools) = tools() else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let (mut supplier, address, key) = company(directory.path(), true);
    // Left out: `positive_data_acceptance`, since what a text must mean (a field of the vocabulary, a CSV with its
    // mapping, a key used once for one call) can't be said in a schema, and is refused with 422; and the stream of
    // events, which does not end.
    let schema = format!("{address}/v1/openapi.json");
    run(Process::new(tools.join("schemathesis"))
        .current_dir(directory.path())
        .args(["run", &schema, "--seed", "7", "--max-examples", "40", "--request-timeout", "20"])
        .args(["--exclude-checks", "positive_data_acceptance", "--exclude-path", "/v1/events/stream"])
        .args(["--header", &format!("Authorization: Bearer {key}")]));
    assert!(supplier.runs());
}
