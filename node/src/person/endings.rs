//! What a person does about a contract outside of this node: dates in another calendar, and the letter that ends it. In:
//! contracts as they are shown. Out: events for a feed, and text to send by hand.

use regie_protocol::{FieldPath, Nonce, Timestamp, calendar::Date, contract::Extension};

use super::{
    Addressee, Node,
    acts::ActState,
    contracts::{ComesNext, ContractList, NextOfContract, Noticed, OwnContract, ShownContract},
    letters::{Draft, LetterWay, Matter, Numbers, StoredLetter},
    tables,
    verbs::Ending,
};
use crate::{
    calendar::Event,
    clock,
    command::{Failure, exit},
    driver::Turn,
    letter::{Agreed, KnownAs, Letter, LetterKind, Recipient, Sender},
    locale::Language,
    store::Read as _,
};

/// The dates of contracts, for a feed, in this language. They are the same as long as the contracts are.
pub(crate) fn events(list: &ContractList, language: Language) -> Vec<Event> {
    list.contracts.iter().filter(|shown| !shown.over).flat_map(|shown| of_one(shown, language)).collect()
}

fn of_one(shown: &ShownContract, language: Language) -> Vec<Event> {
    let what = format!("{}, {}", shown.product, shown.party);
    let goes_on = shown.ends.is_none() && shown.noticed.is_none();
    let notice = shown.notice_by.filter(|_| goes_on && !shown.by_law);
    let renews = shown.term_ends.filter(|_| goes_on && shown.extension != Extension::Ends);
    let dates = [
        ("withdraw", shown.withdraw_by, None),
        ("notice", notice, shown.term_ends),
        ("renews", renews.map(|last| last.plus_days(1)), None),
        ("ends", shown.ends, None),
    ];
    let event = |(kind, on, ends): (&str, Option<_>, Option<_>)| {
        Some(Event {
            id: format!("{}-{kind}@regie", shown.id),
            on: on?,
            title: language.about(&format!("feed-{kind}"), &what),
            about: ends.map(|ends| language.about("feed-then", &language.date(ends))).unwrap_or_default(),
            changed: clock::read(&shown.changed).unwrap_or(Timestamp(0)),
        })
    };
    dates.into_iter().filter_map(event).collect()
}

/// What a contract brings next, in a few words.
pub(crate) fn next_in_words(shown: &ShownContract, language: Language) -> Option<String> {
    shown.next.map(|next| change_in_words(next, language))
}

/// A day that comes, in a few words.
pub(crate) fn change_in_words(next: ComesNext, language: Language) -> String {
    let key = match next.what {
        NextOfContract::WithdrawBy => "contracts-next-withdraw",
        NextOfContract::NoticeBy => "contracts-next-notice",
        NextOfContract::Renews => "contracts-next-renews",
        NextOfContract::Ends => "contracts-next-ends",
        NextOfContract::Begins => "contracts-next-begins",
    };
    language.about(key, &language.date(next.on))
}

/// The first last day that notice of today gives, or that a withdrawal is possible: else there is nothing to end.
pub(super) fn can_end(shown: &ShownContract, withdraw: bool) -> Result<Date, Failure> {
    if withdraw && shown.withdraw_by.is_none() {
        let next = "its cooling-off is over, or was never stated; end it with notice instead";
        return Err(Failure::new("too_late", exit::REFUSED, next));
    }
    if !shown.terms_known && !shown.over {
        let next =
            format!("fill in how long ahead notice has to be there (`regie contract edit {} --notice 1m`)", shown.id);
        let what = "it was found in your payments, and its terms are not known";
        return Err(Failure::new("no_terms", exit::REFUSED, format!("{what}; {next}")));
    }
    shown
        .can_end
        .filter(|_| !shown.over)
        .ok_or_else(|| Failure::new("already_done", exit::ERROR, "that contract is over; there is nothing to end"))
}

fn kind_of(shown: &ShownContract, withdraw: bool, ends: Date) -> LetterKind {
    let contract = Agreed { product: shown.product.clone(), number: shown.number.clone() };
    match withdraw {
        true => LetterKind::Withdrawal { contract, start: shown.start },
        false => LetterKind::Notice { contract, ends },
    }
}

