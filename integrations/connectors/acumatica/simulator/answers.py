"""How Acumatica words its answers: HttpError bodies, entities echoed with errors, and the refusal that carries them."""

from typing import Any, NoReturn

from integrations.sandbox.app import Json, Response

NO_ENTITY = "PX.Api.ContractBased.NoEntitySatisfiesTheConditionException"
UNOPTIMIZED = "PX.Api.ContractBased.OptimizedExport.CannotOptimizeException"
PX = "PX.Data.PXException"
NO_SETUP = "PX.Data.PXSetupNotEnteredException"
SESSION_BUSY = "The previous operation has not been completed yet."
OCCURRED = "An error has occurred."


class Refused(Exception):  # noqa: N818 - an answer of the simulated system, not an error of ours
    """Ends a call with this answer; nothing was changed."""

    def __init__(self, response: Response) -> None:
        super().__init__(f"HTTP {response.status}")
        self.response = response


def http_error(status: int, message: str, text: str = "", kind: str = "", **more: Any) -> Response:
    """Make an HttpError body; `text` and `kind` become `exceptionMessage` and `exceptionType`."""
    body: Json = {"message": message}
    if text:
        body |= {"exceptionMessage": text, "exceptionType": kind or PX, "stackTrace": "   at PX.Simulated.Frame()"}
    return Response.json(status, {**body, **more})


def refuse(status: int, message: str, text: str = "", kind: str = "", **more: Any) -> NoReturn:
    """Refuse a call with an HttpError."""
    raise Refused(http_error(status, message, text, kind, **more))


def server_error(text: str, kind: str = PX) -> NoReturn:
    """Refuse with 500 and an exception, as Acumatica does for most of what goes wrong."""
    refuse(500, OCCURRED, text, kind)


def no_entity() -> NoReturn:
    """Refuse the key of a record that does not exist: 500, not 404."""
    server_error("No entity satisfies the condition.", NO_ENTITY)


def not_found(path: str) -> NoReturn:
    """Refuse an endpoint, version, entity or action that does not exist."""
    text = f"No HTTP resource was found that matches the request URI '{path}'."
    refuse(404, text, messageDetail="No route data was found for this request.")


def invalid(model_state: dict[str, list[str]]) -> NoReturn:
    """Refuse a body that is not built as the contract says."""
    refuse(400, "The request is invalid.", modelState=model_state)
