from pathlib import Path

from deploy.local.suite import APPLICATIONS, PORTS, here


def test_no_two_processes_listen_on_the_same_port():
    assert len(set(PORTS.values())) == len(PORTS)


def test_every_application_has_a_port():
    assert set(APPLICATIONS) < set(PORTS)


def test_another_port_base_moves_all_ports_side_by_side():
    suite = here({"QUDAO_PORT_BASE": "18080"})

    assert suite.ports["gateway"] == 18080
    assert sorted(suite.ports.values()) == list(range(18080, 18080 + len(PORTS)))


def test_another_data_folder_holds_everything():
    suite = here({"QUDAO_VAR": "/data/qudao"})

    assert {suite.log, suite.run, suite.keys.folder} == {
        Path("/data/qudao/log"),
        Path("/data/qudao/run"),
        Path("/data/qudao/keys"),
    }


def test_given_servers_are_used_as_they_are():
    suite = here({"QUDAO_POSTGRES_DSN": "postgresql://a@b/c", "QUDAO_KAFKA_BOOTSTRAP": "d:9092"})

    assert suite.superuser_dsn == "postgresql://a@b/c"
    assert suite.bootstrap_servers == "d:9092"