impl Node {
    /// The letter that ends a contract, or withdraws from it.
    pub(super) fn ending(&self, text: &str, withdraw: bool, language: Language) -> Result<Ending, Failure> {
        let shown = self.contract(text)?;
        let ends = can_end(&shown, withdraw)?;
        // Who did not take it over the line is written to.
        let not_taken = shown.said.as_ref().is_some_and(|said| said.state == ActState::NotTaken);
        let line = shown.supplier.filter(|_| !not_taken).map(|supplier| self.name_of(&supplier));
        let kind = kind_of(&shown, withdraw, ends);
        let customer = shown.customer.iter().map(|number| (KnownAs::Customer, number.clone()));
        let letter = Letter {
            kind,
            language,
            date: self.today(),
            reference: None,
            sender: Sender { known_as: customer.collect(), ..self.sender() },
            recipient: Recipient { name: shown.party.clone(), address: Vec::new() },
        };
        let written = letter.render();
        let received_by = if withdraw { shown.withdraw_by } else { shown.can_end_by };
        let ends = (!withdraw).then_some(ends);
        Ok(Ending {
            id: shown.id,
            party: shown.party,
            line,
            subject: written.subject.clone(),
            text: written.plain(),
            received_by,
            ends,
        })
    }

    /// Writes that letter, and keeps it with the others.
    pub(super) fn write_ending(
        &mut self,
        text: &str,
        withdraw: bool,
        way: Option<LetterWay>,
        language: Option<Language>,
        turn: &mut Turn,
    ) -> Result<StoredLetter, Failure> {
        self.speaks()?;
        let shown = self.contract(text)?;
        let ends = can_end(&shown, withdraw)?;
        let is_open = |letter: &StoredLetter| {
            let of_it = matches!(letter.matter, Some(Matter::Contract { id, .. }) if id == shown.id);
            of_it && letter.sent().is_none()
        };
        if let Some(letter) = self.letters()?.iter().find(|letter| is_open(letter)) {
            let next = format!("send that one, or remove it (`regie letter remove {}`)", letter.id);
            return Err(Failure::new("already_done", exit::ERROR, format!("a letter for that is written; {next}")));
        }
        let organisation = shown.organisation.map(|id| self.store.get(tables::ORGANISATIONS, &id)).transpose()?;
        let mut draft = match organisation.flatten() {
            Some(one) => self.draft_to(&one, way, language, &Numbers::new())?,
            None => self.draft_to_name(&shown.party, language),
        };
        if let Some(number) = &shown.customer {
            draft.sender.known_as = vec![(KnownAs::Customer, number.clone())];
        }
        draft.matter = Some(Matter::Contract { id: shown.id, last: (!withdraw).then_some(ends) });
        self.write(draft, kind_of(&shown, withdraw, ends), turn)
    }

    /// A letter that ends a contract went: that stands in the contract, where it is the person's own.
    pub(super) fn notice_went(&self, contract: &Nonce, noticed: Noticed, turn: &mut Turn) -> Result<(), Failure> {
        if let Some(own) = self.store.get(tables::CONTRACTS, &contract.0)? {
            let changed = self.clock.look().wall;
            turn.batch.put(tables::CONTRACTS, &contract.0, &OwnContract { noticed: Some(noticed), changed, ..own });
        }
        Ok(())
    }

    /// A letter to somebody of whom only the name is known.
    fn draft_to_name(&self, name: &str, language: Option<Language>) -> Draft {
        let tells = self.held_of(&["name.full", "address.street", "address.postalCode", "address.locality"]);
        Draft {
            to: Addressee::Named(name.to_owned()),
            recipient: Recipient { name: name.to_owned(), address: Vec::new() },
            email: None,
            language: language.unwrap_or_else(|| self.language_to(None)),
            sender: self.sender(),
            tells,
            matter: None,
        }
    }

    /// Name and address, as far as the person has them here.
    pub(super) fn sender(&self) -> Sender {
        let held = |path: &str| path.parse::<FieldPath>().ok().and_then(|field| self.held(field));
        let text = |path: &str| held(path).map(|observed| observed.value.as_str().to_owned());
        let place = [text("address.postalCode"), text("address.locality")].into_iter().flatten().collect::<Vec<_>>();
        let place = Some(place.join(" ")).filter(|place| !place.is_empty());
        let address = [text("address.street"), place].into_iter().flatten().collect();
        Sender { name: text("name.full"), address, ..Sender::default() }
    }
}
