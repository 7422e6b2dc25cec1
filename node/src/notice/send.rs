//! One notice by one way. In: the settings of the way, what is said. Out: that it went, or why not, in a bounded time. Everything
//! that goes over a network leaves by the node's own ways there, through its proxy where there is one.

use super::{Hook, Notice, Settings, Trouble, Way, email};
use crate::{mail::Account, network::Proxy};

/// Everything that a way needs, taken from the node at one moment.
pub(crate) struct Sender {
    pub(crate) way: Way,
    pub(crate) settings: Settings,
    /// The person's mail account.
    pub(crate) account: Option<Account>,
    pub(crate) proxy: Option<Proxy>,
    /// By which push services know that two messages come from one node.
    #[cfg(feature = "push")]
    pub(crate) vapid: Option<super::VapidKey>,
    /// Knows which servers in a private network the configuration allows.
    #[cfg(feature = "push")]
    pub(crate) reader: crate::domain::Reader,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    /// Did it go?
    pub(crate) went: Result<(), Trouble>,
    /// Browsers that are not to be had any more, by their endpoints.
    pub(crate) gone: Vec<String>,
}

impl From<Result<(), Trouble>> for Sent {
    fn from(went: Result<(), Trouble>) -> Self {
        Self { went, gone: Vec::new() }
    }
}

impl Sender {
    /// Sends it. `id` is the same each time that one notice is tried.
    pub(crate) async fn send(&self, notice: &Notice, id: &str) -> Sent {
        match self.way {
            Way::Desktop => self.on_the_desktop(notice).await.into(),
            Way::Email => match &self.account {
                Some(account) => email::send(account, self.proxy.as_ref(), notice, id).await.into(),
                None => Err(Trouble::NoAccount).into(),
            },
            Way::Webhook => match &self.settings.webhook {
                Some(hook) => Hook::call(hook, self.proxy.as_ref(), notice).await.into(),
                None => Err(Trouble::NoAddress).into(),
            },
            Way::Push => self.to_browsers(notice).await,
        }
    }

    #[cfg(feature = "desktop")]
    async fn on_the_desktop(&self, notice: &Notice) -> Result<(), Trouble> {
        super::desktop::show(notice).await
    }

    #[cfg(not(feature = "desktop"))]
    async fn on_the_desktop(&self, _: &Notice) -> Result<(), Trouble> {
        Err(Trouble::NotBuilt)
    }

    #[cfg(feature = "push")]
    async fn to_browsers(&self, notice: &Notice) -> Sent {
        match &self.vapid {
            Some(key) => super::push::send(&self.settings.browsers, key, self, notice).await,
            None => Err(Trouble::NoBrowser).into(),
        }
    }

    #[cfg(not(feature = "push"))]
    async fn to_browsers(&self, _: &Notice) -> Sent {
        Err(Trouble::NotBuilt).into()
    }
}
