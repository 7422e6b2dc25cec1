//! A supplier behind a real web server with TLS, by the configuration of `docs/deploy.md`, for networks that let only the
//! web out; and what a person reads where that web server is not in order.

use std::{
    path::{Path, PathBuf},
    process::Command as Process,
    time::{Duration, Instant},
};

use regie_tests::{
    Node,
    lab::{
        Family, Host, Lab,
        homes::Homes,
        names::Names,
        servers::{Server, there},
        trio::{made, someone_with},
    },
};

use super::{announcing, ask, everywhere, example, follow, is_answered, link};

/// What is in the web server's place is told within so long.
const TOLD: Duration = Duration::from_secs(15);
pub(super) const TOOLS: [(&str, &str); 2] = [("nginx", "nginx-light"), ("openssl", "openssl")];

/// A certificate authority of the test's own, and certificates of it for one name.
pub(super) struct Authority {
    directory: PathBuf,
    name: &'static str,
}

impl Authority {
    /// One for `shop.test`.
    pub(super) fn new(directory: PathBuf) -> Self {
        Self::of(directory, "shop.test")
    }

    pub(super) fn of(directory: PathBuf, name: &'static str) -> Self {
        std::fs::create_dir_all(&directory).expect("made");
        let own = Self { directory, name };
        let subject = ["-subj", "/CN=An authority of a test", "-addext", "basicConstraints=critical,CA:TRUE"];
        let make =
            ["req", "-x509", "-newkey", "ed25519", "-nodes", "-days", "365", "-keyout", "ca.key", "-out", "ca.pem"];
        own.openssl(&[&make[..], &subject].concat(), "+0");
        std::fs::write(own.directory.join("names"), format!("subjectAltName=DNS:{name}\n")).expect("written");
        own
    }

    /// A certificate for a month from a clock that is off by so much, where the page has one.
    pub(super) fn certificate(&self, clock: &str) -> PathBuf {
        let place = self.directory.join(clock.replace(['+', '-'], "at"));
        std::fs::create_dir_all(&place).expect("made");
        let at = |name: &str| place.join(name).to_str().expect("text").to_owned();
        let subject = format!("/CN={}", self.name);
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", &subject];
        self.openssl(
            &[&["req", "-new", "-keyout", &at("privkey.pem"), "-out", &at("csr.pem")], &key[..]].concat(),
            clock,
        );
        let (request, full) = (at("csr.pem"), at("fullchain.pem"));
        let sign = ["x509", "-req", "-in", &request, "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"];
        self.openssl(&[&sign[..], &["-days", "30", "-extfile", "names", "-out", &full]].concat(), clock);
        place
    }

    /// What a person's machine is to trust.
    pub(super) fn trusted(&self) -> PathBuf {
        self.directory.join("ca.pem")
    }

