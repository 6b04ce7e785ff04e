import pytest

from deploy.local.servers import jars, kafka

SHA256_OF_GOOD = "770e607624d689265ca6c44884d0807d9b054d23c473c106c72be9de08b7376c"


@pytest.fixture
def hashes(tmp_path, monkeypatch):
    """A list of one jar, whose content is `good`, and an empty cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    listed = tmp_path / "jars.sha256"
    listed.write_text(f"{SHA256_OF_GOOD}  one.jar\n")
    return listed


def a_source(content):
    """Gives the jar this content, and notes each time that it was asked."""

    def fetch(work):
        fetch.times += 1
        (work / "jars").mkdir()
        (work / "jars" / "one.jar").write_text(content)

    fetch.times = 0
    return fetch


def test_jars_are_fetched_once_per_machine(hashes):
    source = a_source("good")

    first = jars.ensure(print, fetch=source, hashes=hashes)
    second = jars.ensure(print, fetch=source, hashes=hashes)

    assert first == second
    assert source.times == 1


def test_a_jar_that_was_altered_in_the_cache_is_fetched_again(hashes):
    source = a_source("good")
    (jar,) = jars.ensure(print, fetch=source, hashes=hashes)
    jar.write_text("bad")

    jars.ensure(print, fetch=source, hashes=hashes)

    assert source.times == 2
    assert jar.read_text() == "good"


def test_a_jar_with_another_hash_is_refused_and_not_kept(hashes):
    with pytest.raises(jars.JarsUnavailable, match=r"one\.jar"):
        jars.ensure(print, fetch=a_source("bad"), hashes=hashes)

    assert not list(hashes.parent.rglob("one.jar"))


def test_without_jars_and_container_engine_the_three_ways_are_named(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(kafka.KafkaUnavailable) as told:
        kafka.in_a_container(tmp_path, 9092, 9093, "no route to host", print)

    for part in ("no route to host", "Maven Central", "apache/kafka:", "QUDAO_KAFKA_BOOTSTRAP"):
        assert part in str(told.value)
