//! Passkeys (Web Authentication, level 3): what a browser is asked, and whether what its authenticator answers holds. In: tickets,
//! answers, passkeys that the node keeps. Out: who was let in, or a passkey that was made.
//!
//! Each question is drawn anew, waits a few minutes in memory, and is spent by the first answer. At home they are asked at the door,
//! `localhost`, since browsers keep passkeys by names and the name of the session is another at each start; elsewhere at the
//! origin that the person declared, where it has a name. A signature is good for that origin alone, port and all.

use std::time::Instant;

use regie_protocol::Nonce;
use serde::Serialize;
use serde_json::{Value, json};
use webauthn_rs::prelude::{
    Passkey, PasskeyAuthentication, PasskeyRegistration, Url, Uuid, Webauthn, WebauthnBuilder, WebauthnError,
};

use super::{Dashboard, Room, drawn::Drawn, limits};
use crate::{
    clock,
    command::Failure,
    person::devices::{HeldPasskey, NewPasskey},
};

/// What waits for an answer, in each room.
#[derive(Default)]
pub(super) struct Ceremonies {
    home: Inside,
    elsewhere: Inside,
}

#[derive(Default)]
struct Inside {
    tickets: Asked<Ticket>,
    made: Asked<PasskeyRegistration>,
    shown: Asked<PasskeyAuthentication>,
}

/// Leave to make one passkey: somebody who was in asked for it.
#[derive(Clone)]
pub(super) struct Ticket {
    /// Whose it is to be; this machine's, where there is none.
    pub(super) device: Option<Nonce>,
}

/// Why an answer was not taken.
pub(super) enum NotTaken {
    /// The question is not known, was answered or is too old; or there is nothing to ask for.
    Gone,
    /// What was answered does not hold.
    Wrong(WebauthnError),
    /// The answer could not be read.
    Unread,
    /// This passkey is kept already.
    Already,
    /// The node's.
    Failed(Failure),
}

impl From<WebauthnError> for NotTaken {
    fn from(error: WebauthnError) -> Self {
        Self::Wrong(error)
    }
}

impl From<Failure> for NotTaken {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// Questions, each of which is answered once.
type Asked<T> = Drawn<T, { limits::CEREMONIES }, { limits::CEREMONY.as_secs() }>;

impl Ceremonies {
    fn of(&self, room: Room) -> &Inside {
        match room {
            Room::Home => &self.home,
            Room::Elsewhere => &self.elsewhere,
        }
    }
}

impl Dashboard {
    /// Lets somebody who is in make a passkey: the ticket for it.
    pub(super) fn ticket(&self, room: Room, device: Option<Nonce>) -> String {
        self.doors.passkeys.of(room).tickets.put(Ticket { device })
    }

    /// Is this one good?
    pub(super) fn has_ticket(&self, room: Room, ticket: &str) -> bool {
        self.doors.passkeys.of(room).tickets.look(ticket, Instant::now()).is_some()
    }

    /// The origin of a room whose browsers keep passkeys.
    pub(super) fn passkey_origin(&self, room: Room) -> Option<String> {
        match room {
            Room::Home => Some(format!("http://{}", self.hosts.door())),
            Room::Elsewhere => {
                self.doors.open.get().filter(|open| open.origin.is_named()).map(|open| open.origin.to_string())
            }
        }
    }

    /// What a browser is asked to make.
    pub(super) async fn ask_to_make(&self, room: Room, ticket: &str) -> Result<Value, NotTaken> {
        let inside = self.doors.passkeys.of(room);
        let Ticket { device } = inside.tickets.look(ticket, Instant::now()).ok_or(NotTaken::Gone)?;
        let (origin, webauthn) = self.webauthn(room)?;
        // One authenticator has one passkey of a device: a second would take the place of the first.
        let held = self.held(origin).await?.into_iter().filter(|(held, _)| held.device == device);
        let there = held.map(|(_, passkey)| passkey.cred_id().clone()).collect();
        let id = Uuid::from_bytes(clock::random());
        let (asked, state) = webauthn.start_passkey_registration(id, "regie", "regie", Some(there))?;
        question(inside.made.put(state), &asked)
    }

