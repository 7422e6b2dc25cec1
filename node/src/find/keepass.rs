//! KeePass files: KDBX 3.1 and 4. In: bytes, the file's password. Out: titles, addresses and user names.
//!
//! Passwords stand in the file enciphered once more, by a stream whose key is not even derived here: they stay unreadable. What opening
//! would cost is read from the header and refused above a bound before anything is derived; the library `keepass` asks for it
//! first (docs/decisions/0041-organisations-without-a-companion.md).

use std::io::Read as _;

use aes::{
    Aes256,
    cipher::{BlockCipherEncrypt as _, KeyInit as _, KeyIvInit as _, StreamCipher as _, array::Array},
};
use chacha20::ChaCha20;
use hmac::Mac as _;
use sha2::{Digest as _, Sha256, Sha512};
use zeroize::Zeroizing;

use super::{
    FindError, Login,
    bitwarden::{Argon2Cost, decrypt, keyed},
    limits,
    xml::{Part, ends, walk, within},
};

/// The first eight bytes of every file.
pub(super) const MAGIC: [u8; 8] = [0x03, 0xd9, 0xa2, 0x9a, 0x67, 0xfb, 0x4b, 0xb5];
const AES: [u8; 16] = [0x31, 0xc1, 0xf2, 0xe6, 0xbf, 0x71, 0x43, 0x50, 0xbe, 0x58, 0x05, 0x21, 0x6a, 0xfc, 0x5a, 0xff];
const CHACHA: [u8; 16] =
    [0xd6, 0x03, 0x8a, 0x2b, 0x8b, 0x6f, 0x4c, 0xb5, 0xa5, 0x24, 0x33, 0x9a, 0x31, 0xdb, 0xb5, 0x9a];
const KDF_AES_3: [u8; 16] =
    [0xc9, 0xd9, 0xf3, 0x9a, 0x62, 0x8a, 0x44, 0x60, 0xbf, 0x74, 0x0d, 0x08, 0xc1, 0x8a, 0x4f, 0xea];
const KDF_AES_4: [u8; 16] =
    [0x7c, 0x02, 0xbb, 0x82, 0x79, 0xa7, 0x4a, 0xc0, 0x92, 0x7d, 0x11, 0x4a, 0x00, 0x64, 0x82, 0x38];
const KDF_ARGON2D: [u8; 16] =
    [0xef, 0x63, 0x6d, 0xdf, 0x8c, 0x29, 0x44, 0x4b, 0x91, 0xf7, 0xa9, 0xa4, 0x03, 0xe3, 0x0a, 0x0c];
const KDF_ARGON2ID: [u8; 16] =
    [0x9e, 0x29, 0x8b, 0x19, 0x56, 0xdb, 0x47, 0x73, 0xb2, 0x3d, 0xfc, 0x3e, 0xc6, 0xf0, 0xa1, 0xe6];

type Key = Zeroizing<[u8; 32]>;
type Bytes = Zeroizing<Vec<u8>>;

/// Bytes that are read in order.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], FindError> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(FindError::Damaged)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], FindError> {
        self.take(N)?.try_into().map_err(|_| FindError::Damaged)
    }

    fn number(&mut self) -> Result<usize, FindError> {
        usize::try_from(u32::from_le_bytes(self.array()?)).map_err(|_| FindError::Damaged)
    }
}

/// How a key is made of the password.
enum Derivation {
    Aes { seed: [u8; 32], rounds: u64 },
    Argon2 { algorithm: argon2::Algorithm, version: u32, salt: Vec<u8>, cost: Argon2Cost },
}

/// What stands before the enciphered part.
#[derive(Default)]
struct Header {
    cipher: Vec<u8>,
    zipped: bool,
    seed: Vec<u8>,
    iv: Vec<u8>,
    derivation: Option<Derivation>,
    /// Of KDBX 3: how the enciphered part begins, and the two halves of its derivation.
    begins: Vec<u8>,
    aes_seed: Option<[u8; 32]>,
    aes_rounds: Option<u64>,
}

