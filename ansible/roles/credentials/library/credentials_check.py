#!/usr/bin/python
"""Checks a certificate, its key, its authority and a password before they replace those in use."""

DOCUMENTATION = r"""
module: credentials_check
short_description: Check that a certificate, its key and its authority belong together, and a password and its hash
description:
  - Fails with what is wrong and what to do about it. Changes nothing.
  - Runs C(openssl), which every system with TLS has, and the crypt(3) that nginx will verify the password with.
options:
  name:
    description: The DNS name that clients will verify.
    type: str
    required: true
  ca:
    description: The authority as PEM text.
    type: str
    required: true
  certificate:
    description: The certificate as PEM text, intermediate authorities after it.
    type: str
    required: true
  key:
    description: The private key as PEM text.
    type: str
    required: true
  password:
    description: The password of the federation.
    type: str
    required: true
  password_hash:
    description: The bcrypt hash of that password.
    type: str
    required: true
  minimum_days:
    description: How long the certificate and the authority must still be valid.
    type: int
    default: 1
"""

RETURN = r"""
not_after:
  description: When the certificate expires.
  type: str
  returned: success
"""

import ctypes
import ctypes.util
import os
import re
import shutil
import subprocess
import tempfile

from ansible.module_utils.basic import AnsibleModule

CERTIFICATE = "-----BEGIN CERTIFICATE-----"
REMEDY = "Nothing was changed on the host: what is in use stays."


BCRYPT = re.compile(r"[$]2[aby][$][0-9]{2}[$][./A-Za-z0-9]{53}")
PAIR = "make the pair anew with tools/federation_secrets.py or htpasswd -nBC 10 USER"


class Refused(Exception):
    """What is wrong, in words for the person who provides the credentials."""


def openssl(*arguments):
    """Runs openssl; returns its exit code and what it wrote."""
    done = subprocess.run(
        ["openssl", *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    return done.returncode, done.stdout.decode("utf-8", "replace").strip()


def read(file, what):
    """Refuses a file that openssl can't read as a certificate."""
    code, _output = openssl("x509", "-noout", "-in", file)
    if code:
        raise Refused(f"the {what} is not a certificate in PEM format; provide one that begins with {CERTIFICATE}")


def valid_for(file, days, what):
    """Refuses a certificate that expires too soon."""
    code, _output = openssl("x509", "-noout", "-checkend", str(days * 86400), "-in", file)
    if code:
        _code, end = openssl("x509", "-noout", "-enddate", "-in", file)
        end = end.partition("=")[2]
        if openssl("x509", "-noout", "-checkend", "0", "-in", file)[0]:
            raise Refused(f"the {what} has expired on {end}; renew it")
        raise Refused(f"the {what} expires on {end}, which is less than {days} days from now; renew it")


def check(directory, parameters):
    """Checks the files in the directory, in the order in which a person would look."""
    files = {}
    for part in ("ca", "certificate", "key"):
        files[part] = os.path.join(directory, part)
        descriptor = os.open(files[part], os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(parameters[part].strip() + "\n")

    name = parameters["name"]
    read(files["ca"], "authority")
    read(files["certificate"], f"certificate of {name}")
    valid_for(files["ca"], parameters["minimum_days"], "authority")
    valid_for(files["certificate"], parameters["minimum_days"], f"certificate of {name}")

    code, public = openssl("x509", "-noout", "-pubkey", "-in", files["certificate"])
    key_code, of_key = openssl("pkey", "-pubout", "-passin", "pass:", "-in", files["key"])
    if key_code:
        raise Refused(f"the private key of {name} is not one in PEM format without a passphrase")
    if code or public != of_key:
        raise Refused(f"the private key of {name} does not belong to its certificate; provide the pair that was issued together")

    code, output = openssl(
        "verify", "-CAfile", files["ca"], "-no-CApath", "-purpose", "sslserver",
        "-untrusted", files["certificate"], "-verify_hostname", name, files["certificate"],
    )  # fmt: skip
    if code:
        if "hostname mismatch" in output.lower():
            raise Refused(f"the certificate is not for {name}; issue one with the subject alternative name DNS:{name}")
        reason = next((line for line in output.splitlines() if line.startswith("error ")), output)
        raise Refused(
            f"the certificate of {name} was not issued by the federation's authority ({reason});"
            " provide the authority that issued it, or have it issued by this one"
        )
    _code, end = openssl("x509", "-noout", "-enddate", "-in", files["certificate"])
    return end.partition("=")[2]


def check_password(password, hashed):
    """Refuses a hash that isn't the password's: servers would lock each other out."""
    if not BCRYPT.fullmatch(hashed):
        raise Refused(f"the hash of the federation's password is not one of bcrypt; {PAIR}")
    library = ctypes.CDLL(ctypes.util.find_library("crypt") or "libcrypt.so.1")
    library.crypt.restype = ctypes.c_char_p
    library.crypt.argtypes = [ctypes.c_char_p, ctypes.c_char_p]
    # 2a, 2b and 2y differ in how old programs treated letters outside of ASCII. Every crypt(3) with bcrypt knows 2b.
    known = "$2b$" + hashed[4:]
    if library.crypt(password.encode("utf-8"), known.encode("ascii")) != known.encode("ascii"):
        raise Refused(f"the hash is not that of the federation's password; {PAIR}")


def main():
    """Runs the module."""
    module = AnsibleModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "ca": {"type": "str", "required": True},
            "certificate": {"type": "str", "required": True},
            "key": {"type": "str", "required": True, "no_log": True},
            "password": {"type": "str", "required": True, "no_log": True},
            "password_hash": {"type": "str", "required": True, "no_log": True},
            "minimum_days": {"type": "int", "default": 1},
        },
        supports_check_mode=True,
    )
    if shutil.which("openssl") is None:
        module.fail_json(msg="openssl is missing on the host; install the package openssl")
    directory = tempfile.mkdtemp(dir=module.tmpdir)
    try:
        check_password(module.params["password"].strip(), module.params["password_hash"].strip())
        not_after = check(directory, module.params)
    except Refused as refused:
        module.fail_json(msg=f"{refused}. {REMEDY}")
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    module.exit_json(changed=False, not_after=not_after)


if __name__ == "__main__":
    main()
