//! The dashboard for browsers on other machines: one origin, and devices that were added. In: where it is to be, tokens of devices,
//! links that add one. Out: the pages there, for whom the node knows.
//!
//! No passphrase is taken there and none of a session's ways at home leads in: a device is added by a link that was made at home,
//! known by its cookie from then on, and opened by its passkey where it has one.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue, header};
use regie_protocol::Timestamp;
use tokio::net::TcpListener;

use super::{
    Dashboard, Doors, Room,
    drawn::Drawn,
    guard, limits,
    session::{OwnDevice, Session},
};
use crate::{
    clock::text,
    command::Failure,
    elsewhere::{Elsewhere, Fingerprint, Origin},
    person::{
        Desk,
        verbs::{DeviceInvitation, Pages, ShownElsewhere},
    },
    web::{
        Callers, Face, Tls,
        session::{Hash, Pass, cookie, hash, token},
    },
};

/// Below it are links that add a device.
pub(super) const ADDING: &str = "/add/";

/// The room elsewhere, once it is open.
pub(super) struct Open {
    pub(super) origin: Origin,
    /// Of the certificate that the node made itself; none behind a web server.
    pub(super) certificate: Option<(Fingerprint, Timestamp)>,
}

/// Links that add a device. Each is spent by the device that it adds.
pub(super) type Invitations = Drawn<(), { limits::INVITATIONS }, { limits::INVITATION.as_secs() }>;

impl Pages for Doors {
    fn link(&self) -> Option<String> {
        self.another_link()
    }

    fn elsewhere(&self) -> Option<ShownElsewhere> {
        let open = self.open.get()?;
        Some(ShownElsewhere {
            origin: open.origin.to_string(),
            fingerprint: open.certificate.map(|(fingerprint, _)| fingerprint.to_string()),
            until: open.certificate.map(|(_, until)| text(until)),
        })
    }

    fn invite(&self) -> Option<DeviceInvitation> {
        let open = self.open.get()?;
        let fingerprint = open.certificate.map(|(fingerprint, _)| fingerprint.to_string());
        // What stands behind the sign no browser sends: it is for the person's eyes, beside what their browser shows.
        let behind = fingerprint.as_ref().map(|print| format!("#{print}")).unwrap_or_default();
        let link = format!("{}{ADDING}{}{behind}", open.origin, self.invitations.put(()));
        Some(DeviceInvitation { link, minutes: limits::INVITATION.as_secs() / 60, fingerprint })
    }
}

impl Dashboard {
    /// Opens the room elsewhere, where the person wants one, for the node that runs.
    pub(super) async fn open_elsewhere(self: &Arc<Self>) -> Result<(), Failure> {
        let (Some(elsewhere), Some(node)) = (&self.elsewhere, self.node.get()) else { return Ok(()) };
        let origin = &elsewhere.origin;
        let listener = listen(elsewhere).await?;
        let certificate = if elsewhere.proxy { None } else { Some(node.certificate(origin.host()).await?) };
        let tls = certificate.as_ref().map(|certificate| Tls::new(certificate, origin)).transpose()?;
        let shown = certificate.as_ref().map(|certificate| (certificate.fingerprint(), certificate.until));
        if self.doors.open.set(Open { origin: origin.clone(), certificate: shown }).is_ok() {
            let callers = Callers::OwnerElsewhere(origin.clone());
            let (name, refusal) = ("dashboard elsewhere", super::refusal);
            let face = Face { name, callers, body_bytes: limits::FORM_BYTES, refusal };
            let room = face.around(guard::around(super::pages::routes(), self.clone(), Room::Elsewhere));
            tokio::spawn(room.serve_within(vec![listener], tls));
        }
        Ok(())
    }

    /// The session of a browser elsewhere: of a device that the node knows, and no other. Is it a sign of use?
    pub(super) async fn session_elsewhere(&self, headers: &HeaderMap, used: bool) -> Option<(Pass, Session)> {
        let token = cookie(headers, &cookie_name(self)?)?;
        let pass = Pass::new(token, guard::host(headers));
        let Some(known) = self.device_of(&pass).await else {
            self.doors.end(&pass);
            return None;
        };
        let device = OwnDevice { id: known.id, has_passkey: known.has_passkey };
        self.doors.change(&pass, |session| session.device = Some(device.clone()));
        let session = self.doors.session(&pass, used);
        Some((pass.clone(), session.unwrap_or_else(|| self.doors.resume(&pass, device))))
    }

    /// Is somebody still in by this pass, and its device still one of the person's?
    pub(super) async fn still_in(&self, pass: &Pass, device: bool) -> bool {
        self.doors.is_open(pass) && (!device || self.device_of(pass).await.is_some())
    }

    async fn device_of(&self, pass: &Pass) -> Option<crate::person::devices::KnownDevice> {
        let known = self.node.get()?.device(hash(pass.token())).await;
        known.unwrap_or_else(|failure| {
            tracing::error!(code = failure.code, "who a device is can't be read");
            None
        })
    }
}

/// Adds a device, or gives it another token: what its browser is to keep comes out.
pub(super) async fn token_for(
    node: &Desk,
    keep: impl AsyncFnOnce(&Desk, Hash) -> Result<bool, Failure>,
) -> Result<Option<String>, Failure> {
    let token = token();
    Ok(keep(node, hash(&token)).await?.then_some(token))
}

/// What a browser elsewhere keeps a device's token under. The prefix says that it came within TLS, from this host and for all of it
/// (RFC 6265bis, section 4.1.3.2); the port is there since cookies know none.
pub(super) fn cookie_name(app: &Dashboard) -> Option<String> {
    Some(format!("__Host-regie_{}", app.doors.open.get()?.origin.port()))
}

/// The header by which a browser keeps a token, or forgets it where there is none.
pub(super) fn set_cookie(app: &Dashboard, token: Option<&str>) -> Option<(header::HeaderName, HeaderValue)> {
    let (name, age) = (cookie_name(app)?, token.map_or(0, |_| limits::DEVICE.as_secs()));
    let token = token.unwrap_or_default();
    let cookie = format!("{name}={token}; Path=/; Max-Age={age}; Secure; HttpOnly; SameSite=Strict");
    HeaderValue::from_str(&cookie).ok().map(|cookie| (header::SET_COOKIE, cookie))
}

async fn listen(elsewhere: &Elsewhere) -> Result<TcpListener, Failure> {
    let mut trouble = String::new();
    for at in elsewhere.addresses()? {
        match TcpListener::bind(at).await {
            Ok(listener) => return Ok(listener),
            Err(error) => trouble = format!("{at}: {error}"),
        }
    }
    let next =
        "say another with `regie elsewhere on ORIGIN --listen ADDRESS`, or turn it off with `regie elsewhere off`";
    Err(Failure::internal(format!("the dashboard can't listen for other machines at {trouble}; {next}")))
}
