"""Labels of fields that nobody gave one: their technical names as words."""

import pytest

from mappings.catalogue import label_from


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("TaxCalcMode", "Tax calc mode"),
        ("VATExemptTotal", "VAT exempt total"),
        ("IsNonPM", "Is non PM"),
        ("UOM", "UOM"),
        ("MLC_Region", "MLC region"),
        ("amount", "Amount"),
        ("", ""),
    ],
)
def test_it_says_a_technical_name_in_words(name, label):
    assert label_from(name) == label
