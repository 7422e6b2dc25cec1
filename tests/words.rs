//! The words that people are told. In: the two languages' messages. Out: one page with all of them side by side, for reading
//! (`docs/words.md`). What a page really shows is looked at in a browser (`browser/words.mjs`).

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    path::{Path, PathBuf},
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The messages of a file of Fluent, by key, in their order; one that goes over several lines is on one.
fn messages(file: &str) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = Vec::new();
    for line in read(&root().join("node/locales").join(file)).lines().filter(|line| !line.starts_with('#')) {
        let begins = line.starts_with(|c: char| c.is_ascii_alphabetic());
        match (line.split_once('=').filter(|_| begins), all.last_mut()) {
            (Some((key, text)), _) => all.push((key.trim().to_owned(), text.trim().to_owned())),
            (None, Some((_, text))) if !line.trim().is_empty() => {
                text.push(' ');
                text.push_str(line.trim());
            }
            _ => {}
        }
    }
    all
}

#[test]
fn all_words_of_both_languages_stand_on_one_page() {
    let mut page = "# All words, side by side\n\nFor reading: what regie tells people, in both languages, as `node/locales` has it. `{ $what }` and the like are \
                    filled in; where a number decides, each form stands behind its number. Written by `REGIE_WRITE_DOCS=1 cargo test \
                    --workspace --test regie words::`.\n"
        .to_owned();
    for (file, what) in [
        ("", "Pages"),
        ("reasons.", "Why something was not done"),
        ("letters.", "Letters"),
        ("names.", "Names of countries, languages and months"),
    ] {
        let dutch: BTreeMap<String, String> = messages(&format!("{file}nl.ftl")).into_iter().collect();
        write!(page, "\n## {what}\n\n| key | English | Dutch |\n|---|---|---|\n").expect("written");
        for (key, english) in messages(&format!("{file}en.ftl")) {
            let cell = |text: &str| text.replace('|', "\\|").replace('<', "&lt;");
            let dutch = dutch.get(&key).unwrap_or_else(|| panic!("{key} is not in Dutch"));
            writeln!(page, "| `{key}` | {} | {} |", cell(&english), cell(dutch)).expect("written");
        }
    }
    let path = root().join("docs/words.md");
    if std::env::var_os("REGIE_WRITE_DOCS").is_some() {
        std::fs::write(&path, &page).expect("written");
    }
    assert!(read(&path) == page, "docs/words.md: write it anew with REGIE_WRITE_DOCS=1");
}
