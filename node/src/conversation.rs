//! A message and its reply over a line. In: a message to one role and the peer that plays it. Out: a reply of that role:
//! nothing else can be said to it, nor be taken for its answer.

use regie_protocol::{
    PublicKey, Refusal,
    departure::{Departure, Leaves},
    message::{self, Message},
};

use crate::network::{Endpoint, ExchangeError};

/// Why a message has no reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unanswered {
    /// The line failed. What was said may have come across.
    #[error(transparent)]
    Line(#[from] ExchangeError),
    /// What came back is no reply of this role.
    #[error("what came back can't be read")]
    Unreadable(Refusal),
}

/// Says something to a connected peer and hears its reply.
///
/// # Errors
/// [`Unanswered`].
pub async fn say<M: Message + Leaves>(
    endpoint: &Endpoint,
    peer: &PublicKey,
    message: &Departure<M>,
) -> Result<M::Reply, Unanswered> {
    // No message of ours is one that can't be encoded; if it were, nothing could be sent.
    let frame = message.frame().map_err(|_| ExchangeError::TooLarge)?;
    let reply = endpoint.exchange(*peer.as_bytes(), frame).await?;
    message::read_reply(&reply).map_err(Unanswered::Unreadable)
}
