//! A letter as a message (RFC 5322) and as the address of one (RFC 6068). In: who, to whom, what. Out: bytes that no word
//! in them can break out of.

use std::time::{Duration, UNIX_EPOCH};

use lettre::{
    Address,
    address::Envelope,
    message::{
        Mailbox, SinglePart,
        header::{self, HeaderName, HeaderValue},
    },
};
use regie_protocol::Timestamp;

use super::Trouble;

/// Longest address of a message, in bytes: beyond that some programs and browsers cut.
const MAILTO_BYTES: usize = 1_900;

/// A message that is to be sent.
pub(crate) struct Message<'a> {
    /// What it is called everywhere, without the angle brackets: the same each time it is tried.
    pub(crate) id: String,
    pub(crate) at: Timestamp,
    /// Who writes; none where the mail program knows it.
    pub(crate) from: Option<(&'a str, &'a str)>,
    pub(crate) to: (&'a str, &'a str),
    pub(crate) subject: &'a str,
    pub(crate) text: &'a str,
}

/// Can mail come from this address, or go there?
pub(super) fn is_address(text: &str) -> bool {
    text.len() <= 254 && text.is_ascii() && !text.chars().any(char::is_control) && text.parse::<Address>().is_ok()
}

impl Message<'_> {
    /// The message as it is sent.
    pub(crate) fn bytes(&self) -> Result<Vec<u8>, Trouble> {
        Ok(self.built()?.formatted())
    }

    /// The message as a draft: mail programs open it to be looked at and sent.
    pub(crate) fn draft(&self) -> Result<Vec<u8>, Trouble> {
        let mut message = self.built()?;
        message.headers_mut().insert_raw(HeaderValue::new(HeaderName::new_from_ascii_str("X-Unsent"), "1".into()));
        if self.from.is_none() {
            message.headers_mut().remove_raw("From");
        }
        Ok(message.formatted())
    }

    /// From whom and to whom, for the server.
    pub(super) fn envelope(&self) -> Result<Envelope, Trouble> {
        let (_, from) = self.from.ok_or(Trouble::Address)?;
        Envelope::new(Some(address(from)?), vec![address(self.to.1)?]).map_err(|_| Trouble::Address)
    }

    fn built(&self) -> Result<lettre::Message, Trouble> {
        let to = mailbox(self.to)?;
        // A draft without a sender gets one, which is taken off again.
        let from = self.from.map(mailbox).transpose()?.unwrap_or_else(|| to.clone());
        lettre::Message::builder()
            .message_id(Some(format!("<{}>", self.id)))
            .header(header::Date::from(UNIX_EPOCH + Duration::from_millis(self.at.0)))
            .from(from)
            .to(to)
            .subject(self.subject)
            .singlepart(SinglePart::plain(lines(self.text)))
            .map_err(|_| Trouble::Message)
    }
}

/// Text whose lines end in one way and hold no control character: a server may take a lone CR for the end of one.
fn lines(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    text.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect()
}

fn mailbox((name, address_of): (&str, &str)) -> Result<Mailbox, Trouble> {
    Ok(Mailbox::new(crate::find::line(name, crate::find::NAME_BYTES), address(address_of)?))
}

fn address(text: &str) -> Result<Address, Trouble> {
    if !is_address(text) {
        return Err(Trouble::Address);
    }
    text.parse().map_err(|_| Trouble::Address)
}

/// The address by which a mail program begins a message; none where there would be more in it than such an address holds.
pub(crate) fn mailto(to: &str, subject: &str, text: &str) -> Option<String> {
    if !is_address(to) {
        return None;
    }
    let (to, subject, body) = (encoded(to), encoded(subject), encoded(&text.replace('\n', "\r\n")));
    let address = format!("mailto:{to}?subject={subject}&body={body}");
    Some(address).filter(|address| address.len() <= MAILTO_BYTES)
}