pub(super) fn read(bytes: &[u8], password: Option<&str>) -> Result<Vec<Login>, FindError> {
    let mut input = Input(bytes);
    input.take(MAGIC.len())?;
    let (_minor, major) = (u16::from_le_bytes(input.array()?), u16::from_le_bytes(input.array()?));
    let header = match major {
        3 => Header::read(&mut input, false)?,
        4 => Header::read(&mut input, true)?,
        _ => return Err(FindError::OtherVersion),
    };
    let head = bytes.get(..bytes.len() - input.0.len()).unwrap_or_default();
    let password = password.ok_or(FindError::NeedsPassword)?;
    let composite = Sha256::digest(Sha256::digest(password.as_bytes()));
    let derived = header.derivation.as_ref().ok_or(FindError::Damaged)?.derive(composite.as_slice())?;
    let document = if major == 4 { header.open_4(head, input, &derived)? } else { header.open_3(input, &derived)? };
    let text = std::str::from_utf8(&document).map_err(|_| FindError::Damaged)?;
    entries(text)
}

impl Header {
    fn read(input: &mut Input<'_>, wide: bool) -> Result<Self, FindError> {
        let mut header = Self::default();
        loop {
            let kind = input.array::<1>()?[0];
            let length = if wide { input.number()? } else { usize::from(u16::from_le_bytes(input.array()?)) };
            let mut field = Input(input.take(length)?);
            match kind {
                0 => break,
                2 => header.cipher = field.0.to_vec(),
                3 => header.zipped = field.number()? == 1,
                4 => header.seed = field.0.to_vec(),
                5 => header.aes_seed = Some(field.array()?),
                6 => header.aes_rounds = Some(u64::from_le_bytes(field.array()?)),
                7 => header.iv = field.0.to_vec(),
                9 => header.begins = field.0.to_vec(),
                11 => header.derivation = Some(Derivation::read(field)?),
                _ => {}
            }
        }
        if let (None, Some(seed), Some(rounds)) = (&header.derivation, header.aes_seed, header.aes_rounds) {
            header.derivation = Some(Derivation::Aes { seed, rounds });
        }
        Ok(header)
    }

    /// KDBX 4: the header with its hash and HMAC, then blocks with an HMAC each.
    fn open_4(&self, head: &[u8], mut input: Input<'_>, derived: &Key) -> Result<Bytes, FindError> {
        if input.array::<32>()?.as_slice() != Sha256::digest(head).as_slice() {
            return Err(FindError::Damaged);
        }
        let whole = Zeroizing::new([&self.seed[..], derived.as_slice(), &[1]].concat());
        let base: Zeroizing<[u8; 64]> = Zeroizing::new(Sha512::digest(&whole).into());
        let block_key = |index: u64| {
            Zeroizing::new(
                Sha512::new().chain_update(index.to_le_bytes()).chain_update(base.as_slice()).finalize().to_vec(),
            )
        };
        let signed = keyed(&block_key(u64::MAX))?.chain_update(head);
        signed.verify_slice(&input.array::<32>()?).map_err(|_| FindError::WrongPassword)?;
        let mut sealed = Vec::new();
        for index in 0_u64.. {
            let (mac, length) = (input.array::<32>()?, input.number()?);
            let block = input.take(length)?;
            let size = u32::try_from(length).map_err(|_| FindError::Damaged)?.to_le_bytes();
            let signed =
                keyed(&block_key(index))?.chain_update(index.to_le_bytes()).chain_update(size).chain_update(block);
            signed.verify_slice(&mac).map_err(|_| FindError::Damaged)?;
            if block.is_empty() {
                break;
            }
            sealed.extend_from_slice(block);
        }
        let inner = self.inflate(self.decipher(sealed, derived)?)?;
        // An inner header: kinds, lengths; the key of the stream over passwords is passed over.
        let mut rest = Input(&inner);
        loop {
            let kind = rest.array::<1>()?[0];
            let length = rest.number()?;
            rest.take(length)?;
            if kind == 0 {
                return Ok(Zeroizing::new(rest.0.to_vec()));
            }
        }
    }

    /// KDBX 3: what begins as the header says, in blocks with a hash each.
    fn open_3(&self, input: Input<'_>, derived: &Key) -> Result<Bytes, FindError> {
        // What deciphers to nonsense was deciphered with another key.
        let wrong = |error| if error == FindError::Damaged { FindError::WrongPassword } else { error };
        let opened = self.decipher(input.0.to_vec(), derived).map_err(wrong)?;
        let mut rest = Input(&opened);
        if self.begins.len() != 32 || rest.take(self.begins.len()).map_err(wrong)? != self.begins {
            return Err(FindError::WrongPassword);
        }
        let mut zipped = Zeroizing::new(Vec::new());
        loop {
            let (_index, hash, length) = (rest.number()?, rest.array::<32>()?, rest.number()?);
            let block = rest.take(length)?;
            if block.is_empty() {
                return self.inflate(zipped);
            }
            if hash.as_slice() != Sha256::digest(block).as_slice() {
                return Err(FindError::Damaged);
            }
            zipped.extend_from_slice(block);
        }
    }

