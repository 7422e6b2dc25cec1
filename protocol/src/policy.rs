//! The person's defaults: rules as data, and the one rule that decides.
//!
//! In: who asks what, why and on which terms. Out: allow, ask or refuse, with the name of the rule. The most
//! specific matching rule wins: first by who, then by what, then by why; on a tie refuse beats ask beats allow.
//! An allow never opens the door by itself: it lets the node issue a grant.

use serde::{Deserialize, Serialize};

use crate::{
    agreement::Agreement, field::FieldPath, identity::PublicKey, limits, purpose::Purpose, segment::Belongs, time::Days,
};

/// Whom a rule is about, from broad to narrow.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Who {
    /// Whoever asks.
    Anyone,
    /// Suppliers that say they are of this sector.
    Sector(String),
    /// The supplier with this key.
    Supplier(PublicKey),
}

/// What a rule is about, from broad to narrow.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum What {
    /// Whatever field is asked for.
    Anything,
    /// Fields of a closed group.
    Group(String),
    /// Fields that the vocabulary marks as sensitive.
    Sensitive,
    /// This field alone.
    Field(FieldPath),
}

/// What a rule answers. On a tie the later one here wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Issue a grant and answer.
    Allow,
    /// Leave it to the person.
    Ask,
    /// Refuse it without asking the person.
    Refuse,
}

/// One of the person's defaults.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its name, shown wherever it decides: the person's own words, or a code of a preset.
    pub name: String,
    /// Whose requests it is about.
    pub who: Who,
    /// Which fields it is about.
    pub what: What,
    /// Why: this purpose and narrower ones; none for any.
    pub why: Option<Purpose>,
    /// Only where the agreement permits nothing beyond this one.
    pub agreement: Option<Agreement>,
    /// Only where values are kept at most this long.
    pub retention: Option<Days>,
    /// Is it about requests for leave to hand the values on to a processor? A rule that is not can refuse such a
    /// request or put it before the person, but not allow it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub delegation: bool,
    /// What is answered where all of that matches.
    pub answer: Answer,
}

/// Who asks what, why and on which terms, for one field.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    /// The supplier that asks.
    pub supplier: &'a PublicKey,
    /// Its sector, by its profile.
    pub sector: &'a str,
    /// The agreement in force.
    pub agreement: Agreement,
    /// What the field is asked for.
    pub purpose: Purpose,
    /// How long it would keep the value.
    pub retention: Days,
    /// How many steps below it processors may go.
    pub delegations: u8,
    /// Is it proven who it is, or did the person vouch for it?
    pub is_known: bool,
}

/// Who proposes a correction, publishes a segment or names a processor.
#[derive(Clone, Copy, Debug)]
pub struct Proposer<'a> {
    /// The supplier that proposes or publishes.
    pub supplier: &'a PublicKey,
    /// Its sector, by its profile.
    pub sector: &'a str,
    /// Is it proven who it is, or did the person vouch for it?
    pub is_known: bool,
}

/// All of a person's defaults.
///
/// ```
/// use regie_protocol::{
///     Agreement, Days, Keypair, Policy, Purpose,
///     policy::{Answer, Terms},
/// };
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let policy = Policy::preset("balanced").ok_or("a preset")?;
/// let shop = Keypair::from_secret(&[2; 32]).public();
/// let asked = Terms {
///     supplier: &shop,
///     sector: "retail",
///     agreement: Agreement::SdBase,
///     purpose: Purpose::DeliveryOfGoods,
///     retention: Days(30),
///     delegations: 0,
///     is_known: true,
/// };
/// assert_eq!(policy.answer("address.street".parse()?, &asked).0, Answer::Allow);
/// // Every answer names its rule.
/// let advertising = Terms { purpose: Purpose::DirectMarketing, ..asked };
/// let (answer, rule) = policy.answer("address.street".parse()?, &advertising);
/// assert_eq!((answer, rule), (Answer::Refuse, "nobody-advertises-to-me"));
/// // What anybody says of themselves opens nothing.
/// let stranger = Terms { is_known: false, ..asked };
/// assert_eq!(policy.answer("address.street".parse()?, &stranger).0, Answer::Ask);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// At most [`limits::RULES`].
    pub rules: Vec<Rule>,
    /// What happens with corrections that suppliers propose. At most [`limits::RULES`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub corrections: Vec<CorrectionRule>,
    /// What is said of segments that suppliers publish. At most [`limits::RULES`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<SegmentRule>,
    /// Which processors of suppliers are met. At most [`limits::RULES`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub processors: Vec<ProcessorRule>,
}

