//! What a file is, by its first bytes. In: bytes, and what its sender calls them. Out: one of a few kinds that every machine knows,
//! or none; whether the two agree. What a sender says alone is believed nowhere: a page that is called a picture would be run.

/// A kind of file that its first bytes tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Media {
    /// `%PDF-`.
    Pdf,
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// GIF.
    Gif,
    /// WebP.
    Webp,
}

impl Media {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Pdf, Self::Png, Self::Jpeg, Self::Gif, Self::Webp];

    /// The kind of these bytes; none where they are of none of these.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [b'%', b'P', b'D', b'F', b'-', ..] => Some(Self::Pdf),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Self::Gif),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::Webp),
            _ => None,
        }
    }

    /// Its media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::Webp => "image/webp",
        }
    }

    /// Is it a picture of dots? No browser runs anything of one.
    #[must_use]
    pub fn is_picture(self) -> bool {
        self != Self::Pdf
    }
}

/// Are these bytes what they are called? Of kinds that are told by their first bytes, and of text; of any other nobody knows.
#[must_use]
pub fn is_as_called(media_type: &str, bytes: &[u8]) -> bool {
    let called = Media::ALL.into_iter().find(|media| media.media_type().eq_ignore_ascii_case(media_type));
    let text = ["text/plain", "text/csv", "application/json"].iter().any(|text| text.eq_ignore_ascii_case(media_type));
    match (called, Media::of(bytes)) {
        (Some(called), found) => Some(called) == found,
        (None, Some(_)) => false,
        (None, None) => !text || is_text(bytes),
    }
}

/// UTF-8, of which the last character may be cut: of a large file only the beginning is looked at.
fn is_text(bytes: &[u8]) -> bool {
    let cut = std::str::from_utf8(bytes).err().is_some_and(|error| error.error_len().is_some());
    !cut && !bytes.contains(&0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

    #[test]
    fn a_kind_is_told_by_its_bytes_and_by_nothing_else() {
        let told = [b"%PDF-1.7", PNG, b"\xff\xd8\xff\xe0", b"GIF89a", b"RIFF\0\0\0\0WEBPVP8 "].map(Media::of);
        assert_eq!(told, [Media::Pdf, Media::Png, Media::Jpeg, Media::Gif, Media::Webp].map(Some));
        let never: [&[u8]; 6] = [
            b"",
            b"%PDF",
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            b"<!doctype html>",
            b"GIF88a",
            b"RIFF\0\0\0\0WAVE",
        ];
        assert!(never.iter().all(|bytes| Media::of(bytes).is_none()));
        assert!(Media::ALL.into_iter().all(|media| media.is_picture() == media.media_type().starts_with("image/")));
    }

    #[test]
    fn what_is_called_otherwise_than_it_is_does_not_pass() {
        for (media_type, bytes, passes) in [
            ("application/pdf", &b"%PDF-1.7"[..], true),
            ("application/pdf", b"<script>", false),
            ("image/png", PNG, true),
            ("IMAGE/PNG", PNG, true),
            ("image/jpeg", PNG, false),
            ("text/plain", PNG, false),
            ("text/plain", "één euro".as_bytes(), true),
            ("text/plain", b"a\0b", false),
            ("text/csv", b"\xff\xfe", false),
            ("application/vnd.regie.contract+json", b"{}", true),
            ("image/svg+xml", b"<svg/>", true),
        ] {
            assert_eq!(is_as_called(media_type, bytes), passes, "{media_type}");
        }
    }
}
