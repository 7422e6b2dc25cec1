//! What is said to the board: by a person's node for each intent under that one's own key, by suppliers under theirs. In:
//! messages. Out: the board's replies to who asked, after a while; what is lost is said once more after a while. The board
//! takes everything that it knows already for said, so nothing is there twice.

use rand::Rng as _;
use regie_protocol::{
    Keypair, ObjectId,
    message::{BoardReply, ToBoard},
    person::{Input, Stage},
};

use crate::world::{
    event::{Asker, AtBoard, Event},
    failure::{Wrong, refused},
    line::bytes,
    said,
    state::World,
};

impl World<'_> {
    /// Everything that a person's intents have to say to the board.
    pub(super) fn tell_board_all(&mut self, person: usize) -> Result<(), Wrong> {
        let who = &self.persons[person];
        let open = who.machine.intents().filter(|(_, wanted)| !matches!(wanted.stored.stage, Stage::Closed(_)));
        let mut ids: Vec<ObjectId> = open.map(|(id, _)| *id).collect();
        ids.extend(who.deciding.keys().filter(|id| !ids.contains(id)).copied().collect::<Vec<_>>());
        ids.iter().try_for_each(|id| self.tell_board(person, id))
    }

    /// What one intent has to say, where the node is up and nothing is under way. Where there is nothing to say, what
    /// waits for the board's word goes on without it.
    pub(super) fn tell_board(&mut self, person: usize, id: &ObjectId) -> Result<(), Wrong> {
        let (now, who) = (self.agenda.time(), &mut self.persons[person]);
        if !who.online || who.talking.contains(id) {
            return Ok(());
        }
        let Some(say) = who.machine.to_board(id, now) else { return self.board_is_done(person, id) };
        who.talking.insert(*id);
        let times = who.times;
        // Taking hold of the watch ends the node's turn: the key below is the network's work, not the machine's.
        let watch = &mut *who.watch;
        let key = Keypair::from_secret(&say.secret).public();
        watch.to_board(&key, id, &say.message)?;
        self.ask_board(Asker::Person(person, *id, key, times), say.message.into_inner());
        Ok(())
    }

    /// A message goes out to the board.
    pub(super) fn ask_board(&mut self, asker: Asker, message: ToBoard) {
        let by_person = matches!(asker, Asker::Person(..));
        if self.lost_at_board(bytes(&message), by_person) {
            return self.again(asker, message);
        }
        let after = self.latency();
        self.agenda.later(after, Event::Board(asker, AtBoard::Arrives(Box::new(message))));
    }

    pub(super) fn at_board(&mut self, asker: Asker, what: AtBoard) -> Result<(), Wrong> {
        // What a node had under way when it went down is lost.
        if let Asker::Person(person, .., times) = asker
            && times != self.persons[person].times
        {
            return Ok(());
        }
        match what {
            AtBoard::Arrives(message) => {
                self.board_answers(asker, *message);
                Ok(())
            }
            AtBoard::Replied(message, reply) => self.board_replied(asker, &message, *reply),
            AtBoard::Again(message) => match asker {
                // What is so by now, not what was so then.
                Asker::Person(person, id, ..) => {
                    self.persons[person].talking.remove(&id);
                    self.tell_board(person, &id)
                }
                Asker::Supplier(_) => {
                    self.ask_board(asker, *message);
                    Ok(())
                }
            },
        }
    }

    fn board_answers(&mut self, asker: Asker, message: ToBoard) {
        let key = match asker {
            Asker::Person(_, _, key, _) => key,
            Asker::Supplier(supplier) => self.suppliers[supplier].key,
        };
        let now = self.agenda.time();
        let said = said::by_board(self.board.message(&key, message.clone(), now));
        let Some(reply) = said.reply else { return };
        if self.lost_at_board(bytes(&reply), false) {
            return self.again(asker, message);
        }
        let after = self.latency();
        self.agenda.later(after, Event::Board(asker, AtBoard::Replied(Box::new(message), Box::new(reply))));
    }

    fn board_replied(&mut self, asker: Asker, message: &ToBoard, reply: BoardReply) -> Result<(), Wrong> {
        let (person, id) = match asker {
            Asker::Supplier(supplier) => return self.board_told(supplier, message, reply),
            Asker::Person(person, id, ..) => (person, id),
        };
        let who = &mut self.persons[person];
        who.talking.remove(&id);
        let told = self.give(person, Input::BoardReplied(&id, reply), None).map_err(refused)?;
        let more = told.to_say.is_some();
        self.run_person(person, told)?;
        if more { self.tell_board(person, &id) } else { self.board_is_done(person, &id) }
    }

    /// The board has said all that it has to say of an intent: who waited for that decides.
    fn board_is_done(&mut self, person: usize, id: &ObjectId) -> Result<(), Wrong> {
        self.persons[person].deciding.remove(id).map_or(Ok(()), |need| self.decide(need))
    }

    fn again(&mut self, asker: Asker, message: ToBoard) {
        let after = self.scenario.network.retry_s * 1_000;
        self.agenda.later(after, Event::Board(asker, AtBoard::Again(Box::new(message))));
    }

    /// Counts a message to or from the board. True where it is lost.
    fn lost_at_board(&mut self, bytes: u64, by_person: bool) -> bool {
        self.month().sent(bytes, by_person);
        self.month().board_messages += 1;
        self.rng.random_bool(self.scenario.network.loss)
    }
}
