"""The internal token: nothing but the gateway's own word is believed."""

import base64
import json
import os
import time
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws, jwt
from joserfc.jwk import KeySet, OctKey, OKPKey, RSAKey

from chassis.auth import Actor, Role, Unauthenticated, Verifier, mint
from chassis.auth.tokens import ISSUER, TYPE
from tests.builders.edge import SIGNING_KEY, a_jwks, an_actor

FOREIGN = OKPKey.generate_key("Ed25519", {"kid": "test"})
RSA = RSAKey.generate_key(2048, {"kid": "test"})
PUBLIC_BYTES = base64.urlsafe_b64decode(str(SIGNING_KEY.as_dict(private=False)["x"]) + "=")


@pytest.fixture
def verifier(tmp_path):
    return Verifier("orders", a_jwks(tmp_path))


def claims(**others):
    now = int(time.time())
    standard = {
        "iss": ISSUER,
        "aud": "orders",
        "iat": now,
        "exp": now + 60,
        "sub": str(uuid4()),
        "name": "Somebody",
        "roles": ["DLR"],
    }
    return {name: value for name, value in {**standard, **others}.items() if value is not None}


def header(**others):
    standard = {"alg": "Ed25519", "kid": "test", "typ": TYPE}
    return {name: value for name, value in {**standard, **others}.items() if value is not None}


def signed(header, claims, key=SIGNING_KEY):
    """A token with whatever header, truly signed by `key`; joserfc would refuse to make some."""
    parts = b".".join(_encoded(json.dumps(part).encode()) for part in (header, claims))
    private = key.get_op_key("sign")
    return (parts + b"." + _encoded(private.sign(parts))).decode()


def unsigned(header, claims, signature=b""):
    parts = [json.dumps(part).encode() for part in (header, claims)]
    return b".".join(_encoded(part) for part in (*parts, signature)).decode()


def by_library(key, algorithm, header, claims):
    return jwt.encode(header, claims, key, algorithms=[algorithm])


def _encoded(part):
    return base64.urlsafe_b64encode(part).rstrip(b"=")


def test_an_actor_comes_back_as_he_was_sent(verifier):
    dealer = Actor(uuid4(), "王芳", frozenset({Role.DLR}), dealer_id=uuid4())
    worker = an_actor(Role.WHS, Role.PCK, warehouse_ids=frozenset({uuid4(), uuid4()}))
    leader = an_actor(Role.SAL, territories=frozenset({"广东省", "浙江省/杭州市"}))
    actors = [dealer, worker, leader]

    assert [verifier.actor(mint(SIGNING_KEY, one, "orders")) for one in actors] == actors


FORGED = {
    "algorithm none": unsigned(header(alg="none"), claims()),
    "algorithm None": unsigned(header(alg="None"), claims()),
    "no algorithm": unsigned(header(alg=None), claims()),
    "algorithm of a list": unsigned(header(alg=["Ed25519"]), claims()),
    "no signature": unsigned(header(), claims()),
    "empty signature of 64 bytes": unsigned(header(), claims(), bytes(64)),
    "signed by another key": signed(header(), claims(), FOREIGN),
    "HS256 with the public key as secret": by_library(
        OctKey.import_key(PUBLIC_BYTES), "HS256", header(alg="HS256"), claims()
    ),
    "HS256 with the JWK Set as secret": by_library(
        OctKey.import_key(json.dumps(KeySet([SIGNING_KEY]).as_dict(private=False))),
        "HS256",
        header(alg="HS256"),
        claims(),
    ),
    "RS256 with a key of its own": by_library(RSA, "RS256", header(alg="RS256"), claims()),
    "the deprecated name EdDSA": signed(header(alg="EdDSA"), claims()),
    "Ed448": signed(header(alg="Ed448"), claims()),
    "unknown kid": signed(header(kid="other"), claims()),
    "no kid": signed(header(kid=None), claims()),
    "empty kid": signed(header(kid=""), claims()),
    "kid of a number": signed(header(kid=7), claims()),
    "kid of a path": signed(header(kid="../../../../dev/null"), claims()),
    "kid of SQL": signed(header(kid="' OR 1=1 --"), claims()),
    "kid of a list": signed(header(kid=["test"]), claims()),
    "jku": signed(header(jku="https://evil.example/jwks.json"), claims()),
    "jwk of the forger": signed(header(jwk=FOREIGN.as_dict(private=False)), claims(), FOREIGN),
    "jwk beside a good signature": signed(header(jwk=FOREIGN.as_dict(private=False)), claims()),
    "x5u": signed(header(x5u="https://evil.example/cert.pem"), claims()),
    "x5c": signed(header(x5c=["MIIB"]), claims()),
    "x5t": signed(header(x5t="abc"), claims()),
    "unknown crit": signed(header(crit=["evil"], evil=True), claims()),
    "crit of a known name": signed(header(crit=["typ"]), claims()),
    "empty crit": signed(header(crit=[]), claims()),
    "b64 false": signed(header(b64=False, crit=["b64"]), claims()),
    "zip": signed(header(zip="DEF"), claims()),
    "content type": signed(header(cty="JWT"), claims()),
    "unknown member of the header": signed(header(hello="world"), claims()),
    "no type": signed(header(typ=None), claims()),
    "an access token's type": signed(header(typ="at+jwt"), claims()),
    "an id token's type": signed(header(typ="JWT"), claims()),
    "type in capitals": signed(header(typ=TYPE.upper()), claims()),
    "expired": signed(header(), claims(exp=int(time.time()) - 1)),
    "expires never": signed(header(), claims(exp=None)),
    "expires at a text": signed(header(), claims(exp="soon")),
    "expires at NaN": signed(header(), claims(exp=float("nan"))),
    "expires at infinity": signed(header(), claims(exp=float("inf"))),
    "expires in a year": signed(header(), claims(exp=int(time.time()) + 31_536_000)),
    "made in the future": signed(header(), claims(iat=int(time.time()) + 600)),
    "made never": signed(header(), claims(iat=None)),
    "not valid yet": signed(header(), claims(nbf=int(time.time()) + 600)),
    "for another service": signed(header(), claims(aud="billing")),
    "for nobody": signed(header(), claims(aud=None)),
    "for several": signed(header(), claims(aud=["orders", "billing"])),
    "for a prefix": signed(header(), claims(aud="order")),
    "by another issuer": signed(header(), claims(iss="https://evil.example")),
    "by nobody": signed(header(), claims(iss=None)),
    "no subject": signed(header(), claims(sub=None)),
    "a subject that is no id": signed(header(), claims(sub="admin")),
    "no roles": signed(header(), claims(roles=None)),
    "an unknown role": signed(header(), claims(roles=["ROOT"])),
    "roles of a text": signed(header(), claims(roles="ADM")),
    "roles of a number": signed(header(), claims(roles=7)),
    "a dealer that is no id": signed(header(), claims(dealer_id="all")),
    "a dealer of a number": signed(header(), claims(dealer_id=7)),
    "warehouses of a text": signed(header(), claims(warehouse_ids="all")),
    "no name": signed(header(), claims(name=None)),
    "claims of a list": signed(header(), [claims()]),
    "claims of null": signed(header(), None),
    "oversized": signed(header(), claims(name="x" * 10_000)),
    "four parts": signed(header(), claims()) + ".e30",
    "two parts": ".".join(signed(header(), claims()).split(".")[:2]),
    "five parts, like an encrypted one": "a.b.c.d.e",
    "JSON serialization": json.dumps(
        jws.serialize_json(
            {"protected": {"alg": "Ed25519", "kid": "test"}},
            json.dumps(claims()).encode(),
            SIGNING_KEY,
            algorithms=["Ed25519"],
        )
    ),
    "not base64": "?.?.?",
    "not ASCII": "é.é.é",
    "a lone surrogate": "\ud800.a.b",
    "empty": "",
    "white space before": " " + signed(header(), claims()),
    "a line feed behind": signed(header(), claims()) + "\n",
}


