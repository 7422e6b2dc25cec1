//! `regie item show`, and what the verbs about items need: files in and out, a rule in words. In: ids, files, words.
//! Out: documents in files, base64, rules.

use std::path::Path;

use regie_protocol::{
    limits,
    policy::{Answer, CorrectionRule, What},
};
use serde_json::{Value, json};

use super::render;
use crate::{
    command::{self, Command, Failure, parse},
    control,
};

/// Shows an item, or writes its document into a file.
pub(super) fn show(home: &Path, id: String, out: Option<&Path>, json: bool) -> Result<(), Failure> {
    let mut item = control::ask(home, &Command::Item { id })?;
    let body = item["body"].as_str().map(|text| data_encoding::BASE64.decode(text.as_bytes()));
    let body = body.transpose().map_err(Failure::internal)?;
    if let Some(path) = out {
        let body = body.ok_or_else(|| Failure::usage("a correction is no file; leave --out away"))?;
        let cannot = |error| Failure::usage(format!("can't write {}: {error}; give another file", path.display()));
        let mut file = std::fs::File::create_new(path).map_err(cannot)?;
        std::io::Write::write_all(&mut file, &body).map_err(cannot)?;
        item["written"] = json!(path);
    }
    if !json && let Value::Object(fields) = &mut item {
        fields.remove("body");
    }
    render::show(&item, json)
}

/// A file as base64.
pub(super) fn read(file: &Path) -> Result<String, Failure> {
    let size = std::fs::metadata(file).map(|meta| meta.len()).unwrap_or_default();
    if size > limits::DOCUMENT_BYTES as u64 {
        let most = limits::DOCUMENT_BYTES / 1024;
        return Err(Failure::usage(format!("{} is above {most} KiB; send a smaller file", file.display())));
    }
    let bytes =
        std::fs::read(file).map_err(|error| Failure::usage(format!("can't read {}: {error}", file.display())))?;
    Ok(data_encoding::BASE64.encode(&bytes))
}

/// A default about corrections, from words.
pub(super) fn rule(from: &str, of: &str, answer: &str) -> Result<Value, Failure> {
    let who = command::who(from)?;
    let what = match (of, of.strip_prefix("group:")) {
        ("anything", _) => What::Anything,
        ("sensitive", _) => What::Sensitive,
        (_, Some(group)) => What::Group(group.to_owned()),
        (field, None) => What::Field(parse(field)?),
    };
    let answer_is = match answer {
        "allow" => Answer::Allow,
        "refuse" => Answer::Refuse,
        _ => Answer::Ask,
    };
    let name = format!("corrections of {of} by {from}");
    if name.len() > limits::NAME_BYTES {
        return Err(Failure::usage("the words of that rule are too long; shorten the sector's name"));
    }
    serde_json::to_value(CorrectionRule { name, who, what, answer: answer_is }).map_err(Failure::internal)
}
