"""librdkafka's mock cluster: brokers that fail when they are told to. They prove nothing about Kafka.

It can answer any kind of request with any error code, drop connections, be slow, lose brokers and move leaders. It
cannot create topics, keep anything on disk, garble what it says, or refuse one partition of a produce request alone.
"""

import ctypes
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from ctypes import c_char_p, c_int, c_int16, c_int32, c_size_t, c_void_p
from dataclasses import dataclass
from pathlib import Path

import confluent_kafka

from shared.flow.log.kafka import KafkaLog

BROKERS = 3
DROP = -195
"""Not a code of Kafka's: the broker drops the connection instead of answering."""
PRODUCE, FETCH, LIST_OFFSETS, METADATA, INIT_PRODUCER = 0, 1, 2, 3, 22
PROTOTYPES = {
    "conf_new": (c_void_p, []),
    "new": (c_void_p, [c_int, c_void_p, c_char_p, c_size_t]),
    "destroy": (None, [c_void_p]),
    "mock_cluster_new": (c_void_p, [c_void_p, c_int]),
    "mock_cluster_destroy": (None, [c_void_p]),
    "mock_cluster_bootstraps": (c_char_p, [c_void_p]),
    "mock_topic_create": (c_int, [c_void_p, c_char_p, c_int, c_int]),
    "mock_push_request_errors_array": (None, [c_void_p, c_int16, c_size_t, c_void_p]),
    "mock_clear_request_errors": (None, [c_void_p, c_int16]),
    "mock_partition_set_leader": (c_int, [c_void_p, c_char_p, c_int32, c_int32]),
    "mock_broker_set_down": (c_int, [c_void_p, c_int32]),
    "mock_broker_set_up": (c_int, [c_void_p, c_int32]),
    "mock_broker_set_rtt": (c_int, [c_void_p, c_int32, c_int]),
}


def library() -> ctypes.CDLL:
    """The one in confluent-kafka's wheel: its Python side offers the cluster, and none of its faults."""
    folder = Path(confluent_kafka.__file__).parents[1] / "confluent_kafka.libs"
    loaded = ctypes.CDLL(str(next(folder.glob("librdkafka-*.so*"))))
    for name, (answer, arguments) in PROTOTYPES.items():
        function = getattr(loaded, f"rd_kafka_{name}")
        function.restype, function.argtypes = answer, arguments
    return loaded


@dataclass(frozen=True)
class MockKafka:
    library: ctypes.CDLL
    cluster: int

    @property
    def address(self) -> str:
        found: bytes = self.library.rd_kafka_mock_cluster_bootstraps(self.cluster)
        return found.decode()

    def create(self, topics: Mapping[str, int]) -> None:
        for topic, partitions in topics.items():
            assert self.library.rd_kafka_mock_topic_create(self.cluster, topic.encode(), partitions, BROKERS) == 0

    def fail(self, kind: int, errors: Sequence[int]) -> None:
        """Fails the next requests of this kind, with one error each."""
        codes = (c_int * len(errors))(*errors)
        self.library.rd_kafka_mock_push_request_errors_array(self.cluster, kind, len(errors), codes)

    def be_well(self) -> None:
        for kind in (PRODUCE, FETCH, LIST_OFFSETS, METADATA, INIT_PRODUCER):
            self.library.rd_kafka_mock_clear_request_errors(self.cluster, kind)
        for broker in range(1, BROKERS + 1):
            self.slow(broker, 0)
            self.library.rd_kafka_mock_broker_set_up(self.cluster, broker)

    def lead(self, topic: str, partition: int, broker: int) -> None:
        assert self.library.rd_kafka_mock_partition_set_leader(self.cluster, topic.encode(), partition, broker) == 0

    def down(self, broker: int) -> None:
        assert self.library.rd_kafka_mock_broker_set_down(self.cluster, broker) == 0

    def slow(self, broker: int, milliseconds: int) -> None:
        assert self.library.rd_kafka_mock_broker_set_rtt(self.cluster, broker, milliseconds) == 0


@contextmanager
def mock_kafka() -> Iterator[MockKafka]:
    loaded = library()
    said = ctypes.create_string_buffer(512)
    client = loaded.rd_kafka_new(0, loaded.rd_kafka_conf_new(), said, len(said))
    assert client, said.value.decode()
    cluster = loaded.rd_kafka_mock_cluster_new(client, BROKERS)
    try:
        yield MockKafka(loaded, cluster)
    finally:
        loaded.rd_kafka_mock_cluster_destroy(cluster)
        loaded.rd_kafka_destroy(client)


class LogOnMock(KafkaLog):
    """A log on the mock cluster, whose topics are there already."""

    async def _create(self, topic: str, partitions: int, config: Mapping[str, str]) -> None:
        """The mock cannot."""
