//! Bytes into text: files come in the encodings of the programs that wrote them. In: bytes. Out: text, or the lines of a
//! vCard.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

/// Text by its byte-order mark, else UTF-8 where it is that, else Windows-1252, which every old table is in.
pub(crate) fn decode(bytes: &[u8]) -> String {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[mark..]).0.into_owned();
    }
    decode_as(bytes, None)
}

/// What stands most often between the cells of a table's first line, outside of quotes.
pub(crate) fn delimiter(text: &str) -> u8 {
    let mut within = false;
    let head = text.lines().next().unwrap_or_default().bytes().filter(move |byte| {
        within ^= *byte == b'"';
        !within
    });
    let head: Vec<u8> = head.collect();
    let often = |wanted: &u8| head.iter().filter(|byte| *byte == wanted).count();
    // Of equals the last counts: a comma, where there is nothing.
    [b'\t', b';', b','].into_iter().max_by_key(often).unwrap_or(b',')
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
    let bytes = match Encoding::for_bom(bytes) {
        Some((encoding, mark)) if encoding == UTF_8 => bytes[mark..].to_vec(),
        Some(_) => decode(bytes).into_bytes(),
        None => bytes.to_vec(),
    };
    let mut lines = Vec::<Vec<u8>>::new();
    for line in split(&bytes) {
        let soft = lines.last().is_some_and(|last| last.ends_with(b"=") && is_quoted(last));
        match (line.first(), lines.last_mut()) {
            (Some(b' ' | b'\t'), Some(last)) if !soft => last.extend_from_slice(&line[1..]),
            (_, Some(last)) if soft => {
                last.pop();
                last.extend_from_slice(line);
            }
            _ => lines.push(line.to_vec()),
        }
    }
    lines.retain(|line| !line.is_empty());
    lines
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
