//! Counting people without seeing one answer: each answer is split in two halves, one for the supplier that asks and
//! one for a helper, another company that never learns whose it is. Each adds up its halves; only the two sums
//! together say how many said yes (Prio, Corrigan-Gibbs and Boneh 2017).
//!
//! In: signed reports of persons, frames of the two. Out: sums, for no fewer than so many answers at a time. An
//! answer is randomised before it is split, so that even both together, or a supplier that makes up all answers
//! but one, learn no more of a person than the segment's epsilon.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    str::FromStr,
};

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::{
    coded::coded,
    identity::{Keypair, Nonce, PublicKey},
    limits,
    prio3::{self, BadShare},
    profile::{Invitation, plain_line},
    refusal::Refusal,
    segment::Segment,
    signed::{Object, ObjectId, Signed, Verified},
    time::Timestamp,
    wire::{self, fixed_bytes},
};

fixed_bytes! {
    /// What a share is sealed to: an X25519 key (RFC 7748).
    SealingKey, 32
}
fixed_bytes! {
    /// The secret of supplier and helper with which proofs are checked; persons must not know it.
    VerifyKey, 32
}

/// Whose half of a split answer it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// The supplier's.
    Leader,
    /// The helper's.
    Helper,
}

/// A company says that it adds up halves for others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HelperCard {
    /// Who; signs this.
    pub helper: PublicKey,
    /// What it calls itself, one line of 1 to [`limits::NAME_BYTES`].
    pub name: String,
    /// What its halves are sealed to.
    pub seal: SealingKey,
}

impl Object for HelperCard {
    const TAG: &'static str = "regie.helper/1";
    fn signer(&self) -> &PublicKey {
        &self.helper
    }
}

/// How a segment counts with a helper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tally {
    /// The card that the helper signed.
    pub helper: Signed<HelperCard>,
    /// Fewer answers than this are never summed: [`limits::TALLY_LEAST`] or more.
    pub least: u32,
}

impl Tally {
    /// The helper, if it is another company than the one that asks, and its card holds.
    ///
    /// # Errors
    /// [`Refusal::Malformed`], and what the signature's check says.
    pub fn helper(&self, supplier: &PublicKey) -> Result<HelperCard, Refusal> {
        let card = self.helper.clone().verify()?;
        let named = !card.name.trim().is_empty() && plain_line(&card.name, limits::NAME_BYTES);
        let enough = (limits::TALLY_LEAST..=limits::TALLY_REPORTS).contains(&self.least);
        // A company that helped itself under one key would see both halves.
        if named && enough && card.helper != *supplier { Ok(card.into_value()) } else { Err(Refusal::Malformed) }
    }
}

/// One person's answer in two halves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TallyReport {
    /// The person's key in this relationship; signs this. The helper never sees it.
    pub person: PublicKey,
    /// The company that published the segment.
    pub supplier: PublicKey,
    /// The segment, as it was signed.
    pub segment: ObjectId,
    /// The epsilon that the answer was randomised with before, in thousandths.
    pub epsilon: u32,
    /// Fresh for every report; all that the helper knows it by.
    pub nonce: Nonce,
    /// The supplier's half, at most [`limits::SHARE_BYTES`].
    #[serde(with = "serde_bytes")]
    pub leader: Vec<u8>,
    /// The helper's half, sealed to it; at most [`limits::SHARE_BYTES`].
    #[serde(with = "serde_bytes")]
    pub helper: Vec<u8>,
}

impl Object for TallyReport {
    const TAG: &'static str = "regie.tally-report/1";
    fn signer(&self) -> &PublicKey {
        &self.person
    }
}

/// Supplier to helper: check these answers and add up your halves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prepare {
    /// The segment: says how few answers are never summed.
    pub segment: Signed<Segment>,
    /// The first one given for a segment stays.
    pub key: VerifyKey,
    /// Which batch is open, from 0.
    pub batch: u32,
    /// At most [`limits::TALLY_PER_FRAME`].
    pub answers: Vec<Sealed>,
}

/// One answer on its way to the helper, without its person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sealed {
    /// As the person drew it.
    pub nonce: Nonce,
    /// The helper's half, sealed.
    #[serde(with = "serde_bytes")]
    pub half: Vec<u8>,
    /// The supplier's half of the proof.
    #[serde(with = "serde_bytes")]
    pub verifier: Vec<u8>,
}

/// Helper to supplier: these hold, with the helper's half of the proof; the others do not and count nowhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prepared {
    /// In the order of the question.
    pub taken: Vec<Taken>,
}

