//! Offers for intents. In: an intent as a board showed it, what the company offers. Out: a signed offer with an
//! invitation of its own; later the person's word that takes it up, under a key that the intent does not show.

use std::collections::BTreeMap;

use super::{Effect, Effects, Invite, Record, Supplier, SupplierError};
use crate::{
    entropy::Entropy,
    identity::PublicKey,
    intent::{Intent, Needs, Offer, Price, TakeUp},
    limits,
    message::SupplierReply,
    refusal::Refusal,
    signed::{Signed, Verified},
    time::{Now, Timestamp},
};

/// What a company offers for an intent.
#[derive(Clone, Debug)]
pub struct NewOffer {
    /// What is offered, in one line.
    pub title: String,
    /// What it costs.
    pub price: Option<Price>,
    /// The terms, by names of the category's own.
    pub terms: BTreeMap<String, String>,
    /// What must be known to deliver.
    pub needs: Needs,
    /// Not from this moment on.
    pub expires: Timestamp,
    /// For trying things out.
    pub test: bool,
}

impl Supplier {
    /// Signs an offer, with an invitation that brings one person.
    ///
    /// # Errors
    /// [`SupplierError::IntentOver`], [`SupplierError::BadOffer`], [`SupplierError::BadProfile`] where there is none.
    pub fn offer(
        &mut self,
        intent: &Verified<Intent>,
        new: NewOffer,
        now: impl Into<Now>,
        entropy: &mut Entropy,
    ) -> Result<(Verified<Offer>, Effects), SupplierError> {
        let now = now.into();
        if !intent.live(now.latest()) {
            return Err(SupplierError::IntentOver);
        }
        let profile = self.profile.as_deref().ok_or(SupplierError::BadProfile)?;
        let id = entropy.nonce();
        let invitation = self.invitation(entropy.nonce());
        let (name, supplier, invited) = (profile.name.clone(), self.key.public(), invitation.id);
        let NewOffer { title, price, terms, needs, expires, test } = new;
        let intent = intent.id();
        let offer = Offer { id, supplier, name, intent, title, price, terms, needs, invitation, expires };
        if !offer.well_formed() || expires <= now.latest() {
            return Err(SupplierError::BadOffer);
        }
        let offer = Verified::sign(offer, &self.key).map_err(|_| SupplierError::BadOffer)?;
        if offer.signed().parts().0.len() > limits::OFFER_BYTES {
            return Err(SupplierError::BadOffer);
        }
        let mut effects = Vec::new();
        let invite = Invite { uses: Some(1), expires, made: now.wall, test };
        self.record(&mut effects, Record::Invite { id: invited, invite });
        Ok((offer, Effects(effects)))
    }

    /// A person takes an offer up. Whether there is such an offer the driver knows; the word is kept either way.
    pub(super) fn taken_up(&mut self, person: &PublicKey, taken: Signed<TakeUp>) -> Result<Vec<Effect>, Refusal> {
        let taken = self.signed_by(taken, person, |taken| taken.supplier)?;
        if !self.customers.contains_key(person) {
            return Err(Refusal::NotPaired);
        }
        let mut effects = Vec::new();
        self.record(&mut effects, Record::TakenUp { person: *person, taken: taken.signed().clone() });
        effects.push(Effect::Reply(SupplierReply::Noted));
        Ok(effects)
    }
}
