"""The subject's actor: single-threaded in all replicas together, as far as Dapr can promise it.

It keeps no actor state. The document lives in the plain state API, where a save that was overtaken
loses. The reminder is a heartbeat that survives this process; the sweep is the guarantee.
"""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from datetime import timedelta
from typing import Any

import orjson
from dapr.actor import Actor, ActorInterface, Remindable, actormethod
from dapr.clients.base import DaprActorClientBase
from dapr.serializers import Serializer
from dapr.serializers.util import convert_to_dapr_duration

from worker.adapters.dapr.sidecar import Sidecar, segment
from worker.engine.ports import TransientError

ACTOR_TYPE = "SubjectActor"
REMINDER = "tick"

incoming_traceparent: ContextVar[str] = ContextVar("incoming_traceparent", default="")
"""The `traceparent` header of the request that is being served."""

Work = Callable[[str, str], Awaitable[bool]]
"""Subject key and traceparent to: is there still work?"""


class SubjectActorInterface(ActorInterface):  # type: ignore[misc]
    @actormethod(name="work")  # type: ignore[untyped-decorator]
    async def work(self) -> None: ...


def subject_actor(work: Work, reminder_every_s: int) -> type[Actor]:
    """The actor class around one way to work; Dapr wants a class, so the parts are closed over."""

    class SubjectActor(Actor, SubjectActorInterface, Remindable):  # type: ignore[misc]
        def __init__(self, ctx: Any, actor_id: Any) -> None:
            super().__init__(ctx, actor_id)
            self._reminded: bool | None = None  # unknown after an activation

        async def work(self) -> None:
            open_work = await work(self.id.id, incoming_traceparent.get())
            await self._remind(open_work)

        async def receive_reminder(
            self,
            name: str,
            state: bytes,
            due_time: timedelta,
            period: timedelta,
            ttl: timedelta | None = None,
        ) -> None:
            self._reminded = True
            open_work = await work(self.id.id, "")
            await self._remind(open_work)

        async def _remind(self, open_work: bool) -> None:
            """Keep the reminder while there is work; it is a help, so its trouble is no failure."""
            if open_work == self._reminded or (not open_work and self._reminded is None):
                return
            every = timedelta(seconds=reminder_every_s)
            try:
                if open_work:
                    await self.register_reminder(REMINDER, b"", every, every)
                else:
                    await self.unregister_reminder(REMINDER)
            except TransientError:
                return
            self._reminded = open_work

    return SubjectActor


class OrjsonSerializer(Serializer):  # type: ignore[misc]
    """The SDK's own turns texts such as "5m" or dates into other types on reading."""

    def serialize(self, obj: object, custom_hook: Any = None) -> bytes:
        return orjson.dumps(obj, default=_encode)

    def deserialize(self, data: bytes, data_type: Any = object, custom_hook: Any = None) -> Any:
        return orjson.loads(data) if data else None


def _encode(value: object) -> str:
    if isinstance(value, timedelta):
        return str(convert_to_dapr_duration(value))
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(type(value).__name__)


class PooledActorClient(DaprActorClientBase):  # type: ignore[misc]
    """The SDK's calls over our connection; its own client opens one for each call."""

    def __init__(self, sidecar: Sidecar) -> None:
        self._sidecar = sidecar

    async def invoke_method(
        self, actor_type: str, actor_id: str, method: str, data: bytes | None = None
    ) -> bytes:
        return await self._call("POST", actor_type, actor_id, f"method/{segment(method)}", data)

    async def save_state_transactionally(self, actor_type: str, actor_id: str, data: bytes) -> None:
        await self._call("PUT", actor_type, actor_id, "state", data)

    async def get_state(self, actor_type: str, actor_id: str, name: str) -> bytes:
        return await self._call("GET", actor_type, actor_id, f"state/{segment(name)}")

    async def register_reminder(
        self, actor_type: str, actor_id: str, name: str, data: bytes
    ) -> None:
        await self._call("POST", actor_type, actor_id, f"reminders/{segment(name)}", data)

    async def unregister_reminder(self, actor_type: str, actor_id: str, name: str) -> None:
        await self._call("DELETE", actor_type, actor_id, f"reminders/{segment(name)}")

    async def register_timer(self, actor_type: str, actor_id: str, name: str, data: bytes) -> None:
        await self._call("POST", actor_type, actor_id, f"timers/{segment(name)}", data)

    async def unregister_timer(self, actor_type: str, actor_id: str, name: str) -> None:
        await self._call("DELETE", actor_type, actor_id, f"timers/{segment(name)}")

    async def _call(
        self, method: str, actor_type: str, actor_id: str, rest: str, data: bytes | None = None
    ) -> bytes:
        path = f"/v1.0/actors/{segment(actor_type)}/{segment(actor_id)}/{rest}"
        answer = await self._sidecar.call(method, path, data)
        if not answer.ok:
            raise TransientError(f"actor {rest}: the sidecar answered {answer.status}")
        return answer.body
