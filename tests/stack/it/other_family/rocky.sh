#!/bin/sh
# Makes a Debian host one that Ansible takes for Rocky Linux 9; its packages are at the address that is given.
set -eu
apt-get install --yes --quiet --no-install-recommends dnf rpm openssl
# What would give it away, and what must not do by chance what dnf should.
rm -f /etc/debian_version /etc/os-release /usr/lib/os-release /usr/bin/apt /usr/bin/apt-get /usr/bin/dpkg
rm -rf /etc/apt /srv/debs
# There it is another name of useradd.
ln -sf useradd /usr/sbin/adduser

mkdir -p /etc/yum.repos.d /etc/sysconfig /etc/rpm
# Debian's rpm has its database below the caller's home.
echo '%_dbpath /var/lib/rpm' >/etc/rpm/macros
# As strict as a host can be set up to be: the digest of a package is no signature.
printf '[main]\ngpgcheck=1\nlocalpkg_gpgcheck=1\nbest=True\n' >/etc/dnf/dnf.conf
printf '[packages]\nname=Packages of the tests\nbaseurl=%s/rpms\ngpgcheck=0\n' "$1" >/etc/yum.repos.d/packages.repo
dnf --assumeyes --quiet --releasever=9 install rocky-release openssh-server built-in
ln -sf ../usr/lib/os-release /etc/os-release
ln -sf rocky-release /etc/redhat-release
ln -sf rocky-release /etc/system-release

rm -f /usr/lib/systemd/system/ssh.service /usr/lib/systemd/system/ssh.socket /etc/systemd/system/sshd.service
rm -f /etc/systemd/system/*.wants/ssh.service
pkill -o -x sshd || :
systemctl daemon-reload
systemctl enable --quiet --now sshd
