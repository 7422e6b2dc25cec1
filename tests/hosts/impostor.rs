//! A node that answers in the place of any other, with a key of its own, as a hostile network can: over TCP by Noise or
//! by TLS, over QUIC. In: the host that it stands on. Out: the keys that callers showed it, and how many called.

use std::{
    collections::BTreeSet,
    io::{Read as _, Write as _},
    net::{Ipv4Addr, TcpListener, TcpStream, UdpSocket},
    sync::{Arc, Mutex},
    time::Duration,
};

use futures::io::AllowStdIo;
use libp2p::{core::upgrade::InboundConnectionUpgrade as _, identity::Keypair, noise, tls::certificate};
use regie_tests::lab::Host;
use rustls::{
    DigitallySignedStruct, DistinguishedName, Error, ServerConfig, ServerConnection, SignatureScheme,
    client::danger::HandshakeSignatureValid,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, UnixTime},
    server::danger::{ClientCertVerified, ClientCertVerifier},
    sign::{CertifiedKey, SingleCertAndKey},
};

/// How long a caller may be silent.
const SILENCE: Duration = Duration::from_secs(10);
/// Longest line of the negotiation, in bytes.
const LINE_BYTES: usize = 127;
/// How an ed25519 key begins where libp2p writes one.
const ED25519: [u8; 4] = [8, 1, 18, 32];

/// What callers showed.
#[derive(Debug, Default)]
pub struct Seen {
    /// Keys.
    pub keys: BTreeSet<[u8; 32]>,
    /// Calls over TCP.
    pub tcp: usize,
    /// Calls over QUIC.
    pub quic: usize,
    /// Handshakes that callers proposed on TCP.
    pub proposed: BTreeSet<String>,
}

/// The impostor; it goes on until the test's process ends.
#[derive(Clone, Debug)]
pub struct Impostor(Arc<Mutex<Seen>>);

impl Impostor {
    /// Starts it on a host, on this port of TCP and UDP.
    pub fn start(host: &Host, port: u16) -> Self {
        let impostor = Self(Arc::default());
        let any = (Ipv4Addr::UNSPECIFIED, port);
        let (tcp, udp) =
            host.inside(|| (TcpListener::bind(any).expect("a port"), UdpSocket::bind(any).expect("a port")));
        let keypair = Keypair::generate_ed25519();
        let crypto = impostor.crypto(&keypair);
        let own = (impostor.clone(), crypto.clone());
        std::thread::spawn(move || own.0.over_tcp(&tcp, &keypair, &own.1));
        let own = impostor.clone();
        std::thread::spawn(move || own.over_quic(udp, crypto));
        impostor
    }

    /// Looks at what callers showed.
    pub fn seen<T>(&self, look: impl FnOnce(&mut Seen) -> T) -> T {
        look(&mut self.0.lock().expect("a lock"))
    }

    /// TLS that asks for a certificate, reads the key in it and takes any.
    fn crypto(&self, keypair: &Keypair) -> ServerConfig {
        let (certificate, key) = certificate::generate(keypair).expect("a certificate");
        let provider = Arc::new(aws_lc_rs::default_provider());
        let key = provider.key_provider.load_private_key(key).expect("a key");
        let shown = SingleCertAndKey::from(CertifiedKey::new(vec![certificate], key));
        let mut crypto = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])
            .expect("a version")
            .with_client_cert_verifier(Arc::new(Reader(self.clone())))
            .with_cert_resolver(Arc::new(shown));
        crypto.alpn_protocols = vec![b"libp2p".to_vec()];
        crypto
    }

    fn over_tcp(&self, listener: &TcpListener, keypair: &Keypair, crypto: &ServerConfig) {
        for (number, stream) in listener.incoming().flatten().enumerate() {
            let (own, keypair, crypto) = (self.clone(), keypair.clone(), Arc::new(crypto.clone()));
            own.seen(|seen| seen.tcp += 1);
            // Every second caller is told that TLS is not spoken here: perhaps it falls back to something that shows more.
            std::thread::spawn(move || own.call(stream, &keypair, crypto, number % 2 == 1));
        }
    }

    /// Negotiates and shakes hands with one caller. What goes wrong is the caller's affair.
    fn call(
        &self,
        mut stream: TcpStream,
        keypair: &Keypair,
        crypto: Arc<ServerConfig>,
        without_tls: bool,
    ) -> Option<()> {
        stream.set_read_timeout(Some(SILENCE)).ok()?;
        loop {
            let proposed = line(&mut stream)?;
            self.seen(|seen| seen.proposed.insert(proposed.clone()));
            match proposed.as_str() {
                "/multistream/1.0.0" => say(&mut stream, &proposed)?,
                "/noise" => {
                    say(&mut stream, &proposed)?;
                    let noise = noise::Config::new(keypair).ok()?;
                    let shaken = noise.upgrade_inbound(AllowStdIo::new(stream), "/noise");
                    let (peer, _) = futures::executor::block_on(shaken).ok()?;
                    return self.shown(&peer.to_bytes());
                }
                "/tls/1.0.0" if !without_tls => {
                    say(&mut stream, &proposed)?;
                    let mut tls = ServerConnection::new(crypto).ok()?;
                    while tls.is_handshaking() {
                        tls.complete_io(&mut stream).ok()?;
                    }
                    return Some(());
                }
                _ => say(&mut stream, "na")?,
            }
        }
    }

    fn over_quic(&self, socket: UdpSocket, crypto: ServerConfig) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let crypto = quinn::crypto::rustls::QuicServerConfig::try_from(crypto).expect("it has TLS 1.3");
            let config = quinn::ServerConfig::with_crypto(Arc::new(crypto));
            let (own, tokio) = (quinn::EndpointConfig::default(), Arc::new(quinn::TokioRuntime));
            let endpoint = quinn::Endpoint::new(own, Some(config), socket, tokio).expect("it listens");
            while let Some(caller) = endpoint.accept().await {
                self.seen(|seen| seen.quic += 1);
                tokio::spawn(async move { drop(caller.await) });
            }
        });
    }

    /// Finds the key in what a caller showed.
    fn shown(&self, bytes: &[u8]) -> Option<()> {
        let at = bytes.windows(ED25519.len()).position(|part| part == ED25519)? + ED25519.len();
        let key = bytes.get(at..at + 32)?.try_into().ok()?;
        self.seen(|seen| seen.keys.insert(key));
        Some(())
    }
}

/// Reads callers' certificates before anything is checked.
#[derive(Debug)]
struct Reader(Impostor);

impl ClientCertVerifier for Reader {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        shown: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        self.0.shown(shown);
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::General("TLS 1.3 alone".into()))
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        aws_lc_rs::default_provider().signature_verification_algorithms.supported_schemes()
    }
}

/// A line of the negotiation: its length, the text, a newline.
fn line(stream: &mut TcpStream) -> Option<String> {
    let mut length = [0];
    stream.read_exact(&mut length).ok()?;
    let mut text = vec![0; usize::from(length[0])];
    stream.read_exact(&mut text).ok()?;
    (text.len() <= LINE_BYTES && text.pop() == Some(b'\n')).then(|| String::from_utf8(text).ok())?
}

fn say(stream: &mut TcpStream, text: &str) -> Option<()> {
    let length = u8::try_from(text.len() + 1).ok()?;
    stream.write_all(&[&[length], text.as_bytes(), b"\n"].concat()).ok()
}
