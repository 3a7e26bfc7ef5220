"""A local AWS whose EC2 instances are machines one can log in to.

moto answers the API. Around it stand a lock, so that conditional writes are atomic; fault
rules and a request log; and a fleet of real ``sshd`` processes, one for each instance that
runs, on the loopback addresses that the instance has in the API.

Run it as ``python -m simulator``; it prints one line of JSON when it is ready.
"""
