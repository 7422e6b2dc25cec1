//! A private network of Tor: three authorities, three relays and a client, all of Debian's package, on the loopback of one
//! host. In: the host. Out: a SOCKS port that other hosts reach, onion services, and which circuit is whose.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufRead as _, BufReader, Write as _},
    net::{Ipv4Addr, SocketAddrV4, TcpStream},
    path::{Path, PathBuf},
    process::{Command as Process, Stdio},
};

use regie_tests::lab::{Host, servers::Server, trio::within};

const AUTHORITIES: u16 = 3;
const RELAYS: u16 = 6;
/// Ports: of relays, of directories, of the client.
const OR: u16 = 5000;
const DIR: u16 = 7000;
const SOCKS: u16 = 9050;
const CONTROL: u16 = 9051;
/// Within so many seconds the relays know each other.
const UP: u64 = 240;

/// What every one of them is told.
const ALL: &str = "TestingTorNetwork 1\nRunAsDaemon 0\nShutdownWaitLength 0\nConfluxEnabled 0\n\
                   PathsNeededToBuildCircuits 0.67\n";
const AUTHORITY: &str = "AuthoritativeDirectory 1\nV3AuthoritativeDirectory 1\nContactInfo a@b.test\n\
    TestingV3AuthInitialVotingInterval 20\nTestingV3AuthInitialVoteDelay 4\nTestingV3AuthInitialDistDelay 4\n\
    V3AuthVotingInterval 20\nV3AuthVoteDelay 4\nV3AuthDistDelay 4\nTestingDirAuthVoteExit *\nTestingDirAuthVoteGuard *\n\
    TestingDirAuthVoteHSDir *\nTestingMinExitFlagThreshold 0\nMinUptimeHidServDirectoryV2 0\n";

/// The network; it ends when dropped.
pub struct Onions {
    host: Host,
    _processes: Vec<Server>,
}

impl Onions {
    /// Starts it and waits until its client has a way.
    pub fn start(host: &Host, directory: &Path) -> Self {
        let homes: Vec<PathBuf> = (0..RELAYS).map(|number| directory.join(format!("relay{number}"))).collect();
        let authorities: String =
            (0..AUTHORITIES).map(|number| authority(&homes[usize::from(number)], number)).collect();
        let mut processes = Vec::new();
        for (number, home) in (0..).zip(&homes) {
            let kind =
                if number < AUTHORITIES { format!("{AUTHORITY}DirPort {}\n", DIR + number) } else { String::new() };
            let text = format!(
                "{ALL}{authorities}{kind}Nickname relay{number}\nAddress 127.0.0.1\nOrPort {}\nSocksPort 0\n\
                 AssumeReachable 1\nExitRelay 1\nExitPolicyRejectPrivate 0\nExitPolicy accept *:*\n",
                OR + number
            );
            processes.push(tor(host, home, &text, OR + number));
        }
        let at = host.ipv4.expect("an address");
        let text = format!("{ALL}{authorities}SocksPort {at}:{SOCKS}\nControlPort 127.0.0.1:{CONTROL}\n");
        processes.push(tor(host, &directory.join("client"), &text, CONTROL));
        let onions = Self { host: host.clone(), _processes: processes };
        within(UP, "Tor has a way", || onions.ask("GETINFO status/bootstrap-phase").contains("PROGRESS=100"));
        onions
    }

    /// Where the client takes connections.
    pub fn proxy(&self) -> SocketAddrV4 {
        SocketAddrV4::new(self.host.ipv4.expect("an address"), SOCKS)
    }

