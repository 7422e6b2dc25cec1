//! Splits an answer in two, and adds halves up. The one place that knows `prio`.
//!
//! In: a yes or no, shares. Out: shares, of which one alone is random; sums. Prio3Count with two aggregators
//! (draft-irtf-cfrg-vdaf-18, section 7.4.1); the helper's share is sealed with HPKE (RFC 9180, base mode, X25519,
//! HKDF-SHA256, ChaCha20-Poly1305), so that it can go by way of the supplier, as in DAP (draft-ietf-ppm-dap).

use prio::{
    codec::{Encode as _, ParameterizedDecode as _},
    field::Field64,
    flp::{Flp as _, Type as _, types::Count},
    vdaf::{
        AggregateShare, Aggregator as _, Collector as _, OutputShare, VdafError, VerifyTransition,
        prio3::{Prio3Count, Prio3InputShare, Prio3VerifierShare, Prio3VerifyState},
        xof::{IntoFieldVec as _, Xof as _, XofTurboShake128},
    },
};
use zeroize::Zeroizing;

use crate::{
    entropy::Entropy,
    identity::Nonce,
    sealed::{self, NotOpened},
    signed::ObjectId,
    tally::{Half, SealingKey, VerifyKey},
};

const CONTEXT: &[u8] = b"regie tally 1\0";
const AGGREGATORS: u8 = 2;
/// The helper's number among the aggregators; the leader is 0.
const HELPER: u8 = 1;
/// Of one proof that the answer is a yes or a no.
const PROOFS: u8 = 1;

/// Something that is no share, or does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a share that does not hold")]
pub struct BadShare;

impl From<VdafError> for BadShare {
    fn from(_: VdafError) -> Self {
        Self
    }
}

impl From<prio::flp::FlpError> for BadShare {
    fn from(_: prio::flp::FlpError) -> Self {
        Self
    }
}

impl From<prio::codec::CodecError> for BadShare {
    fn from(_: prio::codec::CodecError) -> Self {
        Self
    }
}

impl From<NotOpened> for BadShare {
    fn from(_: NotOpened) -> Self {
        Self
    }
}

/// Both halves of one answer: the supplier's, and the helper's, sealed.
pub struct Split {
    /// For the supplier.
    pub leader: Vec<u8>,
    /// Only the helper opens it.
    pub helper: Vec<u8>,
}

/// Splits one answer. All randomness is the caller's.
///
/// # Errors
/// [`BadShare`] for a key that is none.
pub fn split(
    answer: bool,
    segment: &ObjectId,
    nonce: &Nonce,
    helper: &SealingKey,
    entropy: &mut Entropy,
) -> Result<Split, BadShare> {
    let seeds = Seeds { helper: drawn(entropy), proof: drawn(entropy) };
    let leader = leader_share(answer, &context(segment), &seeds)?;
    // The helper expands its share from its seed, which is all that it is sent.
    Ok(Split { leader, helper: seal(helper, &*seeds.helper, segment, nonce, entropy)? })
}

/// The half of a proof that one aggregator tells the other.
///
/// # Errors
/// [`BadShare`].
pub fn verifier(
    half: Half,
    key: &VerifyKey,
    segment: &ObjectId,
    nonce: &Nonce,
    share: &[u8],
) -> Result<Vec<u8>, BadShare> {
    Ok(begin(half, key, segment, nonce, share)?.1.get_encoded()?)
}

/// Adds the answer to this aggregator's sum; `verifiers` are the supplier's half of the proof and the helper's.
///
/// # Errors
/// [`BadShare`] where the two together don't prove that the answer is a yes or a no.
pub fn add(
    half: Half,
    key: &VerifyKey,
    segment: &ObjectId,
    nonce: &Nonce,
    share: &[u8],
    verifiers: [&[u8]; 2],
    sum: &[u8],
) -> Result<Vec<u8>, BadShare> {
    let vdaf = vdaf()?;
    let (state, _) = begin(half, key, segment, nonce, share)?;
    let [leader, helper] = verifiers.map(|bytes| Prio3VerifierShare::get_decoded_with_param(&state, bytes));
    let message = vdaf.verifier_shares_to_message(&context(segment), &(), [leader?, helper?])?;
    let VerifyTransition::Finish(out) = vdaf.verify_next(&context(segment), state, message)? else {
        return Err(BadShare);
    };
    let out: OutputShare<Field64> = out;
    let mut sum = decode_sum(&vdaf, sum)?;
    prio::vdaf::Aggregatable::accumulate(&mut sum, &out)?;
    Ok(sum.get_encoded()?)
}

