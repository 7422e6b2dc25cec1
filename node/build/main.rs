//! Looks at the words of the pages when the node is built. In: `locales/`, and what asks for words: `templates/` and the
//! rooms that have pages. Out: nothing, or a build that fails and says why.

mod locales;

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::ExitCode,
};

/// The languages; each has a file of the pages' words, one of the sentences for codes, one of the text of letters, one of
/// names, and one of what can be wanted.
const LANGUAGES: [&str; 2] = ["en", "nl"];
/// What asks for words.
const ASKING: [&str; 5] = ["templates", "src/api", "src/dashboard", "src/dashboard.rs", "src/web"];

fn main() -> ExitCode {
    match faults() {
        Ok(faults) if faults.is_empty() => ExitCode::SUCCESS,
        Ok(faults) => {
            faults.iter().for_each(|fault| println!("cargo::error={fault}"));
            ExitCode::FAILURE
        }
        Err(error) => {
            println!("cargo::error=the words of the pages can't be read: {error}");
            ExitCode::FAILURE
        }
    }
}

fn faults() -> io::Result<Vec<String>> {
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=locales");
    let mut languages = Vec::new();
    for language in LANGUAGES {
        let own = |name: String| fs::read_to_string(format!("locales/{name}.ftl"));
        let others = ["reasons", "letters", "names", "wishes"].map(|of| own(format!("{of}.{language}")));
        let mut texts = vec![own(language.to_owned())?];
        texts.extend(others.into_iter().collect::<io::Result<Vec<_>>>()?);
        languages.push((language, texts.join("\n")));
    }
    let mut files = Vec::new();
    for place in ASKING {
        println!("cargo::rerun-if-changed={place}");
        below(Path::new(place), &mut files)?;
    }
    let mut calls = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file)?;
        calls.extend(locales::calls(&file.display().to_string(), &text));
    }
    Ok(locales::faults(&languages, &calls))
}

fn below(place: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    if place.is_file() {
        found.push(place.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(place)? {
        below(&entry?.path(), found)?;
    }
    Ok(())
}
