//! TLS 1.3 between two ed25519 keys (libp2p's TLS specification), in the order that keeps a person unknown: the dialler
//! says before which key it wants, checks that the other side holds it, and only then shows its own. In: the own key, the
//! peer's. Out: configurations that keep no session, write no secrets, and prefer the hybrid post-quantum group
//! (X25519MLKEM768).

use std::{io, sync::Arc};

use libp2p::{PeerId, identity::Keypair, tls};
use rustls::{ClientConfig, ConfigBuilder, KeyLog, WantsVerifier, client::Resumption};

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
    let builder = web_builder()?.with_platform_verifier().map_err(|_| io::Error::from(no_authorities()))?;
    Ok(secretive(builder.with_no_client_auth()))
}

/// The same; where the machine knows no authority, those of Mozilla that are built in decide.
pub(super) fn of_the_web_or_built_in() -> io::Result<ClientConfig> {
    of_the_web().or_else(|_| {
        let roots = rustls::RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        Ok(secretive(web_builder()?.with_root_certificates(roots).with_no_client_auth()))
    })
}

fn web_builder() -> io::Result<ConfigBuilder<ClientConfig, WantsVerifier>> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    builder.map_err(|_| io::Error::from(no_authorities()))
}

/// Nothing of a connection is kept or written down.
fn secretive(mut config: ClientConfig) -> ClientConfig {
    config.resumption = Resumption::disabled();
    config.key_log = Arc::new(Silent);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config
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
