"""`cc` of a pair: the people named there get a copy of its mails."""

from acceptance_plant import Plant
from acceptance_sink import Sink


def test_the_people_a_pair_names_get_a_copy_of_its_mails(alerting: Plant, sink: Sink):
    """The owner's mail arrives at each of them as well, the same message, and once at the owner who is named too."""
    config = alerting.config.read_text(encoding="utf-8")
    named = 'owner = "wang.fang"\ncc = ["zhou.min", "wang.fang"]'
    alerting.config.write_text(config.replace('owner = "wang.fang"', named), encoding="utf-8")
    alerting.stock(M_001__01="500")
    alerting.confirm()
    assert sorted(address for address, _ in sink.received) == ["wangfang@example.com", "zhoumin@example.com"]
    assert len({message["Message-ID"] for _, message in sink.received}) == 1
    (copy,) = sink.to("zhoumin@example.com")
    assert "wangfang@example.com" in copy["To"]
    assert "zhoumin@example.com" in copy["Cc"]
