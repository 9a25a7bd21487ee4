"""Field encryption (domain 3.4, 9.1): two providers behind one interface. Every
ciphertext begins with one byte that names its algorithm, so that a deployment
may change `BAODAO_CIPHER` and still read what it wrote before."""

import hashlib
import hmac
import os
from functools import lru_cache
from typing import Protocol

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

KEY_BYTES = 32


class Provider(Protocol):
    """Authenticated encryption; `aad` binds a ciphertext to its column."""

    def seal(self, key: bytes, plain: bytes, aad: bytes) -> bytes: ...
    def open(self, key: bytes, sealed: bytes, aad: bytes) -> bytes: ...


class Aes256Gcm:
    """The standard provider: 96-bit random nonce before the ciphertext."""

    def seal(self, key: bytes, plain: bytes, aad: bytes) -> bytes:
        nonce = os.urandom(12)
        return nonce + _aes(key).encrypt(nonce, plain, aad)

    def open(self, key: bytes, sealed: bytes, aad: bytes) -> bytes:
        return _aes(key).decrypt(sealed[:12], sealed[12:], aad)


@lru_cache(maxsize=4)
def _aes(key: bytes) -> AESGCM:
    """The key's schedule is made once: an import seals a hundred thousand cells."""
    return AESGCM(key)


class Sm4Sm3:
    """The national provider: SM4-CTR, then HMAC-SM3 over nonce, text and column."""

    def seal(self, key: bytes, plain: bytes, aad: bytes) -> bytes:
        nonce = os.urandom(16)
        box = Cipher(algorithms.SM4(key[:16]), modes.CTR(nonce)).encryptor()
        body = nonce + box.update(plain) + box.finalize()
        return body + _hmac_sm3(key, aad + b"\0" + body)

    def open(self, key: bytes, sealed: bytes, aad: bytes) -> bytes:
        body, tag = sealed[:-32], sealed[-32:]
        if not hmac.compare_digest(tag, _hmac_sm3(key, aad + b"\0" + body)):
            raise ValueError("ciphertext does not match its key or column")
        box = Cipher(algorithms.SM4(key[:16]), modes.CTR(body[:16])).decryptor()
        return box.update(body[16:]) + box.finalize()


PROVIDERS: dict[str, tuple[int, Provider]] = {
    "aes-256-gcm": (1, Aes256Gcm()),
    "sm4-sm3": (2, Sm4Sm3()),
}
BY_MARK = dict(PROVIDERS.values())


def sm3(data: bytes) -> bytes:
    """SM3 digest, 32 bytes (GB/T 32905)."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize()


def _hmac_sm3(key: bytes, data: bytes) -> bytes:
    block = hashlib.sha256(b"hmac-sm3" + key).digest().ljust(64, b"\0")
    inner = sm3(bytes(b ^ 0x36 for b in block) + data)
    return sm3(bytes(b ^ 0x5C for b in block) + inner)


def seal_bytes(plain: bytes, column: str) -> bytes:
    """Encrypt `plain` for `column` ("table.column") with the chosen provider."""
    mark, provider = PROVIDERS[settings.FIELD_CIPHER]
    key: bytes = settings.FIELD_KEY
    return bytes([mark]) + provider.seal(key, plain, column.encode())


def unseal_bytes(sealed: bytes, column: str) -> bytes:
    """The plain bytes of a ciphertext made by any provider."""
    key: bytes = settings.FIELD_KEY
    return BY_MARK[sealed[0]].open(key, sealed[1:], column.encode())


def seal(text: str, column: str) -> bytes:
    """Encrypt `text` for `column`."""
    return seal_bytes(text.encode(), column)


def unseal(sealed: bytes, column: str) -> str:
    """The text of a ciphertext."""
    return unseal_bytes(sealed, column).decode()


def keyed_hash(text: str, purpose: str) -> str:
    """HMAC-SHA-256 in hex for exact look-up of a value that is stored encrypted.
    Unkeyed hashes of phone numbers could be guessed (domain 9.1)."""
    key: bytes = settings.FIELD_KEY
    return hmac.digest(key, f"{purpose}\0{text}".encode(), "sha256").hex()
