//! Cases of requests that show a chain: a processor that relies on a grant of another company.

use std::collections::BTreeMap;

use regie_protocol::{Chain, Delegation, Grant, Nonce, Scope, Signed, Timestamp};

use crate::{
    fixtures::{DAY, NOW, cbor::Cbor, processor, selectors, supplier},
    format::{Case, SignedHex},
    forms::named,
    make_chain::chain,
    make_request::{by, case, step_from},
};

/// A chain to the processor with this many of the grant's two delegations.
pub fn shown(links: usize) -> Chain {
    shown_with(links, &|_| {})
}

fn shown_with(links: usize, change: &dyn Fn(&mut Scope)) -> Chain {
    let (signed, _) = chain(2, links, &|_, scope| change(scope));
    as_chain(&signed)
}

fn once() -> Vec<SignedHex> {
    chain(2, 1, &|_, scope| scope.bounds.uses = Some(1)).0
}

fn late() -> Vec<SignedHex> {
    chain(2, 1, &|_, scope| scope.bounds.not_before = Timestamp(NOW + DAY)).0
}

/// The chains that the node brought to the processor.
pub fn brought() -> Vec<Vec<SignedHex>> {
    vec![chain(2, 1, &|_, _| {}).0, once(), late()]
}

fn as_chain(signed: &[SignedHex]) -> Chain {
    fn sound<T>(signed: &SignedHex) -> Signed<T> {
        Signed::from_parts(signed.body.bytes(), signed.signature.parse().expect("a signature"))
    }
    Chain { grant: sound::<Grant>(&signed[0]), links: signed[1..].iter().map(sound::<Delegation>).collect() }
}

/// The same as it travels.
pub fn shown_tree() -> Cbor {
    Cbor::read(&regie_protocol::wire::encode(&shown(1)).expect("encodes"))
}

pub fn cases() -> Vec<Case> {
    let with = |name: &str, about: &str, expect: &str, state: &str, chain: &Chain| {
        let mut case = case(by(&processor(), |request| request.chains = vec![chain.clone()]));
        (case.from, case.state) = (processor().public().to_string(), state.into());
        named(case, name, about, expect)
    };
    let value = |mut case: Case, answer: &str| {
        case.answers = Some(BTreeMap::from([("name.full".into(), answer.into())]));
        case
    };
    let once = as_chain(&once());
    let mut spent = with(
        "a link used up by an earlier request",
        "one use of the link, ten of the grant",
        "used_up",
        "paired",
        &once,
    );
    let earlier = by(&processor(), |request| (request.id, request.chains) = (Nonce([0x47; 16]), vec![once.clone()]));
    spent.before = vec![step_from(&processor(), earlier.clone(), NOW, 1, "ok")];
    let mut restarted = spent.clone();
    restarted.name = "a link used up before a restart".into();
    restarted.restart = true;
    let wider = shown_with(1, &|scope| scope.fields = selectors(&["group:name"]));
    let late = as_chain(&late());
    let other_way = shown_with(1, &|scope| scope.bounds.uses = Some(2));
    let mut deep = shown(1);
    deep.links = vec![deep.links[0].clone(); 5];
    let mut own = case(by(&supplier(), |request| request.chains = vec![shown(0)]));
    own = value(named(own, "the supplier shows its own grant", "which needs no showing", "ok"), "value");
    let theirs = named(
        case(by(&supplier(), |request| request.chains = vec![shown(1)])),
        "the supplier shows its processor's chain",
        "it handed that chain on",
        "wrong_audience",
    );
    vec![
        value(
            with("a processor shows its chain", "the grant is another company's", "ok", "paired", &shown(1)),
            "value",
        ),
        value(
            with("an hourly bound above it", "the grant is spent for this hour", "ok", "rate limited", &shown(1)),
            "rate_limited",
        ),
        own,
        theirs,
        with(
            "stolen grant",
            "a processor shows the supplier's grant without a link",
            "wrong_audience",
            "paired",
            &shown(0),
        ),
        with("chain of a revoked grant", "the whole chain ended, and no rule answers", "revoked", "revoked", &shown(1)),
        with("chain of a used-up grant", "the grant above is spent", "used_up", "used up", &shown(1)),
        with("chain that begins later", "not in force yet", "not_yet_valid", "paired", &late),
        with("widened chain", "a group over a field", "widened", "paired", &wider),
        with("too deep a chain", "five links", "too_large", "paired", &deep),
        with(
            "chain of a grant the node does not know",
            "issued after the backup it was restored from; such a grant ended with the restore",
            "revoked",
            "restored from an older backup",
            &shown(1),
        ),
        with(
            "chain that came another way",
            "it holds, and the node did not bring it over this line",
            "revoked",
            "paired",
            &other_way,
        ),
        spent,
        restarted,
        {
            let mut case =
                with("replayed after a refused chain", "the refusal remembers the id", "replayed", "paired", &wider);
            let first = SignedHex { body: case.body.clone(), signature: case.signature.clone() };
            case.before = vec![step_from(&processor(), first, NOW, 1, "widened")];
            case.restart = true;
            case
        },
    ]
}