/// By percent signs: everything but what has no meaning in an address (RFC 3986, 2.3), and the sign between the parts of an
/// e-mail address.
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'@');
    let mut out = String::new();
    for byte in text.bytes() {
        if plain(byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn message<'a>(name: &'a str, subject: &'a str, text: &'a str) -> Message<'a> {
        Message {
            id: "00ff@example.org".into(),
            at: Timestamp(1_900_000_000_000),
            from: Some((name, "anna@example.org")),
            to: (name, "privacy@example.net"),
            subject,
            text,
        }
    }

    /// The names of the headers of a message, and where its body begins.
    fn headers(bytes: &[u8]) -> (Vec<String>, String) {
        let whole = String::from_utf8(bytes.to_vec()).expect("ASCII");
        let (head, body) = whole.split_once("\r\n\r\n").expect("a head");
        let own = head.split("\r\n").filter(|line| !line.starts_with([' ', '\t']));
        let names = own.map(|line| line.split_once(':').unwrap_or((line, "")).0.to_lowercase()).collect();
        (names, body.to_owned())
    }

    const SENT: [&str; 8] =
        ["message-id", "date", "from", "to", "subject", "mime-version", "content-type", "content-transfer-encoding"];

    #[test]
    fn a_draft_says_that_it_is_one() {
        let hello = message("Anna", "Zaak 1", "Hallo €\n");
        let draft = String::from_utf8(hello.draft().expect("a draft")).expect("ASCII");
        assert!(draft.contains("X-Unsent: 1\r\n") && draft.contains("Message-ID: <00ff@example.org>\r\n"), "{draft}");
        assert!(
            draft.contains("Date: Mon, 17 Mar 2030 17:46:40 +0000") || draft.contains("Date: Sun, 17 Mar 2030"),
            "{draft}"
        );
        let sent = String::from_utf8(hello.bytes().expect("a message")).expect("ASCII");
        assert!(!sent.contains("X-Unsent"));
        let nobody = Message { from: None, ..message("Anna", "Zaak", "Hallo") };
        let draft = String::from_utf8(nobody.draft().expect("a draft")).expect("ASCII");
        assert!(!draft.contains("From:") && draft.contains("To: Anna <privacy@example.net>"), "{draft}");
        assert!(nobody.envelope().is_err());
    }

    #[test]
    fn nothing_gets_out_of_its_header() {
        let evil = "x\r\nBcc: all@example.org\r\n\r\nhello";
        for text in [evil, "x\nBcc: a@b", "x\rBcc: a@b", "\u{2028}Bcc: a@b", "=?utf-8?q?=0D=0ABcc:_a@b?="] {
            let (names, _) = headers(&message(text, text, text).bytes().expect("a message"));
            let mut names = names;
            names.sort();
            let mut known = SENT.map(str::to_owned);
            known.sort();
            assert_eq!(names, known, "{text:?}");
        }
        for address in ["a@b.org\r\nBcc: c@d.org", "a@b.org, c@d.org", "<a@b.org>", "a b@c.org", ""] {
            let bad = Message { to: ("x", address), ..message("x", "x", "x") };
            assert_eq!(bad.bytes().err(), Some(Trouble::Address), "{address}");
            assert_eq!(mailto(address, "x", "x"), None);
        }
    }

    #[test]
    fn the_address_of_a_message_is_short_or_not_there() {
        let short = mailto("privacy@example.org", "A & B?", "één\ntwee").expect("short");
        assert_eq!(short, "mailto:privacy@example.org?subject=A%20%26%20B%3F&body=%C3%A9%C3%A9n%0D%0Atwee");
        assert_eq!(mailto("privacy@example.org", "x", &"a".repeat(MAILTO_BYTES)), None);
    }

    proptest! {
        #[test]
        fn any_text_stays_in_its_place(name in "\\PC{0,60}|[\\x00-\\x7f]{0,40}", subject in "[\\x00-\\x{24f}]{0,120}", text in "[\\x00-\\x{24f}]{0,400}") {
            let bytes = message(&name, &subject, &text).bytes().expect("a message");
            let (mut names, _) = headers(&bytes);
            names.sort();
            let mut known = SENT.map(str::to_owned);
            known.sort();
            prop_assert_eq!(names, known);
            prop_assert!(String::from_utf8_lossy(&bytes).split("\r\n").all(|line| line.len() <= 998 && !line.contains('\r')));
            if let Some(address) = mailto("a@example.org", &subject, &text) {
                prop_assert!(address.len() <= MAILTO_BYTES && address.bytes().all(|byte| byte.is_ascii_graphic()));
                prop_assert_eq!(address.matches('&').count(), 1);
            }
        }
    }
}
