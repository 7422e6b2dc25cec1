//! The promises keep their tests: every test that docs/threat-model.md and docs/security.md name is in the tree, and
//! every attack has its bound and a test, or says that it has none.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use regie_tests::files;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The rows of every table below this heading, by cells.
fn rows(text: &str, heading: &str) -> Vec<Vec<String>> {
    let below = text.split_once(heading).unwrap_or_else(|| panic!("there is no {heading}")).1;
    let section = below.split("\n## ").next().unwrap_or_default();
    let rows = section.lines().filter(|line| line.starts_with("| ")).skip(1);
    rows.map(|row| row.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect()).collect()
}

/// The names of every test of the tree.
fn tests() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for part in ["protocol", "node", "tests"] {
        for file in files(&root().join(part)) {
            let ours = !["target", "node_modules"].iter().any(|name| file.iter().any(|part| part == *name));
            if !ours || file.extension().is_none_or(|ending| ending != "rs") {
                continue;
            }
            let text = std::fs::read_to_string(&file).expect("text");
            names.extend(named(&text));
        }
    }
    assert!(names.len() > 100, "the walk found {} tests", names.len());
    names
}

/// The functions of a file that stand below an attribute of a test.
fn named(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut is_test = false;
    for line in text.lines().map(str::trim) {
        is_test |= line.starts_with("#[test]") || line.starts_with("#[tokio::test");
        let Some((_, rest)) = line.split_once("fn ").filter(|_| is_test && !line.starts_with("//")) else { continue };
        found.extend(rest.split('(').next().map(ToOwned::to_owned));
        is_test = false;
    }
    found
}

/// Is there a case of this name in this file of vectors?
fn is_case(file: &str, case: &str) -> bool {
    let vectors: serde_json::Value = serde_json::from_str(&read(&format!("protocol/vectors/{file}"))).expect("JSON");
    vectors["cases"].as_array().is_some_and(|cases| cases.iter().any(|each| each["name"] == case))
}

/// Checks a cell that names tests; how many it names comes out.
fn check(cell: &str, tests: &BTreeSet<String>) -> usize {
    let names: Vec<&str> = cell.split('`').skip(1).step_by(2).collect();
    for name in &names {
        let there = name.split_once(": ").map_or_else(|| tests.contains(*name), |(file, case)| is_case(file, case));
        assert!(there, "there is no test {name}");
    }
    names.len()
}

#[test]
fn every_attack_has_its_bound_and_its_test() {
    let (text, tests) = (read("docs/threat-model.md"), tests());
    let rows = rows(&text, "## Attacks by name");
    assert!(rows.len() >= 25, "{} attacks", rows.len());
    for row in &rows {
        let [number, attack, stops, bound, test] = row.as_slice() else { panic!("{row:?}") };
        assert!(!number.is_empty() && !attack.is_empty() && !stops.is_empty() && !bound.is_empty(), "{row:?}");
        assert!(check(test, &tests) > 0 || test == "no test yet", "{attack}: {test}");
    }
}

#[test]
fn every_promise_names_tests_that_exist() {
    let (text, tests) = (read("docs/security.md"), tests());
    let mut named = 0;
    for heading in ["## Promises", "## Figures"] {
        let rows = rows(&text, heading);
        assert!(rows.len() > 5, "{heading}");
        for row in &rows {
            let shown = row.last().expect("a cell");
            let count = check(shown, &tests);
            assert!(count > 0 || shown.contains("not yet") || shown.contains("by reading"), "{row:?}");
            named += count;
        }
    }
    assert!(named > 20, "{named} tests are named");
}
