"""Who the sandbox's customers are: companies and people with the letters, quotes and gaps of real life."""

from dataclasses import dataclass

from integrations.connectors.chargebee.simulator.documents import TaxRate


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where customers live: currency, taxes, whether prices include them, and an address."""

    country: str
    currency: str
    city: str
    zip: str
    line1: str
    state: str = ""
    inclusive: bool = False
    taxes: tuple[TaxRate, ...] = ()
    vat_prefix: str = ""
    local_currency: str = ""


def _vat(country: str, rate: int, name: str = "VAT") -> tuple[TaxRate, ...]:
    return (TaxRate(name=name, rate=rate, juris_code=country, juris_name=country),)


_NEW_YORK = (
    TaxRate(name="NY State Tax", rate=4000, juris_type="state", juris_code="NY", juris_name="New York"),
    TaxRate(name="New York City Tax", rate=4500, juris_type="city", juris_code="NYC", juris_name="New York City"),
    TaxRate(
        name="MCTD", rate=375, juris_type="special", juris_code="MCTD", juris_name="Metropolitan Commuter District"
    ),
)
_LOS_ANGELES = (
    TaxRate(name="CA State Tax", rate=7250, juris_type="state", juris_code="CA", juris_name="California"),
    TaxRate(name="Los Angeles County Tax", rate=2250, juris_type="county", juris_code="LA", juris_name="Los Angeles"),
)
_QUEBEC = (
    TaxRate(name="GST", rate=5000, juris_type="federal", juris_code="CA", juris_name="Canada"),
    TaxRate(name="QST", rate=9975, juris_type="state", juris_code="QC", juris_name="Québec"),
)

PLACES = (
    Place(country="US", currency="USD", city="New York", state="NY", zip="10013", line1="22 Canal St", taxes=_NEW_YORK),
    Place(country="DE", currency="EUR", city="Köln", zip="50667", line1="Große Straße 7", taxes=_vat("DE", 19000),
          vat_prefix="DE"),
    Place(country="GB", currency="GBP", city="Leeds", zip="LS1 4DY", line1="12 King's Row", inclusive=True,
          taxes=_vat("GB", 20000), vat_prefix="GB"),
    Place(country="US", currency="USD", city="Los Angeles", state="CA", zip="90012", line1="88 Temple St",
          taxes=_LOS_ANGELES),
    Place(country="JP", currency="JPY", city="東京都", zip="100-0005", line1="丸の内1-9-1", inclusive=True,
          taxes=_vat("JP", 10000, "消費税")),
    Place(country="FR", currency="EUR", city="Orléans", zip="45000", line1="3, rue de l'Évêché",
          taxes=_vat("FR", 20000, "TVA"), vat_prefix="FR"),
    Place(country="KW", currency="KWD", city="Kuwait City", zip="13001", line1="Al Soor Street 4"),
    Place(country="US", currency="USD", city="Portland", state="OR", zip="97204", line1="9 SW Oak St"),
    Place(country="CA", currency="USD", city="Montréal", state="QC", zip="H2Y 1C6", line1="50, rue Saint-Paul",
          taxes=_QUEBEC),
    Place(country="SE", currency="EUR", city="Malmö", zip="211 22", line1="Östergatan 11",
          taxes=_vat("SE", 25000, "Moms"), vat_prefix="SE", local_currency="SEK"),
)  # fmt: skip

COMPANIES = (
    "Acme Rockets Inc.", "Müller & Söhne GmbH", 'O\'Brien "Bespoke" Tailoring Ltd', "Northwind Traders",
    "株式会社サクラ",
    "Crème de l'Été SARL", "Al-Khaleej Trading Co. W.L.L.", "Smith <Partners> & Co", "Brasserie Léon, Montréal",
    "Åkerström Möbler AB", "Café ☕ Central LLC", "Zażółć Gęślą Sp. z o.o.", "Weyland\\Yutani Corp", "D'Angelo; Sons",
    "Ñandú Logística S.L.", "100% Organic Foods", "Große Bäckerei Süß KG", "Łukasz & Żaneta Studio",
    "Ćevapi 'n' More d.o.o.",
    "The Very Long Name of a Company That Insists on Being Written Out in Full on Every Single Document, Limited",
    "École Supérieure du Numérique", "Smörgås & Co", "Bits, Bytes & Pieces", "Contoso Europe B.V.", "Fabrikam (UK) plc",
    "Tailspin Toys", "Wide World Importers", "Lucerne Publishing", "Humongous Insurance", "Blue Yonder Airlines",
)  # fmt: skip

FIRST_NAMES = ("Anna", "José", "Zoë", "Seán", "Björn", "François", "Yūki", "Łucja", "Maeve", "Noor", "D'Arcy", "Tomáš")
LAST_NAMES = (
    "O'Neill",
    "García-Márquez",
    "Ångström",
    "Müller",
    "Nakamura",
    "Smith",
    "Dvořák",
    "Al-Sabah",
    "Le Gall",
    "Çelik",
)
