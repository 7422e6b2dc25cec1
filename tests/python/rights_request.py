"""A person asks the company for their data, and the company signs for it, takes more time and answers, with nothing but the
client that was generated from the API's description. In: the API's address, a key, the home of a person's node that is
paired with the company, and the regie binary. Out: exit code 0 where all of it happened."""

import datetime
import json
import subprocess
import sys
import time

from client import AuthenticatedClient
from client.api.acts import answer_act, list_acts
from client.models import Act, NewAnswer, PageAct, Problem

COMPANY = "Shop"


def came(client: AuthenticatedClient) -> PageAct:
    page = list_acts.sync(client=client)
    assert isinstance(page, PageAct)
    return page


def main(address: str, key: str, home: str, regie: str) -> None:
    client = AuthenticatedClient(base_url=address, token=key)
    asked = [regie, "--home", home, "right", COMPANY, "access", "--words", "And my calls.", "--yes"]
    subprocess.run(asked, check=True)

    page = came(client)
    for _ in range(600):
        if page.data:
            break
        time.sleep(0.1)
        page = came(client)
    (act,) = page.data
    assert act.kind == "access" and act.state == "open", act
    assert isinstance(act.answer_by, datetime.date), act

    more = NewAnswer(answer="extended", why="complex")
    made = answer_act.sync(act.id, client=client, body=more, idempotency_key="more-time")
    assert isinstance(made, Act) and made.state == "extended", made
    refused = answer_act.sync(act.id, client=client, body=NewAnswer(answer="ends"))
    assert isinstance(refused, Problem) and refused.status == 422, refused
    done = answer_act.sync(act.id, client=client, body=NewAnswer(answer="done"), idempotency_key="done")
    assert isinstance(done, Act) and done.state == "answered", done

    # It closes at the person's node by itself.
    for _ in range(600):
        said = subprocess.run([regie, "--home", home, "--json", "acts"], check=True, capture_output=True)
        if json.loads(said.stdout.splitlines()[0])["state"] == "done":
            return
        time.sleep(0.1)
    raise AssertionError("the answer did not arrive")


if __name__ == "__main__":
    main(*sys.argv[1:])
