"""A box's certificate: given to the store's own box, for names that are its alone."""

import asyncio
from uuid import uuid4

import httpx
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from central.db.engine import unit_of_work
from central.domain.authority import BOX_DAYS
from central.domain.derived_keys import sealing_key, unlock_key
from central.usecases.box.revoke import revoke_box
from sync.protocol.codec import decode, encode
from sync.protocol.enrolment import BoxKeys, CertificateRequest
from tests.central_fixtures import (
    CENTRAL_KEY,
    DAY_MS,
    Served,
    TestedBox,
    postgres_template,
    problem,
    serving,
)
from tests.certificates import new_key, signing_request

__all__ = ["postgres_template"]

NAME = "s01.shop.internal"
MSGPACK = "application/msgpack"


async def ask(
    box: TestedBox,
    *names: str,
    key: EllipticCurvePrivateKey | None = None,
    body: bytes | None = None,
    content_type: str = MSGPACK,
    of_store: object = None,
) -> httpx.Response:
    csr = signing_request(key or new_key(), *names)
    content = encode(CertificateRequest(csr)) if body is None else body
    path = f"/v1/stores/{of_store or box.me.store_id}/certificate"
    headers = {**box.headers("POST", path, content), "Content-Type": content_type}
    return await box.client.post(path, content=content, headers=headers)


async def two_boxes(served: Served) -> tuple[TestedBox, TestedBox]:
    """Of two stores of one company."""
    company_id = await served.company()
    first = await served.enrolled(await served.store(company_id, "S01"))
    return first, await served.enrolled(await served.store(company_id, "S02"))


def leaf_of(answer: httpx.Response) -> x509.Certificate:
    assert answer.status_code == 200, answer.text
    return x509.load_pem_x509_certificate(decode(BoxKeys, answer.content).certificate)


def authority_of(answer: httpx.Response) -> bytes:
    return decode(BoxKeys, answer.content).authority


async def test_a_box_gets_a_certificate_for_its_key_and_names(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        box, _ = await two_boxes(served)
        key = new_key()
        answer = await ask(box, NAME, "box.local", key=key)
        leaf, keys = leaf_of(answer), decode(BoxKeys, answer.content)
        assert leaf.public_key() == key.public_key()
        [noted] = await served.rows("SELECT who, act, detail FROM audit")
        assert noted[:2] == ("box:S01", "certificate_issued")
        assert NAME in noted[2]
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        assert names.get_values_for_type(x509.DNSName) == [NAME, "box.local"]
        authority = x509.load_pem_x509_certificate(keys.authority)
        leaf.verify_directly_issued_by(authority)
        authority.verify_directly_issued_by(authority)
        assert "Acme" in authority.subject.rfc4514_string()
        assert keys.sealing_key == sealing_key(CENTRAL_KEY).public_key().public_bytes_raw()
        assert keys.unlock_key == unlock_key(CENTRAL_KEY, box.me.store_id, box.me.device_id)


async def test_all_boxes_of_a_company_have_one_authority_and_two_companies_have_two(
    postgres_url: str,
) -> None:
    async with serving(postgres_url) as served:
        first, second = await two_boxes(served)
        third = await served.enrolled(await served.store(await served.company("Other"), "S01"))
        of_each = [
            authority_of(await ask(box, f"s{n}.shop.internal"))
            for n, box in enumerate((first, second, third))
        ]
        assert of_each[0] == of_each[1] != of_each[2]


async def test_the_authoritys_key_is_in_no_row_as_it_is(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        box, _ = await two_boxes(served)
        await ask(box, NAME)
        [(sealed,)] = await served.rows("SELECT sealed_key FROM authority")
        assert b"\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07" not in sealed  # P-256, as PKCS #8 has it


async def test_after_another_central_key_there_is_another_authority(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        company_id = await served.company()
        box = await served.enrolled(await served.store(company_id, "S01"))
        before = authority_of(await ask(box, NAME))
    async with serving(postgres_url, key=Ed25519PrivateKey.generate()) as served:
        box.client = served.client
        after = authority_of(await ask(box, NAME))
    assert before != after


async def test_a_name_is_one_stores_until_its_certificate_has_expired(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        first, second = await two_boxes(served)
        leaf_of(await ask(first, NAME))
        leaf_of(await ask(first, NAME))
        assert problem(await ask(second, "s02.shop.internal", NAME)) == (409, "name-taken")
        assert await served.rows("SELECT name FROM box_name") == [(NAME,)]
        served.clock.now_ms += BOX_DAYS * DAY_MS
        leaf_of(await ask(second, NAME))
        assert problem(await ask(first, NAME)) == (409, "name-taken")


async def test_a_name_that_a_box_no_longer_states_is_free(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        first, second = await two_boxes(served)
        leaf_of(await ask(first, NAME))
        leaf_of(await ask(first, "other.shop.internal"))
        leaf_of(await ask(second, NAME))


async def test_the_name_of_a_box_that_was_revoked_is_free(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        company_id = await served.company()
        store_id = await served.store(company_id, "S01")
        leaf_of(await ask(await served.enrolled(store_id), NAME))
        async with unit_of_work(served.engine) as db:
            await revoke_box(db, company_id, store_id, None, "closed", served.clock.now_ms)
        other = await served.enrolled(await served.store(company_id, "S02"))
        leaf_of(await ask(other, NAME))


async def test_two_companies_may_use_the_same_name(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        box, _ = await two_boxes(served)
        other = await served.enrolled(await served.store(await served.company("Other"), "S01"))
        leaf_of(await ask(box, NAME))
        leaf_of(await ask(other, NAME))


async def test_a_box_that_was_replaced_or_revoked_gets_none(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        company_id = await served.company()
        store_id = await served.store(company_id, "S01")
        old, new = await served.enrolled(store_id), await served.enrolled(store_id)
        assert problem(await ask(old, NAME)) == (403, "fenced")
        async with unit_of_work(served.engine) as db:
            await revoke_box(db, company_id, store_id, None, "stolen", served.clock.now_ms)
        assert problem(await ask(new, NAME)) == (403, "device-revoked")
        assert await served.rows("SELECT count(*) FROM authority") == [(0,)]


async def test_a_box_gets_none_for_another_store(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        box, other = await two_boxes(served)
        refused = await ask(box, NAME, of_store=other.me.store_id)
        assert problem(refused) == (403, "not-allowed")
        assert problem(await ask(box, NAME, of_store=uuid4())) == (403, "not-allowed")


async def test_what_is_no_request_is_refused_and_makes_nothing(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        box, _ = await two_boxes(served)
        assert problem(await ask(box, "shop.example.com")) == (400, "invalid-field")
        assert problem(await ask(box, NAME, body=b"\xc1")) == (400, "invalid-field")
        plain = await ask(box, NAME, content_type="text/plain")
        assert problem(plain) == (415, "wrong-content-type")
        assert await served.rows("SELECT count(*) FROM box_name") == [(0,)]


async def test_boxes_that_ask_first_at_once_get_one_authority(postgres_url: str) -> None:
    async with serving(postgres_url) as served:
        first, second = await two_boxes(served)
        answers = await asyncio.gather(ask(first, NAME), ask(second, "s02.shop.internal"))
        assert authority_of(answers[0]) == authority_of(answers[1])
        async with unit_of_work(served.engine) as db:
            assert await db.scalar(text("SELECT count(*) FROM authority")) == 1
