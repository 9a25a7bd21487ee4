"""The one family of errors a person may meet. Each carries a code for logs and
the API, an HTTP status, and a Chinese sentence that says what to do next.
Anything else that is raised is a bug: logged, 500, nothing half-written."""

from collections.abc import Mapping


class BaodaoError(Exception):
    """`message`: what happened and what to do, in Chinese. `code`: stable word."""

    status = 400
    code = "error"
    message = "这一步没有做成。请返回再试一次。"

    def __init__(self, message: str = "", *, code: str = "") -> None:
        self.message = message or self.message
        self.code = code or self.code
        super().__init__(self.message)


class NotFound(BaodaoError):
    """Not there, or outside the actor's scope: the answer is the same."""

    status = 404
    code = "not_found"
    message = "没有找到这一页。可能不在您负责的范围，请核对单号或回到待办。"


class Forbidden(BaodaoError):
    """Inside the scope, but not this actor's act."""

    status = 403
    code = "forbidden"
    message = "这一步不由您来做。请交给有权限的同事。"


class Conflict(BaodaoError):
    """The object is not in a state for this act, or somebody was first."""

    status = 409
    code = "conflict"
    message = "刚刚有人也改了这一条。请看一下最新的情况再操作。"


class Invalid(BaodaoError):
    """Input that a person can mend; `fields` maps a field name to a sentence."""

    status = 422
    code = "invalid"
    message = "有些内容要改一下。"

    def __init__(
        self,
        message: str = "",
        *,
        code: str = "",
        fields: Mapping[str, str] | None = None,
    ) -> None:
        self.fields = dict(fields or {})
        super().__init__(message or "".join(self.fields.values()), code=code)


class TooMany(BaodaoError):
    """More tries than one person needs in the time."""

    status = 429
    code = "too_many"
    message = "试的次数有点多。请过 10 分钟再试，或给社区打电话。"
