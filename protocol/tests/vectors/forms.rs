//! The cases that every signed object shares: form, tag, signature, size. In: a sound object, and how a case of
//! its kind is put together. Out: cases. Each has one fault, and is signed over the faulty bytes unless the
//! signature is the fault.

use regie_protocol::{Keypair, Nonce, Object, Signature, limits};

use crate::{
    fixtures::{
        cbor::{Cbor, bytes, head, text},
        cid, sign, sign_raw, stranger, tree,
    },
    format::{Bytes, Case, SignedHex, hex},
};

/// A sound object and what may be changed in it.
pub struct Sample<'a> {
    /// `[tag, value]`.
    pub tree: Cbor,
    pub key: &'a Keypair,
    /// The path of the signer's key in the value.
    pub signer: &'static str,
    /// The path of a time in the value.
    pub time: &'static str,
    /// Another sound value for each part of the value.
    pub tampers: Vec<(&'static str, Cbor)>,
    /// Puts a signed object into a case of its situation.
    pub case: &'a dyn Fn(SignedHex) -> Case,
}

/// The order of the ed25519 group, little-endian (RFC 8032 section 5.1).
pub const L: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// A map's entries, in the order they are written.
type Entries = Vec<(Cbor, Cbor)>;

/// Signs a tree's bytes.
pub fn signed(tree: &Cbor, key: &Keypair) -> SignedHex {
    signed_bytes(&tree.write(), key)
}

/// Signs a value of the library's.
pub fn signed_value<T: Object>(value: &T, key: &Keypair) -> SignedHex {
    signed(&tree(value), key)
}

pub fn signed_bytes(body: &[u8], key: &Keypair) -> SignedHex {
    SignedHex { body: Bytes::of(body), signature: sign(key, body).to_string() }
}

/// Sets name, words and outcome; an `ok` gets the id of the case's object.
pub fn named(mut case: Case, name: &str, about: &str, expect: &str) -> Case {
    (case.name, case.about, case.expect) = (name.into(), about.into(), expect.into());
    let last = case.chain.last().map(|signed| signed.body.bytes());
    case.id = (expect == "ok").then(|| cid(&last.unwrap_or_else(|| case.body.bytes())));
    case
}

