//! A certificate that somebody else vouches for, in files that something else renews. In: two paths. Out: what a connection is
//! encrypted with, read anew once the files are others.

use std::{
    fmt, fs,
    os::unix::fs::MetadataExt as _,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use rustls::{
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use zeroize::Zeroizing;

use crate::{command::Failure, home::CertificateFiles};

/// How often it is looked whether the files are others.
const LOOK: Duration = Duration::from_secs(60);
/// Largest file that is read, in bytes.
const FILE_BYTES: u64 = 256 * 1024;

/// The certificate in force.
pub(super) struct Renewed {
    files: CertificateFiles,
    now: Mutex<Read>,
}

struct Read {
    certified: Arc<CertifiedKey>,
    /// When the files were changed that it was read from.
    of: Changed,
    looked: Instant,
}

/// Which files these are and when each was changed last, in seconds and nanoseconds; none that is not there.
type Changed = [Option<(u64, i64, i64)>; 2];

impl Renewed {
    /// The certificate that stands there now.
    ///
    /// # Errors
    /// Files that can't be read, or do not belong together.
    pub(super) fn read(files: &CertificateFiles) -> Result<Self, Failure> {
        let of = changed(files);
        let now = Mutex::new(Read { certified: certified(files)?, of, looked: Instant::now() });
        Ok(Self { files: files.clone(), now })
    }

    /// The one in force; another one from the minute on in which its files became others. Where those are broken the one before stays.
    fn current(&self) -> Arc<CertifiedKey> {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        if now.looked.elapsed() >= LOOK {
            now.looked = Instant::now();
            let of = changed(&self.files);
            if of != now.of {
                match certified(&self.files) {
                    Ok(certified) => *now = Read { certified, of, looked: now.looked },
                    Err(failure) => {
                        tracing::warn!(%failure, "the renewed certificate can't be used; the one before stays")
                    }
                }
            }
        }
        now.certified.clone()
    }
}

impl fmt::Debug for Renewed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Renewed({})", self.files.certificate.display())
    }
}

impl ResolvesServerCert for Renewed {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current())
    }
}

fn changed(files: &CertificateFiles) -> Changed {
    [&files.certificate, &files.key].map(|path| {
        let found = fs::metadata(path).ok();
        found.map(|found| (found.ino(), found.mtime(), found.mtime_nsec()))
    })
}

fn certified(files: &CertificateFiles) -> Result<Arc<CertifiedKey>, Failure> {
    let CertificateFiles { certificate, key } = files;
    let chain = small(certificate).map_err(|error| wrong(certificate, &error))?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&chain).collect();
    let chain = chain.map_err(|error| wrong(certificate, &error))?;
    let secret = Zeroizing::new(small(key).map_err(|error| wrong(key, &error))?);
    let secret = PrivateKeyDer::from_pem_slice(&secret).map_err(|error| wrong(key, &error))?;
    let certified = CertifiedKey::from_der(chain, secret, &ring::default_provider());
    certified.map(Arc::new).map_err(|error| wrong(certificate, &error))
}

fn wrong(path: &Path, why: &dyn fmt::Display) -> Failure {
    let next = "name a certificate and its key in PEM, as `api_tls` of config.toml";
    Failure::usage(format!("{} can't be used for TLS ({why}); {next}", path.display()))
}

fn small(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut std::io::Read::take(fs::File::open(path)?, FILE_BYTES), &mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(directory: &Path, name: &str) -> (String, String) {
        let made = rcgen::generate_simple_self_signed(vec![name.to_owned()]).expect("a certificate");
        let (certificate, key) = (made.cert.pem(), made.key_pair.serialize_pem());
        fs::write(directory.join("chain.pem"), &certificate).expect("written");
        fs::write(directory.join("key.pem"), &key).expect("written");
        (certificate, key)
    }

    #[test]
    fn a_renewed_certificate_is_taken_and_a_broken_one_is_not() {
        let directory = tempfile::tempdir().expect("a directory");
        let at = |name: &str| directory.path().join(name);
        written(directory.path(), "one.example");
        let renewed =
            Renewed::read(&CertificateFiles { certificate: at("chain.pem"), key: at("key.pem") }).expect("one");
        let first = renewed.current();
        let later = |renewed: &Renewed| {
            let mut now = renewed.now.lock().expect("here");
            now.looked = now.looked.checked_sub(LOOK).expect("a minute ago");
            now.of = [None; 2];
            drop(now);
            renewed.current()
        };
        let (_, key) = written(directory.path(), "two.example");
        let second = later(&renewed);
        assert_ne!(first.cert, second.cert);
        // Another's key, half of a file, none.
        let (certificate, _) = written(directory.path(), "three.example");
        fs::write(at("key.pem"), &key).expect("written");
        assert_eq!(later(&renewed).cert, second.cert);
        fs::write(at("chain.pem"), &certificate[..certificate.len() / 2]).expect("written");
        assert_eq!(later(&renewed).cert, second.cert);
        fs::remove_file(at("chain.pem")).expect("removed");
        assert_eq!(later(&renewed).cert, second.cert);
        assert!(Renewed::read(&renewed.files).is_err());
    }
}
