//! How a person and a supplier come together: first a look, then the person's word, then the pairing.
//!
//! In: a pairing link, the owner's word. Out: who the supplier is, as it says itself, as its domain says and as others
//! that the person knows look; a relationship. Everything is said under the key made for this supplier.

use regie_protocol::{
    Acceptance, Agreement, Alternative, DAY_MS, Invitation, ObjectId, Pairing, Profile, PublicKey, Signed, Timestamp,
    check_words,
    departure::{self, Departure},
    message::{SupplierReply, ToSupplier},
    person::{Input, Introduction, Weighed},
    standing::Unread,
};
use tokio::sync::{mpsc, oneshot};
use zeroize::Zeroizing;

use super::{
    Node, NodeEvent, Who, found,
    verbs::{FoundAgain, KnownSupplier, LookAnswer, OtherTerms, PairAnswer, SeenSupplier, WishedFor},
};
use crate::{
    clock,
    command::{Failure, exit},
    conversation::{Unanswered, say},
    domain::Reader,
    driver::Turn,
    network::{Address, DialError, Endpoint, Way},
};

/// Looks at suppliers that are remembered; the oldest gives way. As many as there can be in one list of links.
const LOOKS: usize = super::many::LINKS;
/// How long what a domain's document said at a look holds for the pairing after it, in milliseconds.
const LOOK_MS: u64 = DAY_MS / 48;

/// What was read at a domain; none where the supplier names no domain.
type Read = Option<Result<Signed<Profile>, Unread>>;

/// What is to be proffered.
pub struct Proffer {
    /// The name of the relationship that will be.
    name: PublicKey,
    invitation: regie_protocol::Nonce,
    agreement: Agreement,
    /// The supplier's alternative that this takes up.
    alternative: Option<ObjectId>,
}

/// A supplier's other proposal.
pub struct Counter {
    supplier: PublicKey,
    pairing: Signed<Pairing>,
    answer: Signed<Alternative>,
}

/// Who says where a supplier is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LedBy {
    /// The person, who followed its link: wherever that leads.
    Person,
    /// A supplier, in an offer or of its processor: nowhere within a private network.
    Supplier,
}

impl LedBy {
    /// What the person entered of this invitation.
    fn entered(self, invitation: &Invitation) -> Vec<String> {
        if self == Self::Person { invitation.addresses.clone() } else { Vec::new() }
    }
}

/// What is needed to speak with a supplier that is not known yet.
pub struct Approach {
    /// The key to dial under.
    secret: Zeroizing<[u8; 32]>,
    /// How to get there.
    way: Way,
    reader: Reader,
}

/// What is needed to pair.
pub struct Proffered {
    approach: Approach,
    pairing: Signed<Pairing>,
    /// The look that the owner had before.
    seen: Option<Seen>,
}

/// A look that the owner had: what was shown, so that nothing else is paired with.
#[derive(Clone)]
pub struct Seen {
    profile: ObjectId,
    read: Read,
    at: Timestamp,
}

/// A supplier that was looked at.
pub struct Looked {
    invitation: Invitation,
    profile: Signed<Profile>,
    read: Read,
}

/// A supplier's answer to a pairing.
pub struct Answered {
    /// The name of the relationship that will be.
    name: PublicKey,
    profile: Signed<Profile>,
    acceptance: Signed<Acceptance>,
    pairing: Signed<Pairing>,
    read: Read,
    vouched: bool,
    /// Where the person said that it is.
    entered: Vec<String>,
}

/// Looks at the supplier of a link: its profile, what its domain says, whom it could be taken for. Nothing is paired. A
/// supplier that is known is found again by it.
///
/// # Errors
/// Where it can't be reached or shows no profile of its own.
pub(super) async fn look(
    invitation: Invitation,
    by: LedBy,
    events: mpsc::Sender<NodeEvent>,
) -> Result<LookAnswer, Failure> {
    let supplier = invitation.supplier;
    if let Some(known) = ask(&events, |answer| NodeEvent::Known(supplier, answer)).await? {
        let again = found::again(known, &addresses(&invitation)?, by.entered(&invitation), &events).await?;
        return Ok(LookAnswer::Again(Box::new(again)));
    }
    let approach = ask(&events, |answer| NodeEvent::Approach(supplier, answer)).await?;
    let (_endpoint, profile) = greet(&invitation, by, &approach).await?;
    if let Some(known) = known_by(supplier, &profile, by.entered(&invitation), &events).await? {
        return Ok(LookAnswer::Again(Box::new(known)));
    }
    let read = read(&approach.reader, &supplier, &profile).await;
    let looked = Box::new(Looked { invitation, profile, read });
    let seen = ask(&events, |answer| NodeEvent::Looked(looked, answer)).await?;
    Ok(LookAnswer::Seen(Box::new(seen)))
}

