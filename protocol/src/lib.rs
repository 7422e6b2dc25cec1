//! The pure core of regie: a person's data, asked for by companies and answered under the person's own terms.
//!
//! Who this is for: whoever writes a node of a person or a companion of a company, with another transport or another
//! store; whoever checks what one of them signed; whoever simulates markets of them. Who only wants to run one takes
//! the binary `regie`.
//!
//! | if you … | then begin with |
//! |---|---|
//! | answer for a person | [`Person`], [`Policy`] |
//! | ask for a company | [`Supplier`] |
//! | check a grant, or hand one on | [`VerifiedGrant`], [`Signed`] |
//! | run a board where intents meet offers | [`Board`] |
//! | add up answers for others, and see none | [`tally`] |
//! | read or write the bytes | [`wire`], [`message`], [`limits`] |
//! | know when a contract can be ended | [`Contract`], [`calendar`] |
//! | cosign heads of logs, or check who did | [`checkpoint`], [`note`] |
//! | show an error to people | [`Coded`]: there is a code for each, and no words for people in this crate |
//!
//! In: values (frames, owner's actions, the time, random bytes). Out: values (verified objects, decisions,
//! what follows, in order). Nothing here reads a clock, a file, a socket or the operating system's randomness; the node and
//! the simulator drive the same code. `docs/architecture.md` shows the rooms.
//!
//! # Two machines
//!
//! Two types matter: [`Person`], the machine of a person's node, and [`Supplier`], that of a company's
//! companion. Each takes one input at a time, and has a host carry out what follows, in the order of its calls. The
//! host
//!
//! 1. makes what it is given to persist durable before anything that was said after it is visible to anybody,
//! 2. gives the values that may leave, or says that one can't be read (the person's alone; a company's machine has none
//!    to give),
//! 3. replies to the frame in hand, and sends what waits in an outbox.
//!
//! The person's has one way in, [`Person::handle`]: an input, the time, and a [`person::Host`]. The company's has a
//! function for each thing that it can be told, and gives [`supplier::Effects`] beside the value of it. Nobody can look
//! into them: they are handed to a [`supplier::Host`] whole ([`supplier::Effects::carry_out`]). A [`Board`], which a
//! companion may be as well, does the same with [`board::Effects`] and a [`board::Host`].
//!
//! A machine that was lost is had again by its records, in their order ([`Person::restore`]).
//!
//! # What grows
//!
//! Codes of refusals and errors, purposes, agreements, collections and kinds of log entries are `#[non_exhaustive]`: a
//! later version adds some. Records, predicates and provenances are not, and a host has to say what it does with each
//! call that is no hint: who stores records or shows what a predicate asks must not overlook a new one, so such a version does not compile there.
//!
//! # Randomness
//!
//! All of it comes in as [`Entropy`], 32 bytes for an input. The crate builds for WebAssembly without an operating
//! system; `getrandom`, which two dependencies link and nothing calls, must then be told that there is no source:
//! `--cfg getrandom_backend="unsupported"` in the target's RUSTFLAGS.
//!
//! ```
//! use std::collections::{BTreeMap, BTreeSet};
//!
//! use regie_protocol::{
//!     Access, Agreement, Days, Entropy, FieldPath, KeyHistory, Keypair, Observed, Person, Policy, Profile,
//!     Provenance, PublicKey, Purpose, RootSeed, Supplier, Timestamp,
//!     decision::Release,
//!     departure::Departure,
//!     message::{PersonReply, SupplierReply, ToSupplier},
//!     person::{Host, Input, Record, Unreadable},
//!     supplier::{self, Ask, Invite},
//! };
//!
//! /// What a node has: a disk, values, a line to the supplier.
//! #[derive(Default)]
//! struct Node {
//!     disk: Vec<Record>,
//!     values: BTreeMap<FieldPath, Observed>,
//!     answer: Option<PersonReply>,
//!     drawn: u8,
//! }
//!
//! impl Host for Node {
//!     // A real host asks the operating system.
//!     fn entropy(&mut self) -> Entropy {
//!         self.drawn += 1;
//!         Entropy::new([self.drawn; 32])
//!     }
//!     fn persist(&mut self, record: Record) {
//!         self.disk.push(record);
//!     }
//!     fn readable(&mut self, _: FieldPath) -> Result<(), Unreadable> {
//!         Ok(())
//!     }
//!     fn value(&mut self, _: &PublicKey, release: &Release) -> Result<Option<Observed>, Unreadable> {
//!         Ok(self.values.get(&release.field()).cloned())
//!     }
//!     fn reply(&mut self, reply: Departure<PersonReply>) {
//!         self.answer = Some(reply.into_inner());
//!     }
//!     fn unreadable(&mut self, _: &PublicKey, _: &BTreeSet<FieldPath>) {}
//! }
//!
//! /// What a companion has: a disk, and lines to persons.
//! #[derive(Default)]
//! struct Companion {
//!     disk: Vec<supplier::Record>,
//!     answer: Option<SupplierReply>,
//! }
//!
//! impl supplier::Host for Companion {
//!     fn persist(&mut self, record: supplier::Record) {
//!         self.disk.push(record);
//!     }
//!     fn reply(&mut self, reply: Departure<SupplierReply>) {
//!         self.answer = Some(reply.into_inner());
//!     }
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // Time and randomness come from outside. Here they stand still.
//! let now = Timestamp(1_800_000_000_000);
//! let mut entropy = Entropy::new([7; 32]);
//!
//! // A company, with what it says of itself.
//! let mut shop = Supplier::new(Keypair::from_secret(&[2; 32]));
//! let mut companion = Companion::default();
//! let key = shop.key().public();
//! let described = shop.set_profile(Profile {
//!     supplier: key,
//!     name: "De Winkel BV".into(),
//!     sector: "retail".into(),
//!     domain: String::new(),
//!     contact: "vraag@winkel.example".into(),
//!     wishes: Vec::new(),
//!     agreements: BTreeSet::from([Agreement::SdBase]),
//!     addresses: vec!["/dns/winkel.example/tcp/7481".into()],
//!     keys: KeyHistory::default(),
//!     board: false,
//!     issued: now,
//! })?;
//! described.carry_out(&mut companion);
//! let (invitation, made) =
//!     shop.invite(Invite { uses: Some(1), expires: now.plus_days(Days(14)), made: now, test: false }, &mut entropy);
//! made.carry_out(&mut companion);
//!
//! // A person with defaults. The company knows them by a key that is made for it alone.
//! let mut anna = Person::new(RootSeed::from_entropy([1; 32]), Policy::preset("balanced").ok_or("a preset")?);
//! let pairing = anna.proffer(&key, invitation.id, Agreement::SdBase, None, now)?;
//! let known_as = anna.pairing_key(&key).public();
//! let profile = shop.signed_profile().ok_or("a profile")?.clone();
//! shop.message(&known_as, ToSupplier::Pair(pairing.clone()), now).carry_out(&mut companion);
//! let Some(SupplierReply::Paired(acceptance)) = companion.answer.take() else {
//!     return Err("not paired".into());
//! };
//! let mut node = Node::default();
//! anna.handle(Input::Paired(&key, profile, acceptance, &pairing), now, &mut node)?;
//! // The person got the link from the company itself; else defaults would answer nothing, and ask.
//! anna.handle(Input::Vouch(&key, true), now, &mut node)?;
//!
//! // The company asks; it waits in the outbox until the person's node is there.
//! let ask = Ask {
//!     person: known_as,
//!     fields: BTreeSet::from(["name.full".parse()?, "income.annual".parse()?]),
//!     purpose: Purpose::DeliveryOfGoods,
//!     reason: "to bring your parcel".into(),
//!     access: Access::ReadOnce,
//!     duration: Days(7),
//!     retention: Days(30),
//!     delegations: 0,
//! };
//! let (_, queued) = shop.ask(ask, now, &mut entropy)?;
//! queued.carry_out(&mut companion);
//! let (parcel, request) = shop.to_send(&known_as, now)?.pop().ok_or("a request")?;
//!
//! // The person's machine decides: a default gives the name, the income waits for Anna's word. The values come from
//! // the host; the machine holds none.
//! let name = Observed { value: "Anna Bakker".parse()?, provenance: Provenance::Typed, observed: now };
//! node.values.insert("name.full".parse()?, name);
//! anna.handle(Input::Message(&key, request), now, &mut node)?;
//! let answer = node.answer.take();
//! let (acknowledgement, taken_in) = shop.replied(&known_as, &parcel, answer.ok_or("an answer")?, now);
//! let before = companion.disk.len();
//! taken_in.carry_out(&mut companion);
//! assert!(companion.disk.len() > before && acknowledgement.is_some());
//!
//! let customer = shop.customer(&known_as).ok_or("a customer")?;
//! assert_eq!(customer.held().keys().map(ToString::to_string).collect::<Vec<_>>(), ["name.full"]);
//! let relationship = anna.relationship(&key).ok_or("a relationship")?;
//! assert_eq!(relationship.waiting().count(), 1, "the income");
//! # Ok(())
//! # }
//! ```

