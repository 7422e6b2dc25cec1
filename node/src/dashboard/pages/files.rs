//! Files that a person chooses in a form, and files that they save. In: forms with files, the verb for a part. Out: how many were
//! taken; bytes to save under their name, which no page of ours shows.

use axum::{
    extract::{DefaultBodyLimit, FromRequest as _, Multipart, Request},
    http::{HeaderValue, header},
    response::Response,
};

use super::{App, Fault, Visitor, download, is_ours};
use crate::{
    command::Failure,
    dashboard::limits,
    person::verbs::{Desk, InParts, NewPart, PART_BYTES, ShownFile, ShownPart},
    verb::Conduct,
};

/// Takes what the person chose; how many files that were, or none where the form is not ours. Its token comes before the files.
pub(super) async fn take<V>(
    app: &App,
    visitor: &Visitor,
    mut request: Request,
    verb: impl Fn(NewPart) -> V,
) -> Result<Option<usize>, Fault>
where
    V: Conduct<Desk, Answer = ShownFile>,
{
    DefaultBodyLimit::apply(DefaultBodyLimit::max(limits::CASE_BYTES), &mut request);
    let bad = |error: axum::extract::multipart::MultipartError| visitor.fault(Failure::usage(error.body_text()));
    let parts = Multipart::from_request(request, app).await;
    let mut parts = parts.map_err(|error| visitor.fault(Failure::usage(error.to_string())))?;
    let (mut ours, mut taken) = (false, 0);
    while let Some(mut part) = parts.next_field().await.map_err(bad)? {
        match part.name() {
            Some("form") => ours = is_ours(visitor, &part.text().await.map_err(bad)?),
            Some("files") if ours => {
                let name = part.file_name().unwrap_or_default().to_owned();
                let mut bytes = Vec::new();
                while let Some(chunk) = part.chunk().await.map_err(bad)? {
                    bytes.extend_from_slice(&chunk);
                }
                // A field that was left empty comes as a file without a name.
                if !name.is_empty() || !bytes.is_empty() {
                    keep(app, visitor, &name, &bytes, &verb).await?;
                    taken += 1;
                }
            }
            _ => {}
        }
    }
    Ok(ours.then_some(taken))
}

async fn keep<V>(
    app: &App,
    visitor: &Visitor,
    name: &str,
    bytes: &[u8],
    verb: &impl Fn(NewPart) -> V,
) -> Result<(), Fault>
where
    V: Conduct<Desk, Answer = ShownFile>,
{
    let mut parts: Vec<&[u8]> = bytes.chunks(PART_BYTES).collect();
    if parts.is_empty() {
        parts.push(&[]);
    }
    let (count, mut file) = (parts.len(), None);
    for (place, part) in (1..).zip(parts) {
        let part = data_encoding::BASE64.encode(part);
        let part = NewPart { file, name: name.to_owned(), part, last: place == count };
        file = Some(visitor.ask(app, verb(part)).await?.id);
    }
    Ok(())
}

/// A file as bytes to save: whatever it is, no page of ours shows it.
pub(super) async fn save<V>(app: &App, visitor: &Visitor, verb: impl Fn(u64) -> V) -> Result<Response, Fault>
where
    V: Conduct<Desk, Answer = ShownPart>,
{
    let (ShownPart { file, .. }, bytes) = whole(app, visitor, verb).await?;
    let mut response = download("file", "application/octet-stream", bytes)?;
    name(&mut response, &file.name);
    Ok(response)
}

/// All bytes of what comes part by part, beside its first part.
pub(super) async fn whole<V>(
    app: &App,
    visitor: &Visitor,
    verb: impl Fn(u64) -> V,
) -> Result<(V::Answer, Vec<u8>), Fault>
where
    V: Conduct<Desk>,
    V::Answer: InParts,
{
    let unread = |failure| visitor.fault(failure);
    let first = visitor.ask(app, verb(1)).await?;
    let mut bytes = first.decoded().map_err(unread)?;
    for part in 2..=first.parts() {
        bytes.extend(visitor.ask(app, verb(part)).await?.decoded().map_err(unread)?);
    }
    Ok((first, bytes))
}

/// The name to save it under: in ASCII for old programs, and as it is (RFC 6266).
fn name(response: &mut Response, name: &str) {
    let plain: String = name.chars().map(|c| if c.is_ascii() { c } else { '_' }).collect();
    let whole: String = form_urlencoded::byte_serialize(name.as_bytes()).collect::<String>().replace('+', "%20");
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{whole}")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
}
