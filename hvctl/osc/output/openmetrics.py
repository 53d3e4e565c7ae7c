# SPDX-License-Identifier: Apache-2.0
"""Prints the figures of ``stats show`` as Prometheus reads them."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
import typing

from cliff.formatters import base
from osc_lib.cli import format_columns
import prometheus_client.core
from prometheus_client.openmetrics import exposition

_PREFIX = 'hvctl_'


class _Gauge(typing.NamedTuple):
    """What a field is as a metric.

    :ivar name: without :data:`_PREFIX`
    :ivar words: what it tells
    :ivar label: what tells the entries of a field with several apart
    :ivar unit: how many of the metric's one of the field's are
    """

    name: str
    words: str
    label: str | None = None
    unit: int = 1


_MIB = 2**20
_GIB = 2**30

#: By the names of the fields; the others follow from these.
GAUGES: Mapping[str, _Gauge] = {
    'phases': _Gauge('hypervisors', 'Ephemeral hypervisors.', 'phase'),
    'guests': _Gauge('guests', 'Guests of all ephemeral hypervisors.'),
    'guest_statuses': _Gauge(
        'guests_by_status', 'Guests by what Nova says of them.', 'status'
    ),
    'vcpus': _Gauge('vcpus', 'VCPUs that Placement may give.'),
    'vcpus_used': _Gauge('vcpus_used', 'VCPUs that Placement has given.'),
    'memory_mb': _Gauge(
        'memory_bytes', 'Memory that Placement may give.', unit=_MIB
    ),
    'memory_mb_used': _Gauge(
        'memory_used_bytes', 'Memory that Placement has given.', unit=_MIB
    ),
    'disk_gb': _Gauge(
        'disk_bytes', 'Disk space that Placement may give.', unit=_GIB
    ),
    'disk_gb_used': _Gauge(
        'disk_used_bytes', 'Disk space that Placement has given.', unit=_GIB
    ),
    'metal': _Gauge('metal_nodes', 'Ironic nodes by their use.', 'use'),
    'free_seats': _Gauge(
        'free_seats', 'Guests of a flavor that find room.', 'flavor'
    ),
}


class Formatter(base.SingleFormatter):
    """Prints one thing of numbers as OpenMetrics text."""

    def add_argument_group(self, parser: argparse.ArgumentParser) -> None:
        """Add no option."""

    def emit_one(
        self,
        column_names: Sequence[str],
        data: Sequence[typing.Any],
        stdout: typing.TextIO,
        parsed_args: argparse.Namespace,
    ) -> None:
        """Print the fields that are metrics."""
        registry = prometheus_client.core.CollectorRegistry()
        registry.register(_Fields(dict(zip(column_names, data, strict=True))))
        text = exposition.generate_latest(registry)  # type: ignore[no-untyped-call]
        stdout.write(text.decode())


class _Fields(prometheus_client.registry.Collector):
    """Gives fields as metrics."""

    def __init__(self, fields: Mapping[str, typing.Any]) -> None:
        self._fields = fields

    def collect(self) -> Iterator[prometheus_client.core.Metric]:
        """Give a metric for each field that is one."""
        for field, value in self._fields.items():
            if field not in GAUGES:
                continue
            gauge = GAUGES[field]
            labels = () if gauge.label is None else (gauge.label,)
            family = prometheus_client.core.GaugeMetricFamily(
                _PREFIX + gauge.name, gauge.words, labels=labels
            )
            for entry, number in _entries(value):
                family.add_metric(entry, number * gauge.unit)
            yield family


def _entries(value: typing.Any) -> Iterator[tuple[tuple[str, ...], int]]:
    if not isinstance(value, format_columns.DictColumn):
        yield (), value
        return
    for entry, number in value.machine_readable().items():
        yield (entry,), number
