//! Bytes into text: files come in the encodings of the programs that wrote them. In: bytes. Out: text, or the lines of a
//! vCard.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Text by its byte-order mark or its zero bytes, else UTF-8 where it is that, else Windows-1252, which every old table is in.
pub(crate) fn decode(bytes: &[u8]) -> String {
    if let Some((encoding, mark)) = marked(bytes) {
        return encoding.decode_without_bom_handling(&bytes[mark..]).0.into_owned();
    }
    decode_as(bytes, None)
}

/// The encoding that the first bytes show, and how long its mark is. Files of contacts begin with ASCII, of which UTF-16
/// has every second byte zero.
fn marked(bytes: &[u8]) -> Option<(&'static Encoding, usize)> {
    Encoding::for_bom(bytes).or_else(|| match bytes.get(..4)? {
        [a, 0, b, 0] if *a != 0 && *b != 0 => Some((UTF_16LE, 0)),
        [0, a, 0, b] if *a != 0 && *b != 0 => Some((UTF_16BE, 0)),
        _ => None,
    })
}

/// What stands most often between the cells of a table's first line, outside of quotes.
pub(crate) fn delimiter(text: &str) -> u8 {
    let mut within = false;
    let head = first_line(text).bytes().filter(move |byte| {
        within ^= *byte == b'"';
        !within
    });
    let head: Vec<u8> = head.collect();
    let often = |wanted: &u8| head.iter().filter(|byte| *byte == wanted).count();
    // Of equals the last counts: a comma, where there is nothing.
    [b'\t', b';', b','].into_iter().max_by_key(often).unwrap_or(b',')
}

/// The first line of a table that is one: what a spreadsheet writes above it for itself is none.
pub(crate) fn first_line(text: &str) -> &str {
    let is_own = |line: &&str| line.get(..4).is_some_and(|begin| begin.eq_ignore_ascii_case("sep="));
    text.lines().find(|line| !is_own(line) && !line.trim().is_empty()).unwrap_or_default()
}

/// Text in the encoding of this name, where that is known.
pub(super) fn decode_as(bytes: &[u8], charset: Option<&str>) -> String {
    let named = charset.and_then(|label| Encoding::for_label(label.as_bytes())).unwrap_or(UTF_8);
    if let Some(text) = named.decode_without_bom_handling_and_without_replacement(bytes) {
        return text.into_owned();
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
    }
}

/// The unfolded lines of a vCard, in bytes: a fold may stand within a character, and each line may have an encoding of its
/// own (vCard 2.1).
pub(super) fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    let bytes = match marked(bytes) {
        Some((encoding, mark)) if encoding == UTF_8 => Cow::Borrowed(&bytes[mark..]),
        Some(_) => Cow::Owned(decode(bytes).into_bytes()),
        None => Cow::Borrowed(bytes),
    };
    let mut lines = Vec::<Vec<u8>>::new();
    // Some telephones write an image over lines that are not indented, up to an empty one.
    let mut image = false;
    for line in split(&bytes) {
        let soft = lines.last().is_some_and(|last| last.ends_with(b"=") && is_quoted(last));
        match (line.first(), lines.last_mut()) {
            (Some(b' ' | b'\t'), Some(last)) if !soft => last.extend_from_slice(&line[1..]),
            (_, Some(last)) if soft => {
                last.pop();
                last.extend_from_slice(line);
            }
            (Some(_), Some(last)) if image && !line.contains(&b':') => last.extend_from_slice(line),
            _ => {
                image = is_base64(line);
                lines.push(line.to_vec());
            }
        }
    }
    lines.retain(|line| !line.is_empty());
    lines
}

/// Is the value of this line in base64, by what stands before its colon?
fn is_base64(line: &[u8]) -> bool {
    let head = line.split(|byte| *byte == b':').next().unwrap_or_default().to_ascii_uppercase();
    head.split(|byte| *byte == b';').any(|part| matches!(part, b"BASE64" | b"ENCODING=BASE64" | b"ENCODING=B"))
}

/// Is the value of this line quoted-printable, by what stands before its colon?
pub(super) fn is_quoted(line: &[u8]) -> bool {
    let head = line.split(|byte| *byte == b':').next().unwrap_or_default();
    head.to_ascii_uppercase().windows(16).any(|part| part == b"QUOTED-PRINTABLE")
}

/// Lines that end in CR LF, LF or CR.
fn split(bytes: &[u8]) -> Vec<&[u8]> {
    let mut lines = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let end = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(rest.len());
        lines.push(&rest[..end]);
        let ended = if rest[end..].starts_with(b"\r\n") { 2 } else { 1 };
        rest = rest.get(end + ended..).unwrap_or_default();
    }
    lines
}

/// The bytes of quoted-printable text (RFC 2045, 6.7). What is no escape stays as it is.
pub(super) fn unquoted(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        let escaped = (*first == b'=').then(|| after.get(..2)).flatten();
        let escaped = escaped.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        match escaped {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    bytes
}
