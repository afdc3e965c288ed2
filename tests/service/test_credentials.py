"""Passwords, tokens, sessions: what is made of them cannot be turned back, and what was changed is noticed."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest
from itsdangerous import URLSafeTimedSerializer

from service.credentials import (
    SESSION_SECONDS,
    SessionClaim,
    Sessions,
    hash_password,
    is_password,
    new_token,
    read_secret,
    token_digest,
)
from service.errors import StoreError

PASSWORD = "一个足够长的密码🔑"
SECRET = "a secret of some length, known to the service alone"
CLAIM = SessionClaim(7, 3)


@pytest.fixture
def no_argon2(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine for which there is no argon2."""
    monkeypatch.setitem(sys.modules, "argon2", None)


@pytest.fixture(scope="module")
def argon2_hash() -> str:
    return hash_password(PASSWORD)


def test_a_password_is_hashed_with_argon2id(argon2_hash: str) -> None:
    assert argon2_hash.startswith("$argon2id$")


def test_a_password_is_known_again_and_no_other(argon2_hash: str) -> None:
    assert is_password(PASSWORD, argon2_hash)
    assert not is_password(PASSWORD + "x", argon2_hash)


def test_a_damaged_hash_is_of_no_password() -> None:
    assert not is_password(PASSWORD, "$argon2id$damaged")


@pytest.mark.usefixtures("no_argon2")
def test_without_argon2_a_password_is_hashed_with_scrypt_and_known_again() -> None:
    kept = hash_password(PASSWORD)
    assert kept.startswith("$scrypt$")
    assert is_password(PASSWORD, kept)
    assert not is_password(PASSWORD + "x", kept)


@pytest.mark.usefixtures("no_argon2")
def test_without_argon2_its_hashes_cannot_be_compared_and_this_is_said(argon2_hash: str) -> None:
    with pytest.raises(StoreError, match="argon2, which is not installed here"):
        is_password(PASSWORD, argon2_hash)


def test_a_hash_made_with_scrypt_is_known_where_argon2_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "argon2", None)
        kept = hash_password(PASSWORD)
    assert is_password(PASSWORD, kept)


def test_tokens_differ_and_their_digests_do_not_show_them() -> None:
    one, other = new_token(), new_token()
    assert one != other
    assert len(one) >= 40
    assert one not in token_digest(one)


@pytest.mark.parametrize("key", ["", "\ud800", "密钥", "\x00"])
def test_whatever_is_sent_as_a_key_has_a_digest(key: str) -> None:
    assert len(token_digest(key)) == 64


# ── the secret ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_secret_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "secret"
    secret = read_secret(path)
    assert read_secret(path) == secret
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_every_office_has_its_own_secret(tmp_path: Path) -> None:
    assert read_secret(tmp_path / "one") != read_secret(tmp_path / "other")


@pytest.mark.parametrize("content", [b"", b"too short", "密钥".encode() * 40, b"\xff" * 80], ids=range(4))
def test_a_file_that_holds_no_key_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "secret").write_bytes(content)
    with pytest.raises(StoreError, match="holds no key"):
        read_secret(tmp_path / "secret")


def test_a_secret_that_cannot_be_written_is_told_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="file/secret: cannot be read"):
        read_secret(tmp_path / "file" / "secret")


def test_a_folder_in_the_place_of_the_secret_is_told(tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    with pytest.raises(StoreError, match="secret: cannot be read"):
        read_secret(tmp_path / "secret")


# ── sessions ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_cookie_says_whose_it_is() -> None:
    sessions = Sessions(SECRET)
    assert sessions.claim(sessions.cookie(CLAIM)) == CLAIM


def test_every_log_in_has_a_cookie_of_its_own() -> None:
    sessions = Sessions(SECRET)
    assert sessions.cookie(CLAIM) != sessions.cookie(CLAIM)


@pytest.mark.parametrize("place", [0, 5, -1, -20])
def test_a_changed_cookie_is_none(place: int) -> None:
    sessions = Sessions(SECRET)
    cookie = sessions.cookie(CLAIM)
    other = "B" if cookie[place] == "A" else "A"
    changed = cookie[:place] + other + (cookie[place + 1 :] if place != -1 else "")
    assert changed == cookie or sessions.claim(changed) in (None, CLAIM) or pytest.fail("another claim")
    assert sessions.claim(f"{cookie}x") is None


def test_a_cookie_of_another_service_is_none() -> None:
    assert Sessions("another secret").claim(Sessions(SECRET).cookie(CLAIM)) is None


@pytest.mark.parametrize("cookie", ["", ".", "..", "a.b.c", "密", "\ud800", "x" * 5000])
def test_what_is_no_cookie_is_none(cookie: str) -> None:
    assert Sessions(SECRET).claim(cookie) is None


@pytest.mark.parametrize("value", [None, 7, [], [1], [1, 2, 3, 4], ["a", 1, "n"], [None, None, None], {"a": 1}])
def test_a_signed_value_of_another_form_is_none(value: object) -> None:
    signer = URLSafeTimedSerializer(SECRET, salt="fenban-session")
    assert Sessions(SECRET).claim(str(signer.dumps(value))) is None


def test_a_cookie_ends_after_twelve_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    now = time.time()
    sessions = Sessions(SECRET)
    cookie = sessions.cookie(CLAIM)
    monkeypatch.setattr(time, "time", lambda: now + SESSION_SECONDS - 5)
    assert sessions.claim(cookie) == CLAIM
    monkeypatch.setattr(time, "time", lambda: now + SESSION_SECONDS + 5)
    assert sessions.claim(cookie) is None


def test_a_form_token_belongs_to_its_session() -> None:
    sessions = Sessions(SECRET)
    one, other = sessions.cookie(CLAIM), sessions.cookie(CLAIM)
    assert sessions.is_form_token(sessions.form_token(one), one)
    assert not sessions.is_form_token(sessions.form_token(one), other)
    assert not sessions.is_form_token("", one)
    assert not sessions.is_form_token("密", one)
