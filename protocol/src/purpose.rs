//! Purposes of the W3C Data Privacy Vocabulary and their hierarchy (<https://w3id.org/dpv>).
//!
//! In: a purpose's name. Out: `Purpose`, and whether one lies within another.

use std::{fmt, str::FromStr};

macro_rules! purposes {
    ($($name:ident $(< $parent:ident)? , $text:literal;)*) => {
        /// Why data is asked for. Version 1 knows these and no others.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Purpose { $(#[doc = $text] $name,)* }

        impl Purpose {
            /// All purposes.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The DPV name, the last part of the IRI.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)* }
            }

            /// In plain words.
            #[must_use]
            pub fn plain(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
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
    ServiceProvision, "to provide a service";
    RequestedServiceProvision < ServiceProvision, "to provide a service you asked for";
    DeliveryOfGoods < RequestedServiceProvision, "to deliver goods to you";
    PaymentManagement < ServiceProvision, "to handle payments";
    Personalisation < ServiceProvision, "to adapt what you see to you";
    ServiceUsageAnalytics < ServiceProvision, "to analyse how the service is used";
    CustomerManagement, "to manage customers";
    CustomerCare < CustomerManagement, "to help you as a customer";
    EnforceSecurity, "to keep things secure";
    FraudPreventionAndDetection < EnforceSecurity, "to prevent and detect fraud";
    Marketing, "to promote things";
    DirectMarketing < Marketing, "to send you advertising";
    FulfilmentOfObligation, "to meet an obligation";
    LegalCompliance < FulfilmentOfObligation, "to do what the law requires";
    ResearchAndDevelopment, "for research and development";
    AcademicResearch < ResearchAndDevelopment, "for academic research";
    SellDataToThirdParties, "to sell your data to others";
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
#[error("not a known purpose; `regie fields --purposes` lists them (DeliveryOfGoods, CustomerCare, …)")]
pub struct UnknownPurpose;

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
