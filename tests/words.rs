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
        ("wishes.", "What can be wanted"),
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

/// The longest sentence that a page may have, in words.
const LONGEST: usize = 25;
/// Fewest words of what counts as a sentence, and not as a label.
const SENTENCE: usize = 6;

/// How easily a language is read: Flesch's formula for English (1948), Douma's for Dutch (1960). 60 to 70 is what most adults read
/// without effort, and what guides for B1 ask for; no formula knows whether a word is known.
fn ease(dutch: bool, words_per_sentence: f64, syllables_per_word: f64) -> f64 {
    match dutch {
        true => 206.84 - 0.93 * words_per_sentence - 77.0 * syllables_per_word,
        false => 206.835 - 1.015 * words_per_sentence - 84.6 * syllables_per_word,
    }
}

/// Groups of vowels; of a diaeresis in Dutch two, of a last e that English does not say none.
fn syllables(word: &str, dutch: bool) -> usize {
    let letters: Vec<char> = word.to_lowercase().chars().collect();
    let vowel = |c: &char| "aeiouyáàéèëíïóöúü".contains(*c);
    let begins = |at: usize| match letters.get(at) {
        Some(c) if vowel(c) => at == 0 || !vowel(&letters[at - 1]) || (dutch && "ëïöü".contains(*c)),
        _ => false,
    };
    let count = (0..letters.len()).filter(|at| begins(*at)).count();
    let silent = !dutch && count > 1 && word.ends_with('e') && !word.ends_with("le");
    count.saturating_sub(usize::from(silent)).max(1)
}

/// The sentences of a message, with a name in each gap, as lists of words.
fn sentences(text: &str) -> Vec<Vec<String>> {
    let mut plain = String::new();
    for part in text.split('{') {
        let (gap, rest) = part.split_once('}').unwrap_or(("", part));
        plain.push_str(if gap.trim().starts_with('$') && !gap.contains("->") { "Jan" } else { gap });
        plain.push_str(rest);
    }
    let ends = |text: &str| -> Vec<String> {
        text.split_inclusive(['.', '!', '?', ':', ';']).map(str::to_owned).collect::<Vec<_>>()
    };
    let words = |sentence: &str| -> Vec<String> {
        let words = sentence.split(|c: char| !(c.is_alphabetic() || c == '\'' || c == '-'));
        words.filter(|word| word.chars().any(char::is_alphabetic)).map(str::to_owned).collect()
    };
    ends(&plain).iter().map(|sentence| words(sentence)).filter(|words| !words.is_empty()).collect()
}

/// "B1" as far as it can be counted: short sentences, of words that are not long.
#[test]
fn pages_are_written_in_sentences_that_most_people_read_without_effort() {
    for (file, dutch) in [("nl.ftl", true), ("en.ftl", false)] {
        let (mut count, mut words, mut parts) = (0, 0, 0);
        let mut long = Vec::new();
        for (key, text) in messages(file).iter().filter(|(_, text)| !text.contains("->")) {
            for sentence in sentences(text).iter().filter(|sentence| sentence.len() >= SENTENCE) {
                count += 1;
                words += sentence.len();
                parts += sentence.iter().map(|word| syllables(word, dutch)).sum::<usize>();
                if sentence.len() > LONGEST {
                    long.push(format!("{key}: {}", sentence.join(" ")));
                }
            }
        }
        assert!(long.is_empty(), "{file}: a sentence has at most {LONGEST} words: {long:#?}");
        assert!(count > 500, "{file}: {count} sentences");
        let (length, weight) = (f64::from(words as u32) / f64::from(count), f64::from(parts as u32) / words as f64);
        let ease = ease(dutch, length, weight);
        assert!(length <= 12.0 && ease >= 65.0, "{file}: {length:.1} words a sentence, reading ease {ease:.0}");
    }
}
