#!/bin/bash
# make-root.sh SUITE OUT PACKAGE...: the root directory OUT with Debian SUITE and the packages, from the archive that this
# machine's apt uses, through the proxies that it uses. Mounts on the way: run it in a mount namespace of its own, which
# ends them however the script ends.
set -euo pipefail
suite=$1 out=$2
shift 2

# setting NAME: a setting of this machine's apt; empty when it has none, or says that no proxy is to be used.
setting() {
  local value=''
  eval "$(apt-config shell value "$1")"
  [[ $value == DIRECT ]] || printf '%s' "$value"
}

# own_apt ARGUMENT...: this machine's apt-get, with all its settings, but for the packages of OUT.
own_apt() {
  apt-get -q -o APT::Sandbox::User=root -o APT::Default-Release= -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null \
    -o Dir::Etc::sourcelist="$out/etc/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null \
    -o Dir::State="$out/var/lib/apt" -o Dir::State::status="$out/var/lib/dpkg/status" -o Dir::Cache="$out/var/cache/apt" "$@" </dev/null
}

# shellcheck disable=SC2016 # apt's own variable
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' 'Component: main' | sed -n 1p)
[[ -n $mirror ]] || { printf 'E: apt knows no Debian archive on this machine; try apt-get update\n'; exit 1; }
mirror=${mirror%/}
host=${mirror#*://} host=${host%%/*} host=${host##*@}

# apt's own word, and quickly, on whether the suite can be had: debootstrap would try for minutes.
/usr/lib/apt/apt-helper -o APT::Sandbox::User=root -o Acquire::Retries=1 -o Acquire::http::Timeout=20 -o Acquire::https::Timeout=20 \
  download-file "$mirror/dists/$suite/InRelease" "$out.InRelease"
rm -f "$out.InRelease"

# debootstrap knows of proxies only what its environment says. A proxy for this one server goes before the general one.
for scheme in http https; do
  proxy=$(setting "Acquire::$scheme::Proxy::$host")
  [[ -n $proxy ]] || proxy=$(setting "Acquire::$scheme::Proxy")
  [[ -z $proxy ]] || export "${scheme}_proxy=$proxy"
done
script=/usr/share/debootstrap/scripts/$suite
[[ -e $script ]] || script=/usr/share/debootstrap/scripts/sid       # a suite newer than this debootstrap
debootstrap --variant=minbase "$suite" "$out" "$mirror" "$script"

# debootstrap itself does not find an order in which all of these can be installed: apt does.
# This machine's apt fetches: it has the certificates, passwords and proxies. The new system's apt installs.
own_apt update
own_apt -y --no-install-recommends --download-only install "$@"
printf '#!/bin/sh\nexit 101\n' >"$out/usr/sbin/policy-rc.d"         # no service may start
chmod 755 "$out/usr/sbin/policy-rc.d"
mount -t proc proc "$out/proc"
mount --rbind /dev "$out/dev"
# shellcheck disable=SC2016 # the new system's shell expands it
DEBIAN_FRONTEND=noninteractive chroot "$out" sh -c 'apt-get -qy --no-download --no-install-recommends install /var/cache/apt/archives/*.deb' </dev/null
rm -rf "$out"/var/cache/apt/* "$out"/var/lib/apt/lists/*
touch "$out/etc/hosts"                                              # host-init.sh mounts its own there
