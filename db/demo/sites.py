"""The demo company's customers, their contacts and their sites."""

from dataclasses import dataclass, field

from db.demo import words
from db.demo.dice import Dice
from db.demo.people import ascii_only, names
from db.demo.words import Town

CUSTOMERS = {"Aarhus": 48, "Randers": 14, "Aalborg": 20, "Triangle": 18, "Funen": 16, "Copenhagen": 28, "London": 8}
CHAINS = 8


@dataclass(frozen=True, slots=True)
class Address:
    """A site."""

    number: str
    name: str
    street: str
    postal_code: str
    town: Town
    latitude: str
    longitude: str
    is_british: bool


@dataclass(slots=True)
class Customer:
    """A customer with contacts, and sites by region."""

    number: str
    name: str
    phone: str
    email: str
    region: str
    active: bool = True
    contacts: list[tuple[str, str, str, str]] = field(default_factory=list)
    sites: dict[str, list[Address]] = field(default_factory=dict)


class Directory:
    """Makes customers one after the other, so that every number, name and street is used once."""

    def __init__(self, dice: Dice) -> None:
        self.customers: list[Customer] = []
        self._dice = dice
        self._people = names(dice, words.FIRST_NAMES, words.LAST_NAMES)
        self._english_people = names(dice, words.ENGLISH_FIRST_NAMES, words.ENGLISH_LAST_NAMES)
        self._names: set[str] = set()
        self._streets: set[str] = set()
        self._contacts = 0
        self._addresses = 0

    def add(self, region: str) -> Customer:
        """One more customer of a region, with one to three contacts and sites."""
        dice, british = self._dice, region == "London"
        place, name = self._free_name(british=british)
        number = 1001 + len(self.customers)
        phone = f"+44 20 7946 0{number % 1000:03}" if british else self._phone()
        front = "office" if british else "kontor"
        domain = f"{ascii_only(place)}-{number}.example"
        customer = Customer(f"CUS-{number}", name, phone, f"{front}@{domain}", region)
        for _ in range(dice.weighted(((1, 40), (2, 45), (3, 15)))):
            self._contacts += 1
            person = next(self._english_people if british else self._people)
            contact = (f"CON-{1000 + self._contacts}", person, phone if british else self._phone())
            customer.contacts.append((*contact, f"{ascii_only(person)}@{domain}"))
        self.add_sites(customer, region, dice.weighted(((1, 50), (2, 35), (3, 15))))
        self.customers.append(customer)
        return customer

    def add_sites(self, customer: Customer, region: str, count: int) -> None:
        """More sites for a customer; a customer's sites have different names."""
        dice = self._dice
        taken = {address.name for addresses in customer.sites.values() for address in addresses}
        for site in dice.some([name for name in words.SITES if name not in taken], count):
            town = dice.pick(words.REGIONS[region])
            self._addresses += 1
            address = Address(
                f"ADR-{1000 + self._addresses}",
                site,
                self._free_street(town, british=region == "London"),
                self._postal_code(town, british=region == "London"),
                town,
                f"{dice.around(town.latitude, 0.014):.5f}",
                f"{dice.around(town.longitude, 0.02):.5f}",
                region == "London",
            )
            customer.sites.setdefault(region, []).append(address)

    def _free_name(self, *, british: bool) -> tuple[str, str]:
        while True:
            place = self._dice.pick(words.ENGLISH_PLACES if british else words.PLACES)
            pattern = self._dice.pick(words.ENGLISH_BUSINESSES if british else words.BUSINESSES)
            name = pattern.format(place=place)
            if name not in self._names:
                self._names.add(name)
                return place, name

    def _free_street(self, town: Town, *, british: bool) -> str:
        while True:
            number = 1 + self._dice.below(140)
            street = self._dice.pick(words.ENGLISH_STREETS if british else words.STREETS)
            written = f"{number} {street}" if british else f"{street} {number}"
            if f"{town.name} {written}" not in self._streets:
                self._streets.add(f"{town.name} {written}")
                return written

    def _postal_code(self, town: Town, *, british: bool) -> str:
        if not british:
            return town.postal_code
        letters = "ABDEFGHJLNPQRSTUWXYZ"
        return f"{town.postal_code} {self._dice.below(10)}{self._dice.pick(letters)}{self._dice.pick(letters)}"

    def _phone(self) -> str:
        """A number nobody has: none in Denmark begins with 10."""
        dice = self._dice
        return f"+45 10 {dice.below(90) + 10} {dice.below(90) + 10} {dice.below(90) + 10}"


def customers(dice: Dice) -> list[Customer]:
    """All customers; a few have sites in other regions too, and two are customers no more."""
    directory = Directory(dice)
    for region, count in CUSTOMERS.items():
        for _ in range(count):
            directory.add(region)
    danish = [customer for customer in directory.customers if customer.region != "London"]
    for chain in dice.some(danish, CHAINS):
        elsewhere = [region for region in CUSTOMERS if region not in (chain.region, "London")]
        for region in dice.some(elsewhere, 2):
            directory.add_sites(chain, region, 1)
    for former in dice.some([customer for customer in danish if len(customer.sites) == 1], 2):
        former.active = False
    return directory.customers
