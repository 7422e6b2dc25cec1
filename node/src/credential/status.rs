//! Lists that say which credentials were withdrawn (draft-ietf-oauth-status-list: Token Status List, the JWT form). In: the
//! `status` of a credential, a list as a server gave it. Out: where the credential stands in which list, and what the list
//! says there.

use data_encoding::BASE64URL_NOPAD;
use regie_protocol::Timestamp;
use serde_json::{Map, Value};

use super::{
    Doubt, SKEW_S,
    anchor::Anchor,
    jose::{Jws, date},
    seconds,
};

/// Largest list as it travels, in bytes.
pub const LIST_TOKEN_BYTES: usize = 1024 * 1024;
/// Largest list when it is inflated, in bytes: eight million credentials of one bit.
const LIST_BYTES: usize = 1024 * 1024;
/// Longest address of a list, in bytes.
const ADDRESS_BYTES: usize = 1024;
/// How long a list is believed that says nothing of it, in seconds; and how long at least and at most where it does.
const USUAL_S: i64 = 3_600;
const SHORTEST_S: i64 = 300;
const LONGEST_S: i64 = 86_400;

/// Where a credential stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The address of the list.
    pub list: String,
    index: usize,
}

impl Entry {
    /// What a credential says of it. None where it can't be withdrawn.
    pub(super) fn of(claims: &Map<String, Value>) -> Result<Option<Self>, Doubt> {
        let Some(status) = claims.get("status") else { return Ok(None) };
        // A status of a kind that is not known here may well say that it was withdrawn.
        let entry = status.get("status_list").ok_or(Doubt::StatusUnknown)?;
        let index = entry.get("idx").and_then(Value::as_u64).and_then(|index| usize::try_from(index).ok());
        let list = entry.get("uri").and_then(Value::as_str).filter(|list| list.len() <= ADDRESS_BYTES);
        let (Some(index), Some(list)) = (index, list) else { return Err(Doubt::Malformed) };
        Ok(Some(Self { list: list.to_owned(), index }))
    }
}

/// A list, and until when it is believed.
pub struct StatusList {
    bits: usize,
    bytes: Vec<u8>,
    refresh: i64,
    until: i64,
}

impl StatusList {
    /// Reads the list of an address, signed under what the issuer's signatures are checked with.
    ///
    /// # Errors
    /// [`Doubt`].
    pub fn read(text: &str, address: &str, anchor: &Anchor, now: Timestamp) -> Result<Self, Doubt> {
        let token = Jws::read(text.trim(), &["statuslist+jwt"])?;
        anchor.signer(&token, now)?;
        let now = seconds(now);
        let issued = token.time("iat")?.ok_or(Doubt::Malformed)?;
        let end = token.time("exp")?;
        if token.text("sub") != Some(address) || issued > now.saturating_add(SKEW_S) {
            return Err(Doubt::Malformed);
        }
        if end.is_some_and(|end| end <= now) {
            return Err(Doubt::OutOfTime);
        }
        let lasts = date(&token.claims, "ttl")?.unwrap_or(USUAL_S).clamp(SHORTEST_S, LONGEST_S);
        let until = now.saturating_add(lasts).min(end.unwrap_or(i64::MAX));
        let list = token.claims.get("status_list").ok_or(Doubt::Malformed)?;
        let bits = list.get("bits").and_then(Value::as_u64).filter(|bits| [1, 2, 4, 8].contains(bits));
        let packed =
            list.get("lst").and_then(Value::as_str).and_then(|text| BASE64URL_NOPAD.decode(text.as_bytes()).ok());
        let (Some(bits), Some(packed)) = (bits.and_then(|bits| usize::try_from(bits).ok()), packed) else {
            return Err(Doubt::Malformed);
        };
        let bytes = miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(&packed, LIST_BYTES);
        let bytes = bytes.map_err(|_| Doubt::Malformed)?;
        Ok(Self { bits, bytes, refresh: until.saturating_sub(lasts / 4), until })
    }

    /// When it is time for the next one.
    #[must_use]
    pub fn refresh_at(&self) -> Timestamp {
        Timestamp(u64::try_from(self.refresh).unwrap_or(0).saturating_mul(1_000))
    }

    /// Does the credential stand?
    ///
    /// # Errors
    /// [`Doubt::Withdrawn`], or [`Doubt::StatusUnknown`] where the list says nothing of it or is too old.
    pub fn stands(&self, entry: &Entry, now: Timestamp) -> Result<(), Doubt> {
        if seconds(now) >= self.until {
            return Err(Doubt::StatusUnknown);
        }
        match self.at(entry.index) {
            Some(0) => Ok(()),
            Some(_) => Err(Doubt::Withdrawn),
            None => Err(Doubt::StatusUnknown),
        }
    }

    /// The lowest bits of a byte are the first (section 4 of the draft).
    fn at(&self, index: usize) -> Option<u8> {
        let bit = index.checked_mul(self.bits)?;
        let mask = u8::MAX >> (8 - self.bits);
        Some((self.bytes.get(bit / 8)? >> (bit % 8)) & mask)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(bits: usize, packed: &str) -> StatusList {
        let packed = BASE64URL_NOPAD.decode(packed.as_bytes()).expect("base 64");
        let bytes = miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(&packed, LIST_BYTES).expect("inflated");
        StatusList { bits, bytes, refresh: 0, until: i64::MAX }
    }

    /// The examples of the draft, sections 4.1 and 4.2.
    #[test]
    fn the_drafts_own_lists_are_read_as_it_says() {
        let one = list(1, "eNrbuRgAAhcBXQ");
        let expected = [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1];
        assert_eq!((0..16).map(|index| one.at(index)).collect::<Vec<_>>(), expected.map(Some));
        assert_eq!(one.at(16), None);
        let two = list(2, "eNo76fITAAPfAgc");
        let expected = [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3];
        assert_eq!((0..12).map(|index| two.at(index)).collect::<Vec<_>>(), expected.map(Some));
        assert_eq!(two.at(usize::MAX), None);
    }
}
