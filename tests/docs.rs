//! The documents keep up with the code: every name stands where it should, every link leads somewhere.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use regie_protocol::{
    Agreement, FieldKind, Purpose, Refusal, VOCABULARY, catalogue,
    message::{MessageForm, ReplyForm, Role},
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
    let words = read("node/locales/en.ftl");
    for info in VOCABULARY {
        let key = format!("field-{} = ", info.path.replace('.', "-"));
        let label = words.lines().find_map(|line| line.strip_prefix(&key)).expect("words for the field");
        let row = format!("| `{}` | {label} | {} | `{}` |", info.path, info.group, info.category);
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

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// What a message or reply carries: a signed object by its tag, or the keys of a map.
fn carried(content: Option<&str>) -> String {
    match content {
        Some(content) if content.starts_with("regie.") => format!("`{content}`"),
        content => content.unwrap_or_default().to_owned(),
    }
}

/// The tables of clause 9.4.
fn messages() -> String {
    let mut text = String::new();
    for role in Role::ALL {
        text += &format!(
            "\nTo a {role}:\n\n| message | carries | from | answered | bounds | says |\n|---|---|---|---|---|---|\n"
        );
        for MessageForm { tag, content, from, answers, bounds, says, .. } in role.messages() {
            let from = from.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            let (content, answers, bounds) = (carried(*content), quoted(answers), quoted(bounds));
            text += &format!("| `{tag}` | {content} | {from} | {answers} | {bounds} | {} |\n", says.trim());
        }
        text += &format!("\nA {role} answers:\n\n| reply | carries | bounds | says |\n|---|---|---|---|\n");
        for ReplyForm { tag, content, bounds, says } in role.replies() {
            text += &format!("| `{tag}` | {} | {} | {} |\n", carried(*content), quoted(bounds), says.trim());
        }
    }
    text + "\n"
}

/// The table of clause 9.4.2.
fn growths() -> String {
    let mut text =
        "\n| to a | message | from | of one peer | what grows, and until when |\n|---|---|---|---|---|\n".to_owned();
    for (role, form) in Role::ALL.into_iter().flat_map(|role| role.messages().iter().map(move |form| (role, form))) {
        let MessageForm { tag, from, rate, rate_name, grows, .. } = form;
        let from = from.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let rate = format!("{} at once, {} an hour (`{rate_name}`)", rate.at_once, rate.per_hour);
        let grows = grows.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        let grows = if grows.is_empty() { "nothing" } else { &grows };
        text += &format!("| {role} | `{tag}` | {from} | {rate} | {grows} |\n");
    }
    text + "\n"
}

/// The tables of clause 13.9.
fn catalogue() -> String {
    let row = |detail: &catalogue::Detail| {
        let kind = match detail.kind {
            FieldKind::Number { unit, least, most, decimals } => {
                let half = if decimals == 0 { "" } else { ", with a decimal" };
                format!("{least} to {most} {unit}{half}").trim().to_owned()
            }
            kind if kind.choices().is_empty() => kind.name().replace('_', " "),
            kind => quoted(kind.choices()),
        };
        let field = detail.of.map(|field| format!("`{field}`")).unwrap_or_default();
        format!("`{}` ({kind}){}", detail.code, if field.is_empty() { field } else { format!(" as {field}") })
    };
    let mut text = "\n| kind | details |\n|---|---|\n".to_owned();
    for kind in catalogue::KINDS {
        let details: Vec<String> = kind.details.iter().map(row).collect();
        text += &format!("| `{}` | {} |\n", kind.code, details.join("; "));
    }
    let terms: Vec<String> = catalogue::TERMS.iter().map(row).collect();
    text + &format!("| terms of every offer | {} |\n\n", terms.join("; "))
}

/// The table of clause 9.4.1.
fn other_roles() -> String {
    let mut text = "\n| at | for | refused with |\n|---|---|---|\n".to_owned();
    for at in [Role::Person, Role::Supplier] {
        for role in Role::ALL.into_iter().filter(|role| *role != at) {
            let place = match (at, role) {
                (Role::Person, _) => "a person's node".to_owned(),
                (_, Role::Person) => "a companion".to_owned(),
                _ => format!("a companion that is no {role}"),
            };
            text += &format!("| {place} | {role} | `{}` |\n", role.refused_at(at));
        }
    }
    text + "| any | a tag of no message | `malformed` |\n\n"
}

#[test]
fn the_messages_are_those_of_the_code() {
    let path = root().join("docs/protocol.md");
    let found = std::fs::read_to_string(&path).expect("the protocol");
    let mut wanted = found.clone();
    for (name, made) in
        [("messages", messages()), ("other roles", other_roles()), ("growth", growths()), ("catalogue", catalogue())]
    {
        let (begin, end) = (format!("<!-- {name}: made from the code -->\n"), format!("<!-- {name}: end -->"));
        let (before, rest) = wanted.split_once(&begin).unwrap_or_else(|| panic!("no place for the {name}"));
        let (_, after) = rest.split_once(&end).unwrap_or_else(|| panic!("no end of the {name}"));
        wanted = [before, &begin, &made, &end, after].concat();
    }
    if std::env::var_os("REGIE_WRITE_DOCS").is_some() {
        std::fs::write(&path, &wanted).expect("written");
    } else {
        assert!(found == wanted, "clause 9.4 differs from the code; REGIE_WRITE_DOCS=1 writes it anew");
    }
}

/// REGIE_WRITE_DOCS=1 writes the tables anew.
#[test]
fn the_stores_format_lists_every_table_as_the_code_has_it() {
    let path = "docs/store-format.md";
    let (mut text, before) = (read(path), read(path));
    for schema in [&regie::person::SCHEMA, &regie::supplier::SCHEMA] {
        let (begin, end) = (format!("<!-- {} -->\n", schema.role), format!("<!-- /{} -->", schema.role));
        let (from, to) = (text.find(&begin).expect("a begin") + begin.len(), text.find(&end).expect("an end"));
        text.replace_range(from..to, &tables_of(schema));
    }
    if std::env::var_os("REGIE_WRITE_DOCS").is_some() {
        std::fs::write(root().join(path), &text).expect("written");
    }
    for (line, wanted) in before.lines().zip(text.lines()) {
        assert_eq!(line, wanted, "{path}: write it anew with REGIE_WRITE_DOCS=1");
    }
    assert_eq!(before, text, "{path}: write it anew with REGIE_WRITE_DOCS=1");
}

fn tables_of(schema: &regie::store::Schema) -> String {
    let mut text = "| code | table | key | record | erasable | what |\n|---|---|---|---|---|---|\n".to_owned();
    for entry in schema.tables {
        let (id, about, erasable) = (entry.id, entry.about.trim(), if entry.id.erasable() { "yes" } else { "" });
        let (code, name) = (id.code(), id.name());
        text += &format!("| {code} | `{name}` | `{}` | `{}` | {erasable} | {about} |\n", entry.key, entry.record);
    }
    text += "\n| fact | record | what |\n|---|---|---|\n";
    for fact in schema.facts {
        text += &format!("| `{}` | `{}` | {} |\n", fact.key, fact.record, fact.about.trim());
    }
    text
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

/// What is read by people, and what tells machines what to do: relative to the root.
fn documents() -> Vec<(PathBuf, String)> {
    let mut places = vec![root().join("README.md"), root().join(".deny.toml"), root().join(".justfile")];
    for part in ["docs", ".ci", "protocol/vectors"] {
        places.extend(files(&root().join(part)));
    }
    let ours = |file: &PathBuf| file.extension().is_none_or(|ending| ["md", "toml"].iter().any(|own| ending == *own));
    let read = |file: PathBuf| {
        let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        (file, text)
    };
    places.into_iter().filter(ours).map(read).collect()
}

/// Every file of the tree, with `/` before the path from its root, so that a file is found by the end of its path.
fn tree() -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(root()).expect("the root").flatten() {
        let kept = |name: &str| entry.file_name().to_str() != Some(name);
        match entry.path() {
            place if place.is_file() => found.push(place),
            place if ["target", ".git"].into_iter().all(kept) => found.extend(files(&place)),
            _ => {}
        }
    }
    let name = |file: PathBuf| format!("/{}", file.strip_prefix(root()).expect("below the root").display());
    let ours = |name: &String| !name.contains("/node_modules/") && !name.contains("/.venv/");
    found.into_iter().map(name).filter(ours).collect()
}

/// What a document cites between backquotes, or behind no more than white space where it is a script.
fn cited(text: &str) -> Vec<&str> {
    let apart = |c: char| c.is_whitespace() || "`()[],;:\"'".contains(c);
    text.split(apart).map(|word| word.trim_end_matches('.')).collect()
}

/// Is that written as the name of a source file or script of this tree?
fn is_source(word: &str) -> bool {
    let ends =
        [".rs", ".mjs", ".py", ".sh", ".ftl"].iter().any(|ending| word.ends_with(ending) && word.len() > ending.len());
    let begins = ["node/", "protocol/", "tests/", "docs/", ".ci/"].iter().any(|part| word.starts_with(part));
    (ends || begins) && !word.contains(['*', '…', '{', '<', '$', '='])
}

#[test]
fn every_file_that_is_cited_exists() {
    let tree = tree();
    let (mut wrong, mut looked_at) = (Vec::new(), 0);
    for (document, text) in documents() {
        for word in cited(&text).into_iter().filter(|word| is_source(word)) {
            let path = word.trim_start_matches("../").split('#').next().unwrap_or_default().trim_end_matches('/');
            let there = tree.iter().any(|file| file.ends_with(&format!("/{path}")))
                || root().join(path).exists()
                || MADE.iter().any(|made| path.starts_with(made));
            looked_at += 1;
            if !there {
                wrong.push(format!("{}: {word}", document.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "these files are not in the tree:\n{}", wrong.join("\n"));
    assert!(looked_at > 100, "{looked_at} files are cited");
}

/// What building and testing makes, which is in no clone.
const MADE: [&str; 5] = [
    "tests/fuzz/artifacts",
    "tests/python/.venv",
    "tests/browser/node_modules",
    "tests/conformance/node_modules",
    ".ci/long.ran",
];

#[test]
fn every_attack_has_a_number_of_its_own() {
    let text = read("docs/threat-model.md");
    let below = text.split_once("## Attacks by name").expect("the heading").1;
    let numbers = below.lines().filter_map(|line| line.strip_prefix("| ")?.split(" |").next());
    let numbers: Vec<&str> = numbers.filter(|cell| cell.starts_with(|c: char| c.is_ascii_digit())).collect();
    let key = |cell: &&str| {
        let letter = cell.trim_start_matches(|c: char| c.is_ascii_digit());
        (cell[..cell.len() - letter.len()].parse::<u32>().expect("a number"), letter.to_owned())
    };
    assert!(numbers.len() > 25 && numbers.is_sorted_by(|a, b| key(a) < key(b)), "{numbers:?}");
}

#[test]
fn every_decision_has_its_title_and_stands_in_the_list() {
    let list = read("docs/decisions/README.md");
    let mut expected = Vec::new();
    for file in files(&root().join("docs/decisions")).into_iter().filter(|file| !file.ends_with("README.md")) {
        let name = file.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        let text = std::fs::read_to_string(&file).expect("text");
        let number = name[..4].parse::<u32>().unwrap_or_else(|_| panic!("{name} does not begin with four digits"));
        let title = text.lines().next().and_then(|line| line.strip_prefix("# ")).expect("a title").to_owned();
        assert!(title.starts_with(&format!("{number}. ")), "{name}: the title is to begin with '# {number}. '");
        for part in ["**Context.**", "**Choice.**", "**Consequence.**"] {
            assert!(text.contains(part), "{name} has no {part}");
        }
        expected.push(format!("- [{title}]({name})"));
    }
    expected.sort_by(|a, b| a[a.find("](").expect("a link")..].cmp(&b[b.find("](").expect("a link")..]));
    let listed: Vec<&str> = list.lines().filter(|line| line.starts_with("- [")).collect();
    assert_eq!(listed, expected, "docs/decisions/README.md lists other decisions than there are");
}

#[test]
fn the_versions_are_those_of_the_code() {
    let text = read("docs/versions.md");
    let table = text.split("\n## ").next().expect("the first table");
    let rows: Vec<&str> = table.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    assert!(rows.len() > 8, "{rows:?}");
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let [_, today, _, _, place] = cells.as_slice() else { panic!("{row}") };
        let mut quoted = place.split('`').skip(1).step_by(2);
        let (file, code) = (quoted.next().expect("a file"), quoted.next().expect("code"));
        assert!(read(file).contains(code), "{code} does not stand in {file}");
        let number = today.split(',').next().unwrap_or_default();
        assert!(code.contains(number), "{row}: {number} is not what the code says");
    }
}

#[test]
fn ci_runs_what_the_readme_says_and_the_long_parts_are_told() {
    let (readme, run, long) = (read("README.md"), read(".ci/run"), read(".ci/long"));
    // The first has a release build of its own, so it is a long part; its story is told on every change.
    for (script, step, command) in
        [(&run, "step ", "cargo test --workspace"), (&long, "", "cargo run --release -- demo")]
    {
        assert!(readme.contains(&format!("```\n{command}\n```")), "README does not say {command}");
        let mut steps = script.lines().filter_map(|line| line.trim().strip_prefix(step));
        assert!(steps.any(|step| step == command || step == format!("{command} --market")), "{command}");
    }
    for step in ["target/debug/regie demo --market", "cargo check"] {
        assert!(run.contains(&format!("\nstep {step}\n")), "{step}");
    }
    let parts = long.lines().find_map(|line| line.strip_prefix("parts=(")).expect("the parts").trim_end_matches(')');
    let contributing = read("docs/contributing.md");
    for part in parts.split(' ') {
        assert!(has_row(&contributing, part), "docs/contributing.md does not say when {part} is run");
        assert!(long.contains(&format!("\n    {part})")), "{part} has no code in .ci/long");
    }
}

/// A name that comes in a second version is told here: it is another copy to build and to mend.
#[test]
fn what_stands_twice_in_the_lock_is_listed_with_its_reason() {
    let lock: toml::Table = read("Cargo.lock").parse().expect("TOML");
    let mut versions = BTreeMap::<&str, usize>::new();
    for package in lock["package"].as_array().expect("packages") {
        *versions.entry(package["name"].as_str().expect("a name")).or_default() += 1;
    }
    let twice: BTreeSet<&str> = versions.into_iter().filter(|(_, count)| *count > 1).map(|(name, _)| name).collect();
    let page = read("docs/dependencies.md");
    let rows = page.lines().filter(|line| line.starts_with("| ")).filter_map(|line| line.split('|').nth(2));
    let listed: BTreeSet<&str> = rows.flat_map(|names| names.split('`').skip(1).step_by(2)).collect();
    let new: Vec<_> = twice.difference(&listed).collect();
    assert!(new.is_empty(), "in more versions than one, and not in docs/dependencies.md: {new:?}");
    let gone: Vec<_> = listed.difference(&twice).collect();
    assert!(gone.is_empty(), "docs/dependencies.md lists what has one version now: {gone:?}");
}

/// A program that reads `--json` or the control socket relies on the shapes of what it reads. Where they change, this says
/// so, and whoever changes them says it in the CHANGELOG.
#[test]
fn the_schema_of_the_command_line_is_what_the_code_answers() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/cli.schema.json");
    let mut wanted = serde_json::to_string_pretty(&regie::cli::schema()).expect("JSON");
    wanted.push('\n');
    if std::env::var_os("REGIE_WRITE_DOCS").is_some() {
        std::fs::write(&path, &wanted).expect("written");
    }
    let stored = std::fs::read_to_string(&path).expect("docs/cli.schema.json");
    assert!(stored == wanted, "docs/cli.schema.json differs from the code; REGIE_WRITE_DOCS=1 writes it anew");
}
