//! How bytes are signed: the one place that knows the signature's mathematics, and counts how often it is done.
//!
//! In: secret bytes, a body. Out: public keys, signatures, yes or no. Always ed25519, but for a build with
//! `--cfg regie_modelled`, which only the simulator has: there a signature is a hash that anybody can make, so that
//! markets too large to sign for can be run. It is no cargo feature, because features unify over a workspace and one
//! crate could take the signatures from another; the node refuses to build with it (docs/decisions/0011).

#[cfg(regie_modelled)]
mod modelled;
#[cfg(not(regie_modelled))]
mod real;

#[cfg(regie_modelled)]
pub(crate) use modelled::{Public, Secret};
#[cfg(not(regie_modelled))]
pub(crate) use real::{Public, Secret};

/// Is this build one whose signatures protect nobody?
pub const MODELLED: bool = cfg!(regie_modelled);

/// How often something that costs was done on this thread since it began. The same in both builds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Public keys made from secret ones.
    pub keys: u64,
    /// Public keys read from bytes.
    pub read: u64,
    /// How many signatures were made.
    pub signed: u64,
    /// How many signatures were checked.
    pub verified: u64,
    /// Disclosures sealed: values committed to and entered in the log; the signature of each is counted above.
    pub sealed: u64,
}

std::thread_local! {
    // A count of the thread's own: no machine reads it, so the same inputs still give the same effects.
    static TALLY: std::cell::Cell<Tally> = const { std::cell::Cell::new(Tally { keys: 0, read: 0, signed: 0, verified: 0, sealed: 0 }) };
}

impl Tally {
    /// What this thread has done so far.
    #[must_use]
    pub fn so_far() -> Self {
        TALLY.get()
    }

    /// What was done since an earlier tally of the same thread.
    #[must_use]
    pub fn since(self, earlier: Self) -> Self {
        Self {
            keys: self.keys - earlier.keys,
            read: self.read - earlier.read,
            signed: self.signed - earlier.signed,
            verified: self.verified - earlier.verified,
            sealed: self.sealed - earlier.sealed,
        }
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            keys: self.keys + other.keys,
            read: self.read + other.read,
            signed: self.signed + other.signed,
            verified: self.verified + other.verified,
            sealed: self.sealed + other.sealed,
        }
    }
}

/// One more of something.
pub(crate) fn count(more: impl FnOnce(&mut Tally)) {
    let mut tally = TALLY.get();
    more(&mut tally);
    TALLY.set(tally);
}
