//! Another passphrase for a shared store. In: the database, both passphrases. Out: the same data key, wrapped by the new one. Companions
//! that run have the key in memory and go on.

use super::database::{self, connect, prepare};
use crate::store::{Passphrase, StoreError, keyring::Keyring};

impl super::Shared {
    /// Wraps the data key under another passphrase. Not from within an async task.
    ///
    /// # Errors
    /// As [`Self::open`]; [`StoreError::InUse`] where another changed it at the same time.
    pub fn change_passphrase(url: &str, old: &Passphrase, new: &Passphrase) -> Result<(), StoreError> {
        let (runtime, options) = prepare(url)?;
        runtime.block_on(async {
            let mut open = connect(&options).await?;
            let before = database::stored_keyring(&mut open)
                .await?
                .ok_or(StoreError::NotFound { dir: "the database".into() })?;
            let (mut keyring, _) = Keyring::open(&before, old)?;
            keyring.change(old, new)?;
            database::replace_keyring(&mut open, &before, keyring.encode()?).await
        })
    }
}