pub mod act;
mod agreement;
mod attestation;
pub mod audit;
pub mod board;
pub mod calendar;
pub mod catalogue;
pub mod checkpoint;
pub mod clock;
mod coded;
pub mod contract;
mod currency;
pub mod decision;
pub mod departure;
pub mod disclosure;
mod entropy;
mod field;
mod grant;
mod identity;
pub mod intent;
mod item;
pub mod limits;
pub mod lookalike;
pub mod merkle;
pub mod message;
pub mod note;
pub mod person;
pub mod policy;
pub mod prio3;
mod profile;
mod purpose;
pub mod rate;
pub mod reach;
mod receipt;
mod refusal;
mod renewal;
mod request;
pub mod resumption;
mod revocation;
mod rotation;
#[cfg(feature = "schema")]
mod schema;
pub mod scheme;
mod sealed;
pub mod segment;
mod signed;
pub mod standing;
pub mod suggestion;
pub mod supplier;
pub mod tally;
pub mod text;
mod time;
mod underway;
pub mod wire;

pub use person::Person;
pub use supplier::Supplier;

pub use agreement::{Agreement, AgreementTerms, UnknownAgreement};
pub use attestation::{Attestation, AttestationError, Issuer, Presentation};
pub use board::Board;
pub use coded::{Coded, Parameter};
pub use contract::Contract;
pub use entropy::Entropy;
pub use field::{
    AskedPath, Called, Codes, Country, FieldError, FieldInfo, FieldKind, FieldPath, LANGUAGES, Observed, Provenance,
    Selector, Unfit, VOCABULARY, Value, Words, expand, several,
};
pub use grant::{Access, Bounds, Chain, Delegation, Grant, GrantState, LiveGrant, Scope, Used, VerifiedGrant};
pub use identity::{IdentityError, Keypair, Nonce, PublicKey, RootSeed, Signature, check_words};
pub use item::{Collection, Content, Correction, Document, Item, LargeDocument, UnknownCollection};
pub use policy::Policy;
pub use profile::{Acceptance, Agreed, Alternative, BadLink, Invitation, Pairing, Profile, Wish};
pub use purpose::{Purpose, UnknownPurpose};
pub use receipt::{Acknowledgement, ErasureReceipt};
pub use refusal::{Refusal, UnknownCode};
pub use renewal::Renewal;
pub use request::DataRequest;
pub use revocation::{Revocation, Revoked};
pub use rotation::{KeyHistory, Lineage, Names, NextKey, Rotation};
pub use signed::{Object, ObjectId, Signed, SignedError, Verified};
pub use time::{DAY_MS, Days, HOUR_MS, MINUTE_MS, Now, Timestamp};
