//! How the person is told that something waits: shown, set, tried.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use super::{Call, Desk, Node, OnNode};
use crate::{
    clock::text,
    command::{Explained as _, Failure, exit},
    driver::Turn,
    locale::Language,
    notice::{Browser, Notice, Sender, ShownSettings, Trouble, Way},
    person::{NodeEvent, tables},
    verb::{Conduct, Verb, stopping},
};

/// Shows it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Notices {}

/// Sets all of it but browsers; what failed before is tried at once.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetNotices {
    /// How it is to be.
    pub settings: ShownSettings,
}

/// Sends a message that says nothing, by one way.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TryNotice {
    /// Which.
    pub way: Way,
}

/// A browser wants to be told.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddBrowser {
    /// Where it is, and its keys.
    pub browser: Browser,
}

/// No browser is told any more.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveBrowsers {}

/// How the person is told.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ShownNotices {
    /// As it is set.
    pub settings: ShownSettings,
    /// Each way, and how it goes.
    pub ways: Vec<ShownWay>,
    /// How many browsers are told.
    pub browsers: usize,
    /// What browsers are to know of the node's key, base64url; none in a build without web push.
    pub push_key: Option<String>,
    /// Is there a mail account?
    pub mail_account: bool,
    /// Does the way out lead through the proxy of the configuration?
    pub through_proxy: bool,
}

/// How one way goes.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ShownWay {
    /// Which.
    pub way: Way,
    /// Does this build know it?
    pub built: bool,
    /// Is it on?
    pub on: bool,
    /// When the last notice went by it, RFC 3339.
    pub went: Option<String>,
    /// Why the one that is due did not go.
    pub trouble: Option<Trouble>,
    /// When it is tried again, RFC 3339.
    pub again: Option<String>,
}

/// The message went.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct TriedNotice {
    /// By which way.
    pub way: Way,
    /// Always true.
    pub went: bool,
}

impl Verb for Notices {
    const NAME: &'static str = "notices";
    type Answer = ShownNotices;
}

impl OnNode for Notices {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<ShownNotices, Failure> {
        node.shown_notices(turn)
    }
}

impl Verb for SetNotices {
    const NAME: &'static str = "set_notices";
    type Answer = ShownNotices;
}

impl OnNode for SetNotices {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<ShownNotices, Failure> {
        node.speaks()?;
        let address = self.settings.webhook.clone().unwrap_or_default();
        let settings = node.notices.settings().with(self.settings).map_err(|wrong| wrong.failure(&address))?;
        if settings.email {
            node.need_mail_account()?;
        }
        if settings.desktop && !Way::Desktop.is_built() {
            return Err(failure_of(Trouble::NotBuilt));
        }
        node.put_notice_settings(settings, turn);
        node.shown_notices(turn)
    }
}

impl Verb for AddBrowser {
    const NAME: &'static str = "add_browser";
    type Answer = ShownNotices;
}

impl OnNode for AddBrowser {
    #[cfg(feature = "push")]
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<ShownNotices, Failure> {
        node.speaks()?;
        let endpoint = self.browser.endpoint.clone();
        let browser = self.browser.checked().map_err(|wrong| wrong.failure(&endpoint))?;
        let mut settings = node.notices.settings().clone();
        settings.browsers.retain(|known| known.endpoint != browser.endpoint);
        settings.browsers.push(browser);
        // The one that was added first gives way.
        let many = settings.browsers.len().saturating_sub(crate::notice::BROWSERS);
        settings.browsers.drain(..many);
        node.put_notice_settings(settings, turn);
        node.shown_notices(turn)
    }

    #[cfg(not(feature = "push"))]
    fn run(self, _: &mut Node, _: &mut Turn) -> Result<ShownNotices, Failure> {
        Err(failure_of(Trouble::NotBuilt))
    }
}

impl Verb for RemoveBrowsers {
    const NAME: &'static str = "remove_browsers";
    type Answer = ShownNotices;
}

impl OnNode for RemoveBrowsers {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<ShownNotices, Failure> {
        let mut settings = node.notices.settings().clone();
        settings.browsers.clear();
        node.put_notice_settings(settings, turn);
        node.shown_notices(turn)
    }
}

impl Verb for TryNotice {
    const NAME: &'static str = "try_notice";
    type Answer = TriedNotice;
}

impl Conduct<Desk> for TryNotice {
    async fn conduct(self, desk: &Desk) -> Result<TriedNotice, Failure> {
        let (answer, wait) = oneshot::channel::<Result<Sender, Failure>>();
        let way = self.way;
        let call: Call = Box::new(move |node, turn| {
            let ready = node.speaks().and_then(|()| node.notice_sender(way));
            turn.after(move || drop(answer.send(ready)));
        });
        desk.events.send(NodeEvent::Call { reads_store: true, call }).await.map_err(|_| stopping())?;
        let sender = wait.await.map_err(|_| stopping())??;
        let id = format!("notice-{:016x}", u64::from_be_bytes(crate::clock::random()));
        let sent = sender.send(&Notice::trial(&sender.settings), &id).await;
        sent.went.map(|()| TriedNotice { way, went: true }).map_err(failure_of)
    }
}

fn failure_of(trouble: Trouble) -> Failure {
    let code = format!("notice_{}", trouble.code());
    Failure::new(&code, exit::UNREACHABLE, trouble.said(Language::English))
}

impl Node {
    fn shown_notices(&self, turn: &mut Turn) -> Result<ShownNotices, Failure> {
        let settings = self.notices.settings();
        let ways = Way::ALL.into_iter().map(|way| {
            let ledger = self.notices.ledger(way);
            ShownWay {
                way,
                built: way.is_built(),
                on: settings.ways().any(|on| on == way),
                went: ledger.went.map(text),
                trouble: ledger.trouble,
                again: ledger.again().map(text),
            }
        });
        Ok(ShownNotices {
            settings: settings.shown(),
            ways: ways.collect(),
            browsers: settings.browsers.len(),
            push_key: self.push_key(turn)?,
            mail_account: self.mail_account()?.is_some(),
            through_proxy: self.mail_proxy().is_some(),
        })
    }

    /// What browsers are to know of the key for them, which is drawn when it is first asked for.
    #[cfg(feature = "push")]
    fn push_key(&self, turn: &mut Turn) -> Result<Option<String>, Failure> {
        use crate::{notice::VapidKey, store::Read as _};
        if let Some(key) = self.store.fact(tables::VAPID)? {
            return Ok(key.public());
        }
        let key = VapidKey::draw().ok_or_else(|| Failure::internal("no key for web push could be drawn"))?;
        turn.batch.set(tables::VAPID, &key);
        Ok(key.public())
    }

    #[cfg(not(feature = "push"))]
    fn push_key(&self, _: &mut Turn) -> Result<Option<String>, Failure> {
        // What an earlier build drew stays for the next one that has push.
        let _ = tables::VAPID;
        Ok(None)
    }
}
