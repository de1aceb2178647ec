"""Hypothesis strategies: values of every sort a record may hold, proper or not, and formulas of every shape."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

from hypothesis import strategies as st

from mappings.formula_functions import FUNCTIONS
from mappings.formula_lazy import LAZY
from mappings.rows import ConstantSpec, Filter, FormulaSpec, Row, SourceSpec, Transform, ValueMapSpec
from mappings.transforms import TRANSFORMS
from mappings.value_maps import Entry, ValueMap

MONEY = st.decimals(min_value=-(10**9), max_value=10**9, places=3)
PROPER = st.one_of(
    st.none(),
    st.text(max_size=20),
    st.sampled_from(["", "12.50", "*", "1,000", "ß", "TRUE", "2026-01-31", "x" * 9_000]),
    MONEY,
    st.integers(),
    st.booleans(),
    st.dates(),
    st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=14))])),
)
IMPROPER = st.one_of(
    st.decimals(allow_nan=True, allow_infinity=True),
    st.just(Decimal("1E+999999")),
    st.just(Decimal("0E-9999")),
    st.just(10**5000),
    st.floats(),
    st.lists(st.integers(), max_size=2),
    st.datetimes(),
    st.just(datetime.max.replace(tzinfo=UTC)),
    st.just(date.max),
)
VALUES = st.one_of(PROPER, PROPER, PROPER, IMPROPER)
NAMES = st.sampled_from(["a", "b.c", "cf_region", "taxes[0].rate", "date"])
LINE_NAMES = st.sampled_from(["amount", "item", "q"])
RECORDS = st.dictionaries(NAMES, VALUES)
LINES = st.lists(st.dictionaries(LINE_NAMES, VALUES), max_size=4)

_FUNCTIONS = [*FUNCTIONS, *LAZY, "LOOKUP", "NOW"]
_ATOMS = st.one_of(
    NAMES,
    LINE_NAMES.map("line.{}".format),
    st.integers(min_value=0, max_value=10**12).map(str),
    st.sampled_from(["0", "1", "2.5", ".5", "12", '"x"', '""', '"0.00"', '"yyyy-mm-dd"', "TRUE", "FALSE", '"items"']),
)


def _grow(inner):
    operators = st.sampled_from(["+", "-", "*", "/", "&", "=", "<>", "<", ">="])
    return st.one_of(
        st.tuples(inner, operators, inner).map("({0[0]} {0[1]} {0[2]})".format),
        st.tuples(inner, operators, inner, st.sampled_from(["+", "*", "&"]), inner).map(" ".join),
        inner.map("-{}".format),
        inner.map("({})%".format),
        st.tuples(st.sampled_from(_FUNCTIONS), st.lists(inner, max_size=3)).map(
            lambda call: f"{call[0]}({', '.join(call[1])})"
        ),
    )


FORMULAS = st.recursive(_ATOMS, _grow, max_leaves=12)
NOISE = st.text(alphabet='abIFSUM0123456789.,()"&+-*/=<>%[] \n\x00é', max_size=40)

KEYS = st.sampled_from(["*", "a", "b", ""])
DATES = st.one_of(st.none(), st.dates())
ENTRIES = st.builds(
    Entry, keys=st.lists(KEYS, max_size=3).map(tuple), value=st.text(max_size=5), valid_from=DATES, valid_to=DATES
)
MAPS = st.builds(
    ValueMap,
    name=st.sampled_from(["items", "gateways"]),
    label=st.just("Items"),
    gives=st.just("item"),
    key_labels=st.sampled_from([("item",), ("gateway", "currency")]),
    entries=st.lists(ENTRIES, max_size=6).map(tuple),
)
PATHS = st.one_of(NAMES, LINE_NAMES.map("line.{}".format))
SPECS = st.one_of(
    st.builds(SourceSpec, path=PATHS),
    st.builds(ConstantSpec, value=VALUES),
    st.builds(ValueMapSpec, map=st.sampled_from(["items", "none"]), keys=st.lists(PATHS, max_size=2).map(tuple)),
    st.builds(FormulaSpec, formula=st.one_of(FORMULAS, NOISE)),
)
TRANSFORM_LIST = st.builds(
    Transform,
    name=st.sampled_from([*TRANSFORMS, "python"]),
    argument=st.one_of(st.none(), st.integers(min_value=-1, max_value=30), st.sampled_from(["", "-"])),
)
ROWS = st.builds(
    Row,
    id=st.text(max_size=3),
    target=st.text(max_size=2),
    spec=SPECS,
    level=st.sampled_from(["header", "line"]),
    default=st.one_of(st.none(), VALUES),
    required=st.booleans(),
    transforms=st.lists(TRANSFORM_LIST, max_size=2).map(tuple),
)
FILTERS = st.builds(
    Filter,
    id=st.just("f"),
    formula=st.one_of(FORMULAS, st.just("a = b.c"), NOISE),
    reason=st.just("because"),
    mode=st.sampled_from(["skip_if", "only_if"]),
)
