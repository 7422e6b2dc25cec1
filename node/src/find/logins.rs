//! Logins in tables: what browsers and password managers export as CSV. In: text. Out: domains and user names, by the names of the
//! columns. No other column is looked at.

use super::{Login, limits, rows::Rows};

/// Columns of the address.
const ADDRESSES: &[&str] = &["url", "login_uri", "web site", "website", "login url", "website url", "uri", "urls"];
/// Columns of the name that one logs in by.
const USERS: &[&str] = &["username", "login_username", "login name", "user name", "login", "email", "user"];
/// Columns of the title.
const TITLES: &[&str] = &["name", "title", "account"];
/// Columns that make a table one of logins; what stands in them is never read.
const PASSWORDS: &[&str] = &["password", "login_password"];

/// The logins of a table; none where it is no table of logins.
pub(super) fn read(text: &str) -> Option<Vec<Login>> {
    let mut rows = Rows::of(text);
    if !rows.next() {
        return None;
    }
    let heads = rows.heads();
    let column = |names: &[&str]| names.iter().find_map(|name| heads.iter().position(|head| head == name));
    let address = column(ADDRESSES)?;
    column(PASSWORDS)?;
    let (user, title) = (column(USERS), column(TITLES));
    let mut found = Vec::new();
    while found.len() < limits::LOGINS && rows.next() {
        let cell = |index: Option<usize>| index.map_or("", |index| rows.cell(index));
        // Bitwarden writes several addresses into one cell.
        for one in rows.cell(address).split([',', '\n']).take(limits::ADDRESSES) {
            found.extend(Login::of(one, cell(title), cell(user)));
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_of_browsers_and_managers_are_known_by_their_heads() {
        for text in [
            "name,url,username,password,note\nShop,https://www.shop.example.org/x,anna,hunter2,\n",
            "\"url\",\"username\",\"password\",\"httpRealm\",\"formActionOrigin\",\"guid\",\"timeCreated\"\n\"https://shop.example.org\",\"anna\",\"hunter2\",,\"\",\"{1}\",\"1\"\n",
            "Title,URL,Username,Password,Notes,OTPAuth\nShop,https://shop.example.org/,anna,hunter2,,\n",
            "folder,favorite,type,name,notes,fields,reprompt,login_uri,login_username,login_password,login_totp\n,,login,Shop,,,0,https://shop.example.org,anna,hunter2,\n",
            "\"Group\",\"Title\",\"Username\",\"Password\",\"URL\",\"Notes\"\n\"Root\",\"Shop\",\"anna\",\"hunter2\",\"https://shop.example.org\",\"\"\n",
            "\"Account\",\"Login Name\",\"Password\",\"Web Site\",\"Comments\"\n\"Shop\",\"anna\",\"hunter2\",\"https://shop.example.org\",\"\"\n",
            "url;username;password\nhttps://shop.example.org;anna;hunter2\n",
        ] {
            let found = read(text).expect("logins");
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!((found[0].domain.as_str(), found[0].user.as_deref()), ("example.org", Some("anna")), "{text}");
            assert!(!format!("{found:?}").contains("hunter2"));
        }
    }

    #[test]
    fn another_table_is_none_and_a_formula_is_no_address() {
        assert_eq!(read("Date;Amount;Name\n2024-01-01;1;x\n"), None);
        assert_eq!(read("url,title\nhttps://example.org,x\n"), None, "bookmarks");
        let formula = "url,username,password\n\"=HYPERLINK(\"\"https://evil.example\"\")\",=1+1,x\nhttps://example.org,=cmd|' /C calc'!A0,x\n";
        let found = read(formula).expect("logins");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].user.as_deref(), Some("=cmd|' /C calc'!A0"), "a text is a text");
    }
}
