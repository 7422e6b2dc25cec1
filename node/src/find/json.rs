//! Logins in JSON: Bitwarden's export, plain or under a password, and the FIDO Alliance's Credential Exchange Format. In: text.
//! Out: domains and user names. Passwords, notes and keys are passed over by the parser: they never become values here.

use std::borrow::Cow;

use serde::Deserialize;

use super::{FindError, Login, bitwarden, limits};

/// A document of either kind: what this reads of it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    #[serde(default)]
    encrypted: bool,
    /// Bitwarden's.
    #[serde(borrow, default)]
    items: Option<Vec<Item<'a>>>,
    /// CXF's.
    #[serde(borrow, default)]
    accounts: Option<Vec<Account<'a>>>,
    #[serde(flatten, borrow)]
    sealed: bitwarden::Sealed<'a>,
}

#[derive(Deserialize)]
struct Account<'a> {
    #[serde(borrow, default)]
    items: Vec<Item<'a>>,
}

#[derive(Deserialize)]
struct Item<'a> {
    /// Bitwarden's.
    #[serde(borrow, default)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    login: Option<BitwardenLogin<'a>>,
    /// CXF's.
    #[serde(borrow, default)]
    title: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    scope: Option<Scope<'a>>,
    #[serde(borrow, default)]
    credentials: Vec<Credential<'a>>,
}

#[derive(Deserialize)]
struct BitwardenLogin<'a> {
    #[serde(borrow, default)]
    uris: Option<Vec<Uri<'a>>>,
    #[serde(borrow, default)]
    username: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Uri<'a> {
    #[serde(borrow, default)]
    uri: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Scope<'a> {
    #[serde(borrow, default)]
    urls: Vec<Cow<'a, str>>,
    #[serde(borrow, default)]
    android_apps: Vec<App<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct App<'a> {
    #[serde(borrow)]
    bundle_id: Cow<'a, str>,
}

/// `basic-auth` has a user name in a field, `passkey` a plain one, and where it holds.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Credential<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    username: Option<User<'a>>,
    #[serde(borrow, default)]
    rp_id: Option<Cow<'a, str>>,
    /// In drafts of the format.
    #[serde(borrow, default)]
    urls: Vec<Cow<'a, str>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum User<'a> {
    Plain(#[serde(borrow)] Cow<'a, str>),
    Field {
        #[serde(borrow)]
        value: Cow<'a, str>,
    },
    Other(serde::de::IgnoredAny),
}

/// The logins of a document. The password opens one of Bitwarden's that is encrypted.
pub(super) fn read(text: &str, password: Option<&str>) -> Result<(&'static str, Vec<Login>), FindError> {
    let document: Document<'_> = serde_json::from_str(text).map_err(|_| FindError::Unknown)?;
    if document.encrypted {
        let opened = document.sealed.open(password)?;
        let inner: Document<'_> = serde_json::from_str(&opened).map_err(|_| FindError::Damaged)?;
        // One that holds another would be opened for ever.
        return if inner.encrypted { Err(FindError::Damaged) } else { logins(inner) };
    }
    logins(document)
}

fn logins(document: Document<'_>) -> Result<(&'static str, Vec<Login>), FindError> {
    let (kind, items) = match (document.items, document.accounts) {
        (Some(items), _) => ("bitwarden", items),
        (None, Some(accounts)) => ("cxf", accounts.into_iter().flat_map(|account| account.items).collect()),
        (None, None) => return Err(FindError::Unknown),
    };
    let found = items.iter().flat_map(Item::logins).take(limits::LOGINS).collect();
    Ok((kind, found))
}

impl Item<'_> {
    fn logins(&self) -> Vec<Login> {
        let title = self.name.as_deref().or(self.title.as_deref()).unwrap_or_default();
        let mut found = Vec::new();
        if let Some(login) = &self.login {
            let user = login.username.as_deref().unwrap_or_default();
            let uris = login.uris.iter().flatten().take(limits::ADDRESSES);
            found.extend(uris.filter_map(|uri| Login::of(uri.uri.as_deref()?, title, user)));
        }
        let named = |one: &&Credential<'_>| matches!(&*one.kind, "basic-auth" | "passkey");
        for credential in self.credentials.iter().filter(named).take(limits::ADDRESSES) {
            let user = credential.username.as_ref().map_or("", User::name);
            let places = credential.urls.iter().chain(&credential.rp_id);
            let scope = self.scope.iter().flat_map(|scope| &scope.urls);
            found.extend(places.chain(scope).take(limits::ADDRESSES).filter_map(|one| Login::of(one, title, user)));
            let apps = self.scope.iter().flat_map(|scope| &scope.android_apps).take(limits::ADDRESSES);
            found.extend(apps.filter_map(|app| Login::of(&format!("androidapp://{}", app.bundle_id), title, user)));
        }
        found
    }
}

impl User<'_> {
    fn name(&self) -> &str {
        match self {
            Self::Plain(name) | Self::Field { value: name } => name,
            Self::Other(_) => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logins_of_bitwarden_and_of_the_exchange_format_become_domains_and_names() {
        let bitwarden = r#"{"encrypted":false,"folders":[],"items":[
            {"type":1,"name":"Shop \u00e9","notes":"secret note","login":{"uris":[{"match":null,"uri":"https://www.shop.example.org/login"},{"uri":"androidapp://com.example.shop"},{"uri":null}],"username":"anna","password":"hunter2","totp":"otpauth://x"}},
            {"type":2,"name":"A note","notes":"secret note"},
            {"type":1,"name":"Local","login":{"uris":null,"username":null,"password":"hunter2"}}]}"#;
        let (kind, found) = read(bitwarden, None).expect("logins");
        assert_eq!((kind, found.len()), ("bitwarden", 2));
        assert_eq!((found[0].domain.as_str(), found[0].title.as_deref()), ("example.org", Some("Shop \u{e9}")));
        assert!(!found[0].guess && found[1].guess && found[1].domain.as_str() == "example.com");
        let cxf = r#"{"version":{"major":1,"minor":0},"exporterRpId":"x.example","exporterDisplayName":"X","timestamp":1,"accounts":[{"id":"aWQ","username":"","email":"a@example.org","collections":[],"items":[
            {"id":"aWQ","title":"Shop","scope":{"urls":["https://shop.example.org"],"androidApps":[]},"credentials":[{"type":"basic-auth","username":{"fieldType":"string","value":"anna"},"password":{"fieldType":"concealed-string","value":"hunter2"}}]},
            {"id":"aWR","title":"Bank","credentials":[{"type":"passkey","credentialId":"aWQ","rpId":"bank.example.com","username":"anna2","userDisplayName":"Anna","userHandle":"aWQ","key":"aHVudGVyMg"},{"type":"of-tomorrow","username":{"fieldType":"date","value":1}}]}]}]}"#;
        let (kind, found) = read(cxf, None).expect("logins");
        assert_eq!((kind, found.len()), ("cxf", 2));
        assert_eq!((found[1].domain.as_str(), found[1].user.as_deref()), ("example.com", Some("anna2")));
    }

    #[test]
    fn what_is_neither_is_refused() {
        for text in ["", "{}", "[]", "{\"items\":1}", "{\"items\":[{\"login\":{\"uris\":3}}]}", "{\"items\":["] {
            assert_eq!(read(text, None).map(|_| ()), Err(FindError::Unknown), "{text}");
        }
        assert_eq!(read(&format!("{{\"items\":{}", "[".repeat(100_000)), None).map(|_| ()), Err(FindError::Unknown));
    }
}
