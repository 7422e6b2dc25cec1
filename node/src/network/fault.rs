//! Why a peer could not be reached, in types and in words. In: errors of sockets, resolvers, proxies, TLS. Out:
//! [`Fault`] for one address, [`DialError`] for a peer, whose words name the next step.

use std::{fmt, io};

use rustls::CertificateError;

use super::{Address, Reach, address::Host};

/// Why one address did not lead to the wanted peer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The machine is there, and nothing listens on that port.
    #[error("the connection is refused there")]
    Refused,
    /// Nothing came back in time.
    #[error("no answer")]
    NoAnswer,
    /// This machine has no way there.
    #[error("this machine has no route there")]
    NoRoute,
    /// The address is IPv6, and this machine has none.
    #[error("this machine has no IPv6")]
    NoIpv6,
    /// Somebody answers who does not hold the wanted key.
    #[error("somebody else answers there")]
    WrongPeer,
    /// The peer there was not who was wanted a while ago, so that it is let alone for now.
    #[error("somebody else answered there before, so that it is let alone for a while")]
    LetAlone,
    /// It is of a private network or of this machine, and the person did not enter it.
    #[error(
        "it is in a private network or on this machine, where a node goes only by a link that you followed; get a link from \
         the supplier itself and follow it (`regie pair LINK`)"
    )]
    Inward,
    /// The name leads nowhere.
    #[error("the name is not known")]
    UnknownName,
    /// The resolver of names did not answer.
    #[error("no name could be looked up")]
    NoResolver,
    /// Something answers that does not speak the protocol.
    #[error("what answers there does not speak this protocol")]
    NotRegie,
    /// The certificate of a web server on the way does not hold.
    #[error("the web server's certificate does not hold ({0})")]
    Certificate(String),
    /// The web server or forwarder on the way answers, but not with a web socket.
    #[error("what answers there does not pass this node on (it answers {0})")]
    NotPassedOn(u16),
    /// The proxy does not answer.
    #[error("the proxy does not answer")]
    ProxyAway,
    /// The proxy wants another user or password.
    #[error("the proxy does not let this node in")]
    ProxyDenies,
    /// The proxy can't reach it either.
    #[error("the proxy can't reach it")]
    ProxyCannot,
    /// It can't be reached through a proxy, or only through one.
    #[error("{0}")]
    NeedsOtherWay(&'static str),
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

impl From<Fault> for io::Error {
    fn from(fault: Fault) -> Self {
        Self::other(fault)
    }
}

impl Fault {
    /// What an error of the transport says.
    pub(super) fn of(error: &io::Error) -> Self {
        if let Some(fault) = within::<Self>(error) {
            return fault.clone();
        }
        if let Some(error) = within::<rustls::Error>(error) {
            return of_tls(error);
        }
        match error.kind() {
            io::ErrorKind::ConnectionRefused => Self::Refused,
            io::ErrorKind::TimedOut => Self::NoAnswer,
            io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::AddrNotAvailable
            | io::ErrorKind::NetworkDown => Self::NoRoute,
            io::ErrorKind::ConnectionReset | io::ErrorKind::UnexpectedEof | io::ErrorKind::BrokenPipe => Self::NotRegie,
            _ if within::<libp2p::core::transport::timeout::TransportTimeoutError<io::Error>>(error).is_some() => {
                Self::NoAnswer
            }
            _ => Self::Other(plain(error)),
        }
    }
}

/// The verifier of a peer's key says no in this way, and in no other.
fn of_tls(error: &rustls::Error) -> Fault {
    match error {
        rustls::Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure) => Fault::WrongPeer,
        rustls::Error::InvalidCertificate(error) => Fault::Certificate(of_certificate(error).to_owned()),
        _ => Fault::NotRegie,
    }
}

/// What is wrong with a web server's certificate.
fn of_certificate(error: &CertificateError) -> &'static str {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "it has expired",
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => "it is not valid yet",
        // A signature that does not hold is of an authority that only bears the name of one that is known.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            "this machine does not know who vouches for it"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => "it is for another name",
        CertificateError::Revoked => "it was revoked",
        _ => "it is not in order",
    }
}

