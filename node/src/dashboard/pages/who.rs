//! Who a supplier is, as every page shows it beside the name. In: the node's answer. Out: what `who.html` is made of.

use crate::person::Standing;

/// How a standing looks on a page.
pub(super) trait Looks {
    /// The class of its badge.
    fn class(&self) -> &'static str;
    /// Does the domain speak against the supplier?
    fn contradicted(&self) -> bool;
    /// Why the domain could not be read, where that is what there is to say.
    fn unread(&self) -> Option<&String>;
}

impl Looks for Standing {
    fn class(&self) -> &'static str {
        match self.is.as_str() {
            "proven" => "good",
            "contradicted" => "warn strong",
            _ => "",
        }
    }

    fn contradicted(&self) -> bool {
        self.is == "contradicted"
    }

    fn unread(&self) -> Option<&String> {
        self.why.as_ref().filter(|_| !self.contradicted())
    }
}
