//! Who a supplier is, beyond what it says of itself: what the document of its domain says, and the person's word.
//!
//! In: a profile, what was read at `https://DOMAIN/.well-known/regie.json`. Out: proven, claimed, contradicted or none.
//! A name proves nothing; a domain's document that the supplier's own key signed proves who keeps that domain.

use serde::{Deserialize, Serialize};

use crate::{
    coded::coded,
    identity::PublicKey,
    limits,
    profile::Profile,
    rotation::Lineage,
    signed::{Signed, Verified},
    time::{Days, Timestamp},
};

/// Where a domain's document stands, below `https://DOMAIN`.
pub const WELL_KNOWN: &str = "/.well-known/regie.json";

macro_rules! codes {
    ($(#[$meta:meta])* $name:ident $kind:literal { $($variant:ident $code:literal $text:literal;)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum $name { $(#[doc = $text] $variant,)* }

        impl $name {
            /// Every code there is.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Stable, for programs and translations.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }
        }

        coded! {
            $name, $kind;
            $(Self::$variant => $code;)*
        }
    };
}

codes! {
    /// Why a domain's document could not be read.
    Unread "unread" {
        NotADomain "not_a_domain" "What the supplier calls its domain is not the name of one, written in its ASCII form.";
        Unresolved "unresolved" "The domain's name can't be resolved.";
        Private "private" "The domain's name leads into a private network, which is not looked at.";
        Unreachable "unreachable" "The domain's web server does not answer.";
        Certificate "certificate" "The domain's certificate does not hold: it is expired, for another name, or of an issuer that is not trusted.";
        Slow "slow" "The domain's web server did not answer in time.";
        Redirect "redirect" "The domain leads to another place instead of answering itself.";
        NoDocument "no_document" "The domain has no document at [`WELL_KNOWN`].";
        TooLarge "too_large" "The domain's document is above [`limits::DOMAIN_DOCUMENT_BYTES`].";
        NotADocument "not_a_document" "What the domain has at [`WELL_KNOWN`] is not a signed profile.";
        Proxied "proxied" "The proxy did not lead to the domain's web server.";
        Outdated "outdated" "The domain's document is still signed by a key that the supplier has replaced since.";
        NoTls "no_tls" "Certificates can't be checked here: none of those that vouch for others is known.";
    }
}

codes! {
    /// Why a domain's document speaks against the supplier.
    Contradiction "contradiction" {
        OtherKey "other_key" "The domain's document is of another key: this supplier is not who keeps that domain, or has a new key.";
        Revoked "revoked" "The domain says that this key speaks for it no longer: it was lost or stolen.";
        OtherDomain "other_domain" "The domain's document names another domain.";
    }
}

/// Who a supplier is, as far as the person's node knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Standing {
    /// It names no domain.
    None,
    /// It names one, whose document was not read, or not for too long.
    Claimed,
    /// The domain's document is signed by its key and names the domain.
    Proven {
        /// Since when without a break.
        since: Timestamp,
    },
    /// The domain's document is of another key, or names another domain.
    Contradicted {
        /// When that was read first.
        since: Timestamp,
        /// What in the document speaks against it.
        by: Contradiction,
    },
}

impl Standing {
    /// In one word: none, claimed, proven or contradicted.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Claimed => "claimed",
            Self::Proven { .. } => "proven",
            Self::Contradicted { .. } => "contradicted",
        }
    }
}

/// What a domain's document says of a supplier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Heard {
    /// Nothing: it was not read yet.
    Nothing,
    /// That it is the supplier's.
    Same {
        /// Since when without a break.
        since: Timestamp,
    },
    /// It speaks against the supplier.
    Otherwise {
        /// When that was read first.
        since: Timestamp,
        /// What in the document speaks against it.
        by: Contradiction,
    },
}

/// What the node knows of who a supplier is; the part that one record holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identified {
    /// What the document of the domain said when it was last read.
    pub heard: Heard,
    /// When that was.
    pub read: Option<Timestamp>,
    /// When reading it failed since, and why.
    pub trouble: Option<Trouble>,
    /// When the person vouched for it.
    pub vouched: Option<Timestamp>,
    /// Since when it goes by its name and domain.
    pub named: Timestamp,
}

