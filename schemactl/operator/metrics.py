"""What Prometheus is told. What is said of a resource is read off what is known of it, so it goes when the resource goes."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from schemactl import __version__
from schemactl.operator.known import Cluster, Known

#: Seconds; the last ones are for indexes of large tables.
_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800)


class Metrics:
    """All of them, in a registry of their own."""

    def __init__(self, cluster: Cluster) -> None:
        self.registry = registry = CollectorRegistry()
        self._looks = Counter(
            "schemactl_reconcile", "Looks at resources, by what came of them", ["result"], registry=registry
        )
        self._seconds = Histogram(
            "schemactl_reconcile_duration_seconds", "How long a look took", buckets=_BUCKETS, registry=registry
        )
        self._statements = Counter("schemactl_apply_statements", "Statements carried out", registry=registry)
        self._shards = Gauge(
            "schemactl_shard_held", "Whether this process looks after the shard", ["shard"], registry=registry
        )
        Info("schemactl_build", "The version that runs", registry=registry).info({"version": __version__})
        registry.register(_Resources(cluster))

    def gauge(self, name: str, text: str, value: Callable[[], float]) -> None:
        """A number that is asked for whenever Prometheus asks."""
        Gauge(name, text, registry=self.registry).set_function(value)

    def counter(self, name: str, text: str, value: Callable[[], float]) -> None:
        self.registry.register(_Counted(name, text, value))

    def looked(self, result: str, seconds: float) -> None:
        self._looks.labels(result).inc()
        self._seconds.observe(seconds)

    def applied(self, statements: int) -> None:
        self._statements.inc(statements)

    def holds(self, shard: int, held: bool) -> None:
        self._shards.labels(str(shard)).set(held)

    def text(self) -> bytes:
        return generate_latest(self.registry)


class _Counted(Collector):
    def __init__(self, name: str, text: str, value: Callable[[], float]) -> None:
        self._name, self._text, self._value = name, text, value

    def collect(self) -> Iterable[Metric]:
        from prometheus_client.core import CounterMetricFamily

        yield CounterMetricFamily(self._name, self._text, value=self._value())


class _Resources(Collector):
    """A series for each resource that is known at this moment."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def collect(self) -> Iterable[Metric]:
        families: tuple[tuple[str, str, Callable[[Known], float]], ...] = (
            ("ready", "Whether the database is as desired", lambda of: of.status.is_true("Ready")),
            (
                "stalled",
                "Whether nothing happens until somebody changes something",
                lambda of: of.status.is_true("Stalled"),
            ),
            ("drifted", "Whether others changed the database", lambda of: of.status.is_true("Drifted")),
            ("approval_pending", "Whether a plan waits for an approval", _waits),
            ("failures", "Looks that failed in a row", lambda of: of.status.failed),
            (
                "last_applied_timestamp_seconds",
                "When statements were last carried out",
                lambda of: of.status.last_applied,
            ),
        )
        resources = list(self._cluster)
        for name, text, value in families:
            family = GaugeMetricFamily(f"schemactl_resource_{name}", text, labels=("namespace", "name"))
            for of in resources:
                family.add_metric((of.key.namespace, of.key.name), float(value(of)))
            yield family


def _waits(of: Known) -> bool:
    ready = of.status.condition("Ready")
    return ready is not None and ready.reason == "ApprovalPending"
