//! What a person does about a contract outside of this node: dates in another calendar, and the letter that ends it. In:
//! contracts as they are shown. Out: events for a feed, and text to send by hand.

use regie_protocol::{FieldPath, Timestamp, calendar::Date, contract::Extension};

use super::{
    Node,
    acts::ActState,
    contracts::{ComesNext, ContractList, NextOfContract, ShownContract},
    verbs::Ending,
};
use crate::{
    calendar::Event,
    clock,
    command::{Failure, exit},
    letter::{Agreed, KnownAs, Letter, LetterKind, Recipient, Sender},
    locale::Language,
};

/// The dates of contracts, for a feed, in this language. They are the same as long as the contracts are.
pub(crate) fn events(list: &ContractList, language: Language) -> Vec<Event> {
    list.contracts.iter().filter(|shown| !shown.over).flat_map(|shown| of_one(shown, language)).collect()
}

fn of_one(shown: &ShownContract, language: Language) -> Vec<Event> {
    let what = format!("{}, {}", shown.product, shown.party);
    let notice = shown.notice_by.filter(|_| shown.ends.is_none() && !shown.by_law);
    let renews = shown.term_ends.filter(|_| shown.ends.is_none() && shown.extension != Extension::Ends);
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

impl Node {
    /// The letter that ends a contract, or withdraws from it.
    pub(super) fn ending(&self, text: &str, withdraw: bool, language: Language) -> Result<Ending, Failure> {
        let shown = self.contract(text)?;
        let ends = can_end(&shown, withdraw)?;
        // Who did not take it over the line is written to.
        let not_taken = shown.said.as_ref().is_some_and(|said| said.state == ActState::NotTaken);
        let line = shown.supplier.filter(|_| !not_taken).map(|supplier| self.name_of(&supplier));
        let contract = Agreed { product: shown.product.clone(), number: shown.number.clone() };
        let kind = match withdraw {
            true => LetterKind::Withdrawal { contract, start: shown.start },
            false => LetterKind::Notice { contract, ends },
        };
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
