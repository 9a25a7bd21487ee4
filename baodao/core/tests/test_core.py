"""Ids, encryption and the look for private numbers, without a database."""

from datetime import UTC, datetime

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.test import override_settings
from hypothesis import given, settings
from hypothesis import strategies as st

from baodao.core import crypto
from baodao.core.ids import lookup_code, uuid7, uuid7s
from baodao.core.text import is_phone, pinyin_key, pinyin_keys, private_numbers


def test_ids_sort_in_the_order_in_which_they_were_made() -> None:
    ids = [uuid7() for _ in range(5000)]
    assert ids == sorted(ids) and len(set(ids)) == 5000
    assert all(i.version == 7 for i in ids)


def test_a_back_dated_id_sorts_by_its_date() -> None:
    old = uuid7(datetime(2026, 1, 1, tzinfo=UTC))
    assert old < uuid7() and old.version == 7


def test_lookup_codes_are_eight_digits() -> None:
    assert all(len(lookup_code()) == 8 for _ in range(200))


@pytest.mark.parametrize("cipher", sorted(crypto.PROVIDERS))
@settings(deadline=None)
@given(text=st.text(min_size=1, max_size=200))
def test_sealed_text_comes_back_and_only_in_its_own_column(
    cipher: str, text: str
) -> None:
    with override_settings(FIELD_CIPHER=cipher):
        sealed = crypto.seal(text, "a.b")
        assert crypto.unseal(sealed, "a.b") == text
        with pytest.raises((ValueError, InvalidTag)):
            crypto.unseal(sealed, "a.c")


def test_what_one_provider_wrote_is_read_after_a_change_of_provider() -> None:
    with override_settings(FIELD_CIPHER="sm4-sm3"):
        sealed = crypto.seal("格桑", "t.c")
    with override_settings(FIELD_CIPHER="aes-256-gcm"):
        assert crypto.unseal(sealed, "t.c") == "格桑"


def test_national_algorithms_give_the_published_vectors() -> None:
    assert crypto.sm3(b"abc").hex() == (
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    )
    key = bytes.fromhex("0123456789abcdeffedcba9876543210")
    box = Cipher(algorithms.SM4(key), modes.ECB()).encryptor()
    assert (
        box.update(key) + box.finalize()
    ).hex() == "681edf34d206965e86b3e94f536e4246"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("想配一副老花镜", []),
        ("身份证 11010519491231002X", ["身份证号"]),
        ("打 138 0013 8000", ["手机号"]),
        ("卡号6222-0200-0000-0000-000", ["银行卡号"]),
        ("2026年11月23日，3栋2单元", []),
        ("11010519491231002x，13800138000", ["身份证号", "手机号"]),
    ],
)
def test_private_numbers_are_found_in_free_text(text: str, found: list[str]) -> None:
    assert private_numbers(text) == found


def test_pinyin_key_has_full_spelling_and_initials() -> None:
    assert pinyin_key("森格") == "sen ge sg"


_NAMES = st.one_of(
    st.text("王李扎西卓玛单乐长重庆兙桛·", min_size=1, max_size=6),
    st.text(min_size=1, max_size=6),
)


@settings(deadline=None)
@given(names=st.lists(_NAMES, max_size=5))
def test_many_pinyin_keys_are_those_of_each_name(names: list[str]) -> None:
    assert pinyin_keys(names) == [pinyin_key(name) for name in names]


@pytest.mark.parametrize("digits", ["13900001111", "02884001234", "84001234"])
def test_mobile_and_fixed_numbers_are_telephone_numbers(digits: str) -> None:
    assert is_phone(digits)


@pytest.mark.parametrize(
    "digits", ["", "1390000111", "12345678", "１３９００００１１１１"]
)
def test_other_digits_are_no_telephone_numbers(digits: str) -> None:
    assert not is_phone(digits)


def test_many_ids_are_in_order_and_all_different() -> None:
    ids = uuid7s(2000)
    assert ids == sorted(ids) and len(set(ids)) == 2000
    assert all(i.version == 7 for i in ids)
    assert uuid7s(0) == []


@pytest.mark.parametrize("cipher", sorted(crypto.PROVIDERS))
def test_a_sealed_file_comes_back_and_only_in_its_own_column(cipher: str) -> None:
    with override_settings(FIELD_CIPHER=cipher):
        sealed = crypto.seal_bytes(b"PK\x03\x04\x00", "a.b")
        assert crypto.unseal_bytes(sealed, "a.b") == b"PK\x03\x04\x00"
        with pytest.raises((ValueError, InvalidTag)):
            crypto.unseal_bytes(sealed, "a.c")
