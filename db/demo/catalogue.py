"""What the demo company does: tasks, items, and the kinds of orders with their visits."""

from dataclasses import dataclass

ACTIVITY_TYPES = {
    "Inspection": "ACT-1",
    "Service": "ACT-2",
    "Repair": "ACT-3",
    "Installation": "ACT-4",
    "Fault report": "ACT-5",
}

PROJECT_CATEGORIES = (
    ("CAT-1", "Service hours", "HOUR"),
    ("CAT-2", "Installation hours", "HOUR"),
    ("CAT-3", "Travel and parking", "EXPENSE"),
    ("CAT-4", "Spare parts", "ITEM"),
    ("CAT-5", "Call-out charge", "FEE"),
)


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit as it may stand on the board. Units: minutes."""

    title: str
    task: str
    type: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of order: what it says, where it comes from, and the visits it is made of.

    `unit` is what a visit that is made again is made to: lift 2, lift 3. `size` compares how many visits there are.
    """

    trade: str
    description: str
    origin: str
    unit: str
    size: int
    visits: tuple[Visit, ...]
    items: tuple[str, ...] = ()
    is_fault_report: bool = False


_SIZES = {"AGREEMENT": 4, "PROJECT": 3, "MANUAL": 1}


def _kind(
    trade: str, description: str, origin: str, unit: str, visits: str, items: str = "", *, fault_report: bool = False
) -> Kind:
    """A kind from lines of `title | task | type | minutes`."""
    made: list[Visit] = []
    for line in visits.strip().splitlines():
        title, task, kind_of_visit, minutes = (part.strip() for part in line.split("|"))
        made.append(Visit(title, task, kind_of_visit, int(minutes)))
    named = tuple(part.strip() for part in items.split(",") if part.strip())
    return Kind(trade, description, origin, unit, _SIZES[origin], tuple(made), named, fault_report)


