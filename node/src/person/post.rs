//! Letters that leave by the person's mail account. In: letters that are queued, the account, ticks. Out: one conversation with
//! the account's server at a time, and what became of the letter, in the same commit as the log's entry of it.
//!
//! A letter is marked as leaving, on disk, before its text goes to the server: what breaks before that is certain not to have
//! gone and is tried again; what breaks between that and the server's word may have gone, and is not sent again by itself. A
//! mail protocol has no way to ask. The person is told, and a second try has the same Message-ID.

use std::{collections::BTreeMap, time::Duration};

use regie_protocol::{Nonce, Timestamp};
use tokio::sync::{mpsc, oneshot};

use super::{
    Node, NodeEvent,
    letters::{LetterState, SentBy, StoredLetter},
    tables,
};
use crate::{
    backoff::Backoff,
    command::{Failure, exit},
    driver::Turn,
    mail::{Account, Handed, Message, Session, Trouble},
    network::Proxy,
    store::{Read as _, Store},
};

/// Pauses after a letter, or an account, could not be used.
const PAUSES: Backoff = Backoff::doubling(Duration::from_secs(60), Duration::from_secs(6 * 60 * 60)).drawn();

/// What is to leave, and when.
#[derive(Default)]
pub(super) struct Post {
    due: BTreeMap<Nonce, Due>,
    /// The letter that is being handed over.
    leaving: Option<Nonce>,
    /// The account could not be used: nothing is tried before then.
    account: Due,
}

#[derive(Clone, Copy, Default)]
struct Due {
    at: Timestamp,
    failures: u32,
}

/// A letter with all that it takes to hand it over.
pub struct Posting {
    id: Nonce,
    account: Account,
    proxy: Option<Proxy>,
    letter: Box<StoredLetter>,
}

/// What became of a letter.
pub enum Posted {
    /// The server took it, and said this.
    Taken(String),
    /// It is certain that it did not go.
    Failed(Trouble),
    /// It may have gone.
    Unknown(Trouble),
    /// The person took it back before it left.
    Dropped,
}

impl Post {
    /// The letters that waited when the node ended.
    pub(super) fn load(store: &Store) -> Result<Self, Failure> {
        let mut post = Self::default();
        for (_, letter) in store.group(tables::LETTERS, &())? {
            if let LetterState::Queued { .. } = letter.state {
                post.due.insert(letter.id, Due::default());
            }
        }
        Ok(post)
    }

    pub(super) fn is_leaving(&self, letter: &Nonce) -> bool {
        self.leaving.as_ref() == Some(letter)
    }

    pub(super) fn forget(&mut self, letter: &Nonce) {
        self.due.remove(letter);
    }

    /// Another account, or the person's word that it is right now: everything is tried at once.
    pub(super) fn try_anew(&mut self) {
        self.account = Due::default();
        self.due.values_mut().for_each(|due| *due = Due::default());
    }

    /// The letter that is due first; none where none is, or one is under way.
    fn next(&self, now: Timestamp) -> Option<Nonce> {
        if self.leaving.is_some() || self.account.at > now {
            return None;
        }
        let due = self.due.iter().filter(|(_, due)| due.at <= now);
        due.min_by_key(|(id, due)| (due.at, **id)).map(|(id, _)| *id)
    }
}

impl Node {
    /// The account; none where there is none.
    pub(super) fn mail_account(&self) -> Result<Option<Account>, Failure> {
        Ok(self.store.fact(tables::MAIL_ACCOUNT)?.flatten())
    }

    /// The address that the account's mail comes from.
    pub(super) fn mail_address(&self) -> Result<Option<String>, Failure> {
        Ok(self.mail_account()?.map(|account| account.address))
    }

    /// The account, or what to do without one.
    pub(super) fn need_mail_account(&self) -> Result<Account, Failure> {
        self.mail_account()?.ok_or_else(|| {
            let next = "there is no mail account to send by; enter yours with `regie mail-account set`, or send the letter \
                        yourself and say so with `regie letter sent`";
            Failure::new("no_mail_account", exit::ERROR, next)
        })
    }

