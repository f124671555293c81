"""What is kept of alerts comes back as it was, on both dialects."""

from dataclasses import replace
from datetime import time, timedelta

from radiusbridge.db.database import Database
from radiusbridge.db.unit_of_work import UnitOfWork
from radiusbridge.domain.alerts.channels import Channel, Hook, Mail, MailTls, Notice
from radiusbridge.domain.alerts.episodes import Episode, Mute, News
from radiusbridge.domain.alerts.quiet import Quiet
from radiusbridge.domain.alerts.rules import DEFAULTS, Kind, Severity
from radiusbridge.domain.secret import Secret
from tests.db.conftest import START

MINUTE = timedelta(minutes=1)
EPISODE = Episode(
    Kind.SESSIONS_FELL, "bras-1", Severity.CRITICAL, START, "3 of 9", 0.6, START, START, None, START, START, "ani", 9.0
)
MAIL = Mail("mail", 465, "n@x.y", ("a@x.y", "b@x.y"), MailTls.TLS, "u", Secret("p"), "/ca.pem")
CHANNEL = Channel(
    "NOC", MAIL, Severity.CRITICAL, Quiet(time(22), time(6), "Asia/Jakarta"), timedelta(hours=1), on=False
)


async def test_every_field_survives(database: Database) -> None:
    hook = Channel("hook", Hook(Secret("https://h/p"), Secret("s" * 16)))

    def write(unit: UnitOfWork) -> tuple[Channel, Channel, Episode, Episode]:
        pending = unit.alerts.add(replace(EPISODE, subject="bras-2", raised_at=None))
        return unit.alert_channels.add(CHANNEL), unit.alert_channels.add(hook), unit.alerts.add(EPISODE), pending

    mail, posted, episode, pending = await database.write(write)
    assert await database.read(lambda unit: unit.alert_channels.named("noc")) == mail == replace(CHANNEL, id=mail.id)
    assert await database.read(lambda unit: unit.alert_channels.named("HOOK")) == posted
    assert await database.read(lambda unit: unit.alerts.get(episode.id)) == episode
    assert await database.read(lambda unit: unit.alerts.raised()) == (episode,)
    assert await database.read(lambda unit: unit.alerts.open()) == (pending, episode)
    await database.write(lambda unit: unit.alerts.change(replace(episode, resolved_at=START)))
    assert await database.read(lambda unit: unit.alerts.lately(START)) == {(episode.kind, episode.subject): 1}
    assert await database.read(lambda unit: unit.alerts.lately(START + MINUTE)) == {}


async def test_notices_come_due_and_go_with_channel_and_episode(database: Database) -> None:
    def write(unit: UnitOfWork) -> tuple[Notice, Episode]:
        channel, episode = unit.alert_channels.add(CHANNEL), unit.alerts.add(EPISODE)
        notices = [
            Notice(
                channel.id, episode.id, news, episode.kind, "bras-1", Severity.CRITICAL, "w", START + at * MINUTE,
                START, f"{at:024x}", START + at * MINUTE, held=bool(at),
            )
            for at, news in enumerate((News.RAISED, News.REMINDER))
        ]  # fmt: skip
        unit.alerts.tell(notices)
        return notices[0], episode

    notice, episode = await database.write(write)
    (due,) = await database.read(lambda unit: unit.alerts.due(START, 9))
    assert due == replace(notice, id=due.id)
    assert await database.read(lambda unit: unit.alerts.told_last(due.channel_id)) == {episode.id: START + MINUTE}
    await database.write(lambda unit: unit.alerts.put(replace(due, sent_at=START, tries=1)))
    assert await database.read(lambda unit: unit.alerts.next_due()) == START + MINUTE
    assert (await database.read(lambda unit: unit.alerts.deliveries(due.channel_id)))[0] == 1
    await database.write(lambda unit: unit.alerts.change(replace(episode, resolved_at=START)))
    assert await database.write(lambda unit: unit.alerts.forget(START + MINUTE)) == 1
    assert await database.read(lambda unit: unit.alerts.next_due()) is None


async def test_rules_and_mutes(database: Database) -> None:
    loud = replace(DEFAULTS[Kind.POOL_FULL], above=0.99, severity=Severity.CRITICAL, on=False)
    await database.write(lambda unit: unit.alerts.set_rule(loud))
    assert await database.read(lambda unit: unit.alerts.rules()) == {**DEFAULTS, loud.kind: loud}
    for until in (None, START):
        for kind, subject in ((Kind.POOL_FULL, None), (None, "bras-1"), (Kind.POOL_FULL, "bras-1")):
            mute = Mute(kind, subject, until, "ani", "why")
            await database.write(lambda unit, mute=mute: unit.alerts.mute(mute))  # type: ignore[misc]
    mutes = await database.read(lambda unit: unit.alerts.mutes())
    assert [(each.kind, each.subject, each.until) for each in mutes] == [
        (Kind.POOL_FULL, None, START),
        (None, "bras-1", START),
        (Kind.POOL_FULL, "bras-1", START),
    ]
    await database.write(lambda unit: unit.alerts.unmute(mutes[0].id))
    assert await database.read(lambda unit: unit.alerts.mutes()) == mutes[1:]
