"""Keeps a CRM's table of customers right by the API of a companion (docs/supplier.md, section 9). In: the API's address, a key, and
an SQLite file with `customers (number, relationship, name, postcode)`. Out: the table as persons hold their data now; the first run
reads everything, each later one what happened since."""

import datetime
import json
import sqlite3
import sys
import urllib.error
import urllib.parse
import urllib.request
from typing import Any, Iterator


class Api:
    def __init__(self, address: str, key: str) -> None:
        self.address = address
        self.key = key

    def call(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data, headers, method=method)
        with urllib.request.urlopen(request) as response:
            return json.load(response)

    def pages(self, path: str, **parameters: str) -> Iterator[tuple[list[Any], str | None]]:
        """Pages of a list, each with the cursor behind it, until one is empty or the last."""
        while True:
            page = self.call("GET", f"{path}?{urllib.parse.urlencode(parameters)}")
            yield page["data"], page["next"]
            if not page["next"] or not page["data"]:
                return
            parameters["cursor"] = page["next"]


def put(api: Api, crm: sqlite3.Connection, relationship: dict[str, Any]) -> None:
    """One customer, as the person holds the data now."""
    number = relationship["reference"]
    if number is None:
        # Somebody whom the CRM does not know: a row, and its number beside the relationship.
        number = f"new-{relationship['id'][-12:]}"
        api.call("PATCH", f"/v1/relationships/{relationship['id']}", {"reference": number})
    values = api.call("GET", f"/v1/relationships/{relationship['id']}/values")["data"]
    held = {value["field"]: value["value"] for value in values}
    crm.execute(
        "INSERT INTO customers (number, relationship, name, postcode) VALUES (?, ?, ?, ?) ON CONFLICT (number) DO UPDATE "
        "SET relationship = excluded.relationship, name = excluded.name, postcode = excluded.postcode",
        (number, relationship["id"], held.get("name.full"), held.get("address.postalCode")),
    )


def everything(api: Api, crm: sqlite3.Connection) -> None:
    """All customers. What happens meanwhile is read again by the next run: it goes back to before this one began."""
    since = (datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=10)).strftime("%Y-%m-%dT%H:%M:%SZ")
    for page, _ in api.pages("/v1/relationships", limit="200"):
        for relationship in page:
            put(api, crm, relationship)
    crm.execute("DELETE FROM sync")
    crm.execute("INSERT INTO sync (since) VALUES (?)", (since,))
    crm.commit()


def what_changed(api: Api, crm: sqlite3.Connection, since: str, cursor: str | None) -> None:
    """Those of whom something happened since. Each page goes into the table together with the cursor behind it."""
    parameters = {"updated_since": since, "limit": "200"} | ({"cursor": cursor} if cursor else {})
    for page, behind in api.pages("/v1/relationships", **parameters):
        for relationship in page:
            put(api, crm, relationship)
        crm.execute("UPDATE sync SET cursor = ?", (behind,))
        crm.commit()


def main(address: str, key: str, file: str) -> None:
    api = Api(address, key)
    crm = sqlite3.connect(file)
    crm.execute("CREATE TABLE IF NOT EXISTS sync (since TEXT NOT NULL, cursor TEXT)")
    known = crm.execute("SELECT since, cursor FROM sync").fetchone()
    if known is None:
        everything(api, crm)
        return
    try:
        what_changed(api, crm, *known)
    except urllib.error.HTTPError as error:
        # Events are kept for 30 days. Whoever was away for longer reads everything again.
        if error.code not in (410, 422):
            raise
        crm.rollback()
        everything(api, crm)


if __name__ == "__main__":
    main(*sys.argv[1:])
