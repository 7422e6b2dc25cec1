//! Purposes of the W3C Data Privacy Vocabulary and their hierarchy (<https://w3id.org/dpv>).
//!
//! In: a purpose's name. Out: `Purpose`, and whether one lies within another.

use std::{fmt, str::FromStr};

use crate::coded::coded;

macro_rules! purposes {
    ($($name:ident $(< $parent:ident)? , $text:literal;)*) => {
        /// Why data is asked for. Version 1 knows these and no others.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Purpose { $(#[doc = $text] $name,)* }

        impl Purpose {
            /// Every purpose there is.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The DPV name, the last part of the IRI.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)* }
            }

            /// The next broader purpose in DPV.
            #[must_use]
            pub fn parent(self) -> Option<Self> {
                match self { $(Self::$name => purposes!(@parent $($parent)?),)* }
            }
        }
    };
    (@parent) => { None };
    (@parent $parent:ident) => { Some(Self::$parent) };
}

purposes! {
    ServiceProvision, "To provide a service.";
    RequestedServiceProvision < ServiceProvision, "To provide a service the person asked for.";
    DeliveryOfGoods < RequestedServiceProvision, "To deliver goods.";
    PaymentManagement < ServiceProvision, "To handle payments.";
    Personalisation < ServiceProvision, "To adapt what the person sees.";
    ServiceUsageAnalytics < ServiceProvision, "To analyse how the service is used.";
    CustomerManagement, "To manage customers.";
    CustomerCare < CustomerManagement, "To help a customer.";
    EnforceSecurity, "To keep things secure.";
    FraudPreventionAndDetection < EnforceSecurity, "To prevent and detect fraud.";
    Marketing, "To promote things.";
    DirectMarketing < Marketing, "To send advertising.";
    FulfilmentOfObligation, "To meet an obligation.";
    LegalCompliance < FulfilmentOfObligation, "To do what the law requires.";
    ResearchAndDevelopment, "For research and development.";
    AcademicResearch < ResearchAndDevelopment, "For academic research.";
    SellDataToThirdParties, "To sell data to others.";
}

impl Purpose {
    /// Is it this purpose or a narrower one?
    #[must_use]
    pub fn within(self, broader: Self) -> bool {
        self == broader || self.parent().is_some_and(|parent| parent.within(broader))
    }

    /// Steps down from the top of its tree: the more, the narrower.
    #[must_use]
    pub fn depth(self) -> u8 {
        self.parent().map_or(0, |parent| parent.depth().saturating_add(1))
    }

    /// The full identifier.
    #[must_use]
    pub fn iri(self) -> String {
        format!("https://w3id.org/dpv#{}", self.name())
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Text that is not a purpose of version 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a purpose of version 1")]
pub struct UnknownPurpose;

coded! {
    UnknownPurpose, "purpose";
    Self => "unknown";
}

impl FromStr for Purpose {
    type Err = UnknownPurpose;
    fn from_str(text: &str) -> Result<Self, UnknownPurpose> {
        let name = text.strip_prefix("dpv:").unwrap_or(text);
        Self::ALL.iter().copied().find(|purpose| purpose.name() == name).ok_or(UnknownPurpose)
    }
}

impl serde::Serialize for Purpose {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.name())
    }
}

impl<'de> serde::Deserialize<'de> for Purpose {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        <String as serde::Deserialize>::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}
