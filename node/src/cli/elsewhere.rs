//! `regie elsewhere …` and `regie devices …`: from where else the dashboard opens, and by which devices. In: words. Out: `config.toml`,
//! verbs of the running node, a link as a picture on the terminal.

use std::{net::SocketAddr, path::Path};

use clap::Subcommand;
use serde_json::json;

use super::{confirm::Said, owner::ask, render, render::View};
use crate::{
    command::{Failure, parse},
    control,
    elsewhere::{Elsewhere, Origin},
    home::{self, Role},
    person::verbs,
    qr,
};

#[derive(Subcommand)]
pub(super) enum ElsewhereVerb {
    /// Open it to your devices at this address, by HTTPS: the node encrypts by itself, with a certificate that it makes
    On {
        /// What they type: https://192.168.1.5:7443, or https://regie.example.nl
        origin: String,
        /// Where the node listens, if not at that address or port
        #[arg(long, value_name = "ADDRESS:PORT")]
        listen: Option<SocketAddr>,
        /// A web server on this machine encrypts, and passes on to the node at 127.0.0.1:7490
        #[arg(long)]
        proxy: bool,
    },
    /// Open it on this machine alone
    Off,
}

#[derive(Subcommand)]
pub(super) enum DevicesVerb {
    /// Make a link, and a picture of it, by which one device is added, once, within minutes
    Add,
    /// Remove a device: it is not let in any more
    Forget {
        /// Its id, or its name
        device: String,
    },
    /// Remove all devices
    ForgetAll {
        /// Do not ask whether it is meant
        #[arg(long)]
        yes: bool,
    },
    /// Remove a passkey
    ForgetPasskey {
        /// Its id
        passkey: String,
    },
}

pub(super) fn set(home: &Path, verb: Option<ElsewhereVerb>, json: bool) -> Result<(), Failure> {
    let config = home::config(home)?;
    if config.role == Role::Supplier {
        return Err(Failure::usage("a companion has no dashboard; its page is where `--api` listens"));
    }
    let place = match verb {
        None => config.elsewhere,
        Some(ElsewhereVerb::Off) => {
            home::set_elsewhere(home, None)?;
            None
        }
        Some(ElsewhereVerb::On { origin, listen, proxy }) => {
            let place = Elsewhere { origin: parse::<Origin>(&origin)?, listen, proxy };
            // What would be unsafe is not written.
            place.addresses()?;
            home::set_elsewhere(home, Some(&place))?;
            Some(place)
        }
    };
    say(place.as_ref(), control::ask(home, &verbs::Devices {}).ok().and_then(|list| list.elsewhere), json)
}

/// What is configured, and what the node that runs has of it.
fn say(place: Option<&Elsewhere>, runs: Option<verbs::ShownElsewhere>, json: bool) -> Result<(), Failure> {
    let origin = place.map(|place| place.origin.to_string());
    let in_force = runs.as_ref().map(|runs| &runs.origin) == origin.as_ref();
    if json {
        let listen = place.map(Elsewhere::addresses).transpose()?;
        let proxy = place.is_some_and(|place| place.proxy);
        let said = json!({ "origin": origin, "listen": listen, "proxy": proxy, "runs": runs, "in_force": in_force });
        return render::show(&said, true);
    }
    match &origin {
        None => crate::out::say("Your dashboard opens on this machine alone."),
        Some(origin) => crate::out::say(format_args!("Your dashboard opens for your devices at {origin}")),
    }
    if let Some(fingerprint) = runs.as_ref().and_then(|runs| runs.fingerprint.as_ref()).filter(|_| in_force) {
        crate::out::say(format_args!("SHA-256 of its certificate: {fingerprint}"));
    }
    if !in_force {
        crate::out::say("That holds from the next start of your node on: regie stop, and start it again.");
    } else if origin.is_some() {
        crate::out::say("To add a device: regie devices add");
    }
    Ok(())
}

pub(super) fn devices(home: &Path, verb: Option<DevicesVerb>, json: bool) -> Result<(), Failure> {
    match verb {
        None => ask(home, &verbs::Devices {}, json, render::DEVICES),
        Some(DevicesVerb::Add) => add(home, json),
        Some(DevicesVerb::Forget { device }) => ask(home, &verbs::ForgetDevice { device }, json, View::Plain),
        Some(DevicesVerb::ForgetAll { yes }) => {
            let next = "nothing was removed; say --yes to remove all of them";
            Said { yes, json }.or_ask("Remove all your devices?", next)?;
            ask(home, &verbs::ForgetDevices { but: None, own_passkeys: false }, json, View::Plain)
        }
        Some(DevicesVerb::ForgetPasskey { passkey }) => ask(home, &verbs::ForgetPasskey { passkey }, json, View::Plain),
    }
}

fn add(home: &Path, json: bool) -> Result<(), Failure> {
    let invitation = control::ask(home, &verbs::InviteDevice {})?;
    if json {
        return render::show(&invitation, true);
    }
    crate::out::say(qr::blocks(&invitation.link)?);
    crate::out::say(format_args!("Scan this with the new device, or open there:\n  {}", invitation.link));
    crate::out::say(format_args!("It adds one device, once, within {} minutes.", invitation.minutes));
    if let Some(fingerprint) = invitation.fingerprint {
        crate::out::say(format_args!(
            "The browser there warns once; go on only if it shows this SHA-256 of the certificate:\n  {fingerprint}"
        ));
    }
    Ok(())
}