/// An error within an I/O error, however deep.
fn within<T: std::error::Error + 'static>(error: &io::Error) -> Option<&T> {
    let mut next: Option<&(dyn std::error::Error + 'static)> = error.get_ref().map(|inner| inner as _);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        next = match error.downcast_ref::<io::Error>() {
            Some(inner) => inner.get_ref().map(|inner| inner as _),
            None => error.source(),
        };
    }
    None
}

/// The words of an error, on one line and short.
fn plain(error: &dyn fmt::Display) -> String {
    error.to_string().chars().filter(|c| !c.is_control()).take(160).collect()
}

/// Why a peer can't be reached.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DialError {
    /// No address led to it.
    #[error("{}", said(.0))]
    Unreachable(Vec<(Address, Fault)>),
    /// The connection was not made for a reason of this machine's own.
    #[error("the connection could not be made ({0}); try again in a minute")]
    NotMade(String),
    /// There is no address to try.
    #[error("there is no address to dial; ask for a new link")]
    NoAddress,
    /// The endpoint is shut down.
    #[error("the node is stopping")]
    Closed,
}

impl DialError {
    /// Did somebody answer who is not the wanted peer?
    #[must_use]
    pub fn is_wrong_peer(&self) -> bool {
        self.tried().iter().any(|(_, fault)| matches!(fault, Fault::WrongPeer | Fault::LetAlone))
    }

    /// What was tried, and what came of it.
    #[must_use]
    pub fn tried(&self) -> &[(Address, Fault)] {
        match self {
            Self::Unreachable(tried) => tried,
            _ => &[],
        }
    }
}

/// Which kind of fault decides what a person can do.
fn said(tried: &[(Address, Fault)]) -> String {
    let all: Vec<String> = tried.iter().map(|(address, fault)| format!("{address}: {fault}")).collect();
    format!("{}. {}", all.join("; "), next_step(tried))
}

fn next_step(tried: &[(Address, Fault)]) -> &'static str {
    let any = |wanted: fn(&Fault) -> bool| tried.iter().any(|(_, fault)| wanted(fault));
    let all = |wanted: fn(&Fault) -> bool| tried.iter().all(|(_, fault)| wanted(fault));
    if any(|fault| matches!(fault, Fault::ProxyAway)) {
        "Is the proxy of your configuration running?"
    } else if any(|fault| matches!(fault, Fault::ProxyDenies)) {
        "Look at the user and password of the proxy in your configuration."
    } else if any(|fault| matches!(fault, Fault::WrongPeer | Fault::LetAlone)) {
        "Another node answers than the one that the link names: a network may be redirecting you, or the supplier has \
         moved. Nothing was told to it. Try from another network, or ask the supplier for a new link."
    } else if let Some(status) = tried.iter().find_map(forwarder_says) {
        match status {
            404 => "The forwarder there no longer passes people on to this supplier: ask the supplier for a new link.",
            429 => "The forwarder there passes as many people on as it can at this moment. Try again in a few minutes.",
            503 => {
                "The supplier's companion is not connected to its forwarder: it is off, or offline. Try again later."
            }
            _ => "The web server before the supplier's forwarder does not pass web sockets on: tell the supplier.",
        }
    } else if any(|fault| matches!(fault, Fault::NoResolver)) {
        "Is this machine online? Its resolver of names does not answer."
    } else if any(|fault| matches!(fault, Fault::Certificate(_))) {
        "Look at this machine's clock; else a network on the way answers in the web server's place, or the supplier has to \
         renew the certificate of its web server. Try from another network, and tell the supplier."
    } else if any(|fault| matches!(fault, Fault::NotPassedOn(502..=504))) {
        "The supplier's web server is there, and its companion is not: try again later."
    } else if any(|fault| matches!(fault, Fault::NotPassedOn(_))) {
        "Ask the supplier for a link with another address: its web server has to pass that path on (docs/deploy.md)."
    } else if any(|fault| matches!(fault, Fault::UnknownName)) {
        "Is the link whole, and this machine online? Ask the supplier for a new link."
    } else if any(|fault| matches!(fault, Fault::NeedsOtherWay(_))) && !any(|fault| matches!(fault, Fault::NoAnswer)) {
        "Ask the supplier for a link with another address, or look at `proxy` in your configuration."
    } else if all(|fault| matches!(fault, Fault::NoIpv6)) {
        "The link has IPv6 addresses only, and this machine has no IPv6. Try from another network."
    } else if !any(|fault| matches!(fault, Fault::Refused))
        && tried.iter().all(|(address, _)| address.reach() != Reach::World)
    {
        "The link has addresses of a private network only: it can be used within that network. Ask the supplier for a \
         link with a public address."
    } else if all(|fault| matches!(fault, Fault::NoAnswer)) {
        "Perhaps the supplier is off, or your network lets only web pages out: then ask the supplier for an address on \
         port 443."
    } else if all(|fault| matches!(fault, Fault::NoRoute | Fault::NoIpv6)) {
        "Is this machine online?"
    } else {
        "Is the supplier's companion running, and is the link of today? Try again later, or ask for a new link."
    }
}

