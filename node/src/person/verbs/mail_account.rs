//! The person's mail account: entered, shown without its password, tried, removed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use super::{Call, Desk, Node, OnNode};
use crate::{
    command::{Explained as _, Failure, exit},
    driver::Turn,
    locale::Language,
    mail::{Account, Security, Session, Trouble},
    person::{NodeEvent, tables},
    verb::{Conduct, Verb, stopping},
};

/// Shows the account.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MailAccount {}

/// Enters the account by which letters leave, in place of the one before.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetMailAccount {
    /// It.
    pub account: Account,
}

/// Removes the account. Letters that wait for it stay.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveMailAccount {}

/// Reaches the account's server and logs in, and sends nothing.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TryMailAccount {}

/// The account as it is shown.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ShownMailAccount {
    /// Is there one?
    pub set: bool,
    /// The server.
    pub server: Option<String>,
    /// Its port.
    pub port: Option<u16>,
    /// How the way there is encrypted.
    pub security: Option<Security>,
    /// By which name the person logs in.
    pub user: Option<String>,
    /// The address that mail comes from.
    pub address: Option<String>,
    /// Does the way there lead through the proxy of the configuration?
    pub through_proxy: bool,
}

/// The server was reached, and knows the account.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct TriedMailAccount {
    /// Always true.
    pub works: bool,
    /// The server.
    pub server: String,
}

impl Verb for MailAccount {
    const NAME: &'static str = "mail_account";
    type Answer = ShownMailAccount;
}

impl OnNode for MailAccount {
    fn run(self, node: &mut Node, _: &mut Turn) -> Result<ShownMailAccount, Failure> {
        Ok(shown(node, node.mail_account()?))
    }
}

impl Verb for SetMailAccount {
    const NAME: &'static str = "set_mail_account";
    type Answer = ShownMailAccount;
}

impl OnNode for SetMailAccount {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<ShownMailAccount, Failure> {
        node.speaks()?;
        let server = self.account.server.clone();
        let account = self.account.checked().map_err(|wrong| wrong.failure(&server))?;
        turn.batch.set(tables::MAIL_ACCOUNT, &Some(account.clone()));
        node.try_post_anew();
        node.wake_post_after(turn);
        Ok(shown(node, Some(account)))
    }
}

impl Verb for RemoveMailAccount {
    const NAME: &'static str = "remove_mail_account";
    type Answer = ShownMailAccount;
}

impl OnNode for RemoveMailAccount {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<ShownMailAccount, Failure> {
        node.speaks()?;
        turn.batch.set(tables::MAIL_ACCOUNT, &None);
        Ok(shown(node, None))
    }
}

impl Verb for TryMailAccount {
    const NAME: &'static str = "try_mail_account";
    type Answer = TriedMailAccount;
}

impl Conduct<Desk> for TryMailAccount {
    async fn conduct(self, desk: &Desk) -> Result<TriedMailAccount, Failure> {
        let (answer, wait) = oneshot::channel();
        let call: Call = Box::new(move |node, turn| {
            let ready = node.need_mail_account().map(|account| (account, node.mail_proxy()));
            turn.after(move || drop(answer.send(ready)));
        });
        desk.events.send(NodeEvent::Call { reads_store: true, call }).await.map_err(|_| stopping())?;
        let (account, proxy) = wait.await.map_err(|_| stopping())??;
        match Session::open(&account, proxy.as_ref()).await {
            Ok(session) => session.close().await,
            Err(trouble) => return Err(failure_of(trouble)),
        }
        Ok(TriedMailAccount { works: true, server: account.server })
    }
}

fn failure_of(trouble: Trouble) -> Failure {
    let why = Language::English.say(&format!("mail-{}", trouble.code().replace('_', "-")));
    Failure::new("mail_account", exit::UNREACHABLE, why)
}

fn shown(node: &Node, account: Option<Account>) -> ShownMailAccount {
    let through_proxy = node.mail_proxy().is_some();
    match account {
        Some(Account { server, port, security, user, address, .. }) => ShownMailAccount {
            set: true,
            server: Some(server),
            port: Some(port),
            security: Some(security),
            user,
            address: Some(address),
            through_proxy,
        },
        None => ShownMailAccount {
            set: false,
            server: None,
            port: None,
            security: None,
            user: None,
            address: None,
            through_proxy,
        },
    }
}