/// Follows a pairing link, after the person's word. A supplier that is known is found again by it; else this dials under the key made for this supplier, reads its profile and
/// what its domain says, proffers. Where the owner looked at this supplier before, it must show the same profile still.
/// Where the supplier answers with a stricter agreement that is taken up; one that permits more comes out, for the person
/// to decide.
///
/// # Errors
/// Where the supplier can't be reached, shows another profile, or refuses.
pub(super) async fn pair(
    invitation: Invitation,
    by: LedBy,
    agreement: Agreement,
    vouched: bool,
    events: mpsc::Sender<NodeEvent>,
) -> Result<PairAnswer, Failure> {
    let supplier = invitation.supplier;
    if let Some(known) = ask(&events, |answer| NodeEvent::Known(supplier, answer)).await? {
        let again = found::again(known, &addresses(&invitation)?, by.entered(&invitation), &events).await?;
        return Ok(PairAnswer::Again(Box::new(again)));
    }
    let proffer = Proffer { name: supplier, invitation: invitation.id, agreement, alternative: None };
    let proffered = ask(&events, |answer| NodeEvent::Proffer(proffer, answer)).await?;
    let (endpoint, profile) = greet(&invitation, by, &proffered.approach).await?;
    if let Some(known) = known_by(supplier, &profile, by.entered(&invitation), &events).await? {
        return Ok(PairAnswer::Again(Box::new(known)));
    }
    let at = Greeted { name: supplier, invitation, by, endpoint, profile };
    proffer_to(at, proffered, agreement, vouched, &events).await
}

/// Meets a processor of a supplier, after the person's word or by a rule: as [`pair`], but as somebody new to it, whether the
/// person knows it or not.
///
/// # Errors
/// As [`pair`].
pub(super) async fn meet(introduction: Introduction, events: mpsc::Sender<NodeEvent>) -> Result<PairAnswer, Failure> {
    let Introduction { name, invitation, agreement } = introduction;
    let proffer = Proffer { name, invitation: invitation.id, agreement, alternative: None };
    let proffered = ask(&events, |answer| NodeEvent::Proffer(proffer, answer)).await?;
    let by = LedBy::Supplier;
    let (endpoint, profile) = greet(&invitation, by, &proffered.approach).await?;
    let at = Greeted { name, invitation, by, endpoint, profile };
    proffer_to(at, proffered, agreement, false, &events).await
}

/// A supplier that was dialled and has shown its profile.
struct Greeted {
    name: PublicKey,
    invitation: Invitation,
    by: LedBy,
    endpoint: Endpoint,
    profile: Signed<Profile>,
}

/// Proffers to a supplier that has shown its profile, and takes up what it answers.
async fn proffer_to(
    at: Greeted,
    proffered: Proffered,
    agreement: Agreement,
    vouched: bool,
    events: &mpsc::Sender<NodeEvent>,
) -> Result<PairAnswer, Failure> {
    let Greeted { name, invitation, by, endpoint, profile } = at;
    let Proffered { approach, pairing, seen } = proffered;
    let supplier = invitation.supplier;
    if seen.as_ref().is_some_and(|seen| seen.profile != profile.id()) {
        let next = "nothing was paired; look at it again (`regie look LINK`)";
        let words = format!("the supplier shows another profile now than the one you looked at; {next}");
        return Err(Failure::new("changed_profile", exit::REFUSED, words));
    }
    let fresh = seen.filter(|seen| clock::wall() < seen.at.plus_ms(LOOK_MS));
    let read = match fresh {
        Some(seen) => seen.read,
        None => read(&approach.reader, &supplier, &profile).await,
    };
    let (mut pairing, mut reply) = say_pairing(&endpoint, supplier, pairing).await?;
    if let SupplierReply::Alternative(answer) = reply {
        let counter = Box::new(Counter { supplier, pairing: pairing.clone(), answer });
        let weighed: Weighed = ask(events, |answer| NodeEvent::Weigh(counter, answer)).await?;
        if !weighed.stricter {
            return Ok(PairAnswer::Alternative(other_terms(agreement, weighed.agreement)));
        }
        let (agreement, alternative) = (weighed.agreement, Some(weighed.id));
        let proffer = Proffer { name, invitation: invitation.id, agreement, alternative };
        let again = ask(events, |answer| NodeEvent::Proffer(proffer, answer)).await?;
        (pairing, reply) = say_pairing(&endpoint, supplier, again.pairing).await?;
    }
    let acceptance = match reply {
        SupplierReply::Paired(acceptance) => acceptance,
        SupplierReply::Skewed(theirs) => match ask(events, |answer| NodeEvent::Skewed(theirs.at, answer)).await? {},
        SupplierReply::Refused(code) => return Err(Failure::refused(code)),
        _ => return Err(Failure::new("bad_pairing", exit::REFUSED, "the supplier gave no clear answer")),
    };
    let answered =
        Box::new(Answered { name, profile, acceptance, pairing, read, vouched, entered: by.entered(&invitation) });
    let paired = ask(events, |answer| NodeEvent::Paired(answered, answer)).await?;
    Ok(PairAnswer::Paired(Box::new(paired)))
}