/// The status with which somebody was not passed on at a forwarder's address.
fn forwarder_says((address, fault): &(Address, Fault)) -> Option<u16> {
    match fault {
        Fault::NotPassedOn(status) if address.is_forwarded() => Some(*status),
        _ => None,
    }
}

/// An address that a proxy, or no proxy, can't reach.
pub(super) fn fits_way(address: &Address, through_proxy: bool) -> Result<(), Fault> {
    match (&address.host, through_proxy) {
        (Host::Onion(_), false) => {
            Err(Fault::NeedsOtherWay("an onion service is reached through a Tor proxy, and none is set"))
        }
        _ if through_proxy && address.transport() == super::Transport::Quic => {
            Err(Fault::NeedsOtherWay("QUIC does not go through a proxy"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(faults: &[(&str, Fault)]) -> String {
        let tried = faults.iter().map(|(text, fault)| (text.parse().expect("an address"), fault.clone()));
        DialError::Unreachable(tried.collect()).to_string()
    }

    #[test]
    fn every_kind_names_what_to_do() {
        let public = "/ip4/192.0.2.7/tcp/7481";
        for (faults, word) in [
            (vec![(public, Fault::WrongPeer), (public, Fault::NoAnswer)], "redirecting"),
            (vec![(public, Fault::NoAnswer)], "443"),
            (vec![("/ip4/10.0.0.7/tcp/7481", Fault::NoAnswer)], "private network"),
            (vec![("/ip6/2001:db8::1/tcp/7481", Fault::NoIpv6)], "no IPv6"),
            (vec![(public, Fault::ProxyAway)], "proxy"),
            (vec![(public, Fault::NotPassedOn(502))], "try again later"),
            (vec![(public, Fault::NotPassedOn(301))], "another address"),
            (vec![("/dns/shop.example/tcp/1", Fault::UnknownName)], "new link"),
            (vec![("/dns/shop.example/tcp/1", Fault::NoResolver)], "online"),
            (vec![(public, Fault::Refused)], "companion running"),
            (vec![("/ip4/10.0.0.7/tcp/7481", Fault::Refused)], "companion running"),
        ] {
            assert!(error(&faults).contains(word), "{}", error(&faults));
        }
    }

    #[test]
    fn a_forwarders_answer_is_said_in_words() {
        let key = regie_protocol::Keypair::from_secret(&[1; 32]).public();
        let through: super::super::Through =
            format!("{key}@/dns/f.example/tcp/443/tls/ws").parse().expect("a forwarder");
        let at = through.address_of(&key).to_string();
        for (status, word) in [(404, "new link"), (429, "few minutes"), (503, "not connected"), (502, "tell the")] {
            let words = error(&[(&at, Fault::NotPassedOn(status))]);
            assert!(words.contains(word) && words.contains(&status.to_string()), "{words}");
        }
        let elsewhere = error(&[("/dns/f.example/tcp/443/tls/ws/http-path/regie", Fault::NotPassedOn(503))]);
        assert!(!elsewhere.contains("forwarder"), "{elsewhere}");
    }

    #[test]
    fn the_cause_is_found_however_deep_it_lies() {
        let deep = io::Error::other(io::Error::other(Fault::WrongPeer));
        assert_eq!(Fault::of(&deep), Fault::WrongPeer);
        let tls = rustls::Error::InvalidCertificate(rustls::CertificateError::ApplicationVerificationFailure);
        assert_eq!(Fault::of(&io::Error::new(io::ErrorKind::InvalidData, tls)), Fault::WrongPeer);
        assert_eq!(Fault::of(&io::ErrorKind::ConnectionRefused.into()), Fault::Refused);
    }
}
