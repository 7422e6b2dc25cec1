//! A notice on the desktop of this machine, over its session's D-Bus. In: what is said. Out: that the desktop took it.

use std::time::Duration;

use notify_rust::Notification;
use tokio::time::timeout;

use super::{Notice, Trouble};

/// How long the desktop may take.
const ANSWER: Duration = Duration::from_secs(10);

/// Shows it.
pub(super) async fn show(notice: &Notice) -> Result<(), Trouble> {
    let mut shown = Notification::new();
    // A desktop may read the text as markup.
    shown.appname("regie").summary(&notice.title).body(&escaped(&notice.text));
    let handed = timeout(ANSWER, shown.show_async()).await.map_err(|_| Trouble::Slow)?;
    handed.map(drop).map_err(|_| Trouble::NoDesktop)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
