//! Random bytes for one input of a machine. In: 32 bytes from the caller's randomness. Out: as many unrelated
//! byte strings as the input needs, the same every time for the same 32 bytes.

use sha2::{Digest as _, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::identity::Nonce;

/// Fresh for every input; used up by it.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Entropy {
    seed: [u8; 32],
    drawn: u64,
}

impl Entropy {
    /// From 32 bytes nobody else knows.
    #[must_use]
    pub fn new(seed: [u8; 32]) -> Self {
        Self { seed, drawn: 0 }
    }

    /// The next 16 bytes.
    pub fn nonce(&mut self) -> Nonce {
        let digest = Sha256::new().chain_update(self.seed).chain_update(self.drawn.to_be_bytes()).finalize();
        self.drawn += 1;
        let mut nonce = [0; 16];
        nonce.copy_from_slice(&digest[..16]);
        Nonce(nonce)
    }

    /// As many bytes as this holds.
    pub(crate) fn fill(&mut self, into: &mut [u8]) {
        for part in into.chunks_mut(16) {
            part.copy_from_slice(&self.nonce().0[..part.len()]);
        }
    }
}
