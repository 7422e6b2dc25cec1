//! What a machine of another make is built from keeps up with the code: the types of `docs/protocol.cddl`, the tables of
//! `docs/protocol-types.md` and the frames of `docs/protocol-frames.md`. Whether frames and vectors fit the types, the kit of
//! `tests/conformance` looks at.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use regie_protocol::{
    Agreement, Collection, FieldKind, FieldPath, Purpose, VOCABULARY,
    message::{MessageForm, ReplyForm, Role},
};
use regie_tests::files;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Holds a page against what the code makes, or writes it (REGIE_WRITE_DOCS=1).
fn held(path: &str, wanted: &str) {
    if std::env::var_os("REGIE_WRITE_DOCS").is_some() {
        std::fs::write(root().join(path), wanted).expect("written");
    }
    let found = read(path);
    assert!(found == wanted, "{path} differs from the code; REGIE_WRITE_DOCS=1 writes it anew");
}

/// The text of a rule, without comments: from its name to the next one.
fn rule(cddl: &str, name: &str) -> String {
    let lines = cddl.lines().map(|line| line.split(';').next().unwrap_or_default());
    let begins = format!("{name} = ");
    let mut found = lines.skip_while(|line| !line.starts_with(&begins));
    let first = found.next().unwrap_or_else(|| panic!("no rule {name}")).to_owned();
    let rest = found.take_while(|line| line.starts_with([' ', '}', ']', ')']) || line.is_empty());
    rest.fold(first, |text, line| text + "\n" + line)
}

/// The texts between quotation marks, in their order.
fn quoted(text: &str) -> Vec<&str> {
    text.split('"').skip(1).step_by(2).collect()
}

#[test]
fn the_types_have_the_lists_of_the_code_in_the_order_of_a_set() {
    let cddl = read("docs/protocol.cddl");
    let fields: Vec<&str> = FieldPath::all().map(|field| field.info().path).collect();
    let groups: BTreeSet<String> = VOCABULARY.iter().map(|info| format!("group:{}", info.group)).collect();
    let lists = [
        ("field", fields),
        ("group", groups.iter().map(String::as_str).collect()),
        ("purpose", Purpose::ALL.iter().map(|purpose| purpose.name()).collect()),
        ("agreement", Agreement::ALL.iter().map(|agreement| agreement.code()).collect()),
        ("collection", Collection::ALL.iter().map(|collection| collection.code()).collect()),
    ];
    for (name, wanted) in lists {
        assert_eq!(quoted(&rule(&cddl, name)), wanted, "{name}");
    }
}

#[test]
fn the_types_have_every_message_reply_and_signed_object() {
    let cddl = read("docs/protocol.cddl");
    for role in Role::ALL {
        let (to, by) = (rule(&cddl, &format!("to-{role}")), rule(&cddl, &format!("{role}-reply")));
        let messages = role.messages().iter().map(|MessageForm { tag, content, .. }| (&to, tag, content));
        let replies = role.replies().iter().map(|ReplyForm { tag, content, .. }| (&by, tag, content));
        for (rule, tag, content) in messages.chain(replies) {
            let shown = match content {
                None => format!("\"{tag}\""),
                Some(object) => match object.strip_prefix("regie.") {
                    Some(named) => format!("{tag}: signed<{}>", named.split('/').next().unwrap_or_default()),
                    None => format!("{tag}: "),
                },
            };
            assert!(rule.contains(&shown), "{role}: {shown}");
        }
    }
    let mut tags = 0;
    for file in files(&root().join("protocol/src")) {
        let text = std::fs::read_to_string(&file).expect("text");
        for tag in text.split("const TAG: &'static str = \"").skip(1).filter_map(|rest| rest.split('"').next()) {
            if tag.starts_with("regie.test") {
                continue;
            }
            let name = tag.trim_start_matches("regie.").split('/').next().expect("a name");
            assert_eq!(quoted(&rule(&cddl, name)).first(), Some(&tag));
            tags += 1;
        }
    }
    assert!(tags > 20, "{tags} signed objects");
}

/// Clause 3.2: what is missing instead of null is told by name, and nothing else is.
#[test]
fn a_key_is_missing_only_where_the_protocol_says_so() {
    let (cddl, protocol) = (read("docs/protocol.cddl"), read("docs/protocol.md"));
    let told: BTreeSet<&str> = cddl
        .lines()
        .filter(|line| !line.starts_with(';'))
        .flat_map(|line| line.split("? ").skip(1))
        .filter_map(|rest| rest.split(':').next())
        .collect();
    let mut skipped = BTreeSet::new();
    for file in files(&root().join("protocol/src")) {
        // The owner's defaults, and what either node remembers for itself, are on no wire.
        let own = ["policy.rs", "person/segments.rs", "person/state.rs", "supplier/witness.rs"];
        if own.iter().any(|own| file.ends_with(own)) {
            continue;
        }
        let text = std::fs::read_to_string(&file).expect("text");
        for rest in text.split("skip_serializing_if").skip(1) {
            let key = rest.split("pub ").nth(1).and_then(|rest| rest.split(':').next()).expect("a field");
            skipped.insert(key.to_owned());
        }
    }
    assert_eq!(skipped.iter().map(String::as_str).collect::<BTreeSet<_>>(), told);
    let clause = protocol.split("\n3.2 ").nth(1).and_then(|rest| rest.split("\n3.3 ").next()).expect("clause 3.2");
    for key in told {
        assert!(clause.contains(&format!("`{key}`")), "{key} is not in clause 3.2");
    }
}

