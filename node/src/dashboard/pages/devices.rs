//! Devices of the person's, and passkeys. In: forms. Out: the list; a link as a picture, by which one device is added; either removed.
//!
//! What makes another way in takes the passphrase, so that a screen that was left open does not: and it is made at home alone. A device
//! elsewhere sees the list, adds passkeys of its own and removes itself.

use askama::Template;
#[cfg(feature = "passkeys")]
use axum::response::{IntoResponse as _, Redirect};
use axum::{Extension, extract::State};
use data_encoding::BASE64;
use regie_protocol::Nonce;

use super::{App, Page, Posted, Shown, Visitor, at_home_alone, go, show};
use crate::{
    dashboard::{Room, tries::Tryer, words::Words},
    person::verbs::{
        DeviceInvitation, DeviceList, Devices, ForgetDevice, ForgetDevices, ForgetPasskey, InviteDevice, ShownPasskey,
    },
    qr,
};

#[derive(Template)]
#[template(path = "devices.html")]
struct DevicesPage {
    page: Page,
    list: DeviceList,
    /// This device's id, elsewhere.
    own: Option<String>,
    invited: Option<Invited>,
    error: Option<String>,
}

/// A link that was just made.
struct Invited {
    invitation: DeviceInvitation,
    /// As a picture: SVG in base64.
    picture: String,
}

impl DevicesPage {
    /// Passkeys of this machine, or of this device.
    fn own_passkeys(&self) -> Vec<&ShownPasskey> {
        let own = |passkey: &&ShownPasskey| passkey.device.map(|id| id.to_string()) == self.own;
        self.list.passkeys.iter().filter(own).collect()
    }
}

pub(super) async fn page(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Shown {
    devices(&app, &visitor, None, None).await
}

async fn devices(app: &App, visitor: &Visitor, invited: Option<Invited>, error: Option<String>) -> Shown {
    let list = visitor.ask(app, Devices {}).await?;
    let own = visitor.session.device.as_ref().map(|device| device.id.to_string());
    show(&DevicesPage { page: visitor.page(app, "security", "/devices"), list, own, invited, error })
}

pub(super) async fn act(State(app): State<App>, Extension(visitor): Extension<Visitor>, posted: Posted) -> Shown {
    let away = visitor.session.device.clone();
    match (posted.one("do"), away) {
        ("passkey", Some(device)) => ticket(&app, visitor.words, Room::Elsewhere, Some(device.id)),
        ("passkey" | "invite", None) => {
            if let Err(not) = app.is_passphrase(Tryer::Known, posted.raw("passphrase")).await {
                return devices(&app, &visitor, None, Some(not.words(visitor.words))).await;
            }
            if posted.one("do") == "passkey" {
                ticket(&app, visitor.words, Room::Home, None)
            } else {
                invite(&app, &visitor).await
            }
        }
        ("forget-passkey", away) => {
            let passkey = posted.one("passkey").to_owned();
            let list = visitor.ask(&app, Devices {}).await?;
            let whose = list.passkeys.iter().find(|one| one.id.to_string() == passkey).and_then(|one| one.device);
            if away.is_some_and(|device| whose != Some(device.id)) {
                return Ok(at_home_alone(visitor.words));
            }
            visitor.ask(&app, ForgetPasskey { passkey }).await?;
            done(&app, &visitor, "devices-passkey-gone")
        }
        ("forget", None) => {
            visitor.ask(&app, ForgetDevice { device: posted.one("device").to_owned() }).await?;
            done(&app, &visitor, "devices-gone")
        }
        ("forget-all", None) => {
            visitor.ask(&app, ForgetDevices { but: None, own_passkeys: false }).await?;
            done(&app, &visitor, "devices-all-gone")
        }
        _ => Ok(at_home_alone(visitor.words)),
    }
}

fn done(app: &App, visitor: &Visitor, said: &str) -> Shown {
    visitor.notice(app, visitor.words.say(said));
    go("/devices")
}

async fn invite(app: &App, visitor: &Visitor) -> Shown {
    let invitation = visitor.ask(app, InviteDevice {}).await?;
    let picture = qr::picture(&invitation.link, 280).map_err(|failure| visitor.fault(failure))?;
    devices(app, visitor, Some(Invited { invitation, picture: BASE64.encode(picture.as_bytes()) }), None).await
}

/// To where a passkey is made: at home that is the door, whose name browsers keep passkeys for.
#[cfg(feature = "passkeys")]
fn ticket(app: &App, words: Words, room: Room, device: Option<Nonce>) -> Shown {
    let path = format!("/passkey/add/{}", app.ticket(room, device));
    Ok(match room {
        Room::Home => super::enter::arrive(words, &format!("http://{}{path}", app.hosts.door())),
        Room::Elsewhere => Redirect::to(&path).into_response(),
    })
}

#[cfg(not(feature = "passkeys"))]
fn ticket(_: &App, _: Words, _: Room, _: Option<Nonce>) -> Shown {
    go("/devices")
}