/// How many said yes, from both sums.
///
/// # Errors
/// [`BadShare`] for something that is no sum of so many answers.
pub fn total(sums: [&[u8]; 2], reports: u32) -> Result<u64, BadShare> {
    let vdaf = vdaf()?;
    let [leader, helper] = sums.map(|sum| decode_sum(&vdaf, sum));
    let total = vdaf.unshard(&(), [leader?, helper?], usize::try_from(reports).map_err(|_| BadShare)?)?;
    // More said yes than answered: one of the two sums is of other answers.
    if total <= u64::from(reports) { Ok(total) } else { Err(BadShare) }
}

/// The keys of a helper, from 32 secret bytes.
#[must_use]
pub fn sealing_key(secret: &[u8; 32]) -> SealingKey {
    SealingKey(sealed::key(secret))
}

/// Opens the helper's half.
///
/// # Errors
/// [`BadShare`] where it was sealed to another key, for another segment or under another number.
pub fn open(
    secret: &[u8; 32],
    sealed: &[u8],
    segment: &ObjectId,
    nonce: &Nonce,
) -> Result<Zeroizing<Vec<u8>>, BadShare> {
    Ok(sealed::open(secret, CONTEXT, &bound_to(segment, nonce), sealed)?)
}

fn seal(
    key: &SealingKey,
    share: &[u8],
    segment: &ObjectId,
    nonce: &Nonce,
    entropy: &mut Entropy,
) -> Result<Vec<u8>, BadShare> {
    Ok(sealed::seal(&key.0, CONTEXT, &bound_to(segment, nonce), share, entropy)?)
}

/// What the two shares of one answer are made of.
struct Seeds {
    helper: Zeroizing<[u8; 32]>,
    proof: Zeroizing<[u8; 32]>,
}

fn drawn(entropy: &mut Entropy) -> Zeroizing<[u8; 32]> {
    let mut seed = Zeroizing::new([0; 32]);
    entropy.fill(&mut *seed);
    seed
}

/// The leader's share: the encoded answer and its proof, less what the helper expands from its seed. This is `shard` of
/// the draft's section 7.2.1 for a count, which has no joint randomness, and so no public share and no use of the nonce.
/// `prio` has the same with the operating system's randomness only; the draft's own vectors hold the two together.
fn leader_share(answer: bool, context: &[u8], seeds: &Seeds) -> Result<Vec<u8>, BadShare> {
    let count = Count::<Field64>::new();
    let random = |seed: &[u8; 32], usage: Usage, binder: &[u8], length: usize| -> Vec<Field64> {
        XofTurboShake128::seed_stream(seed, &[&tag(usage), context], &[binder]).into_field_vec(length)
    };
    let mut answer = count.encode_measurement(&answer)?;
    let prove = random(&seeds.proof, Usage::Prove, &[PROOFS], count.prove_rand_len());
    let mut proof = count.prove(&answer, &prove, &[])?;
    let helpers = random(&seeds.helper, Usage::Measurement, &[HELPER], answer.len());
    let helpers_proof = random(&seeds.helper, Usage::Proof, &[PROOFS, HELPER], proof.len());
    let whole = answer.iter_mut().chain(&mut proof);
    let mut share = Vec::new();
    for (part, helpers) in whole.zip(helpers.into_iter().chain(helpers_proof)) {
        *part -= helpers;
        part.encode(&mut share)?;
    }
    Ok(share)
}

/// What a stream of the XOF is for, by the numbers of the draft's section 7.2.
#[derive(Clone, Copy)]
enum Usage {
    Measurement = 1,
    Proof = 2,
    Prove = 4,
}

/// Keeps the streams of one seed apart (section 6.2.3): version, class, algorithm, usage.
fn tag(usage: Usage) -> [u8; 8] {
    const VERSION: u8 = 18;
    const COUNT: [u8; 4] = 1u32.to_be_bytes();
    let [high, low] = (usage as u16).to_be_bytes();
    [VERSION, 0, COUNT[0], COUNT[1], COUNT[2], COUNT[3], high, low]
}

