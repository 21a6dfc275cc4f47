"""One account, two stores and a head office, and what can befall them, for property tests over the
very functions that box and head office decide by (escrow.py).

Lost answers, repeated and late requests, some given up before they were ever known, copied disks
that both go on, late tails, tails that a person writes off, events that are set aside, a head
office put back to its past with its mirror and without it; beside them, goodwill: days go by,
budgets are set, and stores lend what rights do not cover; and points that head office gives, or
that run out.
"""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from uuid import UUID

from central.domain.goodwill import Budget, budget_on, cut_budget
from sync.protocol.escrow import (
    ShareRule,
    allot,
    beyond_share,
    goodwill_left,
    granted_of,
    outstanding,
    shares,
)
from sync.protocol.periods import Period, span_of, span_until
from tests.escrow_epochs import Disk, Event, Known, lent_within
from tests.escrow_office import OPENING, Office

RULE = ShareRule((60, 25, 15), 1_000)


class World(Office):
    """One account, two stores, one head office."""

    def __init__(self, seed: int, *faults: str) -> None:
        """``faults``: of these alone; left out, some of all that there are."""
        super().__init__(Random(seed))
        every = ("copy", "burn", "write_off", "rewind", "aside")
        self.faults = set(faults) or {one for one in every if self.rng.random() < 0.4}
        self.plot = self.some_plot()
        self.programme = (self.gift, self.expire)
        self.every: dict[int, tuple[int, Event]] = {}
        self.today = date(2026, 11, 20)
        self.period = self.rng.choice(list(Period))
        self.said: dict[int, list[Budget]] = {0: [], 1: []}
        self.holds: dict[int, dict[date, Budget]] = {0: {}, 1: {}}
        for store in (0, 1):
            self.enrol(store)
        self.remember()

    # --- what happens in a shop

    def enrol(self, store: int) -> None:
        number, parent = len(self.epochs), self.last_of(store)
        for one in self.epochs.values():
            one.sealed |= one.store == store and not one.forgotten
        self.epochs[number] = Known(store, number=number, parent=parent)
        self.disks.append(Disk(number, store, issued=number))

    def write(self, disk: Disk, event: Event) -> None:
        disk.journal.append(event)
        event.seq = len(disk.journal)
        self.every[id(event)] = disk.store, event

    def sell(self, disk: Disk) -> None:
        right = (self.new_id(), 1)
        points = self.rng.randrange(1, 40)
        disk.rights[right] = points
        self.write(disk, Event(born={right: points}))

    def spend(self, disk: Disk) -> None:
        spends, uncovered = allot(self.rng.randrange(1, 120), disk.held())
        lent = min(uncovered, self.may_lend(disk))
        spent = {(one.root, one.line): one.points for one in spends}
        self.take(disk, Event(spent=spent, lent={self.today: lent} if lent else {}))

    def may_lend(self, disk: Disk) -> int:
        """What is left of its epoch's budget in the period that runs."""
        budget = None if disk.provisional else budget_on(disk.budget, self.today)
        if budget is None:
            return 0
        span = span_until(budget.period, budget.until, self.today)
        used = sum(lent_within(one, span) for one in disk.journal)
        return goodwill_left(budget.amount, used, ())

    def release(self, disk: Disk) -> None:
        if not disk.provisional:
            spends = beyond_share(disk.held())
            self.take(disk, Event(released={(one.root, one.line): one.points for one in spends}))

    def take(self, disk: Disk, event: Event) -> None:
        for right, points in (*event.spent.items(), *event.released.items()):
            disk.rights[right] -= points
        if event.spent or event.released or event.lent:
            self.write(disk, event)

    def ask(self, disk: Disk) -> None:
        if not disk.provisional:
            request, amount = self.new_id(), self.rng.randrange(1, 120)
            disk.asked[request] = amount
            self.network.append((disk, request, amount))

    def give_up(self, disk: Disk) -> None:
        if disk.asked and not disk.provisional:
            request, _ = disk.asked.popitem()
            self.write(disk, Event(given_up=(request,)))

    def burn(self, disk: Disk) -> None:
        """A new box takes its place; what it had not sent may come yet, or is written off; or it
        is alive and goes on until it hears of it."""
        if disk.provisional:
            return
        if self.rng.random() < 0.5:
            self.disks.remove(disk)
            self.lost.append(disk)
        self.enrol(disk.store)

    def copy(self, disk: Disk) -> None:
        """The disk is copied, and the copy runs as well: neither knows of the other. It may spend
        what the disk held, had asked for, and was given before it looked."""
        self.bound += sum(disk.rights.values()) + sum(disk.asked.values())
        given_ = self.epochs[disk.epoch].granted
        self.bound += sum(points for grant, points in given_.items() if grant not in disk.taken)
        twin = Disk(disk.epoch, disk.store, disk.provisional, dict(disk.rights), dict(disk.asked))
        twin.issued = disk.issued
        twin.taken, twin.journal = set(disk.taken), list(disk.journal)
        twin.budget = disk.budget
        self.twice[disk.store] += 1
        self.disks.append(twin)

    # --- between them

    def push(self, disk: Disk) -> None:
        known = self.epochs[disk.epoch]
        if known.forgotten:
            self.state(disk)
            return
        held = known.journal
        common = min(len(held), len(disk.journal))
        if any(a is not b for a, b in zip(held, disk.journal, strict=False)) or common < len(held):
            if disk in self.disks:
                self.branch_off(disk)
            return
        if known.sealed and disk in self.disks:
            self.write(disk, Event(ends=True))
            self.branch_off(disk, ended=True)
            return
        upto = self.rng.randint(common, len(disk.journal))
        if "aside" in self.faults:
            known.aside |= {at for at in range(common, upto) if self.rng.random() < 0.2}
        held += disk.journal[common:upto]

    def branch_off(self, disk: Disk, *, ended: bool = False) -> None:
        """It goes on in an epoch of its own; what head office lacks comes home there, or as the
        late tail of an epoch that it ended itself."""
        known = self.epochs[disk.epoch]
        if ended:
            tail = Disk(disk.epoch, disk.store, journal=list(disk.journal), issued=disk.issued)
            self.lost.append(tail)
        else:
            there = {id(one) for one in (*known.journal, *known.home)}
            known.home += [one for one in disk.journal if id(one) not in there]
        number = len(self.epochs)
        self.epochs[number] = Known(disk.store, provisional=True, number=number, parent=disk.epoch)
        disk.epoch, disk.provisional = number, True
        disk.rights, disk.asked, disk.journal, disk.budget = {}, {}, [], ()

    def pull(self, disk: Disk) -> None:
        known = self.epochs[disk.epoch]
        if known.forgotten:
            return
        for grant, points in known.granted.items():
            if not disk.provisional and grant not in disk.taken:
                disk.taken.add(grant)
                known.taken.add(grant)
                disk.rights[grant, 0] = points
        if not disk.provisional and known.journal == disk.journal:  # a box sends before it asks
            disk.budget = known.budget
            known.told = max([known.told, *(row.amount for row in disk.budget)])

    def hear(self) -> None:
        """One of the requests arrives, perhaps once more later; its answer may be lost."""
        if not self.network:
            return
        disk, request, amount = self.rng.choice(self.network)
        if self.rng.random() < 0.7:
            self.network.remove((disk, request, amount))
        number = disk.epoch if request in disk.asked else None
        known = next((e for e in self.here() if request in e.answers), None)
        if known is None:
            found = self.epochs.get(disk.epoch if number is None else number)
            if found is None or found.provisional or found.sealed or found.forgotten:
                return
            barred = any(request in one.given_up for one in found.counted())
            points = 0 if barred or not self.may_grant() else granted_of(amount, self.free())
            found.answers[request] = points
            known = found
        if self.rng.random() < 0.7:
            self.answers.append((disk, request, known.answers[request]))

    def answer(self) -> None:
        if not self.answers:
            return
        disk, request, points = self.answers.pop(self.rng.randrange(len(self.answers)))
        if disk.asked.pop(request, None) is not None and points and not disk.provisional:
            disk.rights[request, 0] = points
            self.epochs[disk.epoch].taken.add(request)

    # --- at head office

    def give(self) -> None:
        """Ahead, where the owner shops, and what was given up comes back."""
        for known in self.here():
            for one in known.counted():
                for request in one.given_up:
                    if one not in known.home and known.answers.get(request):
                        known.returned[request] = known.answers[request]
        if not self.may_grant():
            return
        earned: Counter[int] = Counter()
        for known in self.here():
            earned[known.store] += sum(sum(one.born.values()) for one in known.counted())
        speaking = [e for e in self.here() if not e.sealed and not e.provisional]
        ranked = sorted(speaking, key=lambda one: (-earned[one.store], one.store))
        held = [outstanding(one.rights()) for one in ranked]
        parts = shares(self.balance(), self.free(), held, RULE)
        for known, points in zip(ranked, parts, strict=False):
            if points:
                known.granted[self.new_id()] = points
                twins = sum(self.epochs[one.epoch] is known for one in self.disks)
                self.bound += points * max(0, twins - 1)

    def gift(self) -> None:
        if self.may_grant():
            self.purse.give(self.rng.randrange(1, 40))

    def expire(self) -> None:
        """Of what is due, whatever that is, as much as is available."""
        if self.may_grant():
            self.purse.expire(granted_of(self.rng.randrange(1, 60), self.free()))

    def say(self) -> None:
        """Somebody says what a store may lend from today on."""
        store, amount = self.rng.randrange(2), self.rng.randrange(60)
        budget = Budget(self.today, amount, self.period)
        self.said[store].append(budget)
        self.holds[store][self.today] = budget
        self.cut()

    def cut(self) -> None:
        """Each store's present epoch may lend what no other may."""
        if not self.may_grant():
            return
        for known in self.here():
            if not known.sealed and not known.provisional:
                others = [e for e in self.here() if e.store == known.store]
                lending = [one.lending() for one in others if one is not known]
                known.budget = cut_budget([*self.holds[known.store].values()], lending, self.today)
                known.most = max([known.most, *(row.amount for row in known.budget)])

    def tomorrow(self) -> None:
        self.today += timedelta(self.rng.randrange(1, 9))

    def look(self) -> None:
        """What was set aside is applied after all."""
        for known in self.epochs.values():
            known.aside.clear()

    def new_id(self) -> UUID:
        return UUID(int=self.rng.getrandbits(128), version=4)

    def some_plot(self) -> list[Callable[[], None]]:
        """What befalls them in this order, among everything else: or nothing."""
        last: tuple[Callable[[], None], ...] = ()
        if {"burn", "rewind"} <= self.faults:
            replaced = [self.burn_one, self.rewind_without]
            self.rng.shuffle(replaced)
            last = (self.remember, self.hand_out, *replaced, self.hear_present)
        if {"burn", "rewind", "aside", "write_off"} <= self.faults and self.rng.random() < 0.5:
            closed = (self.burn_one, self.write_off, self.rewind_with)
            last = (self.hand_out, self.remember, self.spend_all, *closed, self.send_all)
        return list(last if self.rng.random() < 0.7 else ())

    def step(self) -> None:
        if self.plot and self.rng.random() < 0.2:
            self.plot.pop(0)()
            return
        disk = self.rng.choice(self.disks)
        often = (self.sell, self.spend, self.release, self.ask, self.pull, self.push)
        roll = self.rng.random()
        if roll < 0.6:
            self.rng.choice(often)(disk)
        elif roll < 0.85:
            often_there = (self.hear, self.answer, self.give, self.look, self.remember)
            self.rng.choice((*often_there, self.say, self.cut, self.tomorrow, *self.programme))()
        elif roll < 0.93:
            self.rng.choice((self.give_up, self.state))(disk)
        elif roll < 0.96 and self.lost:
            self.push(self.rng.choice(self.lost))
        elif self.faults:
            self.befall(disk, self.rng.choice(sorted(self.faults)))

    def befall(self, disk: Disk, fault: str) -> None:
        match fault:
            case "rewind":
                self.rng.choice((self.rewind_with, self.rewind_without))()
            case "copy":
                self.copy(disk)
            case "burn":
                self.burn(disk)
            case "write_off":
                self.write_off()

    def rewind_with(self) -> None:
        self.rewind(mirrored=True)

    def rewind_without(self) -> None:
        self.rewind(mirrored=False)

    def burn_one(self) -> None:
        self.burn(self.rng.choice(self.disks))

    def hand_out(self) -> None:
        self.give()
        for disk in self.disks:
            self.pull(disk)

    def spend_all(self) -> None:
        for disk in self.disks:
            self.spend(disk)
        self.send_all()

    def send_all(self) -> None:
        for disk in (*self.lost, *self.disks):
            self.push(disk)

    def hear_present(self) -> None:
        """The boxes that speak for their stores say what they were given, and are given more."""
        for disk in self.disks:
            if not self.epochs[disk.issued].sealed:
                self.state(disk)
        self.hand_out()

    def settle(self) -> None:
        """Everything arrives, is given, and is spent."""
        for _ in range(4):
            for gone in self.lost:
                self.push(gone)
            self.rng.shuffle(self.disks)
            for disk in list(self.disks):
                self.push(disk)
                self.state(disk)
                self.give()
                self.cut()
                self.pull(disk)
                for _ in range(8):
                    self.spend(disk)
            self.look()

    def overdraw(self) -> int:
        """Of everything that was ever spent of rights, reported or not, and of what ran out."""
        born = sum(sum(one.born.values()) for _, one in self.every.values())
        spent = sum(sum(one.spent.values()) for _, one in self.every.values())
        return spent + self.purse.expired - born - OPENING - self.purse.ever

    def lent_beyond(self) -> list[int]:
        """Stores that lent beyond their budgets, over all epochs and periods, more than one budget
        for each box that may have had it beside the present one."""
        lent: Counter[tuple[int, date]] = Counter()
        for store, event in self.every.values():
            for day, points in event.lent.items():
                lent[store, span_of(self.period, day)[1]] += points
        beyond: Counter[int] = Counter()
        for (store, last), points in lent.items():
            beyond[store] += max(0, points - self.most_of(store, last))
        return [
            store
            for store, points in beyond.items()
            if points > self.twice[store] * self.most_of(store, date.max)
        ]

    def most_of(self, store: int, last: date) -> int:
        """The most that a store may lend in the period that ends then: what was lessened since
        holds at a box that has not heard of it."""
        return max((one.amount for one in self.said[store] if one.from_date <= last), default=0)