/// A default about one company that works for suppliers: is it met when one of them hands part of a grant on to it?
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ProcessorRule {
    /// Its name, for the list of defaults.
    pub name: String,
    /// The processor.
    pub processor: PublicKey,
    /// Where it works for whom.
    pub who: Who,
    /// Allow meets it, refuse ends what was handed on.
    pub answer: Answer,
}

/// A default about segments that suppliers publish.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SegmentRule {
    /// Its name, for the list of defaults.
    pub name: String,
    /// Whose segments it is about.
    pub who: Who,
    /// Yes says so where the segment fits; no and count need not look.
    pub answer: Belongs,
}

/// A default about corrections that suppliers propose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CorrectionRule {
    /// Its name, shown wherever it decides.
    pub name: String,
    /// Whose corrections it is about.
    pub who: Who,
    /// To correct what.
    pub what: What,
    /// Allow takes it over, where the field still is what the supplier takes it to be.
    pub answer: Answer,
}

/// The name given where a rule would allow, but for a supplier that nobody knows.
pub const NOT_KNOWN: &str = "not-known";

/// The name given where no rule matches.
pub const NO_RULE: &str = "no-rule";

/// How the name of a rule begins that was made of the person's word on one request; field, purpose and whom it is about
/// follow, separated by commas.
pub const SAID: &str = "said: ";

impl Policy {
    /// The answer for one field and the name of the rule that gave it. No rule allows anything to a supplier that is
    /// neither proven nor vouched for: a name and a sector are what anybody says of themselves.
    #[must_use]
    pub fn answer(&self, field: FieldPath, terms: &Terms<'_>) -> (Answer, &str) {
        let matching = self.rules.iter().filter(|rule| rule.matches(field, terms));
        let deciding = matching.max_by_key(|rule| (rule.specificity(), rule.answer));
        match deciding {
            // Only an allowance turns into a question: a refusal stays one for everybody, or an impostor could pester.
            Some(rule) if rule.answer == Answer::Allow && !terms.is_known => (Answer::Ask, NOT_KNOWN),
            Some(rule) => (rule.answer, rule.name.as_str()),
            None => (Answer::Ask, NO_RULE),
        }
    }

    /// What a default says of a correction, and the name of the rule. As for requests the most specific one
    /// decides, nothing is taken over from a supplier that is not known, and where no rule matches the person is asked.
    #[must_use]
    pub fn correction(&self, field: FieldPath, by: Proposer<'_>) -> (Answer, &str) {
        let matching = self
            .corrections
            .iter()
            .filter(|rule| rule.who.matches(by.supplier, by.sector) && rule.what.takes_in(field));
        let deciding = matching.max_by_key(|rule| (rule.who.specificity(), rule.what.specificity(), rule.answer));
        match deciding {
            Some(rule) if rule.answer == Answer::Allow && !by.is_known => (Answer::Ask, NOT_KNOWN),
            Some(rule) => (rule.answer, rule.name.as_str()),
            None => (Answer::Ask, NO_RULE),
        }
    }

    /// What a default says of a supplier's segments: the most specific one decides, and of two alike the first.
    /// Without one, and where it would tell something to a supplier that is not known, the person is asked.
    #[must_use]
    pub fn segment(&self, by: Proposer<'_>) -> Option<Belongs> {
        // From the back, as `max_by_key` gives the last of equals.
        let matching = self.segments.iter().rev().filter(|rule| rule.who.matches(by.supplier, by.sector));
        let deciding = matching.max_by_key(|rule| rule.who.specificity()).map(|rule| rule.answer);
        deciding.filter(|answer| by.is_known || *answer == Belongs::No)
    }

