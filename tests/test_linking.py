"""Hyper-parameters that refer to each other."""

import pytest

from symsched import ScheduleError
from symsched.linking import linked


def test_names_may_be_used_before_they_are_defined() -> None:
    found = linked({"weight_decay": "0.1*lr", "lr": "linear(1, 10)", "betas[1]": "1 - 5*weight_decay"})
    assert list(found) == ["weight_decay", "lr", "betas[1]"]
    assert [found[name](5) for name in found] == [0.05, 0.5, 0.75]


def test_definitions_of_one_name_do_not_reach_another() -> None:
    found = linked({"a": "k = 2; k*b", "b": "k = 3; linear(k, 10)"})
    assert (found["a"](0), found["b"](0)) == (6, 3)


def test_values_reach_all_of_them() -> None:
    found = linked({"lr": "warmup(linear, 10%) >> cosine(peak, 90%)", "wd": "lr/peak"}, total=100, peak=0.5)
    assert (found["lr"](10), found["wd"](10)) == (0.5, 1)


@pytest.mark.parametrize(
    ("texts", "title", "hint"),
    [
        ({"a": "b", "b": "2*c", "c": "a"}, "`a` is defined by itself: a -> b -> c -> a", "a schedule of its own"),
        ({"lr": "cosine(1, n)"}, "`n` has no value in the schedule of `lr`", "give its value by name: n=..."),
        ({"lr": "lr/2", "wd": "lr"}, "`lr` has no value in the schedule of `lr`", "name: lr=..., or use one of wd"),
        ({"lr": "cosine(1, n)", "n": "linear(1, 10)"}, "`steps` must be a number of steps", "may not depend"),
    ],
)
def test_what_cannot_be_linked_says_why(texts: dict[str, str], title: str, hint: str) -> None:
    with pytest.raises(ScheduleError) as caught:
        linked(texts)
    assert title in caught.value.title
    assert hint in caught.value.hint


def test_an_error_says_in_which_name_it_is() -> None:
    with pytest.raises(ScheduleError) as caught:
        linked({"lr": 0.1, "betas[1]": "cosin(1, 10)"})
    assert str(caught.value).splitlines() == [
        "betas[1]: unknown schedule `cosin`",
        "",
        "  cosin(1, 10)",
        "  ^^^^^ did you mean `cosine`?",
    ]


def test_a_name_in_its_own_expression_is_a_value_that_is_given() -> None:
    """As `symsched import` prints the schedulers of torch."""
    found = linked({"lr": "torch.StepLR(lr, 30)", "weight_decay": "lr/10"}, lr=0.5)
    assert (found["lr"](30), found["weight_decay"](0)) == (0.05, 0.05)