    /// What failed before is tried at once: by another account, or because the person says so.
    pub(super) fn try_post_anew(&mut self) {
        self.post.try_anew();
    }

    /// Is this letter just being handed over?
    pub(super) fn is_leaving(&self, letter: &StoredLetter) -> bool {
        self.post.is_leaving(&letter.id)
    }

    /// The proxy that everything goes through, where there is one.
    pub(super) fn mail_proxy(&self) -> Option<Proxy> {
        self.travel.way.proxy.clone()
    }

    /// Puts a letter into the queue.
    pub(super) fn queue_letter(&mut self, mut letter: StoredLetter, turn: &mut Turn) -> Result<StoredLetter, Failure> {
        self.speaks()?;
        self.need_mail_account()?;
        if letter.sent().is_some() {
            return Err(Failure::new("already_done", exit::ERROR, "that letter has gone; write another one"));
        }
        if self.post.is_leaving(&letter.id) {
            return Err(Failure::new("already_done", exit::ERROR, "that letter is on its way"));
        }
        if letter.email.is_none() {
            return Err(Failure::usage(
                "that letter was written for the post; write it again with `--way email`, once the organisation has an address",
            ));
        }
        letter.state = LetterState::Queued { since: self.clock.now().wall, attempts: 0, trouble: None };
        self.put_letter(&letter, turn);
        self.post.due.insert(letter.id, Due::default());
        self.wake_post_after(turn);
        Ok(letter)
    }

    /// Takes a letter out of the queue, or settles that one did not go.
    pub(super) fn hold_letter(&mut self, mut letter: StoredLetter, turn: &mut Turn) -> Result<StoredLetter, Failure> {
        self.speaks()?;
        if letter.sent().is_some() || self.post.is_leaving(&letter.id) {
            return Err(Failure::new("already_done", exit::ERROR, "that letter has gone, or is just leaving"));
        }
        self.post.forget(&letter.id);
        letter.state = LetterState::Written;
        self.put_letter(&letter, turn);
        Ok(letter)
    }

    /// Has what is due sent in a turn that reads the store.
    pub(super) fn wake_post(&mut self) {
        if self.post.next(self.clock.uptime()).is_none() {
            return;
        }
        if let Some(events) = self.events.upgrade() {
            // Where the queue is full the next tick comes again.
            let _ = events.try_send(NodeEvent::Post);
        }
    }

    pub(super) fn wake_post_after(&mut self, turn: &mut Turn) {
        let events = self.events.clone();
        turn.after(move || {
            if let Some(events) = events.upgrade() {
                let _ = events.try_send(NodeEvent::Post);
            }
        });
    }

    /// Begins with the letter that is due.
    pub(super) fn tend_post(&mut self, turn: &mut Turn) {
        let now = self.clock.uptime();
        let Some(id) = self.post.next(now).filter(|_| self.speaks().is_ok()) else { return };
        let ready = self.store.get(tables::LETTERS, &id.0).map_err(Failure::from);
        let ready = ready.and_then(|letter| Ok(letter.zip(self.mail_account()?)));
        let (letter, account) = match ready {
            Ok(Some(ready)) => ready,
            Ok(None) => return self.post.forget(&id),
            Err(failure) => {
                tracing::error!(code = failure.code, "a letter that waits can't be read");
                return self.post.forget(&id);
            }
        };
        self.post.leaving = Some(id);
        let posting = Posting { id, account, proxy: self.mail_proxy(), letter: Box::new(letter) };
        let (events, runtime) = (self.events.clone(), self.runtime.clone());
        turn.after(move || {
            drop(runtime.spawn(async move {
                let Some(events) = events.upgrade() else { return };
                let posted = hand_over(&posting, &events).await;
                let _ = events.send(NodeEvent::Posted(posting.id, Box::new(posted))).await;
            }));
        });
    }

    /// A letter is about to leave: from here on it may have gone. False where the person took it back.
    pub(super) fn letter_leaves(&mut self, id: &Nonce, turn: &mut Turn) -> bool {
        let since = self.clock.now().wall;
        let Ok(Some(mut letter)) = self.store.get(tables::LETTERS, &id.0) else { return false };
        if !matches!(letter.state, LetterState::Queued { .. }) || self.speaks().is_err() {
            return false;
        }
        letter.state = LetterState::Leaving { since, trouble: None };
        self.put_letter(&letter, turn);
        true
    }