/// A failed attempt to read a domain's document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trouble {
    /// When it was tried.
    pub at: Timestamp,
    /// Why nothing could be read.
    pub why: Unread,
}

impl Identified {
    /// Nothing but that it came by its name at this time.
    #[must_use]
    pub fn new(named: Timestamp) -> Self {
        Self { heard: Heard::Nothing, read: None, trouble: None, vouched: None, named }
    }

    /// Who the supplier of this domain is at this moment. A proof that could not be looked at again for
    /// [`limits::PROOF_DAYS`] is none any more: domains change hands. A contradiction stays until the document says
    /// otherwise.
    #[must_use]
    pub fn standing(&self, domain: &str, now: Timestamp) -> Standing {
        let fresh = self.read.is_some_and(|read| now < read.plus_days(Days(limits::PROOF_DAYS)));
        match self.heard {
            _ if domain.is_empty() => Standing::None,
            Heard::Same { since } if fresh => Standing::Proven { since },
            Heard::Otherwise { since, by } => Standing::Contradicted { since, by },
            Heard::Same { .. } | Heard::Nothing => Standing::Claimed,
        }
    }

    /// May defaults answer it? Where its domain is proven; or where the person vouched for it, and no contradiction
    /// came up after that which the person could not know of.
    #[must_use]
    pub fn is_known(&self, domain: &str, now: Timestamp) -> bool {
        match self.standing(domain, now) {
            Standing::Proven { .. } => true,
            Standing::Contradicted { since, .. } => self.vouched.is_some_and(|vouched| vouched >= since),
            Standing::None | Standing::Claimed => self.vouched.is_some(),
        }
    }

    /// Did its domain revoke its key, and the person not say since that they vouch for it all the same?
    #[must_use]
    pub fn is_revoked(&self) -> bool {
        match self.heard {
            Heard::Otherwise { since, by: Contradiction::Revoked } => {
                self.vouched.is_none_or(|vouched| vouched < since)
            }
            _ => false,
        }
    }

    /// With what the domain's document says now.
    pub(crate) fn after_reading(self, says: Result<(), Contradiction>, now: Timestamp) -> Self {
        let heard = match (says, self.heard) {
            (Ok(()), Heard::Same { since }) if self.is_unbroken(now) => Heard::Same { since },
            (Ok(()), _) => Heard::Same { since: now },
            (Err(by), Heard::Otherwise { since, by: before }) if by == before => Heard::Otherwise { since, by },
            (Err(by), _) => Heard::Otherwise { since: now, by },
        };
        Self { heard, read: Some(now), trouble: None, ..self }
    }

    fn is_unbroken(&self, now: Timestamp) -> bool {
        self.read.is_some_and(|read| now < read.plus_days(Days(limits::PROOF_DAYS)))
    }
}

/// What a domain's document says of the supplier that names this domain in the profile.
///
/// # Errors
/// The contradiction.
pub fn judge(profile: &Profile, lineage: &Lineage, document: &Verified<Profile>) -> Result<(), Contradiction> {
    // First: the document that revokes a key is most often of another one, which by itself says less.
    if lineage.is_revoked_by(document) {
        return Err(Contradiction::Revoked);
    }
    if document.supplier != profile.supplier {
        return Err(Contradiction::OtherKey);
    }
    let same = same_domain(&document.domain, &profile.domain);
    if same { Ok(()) } else { Err(Contradiction::OtherDomain) }
}

/// The signed profile of a domain's document, checked; whose it is shows only then.
///
/// # Errors
/// [`Unread::NotADocument`].
pub fn document(signed: Signed<Profile>) -> Result<Verified<Profile>, Unread> {
    let document = signed.verify().map_err(|_| Unread::NotADocument)?;
    if document.well_formed() { Ok(document) } else { Err(Unread::NotADocument) }
}

