"""The catalogue: every verb, described as data. Nothing else can be done to the cluster."""

from __future__ import annotations

from collections.abc import Mapping

from worker.domain.catalogue.capacity import CAPACITY
from worker.domain.catalogue.descriptor import Descriptor as Descriptor
from worker.domain.catalogue.descriptor import Verb as Verb
from worker.domain.catalogue.jobs import JOBS
from worker.domain.catalogue.nodes import NODES
from worker.domain.catalogue.workloads import WORKLOADS

CATALOGUE: tuple[Descriptor, ...] = (*WORKLOADS, *CAPACITY, *JOBS, *NODES)

DESCRIPTOR_OF: Mapping[Verb, Descriptor] = {one.verb: one for one in CATALOGUE}
