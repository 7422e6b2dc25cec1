//! Values that somebody else vouches for: an issuer signed them in an SD-JWT VC (RFC 9901,
//! draft-ietf-oauth-sd-jwt-vc), and the person's node shows the one claim and no other.
//!
//! In: text from outside. Out: bounded text. What a presentation says is for the `vc` part of node and companion to
//! check; this crate carries it, under the person's signature and in the log's commitment like the value itself.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{coded::coded, limits, profile::plain_line, wire::as_text};

/// Text that is no issuer or no presentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AttestationError {
    /// Not one line of 1 to [`limits::ISSUER_BYTES`].
    #[error("not the name of an issuer: one line of at most {} bytes", limits::ISSUER_BYTES)]
    Issuer,
    /// Not visible ASCII of 1 to [`limits::PRESENTATION_BYTES`].
    #[error("not a presentation: visible ASCII of at most {} bytes", limits::PRESENTATION_BYTES)]
    Presentation,
}

coded! {
    AttestationError, "attestation";
    Self::Issuer => "bad_issuer" ("bytes": limits::ISSUER_BYTES);
    Self::Presentation => "bad_presentation" ("bytes": limits::PRESENTATION_BYTES);
}

/// Who vouches: the `iss` of a credential, mostly an https URL.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Issuer(String);

impl FromStr for Issuer {
    type Err = AttestationError;
    fn from_str(text: &str) -> Result<Self, AttestationError> {
        let fits = !text.trim().is_empty() && plain_line(text, limits::ISSUER_BYTES);
        if fits { Ok(Self(text.to_owned())) } else { Err(AttestationError::Issuer) }
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

as_text!(Issuer);

/// An SD-JWT with the disclosure of one claim and a key binding JWT. Never printed by `Debug`: it holds the value.
#[derive(Clone, PartialEq, Eq)]
pub struct Presentation(String);

impl FromStr for Presentation {
    type Err = AttestationError;
    fn from_str(text: &str) -> Result<Self, AttestationError> {
        let fits = (1..=limits::PRESENTATION_BYTES).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        if fits { Ok(Self(text.to_owned())) } else { Err(AttestationError::Presentation) }
    }
}

impl Presentation {
    /// The text itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Presentation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Presentation(…)")
    }
}

impl Serialize for Presentation {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Presentation {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

/// That an issuer vouches for a value. Without the presentation it is the person's word only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attestation {
    /// Who vouches for the value.
    pub issuer: Issuer,
    /// The proof, made for one supplier and one grant where a value leaves: its key binding names the supplier's
    /// `did:key` as `aud` and the grant as `nonce`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub presentation: Option<Presentation>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_outside_is_bounded() {
        assert!("https://rvig.example".parse::<Issuer>().is_ok());
        for bad in ["", " ", "two\nlines", &"x".repeat(limits::ISSUER_BYTES + 1)] {
            assert!(bad.parse::<Issuer>().is_err());
        }
        let whole: Presentation = "e.y.s~d~k.b.j".parse().expect("a form");
        assert_eq!(format!("{whole:?}"), "Presentation(…)");
        for bad in ["", "a b", "a\nb", "é", &"x".repeat(limits::PRESENTATION_BYTES + 1)] {
            assert!(bad.parse::<Presentation>().is_err());
        }
    }
}
