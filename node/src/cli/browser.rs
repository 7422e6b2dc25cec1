//! Opens the person's browser at the dashboard. In: an address, and what the environment says of a screen. Out: a window, or
//! nothing; the address stands on the terminal as well.

use std::ffi::OsString;

/// Opens this address where there is a screen and nobody said no. It waits for nothing, and what fails is nobody's trouble.
pub(super) fn open(address: &str) {
    if !has_screen(cfg!(target_os = "linux"), |name| std::env::var_os(name)) {
        return;
    }
    let address = address.to_owned();
    // Some systems' way to open an address ends with the browser that it began.
    std::thread::spawn(move || {
        if let Err(error) = opener::open_browser(&address) {
            tracing::info!(%error, "no browser was opened");
        }
    });
}

/// The same, to the end of what opens it; false where nothing could.
pub(super) fn open_and_wait(address: &str) -> bool {
    has_screen(cfg!(target_os = "linux"), |name| std::env::var_os(name)) && opener::open_browser(address).is_ok()
}

/// Is whoever reads this in front of this machine's screen? Over SSH the browser would open where nobody sits.
fn has_screen(linux: bool, variable: impl Fn(&str) -> Option<OsString>) -> bool {
    let set = |name: &&str| variable(name).is_some_and(|value| !value.is_empty());
    let far = ["SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"].iter().any(set);
    let screen = !linux || ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(set);
    screen && !far
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_opens_where_there_is_a_screen_and_not_from_afar() {
        let with =
            |linux: bool, set: &[&str]| has_screen(linux, |name| set.contains(&name).then(|| OsString::from("1")));
        assert!(with(true, &["DISPLAY"]) && with(true, &["WAYLAND_DISPLAY"]) && with(false, &[]));
        assert!(!with(true, &[]) && !with(true, &["DISPLAY", "SSH_CONNECTION"]) && !with(false, &["SSH_TTY"]));
        assert!(!has_screen(true, |_| Some(OsString::new())), "set to nothing");
    }
}
