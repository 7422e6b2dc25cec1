//! An offer that the person takes up.

use regie_protocol::{Agreement, Invitation, Nonce, ObjectId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Desk, LookAnswer, PairAnswer, ShownOffer};
use crate::{
    command::{Failure, exit},
    person::{
        NodeEvent,
        intents::Taking,
        pairing::{self, LedBy, ask},
    },
    verb::{Conduct, Verb},
};

/// Takes an offer up: pairs with its supplier first, where there is no relationship yet.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeUp {
    /// The offer, by its id or the end of it.
    pub offer: String,
    /// The agreement to proffer, where there is no relationship yet.
    pub agreement: Agreement,
}

/// It was taken up.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct TakenUp {
    /// The offer.
    pub offer: ShownOffer,
    /// The grant by which its supplier gets what it needs; none where it needs nothing.
    pub grant: Option<ObjectId>,
    /// The contract that came of it, in the list of contracts; none where it is paid once and binds for no time.
    pub contract: Option<Nonce>,
    /// Always true.
    pub taken_up: bool,
}

impl Verb for TakeUp {
    const NAME: &'static str = "take_up";
    type Answer = TakenUp;
}

impl Conduct<Desk> for TakeUp {
    async fn conduct(self, desk: &Desk) -> Result<TakenUp, Failure> {
        let Self { offer, agreement } = self;
        let taking = ask(desk.events(), |answer| NodeEvent::Taking(offer, answer)).await?;
        if !taking.paired {
            pair(desk, &taking, agreement).await?;
        }
        ask(desk.events(), |answer| NodeEvent::TakeUp(taking.intent, taking.offer, answer)).await
    }
}

/// Pairs with the supplier of an offer. The person's word was for an offer under a name: it is not for one that only looks
/// like it.
async fn pair(desk: &Desk, taking: &Taking, agreement: Agreement) -> Result<(), Failure> {
    let invitation = taking.invitation.clone();
    let found = pairing::look(invitation.clone(), LedBy::Supplier, desk.events().clone()).await;
    let who = match found.map_err(|failure| by_hand(failure, &invitation))? {
        LookAnswer::Again(again) => again.supplier.who,
        LookAnswer::Seen(seen) => seen.who,
    };
    if who.standing.is == "contradicted" || !who.looks_like.is_empty() {
        let next = format!("look at it and pair with it first, if it is who you think: `regie pair {invitation}`");
        let words = format!("the supplier of that offer is contradicted by its domain or looks like another; {next}");
        return Err(Failure::new("look_first", exit::REFUSED, words));
    }
    if let PairAnswer::Alternative(other) =
        pairing::pair(invitation, LedBy::Supplier, agreement, false, desk.events().clone()).await?
    {
        let other = other.alternative;
        let words = format!(
            "the supplier does not accept {agreement} and proposes {other}; nothing was agreed. Take the offer up \
             with `--agreement {other}`, or leave it"
        );
        return Err(Failure::new("alternative", exit::REFUSED, words));
    }
    Ok(())
}

/// Where the offer's addresses lead nowhere, the person can go there of their own.
fn by_hand(failure: Failure, invitation: &Invitation) -> Failure {
    if failure.code != "unreachable" {
        return failure;
    }
    let words = format!("{} If you know it, go there by its link: `regie pair {invitation}`", failure.message);
    Failure::new("unreachable", exit::UNREACHABLE, words)
}
