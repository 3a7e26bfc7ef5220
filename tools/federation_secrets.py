#!/usr/bin/env python3
"""Makes what the federation's playbooks need to know and the repository must not: a certificate authority, a
certificate with its key for each host, and the password of the federation with its bcrypt hash.

    tools/federation_secrets.py DIRECTORY HOST...

For a test or a first start. What is there already is kept, so a host can be added, and a file that is removed is made
anew. Needs openssl, and the system's libcrypt.
"""

import argparse
import ctypes
import ctypes.util
import os
import secrets
import subprocess
import sys
from pathlib import Path


def openssl(*arguments, text=""):
    """Runs openssl, or ends with what it said."""
    done = subprocess.run(["openssl", *arguments], input=text, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"openssl {arguments[0]} failed:\n{done.stderr}")
    return done.stdout


def key(file):
    """Makes a private key."""
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", str(file))


def authority(directory, days):
    """Makes the authority, unless it is there."""
    certificate, private = directory / "ca.crt", directory / "ca.key"
    if certificate.exists() and private.exists():
        return
    key(private)
    openssl(
        "req", "-x509", "-new", "-sha256", "-key", str(private), "-days", str(days), "-out", str(certificate),
        "-subj", "/CN=Authority of the federation",
        "-addext", "basicConstraints=critical,CA:TRUE,pathlen:0",
        "-addext", "keyUsage=critical,keyCertSign,cRLSign",
    )  # fmt: skip


def certificate(directory, host, days):
    """Makes the certificate of a host and its key, unless both are there."""
    signed, private = directory / f"{host}.crt", directory / f"{host}.key"
    if signed.exists() and private.exists():
        return
    key(private)
    request = openssl("req", "-new", "-sha256", "-key", str(private), "-subj", f"/CN={host}")
    extensions = directory / f".{host}.ext"
    extensions.write_text(
        "basicConstraints=critical,CA:FALSE\n"
        "keyUsage=critical,digitalSignature\n"
        "extendedKeyUsage=serverAuth,clientAuth\n"
        f"subjectAltName=DNS:{host}\n"
    )
    try:
        openssl(
            "x509", "-req", "-sha256", "-CA", str(directory / "ca.crt"), "-CAkey", str(directory / "ca.key"),
            "-set_serial", f"0x{secrets.randbits(127):x}", "-days", str(days), "-extfile", str(extensions),
            "-out", str(signed),
            text=request,
        )  # fmt: skip
    finally:
        extensions.unlink()


def bcrypt(password):
    """Hashes a password with the system's crypt(3), which nginx uses as well."""
    library = ctypes.CDLL(ctypes.util.find_library("crypt") or "libcrypt.so.1")
    library.crypt_gensalt.restype = library.crypt.restype = ctypes.c_char_p
    library.crypt_gensalt.argtypes = [ctypes.c_char_p, ctypes.c_ulong, ctypes.c_char_p, ctypes.c_int]
    library.crypt.argtypes = [ctypes.c_char_p, ctypes.c_char_p]
    setting = library.crypt_gensalt(b"$2b$", 10, None, 0)
    hashed = setting and library.crypt(password.encode(), setting)
    if not hashed or not hashed.startswith(b"$2b$"):
        sys.exit("this system's libcrypt has no bcrypt; make password.bcrypt with: htpasswd -nBC 10 federation")
    return hashed.decode()


def main():
    """Makes what is missing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path, metavar="DIRECTORY")
    parser.add_argument("hosts", nargs="+", metavar="HOST")
    parser.add_argument("--days", type=int, default=365, help="how long the hosts' certificates are valid (default: 365)")
    options = parser.parse_args()

    os.umask(0o077)
    directory = options.directory
    directory.mkdir(parents=True, exist_ok=True)
    authority(directory, 3650)
    for host in options.hosts:
        certificate(directory, host, options.days)
    password, hashed = directory / "password", directory / "password.bcrypt"
    if not password.exists():
        password.write_text(secrets.token_urlsafe(24) + "\n")
        hashed.unlink(missing_ok=True)
    if not hashed.exists():
        hashed.write_text(bcrypt(password.read_text().strip()) + "\n")


if __name__ == "__main__":
    main()
