"""The words the demo company is made of. People, companies and streets are invented."""

from dataclasses import dataclass


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST_NAMES = _words(
    """
    Jens Anne Mikkel Karen Søren Mette Lars Louise Henrik Camilla Rasmus Pia Thomas Ida Morten Sofie Peter Signe
    Niels Birgit Anders Maja Kasper Freja Jonas Lone Martin Tine Frederik Hanne Emil Gitte Bo Astrid Oliver Line
    Jakob Vibeke Mads Dorthe Ali Fatima Piotr Agnieszka Viggo Ellen Erik Rikke Steen Trine
    """
)
LAST_NAMES = _words(
    """
    Holm Lund Bach Krogh Dahl Winther Friis Skov Bruun Kjær Vestergaard Nørgaard Møller Juhl Damgaard Toft Munk
    Frost Bjerre Laursen Østergaard Ravn Brandt Storm Hald Bonde Lauridsen Thorsen Kruse Enevoldsen Aagaard
    Sloth Kowalski Demir Rask Vang Iversen Bisgaard Hede Lind
    """
)
ENGLISH_FIRST_NAMES = _words(
    """
    Amelia Oliver Priya George Hannah Callum Ruth Imran Grace Owen Beth Darren Fiona Kwame Sophie Neil Chloe
    Marcus
    """
)
ENGLISH_LAST_NAMES = _words(
    """
    Ashworth Bell Okafor Harding Pemberton Shah Lister Quinn Thorne Whitcombe Mensah Rowley Garside Dyer
    """
)

PLACES = _words(
    """
    Solbakken Møllevang Skovlyst Engbo Strandgården Lindehøj Birkely Kildevæld Fjordblik Højvang Rosenlund
    Bøgebjerg Vesterled Kystvejen Åkanten Nørrevang Elmegården Havblik Toftegården Lyngbakken Søglimt Egelund
    Kornmarken Hasselbo Mariendal Ravnholt Fuglsang Brohuset Sejlgården Teglværket Pakhuset Gasværket
    Klostergården Rytterbakken Ådalen Bakkehuset Tranekær Sandkrogen Hestehaven Violparken
    """
)
BUSINESSES = (
    "Boligforening {place}",
    "Plejehjemmet {place}",
    "Hotel {place}",
    "{place} Skole",
    "{place} Kontorhus ApS",
    "Ejerforeningen {place}",
    "Lægehuset {place}",
    "{place} Butikscenter",
    "{place} Svømmehal",
    "{place} Logistik A/S",
    "Kollegiet {place}",
    "{place} Ejendomme ApS",
)
ENGLISH_PLACES = _words(
    """
    Larkfield Thornbury Ashdown Millbrook Hollin Wexcombe Fernleigh Harcote Brindle Oakmere
    """
)
ENGLISH_BUSINESSES = (
    "{place} House Management Ltd",
    "{place} Care Home",
    "{place} Court Residents Association",
    "{place} Academy",
)
SITES = (
    "Main building",
    "North wing",
    "South wing",
    "Car park",
    "Block A",
    "Block B",
    "Warehouse",
    "Annex",
    "Reception",
)

STREETS = _words(
    """
    Havnegade Nørregade Skovvej Søndergade Parkallé Møllevej Kirkestien Bredgade Strandvejen Industrivej
    Rosenvej Fabriksvej Kongensgade Jernbanegade Lindealle Toldbodgade Vestergade Skolegade Fjordgade Værftsvej
    """
)
ENGLISH_STREETS = ("Wharf Road", "Mill Lane", "Station Approach", "Chapel Street", "Orchard Way", "Dock Street")


@dataclass(frozen=True, slots=True)
class Town:
    """A town with about where it is. Units: degrees."""

    postal_code: str
    name: str
    latitude: float
    longitude: float


REGIONS: dict[str, tuple[Town, ...]] = {
    "Aarhus": (
        Town("8000", "Aarhus C", 56.1567, 10.2108),
        Town("8000", "Aarhus C", 56.1567, 10.2108),
        Town("8200", "Aarhus N", 56.1870, 10.1830),
        Town("8210", "Aarhus V", 56.1660, 10.1560),
        Town("8260", "Viby J", 56.1270, 10.1620),
        Town("8270", "Højbjerg", 56.1110, 10.1960),
        Town("8660", "Skanderborg", 56.0340, 9.9310),
        Town("8600", "Silkeborg", 56.1700, 9.5450),
    ),
    "Randers": (
        Town("8900", "Randers C", 56.4610, 10.0360),
        Town("8500", "Grenaa", 56.4150, 10.8780),
        Town("8800", "Viborg", 56.4530, 9.4020),
        Town("9500", "Hobro", 56.6430, 9.7900),
    ),
    "Aalborg": (
        Town("9000", "Aalborg", 57.0480, 9.9190),
        Town("9220", "Aalborg Øst", 57.0340, 9.9990),
        Town("9400", "Nørresundby", 57.0690, 9.9220),
        Town("9800", "Hjørring", 57.4640, 9.9820),
    ),
    "Triangle": (
        Town("6000", "Kolding", 55.4910, 9.4720),
        Town("7100", "Vejle", 55.7090, 9.5360),
        Town("7000", "Fredericia", 55.5660, 9.7520),
        Town("8700", "Horsens", 55.8610, 9.8500),
    ),
    "Funen": (
        Town("5000", "Odense C", 55.3960, 10.3880),
        Town("5220", "Odense SØ", 55.3700, 10.4300),
        Town("5700", "Svendborg", 55.0600, 10.6080),
    ),
    "Copenhagen": (
        Town("1570", "København V", 55.6700, 12.5640),
        Town("2100", "København Ø", 55.7060, 12.5770),
        Town("2300", "København S", 55.6560, 12.5990),
        Town("2450", "København SV", 55.6480, 12.5430),
        Town("2800", "Kongens Lyngby", 55.7700, 12.5040),
        Town("4000", "Roskilde", 55.6410, 12.0800),
    ),
    "London": (
        Town("SE16", "London", 51.4980, -0.0510),
        Town("E14", "London", 51.5050, -0.0180),
        Town("N1", "London", 51.5360, -0.1030),
        Town("CR0", "Croydon", 51.3720, -0.1000),
    ),
}
