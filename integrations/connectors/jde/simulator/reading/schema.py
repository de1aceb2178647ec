"""The tables and views that the data service offers: keys, columns, audit columns; nothing else exists."""

from dataclasses import dataclass
from functools import cached_property

from integrations.connectors.jde.simulator.reading.dictionary import DICTIONARY, Alias

AUDIT = "USER PID JOBN UPMJ UPMT"
ORDER_AUDIT = "USER PID JOBN UPMJ TDAY"  # purchasing tables keep the time in TDAY


@dataclass(frozen=True, kw_only=True)
class Schema:
    """One table: its key and columns by alias; `indexed` are those that equality finds without a scan."""

    name: str
    title: str
    key: tuple[str, ...]
    columns: dict[str, Alias]
    indexed: tuple[str, ...]

    @cached_property
    def company(self) -> str:
        """The column by which row security tells companies apart, if the table has one."""
        return next((alias for alias in ("CO", "KCOO", "KCO") if alias in self.columns), "")


def _table(name: str, title: str, key: str, columns: str, indexed: str = "", audit: str = AUDIT) -> Schema:
    aliases = dict.fromkeys(f"{key} {columns} {audit}".split())
    return Schema(
        name=name,
        title=title,
        key=tuple(key.split()),
        columns={alias: DICTIONARY[alias] for alias in aliases},
        indexed=tuple(indexed.split()),
    )


