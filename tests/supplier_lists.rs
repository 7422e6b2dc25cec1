//! A company's list of customers and its exports, over real processes: invitations for all, who came, how right the
//! list was, and tables for other systems.

use std::{collections::BTreeMap, net::SocketAddr, path::Path};

use parquet::file::reader::{FileReader as _, SerializedFileReader};
use regie_tests::{Node, api::Client, files, http::send, pairing, until};
use serde_json::{Value, json};

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

/// The rows of a CSV file, without the names.
fn rows(answer: &regie_tests::api::Answer) -> Vec<Vec<String>> {
    answer.expect(200);
    let text = answer.text();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect()).collect()
}

/// The columns of a Parquet file, as another reader has them.
fn parquet(at: SocketAddr, client: &Client, table: &str, place: &Path) -> BTreeMap<String, Vec<String>> {
    let authorization = format!("Bearer {}", client.key());
    let path = format!("/v1/exports/{table}.parquet");
    let answer = send(at, "GET", &path, &[("Authorization", &authorization)], "");
    assert_eq!(answer.header("content-type"), Some("application/vnd.apache.parquet"), "{}", answer.body);
    let file = place.join(table);
    std::fs::write(&file, &answer.bytes).expect("written");
    let reader = SerializedFileReader::new(std::fs::File::open(&file).expect("a file")).expect("a Parquet file");
    let mut columns = BTreeMap::<String, Vec<String>>::new();
    for row in reader.get_row_iter(None).expect("rows") {
        for (name, value) in row.expect("a row").get_column_iter() {
            columns.entry(name.clone()).or_default().push(value.to_string());
        }
    }
    columns
}