    fn decipher(&self, sealed: Vec<u8>, derived: &Key) -> Result<Bytes, FindError> {
        let mut key: Key = Zeroizing::new([0; 32]);
        key.copy_from_slice(&Sha256::new().chain_update(&self.seed).chain_update(derived.as_slice()).finalize());
        match &self.cipher[..] {
            cipher if cipher == AES => decrypt(&key, &self.iv, sealed),
            cipher if cipher == CHACHA => chacha(&key, &self.iv, sealed),
            _ => Err(FindError::OtherCipher),
        }
    }

    fn inflate(&self, zipped: Bytes) -> Result<Bytes, FindError> {
        if !self.zipped {
            return Ok(zipped);
        }
        let mut whole = Zeroizing::new(Vec::new());
        let mut within = flate2::read::GzDecoder::new(&zipped[..]).take(limits::INFLATED_BYTES + 1);
        within.read_to_end(&mut whole).map_err(|_| FindError::Damaged)?;
        if whole.len() as u64 > limits::INFLATED_BYTES { Err(FindError::Bomb) } else { Ok(whole) }
    }
}

impl Derivation {
    /// A dictionary of typed values (KDBX 4), of which only those of the known ways are looked at.
    fn read(mut input: Input<'_>) -> Result<Self, FindError> {
        let mut known: std::collections::BTreeMap<Vec<u8>, Vec<u8>> = std::collections::BTreeMap::new();
        input.take(2)?;
        while input.array::<1>()?[0] != 0 {
            let length = input.number()?;
            let name = input.take(length)?.to_vec();
            let length = input.number()?;
            known.insert(name, input.take(length)?.to_vec());
        }
        let bytes = |name: &str| known.get(name.as_bytes()).map(Vec::as_slice).ok_or(FindError::Damaged);
        let number = |name: &str| {
            let mut wide = [0; 8];
            let bytes = bytes(name)?;
            wide.get_mut(..bytes.len()).ok_or(FindError::Damaged)?.copy_from_slice(bytes);
            Ok::<u64, FindError>(u64::from_le_bytes(wide))
        };
        let small = |name: &str| u32::try_from(number(name)?).map_err(|_| FindError::TooMuchWork);
        let algorithm = match bytes("$UUID")? {
            id if id == KDF_AES_3 || id == KDF_AES_4 => {
                let seed = bytes("S")?.try_into().map_err(|_| FindError::Damaged)?;
                return Ok(Self::Aes { seed, rounds: number("R")? });
            }
            id if id == KDF_ARGON2D => argon2::Algorithm::Argon2d,
            id if id == KDF_ARGON2ID => argon2::Algorithm::Argon2id,
            _ => return Err(FindError::OtherCipher),
        };
        let cost = Argon2Cost { kib: number("M")? / 1024, rounds: small("I")?, lanes: small("P")? };
        Ok(Self::Argon2 { algorithm, version: small("V")?, salt: bytes("S")?.to_vec(), cost })
    }

    fn derive(&self, composite: &[u8]) -> Result<Key, FindError> {
        match self {
            Self::Aes { rounds, .. } if *rounds > limits::AES_ROUNDS => Err(FindError::TooMuchWork),
            Self::Aes { seed, rounds } => {
                let cipher = Aes256::new(&Array::from(*seed));
                let mut halves = Zeroizing::new([0_u8; 32]);
                halves.copy_from_slice(composite.get(..32).ok_or(FindError::Damaged)?);
                let (first, second) = halves.split_at_mut(16);
                let read = |half: &[u8]| <[u8; 16]>::try_from(half).map_err(|_| FindError::Damaged);
                let mut blocks = [Array::from(read(first)?), Array::from(read(second)?)];
                (0..*rounds).for_each(|_| cipher.encrypt_blocks(&mut blocks));
                first.copy_from_slice(blocks[0].as_slice());
                second.copy_from_slice(blocks[1].as_slice());
                let mut key = Zeroizing::new([0; 32]);
                key.copy_from_slice(&Sha256::digest(halves.as_slice()));
                Ok(key)
            }
            Self::Argon2 { algorithm, version, salt, cost } => {
                let version = if *version == 0x10 { argon2::Version::V0x10 } else { argon2::Version::V0x13 };
                cost.derive(*algorithm, version, composite, salt)
            }
        }
    }
}