KINDS = (
    _kind(
        "lift",
        "Annual inspection of all lifts at the site",
        "AGREEMENT",
        "lift",
        """
        Lift inspection, annual | Statutory lift inspection | Inspection | 120
        Lift inspection, goods lift | Statutory lift inspection | Inspection | 150
        Test of emergency telephone | Emergency telephone test | Inspection | 60
        Re-inspection after remarks | Statutory lift inspection | Inspection | 90
        """,
        "Emergency light battery",
    ),
    _kind(
        "lift",
        "Service agreement, passenger lifts",
        "AGREEMENT",
        "lift",
        """
        Lift service, quarterly | Lift service | Service | 120
        Lubricate guide rails and check ropes | Lift service | Service | 90
        Adjust door operator | Lift door adjustment | Service | 90
        Clean pit and machine room | Lift service | Service | 75
        """,
        "Guide shoe insert, Rail oil 5 l",
    ),
    _kind(
        "lift",
        "Lift stops between floors, tenants complain",
        "MANUAL",
        "lift",
        """
        Find fault, lift stops between floors | Fault finding, lift | Repair | 120
        Replace floor sensor | Lift repair | Repair | 90
        Check after repair, lift runs unevenly | Lift repair | Repair | 60
        """,
        "Floor sensor, Relay 24 V",
    ),
    _kind(
        "lift",
        "New control system",
        "PROJECT",
        "lift",
        """
        Replace control panel | Lift modernisation | Installation | 330
        Pull new travelling cable | Lift modernisation | Installation | 240
        Fit new car operating panel | Lift modernisation | Installation | 240
        Test and hand over lift | Lift modernisation | Installation | 180
        """,
        "Control panel, Travelling cable 40 m, Car operating panel",
    ),
    _kind(
        "lift",
        "Ropes worn, replace before next inspection",
        "MANUAL",
        "lift",
        """
        Replace suspension ropes | Rope replacement | Repair | 360
        Shorten ropes after settling | Rope replacement | Repair | 120
        """,
        "Suspension rope 10 mm",
    ),
    _kind(
        "lift",
        "Reported lift faults under agreement",
        "AGREEMENT",
        "lift",
        """
        Lift stands still, tenants report | Fault finding, lift | Fault report | 90
        Lift stops short of the floor | Fault finding, lift | Fault report | 60
        Lift door opens and closes all the time | Lift door adjustment | Fault report | 75
        """,
        "Door roller",
        fault_report=True,
    ),
    _kind(
        "door",
        "Automatic doors, half-yearly service",
        "AGREEMENT",
        "door",
        """
        Door service, half-yearly | Door service | Service | 105
        Safety test of automatic doors | Door safety test | Inspection | 90
        Adjust sliding door, main entrance | Door adjustment | Service | 75
        """,
        "Drive belt, Floor guide",
    ),
    _kind(
        "door",
        "Sliding door does not close properly",
        "MANUAL",
        "door",
        """
        Replace door contact | Door repair | Repair | 75
        Replace radar above entrance | Door repair | Repair | 105
        Sliding door grinds, replace rollers | Door repair | Repair | 120
        """,
        "Door contact, Radar sensor, Door roller",
    ),
    _kind(
        "door",
        "Fire doors, yearly check of the building",
        "AGREEMENT",
        "stairwell",
        """
        Fire door inspection, lower floors | Fire door inspection | Inspection | 150
        Fire door inspection, upper floors | Fire door inspection | Inspection | 150
        Replace door closers after inspection | Door repair | Repair | 120
        """,
        "Door closer EN 4",
    ),
    _kind(
        "door",
        "Overhead door at the loading bay is worn out",
        "PROJECT",
        "loading bay",
        """
        Survey loading bay for new door | Door survey | Inspection | 90
        Remove old overhead door | Door installation | Installation | 240
        Fit overhead door | Door installation | Installation | 360
        Adjust and hand over overhead door | Door installation | Installation | 120
        """,
        "Overhead door 4 x 4 m, Torsion spring",
    ),
    _kind(
        "door",
        "Gate in basement, motor weak",
        "MANUAL",
        "gate",
        """
        Replace gate motor | Door repair | Repair | 180
        Replace photocell at gate | Door repair | Repair | 75
        """,
        "Gate motor, Photocell",
    ),
    _kind(
        "door",
        "Reported door faults under agreement",
        "AGREEMENT",
        "door",
        """
        Entrance will not lock | Door repair | Fault report | 75
        Door stands open, alarm at night | Door repair | Fault report | 60
        Spring broken on overhead door | Door repair | Fault report | 120
        """,
        "Torsion spring",
        fault_report=True,
    ),
    _kind(
        "ventilation",
        "Ventilation service agreement",
        "AGREEMENT",
        "unit",
        """
        Filter change, roof units | Filter change | Service | 105
        Ventilation service, half-yearly | Ventilation service | Service | 150
        Clean heat exchanger | Ventilation service | Service | 180
        """,
        "Bag filter F7, V-belt",
    ),
    _kind(
        "ventilation",
        "Statutory ventilation check and air volumes",
        "AGREEMENT",
        "unit",
        """
        Ventilation inspection, annual | Ventilation inspection | Inspection | 180
        Measure and balance air volumes | Air balancing | Inspection | 210
        Balance again after rebuilding | Air balancing | Service | 120
        """,
    ),
    _kind(
        "ventilation",
        "Noise and draught from ventilation",
        "MANUAL",
        "unit",
        """
        Noise from roof unit, find cause | Fault finding, ventilation | Repair | 105
        Replace fan bearing | Ventilation repair | Repair | 150
        Replace CO2 sensor in meeting rooms | Ventilation repair | Repair | 90
        """,
        "Fan bearing, CO2 sensor",
    ),
    _kind(
        "ventilation",
        "Replace ventilation unit on the roof",
        "PROJECT",
        "unit",
        """
        Take down old ventilation unit | Ventilation installation | Installation | 300
        Mount new ventilation unit | Ventilation installation | Installation | 360
        Connect ducts and control | Ventilation installation | Installation | 240
        Run in and hand over unit | Ventilation installation | Installation | 150
        """,
        "Ventilation unit 2400 m3/h, Duct silencer",
    ),
    _kind(
        "ventilation",
        "Reported ventilation faults under agreement",
        "AGREEMENT",
        "unit",
        """
        Unit stopped with alarm | Fault finding, ventilation | Fault report | 90
        Smell of burning from unit | Fault finding, ventilation | Fault report | 75
        """,
        "V-belt",
        fault_report=True,
    ),
)

TASKS = {
    name: f"TSK-{number}"
    for number, name in enumerate(sorted({visit.task for kind in KINDS for visit in kind.visits}), start=101)
}
ITEMS = {
    name: f"ITM-{number}"
    for number, name in enumerate(sorted({item for kind in KINDS for item in kind.items}), start=1001)
}
