//! TLS around a room that is reached from other machines. In: a certificate of the node's own or in files, connections. Out: encrypted streams; a
//! browser that came without encryption is led to where there is some.
//!
//! Of browsers TLS 1.3 alone is taken (RFC 8446): all of the last years have it, and there is nothing older to be talked down to.

use std::sync::Arc;

use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
    version::{TLS12, TLS13},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use super::{certificate::Renewed, limits};
use crate::{
    command::Failure,
    elsewhere::{Certificate, Origin},
    home::CertificateFiles,
};

/// The first byte of a record that begins a handshake (RFC 8446, section 5.1).
const HANDSHAKE: u8 = 22;

/// How connections of a room are encrypted.
#[derive(Clone)]
pub struct Tls {
    acceptor: TlsAcceptor,
    /// Where browsers are led that come without; a program is led nowhere.
    origin: Option<Arc<Origin>>,
}

impl Tls {
    /// Under this certificate, for this origin.
    ///
    /// # Errors
    /// A certificate and a key that do not belong together.
    pub fn new(certificate: &Certificate, origin: &Origin) -> Result<Self, Failure> {
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(certificate.key.clone()));
        let chain = vec![CertificateDer::from(certificate.certificate.clone())];
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[&TLS13])
            .map_err(Failure::internal)?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(Failure::internal)?;
        Ok(Self::of(config, Some(Arc::new(origin.clone()))))
    }

    /// Under the certificate of these files, whatever they hold at the time. Programs of companies may have no more than TLS 1.2.
    ///
    /// # Errors
    /// Files that can't be read, or do not belong together.
    pub fn of_files(files: &CertificateFiles) -> Result<Self, Failure> {
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[&TLS13, &TLS12])
            .map_err(Failure::internal)?
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(Renewed::read(files)?));
        Ok(Self::of(config, None))
    }

    fn of(mut config: ServerConfig, origin: Option<Arc<Origin>>) -> Self {
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Self { acceptor: TlsAcceptor::from(Arc::new(config)), origin }
    }

    /// Encrypts a connection, within the time that a request's head has.
    pub(super) async fn open(&self, mut stream: TcpStream) -> Option<TlsStream<TcpStream>> {
        let begun = timeout(limits::HEAD, async {
            let mut first = [0];
            match stream.peek(&mut first).await {
                Ok(1) if first[0] == HANDSHAKE => self.acceptor.accept(stream).await.ok(),
                Ok(1) => {
                    if let Some(origin) = &self.origin {
                        lead_on(origin, &mut stream).await;
                    }
                    None
                }
                _ => None,
            }
        });
        begun.await.ok().flatten()
    }
}

/// Tells a browser where the encrypted page is. Nothing that it asked for is looked at, and nothing else is told.
async fn lead_on(origin: &Origin, stream: &mut TcpStream) {
    let answer = format!(
        "HTTP/1.1 307 Temporary Redirect\r\nLocation: {origin}/\r\nContent-Length: 0\r\nCache-Control: no-store\r\n\
         Connection: close\r\n\r\n"
    );
    // What it said is taken in, or the answer would be lost with the connection.
    let _ = stream.read(&mut [0; 8192]).await;
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.shutdown().await;
}
