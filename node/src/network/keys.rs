//! TLS 1.3 between two ed25519 keys (libp2p's TLS specification), in the order that keeps a person unknown: the dialler
//! says before which key it wants, checks that the other side holds it, and only then shows its own. In: the own key, the
//! peer's. Out: configurations that keep no session, write no secrets, and prefer the hybrid post-quantum group
//! (X25519MLKEM768).

use std::{io, sync::Arc};

use libp2p::{PeerId, identity::Keypair, tls};
use rustls::{ClientConfig, KeyLog, client::Resumption};

use super::fault::Fault;

/// For one dial to one peer.
pub(super) fn towards(own: &Keypair, peer: PeerId) -> io::Result<ClientConfig> {
    let mut config = tls::make_client_config(own, Some(peer)).map_err(io::Error::other)?;
    // A ticket of the last visit would tell who comes again, before anything is encrypted.
    config.resumption = Resumption::disabled();
    config.key_log = Arc::new(Silent);
    Ok(config)
}

/// For the web's own TLS around a web socket: the machine's certificate authorities decide, and what they vouch for is the
/// web server on the way, not the peer.
pub(super) fn of_the_web() -> io::Result<ClientConfig> {
    use rustls_platform_verifier::BuilderVerifierExt;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(BuilderVerifierExt::with_platform_verifier)
        .map_err(|_| io::Error::from(no_authorities()))?
        .with_no_client_auth();
    config.resumption = Resumption::disabled();
    config.key_log = Arc::new(Silent);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn no_authorities() -> Fault {
    Fault::Certificate("this machine knows no certificate authority; install `ca-certificates`".into())
}

/// Logs no secret, whatever the environment asks for.
#[derive(Debug)]
struct Silent;

impl KeyLog for Silent {
    fn log(&self, _: &str, _: &[u8], _: &[u8]) {}
}
