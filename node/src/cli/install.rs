//! `regie install` and `regie browse`: the node begins when the person logs in, stands in the menu, and `regie:` links open the page
//! that pairs. In: the home, this binary. Out: files in the person's own folders, each named, and
//! the passphrase in the desktop's keyring where the person wants that; they go as they came.

use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{
    browser,
    confirm::Said,
    desktop_keyring::{self, Trouble},
    render, serve,
};
use crate::{
    command::{Failure, exit},
    home,
    store::{Passphrase, Store},
};

/// How a file of ours begins: with the hash of what follows, by which it is known again as it was written.
const MARK: &str = "# Written by `regie install`; `regie install --undo` takes it away. ";

/// A file that is written, or a link to one.
struct Part {
    at: PathBuf,
    what: What,
}

enum What {
    Text(String),
    Link(&'static str),
}

/// What became of a part.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Became {
    Written,
    Removed,
    /// It was not there.
    Absent,
    /// The person changed it, so it stays.
    Changed,
}

impl Became {
    fn code(self) -> &'static str {
        match self {
            Self::Written => "written",
            Self::Removed => "removed",
            Self::Absent => "absent",
            Self::Changed => "changed, left as it is",
        }
    }
}

/// Is the passphrase to be kept in the desktop's keyring?
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    Keyring,
    NoKeyring,
    /// The person is asked, where there is one and somebody to ask.
    Ask,
}

pub(super) fn run(home: &Path, passphrase_file: Option<&Path>, wish: Wish, json: bool) -> Result<(), Failure> {
    let parts = parts(home)?;
    home::config(home)?;
    // All or nothing: what somebody else wrote is told before anything is.
    if let Some(other) = parts.iter().find(|part| part.is_of_others()) {
        let at = other.at.display();
        let next = "move it away, or keep your own and leave this";
        return Err(Failure::new("exists", exit::REFUSED, format!("{at} is there and is not regie's; {next}")));
    }
    let kept = wants(wish, json)?;
    if kept {
        keep(home, passphrase_file)?;
    }
    let done = each(&parts, Part::write)?;
    if json {
        return show(&done, false, if kept { Became::Written } else { Became::Absent });
    }
    tell(&done);
    if kept {
        crate::out::say("Your passphrase is in your desktop's keyring: your node opens when you log in.");
    } else {
        crate::out::say("Your node begins when you log in, and asks for your passphrase in the browser.");
    }
    crate::out::say("To begin now: systemctl --user daemon-reload && systemctl --user start regie && regie browse");
    Ok(())
}

pub(super) fn undo(home: &Path, json: bool) -> Result<(), Failure> {
    let parts = parts(home)?;
    let done = each(&parts, Part::remove)?;
    // Where there is no keyring there is nothing of ours in it.
    let keyring = match desktop_keyring::forget(home) {
        Ok(true) => Became::Removed,
        Ok(false) | Err(Trouble::None | Trouble::NotBuilt) => Became::Absent,
        Err(trouble) => return Err(Failure::new("keyring", exit::REFUSED, trouble.words())),
    };
    if json {
        return show(&done, true, keyring);
    }
    tell(&done);
    if keyring == Became::Removed {
        crate::out::say("removed  your passphrase, from your desktop's keyring");
    }
    crate::out::say("A node that runs goes on until you log out, or `systemctl --user stop regie`.");
    Ok(())
}

fn wants(wish: Wish, json: bool) -> Result<bool, Failure> {
    match wish {
        Wish::NoKeyring => Ok(false),
        Wish::Keyring => Ok(true),
        Wish::Ask if !desktop_keyring::is_there() => Ok(false),
        Wish::Ask => {
            let question = "Keep your passphrase in your desktop's keyring, so that your node opens when you log in?";
            match (Said { yes: false, json }).or_ask(question, "") {
                Ok(()) => Ok(true),
                Err(failure) if failure.code == "not_confirmed" => Ok(false),
                Err(failure) => Err(failure),
            }
        }
    }
}

/// Keeps the passphrase, if it opens the home.
fn keep(home: &Path, file: Option<&Path>) -> Result<(), Failure> {
    let passphrase = home::passphrase_text(file, false)?;
    Store::check_passphrase(home, &Passphrase::new(passphrase.to_string()))?;
    let why = |trouble: Trouble| Failure::new("keyring", exit::REFUSED, trouble.words());
    desktop_keyring::keep(home, &passphrase).map_err(why)
}

type Done<'a> = Vec<(&'a Part, Became)>;

fn each(parts: &[Part], does: impl Fn(&Part) -> std::io::Result<Became>) -> Result<Done<'_>, Failure> {
    parts.iter().map(|part| Ok((part, does(part).map_err(|error| part.failure(&error))?))).collect()
}

fn show(done: &Done<'_>, undone: bool, keyring: Became) -> Result<(), Failure> {
    let files =
        done.iter().map(|(part, became)| json!({ "file": crate::out::path(&part.at), "became": became.code() }));
    let files = files.collect::<Vec<_>>();
    render::show(&json!({ "undone": undone, "files": files, "keyring": keyring.code() }), true)
}

fn tell(done: &Done<'_>) {
    for (part, became) in done {
        crate::out::say(format_args!("{}  {}", became.code(), part.at.display()));
    }
}