    /// The name of a new onion service that leads there, once every relay that keeps its description has it.
    pub fn service(&self, port: u16, to: SocketAddrV4) -> String {
        let mut control = self.control();
        let mut heard = BufReader::new(control.try_clone().expect("a copy")).lines().map_while(Result::ok);
        write!(control, "SETEVENTS HS_DESC\r\nADD_ONION NEW:ED25519-V3 Flags=Detach Port={port},{to}\r\n")
            .expect("said");
        let name = heard.find_map(|line| line.strip_prefix("250-ServiceID=").map(ToOwned::to_owned)).expect("a name");
        // Asked for too early it would be unknown for minutes.
        heard.find(|line| line.contains("HS_DESC UPLOADED") && line.contains(&name)).expect("it is known");
        name
    }

    /// The circuits that each user name has streams on.
    pub fn circuits(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut circuits: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for line in self.ask("GETINFO circuit-status").lines() {
            let Some(user) = line.split_once("SOCKS_USERNAME=\"").and_then(|(_, rest)| rest.split('"').next()) else {
                continue;
            };
            let number = line.split_whitespace().next().unwrap_or_default();
            circuits.entry(user.to_owned()).or_default().insert(number.to_owned());
        }
        circuits
    }

    fn control(&self) -> TcpStream {
        let connect = || TcpStream::connect((Ipv4Addr::LOCALHOST, CONTROL)).expect("it listens");
        let mut control = self.host.inside(connect);
        control.set_read_timeout(Some(std::time::Duration::from_secs(UP))).expect("set");
        control.write_all(b"AUTHENTICATE\r\n").expect("said");
        control
    }

    fn ask(&self, question: &str) -> String {
        let mut control = self.control();
        write!(control, "{question}\r\nQUIT\r\n").expect("said");
        let lines = BufReader::new(control).lines().map_while(Result::ok);
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// Makes an authority's keys; the line by which all others know it.
fn authority(home: &Path, number: u16) -> String {
    let keys = home.join("keys");
    private(home);
    private(&keys);
    let at = |name: &str| keys.join(name).to_str().expect("text").to_owned();
    let (identity, signing, certificate) =
        (at("authority_identity_key"), at("authority_signing_key"), at("authority_certificate"));
    let place = format!("127.0.0.1:{}", DIR + number);
    let make = ["--create-identity-key", "-m", "12", "-a", &place, "--passphrase-fd", "0"];
    let files = ["-i", &identity, "-s", &signing, "-c", &certificate];
    let mut process = Process::new("tor-gencert");
    let mut child =
        process.args(make).args(files).stdin(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it runs");
    child.stdin.take().expect("piped").write_all(b"a test\n").expect("said");
    assert!(child.wait().expect("it ends").success());
    let text = std::fs::read_to_string(&certificate).expect("a certificate");
    let known = text.lines().find_map(|line| line.strip_prefix("fingerprint ")).expect("a fingerprint");
    let nobody = format!("nobody 127.0.0.1:1 {}", "f".repeat(40));
    let options = ["--quiet", "--list-fingerprint", "--orport", "1", "--dirauthority", &nobody, "--datadirectory"];
    // Tor of version 0.4.9 takes a file for its configuration, and not a device.
    let empty = home.join("empty");
    std::fs::write(&empty, "").expect("written");
    let listed = Process::new("tor").arg("-f").arg(&empty).args(options).arg(home).output().expect("it runs");
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    let relay: String = listed.split_whitespace().skip(1).collect();
    assert_eq!(relay.len(), 40, "a fingerprint: {listed}");
    format!("DirAuthority relay{number} orport={} no-v2 v3ident={known} {place} {relay}\n", OR + number)
}

fn tor(host: &Host, home: &Path, text: &str, port: u16) -> Server {
    private(home);
    let file = home.join("torrc");
    let log = home.join("log");
    let own = format!("DataDirectory {}\nLog notice file {}\n", home.display(), log.display());
    std::fs::write(&file, own + text).expect("written");
    Server::start(host, port, "tor", &["--quiet", "-f", file.to_str().expect("text")])
}

fn private(directory: &Path) {
    std::fs::create_dir_all(directory).expect("made");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    std::fs::set_permissions(directory, mode).expect("set");
}
