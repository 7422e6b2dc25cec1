//! Files as programs write them, each with what comes out of it and what is left out, in words.

use data_encoding::BASE64;
use regie_protocol::{Coded as _, Selector};

use super::*;

fn card(name: &str, bytes: &[u8]) -> Card {
    let read = read(name, bytes).and_then(|read| read.one(None).cloned());
    read.unwrap_or_else(|error| panic!("{}: {error:?}", String::from_utf8_lossy(&bytes[..bytes.len().min(400)])))
}

fn of(card: &Card, field: &str) -> String {
    card.first(field).unwrap_or_default().to_owned()
}

/// What was left out, by the name that the file has for it, with the code of the reason.
fn left(card: &Card) -> Vec<String> {
    card.left_out.iter().map(|one| format!("{} {}", one.what, one.why.code())).collect()
}

fn others(card: &Card, of: &str) -> Vec<String> {
    let of = of.parse::<Selector>().expect("a selector");
    let all = card.alternatives.iter().find(|own| own.of == of).map(|own| own.all.clone()).unwrap_or_default();
    let text = |one: &Alternative| one.values.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>().join("|");
    all.iter().map(text).collect()
}

/// A vCard of these lines.
fn vcard(version: &str, lines: &str) -> Vec<u8> {
    format!("BEGIN:VCARD\r\nVERSION:{version}\r\n{lines}\r\nEND:VCARD\r\n").into_bytes()
}

#[test]
fn what_a_card_says_is_taken_and_the_rest_is_named() {
    let lines = "FN:Anna Bakker\r\nN:Bakker;Anna,Maria;;;\r\nADR:;Apt 4;Dorpsstraat 1, bis;Utrecht;;3511 AA;NL\r\n\
                 TEL;VALUE=uri:tel:+31-30-1234567;ext=5\r\nEMAIL:mailto:anna@example.org\r\nNOTE:hello";
    let card = card("a.vcf", &vcard("4.0", lines));
    assert_eq!(of(&card, "name.full"), "Anna Bakker");
    assert_eq!((of(&card, "name.family"), of(&card, "name.given")), ("Bakker".into(), "Anna Maria".into()));
    assert_eq!(of(&card, "address.street"), "Dorpsstraat 1, bis, Apt 4");
    assert_eq!(of(&card, "telephone"), "+31-30-1234567");
    assert_eq!(of(&card, "email"), "anna@example.org");
    assert_eq!(left(&card), ["NOTE no_field"]);
}

#[test]
fn only_a_whole_date_is_a_birthday() {
    for (line, birthday) in [
        ("BDAY:19800229", "1980-02-29"),
        ("BDAY:1980-02-29", "1980-02-29"),
        ("BDAY;VALUE=date-time:1980-02-29T10:00:00Z", "1980-02-29"),
        ("BDAY;X-APPLE-OMIT-YEAR=1604:1604-02-29", ""),
        ("BDAY;VALUE=text:circa 1800", ""),
        ("BDAY:--0229", ""),
        ("BDAY:1980", ""),
        ("BDAY:29.02.1980", ""),
        ("BDAY:1981-02-29", ""),
    ] {
        for version in ["3.0", "4.0"] {
            let card = card("a.vcf", &vcard(version, &format!("FN:A\r\n{line}")));
            assert_eq!(of(&card, "birthDate"), birthday, "{line}");
            assert_eq!(card.left_out.is_empty(), !birthday.is_empty(), "{line}: {:?}", card.left_out);
        }
    }
}

#[test]
fn the_preferred_value_counts_never_a_fax_and_an_address_is_taken_whole() {
    let lines = "FN:P\r\nTEL;WORK;FAX:1\r\nTEL;CELL;PREF:2\r\nEMAIL;WORK:w@example.org\r\nEMAIL;HOME:h@example.org\r\n\
                 ADR;HOME:;;Kade 1;Gent;;9000;\r\nADR;WORK:;;Plein 2;Breda;Brabant;4811;Nederland";
    let card = card("a.vcf", &vcard("2.1", lines));
    assert_eq!((of(&card, "telephone"), of(&card, "email")), ("2".into(), "h@example.org".into()));
    assert_eq!((of(&card, "address.street"), of(&card, "address.country")), ("Kade 1".into(), String::new()));
    assert_eq!(left(&card), ["TEL fax"]);
    assert_eq!(others(&card, "email"), ["h@example.org", "w@example.org"]);
    assert_eq!(others(&card, "group:address"), ["Kade 1|Gent|9000", "Plein 2|Breda|Brabant|4811|Nederland"]);
    let pref = "FN:P\r\nTEL;PREF=2:1\r\nTEL;PREF=1:2\r\nTEL;TYPE=fax;PREF=1:3";
    assert_eq!(of(&self::card("a.vcf", &vcard("4.0", pref)), "telephone"), "2");
}