    /// What a default says of a processor of this supplier's, and the name of the rule. As for corrections: the most
    /// specific one decides, nobody is met for a supplier that is not known, and where no rule matches the person is asked.
    #[must_use]
    pub fn processor(&self, processor: &PublicKey, of: Proposer<'_>) -> (Answer, &str) {
        let named = self.processors.iter().filter(|rule| rule.processor == *processor);
        let matching = named.filter(|rule| rule.who.matches(of.supplier, of.sector));
        match matching.max_by_key(|rule| (rule.who.specificity(), rule.answer)) {
            Some(rule) if rule.answer == Answer::Allow && !of.is_known => (Answer::Ask, NOT_KNOWN),
            Some(rule) => (rule.answer, rule.name.as_str()),
            None => (Answer::Ask, NO_RULE),
        }
    }

    /// Within the bounds.
    #[must_use]
    pub fn well_formed(&self) -> bool {
        let names = self.rules.iter().map(|rule| &rule.name).chain(self.corrections.iter().map(|rule| &rule.name));
        let names = names.chain(self.segments.iter().map(|rule| &rule.name));
        let names = names.chain(self.processors.iter().map(|rule| &rule.name));
        self.rules.len() <= limits::RULES
            && self.corrections.len() <= limits::RULES
            && self.segments.len() <= limits::RULES
            && self.processors.len() <= limits::RULES
            && names.into_iter().all(|name| name.len() <= limits::NAME_BYTES)
    }

    /// A starting point by name: `careful`, `balanced` or `open`. Its rules are named by codes, such as
    /// `nobody-sells-my-data`; whoever shows one has the words for it.
    #[must_use]
    pub fn preset(name: &str) -> Option<Self> {
        match name {
            "careful" => Some(Self::of(basics())),
            "balanced" => Some(Self::of([basics(), service()].concat())),
            "open" => Some(Self::of([basics(), service(), generous()].concat())),
            _ => None,
        }
    }

    /// With these rules for requests, and every correction left to the person.
    #[must_use]
    pub fn of(rules: Vec<Rule>) -> Self {
        Self { rules, corrections: Vec::new(), segments: Vec::new(), processors: Vec::new() }
    }
}

impl Who {
    /// The one supplier that it names.
    #[must_use]
    pub fn supplier(&self) -> Option<&PublicKey> {
        match self {
            Self::Supplier(key) => Some(key),
            Self::Anyone | Self::Sector(_) => None,
        }
    }

    /// The sector that it names.
    #[must_use]
    pub fn sector(&self) -> Option<&str> {
        match self {
            Self::Sector(sector) => Some(sector),
            Self::Anyone | Self::Supplier(_) => None,
        }
    }

    fn matches(&self, supplier: &PublicKey, sector: &str) -> bool {
        match self {
            Self::Anyone => true,
            Self::Sector(own) => own == sector,
            Self::Supplier(own) => own == supplier,
        }
    }

    fn specificity(&self) -> u8 {
        match self {
            Self::Anyone => 0,
            Self::Sector(_) => 1,
            Self::Supplier(_) => 2,
        }
    }
}

impl What {
    /// Is this field among what it is about?
    #[must_use]
    pub fn takes_in(&self, field: FieldPath) -> bool {
        match self {
            Self::Anything => true,
            Self::Group(group) => field.info().group == group,
            Self::Sensitive => field.info().sensitive,
            Self::Field(own) => *own == field,
        }
    }

    fn specificity(&self) -> u8 {
        match self {
            Self::Anything => 0,
            Self::Group(_) => 1,
            Self::Sensitive => 2,
            Self::Field(_) => 3,
        }
    }
}

impl Rule {
    fn matches(&self, field: FieldPath, terms: &Terms<'_>) -> bool {
        let (who, what) = (self.who.matches(terms.supplier, terms.sector), self.what.takes_in(field));
        let handed_on = terms.delegations > 0;
        // Who allowed a shop something did not mean its carriers; who refused it, or wants to be asked, meant them too.
        let delegation = self.delegation == handed_on || (handed_on && self.answer != Answer::Allow);
        who && what
            && delegation
            && self.why.is_none_or(|why| terms.purpose.within(why))
            && self.agreement.is_none_or(|bound| terms.agreement.no_looser_than(bound))
            && self.retention.is_none_or(|most| terms.retention <= most)
    }

