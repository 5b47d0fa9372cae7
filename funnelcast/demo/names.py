"""Made-up names of the company's people, customers and products, and the reasons that its people give."""


def words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST_NAMES = words("""
    Ada Alma Amir Anders Anouk Aria Astrid Bea Bram Carla Chidi Clara Dario Dina Edith Elif Emil Enzo Esra Farid Femke
    Finn Freya Gita Greta Hana Hugo Ida Ines Ivo Jana Jonas Juno Kai Kira Lars Lea Liv Luca Mara Milo Mina Nadia Nils
    Noor Olga Omar Pia Quinn Ravi Rosa Ruben Saga Sami Selma Sofia Stig Tara Theo Tilda Uma Vera Viggo Wanda Xenia Yara
    Yusuf Zara Zoe""")
LAST_NAMES = words("""
    Abel Acker Adler Almeida Anker Aydin Bakker Barros Becker Berg Bianchi Blom Brandt Castro Chen Conti Costa Dahl
    Dekker Demir Dubois Eriksen Falk Ferrari Fischer Fontaine Garcia Greco Haas Hansen Hoekstra Horvat Ibrahim Jansen
    Jensen Kaya Keller Khan Klein Kovac Krause Kumar Lambert Larsen Lehmann Lindgren Lopez Maier Marino Martens Meyer
    Moreau Moretti Nagy Novak Okafor Olsen Ortega Petit Popescu Ricci Romano Roth Sanders Santos Schmidt Silva Sorensen
    Svensson Toth Vargas Visser Vogel Weber Winter Wolf Yilmaz Zimmer""")
TRADES = (
    *("Logistics", "Foods", "Textiles", "Energy", "Robotics", "Pharma", "Media", "Shipping", "Optics", "Insurance"),
    *("Retail", "Hotels", "Metals", "Paper", "Plastics", "Tools", "Motors", "Software", "Dairy", "Glass"),
)
PLACES = words("""
    Alder Amber Arbor Ashen Birch Bluff Boreal Brook Canyon Cedar Clover Cobalt Coral Crest Delta Dune Eastern Elm Ember
    Falcon Fern Fjord Garnet Granite Grove Harbor Hazel Heron Indigo Iris Ivory Jasper Juniper Lagoon Larch Laurel
    Linden Lunar Maple Meadow Mistral Northern Oak Onyx Opal Orchid Pebble Pine Prairie Quartz Raven Reef Ridge River
    Rowan Saffron Sierra Slate Solar Southern Sterling Summit Tidal Timber Topaz Umber Valley Velvet Vista Western
    Willow Zephyr""")
JOB_TITLES = (
    *("Chief Operating Officer", "CEO", "CFO", "VP Operations", "Head of Operations", "Director of Logistics"),
    *("Director IT", "Operations Manager", "Team Lead Planning", "Project Manager", "Analyst", "Planner", "Engineer"),
    *("Specialist", "Student"),
)
COUNTRIES = {"north": ("SE", "DK", "NL"), "central": ("DE", "AT", "CH"), "south": ("FR", "IT", "ES")}
PRODUCTS = ("Planner", "Planner Pro", "Insight", "Insight Pro", "Platform")
LOSS_REASONS = ("no_budget", "bad_timing", "competitor", "no_need", "no_response", "no_authority")
REJECT_REASONS = ("no_fit", "no_need", "no_response", "spam", "duplicate")
NURTURE_REASONS = ("bad_timing", "no_budget", "no_authority", "no_response")
ASSETS = (
    ("case-study-harbor", "case_study", "How Harbor Foods plans a week in an hour"),
    ("case-study-summit", "case_study", "Summit Motors and its four plants"),
    ("ebook-planning", "ebook", "Planning without spreadsheets"),
    ("whitepaper-demand", "whitepaper", "Reading demand early"),
    ("report-benchmark", "report", "The planning benchmark"),
)
WEBINARS = ("planning-basics", "from-plan-to-floor", "ask-the-planner", "demand-and-supply")
