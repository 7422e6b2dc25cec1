//! Which payments come again. In: payments. Out: what recurs, one for each creditor and mandate, or account, or name. Single payments
//! end here: an amount is given only where several had it, else it is rounded to the whole unit.

use std::collections::BTreeMap;

use regie_protocol::{calendar::Date, contract::Currency};

use super::{CreditorId, Recurring, Rhythm, name, statement::Payment};

/// Payments from which a rhythm is told.
const LEAST: usize = 3;
/// How many of the gaps between payments have to be of the rhythm, and how many amounts alike, in hundredths.
const MOST_OF_THEM: usize = 70;
/// How far an amount may be from the one in the middle, in hundredths of that, where no mandate says that it recurs.
const TOLERANCE: u64 = 25;
/// Most groups that are kept of one file's payments.
const GROUPS: usize = 100_000;

/// What payments are counted together by; the first that there is.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    Mandate(CreditorId, Option<String>),
    Account(String, Currency),
    Name(String, Currency),
}

/// What comes again, or is collected by a mandate.
pub(super) fn recurring(payments: Vec<Payment>) -> Vec<Recurring> {
    let until = payments.iter().map(|payment| payment.day).max();
    let mut groups: BTreeMap<Group, Vec<Payment>> = BTreeMap::new();
    for payment in payments {
        let group = Group::of(&payment);
        if groups.len() < GROUPS || groups.contains_key(&group) {
            groups.entry(group).or_default().push(payment);
        }
    }
    let found = groups.into_iter().filter_map(|(group, payments)| of_group(&group, payments));
    found.map(|paid| Recurring { until, ..paid }).collect()
}

impl Group {
    fn of(payment: &Payment) -> Self {
        let Payment { creditor, mandate, account, payee, currency, .. } = payment;
        match (creditor, account) {
            (Some(creditor), _) => Self::Mandate(creditor.clone(), mandate.clone()),
            (None, Some(account)) => Self::Account(account.clone(), *currency),
            (None, None) => Self::Name(name::plain(payee), *currency),
        }
    }
}

fn of_group(group: &Group, mut payments: Vec<Payment>) -> Option<Recurring> {
    payments.sort_by_key(|payment| payment.day);
    let collected = matches!(group, Group::Mandate(..));
    let rhythm = rhythm_of(&payments).filter(|_| collected || alike(&payments));
    let rhythm = rhythm.or(collected.then_some(Rhythm::Irregular))?;
    let (first, last) = (payments.first()?, payments.last()?);
    let (amount, about) = typical(&payments).filter(|_| rhythm != Rhythm::Irregular).unzip();
    Some(Recurring {
        amount,
        about: about.unwrap_or_default(),
        until: None,
        currency: last.currency,
        rhythm,
        since: first.day,
        last: last.day,
        // The newest name is the one that the person knows it by.
        payee: last.payee.clone(),
        creditor: last.creditor.clone(),
        mandate: last.mandate.clone(),
    })
}

/// The rhythm that most gaps are of.
fn rhythm_of(payments: &[Payment]) -> Option<Rhythm> {
    let mut days: Vec<Date> = payments.iter().map(|payment| payment.day).collect();
    days.dedup();
    if days.len() < LEAST {
        return None;
    }
    let gaps: Vec<i32> = days.iter().zip(days.iter().skip(1)).map(|(one, next)| next.days_after(*one)).collect();
    let enough = |span: std::ops::RangeInclusive<i32>| {
        gaps.iter().filter(|gap| span.contains(gap)).count() * 100 >= gaps.len() * MOST_OF_THEM
    };
    match () {
        () if enough(26..=35) => Some(Rhythm::Monthly),
        () if enough(85..=100) => Some(Rhythm::Quarterly),
        () if enough(350..=380) => Some(Rhythm::Yearly),
        () => None,
    }
}

/// Are most amounts about the same?
fn alike(payments: &[Payment]) -> bool {
    let middle = middle(payments);
    let near = |amount: u64| amount.abs_diff(middle) * 100 <= middle * TOLERANCE;
    payments.iter().filter(|payment| near(payment.amount)).count() * 100 >= payments.len() * MOST_OF_THEM
}

