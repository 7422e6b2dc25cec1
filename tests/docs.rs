//! The documents keep up with the code: every name stands where it should, every link leads somewhere.

use std::path::{Path, PathBuf};

use regie_protocol::{
    agreement::Agreement,
    field::VOCABULARY,
    purpose::Purpose,
    refusal::Refusal,
    standing::{Contradiction, Unread},
};
use regie_tests::files;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Is there a row of a table that begins with this name?
fn has_row(text: &str, name: &str) -> bool {
    let row = format!("| `{name}` |");
    text.lines().any(|line| line.starts_with(&row))
}

#[test]
fn every_name_has_its_row() {
    let (glossary, protocol) = (read("docs/glossary.md"), read("docs/protocol.md"));
    for info in VOCABULARY {
        let row = format!("| `{}` | {} | {} | `{}` |", info.path, info.label, info.group, info.category);
        let sensitive = if info.sensitive { " yes |" } else { "  |" };
        assert!(glossary.contains(&(row.clone() + sensitive)), "{row}{sensitive}");
    }
    for purpose in Purpose::ALL {
        assert!(has_row(&glossary, purpose.name()), "{purpose}");
    }
    for agreement in Agreement::ALL {
        assert!(has_row(&glossary, agreement.code()), "{agreement}");
    }
    for refusal in Refusal::ALL {
        assert!(has_row(&protocol, refusal.code()), "{refusal}");
    }
    let errors = read("docs/cli/errors.md");
    let codes = Unread::ALL.iter().map(|unread| unread.code()).chain(Contradiction::ALL.iter().map(|by| by.code()));
    for code in codes {
        assert!(has_row(&errors, code), "{code} is not in docs/cli/errors.md");
    }
    let limits = read("protocol/src/limits.rs");
    let names = limits.lines().filter_map(|line| line.strip_prefix("pub const ")?.split(':').next());
    let names: Vec<&str> = names.collect();
    assert!(names.len() > 20, "{names:?}");
    for name in names {
        assert!(has_row(&protocol, name), "{name} is not in clause 3.6");
    }
}

#[test]
fn every_link_leads_to_a_file() {
    let mut documents = vec![root().join("README.md"), root().join("protocol/vectors/README.md")];
    documents
        .extend(files(&root().join("docs")).into_iter().filter(|file| file.extension().is_some_and(|e| e == "md")));
    let mut followed = 0;
    for document in documents {
        let text = std::fs::read_to_string(&document).expect("text");
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = target.split('#').next().unwrap_or_default();
            if file.is_empty() || file.contains("://") {
                continue;
            }
            let path = document.parent().expect("a directory").join(file);
            assert!(path.exists(), "{}: {target}", document.display());
            followed += 1;
        }
    }
    assert!(followed > 10);
}

#[test]
fn every_cited_clause_exists() {
    let protocol = read("docs/protocol.md");
    let mut cited = Vec::new();
    for part in ["protocol", "node/src", "tests"] {
        for file in files(&root().join(part)).into_iter().filter(|file| file.extension().is_some_and(|e| e == "rs")) {
            if file.ends_with("tests/docs.rs") || file.to_string_lossy().contains("/target/") {
                continue;
            }
            let text = std::fs::read_to_string(&file).expect("text");
            for rest in text.split("clause ").skip(1) {
                let number: String = rest.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
                let number = number.trim_end_matches('.').to_owned();
                if !number.is_empty() {
                    cited.push((file.clone(), number));
                }
            }
        }
    }
    assert!(!cited.is_empty());
    for (file, number) in cited {
        let begins = if number.contains('.') { format!("{number} ") } else { format!("## {number}. ") };
        assert!(protocol.lines().any(|line| line.starts_with(&begins)), "{}: clause {number}", file.display());
    }
}
