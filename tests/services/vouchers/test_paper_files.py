"""A draft gets its name once, also where files have one name only."""

import errno
import os
from pathlib import Path

import pytest

from radiusbridge.domain.errors import AlreadyThere
from radiusbridge.services.vouchers import paper_files


@pytest.mark.parametrize("links", [True, False])
def test_a_draft_gets_its_name_and_never_that_of_another_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    if not links:  # as on FAT
        monkeypatch.setattr(os, "link", refused)
    path, parts = tmp_path / "cards.pdf", [tmp_path / ".one.part", tmp_path / ".two.part"]
    for part in parts:
        part.write_text(part.name)
        part.chmod(0o600)
    paper_files.put(parts[0], path, replace=False)
    assert (path.read_text(), parts[0].exists(), path.stat().st_mode & 0o777) == (".one.part", False, 0o600)
    with pytest.raises(AlreadyThere):
        paper_files.put(parts[1], path, replace=False)
    assert (path.read_text(), parts[1].exists()) == (".one.part", True)
    paper_files.put(parts[1], path, replace=True)
    assert path.read_text() == ".two.part"
