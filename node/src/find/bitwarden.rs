//! Bitwarden's encrypted export. In: its parts, the password that the person gave it. Out: the JSON inside, in memory that is wiped.
//!
//! The form is that of <https://bitwarden.com/help/encrypted-export/>: PBKDF2-SHA-256 or Argon2id over the salt's text, HKDF-expand
//! to a key that encrypts (AES-256-CBC) and one that authenticates (HMAC-SHA-256). One that is bound to an account has no
//! password of its own and can't be opened here.

use std::borrow::Cow;

use aes::Aes256;
use cbc::cipher::{BlockModeDecrypt as _, KeyIvInit as _, block_padding::Pkcs7};
use data_encoding::BASE64;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::{FindError, limits};

type Key = Zeroizing<[u8; 32]>;

/// The parts of an encrypted export.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Sealed<'a> {
    #[serde(default)]
    password_protected: bool,
    #[serde(borrow, default)]
    salt: Option<Cow<'a, str>>,
    #[serde(default)]
    kdf_type: Option<u8>,
    #[serde(default)]
    kdf_iterations: Option<u32>,
    #[serde(default)]
    kdf_memory: Option<u32>,
    #[serde(default)]
    kdf_parallelism: Option<u32>,
    /// Something that the right key opens.
    #[serde(borrow, default, rename = "encKeyValidation_DO_NOT_EDIT")]
    check: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    data: Option<Cow<'a, str>>,
}

impl Sealed<'_> {
    pub(super) fn open(&self, password: Option<&str>) -> Result<Zeroizing<String>, FindError> {
        if !self.password_protected {
            return Err(FindError::OfAnAccount);
        }
        let password = password.ok_or(FindError::NeedsPassword)?;
        let (Some(salt), Some(data)) = (&self.salt, &self.data) else { return Err(FindError::Damaged) };
        let key = self.key(password, salt)?;
        let (encrypting, authenticating) = (expand(&key, b"enc")?, expand(&key, b"mac")?);
        if let Some(check) = &self.check {
            unseal(check, &encrypting, &authenticating)?;
        }
        let opened = unseal(data, &encrypting, &authenticating)?;
        let text = std::str::from_utf8(&opened).map_err(|_| FindError::Damaged)?;
        Ok(Zeroizing::new(text.to_owned()))
    }

    fn key(&self, password: &str, salt: &str) -> Result<Key, FindError> {
        let rounds = self.kdf_iterations.unwrap_or_default();
        match self.kdf_type {
            Some(0) if rounds > limits::PBKDF2_ROUNDS => Err(FindError::TooMuchWork),
            Some(0) => pbkdf2(password.as_bytes(), salt.as_bytes(), rounds.max(1)),
            Some(1) => {
                let mib = self.kdf_memory.unwrap_or_default();
                let digest = Sha256::digest(salt.as_bytes());
                let cost = Argon2Cost { kib: u64::from(mib) * 1024, rounds, lanes: self.kdf_parallelism.unwrap_or(1) };
                cost.derive(argon2::Algorithm::Argon2id, argon2::Version::V0x13, password.as_bytes(), &digest)
            }
            _ => Err(FindError::Damaged),
        }
    }
}

/// What opening a file would cost.
pub(super) struct Argon2Cost {
    pub(super) kib: u64,
    pub(super) rounds: u32,
    pub(super) lanes: u32,
}

impl Argon2Cost {
    /// Derives a key, unless that would cost more than is paid for a file that may come from anybody.
    pub(super) fn derive(
        &self,
        algorithm: argon2::Algorithm,
        version: argon2::Version,
        password: &[u8],
        salt: &[u8],
    ) -> Result<Key, FindError> {
        let work = self.kib.saturating_mul(self.rounds.into());
        if self.kib > limits::KDF_KIB || work > limits::KDF_WORK_KIB || self.lanes > limits::KDF_LANES {
            return Err(FindError::TooMuchWork);
        }
        let kib = u32::try_from(self.kib).map_err(|_| FindError::TooMuchWork)?;
        let params = argon2::Params::new(kib, self.rounds, self.lanes, Some(32)).map_err(|_| FindError::Damaged)?;
        let mut key = Zeroizing::new([0; 32]);
        let argon2 = argon2::Argon2::new(algorithm, version, params);
        argon2.hash_password_into(password, salt, key.as_mut_slice()).map_err(|_| FindError::Damaged)?;
        Ok(key)
    }
}

