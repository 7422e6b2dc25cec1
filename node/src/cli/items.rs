//! `regie item show`, and what the verbs about items need: files in and out, a rule in words. In: ids, files, words.
//! Out: documents in files, base64, rules.

use std::path::Path;

use regie_protocol::{
    Collection, Contract, Document, limits,
    policy::{Answer, CorrectionRule, What},
};
use serde::Serialize;

use super::{files, render};
use crate::{
    command::{self, Failure, parse},
    control,
    person::verbs::{Item, ItemPart, ShownItem},
    supplier::verbs::{Put, UPLOAD_PART_BYTES, Upload},
};

/// An item, and where its document was written.
#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    item: ShownItem,
    #[serde(skip_serializing_if = "Option::is_none")]
    written: Option<&'a Path>,
}

/// Shows an item, or writes its document into a file.
pub(super) fn show(home: &Path, id: String, out: Option<&Path>, json: bool) -> Result<(), Failure> {
    let mut item = control::ask(home, &Item { id })?;
    if let Some(path) = out {
        if item.media_type.is_none() {
            return Err(Failure::usage("a correction is no file; leave --out away"));
        }
        let id = item.id.to_string();
        files::write(home, path, |part| ItemPart { id: id.clone(), part })?;
    }
    if !json {
        item.body = None;
    }
    render::show(&Shown { item, written: out }, json)
}

/// A document for a person, whose bytes are handed to the companion first, part by part.
pub(super) fn document(
    home: &Path,
    person: String,
    collection: Collection,
    (title, media_type): (String, String),
    file: &Path,
) -> Result<Put, Failure> {
    let bytes = super::file::bytes_of(file, limits::LARGE_DOCUMENT_BYTES as u64)?;
    if bytes.len() <= limits::DOCUMENT_BYTES {
        let body = data_encoding::BASE64.encode(&bytes);
        return Ok(Put { person, collection, title, media_type, body, upload: None });
    }
    let mut upload = None;
    for part in bytes.chunks(UPLOAD_PART_BYTES) {
        let part = data_encoding::BASE64.encode(part);
        upload = Some(control::ask(home, &Upload { upload, part })?.upload);
    }
    Ok(Put { person, collection, title, media_type, body: String::new(), upload })
}

/// A contract in JSON, as the document that holds it.
pub(super) fn contract(person: String, file: &Path) -> Result<Put, Failure> {
    let not = |error: &dyn std::fmt::Display| {
        Failure::usage(format!("{} is no contract: {error}; see clause 11.6 of the protocol", file.display()))
    };
    let text = super::credentials::text_of(file)?;
    let contract: Contract = serde_json::from_str(&text).map_err(|error| not(&error))?;
    let Document { title, media_type, body } = contract.to_document().map_err(Failure::misread)?;
    let body = data_encoding::BASE64.encode(&body);
    Ok(Put { person, collection: Collection::Contracts, title, media_type, body, upload: None })
}

/// A default about corrections, from words.
pub(super) fn rule(from: &str, of: &str, answer: &str) -> Result<CorrectionRule, Failure> {
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
    Ok(CorrectionRule { name, who, what, answer: answer_is })
}
