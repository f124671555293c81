"""`make language`: bring every catalogue up to date and compile it; says what is left to translate."""

import sys

from radiusbridge.tui import language
from tests.tui.language.catalogue import as_text, compiled, file_of, read, untranslated, updated


def main(names: list[str]) -> int:
    """names: languages that have no catalogue yet, beside those that have one. 1: something is not translated."""
    left = 0
    known = [file.parts[-3] for file in language.LOCALE.glob(f"*/LC_MESSAGES/{language.DOMAIN}.po")]
    for name in sorted({*known, *names}):
        file = file_of(name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(as_text(updated(name), name), encoding="utf-8")
        catalogue = read(name)
        file.with_suffix(".mo").write_bytes(compiled(catalogue))
        missing = untranslated(catalogue)
        left += len(missing)
        sys.stdout.write(f"{file}: {len(catalogue)} texts, {len(missing)} to translate\n")
        sys.stdout.writelines(f"  {each!r}\n" for each in missing)
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
