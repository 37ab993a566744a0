"""The control interface: what `Sandbox` does, as JSON, for tests in another process and for tools.

POST /sandbox/sms               {from, body, media?}           answers when the webhook has
POST /sandbox/telegram/<action> {user, ...}                    text, send, edit, press, block, unblock, group
GET  /sandbox/phones/<phone>                                   what a number's or a person's phone shows
GET  /sandbox/twilio/log                                       what Twilio still keeps, and its alerts
GET  /sandbox/state                                            updates pending, version
POST /sandbox/faults            {provider, kind, ...}          see `faults`; DELETE clears them
POST /sandbox/clock             {advance: seconds}
POST /sandbox/reset
"""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.faults import fault_from

if TYPE_CHECKING:
    from bot.sandbox.sandbox import Sandbox

type Body = dict[str, Any]
type Action = Callable[[Body], Awaitable[Any]]


class Control:
    """Thin: checks the shape of a request and calls the sandbox."""

    def __init__(self, sandbox: "Sandbox") -> None:
        self._sandbox = sandbox

    def routes(self) -> list[Route]:
        return [
            Route("/sandbox/sms", _post(self._sms), methods=["POST"]),
            Route("/sandbox/telegram/{action}", self._telegram, methods=["POST"]),
            Route("/sandbox/phones/{phone}", self._phone),
            Route("/sandbox/twilio/log", self._log),
            Route("/sandbox/state", self._state),
            Route("/sandbox/faults", _post(self._fault), methods=["POST"]),
            Route("/sandbox/faults", self._clear_faults, methods=["DELETE"]),
            Route("/sandbox/clock", _post(self._advance), methods=["POST"]),
            Route("/sandbox/reset", self._reset, methods=["POST"]),
        ]

    async def _sms(self, body: Body) -> Any:
        inbound = await self._sandbox.sms(str(body["from"]), str(body["body"]), body.get("media"))
        return asdict(inbound)

    async def _telegram(self, request: Request) -> Response:
        people = self._sandbox.people
        actions: dict[str, Callable[..., Any]] = {
            "text": people.text,
            "send": people.send,
            "edit": people.edit,
            "press": people.press,
            "block": people.block,
            "unblock": people.unblock,
            "group": people.group,
        }
        action = actions.get(request.path_params["action"])
        if action is None:
            return _refusal(f"no such action; one of {', '.join(actions)}", 404)

        async def act(body: Body) -> Any:
            name = str(body.pop("user"))
            return {"result": action(name, **body)}

        return await _post(act)(request)

    async def _phone(self, request: Request) -> Response:
        phone = request.path_params["phone"]
        shown = [asdict(message) | {"at": message.at.isoformat()} for message in self._sandbox.inbox(phone)]
        body: Body = {"messages": shown}
        if not phone.startswith("+"):
            body["keyboard"] = self._sandbox.buttons(phone)
            body["blocked"] = self._sandbox.blocked(phone)
        return JSONResponse(body)

    async def _log(self, _: Request) -> Response:
        alerts = [asdict(alert) for alert in self._sandbox.alerts]
        return JSONResponse({"messages": self._sandbox.twilio_log(), "alerts": alerts})

    async def _state(self, _: Request) -> Response:
        sandbox = self._sandbox
        return JSONResponse({"pending_updates": sandbox.pending_updates, "version": sandbox.changes.version})

    async def _fault(self, body: Body) -> Any:
        fault = fault_from(body)
        self._sandbox.faults(**asdict(fault))
        return asdict(fault)

    async def _clear_faults(self, _: Request) -> Response:
        self._sandbox.clear_faults()
        return Response(status_code=204)

    async def _advance(self, body: Body) -> Any:
        self._sandbox.advance(float(body["advance"]))
        return {"now": self._sandbox.clock.now().isoformat()}

    async def _reset(self, _: Request) -> Response:
        await self._sandbox.reset()
        return Response(status_code=204)


def _post(action: Action) -> Callable[[Request], Awaitable[Response]]:
    """A JSON object in, JSON out; what does not fit is refused with 400 and the reason."""

    async def answer(request: Request) -> Response:
        try:
            body = await request.json()
            if not isinstance(body, dict):
                raise ValueError("the body has to be a JSON object")
            return JSONResponse(await action(body))
        except KeyError as error:
            return _refusal(f"missing: {error.args[0]}")
        except (TypeError, ValueError) as error:
            return _refusal(str(error))

    return answer


def _refusal(reason: str, status: int = 400) -> Response:
    return JSONResponse({"error": reason}, status)
