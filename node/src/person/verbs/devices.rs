//! The person's devices and passkeys: listed, a device invited, either removed.

use regie_protocol::Nonce;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Desk, Node, OnNode};
use crate::{
    command::{Failure, exit},
    driver::Turn,
    person::devices::{ShownDevice, ShownPasskey},
    verb::{Conduct, Verb},
};

/// Lists them, and where the dashboard is reached from elsewhere.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Devices {}

/// Makes a link by which one device is added, once, for a short time.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InviteDevice {}

/// Removes a device, with its passkeys: it is not let in any more.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ForgetDevice {
    /// Its id, or its name where no other has it.
    pub device: String,
}

/// Removes all devices, with their passkeys.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ForgetDevices {
    /// All but this one; all, where there is none.
    pub but: Option<Nonce>,
    /// The passkeys of this machine itself, too?
    pub own_passkeys: bool,
}

/// Removes a passkey.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ForgetPasskey {
    /// Its id.
    pub passkey: String,
}

/// Devices and passkeys.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct DeviceList {
    /// Where browsers elsewhere find the dashboard; none where they do not.
    pub elsewhere: Option<ShownElsewhere>,
    /// Devices that may come there.
    pub devices: Vec<ShownDevice>,
    /// Passkeys, of devices and of this machine.
    pub passkeys: Vec<ShownPasskey>,
    /// Does this build know passkeys?
    pub passkeys_built: bool,
}

/// Where the dashboard is reached from elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ShownElsewhere {
    /// What browsers type.
    pub origin: String,
    /// The SHA-256 of the certificate that the node made itself; none where a web server before it has one.
    pub fingerprint: Option<String>,
    /// Until when that holds, RFC 3339.
    pub until: Option<String>,
}

/// A link for one device.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct DeviceInvitation {
    /// To be opened on that device; behind the `#` stands the fingerprint of the node's own certificate, which no browser sends.
    pub link: String,
    /// For how many minutes it holds.
    pub minutes: u64,
    /// The SHA-256 of the certificate that the device will ask about; none where a web server has one that it knows.
    pub fingerprint: Option<String>,
}

/// How many devices were removed.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ForgottenDevices {
    /// How many.
    pub removed: usize,
}

impl Verb for Devices {
    const NAME: &'static str = "devices";
    type Answer = DeviceList;
}

impl Conduct<Desk> for Devices {
    async fn conduct(self, desk: &Desk) -> Result<DeviceList, Failure> {
        let elsewhere = desk.pages().elsewhere();
        let (devices, passkeys) = desk.turn(|node, _| Ok((node.shown_devices()?, node.shown_passkeys()?))).await?;
        Ok(DeviceList { elsewhere, devices, passkeys, passkeys_built: cfg!(feature = "passkeys") })
    }
}

impl Verb for InviteDevice {
    const NAME: &'static str = "invite_device";
    type Answer = DeviceInvitation;
}

impl Conduct<Desk> for InviteDevice {
    async fn conduct(self, desk: &Desk) -> Result<DeviceInvitation, Failure> {
        let none = || {
            let next = "say where with `regie elsewhere on https://…`, and start the node again";
            Failure::new(
                "not_elsewhere",
                exit::NOT_FOUND,
                format!("your dashboard is reached from this machine alone; {next}"),
            )
        };
        desk.pages().invite().ok_or_else(none)
    }
}

impl Verb for ForgetDevice {
    const NAME: &'static str = "forget_device";
    type Answer = ShownDevice;
}

impl OnNode for ForgetDevice {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<ShownDevice, Failure> {
        node.forget_device(&self.device, turn)
    }
}

impl Verb for ForgetDevices {
    const NAME: &'static str = "forget_devices";
    type Answer = ForgottenDevices;
}

impl OnNode for ForgetDevices {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<ForgottenDevices, Failure> {
        if self.own_passkeys {
            node.forget_own_passkeys(turn)?;
        }
        Ok(ForgottenDevices { removed: node.forget_devices(self.but, turn)? })
    }
}

impl Verb for ForgetPasskey {
    const NAME: &'static str = "forget_passkey";
    type Answer = ShownPasskey;
}

impl OnNode for ForgetPasskey {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<ShownPasskey, Failure> {
        node.forget_passkey(&self.passkey, turn)
    }
}
