//! A notice as mail to the person's own address. In: their mail account, what is said. Out: that the account's server took it.

use super::{Notice, Trouble};
use crate::{
    clock,
    mail::{Account, Handed, Message, Session},
    network::Proxy,
};

/// Sends it. What broke off before the server said whether it took it did not go, as far as is known: it is sent again under the
/// same Message-ID, by which mail programs know it again.
pub(super) async fn send(account: &Account, proxy: Option<&Proxy>, notice: &Notice, id: &str) -> Result<(), Trouble> {
    let domain = account.address.rsplit_once('@').map_or("localhost", |(_, domain)| domain);
    let message = Message {
        id: format!("{id}@{domain}"),
        at: clock::wall(),
        from: Some(("regie", &account.address)),
        to: ("", &account.address),
        subject: &notice.title,
        text: &notice.text,
    };
    let bytes = message.bytes().map_err(Trouble::Mail)?;
    let mut session = Session::open(account, proxy).await.map_err(Trouble::Mail)?;
    session.announce(&message).await.map_err(Trouble::Mail)?;
    match session.hand_over(&bytes).await {
        Handed::Taken(_) => Ok(()),
        Handed::Refused(trouble) | Handed::Unknown(trouble) => Err(Trouble::Mail(trouble)),
    }
}