/// An answer that holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Taken {
    /// The number under which the answer was split.
    pub nonce: Nonce,
    /// The helper's half of the proof.
    #[serde(with = "serde_bytes")]
    pub verifier: Vec<u8>,
}

/// Supplier to helper: close this batch and tell its sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Close {
    /// Of which segment.
    pub segment: ObjectId,
    /// Which batch of the segment's answers, from 0.
    pub batch: u32,
}

/// One half's sum.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sum {
    /// Which batch of the segment's answers, from 0.
    pub batch: u32,
    /// How many answers it holds.
    pub reports: u32,
    /// The sum's half; none of it where there are no answers.
    #[serde(with = "serde_bytes")]
    pub share: Vec<u8>,
}

/// A closed batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Total {
    /// How many answered.
    pub reports: u32,
    /// How many of the randomised answers are yes.
    pub yes: u32,
}

/// The helper's secret, derived from its key. Zeroized when dropped.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct HelperSecret([u8; 32]);

impl HelperSecret {
    /// That of the company with this key.
    #[must_use]
    pub fn of(key: &Keypair) -> Self {
        Self(*key.derive_helper_secret())
    }

    /// What it shows to others.
    ///
    /// # Errors
    /// What signing says.
    pub fn card(&self, key: &Keypair, name: &str) -> Result<Signed<HelperCard>, crate::signed::SignedError> {
        let seal = prio3::sealing_key(&self.0);
        let card = HelperCard { helper: key.public(), name: name.to_owned(), seal };
        Ok(Verified::sign(card, key)?.signed().clone())
    }
}

/// What a helper holds of one segment. Stored whole after every change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// The segment that is counted.
    pub segment: ObjectId,
    /// The company that published it, and alone may ask.
    pub leader: PublicKey,
    /// Kept until then.
    pub expires: Timestamp,
    /// Answers in all batches.
    pub reports: u32,
    least: u32,
    key: VerifyKey,
    open: Sum,
    closed: Option<Sum>,
}

impl Task {
    /// A task from the first frame that names its segment. `peer` is who is connected, `me` who helps.
    ///
    /// # Errors
    /// [`Refusal`] for a segment that is not the peer's, does not name this helper, or has ended.
    pub fn new(peer: &PublicKey, me: &PublicKey, prepare: &Prepare, now: Timestamp) -> Result<Self, Refusal> {
        let segment = prepare.segment.clone().verify()?;
        if segment.supplier != *peer {
            return Err(Refusal::WrongSender);
        }
        if segment.expires <= now {
            return Err(Refusal::UnknownSegment);
        }
        let tally = segment.tally.as_ref().ok_or(Refusal::Malformed)?;
        if tally.helper(peer)?.helper != *me {
            return Err(Refusal::WrongAudience);
        }
        Ok(Self {
            segment: segment.id(),
            leader: *peer,
            expires: segment.expires,
            reports: 0,
            least: tally.least,
            key: prepare.key,
            open: Sum::default(),
            closed: None,
        })
    }

    /// Is there room for this task among those that a helper has? Where it has as many as it can, the company with most of
    /// them gives up the one that ends first, to a company with fewer; that one comes out.
    ///
    /// # Errors
    /// [`Refusal::NotAHelper`]: for no more segments, of this company or in all.
    pub fn room_among(&self, others: &[Self]) -> Result<Option<ObjectId>, Refusal> {
        let mut counts = BTreeMap::<PublicKey, usize>::new();
        for other in others {
            *counts.entry(other.leader).or_default() += 1;
        }
        let own = counts.get(&self.leader).copied().unwrap_or(0);
        if own >= limits::TASKS_PER_SUPPLIER {
            return Err(Refusal::NotAHelper);
        }
        if others.len() < limits::TALLY_TASKS {
            return Ok(None);
        }
        let most = counts.into_iter().max_by_key(|(_, count)| *count).filter(|(_, count)| *count > own + 1);
        let (crowd, _) = most.ok_or(Refusal::NotAHelper)?;
        let first = others.iter().filter(|other| other.leader == crowd).min_by_key(|other| other.expires);
        Ok(first.map(|other| other.segment))
    }

