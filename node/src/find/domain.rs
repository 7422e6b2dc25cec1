//! Which domain an address belongs to. In: addresses as password managers and people write them. Out: the registrable domain
//! (`shop.example.co.uk` is `example.co.uk`), by the public suffix list; none for what is no name on the internet.

use std::{fmt, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use url::{Host, Url};

/// Longest name of a host, in bytes (RFC 1035).
const HOST_BYTES: usize = 253;
/// Longest address that is read, in bytes.
const ADDRESS_BYTES: usize = 8 * 1024;

/// A domain that somebody registered, in its ASCII form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Domain(String);

/// What was typed names no domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a domain; give one that is registered, such as example.org")]
pub struct BadDomain;

crate::command::explained!(BadDomain);

impl Domain {
    /// The domain of a web address, or of the bare name of a host. None for another scheme, an IP address, a name without a
    /// public suffix, and a public suffix itself.
    #[must_use]
    pub fn of(address: &str) -> Option<Self> {
        let address = address.trim();
        if address.is_empty() || address.len() > ADDRESS_BYTES {
            return None;
        }
        let url = match address.split_once("://") {
            Some(_) => Url::parse(address).ok()?,
            None => Url::parse(&format!("https://{}", address.trim_start_matches('/'))).ok()?,
        };
        match (url.scheme(), url.host()?) {
            ("http" | "https", Host::Domain(host)) => Self::registered(host),
            _ => None,
        }
    }

    /// The domain by which the maker of an app names it (`androidapp://nl.example.app` is `example.nl`): a good guess, since
    /// nobody checks that name.
    #[must_use]
    pub fn of_app(address: &str) -> Option<Self> {
        let (scheme, name) = address.trim().split_once("://")?;
        let is_app = ["androidapp", "android", "iosapp"].iter().any(|own| scheme.eq_ignore_ascii_case(own));
        // Browsers write `android://HASH@NAME/`.
        let name = name.rsplit('@').next().unwrap_or_default().trim_end_matches('/');
        if !is_app || name.len() > HOST_BYTES {
            return None;
        }
        let host: Vec<&str> = name.split('.').rev().collect();
        Self::registered(&host.join(".").to_ascii_lowercase())
    }

    fn registered(host: &str) -> Option<Self> {
        let host = host.strip_suffix('.').unwrap_or(host);
        if host.len() > HOST_BYTES || !is_host(host) {
            return None;
        }
        let domain = psl::domain(host.as_bytes())?;
        let known = domain.suffix().is_known();
        std::str::from_utf8(domain.as_bytes()).ok().filter(|_| known).map(|name| Self(name.to_owned()))
    }

    /// Its name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The label before the public suffix: what people take for the name.
    #[must_use]
    pub fn label(&self) -> &str {
        self.0.split('.').next().unwrap_or_default()
    }
}

/// Labels of letters, digits and dashes, in lower case.
fn is_host(host: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_'))
    };
    host.split('.').all(is_label)
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Domain {
    type Err = BadDomain;

    fn from_str(text: &str) -> Result<Self, BadDomain> {
        Self::of(text).ok_or(BadDomain)
    }
}

impl Serialize for Domain {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Domain {
    /// By its form alone: what was registrable when it was stored stays, whatever the list of suffixes says later.
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        if text.len() > HOST_BYTES || !is_host(&text) || !text.contains('.') {
            return Err(D::Error::custom(BadDomain));
        }
        Ok(Self(text))
    }
}

impl JsonSchema for Domain {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Domain".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "description": "A registrable domain, in its ASCII form." })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_belongs_to_the_domain_that_somebody_registered() {
        for (address, domain) in [
            ("https://www.example.co.uk/login?next=1", Some("example.co.uk")),
            ("http://Example.ORG:8080", Some("example.org")),
            ("www.ing.nl.", Some("ing.nl")),
            ("//example.org/x", Some("example.org")),
            ("https://anna.github.io", Some("anna.github.io")),
            ("https://github.io", None),
            ("https://m\u{fc}nchen.de", Some("xn--mnchen-3ya.de")),
            ("https://user:secret@example.org/", Some("example.org")),
            ("https://192.168.1.1/", None),
            ("http://[::1]/", None),
            ("http://localhost:3000", None),
            ("https://nas.local", None),
            ("https://printer.intranet.corp", None),
            ("co.uk", None),
            ("androidapp://com.bunq.android", None),
            ("ftp://example.org", None),
            ("javascript:alert(1)", None),
            ("", None),
            ("https://", None),
        ] {
            assert_eq!(Domain::of(address).as_ref().map(Domain::as_str), domain, "{address}");
        }
        assert_eq!(Domain::of(&format!("https://{}.nl", "a".repeat(70_000))), None);
    }

    #[test]
    fn an_app_is_named_by_its_makers_domain_backwards() {
        let of = |address: &str| Domain::of_app(address).map(|domain| domain.to_string());
        assert_eq!(of("androidapp://com.bunq.android").as_deref(), Some("bunq.com"));
        assert_eq!(of("android://aGFzaA==@nl.ing.mobile/").as_deref(), Some("ing.nl"));
        assert_eq!(of("https://com.bunq.android"), None);
        assert_eq!(of("androidapp://android"), None);
    }

    #[test]
    fn a_stored_domain_reads_back_and_a_made_up_one_does_not() {
        let domain: Domain = serde_json::from_str("\"example.org\"").expect("a domain");
        assert_eq!(serde_json::to_string(&domain).expect("JSON"), "\"example.org\"");
        for wrong in ["\"\"", "\"EXAMPLE.org\"", "\"example org\"", "\"localhost\"", "\"a..b\""] {
            assert!(serde_json::from_str::<Domain>(wrong).is_err(), "{wrong}");
        }
    }
}