impl Sample<'_> {
    /// The sound object itself, in its situation.
    pub fn sound(&self) -> SignedHex {
        signed(&self.tree, self.key)
    }

    /// Every shared case, the sound one first.
    pub fn cases(&self) -> Vec<Case> {
        let mut cases = vec![named((self.case)(self.sound()), "valid", "nothing is wrong", "ok")];
        self.tampered(&mut cases);
        self.signatures(&mut cases);
        self.keys(&mut cases);
        self.tags(&mut cases);
        self.encodings(&mut cases);
        self.integers(&mut cases);
        self.shapes(&mut cases);
        self.lengths(&mut cases);
        cases
    }

    fn value(&self, path: &str, value: Cbor) -> Cbor {
        self.tree.with(&format!("1/{path}"), value)
    }

    /// A case of the right signature over a changed body.
    fn resigned(&self, cases: &mut Vec<Case>, name: &str, about: &str, expect: &str, body: &[u8]) {
        cases.push(named((self.case)(signed_bytes(body, self.key)), name, about, expect));
    }

    fn malformed(&self, cases: &mut Vec<Case>, name: &str, about: &str, tree: &Cbor) {
        self.resigned(cases, name, about, "malformed", &tree.write());
    }

    fn tampered(&self, cases: &mut Vec<Case>) {
        let keys: Vec<String> = match self.tree.clone().at("1") {
            Cbor::Map(entries) => entries.iter().map(|(key, _)| format!("{key:?}")).collect(),
            other => panic!("{other:?} is not a map"),
        };
        for key in keys {
            let name = key.trim_start_matches("Text(\"").trim_end_matches("\")");
            let covered = self.tampers.iter().any(|(path, _)| path.split('/').next() == Some(name));
            assert!(covered, "no case tampers with {name}");
        }
        for (path, value) in &self.tampers {
            let changed = self.value(path, value.clone());
            assert_ne!(changed, self.tree, "{path} is not changed");
            let signed = SignedHex { body: Bytes::of(&changed.write()), ..self.sound() };
            let about = "the body was changed after it was signed; by itself it would be sound";
            cases.push(named((self.case)(signed), &format!("tampered {path}"), about, "bad_signature"));
        }
    }

    fn signatures(&self, cases: &mut Vec<Case>) {
        let body = self.tree.write();
        let Signature(good) = sign(self.key, &body);
        let mut add = |name: &str, about: &str, expect: &str, signature: Vec<u8>| {
            let signed = SignedHex { body: Bytes::of(&body), signature: hex(&signature) };
            cases.push(named((self.case)(signed), name, about, expect));
        };
        let changed = |at: usize| {
            let mut signature = good;
            signature[at] ^= 1;
            signature.to_vec()
        };
        add("tampered R", "one bit of R is turned", "bad_signature", changed(0));
        add("tampered S", "one bit of S is turned", "bad_signature", changed(32));
        add("malleable S", "S + L in place of S", "bad_signature", [&good[..32], &plus_l(&good[32..])].concat());
        add("high bit of S", "the highest bit of S is set", "bad_signature", {
            let mut signature = good.to_vec();
            signature[63] |= 0x80;
            signature
        });
        add("zero signature", "64 zero bytes", "bad_signature", vec![0; 64]);
        add("short signature", "63 bytes", "malformed", good[..63].to_vec());
        add("long signature", "65 bytes", "malformed", [&good[..], &[0]].concat());
        add("halves swapped", "S before R", "bad_signature", [&good[32..], &good[..32]].concat());
        let Signature(bare) = sign_raw(self.key, &body);
        add("no domain", "signed over the body without `regie signature 1\\0`", "bad_signature", bare.to_vec());
        let Signature(other) = sign_raw(self.key, &[b"regie signature 2\0", &body[..]].concat());
        add("other domain", "signed under `regie signature 2\\0`", "bad_signature", other.to_vec());
        let Signature(strange) = sign(&stranger(), &body);
        add("wrong signing key", "signed soundly, by another key than it names", "bad_signature", strange.to_vec());
    }

    fn keys(&self, cases: &mut Vec<Case>) {
        let mut identity = [0; 32];
        identity[0] = 1;
        let signature = Signature(std::array::from_fn(|i| u8::from(i == 0)));
        let mut add = |name: &str, about: &str, key: &[u8]| {
            let body = self.value(self.signer, bytes(key)).write();
            let signed = SignedHex { body: Bytes::of(&body), signature: signature.to_string() };
            cases.push(named((self.case)(signed), name, about, "malformed"));
        };
        let about = "the signer is the point of order 1, for which R = that point and S = 0 holds over any body";
        add("small-order signer", about, &identity);
        let mut spelled = [0xff; 32];
        (spelled[0], spelled[31]) = (0xee, 0x7f);
        add("non-canonical signer", "the same point, its y written as p + 1", &spelled);
        add("zero signer", "32 zero bytes, a point of order 4", &[0; 32]);
        add("short signer", "a key of 31 bytes", &identity[..31]);
    }

    fn tags(&self, cases: &mut Vec<Case>) {
        let own = match self.tree.clone().at("0") {
            Cbor::Text(tag) => tag.clone(),
            other => panic!("{other:?} is not a tag"),
        };
        let name = own.trim_end_matches("/1");
        let other = if name == "regie.grant" { "regie.revocation/1" } else { "regie.grant/1" };
        let faults = [
            ("wrong type tag", "signed under the tag of another object", other.to_owned(), "malformed"),
            ("unknown version", "version 2", format!("{name}/2"), "unknown_version"),
            ("version 10", "a longer version", format!("{name}/10"), "unknown_version"),
            ("version 01", "the version in another spelling", format!("{name}/01"), "unknown_version"),
            ("missing version", "the tag ends before the slash", name.to_owned(), "malformed"),
            ("tag in capitals", "the tag in another case", own.to_uppercase(), "malformed"),
            ("empty tag", "no tag", String::new(), "malformed"),
        ];
        for (name, about, tag, expect) in faults {
            self.resigned(cases, name, about, expect, &self.tree.with("0", text(&tag)).write());
        }
        self.malformed(cases, "tag as bytes", "a byte string for a tag", &self.tree.with("0", bytes(own.as_bytes())));
        let mut broken = head(3, own.len() as u64);
        broken.extend(own.bytes().map(|byte| if byte == b'.' { 0xff } else { byte }));
        self.malformed(cases, "tag not UTF-8", "0xff in the tag", &self.tree.with("0", Cbor::Raw(broken)));
        let long = [&[0x78, u8::try_from(own.len()).expect("short")], own.as_bytes()].concat();
        self.malformed(cases, "long tag head", "the tag's length in two bytes", &self.tree.with("0", Cbor::Raw(long)));
    }

    fn encodings(&self, cases: &mut Vec<Case>) {
        let mut add = |name: &str, about: &str, tree: Cbor| self.malformed(cases, name, about, &tree);
        let map = |change: &dyn Fn(&mut Entries)| {
            let mut tree = self.tree.clone();
            change(tree.at("1").entries());
            tree
        };
        add("unsorted keys", "the first two keys change places", map(&|entries| entries.swap(0, 1)));
        add("duplicate key", "the first key stands twice", map(&|entries| entries.insert(1, entries[0].clone())));
        let entries = map(&|_| {}).at("1").entries().clone();
        let inside: Vec<u8> = entries.iter().flat_map(|(key, value)| [key.write(), value.write()].concat()).collect();
        let count = u8::try_from(entries.len()).expect("few");
        let raw = |start: &[u8], end: &[u8]| Cbor::Raw([start, &inside, end].concat());
        add("long map head", "the map's count in two bytes", self.tree.with("1", raw(&[0xb8, count], &[])));
        add("indefinite map", "a map without a count", self.tree.with("1", raw(&[0xbf], &[0xff])));
        let body = self.tree.write();
        add("indefinite array", "an array without a count", Cbor::Raw([&[0x9f], &body[1..], &[0xff]].concat()));
        add("trailing byte", "one zero byte behind the value", Cbor::Raw([&body[..], &[0]].concat()));
        add("second value", "the whole body twice", Cbor::Raw([&body[..], &body[..]].concat()));
        let key = match self.tree.clone().at(&format!("1/{}", self.signer)) {
            Cbor::Bytes(key) => key.clone(),
            other => panic!("{other:?} is not a key"),
        };
        let chunks = [&[0x5f, 0x50], &key[..16], &[0x50], &key[16..], &[0xff]].concat();
        add("indefinite bytes", "the signer's key in two chunks", self.value(self.signer, Cbor::Raw(chunks)));
        let long = [&[0x59, 0, 32], &key[..]].concat();
        add("long bytes head", "the key's length in three bytes", self.value(self.signer, Cbor::Raw(long)));
        add("key as text", "the signer as its did:key", self.value(self.signer, text(&self.key.public().to_string())));
        let numbers = key.iter().map(|byte| Cbor::Uint(u64::from(*byte))).collect();
        add("key as array", "the signer's key as 32 integers", self.value(self.signer, Cbor::Array(numbers)));
    }

    fn integers(&self, cases: &mut Vec<Case>) {
        let faults: [(&str, &str, &[u8]); 9] = [
            ("long integer", "5 in two bytes", &[0x18, 5]),
            ("longest integer", "5 in nine bytes", &[0x1b, 0, 0, 0, 0, 0, 0, 0, 5]),
            ("float", "a time as the float 1.0", &[0xfb, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0]),
            ("half float", "a time as a half-precision float", &[0xf9, 0x3c, 0]),
            ("negative", "a time of -1", &[0x20]),
            ("bignum", "a time as a bignum", &[0xc2, 0x41, 5]),
            ("tagged", "a time under CBOR tag 1", &[0xc1, 5]),
            ("null", "a time of null", &[0xf6]),
            ("undefined", "a time of undefined", &[0xf7]),
        ];
        for (name, about, raw) in faults {
            self.malformed(cases, name, about, &self.value(self.time, Cbor::Raw(raw.to_vec())));
        }
    }

    fn shapes(&self, cases: &mut Vec<Case>) {
        let entries = self.tree.clone().at("1").entries().clone();
        let mut more = self.tree.clone();
        more.at("1").entries().push((text("zz"), Cbor::Bool(true)));
        more.at("1").sort_keys();
        self.malformed(cases, "unknown key", "one key more, in its place", &more);
        for (at, (key, _)) in entries.iter().enumerate() {
            let mut less = self.tree.clone();
            less.at("1").entries().remove(at);
            let Cbor::Text(key) = key else { panic!("{key:?} is not a name") };
            self.malformed(cases, &format!("missing {key}"), "one key less", &less);
        }
        let [tag, value] = [self.tree.clone().at("0").clone(), self.tree.clone().at("1").clone()];
        let three = Cbor::Array(vec![tag.clone(), value.clone(), Cbor::Null]);
        self.malformed(cases, "three parts", "an array of three", &three);
        self.malformed(cases, "tag alone", "an array of one", &Cbor::Array(vec![tag.clone()]));
        self.malformed(
            cases,
            "swapped parts",
            "the value before the tag",
            &Cbor::Array(vec![value.clone(), tag.clone()]),
        );
        self.malformed(cases, "no tag", "the value by itself", &value);
        self.malformed(cases, "map of parts", "tag and value as a map", &Cbor::Map(vec![(tag.clone(), value)]));
        let values = entries.into_iter().map(|(_, value)| value).collect();
        self.malformed(
            cases,
            "value as array",
            "the values without keys",
            &Cbor::Array(vec![tag, Cbor::Array(values)]),
        );
    }

    fn lengths(&self, cases: &mut Vec<Case>) {
        let body = self.tree.write();
        for length in [0, 1, 2, 16, body.len() / 4, body.len() / 2, body.len() * 3 / 4, body.len() - 1] {
            let (name, about) = (format!("truncated to {length}"), "cut there, and signed so");
            self.resigned(cases, &name, about, "malformed", &body[..length]);
        }
        let padded = [&body[..], &vec![0; limits::OBJECT_BYTES + 1 - body.len()]].concat();
        self.resigned(cases, "oversize", "zeros up to one byte above the bound", "malformed", &padded);
        let huge = self.value(self.signer, Cbor::Raw(head(2, u64::MAX)));
        self.malformed(cases, "length of 2^64 - 1", "a key that claims to fill the address space", &huge);
        let deep = self.value(self.signer, Cbor::Raw(vec![0x81; 10_000]));
        self.malformed(cases, "deep nesting", "10,000 arrays inside each other", &deep);
    }
}

fn plus_l(s: &[u8]) -> Vec<u8> {
    let mut carry = 0;
    let sum = s.iter().zip(L).map(|(a, b)| {
        let sum = u16::from(*a) + u16::from(b) + carry;
        carry = sum >> 8;
        u8::try_from(sum & 0xff).expect("a byte")
    });
    sum.collect()
}

/// A nonce as a tree.
pub fn nonce(byte: u8) -> Cbor {
    bytes(&Nonce([byte; 16]).0)
}
