"""Units by several names."""

import pytest

from reconcilers.unit_names import fold_unit


@pytest.mark.parametrize("names", [("个", "PCS", "pcs ", "ＰＣＳ", "EA"), ("千克", "kg", "公斤"), ("米", "m")])
def test_names_of_one_unit_are_one(names):
    """K3's 个 and U8's PCS need no row in units.csv."""
    assert len({fold_unit(name) for name in names}) == 1


@pytest.mark.parametrize(("one", "other"), [("箱", "个"), ("件", "个"), ("卷", "米"), ("克", "千克"), ("M2", "米")])
def test_different_units_stay_different(one, other):
    """What may be two units is never guessed to be one."""
    assert fold_unit(one) != fold_unit(other)
