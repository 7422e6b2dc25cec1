//! Who a supplier is, as every page shows it beside the name. In: the node's answer. Out: what `who.html` is made of.

use serde::Deserialize;

/// What is known of who a supplier is.
#[derive(Deserialize)]
pub(super) struct Standing {
    pub(super) is: String,
    pub(super) since: Option<String>,
    pub(super) checked: Option<String>,
    pub(super) why: Option<String>,
    pub(super) vouched: Option<String>,
    pub(super) defaults_answer: bool,
    /// Does it name another next key than when it was met?
    #[serde(default)]
    pub(super) other_next_key: bool,
}

impl Standing {
    pub(super) fn class(&self) -> &'static str {
        match self.is.as_str() {
            "proven" => "good",
            "contradicted" => "warn strong",
            _ => "",
        }
    }

    pub(super) fn contradicted(&self) -> bool {
        self.is == "contradicted"
    }

    /// Why the domain could not be read, where that is what there is to say.
    pub(super) fn unread(&self) -> Option<&String> {
        self.why.as_ref().filter(|_| !self.contradicted())
    }
}

/// One that the person knows for longer, and that looks the same.
#[derive(Deserialize)]
pub(super) struct Lookalike {
    pub(super) name: String,
    pub(super) since: String,
}