    /// Takes answers in. `seen` says in which batch the nonce was taken before; nonces that come out are to be stored
    /// with the open batch before the reply leaves. An answer taken twice into one batch counts once, and one of an
    /// earlier batch not at all.
    ///
    /// # Errors
    /// [`Refusal`] for another key, peer or batch, or too many answers.
    pub fn prepare(
        &mut self,
        peer: &PublicKey,
        secret: &HelperSecret,
        prepare: &Prepare,
        seen: &dyn Fn(&Nonce) -> Option<u32>,
    ) -> Result<(Prepared, Vec<Nonce>), Refusal> {
        if *peer != self.leader {
            return Err(Refusal::WrongSender);
        }
        // Halves of proofs under two keys do not fit each other, and a batch that is closed takes no more.
        if prepare.key != self.key || prepare.batch != self.open.batch {
            return Err(Refusal::WrongBatch);
        }
        if prepare.answers.len() > limits::TALLY_PER_FRAME {
            return Err(Refusal::TooLarge);
        }
        let (mut taken, mut fresh) = (Vec::new(), Vec::new());
        let mut here = BTreeSet::new();
        for answer in &prepare.answers {
            let before = seen(&answer.nonce);
            // One that comes again is answered again, since the reply may have been lost, and adds nothing.
            let again = before == Some(self.open.batch) || here.contains(&answer.nonce.0);
            if before.is_some_and(|batch| batch != self.open.batch) || (!again && self.reports >= limits::TALLY_REPORTS)
            {
                continue;
            }
            // Both halves of the proof before it is added: an answer that is a thousand would count as that many.
            let Ok((verifier, sum)) = self.checked(secret, answer) else { continue };
            if !again {
                self.open.share = sum;
                self.open.reports += 1;
                self.reports += 1;
                here.insert(answer.nonce.0);
                fresh.push(answer.nonce);
            }
            taken.push(Taken { nonce: answer.nonce, verifier });
        }
        Ok((Prepared { taken }, fresh))
    }

    /// Closes a batch, or tells the last closed one again.
    ///
    /// # Errors
    /// [`Refusal::TooFew`] and nothing closed; [`Refusal::WrongBatch`].
    pub fn close(&mut self, peer: &PublicKey, close: &Close) -> Result<Sum, Refusal> {
        if *peer != self.leader {
            return Err(Refusal::WrongSender);
        }
        // The reply was lost: the same sum, since that of a batch that went on would tell the answers between by the
        // difference.
        if let Some(closed) = self.closed.as_ref().filter(|closed| closed.batch == close.batch) {
            return Ok(closed.clone());
        }
        if close.batch != self.open.batch {
            return Err(Refusal::WrongBatch);
        }
        if self.open.reports < self.least {
            return Err(Refusal::TooFew);
        }
        let next = Sum { batch: self.open.batch + 1, ..Sum::default() };
        let closed = std::mem::replace(&mut self.open, next);
        self.closed = Some(closed.clone());
        Ok(closed)
    }

    fn checked(&self, secret: &HelperSecret, answer: &Sealed) -> Result<(Vec<u8>, Vec<u8>), BadShare> {
        let (segment, nonce) = (&self.segment, &answer.nonce);
        let half = prio3::open(&secret.0, &answer.half, segment, nonce)?;
        let verifier = prio3::verifier(Half::Helper, &self.key, segment, nonce, &half)?;
        let verifiers = [answer.verifier.as_slice(), verifier.as_slice()];
        let sum = prio3::add(Half::Helper, &self.key, segment, nonce, &half, verifiers, &self.open.share)?;
        Ok((verifier, sum))
    }
}

/// What the supplier holds of its own count with a helper. Stored whole after every change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leader {
    key: VerifyKey,
    /// Of which fewer are never summed.
    least: u32,
    open: Sum,
    /// What the closed batches gave.
    pub totals: Vec<Total>,
    /// Answers that did not hold.
    pub spoiled: u32,
}

impl Leader {
    /// Begins to count.
    #[must_use]
    pub fn new(tally: &Tally, key: VerifyKey) -> Self {
        Self { key, least: tally.least, open: Sum::default(), totals: Vec::new(), spoiled: 0 }
    }

    /// How many answers wait in the open batch, added up and not yet told.
    #[must_use]
    pub fn waiting(&self) -> u32 {
        self.open.reports
    }

