"""Puts the template into the tables of an environment: what exists before the first document."""

from datetime import timedelta

from integrations.connectors.jde.simulator.erp import template
from integrations.connectors.jde.simulator.erp.enterprise import Enterprise
from integrations.connectors.jde.simulator.erp.template import AccountSetup, CompanySetup
from integrations.connectors.jde.simulator.users import PRODUCTION
from integrations.sandbox.books import Account, Currencies

SETUP_DAYS = 900


def set_up(enterprise: Enterprise) -> None:
    """Fill the set-up tables, dated well before today; the prototype environment has the first company only."""
    enterprise.clock.moment = enterprise.clock.now() - timedelta(days=SETUP_DAYS)
    enterprise.books.currencies = Currencies(template.CURRENCIES)
    store = enterprise.store
    for currency in template.CURRENCIES:
        store["F0013"].add(CRCD=currency.code, DL01=currency.name, CDEC=str(currency.decimals), CKR="")
    _codes(enterprise)
    store["F0010"].add(CO="00000", NAME="All companies", CRCD="USD", DTPN="R", CRYR="Y")
    for company in template.COMPANIES if enterprise.environment == PRODUCTION else template.COMPANIES[:1]:
        _company(enterprise, company)
    enterprise.clock.moment = None
    enterprise.open_calendar()


def _codes(enterprise: Enterprise) -> None:
    table = enterprise.store["F0005"]
    lists = {
        ("00", "PS"): template.PAY_STATUSES,
        ("01", "ST"): template.SEARCH_TYPES,
        ("40", "AT"): template.ORDER_STATUSES,
        ("42", "HC"): template.HOLD_CODES,
        ("00", "CN"): dict.fromkeys(template.COUNTRIES.split(), ""),
        ("00", "PY"): {"C": "Check", "T": "Electronic funds transfer", "": "Default"},
        ("00", "DT"): {"JE": "Journal entry", "PV": "Voucher", "PD": "Debit memo", "OP": "Purchase order"},
    }
    for (system, code), entries in lists.items():
        for key, text in entries.items():
            table.add(SY=system, RT=code, KY=key, DL01=text or key, HRDC="N")


def _company(enterprise: Enterprise, setup: CompanySetup) -> None:
    store = enterprise.store
    number = int(setup.code)
    store["F0101"].add(AN8=number, ALPH=setup.name, AT1="O", MCU=setup.unit, LNGP="")
    store["F0010"].add(CO=setup.code, NAME=setup.name, CRCD=setup.currency, DTPN="R", CRYR="Y", AN8=number)
    _unit(enterprise, setup.unit, f"{setup.name} balance sheet"[:30], setup.code, "BS")
    for account in template.BALANCE_SHEET:
        _account(enterprise, setup.code, setup.unit, account)
    if setup.code == "00001":
        _account(enterprise, setup.code, setup.unit, template.EURO_BANK)
        unit, name, company = template.CLOSED_UNIT
        _unit(enterprise, unit, name, company, "IS", pecc="N")
        _account(enterprise, company, unit, template.EXPENSES[0])
    for at, (unit, name) in enumerate(setup.departments):
        _unit(enterprise, unit, name, setup.code, "IS")
        first = (*template.REVENUE, *template.OTHER) if at == 0 else ()
        for account in (*first, *template.EXPENSES):
            _account(enterprise, setup.code, unit, account)


def _unit(enterprise: Enterprise, unit: str, name: str, company: str, kind: str, pecc: str = "") -> None:
    enterprise.store["F0006"].add(MCU=unit, DL01=name, CO=company, STYL=kind, PECC=pecc, AN8=int(company))


def _account(enterprise: Enterprise, company: str, unit: str, setup: AccountSetup) -> None:
    aid = f"{enterprise.next_number('AID'):08d}"
    number = ".".join(part for part in (unit, setup.object, setup.subsidiary) if part)
    enterprise.store["F0901"].add(
        AID=aid,
        CO=company,
        MCU=unit,
        OBJ=setup.object,
        SUB=setup.subsidiary,
        ANS=number,
        DL01=setup.name,
        LDA=setup.level,
        PEC=setup.pec,
        CRCD=setup.currency,
    )
    enterprise.books.chart.add(
        Account(
            id=aid,
            number=number,
            name=setup.name,
            kind=setup.pec,
            control=template.CONTROL.get(setup.object, ""),
            currency=setup.currency or None,
            is_active=setup.pec != "I",
        )
    )
