"""StateStore on PostgreSQL behind Dapr: the promises are the same as on Redis."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator

import pytest
import yaml

from tests.contracts.cases.state_store import CASES
from tests.contracts.observing import Note, observed
from tests.contracts.rigs.lab import APP_ID, version
from tests.contracts.rigs.state_store import SidecarRig, StoreRig
from tests.contracts.transcripts import Transcript
from tests.e2e.worker_process import ROOT
from tests.lab import Lab
from tests.lab.dapr import Sidecar as SidecarProcess
from tests.lab.ports import Ports
from tests.lab.postgresql import PostgreSql
from worker.adapters.dapr.sidecar import Sidecar
from worker.adapters.dapr.state import DaprStateStore

pytestmark = pytest.mark.soak

POSTGRESQL = Transcript("state_store_postgresql")
Case = Callable[[StoreRig, Note], Awaitable[None]]


@pytest.fixture(scope="module")
def postgresql() -> Iterator[tuple[PostgreSql, SidecarProcess]]:
    """The shipped component with this server's address, and a sidecar that has loaded it."""
    with Lab.start(parts=("dapr",)) as lab:
        ports = Ports()
        server = PostgreSql(lab.directory, ports)
        try:
            server.start()
            component = yaml.safe_load((ROOT / "components/postgresql/state.yaml").read_text())
            for item in component["spec"]["metadata"]:
                if item["name"] == "connectionString":
                    del item["secretKeyRef"]
                    item["value"] = server.connection_string
            folder = lab.directory / "postgresql"
            folder.mkdir()
            (folder / "state.yaml").write_text(yaml.safe_dump(component))
            sidecar = lab.start_daprd(app_id=APP_ID, resources=folder)
            sidecar.wait_outbound()
            yield server, sidecar
        finally:
            server.remove()
            ports.release()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
async def test_real_postgresql_through_dapr(
    case: Case, postgresql: tuple[PostgreSql, SidecarProcess]
) -> None:
    server, daprd = postgresql
    sidecar = Sidecar(http_port=daprd.http_port)
    try:
        seen = await observed(case, SidecarRig(server, DaprStateStore(sidecar, "state")))
    finally:
        await sidecar.close()
    POSTGRESQL.check_or_record(case.__name__, seen, f"{version('daprd')}, PostgreSQL")
