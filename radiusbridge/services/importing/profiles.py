"""Which profile a row means: by its name, by what the operator said of it, or by its rate and price."""

from collections.abc import Iterable, Mapping

from radiusbridge.domain import as_written
from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.imports import Field, Terms
from radiusbridge.domain.records import Profile
from radiusbridge.domain.text import folded, safe
from radiusbridge.domain.values import format_rate
from radiusbridge.services.profiles import checked

SHOWN = 4


class Profiles:
    """Those that are there, and those that an import makes: their ids are negative until they are stored."""

    def __init__(self, known: Iterable[Profile], terms: Terms) -> None:
        """BadInput: a profile that the terms name is not there."""
        self._by_name = {folded(profile.name): profile for profile in known}
        self._terms = terms
        self.made: list[Profile] = []
        self._instead = {folded(theirs): self._named(ours) for theirs, ours in terms.profiles.items()}
        self._otherwise = self._named(terms.profile) if terms.profile else None
        self._found: dict[tuple[str, str, str], Profile | BadInput] = {}

    def _named(self, name: str) -> Profile:
        found = self._by_name.get(folded(name))
        if found is None:
            raise BadInput("no such profile", target=safe(name, 60), hint="see `radiusbridge profile list`")
        return found

    def of(self, values: Mapping[Field, str]) -> Profile:
        """The one that a row means. BadInput: none, or several."""
        key = (values.get(Field.PROFILE, ""), values.get(Field.RATE, ""), values.get(Field.PRICE, ""))
        found = self._found.get(key)
        if found is None:
            try:
                found = self._look(*key)
            except BadInput as error:
                found = error
            if len(self._found) < 10_000:
                self._found[key] = found
        if isinstance(found, BadInput):
            raise found
        return found

    def _look(self, name: str, rate: str, price: str) -> Profile:
        for text in (name, rate):
            if folded(text) in self._instead:
                return self._instead[folded(text)]
        paid = as_written.rupiah(price) if price else None
        if name and folded(name) in self._by_name:
            return _fitting(self._by_name[folded(name)], as_written.rates(rate) if rate else None)
        bits = self._bits(name, rate)
        if bits is None and not name:
            if self._otherwise is None:
                raise BadInput("it names no profile", hint="--profile NAME is for such rows")
            return self._otherwise
        if name and self._terms.make and rate:
            return self._make(name, bits, paid)
        if bits is None:
            hint = f"--profile-of “{safe(name, 40)}”=NAME, or make it: radiusbridge profile add"
            raise BadInput(f"no profile is called “{safe(name, 60)}”", hint=hint)
        return self._by_rate(name, bits, paid)

    def _bits(self, name: str, rate: str) -> tuple[int, int] | None:
        """The rate that is named, if one is; a plan may be called by its rate alone."""
        if rate:
            return as_written.rates(rate)
        try:
            return as_written.rates(name)
        except BadInput:
            return None

    def _by_rate(self, name: str, bits: tuple[int, int], paid: int | None) -> Profile:
        fitting = [each for each in self._by_name.values() if (each.rate_up, each.rate_down) == bits]
        if len(fitting) > 1 and paid is not None:
            fitting = [each for each in fitting if each.price == paid]
        if len(fitting) == 1:
            return fitting[0]
        words = "/".join(map(format_rate, bits))
        if fitting:
            names = ", ".join(safe(each.name, 30) for each in fitting[:SHOWN])
            raise BadInput(f"several profiles have the rate {words}: {names}", hint="--profile-of TEXT=NAME says which")
        if self._terms.make:
            return self._make(name or words.replace("/", "-"), bits, paid)
        raise BadInput(f"no profile has the rate {words}", hint="--make-profiles makes it")

    def _make(self, name: str, bits: tuple[int, int] | None, paid: int | None) -> Profile:
        if bits is None:
            raise BadInput(f"no rate is known of the profile “{safe(name, 60)}”")
        plain = " ".join(name.replace("/", "-").split())
        profile = checked(Profile(plain, *bits, id=-1 - len(self.made), price=paid or 0))
        self._by_name[folded(name)] = self._by_name[folded(plain)] = profile
        self.made.append(profile)
        return profile


def _fitting(profile: Profile, bits: tuple[int, int] | None) -> Profile:
    if bits is not None and bits != (profile.rate_up, profile.rate_down):
        ours, theirs = ("/".join(map(format_rate, each)) for each in ((profile.rate_up, profile.rate_down), bits))
        raise BadInput(f"the profile {safe(profile.name, 40)} has the rate {ours} here, and {theirs} there")
    return profile
