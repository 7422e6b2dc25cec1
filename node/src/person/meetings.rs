//! Processors are met when a supplier hands a grant on to them. In: what the machine wants. Out: pairings, tried again with
//! growing pauses.

use std::time::Duration;

use regie_protocol::{PublicKey, Timestamp};

use super::{Node, NodeEvent, pairing};
use crate::{backoff::Backoff, driver::Turn};

/// Between two attempts to meet a processor.
const PAUSES: Backoff = Backoff::doubling(Duration::from_secs(2), Duration::from_secs(60 * 60));

/// How far the node is with meeting one processor.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Meeting {
    attempts: u32,
    under_way: bool,
    /// By this process's time: a clock that is set must not put it off.
    not_before: Timestamp,
}

impl Node {
    /// Follows the invitations of processors that the node does not know yet, when the turn is on disk.
    pub(super) fn meet(&mut self, turn: &mut Turn) {
        let (now, uptime) = (self.clock.now(), self.clock.uptime());
        let wanted: Vec<_> = self.machine.to_meet(now).collect();
        self.meetings.retain(|processor, _| wanted.iter().any(|introduction| introduction.name == *processor));
        for introduction in wanted {
            let processor = introduction.name;
            let meeting = self.meetings.entry(processor).or_default();
            if meeting.under_way || uptime < meeting.not_before {
                continue;
            }
            let pause = PAUSES.pause_ms(meeting.attempts);
            *meeting = Meeting { attempts: meeting.attempts + 1, under_way: true, not_before: uptime.plus_ms(pause) };
            let (events, runtime) = (self.events.clone(), self.runtime.clone());
            turn.after(move || {
                drop(runtime.spawn(async move {
                    let Some(events) = events.upgrade() else { return };
                    if let Err(failure) = pairing::meet(introduction, events.clone()).await {
                        tracing::info!(code = failure.code, "a processor can't be met yet");
                    }
                    let _ = events.send(NodeEvent::Met(processor)).await;
                }));
            });
        }
    }

    pub(super) fn meeting_over(&mut self, processor: &PublicKey) {
        if let Some(meeting) = self.meetings.get_mut(processor) {
            meeting.under_way = false;
        }
    }
}
