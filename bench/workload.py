#!/usr/bin/env python3
"""Makes listings files for the benches: made-up offers of real cards, the same ones for the same seed.

usage: workload.py SHAPE ROWS FILE [--seed N] [--distinct N]

SHAPE  clean     a reseller's catalogue: 11 columns, some 230 bytes a row, offers that come again with other prices
       dirty     the same, and no row has a price that can be read
       wide      the same with 12 columns that no field knows
       unicode   titles, sellers and prices in six scripts
       distinct  clean, and every row has an address and a number of its own: no text comes twice

`workload.csv` beside it is `workload.py clean 1000 workload.csv`.
"""
import argparse
import csv
import random

BOARDS = ["Alder", "Birke", "Cedro", "Dunkel", "Esche", "Fjord"]
CARDS = [
    ("GeForce RTX 4090", "24GB GDDR6X", 1900), ("GeForce RTX 4080 SUPER", "16GB GDDR6X", 1050),
    ("GeForce RTX 4070 Ti", "12GB GDDR6X", 720), ("GeForce RTX 3090", "24GB", 850), ("GeForce RTX 3060", "12GB", 280),
    ("GeForce GTX 1660 SUPER", "6GB", 160), ("RTX A4000", "16GB", 780), ("RTX A6000", "48GB", 4100),
    ("RTX 6000 Ada Generation", "48GB", 6900), ("Quadro RTX 5000", "16GB", 900), ("Tesla T4", "16GB", 690),
    ("L4", "24GB", 2450), ("L40S", "48GB", 7600), ("A100 PCIe", "80GB", 12500), ("H100 PCIe", "80GB", 25500),
    ("Radeon RX 7900 XTX", "24GB", 930), ("Radeon RX 6600", "8GB", 190), ("Radeon PRO W7800", "32GB", 2400),
    ("Instinct MI210", "64GB", 6200), ("Arc A770", "16GB", 260),
]
OTHERS = [
    ("120mm case fan, black", 14), ("USB-C docking station 11-in-1", 89), ("DDR4 memory 32GB 3200", 72),
    ("850W power supply, gold", 119), ("PCIe riser cable 30 cm", 24), ("27 inch monitor, 165 Hz", 210),
]
CONDITIONS = ["New", "Used", "Refurbished", "Open Box", "For parts"]
REGIONS = ["USA", "Germany", "Japan", "UK", "France", "Poland", "Canada"]
SELLERS = [f"{name} {kind}" for name in ("Northwind", "Southwind", "Eastwind", "Westwind", "Seabreeze")
           for kind in ("Systems", "Recycling", "Parts", "Trading")]
NO_PRICE = ["Call", "Quote required", "N/A", "-", "out of stock", "12,34,56", "$", "auf Anfrage"]
WORDS = ["видеокарта", "显卡 全新", "グラフィックボード 中古", "Grafikkarte gebraucht", "karta graficzna", "그래픽카드"]
MARKS = ["{} €", "£{}", "¥{}", "{} zł", "${}", "CA${}"]
HEAD = ["model", "condition", "price", "quantity", "seller", "geographic_region", "listing_age", "source_url", "source_type",
        "bulk_notes", "title"]
EXTRA = [f"attribute_{number}" for number in range(12)]


def offers(numbers, distinct):
    """Offers without a price, and about what they cost."""
    found = []
    for number in range(distinct):
        if numbers.random() < 0.75:
            name, memory, price = numbers.choice(CARDS)
            board = numbers.choice(BOARDS)
            title = f"{board} {name} {memory} {numbers.choice(['', 'Dual Fan', 'OC Edition', 'Low Profile', 'Graphics Card'])}".strip()
        else:
            name, price = numbers.choice(OTHERS)
            title = f"{numbers.choice(BOARDS)} {name}"
        seller = numbers.choice(SELLERS)
        where = f"https://{seller.split()[0].lower()}.example/offers/{number}-{title.lower().replace(' ', '-').replace(',', '')}"
        found.append(([name, numbers.choice(CONDITIONS), None, str(numbers.randrange(20)), seller, numbers.choice(REGIONS), "Current",
                       where, "shop", f"SKU: {100000 + number}, batch {number % 97}", title,
                       *(f"{name[-1]}{number % 1000} value" for name in EXTRA)], price))
    return found


def rows(shape, count, seed=1, distinct=5000):
    """The header and the rows of a file."""
    numbers = random.Random(f"{seed} {shape}")
    made = offers(numbers, min(distinct, count))
    yield HEAD + (EXTRA if shape == "wide" else [])
    for place in range(count):
        offer, usual = made[numbers.randrange(len(made))]
        offer = list(offer if shape == "wide" else offer[: len(HEAD)])
        price = f"{usual * numbers.uniform(0.7, 1.3):.2f}"
        if shape == "dirty":
            price = numbers.choice(NO_PRICE)
        elif shape == "unicode":
            price = numbers.choice(MARKS).format(price.split(".")[0])
            offer[10] = f"{numbers.choice(WORDS)} {offer[10]}"
            offer[4] = f"{offer[4]} – Čočka"
        elif shape == "distinct":
            offer[7] += f"?row={place}"
            offer[9] += f", piece {place}"
        offer[2] = price
        yield offer


def write(path, shape, count, seed=1, distinct=5000):
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(rows(shape, count, seed, distinct))


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(usage=__doc__)
    arguments.add_argument("shape", choices=["clean", "dirty", "wide", "unicode", "distinct"])
    arguments.add_argument("rows", type=int)
    arguments.add_argument("file")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--distinct", type=int, default=5000)
    given = arguments.parse_args()
    write(given.file, given.shape, given.rows, given.seed, given.distinct)