TABLES = {
    table.name: table
    for table in (
        _table("F0005", "User Defined Codes", "SY RT KY", "DL01 DL02 SPHD HRDC", "RT"),
        _table("F0006", "Business Unit Master", "MCU", "STYL CO AN8 DL01 PECC LNGP", "MCU"),
        _table(
            "F0008", "Date Fiscal Patterns", "DTPN DFYJ",
            "FQ CTRY FY D01J D02J D03J D04J D05J D06J D07J D08J D09J D10J D11J D12J D13J D14J PNT", "DTPN",
        ),
        _table("F0010", "Company Constants", "CO", "NAME CRCD PNC DFYJ ARPN ARFJ APPN APFJ DTPN CRYR AN8", "CO"),
        _table("F0011", "Batch Control Records", "ICUT ICU", "IST IAPP DICJ NDO AME", "ICU"),
        _table("F0013", "Currency Codes", "CRCD", "DL01 CDEC CKR", "CRCD"),
        _table("F0101", "Address Book Master", "AN8", "ALPH ALKY AT1 TAX TAXC MCU CM LNGP RMK", "AN8 ALKY"),
        _table("F0111", "Address Book - Who's Who", "AN8 IDLN", "MLNM ALPH TYC RMK", "AN8"),
        _table("F0115", "Address Book - Contact Phone Numbers", "AN8 IDLN RCK7 CNLN", "PHTP AR1 PH1", "AN8"),
        _table("F01151", "Electronic Address", "AN8 IDLN RCK7", "ETP EMAL", "AN8"),
        _table("F0116", "Address by Date", "AN8 EFTB", "ADD1 ADD2 ADD3 ADD4 CTY1 COUN ADDS ADDZ CTR", "AN8"),
        _table("F03012", "Customer Master by Line of Business", "AN8 CO", "ARC CRCD TRAR HDAR ACL CRCA", "AN8"),
        _table("F0401", "Supplier Master", "AN8", "APC TRAP CRRP CRCA HDPY PYIN TXA2 EXR2 MCUP SNTO", "AN8"),
        _table("F0901", "Account Master", "AID", "CO MCU OBJ SUB ANS DL01 LDA BPC PEC CRCD", "AID OBJ"),
        _table(
            "F0911", "Account Ledger", "KCO DCT DOC DGJ JELN EXTL LT",
            "POST ICU ICUT DICJ CO ANI AID MCU OBJ SUB SBL SBLT PN CTRY FY CRCD CRR CRRM BCRC AA U UM GLC RE EXA EXR "
            "R1 R2 R3 SFX AN8 VINV PKCO PO PDCT LNID PYID DSVJ TORG",
            "R1 DOC ICU DGJ EXR",
        ),
        _table(
            "F0411", "Accounts Payable Ledger", "KCO DOC DCT SFX SFXE",
            "AN8 PYE SNTO DIVJ DSVJ DGJ DDJ DDNJ VINV CO CRRM CRCD CRR BCRC AG AAP ADSC ADSA STAM ATXA ACR FAP CTAM "
            "PST GLC GLBA PTC PO PDCT PKCO LNID SFXO MCU AID OBJ SUB RMK VR01 URRF URC1 VOD POST ICU ICUT DICJ PN FY "
            "CTRY TXA1 EXR1 PYIN TORG",
            "AN8 DOC VINV VR01 PST PO",
        ),
        _table(
            "F0413", "Accounts Payable - Matching Document", "PYID",
            "DCTM DOCM PYE DMTJ PAAP CRCD CRRM GLBA VDGJ VLDT PYIN ICU ICUT DICJ R3 TORG", "PYID PYE DOCM",
        ),
        _table(
            "F0414", "Accounts Payable Matching Document Detail", "PYID RC5",
            "DCTM KCO DCT DOC SFX SFXE PAAP ADSC ADSA PFAP CDSA CRRM CRCD CRR BCRC GLC POST PN FY CTRY AN8 CO MCU PO "
            "RMK",
            "PYID DOC AN8 RMK",
        ),
        _table(
            "F03B11", "Customer Ledger", "DOC DCT KCO SFX",
            "AN8 PYR DGJ DIVJ DDJ CO CRRM CRCD CRR AG AAP STAM ACR FAP PST GLC PTC RMK VR01 VOD POST ICU ICUT DICJ",
            "AN8 DOC",
        ),
        _table(
            "F4301", "Purchase Order Header", "DOCO DCTO KCOO SFXO",
            "AN8 SHAN MCU TRDJ DRQJ PDDJ PTC HOLD CRCD CRRM CRR BCRC OTOT FAP DESC RMK ORBY ANBY ARTG OKCO OORN OCTO "
            "VR01 VR02 TXA1 EXR1",
            "DOCO AN8", ORDER_AUDIT,
        ),
        _table(
            "F4311", "Purchase Order Detail File", "DOCO DCTO KCOO SFXO LNID",
            "NXTR LTTR LNTY MCU CO AN8 SHAN TRDJ DRQJ PDDJ ITM LITM DSC1 DSC2 UOM UORG UOPN UREC PRRC AEXP AOPN AREC "
            "FRRC FEA FAP FREC CRCD CRR BCRC ANI AID OBJ SUB TX TXA1 EXR1 GLC PTC OKCO OORN OCTO VR01 VR02 TORG",
            "DOCO AN8 NXTR", ORDER_AUDIT,
        ),
        _table(
            "F43121", "Purchase Order Receiver File", "MATC DOCO DCTO KCOO SFXO LNID NLIN DOC",
            "AN8 RCDJ TRDJ MCU CO NXTR LTTR UORG UOPN UREC PRRC AREC AOPN FRRC FREC FAP CRCD CRR KCO DCT SFX VINV PST "
            "LITM AID OBJ SUB UOM LNTY",
            "DOCO AN8", ORDER_AUDIT,
        ),
        _table(
            "F4209", "Held Orders", "HCOD RPER KCOO DOCO DCTO SFXO LNID RDJ RDT ASTS",
            "AN8 MCU TRDJ DRQJ PDDJ CTYP RDC RDB ARTG ATY SHAN", "DOCO", "",
        ),
    )
}  # fmt: skip

VIEWS = {"V0101A": TABLES["F0101"], "V0911A": TABLES["F0911"], "V0411A": TABLES["F0411"]}
