"""One machine: a disk and an sshd.

The login is the user who runs the simulator, and the disk is that user's ``~`` on the
machine: everything else of the file system is shared. So a playbook that writes under
``~`` sees machines that differ, and one that writes to ``/etc`` writes to this computer.
"""

from __future__ import annotations

import grp
import os
import pwd
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from .addresses import is_loopback
from .processes import die_with_parent, signal_tree

#: Starts in the machine's home, where sshd itself would start in the user's real one.
_SHELL = """#!/bin/sh
cd "$HOME" || exit 255
if [ -n "$SSH_ORIGINAL_COMMAND" ]; then exec /bin/sh -c "$SSH_ORIGINAL_COMMAND"; fi
exec /bin/sh -l
"""

_SFTP_SERVERS = (
    "/usr/lib/openssh/sftp-server",
    "/usr/libexec/openssh/sftp-server",
    "/usr/lib/ssh/sftp-server",
    "/usr/libexec/sftp-server",
)


class Machine:
    """The machine behind one EC2 instance, off or on."""

    def __init__(self, directory: Path, ssh_port: int, public_key: str | None) -> None:
        """Makes a new disk and a new host key in ``directory``."""
        self.directory = directory
        self.home = directory / "home"
        self._port = ssh_port
        self._sshd: subprocess.Popen[bytes] | None = None
        self.addresses: list[str] = []
        self.frozen = False

        self.home.mkdir(parents=True)
        self._write("authorized_keys", (public_key or "") + "\n")
        self._write("shell", _SHELL, mode=0o700)
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", directory.name, "-f", self._path("host_key")],
            check=True,
            stdin=subprocess.DEVNULL,
        )

    @property
    def pid(self) -> int | None:
        """The process of sshd, while it runs."""
        return self._sshd.pid if self._sshd and self._sshd.poll() is None else None

    @property
    def listening(self) -> bool:
        """Whether sshd runs."""
        return self.pid is not None

    def facts(self) -> dict[str, object]:
        """What is to be known of this machine beyond what every machine has."""
        return {"port": self._port}

    def host_key(self) -> str:
        """The public host key, without its comment."""
        return " ".join((self.directory / "host_key.pub").read_text().split()[:2])

    def start(self, addresses: list[str]) -> None:
        """Starts sshd on those of the addresses that are on this computer."""
        self.stop()
        self.addresses = [address for address in addresses if is_loopback(address)]
        if not self.addresses:
            return
        self._write("sshd_config", self._sshd_config())
        with open(self._path("sshd.log"), "ab") as log:
            self._sshd = subprocess.Popen(
                [_sshd(), "-D", "-e", "-f", self._path("sshd_config")],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                preexec_fn=die_with_parent,
            )

    def power_off(self) -> None:
        """Does nothing: :meth:`stop` takes no time."""

    def stop(self) -> None:
        """Cuts the power: sshd and everything that was started through it ends at once."""
        if self._sshd is not None:
            if self._sshd.poll() is None:
                signal_tree(self._sshd.pid, signal.SIGKILL)
            self._sshd.wait()
            self._sshd = None
        self.addresses = []
        self.frozen = False

    def freeze(self, frozen: bool) -> None:
        """Stops answering without closing anything, as when a cable is pulled; or resumes."""
        if self.pid is not None and frozen != self.frozen:
            signal_tree(self.pid, signal.SIGSTOP if frozen else signal.SIGCONT)
            self.frozen = frozen

    def remove(self) -> None:
        """Ends the machine and deletes its disk."""
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _path(self, name: str) -> str:
        return str(self.directory / name)

    def _write(self, name: str, text: str, mode: int = 0o600) -> None:
        path = self.directory / name
        path.write_text(text)
        path.chmod(mode)

    def _sshd_config(self) -> str:
        environment = {"HOME": str(self.home), "PATH": _path_variable()}
        lines = [
            f"Port {self._port}",
            *(f"ListenAddress {address}" for address in self.addresses),
            f"HostKey {_quoted(self._path('host_key'))}",
            f"AuthorizedKeysFile {_quoted(self._path('authorized_keys'))}",
            f"PidFile {_quoted(self._path('sshd.pid'))}",
            f"ForceCommand {shlex.quote(self._path('shell'))}",
            "SetEnv " + " ".join(_quoted(f"{name}={value}") for name, value in environment.items()),
            "AuthenticationMethods publickey",
            "PermitRootLogin prohibit-password",
            # The directories belong to a build, and may well be writable by a group.
            "StrictModes no",
            f"UsePAM {'yes' if _is_locked() else 'no'}",
            f"PermitTTY {'yes' if _can_give_terminals() else 'no'}",
            "PrintMotd no",
            "UseDNS no",
            # Ansible opens many sessions at once, and a test must not wait for a limit.
            "MaxStartups 200",
            "MaxSessions 200",
        ]
        sftp = next((path for path in _SFTP_SERVERS if os.path.exists(path)), "internal-sftp")
        return "\n".join([*lines, f"Subsystem sftp {sftp}", ""])


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '\\"') + '"'


def _path_variable() -> str:
    """Programs of the system first; the Python that runs us last, where it is the only one."""
    system = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    base = getattr(sys, "_base_executable", sys.executable)
    return f"{system}:{os.path.dirname(os.path.realpath(base))}"


def _is_locked() -> bool:
    """Whether the password of this user is locked, as Ubuntu has it for root. sshd on its own
    would not let the user in, not even with a key; with PAM it does."""
    user = pwd.getpwuid(os.geteuid()).pw_name
    try:
        lines = Path("/etc/shadow").read_text().splitlines()
    except OSError:
        return False  # What we may not read, our sshd may not read either.
    return any(line.startswith(f"{user}:!") for line in lines)


def _can_give_terminals() -> bool:
    """Whether sshd may make a terminal the user's. Without root it may not, but on most systems
    the group is right from the start, and then it does not try."""
    if os.geteuid() == 0:
        return True
    controller, terminal = os.openpty()
    try:
        return os.fstat(terminal).st_gid == grp.getgrnam("tty").gr_gid
    except KeyError:
        return True  # Without such a group sshd leaves a terminal as it is.
    finally:
        os.close(controller)
        os.close(terminal)


def _sshd() -> str:
    """The full path of sshd, which runs itself again by that for each connection."""
    found = shutil.which("sshd", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    if found is None:
        raise RuntimeError("sshd is not installed")
    if os.geteuid() == 0:
        # Debian's unit file makes it at boot, and here nothing has booted.
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    return found