    /// The frame that asks the helper to take these reports in. Those whose half does not even begin to hold are left
    /// out; the reply will not name them.
    #[must_use]
    pub fn ask(&self, segment: &Verified<Segment>, reports: &[TallyReport]) -> Prepare {
        let id = segment.id();
        let sealed = |report: &TallyReport| {
            let verifier = prio3::verifier(Half::Leader, &self.key, &id, &report.nonce, &report.leader).ok()?;
            Some(Sealed { nonce: report.nonce, half: report.helper.clone(), verifier })
        };
        let answers = reports.iter().take(limits::TALLY_PER_FRAME).filter_map(sealed).collect();
        Prepare { segment: segment.signed().clone(), key: self.key, batch: self.open.batch, answers }
    }

    /// The helper answered: adds up the supplier's halves of what holds on both sides. All of `reports` are dealt with.
    pub fn answered(&mut self, segment: &ObjectId, reports: &[TallyReport], prepared: &Prepared) {
        for report in reports.iter().take(limits::TALLY_PER_FRAME) {
            // Only what the helper took too: sums of different answers give no count, and nobody could tell which one
            // differs.
            let taken = prepared.taken.iter().find(|taken| taken.nonce == report.nonce);
            match taken.map(|taken| self.added(segment, report, taken)) {
                Some(Ok(sum)) => {
                    self.open.share = sum;
                    self.open.reports += 1;
                }
                _ => self.spoiled = self.spoiled.saturating_add(1),
            }
        }
    }

    /// The frame that closes the open batch; none while it has too few answers.
    #[must_use]
    pub fn close(&self, segment: &ObjectId) -> Option<Close> {
        (self.open.reports >= self.least).then_some(Close { segment: *segment, batch: self.open.batch })
    }

    /// The helper told its sum. One of other answers than the supplier's own is worth nothing: that batch is given up.
    pub fn closed(&mut self, sum: &Sum) -> Option<Total> {
        if sum.batch != self.open.batch {
            return None;
        }
        let same = sum.reports == self.open.reports;
        let yes = prio3::total([&self.open.share, &sum.share], sum.reports).ok().filter(|_| same);
        let yes = yes.and_then(|yes| u32::try_from(yes).ok());
        let total = yes.map(|yes| Total { reports: sum.reports, yes });
        if total.is_none() {
            self.spoiled = self.spoiled.saturating_add(self.open.reports);
        }
        // Also where it gave no count: the helper has closed that batch.
        self.open = Sum { batch: sum.batch + 1, ..Sum::default() };
        self.totals.extend(total);
        total
    }

    fn added(&self, segment: &ObjectId, report: &TallyReport, taken: &Taken) -> Result<Vec<u8>, BadShare> {
        let mine = prio3::verifier(Half::Leader, &self.key, segment, &report.nonce, &report.leader)?;
        let verifiers = [mine.as_slice(), taken.verifier.as_slice()];
        let (key, share) = (&self.key, &self.open.share);
        prio3::add(Half::Leader, key, segment, &report.nonce, &report.leader, verifiers, share)
    }
}

/// The link of a helper, `regie:helper?v=1&d=…`: its card and where it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HelperLink {
    /// What it signed.
    pub card: Signed<HelperCard>,
    /// Where it is, 1 to [`limits::ADDRESSES`].
    pub addresses: Vec<String>,
}

const LINK: &str = "regie:helper?v=1&d=";

impl HelperLink {
    /// Where frames for it go.
    ///
    /// # Errors
    /// What the card's check says.
    pub fn place(&self) -> Result<Invitation, Refusal> {
        let card = self.card.clone().verify()?;
        Ok(Invitation { supplier: card.helper, id: Nonce([0; 16]), addresses: self.addresses.clone() })
    }
}

impl fmt::Display for HelperLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = wire::encode(self).map_err(|_| fmt::Error)?;
        write!(f, "{LINK}{}", data_encoding::BASE64URL_NOPAD.encode(&bytes))
    }
}

/// Text that is not the link of a helper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the link of a helper")]
pub struct BadHelperLink;

coded! {
    BadHelperLink, "link";
    Self => "not_of_a_helper";
}

impl FromStr for HelperLink {
    type Err = BadHelperLink;
    fn from_str(text: &str) -> Result<Self, BadHelperLink> {
        let data = text.trim().strip_prefix(LINK).ok_or(BadHelperLink)?;
        let bytes = data_encoding::BASE64URL_NOPAD.decode(data.as_bytes()).map_err(|_| BadHelperLink)?;
        let link: Self = wire::decode(&bytes, 4 * limits::TEXT_BYTES).map_err(|_| BadHelperLink)?;
        let fits = (1..=limits::ADDRESSES).contains(&link.addresses.len()) && link.place().is_ok();
        if fits { Ok(link) } else { Err(BadHelperLink) }
    }
}
