//! A supplier that is known is found again by a fresh link: one that moved, or one that the person stands before ("I am at
//! your counter"). In: a link of a supplier with a relationship. Out: its newer profile, and a visit at once. The link
//! only says where to look: whoever answers there has to hold the key that is known.

use regie_protocol::{Profile, PublicKey, Signed, person::Input};
use tokio::sync::mpsc;
use zeroize::Zeroizing;

use super::{Node, NodeEvent, links, pairing, verbs::FoundAgain};
use crate::{
    command::{Failure, exit},
    driver::Turn,
    network::{Address, DialError, Endpoint, Way},
};

/// What is needed to dial a supplier that is known.
pub struct Known {
    /// The name of the relationship.
    supplier: PublicKey,
    /// Who may answer, in this order: the key in force, and the one that may have followed it.
    keys: Vec<PublicKey>,
    secret: Zeroizing<[u8; 32]>,
    way: Way,
}

impl Node {
    /// How a supplier is dialled with which there is a relationship, by whichever of its keys.
    pub(super) fn known(&self, key: &PublicKey) -> Option<Known> {
        // Not by who named this key as its next: anybody can name another's. A profile shows what leads where.
        let supplier = self.machine.known_as(key)?;
        let relationship = self.machine.relationship(&supplier)?;
        let lineage = relationship.lineage();
        let keys = std::iter::once(lineage.current()).chain(lineage.next()).copied().collect();
        let way = Way { inward: self.inward_to(relationship), ..self.travel.way.clone() };
        Some(Known { supplier, keys, secret: relationship.key().expose_secret(), way })
    }

    /// The supplier was found: its newer word is taken, and it is visited now.
    pub(super) fn found(
        &mut self,
        supplier: &PublicKey,
        profile: Signed<Profile>,
        entered: &[String],
        turn: &mut Turn,
    ) -> Result<FoundAgain, Failure> {
        let before = self.machine.relationship(supplier).map(|r| r.profile().addresses.clone());
        self.renew(supplier, profile, turn);
        let after = self.machine.relationship(supplier).map(|r| r.profile().addresses.clone());
        if !entered.is_empty() && self.give(Input::Entered(supplier, entered), turn)?.records > 0 {
            // Its line may lead there from now on.
            self.line_anew(*supplier);
        }
        if let Some(link) = self.links.get(supplier) {
            // It was reached just now: a network that answered in its place is left behind.
            link.strangers.iter().for_each(crate::network::Strangers::forget);
        }
        self.note_active(supplier);
        self.wake(supplier, turn);
        let supplier = self.known_supplier(supplier)?;
        Ok(FoundAgain { supplier, known_already: true, address_renewed: before != after })
    }
}

/// Looks for a known supplier where a link says that it is; what of that the person entered is remembered.
pub(super) async fn again(
    known: Known,
    addresses: &[Address],
    entered: Vec<String>,
    events: &mpsc::Sender<NodeEvent>,
) -> Result<FoundAgain, Failure> {
    let Known { supplier, keys, secret, way } = known;
    let way = Way { inward: way.inward.and(&entered), ..way };
    let (mut reached, mut trouble) = (None, DialError::NoAddress);
    for (key, first) in keys.into_iter().zip([true, false]) {
        let (endpoint, network) = Endpoint::start(secret.clone(), &[], &way).await.map_err(Failure::internal)?;
        match endpoint.connect(*key.as_bytes(), addresses, None).await {
            Ok(_) => {
                reached = Some((key, endpoint, network));
                break;
            }
            Err(error) if first => trouble = error,
            // That the supplier's key does not answer is what matters.
            Err(_) => {}
        }
        if !trouble.is_wrong_peer() {
            break;
        }
    }
    let (key, endpoint, _network) = reached.ok_or_else(|| pairing::unreachable(trouble))?;
    let Ok(Some(profile)) = links::hello(&key, &endpoint).await else {
        let words = "the supplier answered without saying who it is; try again later";
        return Err(Failure::new("unreachable", exit::UNREACHABLE, words));
    };
    pairing::ask(events, |answer| NodeEvent::Found(supplier, Box::new(profile), entered, answer)).await
}
