"""What profiles can be filtered by, and a profile's fields."""

from radiusbridge.domain.filter_values import Kind
from radiusbridge.domain.filters import Field, Vocabulary
from radiusbridge.domain.records import Profile

PROFILES = Vocabulary.of(
    Field("name", help="the profile's name"),
    Field("up", Kind.RATE, help="upload, bits a second"),
    Field("down", Kind.RATE, help="download, bits a second"),
    Field("price", Kind.NUMBER, help="what it costs"),
    Field("currency", help="of the price"),
    Field("validity", Kind.DURATION, help="how long a plan of it lasts"),
    Field("shared", Kind.NUMBER, help="sessions at a time"),
    Field("pool", help="the address pool"),
    Field("list", help="the address list"),
    Field("quota", Kind.SIZE, help="data that it allows"),
    Field("service", help="what is dialled"),
)
_OF = {
    "up": "rate_up",
    "down": "rate_down",
    "shared": "shared_users",
    "list": "address_list",
    "quota": "data_quota",
}


def look(profile: Profile, name: str) -> object:
    """A field of `PROFILES`; under `""` its words."""
    if not name:
        return " ".join(each for each in (profile.name, profile.pool, profile.address_list) if each)
    value: object = getattr(profile, _OF.get(name, name))
    return str(value) if name == "service" else value
