"""From an invitation to a disclosure and its erasure, with nothing but the client that was generated from the API's
description. In: the API's address, a key, the home of a person's node and the regie binary. Out: exit code 0 where all
of it happened."""

import subprocess
import sys
import time

from client import AuthenticatedClient
from client.api.erasures import create_erasure
from client.api.invitations import create_invitation
from client.api.relationships import get_relationship_values, list_relationships
from client.api.requests import create_request, get_request
from client.models import (
    Erased,
    Invitation,
    NewErasure,
    NewInvitation,
    NewRequest,
    PageRelationship,
    Request,
    Values,
)


def main(address: str, key: str, home: str, regie: str) -> None:
    client = AuthenticatedClient(base_url=address, token=key)
    invitation = create_invitation.sync(client=client, body=NewInvitation())
    assert isinstance(invitation, Invitation)
    subprocess.run([regie, "--home", home, "pair", "--yes", "--vouch", invitation.link], check=True)

    relationships = list_relationships.sync(client=client)
    assert isinstance(relationships, PageRelationship)
    (relationship,) = relationships.data
    asked = NewRequest(
        relationship=relationship.id,
        fields=["name.full"],
        purpose="DeliveryOfGoods",
        reason="to bring the parcel",
        retention_days=30,
    )
    made = create_request.sync(client=client, body=asked, idempotency_key="first")
    assert isinstance(made, Request)
    again = create_request.sync(client=client, body=asked, idempotency_key="first")
    assert isinstance(again, Request) and again.id == made.id

    request = made
    for _ in range(600):
        found = get_request.sync(made.id, client=client)
        assert isinstance(found, Request)
        request = found
        if request.state == "answered":
            break
        time.sleep(0.1)
    assert request.given == ["name.full"], request

    values = get_relationship_values.sync(relationship.id, client=client)
    assert isinstance(values, Values)
    assert [(held.field, held.value) for held in values.data] == [("name.full", "Anna Bakker")]
    erased = create_erasure.sync(client=client, body=NewErasure(relationship=relationship.id))
    assert isinstance(erased, Erased) and erased.fields == ["name.full"]
    values = get_relationship_values.sync(relationship.id, client=client)
    assert isinstance(values, Values) and values.data == []


if __name__ == "__main__":
    main(*sys.argv[1:])
