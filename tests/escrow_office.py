"""What head office knows of one account and of the epochs that may spend it, what it waits for, and
what it loses (``tests/escrow_world.py``)."""

from collections import Counter
from random import Random
from uuid import UUID

from central.domain.incarnation import Since, forgotten, may_grant
from sync.protocol.escrow import available
from tests.escrow_epochs import Disk, Known, Purse, as_it_is, named

OPENING = 100


class Office:
    """Of two stores; ``bound``: what may be overdrawn by what befell them, at its worst."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.disks: list[Disk] = []
        self.lost: list[Disk] = []
        self.epochs: dict[int, Known] = {}
        self.network: list[tuple[Disk, UUID, int]] = []
        self.answers: list[tuple[Disk, UUID, int]] = []
        self.past: dict[int, Known] = {}
        self.since = Since(0, None)
        self.bound = 0
        self.purse = Purse()
        self.twice = Counter[int]()
        """How often more than one box of a store may have its budget, by what befell it."""

    def here(self) -> list[Known]:
        """The epochs that it knows."""
        return [one for one in self.epochs.values() if not one.forgotten]

    def last_of(self, store: int) -> int | None:
        """The last epoch that it issued to a store, as far as it knows."""
        issued = [one for one in self.here() if one.store == store and not one.provisional]
        return max((one.number for one in issued), default=None)

    def balance(self) -> int:
        counted = [one for known in self.here() for one in known.counted()]
        born = sum(sum(one.born.values()) for one in counted)
        lent = sum(sum(one.lent.values()) for one in counted)
        put = OPENING + self.purse.given - self.purse.expired
        return put + born - lent - sum(sum(one.spent.values()) for one in counted)

    def free(self) -> int:
        return available(self.balance(), [one.rights() for one in self.here()])

    def named_only(self) -> list[Known]:
        """Epochs that it forgot, and knows again by name."""
        known = {one.name for one in self.here()}
        parents = [named(one.store, one.parent) for one in self.here() if one.parent is not None]
        lacking = forgotten(known, parents)
        return [one for one in self.epochs.values() if one.name in lacking]

    def may_grant(self) -> bool:
        unheard = [one.name for one in self.named_only() if not one.written_off]
        if not may_grant(self.since, [one.since() for one in self.here()], unheard):
            return False
        for one in self.epochs.values():
            if one.forgotten and not one.charged:
                self.charge(one)
        return True

    def charge(self, known: Known) -> None:
        """Nothing here names it, or a person gave it up: what it holds may be given again."""
        known.charged = True
        self.bound += known.given_up()
        self.twice[known.store] += known.told > 0

    def write_off(self) -> None:
        open_ = [one for one in (*self.here(), *self.named_only()) if one.sealed or one.forgotten]
        if not open_:
            return
        known = self.rng.choice(open_)
        if known.forgotten:
            known.written_off = True
            for one in self.epochs.values():
                older = one.store == known.store and one.number <= known.number
                if one.forgotten and older and not one.charged:
                    self.charge(one)
            return
        if known.rights().ended:
            return
        self.bound += known.given_up()
        had_some = known.most > 0 or (not known.stated and known.told > 0)
        self.twice[known.store] += had_some and not known.written_off
        known.write_off()

    def remember(self) -> None:
        self.past = {n: as_it_is(one) for n, one in self.epochs.items() if not one.forgotten}
        self.purse.remember()

    def rewind(self, *, mirrored: bool) -> None:
        """Put back to its past: journals come again; decisions from the mirror, or not at all
        until each epoch's box stated what it was given."""
        for number, known in self.epochs.items():
            known.put_back(self.past.get(number), mirrored=mirrored)
        if not mirrored:
            self.since = Since(1, 1)
            self.purse.forget()
            self.network.clear()
            self.answers.clear()

    def state(self, disk: Disk) -> None:
        """A box shows what head office issued to it, and what it opened itself."""
        for number in (disk.issued, disk.epoch):
            known = self.epochs[number]
            was_forgotten = known.forgotten
            known.show()
            if was_forgotten and not known.provisional:
                self.take_in(known)

    def take_in(self, known: Known) -> None:
        """An issued epoch is one of its store's again: the present one, or one before it."""
        known.written_off = False
        for one in self.here():
            if one.store == known.store and not one.provisional and one is not known:
                min((one, known), key=lambda each: each.number).sealed = True
