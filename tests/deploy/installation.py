"""An installation under a prefix in /tmp, and the processes that systemd would keep."""

from __future__ import annotations

import os
import pwd
import socket
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import requests
from sqlalchemy import create_engine, text

from scripts.test import find_nginx
from tests.conftest import POSTGRES, POSTGRES_URL

ROOT = Path(__file__).resolve().parents[2]
NGINX = find_nginx()
MAX_UPLOAD_MB = 4
START_SECONDS = 300  # of a busy machine; one that died is noticed at once


class Installation:
    """What deploy/install made under `prefix`."""

    def __init__(self, folder: Path) -> None:
        self.prefix = folder / "registry"
        self.certificate, self.key = str(folder / "certificate.pem"), str(folder / "key.pem")
        self.http_port, self.https_port = free_port(), free_port()
        self.url = f"https://localhost:{self.https_port}"
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("REGISTRY_")}
        self.web: subprocess.Popen[bytes]
        self.socket: socket.socket

    @property
    def release(self) -> Path:
        """The only version that is installed."""
        (found,) = (self.prefix / "releases").iterdir()
        return found

    def settings(self) -> dict[str, str]:
        """The environment of its services."""
        text = (self.prefix / "etc/registry.env").read_text(encoding="utf-8")
        lines = [line for line in text.splitlines() if line and not line.startswith("#")]
        return self.environment | dict(line.split("=", 1) for line in lines)

    def install(self, *arguments: str) -> str:
        """Call deploy/install; what it printed."""
        command = [str(ROOT / "deploy/install"), *arguments, "--prefix", str(self.prefix), "--no-systemd"]
        done = subprocess.run(command, cwd="/", env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def command(self, *arguments: str, typed: str = "") -> str:
        """A command of the registry; what it printed."""
        command = [str(self.prefix / "bin/registry"), *arguments]
        done = subprocess.run(
            command, cwd="/", env=self.environment, input=typed, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def python(self, code: str) -> subprocess.CompletedProcess[str]:
        """Run some Python in the installed environment, without any setting."""
        command = [str(self.release / "bin/python"), "-c", code]
        return subprocess.run(command, cwd="/", env=self.environment, capture_output=True, text=True, check=False)

    def called_from(self, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Call bin/registry from a folder, as it comes out."""
        command = [str(self.prefix / "bin/registry"), *arguments]
        return subprocess.run(command, cwd=folder, env=self.environment, capture_output=True, text=True, check=False)

    def check(self) -> subprocess.CompletedProcess[str]:
        """Call deploy/check."""
        command = [str(ROOT / "deploy/check"), "--prefix", str(self.prefix)]
        return subprocess.run(command, cwd="/", env=self.environment, capture_output=True, text=True, check=False)

    def browser(self) -> requests.Session:
        """A browser that trusts the certificate."""
        made = requests.Session()
        made.verify = self.certificate
        made.trust_env = False
        return made

    @contextmanager
    def running(self) -> Iterator[None]:
        """Web server, worker in the background and nginx."""
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(self.prefix / "run/web.sock"))
        self.socket.listen(1024)
        self.web = self._start_web()
        jobs = self._start([str(self.prefix / "bin/registry"), "jobs", "run"])
        nginx = self._start([*self._nginx(), "-g", "daemon off;"])
        try:
            self._wait()
            yield
            assert jobs.poll() is None, "the worker in the background has ended"
        finally:
            for process in (nginx, jobs, self.web):
                stop(process)
            self.socket.close()

    def restart_web(self) -> None:
        """As `systemctl restart registry-web`: the old one ends, the new one is given the same socket."""
        stop(self.web)
        self.web = self._start_web()
        self._wait()

    def reload_nginx(self) -> None:
        """As `systemctl reload nginx`."""
        subprocess.run([*self._nginx(), "-s", "reload"], check=True, capture_output=True, env=self.environment)
        time.sleep(0.5)

    def workers(self) -> list[int]:
        """The process ids of the web server's workers."""
        return [int(child) for child in Path(f"/proc/{self.web.pid}/task/{self.web.pid}/children").read_text().split()]

    def _nginx(self) -> list[str]:
        assert NGINX
        return [NGINX, "-e", f"{self.prefix}/logs/error.log", "-c", f"{self.prefix}/nginx/standalone.conf"]

    def _start_web(self) -> subprocess.Popen[bytes]:
        # systemd's way of handing over a socket: descriptor 3, and whom it is meant for.
        given = self.socket.fileno()
        script = f'exec 3<&{given}; LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"'
        command = ["/bin/bash", "-c", script, "bash", str(self.prefix / "bin/registry"), "serve"]
        return self._start(command, pass_fds=(given,))

    def _start(self, command: list[str], pass_fds: tuple[int, ...] = ()) -> subprocess.Popen[bytes]:
        environment = self.environment | {"WEB_CONCURRENCY": "2"}
        with (self.prefix / "logs/processes.log").open("ab") as log:
            return subprocess.Popen(command, cwd="/", env=environment, stdout=log, stderr=log, pass_fds=pass_fds)

    def _wait(self) -> None:
        limit = time.monotonic() + START_SECONDS
        while True:
            try:
                if self.browser().get(f"{self.url}/readyz", timeout=10).status_code == 200:
                    return
            except (requests.ConnectionError, requests.Timeout):
                pass
            log = (self.prefix / "logs/processes.log").read_text(errors="replace")[-2000:]
            assert time.monotonic() < limit, log
            assert self.web.poll() is None, log
            time.sleep(0.1)


@contextmanager
def installed(wheel: Path) -> Iterator[Installation]:
    """A fresh installation of the wheel, its dependencies lent by the environment of the tests."""
    with TemporaryDirectory(prefix="registry-") as folder, _database() as url:
        made = Installation(Path(folder))
        _certificate(made)
        user = pwd.getpwuid(os.getuid()).pw_name
        made.install(
            *(str(wheel), "--base-url", made.url, "--user", user, *url),
            *("--certificate", made.certificate, "--certificate-key", made.key),
            *("--http-port", str(made.http_port), "--https-port", str(made.https_port)),
            *("--dependencies", sysconfig.get_path("purelib")),
        )
        # nginx is told of a setting by calling it again.
        with (made.prefix / "etc/registry.env").open("a") as settings:
            settings.write(f"REGISTRY_MAX_UPLOAD_MB={MAX_UPLOAD_MB}\n")
        made.install()
        yield made


@contextmanager
def _database() -> Iterator[tuple[str, ...]]:
    if not POSTGRES:
        yield ()
        return
    name = f"registry_deploy_{os.getpid()}"
    admin = create_engine(POSTGRES_URL, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield "--database-url", admin.url.set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        admin.dispose()


def _certificate(made: Installation) -> None:
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", "60", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run([*command, "-keyout", made.key, "-out", made.certificate], check=True, capture_output=True)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process as systemd would; one that does not end is killed."""
    process.terminate()
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
