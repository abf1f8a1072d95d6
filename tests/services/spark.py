"""A real Spark standalone cluster for tests: a master, workers and the Thrift server.

Each is a process of its own on loopback, with ports and a folder of its own. `make spark`
installs Spark; Java 17 or newer is found on the path. As a command it runs a cluster until it is
interrupted, and prints what clients have to be told:

    python -m tests.services.spark [spark.sql.shuffle.partitions=4 ...]
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

from orchestration.settings import PROJECT_ROOT
from tests.services.ports import free_port

SPARK_HOME = PROJECT_ROOT / "build" / "spark" / "pyspark"
SECONDS_TO_START = 180.0


class SparkNotInstalled(RuntimeError):
    """There is no Spark under build/spark, or no Java."""


class SparkDidNotStart(RuntimeError):
    """A process of the cluster ended, or did not answer in time; the text ends with its log."""


class SparkCluster:
    """A cluster with an empty metastore; use as a context manager.

    conf: further Spark settings of the Thrift server. workers: so many, each with so many cores and
    so much memory, all of which its one executor has. Tables lie in `warehouse` as Parquet.
    """

    def __init__(
        self,
        conf: Mapping[str, str] | None = None,
        *,
        workers: int = 2,
        cores: int = 1,
        memory: str = "1g",
    ) -> None:
        self._conf = dict(conf or {})
        self._workers, self._cores, self._memory = workers, str(cores), memory

    def __enter__(self) -> Self:
        if not (SPARK_HOME / "bin" / "spark-class").exists():
            raise SparkNotInstalled(f"There is no Spark in {SPARK_HOME}: make spark")
        if shutil.which("java") is None:
            raise SparkNotInstalled("Spark needs Java 17 or newer on the path: make spark")
        self.folder = Path(tempfile.mkdtemp(prefix="inbox-spark-"))
        self.warehouse = self.folder / "warehouse"
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._master_port, self._master_page, self.port = (free_port() for _ in range(3))
        try:
            self._start_all()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *failure: object) -> None:
        self.stop()

    @property
    def environment(self) -> dict[str, str]:
        """What dbt has to be told to build on it."""
        return {"INBOX_SPARK_HOST": "127.0.0.1", "INBOX_SPARK_PORT": str(self.port)}

    @property
    def workers(self) -> list[str]:
        """The names of workers, in the order in which they were started."""
        return [name for name in self._processes if name.startswith("worker")]

    def alive_workers(self) -> int:
        """How many workers the master counts on."""
        page = f"http://127.0.0.1:{self._master_page}/json/"
        with urllib.request.urlopen(page, timeout=10) as answer:
            state: dict[str, Any] = json.load(answer)
        return int(state["aliveworkers"])

    def start_worker(self, name: str) -> None:
        """Starts a worker, which is one of the cluster's some seconds later."""
        self._start(
            name,
            "spark-class",
            "org.apache.spark.deploy.worker.Worker",
            *("--host", "127.0.0.1", "--webui-port", "0"),
            *("--cores", self._cores, "--memory", self._memory),
            *("--work-dir", str(self.folder / name)),
            f"spark://127.0.0.1:{self._master_port}",
        )

    def cpu_seconds(self, name: str) -> float:
        """CPU seconds of a process so far, and with a worker those of its executors that run."""
        ticks = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:  # it has just ended
                continue
            if int(fields[2]) == self._processes[name].pid:  # the group
                ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def kill(self, name: str) -> None:
        """Kills a process, and with a worker its executors, as a machine that is lost."""
        process = self._processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        """Ends every process, the last started first, and removes the folder."""
        for process in reversed(self._processes.values()):
            process.terminate()
        for process in reversed(self._processes.values()):
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self._processes.clear()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start_all(self) -> None:
        master = f"spark://127.0.0.1:{self._master_port}"
        self._start(
            "master",
            "spark-class",
            "org.apache.spark.deploy.master.Master",
            *("--host", "127.0.0.1", "--port", str(self._master_port)),
            *("--webui-port", str(self._master_page)),
        )
        self._wait("master", self._answers(self._master_port))
        for number in range(1, self._workers + 1):
            self.start_worker(f"worker-{number}")
        self._wait("master", lambda: self.alive_workers() == self._workers)
        conf = {
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.memory": "1g",
            "spark.executor.memory": self._memory,
            "spark.executor.cores": self._cores,
            "spark.ui.enabled": "false",
            # Of a handful of rows, 200 partitions would be 200 tasks of nothing.
            "spark.sql.shuffle.partitions": "2",
            "spark.sql.warehouse.dir": str(self.warehouse),
            "spark.local.dir": str(self.folder / "local"),
            "spark.hadoop.javax.jdo.option.ConnectionURL": (
                f"jdbc:derby:;databaseName={self.folder / 'metastore'};create=true"
            ),
            "spark.hadoop.hive.exec.scratchdir": str(self.folder / "scratch"),
            "spark.hadoop.hive.server2.thrift.bind.host": "127.0.0.1",
            "spark.hadoop.hive.server2.thrift.port": str(self.port),
            **self._conf,
        }
        self._start(
            "thrift-server",
            "spark-submit",
            *("--master", master),
            *(part for name, value in conf.items() for part in ("--conf", f"{name}={value}")),
            *("--class", "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2"),
            "spark-internal",
        )
        self._wait("thrift-server", self._answers(self.port))

    def _start(self, name: str, program: str, *arguments: str) -> None:
        with (self.folder / f"{name}.log").open("wb") as log:
            self._processes[name] = subprocess.Popen(
                [str(SPARK_HOME / "bin" / program), *arguments],
                cwd=self.folder,
                env={
                    **{k: v for k, v in os.environ.items() if not k.startswith("SPARK_")},
                    "SPARK_HOME": str(SPARK_HOME),
                    "SPARK_LOCAL_IP": "127.0.0.1",
                    # Of the master and the workers; it would hold for the Thrift server too.
                    **({"SPARK_DAEMON_MEMORY": "256m"} if program == "spark-class" else {}),
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # A group of its own: what it starts can be killed with it.
                start_new_session=True,
            )

    def _answers(self, port: int) -> Callable[[], bool]:
        def is_answering() -> bool:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return True

        return is_answering

    def _wait(self, name: str, is_ready: Callable[[], bool]) -> None:
        process = self._processes[name]
        latest = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < latest:
            if process.poll() is not None:
                raise SparkDidNotStart(f"Spark's {name} ended at once\n{self._log(name)}")
            try:
                if is_ready():
                    return
            except (OSError, ValueError):  # not there yet, or a page of another kind
                pass
            time.sleep(0.2)
        raise SparkDidNotStart(f"Spark's {name} does not answer\n{self._log(name)}")

    def _log(self, name: str) -> str:
        lines = (self.folder / f"{name}.log").read_text(errors="replace").splitlines()
        return "\n".join(lines[-30:])


def main() -> None:
    """Runs a cluster until it is interrupted; arguments are further Spark settings."""
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with SparkCluster(dict(argument.split("=", 1) for argument in sys.argv[1:])) as cluster:
        for name, value in cluster.environment.items():
            print(f"export {name}={value}")
        print(f"# tables lie in {cluster.warehouse}; ends with Ctrl-C", flush=True)
        ended.wait()


if __name__ == "__main__":
    main()
