"""Makes the image that the hosts of the end-to-end tests boot: ``python image.py DIR``.

A Debian as small as it boots, with a package repository on its own disk, so that a playbook
installs packages as it does in production and nothing needs a network. It is made once; its
directory is named for the digest of what it is made from, and its path is printed.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import urllib.parse
from pathlib import Path

_HERE = Path(__file__).parent
_RELEASE = "bookworm"

#: Where the packages are, on the image.
_REPOSITORY = "srv/debs"

#: Raised when this file changes in a way that the lists of packages don't show.
_REVISION = "1"

_SOURCES = f"deb [trusted=yes] file:/{_REPOSITORY} ./\n"

#: The instance's data is a file on its disk: there is no metadata service on this network.
_CLOUD_INIT = """datasource_list: [NoCloud]
# There is one network interface, and it has its addresses before the host boots.
network: {config: disabled}
# What cloud-init would do to disks and package sources has nothing to be done to here.
growpart: {mode: "off"}
resize_rootfs: false
locale: C.UTF-8
apt: {preserve_sources_list: true}
manage_etc_hosts: true
# As in Debian's own images for EC2.
system_info:
  default_user:
    name: admin
    lock_passwd: true
    shell: /bin/bash
    sudo: ["ALL=(ALL) NOPASSWD:ALL"]
"""


def packages(name: str) -> list[str]:
    """The lines of a list, without its comments."""
    lines = (_HERE / name).read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def digest() -> str:
    """What an image is made from."""
    parts = [_REVISION, _RELEASE, _SOURCES, _CLOUD_INIT, *packages("base.txt"), "", *packages("packages.txt")]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def make(directory: Path) -> Path:
    """Returns the image below ``directory``, after making it if it isn't there."""
    image = directory / digest()
    if image.is_dir():
        return image
    directory.mkdir(parents=True, exist_ok=True)
    unfinished = directory / f"{image.name}.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    _say(f"Making a Debian image for hosts in {image} (a few minutes, once)")
    _run(
        *("mmdebstrap", "--quiet", "--variant=minbase", f"--include={','.join(packages('base.txt'))}"),
        # With its package lists: which packages the others need is found out with these.
        *("--skip=cleanup/apt", _RELEASE, str(unfinished)),
    )
    _download(unfinished)
    _settle(unfinished)
    # In one step: an image that is there is whole.
    unfinished.rename(image)
    for other in directory.iterdir():
        if other != image:
            shutil.rmtree(other, ignore_errors=True)
    return image


def _download(root: Path) -> None:
    """Puts the packages, and what they need beyond the image, into the repository."""
    repository = root / _REPOSITORY
    repository.mkdir(parents=True)
    archives = f"-oDir::Cache::archives=/{_REPOSITORY}"
    resolver = root / "etc/resolv.conf"
    shutil.copy("/etc/resolv.conf", resolver)
    options = ["--quiet", "--yes", "--no-install-recommends", "--download-only", archives]
    # One after the other: some exclude each other, such as two time services.
    for package in packages("packages.txt"):
        _run("chroot", str(root), "apt-get", "install", *options, package)
    resolver.unlink()
    shutil.rmtree(repository / "partial", ignore_errors=True)
    (repository / "lock").unlink(missing_ok=True)
    entries = [_entry(archive) for archive in sorted(repository.glob("*.deb"))]
    (repository / "Packages").write_text("\n".join(entries))


def _entry(archive: Path) -> str:
    """One paragraph of ``Packages``: https://wiki.debian.org/DebianRepository/Format."""
    # apt writes the colon of an epoch as %3a, and would look for the file without that.
    plain = archive.rename(archive.with_name(urllib.parse.unquote(archive.name).replace(":", "_")))
    fields = subprocess.run(["dpkg-deb", "--field", plain], check=True, capture_output=True, text=True).stdout
    content = plain.read_bytes()
    more = f"Filename: ./{plain.name}\nSize: {len(content)}\nSHA256: {hashlib.sha256(content).hexdigest()}\n"
    return fields + more


def _settle(root: Path) -> None:
    """Makes the image one that many hosts can boot."""
    (root / "etc/apt/sources.list").write_text(_SOURCES)
    for lists in (root / "var/lib/apt/lists").iterdir():
        if lists.is_file():
            lists.unlink()
    _run("chroot", str(root), "apt-get", "update", "--quiet")
    _run("chroot", str(root), "apt-get", "clean")

    (root / "etc/cloud/cloud.cfg.d/90_hosts.cfg").write_text(_CLOUD_INIT)

    # Each host makes its own.
    for key in (root / "etc/ssh").glob("ssh_host_*"):
        key.unlink()
    (root / "etc/machine-id").write_text("uninitialized\n")
    (root / "etc/hostname").unlink(missing_ok=True)


def _run(*command: str) -> None:
    """Runs a command, whose output is of interest only when it fails."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit code {done.returncode}\n{done.stdout}{done.stderr}")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    """Makes the image, and prints where it is."""
    parser = argparse.ArgumentParser(description="Make the image that hosts boot.")
    parser.add_argument("directory", type=Path)
    print(make(parser.parse_args().directory.resolve()))


if __name__ == "__main__":
    main()
