//! The roster of agreements of IEEE 7012-2025 ("MyTerms").
//!
//! In: an agreement's code. Out: `Agreement` and what it permits the supplier. The person proffers one; a
//! grant names the one that holds.

use std::{fmt, str::FromStr};

use crate::wire::as_text;

/// What an agreement permits beyond delivering the service, and what it demands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terms {
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
            pub fn terms(self) -> Terms {
                match self {
                    $(Self::$name => {
                        #[allow(unused_mut, reason = "the plain agreement permits nothing")]
                        let mut terms = Terms::default();
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

impl Agreement {
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
#[error("not an agreement of the roster; use SD-BASE, SD-BASE-DP, SD-BASE-A, …")]
pub struct UnknownAgreement;

impl FromStr for Agreement {
    type Err = UnknownAgreement;
    fn from_str(text: &str) -> Result<Self, UnknownAgreement> {
        Self::ALL.iter().copied().find(|agreement| agreement.code() == text).ok_or(UnknownAgreement)
    }
}

as_text!(Agreement);