/// Is this profile a newer one of the same supplier? Not if it claims to be of a later day than today.
#[must_use]
pub fn is_newer(profile: &Profile, than: &Profile, now: Timestamp) -> bool {
    profile.supplier == than.supplier && profile.issued > than.issued && profile.issued <= now.plus_days(Days(1))
}

/// Is it written as the name of a domain: labels of ASCII letters, digits and hyphens, at least two, none of all digits
/// at the end (that is an address)? A port may stand behind it where a node's configuration allows one.
#[must_use]
pub fn is_domain(text: &str) -> bool {
    let (name, port) = text.split_once(':').map_or((text, None), |(name, port)| (name, Some(port)));
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let last_is_word = name.rsplit('.').next().is_some_and(|last| last.bytes().any(|b| b.is_ascii_alphabetic()));
    name.len() <= 253
        && name.split('.').all(label)
        && last_is_word
        && (name.contains('.') || port.is_some())
        && port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0) && !port.starts_with(['0', '+']))
}

fn same_domain(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// A supplier that looks like another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lookalike {
    /// The one that the person knows for longer.
    pub known: PublicKey,
    /// Since when it goes by its name.
    pub since: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u64 = 86_400_000;

    #[test]
    fn a_proof_ends_when_it_was_not_seen_for_too_long_and_a_contradiction_does_not() {
        let at = |days: u64| Timestamp(days * DAY);
        let new = Identified::new(at(1));
        assert_eq!(new.standing("", at(1)), Standing::None);
        assert_eq!(new.standing("a.nl", at(1)), Standing::Claimed);
        let proven = new.after_reading(Ok(()), at(2));
        assert_eq!(proven.standing("a.nl", at(3)), Standing::Proven { since: at(2) });
        let again = proven.after_reading(Ok(()), at(9));
        assert_eq!(again.standing("a.nl", at(10)), Standing::Proven { since: at(2) }, "since the first time");
        let late = at(9 + u64::from(limits::PROOF_DAYS));
        assert_eq!(again.standing("a.nl", late), Standing::Claimed);
        assert!(again.is_known("a.nl", at(10)) && !again.is_known("a.nl", late));
        assert_eq!(
            again.after_reading(Ok(()), late).standing("a.nl", late),
            Standing::Proven { since: late },
            "after a break it begins anew"
        );
        let other = again.after_reading(Err(Contradiction::OtherKey), at(11));
        let contradicted = Standing::Contradicted { since: at(11), by: Contradiction::OtherKey };
        assert_eq!(other.standing("a.nl", at(9_999)), contradicted);
    }

    #[test]
    fn a_contradiction_ends_a_vouch_that_did_not_know_of_it() {
        let at = Timestamp;
        let vouched = Identified { vouched: Some(at(5)), ..Identified::new(at(1)) };
        assert!(vouched.is_known("", at(6)) && vouched.is_known("a.nl", at(6)));
        let contradicted = vouched.after_reading(Err(Contradiction::OtherKey), at(7));
        assert!(!contradicted.is_known("a.nl", at(8)));
        assert!(Identified { vouched: Some(at(9)), ..contradicted }.is_known("a.nl", at(10)), "said knowing of it");
    }

    #[test]
    fn only_names_of_domains_are_domains() {
        for domain in ["example.nl", "Example.NL", "a-b.example.org", "xn--caf-dma.nl", "localhost:8443", "a.nl:443"] {
            assert!(is_domain(domain), "{domain}");
        }
        for text in [
            "",
            "nl",
            "localhost",
            "example",
            "a..nl",
            ".nl",
            "a.nl.",
            "-a.nl",
            "a-.nl",
            "a b.nl",
            "café.nl",
            "a/b.nl",
            "a.nl/x",
            "user@a.nl",
            "127.0.0.1",
            "1.2.3.4:80",
            "[::1]",
            "a.nl:0",
            "a.nl:99999",
            "a.nl:",
            "a.nl:+1",
            "a_b.nl",
            "https://a.nl",
            "a.nl?x",
            "a.nl#x",
            "a.nl\\x",
        ] {
            assert!(!is_domain(text), "{text}");
        }
    }
}
