"""auth0-api-python as a backend behind an API. Arguments: the host of the server, id and secret of the API's client, an
access token for the API, one for the My Account API, and the provider's userinfo endpoint. Prints `done`."""

import asyncio
import sys
import time

import httpx
from auth0_api_python import ApiClient, ApiClientOptions, ApiError
from auth0_api_python.errors import VerifyAccessTokenError

API = "https://my-api.example.com"
CONNECTION = "acme-idp"


async def refused(call, status, error):
    """The error that a call must raise."""
    try:
        await call
    except ApiError as raised:
        assert (raised.status_code, raised.code) == (status, error), (raised.status_code, raised.code, raised)
        return
    raise AssertionError(f"no {error}")


async def not_verified(call, words):
    """The words of the error that a token must raise."""
    try:
        await call
    except VerifyAccessTokenError as raised:
        assert words in str(raised), raised
        return
    raise AssertionError(f"verified, in spite of: {words}")


async def verify(api, host, token, of_another_api):
    """What a backend does with a token before it does anything else."""
    claims = await api.verify_access_token(token, required_claims=["scope", "azp"])
    assert claims["iss"] == f"https://{host}/" and API in claims["aud"], claims
    assert claims["sub"].startswith("auth0|") and "read:calendar" in claims["scope"].split(), claims
    assert await api.verify_request({"Authorization": f"Bearer {token}"}) == claims
    await not_verified(api.verify_access_token(of_another_api), "Audience mismatch")
    head, payload, signature = token.split(".")
    tampered = ".".join([head, payload, ("B" if signature[0] == "A" else "A") + signature[1:]])
    await not_verified(api.verify_access_token(tampered), "Signature verification failed")
    other = ApiClient(ApiClientOptions(domains=["tenant.example"], audience=API))
    await not_verified(other.verify_access_token(token), "issuer is not in the list of allowed domains")


async def exchange(api, host, client_id, token, of_another_api, userinfo):
    """The provider's token for the person's, and what is refused."""
    subject = {"connection": CONNECTION, "access_token": token}
    given = await api.get_access_token_for_connection(subject)
    assert given["scope"] == "openid offline_access" and given["expires_at"] > time.time(), given
    async with httpx.AsyncClient() as http:
        known = await http.get(userinfo, headers={"Authorization": f"Bearer {given['access_token']}"})
    assert (known.status_code, known.json()) == (200, {"sub": "ext-1"}), known.text
    assert (await api.get_access_token_for_connection({**subject, "login_hint": "ext-1"}))["access_token"]
    for more, status, error in [
        ({"login_hint": "ext-2"}, 401, "user_not_found"),
        ({"connection": "no-such"}, 401, "federated_connection_refresh_token_not_found"),
        ({"access_token": "junk"}, 401, "invalid_grant"),
        ({"access_token": of_another_api}, 403, "unauthorized_client"),
    ]:
        await refused(api.get_access_token_for_connection({**subject, **more}), status, error)
    options = ApiClientOptions(domain=host, audience=API, client_id=client_id, client_secret="wrong")
    await refused(ApiClient(options).get_access_token_for_connection(subject), 401, "invalid_client")


async def main(host, client_id, client_secret, token, of_another_api, userinfo):
    options = ApiClientOptions(domain=host, audience=API, client_id=client_id, client_secret=client_secret)
    api = ApiClient(options)
    await verify(api, host, token, of_another_api)
    await exchange(api, host, client_id, token, of_another_api, userinfo)
    print("done")


asyncio.run(main(*sys.argv[1:]))
