"""What the server is given to send."""

import pytest
from django.core.signals import request_finished
from django.http import HttpResponse, StreamingHttpResponse

from baodao.config import wsgi


def test_a_whole_answer_is_one_piece_and_its_request_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ended = []
    whole, parts = HttpResponse(b"all"), StreamingHttpResponse([b"a", b"b"])
    for answer in (whole, parts):
        monkeypatch.setattr(answer, "close", lambda a=answer: ended.append(a))
    answers = iter((whole, parts))
    monkeypatch.setattr(wsgi, "_django", lambda environ, start: next(answers))
    assert wsgi.application({}, print) == [b"all"] and ended == [whole]
    # The server ends it when the last piece is sent.
    assert wsgi.application({}, print) is parts and ended == [whole]
    assert request_finished.has_listeners()