#[test]
fn text_is_read_in_the_encoding_that_it_was_written_in() {
    let plain = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Zo\u{eb} M\u{fc}ller\r\nEND:VCARD\r\n";
    let latin: Vec<u8> = plain.chars().map(|c| u8::try_from(c).expect("latin")).collect();
    let utf16 = [0xff, 0xfe].into_iter().chain(plain.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let mac = plain.replace("\r\n", "\r").into_bytes();
    let mut folded = plain.as_bytes().to_vec();
    let within = folded.iter().position(|byte| *byte == 0xc3).expect("two bytes") + 1;
    folded.splice(within..within, *b"\r\n ");
    let quoted = vcard("2.1", "FN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:Zo=EB M=\r\n=FCller");
    let bare = vcard("2.1", "FN;QUOTED-PRINTABLE:Zo=C3=AB M=C3=BCller");
    let base64 = vcard("3.0", "FN;ENCODING=b:Wm/DqyBNw7xsbGVy");
    for bytes in [latin, utf16, mac, folded, quoted, bare, base64] {
        assert_eq!(of(&card("a.vcf", &bytes), "name.full"), "Zo\u{eb} M\u{fc}ller", "{bytes:?}");
    }
}

#[test]
fn what_is_no_text_is_named_and_not_written_out() {
    let card = card("a.vcf", &vcard("4.0", "FN:Anna\r\nTEL;VALUE=boolean:TRUE"));
    assert_eq!((of(&card, "telephone").as_str(), left(&card)), ("", vec!["TEL no_field".to_owned()]));
}

#[test]
fn nobody_is_taken_out_of_several_and_nothing_out_of_a_torn_file() {
    let two = [vcard("3.0", "FN:A"), vcard("3.0", "FN:B")].concat();
    let two = read("a.vcf", &two).expect("two");
    assert_eq!(two.one(None), Err(ImportError::Several { count: 2, shown: "1 A, 2 B".into() }));
    assert_eq!(two.one(Some(2)).expect("the second").name(), "B");
    assert_eq!(two.one(Some(3)), Err(ImportError::NoSuch { count: 2 }));
    assert_eq!(two.one(Some(0)), Err(ImportError::NoSuch { count: 2 }));
    for (name, torn) in [
        ("a.vcf", "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Anna\r\nEMAIL:anna@exam"),
        ("a.vcf", "BEGIN:VCARD\r\nFN:A\r\nEND:VCARD\r\nBEGIN:VCARD\r\nFN:B\r\n"),
        ("a.vcf", "BEGIN:VCARD\r\nFN:A\r\nBEGIN:VCARD\r\nFN:B\r\nEND:VCARD\r\n"),
        ("a.json", r#"{"@type":"Card","name":{"full":"Ann"#),
        ("a.json", r#"["vcard",[["fn",{},"text","Ann"#),
        ("a.csv", "First Name,Last Name,Notes\nAnna,Bakker,\"hel"),
        ("a.csv", "First Name,Last Name,E-mail 1 - Value\nAnna,Bak"),
    ] {
        assert_eq!(read(name, torn.as_bytes()), Err(ImportError::Torn), "{torn}");
    }
    assert_eq!(read("a.vcf", b"hello"), Err(ImportError::Unknown));
    assert_eq!(read("a.json", b"{}"), Err(ImportError::Nothing));
    assert_eq!(read("a.json", br#"{"encrypted":true,"data":"2.x|y"}"#), Err(ImportError::Encrypted));
    let nested = "FN:Fred\r\nAGENT:\r\nBEGIN:VCARD\r\nFN:Joe\r\nTEL:1\r\nEND:VCARD\r\nEMAIL:f@example.org";
    let fred = card("a.vcf", &vcard("2.1", nested));
    assert_eq!(
        (of(&fred, "name.full"), of(&fred, "email"), of(&fred, "telephone")),
        ("Fred".into(), "f@example.org".into(), String::new())
    );
}

#[test]
fn contacts_in_json_become_fields() {
    let street = r#""components":[{"kind":"name","value":"Dorpsstraat"},{"kind":"number","value":"1"},{"kind":"apartment","value":"A"}]"#;
    for (text, format, street) in [
        (
            format!(
                r#"{{"@type":"Card","name":{{"full":"Anna"}},"addresses":{{"a":{{{street},"countryCode":"NL"}}}}}}"#
            ),
            "jscontact",
            "Dorpsstraat 1, A",
        ),
        (
            format!(
                r#"{{"@type":"Card","name":{{"full":"Anna"}},"addresses":{{"a":{{{street},"countryCode":"US"}}}}}}"#
            ),
            "jscontact",
            "1 Dorpsstraat, A",
        ),
        (
            r#"["vcard",[["fn",{},"text","Anna"],["adr",{},"text",["","","Dorpsstraat 1","","","","NL"]]]]"#.into(),
            "jcard",
            "Dorpsstraat 1",
        ),
        (
            r#"{"items":[{"type":4,"identity":{"firstName":"Anna","address1":"Dorpsstraat 1"}}]}"#.into(),
            "bitwarden",
            "Dorpsstraat 1",
        ),
        (
            r#"{"methodResponses":[["ContactCard/get",{"list":[{"name":{"full":"Anna"}}]},"0"]]}"#.into(),
            "jscontact",
            "",
        ),
    ] {
        let card = card("a.json", text.as_bytes());
        assert_eq!(
            (card.format.code(), of(&card, "name.full").as_str(), of(&card, "address.street").as_str()),
            (format, "Anna", street),
            "{text}"
        );
    }
}

#[test]
fn tables_of_spreadsheets_and_address_books_become_fields() {
    for text in [
        "field,value\nname.full,Anna\nshoe.size,41\n",
        "field;value\nname.full;Anna\nshoe.size;41\n",
        "field,value,\nname.full,Anna,\nshoe.size,41,\n",
        "field\tvalue\r\nname.full\tAnna\r\nshoe.size\t41\r\n",
        "sep=;\r\nveld;waarde\r\nname.full;Anna\r\nshoe.size;41\r\n",
    ] {
        let card = card("a.csv", text.as_bytes());
        assert_eq!(
            (of(&card, "name.full").as_str(), left(&card)),
            ("Anna", vec!["shoe.size no_field".to_owned()]),
            "{text}"
        );
    }
    let google = "First Name,Last Name,Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value,Address 1 - Street,Address 1 - City\n\
                  Anna,Bakker,Work Fax,1,Mobile,2 ::: 3,Dorpsstraat 1,Utrecht\n";
    let outlook = "\"Voornaam\";\"Achternaam\";\"Fax op werk\";\"Mobiele telefoon\";\"Straat (huisadres)\";\"Plaats (huisadres)\";\"Plaats (werkadres)\"\r\n\
                   \"Anna\";\"Bakker\";\"1\";\"2\";\"Dorpsstraat 1\";\"Utrecht\";\"Breda\"\r\n";
    for text in [google, outlook] {
        let card = card("a.csv", text.as_bytes());
        for (field, value) in [
            ("name.full", "Anna Bakker"),
            ("telephone", "2"),
            ("address.street", "Dorpsstraat 1"),
            ("address.locality", "Utrecht"),
        ] {
            assert_eq!(of(&card, field), value, "{text}");
        }
    }
    assert_eq!(read("a.csv", b"email\n"), Err(ImportError::Row(1, 1)));
}

#[test]
fn an_image_is_left_out_with_its_size_however_large_and_however_it_is_written() {
    let image = BASE64.encode(&vec![7; 5_000_000]);
    let folded: String = image.as_bytes().chunks(75).map(|part| format!(" {}\r\n", part.escape_ascii())).collect();
    let bare = folded.replace(" ", "");
    for (name, text, what) in [
        ("a.vcf", format!("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Anna\r\nPHOTO;ENCODING=b;TYPE=JPEG:\r\n{folded}EMAIL:a@example.org\r\nEND:VCARD\r\n"), "PHOTO photo"),
        ("a.vcf", format!("BEGIN:VCARD\r\nVERSION:2.1\r\nFN:Anna\r\nPHOTO;JPEG;BASE64:\r\n{bare}\r\nEMAIL:a@example.org\r\nEND:VCARD\r\n"), "PHOTO photo"),
        ("a.vcf", format!("BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Anna\r\nitem1.PHOTO:data:image/jpeg;base64,{image}\r\nEMAIL:a@example.org\r\nEND:VCARD\r\n"), "PHOTO photo"),
        ("a.vcf", "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Anna\r\nPHOTO:https://example.org/a.jpg\r\nEMAIL:a@example.org\r\nEND:VCARD\r\n".to_owned(), "PHOTO photo_elsewhere"),
        ("a.json", format!(r#"["vcard",[["fn",{{}},"text","Anna"],["email",{{}},"text","a@example.org"],["photo",{{}},"uri","data:image/jpeg;base64,{image}"]]]"#), "PHOTO photo"),
        ("a.json", format!(r#"{{"@type":"Card","name":{{"full":"Anna"}},"emails":{{"e":{{"address":"a@example.org"}}}},"media":{{"m":{{"kind":"photo","uri":"data:image/jpeg;base64,{image}"}}}}}}"#), "media photo"),
        ("a.csv", "First Name,E-mail 1 - Value,Photo\nAnna,a@example.org,https://example.org/a.jpg\n".to_owned(), "Photo photo_elsewhere"),
    ] {
        let card = card(name, text.as_bytes());
        assert_eq!((of(&card, "name.full"), of(&card, "email"), left(&card)), ("Anna".into(), "a@example.org".into(), vec![what.to_owned()]));
        if let WhyLeftOut::Photo { kib: Some(kib) } = card.left_out[0].why {
            assert!((4_800..=5_000).contains(&kib), "{kib}");
        }
    }
}

#[test]
fn a_file_of_everybody_is_read_up_to_its_bound_and_says_so() {
    let one =
        |n: usize| format!("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Person {n}\r\nEMAIL:p{n}@example.org\r\nEND:VCARD\r\n");
    let all: String = (0..CARDS).map(one).collect();
    let whole = read("a.vcf", all.as_bytes()).expect("read");
    assert_eq!((whole.cards.len(), whole.more), (CARDS, false));
    assert_eq!(whole.one(Some(CARDS)).expect("the last").name(), format!("Person {}", CARDS - 1));
    let over = read("a.vcf", format!("{all}{}", one(CARDS)).as_bytes()).expect("read");
    assert_eq!((over.cards.len(), over.more), (CARDS, true));
    let rows: String = (0..=CARDS).map(|n| format!("Person {n},p{n}@example.org\n")).collect();
    let over = read("a.csv", format!("Name,E-mail\n{rows}").as_bytes()).expect("read");
    assert_eq!((over.cards.len(), over.more), (CARDS, true));
    let most = usize::try_from(FILE_BYTES).expect("a size");
    assert_eq!(read("a.vcf", &vec![b' '; most + 1]), Err(ImportError::TooLarge(16)));
    // Small in the file, large in memory.
    assert_eq!(read("a.json", format!("[{}0]", "{},".repeat(400_000)).as_bytes()), Err(ImportError::TooMuch));
    let nested = "[".repeat(100_000);
    assert_eq!(read("a.json", nested.as_bytes()), Err(ImportError::Unknown), "deeper than is read");
}

#[test]
fn one_card_is_bounded_in_its_lines_its_values_and_what_is_named_of_it() {
    let mails: String = (0..5_000).map(|n| format!("EMAIL:p{n}@example.org\r\nX-ODD-{n}:x\r\n")).collect();
    let card = card("a.vcf", &vcard("4.0", &format!("FN:Anna\r\n{mails}NOTE:{}", "x".repeat(1_000_000))));
    assert_eq!(others(&card, "email").len(), ALTERNATIVES);
    assert_eq!(card.left_out.len(), LEFT_OUT);
    assert!(card.more_left_out > 0);
    let long = card_of("NOTE:", 1_000_000);
    assert_eq!(left(&long), ["NOTE too_long"]);
    let url = card_of("URL:https://example.org/", 5_000);
    assert_eq!((of(&url, "url").as_str(), left(&url)), ("", vec!["URL too_long".to_owned()]));
    assert!(url.left_out[0].value.as_ref().is_some_and(|value| value.chars().count() <= 121));
}

fn card_of(property: &str, length: usize) -> Card {
    card("a.vcf", &vcard("3.0", &format!("FN:Anna\r\n{property}{}", "x".repeat(length))))
}

#[test]
fn what_is_of_somebody_else_or_of_the_card_itself_is_no_value_of_the_person() {
    let group = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Family\r\nX-ADDRESSBOOKSERVER-KIND:group\r\nEND:VCARD\r\n";
    let apple = "FN:Anna Bakker\r\nN:Bakker;Anna;Maria;Dr.;MSc\r\nORG:Zaak BV;Verkoop\r\nitem1.ADR;type=HOME:;;Kade 1;Gent;;9000;België\r\n\
                 item1.X-ABADR:be\r\nitem2.EMAIL:a@example.org\r\nitem2.X-ABLabel:_$!<Other>!$_\r\nREV:2024-01-01T00:00:00Z\r\nUID:1\r\nGENDER:F";
    let text = [group.as_bytes().to_vec(), vcard("3.0", apple)].concat();
    let card = card("a.vcf", &text);
    assert_eq!(left(&card), ["N no_field", "N no_field", "ORG no_field"]);
    for (field, value) in
        [("name.prefix", "Dr."), ("gender", "f"), ("address.locality", "Gent"), ("employment.organization", "Zaak BV")]
    {
        assert_eq!(of(&card, field), value, "{field}");
    }
    let jmap = r#"[{"@type":"Card","kind":"group","name":{"full":"Family"}},{"@type":"Card","name":{"components":[{"kind":"given","value":"Anna"},{"kind":"surname","value":"Bakker"},{"kind":"credential","value":"MSc"}]},"addresses":{"a":{"components":[{"kind":"name","value":"Kade"},{"kind":"number","value":"1"},{"kind":"district","value":"Zuid"},{"kind":"locality","value":"Gent"}]},"b":{"full":"Plein 2, Breda"}},"anniversaries":{"b":{"kind":"birth","date":{"month":2,"day":29}},"w":{"kind":"wedding","date":{"year":2010,"month":1,"day":1}}}}]"#;
    let card = self::card("a.json", jmap.as_bytes());
    assert_eq!(of(&card, "name.full"), "Anna Bakker");
    let mut left = left(&card);
    left.sort();
    assert_eq!(
        left,
        [
            "addresses in_one_text",
            "anniversaries no_field",
            "anniversaries without_year",
            "district no_field",
            "name no_field"
        ]
    );
}

#[test]
fn letters_that_were_lost_before_are_not_handed_on() {
    let card = card("a.vcf", &vcard("3.0", "FN:Zo\u{fffd} M\u{fffd}ller\r\nEMAIL:z@example.org"));
    assert_eq!((of(&card, "name.full").as_str(), of(&card, "email").as_str()), ("", "z@example.org"));
    assert_eq!(left(&card), ["FN garbled"]);
    let plain = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Zo\u{eb}\r\nEND:VCARD\r\n";
    for bytes in [
        plain.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>(),
        plain.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        [0xef, 0xbb, 0xbf].into_iter().chain(plain.bytes()).collect(),
    ] {
        assert_eq!(of(&self::card("a.vcf", &bytes), "name.full"), "Zo\u{eb}", "{bytes:?}");
    }
    let japanese = vcard("2.1", "FN;CHARSET=SHIFT_JIS;ENCODING=QUOTED-PRINTABLE:=8E=52=93=63");
    assert_eq!(of(&self::card("a.vcf", &japanese), "name.full"), "\u{5c71}\u{7530}");
}

#[test]
fn identities_and_rows_name_what_they_lose() {
    let identity = r#"{"encrypted":false,"items":[{"type":1,"login":{}},{"type":4,"identity":{"title":"Mrs","firstName":"Anna","lastName":"Bakker","phone":"1","ssn":"123","username":"anna","passportNumber":"","address1":"Kade 1","address2":"bis","city":"Gent"}}]}"#;
    let card = card("a.json", identity.as_bytes());
    let mut left_out = left(&card);
    left_out.sort();
    assert_eq!(left_out, ["ssn sensitive", "username no_field"]);
    assert!(card.left_out.iter().all(|one| one.what != "ssn" || one.value.is_none()), "it is not shown");
    assert_eq!((of(&card, "address.street"), of(&card, "name.prefix")), ("Kade 1, bis".into(), "Mrs".into()));

    let own = self::card("a.csv", b"email,a@example.org\nemail,b@example.org\n");
    assert_eq!((of(&own, "email"), left(&own)), ("b@example.org".into(), vec!["email stands_again".to_owned()]));

    let google = "First Name,Middle Name,Last Name,Name Prefix,Birthday,Notes,Labels,E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Value,Phone 1 - Label,Phone 1 - Value,Address 1 - Formatted,Address 1 - Street,Address 1 - City\n\
                  Anna,Maria,Bakker,Dr.,--02-29,hello,* myContacts,* Work,w@example.org,a@example.org,Mobile,1 ::: 2,\"Kade 1\nGent\",Kade 1,Gent\n";
    let card = self::card("a.csv", google.as_bytes());
    assert_eq!(of(&card, "name.full"), "Anna Maria Bakker");
    assert_eq!(others(&card, "email"), ["a@example.org", "w@example.org"]);
    let mut left_out = left(&card);
    left_out.sort();
    assert_eq!(left_out, ["Birthday without_year", "Notes no_field", "Phone 1 - Value more_in_cell"]);

    let thunderbird = "First Name,Last Name,Display Name,Primary Email,Secondary Email,Home Phone,Fax Number,Mobile Number,Home Address,Home Address 2,Home City,Home ZipCode,Home Country,Work Address,Work City,Birth Year,Birth Month,Birth Day\n\
                       Anna,Bakker,Anna B.,a@example.org,b@example.org,1,9,2,Kade 1,bis,Gent,9000,BE,Plein 2,Breda,1980,2,29\n";
    let card = self::card("a.csv", thunderbird.as_bytes());
    assert_eq!((of(&card, "birthDate"), of(&card, "address.street")), ("1980-02-29".into(), "Kade 1, bis".into()));
    assert_eq!((of(&card, "name.full"), left(&card)), ("Anna B.".into(), vec!["Fax Number fax".to_owned()]));
    assert_eq!(others(&card, "group:address"), ["Kade 1, bis|Gent|9000|BE", "Plein 2|Breda"]);

    let outlook = "First Name,Last Name,E-mail Address,E-mail 2 Address,Home Street,Home City,Home Postal Code,Business Street,Business City,Birthday,Gender\r\nAnna,Bakker,a@example.org,b@example.org,Kade 1,Gent,9000,Plein 2,Breda,29-2-1980,Female\r\n";
    let card = self::card("a.csv", outlook.as_bytes());
    assert_eq!(others(&card, "email"), ["a@example.org", "b@example.org"]);
    assert_eq!((of(&card, "gender"), left(&card)), ("f".into(), vec!["Birthday not_a_day".to_owned()]));
}

#[test]
fn what_a_file_calls_a_value_is_kept_and_says_where_it_belongs() {
    let said = |card: &Card, of: &str| -> Vec<(Sphere, Option<String>)> {
        let of: Selector = of.parse().expect("a selector");
        let all = card.alternatives.iter().find(|own| own.of == of).expect("some");
        all.all.iter().map(|one| (one.sphere, one.label.clone())).collect()
    };
    let called = |label: &str| Some(label.to_owned());
    let apple = "FN:A\r\nitem1.EMAIL:a@example.org\r\nitem1.X-ABLabel:_$!<Work>!$_\r\nitem2.EMAIL:b@example.org\r\n\
                 item2.X-ABLabel:Vereniging\r\nADR;TYPE=HOME;TYPE=PARCEL:;;Kade 1;Gent;;;\r\nADR;TYPE=billing:;;Plein 2;Gent;;;";
    let card = self::card("a.vcf", &vcard("3.0", apple));
    assert_eq!(said(&card, "email"), [(Sphere::Unsaid, called("Vereniging")), (Sphere::Work, None)]);
    assert_eq!(said(&card, "group:address"), [(Sphere::Home, None), (Sphere::Billing, None)]);
    let json = r#"{"@type":"Card","name":{"full":"A"},"emails":{"a":{"address":"a@example.org","label":"Club"},
        "b":{"address":"b@example.org","contexts":{"work":true}}},"addresses":{"a":{"components":[{"kind":"name","value":"Kade"}],
        "contexts":{"delivery":true}}}}"#;
    let card = self::card("a.json", json.as_bytes());
    assert_eq!(said(&card, "email"), [(Sphere::Unsaid, called("Club")), (Sphere::Work, None)]);
    assert_eq!(said(&card, "group:address"), [(Sphere::Delivery, None)]);
    let google = "First Name,E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Label,E-mail 2 - Value\n\
                  Anna,* Work,w@example.org,Sportclub,s@example.org\n";
    let card = self::card("google.csv", google.as_bytes());
    assert_eq!(said(&card, "email"), [(Sphere::Unsaid, called("Sportclub")), (Sphere::Work, None)]);
}
