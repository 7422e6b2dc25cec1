//! The way out through a proxy: SOCKS5 (RFC 1928, RFC 1929) or HTTP CONNECT (RFC 9110, 9.3.6). In: the proxy of the
//! configuration, a host and a port. Out: a stream to it, or why there is none. Names go to the proxy unresolved; nothing
//! goes around it. Each endpoint draws a user and password of its own, which Tor takes as the wish for a circuit of its
//! own (IsolateSOCKSAuth).

use std::{fmt, io, net::IpAddr, str::FromStr};

use data_encoding::{BASE64, HEXLOWER};
use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};
use tokio_socks::{TargetAddr, tcp::Socks5Stream};

use super::{address::Host, fault::Fault, limits, socket};

/// A proxy as it stands in the configuration: `socks5://HOST:PORT` or `http://[USER:PASSWORD@]HOST:PORT`.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    kind: Kind,
    host: String,
    port: u16,
    /// What the proxy asks for; a SOCKS proxy without gets names that are drawn for each endpoint.
    login: Option<Login>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Socks5,
    Http,
}

/// A user and a password for the proxy.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Login {
    user: String,
    password: String,
}

impl Login {
    /// Fresh ones, which tie two dials of one endpoint together and nothing else.
    pub(super) fn drawn() -> Self {
        let drawn = || HEXLOWER.encode(&crate::clock::random::<16>());
        Self { user: drawn(), password: drawn() }
    }
}

/// Text that names no proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a proxy is written socks5://127.0.0.1:9050 or http://proxy.example:3128, with user:password@ before the host")]
pub struct BadProxy;

impl Proxy {
    /// Opens a stream to a host through the proxy.
    pub(super) async fn open(&self, host: &Host, port: u16, drawn: &Login) -> io::Result<TcpStream> {
        // A bound of its own, shorter than the dial's: that the proxy is away is told as that, and not as a supplier's
        // silence.
        let reached = timeout(limits::PROXY, self.reach()).await;
        let to_proxy = reached.ok().and_then(Result::ok).ok_or_else(|| io::Error::from(Fault::ProxyAway))?;
        match self.kind {
            Kind::Socks5 => self.socks(to_proxy, host, port, self.login.as_ref().unwrap_or(drawn)).await,
            Kind::Http => self.connect(to_proxy, host, port).await,
        }
    }

    /// The proxy itself: an address of this machine or network, asked for by name where the person wrote a name.
    async fn reach(&self) -> io::Result<TcpStream> {
        let mut last = io::Error::from(io::ErrorKind::NotFound);
        for found in tokio::net::lookup_host((self.host.as_str(), self.port)).await?.take(limits::ADDRESSES_OF_A_NAME) {
            match socket::connect(found).await {
                Ok(stream) => return Ok(stream),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    async fn socks(&self, stream: TcpStream, host: &Host, port: u16, login: &Login) -> io::Result<TcpStream> {
        let target = match host {
            Host::Ip(ip) => TargetAddr::Ip((*ip, port).into()),
            Host::Name { name, .. } | Host::Onion(name) => TargetAddr::Domain(name.as_str().into(), port),
        };
        let asked = Socks5Stream::connect_with_password_and_socket(stream, target, &login.user, &login.password).await;
        let opened = asked.map_err(|error| io::Error::from(of_socks(&error)))?;
        Ok(opened.into_inner())
    }

    async fn connect(&self, mut stream: TcpStream, host: &Host, port: u16) -> io::Result<TcpStream> {
        let target = match host {
            Host::Ip(IpAddr::V6(ip)) => format!("[{ip}]:{port}"),
            host => format!("{}:{port}", host.text()),
        };
        let mut request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n");
        if let Some(Login { user, password }) = &self.login {
            let both = BASE64.encode(format!("{user}:{password}").as_bytes());
            request.push_str(&format!("Proxy-Authorization: Basic {both}\r\n"));
        }
        request.push_str("\r\n");
        stream.write_all(request.as_bytes()).await?;
        match answered(&mut stream).await? {
            200..=299 => Ok(stream),
            407 => Err(Fault::ProxyDenies.into()),
            _ => Err(Fault::ProxyCannot.into()),
        }
    }
}

/// The status of the proxy's answer. It is read byte by byte: what follows its head belongs to the peer.
async fn answered(stream: &mut TcpStream) -> io::Result<u16> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() >= limits::PROXY_ANSWER_BYTES {
            return Err(Fault::ProxyCannot.into());
        }
        head.push(stream.read_u8().await.map_err(|_| io::Error::from(Fault::ProxyAway))?);
    }
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut answer = httparse::Response::new(&mut headers);
    answer.parse(&head).ok().and(answer.code).ok_or_else(|| Fault::ProxyCannot.into())
}

fn of_socks(error: &tokio_socks::Error) -> Fault {
    use tokio_socks::Error;
    match error {
        Error::Io(_) | Error::ProxyServerUnreachable => Fault::ProxyAway,
        Error::PasswordAuthFailure(_) | Error::NoAcceptableAuthMethods | Error::AuthorizationRequired => {
            Fault::ProxyDenies
        }
        Error::ConnectionRefused => Fault::Refused,
        _ => Fault::ProxyCannot,
    }
}

impl FromStr for Proxy {
    type Err = BadProxy;

    fn from_str(text: &str) -> Result<Self, BadProxy> {
        let (kind, rest) = match text.split_once("://").ok_or(BadProxy)? {
            ("socks5" | "socks5h", rest) => (Kind::Socks5, rest),
            ("http", rest) => (Kind::Http, rest),
            _ => return Err(BadProxy),
        };
        let (login, place) = match rest.trim_end_matches('/').rsplit_once('@') {
            None => (None, rest.trim_end_matches('/')),
            Some((login, place)) => {
                let (user, password) = login.split_once(':').ok_or(BadProxy)?;
                let fits = |text: &str| (1..=255).contains(&text.len()) && !text.chars().any(char::is_control);
                let login = Login { user: user.to_owned(), password: password.to_owned() };
                (Some(login).filter(|login| fits(&login.user) && fits(&login.password)), place)
            }
        };
        let (host, port) = place.rsplit_once(':').ok_or(BadProxy)?;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '_');
        let fits =
            (1..=253).contains(&host.len()) && host.chars().all(plain) && (login.is_some() || !rest.contains('@'));
        let port = port.parse().ok().filter(|port| *port != 0 && fits).ok_or(BadProxy)?;
        Ok(Self { kind, host: host.to_owned(), port, login })
    }
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            Kind::Socks5 => "socks5",
            Kind::Http => "http",
        };
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        match &self.login {
            None => write!(f, "{kind}://{host}:{}", self.port),
            Some(Login { user, password }) => write!(f, "{kind}://{user}:{password}@{host}:{}", self.port),
        }
    }
}

/// Without the password: this may stand in a log.
impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}://{}:{}", self.kind, self.host, self.port)
    }
}

impl Serialize for Proxy {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Proxy {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_read_and_written() {
        for text in ["socks5://127.0.0.1:9050", "http://me:se:cret@proxy.example:3128", "socks5://[::1]:1080"] {
            assert_eq!(text.parse::<Proxy>().expect("a proxy").to_string(), text);
        }
        let known: Proxy = "http://me:secret@proxy.example:3128".parse().expect("a proxy");
        assert!(!format!("{known:?}").contains("secret"));
        for text in
            ["", "9050", "https://a:1", "socks5://a", "socks5://a:0", "http://a b:1", "http://@a:1", "http://u@a:1"]
        {
            assert!(text.parse::<Proxy>().is_err(), "{text}");
        }
    }
}
