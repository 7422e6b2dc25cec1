//! Mail that leaves by the person's own account: what an account is, and what goes wrong with one.
//!
//! In: the account as the person typed it, a letter as text, the proxy of the configuration. Out: a message for any mail
//! program (`message`), or one that the account's server took (`smtp`); why not, by a code. Nothing is read from a mailbox.

mod message;
mod smtp;

use std::{fmt, net::IpAddr};

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

pub(crate) use message::{Message, mailto};
pub(crate) use smtp::{Handed, Session};

/// Longest name of a server, of a user, and longest password, in bytes.
const TEXT_BYTES: usize = 255;
/// Most of a server's answer that is kept, in bytes.
const ANSWER_BYTES: usize = 200;

/// The person's account at a mail server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// The name of the server that takes mail (SMTP).
    pub server: String,
    /// Its port.
    pub port: u16,
    /// How the way there is encrypted.
    pub security: Security,
    /// By which name the person logs in; none where the server asks for none.
    pub user: Option<String>,
    /// With which password. It is in no answer and no log.
    pub password: Option<Password>,
    /// The address that mail comes from.
    pub address: String,
}

/// How the way to a mail server is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Security {
    /// From the first byte (usually at port 465).
    Tls,
    /// By a word at the beginning (STARTTLS, usually at port 587).
    StartTls,
    /// Not at all: for a server on this machine alone.
    None,
}

/// A password, which nobody is shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(Zeroizing<String>);

/// Why an account can't be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadAccount {
    /// No name of a server.
    #[error("not the name of a mail server; write it without anything before it, such as smtp.example.org")]
    Server,
    /// An address that mail can't come from.
    #[error("not an e-mail address; write one, such as anna@example.org")]
    Address,
    /// A user without a password, or one that is too long.
    #[error("a user and a password are one line of at most 255 bytes each; give both, or neither")]
    Login,
    /// Without encryption, and not on this machine.
    #[error("a password does not go over a network without encryption; choose tls (port 465) or start-tls (port 587)")]
    Open,
}

crate::command::explained!(BadAccount);

/// Why a letter did not go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// There is no server of that name.
    Unresolved,
    /// It could not be reached.
    Unreachable,
    /// The proxy leads nowhere, or not to that port.
    Proxied,
    /// It could not show a certificate for its name.
    Certificate,
    /// It does not offer encryption.
    NotEncrypted,
    /// It does not take this user with this password.
    Login,
    /// It does not take mail from this address.
    Sender,
    /// It does not take mail for that address.
    Recipient,
    /// It does not take this message.
    Message,
    /// It said that it can't now.
    Later,
    /// It did not answer in time.
    Slow,
    /// It broke off, or does not speak SMTP.
    Broken,
    /// An address that no mail can be sent to.
    Address,
}

impl Trouble {
    /// Every one of them.
    pub const ALL: [Self; 13] = [
        Self::Unresolved,
        Self::Unreachable,
        Self::Proxied,
        Self::Certificate,
        Self::NotEncrypted,
        Self::Login,
        Self::Sender,
        Self::Recipient,
        Self::Message,
        Self::Later,
        Self::Slow,
        Self::Broken,
        Self::Address,
    ];

    /// In one word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Unresolved => "unresolved",
            Self::Unreachable => "unreachable",
            Self::Proxied => "proxied",
            Self::Certificate => "certificate",
            Self::NotEncrypted => "not_encrypted",
            Self::Login => "login",
            Self::Sender => "sender",
            Self::Recipient => "recipient",
            Self::Message => "message",
            Self::Later => "later",
            Self::Slow => "slow",
            Self::Broken => "broken",
            Self::Address => "address",
        }
    }

    /// Is it the account's, so that the next letter would meet it too?
    #[must_use]
    pub fn is_of_account(self) -> bool {
        !matches!(self, Self::Recipient | Self::Message | Self::Address)
    }
}

impl Account {
    /// The account, where it can be one.
    ///
    /// # Errors
    /// [`BadAccount`].
    pub fn checked(self) -> Result<Self, BadAccount> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':');
        if self.server.is_empty() || self.server.len() > TEXT_BYTES || !self.server.chars().all(plain) || self.port == 0
        {
            return Err(BadAccount::Server);
        }
        if !message::is_address(&self.address) {
            return Err(BadAccount::Address);
        }
        let one_line = |text: &str| (1..=TEXT_BYTES).contains(&text.len()) && !text.chars().any(char::is_control);
        match (&self.user, &self.password) {
            (None, None) => {}
            (Some(user), Some(password)) if one_line(user) && one_line(password.expose()) => {}
            _ => return Err(BadAccount::Login),
        }
        if self.security == Security::None && !self.is_here() {
            return Err(BadAccount::Open);
        }
        Ok(self)
    }

    /// Is the server on this machine?
    fn is_here(&self) -> bool {
        self.server == "localhost" || self.server.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
    }
}

impl Password {
    /// One that was typed.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

impl Serialize for Password {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Password {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d).map(Self::new)
    }
}

impl JsonSchema for Password {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Password".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "description": "A password, which no answer holds." })
    }
}

/// What a server said, in one bounded line.
fn one_line(text: &str) -> String {
    crate::find::line(text, ANSWER_BYTES).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> Account {
        Account {
            server: "smtp.example.org".into(),
            port: 465,
            security: Security::Tls,
            user: Some("anna".into()),
            password: Some(Password::new("very secret".into())),
            address: "anna@example.org".into(),
        }
    }

    #[test]
    fn an_account_is_whole_or_refused() {
        assert_eq!(account().checked(), Ok(account()));
        for server in ["", "https://smtp.example.org", "a b", "x\r\nRCPT TO:<y>", &"a".repeat(256)] {
            assert_eq!(Account { server: server.into(), ..account() }.checked(), Err(BadAccount::Server), "{server}");
        }
        for address in ["anna", "a@b@c", "anna@example.org\r\nRCPT TO:<x@y>", "Anna <anna@example.org>"] {
            assert_eq!(Account { address: address.into(), ..account() }.checked(), Err(BadAccount::Address));
        }
        assert_eq!(Account { password: None, ..account() }.checked(), Err(BadAccount::Login));
        assert_eq!(Account { user: Some("a\r\nQUIT".into()), ..account() }.checked(), Err(BadAccount::Login));
        let open = |server: &str| Account { security: Security::None, server: server.into(), ..account() }.checked();
        assert_eq!(open("smtp.example.org"), Err(BadAccount::Open));
        assert!(open("127.0.0.1").is_ok() && open("localhost").is_ok() && open("::1").is_ok());
    }

    #[test]
    fn a_password_is_not_printed() {
        assert!(!format!("{:?}", account()).contains("secret"));
    }
}
