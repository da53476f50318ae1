"""Faults planted into the plant, each with the remainder it must leave and the cause it must be given."""

from datetime import timedelta

from explain_plant import ISSUES, MICRO, RECEIPTS, START, Fault, Plant

KINDS = {
    "missing_book": "D2", "missing_stock": "D2", "deleted_book": "D2", "duplicate_book": "D3", "duplicate_stock": "D3",
    "times_ten": "D4", "digits": "D4", "quantity": "D4", "edited": "D4", "direction": "D5", "unit": "D6", "item": "D7",
    "warehouse": "D8", "batch": "D9", "unaudited": "D1", "period": "T2", "tampered": "S1", "drift": "B1",
    "count": "P1", "alias": "M1",
}  # fmt: skip
FACTOR = 40


def plant_fault(plant: Plant, kind: str, *, at=None) -> Fault:
    """Let one thing go wrong at `at` and note what it must lead to."""
    r = plant.random
    at = at or START + timedelta(hours=r.uniform(2, plant.habits.hours * 0.5))
    place = r.choice(plant.places())
    family = r.choice((*RECEIPTS, *ISSUES))
    side = "book" if kind.endswith("book") else "stock" if kind.endswith("stock") else r.choice(("book", "stock"))
    sign = 1 if side == "stock" else -1
    amounts: dict = {}

    def off(where, amount):
        amounts[where] = amounts.get(where, 0) + amount

    if kind == "drift":
        where = place
        for step in range(4):
            book, stock = plant.happen(
                at + timedelta(minutes=40 * step), where, "material_issue", r.randint(200, 500) * MICRO, plain=True
            )
            less = int(abs(stock[0].effect) * r.uniform(0.02, 0.08)) // MICRO * MICRO or MICRO
            set_effect(book[0], book[0].effect + less)
            off(where, -less)
            last = max(book[0].made, stock[0].made)
    elif kind == "alias":
        others = [p for p in plant.places() if p[0] != place[0] and p[1:] == place[1:]]
        other = r.choice(others)
        for step in range(3):
            book, stock = plant.happen(at + timedelta(minutes=30 * step), place, family, plain=True)
            move(book[0], other)
            off(place, stock[0].effect)
            off(other, -book[0].effect)
            last = max(book[0].made, stock[0].made)
    elif kind == "tampered":
        amount = r.randint(20, 400) * MICRO * r.choice((-1, 1))
        plant.tampered.append((side, place, at, amount))
        off(place, sign * amount)
        last = at
    elif kind == "count":
        family = r.choice(("count_gain", "count_loss"))
        book, stock = plant.happen(at, place, family, plain=True)
        plant.papers.remove(book[0])
        off(place, stock[0].effect)
        last = stock[0].made
    else:
        quantity = r.randint(3, 9) * 100 * MICRO + r.randint(1, 99) * MICRO
        if kind == "unit":
            quantity = r.randint(2, 12) * FACTOR * MICRO
        book, stock = plant.happen(at, place, family, quantity, plain=True)
        papers = {"book": book[0], "stock": stock[0]}
        own, other = papers[side], papers["stock" if side == "book" else "book"]
        last = max(own.made, other.made)
        if kind.startswith("missing"):
            plant.papers.remove(own)
            off(place, -sign * own.effect)
        elif kind.startswith("deleted"):
            last = last + timedelta(hours=r.uniform(0.5, 5))
            own.gone = last
            own.versions = [(own.versions[0][0], last, place, own.effect)]
            off(place, -sign * own.effect)
        elif kind.startswith("duplicate"):
            again = plant.paper(
                side,
                family,
                place,
                own.effect,
                own.made + timedelta(seconds=r.choice((20, 41, 300, 2000))),
                own.reference,
                day=own.day,
            )
            off(place, sign * own.effect)
            last = max(last, again.made)
        elif kind == "edited":
            last = last + timedelta(hours=r.uniform(1, 5))
            changed = own.effect - (1 if own.effect > 0 else -1) * r.randint(5, 90) * MICRO
            own.versions = [
                (own.versions[0][0], last, place, own.effect),
                (last + timedelta(seconds=30), None, place, changed),
            ]
            off(place, sign * (changed - own.effect))
        elif kind in ("times_ten", "digits", "quantity", "unit", "direction"):
            wrong = figure(kind, own.effect, r)
            off(place, sign * (wrong - own.effect))
            set_effect(own, wrong)
        elif kind in ("item", "warehouse", "batch"):
            part = ("item", "warehouse", "batch").index(kind)
            others = [
                p
                for p in plant.places()
                if [a == b for a, b in zip(p, place, strict=True)] == [n != part for n in range(3)]
            ]
            where = r.choice(others)
            off(place, -sign * own.effect)
            off(where, sign * own.effect)
            move(own, where)
        elif kind == "unaudited":
            off(place, -sign * own.effect)
            own.versions = []
        elif kind == "period":
            other.day = START - timedelta(days=6)
            plant.papers.remove(own)
            off(place, -sign * own.effect)
    fault = Fault(kind, KINDS[kind], {where: amount for where, amount in amounts.items() if amount}, last)
    plant.faults.append(fault)
    return fault


def set_effect(paper, effect):
    paper.effect = effect
    paper.versions = [(start, end, where, effect) for start, end, where, _ in paper.versions]


def move(paper, where):
    paper.place = where
    paper.versions = [(start, end, where, effect) for start, end, _, effect in paper.versions]


def figure(kind: str, effect: int, r) -> int:
    sign, whole = (1 if effect > 0 else -1), abs(effect) // MICRO
    if kind == "times_ten":
        return effect * 10
    if kind == "direction":
        return -effect
    if kind == "unit":
        return effect // FACTOR
    if kind == "digits":
        digits = list(str(whole))
        pairs = [
            (a, b)
            for a in range(len(digits))
            for b in range(a + 1, len(digits))
            if digits[a] != digits[b] and (a > 0 or digits[b] != "0")
        ]
        a, b = r.choice(pairs) if pairs else (0, 0)
        digits[a], digits[b] = digits[b], digits[a]
        return sign * int("".join(digits)) * MICRO if pairs else effect * 10
    return effect + sign * r.choice((17, 28, 53, 101)) * MICRO