type State = Prio3VerifyState<Field64, 32>;
type Verifier = Prio3VerifierShare<Field64, 32>;

fn begin(
    half: Half,
    key: &VerifyKey,
    segment: &ObjectId,
    nonce: &Nonce,
    share: &[u8],
) -> Result<(State, Verifier), BadShare> {
    let vdaf = vdaf()?;
    let number = match half {
        Half::Leader => 0,
        Half::Helper => 1,
    };
    let share = Prio3InputShare::get_decoded_with_param(&(&vdaf, number), share)?;
    let public = prio::vdaf::prio3::Prio3PublicShare::get_decoded_with_param(&vdaf, &[])?;
    Ok(vdaf.verify_init(&key.0, &context(segment), number, &(), &nonce.0, &public, &share)?)
}

/// An empty sum is no bytes.
fn decode_sum(vdaf: &Prio3Count, sum: &[u8]) -> Result<AggregateShare<Field64>, BadShare> {
    if sum.is_empty() {
        return Ok(vdaf.aggregate_init(&()));
    }
    Ok(AggregateShare::get_decoded_with_param(&(vdaf, &()), sum)?)
}

fn vdaf() -> Result<Prio3Count, BadShare> {
    Ok(Prio3Count::new_count(AGGREGATORS)?)
}

fn context(segment: &ObjectId) -> Vec<u8> {
    // The segment is in every stream, so that a share for one counts for no other.
    [CONTEXT, segment.digest()].concat()
}

fn bound_to(segment: &ObjectId, nonce: &Nonce) -> Vec<u8> {
    [segment.digest(), &nonce.0[..]].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The share of the leader in `Prio3Count_0` of the draft's test vectors.
    const SHARE: &str =
        "355e16daa732744c34dc71fa4c85d209f9af2ecf751609386ed9e2714ecc9e6bb2277498ac41e75c01d81b4cb8485926";

    #[test]
    fn the_leaders_share_is_that_of_the_draft() {
        let seed = |first: u8| Zeroizing::new(std::array::from_fn(|at| first + u8::try_from(at).expect("below 32")));
        let seeds = Seeds { helper: seed(0), proof: seed(32) };
        let share = leader_share(true, b"some application", &seeds).expect("a share");
        assert_eq!(data_encoding::HEXLOWER.encode(&share), SHARE);
    }

    #[test]
    fn the_same_entropy_gives_the_same_halves_and_other_entropy_others() {
        let (segment, nonce) = (ObjectId::of(b"a segment"), Nonce([3; 16]));
        let split = |seed: u8| {
            let halves = split(true, &segment, &nonce, &sealing_key(&[1; 32]), &mut Entropy::new([seed; 32]));
            halves.map(|halves| (halves.leader, halves.helper)).expect("split")
        };
        assert_eq!(split(7), split(7));
        let (leader, helper) = split(8);
        assert!(leader != split(7).0 && helper != split(7).1);
    }

    #[test]
    fn the_halves_of_any_entropy_hold_and_add_up() {
        let (segment, key, secret) = (ObjectId::of(b"a segment"), VerifyKey([5; 32]), [1; 32]);
        let (mut sums, mut yes) = ([Vec::new(), Vec::new()], 0);
        for number in 0..250_u8 {
            let (mut entropy, answer) = (Entropy::new([number; 32]), number % 3 == 0);
            let nonce = entropy.nonce();
            let halves = split(answer, &segment, &nonce, &sealing_key(&secret), &mut entropy).expect("split");
            let opened = open(&secret, &halves.helper, &segment, &nonce).expect("opened");
            let shares = [(Half::Leader, halves.leader.as_slice()), (Half::Helper, opened.as_slice())];
            let proofs =
                shares.map(|(half, share)| verifier(half, &key, &segment, &nonce, share).expect("a half of a proof"));
            let proofs = [proofs[0].as_slice(), proofs[1].as_slice()];
            for ((half, share), sum) in shares.into_iter().zip(&mut sums) {
                *sum = add(half, &key, &segment, &nonce, share, proofs, sum).expect("holds");
            }
            yes += u64::from(answer);
        }
        assert_eq!(total([&sums[0], &sums[1]], 250), Ok(yes));
    }
}