/// A supplier that is known, where this profile shows how it came to a key that is not.
async fn known_by(
    key: PublicKey,
    profile: &Signed<Profile>,
    entered: Vec<String>,
    events: &mpsc::Sender<NodeEvent>,
) -> Result<Option<FoundAgain>, Failure> {
    let profile = Box::new(profile.clone());
    ask(events, |answer| NodeEvent::Whose(key, profile, entered, answer)).await
}

/// Asks the node's driver.
pub(super) async fn ask<T>(
    events: &mpsc::Sender<NodeEvent>,
    event: impl FnOnce(oneshot::Sender<Result<T, Failure>>) -> NodeEvent,
) -> Result<T, Failure> {
    let stopped = || Failure::internal("the node is stopping");
    let (answer, wait) = oneshot::channel();
    events.send(event(answer)).await.map_err(|_| stopped())?;
    wait.await.map_err(|_| stopped())?
}

/// Why a supplier can't be reached, with what to do.
pub(super) fn unreachable(error: DialError) -> Failure {
    Failure::new("unreachable", exit::UNREACHABLE, format!("the supplier can't be reached. {error}"))
}

fn addresses(invitation: &Invitation) -> Result<Vec<Address>, Failure> {
    invitation.addresses.iter().map(|text| crate::command::parse(text)).collect()
}

/// Dials the supplier of a link; its profile comes out, unchecked.
async fn greet(
    invitation: &Invitation,
    by: LedBy,
    approach: &Approach,
) -> Result<(Endpoint, Signed<Profile>), Failure> {
    let supplier = invitation.supplier;
    let addresses = addresses(invitation)?;
    let inward = approach.way.inward.and(&by.entered(invitation));
    let way = Way { inward, ..approach.way.clone() };
    let started = Endpoint::start(approach.secret.clone(), &[], &way).await;
    let (endpoint, _network) = started.map_err(Failure::internal)?;
    endpoint.connect(*supplier.as_bytes(), &addresses, None).await.map_err(unreachable)?;
    match exchange(&endpoint, supplier, &departure::hello()).await? {
        SupplierReply::Profile(profile) => Ok((endpoint, profile)),
        _ => Err(Failure::new("bad_pairing", exit::REFUSED, "the supplier did not answer with its profile")),
    }
}

/// Reads the document of the domain that a profile names. A profile that is not the supplier's own makes the node call
/// nobody.
async fn read(reader: &Reader, supplier: &PublicKey, profile: &Signed<Profile>) -> Read {
    let own = profile.clone().verify().ok().filter(|own| own.supplier == *supplier && own.well_formed())?;
    if own.domain.is_empty() { None } else { Some(reader.read(&own.domain).await) }
}

/// The supplier's other proposal, and what it permits that was not proffered.
fn other_terms(proffered: Agreement, alternative: Agreement) -> OtherTerms {
    let (own, other) = (proffered.terms(), alternative.terms());
    let more = [
        ("analytics", other.analytics && !own.analytics),
        ("tracking", other.tracking && !own.tracking),
        ("profiling", other.profiling && !own.profiling),
        ("third_parties", other.third_parties && !own.third_parties),
    ];
    let also_permits = more.into_iter().filter(|(_, more)| *more).map(|(name, _)| name.to_owned()).collect();
    OtherTerms { proffered, alternative, also_permits }
}

async fn say_pairing(
    endpoint: &Endpoint,
    supplier: PublicKey,
    pairing: Signed<Pairing>,
) -> Result<(Signed<Pairing>, SupplierReply), Failure> {
    let reply = exchange(endpoint, supplier, &departure::pair(&pairing)).await?;
    Ok((pairing, reply))
}

