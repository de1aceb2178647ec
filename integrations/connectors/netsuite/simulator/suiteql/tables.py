"""The tables of SuiteQL with their columns, types and what their ids stand for (vendor file, 5).

The vendor file's lists are what somebody used. Beyond them stand columns that public references name: of accounting
periods and switches such as `isinactive` (Oracle's Analytics Browser 2021.1), of the link table (CData's SuiteQL data
model), and `foreignpaymentamountused` and `unused` of payments and credits, of which `foreignamountpaid` and
`foreignamountunpaid` are empty (Prolecto, "SuiteQL A/R and Customer Deposit Fields"). All read on 2026-11-21.
"""

from dataclasses import dataclass, field
from typing import Literal

ColumnType = Literal["int", "num", "text", "date"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `names` tells where `BUILTIN.DF` finds the display name: a table's column or a function."""

    name: str
    type: ColumnType
    names: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One table; `permission` is what a role needs to see it.

    `unusable` are fields of the record that are no columns here and answer with a system fault.
    """

    name: str
    permission: str
    columns: dict[str, Column]
    keys: tuple[str, ...]
    indexes: tuple[str, ...] = ()
    unusable: tuple[str, ...] = field(default=())


def _table(
    name: str,
    permission: str,
    columns: str,
    keys: str = "id",
    indexes: str = "",
    unusable: str = "",
) -> Table:
    parsed = {}
    for word in columns.split():
        column, _, kind = word.partition(":")
        kind, _, names = kind.partition(">")
        parsed[column] = Column(column, _TYPES[kind or "text"], names)
    return Table(name, permission, parsed, tuple(keys.split()), tuple(indexes.split()), tuple(unusable.split()))


_TYPES: dict[str, ColumnType] = {"int": "int", "num": "num", "text": "text", "date": "date"}

TABLES = {
    table.name: table
    for table in (
        _table(
            "transaction",
            "*",
            "id:int externalid tranid transactionnumber type:text>#type recordtype entity:int>customer.entityid "
            "currency:int>currency.name exchangerate:num trandate:date duedate:date foreigntotal:num "
            "foreignamountpaid:num foreignamountunpaid:num foreignpaymentamountused:num foreignpaymentamountunused:num "
            "status:text>#status posting "
            "postingperiod:int>accountingperiod.periodname memo createddate:date lastmodifieddate:date",
            indexes="externalid tranid entity lastmodifieddate trandate",
            unusable="total amountremaining amountpaid subtotal",
        ),
        _table(
            "transactionline",
            "*",
            "id:int transaction:int uniquekey:int linesequencenumber:int mainline taxline item:int>item.itemid "
            "subsidiary:int>subsidiary.name department:int>department.name class:int>classification.name "
            "location:int>location.name entity:int>customer.entityid foreignamount:num memo accountinglinetype "
            "linelastmodifieddate:date",
            keys="transaction id",
        ),
        _table(
            "transactionaccountingline",
            "*",
            "transaction:int transactionline:int accountingbook:int account:int>account.accountsearchdisplayname "
            "debit:num credit:num amount:num posting",
            keys="transaction transactionline account",
        ),
        _table(
            "nexttransactionlinelink",
            "*",
            "previousdoc:int nextdoc:int previousline:int nextline:int previoustype nexttype linktype "
            "foreignamount:num",
            keys="nextdoc previousdoc",
            indexes="previousdoc",
        ),
        _table("account", "Accounts", "id:int acctnumber accttype accountsearchdisplayname isinactive currency:int"),
        _table(
            "customer",
            "Customers",
            "id:int entityid companyname email externalid isinactive isperson firstname lastname "
            "subsidiary:int>subsidiary.name currency:int>currency.name "
            "terms:int>term.name datecreated:date lastmodifieddate:date",
            indexes="entityid email externalid",
            unusable="balance overduebalance depositbalance total",
        ),
        _table(
            "item",
            "Items",
            "id:int itemid fullname itemtype externalid isinactive displayname subsidiary taxschedule:int "
            "incomeaccount:int>account.accountsearchdisplayname deferredrevenueaccount:int lastmodifieddate:date",
            indexes="itemid externalid",
        ),
        _table(
            "currency",
            "Currency",
            "id:int symbol name isinactive currencyprecision:int exchangerate:num isbasecurrency",
        ),
        _table("department", "Departments", "id:int name subsidiary isinactive"),
        _table("classification", "Classes", "id:int name subsidiary isinactive"),
        _table("location", "Locations", "id:int name subsidiary isinactive"),
        _table("subsidiary", "Subsidiaries", "id:int name currency:int>currency.name isinactive parent:int country"),
        _table(
            "accountingperiod",
            "Accounting Periods",
            "id:int periodname startdate:date enddate:date closed arlocked aplocked alllocked allownonglchanges "
            "isquarter isyear isadjust isinactive",
        ),
        _table("salestaxitem", "Tax Records", "id:int name taxtype:int isinactive rate:num"),
        _table("term", "Terms", "id:int name isinactive daysuntilnetdue:int"),
    )
}