/// What is paid each time: the last amount that came more than once, else the one in the middle, rounded, which is about that.
fn typical(payments: &[Payment]) -> Option<(u64, bool)> {
    const UNIT: u64 = 100;
    let mut seen: BTreeMap<u64, usize> = BTreeMap::new();
    payments.iter().for_each(|payment| *seen.entry(payment.amount).or_default() += 1);
    let again = payments.iter().rev().map(|payment| payment.amount).find(|amount| seen.get(amount) > Some(&1));
    let rounded = || (middle(payments) + UNIT / 2) / UNIT * UNIT;
    Some((again.unwrap_or_else(rounded), again.is_none())).filter(|(amount, _)| *amount > 0)
}

fn middle(payments: &[Payment]) -> u64 {
    let mut amounts: Vec<u64> = payments.iter().map(|payment| payment.amount).collect();
    amounts.sort_unstable();
    amounts.get(amounts.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paid(payee: &str, day: &str, amount: u64, creditor: Option<&str>) -> Payment {
        let creditor = creditor.map(|id| id.parse().expect("a creditor"));
        let mandate = if creditor.is_some() { "M-1" } else { "" };
        Payment::of(day.parse().expect("a day"), amount, Currency::EUR, payee, "", creditor, mandate)
            .expect("a payment")
    }

    fn each(payee: &str, days: &[&str], amounts: &[u64], creditor: Option<&str>) -> Vec<Recurring> {
        let amounts = amounts.iter().cycle();
        recurring(days.iter().zip(amounts).map(|(day, amount)| paid(payee, day, *amount, creditor)).collect())
    }

    const MONTHS: &[&str] = &["2024-01-30", "2024-02-29", "2024-03-29", "2024-04-30"];

    #[test]
    fn three_payments_in_a_rhythm_recur_and_two_do_not() {
        let found = each("Gym", MONTHS, &[2500], None);
        assert_eq!((found[0].rhythm, found[0].amount), (Rhythm::Monthly, Some(2500)));
        assert_eq!(
            (found[0].since.to_string().as_str(), found[0].last.to_string().as_str()),
            ("2024-01-30", "2024-04-30")
        );
        assert!(each("Gym", &MONTHS[..2], &[2500], None).is_empty());
        let quarters = ["2023-12-31", "2024-03-31", "2024-06-30", "2024-09-30"];
        assert_eq!(each("Water", &quarters, &[6000], None)[0].rhythm, Rhythm::Quarterly);
        assert_eq!(each("Tax", &["2022-02-28", "2023-02-28", "2024-02-29"], &[4000], None)[0].rhythm, Rhythm::Yearly);
        assert!(
            each("Shop", &["2024-01-01", "2024-01-08", "2024-01-15", "2024-01-22"], &[900], None).is_empty(),
            "weekly"
        );
        assert!(
            each("Shop", MONTHS, &[900, 5000, 100, 20_000], None).is_empty(),
            "amounts that have nothing in common"
        );
    }

    #[test]
    fn what_is_paid_no_more_has_ended_by_the_end_of_what_was_read() {
        let gym = |last: &str| {
            let days = [MONTHS, &[last]].concat();
            let all = days.iter().map(|day| paid("Gym", day, 2500, None)).collect::<Vec<_>>();
            // Something else was paid later.
            recurring([all, vec![paid("Shop", "2024-07-20", 1, None)]].concat()).remove(0)
        };
        assert!(gym("2024-05-30").ended() && !gym("2024-06-28").ended());
        assert_eq!(gym("2024-05-30").until.map(|day| day.to_string()).as_deref(), Some("2024-07-20"));
    }

    #[test]
    fn a_mandate_needs_no_rhythm_and_gives_no_amount_without_one() {
        let found = each("Energy", &MONTHS[..1], &[12_345], Some("DE98ZZZ09999999999"));
        assert_eq!((found[0].rhythm, found[0].amount), (Rhythm::Irregular, None));
        assert_eq!(found[0].mandate.as_deref(), Some("M-1"));
    }

    #[test]
    fn no_single_amount_comes_out() {
        // A price that rose; one that differs each time; one that came twice.
        let rose = each("TV", MONTHS, &[1199, 1199, 1399, 1399], None);
        assert_eq!((rose[0].amount, rose[0].about), (Some(1399), false));
        let differs = each("Phone", MONTHS, &[2511, 2633, 2702, 2777], Some("DE98ZZZ09999999999"));
        assert_eq!((differs[0].amount, differs[0].about), (Some(2700), true));
        assert_eq!(each("Power", MONTHS, &[5000, 5133, 5000, 5217], None)[0].amount, Some(5000));
    }
}