    fn specificity(&self) -> (u8, u8, u8) {
        (self.who.specificity(), self.what.specificity(), self.why.map_or(0, |why| why.depth() + 1))
    }
}

fn rule(name: &str, what: What, why: Option<Purpose>, days: Option<u32>, answer: Answer) -> Rule {
    let (who, retention) = (Who::Anyone, days.map(Days));
    Rule { name: name.into(), who, what, why, agreement: None, retention, delegation: false, answer }
}

type FieldRule = fn(&str, Option<Purpose>, Answer) -> Option<Rule>;

/// What every preset has: advertising and sale are refused, sensitive fields are asked for.
fn basics() -> Vec<Rule> {
    let mut rules = vec![
        rule("nobody-advertises-to-me", What::Anything, Some(Purpose::Marketing), None, Answer::Refuse),
        rule("nobody-sells-my-data", What::Anything, Some(Purpose::SellDataToThirdParties), None, Answer::Refuse),
        rule("sensitive-data-only-with-my-word", What::Sensitive, None, None, Answer::Ask),
    ];
    let account: FieldRule = |name, why, answer| {
        let field = "payment.iban".parse().ok()?;
        Some(rule(name, What::Field(field), why, None, answer))
    };
    rules.extend(account("my-bank-account-only-for-payments", None, Answer::Refuse));
    rules.extend(account("my-bank-account-for-a-payment-with-my-word", Some(Purpose::PaymentManagement), Answer::Ask));
    // Sensitive weighs more than any purpose: without these the person would be asked where the two rules above refuse.
    for (name, why) in [
        ("no-sensitive-data-for-advertising", Purpose::Marketing),
        ("no-sensitive-data-for-sale", Purpose::SellDataToThirdParties),
    ] {
        rules.push(rule(name, What::Sensitive, Some(why), None, Answer::Refuse));
    }
    rules
}

/// Name, address and contact for a service the person asked for.
fn service() -> Vec<Rule> {
    let groups = [
        ("my-name-for-a-service-I-asked-for", "name"),
        ("my-address-for-a-service-I-asked-for", "address"),
        ("my-contact-details-for-a-service-I-asked-for", "contact"),
    ];
    let own = groups.into_iter().map(|(name, group)| {
        let why = Some(Purpose::RequestedServiceProvision);
        rule(name, What::Group(group.into()), why, Some(730), Answer::Allow)
    });
    let handed_on = [("my-name-to-the-carrier-of-what-I-bought", "name"), ("my-address-to-the-carrier", "address")];
    let handed_on = handed_on.into_iter().map(|(name, group)| {
        let why = Some(Purpose::DeliveryOfGoods);
        Rule { delegation: true, ..rule(name, What::Group(group.into()), why, Some(30), Answer::Allow) }
    });
    own.chain(handed_on).collect()
}

/// Households' figures for any service, and names for help and the law.
fn generous() -> Vec<Rule> {
    vec![
        rule(
            "my-energy-use-for-a-service",
            What::Group("energy".into()),
            Some(Purpose::ServiceProvision),
            Some(730),
            Answer::Allow,
        ),
        rule(
            "my-household-for-a-service",
            What::Group("household".into()),
            Some(Purpose::ServiceProvision),
            Some(730),
            Answer::Allow,
        ),
        rule(
            "my-name-for-help",
            What::Group("name".into()),
            Some(Purpose::CustomerManagement),
            Some(730),
            Answer::Allow,
        ),
        rule(
            "my-contact-details-for-help",
            What::Group("contact".into()),
            Some(Purpose::CustomerManagement),
            Some(730),
            Answer::Allow,
        ),
        rule("no-analytics-without-asking", What::Anything, Some(Purpose::ServiceUsageAnalytics), None, Answer::Ask),
    ]
}