    /// What became of it.
    pub(super) fn posted(&mut self, id: &Nonce, posted: Posted, turn: &mut Turn) {
        self.post.leaving = None;
        let Ok(Some(letter)) = self.store.get(tables::LETTERS, &id.0) else {
            return self.post.forget(id);
        };
        let settled = match posted {
            Posted::Taken(answer) => {
                self.post.account = Due::default();
                self.letter_went(letter, SentBy::Account, Some(answer), turn).map(drop)
            }
            Posted::Failed(trouble) => {
                self.letter_waits(letter, trouble, turn);
                Ok(())
            }
            Posted::Unknown(trouble) => {
                tracing::warn!(
                    code = trouble.code(),
                    "a mail server broke off before it said whether it took a letter"
                );
                let since = self.clock.now().wall;
                let state = LetterState::Leaving { since, trouble: Some(trouble) };
                self.put_letter(&StoredLetter { state, ..letter }, turn);
                self.post.forget(id);
                Ok(())
            }
            Posted::Dropped => {
                self.post.forget(id);
                Ok(())
            }
        };
        if let Err(failure) = settled {
            tracing::error!(code = failure.code, "a letter that went can't be entered in the log");
        }
        self.wake_post_after(turn);
    }

    /// It did not go, and is tried again later.
    fn letter_waits(&mut self, mut letter: StoredLetter, trouble: Trouble, turn: &mut Turn) {
        tracing::info!(code = trouble.code(), "a letter could not be sent, and waits");
        let since = match letter.state {
            LetterState::Queued { since, .. } | LetterState::Leaving { since, .. } => since,
            // The person took it back, or says that it went.
            LetterState::Written | LetterState::Sent { .. } => return self.post.forget(&letter.id),
        };
        let now = self.clock.uptime();
        let later =
            |due: Due| Due { at: now.plus_ms(PAUSES.pause_ms(due.failures)), failures: due.failures.saturating_add(1) };
        let due = self.post.due.get(&letter.id).copied().unwrap_or_default();
        if trouble.is_of_account() {
            self.post.account = later(self.post.account);
        } else {
            self.post.account = Due::default();
        }
        let due = if trouble.is_of_account() { Due { at: self.post.account.at, ..due } } else { later(due) };
        self.post.due.insert(letter.id, due);
        let attempts = match letter.state {
            LetterState::Queued { attempts, .. } => attempts,
            _ => 0,
        };
        letter.state = LetterState::Queued { since, attempts: attempts.saturating_add(1), trouble: Some(trouble) };
        self.put_letter(&letter, turn);
    }
}

/// One conversation with the server.
async fn hand_over(posting: &Posting, events: &mpsc::Sender<NodeEvent>) -> Posted {
    let Posting { id, account, proxy, letter } = posting;
    let text = letter.text.message();
    let name = letter.text.signed.first().map_or("", String::as_str);
    let Some(to) = &letter.email else { return Posted::Failed(Trouble::Address) };
    let message = Message {
        id: letter.message_id(),
        at: letter.written,
        from: Some((name, &account.address)),
        to: (letter.name(), to),
        subject: &letter.text.subject,
        text: &text,
    };
    let begun = async {
        let bytes = message.bytes()?;
        let mut session = Session::open(account, proxy.as_ref()).await?;
        session.announce(&message).await?;
        Ok((session, bytes))
    };
    let (session, bytes) = match begun.await {
        Ok(begun) => begun,
        Err(trouble) => return Posted::Failed(trouble),
    };
    let (answer, wait) = oneshot::channel();
    let marked = events.send(NodeEvent::LetterLeaves(*id, answer)).await.is_ok() && wait.await.unwrap_or(false);
    if !marked {
        return Posted::Dropped;
    }
    match session.hand_over(&bytes).await {
        Handed::Taken(answer) => Posted::Taken(answer),
        Handed::Refused(trouble) => Posted::Failed(trouble),
        Handed::Unknown(trouble) => Posted::Unknown(trouble),
    }
}
