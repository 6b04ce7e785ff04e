import json
import stat

from deploy.local import keys


def test_secrets_are_made_once_and_never_replaced(tmp_path):
    first = keys.ensure(tmp_path / "keys")
    first.password("orders")
    made = _contents(first.folder)

    second = keys.ensure(tmp_path / "keys")
    second.password("orders")

    assert _contents(second.folder) == made


def test_secrets_are_readable_for_their_owner_alone(tmp_path):
    made = keys.ensure(tmp_path / "keys")
    made.password("orders")

    assert {stat.S_IMODE(file.stat().st_mode) for file in made.folder.iterdir()} == {0o600}
    assert stat.S_IMODE(made.folder.stat().st_mode) == 0o700


def test_services_get_the_public_half_of_the_signing_key(tmp_path):
    made = keys.ensure(tmp_path / "keys")

    private, (public,) = json.loads(made.signing.read_text()), _public_keys(made)

    assert public["kid"] == private["kid"]
    assert "d" in private
    assert "d" not in public


def test_no_two_roles_have_the_same_password(tmp_path):
    passwords = keys.ensure(tmp_path / "keys").passwords("orders")

    assert passwords.owner != passwords.service


def _public_keys(made):
    return json.loads(made.jwks.read_text())["keys"]


def _contents(folder):
    return {file.name: file.read_text() for file in folder.iterdir()}
