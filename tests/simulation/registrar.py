"""Who writes customers down in a simulated shop."""

from uuid import UUID

from edge.db.customers import Customer
from edge.usecases.customer.create import CreateCustomer, Drawn, create_customer
from edge.usecases.customer.update import UpdateCustomer, update_customer
from sync.engine.sealing import KEY_BYTES
from sync.engine.sealing import NONCE_BYTES as SEAL_NONCE_BYTES
from sync.protocol.identity import (
    CustomerId,
    EventId,
)
from sync.protocol.shared import PERSONAL_FIELDS
from tests.simulation.answering import Refused
from tests.simulation.box import StoreServer
from tests.simulation.keeper import Keeper
from tests.simulation.people import run_once


class Registrar(Keeper):
    """Makes customers and changes them."""

    def _drawn(self) -> Drawn:
        return Drawn(
            self.random.randbytes(KEY_BYTES),
            {field: self.random.randbytes(SEAL_NONCE_BYTES) for field in sorted(PERSONAL_FIELDS)},
            bytes(SEAL_NONCE_BYTES),  # nobody is asked for a month here
            EventId(UUID(int=0)),
        )

    async def _create_customer(self) -> None:
        number, customer_id = self.random.randrange(10**6), CustomerId(self.ids.uuid())
        name, code = f"Walk-in {number}", f"C{number % 40}"
        request = CreateCustomer(self.operator_id, name, customer_id, code=code)

        async def create(box: StoreServer) -> Refused | None:
            drawn = self._drawn()  # by the store server, for each arrival
            return await box.act(
                run_once(
                    customer_id,
                    request,
                    Customer,
                    lambda db, moment: create_customer(db, request, drawn, moment),
                )
            )

        if await self.insist(create) is None:
            self.life.customers.append(customer_id)
            self.seen["customer created"] += 1

    async def _update_customer(self) -> None:
        customer_id = self.random.choice(self.life.customers)
        request = UpdateCustomer(self.operator_id, phone=f"+65{self.random.randrange(10**7)}99")
        event_id = EventId(self.ids.uuid())

        async def update(box: StoreServer) -> Refused | None:
            drawn = self._drawn()
            return await box.act(
                run_once(
                    event_id,
                    request,
                    Customer,
                    lambda db, moment: update_customer(
                        db, customer_id, request, event_id, drawn, moment
                    ),
                )
            )

        refused = await self.insist(update)
        if refused is None:
            self.seen["customer changed"] += 1
        elif refused.slug == "customer-not-known" and self.life.moved:
            self.life.customers.remove(customer_id)  # unsent with a box that is gone
