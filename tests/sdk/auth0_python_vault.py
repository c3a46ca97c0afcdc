"""auth0-python exchanges a person's token and looks at their accounts. Arguments: base URL, id and secret of the API's
client, an access token for the API, a management token, the provider's userinfo endpoint. Prints `done`."""

import base64
import json
import sys

import httpx
from auth0.authentication import GetToken
from auth0.authentication.exceptions import Auth0Error
from auth0.management.client import Auth0

ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
REQUESTED = "http://auth0.com/oauth/token-type/federated-connection-access-token"
CONNECTION = "acme-idp"


def refused(status, error, call):
    """The error that an exchange must raise."""
    try:
        call()
    except Auth0Error as raised:
        assert (raised.status_code, raised.error_code) == (status, error), (raised.status_code, raised.error_code)
        return
    raise AssertionError(f"no {error}")


def main(base, client_id, client_secret, token, management, userinfo):
    host = base.removeprefix("http://").removesuffix("/")
    backend = GetToken(host, client_id, client_secret=client_secret, protocol="http")

    def exchange(connection=CONNECTION, subject_token=token, **more):
        return backend.access_token_for_connection(ACCESS_TOKEN, subject_token, REQUESTED, connection, **more)

    given = exchange(login_hint="ext-1")
    assert (given["token_type"], given["issued_token_type"]) == ("Bearer", REQUESTED), given
    assert given["scope"] == "openid offline_access" and given["expires_in"] > 0, given
    known = httpx.get(userinfo, headers={"Authorization": f"Bearer {given['access_token']}"})
    assert (known.status_code, known.json()) == (200, {"sub": "ext-1"}), known.text
    refused(401, "user_not_found", lambda: exchange(login_hint="ext-2"))
    refused(401, "federated_connection_refresh_token_not_found", lambda: exchange("no-such"))
    refused(401, "invalid_grant", lambda: exchange(subject_token="junk"))

    payload = token.split(".")[1]
    user = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["sub"]
    accounts = list(Auth0(base_url=f"{base}api/v2", token=management).users.connected_accounts.list(user))
    assert [(account.connection, account.scopes) for account in accounts] == [
        (CONNECTION, ["openid", "offline_access"])
    ], accounts
    print("done")


main(*sys.argv[1:])