#[test]
fn a_list_becomes_invitations_and_a_report() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut supplier =
        Node::supplier_for(module_path!(), directory.path().join("supplier"), "Shop", "/ip4/127.0.0.1/tcp/0");
    let at = supplier.serve_api();
    let client = Client::new(at, &supplier.api_key(false));
    let mut csv = "number,name,postcode,mail,left out\n".to_owned();
    csv += "1,Anna Bakker,1012ab,old@example.org,x\n2,Bob,,bob@example.org,x\n,Nobody,,,x\n";
    for number in 3..300 {
        csv += &format!("{number},Somebody {number},,,x\n");
    }
    let mapping =
        json!({ "number": "reference", "name": "name.full", "postcode": "address.postalCode", "mail": "email" });
    let list = json!({ "name": "all", "csv": csv, "mapping": mapping });
    let made = client.post_once("/v1/customer-lists", &list, "once").expect(201);
    assert_eq!((&made["rows"], &made["bad_rows"][0]["line"]), (&json!(299), &json!(4)));
    let path = format!("/v1/customer-lists/{}", text(&made["id"]));
    // Killed in the midst, it goes on where it was; the call that is repeated takes no second list.
    supplier.kill();
    let at = supplier.serve_api();
    let client = client.at(at);
    assert_eq!(client.post_once("/v1/customer-lists", &list, "once").expect(201)["id"], made["id"]);
    until("every row has its invitation", || client.get(&path).expect(200)["invited"] == 299);
    let invitations = rows(&client.get(&format!("{path}/invitations.csv")));
    assert_eq!(invitations.len(), 299);
    let links: std::collections::BTreeSet<_> = invitations.iter().map(|row| row[1].clone()).collect();
    assert_eq!(links.len(), 299, "an invitation for each");

    let mut person = Node::person(directory.path().join("person"), "balanced");
    person.start();
    for (field, value) in
        [("name.full", "Anna Bakker"), ("address.postalCode", "1012 AB"), ("email", "anna@example.org")]
    {
        person.set(field, value);
    }
    person.set("telephone", "+31301234567");
    person.ask(&pairing(&invitations[0][1]));
    let relationship = client.get("/v1/relationships").expect(200)["data"][0]["id"].clone();
    let request = json!({
        "relationship": relationship, "fields": ["name.full", "address.postalCode", "email", "telephone"],
        "purpose": "DeliveryOfGoods", "reason": "to bring the parcel",
    });
    let asked = format!("/v1/requests/{}", text(&client.post("/v1/requests", &request).expect(201)["id"]));
    until("an answer", || client.get(&asked).expect(200)["given"].as_array().is_some_and(|given| given.len() == 4));

    let report = client.get(&format!("{path}/report")).expect(200);
    assert_eq!((&report["rows"], &report["came"]), (&json!(299), &json!(1)));
    let field = |name: &str, verdict: &str| report["fields"][name][verdict].clone();
    assert_eq!(field("name.full", "exact"), 1);
    assert_eq!(field("address.postalCode", "alike"), 1);
    assert_eq!(field("email", "different"), 1);
    assert_eq!(field("telephone", "missing"), 1);
    assert_eq!((&report["total"]["accuracy_before"], &report["total"]["accuracy_after"]), (&json!(0.5), &json!(1.0)));
    let differences = rows(&client.get(&format!("{path}/report.csv")));
    let different = ["1", "email", "old@example.org", "anna@example.org", "different", &text(&relationship)];
    assert!(differences.contains(&different.map(str::to_owned).to_vec()), "{differences:?}");
    let came: Vec<_> =
        rows(&client.get(&format!("{path}/invitations.csv"))).into_iter().filter(|row| row[3] == "true").collect();
    assert_eq!((came.len(), &came[0][5]), (1, &text(&relationship)));

    // Tables for other systems; what looks like a formula is text.
    let values = rows(&client.get("/v1/exports/values.csv"));
    assert_eq!(values.len(), 4);
    assert!(values.iter().any(|row| row[1] == "telephone" && row[2] == "'+31301234567"), "{values:?}");
    let exact = rows(&client.get("/v1/exports/values.csv?exact=true"));
    assert!(exact.iter().any(|row| row[1] == "telephone" && row[2] == "+31301234567"));
    assert_eq!(rows(&client.get("/v1/exports/relationships.csv"))[0][0], text(&relationship));
    assert_eq!(rows(&client.get("/v1/exports/disclosures.csv")).len(), 4);
    let columns = parquet(at, &client, "values", directory.path());
    assert_eq!(columns["value"].len(), 4);
    assert!(columns["value"].contains(&"\"+31301234567\"".to_owned()), "{columns:?}");
    assert_eq!(columns["observed_at"][0].len(), "2026-11-24 12:00:00.000 +00:00".len(), "{columns:?}");
    let disclosures = parquet(at, &client, "disclosures", directory.path());
    assert_eq!(disclosures["outcome"], vec!["\"given\""; 4]);
    assert_eq!(disclosures["refusal"], vec!["null"; 4]);
    assert_eq!(parquet(at, &client, "relationships", directory.path())["fields_held"], ["4"]);
    client.get("/v1/exports/nothing.csv").problem(404, "not_found");
    client.with_key("rk_live_none").get("/v1/exports/values.csv").problem(401, "unauthorized");
    let trial = client.with_key(&supplier.api_key(true));
    assert!(rows(&trial.get("/v1/exports/values.csv")).is_empty(), "a test key sees no live person");
    trial.get(&path).problem(404, "not_found");

    // Deleted, the beliefs are gone from the files too.
    assert_eq!(client.delete(&path).expect(204), Value::Null);
    client.get(&path).problem(404, "not_found");
    supplier.kill();
    for file in files(&directory.path().join("supplier")) {
        let bytes = std::fs::read(&file).unwrap_or_default();
        assert!(!bytes.windows(15).any(|part| part == b"old@example.org"), "{}", file.display());
    }
}

#[test]
fn a_bad_list_is_refused_whole_and_says_why() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut supplier =
        Node::supplier_for(module_path!(), directory.path().join("supplier"), "Shop", "/ip4/127.0.0.1/tcp/0");
    let at = supplier.serve_api();
    let client = Client::new(at, &supplier.api_key(false));
    let of = |csv: &str, mapping: Value| json!({ "name": "all", "csv": csv, "mapping": mapping });
    for (what, list) in [
        ("no reference", of("a\n1\n", json!({ "a": "email" }))),
        ("an unknown column", of("a\n1\n", json!({ "b": "reference" }))),
        ("an unknown field", of("a,b\n1,2\n", json!({ "a": "reference", "b": "shoe.size" }))),
        ("no rows", of("a\n", json!({ "a": "reference" }))),
        ("no text", of("", json!({ "a": "reference" }))),
        ("too many rows", of(&("a\n".to_owned() + &"1\n".repeat(20_001)), json!({ "a": "reference" }))),
    ] {
        let answer = client.post("/v1/customer-lists", &list);
        answer.problem(422, "bad_argument");
        assert!(answer.text().len() > 40, "{what}");
    }
    let huge = of(&"x".repeat(9_000_000), json!({ "a": "reference" }));
    client.post("/v1/customer-lists", &huge).problem(413, "too_large");
    assert_eq!(client.get("/v1/customer-lists").expect(200)["data"], json!([]));
}
