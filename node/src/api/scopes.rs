//! What each call of the API needs: the one table that the door and the description read. In: a method and a path. Out: a scope; a call
//! that is not in the table needs the strongest.

use axum::http::Method;
use serde_json::{Value, json};

use crate::supplier::scopes::Scope::{self, Admin, Approve, Ask, Erase, Read, Webhooks};

/// What a call needs, by its method and its path.
const NEEDS: &[(&str, &str, Scope)] = &[
    ("get", "/v1/acts", Read),
    ("get", "/v1/acts/{id}", Read),
    ("patch", "/v1/acts/{id}", Ask),
    ("post", "/v1/acts/{id}/answer", Ask),
    ("get", "/v1/approvals", Read),
    ("post", "/v1/approvals", Read),
    ("get", "/v1/approvals/{id}", Read),
    ("post", "/v1/approvals/{id}/answer", Approve),
    ("get", "/v1/boards", Read),
    ("post", "/v1/boards", Ask),
    ("delete", "/v1/boards/{id}", Ask),
    ("post", "/v1/bulk-requests", Ask),
    ("get", "/v1/bulk-requests/{id}", Read),
    ("get", "/v1/catalogue", Read),
    ("post", "/v1/contracts", Ask),
    ("post", "/v1/corrections", Ask),
    ("get", "/v1/customer-lists", Read),
    ("post", "/v1/customer-lists", Ask),
    ("delete", "/v1/customer-lists/{id}", Ask),
    ("get", "/v1/customer-lists/{id}", Read),
    ("get", "/v1/customer-lists/{id}/invitations.csv", Read),
    ("get", "/v1/customer-lists/{id}/report", Read),
    ("get", "/v1/customer-lists/{id}/report.csv", Read),
    ("get", "/v1/delegations", Read),
    ("post", "/v1/delegations", Ask),
    ("get", "/v1/delegations/{id}", Read),
    ("get", "/v1/disclosures", Read),
    ("get", "/v1/disclosures/{id}", Read),
    ("get", "/v1/duties", Read),
    ("get", "/v1/erasures", Read),
    ("post", "/v1/erasures", Erase),
    ("get", "/v1/events", Read),
    ("get", "/v1/events/stream", Read),
    ("get", "/v1/exports/{file}", Read),
    ("get", "/v1/intents", Read),
    ("get", "/v1/intents/{id}", Read),
    ("get", "/v1/invitations", Read),
    ("post", "/v1/invitations", Ask),
    ("get", "/v1/invitations/{id}", Read),
    ("patch", "/v1/invitations/{id}", Ask),
    ("get", "/v1/invitations/{id}/qr.svg", Read),
    ("get", "/v1/keys", Admin),
    ("post", "/v1/keys", Admin),
    ("get", "/v1/keys/{id}", Admin),
    ("delete", "/v1/keys/{id}", Admin),
    ("get", "/v1/mandates", Read),
    ("get", "/v1/offers", Read),
    ("post", "/v1/offers", Ask),
    ("get", "/v1/offers/{id}", Read),
    ("patch", "/v1/offers/{id}", Ask),
    ("get", "/v1/readings", Admin),
    ("get", "/v1/records", Read),
    ("post", "/v1/records", Ask),
    ("get", "/v1/records/{id}", Read),
    ("patch", "/v1/records/{id}", Ask),
    ("get", "/v1/register", Read),
    ("get", "/v1/relationships", Read),
    ("get", "/v1/relationships/{id}", Read),
    ("patch", "/v1/relationships/{id}", Ask),
    ("get", "/v1/relationships/{id}/agreement", Read),
    ("get", "/v1/relationships/{id}/consents", Read),
    ("get", "/v1/relationships/{id}/dossier", Read),
    ("get", "/v1/relationships/{id}/values", Read),
    ("get", "/v1/requests", Read),
    ("post", "/v1/requests", Ask),
    ("get", "/v1/requests/{id}", Read),
    ("patch", "/v1/requests/{id}", Ask),
    ("get", "/v1/revocations", Read),
    ("get", "/v1/segments", Read),
    ("post", "/v1/segments", Ask),
    ("delete", "/v1/segments/{id}", Ask),
    ("get", "/v1/segments/{id}", Read),
    ("get", "/v1/segments/{id}/members", Read),
    ("get", "/v1/subscriptions", Read),
    ("get", "/v1/webhooks", Webhooks),
    ("post", "/v1/webhooks", Webhooks),
    ("delete", "/v1/webhooks/{id}", Webhooks),
    ("get", "/v1/webhooks/{id}", Webhooks),
    ("patch", "/v1/webhooks/{id}", Webhooks),
    ("get", "/v1/webhooks/{id}/attempts", Webhooks),
    ("get", "/v1/webhooks/{id}/dead-letters", Webhooks),
    ("post", "/v1/webhooks/{id}/dead-letters/{event}/resend", Webhooks),
    ("post", "/v1/webhooks/{id}/replay", Webhooks),
    ("post", "/v1/webhooks/{id}/resend", Webhooks),
    ("post", "/v1/webhooks/{id}/resume", Webhooks),
    ("post", "/v1/webhooks/{id}/rotate", Webhooks),
    ("post", "/v1/webhooks/{id}/skip", Webhooks),
];

/// What a call is, and what it needs.
pub(super) fn needed(method: &Method, route: &str) -> (&'static str, Scope) {
    let found = NEEDS.iter().find(|(named, path, _)| method.as_str().eq_ignore_ascii_case(named) && *path == route);
    found.map_or(("none", Admin), |(_, path, scope)| (*path, *scope))
}

/// Says in the description what each call needs: roles of its security requirement, as OpenAPI 3.1 has them.
pub(super) fn describe(document: &mut Value) {
    for (method, path, scope) in NEEDS {
        if let Some(operation) = document["paths"].get_mut(path).and_then(|item| item.get_mut(method)) {
            operation["security"] = json!([{ "key": [scope.name()] }]);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_call_needs_one_scope_and_nothing_is_named_that_is_no_call() {
        let named: BTreeSet<_> =
            NEEDS.iter().map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned())).collect();
        assert_eq!(named.len(), NEEDS.len(), "a call is named once");
        let paths = super::super::document()["paths"].as_object().expect("paths");
        let calls: BTreeSet<_> = paths
            .iter()
            .flat_map(|(path, item)| {
                item.as_object().expect("calls").keys().map(|method| (method.clone(), path.clone()))
            })
            .collect();
        assert_eq!(calls, named);
        assert_eq!(needed(&Method::PUT, "/v1/nothing"), ("none", Admin), "what nobody thought of is shut");
    }
}
