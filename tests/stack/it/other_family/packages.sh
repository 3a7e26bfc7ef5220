#!/bin/sh
# Builds what the hosts install, and serves it at the address that is given: on a Debian host, as root.
# README.md beside this says what of it is real and what stands in for something.
set -eu
here=$(dirname "$(realpath "$0")")
www=/srv/www
build=$(mktemp -d)
mkdir -p $www/rpms
chmod 755 "$build"
apt-get install --yes --quiet --no-install-recommends rpm createrepo-c >&2
cd "$build"

# What Debian's package has, and all that it needs beyond the image.
unpack() {
    mkdir -p "$2" debs
    apt-get install --simulate --no-install-recommends "$1" | awk '$1 == "Inst" {print $2}' >names
    (cd debs && xargs apt-get download --quiet <../names >&2 2>&1)
    for deb in debs/*; do dpkg-deb --extract "$deb" "$2"; done
    rm -r debs
}

# The programs of one of Debian's packages, as the archive of a release has them.
archive() {
    name=$1
    unpack "$2" "debian-$name"
    shift 2
    mkdir "$name-1.linux-amd64"
    for program; do cp "debian-$name/usr/bin/${program#*=}" "$name-1.linux-amd64/${program%=*}"; done
    tar -czf "$www/$name.tar.gz" "$name-1.linux-amd64"
}

# An .rpm of a directory, with what is in trees/ put over it.
rpm_of() {
    mkdir -p "$1"
    [ ! -d "$here/trees/$1" ] || cp -a "$here/trees/$1/." "$1"
    # Where Debian's have /etc/default, these have /etc/sysconfig.
    case $1 in alloy | grafana)
        mv "$1/etc/default" "$1/etc/sysconfig"
        sed -i 's|/etc/default/|/etc/sysconfig/|' "$1"/usr/lib/systemd/system/*.service
        ;;
    esac
    post=$here/trees/$1.post
    [ -e "$post" ] || { post=$build/none && echo : >"$post"; }
    rpmbuild --quiet -bb --define "_topdir $build/rpmbuild" --define "_rpmdir $www" --define '_rpmfilename %%{NAME}.rpm' \
        --define "package $1" --define "tree $build/$1" --define "scriptlet $post" ${2:+--define "also $2"} "$here/package.spec" >&2
    rm -r "$1"
}

# A .deb of a directory in trees/.
deb_of() {
    mkdir -p "$1/DEBIAN"
    cp -a "$here/trees/$1/." "$1"
    printf 'Package: %s\nVersion: 1\nArchitecture: all\nMaintainer: nobody\nDescription: %s\n' "$1" "$1" >"$1/DEBIAN/control"
    (cd "$1" && find etc -type f -printf '/%p\n') >"$1/DEBIAN/conffiles"
    { echo '#!/bin/sh' && echo 'set -e' && cat "$here/trees/$1.post"; } >"$1/DEBIAN/postinst"
    chmod 755 "$1/DEBIAN/postinst"
    dpkg-deb --root-owner-group --build "$1" "$www/$1.deb" >&2
    rm -r "$1"
}

for package in loki alloy grafana; do deb_of $package; done
for package in loki alloy; do rpm_of $package; done

archive prometheus prometheus prometheus=prometheus promtool=promtool
archive node_exporter prometheus-node-exporter node_exporter=prometheus-node-exporter
archive blackbox_exporter prometheus-blackbox-exporter blackbox_exporter=prometheus-blackbox-exporter
archive alertmanager prometheus-alertmanager alertmanager=prometheus-alertmanager amtool=amtool

for package in nginx chrony; do
    unpack $package $package
    (cd $package && rm -rf etc/init.d etc/default lib usr/lib/systemd)
done
unpack awscli awscli2
# What the programs of a release have built in, Debian's read from files.
mkdir -p built-in/usr/share
mv debian-alertmanager/usr/share/prometheus built-in/usr/share/
for package in nginx chrony awscli2 grafana dnf-automatic openssh-server built-in rocky-release; do
    also=
    [ $package != rocky-release ] || also='/bin/sh, system-release = 9.4, system-release(releasever) = 9'
    rpm_of $package "$also"
    mv $www/$package.rpm $www/rpms/
done
createrepo_c --quiet $www/rpms >&2

systemd-run --quiet --unit=packages python3 -m http.server --bind "$1" --directory $www 8000
cd $www && sha256sum ./*.*