async fn exchange(
    endpoint: &Endpoint,
    supplier: PublicKey,
    message: &Departure<ToSupplier>,
) -> Result<SupplierReply, Failure> {
    say(endpoint, &supplier, message).await.map_err(|error| match error {
        Unanswered::Unreadable(code) => Failure::refused(code),
        Unanswered::Line(error) => Failure::new(
            "unreachable",
            exit::UNREACHABLE,
            format!("the supplier did not answer ({error}); try again later"),
        ),
    })
}

impl Node {
    pub(super) fn approach(&self, supplier: &PublicKey) -> Result<Approach, Failure> {
        self.speaks()?;
        if self.machine.known_as(supplier).is_some() {
            return Err(regie_protocol::person::OwnerError::AlreadyPaired.into());
        }
        Ok(self.approach_unchecked(supplier))
    }

    fn approach_unchecked(&self, name: &PublicKey) -> Approach {
        let secret = self.machine.pairing_key(name).expose_secret();
        Approach { secret, way: self.travel.way.clone(), reader: self.travel.reader.clone() }
    }

    /// What the owner is to see before anything is paired; it is remembered, so that nothing else can be paired with.
    pub(super) fn looked(&mut self, looked: Looked) -> Result<SeenSupplier, Failure> {
        let Looked { invitation, profile, read } = looked;
        let supplier = invitation.supplier;
        let own = self.machine.look(&supplier, profile)?;
        let now = self.clock.look();
        let identified = self.machine.weigh_document(&own, read.as_ref(), now);
        let who = Who {
            standing: super::who::Standing::of(&identified, &own.domain, now.latest()),
            looks_like: self.looks_like(&supplier, &[&own.name, &own.domain]),
        };
        let seen = Seen { profile: own.id(), read, at: now.wall };
        self.remember_look(supplier, seen);
        Ok(SeenSupplier {
            supplier,
            mixed_scripts: regie_protocol::lookalike::mixes_scripts(&own.name),
            name: own.name.clone(),
            sector: own.sector.clone(),
            domain: own.domain.clone(),
            contact: own.contact.clone(),
            who,
            words: check_words(&supplier, &invitation.id).join(" "),
            wishes: own.wishes.iter().map(WishedFor::from).collect(),
            agreements: own.agreements.iter().copied().collect(),
        })
    }

    /// The oldest look gives way.
    fn remember_look(&mut self, supplier: PublicKey, seen: Seen) {
        while self.looks.len() >= LOOKS && !self.looks.contains_key(&supplier) {
            let oldest = self.looks.iter().min_by_key(|(_, seen)| seen.at).map(|(key, _)| *key);
            oldest.and_then(|key| self.looks.remove(&key));
        }
        self.looks.insert(supplier, seen);
    }

    pub(super) fn proffer(&self, proffer: &Proffer) -> Result<Proffered, Failure> {
        self.speaks()?;
        let Proffer { name, invitation, agreement, alternative } = *proffer;
        let pairing = self.machine.proffer(&name, invitation, agreement, alternative, self.clock.look())?;
        let (approach, seen) = (self.approach_unchecked(&name), self.looks.get(&name).cloned());
        Ok(Proffered { approach, pairing, seen })
    }

    pub(super) fn weigh(&self, counter: Counter) -> Result<Weighed, Failure> {
        let Counter { supplier, pairing, answer } = counter;
        Ok(self.machine.weigh(&supplier, &pairing, answer)?)
    }

    pub(super) fn paired(&mut self, answered: Answered, turn: &mut Turn) -> Result<KnownSupplier, Failure> {
        let Answered { name, profile, acceptance, pairing, read, vouched, entered } = answered;
        let now = self.clock.now();
        self.give(Input::Paired(&name, profile, acceptance, &pairing), turn)?;
        self.give(Input::Entered(&name, &entered), turn)?;
        let domain = self.machine.relationship(&name).map(|r| r.profile().domain.clone()).unwrap_or_default();
        if let Some(read) = read {
            self.give(Input::DomainRead(&name, &domain, read), turn)?;
        }
        if vouched {
            self.give(Input::Vouch(&name, true), turn)?;
        }
        self.looks.remove(&name);
        if let Err(failure) = self.recognise(&name, turn) {
            tracing::warn!(%failure, "whether the new supplier is an organisation on the list is not known");
        }
        self.paired_now(&name);
        self.link(name, Some(now.wall));
        self.tend_links();
        self.known_supplier(&name)
    }
}