@pytest.mark.parametrize("token", FORGED.values(), ids=FORGED.keys())
def test_a_forged_token_is_refused(verifier, token):
    with pytest.raises(Unauthenticated):
        verifier.actor(token)


@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_a_token_with_any_byte_changed_is_refused(tmp_path_factory, place, change):
    verifier = Verifier("orders", a_jwks(tmp_path_factory.mktemp("keys")))
    token = mint(SIGNING_KEY, an_actor(Role.ADM), "orders").encode()
    place %= len(token)
    changed = token[:place] + bytes([token[place] ^ change]) + token[place + 1 :]

    try:
        verifier.actor(changed.decode("latin-1"))
    except Unauthenticated:
        return
    # The last character of a base64url part has bits that mean nothing.
    assert token.split(b".")[:2] == changed.split(b".")[:2]


def test_a_remembered_token_is_refused_once_it_has_expired(verifier, monkeypatch):
    token = mint(SIGNING_KEY, an_actor(Role.ADM), "orders", ttl_seconds=60)
    verifier.actor(token)
    now = time.time()

    monkeypatch.setattr(time, "time", lambda: now + 61)

    with pytest.raises(Unauthenticated):
        verifier.actor(token)


def test_only_so_many_tokens_are_remembered(tmp_path):
    verifier = Verifier("orders", a_jwks(tmp_path), remembered_max=3)
    actors = [an_actor(Role.ADM) for _ in range(10)]

    tokens = [mint(SIGNING_KEY, actor, "orders") for actor in actors]

    assert [verifier.actor(token) for token in tokens * 2] == actors * 2
    assert verifier.remembered == 3


def test_a_new_key_of_the_gateway_is_known_without_a_restart(tmp_path):
    path = a_jwks(tmp_path)
    verifier = Verifier("orders", path)
    new = OKPKey.generate_key("Ed25519", {"kid": "new"})
    actor = an_actor(Role.ADM)

    path.write_text(json.dumps(KeySet([SIGNING_KEY, new]).as_dict(private=False)))
    os.utime(path, ns=(1, 1))  # the clock of a file system may be coarse

    assert verifier.actor(mint(new, actor, "orders")) == actor
    assert verifier.actor(mint(SIGNING_KEY, actor, "orders")) == actor


def test_a_key_that_the_gateway_withdrew_is_not_believed(tmp_path):
    path = a_jwks(tmp_path)
    verifier = Verifier("orders", path)
    token = mint(SIGNING_KEY, an_actor(Role.ADM), "orders")

    path.write_text(json.dumps(KeySet([FOREIGN]).as_dict(private=False)))
    os.utime(path, ns=(1, 1))

    with pytest.raises(Unauthenticated):
        verifier.actor(token)


def test_an_unreadable_key_file_is_no_reason_to_believe_or_to_fall_over(tmp_path):
    path = a_jwks(tmp_path)
    verifier = Verifier("orders", path)
    actor = an_actor(Role.ADM)

    path.write_text("{half a fi")
    os.utime(path, ns=(1, 1))

    assert verifier.actor(mint(SIGNING_KEY, actor, "orders")) == actor


def test_a_user_id_is_the_subject():
    actor = Actor(UUID(int=7), "Somebody", frozenset())

    token = mint(SIGNING_KEY, actor, "orders")
    payload = token.split(".")[1]

    assert json.loads(base64.urlsafe_b64decode(payload + "=="))["sub"] == str(UUID(int=7))
