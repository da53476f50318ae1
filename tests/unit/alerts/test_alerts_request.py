"""The sentence that asks: who, until when, and whom to ask instead."""

import pytest

from alerts.render import render


@pytest.mark.parametrize(
    ("lang", "said", "promises"),
    [
        ("zh", "如不能按时处理，请找 赵磊、李总监。", ("逾期转", "转给", "转发", "发给")),
        ("en", "if that is not possible, next to ask: 赵磊, 李总监.", ("goes to", "will be told", "will get")),
    ],
)
def test_the_next_in_line_is_named_and_no_mail_is_promised(tell, episodes, lang, said, promises):
    """Nothing is sent to the chain by itself, so the mail says whom to ask and not who will hear of it."""
    text = " ".join(render(tell(episodes)[0], lang).text.split())
    assert said in text
    assert not [words for words in promises if words in text]
