"""Passwords, tokens and sessions: made, hashed, compared; nothing here can be turned back into what was given."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from itsdangerous import BadSignature, URLSafeTimedSerializer

from service.errors import StoreError

SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 256
SESSION_SECONDS = 12 * 3600
TOKEN_BYTES = 32
SECRET_BYTES = 48
SCRYPT = {"n": 1 << 15, "r": 8, "p": 3, "maxmem": 64 << 20}
"""Cost by the OWASP Password Storage Cheat Sheet (2^15, 8, 3); used where argon2 has no wheel."""


def hash_password(password: str) -> str:
    """A salted hash that says how it was made: Argon2id (RFC 9106), or scrypt (RFC 7914) where there is no argon2."""
    try:
        from argon2 import PasswordHasher
    except ImportError:
        salt = os.urandom(16)
        return f"$scrypt${salt.hex()}${_scrypt(password, salt)}"
    return PasswordHasher().hash(password)


def is_password(password: str, kept: str) -> bool:
    """Whether `kept` is a hash of `password`; takes as long for a wrong one as for the right one."""
    if kept.startswith("$scrypt$"):
        _, _, salt, digest = kept.split("$")
        return hmac.compare_digest(_scrypt(password, bytes.fromhex(salt)), digest)
    try:
        from argon2 import PasswordHasher
        from argon2.exceptions import Argon2Error
    except ImportError:
        raise StoreError("this password was hashed with argon2, which is not installed here") from None
    try:
        return PasswordHasher().verify(kept, password)
    except Argon2Error:
        return False


def _scrypt(password: str, salt: bytes) -> str:
    return hashlib.scrypt(password.encode(), salt=salt, **SCRYPT).hex()


def password_problem(password: str) -> str | None:
    """Why a password is not taken: its length alone counts (NIST SP 800-63B)."""
    if any("\ud800" <= character <= "\udfff" for character in password):
        return "a password is text in UTF-8"
    if len(password) < SHORTEST_PASSWORD:
        return f"a password has {SHORTEST_PASSWORD} characters or more"
    return f"a password has {LONGEST_PASSWORD} characters at most" if len(password) > LONGEST_PASSWORD else None


def new_token() -> str:
    """A key for another program; 256 random bits need no slow hash."""
    return f"fenban_{secrets.token_urlsafe(TOKEN_BYTES)}"


def token_digest(token: str) -> str:
    """SHA-256 of a token: all that is kept of it."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def read_secret(path: Path) -> str:
    """The key that sessions are signed with; made on first use, for its owner alone. Raises StoreError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(SECRET_BYTES))
    except FileExistsError:
        pass
    except OSError as error:
        raise StoreError(f"{path}: cannot be written: {error.strerror}") from None
    try:
        secret = path.read_bytes().strip().decode("ascii", "replace")
    except OSError as error:
        raise StoreError(f"{path}: cannot be read: {error.strerror}") from None
    if len(secret) < SECRET_BYTES or not secret.isascii():
        raise StoreError(f"{path}: holds no key; remove it, and a new one is made")
    return secret


@dataclass(frozen=True, slots=True)
class SessionClaim:
    """Which account a cookie is of, and of which epoch of it."""

    account: int
    epoch: int


class Sessions:
    """Makes and reads the values of session cookies, and the tokens against forged requests that belong to them."""

    def __init__(self, secret: str) -> None:
        self._signer = URLSafeTimedSerializer(secret, salt="fenban-session")
        self._key = hashlib.sha256(f"fenban-form:{secret}".encode()).digest()

    def cookie(self, claim: SessionClaim) -> str:
        """A signed value that holds for SESSION_SECONDS. The nonce makes each log-in's value its own."""
        return self._signer.dumps([claim.account, claim.epoch, secrets.token_hex(8)])

    def claim(self, cookie: str) -> SessionClaim | None:
        """What a cookie says; None when it was changed, is too old, or is none."""
        try:
            account, epoch, _ = self._signer.loads(cookie, max_age=SESSION_SECONDS)
            return SessionClaim(int(account), int(epoch))
        except (BadSignature, ValueError, TypeError):
            return None

    def form_token(self, cookie: str) -> str:
        """What a form of this session must carry (OWASP: HMAC of the session)."""
        return hmac.new(self._key, cookie.encode(), hashlib.sha256).hexdigest()

    def is_form_token(self, token: str, cookie: str) -> bool:
        return hmac.compare_digest(token.encode(), self.form_token(cookie).encode())