    fn openssl(&self, arguments: &[&str], clock: &str) {
        let mut process = Process::new("openssl");
        if clock != "+0" {
            process.env("LD_PRELOAD", regie_tests::faketime().expect("faketime")).env("FAKETIME", clock);
        }
        let output = process.args(arguments).current_dir(&self.directory).output().expect("openssl runs");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

/// The page's server, on this port and with this certificate.
pub(super) fn server(port: u16, certificate: &Path) -> String {
    let page = example("server {");
    assert!(page.contains("listen 443 ssl") && page.contains("location = /regie"), "{page}");
    page.replace("listen 443", &format!("listen {port}"))
        .replace("shop.example", "shop.test")
        .replace("/etc/letsencrypt/live/shop.test", certificate.to_str().expect("text"))
}

pub(super) fn nginx(host: &Host, directory: &Path, servers: &[String]) -> Server {
    let file = directory.join("nginx.conf");
    let begin =
        format!("daemon off; master_process off; pid {0}/nginx.pid; error_log {0}/nginx.log;", directory.display());
    let text = format!("{begin}\nevents {{}}\nhttp {{ access_log off;\n{}\n}}\n", servers.join("\n"));
    std::fs::write(&file, text).expect("written");
    let directory = directory.to_str().expect("text");
    Server::start(host, 443, "nginx", &["-p", directory, "-c", file.to_str().expect("text"), "-e", "stderr"])
}

/// A shop under a name and a home that asks for it, with a directory for both.
struct Town {
    shop: Host,
    home: Host,
    directory: Homes,
    _names: Names,
    _lab: Lab,
}

impl Town {
    fn new() -> Option<Self> {
        let lab = Lab::new().filter(|_| there(&TOOLS) && regie_tests::faketime().is_some())?;
        let (shop, post, nat) = (lab.host("shop", Family::V4), lab.host("post", Family::V4), lab.nat("nat"));
        let home = lab.behind(&nat, "home");
        let mut names = Names::start(&post);
        names.say("shop.test", &shop.addresses());
        names.serve(&home);
        Some(Self { shop, home, directory: Homes::new(), _names: names, _lab: lab })
    }

    fn at(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// A person's node that trusts this authority.
    fn person(&self, authority: &Authority) -> Node {
        let trusted = authority.trusted();
        someone_with(&self.home, self.directory.path(), |process| {
            process.env("SSL_CERT_FILE", trusted);
        })
    }
}

#[test]
fn where_only_the_web_goes_out_a_supplier_behind_nginx_is_reached() {
    let Some(town) = Town::new() else { return };
    town.home.only_ports(&[443]);
    let addresses =
        ["/dns/shop.test/udp/7481/quic-v1", "/dns/shop.test/tcp/7481", "/dns/shop.test/tcp/443/tls/ws/http-path/regie"];
    let (supplier, _) = made(&town.shop, town.directory.path(), "shop", &announcing("shop", &addresses), &everywhere());
    let authority = Authority::new(town.at("authority"));
    let _nginx = nginx(&town.shop, town.directory.path(), &[server(443, &authority.certificate("+0"))]);
    let person = town.person(&authority);
    person.pair(&supplier);
    supplier.request(&["name.full"], "DeliveryOfGoods", "subscribe");
    is_answered(&supplier, &ask(&supplier));
}

#[test]
fn what_is_wrong_with_a_web_server_is_told_in_words_and_in_time() {
    let Some(town) = Town::new() else { return };
    let (authority, stranger) = (Authority::new(town.at("authority")), Authority::new(town.at("stranger")));
    let good = authority.certificate("+0");
    let redirect = "return 301 https://127.0.0.1/;";
    let servers = [
        server(443, &good),
        server(444, &authority.certificate("-60d")),
        server(445, &stranger.certificate("+0")),
        server(446, &good).replace("location = /regie {", &format!("location = /regie {{ {redirect}")),
        server(447, &good).replace("127.0.0.1:7481", "127.0.0.1:1"),
    ];
    let _nginx = nginx(&town.shop, town.directory.path(), &servers);
    let (supplier, _) = made(&town.shop, town.directory.path(), "shop", &announcing("shop", &[]), &everywhere());
    let person = town.person(&authority);
    let announce = |port: u16, path: &str| {
        let address = format!("/dns/shop.test/tcp/{port}/tls/ws/http-path/{path}");
        supplier.good(&["supplier", "set", "--announce", &address]);
    };
    for (port, path, fault, next) in [
        (444, "regie", "it has expired", "clock"),
        (445, "regie", "does not know who vouches", "Try from another network"),
        (443, "elsewhere", "it answers 404", "another address"),
        (446, "regie", "it answers 301", "another address"),
        (447, "regie", "it answers 502", "try again later"),
    ] {
        announce(port, path);
        let begun = Instant::now();
        let failure = follow(&person, link(&supplier)).expect_err("it can't be reached");
        assert!(begun.elapsed() < TOLD, "{port}: {:?}", begun.elapsed());
        assert_eq!(failure.code, "unreachable");
        let words = &failure.message;
        assert!(words.contains(fault) && words.contains(next), "{port} /{path}: {words}");
    }
    // No other request can be smuggled into the path.
    let smuggled = "/dns/shop.test/tcp/443/tls/ws/http-path/regie%20HTTP%2F1.1%0D%0AX-Evil:1";
    supplier.bad(&["supplier", "set", "--announce", smuggled], 2);
    announce(443, "regie");
    follow(&person, link(&supplier)).expect("nothing was lost");
    is_answered(&supplier, &ask(&supplier));
}
