//! Everything a company can ask of its companion: one verb, one file, with its words, its answer and what it does.
//!
//! In: verbs, at the company's [`Desk`]. Out: typed answers, once what a verb changed is on disk. `verbs.rs` has the list;
//! most verbs are done on the driver's thread ([`OnCompanion`]); those that speak with others before are `Conduct` by
//! themselves.

mod acts;
mod answer_act;
mod ask;
mod board_link;
mod boards;
mod check_forwarders;
mod clock;
mod commit_next_key;
mod correct;
mod domain_document;
mod follow;
mod forwarding;
mod helper_link;
mod invite;
mod issuers;
mod key_create;
mod key_list;
mod key_revoke;
mod offer;
mod offered;
mod pairings;
mod people;
mod publish;
mod published;
mod put;
mod set_profile;
mod status;
mod take_back;
mod trust_issuer;
mod upload;
mod wanted;
mod witness;

use super::{Companion, Desk};
use crate::{
    backup::{TakeRows, TakenRows},
    command::Failure,
    driver::Turn,
    verb::{Conduct, Stop, Stopped, Verb, verbs},
};

pub use crate::verb::{AcceptedClock, Clock};
pub use acts::Acts;
pub use answer_act::AnswerAct;
pub use ask::{Ask, MadeRequest};
pub use board_link::{Admission, BoardLink, OwnBoard};
pub use boards::{Boards, FollowedBoard};
pub use check_forwarders::CheckForwarders;
pub use commit_next_key::{CommitNextKey, CommittedKey};
pub use correct::Correct;
pub use domain_document::{DomainDocument, PlacedDocument};
pub use follow::{BoardLetGo, Follow, Unfollow};
pub use forwarding::{Forwarded, Forwarding, Forwards};
pub use helper_link::{HelperLink, OwnHelper};
pub use invite::{InvitationLink, Invite};
pub use issuers::{Issuers, TrustedIssuer};
pub use key_create::{KeyCreate, NewKey};
pub use key_list::{KeyList, KnownKey};
pub use key_revoke::{KeyRevoke, RevokedKey};
pub use offer::{NewOffer, Offer, SentOffer};
pub use offered::{MadeOffer, Offered};
pub use pairings::{HeldPairings, Pairings};
pub use people::{GivenGrant, HeldValue, KnownPerson, People, SentRequest, Witnessed};
pub use publish::{NewSegment, Publish, PublishedSegment};
pub use published::{OwnSegment, Published};
pub use put::{Put, SentItem};
pub use set_profile::{NewProfile, OwnProfile, SetProfile};
pub use status::{CompanionStatus, Forwarder, SharedStore, Status};
pub use take_back::{TakeBack, TakenBack};
pub use trust_issuer::{DistrustIssuer, Trust, TrustIssuer};
pub use upload::{Upload, Uploaded};
pub use wanted::{Wanted, WantedIntent};
pub use witness::{OwnWitness, Witness};

pub use super::{
    acts::{GivenAnswer, PersonsAct},
    uploads::UPLOAD_PART_BYTES,
};

/// Acts, intents and offers listed in one answer; the API gives all, page by page.
const SHOWN: usize = 1_000;

verbs! {
    /// A verb of a companion.
    CompanionCommand at Desk, else "this home is a supplier's; that command is for a person's node (`regie init`)" {
        Acts: Acts,
        Admission: Admission,
        AnswerAct: AnswerAct,
        Ask: Ask,
        Backup: TakeRows,
        BoardLink: BoardLink,
        Boards: Boards,
        CheckForwarders: CheckForwarders,
        Clock: Clock,
        CommitNextKey: CommitNextKey,
        Correct: Correct,
        DistrustIssuer: DistrustIssuer,
        DomainDocument: DomainDocument,
        Follow: Follow,
        Forwarding: Forwarding,
        HelperLink: HelperLink,
        Invite: Invite,
        Issuers: Issuers,
        KeyCreate: KeyCreate,
        KeyList: KeyList,
        KeyRevoke: KeyRevoke,
        Offer: Offer,
        Offered: Offered,
        Pairings: Pairings,
        People: People,
        Publish: Publish,
        Published: Published,
        Put: Put,
        SetProfile: SetProfile,
        Status: Status,
        Stop: Stop,
        TakeBack: TakeBack,
        TrustIssuer: TrustIssuer,
        Unfollow: Unfollow,
        Upload: Upload,
        Wanted: Wanted,
        Witness: Witness,
    }
}

impl crate::verb::Desk for Desk {
    type Command = CompanionCommand;
}

/// A verb that is done on the thread of the companion's driver, between other turns.
pub trait OnCompanion: Verb {
    /// Does it need the store? What does not is done while that is away, too.
    const READS_STORE: bool = true;

    /// Does it. Where it fails nothing of it is kept.
    ///
    /// # Errors
    /// Why it was not done, with the next step.
    fn run(self, companion: &mut Companion, turn: &mut Turn) -> Result<Self::Answer, Failure>;
}

impl OnCompanion for Stop {
    const READS_STORE: bool = false;

    fn run(self, companion: &mut Companion, _: &mut Turn) -> Result<Stopped, Failure> {
        companion.stops = true;
        Ok(Stopped { stopped: true })
    }
}

impl OnCompanion for TakeRows {
    fn run(self, companion: &mut Companion, _: &mut Turn) -> Result<TakenRows, Failure> {
        crate::backup::give(&*companion.store, &self)
    }
}

impl<V: OnCompanion> Conduct<Desk> for V {
    async fn conduct(self, desk: &Desk) -> Result<V::Answer, Failure> {
        let work = move |companion: &mut Companion, turn: &mut Turn| self.run(companion, turn);
        if V::READS_STORE { desk.call(work).await } else { desk.call_without_store(work).await }
    }
}

impl Desk {
    /// Asks the companion; the answer comes when what it changed is on disk.
    ///
    /// # Errors
    /// What the verb says, or that the companion is stopping.
    pub async fn ask<V: Conduct<Self>>(&self, verb: V) -> Result<V::Answer, Failure> {
        verb.conduct(self).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verb::{Commands as _, SocketLine};

    fn read(text: &str) -> Result<Option<CompanionCommand>, Failure> {
        CompanionCommand::read(SocketLine::read(text)?)
    }

    #[test]
    fn a_wrong_word_at_the_socket_is_said_with_its_verb() {
        assert!(matches!(read(r#"{"command":"people"}"#), Ok(Some(CompanionCommand::People(_)))));
        assert!(matches!(read(r#"{"command":"grants"}"#), Ok(None)), "that is a person's");
        let follow = r#"{"command":"follow","board":"regie:pair?v=1&d=aa","categories":[]}"#;
        let offer = r#"{"command":"offer","intent":"-","offer":{"title":"t","price":"much"}}"#;
        let invite = r#"{"command":"invite","public":true,"days":1,"uses":2}"#;
        for (line, verb, wrong) in
            [(follow, "follow", "regie:pair"), (offer, "offer", "'much'"), (invite, "invite", "uses")]
        {
            let failure = read(line).err().expect("not the words of a verb");
            assert_eq!((failure.code.as_str(), failure.exit), ("bad_argument", crate::command::exit::USAGE));
            assert!(failure.message.contains(verb) && failure.message.contains(wrong), "{failure}");
        }
    }
}
