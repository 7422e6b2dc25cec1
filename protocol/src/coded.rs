//! Errors by code: this crate has no words for people. In: an error. Out: a stable code and the parameters of a sentence,
//! which whoever shows the error makes in the language of whoever reads it.

use crate::refusal::Refusal;

/// Something that is told to people by a sentence, which is not made here.
///
/// ```
/// use regie_protocol::{Coded, FieldPath};
///
/// let error = "adress.street".parse::<FieldPath>().unwrap_err();
/// assert_eq!((error.kind(), error.code()), ("field", "misspelt"));
/// ```
pub trait Coded {
    /// Every code of this kind.
    const CODES: &'static [&'static str];

    /// What the codes are codes of, one lower-case word. A code is unique within its kind alone.
    fn kind(&self) -> &'static str;

    /// Which one it is: lower-case words joined by `_`. A code never changes its meaning.
    fn code(&self) -> &'static str;

    /// What the sentence says besides, by name.
    fn parameters(&self) -> Vec<(&'static str, Parameter)>;
}

/// Part of a sentence that differs from one error to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Parameter {
    /// A bound or a count, in the unit that the sentence names.
    Number(u64),
    /// A name, or what somebody wrote; cut to a bound where it comes from outside.
    Text(String),
    /// A refusal, which has a sentence of its own.
    Refusal(Refusal),
}

impl From<&str> for Parameter {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for Parameter {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<&Refusal> for Parameter {
    fn from(refusal: &Refusal) -> Self {
        Self::Refusal(*refusal)
    }
}

impl From<u8> for Parameter {
    fn from(number: u8) -> Self {
        Self::Number(number.into())
    }
}

impl From<u32> for Parameter {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<usize> for Parameter {
    fn from(number: usize) -> Self {
        Self::Number(number as u64)
    }
}

/// The codes of an error, with the parameters of each. A variant without a code does not compile.
macro_rules! coded {
    ($type:ty, $kind:literal; $($variant:pat => $code:literal $(($($name:literal: $value:expr),+))?;)+) => {
        impl $crate::coded::Coded for $type {
            const CODES: &'static [&'static str] = &[$($code),+];

            fn kind(&self) -> &'static str {
                $kind
            }

            #[allow(unused_variables, reason = "what a variant holds is for the parameters")]
            fn code(&self) -> &'static str {
                match self { $($variant => $code,)+ }
            }

            fn parameters(&self) -> Vec<(&'static str, $crate::coded::Parameter)> {
                match self { $($variant => vec![$($(($name, $value.into())),+)?],)+ }
            }
        }
    };
}
pub(crate) use coded;
