"""auth0-python against a server: base URL, client id, secret and a management token as arguments. Prints `done`."""

import sys

from auth0.authentication import GetToken
from auth0.authentication.exceptions import Auth0Error
from auth0.management.client import Auth0
from auth0.management.core.api_error import ApiError

API = "https://my-api.example.com"
VAULT = "urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token"


def raised(status, call):
    """The body of the error that a call must raise."""
    try:
        call()
    except ApiError as error:
        assert error.status_code == status, (error.status_code, error.body)
        return error.body
    raise AssertionError(f"no {status}")


def main(base, client_id, secret, token):
    host = base.removeprefix("http://").removesuffix("/")
    got = GetToken(host, client_id, client_secret=secret, protocol="http").client_credentials(f"{base}api/v2/")
    assert got["token_type"] == "Bearer" and "read:clients" in got["scope"], got
    try:
        GetToken(host, client_id, client_secret="wrong", protocol="http").client_credentials(f"{base}api/v2/")
        raise AssertionError("a wrong secret works")
    except Auth0Error as error:
        assert (error.status_code, error.error_code) == (401, "access_denied"), error

    auth0 = Auth0(base_url=f"{base}api/v2", token=token)
    spa = auth0.clients.create(name="SPA", app_type="spa", token_endpoint_auth_method="none")
    patched = auth0.clients.update(spa.client_id, grant_types=["authorization_code"])
    assert patched.grant_types == ["authorization_code"], patched
    api = auth0.resource_servers.create(identifier=API, name="My API", scopes=[{"value": "read:calendar"}])
    capi = auth0.clients.create(
        name="Custom API Client", app_type="resource_server", resource_server_identifier=API, grant_types=[VAULT]
    )
    assert capi.client_secret
    assert auth0.resource_servers.get(api.id).client_id == capi.client_id
    grant = auth0.client_grants.create(
        client_id=spa.client_id, audience=f"{base}me/", subject_type="user", scope=["read:me:connected_accounts"]
    )
    assert grant.id.startswith("cgr_"), grant
    connection = auth0.connections.create(name="acme-idp", strategy="oidc")
    auth0.connections.clients.update(connection.id, request=[{"client_id": spa.client_id, "status": True}])
    assert [client.client_id for client in auth0.connections.clients.get(connection.id)] == [spa.client_id]
    assert any(client.client_id == spa.client_id for client in auth0.clients.list())

    assert raised(404, lambda: auth0.clients.get("nobody"))["errorCode"] == "inexistent_client"
    conflict = raised(409, lambda: auth0.resource_servers.create(identifier=API))
    assert conflict["message"] == "A resource server with the same identifier already exists.", conflict
    stranger = Auth0(base_url=f"{base}api/v2", token="junk")
    assert raised(401, lambda: stranger.clients.list())["statusCode"] == 401
    print("done")


main(*sys.argv[1:])