/// PBKDF2 (RFC 8018, 5.2) for one block of HMAC-SHA-256.
fn pbkdf2(password: &[u8], salt: &[u8], rounds: u32) -> Result<Key, FindError> {
    let keyed = keyed(password)?;
    let mut last = keyed.clone().chain_update(salt).chain_update([0, 0, 0, 1]).finalize().into_bytes();
    let mut key = Zeroizing::new([0; 32]);
    key.copy_from_slice(&last);
    for _ in 1..rounds {
        last = keyed.clone().chain_update(last).finalize().into_bytes();
        key.iter_mut().zip(last).for_each(|(sum, byte)| *sum ^= byte);
    }
    Ok(key)
}

/// HKDF-expand (RFC 5869, 2.3) to one block.
fn expand(key: &Key, info: &[u8]) -> Result<Key, FindError> {
    let mut out = Zeroizing::new([0; 32]);
    out.copy_from_slice(&keyed(key.as_slice())?.chain_update(info).chain_update([1]).finalize().into_bytes());
    Ok(out)
}

/// HMAC-SHA-256 under this key.
pub(super) fn keyed(key: &[u8]) -> Result<Hmac<Sha256>, FindError> {
    Hmac::<Sha256>::new_from_slice(key).map_err(|_| FindError::Damaged)
}

/// Opens `2.IV|DATA|MAC`, all base64.
fn unseal(text: &str, encrypting: &Key, authenticating: &Key) -> Result<Zeroizing<Vec<u8>>, FindError> {
    let mut parts = text.strip_prefix("2.").ok_or(FindError::Damaged)?.splitn(3, '|');
    let mut part = || {
        let part = parts.next().ok_or(FindError::Damaged)?;
        BASE64.decode(part.as_bytes()).map_err(|_| FindError::Damaged)
    };
    let (iv, data, mac) = (part()?, part()?, part()?);
    let signed = keyed(authenticating.as_slice())?.chain_update(&iv).chain_update(&data);
    signed.verify_slice(&mac).map_err(|_| FindError::WrongPassword)?;
    decrypt(encrypting, &iv, data)
}

/// AES-256-CBC with PKCS #7 padding.
pub(super) fn decrypt(key: &[u8; 32], iv: &[u8], data: Vec<u8>) -> Result<Zeroizing<Vec<u8>>, FindError> {
    let cipher = cbc::Decryptor::<Aes256>::new_from_slices(key, iv).map_err(|_| FindError::Damaged)?;
    let mut data = Zeroizing::new(data);
    let length = cipher.decrypt_padded::<Pkcs7>(&mut data).map_err(|_| FindError::Damaged)?.len();
    data.truncate(length);
    Ok(data)
}

#[cfg(test)]
mod tests {
    use super::super::json::read;
    use super::*;

    const PBKDF2: &str = include_str!("../../tests/files/bitwarden-pbkdf2.json");
    const ARGON2: &str = include_str!("../../tests/files/bitwarden-argon2.json");

    #[test]
    fn an_encrypted_export_opens_with_its_password_alone() {
        for file in [PBKDF2, ARGON2] {
            let (kind, found) = read(file, Some("open sesame")).expect("an export");
            assert_eq!(
                (kind, found[0].domain.as_str(), found[0].user.as_deref()),
                ("bitwarden", "example.org", Some("anna"))
            );
            assert_eq!(read(file, None).map(|_| ()), Err(FindError::NeedsPassword));
            assert_eq!(read(file, Some("open sesam")).map(|_| ()), Err(FindError::WrongPassword));
        }
    }

    #[test]
    fn one_that_costs_too_much_or_is_bound_to_an_account_is_refused() {
        let dear = PBKDF2.replace("\"kdfIterations\": 5000", "\"kdfIterations\": 4294967295");
        assert_eq!(read(&dear, Some("x")).map(|_| ()), Err(FindError::TooMuchWork));
        let large = ARGON2.replace("\"kdfMemory\": 1", "\"kdfMemory\": 3072");
        assert_eq!(read(&large, Some("x")).map(|_| ()), Err(FindError::TooMuchWork));
        let account = PBKDF2.replace("\"passwordProtected\": true", "\"passwordProtected\": false");
        assert_eq!(read(&account, Some("x")).map(|_| ()), Err(FindError::OfAnAccount));
    }
}
