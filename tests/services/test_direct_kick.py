"""The direct kick when a NAS refuses an attribute that the operator gave."""

import pytest

from radiusbridge.domain.observations import KickAnswer
from radiusbridge.services.direct_kick import DirectKick, kick_at
from radiusbridge.simulator.switches import Switches
from tests.gateways.support import SeededEntropy, place


@pytest.mark.parametrize(
    ("cause", "with_id", "answer", "exit_status", "ended"),
    [
        (401, True, KickAnswer.ACCEPTED, 5, True),
        (None, True, KickAnswer.ACCEPTED, 5, True),
        (401, False, KickAnswer.REFUSED, 1, False),
        (501, True, KickAnswer.PROHIBITED, 1, False),
        (503, True, KickAnswer.NOT_FOUND, 5, False),
    ],
)
async def test_an_address_that_the_nas_refuses_is_left_out_where_the_session_id_remains(
    tmp_path_factory: pytest.TempPathFactory,
    cause: int | None,
    with_id: bool,
    answer: KickAnswer,
    exit_status: int,
    ended: bool,
) -> None:
    trace = tmp_path_factory.mktemp("trace") / "trace"
    async with place(trace, customers=1, switches=Switches(nak_mismatch=cause)) as isp:
        (live,) = isp.isp.oracle.sessions_really("cust0001")
        assert isp.nas.dae is not None
        kicked: DirectKick = await kick_at(
            isp.nas.dae,
            "cust0001",
            clock=isp.clock,
            entropy=SeededEntropy(3),
            session_id=live.acct_session_id if with_id else None,
            address="192.0.2.99",
            seconds=5.0,
        )
        assert (kicked.answer, kicked.exit_status) == (answer, exit_status)
        assert ("; asked again without Framed-IP-Address: Disconnect-ACK in " in kicked.words) is ended
        assert live.alive is not ended
