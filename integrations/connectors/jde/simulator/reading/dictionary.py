"""The data dictionary: what each alias is, how long, with how many decimals, and its column title.

Kinds: `text`; `code` (blank-padded in answers); `unit` (a business unit, right-justified in 12); `number`; `money` in
the company's currency; `foreign` in the row's own currency; `date`; `time` (HHMMSS as a number).
"""

from dataclasses import dataclass

_KINDS = {
    "s": "text", "c": "code", "r": "unit", "n": "number", "m": "money", "f": "foreign", "d": "date", "t": "time",
}  # fmt: skip
NUMERIC = ("number", "money", "foreign", "time")
MONEY = ("money", "foreign")


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """One entry of the dictionary."""

    name: str
    kind: str
    length: int
    decimals: int
    title: str

    @property
    def is_numeric(self) -> bool:
        """Whether values are numbers."""
        return self.kind in NUMERIC


_ENTRIES = """
AN8 n8 Address Number|ALPH s40 Alpha Name|ALKY s20 Long Address Number|AT1 c3 Sch Typ|TAX s20 Tax ID|TAXC c1 Person/Corp
MCU r12 Business Unit|CM c2 Credit Message|LNGP c2 Lang|USER s10 User ID|PID s10 Program ID|JOBN s10 Work Stn ID
UPMJ d6 Date Updated|UPMT t6 Time Last Updated|TDAY t6 Time of Day|EFTB d6 Effective Date|RMK s30 Remark
ADD1 s40 Address Line 1|ADD2 s40 Address Line 2|ADD3 s40 Address Line 3|ADD4 s40 Address Line 4|CTY1 s25 City
ADDS c3 State|ADDZ s12 Postal Code|CTR c3 Country|COUN s25 County|IDLN n5 Line ID|MLNM s40 Mailing Name
TYC c1 Type Code|RCK7 n5 Sequence Number|CNLN n5 Contact Line|PHTP c4 Phone Type|AR1 s6 Prefix|PH1 s20 Phone Number
ETP c4 Electronic Type|EMAL s256 Electronic Address
APC c4 G/L Class|TRAP c3 Pymt Terms|CRRP c3 Cur Code|CRCA c3 A/B Cur Code|HDPY c1 Hold Pymt|PYIN c1 Pymt Inst
TXA2 s10 Tax Rate/Area|EXR2 c2 Tax Expl|MCUP r12 A/P Business Unit|SNTO n8 Alternate Payee
ARC c4 G/L Offset|CRCD c3 Cur Cod|TRAR c3 Payment Terms|HDAR c1 Hold Invoices|ACL n15 Credit Limit
CO s5 Co|AID s8 Account ID|OBJ s6 Obj Acct|SUB s8 Sub|ANS s25 Free-Form Account|DL01 s30 Description|LDA c1 Lvl Dtl
PEC c1 Posting Edit|BPC c1 Budget Pattern|STYL c2 BU Type|PECC c1 Posting Edit BU|NAME s30 Company Name
PNC n2 Current Period|DFYJ d6 Date Fiscal Year Begins|DTPN c1 Date Pattern|CRYR c1 Multi-Currency
ARPN n2 A/R Current Period|ARFJ d6 A/R Fiscal Year Begins|APPN n2 A/P Current Period|APFJ d6 A/P Fiscal Year Begins
FQ c4 Fiscal Quarter|PNT c1 Date Pattern Type|D01J d6 Period 1 Ends|D02J d6 Period 2 Ends|D03J d6 Period 3 Ends
D04J d6 Period 4 Ends|D05J d6 Period 5 Ends|D06J d6 Period 6 Ends|D07J d6 Period 7 Ends|D08J d6 Period 8 Ends
D09J d6 Period 9 Ends|D10J d6 Period 10 Ends|D11J d6 Period 11 Ends|D12J d6 Period 12 Ends|D13J d6 Period 13 Ends
D14J d6 Period 14 Ends
KCO s5 Doc Co|DCT c2 Do Ty|DOC n8 Document Number|DGJ d6 G/L Date|JELN n7 JE Line Number|EXTL c2 Line Ext
POST c1 Post Code|ICU n8 Batch Number|ICUT c2 Batch Type|DICJ d6 Batch Date|ANI s29 Account Number|SBL s8 Subledger
SBLT c1 Sub Type|LT c2 LT|PN n2 Per No|CTRY n2 Ctry|FY n2 Fis Yr|CRR n15.7 Exchange Rate|AA m15.2 Amount
U n15.2 Units|UM c2 UM|GLC c4 G/L Offset|RE c1 Reversing|EXA s30 Name - Alpha Explanation|EXR s30 Explanation -Remark-
R1 s8 Reference 1|R2 s8 Reference 2|R3 s8 Reference 3|CRRM c1 Currency Mode|BCRC c3 Base Cur|PYID n15 Payment ID
IST c1 Batch Status|IAPP c1 Approved|NDO n5 Number of Documents|AME m15.2 Amount Entered
SFX c3 Pay Itm|SFXE n2 Itm Ext|PYE n8 Payee Number|DIVJ d6 Invoice Date|DSVJ d6 Service/Tax Date|DDJ d6 Due Date
DDNJ d6 Discount Due Date|VINV s25 Invoice Number|AG m15.2 Gross Amount|AAP m15.2 Open Amount|ADSC m15.2 Discount Avail
ADSA m15.2 Discount Taken|STAM m15.2 Tax|ATXA m15.2 Taxable Amount|ACR f15.2 Foreign Amount|FAP f15.2 Foreign Open
CTAM f15.2 Foreign Tax|PST c1 Pay Status|PTC c3 Pymt Terms|PO s8 Purchase Order|PDCT c2 PO Do Ty|PKCO s5 PO Doc Co
SFXO c3 Ord Suf|VR01 s25 Reference|URRF s15 User Reserved Reference|URC1 c3 User Reserved Code|VOD c1 Void Flag
GLBA s8 Bank Account|TXA1 s10 Tax Rate/Area|EXR1 c2 Tax Expl Code|TORG s10 Originator|LNID n6.3 Line Number
DCTM c2 Mat Doc Ty|DOCM n8 Payment Number|DMTJ d6 Payment Date|PAAP m15.2 Payment Amount|VDGJ d6 Void Date
VLDT d6 Value Date|RC5 n5 File Line ID|PFAP f15.2 Foreign Payment Amount|CDSA f15.2 Foreign Discount Taken
DOCO n8 Order Number|DCTO c2 Or Ty|KCOO s5 Order Co|SHAN n8 Ship To|TRDJ d6 Order Date|DRQJ d6 Requested
PDDJ d6 Promised Delivery|HOLD c2 Hold Code|OTOT m15.2 Order Total|DESC s30 Description|ORBY s10 Ordered By
ANBY n8 Buyer|ARTG s12 Approval Route|OKCO s5 Orig Ord Co|OORN s8 Orig Ord No|OCTO c2 Orig Ord Ty|VR02 s25 Reference 2
NXTR c3 Next Stat|LTTR c3 Last Stat|LNTY c2 Ln Ty|ITM n8 Short Item No|LITM s25 2nd Item Number|DSC1 s30 Description 1
DSC2 s30 Description 2|UOM c2 UoM|UORG n15.2 Order Quantity|UOPN n15.2 Open Quantity|UREC n15.2 Received
PRRC n15.4 Unit Cost|AEXP m15.2 Extended Cost|AOPN m15.2 Open Amount|AREC m15.2 Amount Received
FRRC n15.4 Foreign Unit Cost|FEA f15.2 Foreign Extended|FREC f15.2 Foreign Received|TX c1 Tax Y/N
MATC c1 Match Type|NLIN n3 Number of Lines|RCDJ d6 Receipt Date
HCOD c2 Hold Code|RPER n8 Responsible Person|CTYP c2 Code Type|RDC c2 Release Code|RDB s10 Released By
RDJ d6 Release Date|RDT t6 Release Time|ASTS c2 Approval Status|ATY c2 Amount Type
CDEC c1 Decimals|CKR c1 Check Routine|SY c4 Product Code|RT c2 User Defined Codes|KY c10 Code|DL02 s30 Description 02
SPHD s10 Special Handling|HRDC c1 Hard Coded|ISTR c1 A/R Post|PYR n8 Payor
"""


def _read(entry: str) -> Alias:
    name, form, title = entry.split(" ", 2)
    length, _, decimals = form[1:].partition(".")
    return Alias(name=name, kind=_KINDS[form[0]], length=int(length), decimals=int(decimals or 0), title=title)


DICTIONARY = {
    alias.name: alias for alias in (_read(entry) for entry in _ENTRIES.replace("\n", "|").split("|") if entry)
}
