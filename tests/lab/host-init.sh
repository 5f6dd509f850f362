#!/bin/bash
# PID 1 of one lab host: makes the host's own /run, /etc/libvirt, ... out of HOST_DIR, then starts libvirtd at
# every SIGUSR1 and reaps what is orphaned. When it dies, the kernel kills the host's libvirtd and every QEMU.
#
#   unshare --mount --uts --pid --net --fork --kill-child --propagation private host-init.sh NAME HOST_DIR
set -euo pipefail
host=$1 host_dir=$2

hostname "$host"
mount -t proc proc /proc
# A fresh sysfs shows this network namespace's interfaces, and no cgroups, which libvirt could not manage from here.
umount --recursive --lazy /sys
mount -t sysfs sysfs /sys

# bind FOLDER PLACE: PLACE shows FOLDER. PLACE may not exist: not every libvirt package makes its folders.
bind() {
  mkdir -p "$2"
  mount --bind "$host_dir/$1" "$2"
}
mkdir -p "$host_dir"/run/lock
bind run /run
bind etc/libvirt /etc/libvirt
bind lib /var/lib/libvirt
bind cache /var/cache/libvirt
bind log /var/log/libvirt
for file in hosts passwd group; do mount --bind "$host_dir/etc/$file" "/etc/$file"; done

# What is specific to this host (the shim, LAB_ENV_<host>); libvirtd hands LD_PRELOAD on to its QEMUs.
mapfile -t environment <"$host_dir/env"

cd /
trap 'env "${environment[@]}" /usr/sbin/libvirtd --listen >>"$host_dir/log/libvirtd.out" 2>&1 &' USR1
touch "$host_dir/ready"

# A signal ends `wait` early, so one sleeper is waited for again and again. Bash reaps all other children meanwhile.
sleep infinity &
sleeper=$!
while :; do
  wait "$sleeper" || true
done