fn agreements() -> String {
    let mut text = "\n| code | permits besides the service | owes |\n|---|---|---|\n".to_owned();
    for agreement in Agreement::ALL {
        let terms = agreement.terms();
        let names = [
            (terms.analytics, "analytics"),
            (terms.tracking, "tracking"),
            (terms.profiling, "profiling"),
            (terms.third_parties, "third parties"),
        ];
        let permits: Vec<&str> = names.into_iter().filter(|(is, _)| *is).map(|(_, name)| name).collect();
        let owes = if terms.portability { "portability" } else { "" };
        text += &format!("| `{}` | {} | {owes} |\n", agreement.code(), permits.join(", "));
    }
    text + "\n"
}

fn purposes() -> String {
    let mut text = "\n| purpose | within |\n|---|---|\n".to_owned();
    for purpose in Purpose::ALL {
        let within = purpose.parent().map(|parent| format!("`{parent}`")).unwrap_or_default();
        text += &format!("| `{purpose}` | {within} |\n");
    }
    text + "\n"
}

fn fields() -> String {
    let mut text = "\n| field | group | type | sensitive |\n|---|---|---|---|\n".to_owned();
    for info in VOCABULARY {
        let sensitive = if info.sensitive { "yes" } else { "" };
        let kind = match info.kind {
            FieldKind::Number { unit, least, most, .. } => {
                format!("number {unit} {least} to {most}").replace("  ", " ")
            }
            kind if !kind.choices().is_empty() => format!("{}: {}", kind.name(), kind.choices().join(", ")),
            kind => kind.name().replace('_', " "),
        };
        text += &format!("| `{}` | `group:{}` | {kind} | {sensitive} |\n", info.path, info.group);
    }
    text + "\n"
}

#[test]
fn the_tables_of_the_types_are_those_of_the_code() {
    let path = "docs/protocol-types.md";
    let mut wanted = read(path);
    for (name, made) in [("agreements", agreements()), ("purposes", purposes()), ("fields", fields())] {
        let (begin, end) = (format!("<!-- {name}: made from the code -->\n"), format!("<!-- {name}: end -->"));
        let (before, rest) = wanted.split_once(&begin).unwrap_or_else(|| panic!("no place for the {name}"));
        let (_, after) = rest.split_once(&end).unwrap_or_else(|| panic!("no end of the {name}"));
        wanted = [before, &begin, &made, &end, after].concat();
    }
    held(path, &wanted);
}

/// Hex in lines that a page can show.
fn lines(hex: &str) -> String {
    let pieces = hex.as_bytes().chunks(120).map(String::from_utf8_lossy);
    pieces.map(|line| format!("{line}\n")).collect()
}

#[test]
fn the_page_of_frames_shows_those_of_the_vectors() {
    let vectors: serde_json::Value = serde_json::from_str(&read("protocol/vectors/frames.json")).expect("JSON");
    let text = |value: &serde_json::Value, key: &str| value[key].as_str().expect("text").to_owned();
    let mut page = format!(
        "# Frames\n\nMade from [`frames.json`](../protocol/vectors/frames.json) by `REGIE_WRITE_DOCS=1 cargo test -p \
         regie-tests docs_wire::`. {}\n\nEach is shown in the diagnostic notation of CBOR (RFC 8949, 8; RFC 8610, G): what \
         stands between `<<` and `>>` is one byte string that holds it. Map keys stand as they are encoded. Then the bytes in \
         hex, a frame with its four bytes of length. The types are in [types](protocol-types.md).\n",
        text(&vectors, "about")
    );
    let mut before = String::new();
    for frame in vectors["frames"].as_array().expect("frames") {
        let rule = text(frame, "rule");
        if rule != before {
            page += &match (rule.strip_prefix("to-"), rule.strip_suffix("-reply")) {
                (Some(role), _) => format!("\n## To a {role}\n"),
                (_, Some(role)) => format!("\n## A {role} answers\n"),
                _ => panic!("{rule} is no role's"),
            };
            before = rule;
        }
        let (tag, shown, hex) = (text(frame, "tag"), text(frame, "diagnostic"), lines(&text(frame, "frame")));
        page += &format!("\n### {tag}\n\n```\n{shown}\n```\n\n```\n{hex}```\n");
    }
    page += "\n## Entries of a log\n\nTo the first of the personal log alone (`cast`) they stand in that of a relationship. The \
             bytes, and below them the leaf hash.\n";
    for entry in vectors["entries"].as_array().expect("entries") {
        let (event, shown) = (text(entry, "event"), text(entry, "diagnostic"));
        let (hex, leaf) = (lines(&text(entry, "entry")), text(entry, "leaf"));
        page += &format!("\n### {event}\n\n```\n{shown}\n```\n\n```\n{hex}```\n\n```\n{leaf}\n```\n");
    }
    page += "\n## Links\n";
    for link in vectors["links"].as_array().expect("links") {
        let (rule, shown, whole) = (text(link, "rule"), text(link, "diagnostic"), text(link, "link"));
        page += &format!("\n### {rule}\n\n```\n{shown}\n```\n\n```\n{whole}\n```\n");
    }
    held("docs/protocol-frames.md", &page);
}