/// Opens the dashboard, or the page that pairs by this link.
pub(super) fn browse(home: &Path, link: Option<&str>, given: Option<serve::Listen>) -> Result<(), Failure> {
    let serve::Listen::At(at) = serve::listen(given, &home::config(home)?)? else {
        return Err(Failure::usage("this node has no dashboard; start it without --dashboard off"));
    };
    let page = match link {
        None => String::new(),
        Some(link) if link.starts_with("regie:") => {
            let query: String = form_urlencoded::byte_serialize(link.as_bytes()).collect();
            format!("pair?link={query}")
        }
        Some(_) => return Err(Failure::usage("that is not a link of regie; it begins with `regie:`")),
    };
    let address = format!("http://localhost:{}/{page}", at.port());
    if !browser::open_and_wait(&address) {
        crate::out::say(format_args!("Open this address in your browser:\n  {address}"));
    }
    Ok(())
}

fn parts(home: &Path) -> Result<Vec<Part>, Failure> {
    if !cfg!(target_os = "linux") {
        return Err(Failure::usage("this sets up Linux desktops only; start `regie` by the means of your system"));
    }
    let folders = directories::BaseDirs::new().ok_or_else(|| Failure::usage("there is no home directory"))?;
    let (config, data) = (folders.config_dir(), folders.data_dir());
    let binary = std::env::current_exe().map_err(Failure::internal)?;
    let home = std::path::absolute(home).map_err(Failure::internal)?;
    let (binary, home) = (plain(&binary)?, plain(&home)?);
    let entry = |more: &str, arguments: &str| {
        let exec = format!("{} --home {} browse{arguments}", in_entry(binary), in_entry(home));
        format!(
            "[Desktop Entry]\nType=Application\nName=regie\nComment=Your own data, on your own node\n\
             Comment[nl]=Uw eigen gegevens, op uw eigen node\nExec={exec}\nTerminal=false\n{more}"
        )
    };
    let unit = format!(
        "[Unit]\nDescription=regie, a person's data node\n\n[Service]\nExecStart={} --home {} --no-browser run --locked\n\
         Restart=on-failure\nRestartSec=2\nRestartPreventExitStatus=2 4 6\nUMask=0077\nLimitCORE=0\nNoNewPrivileges=yes\n\n\
         [Install]\nWantedBy=default.target\n",
        in_unit(binary),
        in_unit(home)
    );
    let units = config.join("systemd/user");
    let text = |at: PathBuf, text: String| Part { at, what: What::Text(text) };
    Ok(vec![
        text(units.join("regie.service"), unit),
        Part { at: units.join("default.target.wants/regie.service"), what: What::Link("../regie.service") },
        text(
            data.join("applications/regie.desktop"),
            entry("Categories=Utility;\nMimeType=x-scheme-handler/regie;\n", " %u"),
        ),
        text(config.join("autostart/regie.desktop"), entry("X-GNOME-Autostart-enabled=true\n", "")),
    ])
}

/// A path that can stand in these files.
fn plain(path: &Path) -> Result<&str, Failure> {
    let text = path.to_str().filter(|text| !text.chars().any(char::is_control));
    text.ok_or_else(|| Failure::usage(format!("{} can't stand in a desktop's files; choose another", path.display())))
}

/// As an argument of a unit (systemd.service, "Command lines").
fn in_unit(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('%', "%%").replace('$', "$$"))
}

/// As an argument of a desktop entry ("The Exec key"); a backslash is escaped for the file once more.
fn in_entry(text: &str) -> String {
    let mut quoted = String::new();
    for c in text.chars() {
        match c {
            '"' | '`' | '$' => quoted.extend(['\\', '\\', c]),
            '\\' => quoted.push_str("\\\\\\\\"),
            '%' => quoted.push_str("%%"),
            _ => quoted.push(c),
        }
    }
    format!("\"{quoted}\"")
}

impl Part {
    fn is_of_others(&self) -> bool {
        self.at.symlink_metadata().is_ok() && !self.is_ours()
    }

    /// Is what stands there as it was written?
    fn is_ours(&self) -> bool {
        match &self.what {
            What::Link(to) => std::fs::read_link(&self.at).is_ok_and(|leads| leads == Path::new(to)),
            What::Text(_) => {
                let text = std::fs::read_to_string(&self.at).unwrap_or_default();
                let rest = text.strip_prefix(MARK).and_then(|rest| rest.split_once('\n'));
                rest.is_some_and(|(hash, text)| hash == self::hash(text))
            }
        }
    }

    fn write(&self) -> std::io::Result<Became> {
        if let Some(folder) = self.at.parent() {
            std::fs::create_dir_all(folder)?;
        }
        match &self.what {
            What::Text(text) => std::fs::write(&self.at, format!("{MARK}{}\n{text}", hash(text)))?,
            What::Link(_) if self.is_ours() => {}
            What::Link(to) => std::os::unix::fs::symlink(to, &self.at)?,
        }
        Ok(Became::Written)
    }

    fn remove(&self) -> std::io::Result<Became> {
        match (self.at.symlink_metadata().is_ok(), self.is_ours()) {
            (false, _) => Ok(Became::Absent),
            (true, false) => Ok(Became::Changed),
            (true, true) => std::fs::remove_file(&self.at).map(|()| Became::Removed),
        }
    }

    fn failure(&self, error: &std::io::Error) -> Failure {
        Failure::internal(format!("can't write {}: {error}", self.at.display()))
    }
}

fn hash(text: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stand_in_units_and_entries_as_one_argument() {
        assert_eq!(in_unit("/a b/100%/$x\"y"), "\"/a b/100%%/$$x\\\"y\"");
        assert_eq!(in_entry("/a b/100%/$x\\y"), "\"/a b/100%%/\\\\$x\\\\\\\\y\"");
        assert!(plain(Path::new("/a\nExec=evil")).is_err() && plain(Path::new("/a b")).is_ok());
    }
}
