//! The only code that turns values into bytes and back: strict DAG-CBOR.
//!
//! In: values, or bytes from anywhere. Out: the one canonical encoding, or a typed error. Unsorted or
//! duplicate keys, long-form integers, indefinite lengths and trailing bytes are refused
//! (<https://ipld.io/specs/codecs/dag-cbor/spec/>), and unknown keys are refused by every type's
//! `deny_unknown_fields`.
//!
//! ```
//! use regie_protocol::{
//!     Days,
//!     wire::{self, WireError},
//! };
//!
//! let bytes = wire::encode(&Days(30)).unwrap();
//! assert_eq!(bytes, [0x18, 30]);
//! assert_eq!(wire::decode::<Days>(&bytes, 16), Ok(Days(30)));
//! // The same number written longer, and anything behind it, is refused.
//! assert_eq!(wire::decode::<Days>(&[0x19, 0, 30], 16), Err(WireError::Malformed));
//! assert_eq!(wire::decode::<Days>(&[0x18, 30, 0], 16), Err(WireError::Malformed));
//! ```

use serde::{Serialize, de::DeserializeOwned};

use crate::coded::coded;

/// Why bytes are not a value of the wanted type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WireError {
    /// Longer than the bound for this place; the numbers are bytes.
    #[error("{got} bytes, where at most {limit} are taken")]
    TooLarge {
        /// What came.
        got: usize,
        /// What is taken.
        limit: usize,
    },
    /// Not DAG-CBOR of this type, or not in its canonical form.
    #[error("not canonical DAG-CBOR of the expected shape")]
    Malformed,
    /// A value of ours that DAG-CBOR can't hold. Never caused by a peer.
    #[error("this value has no DAG-CBOR form")]
    Unencodable,
}

coded! {
    WireError, "wire";
    Self::TooLarge { got, limit } => "too_large" ("got": *got, "most": *limit);
    Self::Malformed => "malformed";
    Self::Unencodable => "unencodable";
}

/// The canonical bytes of a value.
///
/// # Errors
/// [`WireError::Unencodable`] for a value that DAG-CBOR has no form for.
pub fn encode<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, WireError> {
    serde_ipld_dagcbor::to_vec(value).map_err(|_| WireError::Unencodable)
}

/// Takes bytes as long as they are the wanted ones, and keeps none.
struct Same<'a>(&'a [u8]);

impl std::io::Write for Same<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 = self.0.strip_prefix(bytes).ok_or(std::io::ErrorKind::InvalidData)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The value that exactly these bytes encode.
///
/// Beside the decoder's own strictness the value is encoded again and compared, so that two byte strings can
/// never mean the same value: an option written as null, say, has only one spelling.
///
/// # Errors
/// [`WireError::TooLarge`] above `limit` bytes, [`WireError::Malformed`] for anything but the canonical form.
pub fn decode<T: DeserializeOwned + Serialize>(bytes: &[u8], limit: usize) -> Result<T, WireError> {
    if bytes.len() > limit {
        return Err(WireError::TooLarge { got: bytes.len(), limit });
    }
    let value: T = serde_ipld_dagcbor::from_slice(bytes).map_err(|_| WireError::Malformed)?;
    // Compared while it is written, so that no second copy of the bytes is made.
    let mut rest = Same(bytes);
    match serde_ipld_dagcbor::to_writer(&mut rest, &value) {
        Ok(()) if rest.0.is_empty() => Ok(value),
        _ => Err(WireError::Malformed),
    }
}

/// The value that these bytes encode as far as its type knows it: where the type passes over fields that it does not know, a later
/// version may have written some. Only for bytes that their keeper sealed itself, since several may mean one value; what others send
/// is decoded by [`decode`].
///
/// # Errors
/// As [`decode`], but for fields that the type passes over.
pub fn decode_kept<T: DeserializeOwned>(bytes: &[u8], limit: usize) -> Result<T, WireError> {
    if bytes.len() > limit {
        return Err(WireError::TooLarge { got: bytes.len(), limit });
    }
    serde_ipld_dagcbor::from_slice(bytes).map_err(|_| WireError::Malformed)
}

/// Declares a fixed-length byte string: bytes on the wire, lower-case hex for people and JSON.
macro_rules! fixed_bytes {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $len]);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::wire::WireError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                data_encoding::HEXLOWER
                    .decode(text.as_bytes())
                    .ok()
                    .and_then(|bytes| bytes.try_into().ok())
                    .map(Self)
                    .ok_or($crate::wire::WireError::Malformed)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                if s.is_human_readable() { s.collect_str(self) } else { s.serialize_bytes(&self.0) }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                use serde::de::Error as _;
                if d.is_human_readable() {
                    let text = String::deserialize(d)?;
                    text.parse().map_err(D::Error::custom)
                } else {
                    let bytes = serde_bytes::ByteBuf::deserialize(d)?;
                    bytes.into_vec().try_into().map(Self).map_err(|_| D::Error::custom("wrong length"))
                }
            }
        }
    };
}
pub(crate) use fixed_bytes;

/// Declares serde by `Display` and `FromStr`: a string on the wire and in JSON alike.
macro_rules! as_text {
    ($name:ident) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = String::deserialize(d)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use as_text;

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Pair {
        a: u64,
        bb: Option<u64>,
    }

    #[test]
    fn only_the_canonical_form_is_taken() {
        let good = encode(&Pair { a: 1, bb: None }).expect("encodes");
        assert_eq!(decode::<Pair>(&good, 99), Ok(Pair { a: 1, bb: None }));
        let bad: [(&str, &[u8]); 6] = [
            ("unsorted keys", b"\xa2\x62bb\xf6\x61a\x01"),
            ("duplicate keys", b"\xa3\x61a\x01\x61a\x01\x62bb\xf6"),
            ("long integer", b"\xa2\x61a\x18\x01\x62bb\xf6"),
            ("indefinite map", b"\xbf\x61a\x01\x62bb\xf6\xff"),
            ("trailing byte", b"\xa2\x61a\x01\x62bb\xf6\x00"),
            ("absent option", b"\xa1\x61a\x01"),
        ];
        for (what, bytes) in bad {
            assert_eq!(decode::<Pair>(bytes, 99), Err(WireError::Malformed), "{what}");
        }
        assert_eq!(decode::<Pair>(&good, 3), Err(WireError::TooLarge { got: good.len(), limit: 3 }));
    }
}
