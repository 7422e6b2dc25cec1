//! A stream to a web server that somebody else named, within the web's own TLS. In: its name, and where it is or the
//! proxy that finds it. Out: an encrypted stream to who can show a certificate for that name, or why there is none.

use std::{io, net::SocketAddr, sync::Arc};

use rustls::{ClientConfig, pki_types::ServerName};
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::{
    address::{Family, Host},
    dial::earliest,
    fault::Fault,
    keys,
    proxy::{Login, Proxy},
    socket,
};

/// How a web server is reached.
#[derive(Clone, Debug)]
pub enum WebWay {
    /// At one of these addresses, which were looked up and looked at.
    At(Vec<SocketAddr>),
    /// Through a proxy, which looks the name up, under a login drawn for this stream alone: Tor gives it a circuit that
    /// it shares with no line.
    Through(Proxy),
}

/// Connects to a web server; who calls bounds the time.
///
/// # Errors
/// [`Fault`].
pub async fn web(name: &str, port: u16, way: WebWay) -> Result<TlsStream<TcpStream>, Fault> {
    connect(name, port, way).await.map_err(|error| Fault::of(&error))
}

/// The same for a protocol that is not HTTP.
///
/// # Errors
/// [`Fault`].
pub async fn secured(name: &str, port: u16, way: WebWay) -> Result<TlsStream<TcpStream>, Fault> {
    let stream = plain(name, port, way).await?;
    secured_over(name, stream).await
}

/// Encrypts a stream that stands, to who can show a certificate for this name.
///
/// # Errors
/// [`Fault`].
pub async fn secured_over(name: &str, stream: TcpStream) -> Result<TlsStream<TcpStream>, Fault> {
    let mut config = authorities().await.map_err(|error| Fault::of(&error))?;
    // The shared configuration offers HTTP; a server that speaks nothing of what is offered ends the handshake.
    config.alpn_protocols.clear();
    encrypt(name, config, stream).await.map_err(|error| Fault::of(&error))
}

/// Connects to a server without encryption, for what the person entered so.
///
/// # Errors
/// [`Fault`].
pub async fn plain(name: &str, port: u16, way: WebWay) -> Result<TcpStream, Fault> {
    reach(name, port, way).await.map_err(|error| Fault::of(&error))
}

async fn reach(name: &str, port: u16, way: WebWay) -> io::Result<TcpStream> {
    match way {
        WebWay::At(addresses) => earliest(addresses, socket::connect).await,
        WebWay::Through(proxy) => {
            let host = Host::Name { name: name.to_owned(), family: Family::Any };
            proxy.open(&host, port, &Login::drawn()).await
        }
    }
}

async fn connect(name: &str, port: u16, way: WebWay) -> io::Result<TlsStream<TcpStream>> {
    let config = authorities().await?;
    encrypt(name, config, reach(name, port, way).await?).await
}

/// The system's certificates are read from disk.
async fn authorities() -> io::Result<ClientConfig> {
    tokio::task::spawn_blocking(keys::of_the_web_or_built_in).await?
}

async fn encrypt(name: &str, config: ClientConfig, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
    let server = ServerName::try_from(name.to_owned()).map_err(|_| io::Error::from(Fault::UnknownName))?;
    TlsConnector::from(Arc::new(config)).connect(server, stream).await
}