    /// Keeps what was made. The ticket is spent by it.
    pub(super) async fn make(&self, room: Room, made: &Made<'_>) -> Result<Ticket, NotTaken> {
        let inside = self.doors.passkeys.of(room);
        let state = inside.made.take(made.question, Instant::now()).ok_or(NotTaken::Gone)?;
        let answer = read(made.answer)?;
        let (origin, webauthn) = self.webauthn(room)?;
        let passkey = webauthn.finish_passkey_registration(&answer, &state)?;
        if self.held(origin.clone()).await?.iter().any(|(_, held)| held.cred_id() == passkey.cred_id()) {
            return Err(NotTaken::Already);
        }
        let ticket = inside.tickets.take(made.ticket, Instant::now()).ok_or(NotTaken::Gone)?;
        let (name, device) = (made.name.to_owned(), ticket.device);
        let passkey = serde_json::to_string(&passkey).map_err(Failure::internal)?;
        self.desk()?.add_passkey(NewPasskey { origin, device, name, passkey }).await?;
        Ok(ticket)
    }

    /// What a browser is asked to show.
    pub(super) async fn ask_to_show(&self, room: Room) -> Result<Value, NotTaken> {
        let (origin, webauthn) = self.webauthn(room)?;
        let held: Vec<Passkey> = self.held(origin).await?.into_iter().map(|(_, passkey)| passkey).collect();
        if held.is_empty() {
            return Err(NotTaken::Gone);
        }
        let (asked, state) = webauthn.start_passkey_authentication(&held)?;
        question(self.doors.passkeys.of(room).shown.put(state), &asked)
    }

    /// Whose passkey was shown.
    pub(super) async fn shown(&self, room: Room, name: &str, answer: &str) -> Result<HeldPasskey, NotTaken> {
        let state = self.doors.passkeys.of(room).shown.take(name, Instant::now()).ok_or(NotTaken::Gone)?;
        let answer = read(answer)?;
        let (origin, webauthn) = self.webauthn(room)?;
        let result = webauthn.finish_passkey_authentication(&answer, &state)?;
        // It was there when it was asked for, and may have been removed since.
        let held = self.held(origin).await?.into_iter().find(|(_, passkey)| passkey.cred_id() == result.cred_id());
        let (held, mut passkey) = held.ok_or(NotTaken::Gone)?;
        passkey.update_credential(&result);
        let passkey = serde_json::to_string(&passkey).map_err(Failure::internal)?;
        let there = self.desk()?.used_passkey(held.id, passkey).await?;
        there.then_some(held).ok_or(NotTaken::Gone)
    }

    fn webauthn(&self, room: Room) -> Result<(String, Webauthn), NotTaken> {
        let origin = self.passkey_origin(room).ok_or(NotTaken::Gone)?;
        let url = Url::parse(&origin).map_err(Failure::internal)?;
        let webauthn = WebauthnBuilder::new(url.host_str().unwrap_or_default(), &url)?.rp_name("regie");
        Ok((origin, webauthn.timeout(limits::CEREMONY).build()?))
    }

    async fn held(&self, origin: String) -> Result<Vec<(HeldPasskey, Passkey)>, Failure> {
        let all = self.desk()?.passkeys_at(origin).await?.into_iter();
        all.map(|held| Ok((held.clone(), serde_json::from_str(&held.passkey).map_err(Failure::internal)?))).collect()
    }
}

/// A passkey that a browser says it made.
pub(super) struct Made<'a> {
    pub(super) ticket: &'a str,
    /// The name of the question.
    pub(super) question: &'a str,
    /// As the browser wrote it.
    pub(super) answer: &'a str,
    /// What the person calls it.
    pub(super) name: &'a str,
}

fn question(name: String, asked: &impl Serialize) -> Result<Value, NotTaken> {
    let asked = serde_json::to_value(asked).map_err(Failure::internal)?;
    Ok(json!({ "question": name, "asked": asked["publicKey"] }))
}

fn read<T: serde::de::DeserializeOwned>(answer: &str) -> Result<T, NotTaken> {
    if answer.len() > limits::PASSKEY_BYTES {
        return Err(NotTaken::Unread);
    }
    serde_json::from_str(answer).map_err(|_| NotTaken::Unread)
}
