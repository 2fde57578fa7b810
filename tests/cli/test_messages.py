"""How commands speak."""

from collections.abc import Callable

import pytest

from nmt.cli.messages import say, warn

ODD = "runs/[red]x[/red]/:smile: " + "long " * 50


@pytest.mark.parametrize("speak", [say, warn])
def test_a_message_is_one_line_on_stderr_just_as_it_is(
    speak: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    speak(ODD)
    assert capsys.readouterr() == ("", f"nmt: {ODD}\n")
