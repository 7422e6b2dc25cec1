//! The passphrase in the keyring of the person's desktop (Secret Service, over D-Bus), where they want that: it opens when they log in. In:
//! the home, the passphrase. Out: it kept, found or forgotten; or why there is no keyring. A build without the feature has none.
//!
//! The entry is known by the path of the home. Whoever can ask this person's unlocked keyring can have it, as any program of theirs can.

use std::path::Path;

use zeroize::Zeroizing;

/// Why a keyring could not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(dead_code, reason = "a build with keyrings never says that it knows none, and one without never anything else")]
pub(super) enum Trouble {
    /// This build knows none.
    NotBuilt,
    /// There is none on this desktop, or no desktop.
    None,
    /// It is locked, and nobody unlocked it.
    Locked,
    /// It failed.
    Failed,
}

impl Trouble {
    /// What to do.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::NotBuilt => {
                "this regie was built without keyrings; build one with `cargo install --path node --features keyring`, or leave \
                 --keyring away: your node then asks for your passphrase in the browser"
            }
            Self::None => {
                "there is no keyring on this desktop; leave --keyring away: your node then asks for your passphrase in the browser"
            }
            Self::Locked => "your keyring is locked; unlock it and say this again",
            Self::Failed => "your keyring did not do it; look whether it runs, and say this again",
        }
    }
}

/// Is there one?
pub(super) fn is_there() -> bool {
    built::is_there()
}

/// Keeps the passphrase of a home, in place of the one of before.
pub(super) fn keep(home: &Path, passphrase: &str) -> Result<(), Trouble> {
    built::keep(&name(home), passphrase)
}

/// What is kept for a home, if anything is.
pub(super) fn find(home: &Path) -> Result<Option<Zeroizing<String>>, Trouble> {
    built::find(&name(home))
}

/// Forgets what is kept for a home; was there anything?
pub(super) fn forget(home: &Path) -> Result<bool, Trouble> {
    built::forget(&name(home))
}

fn name(home: &Path) -> String {
    std::path::absolute(home).unwrap_or_else(|_| home.to_owned()).display().to_string()
}

#[cfg(feature = "keyring")]
mod built {
    use keyring::{Entry, Error};
    use zeroize::Zeroizing;

    use super::Trouble;

    /// Under whose name entries stand.
    const SERVICE: &str = "regie";

    impl From<Error> for Trouble {
        fn from(error: Error) -> Self {
            tracing::debug!(%error, "a keyring");
            match error {
                Error::NoDefaultStore => Self::None,
                Error::NoStorageAccess(_) => Self::Locked,
                _ => Self::Failed,
            }
        }
    }

    pub(super) fn is_there() -> bool {
        Entry::store_status().is_ok()
    }

    pub(super) fn keep(name: &str, passphrase: &str) -> Result<(), Trouble> {
        Ok(Entry::new(SERVICE, name)?.set_password(passphrase)?)
    }

    pub(super) fn find(name: &str) -> Result<Option<Zeroizing<String>>, Trouble> {
        match Entry::new(SERVICE, name)?.get_password() {
            Ok(passphrase) => Ok(Some(Zeroizing::new(passphrase))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) fn forget(name: &str) -> Result<bool, Trouble> {
        match Entry::new(SERVICE, name)?.delete_credential() {
            Ok(()) => Ok(true),
            Err(Error::NoEntry) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(not(feature = "keyring"))]
mod built {
    use zeroize::Zeroizing;

    use super::Trouble;

    pub(super) fn is_there() -> bool {
        false
    }

    pub(super) fn keep(_: &str, _: &str) -> Result<(), Trouble> {
        Err(Trouble::NotBuilt)
    }

    pub(super) fn find(_: &str) -> Result<Option<Zeroizing<String>>, Trouble> {
        Ok(None)
    }

    pub(super) fn forget(_: &str) -> Result<bool, Trouble> {
        Ok(false)
    }
}
