"""The trail keeps codes; a reader sees beside them what they mean, in his language."""

from django.utils import translation

from accounts.roles import Role
from audit import words


def test_a_recorded_field_and_its_code_are_named_in_the_language_of_the_reader() -> None:
    assert (words.field("verb"), words.value("verb", "reject"), words.channel("api")) == ("decision", "rejected", "API")
    with translation.override("zh-hans"):
        assert (words.field("verb"), words.value("verb", "reject"), words.channel("api")) == (
            "审批决定",
            "驳回",
            "接口",
        )


def test_what_has_no_other_word_keeps_its_code() -> None:
    assert (words.field("strange"), words.value("amount", "1.00"), words.value("steps", ["SM"])) == ("", "", "")
    assert words.channel("pigeon") == "pigeon"


def test_every_role_that_can_be_recorded_has_a_word() -> None:
    assert all(words.value("role", role.value) for role in Role)
