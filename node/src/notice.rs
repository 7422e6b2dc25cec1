//! Telling a person that something waits, outside of their node's own pages: which ways there are, what the person set, and why
//! a way did not work.
//!
//! In: what waits, the settings, a moment. Out: what is said by which way and when (`plan`), in words (`words`), and its
//! sending (`desktop`, `email`, `hook`, `push`). What leaves says how many things wait, and no name unless the person wants
//! that; a value of a field is never in it.

#[cfg(feature = "desktop")]
mod desktop;
mod email;
mod hook;
mod plan;
#[cfg(feature = "push")]
mod push;
mod send;
mod settings;
mod words;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{locale::Language, mail};

pub(crate) use hook::Hook;
pub use plan::WaitsFor;
pub(crate) use plan::{Ledger, Moment, Saying, Thing};
pub(crate) use send::{Sender, Sent};
#[cfg(feature = "push")]
pub(crate) use settings::BROWSERS;
pub use settings::{BadMinute, Browser, Minute, Quiet, ShownSettings};
pub(crate) use settings::{Settings, VapidKey};
pub(crate) use words::Notice;

/// A way by which a person is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// A notice on the desktop of this machine.
    Desktop,
    /// Mail to the person's own address, by their mail account.
    Email,
    /// A short text to an address that the person entered.
    Webhook,
    /// To browsers of the person's, by the push service of their makers.
    Push,
}

impl Way {
    /// Every way.
    pub const ALL: [Self; 4] = [Self::Desktop, Self::Email, Self::Webhook, Self::Push];

    /// In one word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Desktop => "desktop",
            Self::Email => "email",
            Self::Webhook => "webhook",
            Self::Push => "push",
        }
    }

    /// The way of a word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.code() == code)
    }

    /// Its number in the store.
    pub(crate) fn number(self) -> u64 {
        match self {
            Self::Desktop => 1,
            Self::Email => 2,
            Self::Webhook => 3,
            Self::Push => 4,
        }
    }

    /// Does this build know it?
    #[must_use]
    pub fn is_built(self) -> bool {
        match self {
            Self::Desktop => cfg!(feature = "desktop"),
            Self::Push => cfg!(feature = "push"),
            Self::Email | Self::Webhook => true,
        }
    }
}

/// Why a notice did not go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// This build does not know the way.
    NotBuilt,
    /// Nobody shows notices on this machine: there is no desktop, or the node runs outside of it.
    NoDesktop,
    /// There is no mail account.
    NoAccount,
    /// There is no address to call.
    NoAddress,
    /// No browser was chosen.
    NoBrowser,
    /// The mail account's server did not take it.
    Mail(mail::Trouble),
    /// Its name leads nowhere.
    Unresolved,
    /// It leads into a private network.
    Private,
    /// It was not reached.
    Unreachable,
    /// The proxy of the configuration does not lead there.
    Proxied,
    /// It can't show a certificate for its name.
    Certificate,
    /// It took too long.
    Slow,
    /// It does not take it (HTTP 4xx).
    Refused,
    /// It can't take it now (HTTP 429, 5xx).
    Later,
    /// It answered that it is elsewhere, and nobody is followed there.
    Redirected,
    /// It does not speak HTTP.
    Broken,
}

impl Trouble {
    /// Every one but those of a mail server.
    pub const ALL: [Self; 15] = [
        Self::NotBuilt,
        Self::NoDesktop,
        Self::NoAccount,
        Self::NoAddress,
        Self::NoBrowser,
        Self::Unresolved,
        Self::Private,
        Self::Unreachable,
        Self::Proxied,
        Self::Certificate,
        Self::Slow,
        Self::Refused,
        Self::Later,
        Self::Redirected,
        Self::Broken,
    ];

    /// In one word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NotBuilt => "not_built",
            Self::NoDesktop => "no_desktop",
            Self::NoAccount => "no_account",
            Self::NoAddress => "no_address",
            Self::NoBrowser => "no_browser",
            Self::Mail(trouble) => trouble.code(),
            Self::Unresolved => "unresolved",
            Self::Private => "private",
            Self::Unreachable => "unreachable",
            Self::Proxied => "proxied",
            Self::Certificate => "certificate",
            Self::Slow => "slow",
            Self::Refused => "refused",
            Self::Later => "later",
            Self::Redirected => "redirected",
            Self::Broken => "broken",
        }
    }

    /// What is wrong and what to do.
    pub(crate) fn said(self, language: Language) -> String {
        let of = if matches!(self, Self::Mail(_)) { "mail" } else { "notice" };
        language.say(&format!("{of}-{}", self.code().replace('_', "-")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_trouble_has_its_words_in_both_languages() {
        let all = Trouble::ALL.into_iter().chain(mail::Trouble::ALL.map(Trouble::Mail));
        for (language, trouble) in Language::ALL.into_iter().flat_map(|one| all.clone().map(move |of| (one, of))) {
            let said = trouble.said(language);
            assert!(said.contains(' '), "{trouble:?}: {said}");
        }
        assert!(Way::ALL.into_iter().all(|way| Way::from_code(way.code()) == Some(way)));
    }
}
