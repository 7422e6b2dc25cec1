//! The roster of agreements of IEEE 7012-2025 ("MyTerms").
//!
//! In: an agreement's code. Out: `Agreement` and what it permits the supplier. The person proffers one; a
//! grant names the one that holds.

use std::{fmt, str::FromStr};

use crate::{coded::coded, limits, purpose::Purpose, time::Days, wire::as_text};

/// What an agreement permits beyond delivering the service, and what it demands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AgreementTerms {
    /// Analytics by the supplier.
    pub analytics: bool,
    /// Tracking by the supplier.
    pub tracking: bool,
    /// Profiling by the supplier.
    pub profiling: bool,
    /// Sharing of anonymised data with third parties.
    pub third_parties: bool,
    /// The supplier owes data portability.
    pub portability: bool,
}

macro_rules! agreements {
    ($($name:ident $code:literal [$($term:ident)*];)*) => {
        /// An agreement of the roster.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Agreement { $(#[doc = $code] $name,)* }

        impl Agreement {
            /// The whole roster.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The roster's code.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// What it permits and demands.
            #[must_use]
            pub fn terms(self) -> AgreementTerms {
                match self {
                    $(Self::$name => {
                        #[allow(unused_mut, reason = "the plain agreement permits nothing")]
                        let mut terms = AgreementTerms::default();
                        $(terms.$term = true;)*
                        terms
                    })*
                }
            }
        }
    };
}

agreements! {
    SdBase "SD-BASE" [];
    SdBaseDp "SD-BASE-DP" [portability];
    SdBaseA "SD-BASE-A" [analytics];
    SdBaseADp "SD-BASE-A-DP" [analytics portability];
    SdBaseAt "SD-BASE-AT" [analytics tracking];
    SdBaseAtDp "SD-BASE-AT-DP" [analytics tracking portability];
    SdBaseAtp "SD-BASE-ATP" [analytics tracking profiling];
    SdBaseAtpDp "SD-BASE-ATP-DP" [analytics tracking profiling portability];
    SdBaseAtpS3p "SD-BASE-ATP-S3P" [analytics tracking profiling third_parties];
    SdBaseAtpS3pDp "SD-BASE-ATP-S3P-DP" [analytics tracking profiling third_parties portability];
    PdcAi "PDC-AI" [analytics];
    PdcGood "PDC-GOOD" [analytics];
    PdcIntent "PDC-INTENT" [];
}

/// What a purpose needs an agreement to permit beyond the service itself.
enum Need {
    Nothing,
    Analytics,
    Profiling,
    /// No agreement of the roster permits it.
    Never,
}

fn need(purpose: Purpose) -> Need {
    let within = |broader| purpose.within(broader);
    if within(Purpose::SellDataToThirdParties) {
        Need::Never
    } else if within(Purpose::Marketing) || within(Purpose::Personalisation) {
        Need::Profiling
    } else if within(Purpose::ServiceUsageAnalytics) || within(Purpose::ResearchAndDevelopment) {
        Need::Analytics
    } else {
        Need::Nothing
    }
}

impl Agreement {
    /// Is a request for this purpose within it? This is as much of the roster as a machine can see: the purpose,
    /// handing on to processors for anything but the service itself, and how long a value is kept. Tracking and
    /// the duty of portability show in no request; they are the supplier's word.
    #[must_use]
    pub fn permits(self, purpose: Purpose, delegations: u8, retention: Days) -> bool {
        let terms = self.terms();
        let (asked, plain) = match need(purpose) {
            Need::Nothing => (true, true),
            Need::Analytics => (terms.analytics, false),
            Need::Profiling => (terms.profiling, false),
            Need::Never => (false, false),
        };
        let handed_on = delegations == 0 || plain || terms.third_parties;
        let kept = self != Self::PdcIntent || retention <= Days(limits::INTENT_RETENTION_DAYS);
        asked && handed_on && kept
    }

    /// The one to answer a proffer with that is not accepted: of the same family, with the least beyond what was
    /// proffered and then the most of it.
    #[must_use]
    pub fn alternative(self, accepted: &std::collections::BTreeSet<Self>) -> Option<Self> {
        let family = |agreement: Self| agreement.code().split('-').next().map(str::to_owned);
        let terms = |agreement: Self| {
            let of = agreement.terms();
            [of.analytics, of.tracking, of.profiling, of.third_parties]
        };
        let beyond = |a: Self, b: Self| terms(a).into_iter().zip(terms(b)).filter(|(a, b)| *a && !*b).count();
        let same = accepted.iter().copied().filter(|other| family(*other) == family(self));
        same.min_by_key(|other| {
            let portability = other.terms().portability != self.terms().portability;
            (beyond(*other, self), beyond(self, *other), portability)
        })
    }

    /// Does it permit nothing that `other` does not permit?
    #[must_use]
    pub fn no_looser_than(self, other: Self) -> bool {
        let (own, bound) = (self.terms(), other.terms());
        (!own.analytics || bound.analytics)
            && (!own.tracking || bound.tracking)
            && (!own.profiling || bound.profiling)
            && (!own.third_parties || bound.third_parties)
    }
}

impl fmt::Display for Agreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Text that is no code of the roster.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an agreement of the roster")]
pub struct UnknownAgreement;

coded! {
    UnknownAgreement, "agreement";
    Self => "unknown";
}

impl FromStr for Agreement {
    type Err = UnknownAgreement;
    fn from_str(text: &str) -> Result<Self, UnknownAgreement> {
        Self::ALL.iter().copied().find(|agreement| agreement.code() == text).ok_or(UnknownAgreement)
    }
}

as_text!(Agreement);