fn chacha(key: &[u8; 32], iv: &[u8], sealed: Vec<u8>) -> Result<Bytes, FindError> {
    let mut cipher = ChaCha20::new_from_slices(key, iv).map_err(|_| FindError::Damaged)?;
    let mut opened = Zeroizing::new(sealed);
    cipher.apply_keystream(&mut opened);
    Ok(opened)
}

/// Titles, addresses and names of the entries; earlier states of them, and what is enciphered once more, are passed over.
fn entries(text: &str) -> Result<Vec<Login>, FindError> {
    let mut found = Vec::new();
    let (mut key, mut hidden) = (String::new(), false);
    let (mut title, mut address, mut user) = (String::new(), String::new(), String::new());
    walk(text, "Protected", |path, part| {
        if within(path, "History") || !within(path, "Entry") {
            return;
        }
        match part {
            Part::Open(_) if ends(path, &["Entry"]) => {
                [&mut title, &mut address, &mut user].into_iter().for_each(String::clear);
            }
            Part::Open(protected) if ends(path, &["String", "Value"]) => {
                hidden = protected.is_some_and(|value| value.eq_ignore_ascii_case("true"));
            }
            Part::Text(text) if ends(path, &["String", "Key"]) => text.clone_into(&mut key),
            Part::Text(text) if ends(path, &["String", "Value"]) && !hidden => match key.as_str() {
                "Title" => text.clone_into(&mut title),
                "URL" => text.clone_into(&mut address),
                "UserName" => text.clone_into(&mut user),
                _ => {}
            },
            Part::Close if ends(path, &["Entry"]) && found.len() < limits::LOGINS => {
                found.extend(Login::of(&address, &title, &user));
            }
            _ => {}
        }
    })?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Files that PyKeePass wrote (the older one by the format's description), under this password, with these three entries.
    const FILES: [&[u8]; 3] = [
        include_bytes!("../../tests/files/argon2d-aes.kdbx"),
        include_bytes!("../../tests/files/argon2id-chacha.kdbx"),
        include_bytes!("../../tests/files/aes-3.kdbx"),
    ];
    const PASSWORD: &str = "open sesame";

    #[test]
    fn files_of_every_kind_give_addresses_and_names_and_no_password() {
        for file in FILES {
            let found = read(file, Some(PASSWORD)).expect("a file");
            assert_eq!(found[0].domain.as_str(), "example.org");
            assert_eq!((found[0].title.as_deref(), found[0].user.as_deref()), (Some("Zorg & Zeker"), Some("anna")));
            assert!(
                found.iter().skip(1).all(|login| login.guess && login.user.as_deref() == Some("anna2")),
                "{found:?}"
            );
            assert_eq!(read(file, None), Err(FindError::NeedsPassword));
            assert_eq!(read(file, Some("open sesam")), Err(FindError::WrongPassword));
        }
    }

    #[test]
    fn a_file_that_asks_for_3_gib_is_refused_before_anything_is_derived() {
        let mut file = FILES[0].to_vec();
        let at = file.windows(5).position(|part| part == [1, 0, 0, 0, b'M']).expect("the memory") + 5 + 4;
        file[at..at + 8].copy_from_slice(&(3_u64 << 30).to_le_bytes());
        assert_eq!(read(&file, Some(PASSWORD)), Err(FindError::TooMuchWork));
        let at = file.windows(5).position(|part| part == [1, 0, 0, 0, b'I']).expect("the passes") + 5 + 4;
        file[at..at + 8].copy_from_slice(&u64::MAX.to_le_bytes());
        assert_eq!(read(&file, Some(PASSWORD)), Err(FindError::TooMuchWork));
        let mut older = FILES[2].to_vec();
        let at = older.windows(3).position(|part| part == [6, 8, 0]).expect("the rounds") + 3;
        older[at..at + 8].copy_from_slice(&u64::MAX.to_le_bytes());
        assert_eq!(read(&older, Some(PASSWORD)), Err(FindError::TooMuchWork));
    }

    #[test]
    fn a_torn_or_flipped_file_is_an_error_wherever_it_is() {
        for file in FILES {
            for length in 0..file.len() {
                assert!(read(&file[..length], None).is_err());
            }
            // Where the header ends, keys are derived: a few places are enough.
            for place in (200..file.len()).step_by(97) {
                let mut flipped = file.to_vec();
                flipped[place] ^= 1;
                // The older form has no word on the hash of its header.
                let read = read(&flipped, Some(PASSWORD));
                assert!(read.is_err() || file == FILES[2], "{place}: {read:?}");
            }
        }
    }
}
